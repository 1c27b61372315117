package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

// Check verifies the file itself, and that the index, the sets and the counters say exactly what the rows say. It
// reads everything in one transaction: a desk at work should not be asked. It reports the first faults it finds.
func (v *Views) Check(ctx context.Context) error {
	return v.read(ctx, "check the views", func(r *reader) error {
		// bbolt's channel is read to its end, or its goroutine would outlive the transaction.
		var faults []error
		for err := range r.tx.Check() {
			if len(faults) < maxFaults {
				faults = append(faults, err)
			}
		}
		if len(faults) > 0 {
			return errors.Join(faults...)
		}
		return r.check()
	})
}

// check compares what follows from the rows with the rows.
func (r *reader) check() error {
	c := checker{reader: r, counted: map[facetKey]facetRow{}}
	for _, part := range []func() error{c.checkHeaders, c.checkRows, c.checkFacets, c.checkNumbers} {
		if err := part(); err != nil {
			return err
		}
	}
	return errors.Join(c.faults...)
}

const maxFaults = 20

// checker goes through the rows, looks each derived row up, and counts: what is there beyond what was looked up
// belongs to nothing.
type checker struct {
	*reader
	counted  map[facetKey]facetRow // as the headers say
	heads    int
	messages int
	finders  int // rows that find a message by its id
	members  int // rows of sets that must be there
	faults   []error
}

func (c *checker) faultf(format string, args ...any) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, fmt.Errorf(format, args...))
	}
}

// each calls fn for every row of a bucket.
func (c *checker) each(b *bolt.Bucket, fn func(k, v []byte) error) error {
	return walk(b, nil, nil, true, func(k, v []byte) (bool, error) {
		if err := c.step(); err != nil {
			return false, err
		}
		return true, fn(k, v)
	})
}

// member notes that a set must hold a key, and looks for it.
func (c *checker) member(what string, key []byte) {
	c.members++
	if k, _ := c.sets.Cursor().Seek(key); !bytes.Equal(k, key) {
		c.faultf("a set lacks %s", what)
	}
}

func (c *checker) checkHeaders() error {
	return c.each(c.headers, func(k, v []byte) error {
		conv, err := decodeHeader(v)
		if err != nil {
			return err
		}
		h := hashOf(conv.ID)
		if !bytes.Equal(k, h[:]) {
			c.faultf("conversation %.80q stands under another id", conv.ID)
			return nil
		}
		if conv.Hidden {
			return nil
		}
		c.heads++
		p := positionOf(conv.LastActivity, h)
		if !bytes.Equal(c.act.Get(p[:]), pack(&conv)) {
			c.faultf("the index of activity does not say what conversation %.80q is", conv.ID)
		}
		if key := snoozeOf(h, &conv); key != nil {
			c.member(fmt.Sprintf("the snooze of conversation %.80q", conv.ID), key)
		}
		for _, f := range facetsOf(&conv) {
			key := facetKeyOf(f.kind, f.value)
			row := c.counted[key]
			row.text = f.value
			row.all++
			row.open += one(conv.Status == store.StatusOpen)
			c.counted[key] = row
			if hasMembers(f.kind) {
				c.member(fmt.Sprintf("conversation %.80q in %c:%.40q", conv.ID, f.kind, f.value), memberKey(key, h))
			}
		}
		return nil
	})
}

// checkRows looks through the rows under conversations.
func (c *checker) checkRows() error {
	return c.each(c.rows, func(k, v []byte) error {
		if len(k) < rowPrefixLen {
			return errDamaged
		}
		conv, rest := hash(k), k[rowPrefixLen:]
		switch kind := k[rowPrefixLen-1]; kind {
		case messageRow:
			return c.checkMessage(conv, k, v)
		case touchRow:
			t, err := decodeTouch(v)
			if err == nil && !bytes.Equal(k, touchKey(conv, t)) {
				c.faultf("a touch stands in a wrong place")
			}
			return err
		case keyRow:
			row, err := decodeKey(v)
			if h := hashOf(row.key); err == nil && !bytes.Equal(rest, h[:]) {
				c.faultf("a key stands in a wrong place")
			}
			return err
		case idRow:
			c.finders++
			_, err := parseFinder(v)
			return err
		default:
			c.faultf("there is a row of unknown kind %q", kind)
			return nil
		}
	})
}

func (c *checker) checkMessage(conv hash, k, v []byte) error {
	c.messages++
	m, err := decodeMessage("", v)
	if err != nil {
		return err
	}
	if !bytes.Equal(k, messageKey(conv, m.Place())) {
		c.faultf("message %.80q stands in a wrong place", m.ID)
	}
	if c.header(conv) == nil {
		c.faultf("message %.80q has no conversation", m.ID)
	}
	id := hashOf(m.ID)
	if !bytes.Equal(c.rows.Get(textKey(conv, idRow, id)), appendTime(nil, m.At)) {
		c.faultf("message %.80q is not found by its id", m.ID)
	}
	if unsettled(m) {
		key := outboxKey(conv, m.At, id)
		c.member(fmt.Sprintf("reply %.80q", m.ID), key)
		if class := c.sets.Get(key); len(class) != 1 || class[0] != outboxClass(m.State) {
			c.faultf("the outbox misunderstands reply %.80q", m.ID)
		}
	}
	return nil
}

func (c *checker) checkFacets() error {
	for key, want := range c.counted {
		if rankKinds[key[0]] != 0 && want.open > 0 {
			c.member(fmt.Sprintf("the rank of %c:%.40q", key[0], want.text), rankKey(want.open, key))
		}
	}
	return c.each(c.facets, func(k, v []byte) error {
		row, err := decodeFacet(v)
		if err != nil {
			return err
		}
		if want := c.counted[facetKey(k)]; want != row {
			c.faultf("the counter of %c:%.40q says %d conversations, %d open, instead of %d, %d",
				k[0], row.text, row.all, row.open, want.all, want.open)
		}
		delete(c.counted, facetKey(k))
		return nil
	})
}

// checkNumbers compares what there is with what there must be.
func (c *checker) checkNumbers() error {
	for key, row := range c.counted {
		c.faultf("the counter of %c:%.40q is missing", key[0], row.text)
	}
	var act, sets int
	for bucket, n := range map[*bolt.Bucket]*int{c.act: &act, c.sets: &sets} {
		err := c.each(bucket, func(_, _ []byte) error {
			*n++
			return nil
		})
		if err != nil {
			return err
		}
	}
	for what, n := range map[string][2]int{
		"rows in the index of activity": {act, c.heads},
		"memberships":                   {sets, c.members},
		"messages' ids":                 {c.finders, c.messages},
	} {
		if n[0] != n[1] {
			c.faultf("there are %d %s instead of %d", n[0], what, n[1])
		}
	}
	if layout := c.tx.Bucket(metaBucket).Get(formatKey); binary.BigEndian.Uint32(layout) != viewsLayout {
		c.faultf("the layout is not %d", viewsLayout)
	}
	return nil
}
