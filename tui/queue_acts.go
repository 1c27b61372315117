package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

var onQueue = []place{placeQueue}

func queueActions() []action {
	return []action{
		{id: "queue", keys: []string{"w"}, about: "what waits to be sent, in all conversations", hint: "what waits", in: onPanes, run: (*Model).showQueue},
		{id: "queue-open", keys: []string{"enter", "l", "right"}, about: "go to the reply", hint: "open", in: onQueue, not: nothingWaits, run: (*Model).openWaiting},
		{id: "queue-again", keys: []string{"R"}, about: "send the reply again; one of unknown fate after a question", hint: "send again", in: onQueue, not: notAgain, run: (*Model).againWaiting},
		{id: "queue-arrived", keys: []string{"A"}, about: "say that a reply of unknown fate did arrive", hint: "it arrived", in: onQueue, not: notArrived, run: (*Model).arrivedWaiting},
		{id: "queue-edit", keys: []string{"E"}, about: "take the reply back and edit it", hint: "edit", in: onQueue, not: notTaken, run: (*Model).editWaiting},
		{id: "queue-cancel", keys: []string{"X"}, about: "do not send the reply", hint: "do not send", in: onQueue, not: notTaken, run: (*Model).cancelWaiting},
		{id: "queue-close", keys: []string{"esc", "q", "w", "h", "left"}, about: "close", hint: "close", in: onQueue, run: (*Model).closeOverlay},
	}
}

func nothingWaits(m *Model) string {
	if _, ok := m.waiting(); !ok {
		return "Nothing waits to be sent."
	}
	return ""
}

func notAgain(m *Model) string {
	w, ok := m.waiting()
	switch {
	case !ok:
		return nothingWaits(m)
	case w.Message.State == store.StateSending:
		return "It is being sent at this moment."
	case w.Message.State == store.StateQueued:
		return "It goes out by itself."
	}
	return ""
}

func notArrived(m *Model) string {
	w, ok := m.waiting()
	switch {
	case !ok:
		return nothingWaits(m)
	case w.Message.State != store.StateUnknown:
		return "Only of a reply whose fate is unknown can that be said."
	}
	return ""
}

func notTaken(m *Model) string {
	w, ok := m.waiting()
	switch {
	case !ok:
		return nothingWaits(m)
	case w.Message.State == store.StateSending:
		return "It is being sent at this moment."
	}
	return ""
}

func (m *Model) openWaiting() tea.Cmd {
	w, _ := m.waiting()
	m.overlay = nil
	cmd := m.goTalk(w)
	m.thread.selected, m.thread.aim = "", w.Message.Place()
	return tea.Batch(cmd, m.seekAim())
}

// goTalk goes to the conversation of a reply that waits.
func (m *Model) goTalk(w desk.Waiting) tea.Cmd {
	id := w.Message.Conversation
	if i := m.list.index(id); i >= 0 {
		m.list.at = i
		m.list.show(m.listRows())
		return m.open()
	}
	m.focusOn(placeThread)
	if m.thread.id == id && m.thread.loaded {
		return nil
	}
	cmd := m.leaveConversation()
	contact := w.Message.Recipient
	contact.Name = w.Title
	m.thread.clear(store.Conversation{ID: id, Inbox: w.Inbox, Contact: contact})
	m.showDraft(id)
	m.layThread()
	return tea.Batch(cmd, m.fetchThread(id))
}

func (m *Model) againWaiting() tea.Cmd {
	w, _ := m.waiting()
	act := store.Act{Conversation: w.Message.Conversation, Verb: store.VerbSendAgain, Message: w.Message.ID}
	done := "Queued again: " + m.inQuotes(&w.Message)
	if w.Message.State != store.StateUnknown {
		return m.act(act, done)
	}
	m.overlay = &questionBox{
		title: "Send again?", back: m.overlay,
		text: m.inQuotes(&w.Message) + " may have arrived already. If it did, " + CleanLine(w.Title) + " sees it twice. Send it again?",
		yes:  func(m *Model) tea.Cmd { return m.act(act, done) },
	}
	return nil
}

func (m *Model) arrivedWaiting() tea.Cmd {
	w, _ := m.waiting()
	act := store.Act{Conversation: w.Message.Conversation, Verb: store.VerbArrived, Message: w.Message.ID}
	return m.act(act, "It arrived: "+m.inQuotes(&w.Message))
}

func (m *Model) cancelWaiting() tea.Cmd {
	w, _ := m.waiting()
	act := store.Act{Conversation: w.Message.Conversation, Verb: store.VerbCancel, Message: w.Message.ID}
	text, done := m.cancelWords(&w.Message)
	m.overlay = &questionBox{
		title: "Do not send?", back: m.overlay, text: text,
		yes: func(m *Model) tea.Cmd { return m.act(act, done) },
	}
	return nil
}

// cancelWords are the question before a reply is taken out of the queue, and what is said afterwards.
func (m *Model) cancelWords(msg *store.Message) (question, done string) {
	name := m.inQuotes(msg)
	if msg.MayHaveArrived() {
		return name + " may have arrived already; that is not changed by this. Take it out of the queue?", "Not sent again: " + name
	}
	return "This reply will not be sent: " + name + ". Take it out of the queue?", "Will not be sent: " + name
}

// editWaiting takes the reply out of the queue and gives its words back to the composer. Of one that may have arrived that
// is asked first.
func (m *Model) editWaiting() tea.Cmd {
	w, _ := m.waiting()
	edit := func(m *Model) tea.Cmd {
		m.overlay = nil
		return takeWords(m.ctx, m.desk, m.agent, w)
	}
	if !w.Message.MayHaveArrived() {
		return edit(m)
	}
	m.overlay = &questionBox{
		title: "Edit?", back: m.overlay,
		text: m.inQuotes(&w.Message) + " may have arrived already. If it did, " + CleanLine(w.Title) + " sees both. Take it back and edit it?",
		yes:  edit,
	}
	return nil
}

// wordsMsg brings back what a reply that is not sent any more was made of.
type wordsMsg struct {
	waiting desk.Waiting
	words   desk.Draft
	draft   desk.Draft // as the desk keeps it for the conversation
	err     error
}

// takeWords cancels a reply and reads what is needed to write it anew.
func takeWords(ctx context.Context, d desk.Contract, agent string, w desk.Waiting) tea.Cmd {
	return func() tea.Msg {
		msg := wordsMsg{waiting: w, words: wordsOf(&w.Message)}
		conv := w.Message.Conversation
		if msg.words.ReplyTo != "" {
			if _, err := d.Message(ctx, conv, msg.words.ReplyTo); err != nil {
				msg.words.ReplyTo = "" // the quote is not there any more, the words are
			}
		}
		if _, msg.err = d.Do(ctx, store.Act{Agent: agent, Conversation: conv, Verb: store.VerbCancel, Message: w.Message.ID}); msg.err != nil {
			return msg
		}
		var err error
		if msg.draft, err = d.Draft(ctx, conv, agent); err != nil && !errors.Is(err, store.ErrNotFound) {
			msg.err = fmt.Errorf("the reply is out of the queue, but the draft beside it can't be read: %w", err)
		}
		return msg
	}
}

// wordsOf is the draft that would become the message.
func wordsOf(msg *store.Message) desk.Draft {
	d := desk.Draft{
		Text: Clean(msg.Text), QuickReplies: slices.Clone(msg.QuickReplies), Buttons: slices.Clone(msg.Buttons),
		Cards: slices.Clone(msg.Elements), ReplyTo: store.MessageID(msg.ReplyTo),
	}
	switch {
	case len(d.Cards) > 0:
		d.Mode, d.Text = desk.ModeCards, ""
	case len(d.Buttons) > 0:
		d.Mode = desk.ModeButtons
	case len(d.QuickReplies) > 0:
		d.Mode = desk.ModeQuickReplies
	}
	if f := msg.File; f != nil {
		kept := *f
		d.Files = []desk.DraftFile{{File: &kept, Kind: messenger.FileKind(f.Type), Name: f.Name}}
		return d
	}
	for _, a := range msg.Attachments {
		if a.URL != "" && a.Type != "template" {
			d.Files = append(d.Files, desk.DraftFile{URL: a.URL, Kind: a.Type, Name: orElse(a.Title, fileName(a.URL))})
		}
	}
	return d
}

// applyWords puts the words of a reply that was taken back into the composer of its conversation, before whatever has
// been typed there since.
func (m *Model) applyWords(msg wordsMsg) tea.Cmd {
	if msg.err != nil {
		return tea.Batch(m.notice.fail("Not taken back: "+problem(msg.err)), m.refresh())
	}
	conv := msg.waiting.Message.Conversation
	if conv != m.composer.conv {
		m.drafts.loaded(conv, msg.draft)
	}
	open := tea.Cmd(nil)
	if m.thread.id != conv {
		open = m.goTalk(msg.waiting)
	}
	said := "Taken back, and not sent."
	if msg.waiting.Message.MayHaveArrived() {
		said = "Taken out of the queue; it may have arrived already."
	}
	return tea.Batch(open, m.putBack(conv, msg.words), m.say(said), m.refresh())
}

// putBack puts words into the composer of the open conversation, and the cursor behind them.
func (m *Model) putBack(conv store.ConversationID, words desk.Draft) tea.Cmd {
	m.drafts.typed(conv, m.drafts.of(conv).With(words))
	m.setDrafted(conv, true)
	if m.thread.id != conv {
		return m.keepDraftOf(conv)
	}
	m.focusOn(placeThread)
	m.composer.side = eitherSide
	m.composer.conv = "" // it is shown anew, as what it was
	m.showDraft(conv)
	cmd := tea.Batch(m.compose(toContact), m.relayout())
	m.layThread()
	return tea.Batch(cmd, m.keepDraftOf(conv))
}
