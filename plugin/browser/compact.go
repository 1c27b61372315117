package browser

import (
	"fmt"
	"slices"
	"strings"
)

// What follows makes the loader small: its readers need spaces, comments and names that say something, a visitor's browser
// needs none of them. It knows as much of the language as the loader's files use, and refuses the rest: every statement
// ends with a semicolon or a brace, there are no template strings, and a regular expression stands where a value begins.

// piece is a part of a script that is not taken apart: a word, a text, a sign.
type piece struct {
	text string
	word bool // a name or a number
}

// compact takes spaces and comments out of a script and gives the names that it declares short ones.
func compact(code string) (string, error) {
	pieces, err := piecesOf(code)
	if err != nil {
		return "", err
	}
	short := shortNames(pieces)
	pieces = withoutLast(pieces)
	var out strings.Builder
	var last piece
	for i, p := range pieces {
		if name, ok := short[p.text]; ok && p.word && !isProperty(pieces, i) {
			p.text = name
		}
		if last.word && p.word || strings.ContainsAny(p.text[:1], "+-") && strings.HasSuffix(last.text, p.text[:1]) {
			out.WriteByte(' ')
		}
		out.WriteString(p.text)
		last = p
	}
	return out.String(), nil
}

// withoutLast leaves out the semicolons and commas that stand in front of what closes: the language needs none there.
func withoutLast(pieces []piece) []piece {
	var out []piece
	for i, p := range pieces {
		after := textAt(pieces, i+1)
		if p.text == ";" && after == "}" || p.text == "," && slices.Contains([]string{")", "]", "}"}, after) {
			continue
		}
		out = append(out, p)
	}
	return out
}

func piecesOf(code string) ([]piece, error) {
	var out []piece
	for i := 0; i < len(code); {
		end, kind := i+1, code[i]
		switch {
		case kind == ' ' || kind == '\n' || kind == '\t':
			i++
			continue
		case strings.HasPrefix(code[i:], "//"):
			if end = strings.IndexByte(code[i:], '\n'); end < 0 {
				return out, nil
			}
			i += end
			continue
		case kind == '`' || strings.HasPrefix(code[i:], "/*"):
			return nil, fmt.Errorf("the loader's script has a part that can't be made small: %.20q", code[i:])
		case kind == '\'' || kind == '"':
			end = endOf(code, i, kind)
		case kind == '/' && beginsValue(out):
			end = endOf(code, i, '/')
		case strings.HasPrefix(code[i:], "++") || strings.HasPrefix(code[i:], "--"):
			end = i + 2
		case isWordByte(kind):
			for end < len(code) && isWordByte(code[end]) {
				end++
			}
		}
		if end > len(code) {
			return nil, fmt.Errorf("the loader's script has a text without an end: %.20q", code[i:])
		}
		out = append(out, piece{text: code[i:end], word: isWordByte(kind)})
		i = end
	}
	return out, nil
}

// endOf is the place behind a text or a regular expression; in a class of the latter its sign means nothing.
func endOf(code string, start int, sign byte) int {
	class := false
	for i := start + 1; i < len(code) && code[i] != '\n'; i++ {
		switch {
		case code[i] == '\\':
			i++
		case sign == '/' && code[i] == '[':
			class = true
		case sign == '/' && code[i] == ']':
			class = false
		case code[i] == sign && !class:
			return i + 1
		}
	}
	return len(code) + 1
}

func beginsValue(before []piece) bool {
	if len(before) == 0 {
		return true
	}
	last := before[len(before)-1]
	return last.text == "return" || !last.word && !slices.Contains([]string{")", "]", "}"}, last.text)
}

func isWordByte(b byte) bool {
	return b == '_' || b == '$' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

// isProperty reports whether a word is what something is called in an object, and so no name of the script's own.
func isProperty(pieces []piece, i int) bool {
	before, after := textAt(pieces, i-1), textAt(pieces, i+1)
	if before == "." {
		return textAt(pieces, i-2) != "." // three dots spread a value
	}
	return after == ":" && (before == "{" || before == ",")
}

func textAt(pieces []piece, i int) string {
	if i < 0 || i >= len(pieces) {
		return ""
	}
	return pieces[i].text
}

// shortNames gives the names that a script declares others, the same wherever they stand. Those that stand for a property
// too, as in { data }, keep theirs.
func shortNames(pieces []piece) map[string]string {
	count, kept := map[string]int{}, map[string]bool{}
	taken := map[string]bool{"do": true, "if": true, "in": true, "of": true, "as": true} // the language's own
	var open []string
	for i, p := range pieces {
		switch p.text {
		case "(", "[", "{":
			open = append(open, p.text)
		case ")", "]", "}":
			open = open[:max(0, len(open)-1)]
		}
		if !p.word {
			continue
		}
		taken[p.text] = true
		before, after := textAt(pieces, i-1), textAt(pieces, i+1)
		if len(open) > 0 && open[len(open)-1] == "{" && (before == "{" || before == ",") && (after == "," || after == "}") {
			kept[p.text] = true
		}
		if slices.Contains([]string{"const", "let", "function"}, before) {
			count[p.text] += 0
		}
		if _, declared := count[p.text]; declared {
			count[p.text]++
		}
	}
	var names []string
	for name := range count {
		if len(name) > 2 && !kept[name] {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	short, next := map[string]string{}, 0
	for _, name := range names {
		for short[name] == "" {
			if candidate := nthName(next); !taken[candidate] {
				short[name] = candidate
			}
			next++
		}
	}
	return short
}

// nthName counts through names of one and two letters.
func nthName(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if n < len(letters) {
		return letters[n : n+1]
	}
	n -= len(letters)
	return letters[n/len(letters)%len(letters):][:1] + letters[n%len(letters):][:1]
}

// compactStyle makes the style small: it has each rule on a line, its comments on lines of their own, and no texts with
// spaces that count.
func compactStyle(style string) string {
	var out strings.Builder
	for line := range strings.Lines(style) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "/*") {
			out.WriteString(line)
		}
	}
	return strings.NewReplacer("; }", "}", " {", "{", "{ ", "{", "; ", ";", ": ", ":", ", ", ",", " !important", "!important").Replace(out.String())
}
