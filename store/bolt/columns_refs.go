package bolt

import (
	"encoding/binary"
	"math/bits"
)

// A row's refs, in four bytes. Nearly all conversations came by one ref or two; of those that came by more the columns
// keep the lists beside the rows, and when there is no more room for lists, three bits for each ref.
//
//	0      no ref
//	0...   31 bits of the hash of the only one
//	10...  15 bits of each of two
//	111... number of the list
//	110... three of 29 bits for each of several; all of them where the packed value has not all refs
const (
	twoRefs    = 0b100 << 29
	bitsOfRefs = 0b110 << 29
	listOfRefs = 0b111 << 29
	unsureRefs = bitsOfRefs | (1<<29 - 1)

	twoForm  = 0b110 << 29 // these bits tell twoRefs from the others
	listForm = 0b111 << 29

	halfBits = 15
	halfMask = 1<<halfBits - 1
)

// refCode is what a row keeps of an only ref; never 0.
func refCode(short uint32) uint32 { return max(1, short>>1) }

// refBits are the bits of one ref among several.
func refBits(code uint32) uint32 {
	return bitsOfRefs | 1<<(code%29) | 1<<(code/29%29) | 1<<(code/(29*29)%29)
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
		return twoRefs | a&halfMask<<halfBits | b&halfMask
	}
	if n, ok := l.number(list); ok {
		return listOfRefs | n
	}
	for ; len(list) >= 4; list = list[4:] {
		v |= refBits(refCode(binary.BigEndian.Uint32(list)))
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
	for s := l.lists[v&^listOfRefs]; len(s) >= 4; s = s[4:] {
		if !fn(refCode(uint32(s[0])<<24 | uint32(s[1])<<16 | uint32(s[2])<<8 | uint32(s[3]))) {
			return
		}
	}
}

// mayHave reports whether a row that came by more than two refs may have one of that code.
func (l *refLists) mayHave(v, code uint32) (found bool) {
	if v&listForm != listOfRefs {
		b := refBits(code)
		return v&b == b
	}
	l.each(v, func(c uint32) bool {
		found = c == code
		return !found
	})
	return found
}

// wantedRefs are the refs that a condition asks for, as the columns have them.
type wantedRefs struct {
	codes  map[uint32]bool             // and whether such a code is surely the ref
	halves [(halfMask + 1) / 64]uint64 // the bits that a row keeps of one of two
}

func newWantedRefs(texts hashSet) *wantedRefs {
	w := &wantedRefs{codes: make(map[uint32]bool, len(texts.list))}
	for _, t := range texts.list {
		code := refCode(t.short)
		alone, twice := w.codes[code]
		w.codes[code] = t.alone && (!twice || alone)
		half := code & halfMask
		w.halves[half/64] |= 1 << (half % 64)
	}
	return w
}

func (w *wantedRefs) half(v uint32) bool {
	v &= halfMask
	return w.halves[v/64]&(1<<(v%64)) != 0
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
	const lowMask, highMask = twoForm | halfMask, twoForm | halfMask<<halfBits
	low, high := twoRefs|want&halfMask, twoRefs|want&halfMask<<halfBits
	t.scan = func(p *piece, from, until int, out []uint16) []uint16 {
		for i, v := range p.refs[from:until] {
			if v == want || v&lowMask == low || v&highMask == high || v >= bitsOfRefs && c.lists.mayHave(v, want) {
				out = append(out, uint16(from+i))
			}
		}
		return out
	}
	return t
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
	case v < twoRefs:
		return w.code(v)
	case v&twoForm == twoRefs:
		return likely(w.half(v) || w.half(v>>halfBits))
	case v&listForm == listOfRefs:
		l.each(v, func(code uint32) bool {
			said = max(said, w.code(code))
			return said != yes
		})
		return said
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
