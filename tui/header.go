package tui

import (
	"fmt"
	"strings"
	"time"

	"frontdesk/desk"
	"frontdesk/store"
)

// headWord is a piece of the header's right side.
type headWord struct {
	text string
	pen  pen
}

// drawHeader is the first line: whose desk, how it is, how much there is.
func (m *Model) drawHeader(w int) string {
	t, r := m.theme, m.ruler
	name := m.deskName()
	left := " " + t.accentBold.on("frontdesk")
	leftWidth := 10
	sign, words, p := m.health()
	right := []headWord{{sign + " " + words, p}}
	if b := m.state.Behind; b >= time.Second {
		right = append(right, headWord{"behind by " + shortSpan(b), t.warn})
	}
	if n := m.waitingCount(); n > 0 {
		right = append(right, headWord{fmt.Sprintf("%d waiting", n), t.warn})
	}
	unreadPen := t.muted
	if m.counts.Unread > 0 {
		unreadPen = t.unread
	}
	if m.stateRead {
		right = append(right,
			headWord{fmt.Sprintf("%d open", m.counts.Statuses[store.StatusOpen]), t.muted},
			headWord{fmt.Sprintf("%d unread", m.counts.Unread), unreadPen})
	}
	right = append(right, headWord{CleanLine(m.agent), t.muted})
	end, endWidth := "", 0
	for i, s := range right {
		if i == len(right)-1 && leftWidth+endWidth+3+r.width(s.text) > w { // who sits here, the agent knows
			break
		}
		text := r.cut(s.text, w/2)
		end += "   " + s.pen.on(text)
		endWidth += 3 + r.width(text)
	}
	if name != "" {
		room := w - leftWidth - endWidth - 5
		if all := m.allInboxes(); r.width(all) <= room {
			name = all
		}
		name = r.cut(name, room)
		if name != "" {
			left += t.faint.on(" · ") + t.text.on(name)
			leftWidth += 3 + r.width(name)
		}
	}
	return left + spaces(w-leftWidth-endWidth-1) + end + " "
}

func shortSpan(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%ds", int(d/time.Second))
	}
	return left(d)
}

// deskName is the inbox's name, or how many there are.
func (m *Model) deskName() string {
	switch n := len(m.state.Inboxes); {
	case n == 1:
		return CleanLine(m.state.Inboxes[0].Name)
	case n > 1:
		first := CleanLine(m.state.Inboxes[0].Name)
		for _, in := range m.state.Inboxes {
			if !in.Plugin {
				first = CleanLine(in.Name)
				break
			}
		}
		more := "inboxes"
		if n == 2 {
			more = "inbox"
		}
		return fmt.Sprintf("%s +%d %s", first, n-1, more)
	}
	return ""
}

// allInboxes is the name of every inbox.
func (m *Model) allInboxes() string {
	names := make([]string, len(m.state.Inboxes))
	for i, in := range m.state.Inboxes {
		names[i] = CleanLine(in.Name)
	}
	return strings.Join(names, ", ")
}

// health is the listener in a sign and words.
func (m *Model) health() (sign, words string, p pen) {
	t := m.theme
	switch s := m.state; {
	case m.gone && m.state.Remote:
		return "○", "looking for frontdesk", t.warn
	case m.gone:
		return "✗", "frontdesk has ended", t.bad
	case m.waited > 0:
		return "○", "no answer yet", t.warn
	case !m.stateRead:
		return "○", "starting", t.muted
	case s.ListenError != "":
		return "✗", "not listening", t.bad
	case s.Trouble != "":
		return "✗", troubleWords[s.Trouble].head, t.bad
	case alert(s) != "":
		return "!", "sending stopped", t.bad
	case s.Demo:
		return "●", "demo", t.good
	case s.Listening == "":
		return "○", "not listening", t.muted
	}
	return "●", "webhook ok", t.good
}

// troubleWords are what keeps customers' messages away: in the header, in the banner, and in the diagnostics.
var troubleWords = map[desk.Trouble]struct{ head, banner, fact string }{
	desk.TroubleDiskFull: {
		"disk full: nothing taken", "The disk is full: nothing is taken. Make room; it then goes on by itself, and the platform sends again.",
		"the disk is full, so that nothing is taken and webhooks are answered with 503; it goes on by itself as soon as there is room",
	},
	desk.TroubleLog: {
		"log failed: nothing taken", "The log cannot be written: nothing is taken. Start frontdesk again; the log file says why.",
		"it can no longer be written, so that nothing is taken; start frontdesk again (the log file says why)",
	},
	desk.TroubleViews: {
		"nothing new is shown", "Nothing new is shown. Start frontdesk again; what comes is kept, and the log file says why.",
		"the views no longer follow it: what comes is kept and not shown; start frontdesk again (the log file says why)",
	},
}

func alert(s desk.State) string {
	for _, in := range s.Inboxes {
		if in.Alert != "" {
			return in.Alert
		}
	}
	return ""
}
