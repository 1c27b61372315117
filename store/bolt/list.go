package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"frontdesk/store"
)

const (
	maxLimit  = 1000
	usualPage = 64 // of rows; room for no more is made at once
	fewFound  = 4  // rows beyond those that are expected, for which there is room as well
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
	err = v.readRows(ctx, "list conversations", func(r *reader, last bool) error {
		page.Applied = r.applied
		f, err := r.newFilter(req.Query)
		if err != nil {
			return err
		}
		page.Rows, page.More, err = v.list(r, f, req, last)
		return err
	})
	if err != nil {
		return store.ListPage{}, err
	}
	return page, nil
}

// errStale says that the columns stand at another transaction than the reader. For a moment they do after each change.
var errStale = errors.New("the columns stand at another transaction")

const staleTries = 20

// readRows runs a reading transaction, and a new one while it fails with errStale; the last try is told that it is.
func (v *Views) readRows(ctx context.Context, doing string, fn func(r *reader, last bool) error) error {
	for try := 1; ; try++ {
		err := v.read(ctx, doing, func(r *reader) error { return fn(r, try == staleTries) })
		if !errors.Is(err, errStale) {
			return err
		}
		runtime.Gosched() // whoever changed the file is about to change the columns
	}
}

// Nameless returns up to n conversations whose contact's profile was never asked for, newest first.
func (v *Views) Nameless(ctx context.Context, n int) (list []store.Conversation, err error) {
	err = v.readRows(ctx, "list contacts without a name", func(r *reader, last bool) error {
		if n <= 0 {
			return nil
		}
		f, err := r.namelessFilter()
		if err != nil {
			return err
		}
		list, _, err = v.list(r, f, store.ListRequest{Limit: n}, last)
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
func (v *Views) list(r *reader, f *filter, req store.ListRequest, last bool) ([]store.Conversation, bool, error) {
	if f.empty {
		return nil, false, nil
	}
	w := listWalk{
		reader: r, filter: f, newer: req.Newer, limit: req.Limit,
		rows: make([]store.Conversation, 0, min(req.Limit+1, usualPage, f.estimate+fewFound)),
	}
	if req.From != (store.Cursor{}) {
		p := positionOf(req.From.LastActivity, hashOf(req.From.ID))
		w.start = p[:]
	}
	if err := v.walk(&w, last); err != nil {
		return nil, false, err
	}
	list := w.rows
	more := len(list) > req.Limit
	if more {
		list = list[:req.Limit]
	}
	if req.Newer {
		slices.Reverse(list)
	}
	for i := range list {
		if err := r.receipt(&list[i]); err != nil {
			return nil, false, err
		}
	}
	return list, more, nil
}

// listWalk is a page being collected.
type listWalk struct {
	*reader
	filter *filter
	start  []byte // a position; rows are strictly beyond it
	newer  bool
	limit  int
	rows   []store.Conversation // at most one more than the limit
}

// walk fills the page by the way that the plan chose. It fails with errStale when the columns are needed and stand
// elsewhere, unless this is the last try: then it goes without.
func (v *Views) walk(w *listWalk, last bool) error {
	columns, done := v.memory.at(w.tx.ID())
	if done != nil {
		defer done()
	}
	p := w.filter.plan(w.limit+1, columns != nil)
	if v.choose != nil {
		p = v.choose(p, w.filter, columns != nil)
	}
	if columns == nil {
		if p.dear && !last && v.memory.outOfStep(w.tx.ID()) {
			return errStale
		}
		v.memory.want(v, w.filter.total, p.dear)
	}
	switch p.way {
	case byMembers:
		return w.walkMembers(w.filter, p.driver, w.start, w.newer, w.collect)
	case byActivity:
		reached, err := w.walkActivity(w.filter, w.start, w.newer, p.budget, w.collect)
		if err != nil || reached == nil {
			return err
		}
		w.start = reached
	}
	return w.walkColumns(columns, w.filter, w.start, w.newer, w.collect)
}

// collect takes a conversation in if the query matches it; it reports whether the page has room for more.
func (w *listWalk) collect(p position) (bool, error) {
	c, ok, err := w.match(w.filter, p.conv())
	if ok {
		w.rows = append(w.rows, c)
	}
	return len(w.rows) <= w.limit, err
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

// walkActivity goes along the index of activity. When a budget of rows is used up before it came to an end, it returns
// how far it has come.
func (r *reader) walkActivity(
	f *filter, start []byte, newer bool, budget int, collect func(position) (bool, error),
) (reached []byte, err error) {
	n := 0
	err = walk(r.act, nil, start, newer, func(k, v []byte) (bool, error) {
		if err := r.step(); err != nil {
			return false, err
		}
		p := packed(v)
		if len(k) != actLen || !p.valid() {
			return false, errDamaged
		}
		n++
		more := true
		if !f.rulesOut(p) {
			var err error
			if more, err = collect(position(k)); err != nil {
				return false, err
			}
		}
		if more && n == budget {
			reached = bytes.Clone(k)
			return false, nil
		}
		return more, nil
	})
	return reached, err
}

// walkMembers goes through sets, which have no order of time, and brings them into it first.
func (r *reader) walkMembers(
	f *filter, d driver, start []byte, newer bool, collect func(position) (bool, error),
) error {
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
		if len(f.asks) > 1 { // else it is that of the set, which all have
			v := packed(r.act.Get(p[:]))
			if !v.valid() {
				return errDamaged
			}
			if f.rulesOut(v) {
				continue
			}
		}
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
