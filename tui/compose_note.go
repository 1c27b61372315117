package tui

import (
	"strings"

	"frontdesk/store"
)

// noteWord begins a private note in the thread, so that it is told from a reply without colour.
const noteWord = "note, only agents see it"

// drawNote draws a private note: in another colour, behind a bar, with who wrote it.
func (m *Model) drawNote(msg *store.Message, k itemKey) []string {
	t, r := m.theme, m.ruler
	words := k.width - k.gutter - stateWidth - 3
	if k.stacked {
		words = k.width - k.gutter - 2
	}
	name, indent := spaces(k.gutter), spaces(k.gutter+1)
	if !k.stacked {
		name = r.pad(r.shortName(k.name, k.gutter-1), k.gutter)
	}
	head := noteWord
	if k.stacked {
		head = k.name + ": " + noteWord
	}
	out := []string{" " + t.unreadBold.on(name) + t.unread.on("┃ ") + t.unread.on(r.pad(head, words)) + " " + t.faint.on(clockTime(msg.At, m.clock))}
	for _, line := range r.wrap(strings.TrimRight(Clean(msg.Text), "\n "), words) {
		out = append(out, indent+t.unread.on("┃ ")+t.text.on(line))
	}
	return out
}
