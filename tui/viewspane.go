package tui

import (
	"maps"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"frontdesk/store"
)

// viewDef is a named query.
type viewDef struct {
	id, key, name string
	query         func(agent string) store.Query
	count         func(c store.Counts, agent string) int
	empty         string // what an empty one says
}

func terms(t ...store.Term) store.Query { return store.Query{Terms: t} }

func term(f store.Field, v string) store.Term { return store.Term{Field: f, Values: []string{v}} }

func statusOnly(s store.Status) func(string) store.Query {
	return func(string) store.Query { return terms(term(store.FieldStatus, string(s))) }
}

func openAnd(t store.Term) func(string) store.Query {
	return func(string) store.Query { return terms(term(store.FieldStatus, string(store.StatusOpen)), t) }
}

func countStatus(s store.Status) func(store.Counts, string) int {
	return func(c store.Counts, _ string) int { return c.Statuses[s] }
}

var viewTable = []viewDef{
	{
		"inbox", "1", "Inbox", statusOnly(store.StatusOpen), countStatus(store.StatusOpen),
		"All done. Nothing is open.",
	},
	{
		"unread", "2", "Unread", openAnd(term(store.FieldIs, store.IsUnread)),
		func(c store.Counts, _ string) int { return c.Unread },
		"Everything is read.",
	},
	{
		"unreplied", "3", "Unreplied", openAnd(term(store.FieldIs, store.IsUnreplied)),
		func(c store.Counts, _ string) int { return c.Unreplied },
		"Nobody waits for an answer.",
	},
	{
		"mine", "4", "Mine",
		func(agent string) store.Query {
			return terms(term(store.FieldStatus, string(store.StatusOpen)), term(store.FieldAssignee, agent))
		},
		func(c store.Counts, agent string) int { return c.Mine[agent] },
		"Nothing is assigned to you. a takes a conversation.",
	},
	{
		"snoozed", "5", "Snoozed", statusOnly(store.StatusSnoozed), countStatus(store.StatusSnoozed),
		"Nothing sleeps. z puts a conversation away until later.",
	},
	{
		"resolved", "6", "Resolved", statusOnly(store.StatusResolved), countStatus(store.StatusResolved),
		"Nothing is resolved yet. e resolves a conversation.",
	},
	{
		"all", "7", "All", func(string) store.Query { return store.Query{} },
		func(c store.Counts, _ string) int { return c.Total },
		"",
	},
}

// facet is a value that narrows the list.
type facet struct {
	field store.Field
	value string
}

var originFacets = []struct {
	origin store.Origin
	name   string
}{
	{store.OriginPlugin, "chat plugin"},
	{store.OriginLink, "m.me link"},
	{store.OriginAd, "ad"},
	{store.OriginOther, "other"},
	{store.OriginUnknown, "unknown"},
}

// viewLine is one line of the pane.
type viewLine struct {
	heading bool
	view    int // index of viewTable, or -1
	facet   facet
	name    string
	count   int
}

// viewsPane shows the views and the facets, with what is in them.
type viewsPane struct {
	lines []viewLine
	at    int // line under the cursor
	top   int
}

// build makes the lines from the counts.
func (v *viewsPane) build(c store.Counts, agent string, inboxes map[store.InboxID]string) {
	var was viewLine
	if v.at < len(v.lines) {
		was = v.lines[v.at]
	}
	v.lines = v.lines[:0]
	for i, def := range viewTable {
		v.lines = append(v.lines, viewLine{view: i, name: def.name, count: def.count(c, agent)})
	}
	v.heading("Origin")
	for _, o := range originFacets {
		n := c.Origins[o.origin]
		if n == 0 && o.origin == store.OriginUnknown {
			continue
		}
		v.lines = append(v.lines, viewLine{view: -1, facet: facet{store.FieldOrigin, string(o.origin)}, name: o.name, count: n})
	}
	if len(c.Refs) > 0 {
		v.heading("Ref")
	}
	for i, r := range c.Refs {
		if i == 30 {
			break
		}
		v.lines = append(v.lines, viewLine{view: -1, facet: facet{store.FieldRef, r.Ref}, name: CleanLine(r.Ref), count: r.N})
	}
	if len(c.Labels) > 0 {
		v.heading("Label")
	}
	for i, l := range c.Labels {
		if i == 30 {
			break
		}
		v.lines = append(v.lines, viewLine{view: -1, facet: facet{store.FieldLabel, l.Label}, name: CleanLine(l.Label), count: l.N})
	}
	if len(c.Inboxes) > 1 {
		v.heading("Inboxes")
		for _, id := range sortedInboxes(c.Inboxes) {
			name := inboxes[id]
			if name == "" {
				name = CleanLine(string(id))
			}
			v.lines = append(v.lines, viewLine{view: -1, facet: facet{store.FieldInbox, string(id)}, name: name, count: c.Inboxes[id]})
		}
	}
	if i := slices.IndexFunc(v.lines, func(l viewLine) bool {
		return l.view == was.view && l.facet == was.facet && l.heading == was.heading && l.name == was.name
	}); i >= 0 {
		v.at = i
	}
	v.at = max(min(v.at, len(v.lines)-1), 0)
}

func sortedInboxes(n map[store.InboxID]int) []store.InboxID { return slices.Sorted(maps.Keys(n)) }

func (v *viewsPane) heading(name string) {
	v.lines = append(v.lines, viewLine{heading: true, view: -1}, viewLine{heading: true, view: -1, name: name})
}

// move goes n lines on, past headings.
func (v *viewsPane) move(n, height int) {
	step := 1
	if n < 0 {
		step = -1
	}
	at := v.at
	for i := v.at + step; i >= 0 && i < len(v.lines) && n != 0; i += step {
		if !v.lines[i].heading {
			at = i
			n -= step
		}
	}
	v.at = at
	v.show(height)
}

func (v *viewsPane) show(height int) {
	v.top = max(min(v.top, v.at), v.at-height+1, 0)
	if v.at < len(viewTable) && v.at < height {
		v.top = 0
	}
}

// draw returns the pane's lines, w columns wide.
func (m *Model) drawViews(w, h int) []string {
	t, v := m.theme, &m.views
	focused := m.focus == placeViews
	var out []string
	for i := v.top; i < len(v.lines) && len(out) < h; i++ {
		l := v.lines[i]
		if l.heading {
			out = append(out, " "+t.faint.on(m.ruler.pad(l.name, w-2))+" ")
			continue
		}
		active := l.view >= 0 && l.view == m.list.view || l.view < 0 && m.list.has(l.facet)
		out = append(out, m.drawViewLine(l, w, active, focused && i == v.at))
	}
	return out
}

func (m *Model) drawViewLine(l viewLine, w int, active, under bool) string {
	t := m.theme
	namePen, countPen := t.text, t.muted
	if l.count == 0 {
		namePen, countPen = t.muted, t.faint
	}
	if active {
		namePen, countPen = t.accentBold, t.accent
	}
	if l.view == 1 && l.count > 0 && !active {
		countPen = t.unread
	}
	lead := "  "
	switch {
	case l.view >= 0:
		lead = t.faint.on(viewTable[l.view].key) + " "
	case active:
		lead = t.accent.on("✓") + " "
	}
	count := strconv.Itoa(l.count)
	mark := " "
	if under {
		mark = t.accent.on("▌")
	} else if active {
		mark = t.accent.on("▏")
	}
	name := m.ruler.pad(l.name, w-6-len(count))
	line := mark + lead + namePen.on(name) + " " + countPen.on(count) + "  "
	if under {
		return tint(t.selection, line)
	}
	return line
}

// chooseView shows what is under the cursor.
func (m *Model) chooseView() tea.Cmd {
	if m.views.at >= len(m.views.lines) {
		return nil
	}
	return m.chooseLine(m.views.lines[m.views.at])
}

func (m *Model) chooseLine(l viewLine) tea.Cmd {
	switch {
	case l.heading:
		return nil
	case l.view >= 0:
		return m.showView(l.view)
	}
	marked := store.Conversation{} // what narrows the list shows its newest row
	if m.list.has(l.facet) {
		marked, _ = m.list.current()
	}
	m.focusOn(placeList)
	return m.setFilter(toggleTerm(m.list.filterText, l.facet), marked)
}

// showView shows a view, with the filter as it is.
func (m *Model) showView(n int) tea.Cmd {
	m.views.at = n
	m.focusOn(placeList)
	if m.list.view == n && m.list.loaded {
		return m.toStart()
	}
	m.list.view = n
	return m.requery()
}

func (m *Model) showViews() tea.Cmd {
	return m.focusOn(placeViews)
}
