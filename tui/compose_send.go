package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// repliedMsg says that the desk took a draft's messages, in their order, or why it took none.
type repliedMsg struct {
	conv   store.ConversationID
	locals []store.MessageID // as they are shown since they were sent
	kept   []store.Message
	err    error
}

// notedMsg says that the desk kept a note, or did not.
type notedMsg struct {
	act   store.Act
	back  store.Act
	local store.MessageID
	err   error
}

// sendReplies gives a draft's messages to the desk: it takes all of them, or none.
func sendReplies(ctx context.Context, d desk.Actor, replies []desk.Reply, locals []store.MessageID) tea.Cmd {
	return func() tea.Msg {
		kept, err := d.ReplyAll(ctx, replies)
		return repliedMsg{conv: replies[0].Conversation, locals: locals, kept: kept, err: err}
	}
}

func keepNote(ctx context.Context, d desk.Actor, act store.Act, local store.MessageID) tea.Cmd {
	return func() tea.Msg {
		back, err := d.Do(ctx, act)
		return notedMsg{act: act, back: back, local: local, err: err}
	}
}

// tellTyping lets the contact see that somebody writes, or writes no more. It is a courtesy: that it failed is of no
// interest to anybody.
func tellTyping(ctx context.Context, d desk.Talker, conv store.ConversationID, on bool) tea.Cmd {
	return func() tea.Msg {
		_ = d.Typing(ctx, conv, on)
		return nil
	}
}

// send gives what was written to the desk and shows it at once; what can't be sent is said where it stands.
func (m *Model) send() tea.Cmd {
	c := &m.composer
	moved := m.goTo(c.at) // weeds what stayed blank
	if c.draft.Chosen() == desk.ModeNote {
		return tea.Batch(moved, m.note())
	}
	d := c.draft
	if m.nothingToSend(d) {
		m.refuse("There is nothing to send yet.")
		return moved
	}
	if o := m.outlook(); o.Blocked != nil {
		m.refuse("Not sent: see above. The draft is kept, and " + keyOf("mode-note") + " writes a note.")
		return tea.Batch(moved, m.retest())
	} else if o.Human && !onlyText(d) {
		m.refuse("Only text can be sent now, as a human agent: " + keyOf("mode-text") + " keeps the rest for later.")
		return moved
	}
	messages := d.Messages()
	faults := faultsOf(d)
	if parts := splitOf(d); len(parts) > 1 && len(faults) == 1 {
		if !c.split {
			m.refuse(fmt.Sprintf("Too long for one message, which has %d characters at most. %s sends it as %d, one after the other.",
				messenger.MaxText, keyOf("send"), len(parts)))
			c.split = true
			return moved
		}
		messages = slices.Concat(messages[:len(messages)-1], parts)
		faults = nil
	}
	if len(faults) > 0 {
		c.tried = true
		at := faults[0].at
		if !slices.Contains(spotsOf(d), at) {
			at = spot{part: partTitle, row: at.row}
		}
		moved = tea.Batch(moved, m.goTo(at))
		m.refuse(faults[0].sentence(d))
		return moved
	}
	return tea.Batch(moved, m.sendAll(d, messages))
}

// nothingToSend reports whether the mode of d has nothing at all.
func (m *Model) nothingToSend(d desk.Draft) bool {
	text := strings.TrimSpace(d.Text)
	switch d.Chosen() {
	case desk.ModeQuickReplies:
		return text == "" && len(d.QuickReplies)+len(d.Files) == 0
	case desk.ModeButtons:
		return text == "" && len(d.Buttons)+len(d.Files) == 0
	case desk.ModeCards:
		return len(d.Cards)+len(d.Files) == 0
	}
	return text == "" && len(d.Files) == 0
}

func onlyText(d desk.Draft) bool { return d.Chosen() == desk.ModeText && len(d.Files) == 0 }

// splitOf is a text that is too long as several messages; the quick replies stand under the last.
func splitOf(d desk.Draft) []desk.Outgoing {
	if d.Chosen() != desk.ModeText && d.Chosen() != desk.ModeQuickReplies {
		return nil
	}
	var out []desk.Outgoing
	for _, part := range messenger.SplitText(d.Text, messenger.MaxText) {
		out = append(out, desk.Outgoing{Message: messenger.OutMessage{Text: part}})
	}
	if messages := d.Messages(); len(out) > 0 {
		out[len(out)-1].Message.QuickReplies = messages[len(messages)-1].Message.QuickReplies
	}
	return out
}

// sendAll shows the messages of a draft as sent and gives them to the desk.
func (m *Model) sendAll(d desk.Draft, messages []desk.Outgoing) tea.Cmd {
	c := &m.composer
	replies := make([]desk.Reply, len(messages))
	locals := make([]store.MessageID, len(messages))
	human := m.outlook().Human
	for i, out := range messages {
		replies[i] = desk.Reply{
			Conversation: c.conv, Agent: m.agent, Message: out.Message, File: out.File, Seen: m.thread.applied, HumanAgent: human,
		}
		local := m.local(store.Out)
		local.State = store.StateQueued
		fillLocal(&local, out)
		locals[i] = local.ID
		m.thread.pending = append(m.thread.pending, local)
	}
	replies[0].ReplyTo = d.ReplyTo
	m.drafts.sent[locals[0]] = d
	end := m.written(d.Rest())
	return tea.Batch(sendReplies(m.ctx, m.desk, replies, locals), end) // the draft is forgotten when they are kept
}

// written shows what was just written at the thread's end, and what is left of the draft in the composer.
func (m *Model) written(rest desk.Draft) tea.Cmd {
	c := &m.composer
	m.thread.hasNew = false
	c.typing, c.past = "", nil // the message itself ends the typing
	c.load(rest)
	c.refusal = ""
	m.drafts.typed(c.conv, c.draft)
	m.setDrafted(c.conv, !c.draft.Empty())
	cmd := tea.Batch(m.focusField(), m.relayout())
	m.layThread()
	return tea.Batch(cmd, m.threadToEnd())
}

// local is a line of the thread that the store has not shown yet.
func (m *Model) local(direction store.Direction) store.Message {
	c := &m.composer
	c.sent++
	msg := store.Message{
		ID: store.MessageID(fmt.Sprintf("local:%d", c.sent)), Conversation: c.conv, At: store.MillisOf(m.clock),
		Direction: direction, Kind: store.KindText, Agent: m.agent,
	}
	if msgs := m.thread.msgs; len(msgs) > 0 { // the clock stands still between ticks
		msg.At = max(msg.At, msgs[len(msgs)-1].At)
	}
	return msg
}

// fillLocal gives a line what its message says.
func fillLocal(msg *store.Message, out desk.Outgoing) {
	msg.Text, msg.QuickReplies, msg.File = out.Message.Text, out.Message.QuickReplies, out.File
	a := out.Whole().Attachment
	switch {
	case a == nil:
	case a.Type == "template":
		msg.Kind, msg.Text, msg.Buttons, msg.Elements = store.KindTemplate, a.Payload.Text, a.Payload.Buttons, a.Payload.Elements
	default:
		msg.Kind = store.KindMedia
		file := store.Attachment{Type: a.Type, URL: a.Payload.URL}
		if out.File != nil {
			file.Title = out.File.Name
		}
		msg.Attachments = []store.Attachment{file}
	}
}

// applyReplied puts the stored replies in the place of those shown at once, and gives the rest back.
func (m *Model) applyReplied(msg repliedMsg) tea.Cmd {
	t := &m.thread
	was := m.drafts.takeSent(msg.locals[0])
	for n, local := range msg.locals {
		i := slices.IndexFunc(t.pending, func(p store.Message) bool { return p.ID == local })
		if i < 0 {
			continue
		}
		shown := n >= len(msg.kept) || slices.ContainsFunc(t.msgs, func(known store.Message) bool { return known.ID == msg.kept[n].ID })
		if shown {
			t.pending = slices.Delete(t.pending, i, i+1)
		} else {
			t.pending[i] = msg.kept[n]
		}
	}
	m.layThread()
	if msg.err != nil {
		return m.giveBack(msg.conv, unsent(was, len(msg.kept)), m.whyNotSent(msg.err))
	}
	return tea.Batch(m.keepDraftOf(msg.conv), m.countUses(msg.conv), m.holdSent(msg.conv, msg.kept, was), m.refresh())
}

// unsent is what is left of a draft of which n messages were taken.
func unsent(d desk.Draft, n int) desk.Draft {
	files := min(n, len(d.Files))
	d.Files = d.Files[files:]
	if n > 0 {
		d.ReplyTo = ""
	}
	if n -= files; n > 0 { // a part of a long text
		d.Text = strings.Join(messenger.SplitText(d.Text, messenger.MaxText)[n:], "\n")
	}
	return d
}

// whyNotSent says what became of a reply that the desk did not take.
func (m *Model) whyNotSent(err error) string {
	why := problem(err)
	var refusal *desk.Refusal
	switch {
	case errors.As(err, &refusal):
		return why
	case errors.Is(err, desk.ErrUnanswered):
		return why + " Perhaps it took the reply: look at the thread before " + keyOf("send") + " sends it again."
	}
	return "Not sent: " + why + " " + keyOf("send") + " tries again."
}

// giveBack puts what was refused into the composer again, before whatever was typed since.
func (m *Model) giveBack(conv store.ConversationID, was desk.Draft, why string) tea.Cmd {
	if !was.Empty() {
		m.drafts.typed(conv, m.drafts.of(conv).With(was))
		m.setDrafted(conv, true)
	}
	if m.composer.conv == conv {
		m.composer.side = eitherSide // it is shown as what it was
		m.showDraft(conv)
		m.refuse(why)
		cmd := tea.Batch(m.focusField(), m.relayout())
		m.layThread()
		return tea.Batch(cmd, m.keepDraftOf(conv))
	}
	return tea.Batch(m.keepDraftOf(conv), m.notice.fail(why))
}

// note keeps a private note. Nothing of it goes to the contact, so nothing that stands in a reply's way stands in its.
func (m *Model) note() tea.Cmd {
	c := &m.composer
	text := strings.TrimSpace(c.draft.Note)
	if text == "" {
		m.refuse("There is nothing to note yet.")
		return nil
	}
	local := m.local(store.Note)
	local.Kind, local.Text = store.KindNote, text
	m.thread.pending = append(m.thread.pending, local)
	m.drafts.sent[local.ID] = desk.Draft{Mode: desk.ModeNote, Note: c.draft.Note}
	act := store.Act{Agent: m.agent, Conversation: c.conv, Verb: store.VerbNote, Text: text}
	end := m.written(c.draft.Rest())
	return tea.Batch(keepNote(m.ctx, m.desk, act, local.ID), m.keepDraftOf(c.conv), end)
}

// applyNoted shows the note that the desk kept, or gives its words back.
func (m *Model) applyNoted(msg notedMsg) tea.Cmd {
	was := m.drafts.takeSent(msg.local)
	if msg.err != nil {
		t := &m.thread
		t.pending = slices.DeleteFunc(t.pending, func(p store.Message) bool { return p.ID == msg.local })
		m.layThread()
		return m.giveBack(msg.act.Conversation, was, "Not noted: "+problem(msg.err)+" "+keyOf("send")+" tries again.")
	}
	if msg.back.Verb != "" {
		m.remember(undoStep{act: msg.back, label: "Noted."})
	}
	return m.refresh()
}

// shownNote reports whether a line of the store is the note p, which was shown before it.
func shownNote(p, msg *store.Message) bool {
	const apart = 60_000
	return p.Kind == store.KindNote && msg.Kind == store.KindNote && msg.Text == p.Text && msg.Agent == p.Agent && msg.At >= p.At-apart
}
