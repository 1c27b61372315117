package bolt

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"frontdesk/store"
)

const (
	maxLimit  = 1000
	usualPage = 64 // of rows; room for so many is made at once
)

func checkLimit(n int) error {
	if n < 1 || n > maxLimit {
		return fmt.Errorf("asked for %d rows; a page has 1 to %d", n, maxLimit)
	}
	return nil
}

// List returns a page of the conversations for which the query holds.
func (v *Views) List(ctx context.Context, req store.ListRequest) (page store.ListPage, err error) {
	err = checkLimit(req.Limit)
	if err == nil {
		err = req.Query.Check()
	}
	if err != nil {
		return page, fmt.Errorf("list conversations: %w", err)
	}
	err = v.read(ctx, "list conversations", func(r *reader) error {
		page.Applied = r.applied
		f, err := r.newFilter(req.Query)
		if err != nil {
			return err
		}
		page.Rows, page.More, err = r.list(f, req.From, req.Newer, req.Limit)
		return err
	})
	if err != nil {
		return store.ListPage{}, err
	}
	return page, nil
}

// Nameless returns up to n conversations whose contact's profile was never asked for, newest first.
func (v *Views) Nameless(ctx context.Context, n int) (list []store.Conversation, err error) {
	err = v.read(ctx, "list contacts without a name", func(r *reader) error {
		if n <= 0 {
			return nil
		}
		f, err := r.namelessFilter()
		if err != nil {
			return err
		}
		list, _, err = r.list(f, store.Cursor{}, false, n)
		return err
	})
	return list, err
}

// Conversation returns one conversation.
func (v *Views) Conversation(ctx context.Context, id store.ConversationID) (c store.Conversation, err error) {
	err = v.read(ctx, "read a conversation", func(r *reader) error {
		found, _, err := r.conversation(id)
		if err != nil {
			return err
		}
		c = found
		return r.receipt(&c)
	})
	if err != nil {
		return store.Conversation{}, err
	}
	return c, nil
}

// list collects a page, newest first, and whether there is more beyond it.
func (r *reader) list(f *filter, from store.Cursor, newer bool, limit int) ([]store.Conversation, bool, error) {
	if f.empty {
		return nil, false, nil
	}
	list := make([]store.Conversation, 0, min(limit+1, usualPage))
	collect := func(p position) (bool, error) {
		c, ok, err := r.match(f, p.conv())
		if ok {
			list = append(list, c)
		}
		return len(list) <= limit, err
	}
	var start []byte
	if from != (store.Cursor{}) {
		p := positionOf(from.LastActivity, hashOf(from.ID))
		start = p[:]
	}
	var err error
	if d, ok := f.members(limit + 1); ok {
		err = r.walkMembers(d, start, newer, collect)
	} else {
		err = r.walkActivity(f, start, newer, collect)
	}
	if err != nil {
		return nil, false, err
	}
	more := len(list) > limit
	if more {
		list = list[:limit]
	}
	if newer {
		slices.Reverse(list)
	}
	for i := range list {
		if err := r.receipt(&list[i]); err != nil {
			return nil, false, err
		}
	}
	return list, more, nil
}

// match decodes a conversation's header if the query matches it. The words are asked first: they need the least of it.
func (r *reader) match(f *filter, conv hash) (c store.Conversation, ok bool, err error) {
	row := r.header(conv)
	if len(f.query.Words) > 0 {
		contact, err := peekContact(row)
		if err != nil || !f.query.MatchWords(contact) {
			return c, false, err
		}
	}
	c, err = decodeHeader(row)
	if err != nil {
		return c, false, err
	}
	return c, f.query.Match(c), nil
}

// walkActivity goes along the index of activity.
func (r *reader) walkActivity(f *filter, start []byte, newer bool, collect func(position) (bool, error)) error {
	return walk(r.act, nil, start, newer, func(k, v []byte) (bool, error) {
		if err := r.step(); err != nil {
			return false, err
		}
		p := packed(v)
		if len(k) != actLen || !p.valid() {
			return false, errDamaged
		}
		if f.rulesOut(p) {
			return true, nil
		}
		return collect(position(k))
	})
}

// walkMembers goes through sets, which have no order of time, and brings them into it first.
func (r *reader) walkMembers(d driver, start []byte, newer bool, collect func(position) (bool, error)) error {
	positions := make([]position, 0, d.count)
	for _, facet := range d.facets {
		err := walk(r.sets, facet[:], nil, true, func(k, _ []byte) (bool, error) {
			if err := r.step(); err != nil {
				return false, err
			}
			if len(k) != memberLen {
				return false, errDamaged
			}
			conv := hash(k[memberPrefix:])
			at, err := peekActivity(r.header(conv))
			if err != nil {
				return false, err
			}
			p := positionOf(at, conv)
			if start == nil || newer == (bytes.Compare(p[:], start) > 0) && !bytes.Equal(p[:], start) {
				positions = append(positions, p)
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(positions, func(a, b position) int {
		if newer {
			return bytes.Compare(a[:], b[:])
		}
		return bytes.Compare(b[:], a[:])
	})
	for _, p := range slices.Compact(positions) {
		if more, err := collect(p); err != nil || !more {
			return err
		}
	}
	return nil
}

// receipt takes the receipts into what the row shows of its last message, should it still be said to be only sent.
func (r *reader) receipt(c *store.Conversation) error {
	last := &c.LastMessage
	if last.State != store.StateSent || last.Direction != store.Out {
		return nil
	}
	m, ok, err := messageAt(r.rows, c.ID, hashOf(c.ID), last.Place)
	if err != nil || !ok {
		return err
	}
	last.State = c.StateOf(m)
	return nil
}
