package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

const keepUndo = 50

// undoStep takes one act back.
type undoStep struct {
	act   store.Act
	acts  []store.Act // instead of act: several, in their order
	held  *heldReply  // instead of acts: a reply that has not gone out yet
	label string
}

// subject is the conversation that the keys are about: the open one, or the one under the list's cursor.
func (m *Model) subject() (store.Conversation, bool) {
	if m.focus == placeList || m.focus == placeViews {
		return m.list.current()
	}
	return m.thread.conv, m.thread.id != ""
}

func noConversation(m *Model) string {
	if _, ok := m.subject(); !ok {
		return "There is no conversation here."
	}
	return ""
}

// act keeps an agent's act, and shows what it does at once.
func (m *Model) act(act store.Act, label string) tea.Cmd {
	act.Agent = m.agent
	m.foresee(act)
	return tea.Batch(doAct(m.ctx, m.desk, act, label, false), m.fill())
}

// foresee changes what is shown as the store is about to.
func (m *Model) foresee(act store.Act) {
	change := func(c *store.Conversation) {
		switch act.Verb {
		case store.VerbResolve:
			c.Status, c.Unread = store.StatusResolved, 0
		case store.VerbReopen:
			c.Status = store.StatusOpen
		case store.VerbSnooze:
			c.Status, c.SnoozedUntil = store.StatusSnoozed, act.Until
		case store.VerbAssign:
			c.Assignee = act.Assignee
		case store.VerbRead:
			c.Unread = 0
		case store.VerbUnread:
			c.Unread = max(c.Unread, 1)
		case store.VerbLabel:
			if !slices.Contains(c.Labels, act.Label) {
				c.Labels = append(slices.Clone(c.Labels), act.Label)
			}
		case store.VerbUnlabel:
			c.Labels = slices.DeleteFunc(slices.Clone(c.Labels), func(l string) bool { return l == act.Label })
		}
	}
	if m.thread.id == act.Conversation {
		change(&m.thread.conv)
	}
	l := &m.list
	i := l.index(act.Conversation)
	if i < 0 {
		return
	}
	was := l.rows[i]
	change(&l.rows[i])
	delete(l.drawn, act.Conversation)
	// Reading takes nothing out of the view "Unread" while it is looked at: the store says so a moment later.
	if act.Verb != store.VerbRead && l.query(m.agent).Match(was) && !l.query(m.agent).Match(l.rows[i]) {
		l.drop(act.Conversation)
		l.show(m.listRows())
	}
}

// applyActed remembers how to take the act back, and reads the views again.
func (m *Model) applyActed(msg actedMsg) tea.Cmd {
	if msg.err != nil {
		return tea.Batch(m.notice.fail("Not done: "+problem(msg.err)), m.refresh())
	}
	var say tea.Cmd
	switch {
	case msg.undo:
		say = tea.Batch(m.say("Undone: "+msg.label), m.comeBack(msg.act.Conversation))
	case msg.label != "":
		if msg.back.Verb != "" {
			m.remember(undoStep{act: msg.back, label: msg.label})
			say = m.say(sentence(msg.label) + " " + keyOf("undo") + " undoes it.")
		} else {
			say = m.say(msg.label)
		}
	}
	return tea.Batch(say, m.refresh())
}

// sentence ends s with a full stop where it has no end yet.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

func noUndo(m *Model) string {
	if m.undoable() == 0 {
		return "There is nothing to undo."
	}
	return ""
}

func (m *Model) takeBack() tea.Cmd {
	if m.holding() != nil {
		return m.unsend()
	}
	n := m.undoable()
	last := m.undo[n-1]
	m.undo = m.undo[:n-1]
	if len(last.acts) > 0 {
		return undoAll(m.ctx, m.desk, last.acts, last.label)
	}
	return doAct(m.ctx, m.desk, last.act, last.label, true)
}

// comeBack goes to a conversation that was restored: with the list's cursor, and with the thread where it is open.
func (m *Model) comeBack(id store.ConversationID) tea.Cmd {
	m.list.wanted = id
	if open := m.openInThread(); open == "" || open == id {
		return nil
	}
	return m.fetchThread(id)
}

func (m *Model) resolve() tea.Cmd {
	c, _ := m.subject()
	if c.Status == store.StatusResolved || c.Status == store.StatusSnoozed {
		return m.act(store.Act{Conversation: c.ID, Verb: store.VerbReopen}, "Opened "+CleanLine(c.Contact.Title())+" again.")
	}
	return m.act(store.Act{Conversation: c.ID, Verb: store.VerbResolve, Seen: m.seenOf(c)}, "Resolved "+CleanLine(c.Contact.Title())+".")
}

func (m *Model) assign() tea.Cmd {
	c, _ := m.subject()
	if c.Assignee == m.agent {
		return m.act(store.Act{Conversation: c.ID, Verb: store.VerbAssign}, "Gave back "+CleanLine(c.Contact.Title())+".")
	}
	return m.act(store.Act{Conversation: c.ID, Verb: store.VerbAssign, Assignee: m.agent}, "Took "+CleanLine(c.Contact.Title())+".")
}

func cannotUnread(m *Model) string {
	c, ok := m.subject()
	switch {
	case !ok:
		return noConversation(m)
	case c.Unread > 0:
		return "It is unread already."
	case c.LastIncoming == 0:
		return "The contact has not written yet."
	}
	return ""
}

func (m *Model) markUnread() tea.Cmd {
	c, _ := m.subject()
	m.unreadByHand = c.ID
	return m.act(store.Act{Conversation: c.ID, Verb: store.VerbUnread}, "Marked unread.")
}

func cannotRead(m *Model) string {
	c, ok := m.subject()
	switch {
	case !ok:
		return noConversation(m)
	case c.Unread == 0:
		return "It is read already."
	}
	return ""
}

func (m *Model) markRead() tea.Cmd {
	c, _ := m.subject()
	return m.act(store.Act{Conversation: c.ID, Verb: store.VerbRead, Seen: m.seenOf(c)}, "Marked read.")
}

// seenOf is the place in the log up to which the agent has seen a conversation.
func (m *Model) seenOf(c store.Conversation) store.Seq {
	if m.thread.id == c.ID && m.thread.loaded {
		return m.thread.applied
	}
	return m.counts.Applied
}

// markSeen marks the open conversation read, without a word.
func (m *Model) markSeen() tea.Cmd {
	t := &m.thread
	if !t.loaded || t.conv.Unread == 0 {
		return nil
	}
	return m.act(store.Act{Conversation: t.id, Verb: store.VerbRead, Seen: t.applied}, "")
}

// sawThread marks the open conversation read when a key shows that somebody sits before its end.
func (m *Model) sawThread() tea.Cmd {
	if (m.focus != placeThread && m.focus != placeReply) || m.overlay != nil || !m.thread.follow || m.quitting {
		return nil
	}
	if m.unreadByHand == m.thread.id {
		return nil
	}
	return m.markSeen()
}

// threadShown reports whether the thread is that of the conversation the keys are about.
func (m *Model) threadShown() bool {
	c, ok := m.subject()
	return ok && m.thread.id == c.ID && m.thread.loaded
}

func nothingToSendAgain(m *Model) string {
	if !m.threadShown() {
		return "Open the conversation first."
	}
	if _, ok := m.thread.unsettled(store.StateFailed, store.StateUnknown, store.StateHeld); !ok {
		return "No reply here failed."
	}
	return ""
}

func nothingUnknown(m *Model) string {
	if !m.threadShown() {
		return "Open the conversation first."
	}
	if _, ok := m.thread.unsettled(store.StateUnknown); !ok {
		return "No reply here is unknown."
	}
	return ""
}

func nothingToDrop(m *Model) string {
	if !m.threadShown() {
		return "Open the conversation first."
	}
	if _, ok := m.thread.unsettled(store.StateFailed, store.StateHeld, store.StateQueued); !ok {
		return "No reply here waits."
	}
	return ""
}

// sendAgain queues the oldest failed reply again. One that may have arrived is sent only after a question.
func (m *Model) sendAgain() tea.Cmd {
	msg, ok := m.thread.unsettled(store.StateFailed, store.StateUnknown)
	if !ok {
		msg, ok = m.thread.unsettled(store.StateHeld)
	}
	if !ok {
		return nil
	}
	act := store.Act{Conversation: m.thread.id, Verb: store.VerbSendAgain, Message: msg.ID}
	done := "Queued again: " + m.inQuotes(&msg)
	if msg.State != store.StateUnknown {
		return m.act(act, done)
	}
	m.overlay = &questionBox{
		title: "Send again?",
		text:  m.inQuotes(&msg) + " may have arrived already. If it did, the contact sees it twice. Send it again?",
		yes:   func(m *Model) tea.Cmd { return m.act(act, done) },
	}
	return nil
}

// inQuotes names a reply by its words.
func (m *Model) inQuotes(msg *store.Message) string {
	return "“" + m.ruler.cut(summary(msg), min(max(m.width/3, 12), 40)) + "”"
}

func (m *Model) itArrived() tea.Cmd {
	msg, _ := m.thread.unsettled(store.StateUnknown)
	return m.act(store.Act{Conversation: m.thread.id, Verb: store.VerbArrived, Message: msg.ID}, "It arrived: "+m.inQuotes(&msg))
}

func (m *Model) dropReply() tea.Cmd {
	msg, _ := m.thread.unsettled(store.StateFailed, store.StateHeld, store.StateQueued)
	act := store.Act{Conversation: m.thread.id, Verb: store.VerbCancel, Message: msg.ID}
	text, done := m.cancelWords(&msg)
	m.overlay = &questionBox{
		title: "Do not send?", text: text,
		yes: func(m *Model) tea.Cmd { return m.act(act, done) },
	}
	return nil
}

// refresh reads everything on the screen again, once: news that come meanwhile ask for one more.
func (m *Model) refresh() tea.Cmd {
	if m.refreshing {
		m.stale = true
		return nil
	}
	m.refreshing, m.stale, m.waited = true, false, 0
	q := question{
		agent: m.agent, list: m.list.request(m.agent), listGen: m.list.gen, atTop: !m.list.newer,
		threadGen: m.thread.gen, moved: m.thread.moved, hasThread: m.thread.id != "" && m.thread.loaded,
	}
	if q.hasThread {
		q.thread = m.thread.request()
	}
	return ask(m.ctx, m.desk, q)
}

// applyAnswer shows what a refresh brought.
func (m *Model) applyAnswer(msg answerMsg) tea.Cmd {
	m.refreshing, m.waited = false, 0
	var again tea.Cmd
	if m.stale {
		again = m.refresh()
	}
	if msg.err != nil {
		if m.ctx.Err() != nil || m.gone {
			return nil
		}
		if !m.list.loaded {
			m.list.err = msg.err
			return tea.Batch(again, m.opened())
		}
		return tea.Batch(again, m.notice.fail("The screen could not be brought up to date: "+problem(msg.err)+" "+keyOf("reload")+" tries again."))
	}
	if !m.stateRead {
		again = tea.Batch(again, m.readStationery())
	}
	m.counts, m.state, m.stateRead = msg.counts, msg.state, true
	if len(m.bannerLines(m.width)) != m.lay.banner.h {
		again = tea.Batch(again, m.relayout())
	}
	m.takeQueue(msg.queue)
	again = tea.Batch(again, m.takeDrafted(msg.drafted), m.watchUploads())
	m.views.build(m.counts, m.agent, m.inboxNames())
	if msg.listGen == m.list.gen && !m.list.switching {
		l := &m.list
		if msg.atTop {
			l.newer = false
		}
		l.older = msg.list.More
		was := len(l.meant)
		l.replace(msg.list.Rows, m.openInThread(), m.listRows())
		l.loaded, l.err = true, nil
		if gen := l.meantGen; len(l.meant) > was {
			again = tea.Batch(again, later(m.ctx, seenPause, func() tea.Msg { return seenMsg{gen} }))
		}
	}
	if msg.asked && msg.threadOf == m.thread.gen && msg.threadID == m.thread.id {
		switch {
		case msg.moved == m.thread.moved:
			m.takeThread(msg.thread)
		case !m.refreshing: // a part came meanwhile, and the answer may end before what is shown
			again = tea.Batch(again, m.refresh())
		}
	}
	m.list.forget()
	return tea.Batch(again, m.fill(), m.opened())
}

func (m *Model) inboxNames() map[store.InboxID]string {
	names := map[store.InboxID]string{}
	for _, in := range m.state.Inboxes {
		names[in.ID] = CleanLine(in.Name)
	}
	return names
}

// applyTick moves the clock on: ages, windows, day names.
func (m *Model) applyTick(now time.Time) tea.Cmd {
	m.clock = now
	clear(m.drafts.asked) // another screen may have changed them
	read := m.readStationery()
	if m.refreshing {
		m.waited++
	}
	if m.idle++; m.idle >= idleTicks && m.focus == placeList && m.list.at == 0 && m.overlay == nil && !m.filter.editing {
		m.list.untouched = true
	}
	m.list.forget()
	m.layThread()
	if m.quitting {
		return nil
	}
	return tea.Batch(tick(m.ctx, m.now), m.refresh(), read)
}

func (m *Model) reload() tea.Cmd {
	if !m.list.loaded {
		m.list.err = nil
		return tea.Batch(m.requery(), m.refresh())
	}
	return tea.Batch(m.refresh(), m.refetch(), m.say("Read again."))
}

// onlyProcess reports whether quitting stops the taking of messages.
func onlyProcess(s desk.State) bool { return !s.Remote && !s.Demo }
