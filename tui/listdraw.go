package tui

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"frontdesk/desk"
	"frontdesk/store"
)

// rowKey is everything besides the conversation that changes how its row is drawn.
type rowKey struct {
	width           int
	selected, focus bool
	drafted         bool
	draft           string
	online, typing  bool
}

type drawnRow struct {
	key   rowKey
	lines []string
}

// drawList returns the pane's lines.
func (m *Model) drawList(w, h int) []string {
	l := &m.list
	var out []string
	if m.filter.editing {
		out = m.drawFilter(w)
	}
	switch {
	case l.err != nil:
		return append(out, m.drawSentence(w, h, m.theme.bad,
			"The conversations could not be read.", problem(l.err), keyOf("reload")+" tries again.")...)
	case !l.loaded:
		return append(out, m.drawSentence(w, h, m.theme.muted, "Reading…")...)
	case len(l.rows) == 0:
		return append(out, m.drawEmptyList(w, h)...)
	}
	for i := l.top; i < len(l.rows) && len(out)+m.lay.row <= h; i++ {
		out = append(out, m.listRow(i, w)...)
	}
	return out
}

// listRow is one conversation, from memory when nothing about it changed.
func (m *Model) listRow(i, w int) []string {
	c := &m.list.rows[i]
	key := rowKey{
		width: w, selected: i == m.list.at && !m.openElsewhere(), focus: m.focus == placeList || m.focus == placeThread || m.focus == placeReply,
		drafted: m.drafted[c.ID], draft: m.drafts.line(c.ID),
	}
	if p, known := m.presenceOf(c.ID); known {
		key.online, key.typing = p.Online, p.Typing
	}
	if was, ok := m.list.drawn[c.ID]; ok && was.key == key {
		return was.lines
	}
	lines := m.drawRow(c, key)
	m.list.drawn[c.ID] = drawnRow{key, lines}
	return lines
}

// drawRow draws one conversation: its name, where it came from and its newest words, each on a line of its own or, in a
// wide list, the first two on one.
func (m *Model) drawRow(c *store.Conversation, k rowKey) []string {
	t, r := m.theme, m.ruler
	w := k.width
	name, age := CleanLine(c.Contact.Title()), age(c.LastActivity, m.clock)
	namePen, agePen, dot := t.text, t.faint, "  "
	if c.Unread > 0 {
		namePen, agePen, dot = t.bold, t.unread, t.unreadBold.on("●")+" "
	}
	mark := " "
	if k.selected {
		mark = t.accent.on("▌")
		if !k.focus {
			mark = t.faint.on("▌")
		}
	}
	here := " "
	if k.online {
		here = t.good.on(hereSign)
	}
	titled := func(w int) string { // the name with what else is to be said of it, w columns wide
		badges := r.cut(m.rowBadges(c), max(w-8, 0))
		return namePen.on(r.pad(name, w-r.width(badges))) + t.muted.on(badges)
	}
	origin, win, winPen := m.rowOrigin(c)
	var lines []string
	if m.lay.row == shortRow {
		room := w - 23
		names := room * 11 / 20
		lines = append(lines, mark+here+titled(names)+"  "+t.muted.on(r.pad(origin, room-names-2))+" "+
			winPen.on(r.pad(win, 8))+" "+agePen.on(spaces(8-len(age))+age)+" "+dot)
	} else {
		lines = append(lines,
			mark+here+titled(w-6-len(age))+" "+agePen.on(age)+" "+dot,
			mark+t.muted.on("   "+r.pad(origin, w-7-r.width(win)))+" "+winPen.on(win)+"  ")
	}
	if k.selected {
		background := t.selection
		if !k.focus {
			background = t.weak
		}
		lines[0] = tint(background, lines[0]) // not all of them: moving the cursor stays a few hundred bytes on the wire
	}
	return append(lines, mark+m.rowSnippet(c, k, w-6)+"  ")
}

// rowOrigin is where a conversation came from, and how long may be written to it.
func (m *Model) rowOrigin(c *store.Conversation) (origin, win string, winPen pen) {
	origin = originWord(c.Touch.Origin)
	if ref := CleanLine(c.Touch.Ref); ref != "" {
		origin += " · " + ref
	}
	origin += labelWords(c.Labels)
	win, winPen = windowOf(*c, m.inbox(c.Inbox), m.clock).short(m.clock), m.theme.muted
	switch {
	case win == "closed":
		winPen = m.theme.faint
	case strings.HasSuffix(win, "m left"):
		winPen = m.theme.warn
	}
	return origin, win, winPen
}

// labelWords are a conversation's labels, to stand behind something else.
func labelWords(labels []string) string {
	s := ""
	for _, l := range labels {
		s += "  #" + CleanLine(l)
	}
	return s
}

// rowBadges says what a row's status is where the view does not say it already, and whose it is.
func (m *Model) rowBadges(c *store.Conversation) string {
	var b []string
	if c.Unread > 1 {
		b = append(b, strconv.Itoa(c.Unread)+" new")
	}
	if c.Assignee != "" && viewTable[m.list.view].id != "mine" {
		b = append(b, "@"+m.ruler.cut(CleanLine(c.Assignee), 10))
	}
	switch {
	case c.Status == store.StatusSnoozed:
		b = append(b, "until "+moment(c.SnoozedUntil, m.clock))
	case c.Status != store.StatusOpen && !m.viewSays(c.Status):
		b = append(b, string(c.Status))
	}
	if len(b) == 0 {
		return ""
	}
	return " " + strings.Join(b, " ")
}

// viewSays reports whether all rows of the list have this status.
func (m *Model) viewSays(s store.Status) bool {
	return slices.ContainsFunc(m.list.query(m.agent).Terms, func(t store.Term) bool {
		return t.Field == store.FieldStatus && !t.Not && len(t.Values) == 1 && t.Values[0] == string(s)
	})
}

// rowSnippet is the newest message, or what was typed and not sent, w columns wide and three blanks before it. They have
// the words' pen, so that a row's mark comes and goes without them.
func (m *Model) rowSnippet(c *store.Conversation, k rowKey, w int) string {
	t, r := m.theme, m.ruler
	lead, leadPen := "", t.faint
	textPen := t.muted
	last := c.LastMessage
	if k.typing {
		return t.accent.on("   " + r.pad(typingWord, w))
	}
	if k.drafted {
		return t.warn.on("   draft: ") + t.text.on(r.pad(CleanLine(k.draft), w-7))
	}
	switch {
	case last.State == store.StateFailed:
		lead, leadPen = "✗ not sent: ", t.bad
	case last.State == store.StateUnknown:
		lead, leadPen = "? maybe sent: ", t.warn
	case last.State == store.StateHeld:
		lead, leadPen = "‖ waits: ", t.warn
	case last.State == store.StateQueued || last.State == store.StateSending:
		lead = "… " + m.rowAuthor(last) + ": "
	case last.Direction == store.Out:
		lead = m.rowAuthor(last) + ": "
	}
	if c.Unread > 0 {
		textPen = t.text
	}
	if lead = r.cut(lead, w); lead == "" {
		return textPen.on("   " + r.pad(snippetOf(last), w))
	}
	return leadPen.on("   "+lead) + textPen.on(r.pad(snippetOf(last), w-r.width(lead)))
}

// rowAuthor is who wrote the newest message, which is not the contact.
func (m *Model) rowAuthor(last store.LastMessage) string {
	switch {
	case last.Agent == m.agent && last.Agent != "":
		return "you"
	case last.Agent != "":
		return m.ruler.cut(CleanLine(last.Agent), 12)
	}
	return echoAuthor(last.AppID)
}

// drawSentence puts some sentences in the middle of a pane.
func (m *Model) drawSentence(w, h int, first pen, sentences ...string) []string {
	var lines []string
	for i, s := range sentences {
		p := m.theme.muted
		if i == 0 {
			p = first
		} else {
			lines = append(lines, "")
		}
		for _, line := range m.ruler.wrap(s, max(w-4, 10)) {
			lines = append(lines, p.on(m.ruler.center(line, w)))
		}
	}
	above := max((h-len(lines))/3, 0)
	return append(make([]string, above, above+len(lines)), lines...)
}

// problem is an error as a person reads it. It never shows what came from outside as it is.
func problem(err error) string {
	var refusal *desk.Refusal
	switch {
	case errors.As(err, &refusal):
		return CleanLine(strings.TrimSpace(refusal.Reason + " " + refusal.Advice))
	case errors.Is(err, store.ErrNotFound):
		return "It is not there any more."
	case errors.Is(err, desk.ErrUnanswered):
		return "The running frontdesk ended before it answered."
	case errors.Is(err, desk.ErrGone):
		return "The running frontdesk has ended."
	case errors.Is(err, desk.ErrBehind):
		return "It is kept, but the screen is still behind."
	}
	s := CleanLine(err.Error())
	if s == "" {
		return "No reason was given."
	}
	r, size := firstUpper(s)
	return r + s[size:] + "."
}
