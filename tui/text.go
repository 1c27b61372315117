package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// ruler measures, cuts and wraps text as the terminal does: by clusters where it said so, else character by character.
type ruler struct{ clusters bool }

func (r ruler) method() ansi.Method {
	if r.clusters {
		return ansi.GraphemeWidth
	}
	return ansi.WcWidth
}

// width is how many columns s takes.
func (r ruler) width(s string) int {
	if w, ok := simpleWidth(s); ok {
		return w
	}
	return r.method().StringWidth(s)
}

// drawnSigns are the signs that the screen itself is drawn with: one column each, by either way of measuring.
const drawnSigns = "│─╭╮╰╯├┤━┃┏┓┗┛┣┫▌▏▕▀●○·…✓✗↳→▸▪┆◷‖–—’“”✎×"

// simpleWidth is the width of printable ASCII, drawnSigns and styles, which are most of what is drawn; false where there
// is something else.
func simpleWidth(s string) (w int, ok bool) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case ' ' <= c && c <= '~' || c == '\n':
			w++
			i++
		case c == '\x1b':
			n := strings.IndexByte(s[i:], 'm')
			if n < 2 || s[i+1] != '[' || !isParams(s[i+2:i+n]) {
				return 0, false
			}
			i += n + 1
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError || !strings.ContainsRune(drawnSigns, r) {
				return 0, false
			}
			w++
			i += size
		}
	}
	return w, true
}

// isParams reports whether s can be the parameters of a style.
func isParams(s string) bool {
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && s[i] != ';' && s[i] != ':' {
			return false
		}
	}
	return true
}

// cut shortens s to w columns, with an ellipsis where something is left out.
func (r ruler) cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if n, ok := simpleWidth(s); ok && n <= w {
		return s
	}
	// Where characters are joined, cutting and measuring differ at times: then less is cut to.
	for n := w; n > 0; n-- {
		if t := r.method().Truncate(s, n, "…"); r.width(t) <= w {
			return t
		}
	}
	return ""
}

// pad makes s exactly w columns wide, cutting where it is longer.
func (r ruler) pad(s string, w int) string {
	s = r.cut(s, w)
	if n := w - r.width(s); n > 0 {
		return s + spaces(n)
	}
	return s
}

// center puts s in the middle of w columns.
func (r ruler) center(s string, w int) string {
	n := w - r.width(s)
	if n <= 0 {
		return r.cut(s, w)
	}
	return spaces(n/2) + s + spaces(n-n/2)
}

// wrap breaks unstyled text into lines of at most w columns, at spaces where it can.
func (r ruler) wrap(s string, w int) []string {
	w = max(w, 1)
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if isPlain(line) && len(line) <= w {
			lines = append(lines, line)
			continue
		}
		if isPlain(line) {
			lines = wrapPlain(lines, line, w)
			continue
		}
		for part := range strings.SplitSeq(r.method().Wrap(line, w, ""), "\n") {
			for r.width(part) > w { // as in cut; nothing of it is lost
				n := r.fitting(part, w)
				if r.width(part[:n]) <= w { // one character can be wider than a column
					lines = append(lines, strings.TrimRight(part[:n], " "))
				}
				part = part[n:]
			}
			lines = append(lines, strings.TrimRight(part, " "))
		}
	}
	return lines
}

// fitting is how many bytes of s, which is too wide, go into w columns: whole characters, and one at least.
func (r ruler) fitting(s string, w int) int {
	_, n := utf8.DecodeRuneInString(s)
	for n < len(s) {
		_, size := utf8.DecodeRuneInString(s[n:])
		if r.width(s[:n+size]) > w {
			break
		}
		n += size
	}
	return n
}

// wrapPlain is wrap for printable ASCII, which is most of what comes.
func wrapPlain(lines []string, line string, w int) []string {
	for len(line) > w {
		at := strings.LastIndexByte(line[:w+1], ' ')
		if strings.TrimSpace(line[:max(at, 0)]) == "" { // one long word
			lines = append(lines, line[:w])
			line = line[w:]
			continue
		}
		lines = append(lines, strings.TrimRight(line[:at], " "))
		line = strings.TrimLeft(line[at:], " ")
	}
	return append(lines, strings.TrimRight(line, " "))
}

const blanks = "                                                                                                    "

func spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	default:
		return strings.Repeat(" ", n)
	}
}

// firstUpper is the first character of s as a capital, and how many bytes it took.
func firstUpper(s string) (string, int) {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)), size
}
