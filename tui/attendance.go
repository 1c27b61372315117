package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

// attendancePause is how long nothing is asked about who is there after it was: on a busy website it changes all the time.
const attendancePause = 200 * time.Millisecond

// attendance is what the desk knows of the visitors on the screen. The screen never waits for it: what is not known is not
// drawn.
type attendance struct {
	comings    <-chan struct{}
	subscribed bool
	known      map[store.ConversationID]desk.Presence

	shown   []store.ConversationID // the visitors on the screen
	scratch []store.ConversationID
	due     bool // something about them may be new
	asking  bool // an answer is on its way, or came a moment ago

	walk    desk.Walk
	walkOf  store.ConversationID // whose it is
	walked  walkKey              // what it was asked for
	walking bool
}

// walkKey is what makes a visitor's way be asked for again.
type walkKey struct {
	id     store.ConversationID
	page   string
	online bool
}

type (
	// comingsMsg brings the channel that tells of visitors.
	comingsMsg struct {
		comings <-chan struct{}
		err     error
	}
	// comingMsg says that visitors came, went or did something; without more there will be no more such news.
	comingMsg struct {
		from <-chan struct{}
		more bool
	}
	// presencesMsg is who is there, of those who were asked for.
	presencesMsg struct {
		known map[store.ConversationID]desk.Presence
		err   error
	}
	restedMsg struct{} // who is there may be asked for again
	// walkMsg is a visitor's way.
	walkMsg struct {
		key  walkKey
		walk desk.Walk
		err  error
	}
)

func subscribeComings(ctx context.Context, d desk.Attendance) tea.Cmd {
	return func() tea.Msg {
		ch, err := d.Comings(ctx)
		return comingsMsg{ch, err}
	}
}

func waitForComing(ctx context.Context, ch <-chan struct{}) tea.Cmd {
	return func() tea.Msg {
		select {
		case _, open := <-ch:
			return comingMsg{ch, open}
		case <-ctx.Done():
			return nil
		}
	}
}

func askPresences(ctx context.Context, d desk.Attendance, ids []store.ConversationID) tea.Cmd {
	return func() tea.Msg {
		known, err := d.Presences(ctx, ids)
		return presencesMsg{known, err}
	}
}

func askWalk(ctx context.Context, d desk.Attendance, key walkKey) tea.Cmd {
	return func() tea.Msg {
		walk, err := d.Walk(ctx, key.id)
		return walkMsg{key, walk, err}
	}
}

// withAttendance adds the questions about visitors who have come into sight, or of whom there is news.
func (m *Model) withAttendance(cmd tea.Cmd) tea.Cmd {
	a := &m.attendance
	if !m.stateRead || m.gone {
		return cmd
	}
	if !a.subscribed {
		if !slices.ContainsFunc(m.state.Inboxes, func(in desk.Inbox) bool { return in.Plugin }) {
			return cmd
		}
		a.subscribed = true
		return tea.Batch(cmd, subscribeComings(m.ctx, m.desk))
	}
	if a.comings == nil {
		return cmd
	}
	if m.visitorsInSight(); !slices.Equal(a.scratch, a.shown) {
		a.shown, a.due = slices.Clone(a.scratch), true
	}
	if a.due && !a.asking {
		a.due = false
		if len(a.shown) > 0 {
			a.asking = true
			cmd = tea.Batch(cmd, askPresences(m.ctx, m.desk, a.shown))
		}
	}
	if m.isVisitor(&m.thread.conv) && !a.walking {
		p := a.known[m.thread.id]
		if key := (walkKey{m.thread.id, p.PageURL, p.Online}); key != a.walked {
			a.walking, a.walked = true, key
			cmd = tea.Batch(cmd, askWalk(m.ctx, m.desk, key))
		}
	}
	return cmd
}

// visitorsInSight gathers the visitors of our own plugin who are on the screen.
func (m *Model) visitorsInSight() {
	a, l := &m.attendance, &m.list
	a.scratch = a.scratch[:0]
	for i := l.top; i < min(l.top+m.listRows(), len(l.rows)); i++ {
		if m.isVisitor(&l.rows[i]) {
			a.scratch = append(a.scratch, l.rows[i].ID)
		}
	}
	if m.isVisitor(&m.thread.conv) {
		a.scratch = append(a.scratch, m.thread.id)
	}
}

// isVisitor reports whether a conversation is with a visitor of our own plugin: of nobody else is it known how they are there.
func (m *Model) isVisitor(c *store.Conversation) bool {
	return c.Contact.Kind == store.ContactVisitor && m.inbox(c.Inbox).Plugin
}

// presenceOf is how a visitor is there, as far as it is known.
func (m *Model) presenceOf(id store.ConversationID) (desk.Presence, bool) {
	p, known := m.attendance.known[id]
	return p, known
}

// visits is the way of the shown visitor, newest first.
func (m *Model) visits() []desk.Visit {
	if m.thread.id == "" || m.attendance.walkOf != m.thread.id {
		return nil
	}
	return m.attendance.walk.Visits
}

// applyAttendance takes what is told of visitors.
func (m *Model) applyAttendance(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case comingsMsg:
		return m.applyComings(msg)
	case comingMsg:
		return m.applyComing(msg)
	case presencesMsg:
		return m.applyPresences(msg)
	case restedMsg:
		m.attendance.asking = false
	case walkMsg:
		m.applyWalk(msg)
	}
	return nil
}

// applyComings listens to who comes and goes. Where nobody tells, nothing is shown, and nothing is said of it.
func (m *Model) applyComings(msg comingsMsg) tea.Cmd {
	a := &m.attendance
	if msg.err != nil {
		return nil
	}
	a.comings, a.due = msg.comings, true
	return waitForComing(m.ctx, a.comings)
}

func (m *Model) applyComing(msg comingMsg) tea.Cmd {
	a := &m.attendance
	if msg.from != a.comings { // of a desk that has gone
		return nil
	}
	if !msg.more {
		m.forgetAttendance()
		return nil
	}
	a.due = true
	return waitForComing(m.ctx, a.comings)
}

// forgetAttendance draws nobody as being there: who told of it has gone.
func (m *Model) forgetAttendance() {
	m.attendance = attendance{asking: m.attendance.asking}
}

func (m *Model) applyPresences(msg presencesMsg) tea.Cmd {
	a := &m.attendance
	a.known = msg.known
	if msg.err != nil || a.comings == nil { // an answer may come after its desk has gone
		a.known = nil
	}
	return later(m.ctx, attendancePause, func() tea.Msg { return restedMsg{} })
}

func (m *Model) applyWalk(msg walkMsg) {
	a := &m.attendance
	a.walking = false
	if msg.key.id != m.thread.id { // another one is shown; a way asked for again is asked for by its key
		return
	}
	if msg.err == nil {
		a.walk, a.walkOf = msg.walk, msg.key.id
	}
}
