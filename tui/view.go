package tui

import (
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/store"
)

func itoa(n int) string { return strconv.Itoa(n) }

// View draws the screen from what is known. It asks nobody and changes nothing but what it remembers of its own
// drawing.
func (m *Model) View() tea.View {
	v := tea.View{
		AltScreen: true, MouseMode: tea.MouseModeCellMotion, WindowTitle: m.unreadTitle(),
	}
	if m.width <= 0 || m.height <= 0 {
		return v
	}
	c := m.canvas
	c.begin(m.width, m.height, m.ruler.clusters)
	if m.lay.tooSmall {
		c.draw(rect{0, 0, m.width, m.height}, m.drawTooSmall())
		v.Content = c.finish()
		return v
	}
	c.put(0, 0, m.width, c.fit(m.drawHeader(m.width), m.width))
	if banner := m.lay.banner; banner.h > 0 {
		lines := m.drawBanner(m.width)
		for i := range min(len(lines), banner.h) {
			c.put(0, banner.y+i, m.width, c.fit(lines[i], m.width))
		}
	}
	m.drawPanes(c)
	c.put(0, m.height-1, m.width, c.fit(m.drawHints(m.width), m.width))
	if m.filter.editing && m.overlay == nil {
		if r, lines := m.drawOffers(); lines != nil {
			c.draw(r, lines)
		}
	}
	if m.overlay != nil {
		r, lines := m.overlay.draw(m)
		c.draw(r, lines)
	}
	v.Content = c.finish()
	v.Cursor = m.cursor()
	return v
}

func (m *Model) drawPanes(c *canvas) {
	if m.visible(placeViews) {
		r := m.lay.views
		c.draw(r, m.paneBox(placeViews, r, boxText{title: "Views"}, m.drawViews(r.w-2, r.h-2), m.focus == placeViews))
	}
	if m.visible(placeList) {
		r := m.lay.list
		c.draw(r, m.paneBox(placeList, r, m.listTitle(), m.drawList(r.w-2, r.h-2), m.place() == placeList || m.place() == placeFilter))
	}
	if m.visible(placeThread) {
		c.draw(m.lay.thread, m.drawThreadBox())
	}
	if m.visible(placeDetails) {
		r := m.lay.details
		c.draw(r, m.paneBox(placeDetails, r, boxText{title: "Details"}, m.drawDetails(r.w-2, r.h-2), m.focus == placeDetails))
	}
	if r, ok := m.previewRect(); ok {
		c.draw(r, m.drawPreview(r))
	}
}

// cursor is where the terminal's cursor stands: only in an editor.
func (m *Model) cursor() *tea.Cursor {
	if box, ok := m.overlay.(interface{ cursorIn(m *Model) *tea.Cursor }); ok {
		return box.cursorIn(m)
	}
	if box := m.evidenceOf(); box != nil {
		return box.cursorIn(m)
	}
	if m.overlay != nil {
		return nil
	}
	if m.filter.editing {
		cur := m.filter.input.Cursor()
		if cur != nil {
			in := m.lay.list.inner()
			cur.X, cur.Y = cur.X+in.x+3, cur.Y+in.y
		}
		return cur
	}
	if m.focus != placeReply {
		return nil
	}
	return m.composeCursor()
}

func (m *Model) listTitle() boxText {
	l := &m.list
	title := viewTable[l.view].name
	count := ""
	switch {
	case !l.loaded:
	case l.filterText == "" && m.stateRead:
		count = itoa(max(viewTable[l.view].count(m.counts, m.agent), len(l.rows)))
	case l.older || l.newer:
		count = itoa(len(l.rows)) + "+"
	default:
		count = itoa(len(l.rows))
	}
	if l.filterText != "" { // it needs the room more than the view's name does
		whole := title + " · " + CleanLine(l.filterText)
		title = CleanLine(l.filterText)
		if l.view > 0 && m.ruler.width(whole)+len(count)+9 <= m.lay.list.w {
			title = whole
		}
	}
	note := ""
	if l.top > 0 || l.newer {
		note = "↑ more above"
	}
	if hidden := len(l.rows) - l.top - m.listRows(); hidden > 0 || l.older {
		if note != "" {
			note = "↑↓ more"
		} else {
			note = "↓ more below"
		}
	}
	if m.lay.wide && m.openElsewhere() {
		note = "the open one is not here"
	}
	return boxText{title: title, right: count, note: note}
}

// drawThreadBox draws the thread with the editor under it.
func (m *Model) drawThreadBox() []string {
	r, t := m.lay.thread, &m.thread
	focused := m.focus == placeThread || m.focus == placeReply
	k, p := m.corners(focused)
	title, right := "Conversation", ""
	if t.id != "" {
		title = CleanLine(t.conv.Contact.Title())
		right = m.threadNote()
	}
	out := []string{m.borderLine(r.w, k.tl, k.tr, k.h, p, title, right, m.titlePen(focused), m.theme.muted)}
	out = append(out, m.canvas.inside(placeThread, p, k.v, m.drawThreadBody(), r.w, m.lay.body.h)...)
	return append(out, m.drawComposer(r.w, k, p)...)
}

func (m *Model) threadNote() string {
	c := m.thread.conv
	parts := []string{}
	switch c.Status {
	case store.StatusOpen:
	case store.StatusSnoozed:
		parts = append(parts, m.statusWords(c))
	default:
		parts = append(parts, string(c.Status))
	}
	if c.Assignee != "" {
		parts = append(parts, "@"+CleanLine(c.Assignee))
	}
	parts = append(parts, originWord(c.Touch.Origin))
	if c.Touch.Ref != "" {
		parts = append(parts, CleanLine(c.Touch.Ref))
	}
	rest := strings.Join(parts, " · ")
	room := m.lay.thread.w - 12 - m.ruler.width(CleanLine(c.Contact.Title())) - m.ruler.width(rest)
	if here := m.hereWords(room); here != "" {
		return here + " · " + rest
	}
	return rest
}

func (m *Model) drawThreadBody() []string {
	t, w, h := &m.thread, m.lay.body.w, m.lay.body.h
	switch {
	case t.err != nil:
		return m.drawSentence(w, h, m.theme.bad, "The conversation could not be read.", problem(t.err), keyOf("reload")+" tries again.")
	case t.id == "" && m.stateRead && m.counts.Total == 0:
		return m.drawWelcome(w, h)
	case t.id == "":
		return m.drawSentence(w, h, m.theme.muted, "No conversation is shown.")
	case !t.loaded && t.slow:
		return m.drawSentence(w, h, m.theme.muted, "Reading…")
	case t.loaded && len(t.items) == 0:
		return m.drawSentence(w, h, m.theme.muted, "Nothing was said yet.")
	}
	out := make([]string, 0, h)
	typing := m.typingLine(w)
	for _, it := range t.items {
		for i, line := range it.lines {
			if at := it.start + i; at >= t.top && at < t.top+h {
				if typing != "" && at == t.total-1 { // the room that is kept there
					line = typing
				}
				if it.id == t.selected && i >= it.from && i < it.to {
					line = m.chosenLine(line, w)
				}
				out = append(out, line)
			}
		}
	}
	return out
}

// drawHints is the last line: a notice, or the keys that matter here.
func (m *Model) drawHints(w int) string {
	t, r := m.theme, m.ruler
	if m.notice.text != "" {
		if m.notice.bad {
			return " " + t.bad.on(r.cut("✗ "+m.notice.text, w-2))
		}
		return " " + t.text.on(r.cut(m.notice.text, w-2))
	}
	at := m.place()
	var b strings.Builder
	used, help := 0, 0
	if held := m.holdWords(); held != "" && (at == placeReply || at == placeForm || in(theKeys.byID("undo"), at)) {
		b.WriteString(" " + t.warn.on(r.cut(held, w-2)))
		used = 1 + r.width(held)
	}
	for _, id := range []string{"help", "help-reply"} {
		if a := theKeys.byID(id); m.can(a, at) {
			help = len(a.keys[0]) + 1 + len(a.hint) + 3 // kept free: it leads to all the others
		}
	}
	add := func(key, hint string) {
		gap := 1
		if used > 0 {
			gap = 3
		}
		n := gap + r.width(key) + 1 + len(hint)
		if hint == "help" {
			help = 0
		}
		if used+n+help > w {
			return
		}
		used += n
		b.WriteString(spaces(gap) + t.key.on(key) + t.faint.on(" "+hint))
	}
	if at == placeViews || at == placeList || at == placeThread || at == placeSelect || at == placeEvidence {
		add("j/k", map[bool]string{true: "scroll", false: "move"}[at == placeThread])
	}
	for i := range theKeys.all {
		a := &theKeys.all[i]
		if a.hint == "" || !m.can(a, at) || a.id == "details" && m.lay.docked || a.id == "queue" && m.waitingCount() == 0 || a.id == "help-reply" || a.id == "next-field" && len(spotsOf(m.composer.draft)) < 2 {
			continue
		}
		key, hint := a.keys[0], a.hint
		switch a.id {
		case "newline":
			if !m.shiftEnter {
				key = a.keys[1]
			}
		case "send", "field-enter":
			if hint = m.enterHint(); hint == "" {
				continue
			}
		case "resolve":
			if c, ok := m.subject(); ok && c.Status != store.StatusOpen && c.Status != store.StatusPending {
				hint = "open again"
			}
		}
		add(key, hint)
	}
	if a := theKeys.byID("help-reply"); m.can(a, at) {
		add(a.keys[0], a.hint)
	}
	return b.String()
}

func (m *Model) drawTooSmall() []string {
	lines := m.ruler.wrap(fmt.Sprintf("frontdesk needs %d columns and %d lines; there are %d and %d. %s quits; drafts are kept.",
		minWidth, minHeight, m.width, m.height, keyOf("quit")), max(m.width-2, 1))
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	if n := len(lines) - m.height; n > 0 {
		lines = lines[n:] // the key is said at the end
	}
	return append(make([]string, max((m.height-len(lines))/2, 0)), lines...)
}

// drawEmptyList says what an empty list means, and what to do next.
func (m *Model) drawEmptyList(w, h int) []string {
	t := m.theme
	view := viewTable[m.list.view]
	switch {
	case m.list.filterText != "":
		helps := keyOf("filter") + " changes the filter."
		switch m.place() {
		case placeList:
			helps = keyOf("clear") + " clears the filter."
		case placeFilter:
			helps = keyOf("filter-drop") + " goes back to what was shown before."
		}
		return m.drawSentence(w, h, t.text, "Nothing in "+view.name+" matches", CleanLine(m.list.filterText), helps)
	case m.counts.Total > 0 && view.empty != "":
		return m.drawSentence(w, h, t.text, view.empty)
	case !m.stateRead:
		return m.drawSentence(w, h, t.muted, "Reading…")
	}
	if m.lay.wide {
		return m.drawSentence(w, h, t.text, "Nobody has written yet.")
	}
	return m.drawWelcome(w, h)
}
