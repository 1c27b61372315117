package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// helpBox shows every key of every place.
type helpBox struct {
	top  int
	from place // where it was asked for: its keys come first
}

func (h *helpBox) place() place                          { return placeHelp }
func (h *helpBox) typed(*Model, tea.KeyPressMsg) tea.Cmd { return nil }

// helpGroup is the keys of one place.
type helpGroup struct {
	name string
	rows []helpRow
}

type helpRow struct{ keys, about, why string }

// helpGroups puts each action under the first group it belongs to, so that it is said once. The keys of the place where
// help was asked for come first, where that is one with keys of its own.
func helpGroups(m *Model, from place) []helpGroup {
	kinds := []struct {
		name string
		of   func(a *action) bool
	}{
		{"Conversation", func(a *action) bool { return in(a, placeThread) && in(a, placeList) && !in(a, placeViews) }},
		{"Everywhere", func(a *action) bool {
			return in(a, placeList) && in(a, placeViews) && !strings.HasPrefix(a.id, "view-")
		}},
		{"Views", func(a *action) bool { return strings.HasPrefix(a.id, "view-") || in(a, placeViews) }},
		{"List", func(a *action) bool { return in(a, placeList) }},
		{"Thread", func(a *action) bool { return in(a, placeThread) }},
		{"Chosen message", func(a *action) bool { return in(a, placeSelect) }},
		{"Evidence", func(a *action) bool { return in(a, placeEvidence) || in(a, placeSave) }},
		{"Reply", func(a *action) bool { return in(a, placeReply) }},
		{"Form of a reply", func(a *action) bool { return in(a, placeForm) }},
		{"Path of a file", func(a *action) bool { return in(a, placePrompt) && !in(a, placeDetails) }},
		{"Details", func(a *action) bool { return in(a, placeDetails) }},
		{"Line to fill in", func(a *action) bool { return in(a, placeLine) }},
		{"Chat on websites", func(a *action) bool { return in(a, placeSite) }},
		{"What waits to be sent", func(a *action) bool { return in(a, placeQueue) }},
		{"Filter line", func(a *action) bool { return in(a, placeFilter) }},
		{"Menus and questions", func(*action) bool { return true }},
	}
	groups := make([]helpGroup, len(kinds))
	for i := range theKeys.all {
		a := &theKeys.all[i]
		for g, kind := range kinds {
			if !kind.of(a) {
				continue
			}
			why := ""
			if m != nil && a.not != nil && in(a, from) {
				why = a.not(m)
			}
			groups[g].name = kind.name
			about := a.about
			if a.id == "try-out" && m != nil && why == "" {
				about += ": " + m.tryOut()
			}
			groups[g].rows = append(groups[g].rows, helpRow{strings.Join(a.keys, " "), about, why})
			break
		}
	}
	if m != nil {
		groups = slices.Concat(ownGroups(groups, from, true), ownGroups(groups, from, false))
	}
	return append(groups, signs(), hereSigns(), origins())
}

// ownGroups are the groups of the editor or of the chosen message when help was asked for there, or the others.
func ownGroups(groups []helpGroup, from place, own bool) []helpGroup {
	names := map[place][]string{
		placeReply: {"Reply", "Form of a reply"}, placeForm: {"Reply", "Form of a reply"}, placeSelect: {"Chosen message"},
	}[from]
	var out []helpGroup
	for _, g := range groups {
		if slices.Contains(names, g.name) == own {
			out = append(out, g)
		}
	}
	return out
}

// origins ties the short words of rows and filters to the names in the views.
func origins() helpGroup {
	g := helpGroup{name: "Origins in rows and filters"}
	for _, o := range originFacets {
		if word := originWord(o.origin); word != o.name {
			g.rows = append(g.rows, helpRow{keys: word, about: o.name})
		}
	}
	return g
}

// signs is what the marks beside a reply mean.
func signs() helpGroup {
	g := helpGroup{name: "Signs beside a reply"}
	for _, s := range stateOrder {
		glyph, word, _ := stateMark(s)
		g.rows = append(g.rows, helpRow{keys: strings.TrimSpace(glyph + " " + word), about: stateWords[s]})
	}
	return g
}

// hereSigns is what the marks of a visitor mean.
func hereSigns() helpGroup {
	return helpGroup{name: "Signs of a visitor of your website", rows: []helpRow{
		{keys: hereSign + " name", about: "has your website open at this moment"},
		{keys: typingWord, about: "is typing at this moment"},
	}}
}

func in(a *action, p place) bool {
	for _, q := range a.in {
		if q == p {
			return true
		}
	}
	return false
}

// twoColumnsFrom is how wide the screen must be for the keys to stand in two columns.
const twoColumnsFrom = 120

// lines are the help's lines, w columns wide.
func (h *helpBox) lines(m *Model, w int) []string {
	groups := helpGroups(m, h.from)
	if m.width < twoColumnsFrom {
		return h.column(m, groups, w)
	}
	half := (w - 1) / 2
	all := len(h.column(m, groups, half))
	split, left := 0, []string(nil)
	for split < len(groups) && 2*len(left) < all {
		split++
		left = h.column(m, groups[:split], half)
	}
	right := h.column(m, groups[split:], half)
	out := make([]string, max(len(left), len(right)))
	for i := range out {
		if i < len(left) {
			out[i] = left[i]
		}
		out[i] = m.ruler.pad(out[i], half+1)
		if i < len(right) {
			out[i] += right[i]
		}
	}
	return out
}

// column draws groups one below the other, the keys of each in a column as wide as the longest.
func (h *helpBox) column(m *Model, groups []helpGroup, w int) []string {
	t, r := m.theme, m.ruler
	var out []string
	for i, g := range groups {
		if i > 0 {
			out = append(out, "")
		}
		out = append(out, " "+t.accentBold.on(g.name))
		keys := 15
		for _, row := range g.rows {
			keys = max(keys, r.width(row.keys)+2)
		}
		for _, row := range g.rows {
			p, about := t.text, row.about
			if row.why != "" {
				p, about = t.faint, row.about+" ("+strings.TrimSuffix(row.why, ".")+")"
			}
			for j, part := range r.wrap(about, w-keys-3) {
				key := ""
				if j == 0 {
					key = row.keys
				}
				out = append(out, "  "+t.key.on(r.pad(key, keys))+p.on(part))
			}
		}
	}
	return out
}

func (h *helpBox) size(m *Model) (rect, int) {
	w := min(m.width-4, 84)
	if m.width >= twoColumnsFrom {
		w = min(m.width-4, 150)
	}
	n := len(h.lines(m, w-2))
	return m.middle(w, min(n+2, m.height-4)), n
}

func (h *helpBox) draw(m *Model) (rect, []string) {
	r, n := h.size(m)
	lines := h.lines(m, r.w-2)
	visible := r.h - 2
	return r, m.box(r, boxText{title: "Keys", note: moreNote(h.top, n, visible)}, lines[h.top:min(h.top+visible, n)], true)
}

func (h *helpBox) move(m *Model, n int) {
	r, lines := h.size(m)
	h.top = max(min(h.top+n, lines-(r.h-2)), 0)
}

func (m *Model) showHelp() tea.Cmd {
	m.overlay = &helpBox{from: m.place()}
	return nil
}

// Cheatsheet is the page of the guide that lists all keys, as Markdown.
func Cheatsheet() string {
	var b strings.Builder
	b.WriteString("# Keys\n\nThis page is made from the program's own table; `?` shows the same inside it.\n" +
		"In an editor letters are text; `esc` leaves it and keeps what was written.\n")
	for _, g := range helpGroups(nil, 0) {
		head := "| key | does |"
		switch g.name {
		case signs().name, hereSigns().name:
			head = "| sign | means |"
		case origins().name:
			head = "| word | means |"
		}
		b.WriteString("\n## " + g.name + "\n\n" + head + "\n|---|---|\n")
		for _, row := range g.rows {
			keys := strings.Fields(row.keys)
			if g.name == signs().name || g.name == hereSigns().name {
				keys = []string{row.keys}
			}
			for i, k := range keys {
				keys[i] = "`" + strings.ReplaceAll(k, "|", "\\|") + "`"
			}
			b.WriteString("| " + strings.Join(keys, " ") + " | " + row.about + " |\n")
		}
	}
	b.WriteString("\nThe mouse works too: a click opens a row, a view or the editor, the wheel scrolls what is under the pointer.\n")
	return b.String()
}
