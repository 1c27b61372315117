package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

// listPane is a window over the conversations of a view.
type listPane struct {
	view       int
	filterText string
	filter     store.Query

	rows          []store.Conversation
	newer, older  bool // there are rows beyond the window
	fetchingNewer bool
	fetchingOlder bool
	loaded        bool
	switching     bool // rows still show what was asked for before
	err           error
	gen           int // of the question that rows answer; grows with every other question

	at  int // the row under the cursor
	top int // the first row shown

	// untouched: nobody has moved or opened anything since the view was shown, so the cursor keeps to the newest row.
	untouched bool
	// meant are the conversations that were under the cursor within the last moment, until news took their place, oldest
	// first: a key pressed now was meant for the first of them.
	meant    []store.ConversationID
	meantGen int // grows when they are let go of together
	// wanted is what the cursor goes to as soon as it is there, unless a key is pressed before.
	wanted store.ConversationID

	drawn map[store.ConversationID]drawnRow
}

func newListPane() listPane {
	return listPane{drawn: map[store.ConversationID]drawnRow{}, untouched: true}
}

// query is the view's query and the filter's together. A status that the filter asks for wins over the view's.
func (l *listPane) query(agent string) store.Query {
	q := viewTable[l.view].query(agent)
	if slices.ContainsFunc(l.filter.Terms, func(t store.Term) bool { return t.Field == store.FieldStatus }) {
		q.Terms = slices.DeleteFunc(slices.Clone(q.Terms), func(t store.Term) bool { return t.Field == store.FieldStatus })
	}
	return store.Query{Terms: append(slices.Clone(q.Terms), l.filter.Terms...), Words: l.filter.Words}
}

// has reports whether the filter asks for exactly this value.
func (l *listPane) has(f facet) bool {
	return slices.ContainsFunc(l.filter.Terms, func(t store.Term) bool {
		return !t.Not && t.Field == f.field && slices.Contains(t.Values, f.value)
	})
}

// current is the row under the cursor.
func (l *listPane) current() (store.Conversation, bool) {
	if l.switching || l.at < 0 || l.at >= len(l.rows) {
		return store.Conversation{}, false
	}
	return l.rows[l.at], true
}

func (l *listPane) index(id store.ConversationID) int {
	return slices.IndexFunc(l.rows, func(c store.Conversation) bool { return c.ID == id })
}

// forget drops what was drawn.
func (l *listPane) forget() { clear(l.drawn) }

// show scrolls so that the row under the cursor is among the shown ones.
func (l *listPane) show(height int) {
	l.at = max(min(l.at, len(l.rows)-1), 0)
	l.top = min(l.top, max(len(l.rows)-height, 0))
	l.top = max(min(l.top, l.at), l.at-height+1, 0)
}

// replace takes rows read anew. The cursor goes to what is open, if it is there; else it stays with its conversation;
// when that is gone, with its place. What stood at the top of the screen stays there, unless it was the list's start.
func (l *listPane) replace(rows []store.Conversation, open store.ConversationID, height int) {
	id := store.ConversationID("")
	if c, ok := l.current(); ok {
		id = c.ID
	}
	for _, better := range []store.ConversationID{open, l.wanted} {
		if better != "" && slices.ContainsFunc(rows, func(c store.Conversation) bool { return c.ID == better }) {
			id, l.untouched = better, false
		}
	}
	if id == l.wanted {
		l.wanted = ""
	}
	atStart, offset := l.top == 0 && !l.newer, l.at-l.top
	follow := l.untouched && l.at == 0 && atStart
	l.rows = rows
	if i := l.index(id); i > 0 && follow {
		l.at = 0
		l.meant = append(l.meant, id)
	} else if i >= 0 {
		l.at = i
	}
	if !atStart {
		l.top = l.at - offset
	}
	l.forget()
	l.show(height)
}

// touch notes that somebody sits here and does something: the cursor stays with its conversation from now on. What
// news have put under it a moment ago nobody has seen yet, so it goes back to what was there.
func (l *listPane) touch() {
	if len(l.meant) > 0 {
		if i := l.index(l.meant[0]); i >= 0 {
			l.at = i
		}
	}
	l.forgetMeant()
	l.wanted, l.untouched = "", false
}

// seen lets go of the oldest that was under the cursor, once everybody could see the row that took its place.
func (l *listPane) seen(msg seenMsg) {
	if msg.gen == l.meantGen && len(l.meant) > 0 {
		l.meant = l.meant[1:]
	}
}

func (l *listPane) forgetMeant() {
	l.meant = nil
	l.meantGen++
}

// request asks for the window again.
func (l *listPane) request(agent string) store.ListRequest {
	r := store.ListRequest{Query: l.query(agent), Limit: max(min(len(l.rows), keepRows), pageRows)}
	if l.newer && len(l.rows) > 0 {
		r.From = store.Cursor{LastActivity: l.rows[0].LastActivity + 1}
	}
	return r
}

// append takes a further page of older rows, and lets go of the newest when there are too many.
func (l *listPane) append(rows []store.Conversation) {
	l.rows = append(l.rows, rows...)
	if n := len(l.rows) - keepRows; n > 0 {
		l.rows = slices.Clone(l.rows[n:])
		l.newer = true
		l.at, l.top = max(l.at-n, 0), max(l.top-n, 0)
	}
}

// prepend takes a further page of newer rows, and lets go of the oldest when there are too many.
func (l *listPane) prepend(rows []store.Conversation) {
	l.rows = append(slices.Clone(rows), l.rows...)
	l.at, l.top = l.at+len(rows), l.top+len(rows)
	if len(l.rows) > keepRows {
		l.rows = l.rows[:keepRows]
		l.older = true
	}
}

// drop takes a conversation out of the list before the store says so.
func (l *listPane) drop(id store.ConversationID) {
	if i := l.index(id); i >= 0 {
		l.rows = slices.Delete(slices.Clone(l.rows), i, i+1)
		if i < l.at {
			l.at--
		}
	}
}

// begin makes the rows stand for another question, to be answered.
func (l *listPane) begin() {
	l.gen++
	l.switching, l.err = true, nil
	l.untouched, l.wanted = true, ""
	l.forgetMeant()
	l.fetchingNewer, l.fetchingOlder = false, false
}

// requery asks for the list anew: another view or another filter.
func (m *Model) requery() tea.Cmd { return m.requeryAt(store.Conversation{}) }

// requeryAt asks for the list anew, with the cursor at a conversation where that is in it.
func (m *Model) requeryAt(keep store.Conversation) tea.Cmd {
	l := &m.list
	l.begin()
	r := store.ListRequest{Query: l.query(m.agent), Limit: pageRows}
	if keep.ID == "" || !r.Query.Match(keep) {
		return loadListMore(m.ctx, m.desk, r, l.gen, true)
	}
	l.untouched, l.wanted = false, keep.ID
	return loadListAt(m.ctx, m.desk, r, l.gen, keep)
}

// openInThread is the conversation that the keys are about while they are not in the list.
func (m *Model) openInThread() store.ConversationID {
	if m.focus == placeList || m.focus == placeViews {
		return ""
	}
	if m.thread.wanted != "" {
		return m.thread.wanted
	}
	return m.thread.id
}

// openElsewhere reports whether the keys are about a conversation that is none of the list's rows.
func (m *Model) openElsewhere() bool {
	id := m.openInThread()
	return id != "" && m.list.loaded && !m.list.switching && m.list.index(id) < 0
}

// applyListMore takes a further page.
func (m *Model) applyListMore(msg listMoreMsg) tea.Cmd {
	l := &m.list
	if msg.gen != l.gen {
		return nil
	}
	if msg.newer {
		l.fetchingNewer = false
	} else {
		l.fetchingOlder = false
	}
	if msg.err != nil {
		if !l.loaded || l.switching {
			l.rows, l.err, l.loaded, l.switching = nil, msg.err, false, false
			return nil
		}
		return m.notice.fail("The conversations could not be read: " + problem(msg.err))
	}
	if msg.less && m.filter.editing {
		m.applyMissing()
	}
	switch {
	case msg.jump && msg.newer: // the list's end
		l.rows, l.newer, l.older = msg.page.Rows, msg.page.More, false
		l.at = len(l.rows) - 1
	case msg.jump:
		l.rows, l.newer, l.older, l.at, l.top = msg.page.Rows, msg.from != store.Cursor{}, msg.page.More, 0, 0
		l.at, l.wanted = max(l.index(l.wanted), 0), ""
	case len(l.rows) == 0:
	case msg.newer && l.rows[0].Cursor() == msg.from:
		l.newer = msg.page.More
		l.prepend(msg.page.Rows)
	case !msg.newer && l.rows[len(l.rows)-1].Cursor() == msg.from:
		l.older = msg.page.More
		l.append(msg.page.Rows)
	}
	l.loaded, l.err, l.switching = true, nil, l.switching && !msg.jump
	l.forget()
	l.show(m.listRows())
	return m.fill()
}

// fill asks for what the cursor has come near to: further pages, drafts, and the thread beside the list.
func (m *Model) fill() tea.Cmd {
	return tea.Batch(m.fetchOlder(), m.fetchNewer(), m.fetchDrafts(), m.preview())
}

func (m *Model) fetchOlder() tea.Cmd {
	l := &m.list
	if !l.older || l.fetchingOlder || l.switching || len(l.rows) == 0 || max(l.top+m.listRows(), l.at) < len(l.rows)-15 {
		return nil
	}
	l.fetchingOlder = true
	r := store.ListRequest{Query: l.query(m.agent), From: l.rows[len(l.rows)-1].Cursor(), Limit: pageRows}
	return loadListMore(m.ctx, m.desk, r, l.gen, false)
}

func (m *Model) fetchNewer() tea.Cmd {
	l := &m.list
	if !l.newer || l.fetchingNewer || l.switching || len(l.rows) == 0 || l.top > 15 {
		return nil
	}
	l.fetchingNewer = true
	r := store.ListRequest{Query: l.query(m.agent), From: l.rows[0].Cursor(), Newer: true, Limit: pageRows}
	return loadListMore(m.ctx, m.desk, r, l.gen, false)
}

// moveList moves the cursor of the list.
func (m *Model) moveList(n int) tea.Cmd {
	m.list.at += n
	m.list.show(m.listRows())
	return m.fill()
}

func (m *Model) listToStart() tea.Cmd {
	l := &m.list
	if l.newer {
		return loadListMore(m.ctx, m.desk, store.ListRequest{Query: l.query(m.agent), Limit: pageRows}, l.gen, true)
	}
	l.at, l.top = 0, 0
	l.untouched = true // who goes to the newest wants to see what comes
	return m.fill()
}

func (m *Model) listToEnd() tea.Cmd {
	l := &m.list
	if l.older {
		r := store.ListRequest{Query: l.query(m.agent), From: store.Cursor{LastActivity: 1}, Newer: true, Limit: pageRows}
		return loadListMore(m.ctx, m.desk, r, l.gen, true)
	}
	return m.moveList(len(l.rows))
}

// knows reports whether the desk has settings for an inbox.
func (m *Model) knows(id store.InboxID) bool {
	return slices.ContainsFunc(m.state.Inboxes, func(in desk.Inbox) bool { return in.ID == id })
}

// inbox is what the desk knows of an inbox.
func (m *Model) inbox(id store.InboxID) desk.Inbox {
	for _, in := range m.state.Inboxes {
		if in.ID == id {
			return in
		}
	}
	return desk.Inbox{ID: id}
}
