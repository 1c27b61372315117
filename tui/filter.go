package tui

import (
	"errors"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

const mostCompletions = 8

// filterLine is the line that narrows the list, while it is written.
type filterLine struct {
	input   textinput.Model
	editing bool
	before  string             // to go back to
	marked  store.Conversation // what was under the cursor before
	fault   string             // why it is not understood
	refused bool               // the fault is shown even while there are completions
	offers  []desk.Completion
	at      int // the marked offer
	rev     int
	whole   string // the line without the word that is being typed: shown as long as nothing matches that word
	missing string // the word that nothing matches so far
}

func newFilterLine(t *theme) filterLine {
	in := textinput.New()
	in.Prompt = ""
	in.Placeholder = "name, origin:, ref:, is:, status:"
	in.SetVirtualCursor(false)
	km := textinput.DefaultKeyMap()
	km.Paste = key.NewBinding(key.WithDisabled())
	km.NextSuggestion = key.NewBinding(key.WithDisabled())
	km.PrevSuggestion = key.NewBinding(key.WithDisabled())
	in.KeyMap = km
	f := filterLine{input: in}
	f.style(t)
	return f
}

func (f *filterLine) style(t *theme) {
	s := textinput.DefaultStyles(t.dark)
	state := textinput.StyleState{
		Text: lipgloss.NewStyle().Foreground(t.colours.text), Placeholder: lipgloss.NewStyle().Foreground(t.colours.faint),
		Prompt: lipgloss.NewStyle(), Suggestion: lipgloss.NewStyle(),
	}
	s.Focused, s.Blurred = state, state
	s.Cursor = textinput.CursorStyle{Color: t.colours.accent, Shape: tea.CursorBar, Blink: true}
	f.input.SetStyles(s)
}

func (f *filterLine) resize(w int) { f.input.SetWidth(max(w-7, 5)) }

// lines is how much of the list the line takes while it is written.
func (f *filterLine) lines() int {
	if f.editing {
		return 2
	}
	return 0
}

// toggleTerm puts a facet into a filter line, in the place of another value of its field, or takes it out.
func toggleTerm(text string, f facet) string {
	q, err := desk.ParseQuery(text, "")
	if err != nil {
		q = store.Query{}
	}
	had := slices.ContainsFunc(q.Terms, func(t store.Term) bool {
		return t.Field == f.field && !t.Not && len(t.Values) == 1 && t.Values[0] == f.value
	})
	q.Terms = slices.DeleteFunc(q.Terms, func(t store.Term) bool { return t.Field == f.field && !t.Not })
	if !had {
		q.Terms = append(q.Terms, term(f.field, f.value))
	}
	return desk.FormatQuery(q)
}

// setFilter shows the list through another filter, with the cursor at a conversation where that is still there.
func (m *Model) setFilter(text string, keep store.Conversation) tea.Cmd {
	q, err := desk.ParseQuery(text, m.agent)
	if err != nil {
		return m.notice.fail("The filter is not understood: " + problem(err))
	}
	m.list.filterText, m.list.filter = text, q
	return m.requeryAt(keep)
}

// editFilter opens the line.
func (m *Model) editFilter() tea.Cmd {
	f := &m.filter
	f.editing, f.before, f.fault, f.refused = true, m.list.filterText, "", false
	f.marked, _ = m.subject()
	text := m.list.filterText
	if text != "" {
		text += " "
	}
	f.input.SetValue(text)
	f.input.CursorEnd()
	cmd := tea.Batch(m.focusOn(placeList), f.input.Focus())
	m.offer()
	m.list.show(m.listRows())
	return cmd
}

func (m *Model) typeFilter(k tea.KeyPressMsg) tea.Cmd {
	before := m.filter.input.Value()
	var cmd tea.Cmd
	m.filter.input, cmd = m.filter.input.Update(k)
	m.offer()
	if m.filter.input.Value() == before {
		return cmd
	}
	return tea.Batch(cmd, m.filterTyped())
}

func (m *Model) pasteFilter(text string) tea.Cmd {
	in := &m.filter.input
	at := in.Position()
	runes := []rune(in.Value())
	at = min(at, len(runes))
	in.SetValue(string(runes[:at]) + text + string(runes[at:]))
	in.SetCursor(at + len([]rune(text)))
	m.offer()
	return m.filterTyped()
}

// filterTyped says at once what is wrong, and shows the list when the typing rests for a moment.
func (m *Model) filterTyped() tea.Cmd {
	f := &m.filter
	f.rev++
	f.fault, f.refused, f.missing = "", false, ""
	if _, err := desk.ParseQuery(f.input.Value(), m.agent); err != nil {
		f.fault = queryFault(err)
	}
	if _, err := desk.ParseQuery(m.liveFilter(), m.agent); err != nil {
		return nil
	}
	rev := f.rev
	return later(m.ctx, filterPause, func() tea.Msg { return listLateMsg{rev} })
}

func queryFault(err error) string {
	var q *desk.QueryError
	if errors.As(err, &q) {
		s := q.Problem
		if q.Hint != "" {
			s += "; try " + q.Hint
		}
		return CleanLine(s)
	}
	return problem(err)
}

func (m *Model) applyFilterPause(msg listLateMsg) tea.Cmd {
	if msg.rev != m.filter.rev || !m.filter.editing {
		return nil
	}
	return m.tryFilter(m.liveFilter())
}

// tryFilter shows the list through the text, or without its last word as long as nothing matches that.
func (m *Model) tryFilter(text string) tea.Cmd {
	f, l := &m.filter, &m.list
	blank := strings.LastIndexByte(text, ' ')
	f.whole = strings.TrimSpace(text[:blank+1])
	without, err := desk.ParseQuery(f.whole, m.agent)
	if text = strings.TrimSpace(text); err != nil || f.whole == text || text == l.filterText {
		return m.useFilter(text, store.Conversation{})
	}
	q, err := desk.ParseQuery(text, m.agent)
	if err != nil {
		return nil // said under the line already
	}
	l.filterText, l.filter = text, q
	l.begin()
	full := store.ListRequest{Query: l.query(m.agent), Limit: pageRows}
	l.filter = without
	less := store.ListRequest{Query: l.query(m.agent), Limit: pageRows}
	l.filter = q
	return loadListOr(m.ctx, m.desk, full, less, l.gen)
}

// applyMissing notes that nothing matches the word being typed, so that the list is shown without it.
func (m *Model) applyMissing() {
	f, l := &m.filter, &m.list
	q, err := desk.ParseQuery(f.whole, m.agent)
	if err != nil {
		return
	}
	f.missing = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(f.input.Value()), f.whole))
	l.filterText, l.filter = f.whole, q
}

// halfTyped is the word at the line's end whose value is not whole yet: where it begins, and what it could become.
func (m *Model) halfTyped() (from int, offers []desk.Completion) {
	f := &m.filter
	text := f.input.Value()
	if f.input.Position() < len([]rune(text)) || len(f.offers) == 0 || !f.offers[0].Final || f.offers[0].To != len(text) {
		return len(text), nil
	}
	typed := text[f.offers[0].From:f.offers[0].To]
	for _, o := range f.offers {
		if o.Text == typed || o.Label == typed {
			return len(text), nil
		}
	}
	return strings.LastIndexByte(text, ' ') + 1, f.offers
}

// liveFilter is what the list shows while the line is written. A value that is half typed never empties the list: a ref
// counts as a prefix, anything else not yet.
func (m *Model) liveFilter() string {
	text := m.filter.input.Value()
	from, offers := m.halfTyped()
	switch word := text[from:]; {
	case offers == nil:
		return text
	case strings.HasPrefix(word, string(store.FieldRef)+":") && offers[0].From < len(text) && !strings.ContainsAny(word, `",*`):
		return text + "*"
	}
	return text[:from]
}

// useFilter shows the list through the text unless it does already.
func (m *Model) useFilter(text string, keep store.Conversation) tea.Cmd {
	text = strings.TrimSpace(text)
	if text == m.list.filterText {
		return nil
	}
	return m.setFilter(text, keep)
}

func (m *Model) closeFilter() {
	m.filter.editing, m.filter.offers, m.filter.fault, m.filter.missing = false, nil, "", ""
	m.filter.rev++
	m.filter.input.Blur()
	m.list.show(m.listRows())
}

// keepFilter takes the filter as it stands, with the marked completion, or with the only one where the value is half
// typed. Where there are several, a ref stays the prefix that the list shows already; anything else must be said whole.
func (m *Model) keepFilter() tea.Cmd {
	f := &m.filter
	switch from, offers := m.halfTyped(); {
	case f.at > 0 && !f.offers[f.at-1].Final:
		return m.complete() // a field: its value comes next
	case f.at > 0, len(offers) == 1:
		m.complete()
	case len(offers) > 1 && m.liveFilter() != f.input.Value()[:from]:
		f.input.SetValue(m.liveFilter())
		f.fault = ""
	case len(offers) > 1 && f.fault == "":
		f.fault = keyOf("complete") + " completes what is meant"
	}
	if f.fault != "" {
		f.refused = true // it stays on the screen, under the line
		return nil
	}
	text := f.input.Value()
	m.closeFilter()
	return m.useFilter(text, store.Conversation{})
}

// dropFilter goes back to what was shown before.
func (m *Model) dropFilter() tea.Cmd {
	before, marked := m.filter.before, m.filter.marked
	m.closeFilter()
	return m.useFilter(before, marked)
}

func noFilter(m *Model) string {
	if m.list.filterText == "" {
		return "There is no filter to clear."
	}
	return ""
}

// clearFilter shows the whole view again, with the cursor where it was.
func (m *Model) clearFilter() tea.Cmd {
	marked, _ := m.list.current()
	return m.setFilter("", marked)
}

// offer computes the completions for the word under the cursor, where there is something left to complete. The first
// place is "as it stands".
func (m *Model) offer() {
	f := &m.filter
	runes := []rune(f.input.Value())
	cursor := len(string(runes[:min(f.input.Position(), len(runes))]))
	text := f.input.Value()
	f.offers = desk.Complete(text, cursor, m.counts)
	switch {
	case strings.TrimSpace(text) != "" && strings.HasSuffix(text[:cursor], " "): // no word is begun yet
		f.offers = nil
	case len(f.offers) == 1 && f.offers[0].Text == text[f.offers[0].From:f.offers[0].To]: // it is whole
		f.offers = nil
	}
	if len(f.offers) > mostCompletions {
		f.offers = f.offers[:mostCompletions]
	}
	f.at = 0
}

// pickCompletion marks another offer; 0 is none of them.
func (m *Model) pickCompletion(n int) tea.Cmd {
	f := &m.filter
	if len(f.offers) > 0 {
		f.at = (f.at + n + len(f.offers) + 1) % (len(f.offers) + 1)
	}
	return nil
}

// complete takes the marked offer, or the first.
func (m *Model) complete() tea.Cmd {
	f := &m.filter
	if len(f.offers) == 0 {
		return nil
	}
	c := f.offers[max(f.at-1, 0)]
	text := f.input.Value()
	head := text[:c.From] + c.Text
	if c.Final && !strings.HasPrefix(text[c.To:], " ") {
		head += " "
	}
	f.input.SetValue(head + text[c.To:])
	f.input.SetCursor(len([]rune(head)))
	m.offer()
	return m.filterTyped()
}

// drawFilter draws the line and what is wrong with it.
func (m *Model) drawFilter(w int) []string {
	t, r, f := m.theme, m.ruler, &m.filter
	under := t.line.on(" " + strings.Repeat("─", max(w-2, 0)))
	if f.fault != "" && (f.refused || len(f.offers) == 0) {
		under = " " + t.bad.on(r.pad("✗ "+f.fault, w-2))
	} else if f.missing != "" {
		under = " " + t.muted.on(r.pad("nothing matches "+CleanLine(f.missing)+" yet", w-2))
	}
	return []string{" " + t.accentBold.on("/") + " " + f.input.View(), under}
}

// drawOffers draws the popup under the line.
func (m *Model) drawOffers() (rect, []string) {
	f, t, r := &m.filter, m.theme, m.ruler
	if len(f.offers) == 0 || !m.visible(placeList) {
		return rect{}, nil
	}
	in := m.lay.list.inner()
	w := 22 // no wider than needed: the list is behind it
	for _, c := range f.offers {
		w = max(w, r.width(CleanLine(c.Label))+10)
	}
	w = min(w, in.w-2, 40)
	inside := make([]string, 0, len(f.offers))
	for i, c := range f.offers {
		n := ""
		if c.N > 0 {
			n = itoa(c.N)
		}
		line := " " + t.text.on(r.pad(CleanLine(c.Label), w-5-len(n))) + " " + t.muted.on(n) + " "
		if i+1 == f.at {
			line = tint(t.selection, t.accent.on("▌")+line[1:])
		}
		inside = append(inside, line)
	}
	box := rect{in.x + 1, in.y + 2, w, len(inside) + 2}
	return box, m.box(box, boxText{note: keyOf("complete") + " completes"}, inside, true)
}
