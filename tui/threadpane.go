package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"frontdesk/store"
)

// threadPane is a window over the messages of one conversation.
type threadPane struct {
	id     store.ConversationID // what is shown; empty: nothing
	conv   store.Conversation
	loaded bool
	slow   bool // reading takes so long that it is said
	err    error
	gen    int // of the conversation asked for

	wanted   store.ConversationID // asked for and not here yet
	msgs     []store.Message
	older    bool
	newer    bool
	fetching bool
	moved    int       // how often a part was taken since: what was asked of the window before is not about this one
	applied  store.Seq // the place in the log this was read at
	touches  []store.Touch
	pending  []store.Message // replies written a moment ago that the store has not shown yet

	newSince store.Seq // messages after it are new; 0 with hasNew false
	hasNew   bool
	seeking  bool // the first of the new messages is on its way to the top

	aim store.Place // of a message that is to be chosen as soon as it is here; without an id there is none

	items  []item
	drawn  map[store.MessageID]drawnItem
	former map[store.MessageID]bool // edited ones that show what they said before
	total  int                      // lines of all items
	top    int                      // first line shown
	height int                      // lines shown
	follow bool

	pictured bool            // pictures of it are not here yet
	selected store.MessageID // the chosen message; empty: none is
}

// item is one message as drawn, with what stands above it.
type item struct {
	id    store.MessageID
	start int
	lines []string

	pictures []pictureKey // that it shows
	missing  []pictureKey // pictures of it that are not here yet
	from, to int          // which of the lines are the message itself, without what stands above it
}

func newThreadPane() threadPane {
	return threadPane{drawn: map[store.MessageID]drawnItem{}, follow: true}
}

// clear makes the pane show another conversation, of which only the row is known.
func (t *threadPane) clear(c store.Conversation) {
	*t = threadPane{id: c.ID, conv: c, gen: t.gen, wanted: t.wanted, height: t.height, drawn: map[store.MessageID]drawnItem{}, follow: true}
}

// request asks for the window again.
func (t *threadPane) request() store.ThreadRequest {
	r := store.ThreadRequest{Conversation: t.id, Limit: max(min(len(t.msgs)+20, keepMessages), pageMessages)}
	if t.newer && len(t.msgs) > 0 {
		r.Newer = true
		r.From = store.Place{At: t.msgs[0].At - 1, ID: "\U0010FFFF"}
		r.Limit = max(len(t.msgs), pageMessages)
	}
	return r
}

// anchor is the line at the top of the screen, by message.
func (t *threadPane) anchor() (store.MessageID, int) {
	for _, it := range t.items {
		if it.start+len(it.lines) > t.top {
			return it.id, t.top - it.start
		}
	}
	return "", 0
}

// restore scrolls to an anchor again.
func (t *threadPane) restore(id store.MessageID, offset int) {
	for _, it := range t.items {
		if it.id == id {
			t.scrollTo(it.start + min(offset, len(it.lines)-1))
			return
		}
	}
	t.scrollTo(t.top)
}

func (t *threadPane) scrollTo(top int) {
	last := max(t.total-t.height, 0)
	t.top = max(min(top, last), 0)
	t.follow = t.top >= last && !t.newer
}

// relay lays the items out again and keeps the place: the end when the user was there, else the line at the top.
func (t *threadPane) relay(items []item, height int) {
	id, offset := t.anchor()
	follow := t.follow
	t.items, t.height, t.total = items, height, 0
	for i := range t.items {
		t.items[i].start = t.total
		t.total += len(t.items[i].lines)
	}
	if follow {
		t.scrollTo(t.total)
		return
	}
	t.restore(id, offset)
}

// unsettled is the oldest reply in one of these states: what stands behind it waits for it. Where a message is chosen, it
// is that one or none.
func (t *threadPane) unsettled(states ...store.DeliveryState) (store.Message, bool) {
	if msg, ok := t.chosenMessage(); ok {
		return msg, msg.Direction == store.Out && msg.Token != "" && slices.Contains(states, msg.State)
	}
	for _, msg := range t.msgs {
		if msg.Direction == store.Out && msg.Token != "" && slices.Contains(states, msg.State) {
			return msg, true
		}
	}
	return store.Message{}, false
}

// layThread draws what changed of the thread, and keeps the place in it.
func (m *Model) layThread() {
	m.fitComposer()
	t := &m.thread
	t.relay(m.threadItems(), m.lay.body.h)
}

// preview asks for the conversation under the list's cursor, one at a time: holding a key down asks for the last one.
func (m *Model) preview() tea.Cmd {
	if m.focus != placeList && m.focus != placeViews || !m.lay.wide || m.list.switching {
		return nil
	}
	c, ok := m.list.current()
	t := &m.thread
	if !ok {
		if m.list.loaded && len(m.list.rows) == 0 && t.id != "" {
			cmd := m.leaveConversation()
			t.gen++
			t.wanted = ""
			t.clear(store.Conversation{})
			m.showDraft("")
			m.layThread()
			return cmd
		}
		return nil
	}
	if t.wanted != "" || t.id == c.ID {
		return nil
	}
	return m.fetchThread(c.ID)
}

func (m *Model) fetchThread(id store.ConversationID) tea.Cmd {
	m.thread.gen++
	m.thread.wanted = id
	m.thread.slow = false
	m.thread.fetching = false // what is on its way belongs to the thread as it was, and is not taken any more
	gen := m.thread.gen
	n := min(max(m.lay.body.h/2, 10), pageMessages) // most take two lines or more; what is missing is fetched after
	return tea.Batch(loadThread(m.ctx, m.desk, id, m.agent, n, gen), later(m.ctx, slowPause, func() tea.Msg { return slowMsg{gen} }))
}

// open opens the conversation under the cursor: it is shown, and counts as read.
func (m *Model) open() tea.Cmd {
	c, ok := m.list.current()
	if !ok {
		return nil
	}
	m.focusOn(placeThread)
	if m.thread.id == c.ID && m.thread.loaded {
		return m.markSeen()
	}
	cmd := m.leaveConversation()
	m.thread.clear(c)
	m.showDraft(c.ID)
	m.layThread()
	return tea.Batch(cmd, m.fetchThread(c.ID))
}

// applyThread shows a conversation that was asked for.
func (m *Model) applyThread(msg threadMsg) tea.Cmd {
	t := &m.thread
	if msg.gen != t.gen {
		return nil
	}
	t.wanted, t.slow = "", false
	if msg.err != nil {
		if t.id != msg.id {
			if c, ok := m.list.current(); ok && c.ID == msg.id {
				t.clear(c)
			}
		}
		t.err = msg.err
		return nil
	}
	var cmd tea.Cmd
	if t.id != msg.id {
		cmd = m.leaveConversation()
		t.clear(msg.conv)
	}
	m.drafts.loaded(msg.id, msg.draft)
	t.err = nil
	m.takeThread(msg.threadAnswer)
	m.showDraft(msg.id)
	opened := m.focus == placeThread || m.focus == placeReply
	if opened {
		return tea.Batch(cmd, m.seekAim(), m.fillThread(), m.markSeen())
	}
	return tea.Batch(cmd, m.fillThread(), m.preview())
}

// takeThread takes messages read anew.
func (m *Model) takeThread(a threadAnswer) {
	t := &m.thread
	if t.id != "" && a.conv.ID != t.id {
		m.become(a.conv.ID)
	}
	if !t.loaded && a.conv.Unread > 0 {
		t.hasNew, t.newSince = true, a.conv.Seen
	}
	t.conv, t.touches, t.applied = a.conv, a.touches, a.page.Applied
	if !t.newer {
		t.msgs, t.older = a.page.Messages, a.page.More
	} else if len(a.page.Messages) > 0 {
		t.msgs, t.newer = a.page.Messages, a.page.More
	}
	t.loaded = true
	t.pending = slices.DeleteFunc(t.pending, func(p store.Message) bool {
		return slices.ContainsFunc(t.msgs, func(msg store.Message) bool { return msg.ID == p.ID || shownNote(&p, &msg) })
	})
	m.layThread()
}

// become goes on with the shown conversation under another id: the platform said that its contact is another one, and
// the two are one now. What was typed goes with it.
func (m *Model) become(now store.ConversationID) {
	was := m.thread.id
	m.thread.id = now
	m.drafts.move(was, now)
	m.setDrafted(now, m.drafted[was] || m.drafted[now])
	if m.composer.conv == was {
		m.composer.conv = now
	}
	if m.unreadByHand == was {
		m.unreadByHand = now
	}
	if i := m.list.index(now); i >= 0 {
		m.list.at = i
		m.list.show(m.listRows())
	}
}

// applyThreadMore takes a further part.
func (m *Model) applyThreadMore(msg threadMoreMsg) tea.Cmd {
	t := &m.thread
	if msg.gen != t.gen {
		return nil
	}
	t.fetching = false
	if msg.err != nil {
		t.seeking, t.aim = false, store.Place{}
		return m.notice.fail("The messages could not be read: " + problem(msg.err))
	}
	t.moved++
	switch {
	case msg.jump && msg.newer: // the thread's start
		t.msgs, t.older, t.newer, t.follow, t.top = msg.page.Messages, false, msg.page.More, false, 0
		t.items = nil
	case msg.jump:
		t.msgs, t.older, t.newer, t.follow = msg.page.Messages, msg.page.More, false, true
	case len(t.msgs) == 0:
	case msg.newer && t.msgs[len(t.msgs)-1].Place() == msg.from:
		t.msgs, t.newer = append(t.msgs, msg.page.Messages...), msg.page.More
		if n := len(t.msgs) - keepMessages; n > 0 {
			t.msgs, t.older = slices.Clone(t.msgs[n:]), true
		}
	case !msg.newer && t.msgs[0].Place() == msg.from:
		t.msgs, t.older = append(slices.Clone(msg.page.Messages), t.msgs...), msg.page.More
		if len(t.msgs) > keepMessages {
			t.msgs, t.newer, t.follow = t.msgs[:keepMessages], true, false
		}
	}
	m.layThread()
	if t.seeking && !msg.newer && !msg.jump {
		return m.seekNew()
	}
	return tea.Batch(m.seekAim(), m.fillThread())
}

// fillThread fetches what is missing of a screen full.
func (m *Model) fillThread() tea.Cmd {
	t := &m.thread
	if t.fetching || !t.older || len(t.msgs) == 0 || t.total >= t.height {
		return nil
	}
	t.fetching = true
	return loadThreadMore(m.ctx, m.desk, store.ThreadRequest{
		Conversation: t.id, From: t.msgs[0].Place(), Limit: pageMessages,
	}, t.gen, false)
}

// scrollThread moves n lines, and fetches what comes near.
func (m *Model) scrollThread(n int) tea.Cmd {
	t := &m.thread
	t.scrollTo(t.top + n)
	if t.fetching || len(t.msgs) == 0 {
		return nil
	}
	switch {
	case n < 0 && t.older && t.top < 2*t.height:
		t.fetching = true
		return loadThreadMore(m.ctx, m.desk, store.ThreadRequest{
			Conversation: t.id, From: t.msgs[0].Place(), Limit: pageMessages,
		}, t.gen, false)
	case n > 0 && t.newer && t.top > t.total-3*t.height:
		t.fetching = true
		return loadThreadMore(m.ctx, m.desk, store.ThreadRequest{
			Conversation: t.id, From: t.msgs[len(t.msgs)-1].Place(), Newer: true, Limit: pageMessages,
		}, t.gen, false)
	}
	return nil
}

func (m *Model) threadToStart() tea.Cmd {
	t := &m.thread
	if t.older && t.id != "" {
		return loadThreadMore(m.ctx, m.desk, store.ThreadRequest{Conversation: t.id, Newer: true, Limit: pageMessages}, t.gen, true)
	}
	t.scrollTo(0)
	return nil
}

func (m *Model) threadToEnd() tea.Cmd {
	t := &m.thread
	if t.newer && t.id != "" {
		return loadThreadMore(m.ctx, m.desk, store.ThreadRequest{Conversation: t.id, Limit: pageMessages}, t.gen, true)
	}
	t.scrollTo(t.total)
	return nil
}

func nothingNew(m *Model) string {
	if !m.thread.hasNew {
		return "Nothing here was new when it was opened."
	}
	return ""
}

// threadToNew leads to the first of the messages that were new when the conversation was opened.
func (m *Model) threadToNew() tea.Cmd {
	m.thread.seeking = true
	return tea.Batch(m.seekNew(), m.followSelect())
}

// seekNew shows the first new message, or fetches what stands before the window where it must be further up.
func (m *Model) seekNew() tea.Cmd {
	t := &m.thread
	first := slices.IndexFunc(t.msgs, func(msg store.Message) bool { return msg.Direction == store.In })
	if t.older && len(t.msgs) > 0 && (first < 0 || t.msgs[first].Seq > t.newSince) {
		if t.fetching { // what is on its way comes first
			return nil
		}
		t.fetching = true
		return loadThreadMore(m.ctx, m.desk, store.ThreadRequest{
			Conversation: t.id, From: t.msgs[0].Place(), Limit: pageMessages,
		}, t.gen, false)
	}
	t.seeking = false
	for _, it := range t.items {
		if t.drawn[it.id].key.newLine {
			t.scrollTo(it.start)
			return nil
		}
	}
	return m.say("What was new is not here any more.")
}

// seekAim chooses the message that is aimed at, or fetches the part of the thread where it must be.
func (m *Model) seekAim() tea.Cmd {
	t := &m.thread
	if t.aim.ID == "" || !t.loaded || t.fetching {
		return nil // what is on its way comes first
	}
	aim := t.aim
	if i := slices.IndexFunc(t.items, func(it item) bool { return it.id == aim.ID }); i >= 0 {
		t.aim = store.Place{}
		return m.choose(i)
	}
	switch n := len(t.msgs); {
	case n > 0 && t.older && t.msgs[0].At >= aim.At:
		t.fetching = true
		return loadThreadMore(m.ctx, m.desk, store.ThreadRequest{
			Conversation: t.id, From: t.msgs[0].Place(), Limit: pageMessages,
		}, t.gen, false)
	case n > 0 && t.newer && t.msgs[n-1].At <= aim.At:
		t.fetching = true
		return m.threadToEnd()
	}
	t.aim = store.Place{} // it is not here any more
	return nil
}

func (m *Model) threadPage() int { return max(m.lay.body.h-2, 1) }

// refetch drops a conversation's thread and reads it again.
func (m *Model) refetch() tea.Cmd {
	if m.thread.id == "" {
		return nil
	}
	m.thread.err = nil
	return m.fetchThread(m.thread.id)
}
