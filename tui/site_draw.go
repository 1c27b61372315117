package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"frontdesk/desk"
	"frontdesk/desk/embedding"
)

const (
	siteLabel     = 15 // columns
	siteWidth     = 96
	sampleColumns = 11
)

// draw draws the form: a line for each setting, what is to be said of the one with the cursor under it, and the snippet
// where there is room.
func (f *siteForm) draw(m *Model) (rect, []string) {
	box, in, _ := f.inside(m)
	note := keyOf("site-save") + " saves · " + keyOf("site-copy") + " copies the snippet · " + keyOf("site-close") + " closes"
	return box, m.box(box, boxText{title: "The chat on websites", right: CleanLine(f.site.Page), note: note}, in, true)
}

// inside is what the box holds; y is the line with the cursor.
func (f *siteForm) inside(m *Model) (box rect, in []string, y int) {
	w := min(m.width-4, siteWidth)
	lines, at := f.rows(m, w)
	said, room := f.cameOf(m, w), max(m.height-4, 3)
	if snippet := f.pages(m, w); len(lines)+len(said)+len(snippet) <= room { // half of one would be of no use
		said = append(said, snippet...)
	}
	top := 0
	if visible := max(room-len(said), 1); len(lines) > visible {
		top = min(max(at-visible/2, 0), len(lines)-visible)
		lines = lines[top : top+visible]
	}
	in = append(lines, said...)
	return m.middle(w, len(in)+2), in, at - top
}

// rows are the settings' lines; at is the one with the cursor.
func (f *siteForm) rows(m *Model, w int) (lines []string, at int) {
	t, r := m.theme, m.ruler
	if !f.read {
		if f.said != "" {
			return nil, 0
		}
		return []string{" " + t.muted.on("Reading…")}, 0
	}
	for i, field := range embedding.Fields {
		mark, label := " ", t.muted
		if i == f.at {
			mark, label, at = t.accent.on("▌"), t.bold, len(lines)
		}
		lines = append(lines, mark+label.on(r.pad(field.Title, siteLabel))+f.value(m, i, w-4-siteLabel))
		if fault := f.fault(i); fault != "" {
			for _, line := range r.wrap("✗ "+fault, w-6-siteLabel) {
				lines = append(lines, strings.Repeat(" ", siteLabel+1)+t.bad.on(line))
			}
			continue
		}
		if i == f.at || field.Name == embedding.FieldColor && f.texts[i] != "" {
			lines = append(lines, f.about(m, i, w)...)
		}
	}
	return lines, at
}

// value is what is set, or what holds where nothing is.
func (f *siteForm) value(m *Model, i, w int) string {
	t, r, field := m.theme, m.ruler, embedding.Fields[i]
	switch text := CleanLine(f.texts[i]); {
	case text == "":
		return t.faint.on(r.pad(f.site.Blank(field), w))
	case i == f.at && field.Values == nil:
		shown, _ := m.lineView(f.input.Value(), f.input.Position(), w)
		return t.text.on(r.pad(CleanLine(shown), w))
	default:
		return t.text.on(r.pad(text, w))
	}
}

// about is what is to be said of a setting: of a colour, how it is read; of all others, what they are.
func (f *siteForm) about(m *Model, i, w int) []string {
	t, r, field := m.theme, m.ruler, embedding.Fields[i]
	says, sample := field.About, ""
	var s desk.SiteSettings
	if field.Name == embedding.FieldColor && field.Set(&s, f.texts[i]) == nil && s.Color != "" {
		read := embedding.Read(s.Color)
		if says = read.Says; !t.noColour {
			sample = pen{ansi.NewStyle().BackgroundColor(lipgloss.Color(s.Color)).ForegroundColor(lipgloss.Color(read.Ink)).String()}.on("  Hello!  ") + " "
		}
	}
	switch {
	case field.Values != nil:
		says += "; space changes it"
	case field.Name == embedding.FieldDomains && len(f.site.Fixed) > 0:
		says += "; by plugin_domains also " + CleanLine(strings.Join(f.site.Fixed, ", "))
	}
	room := w - 6 - siteLabel
	if sample != "" {
		room -= sampleColumns
	}
	var out []string
	for n, line := range r.wrap(says, max(room, 10)) {
		head := sample
		if n > 0 && sample != "" {
			head = strings.Repeat(" ", sampleColumns)
		}
		out = append(out, strings.Repeat(" ", siteLabel+1)+head+t.faint.on(line))
	}
	return out
}

// cameOf is what came of the last key.
func (f *siteForm) cameOf(m *Model, w int) []string {
	t, p, head := m.theme, m.theme.good, ""
	if f.failed {
		p, head = t.bad, "✗ "
	}
	var out []string
	if f.said != "" {
		for _, line := range m.ruler.wrap(head+f.said, w-4) {
			out = append(out, " "+p.on(line))
		}
	}
	return out
}

// pages is what the website's pages need.
func (f *siteForm) pages(m *Model, w int) []string {
	t, r := m.theme, m.ruler
	if !f.read {
		return nil
	}
	out := []string{"", " " + t.muted.on("For your pages, before </body>:")}
	for line := range strings.Lines(f.snippet()) {
		out = append(out, " "+t.text.on(r.cut(Clean(strings.TrimRight(line, "\n")), w-4)))
	}
	if !f.site.Public {
		for _, line := range r.wrap("Only this machine reaches that address. FRONTDESK_URL names the one that websites reach.", w-4) {
			out = append(out, " "+t.warn.on(line))
		}
	}
	return out
}

// cursorIn is where the terminal's cursor stands in the form.
func (f *siteForm) cursorIn(m *Model) *tea.Cursor {
	cur := f.input.Cursor()
	if cur == nil || !f.read || embedding.Fields[f.at].Values != nil {
		return nil
	}
	box, _, y := f.inside(m)
	_, x := m.lineView(f.input.Value(), f.input.Position(), box.w-4-siteLabel)
	cur.X, cur.Y = box.x+2+siteLabel+x, box.y+1+y
	return cur
}
