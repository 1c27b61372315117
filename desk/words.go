package desk

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isBlank reports whether r parts words of a filter line.
func isBlank(r rune) bool { return unicode.IsSpace(r) }

// word is one word of a filter line, taken apart at its colon and commas.
type word struct {
	pos    int    // where it begins, in bytes
	raw    string // as typed
	closed bool   // every quote in it ends
	not    bool   // begins with an unquoted -
	colon  bool   // has an unquoted colon
	field  string // before the first unquoted colon
	pieces []piece
}

// piece is one of a word's values.
type piece struct {
	text   string
	quoted bool // at least a part of it stood in quotes
	pos    int  // where it begins in the line, in bytes
}

// term is the condition that the word states; false when it states none.
func (w word) term() (field string, values []piece, not, ok bool) {
	return w.field, w.pieces, w.not, w.colon
}

// text is the word without its quotes; commas part nothing in it.
func (w word) text() string {
	parts := make([]string, len(w.pieces))
	for i, p := range w.pieces {
		parts[i] = p.text
	}
	return strings.Join(parts, ",")
}

// splitWords parts a filter line at blanks outside quotes.
func splitWords(text string) []word {
	var words []word
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if isBlank(r) {
			i += size
			continue
		}
		w, end := scanWord(text, i)
		words = append(words, w)
		i = end
	}
	return words
}

// scanWord reads the word that begins at start and returns where it ends.
func scanWord(text string, start int) (word, int) {
	w := word{pos: start, closed: true}
	i := start
	if text[i] == '-' && i+1 < len(text) {
		if next, _ := utf8.DecodeRuneInString(text[i+1:]); !isBlank(next) {
			w.not = true
			i++
		}
	}
	cur := piece{pos: i}
	var b strings.Builder
	flush := func(next int) {
		cur.text = b.String()
		w.pieces = append(w.pieces, cur)
		b.Reset()
		cur = piece{pos: next}
	}
	inQuotes := false
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case inQuotes && r == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			b.WriteByte(text[i+1])
			size = 2
		case r == '"':
			inQuotes = !inQuotes
			cur.quoted = true
		case inQuotes:
			b.WriteString(text[i : i+size])
		case isBlank(r):
			flush(i)
			w.raw = text[start:i]
			return w, i
		case r == ':' && !w.colon && !cur.quoted && len(w.pieces) == 0:
			w.colon, w.field = true, b.String()
			b.Reset()
			cur = piece{pos: i + size}
		case r == ',':
			flush(i + size)
		default:
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	flush(i)
	w.closed, w.raw = !inQuotes, text[start:]
	return w, i
}

// nearest is the candidate that is spelled most like s, or empty when none is close.
func nearest(s string, candidates []string) string {
	best, least := "", max(2, utf8.RuneCountInString(s)/2)+1
	for _, c := range candidates {
		d := distance(s, c)
		if s != "" && strings.HasPrefix(c, s) {
			d = 0
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// nearestOr is nearest, or all the candidates when none is close.
func nearestOr(s string, candidates []string) string {
	if c := nearest(s, candidates); c != "" {
		return c
	}
	return strings.Join(candidates, "|")
}

// distance is how many letters must be put in, taken out or changed to make b of a. Only the beginning of a long a
// counts, so that a pasted book costs nothing.
func distance(a, b string) int {
	const enough = 64
	ra, rb := []rune(a), []rune(b)
	ra = ra[:min(len(ra), enough)]
	row := make([]int, len(rb)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range ra {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range rb {
			cost := 1
			if x == y {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(rb)]
}
