package canned

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"frontdesk/messenger"
)

// line is one line of a file's header: KEY: VALUE.
type line struct {
	n        int  // from 1
	indented bool // it says something about the line above that is not
	key      string
	value    string
}

// sheet is a file taken apart: the header, and the text below the first blank line.
type sheet struct {
	file   string
	header []line
	text   string // without blank lines and blanks at its ends
	textAt int    // the line on which text begins
	faults []Fault
}

func (s *sheet) fault(n int, advice, problem string, args ...any) {
	if len(s.faults) >= MaxFaults { // who mends these sees the rest
		return
	}
	s.faults = append(s.faults, Fault{File: s.file, Line: n, Problem: fmt.Sprintf(problem, args...), Advice: advice})
}

// byteOrderMark is what some editors put before a text; at the beginning of a file it is no part of it.
const byteOrderMark = "\ufeff"

// takeApart splits a file. A file that does not begin with one of the words of a header is all text.
func takeApart(file string, data []byte, words []string) *sheet {
	s := &sheet{file: file}
	if len(data) > MaxFile {
		s.fault(0, "make it shorter", "the file has %d bytes, at most %d are read", len(data), MaxFile)
		return s
	}
	all := strings.TrimPrefix(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data)), byteOrderMark)
	lines := strings.Split(all, "\n")
	if !s.checkCharacters(lines) {
		return s
	}
	body := 0 // the first line that is none of the header
	if beginsHeader(lines[0], words) {
		for body < len(lines) && strings.TrimSpace(lines[body]) != "" {
			s.headerLine(body+1, lines[body], words)
			body++
		}
	}
	for body < len(lines) && strings.TrimSpace(lines[body]) == "" {
		body++
	}
	s.textAt = body + 1
	s.text = strings.TrimRightFunc(strings.Join(lines[body:], "\n"), unicode.IsSpace)
	return s
}

// checkCharacters finds what no text has, so that it is not sent to anybody.
func (s *sheet) checkCharacters(lines []string) bool {
	for i, l := range lines {
		if !utf8.ValidString(l) {
			s.fault(i+1, "save the file as UTF-8", "this is no UTF-8 text")
			break // the others mean nothing
		}
		if strings.ContainsFunc(l, isControl) {
			s.fault(i+1, "take it out", "there is a control character in this line")
		}
	}
	return len(s.faults) == 0
}

func isControl(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' }

// beginsHeader reports whether a file that begins with l has a header. What looks like a header with a word that is
// none counts as one, so that a slip of the pen is said and not sent.
func beginsHeader(l string, words []string) bool {
	if strings.HasPrefix(l, "#") {
		return true
	}
	key, value, ok := strings.Cut(l, ":")
	if !ok {
		return false
	}
	word := fold(key)
	if slices.Contains(words, word) {
		return true
	}
	plain := strings.Trim(word, "abcdefghijklmnopqrstuvwxyz -") == ""
	return plain && word != "" && len(word) <= 20 && strings.HasPrefix(value, " ") && strings.TrimSpace(value) != ""
}

func (s *sheet) headerLine(n int, l string, words []string) {
	trimmed := strings.TrimSpace(l)
	if strings.HasPrefix(trimmed, "#") {
		return
	}
	indented := l[0] == ' ' || l[0] == '\t'
	key, value, ok := strings.Cut(trimmed, ":")
	word := fold(key)
	switch {
	case ok && slices.Contains(words, word):
		s.header = append(s.header, line{n: n, indented: indented, key: word, value: strings.TrimSpace(value)})
	case ok && n == 1:
		s.fault(n, "known are "+list(words)+"; leave the first line blank where the text begins so", "%q is no word of a header", cut(strings.TrimSpace(key), 40))
	case ok && !strings.Contains(word, "/"):
		s.fault(n, "known are "+list(words)+"; put a blank line before the text", "%q is no word of a header", cut(strings.TrimSpace(key), 40))
	default:
		s.fault(n, "write WORD: VALUE, or put a blank line before the text", "this is no line of a header")
	}
}

// fold is a word of a header as it is compared: lower case, one blank between words.
func fold(s string) string { return strings.ToLower(oneLine(s)) }

// oneLine is s with every run of blanks made one, and none at its ends.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// checkLabel says where a label is too long.
func (s *sheet) checkLabel(n int, label string) bool {
	got := messenger.TextLen(label)
	if got > MaxLabel {
		s.fault(n, fmt.Sprintf("take out %d", got-MaxLabel), "the label has %d characters, at most %d allowed", got, MaxLabel)
	}
	return got <= MaxLabel
}

// checkLabels says where there are too many of them.
func (s *sheet) checkLabels(n, got int) bool {
	if got > MaxLabels {
		s.fault(n, "keep those that are of use", "there are %d labels, at most %d allowed", got, MaxLabels)
	}
	return got <= MaxLabels
}

// list is words as a sentence has them.
func list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// cutPair takes TITLE = VALUE apart at the first = that no backslash stands before; ok is false where there is none.
func cutPair(s string) (title, value string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '=':
			b.WriteByte('=')
			i++
		case s[i] == '=':
			return oneLine(b.String()), unquote(strings.TrimSpace(s[i+1:])), true
		default:
			b.WriteByte(s[i])
		}
	}
	return oneLine(b.String()), "", false
}

// pair is the reverse of cutPair.
func pair(title, value string) string { return escapeTitle(title) + " = " + quote(value) }

func escapeTitle(title string) string { return strings.ReplaceAll(oneLine(title), "=", `\=`) }

// unquote takes a value out of its double quotes, where it stands in such.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' {
		if plain, err := strconv.Unquote(s); err == nil {
			return plain
		}
	}
	return s
}

// quote puts a value in double quotes where it could not be read back without them.
func quote(s string) string {
	if strings.TrimSpace(s) != s || strings.HasPrefix(s, `"`) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) }) {
		return strconv.Quote(s)
	}
	return s
}
