package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// ErrBlocked says that the page takes no words from a contact.
var ErrBlocked = errors.New("the page has blocked this contact")

var errBlockedVisitor = &visitorError{
	status: http.StatusForbidden, Message: "this conversation takes no more messages from you; what was said stays to be read",
}

// Block makes a page take no words and no arrivals from a contact, or take them again. What was said stays, and the page
// may go on writing.
func (s *Server) Block(ctx context.Context, c Contact, blocked bool) error {
	return s.act(ctx, c, func(_ *bolt.Tx, _ *Page, row *contactRow) ([]messenger.Event, error) {
		switch {
		case !blocked:
			row.Blocked = 0
		case row.Blocked == 0:
			row.Blocked = s.now().UnixMilli()
		}
		return nil, nil
	})
}

// notBlocked is ErrBlocked for a contact who is.
func (s *Server) notBlocked(ctx context.Context, c Contact) error {
	return s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, c.Page, c.ID)
		if err == nil && row.Blocked > 0 {
			err = ErrBlocked
		}
		return err
	})
}

// graphModerate is POST /{page}/moderate_conversations (ref. 6.7).
func (s *Server) graphModerate(ctx context.Context, c *call) (any, error) {
	var users []struct {
		ID string `json:"id"`
	}
	var actions []string
	if json.Unmarshal(c.params.value("user_ids"), &users) != nil || len(users) == 0 {
		return nil, badParam("user_ids must be a list of objects that have an id")
	}
	if json.Unmarshal(c.params.value("actions"), &actions) != nil || len(actions) == 0 {
		return nil, badParam("actions must be a list of BLOCK_USER, UNBLOCK_USER, BAN_USER and UNBAN_USER")
	}
	blocked := false
	for i, action := range actions {
		switch strings.ToUpper(action) {
		case "BLOCK_USER", "BAN_USER":
			blocked = true
		case "UNBLOCK_USER", "UNBAN_USER":
			blocked = false
		default:
			return nil, badParam("actions[%d] must be BLOCK_USER, UNBLOCK_USER, BAN_USER or UNBAN_USER", i)
		}
	}
	for _, user := range users {
		switch err := s.Block(ctx, Contact{Page: c.page.ID, ID: user.ID}, blocked); {
		case errors.Is(err, ErrUnknownContact):
			return nil, errNoPerson
		case err != nil:
			return nil, err
		}
	}
	return granted{Success: true}, nil
}
