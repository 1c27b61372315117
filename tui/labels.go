package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk/canned"
	"frontdesk/messenger"
	"frontdesk/store"
)

// labelBox puts labels on a conversation and takes them off.
type labelBox struct {
	finder
	conv  store.ConversationID
	title string
	has   []string // what is on it
	found []string
	known map[string]int
	fault string
}

func labelActions() []action {
	return []action{
		{id: "labels", keys: []string{"L"}, about: "labels: put on, take off", in: onTalk, not: noConversation, run: (*Model).showLabels},
	}
}

func (m *Model) showLabels() tea.Cmd {
	c, _ := m.subject()
	b := &labelBox{conv: c.ID, title: CleanLine(c.Contact.Title()), has: slices.Clone(c.Labels)}
	b.reread(m)
	m.overlay = b
	return nil
}

func (b *labelBox) place() place { return placeMenu }

// reread finds among the labels that are on it, then among those that others have; last comes what was typed, as a new one.
func (b *labelBox) reread(m *Model) {
	b.known = map[string]int{}
	all := slices.Clone(b.has)
	for _, l := range m.counts.Labels {
		b.known[l.Label] = l.N
		if !slices.Contains(all, l.Label) {
			all = append(all, l.Label)
		}
	}
	typed := strings.TrimSpace(b.typing)
	low := strings.ToLower(typed)
	b.found = slices.DeleteFunc(all, func(l string) bool { return !strings.Contains(strings.ToLower(l), low) })
	slices.SortStableFunc(b.found, func(x, y string) int { // what begins as typed comes first
		return begins(y, low) - begins(x, low)
	})
	if typed != "" && !slices.Contains(b.found, typed) {
		b.found = append(b.found, typed)
	}
	b.at = max(min(b.at, len(b.found)-1), 0)
}

func begins(s, low string) int {
	if low != "" && strings.HasPrefix(strings.ToLower(s), low) {
		return 1
	}
	return 0
}

func (b *labelBox) typed(m *Model, k tea.KeyPressMsg) tea.Cmd {
	if b.finder.typed(k) {
		b.fault, b.at = "", 0
		b.reread(m)
	}
	return nil
}

func (b *labelBox) pasted(text string) { b.add(text) }

func (b *labelBox) move(n int) {
	b.fault = ""
	b.step(n, len(b.found))
}

// choose puts the marked label on, or takes it off. The box stays, for there may be more to do.
func (b *labelBox) choose(m *Model) tea.Cmd {
	if b.at >= len(b.found) {
		b.fault = "Type a label."
		return nil
	}
	label := b.found[b.at]
	if n := messenger.TextLen(label); n > canned.MaxLabel {
		b.fault = "A label has at most " + itoa(canned.MaxLabel) + " characters, this has " + itoa(n) + "."
		return nil
	}
	act := store.Act{Conversation: b.conv, Verb: store.VerbLabel, Label: label}
	said := "Label " + CleanLine(label) + " put on " + b.title + "."
	if i := slices.Index(b.has, label); i >= 0 {
		act.Verb = store.VerbUnlabel
		said = "Label " + CleanLine(label) + " taken off " + b.title + "."
		b.has = slices.Delete(b.has, i, i+1)
	} else {
		b.has = append(b.has, label)
	}
	b.typing, b.at = "", 0
	b.reread(m)
	b.at = max(slices.Index(b.found, label), 0)
	return m.act(act, said)
}

func (b *labelBox) draw(m *Model) (rect, []string) {
	t, r := m.theme, m.ruler
	w := min(m.width-8, 50)
	rows := max(min(m.height-10, 12), 3)
	f := b.finder
	f.show(len(b.found), rows)
	in := []string{f.line(m, w-2), ""}
	for i := f.top; i < len(b.found) && i < f.top+rows; i++ {
		label := b.found[i]
		sign, note := t.faint.on("  "), ""
		_, known := b.known[label]
		switch {
		case slices.Contains(b.has, label):
			sign = t.good.on("✓ ")
		case !known:
			note = "new"
		}
		if n := b.known[label]; n > 0 {
			note = itoa(n)
		}
		line := "  " + sign + t.text.on(r.pad(CleanLine(label), w-9-r.width(note))) + " " + t.muted.on(note) + "  "
		if i == f.at {
			line = tint(t.selection, t.accent.on("▌")+r.pad(line[1:], w-3))
		}
		in = append(in, line)
	}
	if len(b.found) == 0 {
		in = append(in, "  "+t.muted.on("There are no labels yet: type one."))
	}
	if b.fault != "" {
		in = append(in, " "+t.bad.on(r.cut("✗ "+b.fault, w-4)))
	}
	box := m.middle(w, len(in)+2)
	note := keyOf("menu-choose") + " puts on, takes off · " + keyOf("menu-close") + " leaves"
	return box, m.box(box, boxText{title: "Labels of " + b.title, note: note}, in, true)
}
