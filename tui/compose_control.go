package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// controlledMsg says that the platform did what was asked about a conversation's control, or did not.
type controlledMsg struct {
	request desk.ControlRequest
	err     error
}

func askControl(ctx context.Context, d desk.Talker, r desk.ControlRequest) tea.Cmd {
	return func() tea.Msg { return controlledMsg{request: r, err: d.Control(ctx, r)} }
}

// controlMenu offers what can be done about which app answers a conversation.
type controlMenu struct {
	conv  store.Conversation
	lines []controlLine
	at    int
}

type controlLine struct {
	verb desk.ControlVerb
	to   string // app, for passing; empty: it is asked for
	name string
}

// controlLines are the choices in a conversation, in the order in which they are offered.
func controlLines(o desk.Outlook) []controlLine {
	var out []controlLine
	for _, verb := range o.Controls {
		switch verb {
		case desk.ControlTake:
			out = append(out, controlLine{verb: verb, name: "take it: we answer from now on"})
		case desk.ControlPass:
			out = append(out,
				controlLine{verb: verb, to: messenger.PageInboxApp, name: "pass it to the Page's own inbox"},
				controlLine{verb: verb, name: "pass it to another app, by its id"})
		case desk.ControlRelease:
			out = append(out, controlLine{verb: verb, name: "release it: whoever answers first has it"})
		}
	}
	return out
}

// outlookOf is what can be sent in any conversation.
func (m *Model) outlookOf(c store.Conversation) desk.Outlook {
	return desk.OutlookOf(c, m.inbox(c.Inbox), m.knows(c.Inbox), m.clock)
}

func noControl(m *Model) string {
	c, ok := m.subject()
	switch {
	case !ok:
		return noConversation(m)
	case len(controlLines(m.outlookOf(c))) == 0:
		return "No other app can answer in this conversation."
	}
	return ""
}

func (m *Model) showControl() tea.Cmd {
	c, _ := m.subject()
	m.overlay = &controlMenu{conv: c, lines: controlLines(m.outlookOf(c))}
	return nil
}

func (b *controlMenu) place() place  { return placeMenu }
func (b *controlMenu) move(n int)    { b.at = (b.at + n + len(b.lines)) % len(b.lines) }
func (b *controlMenu) pasted(string) {}

func (b *controlMenu) typed(m *Model, k tea.KeyPressMsg) tea.Cmd {
	for i := range b.lines {
		if k.Text == itoa(i+1) {
			b.at = i
			return m.menuChoose()
		}
	}
	return nil
}

func (b *controlMenu) choose(m *Model) tea.Cmd {
	line := b.lines[b.at]
	r := desk.ControlRequest{Conversation: b.conv.ID, Agent: m.agent, Verb: line.verb, To: line.to}
	if r.Verb == desk.ControlPass && r.To == "" {
		return m.askApp(b.conv, r)
	}
	return m.sureOfControl(b.conv, r)
}

// applyControlled says what became of it.
func (m *Model) applyControlled(msg controlledMsg) tea.Cmd {
	if msg.err != nil {
		return tea.Batch(m.notice.fail("Control stays where it was: "+problem(msg.err)), m.refresh())
	}
	passed := "Passed on: the app " + CleanLine(msg.request.To) + " answers from now on."
	if msg.request.To == messenger.PageInboxApp {
		passed = "Passed on: the Page's own inbox answers from now on."
	}
	said := map[desk.ControlVerb]string{
		desk.ControlTake:    "The conversation is ours: replies go out.",
		desk.ControlPass:    passed,
		desk.ControlRelease: "Released: whoever answers first has it.",
	}[msg.request.Verb]
	return tea.Batch(m.say(said), m.refresh())
}

func (b *controlMenu) draw(m *Model) (rect, []string) {
	t, r := m.theme, m.ruler
	w := min(m.width-8, 56)
	in := []string{" " + t.muted.on(r.cut(CleanLine(b.conv.Contact.Title())+", who answers?", w-4)), ""}
	for i, l := range b.lines {
		line := " " + t.faint.on(itoa(i+1)) + "  " + t.text.on(r.pad(l.name, w-7))
		if i == b.at {
			line = tint(t.selection, t.accent.on("▌")+line[1:])
		}
		in = append(in, line)
	}
	box := m.middle(w, len(in)+2)
	return box, m.box(box, boxText{title: "Control"}, in, true)
}
