package bolt

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"frontdesk/store"
)

const (
	shownRanks = 100
	// Refs and labels that share the last shown number are brought into the order of their names, up to so many of them.
	comparedRanks = 1000
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
	err = r.top(kindRef, func(text string, n int) { c.Refs = append(c.Refs, store.RefCount{Ref: text, N: n}) })
	if err != nil {
		return c, err
	}
	err = r.top(kindLabel, func(text string, n int) { c.Labels = append(c.Labels, store.LabelCount{Label: text, N: n}) })
	return c, err
}

func positive[K comparable](m map[K]int, k K, n int) {
	if n > 0 {
		m[k] = n
	}
}

// top gives the values of a kind that most open conversations have to take, most first, then by name.
func (r *reader) top(kind byte, take func(text string, n int)) error {
	var list []facetRow
	err := walk(r.sets, []byte{rankKinds[kind]}, nil, false, func(k, _ []byte) (bool, error) {
		if len(k) != rankLen {
			return false, errDamaged
		}
		n := int(binary.BigEndian.Uint64(k[1:]))
		if len(list) >= comparedRanks || len(list) >= shownRanks && list[len(list)-1].open != n {
			return false, nil
		}
		row, err := decodeFacet(r.facets.Get(append([]byte{kind}, k[9:]...)))
		if err != nil {
			return false, err
		}
		list = append(list, facetRow{text: row.text, open: n})
		return true, nil
	})
	slices.SortFunc(list, func(a, b facetRow) int { return cmp.Or(cmp.Compare(b.open, a.open), cmp.Compare(a.text, b.text)) })
	for _, row := range list[:min(len(list), shownRanks)] {
		take(row.text, row.open)
	}
	return err
}
