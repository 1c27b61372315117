package bolt

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"frontdesk/store"
)

// filter is a query made ready: what packed values, columns and sets can say about it. Whatever they say, a row is
// returned only if the query matches its header.
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
	not   bool
	field store.Field
	say   func(packed) answer

	// For texts, which packed values hold as hashes.
	texts hashSet
	every bool // a ref of any text will do
	vague bool // any ref may be one of the wanted: there were too many to look through

	share float64 // of the conversations, for which the condition may be expected to hold
}

// rulesOut reports whether what was said of the condition shows that the query can't match.
func (a *ask) rulesOut(said answer) bool { return said == no && !a.not || said == yes && a.not }

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
	keys := []facetKey{facetKeyOf(kindNameless, "")}
	n, err := r.membersOf(keys)
	f.drive(ask{field: store.FieldIs, say: func(p packed) answer { return sure(p[1]&flagNameless != 0) }}, keys, n, true)
	return f, err
}

var fieldKinds = map[store.Field]byte{
	store.FieldStatus: kindStatus, store.FieldOrigin: kindOrigin, store.FieldRef: kindRef, store.FieldIs: kindIs,
	store.FieldInbox: kindInbox, store.FieldAssignee: kindAssignee, store.FieldLabel: kindLabel,
}

func (r *reader) addTerm(f *filter, t store.Term) error {
	kind := fieldKinds[t.Field]
	a := ask{not: t.Not, field: t.Field, share: 1}
	var keys, begun []facetKey // those of begun were counted when they were found
	members := 0               // of begun
	known := true              // whether it is known which facets the term means
	sets := hasMembers(kind)   // whether their conversations are the sets of keys and begun
	for _, v := range t.Values {
		switch prefix, isPrefix := strings.CutSuffix(v, "*"); {
		case t.Field == store.FieldRef && isPrefix && prefix == "":
			a.every, known = true, false
		case t.Field == store.FieldRef && isPrefix:
			some, n, ok, err := r.refsWith(prefix, &a.texts)
			if err != nil {
				return err
			}
			begun, members, known, a.vague = append(begun, some...), members+n, known && ok, a.vague || !ok
			sets = sets && (len(some) > 0 || n == 0)
		case t.Field == store.FieldAssignee && v == "":
			known = false // those without an assignee are no set
		default:
			key := facetKeyOf(kind, v)
			alone, err := r.alone(key, v)
			if err != nil {
				return err
			}
			keys = append(keys, key)
			a.texts.add(hash(key[1:]).short(), alone)
		}
	}
	a.texts.sort()
	a.say = a.sayOf(t.Values)
	if !known {
		f.asks = append(f.asks, a)
		return nil
	}
	slices.SortFunc(keys, func(a, b facetKey) int { return slices.Compare(a[:], b[:]) })
	n, err := r.membersOf(slices.Compact(keys))
	if err != nil {
		return err
	}
	f.drive(a, append(keys, begun...), n+members, sets)
	return nil
}

// membersOf counts the conversations of facets, those of several once for each.
func (r *reader) membersOf(keys []facetKey) (n int, err error) {
	for _, k := range keys {
		row := r.facets.Get(k[:])
		if row == nil {
			continue
		}
		c, err := decodeFacet(row)
		if err != nil {
			return 0, err
		}
		n += c.all
	}
	return n, nil
}

// drive takes a condition, whose facets are all known and have n members, into the estimate and, where they are sets,
// into the drivers.
func (f *filter) drive(a ask, keys []facetKey, n int, members bool) {
	a.share = min(1, float64(n)/float64(max(1, f.total)))
	switch {
	case a.not:
		f.estimate = int(float64(f.estimate) * (1 - a.share))
	case n == 0:
		f.empty = true
	default:
		f.estimate = int(float64(f.estimate) * a.share)
		if members {
			f.drivers = append(f.drivers, driver{facets: keys, count: n})
		}
	}
	f.asks = append(f.asks, a)
}

// alone reports whether a facet is there and no other of its kind has a hash that begins as its does: then who has
// that beginning has the facet.
func (r *reader) alone(key facetKey, value string) (bool, error) {
	code, found, others := refCode(hash(key[1:]).short()), false, false
	err := walk(r.facets, key[:4], nil, true, func(k, v []byte) (bool, error) {
		switch {
		case len(k) != memberPrefix:
			return false, errDamaged
		case refCode(hash(k[1:]).short()) != code:
		case !bytes.Equal(k, key[:]):
			others = true
		default:
			row, err := decodeFacet(v)
			found = row.text == value
			return err == nil, err
		}
		return true, nil
	})
	return found && !others && code > 1, err
}

// manyRefs is how many different refs a prefix is compared with. Beyond it the headers are asked: a site that gives
// each visitor a ref of their own would make every search by prefix a walk over all of them.
const manyRefs = 20_000

// manySets are more than it is worth to go through for a page: their members are as many at least.
const manySets = 1000

// refsWith finds the refs that begin with a prefix, and counts their conversations; keys are nil when there are too many
// of them, and ok is false when there are too many refs to look through.
func (r *reader) refsWith(prefix string, texts *hashSet) (keys []facetKey, members int, ok bool, err error) {
	n := 0
	ok = true
	var (
		last      uint32 // code of the ref before
		lastAdded bool
	)
	found := *texts
	err = walk(r.facets, []byte{kindRef}, nil, true, func(k, v []byte) (bool, error) {
		if n++; n > manyRefs {
			ok = false
			return false, nil
		}
		if len(k) != memberPrefix {
			return false, errDamaged
		}
		begins, all, err := facetBegins(v, prefix)
		if err != nil {
			return false, err
		}
		short := hash(k[1:]).short()
		code := refCode(short)
		same := n > 1 && code == last
		if same && lastAdded {
			found.list[len(found.list)-1].alone = false
		}
		if last, lastAdded = code, begins; !begins {
			return true, nil
		}
		if members += all; len(found.list) < manySets {
			keys = append(keys, facetKey(k))
		} else {
			keys = nil
		}
		found.add(short, !same && code > 1)
		return true, nil
	})
	if !ok || err != nil {
		return nil, 0, ok, err
	}
	*texts = found
	return keys, members, true, nil
}

// facetBegins reports whether a facet's text begins with a prefix, and how many conversations have it then. These are
// the first fields of its row: a search through all refs decodes none of them.
func facetBegins(row []byte, prefix string) (begins bool, all int, err error) {
	if len(row) < 2 || row[0] != rowVersion {
		return false, 0, errDamaged
	}
	var text []byte
	if row = row[1:]; row[0] == facetText<<1|textForm { // else it is the facet of an empty text
		n, width := binary.Uvarint(row[1:])
		if width <= 0 || n > uint64(len(row)-1-width) {
			return false, 0, errDamaged
		}
		text, row = row[1+width:][:n], row[1+width+int(n):]
	}
	if len(text) < len(prefix) || string(text[:len(prefix)]) != prefix {
		return false, 0, nil
	}
	if len(row) == 0 || row[0] != facetAll<<1|numForm {
		return false, 0, errDamaged // a facet that nobody has is not kept
	}
	n, width := binary.Varint(row[1:])
	if width <= 0 || n < 0 {
		return false, 0, errDamaged
	}
	return true, int(n), nil
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

// sayOf is how a packed value answers the condition, its negation left aside.
func (a *ask) sayOf(values []string) func(packed) answer {
	texts := a.texts
	switch a.field {
	case store.FieldStatus:
		return sayStatus(values)
	case store.FieldOrigin:
		return sayOrigin(values)
	case store.FieldIs:
		var bits byte
		for _, v := range values {
			bits |= map[string]byte{store.IsUnread: flagUnread, store.IsUnreplied: flagUnreplied}[v]
		}
		return func(p packed) answer { return sure(p[1]&bits != 0) }
	case store.FieldInbox:
		return func(p packed) answer { return texts.find(p.inbox()) }
	case store.FieldAssignee:
		nobody := slices.Contains(values, "")
		return func(p packed) answer {
			if p.assignee() == 0 {
				return sure(nobody)
			}
			return texts.find(p.assignee())
		}
	case store.FieldRef:
		return a.sayRef
	case store.FieldLabel:
		return func(p packed) answer { return texts.findAny(p.labels()) }
	}
	return func(packed) answer { return perhaps }
}

func (a *ask) sayRef(p packed) answer {
	list, more := p.refs()
	some := len(list) > 0 || more
	if a.every {
		return sure(some)
	}
	said := a.texts.findAny(list, more)
	if said == no && a.vague {
		return likely(some)
	}
	return said
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
	for i := range f.asks {
		if a := &f.asks[i]; a.rulesOut(a.say(p)) {
			return true
		}
	}
	return false
}
