package bolt

import (
	"encoding/binary"
	"slices"
	"sort"
)

// columns are the index of activity in memory, sixteen bytes a conversation: what its packed values say, in a form
// that a loop goes through at a row in a nanosecond or less. They are kept in pieces, so that a row that moves shifts
// a few kilobytes.
//
// A row knows the time and two bytes of its conversation's hash. That leads to a row of the index, or to the few that
// share both: whoever finds a row here asks the index which conversations are meant. Rows equal in everything are
// therefore as good as each other.
//
// columns do not lock anything; memory does.
type columns struct {
	pieces    []*piece // none is empty; all rows in order
	slabs     slabs
	rows      int
	inboxes   dictionary
	assignees dictionary
	labels    dictionary
	lists     refLists
}

// pieceRows are the most of one piece: some sixteen kilobytes.
const pieceRows = 1020

// piece are neighbouring rows, which share the upper half of their times.
type piece struct {
	high     uint32
	n        int
	low      [pieceRows]uint32
	refs     [pieceRows]uint32
	short    [pieceRows]uint16
	labels   [pieceRows]uint16
	state    [pieceRows]uint8 // as the second byte of a packed value
	origins  [pieceRows]uint8 // as its first
	inbox    [pieceRows]uint8
	assignee [pieceRows]uint8
}

// columnKey is a place among the rows: a time as keys have it, and the first bytes of a conversation's hash.
type columnKey struct {
	at    uint64
	short uint16
}

func columnKeyOf(p []byte) columnKey {
	return columnKey{at: binary.BigEndian.Uint64(p), short: binary.BigEndian.Uint16(p[8:])}
}

// bytes are the beginning of the positions that are meant.
func (k columnKey) bytes() []byte {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint64(nil, k.at), k.short)
}

func (k columnKey) less(o columnKey) bool {
	return k.at < o.at || k.at == o.at && k.short < o.short
}

// columnRow is one row.
type columnRow struct {
	key                             columnKey
	refs                            uint32
	labels                          uint16
	state, origins, inbox, assignee uint8
}

// dictionary gives hashes small numbers, from 1 up. Those for which there is no number left share the highest.
type dictionary struct {
	most  int
	known []uint32
}

// code is the number of a hash, a new one if need be; 0 is for what has no hash.
func (d *dictionary) code(h uint32) uint8 {
	if h == 0 {
		return 0
	}
	i := slices.Index(d.known, h)
	if i < 0 {
		if len(d.known) >= d.most-1 {
			return uint8(d.most)
		}
		i = len(d.known)
		d.known = append(d.known, h)
	}
	return uint8(i + 1)
}

// shared reports whether a code stands for all hashes that have none of their own.
func (d *dictionary) shared(code int) bool { return code >= d.most }

func newColumns() *columns {
	return &columns{
		inboxes: dictionary{most: 255}, assignees: dictionary{most: 255}, labels: dictionary{most: labelBits},
	}
}

const (
	// The bits of a row's labels: one for each label that has a number of its own, the last for all others.
	labelBits  = 16
	otherLabel = 1 << (labelBits - 1)
)

// row is what the columns keep of a row of the index.
func (c *columns) row(p []byte, v packed) columnRow {
	r := columnRow{
		key: columnKeyOf(p), state: v[1], origins: v[0],
		inbox: c.inboxes.code(v.inbox()), assignee: c.assignees.code(v.assignee()),
	}
	r.refs = c.lists.column(v.refs())
	list, more := v.labels()
	if more {
		r.labels = otherLabel
	}
	for ; len(list) >= 4; list = list[4:] {
		r.labels |= 1 << (c.labels.code(binary.BigEndian.Uint32(list)) - 1)
	}
	return r
}

func (p *piece) key(i int) columnKey {
	return columnKey{at: uint64(p.high)<<32 | uint64(p.low[i]), short: p.short[i]}
}

func (p *piece) get(i int) columnRow {
	return columnRow{
		key: p.key(i), refs: p.refs[i], labels: p.labels[i], state: p.state[i], origins: p.origins[i],
		inbox: p.inbox[i], assignee: p.assignee[i],
	}
}

func (p *piece) set(i int, r columnRow) {
	p.low[i], p.short[i] = uint32(r.key.at), r.key.short
	p.refs[i], p.labels[i] = r.refs, r.labels
	p.state[i], p.origins[i], p.inbox[i], p.assignee[i] = r.state, r.origins, r.inbox, r.assignee
}

// move copies the rows from..until of another piece, or of this one, to begin at row to.
func (p *piece) move(to int, src *piece, from, until int) {
	copy(p.low[to:], src.low[from:until])
	copy(p.refs[to:], src.refs[from:until])
	copy(p.short[to:], src.short[from:until])
	copy(p.labels[to:], src.labels[from:until])
	copy(p.state[to:], src.state[from:until])
	copy(p.origins[to:], src.origins[from:until])
	copy(p.inbox[to:], src.inbox[from:until])
	copy(p.assignee[to:], src.assignee[from:until])
}

func (p *piece) roomFor(k columnKey) bool { return p.n < pieceRows && p.high == uint32(k.at>>32) }

// seek finds the first row that is not before k.
func (c *columns) seek(k columnKey) (at, i int) {
	at = sort.Search(len(c.pieces), func(j int) bool { return !c.pieces[j].key(c.pieces[j].n - 1).less(k) })
	if at < len(c.pieces) {
		p := c.pieces[at]
		i = sort.Search(p.n, func(j int) bool { return !p.key(j).less(k) })
	}
	return at, i
}

// insert puts a row in its place.
func (c *columns) insert(r columnRow) {
	c.rows++
	at, i := c.seek(r.key)
	if i == 0 && at > 0 && c.pieces[at-1].roomFor(r.key) {
		at, i = at-1, c.pieces[at-1].n // behind the piece before, as almost always
	}
	if at == len(c.pieces) || c.pieces[at].high != uint32(r.key.at>>32) {
		c.pieces = slices.Insert(c.pieces, at, c.slabs.take(uint32(r.key.at>>32)))
	}
	if p := c.pieces[at]; p.n == pieceRows {
		half := c.slabs.take(p.high)
		half.n = p.n - p.n/2
		half.move(0, p, p.n/2, p.n)
		p.n /= 2
		c.pieces = slices.Insert(c.pieces, at+1, half)
		if i > p.n {
			at, i = at+1, i-p.n
		}
	}
	p := c.pieces[at]
	p.move(i+1, p, i, p.n)
	p.n++
	p.set(i, r)
}

// remove takes one row away that is equal to r; it reports whether there was one.
func (c *columns) remove(r columnRow) bool {
	for at, i := c.seek(r.key); at < len(c.pieces); at, i = at+1, 0 {
		for p := c.pieces[at]; i < p.n; i++ {
			if p.key(i) != r.key {
				return false
			}
			if p.get(i) != r {
				continue
			}
			p.move(i, p, i+1, p.n)
			p.n--
			c.rows--
			c.tidy(at)
			return true
		}
	}
	return false
}

// tidy takes an empty piece away, and makes one of two neighbours that have room for more in one.
func (c *columns) tidy(at int) {
	if c.pieces[at].n == 0 {
		c.slabs.put(c.pieces[at])
		c.pieces = slices.Delete(c.pieces, at, at+1)
		return
	}
	for _, first := range []int{at - 1, at} {
		if first < 0 || first+1 >= len(c.pieces) {
			continue
		}
		a, b := c.pieces[first], c.pieces[first+1]
		// Rows come at the end and go anywhere: pieces that may be nearly full leave little memory unused. One that must
		// be split again is not made one at once.
		if a.high == b.high && a.n+b.n <= pieceRows*15/16 {
			a.move(a.n, b, 0, b.n)
			a.n += b.n
			c.slabs.put(b)
			c.pieces = slices.Delete(c.pieces, first+1, first+2)
			return
		}
	}
}
