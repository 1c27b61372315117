package plugin

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

const (
	maxReaction = 32 // length of a reaction
	keptReacted = 20 // the page's latest changes of reactions that a visitor is told
)

// Reaction is what the page put on a message of the conversation last; none if Emoji is empty.
type Reaction struct {
	MID   string `json:"mid"`
	Emoji string `json:"reaction,omitempty"`
}

// pageReacts is the sender actions react and unreact (ref. 3.8).
func (s *Server) pageReacts(ctx context.Context, by *app, contact Contact, action string, raw json.RawMessage) error {
	var on messenger.ReactPayload
	if json.Unmarshal(raw, &on) != nil || on.MessageID == "" {
		return badParam("payload[message_id] is required")
	}
	if action == messenger.ActionUnreact {
		on.Reaction = ""
	} else if strings.TrimSpace(on.Reaction) == "" || messenger.TextLen(on.Reaction) > maxReaction {
		return badParam("payload[reaction] must have 1 to %d characters", maxReaction)
	}
	return s.act(ctx, contact, func(tx *bolt.Tx, _ *Page, row *contactRow) ([]messenger.Event, error) {
		if row.away(by, s.now()) {
			return nil, errOtherApp
		}
		line, key, err := messageAt(tx, contact.key(), on.MessageID)
		if err != nil {
			return nil, err
		}
		if line == nil {
			return nil, badParam("payload[message_id] is not a message of this conversation")
		}
		line.Reaction = on.Reaction
		row.Reacted = slices.DeleteFunc(row.Reacted, func(r Reaction) bool { return r.MID == line.MID })
		row.Reacted = append(row.Reacted, Reaction{MID: line.MID, Emoji: on.Reaction})
		row.Reacted = row.Reacted[max(0, len(row.Reacted)-keptReacted):]
		return nil, putMessage(tx, key, line)
	})
}

// Reactions are the page's latest changes of reactions, oldest first: of the messages that a contact may have read
// before the page put something on them.
func (s *Server) Reactions(ctx context.Context, c Contact) ([]Reaction, error) {
	var list []Reaction
	err := s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, c.Page, c.ID)
		if err == nil {
			list = row.Reacted
		}
		return err
	})
	return list, err
}
