package tui

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

// heldReply is a reply that the desk holds for some seconds, so that it can be taken back.
type heldReply struct {
	conv  store.ConversationID
	title string
	kept  []store.Message // as many as the draft became
	words desk.Draft      // what it was made of
}

// until is when the first of it goes out.
func (h *heldReply) until() time.Time { return h.kept[0].RetryAt.Time() }

type (
	// holdTickMsg moves the clock on while a reply is held.
	holdTickMsg time.Time
	// unsentMsg says how many messages of a held reply were taken back, from the last on.
	unsentMsg struct {
		held  *heldReply
		taken int
		draft desk.Draft // as the desk keeps it for the conversation
		err   error
	}
)

// holdSent remembers how to take back a reply that is held.
func (m *Model) holdSent(conv store.ConversationID, kept []store.Message, words desk.Draft) tea.Cmd {
	if m.state.Hold <= 0 || len(kept) == 0 || kept[0].State != store.StateQueued || kept[0].RetryAt == 0 {
		return nil
	}
	held := &heldReply{conv: conv, kept: kept, words: words}
	if m.thread.id == conv {
		held.title = CleanLine(m.thread.conv.Contact.Title())
	}
	m.remember(undoStep{held: held, label: "Sent."})
	now := m.now
	return func() tea.Msg { return holdTickMsg(now()) }
}

// remember puts a step on top of what can be undone.
func (m *Model) remember(step undoStep) {
	m.undo = append(m.undo, step)
	m.undo = m.undo[max(len(m.undo)-keepUndo, 0):]
}

// undoable is how many steps can be undone still: a reply that has gone out is none of them.
func (m *Model) undoable() int {
	n := len(m.undo)
	for n > 0 && m.undo[n-1].held != nil && !m.undo[n-1].held.until().After(m.clock) {
		n--
	}
	return n
}

// holding is the reply that u takes back now.
func (m *Model) holding() *heldReply {
	if n := m.undoable(); n > 0 {
		return m.undo[n-1].held
	}
	return nil
}

func (m *Model) applyHoldTick(now time.Time) tea.Cmd {
	m.clock = now
	if m.holding() == nil || m.quitting {
		return nil
	}
	at := m.now
	return later(m.ctx, time.Second, func() tea.Msg { return holdTickMsg(at()) })
}

// holdWords say that a reply can still be taken back, and how; empty when there is none.
func (m *Model) holdWords() string {
	h := m.holding()
	if h == nil {
		return ""
	}
	key := keyOf("undo")
	if m.focus == placeReply {
		key = keyOf("unsend")
	}
	left := max(int((h.until().Sub(m.clock)+time.Second-1)/time.Second), 1)
	return fmt.Sprintf("goes out in %d s · %s takes it back", left, key)
}

func nothingHeld(m *Model) string {
	if m.holding() == nil {
		return "No reply is held that could be taken back."
	}
	return ""
}

// unsend takes back the reply that is held.
func (m *Model) unsend() tea.Cmd {
	n := m.undoable()
	held := m.undo[n-1].held
	m.undo = m.undo[:n-1]
	return takeReply(m.ctx, m.desk, m.agent, held)
}

// takeReply cancels the messages of a reply, the last first: what stands before one that is cancelled may go out, never
// the other way round.
func takeReply(ctx context.Context, d desk.Contract, agent string, held *heldReply) tea.Cmd {
	return func() tea.Msg {
		msg := unsentMsg{held: held}
		for i := len(held.kept) - 1; i >= 0; i-- {
			act := store.Act{Agent: agent, Conversation: held.conv, Verb: store.VerbCancel, Message: held.kept[i].ID}
			if _, msg.err = d.Do(ctx, act); msg.err != nil {
				break
			}
			msg.taken++
		}
		var err error
		if msg.draft, err = d.Draft(ctx, held.conv, agent); err != nil && msg.err == nil && msg.taken < len(held.kept) {
			msg.err = err
		}
		return msg
	}
}

// applyUnsent gives the words that did not go out back to the composer.
func (m *Model) applyUnsent(msg unsentMsg) tea.Cmd {
	h := msg.held
	sent := len(h.kept) - msg.taken
	if msg.taken == 0 {
		return tea.Batch(m.notice.fail("Not taken back: "+problem(msg.err)), m.refresh())
	}
	if h.conv != m.composer.conv {
		m.drafts.loaded(h.conv, msg.draft)
	}
	said := "Taken back, and not sent."
	if sent > 0 {
		said = fmt.Sprintf("%d of %d messages had gone out; the rest is taken back.", sent, len(h.kept))
	}
	if m.thread.id != h.conv {
		said += " The words are in the draft of " + orElse(h.title, "the conversation") + "."
	}
	return tea.Batch(m.putBack(h.conv, unsent(h.words, sent)), m.say(said), m.refresh())
}
