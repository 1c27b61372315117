package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

// headerEntry is a conversation inside an Apply: as the file has it, and as it shall be.
type headerEntry struct {
	was, is *store.Conversation // nil: there is none
	put     bool
}

// Conversation returns the conversation of that id as it was last put.
func (r *rows) Conversation(id store.ConversationID) (store.Conversation, bool, error) {
	h, err := r.ready(id)
	if err != nil {
		return store.Conversation{}, false, err
	}
	e, err := r.entry(h, id)
	if err != nil || e.is == nil {
		return store.Conversation{}, false, err
	}
	return clone(*e.is), true, nil
}

// PutConversation keeps a conversation's header.
func (r *rows) PutConversation(c store.Conversation) error {
	h, err := r.ready(c.ID)
	if err != nil {
		return err
	}
	e, err := r.entry(h, c.ID)
	if err != nil {
		return err
	}
	c = clone(c)
	e.is, e.put = &c, true
	return nil
}

// entry finds a conversation in the Apply, or in the file.
func (r *rows) entry(h hash, id store.ConversationID) (*headerEntry, error) {
	e := r.convs[h]
	if e == nil {
		e = &headerEntry{}
		if row := r.tx.Bucket(headerBucket).Get(h[:]); row != nil {
			c, err := decodeHeader(row)
			if err != nil {
				return nil, fmt.Errorf("read a conversation: %w", err)
			}
			e.was, e.is = &c, &c
		}
		r.convs[h] = e
	}
	if e.is != nil && e.is.ID != id {
		return nil, fmt.Errorf("read a conversation: %w", errSameHash)
	}
	return e, nil
}

// flush writes what was collected.
func (r *rows) flush() error {
	for h, id := range r.lines {
		e, err := r.entry(h, id)
		if err != nil {
			return err
		}
		if e.is == nil {
			return errors.New("a message was put without its conversation")
		}
	}
	w := headerWriter{
		headers: r.tx.Bucket(headerBucket),
		act:     edits{bucket: r.tx.Bucket(actBucket)},
		sets:    edits{bucket: r.sets},
		facets:  facetBook{bucket: r.tx.Bucket(facetBucket), entries: map[facetKey]*facetEntry{}},
	}
	w.act.bucket.FillPercent = actFill
	for _, h := range sortedKeys(r.convs) {
		if e := r.convs[h]; e.put {
			if err := w.write(h, e); err != nil {
				return fmt.Errorf("write a conversation: %w", err)
			}
		}
	}
	if err := w.facets.flush(&w.sets); err != nil {
		return err
	}
	if err := errors.Join(w.act.flush(), w.sets.flush()); err != nil {
		return err
	}
	r.moved = w.moved
	return r.flushUnknown()
}

// actFill is how full pages of the index of activity are left when they are split. New activity is almost always the
// newest, so the end of the index only grows.
const actFill = 0.9

// headerWriter writes headers and brings the index, the sets and the counters in step with them.
type headerWriter struct {
	headers   *bolt.Bucket
	act, sets edits
	facets    facetBook
	moved     []actMove
}

func (w *headerWriter) write(h hash, e *headerEntry) error {
	row := encodeHeader(*e.is)
	if e.was != nil && bytes.Equal(row, w.headers.Get(h[:])) {
		return nil
	}
	if err := w.headers.Put(h[:], row); err != nil {
		return err
	}
	e = e.shown()
	if e.was == nil && e.is == nil {
		return nil
	}
	w.moveAct(h, e)
	w.sets.move(snoozeOf(h, e.was), snoozeOf(h, e.is))
	return w.diffFacets(h, e)
}

// shown is the entry as lists and counters know it: a hidden conversation is none.
func (e *headerEntry) shown() *headerEntry {
	shown := *e
	if shown.was != nil && shown.was.Hidden {
		shown.was = nil
	}
	if shown.is != nil && shown.is.Hidden {
		shown.is = nil
	}
	return &shown
}

// moveAct moves the conversation in the index of activity.
func (w *headerWriter) moveAct(h hash, e *headerEntry) {
	var m actMove
	if e.was != nil {
		m.from, m.was = positionOf(e.was.LastActivity, h), pack(e.was)
	}
	if e.is != nil {
		m.to, m.is = positionOf(e.is.LastActivity, h), pack(e.is)
	}
	if m.from == m.to && bytes.Equal(m.was, m.is) {
		return
	}
	if m.was != nil && (m.is == nil || m.from != m.to) {
		w.act.delete(m.from[:])
	}
	if m.is != nil {
		w.act.put(m.to[:], m.is)
	}
	w.moved = append(w.moved, m)
}

// snoozeOf is the key by which the end of a snooze is found, or nil.
func snoozeOf(h hash, c *store.Conversation) []byte {
	if c == nil || c.Status != store.StatusSnoozed || c.SnoozedUntil == 0 {
		return nil
	}
	return snoozeKey(c.SnoozedUntil, h)
}

// diffFacets counts the conversation where it belongs now and no longer where it belonged, and writes sets where that
// changes.
func (w *headerWriter) diffFacets(h hash, e *headerEntry) error {
	var old, now []facet
	var wasOpen, isOpen bool
	if e.was != nil {
		old, wasOpen = facetsOf(e.was), e.was.Status == store.StatusOpen
	}
	if e.is != nil {
		now, isOpen = facetsOf(e.is), e.is.Status == store.StatusOpen
	}
	for _, f := range old {
		if _, stays := slices.BinarySearchFunc(now, f, compareFacets); stays {
			continue
		}
		if err := w.facets.add(f, -1, -one(wasOpen)); err != nil {
			return err
		}
		if hasMembers(f.kind) {
			w.sets.delete(memberKey(facetKeyOf(f.kind, f.value), h))
		}
	}
	for _, f := range now {
		if _, stays := slices.BinarySearchFunc(old, f, compareFacets); stays {
			if wasOpen != isOpen {
				if err := w.facets.add(f, 0, one(isOpen)-one(wasOpen)); err != nil {
					return err
				}
			}
			continue
		}
		if err := w.facets.add(f, 1, one(isOpen)); err != nil {
			return err
		}
		if hasMembers(f.kind) {
			w.sets.put(memberKey(facetKeyOf(f.kind, f.value), h), nil)
		}
	}
	return nil
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
