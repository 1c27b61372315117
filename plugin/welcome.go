package plugin

import (
	"context"
	"errors"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// askedAgain is for how long a browser that never got the answer may ask for its new visitor once more.
const askedAgain = 10 * time.Minute

var errOldKey = &InputError{"key", "has made a visitor before; draw another one"}

// welcome makes a visitor and the Get Started event in one transaction. With a key that has made a visitor a moment ago, it
// answers that one.
func (s *Server) welcome(ctx context.Context, in visitIn, arrived Arrival) (any, error) {
	page := s.page(in.PageID)
	if page == nil || page.Messenger {
		return nil, ErrUnknownPage
	}
	made, err := s.prepareVisitor(page, Profile{Name: strings.TrimSpace(in.Name)})
	if err != nil {
		return nil, err
	}
	mid, err := s.drawMID()
	if err != nil {
		return nil, err
	}
	if in.Key != "" {
		made.token = s.tokens.derived(page.ID, in.Key)
	}
	var row contactRow
	var told told
	err = s.w.do(ctx, func(tx *bolt.Tx) error {
		told = nil
		if known, err := s.madeBefore(tx, in.Key, made.token); err != nil || known != nil {
			if known != nil {
				row = *known
			}
			return err
		}
		if err := made.store(tx); err != nil {
			return err
		}
		row = made.row
		told, err = s.change(tx, page, &row, func(tx *bolt.Tx, page *Page, row *contactRow) ([]messenger.Event, error) {
			ev, err := s.opening(tx, page, row, arrived, mid)
			return []messenger.Event{ev}, err
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	s.tell(told, conversationKey(page.ID, row.ID))
	s.here(row.contact())
	return visitOut{ID: row.ID, Token: made.token, Name: row.Profile.Name, Blocked: row.Blocked > 0}, nil
}

// madeBefore is the visitor that a browser's key has made a moment ago, whose token follows from it; nil if none.
func (s *Server) madeBefore(tx *bolt.Tx, key, token string) (*contactRow, error) {
	if key == "" {
		return nil, nil
	}
	row, err := s.visitorOf(tx, token)
	switch {
	case errors.Is(err, ErrUnknownContact):
		return nil, nil
	case errors.Is(err, ErrSessionOver):
		return nil, errOldKey
	case err != nil:
		return nil, err
	case s.now().Sub(time.UnixMilli(row.Created)) > askedAgain || row.Customer != "":
		return nil, errOldKey
	}
	return row, nil
}
