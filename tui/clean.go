package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxMarks is how many combining marks one character may carry. Scripts that need them stack a few; a hundred on one
// letter is a prank that slows terminals down.
const maxMarks = 8

var outsideBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\t", "    ")

// Clean makes text from outside fit for a terminal: no escape sequence, no control character but the line feed, no
// direction override, no character without a width that terminals agree on. It keeps every script's letters.
func Clean(s string) string {
	if isPlain(s) {
		return s
	}
	s = outsideBreaks.Replace(ansi.Strip(strings.ToValidUTF8(s, "\uFFFD")))
	marks, before := 0, '\n'
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			marks = 0
		case isJoiner(r):
			if before == ' ' || before == '\n' || isJoiner(before) {
				return -1
			}
			before = r
			return r
		case r == emojiStyle && before < unicode.MaxASCII: // a keycap: terminals differ on whether it is wide
			return -1
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), isInvisible(r):
			return -1
		case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // like prefixLetters, but no letters
			return -1
		case unicode.Is(prefixLetters, r):
			before, marks = utf8.RuneError, 0
			return utf8.RuneError
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				return -1
			}
		default:
			marks = 0
		}
		before = r
		return r
	}, s)
	return strings.TrimRight(looseJoiners.Replace(s), joiners)
}

// prefixLetters are a few old letters of Indic scripts that make one cluster with whatever stands behind them (Prepend in
// the standard's words), a space or the pane's frame too, and have no width that libraries agree on.
var prefixLetters = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x0D4E, Hi: 0x0D4E, Stride: 1}},
	R32: []unicode.Range32{
		{Lo: 0x111C2, Hi: 0x111C3, Stride: 1},
		{Lo: 0x113D1, Hi: 0x113D1, Stride: 1},
		{Lo: 0x1193F, Hi: 0x1193F, Stride: 1},
		{Lo: 0x11941, Hi: 0x11941, Stride: 1},
		{Lo: 0x11A3A, Hi: 0x11A3A, Stride: 1},
		{Lo: 0x11A84, Hi: 0x11A89, Stride: 1},
		{Lo: 0x11D46, Hi: 0x11D46, Stride: 1},
		{Lo: 0x11F02, Hi: 0x11F02, Stride: 1},
	},
}

// emojiStyle asks for the character before it as a picture.
const emojiStyle = 0xFE0F

// joiners join the characters beside them. At the end of a text they would join it to what stands behind it on the
// screen: the frame of its pane, for one.
const joiners = "\u200c\u200d"

var looseJoiners = strings.NewReplacer("\u200c ", " ", "\u200d ", " ", "\u200c\n", "\n", "\u200d\n", "\n")

func isJoiner(r rune) bool { return r == 0x200C || r == 0x200D }

// CleanLine is Clean for text that has one line: names, refs, addresses, rows.
func CleanLine(s string) string {
	s = Clean(s)
	if !strings.Contains(s, "\n") && !strings.Contains(s, "  ") && strings.Trim(s, " ") == s {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == ' ' }), " ")
}

// isPlain reports whether s is printable ASCII, which is most of what comes.
func isPlain(s string) bool {
	for i := range len(s) {
		if (s[i] < ' ' && s[i] != '\n') || s[i] > '~' {
			return false
		}
	}
	return true
}

// isInvisible reports whether r shows nothing and has a width on which terminals differ. Joiners between two characters
// stay: they make letters of some scripts, and emoji.
func isInvisible(r rune) bool {
	switch {
	case r == 0x00AD, r == 0x034F, r == 0x061C, r == 0x180E, r == 0x200B, r == 0xFEFF,
		0x2060 <= r && r <= 0x206F, 0xFFF9 <= r && r <= 0xFFFB, 0x1D173 <= r && r <= 0x1D17A,
		0xE0000 <= r && r <= 0xE007F: // tags, with which whole sentences can be hidden
		return true
	}
	return false
}
