package bolt

import (
	"slices"
	"strings"

	"frontdesk/store"
)

// filter is a query made ready: what packed values and sets can say about it. Whatever they say, a row is returned
// only if the query matches its header.
type filter struct {
	query   store.Query
	asks    []ask
	drivers []driver

	total    int  // conversations there are
	estimate int  // conversations that may be expected to match, if terms are independent
	empty    bool // surely nothing matches
}

// ask is a condition as a packed value can answer it.
type ask struct {
	not bool
	say func(packed) answer
}

// driver is a condition whose conversations are kept as sets.
type driver struct {
	facets []facetKey
	count  int // of members, those of several facets counted for each
}

// newFilter makes a query ready. A name (a ref, a label…) that no conversation has ends the search here.
func (r *reader) newFilter(q store.Query) (*filter, error) {
	f := &filter{query: store.Query{Terms: q.Terms, Words: make([]string, len(q.Words))}}
	for i, w := range q.Words {
		f.query.Words[i] = strings.ToLower(w) // once, not for each row
	}
	err := r.eachFacet(kindStatus, func(_ facetKey, row facetRow) error {
		f.total += row.all
		return nil
	})
	if err != nil {
		return nil, err
	}
	f.estimate = f.total
	for _, t := range q.Terms {
		if err := r.addTerm(f, t); err != nil {
			return nil, err
		}
	}
	f.empty = f.empty || f.total == 0
	return f, nil
}

// namelessFilter finds the conversations whose contact's profile was never asked for.
func (r *reader) namelessFilter() (*filter, error) {
	f, err := r.newFilter(store.Query{})
	if err != nil {
		return nil, err
	}
	f.asks = append(f.asks, ask{say: func(p packed) answer { return sure(p[1]&flagNameless != 0) }})
	return f, r.drive(f, []facetKey{facetKeyOf(kindNameless, "")}, true)
}

var fieldKinds = map[store.Field]byte{
	store.FieldStatus: kindStatus, store.FieldOrigin: kindOrigin, store.FieldRef: kindRef, store.FieldIs: kindIs,
	store.FieldInbox: kindInbox, store.FieldAssignee: kindAssignee, store.FieldLabel: kindLabel,
}

func (r *reader) addTerm(f *filter, t store.Term) error {
	kind := fieldKinds[t.Field]
	var keys []facetKey
	known := true // whether the facets of the term are all in keys
	for _, v := range t.Values {
		switch prefix, isPrefix := strings.CutSuffix(v, "*"); {
		case t.Field == store.FieldRef && isPrefix:
			some, ok, err := r.refsWith(prefix)
			if err != nil {
				return err
			}
			keys, known = append(keys, some...), known && ok
		case t.Field == store.FieldAssignee && v == "":
			known = false // those without an assignee are no set
		default:
			keys = append(keys, facetKeyOf(kind, v))
		}
	}
	f.asks = append(f.asks, ask{not: t.Not, say: sayOf(t, keys, known)})
	if t.Not || !known {
		return nil
	}
	slices.SortFunc(keys, func(a, b facetKey) int { return slices.Compare(a[:], b[:]) })
	return r.drive(f, slices.Compact(keys), hasMembers(kind))
}

// drive takes a condition's facets into the estimate and, where they are sets, into the drivers.
func (r *reader) drive(f *filter, keys []facetKey, members bool) error {
	n := 0
	for _, k := range keys {
		row := r.facets.Get(k[:])
		if row == nil {
			continue
		}
		c, err := decodeFacet(row)
		if err != nil {
			return err
		}
		n += c.all
	}
	if n == 0 {
		f.empty = true
		return nil
	}
	if f.total > 0 {
		f.estimate = int(float64(f.estimate) * min(1, float64(n)/float64(f.total)))
	}
	if members {
		f.drivers = append(f.drivers, driver{facets: keys, count: n})
	}
	return nil
}

// manyRefs is how many different refs a prefix is compared with. Beyond it the headers are asked: a site that gives
// each visitor a ref of their own would make every search by prefix a walk over all of them.
const manyRefs = 20_000

// refsWith finds the refs that begin with a prefix; ok is false when there are too many refs to look through.
func (r *reader) refsWith(prefix string) (keys []facetKey, ok bool, err error) {
	n := 0
	ok = true
	err = walk(r.facets, []byte{kindRef}, nil, true, func(k, v []byte) (bool, error) {
		if n++; n > manyRefs {
			ok = false
			return false, nil
		}
		row, err := decodeFacet(v)
		if err == nil && strings.HasPrefix(row.text, prefix) {
			keys = append(keys, facetKey(k))
		}
		return err == nil, err
	})
	if !ok {
		keys = nil
	}
	return keys, ok, err
}

// eachFacet calls fn for the facets of a kind.
func (r *reader) eachFacet(kind byte, fn func(facetKey, facetRow) error) error {
	return walk(r.facets, []byte{kind}, nil, true, func(k, v []byte) (bool, error) {
		if err := r.step(); err != nil {
			return false, err
		}
		row, err := decodeFacet(v)
		if err == nil {
			err = fn(facetKey(k), row)
		}
		return err == nil, err
	})
}

// sayOf is how a packed value answers a term, its negation left aside.
func sayOf(t store.Term, keys []facetKey, known bool) func(packed) answer {
	hashes := make([]uint32, len(keys))
	for i, k := range keys {
		hashes[i] = hash(k[1:]).short()
	}
	switch t.Field {
	case store.FieldStatus:
		return sayStatus(t.Values)
	case store.FieldOrigin:
		return sayOrigin(t.Values)
	case store.FieldIs:
		var bits byte
		for _, v := range t.Values {
			bits |= map[string]byte{store.IsUnread: flagUnread, store.IsUnreplied: flagUnreplied}[v]
		}
		return func(p packed) answer { return sure(p[1]&bits != 0) }
	case store.FieldInbox:
		return func(p packed) answer { return likely(slices.Contains(hashes, p.inbox())) }
	case store.FieldAssignee:
		nobody := slices.Contains(t.Values, "")
		return func(p packed) answer {
			if p.assignee() == 0 {
				return sure(nobody)
			}
			return likely(slices.Contains(hashes, p.assignee()))
		}
	case store.FieldRef:
		return func(p packed) answer {
			list, more := p.refs()
			if !known {
				return likely(len(list) > 0 || more)
			}
			return anyHash(list, more, hashes)
		}
	case store.FieldLabel:
		return func(p packed) answer {
			list, more := p.labels()
			return anyHash(list, more, hashes)
		}
	}
	return func(packed) answer { return perhaps }
}

func sayStatus(values []string) func(packed) answer {
	var wanted [statusBits + 1]bool
	for _, v := range values {
		wanted[statusBit(store.Status(v))] = true
	}
	return func(p packed) answer {
		bit := p[1] & statusBits
		if bit == 0 {
			return likely(wanted[0])
		}
		return sure(wanted[bit])
	}
}

func sayOrigin(values []string) func(packed) answer {
	var mask byte
	for _, v := range values {
		mask |= originBit(store.Origin(v))
	}
	shared := originBit("") // of all origins that have no bit of their own
	return func(p packed) answer {
		if p[0]&mask&^shared != 0 {
			return yes
		}
		return likely(p[0]&mask != 0)
	}
}

// rulesOut reports whether a packed value shows that the query can't match.
func (f *filter) rulesOut(p packed) bool {
	for _, a := range f.asks {
		if said := a.say(p); said == no && !a.not || said == yes && a.not {
			return true
		}
	}
	return false
}

// A walk over a set costs a header for each member, before the first row is known: members are kept without their
// time, which would have to be moved with every message. Looking at one row of the index of activity costs about a
// sixteenth of that, and the walk ends when the page is full.
const memberCost = 16

// members chooses between the two ways: it returns the smallest set when walking the whole of it is cheaper than the
// rows of the index that must be expected to pass by until the page is full.
func (f *filter) members(limit int) (driver, bool) {
	if len(f.drivers) == 0 {
		return driver{}, false
	}
	d := slices.MinFunc(f.drivers, func(a, b driver) int { return a.count - b.count })
	expected := float64(f.total) * min(1, float64(limit)/float64(max(1, f.estimate)))
	return d, float64(d.count)*memberCost < expected
}
