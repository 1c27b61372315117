package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

// lateAfter is how long a reply may stand queued for no reason before it counts as waiting.
const lateAfter = 30 * time.Second

// queueBox shows what waits to be sent in all conversations, and what can be done about each reply.
type queueBox struct {
	at    int
	under store.MessageID // the reply under the cursor
}

func (m *Model) showQueue() tea.Cmd {
	m.overlay = &queueBox{}
	return tea.Batch(m.retest(), m.refresh())
}

// retest has the platform asked whether a dead token is good again. What comes of it is seen in the state.
func (m *Model) retest() tea.Cmd {
	ctx, d := m.ctx, m.desk
	return func() tea.Msg {
		_ = d.Retest(ctx) // a desk that is gone says so elsewhere
		return nil
	}
}

func (b *queueBox) place() place                          { return placeQueue }
func (b *queueBox) typed(*Model, tea.KeyPressMsg) tea.Cmd { return nil }

// find puts the cursor on the reply it stood on, or on what took its place.
func (b *queueBox) find(all []desk.Waiting) {
	if i := slices.IndexFunc(all, func(w desk.Waiting) bool { return w.Message.ID == b.under }); i >= 0 && b.under != "" {
		b.at = i
	}
	b.at = max(min(b.at, len(all)-1), 0)
	b.under = ""
	if len(all) > 0 {
		b.under = all[b.at].Message.ID
	}
}

func (b *queueBox) move(m *Model, n int) {
	b.find(m.queue)
	b.at = max(min(b.at+n, len(m.queue)-1), 0)
	b.under = ""
	b.find(m.queue)
}

// takeQueue shows what waits, read anew.
func (m *Model) takeQueue(all []desk.Waiting) {
	m.queue = all
	for _, o := range []overlay{m.overlay, behind(m.overlay)} {
		if b, ok := o.(*queueBox); ok {
			b.find(all)
		}
	}
}

// behind is the overlay that a question lies over.
func behind(o overlay) overlay {
	if q, ok := o.(*questionBox); ok {
		return q.back
	}
	return nil
}

// waiting is the reply under the cursor of the queue.
func (m *Model) waiting() (desk.Waiting, bool) {
	b, ok := m.overlay.(*queueBox)
	if !ok || b.at >= len(m.queue) {
		return desk.Waiting{}, false
	}
	return m.queue[b.at], true
}

// waits reports whether a reply stands longer than one that is simply on its way.
func (m *Model) waits(w desk.Waiting) bool {
	switch msg := &w.Message; msg.State {
	case store.StateSending:
		return false
	case store.StateQueued:
		return msg.Attempts > 0 || msg.Error != nil || m.inbox(w.Inbox).Alert != "" || m.clock.Sub(w.Since) > m.state.Hold+lateAfter
	}
	return true
}

// waitingCount is how many replies wait for something.
func (m *Model) waitingCount() int {
	n := 0
	for _, w := range m.queue {
		if m.waits(w) {
			n++
		}
	}
	return n
}

// draw shows the replies one below the other; of the one under the cursor the whole reason.
func (b *queueBox) draw(m *Model) (rect, []string) {
	t := m.theme
	w := min(m.width-2, 120)
	if len(m.queue) == 0 {
		w = min(w, 62)
		in := []string{""}
		for _, line := range m.paragraph("Nothing waits: everything that was written has gone out.", t.text, w-4) {
			in = append(in, " "+line)
		}
		in = append(in, "")
		box := m.middle(w, len(in)+2)
		return box, m.box(box, boxText{title: "What waits to be sent"}, in, true)
	}
	var lines []string
	from, to := 0, 0
	for i, waiting := range m.queue {
		drawn := m.drawWaiting(waiting, w-2, i == b.at)
		if i == b.at {
			from, to = len(lines), len(lines)+len(drawn)
		}
		lines = append(lines, drawn...)
	}
	h := min(len(lines), m.height-6)
	top := max(min(from-(h-(to-from))/2, len(lines)-h), 0)
	note := ""
	if len(lines) > h {
		note = itoa(b.at+1) + " of " + itoa(len(m.queue))
	}
	box := m.middle(w, h+2)
	box.y = max(min(box.y, 3), 1)
	return box, m.box(box, boxText{title: "What waits to be sent", right: itoa(len(m.queue)), note: note}, lines[top:top+h], true)
}

// drawWaiting is one reply: who, its words, its state and since when; under it why it waits.
func (m *Model) drawWaiting(w desk.Waiting, width int, under bool) []string {
	t, r := m.theme, m.ruler
	glyph, word, pen := stateMark(w.Message.State)
	state := r.pad(strings.TrimSpace(glyph+" "+orElse(word, "sending")), 9)
	since := age(store.MillisOf(w.Since), m.clock)
	name := min(max(width/4, 12), 24)
	words := max(width-name-r.width(state)-r.width(since)-8, 8)
	head := "  " + pen(t).on(state) + " " + t.text.on(r.pad(CleanLine(w.Title), name)) + "  " +
		t.muted.on(r.pad("“"+r.cut(summary(&w.Message), words-2)+"”", words)) + " " + t.muted.on(since) + " "
	lead := spaces(2 + r.width(state) + 1)
	why := m.whyWaiting(w)
	room := max(width-len(lead)-1, 10)
	lines := []string{head}
	if !under {
		return append(lines, lead+t.faint.on(r.cut(why, room)))
	}
	for _, part := range r.wrap(strings.TrimSpace(why+" "+CleanLine(w.Advice)), room) {
		lines = append(lines, lead+t.text.on(r.pad(part, room)))
	}
	for i, line := range lines {
		lines[i] = tint(t.selection, t.accent.on("▌")+r.pad(line[1:], width-1))
	}
	return lines
}

// whyWaiting is why a reply waits, behind which other one, and when it is tried next.
func (m *Model) whyWaiting(w desk.Waiting) string {
	why := CleanLine(w.Reason)
	if i := slices.IndexFunc(m.queue, func(o desk.Waiting) bool { return o.Message.ID == w.Behind }); i >= 0 && w.Behind != "" {
		first := &m.queue[i].Message
		why = "It stands behind " + m.inQuotes(first)
		switch first.State {
		case store.StateFailed:
			why += ", which failed, and is held until that is settled."
		case store.StateUnknown:
			why += ", whose fate is unknown, and is held until that is settled."
		default:
			why += " and goes out after it."
		}
	} else if w.Behind != "" && w.Message.State == store.StateHeld {
		why = "It is held behind a reply that is not settled. " + why
	}
	if w.Next.After(m.clock) && w.Message.Attempts > 0 {
		why += " Next try " + clockTime(store.MillisOf(w.Next), m.clock) + "."
	}
	return why
}
