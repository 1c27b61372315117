package tui

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
)

// insertCanned puts a prepared reply into the draft: its text where the cursor is in the text, and beside what there is
// already its quick replies, buttons, cards and files. Those that are there already are not added again.
func (m *Model) insertCanned(d desk.Draft) tea.Cmd {
	c := &m.composer
	mode := c.draft.Chosen()
	if c.inForm() || mode == desk.ModeNote && d.Note == "" {
		mode = desk.ModeText
	}
	c.remember()
	cmd := m.setMode(mode)
	if text := d.Text + map[bool]string{true: d.Note}[mode == desk.ModeNote]; text != "" {
		c.area.InsertString(c.apart(text))
		c.take()
	}
	c.draft.QuickReplies = withOnce(c.draft.QuickReplies, d.QuickReplies)
	c.draft.Buttons = withOnce(c.draft.Buttons, d.Buttons)
	c.draft.Cards = withOnce(c.draft.Cards, d.Cards)
	c.draft.Files = withOnce(c.draft.Files, d.Files)
	if d.Chosen() != desk.ModeText {
		cmd = tea.Batch(cmd, m.setMode(d.Mode))
	}
	return tea.Batch(cmd, m.changed())
}

// withOnce is what is there, and after it what is not there yet of more.
func withOnce[T any](there, more []T) []T {
	all := slices.Clone(there)
	for _, v := range more {
		if !slices.ContainsFunc(there, func(o T) bool { return reflect.DeepEqual(o, v) }) {
			all = append(all, v)
		}
	}
	return all
}

// apart is a text as it goes where the cursor is: set off from what stands before and behind it.
func (c *composer) apart(text string) string {
	lines := strings.Split(c.area.Value(), "\n")
	row := min(c.area.Line(), len(lines)-1)
	line := []rune(lines[row])
	at := min(c.area.Column(), len(line))
	return between(string(line[:at]), text) + text + between(text, string(line[at:]))
}

// between is what a person puts between two texts of which the first is in the line already or the second stays in it: a
// line break where one of them has several lines, else a space; nothing at the line's ends, at white space, within
// brackets and quotes, before what ends a sentence, and in writing that has no spaces.
func between(before, after string) string {
	last, size := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	switch {
	case before == "" || after == "" || unicode.IsSpace(last) || unicode.IsSpace(first):
		return ""
	case unicode.In(last, unicode.Ps, unicode.Pi) || unicode.In(first, unicode.Pe, unicode.Pf) || strings.ContainsRune(".,;:!?…", first):
		return ""
	case last == '"' || last == '\'': // it opens where nothing stands before it
		head, _ := utf8.DecodeLastRuneInString(before[:len(before)-size])
		if len(before) == size || unicode.IsSpace(head) || unicode.In(head, unicode.Ps, unicode.Pi) {
			return ""
		}
	}
	switch {
	case strings.Contains(before, "\n") || strings.Contains(after, "\n"):
		return "\n"
	case unspaced(last) || unspaced(first):
		return ""
	}
	return " "
}

// unspaced reports whether a character is of a writing that puts no spaces between words and sentences.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || strings.ContainsRune("。！？、，：；", r)
}
