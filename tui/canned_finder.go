package tui

import (
	tea "charm.land/bubbletea/v2"
)

const mostTypedToFind = 60 // characters

// finder is the line of a menu in which one types to find something, and the place of the cursor among what was found.
type finder struct {
	typing  string
	at, top int
}

// typed takes a key; it reports whether the line has changed.
func (f *finder) typed(k tea.KeyPressMsg) bool {
	if runes := []rune(f.typing); k.Code == tea.KeyBackspace {
		if len(runes) > 0 {
			f.typing = string(runes[:len(runes)-1])
		}
		return len(runes) > 0
	}
	return f.add(k.Text)
}

// add puts text at the line's end.
func (f *finder) add(text string) bool {
	text = Clean(text)
	if text == "" || len([]rune(f.typing+text)) > mostTypedToFind {
		return false
	}
	f.typing += text
	return true
}

// step moves the cursor among n lines, round and round.
func (f *finder) step(by, n int) {
	if n > 0 {
		f.at = (f.at + by + n) % n
	}
}

// show keeps the cursor among n lines, of which h are seen.
func (f *finder) show(n, h int) {
	f.at = max(min(f.at, n-1), 0)
	f.top = max(min(f.top, f.at, n-h), f.at-h+1, 0)
}

// line is what was typed, w columns wide.
func (f *finder) line(m *Model, w int) string {
	return " " + m.theme.accentBold.on("›") + " " + m.theme.text.on(m.ruler.cut(f.typing, w-5)) + m.theme.accent.on("▏")
}
