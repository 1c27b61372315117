package tui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

// reactions are those that are offered, as the platform names them, in the order of its own picker (ref. 2.10).
var reactions = []string{"love", "smile", "wow", "sad", "angry", "like", "dislike"}

// reactedMsg says that the platform took a reaction, or did not.
type reactedMsg struct {
	emoji string
	err   error
}

func react(ctx context.Context, d desk.Talker, conv store.ConversationID, agent string, id store.MessageID, emoji string) tea.Cmd {
	return func() tea.Msg { return reactedMsg{emoji, d.React(ctx, conv, agent, id, emoji)} }
}

// ourReaction is what the page put on a message; empty when nothing.
func ourReaction(msg *store.Message) string {
	for _, r := range msg.Reactions {
		if r.Side == store.Out {
			return reactionSign(r.Emoji)
		}
	}
	return ""
}

func cannotReact(m *Model) string {
	msg, ok := m.thread.chosenMessage()
	c := m.thread.conv
	switch {
	case !ok:
		return "No message is chosen."
	case msg.Direction != store.In && msg.Direction != store.Out:
		return "Only what the customer or the page said can have a reaction."
	case msg.Withdrawn:
		return "The customer has taken this message back."
	case msg.MID == "":
		return "The platform has given this message no id yet, so nothing can be put on it."
	case c.Contact.Kind == store.ContactUserRef:
		return "The platform takes reactions only for customers it knows by an id."
	case !windowOf(c, m.inbox(c.Inbox), m.clock).open(m.clock):
		return "The window is closed: the platform takes a reaction only within 24 hours after the customer wrote."
	}
	return ""
}

// reactMenu offers the reactions.
type reactMenu struct {
	conv store.ConversationID
	id   store.MessageID
	on   string // the message, in a few words
	was  string // our reaction of now
	at   int
}

func (m *Model) askReaction() tea.Cmd {
	msg, _ := m.thread.chosenMessage()
	menu := &reactMenu{conv: m.thread.id, id: msg.ID, on: m.inQuotes(&msg), was: ourReaction(&msg)}
	menu.at = max(slices.IndexFunc(reactions, func(name string) bool { return reactionSigns[name] == menu.was }), 0)
	if menu.was != "" {
		menu.at = len(reactions)
	}
	m.overlay = menu
	return nil
}

func (b *reactMenu) place() place  { return placeMenu }
func (b *reactMenu) pasted(string) {}

// lines is how many choices there are: the last takes the reaction back.
func (b *reactMenu) lines() int {
	if b.was != "" {
		return len(reactions) + 1
	}
	return len(reactions)
}

func (b *reactMenu) move(n int) { b.at = (b.at + n + b.lines()) % b.lines() }

// typed chooses a line by its number, and moves as lists do.
func (b *reactMenu) typed(m *Model, k tea.KeyPressMsg) tea.Cmd {
	switch k.Text {
	case "j":
		b.move(1)
	case "k":
		b.move(-1)
	}
	for i := range b.lines() {
		if k.Text == itoa(i+1) {
			b.at = i
			return m.menuChoose()
		}
	}
	return nil
}

func (b *reactMenu) choose(m *Model) tea.Cmd {
	m.overlay = nil
	emoji := ""
	if b.at < len(reactions) {
		emoji = reactionSigns[reactions[b.at]]
	}
	return tea.Batch(m.say("Asking the platform…"), react(m.ctx, m.desk, b.conv, m.agent, b.id, emoji))
}

// applyReacted says what became of it.
func (m *Model) applyReacted(msg reactedMsg) tea.Cmd {
	if msg.err != nil {
		return tea.Batch(m.notice.fail("No reaction was put on it: "+problem(msg.err)), m.refresh())
	}
	said := "Reacted with " + msg.emoji + "."
	if msg.emoji == "" {
		said = "The reaction is taken back."
	}
	return tea.Batch(m.say(said), m.refresh())
}

func (b *reactMenu) draw(m *Model) (rect, []string) {
	t, r := m.theme, m.ruler
	w := min(m.width-8, 44)
	in := []string{" " + t.muted.on(r.cut(b.on, w-4)), ""}
	for i := range b.lines() {
		name := "take the reaction back"
		if i < len(reactions) {
			name = r.pad(reactionSigns[reactions[i]], 3) + reactions[i]
		}
		line := " " + t.faint.on(itoa(i+1)) + "  " + t.text.on(r.pad(name, w-7))
		if i == b.at {
			line = tint(t.selection, t.accent.on("▌")+line[1:])
		}
		in = append(in, line)
	}
	box := m.middle(w, len(in)+2)
	return box, m.box(box, boxText{title: "React"}, in, true)
}
