package main

import (
	"io"
	"os"
	"regexp"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
)

// The snippet's colours are the terminal's own: they are readable on whatever ground it has.
var paints = map[string]lipgloss.Style{
	"tag":    lipgloss.NewStyle().Foreground(lipgloss.Blue),
	"name":   lipgloss.NewStyle().Foreground(lipgloss.Cyan),
	"string": lipgloss.NewStyle().Foreground(lipgloss.Green),
	"word":   lipgloss.NewStyle().Foreground(lipgloss.Magenta),
}

var (
	snippetTag  = regexp.MustCompile(`(?s)<(/?)([a-z]+)((?:\s+[a-z_-]+(?:="[^"]*")?)*)\s*>`)
	snippetPair = regexp.MustCompile(`([a-z_-]+)(="[^"]*")?`)
	snippetCode = regexp.MustCompile(`'[^']*'|\b(?:window|function|true|false)\b`)
)

// painted is a snippet of ours with the colours of its syntax.
func painted(snippet string) string {
	var b strings.Builder
	at := 0
	for _, tag := range snippetTag.FindAllStringSubmatchIndex(snippet, -1) {
		b.WriteString(paintedCode(snippet[at:tag[0]]))
		b.WriteString(paints["tag"].Render("<" + snippet[tag[2]:tag[3]] + snippet[tag[4]:tag[5]]))
		inside := snippet[tag[6]:tag[7]]
		for {
			pair := snippetPair.FindStringSubmatchIndex(inside)
			if pair == nil {
				break
			}
			b.WriteString(inside[:pair[0]] + paints["name"].Render(inside[pair[2]:pair[3]]))
			if pair[4] >= 0 {
				b.WriteString("=" + paints["string"].Render(inside[pair[4]+1:pair[5]]))
			}
			inside = inside[pair[1]:]
		}
		b.WriteString(inside + paints["tag"].Render(">"))
		at = tag[1]
	}
	b.WriteString(paintedCode(snippet[at:]))
	return b.String()
}

func paintedCode(code string) string {
	return snippetCode.ReplaceAllStringFunc(code, func(s string) string {
		if s[0] == '\'' {
			return paints["string"].Render(s)
		}
		return paints["word"].Render(s)
	})
}

// onTerminal reports whether w is one.
func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// writeSnippet writes a snippet: with colours where w is a terminal that has and wants them, plain elsewhere.
func writeSnippet(w io.Writer, snippet string) error {
	if onTerminal(w) {
		w, snippet = colorprofile.NewWriter(w, os.Environ()), painted(snippet)
	}
	_, err := io.WriteString(w, snippet)
	return err
}
