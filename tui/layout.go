package tui

const (
	minWidth, minHeight = 60, 16
	wideFrom            = 100  // columns from which three panes stand side by side
	dockFrom            = 160  // columns from which the details have a place of their own
	fullRow, shortRow   = 3, 2 // lines of a conversation in the list
	shortRowFrom        = 70   // columns of the list from which its rows are short
	twoBannersFrom      = 20   // lines from which a banner may take two
)

// layout is every rectangle of a frame. Boxes include their border.
type layout struct {
	tooSmall bool
	wide     bool // three panes
	docked   bool // and the details beside them
	row      int  // lines of a conversation in the list

	header, banner, hints        rect
	views, list, thread, details rect
	body                         rect // inside of the thread's box, above the reply
	reply                        rect // inside of the thread's box: the editor
}

// arrange computes the rectangles for the screen's size.
func (m *Model) arrange() layout {
	w, h := m.width, m.height
	l := layout{tooSmall: w < minWidth || h < minHeight, wide: w >= wideFrom, docked: w >= dockFrom}
	l.header, l.hints = rect{0, 0, w, 1}, rect{0, h - 1, w, 1}
	body := rect{0, 1, w, max(h-2, 0)}
	if n := len(m.bannerLines(w)); n > 0 {
		l.banner = rect{0, 1, w, n}
		body.y, body.h = body.y+n, max(body.h-n, 0)
	}
	if !l.wide {
		l.views, l.list, l.thread, l.details = body, body, body, body
	} else {
		l.columns(body, m.details.mode != detailsOff)
	}
	if l.row = fullRow; l.list.w >= shortRowFrom {
		l.row = shortRow
	}
	in := l.thread.inner()
	n := m.plan(max(in.w-2, 1), in.h).height()
	l.reply = rect{in.x + 1, in.y + in.h - n, max(in.w-2, 1), n}
	l.body = rect{in.x, in.y, in.w, max(in.h-n-1, 0)}
	return l
}

// columns shares the width between the panes. The thread gets what is left, since words need most.
func (l *layout) columns(body rect, details bool) {
	views := min(max(body.w/6, 21), 27)
	list := min(max(body.w*3/10, 33), 54)
	l.views = rect{0, body.y, views, body.h}
	l.list = rect{views, body.y, list, body.h}
	rest := rect{views + list, body.y, body.w - views - list, body.h}
	l.thread, l.details = rest, rest
	if l.docked && details {
		side := min(max(body.w/5, 34), 46)
		l.thread.w -= side
		l.details = rect{rest.x + l.thread.w, rest.y, side, rest.h}
	}
}

// visible reports whether a pane is on the screen.
func (m *Model) visible(p place) bool {
	if p == placeReply {
		p = placeThread
	}
	at := m.focus
	if at == placeReply {
		at = placeThread
	}
	switch {
	case !m.lay.wide:
		return p == at
	case p == placeDetails:
		return m.lay.docked && m.details.mode != detailsOff || at == placeDetails
	case p == placeThread:
		return m.lay.docked || at != placeDetails
	}
	return true
}

// paneAt is the pane under a point of the screen.
func (m *Model) paneAt(x, y int) (place, bool) {
	for _, p := range []struct {
		place place
		r     rect
	}{
		{placeReply, m.replyBox()},
		{placeDetails, m.lay.details},
		{placeThread, m.lay.thread},
		{placeList, m.lay.list},
		{placeViews, m.lay.views},
	} {
		if m.visible(p.place) && p.r.contains(x, y) {
			return p.place, true
		}
	}
	return 0, false
}

// replyBox is the editor with the line above it and the border below.
func (m *Model) replyBox() rect {
	r := m.lay.reply
	return rect{m.lay.thread.x, r.y - 1, m.lay.thread.w, r.h + 2}
}

// listRows is how many conversations the list shows at once.
func (m *Model) listRows() int {
	return max((m.lay.list.h-2-m.filter.lines())/max(m.lay.row, 1), 1)
}
