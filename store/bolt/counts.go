package bolt

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"frontdesk/store"
)

const (
	shownRefs = 100
	// Refs that share the last shown number are brought into the order of their names, up to so many of them.
	comparedRefs = 1000
)

// Counts returns the numbers beside views and facets. What nobody has is left out.
func (v *Views) Counts(ctx context.Context) (counts store.Counts, err error) {
	err = v.read(ctx, "read the counters", func(r *reader) error {
		counts, err = r.counts()
		return err
	})
	return counts, err
}

func (r *reader) counts() (store.Counts, error) {
	c := store.Counts{
		Statuses: map[store.Status]int{}, Origins: map[store.Origin]int{},
		Mine: map[string]int{}, Inboxes: map[store.InboxID]int{}, Applied: r.applied,
	}
	unknown, err := getNumber(r.tx, unknownKey)
	if err != nil {
		return c, err
	}
	c.Unknown = int(unknown)
	for kind, take := range map[byte]func(facetRow){
		kindStatus: func(row facetRow) {
			c.Statuses[store.Status(row.text)] = row.all
			c.Total += row.all
		},
		kindIs: func(row facetRow) {
			switch row.text {
			case store.IsUnread:
				c.Unread = row.open
			case store.IsUnreplied:
				c.Unreplied = row.open
			}
		},
		kindOrigin:   func(row facetRow) { positive(c.Origins, store.Origin(row.text), row.open) },
		kindAssignee: func(row facetRow) { positive(c.Mine, row.text, row.open) },
		kindInbox:    func(row facetRow) { positive(c.Inboxes, store.InboxID(row.text), row.open) },
	} {
		err := r.eachFacet(kind, func(_ facetKey, row facetRow) error {
			take(row)
			return nil
		})
		if err != nil {
			return c, err
		}
	}
	c.Refs, err = r.topRefs()
	return c, err
}

func positive[K comparable](m map[K]int, k K, n int) {
	if n > 0 {
		m[k] = n
	}
}

// topRefs are the refs that most open conversations came in with.
func (r *reader) topRefs() (list []store.RefCount, err error) {
	err = walk(r.sets, []byte{kindRank}, nil, false, func(k, _ []byte) (bool, error) {
		if len(k) != rankLen {
			return false, errDamaged
		}
		n := int(binary.BigEndian.Uint64(k[1:]))
		if len(list) >= comparedRefs || len(list) >= shownRefs && list[len(list)-1].N != n {
			return false, nil
		}
		key := append([]byte{kindRef}, k[9:]...)
		row, err := decodeFacet(r.facets.Get(key))
		if err != nil {
			return false, err
		}
		list = append(list, store.RefCount{Ref: row.text, N: n})
		return true, nil
	})
	slices.SortFunc(list, func(a, b store.RefCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Ref, b.Ref))
	})
	return list[:min(len(list), shownRefs)], err
}
