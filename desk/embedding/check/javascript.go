package check

import (
	"regexp"
	"strings"
)

// withoutComments is a script with its comments blanked, everything else where it was. It knows strings, not regular
// expressions: those with // or quotes in them may cost what stands behind them on their line.
func withoutComments(code string) string {
	out := []byte(code)
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"' || c == '\'' || c == '`':
			i = endOfString(code, i)
		case c == '/' && strings.HasPrefix(code[i:], "//"):
			for ; i < len(code) && code[i] != '\n'; i++ {
				out[i] = ' '
			}
		case c == '/' && strings.HasPrefix(code[i:], "/*"):
			end := after(code, i+2, "*/")
			for ; i < end; i++ {
				if code[i] != '\n' {
					out[i] = ' '
				}
			}
			i--
		}
	}
	return string(out)
}

// endOfString is the place of the quote that ends the string which begins at i, or of the last letter on its line.
func endOfString(code string, i int) int {
	quote := code[i]
	for j := i + 1; j < len(code); j++ {
		switch {
		case code[j] == '\\':
			j++
		case code[j] == quote:
			return j
		case code[j] == '\n' && quote != '`':
			return j
		}
	}
	return len(code) - 1
}

// reference is an address of an SDK that stands in a page.
type reference struct {
	src    string
	at     int
	script *tag // that has it as src; or whose text it stands in
	inline bool
}

var (
	sdkString    = regexp.MustCompile("[\"'`]([^\"'`\\s<>]*/(?:sdk|sdk/xfbml\\.customerchat|all|sdk/debug)\\.js(?:[?#][^\"'`\\s<>]*)?)[\"'`]")
	initCall     = regexp.MustCompile(`\bFB\s*\.\s*init\s*\(`)
	parseCall    = regexp.MustCompile(`\bXFBML\s*\.\s*parse\s*\(`)
	xfbmlKey     = regexp.MustCompile(`["']?\bxfbml\b["']?\s*:\s*([^,}\s]+)`)
	setAttribute = regexp.MustCompile(`\.setAttribute\(\s*["']([A-Za-z_-]+)["']\s*,\s*(?:"([^"\n]*)"|'([^'\n]*)')\s*\)`)
)

// maxCall bounds how far the end of a call is looked for.
const maxCall = 4096

// arguments is what stands between the parenthesis before from and the one that closes it.
func arguments(code string, from int) string {
	depth := 1
	for i := from; i < len(code) && i < from+maxCall; i++ {
		switch code[i] {
		case '"', '\'', '`':
			i = endOfString(code, i)
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			if depth--; depth == 0 {
				return code[from:i]
			}
		}
	}
	return code[from:min(len(code), from+maxCall)]
}
