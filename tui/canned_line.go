package tui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// lineBox asks for one line.
type lineBox struct {
	title string
	label string // what is asked for
	note  string // in the lower border: what the keys do
	input textinput.Model
	fault string // why what was typed is not taken
	hint  func(m *Model, typed string) string
	// take is given what was typed when it is done. It returns what is wrong with it; empty: it was taken.
	take func(m *Model, typed string) (tea.Cmd, string)
	prev func(m *Model) tea.Cmd // the question before; nil: there is none
}

var onLine = []place{placeLine}

func lineActions() []action {
	return []action{
		{id: "line-take", keys: []string{"enter"}, about: "take what is typed", hint: "take", in: onLine, run: (*Model).lineTake},
		{id: "line-before", keys: []string{"shift+tab", "up"}, about: "the question before", in: onLine, not: noLineBefore, run: (*Model).lineBefore},
		{id: "line-close", keys: []string{"esc"}, about: "leave everything as it is", hint: "close", in: onLine, run: (*Model).closeOverlay},
	}
}

// askLine opens the box with a text in it.
func (m *Model) askLine(b *lineBox, text string) tea.Cmd {
	b.input = newFieldInput()
	styleField(&b.input, m.theme)
	b.input.SetValue(text)
	b.input.CursorEnd()
	m.overlay = b
	return b.input.Focus()
}

func (b *lineBox) place() place { return placeLine }

func (b *lineBox) typed(_ *Model, k tea.KeyPressMsg) tea.Cmd {
	before := b.input.Value()
	var cmd tea.Cmd
	b.input, cmd = b.input.Update(k)
	if b.input.Value() != before {
		b.fault = ""
	}
	return cmd
}

func (b *lineBox) pasted(text string) {
	b.input.SetValue(insertAt(b.input.Value(), b.input.Position(), text, mostTyped))
	b.input.CursorEnd()
	b.fault = ""
}

func (m *Model) lineTake() tea.Cmd {
	b, ok := m.overlay.(*lineBox)
	if !ok {
		return nil
	}
	cmd, fault := b.take(m, CleanLine(b.input.Value()))
	b.fault = fault
	return cmd
}

func noLineBefore(m *Model) string {
	if b, ok := m.overlay.(*lineBox); !ok || b.prev == nil {
		return "This is the first question."
	}
	return ""
}

func (m *Model) lineBefore() tea.Cmd { return m.overlay.(*lineBox).prev(m) } //nolint:forcetypeassert // noLineBefore looked

func (b *lineBox) draw(m *Model) (rect, []string) {
	t, r := m.theme, m.ruler
	w := min(m.width-6, 72)
	var in []string
	for _, line := range r.wrap(b.label, w-4) {
		in = append(in, " "+t.text.on(line))
	}
	shown, _ := m.lineView(b.input.Value(), b.input.Position(), w-6)
	in = append(in, " "+t.accentBold.on("›")+" "+t.text.on(r.pad(shown, w-6)))
	switch {
	case b.fault != "":
		for _, line := range r.wrap("✗ "+b.fault, w-4) {
			in = append(in, " "+t.bad.on(line))
		}
	case b.hint != nil:
		if hint := b.hint(m, CleanLine(b.input.Value())); hint != "" {
			for _, line := range r.wrap(hint, w-4) {
				in = append(in, " "+t.muted.on(line))
			}
		}
	}
	box := m.middle(w, len(in)+2)
	return box, m.box(box, boxText{title: b.title, note: b.note}, in, true)
}

// cursorIn is where the terminal's cursor stands in the box.
func (b *lineBox) cursorIn(m *Model) *tea.Cursor {
	cur := b.input.Cursor()
	if cur == nil {
		return nil
	}
	box, _ := b.draw(m)
	_, x := m.lineView(b.input.Value(), b.input.Position(), box.w-6)
	cur.X, cur.Y = box.x+4+x, box.y+1+len(m.ruler.wrap(b.label, box.w-4))
	return cur
}
