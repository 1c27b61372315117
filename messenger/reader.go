package messenger

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep a body may nest before the deepest values are blanked. The decoder gives up at 10,000; one
// hostile event must not take the others of its envelope with it.
const maxDepth = 512

// reader walks a JSON text once, in order. Every method consumes exactly one value; one of a wrong type is skipped and
// read as zero. A fault in the text itself sticks: every later read does nothing.
type reader struct {
	dec *jsontext.Decoder
	src []byte // what raw values are cut from; the same length as what dec reads
	err error
}

// newReader reads body. Duplicate names and invalid UTF-8 are allowed: both occur in what customers send.
func newReader(body []byte) *reader {
	text := body
	if depth(body) > maxDepth {
		text = prune(body)
	}
	return &reader{
		dec: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		src: body,
	}
}

// depth is how deep objects and arrays nest in b, text inside strings aside.
func depth(b []byte) int {
	level, deepest := 0, 0
	scan(b, func(_ int, open bool) {
		if !open {
			level--
			return
		}
		level++
		deepest = max(deepest, level)
	})
	return deepest
}

// prune is a copy of b in which every object or array deeper than maxDepth is a number and blanks of the same length,
// so that places in the copy are places in b.
func prune(b []byte) []byte {
	out := bytes.Clone(b)
	level, start := 0, 0
	scan(b, func(i int, open bool) {
		if open {
			level++
			if level == maxDepth+1 {
				start = i
			}
			return
		}
		if level == maxDepth+1 {
			for j := start; j <= i; j++ {
				out[j] = ' '
			}
			out[start] = '0'
		}
		level--
	})
	return out
}

// scan calls visit for each bracket of b that is not part of a string.
func scan(b []byte, visit func(i int, open bool)) {
	inString := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			visit(i, true)
		case c == '}' || c == ']':
			visit(i, false)
		}
	}
}

// kind is the kind of the next value, 0 after a fault.
func (r *reader) kind() jsontext.Kind {
	if r.err != nil {
		return 0
	}
	return r.dec.PeekKind()
}

// token reads one token.
func (r *reader) token() (jsontext.Token, bool) {
	if r.err != nil {
		return jsontext.Token{}, false
	}
	tok, err := r.dec.ReadToken()
	r.err = err
	return tok, err == nil
}

// skip consumes the next value.
func (r *reader) skip() {
	if r.err == nil {
		r.err = r.dec.SkipValue()
	}
}

// end reports whether nothing but blanks is left.
func (r *reader) end() bool {
	if r.err != nil {
		return false
	}
	_, err := r.dec.ReadToken()
	return errors.Is(err, io.EOF)
}

// object calls field for each member of the next value; field must consume the member's value. It reports whether the
// value was an object.
func (r *reader) object(field func(name string)) bool {
	if r.kind() != '{' {
		r.skip()
		return false
	}
	r.token()
	for r.err == nil && r.dec.PeekKind() != '}' {
		if name, ok := r.token(); ok {
			field(name.String())
		}
	}
	r.token()
	return r.err == nil
}

// array calls element for each element of the next value; element must consume it.
func (r *reader) array(element func()) bool {
	if r.kind() != '[' {
		r.skip()
		return false
	}
	r.token()
	for r.err == nil && r.dec.PeekKind() != ']' {
		element()
	}
	r.token()
	return r.err == nil
}

// raw is a copy of the text that read consumed.
func (r *reader) raw(read func()) []byte {
	start := r.start()
	read()
	if r.err != nil {
		return nil
	}
	return bytes.Clone(r.src[start:r.dec.InputOffset()])
}

// start is where the next value begins.
func (r *reader) start() int {
	start := int(r.dec.InputOffset())
	for start < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[start]) >= 0 {
		start++
	}
	return start
}

// text reads a string. Invalid UTF-8 and lone surrogates come out as U+FFFD.
func (r *reader) text() string {
	if r.kind() != '"' {
		r.skip()
		return ""
	}
	tok, _ := r.token()
	return tok.String()
}

// id reads an identifier: a string, or a number whose digits are kept exactly (ref. 2.1).
func (r *reader) id() string {
	switch r.kind() {
	case '"', '0':
		tok, _ := r.token()
		return tok.String()
	default:
		r.skip()
		return ""
	}
}

// millis reads a time in ms since 1970 from a number or text, in ms or seconds; 0 when it can't be read or is not
// positive (ref. 2.1).
func (r *reader) millis() int64 { return toMillis(r.id()) }

// secondsBelow is the limit under which a time counts as seconds (ref. 2.1).
const secondsBelow = 1e11

func toMillis(s string) int64 {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		switch {
		case n <= 0:
			return 0
		case n < secondsBelow:
			return n * 1000
		default:
			return n
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f <= 0 {
		return 0
	}
	if f < secondsBelow {
		f *= 1000
	}
	if f >= math.MaxInt64 {
		return 0
	}
	return int64(math.Round(f))
}

// flag reads a bool, also as text or number.
func (r *reader) flag() bool {
	switch r.kind() {
	case 't', 'f':
		tok, ok := r.token()
		return ok && tok.Bool()
	default:
		s := strings.TrimSpace(r.id())
		return s == "1" || strings.EqualFold(s, "true")
	}
}

// float reads a number, also as text.
func (r *reader) float() float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(r.id()), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}
