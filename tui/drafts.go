package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

// drafts keeps what was typed and not sent. What was typed here is newer than what the desk has; saving happens one at
// a time, so that an older text never arrives after a newer one.
type drafts struct {
	kept   map[store.ConversationID]desk.Draft
	unkept map[store.ConversationID]bool  // the desk does not have it yet
	due    map[store.ConversationID]bool  // to be saved after the one on its way
	asked  map[store.ConversationID]bool  // the desk was asked for it, for a row of the list
	sent   map[store.MessageID]desk.Draft // what replies on their way were made of
	saving bool
}

func newDrafts() drafts {
	return drafts{
		kept: map[store.ConversationID]desk.Draft{}, unkept: map[store.ConversationID]bool{},
		due: map[store.ConversationID]bool{}, asked: map[store.ConversationID]bool{}, sent: map[store.MessageID]desk.Draft{},
	}
}

func (d *drafts) of(conv store.ConversationID) desk.Draft { return d.kept[conv] }

// line is a draft as a row of the list shows it.
func (d *drafts) line(conv store.ConversationID) string {
	if draft, ok := d.kept[conv]; ok {
		return draft.Line()
	}
	return ""
}

// loaded takes what the desk had kept, unless something was typed here since.
func (d *drafts) loaded(conv store.ConversationID, draft desk.Draft) {
	switch {
	case d.unkept[conv]:
	case draft.Empty():
		delete(d.kept, conv)
	default:
		draft.Text, draft.Note = Clean(draft.Text), Clean(draft.Note)
		d.kept[conv] = draft
	}
}

func (d *drafts) typed(conv store.ConversationID, draft desk.Draft) {
	if conv == "" || d.kept[conv].Equal(draft) && !d.unkept[conv] {
		return
	}
	d.kept[conv] = draft
	d.unkept[conv] = true
}

// move gives what was typed in one conversation to the one it has become; what was typed in both stays.
func (d *drafts) move(was, now store.ConversationID) {
	if draft := d.kept[was]; !draft.Empty() && !d.kept[now].Equal(draft) {
		if d.unkept[now] {
			draft = draft.With(d.kept[now])
		}
		d.typed(now, draft)
	}
	delete(d.kept, was)
	delete(d.unkept, was)
	delete(d.due, was)
}

func (d *drafts) takeSent(id store.MessageID) desk.Draft {
	draft := d.sent[id]
	delete(d.sent, id)
	return draft
}

// saveDraftNow saves when nothing was typed since the pause began.
func (m *Model) saveDraftNow(msg saveDraftMsg) tea.Cmd {
	if msg.rev != m.composer.rev {
		return nil
	}
	return tea.Batch(m.keepDraftOf(msg.conv), m.keepDraft()) // the conversation may have another id since
}

// keepDraft saves the editor's text at once.
func (m *Model) keepDraft() tea.Cmd { return m.keepDraftOf(m.composer.conv) }

// keepDraftOf saves a draft, after the one on its way.
func (m *Model) keepDraftOf(conv store.ConversationID) tea.Cmd {
	d := &m.drafts
	switch {
	case !d.unkept[conv]:
		return nil
	case d.saving:
		d.due[conv] = true
		return nil
	}
	d.saving = true
	delete(d.due, conv)
	return saveDraft(m.ctx, m.desk, conv, m.agent, d.kept[conv])
}

// applyDraftSaved notes what the desk has, and saves the next.
func (m *Model) applyDraftSaved(msg draftSavedMsg) tea.Cmd {
	d := &m.drafts
	d.saving = false
	switch {
	case msg.err != nil && errors.Is(msg.err, desk.ErrGone): // saved when it is there again
		return m.quitWhenKept()
	case msg.err != nil:
		return m.notice.fail("The draft could not be kept: " + problem(msg.err))
	}
	if d.kept[msg.conv].Equal(msg.draft) {
		delete(d.unkept, msg.conv)
		delete(d.due, msg.conv)
		if msg.draft.Empty() {
			delete(d.kept, msg.conv)
		}
	}
	for conv := range d.due {
		return m.keepDraftOf(conv)
	}
	return m.quitWhenKept()
}

// leaveConversation keeps what was typed before another conversation is shown.
func (m *Model) leaveConversation() tea.Cmd {
	return m.keepDraft()
}

func (m *Model) setDrafted(conv store.ConversationID, has bool) {
	if m.drafted[conv] != has {
		m.drafted[conv] = has
	}
}

// takeDrafted notes in which conversations there is a draft. What the desk says comes second to what was typed here.
func (m *Model) takeDrafted(ids []store.ConversationID) tea.Cmd {
	var look tea.Cmd
	drafted := make(map[store.ConversationID]bool, len(ids))
	for _, id := range ids {
		drafted[id] = true
	}
	d := &m.drafts
	for id, draft := range d.kept {
		switch {
		case d.unkept[id]:
			drafted[id] = !draft.Empty()
		case !drafted[id] && id != m.composer.conv: // sent or dropped on another screen
			delete(d.kept, id)
			delete(d.asked, id)
		case !drafted[id] && !draft.Empty(): // the same, or the answer is older than the draft
			look = lookForDraft(m.ctx, m.desk, m.agent, id, draft)
		}
	}
	m.drafted = drafted
	return look
}

// lookForDraft asks the desk whether it still has the draft that the composer shows.
func lookForDraft(ctx context.Context, d desk.Drafter, agent string, conv store.ConversationID, was desk.Draft) tea.Cmd {
	return func() tea.Msg {
		now, err := d.Draft(ctx, conv, agent)
		return draftGoneMsg{conv: conv, was: was, gone: err == nil && now.Empty()}
	}
}

// applyDraftGone empties the composer of a draft that was sent or dropped on another screen, so that it is not sent from
// here too. What was typed here since stays.
func (m *Model) applyDraftGone(msg draftGoneMsg) tea.Cmd {
	d := &m.drafts
	if !msg.gone || d.unkept[msg.conv] || !d.kept[msg.conv].Equal(msg.was) {
		return nil
	}
	delete(d.kept, msg.conv)
	delete(d.asked, msg.conv)
	m.setDrafted(msg.conv, false)
	if m.composer.conv != msg.conv {
		return nil
	}
	m.showDraft(msg.conv)
	cmd := tea.Batch(m.focusField(), m.relayout())
	m.layThread()
	return tea.Batch(cmd, m.say("The draft was sent or dropped on another screen."))
}

// fetchDrafts asks for the drafts of the shown rows whose words are not known yet.
func (m *Model) fetchDrafts() tea.Cmd {
	l, d := &m.list, &m.drafts
	var ids []store.ConversationID
	for i := l.top; i < min(l.top+m.listRows(), len(l.rows)); i++ {
		if id := l.rows[i].ID; m.drafted[id] && !d.asked[id] && !d.unkept[id] && id != m.composer.conv {
			d.asked[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return loadDrafts(m.ctx, m.desk, m.agent, ids)
}

// applyDrafts takes the words of drafts, to be shown in rows.
func (m *Model) applyDrafts(msg draftsMsg) tea.Cmd {
	d := &m.drafts
	for id, draft := range msg.drafts {
		if id != m.composer.conv { // what the editor shows is newer
			d.loaded(id, draft)
		}
	}
	if msg.err != nil && !errors.Is(msg.err, desk.ErrGone) && m.ctx.Err() == nil {
		return m.notice.fail("A draft could not be read: " + problem(msg.err))
	}
	return nil
}

// keepAll saves every draft that the desk does not have, at the very end.
func (d *drafts) keepAll(ctx context.Context, to desk.Drafter, agent string) error {
	for conv := range d.unkept {
		if err := to.SaveDraft(ctx, conv, agent, d.kept[conv]); err != nil {
			return err
		}
	}
	return nil
}
