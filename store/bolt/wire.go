package bolt

import (
	"encoding/binary"
	"errors"
	"math"
)

// Rows are kept as fields: a varint of number and form, then a varint (numForm) or a length and bytes (textForm).
// Fields stand in ascending order of their numbers and zero values are left out. A reader skips numbers it does not
// know and finds zero where a number is missing, so a row can grow without another layout.
const (
	numForm  = 0
	textForm = 1
)

// rowVersion is the first byte of every row.
const rowVersion = 1

var errDamaged = errors.New("a row is damaged")

// fields writes the fields of a value, or reads them back. One function for each type names its fields, in ascending
// order, for both ways.
type fields struct {
	buf     []byte
	reading bool
	err     error // the first fault while reading

	// The field that stands at the start of buf while reading, if peeked.
	peeked bool
	tag    uint64
	form   uint64
}

// encode appends a row of what visit names to buf.
func encode(buf []byte, visit func(*fields)) []byte {
	f := fields{buf: append(buf, rowVersion)}
	visit(&f)
	return f.buf
}

// decode reads a row into what visit names. The result holds no bytes of row.
func decode(row []byte, visit func(*fields)) error {
	if len(row) == 0 || row[0] != rowVersion {
		return errDamaged
	}
	return decodeFields(row[1:], visit)
}

func decodeFields(buf []byte, visit func(*fields)) error {
	f := fields{buf: buf, reading: true}
	visit(&f)
	f.finish()
	return f.err
}

// finish steps over the fields that nobody asked for.
func (f *fields) finish() { f.next(math.MaxUint64) }

// next moves to the field with the number, if it is there, and returns its form.
func (f *fields) next(tag uint64) (form uint64, ok bool) {
	for f.err == nil {
		if !f.peeked {
			if len(f.buf) == 0 {
				return 0, false
			}
			head := f.uvarint()
			if f.err != nil {
				return 0, false
			}
			f.peeked, f.tag, f.form = true, head>>1, head&1
		}
		if f.tag > tag {
			return 0, false
		}
		f.peeked = f.tag == tag
		if f.peeked {
			f.peeked = false
			return f.form, true
		}
		f.value(f.form)
	}
	return 0, false
}

// value takes one value off the buffer; for text its bytes, which are those of the row.
func (f *fields) value(form uint64) (num uint64, text []byte) {
	num = f.uvarint()
	if form == numForm || f.err != nil {
		return num, nil
	}
	if num > uint64(len(f.buf)) {
		f.err = errDamaged
		return 0, nil
	}
	text, f.buf = f.buf[:num], f.buf[num:]
	return 0, text
}

func (f *fields) uvarint() uint64 {
	v, n := binary.Uvarint(f.buf)
	if n <= 0 {
		f.err, f.buf = errDamaged, nil
		return 0
	}
	f.buf = f.buf[n:]
	return v
}

func (f *fields) head(tag, form uint64) { f.buf = binary.AppendUvarint(f.buf, tag<<1|form) }

// number is a field of an unsigned number.
func (f *fields) number(tag uint64, v *uint64) {
	if !f.reading {
		if *v != 0 {
			f.head(tag, numForm)
			f.buf = binary.AppendUvarint(f.buf, *v)
		}
		return
	}
	if form, ok := f.next(tag); ok {
		num, _ := f.value(form)
		if form == numForm {
			*v = num
		}
	}
}

// bytes is a field of text; read is called with the row's own bytes.
func (f *fields) bytes(tag uint64, write []byte, read func([]byte)) {
	if !f.reading {
		f.head(tag, textForm)
		f.buf = binary.AppendUvarint(f.buf, uint64(len(write)))
		f.buf = append(f.buf, write...)
		return
	}
	if form, ok := f.next(tag); ok {
		if _, text := f.value(form); f.err == nil && form == textForm {
			read(text)
		}
	}
}

func (f *fields) flag(tag uint64, v *bool) {
	var n uint64
	if *v {
		n = 1
	}
	f.number(tag, &n)
	*v = n != 0
}

func (f *fields) float(tag uint64, v *float64) {
	n := math.Float64bits(*v)
	f.number(tag, &n)
	*v = math.Float64frombits(n)
}

// count is a field of a number that is rarely negative.
func count[T ~int | ~int64](f *fields, tag uint64, v *T) {
	n := uint64(*v)<<1 ^ uint64(int64(*v)>>63)
	f.number(tag, &n)
	*v = T(int64(n>>1) ^ -int64(n&1))
}

func text[T ~string](f *fields, tag uint64, v *T) {
	if !f.reading {
		if *v != "" {
			f.head(tag, textForm)
			f.buf = binary.AppendUvarint(f.buf, uint64(len(*v)))
			f.buf = append(f.buf, *v...)
		}
		return
	}
	f.bytes(tag, nil, func(b []byte) { *v = T(b) })
}

// texts is a field that may stand several times.
func texts[T ~string](f *fields, tag uint64, list *[]T) {
	each(f, tag, list, func(f *fields, v *T) {
		if f.reading {
			*v, f.buf = T(f.buf), nil
		} else {
			f.buf = append(f.buf, *v...)
		}
	})
}

// part is a value inside a value; it is left out when it has no fields to write.
func part[T any](f *fields, tag uint64, v *T, visit func(*fields, *T)) {
	if !f.reading {
		if inner := writePart(v, visit); len(inner) > 0 {
			f.bytes(tag, inner, nil)
		}
		return
	}
	f.bytes(tag, nil, func(b []byte) { f.readPart(b, func(inner *fields) { visit(inner, v) }) })
}

// maybe is a value that may be absent, which is not the same as zero.
func maybe[T any](f *fields, tag uint64, v **T, visit func(*fields, *T)) {
	if !f.reading {
		if *v != nil {
			f.bytes(tag, writePart(*v, visit), nil)
		}
		return
	}
	f.bytes(tag, nil, func(b []byte) {
		*v = new(T)
		f.readPart(b, func(inner *fields) { visit(inner, *v) })
	})
}

// each is a field that stands once for every element, zero or not.
func each[T any](f *fields, tag uint64, list *[]T, visit func(*fields, *T)) {
	if !f.reading {
		for i := range *list {
			f.bytes(tag, writePart(&(*list)[i], visit), nil)
		}
		return
	}
	for more := true; more; {
		more = false
		f.bytes(tag, nil, func(b []byte) {
			more = true
			var v T
			f.readPart(b, func(inner *fields) { visit(inner, &v) })
			*list = append(*list, v)
		})
	}
}

func writePart[T any](v *T, visit func(*fields, *T)) []byte {
	var inner fields
	visit(&inner, v)
	return inner.buf
}

func (f *fields) readPart(b []byte, visit func(*fields)) {
	if err := decodeFields(b, visit); err != nil && f.err == nil {
		f.err = err
	}
}
