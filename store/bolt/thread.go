package bolt

import (
	"context"
	"fmt"
	"slices"

	"frontdesk/store"
)

// Thread returns a part of a conversation, oldest first.
func (v *Views) Thread(ctx context.Context, req store.ThreadRequest) (page store.ThreadPage, err error) {
	if err := checkLimit(req.Limit); err != nil {
		return page, fmt.Errorf("read a thread: %w", err)
	}
	err = v.read(ctx, "read a thread", func(r *reader) error {
		c, conv, err := r.conversation(req.Conversation)
		if err != nil {
			return err
		}
		list, err := messagesFrom(r.rows, c.ID, conv, req.From, req.Newer, req.Limit+1)
		if err != nil {
			return err
		}
		if page.More = len(list) > req.Limit; page.More {
			list = list[:req.Limit]
		}
		if !req.Newer {
			slices.Reverse(list)
		}
		for i := range list {
			list[i].State = c.StateOf(list[i])
		}
		page.Messages, page.Applied = list, r.applied
		return nil
	})
	if err != nil {
		return store.ThreadPage{}, err
	}
	return page, nil
}

// Message returns one message by id.
func (v *Views) Message(ctx context.Context, conv store.ConversationID, id store.MessageID) (m store.Message, err error) {
	err = v.read(ctx, "read a message", func(r *reader) error {
		c, h, err := r.conversation(conv)
		if err != nil {
			return err
		}
		row := r.rows.Get(textKey(h, idRow, hashOf(id)))
		if row == nil {
			return store.ErrNotFound
		}
		at, err := parseFinder(row)
		if err != nil {
			return err
		}
		found, ok, err := messageAt(r.rows, c.ID, h, store.Place{At: at, ID: id})
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("%w: the message is not at its place", errDamaged)
		}
		m = found
		m.State = c.StateOf(m)
		return nil
	})
	if err != nil {
		return store.Message{}, err
	}
	return m, nil
}

// parseFinder reads the row that finds a message by its id: the message's time.
func parseFinder(row []byte) (store.Millis, error) {
	if len(row) != 8 {
		return 0, fmt.Errorf("find a message: %w", errDamaged)
	}
	return parseTime(row), nil
}

// Touches returns the newest n touches of a conversation, newest first.
func (v *Views) Touches(ctx context.Context, id store.ConversationID, n int) (list []store.Touch, err error) {
	err = v.read(ctx, "read touches", func(r *reader) error {
		_, conv, err := r.conversation(id)
		if err != nil {
			return err
		}
		list, err = touchesBefore(r.rows, conv, 0, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
