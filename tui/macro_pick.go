package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk/canned"
	"frontdesk/store"
)

// macroBox finds a macro and shows what it will do to the conversation.
type macroBox struct {
	finder
	conv   store.Conversation
	found  []canned.Macro
	faults []canned.Fault
	taken  map[string]bool // keys that mean something else here
	fault  string
}

func macroActions() []action {
	return []action{
		{id: "macros", keys: []string{","}, about: "run a macro: several steps in one", in: onTalk, not: noConversation, run: (*Model).showMacros},
	}
}

func (m *Model) showMacros() tea.Cmd {
	c, _ := m.subject()
	b := &macroBox{conv: c}
	b.reread(m)
	m.overlay = b
	return m.readStationery()
}

// macroKey shows the macro whose key was pressed in a pane, and what it will do: the same key, or enter, runs it.
func (m *Model) macroKey(at place, key string) (tea.Cmd, bool) {
	i := slices.IndexFunc(m.stationery.lib.Macros, func(mac canned.Macro) bool { return mac.Key == key && key != "" })
	if _, ok := m.subject(); !ok || i < 0 || !slices.Contains(onTalk, at) && at != placeSelect || takenKeys()[key] != "" {
		return nil, false
	}
	cmd := m.showMacros()
	if b, ok := m.overlay.(*macroBox); ok {
		b.at = slices.IndexFunc(b.found, func(mac canned.Macro) bool { return mac.Key == key })
	}
	return cmd, true
}

// takenKeys are the keys that mean something where a macro's key is pressed, with what they do.
func takenKeys() map[string]string {
	taken := map[string]string{}
	for _, at := range []place{placeMenu, placeSelect, placeDetails, placeThread, placeList} {
		for key, a := range theKeys.at[at] {
			taken[key] = a.about
		}
	}
	return taken
}

func (b *macroBox) place() place { return placeMenu }

func (b *macroBox) reread(m *Model) {
	lib := m.stationery.lib
	taken := takenKeys()
	b.taken = map[string]bool{}
	for key := range taken {
		b.taken[key] = true
	}
	words := strings.Fields(strings.ToLower(b.typing))
	b.found = nil
	for _, mac := range lib.Macros {
		name := strings.ToLower(mac.Name + " " + mac.Title)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(name, w) }) {
			b.found = append(b.found, mac)
		}
	}
	b.faults = nil
	if b.typing == "" {
		b.faults = lib.KeyFaults(taken)
		for _, f := range lib.Faults {
			if isMacroFault(f) {
				b.faults = append(b.faults, f)
			}
		}
	}
	b.at = max(min(b.at, len(b.found)+len(b.faults)-1), 0)
}

// typed runs the macro whose own key it is, or goes on finding.
func (b *macroBox) typed(m *Model, k tea.KeyPressMsg) tea.Cmd {
	key := k.String()
	if b.typing == "" || k.Text == "" {
		for i, mac := range b.found {
			if mac.Key == key && !b.taken[key] {
				b.at = i
				return b.choose(m)
			}
		}
	}
	if b.finder.typed(k) {
		b.fault, b.at = "", 0
		b.reread(m)
	}
	return nil
}

func (b *macroBox) pasted(text string) { b.add(text) }

func (b *macroBox) move(n int) {
	b.fault = ""
	b.step(n, len(b.found)+len(b.faults))
}

func (b *macroBox) choose(m *Model) tea.Cmd {
	switch {
	case b.at < len(b.found):
		return m.useMacro(b.found[b.at], b.conv)
	case len(b.faults) > 0:
		b.fault = "That is what is wrong with a file: nothing can be run there."
	}
	return nil
}

func (b *macroBox) draw(m *Model) (rect, []string) {
	n := len(b.found) + len(b.faults)
	p := picker{
		title: "Macros for " + CleanLine(b.conv.Contact.Title()), note: keyOf("menu-choose") + " runs it · " + keyOf("menu-close") + " leaves",
		finder: b.finder, n: n, fault: b.fault,
		line:    func(i, w int) string { return b.row(m, i, w) },
		preview: func(w int) []string { return b.preview(m, w) },
	}
	switch s := &m.stationery; {
	case n > 0:
	case s.err != nil:
		p.empty = "They could not be read: " + problem(s.err)
	case !s.loaded:
		p.empty = "Reading…"
	case b.typing != "":
		p.empty = "No macro is called that."
	case s.lib.Folder == "":
		p.empty = "There is no folder for macros in the settings."
	default:
		p.empty = "There are none yet. They are text files in the folder macros beside " + CleanLine(s.lib.Folder) + "."
	}
	return p.draw(m)
}

func (b *macroBox) row(m *Model, i, w int) string {
	t, r := m.theme, m.ruler
	if i >= len(b.found) {
		f := b.faults[i-len(b.found)]
		return t.bad.on(r.pad("✗ "+CleanLine(f.Error()), w))
	}
	mac := b.found[i]
	key, keyPen := CleanLine(mac.Key), t.key
	if b.taken[mac.Key] {
		key, keyPen = "", t.faint
	}
	return t.text.on(r.pad(CleanLine(mac.Called()), w-r.width(key)-1)) + " " + keyPen.on(key)
}

// preview says in sentences what the marked macro will do.
func (b *macroBox) preview(m *Model, w int) []string {
	t := m.theme
	if b.at >= len(b.found) {
		if i := b.at - len(b.found); i < len(b.faults) {
			return m.paragraph(sentence(CleanLine(b.faults[i].Error())), t.bad, w)
		}
		return nil
	}
	mac := b.found[b.at]
	lib := m.stationery.lib
	out := m.paragraph("What will happen, in this order:", t.muted, w)
	for _, s := range lib.Preview(mac, b.conv, m.agent, m.clock) {
		for i, line := range m.ruler.wrap(CleanLine(s), w-2) {
			out = append(out, t.faint.on(map[bool]string{true: "· ", false: "  "}[i == 0])+t.text.on(line))
		}
	}
	content := lib.Content(mac)
	if content.Empty() {
		return out
	}
	out = append(out, "")
	filled, missing := openContent(content, m.valuesFor(b.conv))
	out = append(out, m.previewContent(filled, w)...)
	if missing != "" {
		out = append(out, m.paragraph("! "+missing, t.warn, w)...)
	}
	if o := m.outlookOf(b.conv); o.Blocked != nil {
		out = append(out, m.paragraph("⊘ "+CleanLine(o.Blocked.Error()), t.warn, w)...)
	}
	return out
}
