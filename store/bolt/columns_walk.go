package bolt

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"frontdesk/store"
)

// columnTest is a condition made ready for columns. Both functions write the numbers of those rows of a piece that it
// does not rule out: scan of a stretch of rows, sift of some of them, which it writes over.
type columnTest struct {
	scan  func(p *piece, from, until int, out []uint16) []uint16
	sift  func(p *piece, rows []uint16) []uint16
	share float64 // of rows that pass
}

// tests are the conditions of a filter, those that leave least first.
func (c *columns) tests(f *filter) []columnTest {
	tests := make([]columnTest, 0, len(f.asks))
	for i := range f.asks {
		a := &f.asks[i]
		t := c.test(a)
		if t.share = a.share; a.not {
			t.share = 1 - a.share
		}
		tests = append(tests, t)
	}
	slices.SortStableFunc(tests, func(a, b columnTest) int { return cmp.Compare(a.share, b.share) })
	return tests
}

func (c *columns) test(a *ask) columnTest {
	fake := make(packed, packedHead) // a value in which one thing is set, so that there is one meaning of a condition
	switch a.field {
	case store.FieldOrigin:
		return tableTest(func(p *piece) *[pieceRows]uint8 { return &p.origins }, func(code int) bool {
			fake[0] = uint8(code)
			return !a.rulesOut(a.say(fake))
		})
	case store.FieldInbox:
		return tableTest(func(p *piece) *[pieceRows]uint8 { return &p.inbox }, c.inboxes.asks(a, fake[2:6], fake))
	case store.FieldAssignee:
		return tableTest(func(p *piece) *[pieceRows]uint8 { return &p.assignee }, c.assignees.asks(a, fake[6:10], fake))
	case store.FieldRef:
		return c.refTest(a)
	case store.FieldLabel:
		return c.labelTest(a)
	default: // status and is
		return tableTest(func(p *piece) *[pieceRows]uint8 { return &p.state }, func(code int) bool {
			fake[1] = uint8(code)
			return !a.rulesOut(a.say(fake))
		})
	}
}

// asks is whether a row with a code of the dictionary may match; hash is where the condition looks for it.
func (d *dictionary) asks(a *ask, hash []byte, fake packed) func(code int) bool {
	return func(code int) bool {
		switch {
		case d.shared(code):
			return true
		case code > len(d.known):
			return false // no row has it
		case code == 0:
			binary.BigEndian.PutUint32(hash, 0)
		default:
			binary.BigEndian.PutUint32(hash, d.known[code-1])
		}
		return !a.rulesOut(a.say(fake))
	}
}

// tableTest is a condition on a column of single bytes.
func tableTest(column func(*piece) *[pieceRows]uint8, may func(code int) bool) columnTest {
	table := new([256]uint8)
	for code := range table {
		if may(code) {
			table[code] = 1
		}
	}
	return columnTest{
		// Without a branch, because nobody can foretell it: the next row is written over one that did not pass.
		scan: func(p *piece, from, until int, out []uint16) []uint16 {
			n := len(out)
			out = out[:n+until-from]
			for i, code := range column(p)[from:until] {
				out[n] = uint16(from + i)
				n += int(table[code])
			}
			return out[:n]
		},
		sift: func(p *piece, rows []uint16) []uint16 {
			col, n := column(p), 0
			for _, i := range rows {
				rows[n] = i
				n += int(table[col[i]])
			}
			return rows[:n]
		},
	}
}

// valueTest is a condition on a column that a function decides.
func valueTest[T any](column func(*piece) *[pieceRows]T, may func(T) bool) columnTest {
	return columnTest{
		scan: func(p *piece, from, until int, out []uint16) []uint16 {
			for i, v := range column(p)[from:until] {
				if may(v) {
					out = append(out, uint16(from+i))
				}
			}
			return out
		},
		sift: func(p *piece, rows []uint16) []uint16 {
			col, n := column(p), 0
			for _, i := range rows {
				if may(col[i]) {
					rows[n] = i
					n++
				}
			}
			return rows[:n]
		},
	}
}

// labelTest is a condition on labels.
func (c *columns) labelTest(a *ask) columnTest {
	var wanted, surely uint16
	for _, w := range a.texts.list {
		bit := uint16(otherLabel)
		if i := slices.Index(c.labels.known, w.short); i >= 0 {
			if bit = 1 << i; w.alone {
				surely |= bit
			}
		}
		wanted |= bit
	}
	return valueTest(func(p *piece) *[pieceRows]uint16 { return &p.labels }, func(v uint16) bool {
		if a.not {
			return v&surely == 0
		}
		return v&(wanted|otherLabel) != 0 && wanted != 0
	})
}

// walkColumns goes along the columns, as walkActivity goes along the index.
func (r *reader) walkColumns(c *columns, f *filter, start []byte, newer bool, collect func(position) (bool, error)) error {
	w := columnWalk{reader: r, filter: f, start: start, newer: newer, collect: collect}
	tests := c.tests(f)
	buffer := make([]uint16, 0, pieceRows)
	at, from, until := 0, 0, 0
	switch {
	case start != nil:
		at, from = c.seek(columnKeyOf(start))
		if !newer { // the rows that share the key of start are before and behind it
			next := columnKeyOf(start)
			for at < len(c.pieces) && from < c.pieces[at].n && c.pieces[at].key(from) == next {
				if from++; from == c.pieces[at].n {
					at, from = at+1, 0
				}
			}
		}
		until = from
	case !newer:
		at = len(c.pieces)
	}
	for more := true; more; {
		if newer {
			if at >= len(c.pieces) {
				return nil
			}
			until = c.pieces[at].n
		} else if until == 0 {
			if at--; at < 0 {
				return nil
			}
			until = c.pieces[at].n
		}
		if !newer {
			from = 0
		}
		p := c.pieces[at]
		rows := tests[0].scan(p, from, until, buffer[:0])
		for _, t := range tests[1:] {
			rows = t.sift(p, rows)
		}
		if !newer {
			slices.Reverse(rows)
		}
		for _, i := range rows {
			var err error
			if more, err = w.found(p.key(int(i))); err != nil || !more {
				return err
			}
		}
		if newer {
			at, from = at+1, 0
		} else {
			until = 0
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// columnWalk takes what columns find to the index.
type columnWalk struct {
	*reader
	filter  *filter
	start   []byte
	newer   bool
	collect func(position) (bool, error)

	last  columnKey // the key that was found last; the conversations of one key are looked at together
	began bool
}

func (w *columnWalk) found(k columnKey) (more bool, err error) {
	if w.began && k == w.last {
		return true, nil
	}
	w.last, w.began, more = k, true, true
	err = walk(w.act, k.bytes(), nil, w.newer, func(key, v []byte) (bool, error) {
		p := packed(v)
		if len(key) != actLen || !p.valid() {
			return false, errDamaged
		}
		beyond := w.start == nil || bytes.Compare(key, w.start) > 0 == w.newer && !bytes.Equal(key, w.start)
		if !beyond || w.filter.rulesOut(p) {
			return true, nil
		}
		more, err = w.collect(position(key))
		return more, err
	})
	return more, err
}
