package tui

import (
	"slices"
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	textColumns = 100 // a line of words is not longer than this, however wide the screen
	besideFrom  = 52  // columns from which names stand beside the words
	stateWidth  = 13  // "14:03 ✓✓ read"
	groupWithin = 5 * 60 * 1000
)

// itemKey is everything besides the message's own words that changes how it is drawn.
type itemKey struct {
	width   int
	gutter  int  // columns of the names
	stacked bool // the name stands above the words: there is no room beside them
	head    bool // stacked: there is a line with name and time
	theme   *theme
	ruler   ruler
	day     string // heading above it
	newLine bool
	first   bool // of several by one person
	name    string
	state   store.DeliveryState
	trouble string
	text    string
	quote   string
	minute  string // until when it waits or sleeps
	parts   int
	marks   string // what was done to it later: edits, reactions, feedback
	chosen  string // what the contact tapped on it, as taps has it
	files   string // what is known of its files
	// pictures is what of its pictures is here; empty where none is drawn.
	pictures string
	former   bool        // what it said before its edits is shown
	touch    store.Touch // the arrival that rode in it
	settle   bool
	ours     string // our own app, where it may be named
}

type drawnItem struct {
	key   itemKey
	lines []string
	above int // how many of them stand above the message itself
}

// threadItems draws the messages of the window; those that did not change come from memory.
func (m *Model) threadItems() []item {
	t := &m.thread
	w := min(m.lay.body.w-3, textColumns)
	if w < 20 || !t.loaded && len(t.pending) == 0 {
		return nil
	}
	all := t.msgs
	if len(t.pending) > 0 && !t.newer {
		all = append(append([]store.Message{}, t.msgs...), t.pending...)
	}
	items := make([]item, 0, len(all))
	drawn := make(map[store.MessageID]drawnItem, len(all))
	day, newDone := "", false
	t.pictured = false
	settle, tapped := m.toSettle(), findTaps(all)
	for i := range all {
		msg := &all[i]
		key := m.itemKey(msg, w)
		if d := dayName(msg.At, m.clock); d != day {
			day, key.day = d, d
		}
		if t.hasNew && !newDone && msg.Direction == store.In && msg.Seq > t.newSince {
			newDone, key.newLine = true, true
		}
		key.first = i == 0 || key.day != "" || key.newLine || cameIn(msg) || !sameGroup(&all[i-1], msg)
		key.head = key.first || msg.Direction == store.Out
		key.settle = msg.ID == settle
		key.chosen, key.former = tapped.chosen[msg.ID], t.former[msg.ID]
		if q, ok := tapped.question[msg.ID]; msg.ReplyTo != "" {
			key.quote = m.quoted(all, msg.ReplyTo)
		} else if ok && !rightAbove(all, q, i) {
			key.quote = m.author(&all[q]) + ": " + summary(&all[q])
		}
		var shown, missing []pictureKey
		key.pictures, shown, missing = m.picturesKey(msg, bodyWidth(key))
		t.pictured = t.pictured || len(missing) > 0
		d, ok := t.drawn[msg.ID]
		if !ok || d.key != key {
			d.key = key
			d.lines, d.above = m.drawItem(msg, key)
		}
		drawn[msg.ID] = d
		items = append(items, item{id: msg.ID, lines: d.lines, from: d.above, to: len(d.lines), pictures: shown, missing: missing})
	}
	t.drawn = drawn
	if n := len(items); n > 0 { // room before the editor's line
		items[n-1].lines = append(slices.Clip(items[n-1].lines), "")
	}
	return items
}

func (m *Model) itemKey(msg *store.Message, w int) itemKey {
	k := itemKey{
		width: w, gutter: m.gutter(w), stacked: w < besideFrom, theme: m.theme, ruler: m.ruler, state: msg.State, text: msg.Text, name: m.author(msg),
		parts: len(msg.Attachments) + 100*len(msg.Buttons) + 10000*len(msg.QuickReplies) + 1000000*len(msg.Elements),
		marks: marksOf(msg), files: filesKey(msg),
	}
	if msg.Touch != nil {
		k.touch = *msg.Touch
	}
	if msg.Error != nil {
		k.trouble = msg.Error.Text + " " + msg.Error.Advice
	}
	if msg.State == store.StateQueued && msg.RetryAt != 0 {
		k.minute = moment(msg.RetryAt, m.clock)
	}
	if msg.Kind == store.KindControl {
		k.ours = m.state.AppID
	}
	if msg.Kind == store.KindSnoozed {
		k.minute = moment(msg.Until, m.clock)
	}
	return k
}

// gutter is how many columns the names of a thread take: as many as the contact's needs, within reason.
func (m *Model) gutter(w int) int {
	var most int
	switch {
	case w < besideFrom:
		return 2
	case w < 72:
		most = 13
	case w >= textColumns: // there is more room than words take
		most = 26
	default:
		most = 20
	}
	name := m.ruler.shortName(CleanLine(m.thread.conv.Contact.Title()), most-2)
	return max(min(m.ruler.width(name)+2, most), 7)
}

// toSettle is the reply that the keys "send again" and "it arrived" are about.
func (m *Model) toSettle() store.MessageID {
	msg, _ := m.thread.unsettled(store.StateFailed, store.StateUnknown)
	return msg.ID
}

// sameGroup reports whether b goes on where a ended: the same person, a moment later.
func sameGroup(a, b *store.Message) bool {
	return a.Direction == b.Direction && a.Direction != store.Activity && a.Agent == b.Agent && a.AppID == b.AppID &&
		b.At-a.At < groupWithin && a.State != store.StateFailed
}

// author is who stands beside a message.
func (m *Model) author(msg *store.Message) string {
	switch {
	case msg.Direction == store.In:
		return CleanLine(m.thread.conv.Contact.Title())
	case msg.Agent == m.agent:
		return "you"
	case msg.Agent != "":
		return CleanLine(msg.Agent)
	}
	return echoAuthor(msg.AppID)
}

// echoAuthor is who wrote what the page sent through something else: people in its inbox, or a program.
func echoAuthor(app string) string {
	if app == "" || app == messenger.PageInboxApp {
		return "page"
	}
	return "bot"
}

// rightAbove reports whether nothing was said between two lines of a window.
func rightAbove(all []store.Message, question, answer int) bool {
	for i := question + 1; i < answer; i++ {
		if all[i].Direction != store.Activity {
			return false
		}
	}
	return true
}

// quoted is what a message replies to, in a few words.
func (m *Model) quoted(all []store.Message, mid string) string {
	for i := range all {
		if strings.TrimPrefix(all[i].MID, "m_") == strings.TrimPrefix(mid, "m_") {
			return m.author(&all[i]) + ": " + summary(&all[i])
		}
	}
	return "an earlier message"
}

// drawItem draws one message with what stands above it, and tells how many lines that takes.
func (m *Model) drawItem(msg *store.Message, k itemKey) (out []string, above int) {
	t, r := m.theme, m.ruler
	if k.day != "" {
		out = append(out, "", " "+t.faint.on(r.center("── "+k.day+" ──", k.width)))
	}
	if k.newLine {
		side := strings.Repeat("─", max((k.width-5)/2, 1))
		out = append(out, "", " "+t.unread.on(side+" ")+t.unreadBold.on("new")+t.unread.on(" "+side))
	}
	if msg.Direction == store.Activity {
		return append(out, m.drawActivity(msg, k)...), len(out)
	}
	if cameIn(msg) {
		if k.day == "" || k.newLine {
			out = append(out, "")
		}
		out = append(out, m.drawArrival(msg, store.ArrivalText(msg.Touch), k)...)
	}
	if k.first {
		out = append(out, "")
	}
	if msg.Direction == store.Note {
		return append(out, m.drawNote(msg, k)...), len(out)
	}
	return append(out, m.drawMessage(msg, k)...), len(out)
}

// drawActivity draws a line that the system wrote.
func (m *Model) drawActivity(msg *store.Message, k itemKey) []string {
	said := store.ActivityTextFor(*msg, m.clock.Location(), k.ours)
	if msg.Kind == store.KindSnoozed && msg.Until != 0 {
		said = orElse(msg.Agent, "somebody") + " snoozed this until " + k.minute
	}
	return m.drawArrival(msg, said, k)
}

// drawArrival draws a sentence about the conversation, and the page that the contact was on.
func (m *Model) drawArrival(msg *store.Message, said string, k itemKey) []string {
	t, r := m.theme, m.ruler
	var out []string
	at := clockTime(msg.At, m.clock)
	for i, line := range r.wrap(CleanLine(said), k.width-stateWidth-3) {
		if i == 0 {
			out = append(out, " "+t.faint.on("↳ ")+t.muted.on(r.pad(line, k.width-stateWidth-2))+t.faint.on(r.pad(at, stateWidth)))
			continue
		}
		out = append(out, "   "+t.muted.on(line))
	}
	if msg.Touch != nil && msg.Touch.Page != "" {
		out = append(out, "   "+t.faint.on(r.cut(address(msg.Touch.Page), k.width-4)))
	}
	return out
}

// bodyWidth is how many columns there are for what a message says.
func bodyWidth(k itemKey) int {
	if k.stacked {
		return k.width - k.gutter
	}
	return k.width - k.gutter - stateWidth - 1
}

// drawMessage draws what a person wrote: the name, the words, the time and what became of it.
func (m *Model) drawMessage(msg *store.Message, k itemKey) []string {
	t, r := m.theme, m.ruler
	gutter, words := k.gutter, bodyWidth(k)
	namePen := t.bold
	if msg.Direction == store.Out {
		namePen = t.accentBold
	}
	glyph, word, statePen := stateMark(msg.State)
	meta := t.faint.on(clockTime(msg.At, m.clock))
	switch {
	case msg.Direction == store.Out && glyph != "":
		meta += " " + statePen(t).on(strings.TrimSpace(glyph+" "+word))
	case msg.EditN > 0 && !msg.Withdrawn:
		meta += " " + t.muted.on(editedWord(msg))
	}
	body := m.messageBody(msg, k, words)
	if len(body) == 0 {
		body = []string{t.faint.on("(nothing to show)")}
	}
	out := make([]string, 0, len(body)+2)
	if k.stacked {
		if k.head {
			name := ""
			if k.first {
				name = k.name
			}
			out = append(out, " "+namePen.on(r.pad(name, k.width-stateWidth-1))+" "+meta)
		}
		for _, line := range body {
			out = append(out, spaces(gutter+1)+line)
		}
		return append(out, m.drawTrouble(msg, k, words)...)
	}
	for i, line := range body {
		name := ""
		if i == 0 && k.first {
			name = r.shortName(k.name, gutter-1)
		}
		drawn := " " + namePen.on(r.pad(name, gutter-1)) + " "
		if i == 0 {
			line = r.pad(line, words) + " " + meta
		}
		out = append(out, drawn+line)
	}
	return append(out, m.drawTrouble(msg, k, words+stateWidth)...)
}

// shortName is a name that fits: the whole of it, else its first word.
func (r ruler) shortName(name string, w int) string {
	if r.width(name) <= w {
		return name
	}
	first, _, _ := strings.Cut(name, " ")
	return first
}

// chips puts labels side by side, in as many lines as they need.
func (r ruler) chips(labels []string, w int) []string {
	var lines []string
	line := ""
	for _, label := range labels {
		label = r.cut(label, w)
		switch {
		case line == "":
			line = label
		case r.width(line)+1+r.width(label) <= w:
			line += " " + label
		default:
			lines = append(lines, line)
			line = label
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// drawTrouble says under a reply why it did not arrive, and which key helps.
func (m *Model) drawTrouble(msg *store.Message, k itemKey, w int) []string {
	t, gutter := m.theme, k.gutter
	var said, keys string
	p := t.warn
	reason := ""
	if msg.Error != nil {
		reason = strings.TrimSpace(CleanLine(msg.Error.Text + " " + msg.Error.Advice))
	}
	switch msg.State {
	case store.StateFailed:
		p, said = t.bad, "Not sent. "+reason
		keys = keyOf("again") + " send again · " + keyOf("drop") + " do not send"
	case store.StateUnknown:
		said = "It may have arrived, or not. " + reason
		keys = keyOf("arrived") + " it arrived · " + keyOf("again") + " send again"
	case store.StateHeld:
		said = "Waits: " + orElse(reason, "the reply before it is not settled.")
		keys = keyOf("drop") + " do not send"
	case store.StateQueued:
		if k.minute == "" {
			return nil
		}
		said = "Tries again " + k.minute + ". " + reason
		if msg.Error == nil { // nothing was tried yet: it is held so that it can be taken back
			said = "Goes out " + k.minute + "."
		}
	default:
		return nil
	}
	var out []string
	for _, line := range m.ruler.wrap(said, w) {
		out = append(out, spaces(gutter+1)+p.on(line))
	}
	if keys != "" && (k.settle || msg.State == store.StateHeld && reason != "") {
		out = append(out, spaces(gutter+1)+t.key.on(keys))
	}
	return out
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
