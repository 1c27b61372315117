package tui

import "strings"

// span is a piece of a line in one style.
type span struct {
	back, pen string // the sequences of its background, and of its colour and weight
	other     bool   // there is more to it, which shows on blanks too
	text      string
}

// tidy lets blanks between two pieces go on in the style of the piece before them. Nobody sees a blank's colour, but every
// change of style is ten to twenty bytes on the wire, and blanks are most of the places where styles changed twice. A
// line with other escape sequences than styles is left as it is.
func tidy(line string) string {
	if !strings.Contains(line, "\x1b") {
		return line
	}
	var (
		b    strings.Builder
		last span // what was written last
		now  span
	)
	b.Grow(len(line))
	for rest := line; rest != ""; {
		text, after, found := strings.Cut(rest, "\x1b[")
		if text != "" {
			now.text = text
			last = now.follow(&b, last)
		}
		if !found {
			break
		}
		end := strings.IndexByte(after, 'm')
		if end < 0 {
			return line
		}
		if !now.take(after[:end]) {
			return line
		}
		rest = after[end+1:]
	}
	if last.styled() {
		b.WriteString(resetPen)
	}
	return b.String()
}

func (s span) styled() bool { return s.back != "" || s.pen != "" }

// take heeds the parameters of a style sequence, and reports whether it could.
func (s *span) take(params string) bool {
	if !isParams(params) {
		return false
	}
	first, _, several := strings.Cut(params, ";")
	switch {
	case first == "" || first == "0" && !several:
		*s = span{}
	case first == "0":
		return false
	case first == "48":
		s.back = "\x1b[" + params + "m"
	case first == "38", params == "1", first == "1" && strings.HasPrefix(params, "1;38;"):
		s.pen += "\x1b[" + params + "m"
	default:
		s.pen += "\x1b[" + params + "m"
		s.other = true
	}
	return true
}

// follow writes s behind last, and returns the style that is in force then.
func (s span) follow(b *strings.Builder, last span) span {
	goesOn := s.back == last.back && s.pen == last.pen
	if !goesOn && s.back == last.back && !s.other && !last.other && strings.Trim(s.text, " ") == "" {
		s.pen, goesOn = last.pen, true
	}
	if !goesOn {
		if last.styled() {
			b.WriteString(resetPen)
		}
		b.WriteString(s.back)
		b.WriteString(s.pen)
	}
	b.WriteString(s.text)
	return s
}
