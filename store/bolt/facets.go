package bolt

import (
	"bytes"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

// facet is a value under which a conversation is found and counted.
type facet struct {
	kind  byte
	value string
}

// hasMembers reports whether the conversations of a facet are kept as a set. All of one inbox never are: an inbox is
// no rare thing, and its rows are found by a short walk along the index of activity.
func hasMembers(kind byte) bool { return kind != kindInbox }

// facetsOf are the facets of a conversation, sorted, without doubles.
func facetsOf(c *store.Conversation) []facet {
	list := make([]facet, 0, 8+len(c.Refs)+len(c.Labels))
	list = append(list, facet{kindStatus, string(c.Status)}, facet{kindInbox, string(c.Inbox)})
	for _, o := range c.KnownOrigins() {
		list = append(list, facet{kindOrigin, string(o)})
	}
	for _, ref := range c.Refs {
		list = append(list, facet{kindRef, ref})
	}
	for _, label := range c.Labels {
		list = append(list, facet{kindLabel, label})
	}
	if c.Assignee != "" {
		list = append(list, facet{kindAssignee, c.Assignee})
	}
	if c.Unread > 0 {
		list = append(list, facet{kindIs, store.IsUnread})
	}
	if c.Unreplied {
		list = append(list, facet{kindIs, store.IsUnreplied})
	}
	if c.ProfileAt == 0 {
		list = append(list, facet{kindNameless, ""})
	}
	slices.SortFunc(list, compareFacets)
	return slices.Compact(list)
}

func compareFacets(a, b facet) int {
	if a.kind != b.kind {
		return int(a.kind) - int(b.kind)
	}
	return bytes.Compare([]byte(a.value), []byte(b.value))
}

// facetRow is what is known of a facet: its text, how many conversations have it, and how many of these are open.
type facetRow struct {
	text      string
	all, open int
}

// The numbers of what facetBegins looks at without decoding the row.
const (
	facetText = 1
	facetAll  = 2
)

func facetFields(f *fields, r *facetRow) {
	text(f, facetText, &r.text)
	count(f, facetAll, &r.all)
	count(f, 3, &r.open)
}

func decodeFacet(row []byte) (r facetRow, err error) {
	err = decode(row, func(f *fields) { facetFields(f, &r) })
	return r, err
}

// facetEntry is a facet's row inside an Apply: as the file has it, and as it shall be.
type facetEntry struct {
	was, is facetRow
}

// facetBook collects the changes of facets inside an Apply, so that each row is read and written once.
type facetBook struct {
	bucket  *bolt.Bucket
	entries map[facetKey]*facetEntry
}

func (b *facetBook) add(f facet, all, open int) error {
	key := facetKeyOf(f.kind, f.value)
	e := b.entries[key]
	if e == nil {
		e = &facetEntry{}
		if row := b.bucket.Get(key[:]); row != nil {
			r, err := decodeFacet(row)
			if err != nil {
				return fmt.Errorf("read a counter: %w", err)
			}
			e.was, e.is = r, r
		} else {
			e.is.text = f.value
		}
		b.entries[key] = e
	}
	if e.is.text != f.value {
		return fmt.Errorf("count a value: %w", errSameHash)
	}
	e.is.all += all
	e.is.open += open
	return nil
}

// flush writes the rows that changed, and the ranks of refs and labels.
func (b *facetBook) flush(sets *edits) error {
	for _, key := range sortedKeys(b.entries) {
		e := b.entries[key]
		if e.was == e.is {
			continue
		}
		if e.is.all < 0 || e.is.open < 0 {
			return fmt.Errorf("count a value: %w: a counter fell below zero", errDamaged)
		}
		if rankKinds[key[0]] != 0 && e.was.open != e.is.open {
			sets.move(rankOf(key, e.was.open), rankOf(key, e.is.open))
		}
		var err error
		if e.is.all == 0 {
			err = b.bucket.Delete(key[:])
		} else {
			err = b.bucket.Put(key[:], encode(nil, func(f *fields) { facetFields(f, &e.is) }))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rankOf is the key of a value's rank, or nil when no open conversation has it.
func rankOf(f facetKey, open int) []byte {
	if open == 0 {
		return nil
	}
	return rankKey(open, f)
}

// sortedKeys are a map's keys in the order of the file, in which neighbours are written together.
func sortedKeys[K ~[16]byte | ~[17]byte, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b K) int { return bytes.Compare(keyBytes(&a), keyBytes(&b)) })
	return keys
}

func keyBytes[K ~[16]byte | ~[17]byte](k *K) []byte {
	switch k := any(k).(type) {
	case *hash:
		return k[:]
	case *facetKey:
		return k[:]
	}
	return nil
}
