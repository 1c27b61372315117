package bolt

import (
	"encoding/binary"
	"math/bits"
)

// A row's refs, in four bytes: none, 31 bits of the hash of the only one, or, with the highest bit, several. Nearly all
// of those that came by several came by two. Of those that came by more the columns keep the lists beside the rows, and
// when there is no more room for lists, a few bits for each ref.
//
//	31      several
//	23..30  one of these for each ref, so that one look rules most rows out
//	22      0: below it eleven bits of each of two
//	21      1: below it the number of the list; 0: two bits below it for each ref, and all bits where the packed value
//	        has not all refs
const (
	severalRefs = 1 << 31
	listedRefs  = 1<<22 | 1<<21
	spreadRefs  = 1 << 22
	refsForm    = 1<<22 | 1<<21
	unsureRefs  = ^uint32(1 << 21)

	firstLook = 23 // the lowest of the bits that are looked at first
	spread    = 21 // bits that spreadRefs uses
	halfBits  = 11
	halfMask  = 1<<halfBits - 1
)

// refCode is what a row keeps of an only ref; never 0.
func refCode(short uint32) uint32 { return max(1, short>>1) }

// refLook are the bits by which a row of several refs is ruled out at a first look, if it has them not all.
func refLook(code uint32) uint32 { return severalRefs | 1<<(firstLook+code>>28) }

// refBits are the bits of one ref where the refs are spread over all of them.
func refBits(code uint32) uint32 {
	return refLook(code) | spreadRefs | 1<<(code%spread) | 1<<(code/spread%spread)
}

const (
	// mostLists is about how many bytes all lists may take: room for twenty thousand conversations with a list of their
	// own. Of a million that were made up, every ninetieth has one.
	mostLists = 2 << 20
	listCost  = 80 // of a list, beside its refs
)

// refLists are the lists of refs, each once. A list stays until the columns are read anew, so that what was once said
// of a row is said again when the row shall go.
type refLists struct {
	known map[string]uint32
	lists []string // four bytes of hash for each ref
	bytes int
}

// column is what a row keeps of the refs of a packed value.
func (l *refLists) column(list []byte, more bool) (v uint32) {
	switch {
	case more:
		return unsureRefs
	case len(list) == 0:
		return 0
	case len(list) == 4:
		return refCode(binary.BigEndian.Uint32(list))
	case len(list) == 8:
		a, b := refCode(binary.BigEndian.Uint32(list)), refCode(binary.BigEndian.Uint32(list[4:]))
		return refLook(a) | refLook(b) | a&halfMask<<halfBits | b&halfMask
	}
	n, listed := l.number(list)
	for ; len(list) >= 4; list = list[4:] {
		if code := refCode(binary.BigEndian.Uint32(list)); listed {
			v |= refLook(code) | listedRefs | n
		} else {
			v |= refBits(code)
		}
	}
	return v
}

// number is the number of a list, a new one if need be and if there is room.
func (l *refLists) number(list []byte) (n uint32, ok bool) {
	if n, ok = l.known[string(list)]; ok {
		return n, true
	}
	if l.bytes += len(list) + listCost; l.bytes > mostLists {
		l.bytes = mostLists // none fits any more: one that did not find room never has a number
		return 0, false
	}
	if l.known == nil {
		l.known = map[string]uint32{}
	}
	n, text := uint32(len(l.lists)), string(list)
	l.known[text], l.lists = n, append(l.lists, text)
	return n, true
}

// each calls fn for the codes of the list that a row names, until it says no.
func (l *refLists) each(v uint32, fn func(code uint32) bool) {
	for s := l.lists[v&(1<<spread-1)]; len(s) >= 4; s = s[4:] {
		if !fn(refCode(uint32(s[0])<<24 | uint32(s[1])<<16 | uint32(s[2])<<8 | uint32(s[3]))) {
			return
		}
	}
}

// mayHave reports whether a row of several refs, which a first look did not rule out, may have the one of that code.
func (l *refLists) mayHave(v, code uint32) (found bool) {
	switch v & refsForm {
	case spreadRefs:
		b := refBits(code)
		return v&b == b
	case listedRefs:
		l.each(v, func(c uint32) bool {
			found = c == code
			return !found
		})
		return found
	default:
		return (v^code)&halfMask == 0 || (v>>halfBits^code)&halfMask == 0
	}
}

// wantedRefs are the refs that a condition asks for, as the columns have them.
type wantedRefs struct {
	codes  map[uint32]bool                 // and whether such a code is surely the ref
	halves [8 * (halfMask + 1) / 64]uint64 // what a row keeps of one of two, by its number among the bits of refLook
}

func newWantedRefs(texts hashSet) *wantedRefs {
	w := &wantedRefs{codes: make(map[uint32]bool, len(texts.list))}
	for _, t := range texts.list {
		code := refCode(t.short)
		alone, twice := w.codes[code]
		w.codes[code] = t.alone && (!twice || alone)
		half := halfOf(code>>28, code)
		w.halves[half/64] |= 1 << (half % 64)
	}
	return w
}

func halfOf(look, v uint32) uint32 { return look<<halfBits | v&halfMask }

// half reports whether one of the two refs of a row may be wanted.
func (w *wantedRefs) half(v uint32) bool {
	for looks := v << 1 >> (firstLook + 1); looks != 0; looks &= looks - 1 {
		look := uint32(bits.TrailingZeros32(looks))
		for _, half := range [...]uint32{halfOf(look, v), halfOf(look, v>>halfBits)} {
			if w.halves[half/64]&(1<<(half%64)) != 0 {
				return true
			}
		}
	}
	return false
}

func (w *wantedRefs) code(code uint32) answer {
	alone, found := w.codes[code]
	if alone {
		return yes
	}
	return likely(found)
}

// refTest is a condition on refs.
func (c *columns) refTest(a *ask) columnTest {
	column := func(p *piece) *[pieceRows]uint32 { return &p.refs }
	wanted := newWantedRefs(a.texts)
	t := valueTest(column, func(v uint32) bool { return !a.rulesOut(c.lists.say(a, v, wanted)) })
	if a.not || a.every || a.vague || len(wanted.codes) != 1 {
		return t
	}
	// The usual case, as fast as can be.
	want := refCode(a.texts.list[0].short)
	look := refLook(want)
	t = valueTest(column, func(v uint32) bool { return v == want || v&look == look && c.lists.mayHave(v, want) })
	t.scan = func(p *piece, from, until int, out []uint16) []uint16 {
		refs := p.refs[:until]
		for i := nextRef(refs, from, want, look); i < until; i = nextRef(refs, i+1, want, look) {
			if v := refs[i]; v == want || c.lists.mayHave(v, want) {
				out = append(out, uint16(i))
			}
		}
		return out
	}
	return t
}

// nextRef is the first row from i on whose only ref has the code want, or that a first look does not rule out; else the
// number of rows. Four rows at a time, and a function of its own because no call may stand in such a loop: a search for
// what is rare is this and little else.
//
//go:noinline
func nextRef(refs []uint32, i int, want, look uint32) int {
	for ; i+4 <= len(refs); i += 4 {
		switch four := refs[i : i+4 : i+4]; {
		case four[0] == want || four[0]&look == look:
			return i
		case four[1] == want || four[1]&look == look:
			return i + 1
		case four[2] == want || four[2]&look == look:
			return i + 2
		case four[3] == want || four[3]&look == look:
			return i + 3
		}
	}
	for ; i < len(refs); i++ {
		if v := refs[i]; v == want || v&look == look {
			return i
		}
	}
	return i
}

// say is sayRef for what columns keep of refs.
func (l *refLists) say(a *ask, v uint32, w *wantedRefs) (said answer) {
	switch {
	case a.every:
		return sure(v != 0)
	case v == 0:
		return no
	case a.vague:
		return perhaps
	case v < severalRefs:
		return w.code(v)
	case v&refsForm == listedRefs:
		l.each(v, func(code uint32) bool {
			said = max(said, w.code(code))
			return said != yes
		})
		return said
	case v&refsForm != spreadRefs:
		return likely(w.half(v))
	case len(w.codes) > bits.OnesCount32(v): // asking them all would take longer than looking
		return perhaps
	}
	for code := range w.codes {
		if l.mayHave(v, code) {
			return perhaps
		}
	}
	return no
}
