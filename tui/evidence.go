package tui

import (
	"context"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/go-json-experiment/json/jsontext"

	"frontdesk/desk"
	"frontdesk/store"
)

func evidenceActions() []action {
	here, path := []place{placeEvidence}, []place{placeSave}
	return []action{
		{id: "evidence-unfold", keys: []string{"enter", "l", "right"}, about: "show or hide what was said word for word", hint: "word for word", in: here, not: noBody, run: (*Model).unfoldStep},
		{id: "evidence-copy", keys: []string{"y"}, about: "copy the whole trail as JSON", hint: "copy", in: here, not: noTrail, run: (*Model).copyTrail},
		{id: "evidence-save", keys: []string{"w"}, about: "write the whole trail into a file, as JSON", hint: "write to a file", in: here, not: noTrail, run: (*Model).askTrailPath},
		{id: "evidence-close", keys: []string{"esc", "q", "E", "h", "left"}, about: "close", hint: "close", in: here, run: (*Model).closeOverlay},
		{id: "save-take", keys: []string{"enter"}, about: "write the file; one that is there already stays as it is", hint: "write", in: path, run: (*Model).saveTrail},
		{id: "save-close", keys: []string{"esc"}, about: "write nothing", hint: "back", in: path, run: (*Model).leaveTrailPath},
	}
}

// evidenceBox shows what is known of one message, and how it came to be known.
type evidenceBox struct {
	conv  store.ConversationID
	id    store.MessageID
	about string // the message in a few words

	trail  desk.Trail
	loaded bool
	err    error

	at   int          // the step with the cursor
	open map[int]bool // steps whose words are shown
	top  int          // first line shown
	rev  int          // grows with what changes the lines

	cached evidenceCache

	saving bool // a path is asked for
	input  textinput.Model
	said   string // what became of the file
	fault  bool
}

// evidenceCache is the trail as it was drawn last.
type evidenceCache struct {
	width int
	rev   int
	theme *theme
	ruler ruler
	lines []evidenceLine
}

// trailMsg brings the trail of a message.
type trailMsg struct {
	id    store.MessageID
	trail desk.Trail
	err   error
}

// trailSavedMsg says that a trail was written, or was not.
type trailSavedMsg struct {
	path string
	err  error
}

func loadTrail(ctx context.Context, d desk.Witness, conv store.ConversationID, id store.MessageID) tea.Cmd {
	return func() tea.Msg {
		trail, err := d.Trail(ctx, conv, id)
		return trailMsg{id: id, trail: trail, err: err}
	}
}

// showEvidence opens the trail of the chosen message, or of the newest.
func (m *Model) showEvidence() tea.Cmd {
	t := &m.thread
	msg, ok := t.chosenMessage()
	if !ok && len(t.msgs) > 0 {
		msg, ok = t.msgs[len(t.msgs)-1], true
	}
	if !ok || !slices.ContainsFunc(t.msgs, func(known store.Message) bool { return known.ID == msg.ID }) {
		return m.say("This was written a moment ago and is not kept yet.")
	}
	about := m.author(&msg) + ": " + summary(&msg)
	if msg.Direction == store.Activity {
		about = store.ActivityTextFor(msg, m.clock.Location(), m.state.AppID)
	}
	m.overlay = &evidenceBox{conv: t.id, id: msg.ID, about: CleanLine(about), open: map[int]bool{}}
	return loadTrail(m.ctx, m.desk, t.id, msg.ID)
}

func (m *Model) applyTrail(msg trailMsg) {
	if box, ok := m.overlay.(*evidenceBox); ok && box.id == msg.id {
		box.trail, box.err, box.loaded = msg.trail, msg.err, true
		box.rev++
	}
}

func (b *evidenceBox) place() place {
	if b.saving {
		return placeSave
	}
	return placeEvidence
}

func (b *evidenceBox) typed(_ *Model, k tea.KeyPressMsg) tea.Cmd {
	if !b.saving {
		return nil
	}
	var cmd tea.Cmd
	b.said = ""
	b.input, cmd = b.input.Update(k)
	return cmd
}

func (b *evidenceBox) pasted(text string) {
	if b.saving {
		b.input.SetValue(insertAt(b.input.Value(), b.input.Position(), text, 4096))
		b.input.CursorEnd()
	}
}

// evidenceOf is the box, where it lies on the screen.
func (m *Model) evidenceOf() *evidenceBox {
	box, _ := m.overlay.(*evidenceBox)
	return box
}

func noTrail(m *Model) string {
	if b := m.evidenceOf(); b == nil || len(b.trail.Steps) == 0 {
		return "Nothing is known of this message."
	}
	return ""
}

func noBody(m *Model) string {
	if why := noTrail(m); why != "" {
		return why
	}
	if b := m.evidenceOf(); len(b.trail.Steps[b.at].Body) == 0 {
		return "There are no words to this step."
	}
	return ""
}

func (m *Model) unfoldStep() tea.Cmd {
	b := m.evidenceOf()
	b.open[b.at] = !b.open[b.at]
	b.rev++
	b.show(m)
	return nil
}

// evidenceLine is one line of the trail, and the step it belongs to.
type evidenceLine struct {
	step int
	text string
	kind evidenceKind
}

type evidenceKind int

const (
	evidenceSentence evidenceKind = iota
	evidenceBody
	evidenceDay
)

// lines draws the trail, w columns wide. What was drawn before is remembered: a trail can be long.
func (b *evidenceBox) lines(m *Model, w int) []evidenceLine {
	c := &b.cached
	if c.lines == nil || c.width != w || c.rev != b.rev || c.theme != m.theme || c.ruler != m.ruler {
		*c = evidenceCache{w, b.rev, m.theme, m.ruler, b.drawLines(m, w)}
	}
	return c.lines
}

func (b *evidenceBox) drawLines(m *Model, w int) []evidenceLine {
	t, r := m.theme, m.ruler
	var out []evidenceLine
	day := ""
	for i, s := range b.trail.Steps {
		at := s.At.In(m.clock.Location())
		if d := dayName(store.MillisOf(s.At), m.clock); d != day {
			day = d
			out = append(out, evidenceLine{i, " " + t.faint.on("── "+d+" ──"), evidenceDay})
		}
		fold := "  "
		if len(s.Body) > 0 {
			fold = map[bool]string{true: "▾ ", false: "▸ "}[b.open[i]]
		}
		const lead = 12 // "▸ 14:03:07  "
		said := CleanLine(s.Sentence)
		if who := CleanLine(s.Who); who != "" && !strings.Contains(said, who) {
			said += " (" + who + ")"
		}
		for j, line := range r.wrap(said, max(w-lead-2, 10)) {
			start := spaces(lead)
			if j == 0 {
				start = t.key.on(fold) + t.muted.on(at.Format("15:04:05")) + "  "
			}
			out = append(out, evidenceLine{i, " " + start + t.text.on(line), evidenceSentence})
		}
		if b.open[i] {
			for _, line := range prettyJSON(s.Body) {
				words := strings.TrimLeft(line, " ")
				indent := min(len(line)-len(words), w/3)
				for n, part := range r.wrap(words, max(w-lead-4-indent, 10)) {
					if n == 1 {
						indent += 2 // what goes on
					}
					out = append(out, evidenceLine{i, " " + spaces(lead+indent) + t.muted.on(part), evidenceBody})
				}
			}
		}
	}
	return out
}

// mostBody is how much of a step's words is drawn; copying and writing take the whole.
const mostBody = 64 << 10

// prettyJSON is a value with a name on each line, clean. What is no JSON is shown as it is.
func prettyJSON(v jsontext.Value) []string {
	v = slices.Clone(v)
	indented := v.Indent(jsontext.WithIndent("  "), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	text := string(v)
	if indented != nil {
		text = strings.TrimSpace(text)
	}
	more := ""
	if len(text) > mostBody {
		text, more = text[:mostBody], "\n… and more: "+keyOf("evidence-save")+" writes all of it to a file"
	}
	return strings.Split(Clean(text)+more, "\n")
}

func (b *evidenceBox) rect(m *Model) rect {
	w := min(m.width-4, 110)
	const around = 4 // the border, the heading and a blank line
	return m.middle(w, min(max(len(b.lines(m, w-2)), 6)+around+b.footer(), m.height-4))
}

// room is how many lines of the trail are shown: a heading stands above them, and under them what became of a file.
func (b *evidenceBox) room(r rect) int { return max(r.h-2-2-b.footer(), 1) }

func (b *evidenceBox) footer() int {
	if b.saving || b.said != "" {
		return 2
	}
	return 0
}

// show brings the step with the cursor into sight, from its first line on.
func (b *evidenceBox) show(m *Model) {
	r := b.rect(m)
	lines, h := b.lines(m, r.w-2), b.room(r)
	from, to := b.span(lines)
	if to-b.top > h {
		b.top = to - h
	}
	b.top = min(b.top, from)
	b.top = max(min(b.top, len(lines)-h), 0)
}

// span is where the step with the cursor begins and ends.
func (b *evidenceBox) span(lines []evidenceLine) (from, to int) {
	from = slices.IndexFunc(lines, func(l evidenceLine) bool { return l.step == b.at })
	for to = max(from, 0); to < len(lines) && lines[to].step == b.at; to++ { //nolint:revive // counts
	}
	return max(from, 0), to
}

// move goes to the next step, or on within one that is longer than the box.
func (b *evidenceBox) move(m *Model, n int) {
	if b.saving || len(b.trail.Steps) == 0 {
		return
	}
	r := b.rect(m)
	lines, h := b.lines(m, r.w-2), b.room(r)
	last := max(len(lines)-h, 0)
	if n != 1 && n != -1 {
		b.top = max(min(b.top+n, last), 0)
		middle := max(min(b.top+h/2, len(lines)-1), 0)
		switch { // the ends lead to the first and the last step
		case n < 0 && b.top == 0:
			middle = 0
		case n > 0 && b.top == last:
			middle = len(lines) - 1
		}
		b.at = lines[middle].step
		return
	}
	from, to := b.span(lines)
	if n > 0 && to > b.top+h || n < 0 && from < b.top {
		b.top = max(min(b.top+n, last), 0)
		return
	}
	if next := b.at + n; next >= 0 && next < len(b.trail.Steps) {
		b.at = next
		from, to = b.span(lines)
		if n > 0 && to > b.top+h {
			b.top = max(min(from, to-h), 0)
		} else if n < 0 && from < b.top {
			b.top = max(min(from, to-h), 0)
		}
	}
}

func (b *evidenceBox) draw(m *Model) (rect, []string) {
	t, r := m.theme, m.ruler
	box := b.rect(m)
	w := box.w - 2
	in := []string{" " + t.bold.on(r.cut(b.about, w-2)), ""}
	note := ""
	switch {
	case b.err != nil:
		in = append(in, m.paragraph(" It could not be found out: "+problem(b.err), t.bad, w-2)...)
	case !b.loaded:
		in = append(in, " "+t.muted.on("Reading…"))
	case len(b.trail.Steps) == 0:
		in = append(in, " "+t.muted.on("Nothing is kept about it any more."))
	default:
		lines, h := b.lines(m, w), b.room(box)
		top := max(min(b.top, len(lines)-h), 0)
		for _, l := range lines[top:min(top+h, len(lines))] {
			switch bar := t.accent.on("▌"); {
			case l.step != b.at || l.kind == evidenceDay:
			case l.kind == evidenceBody:
				l.text = bar + strings.TrimPrefix(l.text, " ")
			default:
				l.text = tint(t.selection, bar+r.pad(strings.TrimPrefix(l.text, " "), w-1))
			}
			in = append(in, l.text)
		}
		if len(lines) > h {
			note = keyOf("down") + "/" + keyOf("up") + " for more"
		}
		for len(in) < 2+h && b.footer() > 0 {
			in = append(in, "")
		}
	}
	switch {
	case b.saving:
		shown, _ := m.lineView(b.input.Value(), b.input.Position(), w-16)
		in = append(in, " "+t.key.on("Write it to: ")+t.text.on(shown))
	case b.said != "":
		in = append(in, "")
	}
	if b.said != "" {
		p := t.good
		if b.fault {
			p = t.bad
		}
		in = append(in, " "+p.on(r.cut(b.said, w-2)))
	}
	return box, m.box(box, boxText{title: "Evidence", note: note}, in, true)
}

// cursorIn is where the terminal's cursor stands while a path is typed.
func (b *evidenceBox) cursorIn(m *Model) *tea.Cursor {
	if !b.saving {
		return nil
	}
	cur := b.input.Cursor()
	if cur == nil {
		return nil
	}
	r := b.rect(m)
	_, x := m.lineView(b.input.Value(), b.input.Position(), r.w-18)
	cur.X, cur.Y = r.x+2+len("Write it to: ")+x, r.y+1+2+b.room(r)
	return cur
}
