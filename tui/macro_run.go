package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/store"
)

// macroDoneMsg says what became of a macro.
type macroDoneMsg struct {
	name  string
	title string // the contact's
	conv  store.ConversationID
	done  desk.MacroDone
	err   error
}

// useMacro runs a macro in a conversation, after asking for what is left blank in its reply.
func (m *Model) useMacro(mac canned.Macro, c store.Conversation) tea.Cmd {
	run := func(m *Model, answers map[string]string) (tea.Cmd, string) {
		m.overlay = nil
		r := desk.MacroRun{
			Conversation: c.ID, Agent: m.agent, Macro: mac.Name, Blanks: answers, Seen: m.seenOf(c), HumanAgent: m.outlookOf(c).Human,
		}
		return tea.Batch(m.say(CleanLine(mac.Called())+"…"), runMacro(m.ctx, m.desk, r, mac.Called(), c.Contact.Title())), ""
	}
	if blanks := m.stationery.lib.Content(mac).Blanks(); len(blanks) > 0 {
		return m.askBlanks(mac.Called(), blanks, run)
	}
	cmd, _ := run(m, nil)
	return cmd
}

func runMacro(ctx context.Context, d desk.Stationery, r desk.MacroRun, name, title string) tea.Cmd {
	return func() tea.Msg {
		done, err := d.RunMacro(ctx, r)
		return macroDoneMsg{name: name, title: title, conv: r.Conversation, done: done, err: err}
	}
}

// applyMacroDone says what was done and what was not, and remembers how to take it back.
func (m *Model) applyMacroDone(msg macroDoneMsg) tea.Cmd {
	name := CleanLine(msg.name)
	if msg.err != nil {
		return tea.Batch(m.notice.fail(name+": nothing was done. "+problem(msg.err)), m.refresh())
	}
	d := msg.done
	if len(d.Undo) > 0 {
		m.remember(undoStep{acts: d.Undo, label: name + "."})
	}
	hold := m.holdSent(msg.conv, d.Sent, wordsOfAll(d.Sent))
	did := CleanLine(strings.Join(d.Did, " "))
	if d.Refused != "" {
		return tea.Batch(hold, m.notice.fail(fmt.Sprintf("%s stopped: %s Not done: %s", name, sentence(CleanLine(d.Refused)), CleanLine(strings.Join(d.Left, " ")))), m.refresh())
	}
	if did == "" {
		did = "everything was so already."
	}
	undo := ""
	if len(d.Undo) > 0 {
		undo = " " + keyOf("undo") + " undoes all but the message."
		if len(d.Sent) == 0 {
			undo = " " + keyOf("undo") + " undoes it."
		}
	}
	// The thread has the steps; the way back must not be cut off.
	did = m.ruler.cut(name+": "+did, max(m.width-2-m.ruler.width(undo), 1))
	return tea.Batch(hold, m.say(did+undo), m.refresh())
}

// wordsOfAll is the draft that would become the messages.
func wordsOfAll(sent []store.Message) desk.Draft {
	var d desk.Draft
	for i := len(sent) - 1; i >= 0; i-- {
		d = d.With(wordsOf(&sent[i]))
	}
	return d
}

// undoAll takes several acts back, in their order.
func undoAll(ctx context.Context, d desk.Actor, acts []store.Act, label string) tea.Cmd {
	return func() tea.Msg {
		msg := actedMsg{act: acts[0], label: label, undo: true}
		for _, act := range acts {
			_, err := d.Do(ctx, act)
			msg.err = errors.Join(msg.err, err)
		}
		return msg
	}
}
