package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

const noticeTime = 6 * time.Second

// notice is the sentence in the last line: what was done, or what did not happen. It lies over the hints and never
// over work.
type notice struct {
	text  string
	bad   bool
	fresh bool // no key was pressed since
	gen   int
}

// say shows a sentence for a while.
func (n *notice) say(ctx context.Context, text string) tea.Cmd {
	n.gen++
	n.text, n.bad, n.fresh = text, false, true
	gen := n.gen
	return later(ctx, noticeTime, func() tea.Msg { return noticeOldMsg{gen} })
}

// fail shows what did not happen; it stays until a key was pressed.
func (n *notice) fail(text string) tea.Cmd {
	n.gen++
	n.text, n.bad, n.fresh = text, true, true
	return nil
}

func (n *notice) expire(msg noticeOldMsg) {
	if msg.gen == n.gen {
		n.text = ""
	}
}

// read notes that a key was pressed. A failure goes with the second key, so that the one being pressed when it
// appeared does not take it away unread.
func (n *notice) read() {
	switch {
	case n.text == "":
	case n.bad && n.fresh:
		n.fresh = false
	default:
		n.text = ""
	}
}

// say shows a sentence in the last line for a while.
func (m *Model) say(text string) tea.Cmd { return m.notice.say(m.ctx, text) }
