package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/messenger"
	"frontdesk/store"
)

type detailsMode int

const (
	detailsAuto detailsMode = iota // shown where there is room beside the thread
	detailsOn
	detailsOff
)

// detailsPane shows what is known of a conversation besides its words.
type detailsPane struct {
	mode detailsMode
	at   int // the marked line, among those that can be copied
}

// detail is one line, or a heading.
type detail struct {
	heading string
	label   string
	value   string
	copy    string // what the key copies, as it came; empty: nothing
	url     string // what the key opens, as it came; empty: nothing
	pen     func(*theme) pen
}

// detailLines are the lines for the shown conversation.
func (m *Model) detailLines() []detail {
	t := &m.thread
	c := t.conv
	if t.id == "" {
		return nil
	}
	in := m.inbox(c.Inbox)
	w := windowOf(c, in, m.clock)
	name := CleanLine(in.Name)
	if name == "" {
		name = CleanLine(string(c.Inbox))
	}
	out := []detail{
		{heading: "Contact"},
		{label: "name", value: CleanLine(c.Contact.Title()), copy: c.Contact.Name},
		{label: string(c.Contact.Kind), value: CleanLine(c.Contact.ID), copy: c.Contact.ID},
		{label: "inbox", value: name, copy: string(c.Inbox)},
	}
	out = append(out, m.visitorLines()...)
	out = append(out, []detail{
		{heading: "Conversation"},
		{label: "status", value: m.statusWords(c)},
		{label: "assignee", value: orElse(CleanLine(c.Assignee), "nobody")},
		{label: "labels", value: orElse(strings.TrimSpace(labelWords(c.Labels)), "none")},
		{label: "window", value: w.long(m.clock), pen: windowPen(w.open(m.clock))},
	}...)
	if !w.human.IsZero() {
		out = append(out, detail{label: "human agent", value: "until " + moment(store.MillisOf(w.human), m.clock)})
	}
	if words := m.ownerWords(c.Owner); words != "" {
		out = append(out, detail{label: "control", value: words, copy: c.Owner.AppID, pen: windowPen(c.Owner.Kind != store.OwnerApp)})
	}
	if c.WaitingSince != 0 {
		out = append(out, detail{label: "waiting", value: "since " + moment(c.WaitingSince, m.clock)})
	}
	out = append(out, detail{label: "id", value: CleanLine(string(c.ID)), copy: string(c.ID)})
	out = append(out, detail{heading: "Arrivals"})
	switch byTag := c.Touch.Source == pluginTag && !slices.ContainsFunc(t.touches, func(touch store.Touch) bool { return touch.ID == c.Touch.ID }); {
	case byTag:
		out = append(out, detail{label: "arrived", value: moment(c.Touch.At, m.clock)}, detail{value: originName(c.Touch.Origin) + ", known from the message's tag"})
		if len(t.touches) > 0 {
			out = append(out, detail{})
		}
	case len(t.touches) == 0:
		out = append(out, detail{value: "none is known"})
	}
	for i, touch := range t.touches {
		if i > 0 {
			out = append(out, detail{})
		}
		out = append(out, m.touchLines(touch)...)
	}
	out = append(out, m.newestReply()...)
	return append(out, m.formerWords()...)
}

// pluginTag is the source of an arrival that is known from a message's tag alone.
const pluginTag = "customer_chat_plugin"

// mostEdited is how many edited messages the details go back.
const mostEdited = 5

// formerWords is what the newest edited messages said before.
func (m *Model) formerWords() []detail {
	var out []detail
	msgs := m.thread.msgs
	for i, n := len(msgs)-1, 0; i >= 0 && n < mostEdited; i-- {
		msg := &msgs[i]
		if len(msg.Edits) == 0 || msg.Withdrawn {
			continue
		}
		if n++; n == 1 {
			out = append(out, detail{heading: "Edited"})
		} else {
			out = append(out, detail{})
		}
		out = append(out, detail{label: "says now", value: CleanLine(msg.Text), copy: msg.Text})
		for j := len(msg.Edits) - 1; j >= 0; j-- {
			e := msg.Edits[j]
			out = append(out, detail{label: "before", value: CleanLine(e.Text) + " (until " + moment(e.At, m.clock) + ")", copy: e.Text})
		}
	}
	return out
}

// ownerWords is which program has a conversation where it is not ours; empty when it is, or nobody said.
func (m *Model) ownerWords(o store.Owner) string {
	switch o.Kind {
	case store.OwnerIdle:
		return "nobody's: whoever answers first has it"
	case store.OwnerApp:
		switch o.AppID {
		case messenger.PageInboxApp:
			return "the Page inbox has it"
		case "":
			return "another app has it"
		case m.state.AppID:
			return ""
		}
		return "app " + CleanLine(o.AppID) + " has it"
	}
	return ""
}

// newestReply says in words what became of the newest message of ours.
func (m *Model) newestReply() []detail {
	msgs := m.thread.msgs
	for i := len(msgs) - 1; i >= 0; i-- {
		msg := &msgs[i]
		if msg.Direction != store.Out {
			continue
		}
		glyph, _, statePen := stateMark(msg.State)
		out := []detail{
			{heading: "Newest reply"},
			{label: "written", value: moment(msg.At, m.clock) + " by " + m.author(msg)},
		}
		if msg.State != "" {
			out = append(out, detail{label: "state", value: glyph + " " + stateWords[msg.State], pen: statePen})
		}
		if msg.Attempts > 1 {
			out = append(out, detail{label: "attempts", value: itoa(msg.Attempts)})
		}
		if e := msg.Error; e != nil {
			out = append(out, detail{label: "reason", value: CleanLine(e.Text)}, detail{label: "", value: CleanLine(e.Advice)})
			if e.Code != 0 {
				out = append(out, detail{label: "code", value: itoa(e.Code) + " / " + itoa(e.Subcode), copy: itoa(e.Code) + "/" + itoa(e.Subcode)})
			}
		}
		out = append(out, detail{label: "message id", value: CleanLine(string(msg.ID)), copy: string(msg.ID)})
		if msg.MID != "" && msg.MID != string(msg.ID) {
			out = append(out, detail{label: "mid", value: CleanLine(msg.MID), copy: msg.MID})
		}
		return out
	}
	return nil
}

func windowPen(open bool) func(*theme) pen {
	if open {
		return nil
	}
	return func(t *theme) pen { return t.warn }
}

func (m *Model) touchLines(t store.Touch) []detail {
	out := []detail{{label: "arrived", value: moment(t.At, m.clock) + " · " + originName(t.Origin)}}
	for _, d := range []struct{ label, value string }{
		{"ref", t.Ref}, {"source", t.Source}, {"page", t.Page}, {"ad", t.AdID},
	} {
		if d.value != "" {
			if d.label == "page" {
				out = append(out, detail{label: d.label, value: address(d.value), copy: d.value, url: d.value})
				continue
			}
			out = append(out, detail{label: d.label, value: CleanLine(d.value), copy: d.value})
		}
	}
	if t.Guest {
		out = append(out, detail{label: "", value: "wrote as a guest"})
	}
	return out
}

func (m *Model) statusWords(c store.Conversation) string {
	if c.Status == store.StatusSnoozed && c.SnoozedUntil != 0 {
		return "snoozed until " + moment(c.SnoozedUntil, m.clock)
	}
	return string(c.Status)
}

// copies are the indexes of the lines that can be copied.
func copies(lines []detail) []int {
	var out []int
	for i, d := range lines {
		if d.copy != "" {
			out = append(out, i)
		}
	}
	return out
}

// drawDetails returns the pane's lines.
func (m *Model) drawDetails(w, h int) []string {
	t, r, d := m.theme, m.ruler, &m.details
	lines := m.detailLines()
	if len(lines) == 0 {
		return m.drawSentence(w, h, t.muted, "No conversation is shown.")
	}
	can := copies(lines)
	marked := -1
	if m.focus == placeDetails && len(can) > 0 {
		marked = can[min(d.at, len(can)-1)]
	}
	const label = 12
	var out []string
	from, to := 0, 0
	for i, line := range lines {
		if i == marked {
			from = len(out)
		}
		switch {
		case line.heading != "":
			if i > 0 {
				out = append(out, "")
			}
			out = append(out, " "+t.faint.on(r.pad(line.heading, w-2)))
		case line.value == "" && line.label == "":
			out = append(out, "")
		default:
			out = append(out, m.drawDetail(line, label, w, i == marked)...)
		}
		if i == marked {
			to = len(out)
		}
	}
	top := 0
	if marked >= 0 && to > h {
		top = min(to-h, from)
	}
	return out[top:min(top+h, len(out))]
}

func (m *Model) drawDetail(line detail, label, w int, marked bool) []string {
	t, r := m.theme, m.ruler
	p := t.text
	if line.pen != nil {
		p = line.pen(t)
	}
	var out []string
	for i, part := range r.wrap(line.value, w-label-3) {
		name, lead := "", " "
		if i == 0 {
			name = line.label
		}
		if marked {
			lead = t.accent.on("▌")
		}
		drawn := lead + " " + t.muted.on(r.pad(name, label)) + p.on(r.pad(part, w-label-2))
		if marked {
			drawn = tint(t.selection, drawn)
		}
		out = append(out, drawn)
	}
	return out
}

// toggleDetails shows or hides the pane.
func (m *Model) toggleDetails() tea.Cmd {
	d := &m.details
	if m.lay.docked {
		if d.mode == detailsOff {
			d.mode = detailsAuto
		} else {
			d.mode = detailsOff
			if m.focus == placeDetails {
				m.focusOn(placeThread)
			}
		}
		return m.relayout()
	}
	if m.focus == placeDetails {
		return m.back()
	}
	var cmd tea.Cmd
	if c, ok := m.list.current(); ok && m.focus == placeList && m.thread.id != c.ID {
		m.thread.clear(c)
		m.showDraft(c.ID)
		cmd = m.fetchThread(c.ID)
	}
	d.mode = detailsAuto
	return tea.Batch(cmd, m.focusOn(placeDetails))
}

func noCopy(m *Model) string {
	if len(copies(m.detailLines())) == 0 {
		return "There is nothing to copy."
	}
	return ""
}

// copyDetail puts the marked line on the clipboard, through the terminal (OSC 52).
func (m *Model) copyDetail() tea.Cmd {
	lines := m.detailLines()
	can := copies(lines)
	d := lines[can[min(m.details.at, len(can)-1)]]
	text := strings.TrimSpace(Clean(d.copy))
	return tea.Batch(tea.SetClipboard(text), m.say("Copied the "+orElse(d.label, "line")+", if the terminal allows it."))
}

func (m *Model) moveDetails(n int) tea.Cmd {
	can := copies(m.detailLines())
	m.details.at = max(min(m.details.at+n, len(can)-1), 0)
	return nil
}
