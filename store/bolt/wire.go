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
	buf []byte // what has been written

	reading bool
	src     string // what is still to be read: texts are parts of it, so that a row is copied once
	err     error  // the first fault while reading

	// The field whose value stands at the start of src, if peeked.
	peeked bool
	tag    uint64
	form   uint64
}

// encode appends a row of what visit names to buf.
func encode(buf []byte, visit func(*fields)) []byte {
	return appendFields(append(buf, rowVersion), visit)
}

func appendFields(buf []byte, visit func(*fields)) []byte {
	f := fields{buf: buf}
	visit(&f)
	return f.buf
}

// decode reads a row into what visit names. The result holds no bytes of row.
func decode(row []byte, visit func(*fields)) error {
	if len(row) == 0 || row[0] != rowVersion {
		return errDamaged
	}
	return decodeFields(string(row[1:]), visit)
}

func decodeFields(src string, visit func(*fields)) error {
	f := fields{src: src, reading: true}
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
			if f.src == "" {
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

// value takes one value off what is to be read.
func (f *fields) value(form uint64) (num uint64, text string) {
	num = f.uvarint()
	if form == numForm || f.err != nil {
		return num, ""
	}
	if num > uint64(len(f.src)) {
		f.err = errDamaged
		return 0, ""
	}
	text, f.src = f.src[:num], f.src[num:]
	return 0, text
}

// uvarint reads a number as encoding/binary does, which reads from bytes only.
func (f *fields) uvarint() (v uint64) {
	for i := 0; i < len(f.src) && i < binary.MaxVarintLen64; i++ {
		b := f.src[i]
		if i == binary.MaxVarintLen64-1 && b > 1 {
			break // it has more than 64 bits
		}
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			f.src = f.src[i+1:]
			return v
		}
	}
	f.err, f.src = errDamaged, ""
	return 0
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

// put writes a field of text.
func put[T ~string | ~[]byte](f *fields, tag uint64, v T) {
	f.head(tag, textForm)
	f.buf = binary.AppendUvarint(f.buf, uint64(len(v)))
	f.buf = append(f.buf, v...)
}

// take reads a field of text, if it is there.
func (f *fields) take(tag uint64) (text string, ok bool) {
	form, ok := f.next(tag)
	if !ok {
		return "", false
	}
	_, text = f.value(form)
	return text, form == textForm && f.err == nil
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
	if f.reading {
		if s, ok := f.take(tag); ok {
			*v = T(s)
		}
	} else if *v != "" {
		put(f, tag, *v)
	}
}

// texts is a field that stands once for every element.
func texts[T ~string](f *fields, tag uint64, list *[]T) {
	if !f.reading {
		for _, v := range *list {
			put(f, tag, v)
		}
		return
	}
	for s, ok := f.take(tag); ok; s, ok = f.take(tag) {
		*list = append(*list, T(s))
	}
}

// numbers is a field that stands once for every element.
func numbers[T ~uint64](f *fields, tag uint64, list *[]T) {
	if !f.reading {
		for _, v := range *list {
			f.head(tag, numForm)
			f.buf = binary.AppendUvarint(f.buf, uint64(v))
		}
		return
	}
	for form, ok := f.next(tag); ok; form, ok = f.next(tag) {
		if num, _ := f.value(form); form == numForm && f.err == nil {
			*list = append(*list, T(num))
		}
	}
}

// part is a value inside a value; it is left out when it has no fields to write.
func part[T any](f *fields, tag uint64, v *T, visit func(*fields, *T)) {
	if f.reading {
		if s, ok := f.take(tag); ok {
			readPart(f, s, v, visit)
		}
	} else if inner := writePart(v, visit); len(inner) > 0 {
		put(f, tag, inner)
	}
}

// maybe is a value that may be absent, which is not the same as zero.
func maybe[T any](f *fields, tag uint64, v **T, visit func(*fields, *T)) {
	if f.reading {
		if s, ok := f.take(tag); ok {
			*v = new(T)
			readPart(f, s, *v, visit)
		}
	} else if *v != nil {
		put(f, tag, writePart(*v, visit))
	}
}

// each is a field that stands once for every element, zero or not.
func each[T any](f *fields, tag uint64, list *[]T, visit func(*fields, *T)) {
	if !f.reading {
		for i := range *list {
			put(f, tag, writePart(&(*list)[i], visit))
		}
		return
	}
	for s, ok := f.take(tag); ok; s, ok = f.take(tag) {
		var v T
		readPart(f, s, &v, visit)
		*list = append(*list, v)
	}
}

func writePart[T any](v *T, visit func(*fields, *T)) []byte {
	var inner fields
	visit(&inner, v)
	return inner.buf
}

func readPart[T any](f *fields, src string, v *T, visit func(*fields, *T)) {
	inner := fields{src: src, reading: true}
	visit(&inner, v)
	inner.finish()
	if f.err == nil {
		f.err = inner.err
	}
}
