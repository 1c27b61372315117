package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"frontdesk/desk/canned"
	"frontdesk/store"
)

// RunMacro takes a macro's steps in a conversation, through the same doors as an agent's keys do. What is so already is
// passed over. What the reply needs is asked for first, so that a blank which nobody filled in stops it before anything
// is done.
func (d *Desk) RunMacro(ctx context.Context, r MacroRun) (MacroDone, error) {
	lib, err := d.Canned(ctx)
	if err != nil {
		return MacroDone{}, err
	}
	m, ok := lib.Macro(r.Macro)
	if !ok {
		return MacroDone{}, &Refusal{Field: "macro", Reason: fmt.Sprintf("There is no macro %s.", r.Macro), Advice: noMacroAdvice(lib, r.Macro)}
	}
	c, err := d.views.Conversation(ctx, r.Conversation)
	if err != nil {
		return MacroDone{}, fmt.Errorf("run the macro %s in %s: %w", m.Name, r.Conversation, err)
	}
	messages, err := d.macroMessages(ctx, lib.Content(m), c, r)
	if err != nil {
		return MacroDone{}, err
	}
	run := macroRunner{desk: d, run: r, macro: m, messages: messages}
	run.conversation = c.ID
	return run.steps(ctx, lib.Steps(m, c, r.Agent, d.now()))
}

// noMacroAdvice names the fault of a macro's file, where that is why there is no such macro.
func noMacroAdvice(lib canned.Library, name string) string {
	for _, f := range lib.Faults {
		if f.File == "macros/"+name+".txt" {
			return f.Error() + "."
		}
	}
	return ""
}

// macroMessages are the messages that a macro sends, with every placeholder filled in and every file kept.
func (d *Desk) macroMessages(ctx context.Context, content canned.Content, c store.Conversation, r MacroRun) ([]Outgoing, error) {
	if content.Empty() {
		return nil, nil
	}
	inbox := d.inboxes[c.Inbox].Inbox
	if name := d.names.of(c.Inbox); name != "" {
		inbox.Name = name
	}
	filled, err := content.Expand(CannedValues(c, r.Agent, []Inbox{inbox}), r.Blanks)
	var unfilled *canned.Unfilled
	if errors.As(err, &unfilled) {
		return nil, &Refusal{Field: "reply", Reason: "The reply can't be filled in: " + unfilled.Error() + "."}
	}
	if err != nil {
		return nil, err
	}
	draft := CannedDraft(filled)
	for i, f := range draft.Files {
		if f.URL != "" {
			continue
		}
		file, err := d.Attach(ctx, f.Path)
		if err != nil {
			return nil, err
		}
		draft.Files[i].File = &file
	}
	return draft.Messages(), nil
}

// macroRunner is one macro under way.
type macroRunner struct {
	desk         *Desk
	run          MacroRun
	macro        canned.Macro
	conversation store.ConversationID
	messages     []Outgoing
	done         MacroDone
}

// steps takes them in order, and stops at the first that fails.
func (m *macroRunner) steps(ctx context.Context, steps []canned.Step) (MacroDone, error) {
	for i, s := range steps {
		if s.Idle {
			continue
		}
		err := m.step(ctx, s)
		if err == nil {
			m.done.Did = append(m.done.Did, s.Did)
			continue
		}
		if len(m.done.Did) == 0 && len(m.done.Sent) == 0 {
			return MacroDone{}, err
		}
		m.done.Refused = err.Error()
		for _, left := range steps[i:] {
			if !left.Idle {
				m.done.Left = append(m.done.Left, left.Will)
			}
		}
		break
	}
	slices.Reverse(m.done.Undo)
	return m.done, nil
}

func (m *macroRunner) step(ctx context.Context, s canned.Step) error {
	if s.Act.Verb == "" {
		return m.reply(ctx)
	}
	act := s.Act
	act.Agent, act.Conversation = m.run.Agent, m.conversation
	undo, err := m.desk.Do(ctx, act)
	if err == nil && undo.Verb != "" {
		m.done.Undo = append(m.done.Undo, undo)
	}
	return err
}

func (m *macroRunner) reply(ctx context.Context) error {
	replies := make([]Reply, len(m.messages))
	for i, out := range m.messages {
		replies[i] = Reply{
			Conversation: m.conversation, Agent: m.run.Agent, Message: out.Message, File: out.File,
			HumanAgent: m.run.HumanAgent, Seen: m.run.Seen,
		}
	}
	sent, err := m.desk.ReplyAll(ctx, replies)
	if err != nil {
		return err
	}
	m.done.Sent = sent
	if m.macro.Reply == "" || m.desk.o.Uses == nil {
		return nil
	}
	if err := m.desk.o.Uses.Use(ctx, m.macro.Reply); err != nil { // a count is not worth stopping for
		m.desk.logger.Warn("count the use of a canned response", logError, err)
	}
	return nil
}
