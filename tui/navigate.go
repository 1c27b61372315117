package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"frontdesk/store"
)

// focusOn gives a pane the keys.
func (m *Model) focusOn(p place) tea.Cmd {
	if m.focus == p {
		return nil
	}
	was := m.focus
	m.focus = p
	switch placeViews {
	case was:
		m.views.top = 0 // the views themselves come back into sight
	case p:
		m.views.show(m.lay.views.inner().h)
	}
	var cmd tea.Cmd
	if was == placeThread {
		cmd = m.endSelect()
	}
	if was == placeReply {
		m.composer.area.Blur()
		m.composer.input.Blur()
		cmd = m.keepDraft()
	}
	if p == placeReply {
		cmd = tea.Batch(cmd, m.focusField())
	}
	m.refit()
	if p == placeList || p == placeViews {
		m.unreadByHand = ""
		return tea.Batch(cmd, m.preview())
	}
	return cmd
}

// cycle gives the keys to the next pane that can take them.
func (m *Model) cycle(n int) tea.Cmd {
	order := []place{placeViews, placeList}
	if m.thread.id != "" {
		order = append(order, placeThread, placeReply)
		if m.lay.docked && m.details.mode != detailsOff {
			order = append(order, placeDetails)
		}
	}
	i := slices.Index(order, m.focus)
	next := order[(i+n+len(order))%len(order)]
	if m.focus == placeList && next == placeThread {
		return m.open()
	}
	return m.focusOn(next)
}

// back leads out, one step.
func (m *Model) back() tea.Cmd {
	switch m.focus {
	case placeDetails:
		if m.lay.docked || m.lay.wide {
			return m.focusOn(placeThread)
		}
		return m.focusOn(placeThread)
	case placeThread, placeViews:
		return m.focusOn(placeList)
	}
	return nil
}

// page is how many steps a page is, where the keys act.
func (m *Model) page() int {
	switch m.place() {
	case placeList:
		return max(m.listRows()-1, 1)
	case placeThread, placeSelect:
		return m.threadPage()
	case placeHelp:
		return max(m.height-8, 1)
	}
	return 10
}

// move goes n steps where the keys act.
func (m *Model) move(n int) tea.Cmd {
	if h, ok := m.overlay.(scroller); ok {
		h.move(m, n)
		return nil
	}
	switch m.focus {
	case placeViews:
		m.views.move(n, m.lay.views.inner().h)
	case placeList:
		return m.moveList(n)
	case placeThread:
		return tea.Batch(m.scrollThread(n), m.followSelect())
	case placeDetails:
		return m.moveDetails(n)
	}
	return nil
}

func (m *Model) toStart() tea.Cmd {
	switch m.place() {
	case placeList:
		return m.listToStart()
	case placeThread, placeSelect:
		return tea.Batch(m.threadToStart(), m.followSelect())
	}
	return m.move(-1 << 20)
}

func (m *Model) toEnd() tea.Cmd {
	switch m.place() {
	case placeList:
		return m.listToEnd()
	case placeThread, placeSelect:
		return tea.Batch(m.threadToEnd(), m.followSelect())
	}
	return m.move(1 << 20)
}

// step opens the next conversation of the list, or the one before.
func (m *Model) step(n int) tea.Cmd {
	m.list.at = m.neighbour(n)
	m.list.show(m.listRows())
	return tea.Batch(m.open(), m.fill())
}

// neighbour is the row n away from the open conversation; one that left the view leaves its place to the next.
func (m *Model) neighbour(n int) int {
	i := m.list.index(m.thread.id)
	switch {
	case i >= 0:
		return i + n
	case n > 0:
		return m.list.at
	}
	return m.list.at - 1
}

func noNext(m *Model) string {
	if i := m.neighbour(1); i >= len(m.list.rows) {
		return "This is the last conversation here."
	}
	return ""
}

func noPrevious(m *Model) string {
	if m.neighbour(-1) < 0 {
		return "This is the first conversation here."
	}
	return ""
}

// askQuit quits, after a question where customers' messages would not be taken meanwhile.
func (m *Model) askQuit() tea.Cmd {
	if m.quitting || !m.stateRead || !onlyProcess(m.state) || m.gone {
		return m.quit()
	}
	stays := ""
	switch n := m.outgoing(); {
	case n == 1:
		stays = ", and a reply that is on its way goes out when frontdesk runs again"
	case n > 1:
		stays = ", and " + itoa(n) + " replies that are on their way go out when frontdesk runs again"
	}
	m.overlay = &questionBox{
		title: "Quit?",
		text:  "This is the only frontdesk on this data. While it is closed, customers' messages will not be taken" + stays + ". `frontdesk serve` goes on without a screen.",
		yes:   (*Model).quit,
	}
	return nil
}

// outgoing is how many replies would go out by themselves.
func (m *Model) outgoing() int {
	n := 0
	for i := range m.queue {
		if m.queue[i].Message.State == store.StateQueued {
			n++
		}
	}
	return n
}

// quit keeps the drafts, then ends the program.
func (m *Model) quit() tea.Cmd {
	m.overlay = nil
	m.quitting = true
	for conv := range m.drafts.unkept {
		m.drafts.due[conv] = true
	}
	return tea.Batch(m.keepDraft(), m.quitWhenKept(), later(m.ctx, quitPause, func() tea.Msg { return quitMsg{late: true} }))
}

func (m *Model) quitWhenKept() tea.Cmd {
	if !m.quitting || m.drafts.saving || len(m.drafts.unkept) > 0 {
		return nil
	}
	return func() tea.Msg { return quitMsg{} }
}

func (m *Model) applyQuit(msg quitMsg) tea.Cmd {
	if !m.quitting || !msg.late && len(m.drafts.unkept) > 0 {
		return nil
	}
	m.cancel()
	return m.quitScreen()
}

// forwardToEditors gives blinks and the like to the editors.
func (m *Model) forwardToEditors(msg tea.Msg) tea.Cmd {
	var a, b, c, d tea.Cmd
	if m.focus == placeReply {
		m.composer.area, a = m.composer.area.Update(msg)
		m.composer.input, c = m.composer.input.Update(msg)
	}
	if box, ok := m.overlay.(*attachBox); ok {
		box.input, d = box.input.Update(msg)
	}
	if box, ok := m.overlay.(*lineBox); ok {
		box.input, d = box.input.Update(msg)
	}
	if form, ok := m.overlay.(*siteForm); ok {
		form.input, d = form.input.Update(msg)
	}
	if m.filter.editing {
		m.filter.input, b = m.filter.input.Update(msg)
	}
	return tea.Batch(a, b, c, d)
}

// onClick opens what was clicked.
func (m *Model) onClick(e tea.Mouse) tea.Cmd {
	if e.Button != tea.MouseLeft || m.lay.tooSmall {
		return nil
	}
	if m.overlay != nil {
		if r, _ := m.overlay.draw(m); !r.contains(e.X, e.Y) && m.overlay.place() != placeAsk {
			return m.closeOverlay()
		}
		return nil
	}
	m.notice.read()
	m.touched()
	if m.filter.editing {
		m.closeFilter()
	}
	p, ok := m.paneAt(e.X, e.Y)
	if !ok {
		return nil
	}
	switch p {
	case placeViews:
		in := m.lay.views.inner()
		if i := m.views.top + e.Y - in.y; e.Y >= in.y && i < len(m.views.lines) {
			return m.chooseLine(m.views.lines[i])
		}
	case placeList:
		in := m.lay.list.inner()
		if i := m.list.top + (e.Y-in.y-m.filter.lines())/m.lay.row; e.Y >= in.y && i < len(m.list.rows) {
			m.list.at = i
			cmd := m.focusOn(placeList)
			return tea.Batch(cmd, m.open(), m.fill())
		}
		return m.focusOn(placeList)
	case placeReply:
		if m.thread.id != "" {
			return m.startReply()
		}
	case placeThread:
		if m.thread.id != "" && m.focus == placeReply {
			return m.leaveReply()
		}
		if m.thread.id != "" {
			return tea.Batch(m.focusOn(placeThread), m.clickSelect(e.Y-m.lay.body.y), m.markSeen())
		}
	case placeDetails:
		return m.focusOn(placeDetails)
	}
	return nil
}

// onWheel scrolls the pane under the pointer.
func (m *Model) onWheel(x, y, lines int) tea.Cmd {
	if h, ok := m.overlay.(scroller); ok {
		h.move(m, lines)
		return nil
	}
	if m.overlay != nil || m.lay.tooSmall {
		return nil
	}
	switch p, _ := m.paneAt(x, y); p {
	case placeList:
		return m.scrollList(lines / wheelNotch)
	case placeThread, placeReply:
		return m.scrollThread(lines)
	case placeViews:
		v := &m.views
		v.top = max(min(v.top+lines, len(v.lines)-m.lay.views.inner().h), 0)
	}
	return nil
}

// scrollList moves the window without moving the cursor out of it.
func (m *Model) scrollList(n int) tea.Cmd {
	m.touched()
	l, h := &m.list, m.listRows()
	l.top = max(min(l.top+n, len(l.rows)-h), 0)
	l.at = max(min(l.at, l.top+h-1), l.top, 0)
	l.show(h)
	return m.fill()
}

// wheelNotch is how many lines one notch of the wheel goes; in the list it is a row.
const wheelNotch = 3

// wheelLines is how far one notch goes.
func wheelLines(e tea.Mouse) int {
	switch e.Button {
	case tea.MouseWheelUp:
		return -wheelNotch
	case tea.MouseWheelDown:
		return wheelNotch
	}
	return 0
}
