package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
)

const (
	fewestThreadLines = 4  // what the composer leaves of the thread
	mostFileLines     = 3  // of files shown at once
	fewestHintColumns = 8  // of a field that says what belongs there
	titleField        = 21 // columns of a title of 20 characters, with room for the cursor
)

// noteCorners frame what only agents see.
var noteCorners = corners{h: "═", v: "║", ml: "╠", mr: "╣", bl: "╚", br: "╝"}

// composePlan is how the lines of the composer's rectangle are shared out, from the top down.
type composePlan struct {
	outlook []string
	quote   int
	files   int
	area    int
	form    formLines
	refusal []string
}

func (p composePlan) height() int {
	return len(p.outlook) + p.quote + p.files + p.area + len(p.form.lines) + len(p.refusal)
}

// formLines are the drawn lines of a form, and where in them the cursor stands.
type formLines struct {
	lines []string
	at    int // line of the cursor; -1: it is elsewhere
	x, w  int // column and width of its field
}

// window is n of the lines, those around the cursor.
func (f formLines) window(n int) formLines {
	if len(f.lines) <= n {
		return f
	}
	n = max(n, 1)
	top := max(min(f.at-n/2, len(f.lines)-n), 0)
	f.lines = f.lines[top : top+n]
	if f.at >= 0 {
		f.at -= top
	}
	return f
}

// plan shares out the lines for a composer of w columns in a pane of which h lines are inside.
func (m *Model) plan(w, h int) composePlan {
	c := &m.composer
	p := composePlan{outlook: slices.Concat(m.uploadLines(w), m.outlookLines(w)), refusal: m.refusalLines(w)}
	if m.composing() {
		p.files = min(len(c.draft.Files), mostFileLines)
		if c.quotes() {
			p.quote = 1
		}
		p.form = m.formLines(w)
	}
	if c.draft.Chosen() != desk.ModeCards || !m.composing() {
		p.area = max(c.area.Height(), fewestEditorLines)
		if !m.composing() {
			p.area = fewestEditorLines
			if len(p.outlook) > 0 { // its lines are dear, and one is enough for the keys
				p.area = 1
			}
		}
	}
	room := max(h-1-fewestThreadLines, fewestEditorLines+2)
	p.form = p.form.window(max(room-len(p.outlook)-p.quote-p.files-p.area-len(p.refusal), 3))
	if over := p.height() - room; over > 0 && len(p.outlook) > 1 {
		p.outlook = m.firstLines(p.outlook, max(len(p.outlook)-over, 1), w)
	}
	return p
}

// quotes reports whether the reply quotes a message. A note never does.
func (c *composer) quotes() bool { return c.draft.ReplyTo != "" && c.draft.Chosen() != desk.ModeNote }

// drawQuote is the message that the reply quotes.
func (m *Model) drawQuote(w int) string {
	said := "an earlier message"
	for i := range m.thread.msgs {
		if msg := &m.thread.msgs[i]; msg.ID == m.composer.draft.ReplyTo {
			said = m.author(msg) + ": " + summary(msg)
		}
	}
	keys := " " + keyOf("unquote") + " drops it"
	return m.theme.muted.on(m.ruler.cut("┆ "+said, max(w-m.ruler.width(keys), 8))) + m.theme.faint.on(keys)
}

// fitComposer gives the composer the lines it needs now: what stands in a reply's way comes and goes with time.
func (m *Model) fitComposer() {
	if l := m.arrange(); l.reply != m.lay.reply {
		m.lay = l
	}
}

// composing reports whether the composer shows what was typed: it has the keys, or there is a draft.
func (m *Model) composing() bool {
	return m.thread.id != "" && (m.focus == placeReply || !m.composer.draft.Empty())
}

// drawComposer draws the lower part of the thread's box: the line above the composer, the composer and the border.
func (m *Model) drawComposer(w int, k corners, p pen) []string {
	c, t := &m.composer, m.theme
	focused := m.focus == placeReply
	if focused && c.draft.Chosen() == desk.ModeNote {
		k, p = noteCorners, t.unread
	}
	note, notePen := m.outlookNote()
	title, titleWidth := m.composerTitle(w)
	below := ""
	if focused && c.draft.Chosen() == desk.ModeNote {
		note, notePen = "only agents see this", t.unreadBold
	}
	if hidden := m.thread.total - m.thread.top - m.thread.height; (hidden > 0 || m.thread.newer) && !focused {
		note, notePen = "↓ "+keyOf("last")+" to the newest", t.accent
	}
	if focused && titleWidth+m.ruler.width(note)+8 > w {
		below, note = note, ""
	}
	out := []string{m.composerLine(w, k, p, title, titleWidth, note, notePen)}
	for _, line := range m.drawReply() {
		out = append(out, m.canvas.framed(p, k.v, " "+line, w))
	}
	count, countPen := m.counter()
	return append(out, m.borderLine(w, k.bl, k.br, k.h, p, below, count, notePen, countPen))
}

// composerLine is the line above the composer, with a title that is drawn already.
func (m *Model) composerLine(w int, k corners, p pen, title string, titleWidth int, note string, notePen pen) string {
	room := w - 2
	end, endWidth := "", 0
	if note != "" {
		note = m.ruler.cut(note, max(room-titleWidth-7, 0))
		end, endWidth = " "+notePen.on(note)+" "+p.on(k.h), m.ruler.width(note)+3
	}
	fill := max(room-titleWidth-3-endWidth, 0)
	return p.on(k.ml+k.h) + " " + title + " " + p.on(strings.Repeat(k.h, fill)) + end + p.on(k.mr)
}

// composerTitle names the kinds of message, with that of the draft marked; without the keys, only what there is. It
// returns the width as well.
func (m *Model) composerTitle(w int) (string, int) {
	c, t := &m.composer, m.theme
	if m.focus != placeReply {
		title := "Reply"
		if mode := c.draft.Chosen(); mode != desk.ModeText && !c.draft.Empty() {
			title += " ─ " + modeNames[mode]
		}
		return t.muted.on(title), m.ruler.width(title)
	}
	head := "Reply ─ "
	names := tabs(c.draft, "Quick replies")
	width := m.ruler.width(head + strings.Join(names, " │ "))
	if width > w-7 {
		head, width = "", width-m.ruler.width(head)
	}
	if width > w-7 {
		names = tabs(c.draft, "Quick")
		width = m.ruler.width(strings.Join(names, " │ "))
	}
	if width > w-7 {
		mode := "▸" + modeNames[c.draft.Chosen()]
		return t.accentBold.on(mode), m.ruler.width(mode)
	}
	for i, mode := range desk.Modes {
		switch {
		case mode == desk.ModeNote && mode == c.draft.Chosen():
			names[i] = t.unreadBold.on(names[i])
		case mode == c.draft.Chosen():
			names[i] = t.accentBold.on(names[i])
		default:
			names[i] = t.muted.on(names[i])
		}
	}
	return t.muted.on(head) + strings.Join(names, t.line.on(" │ ")), width
}

// tabs name the modes, that of the draft with a mark and those for which something was typed with another.
func tabs(d desk.Draft, quick string) []string {
	names := make([]string, len(desk.Modes))
	for i, mode := range desk.Modes {
		names[i] = modeNames[mode]
		if mode == desk.ModeQuickReplies {
			names[i] = quick
		}
		if mode == d.Chosen() {
			names[i] = "▸" + names[i]
		} else if holds(d, mode) {
			names[i] += "•"
		}
	}
	return names
}

// holds reports whether something was typed for a mode that no other mode shows.
func holds(d desk.Draft, mode desk.Mode) bool {
	switch mode {
	case desk.ModeQuickReplies:
		return len(d.QuickReplies) > 0
	case desk.ModeButtons:
		return len(d.Buttons) > 0
	case desk.ModeCards:
		return len(d.Cards) > 0
	case desk.ModeNote:
		return d.Note != ""
	}
	return d.Text != "" && d.Chosen() != desk.ModeQuickReplies && d.Chosen() != desk.ModeButtons
}

// drawReply are the lines inside the composer's rectangle.
func (m *Model) drawReply() []string {
	c, t := &m.composer, m.theme
	w := m.lay.reply.w
	p := m.plan(w, m.lay.thread.inner().h)
	out := make([]string, 0, m.lay.reply.h)
	out = append(out, p.outlook...)
	if p.quote > 0 {
		out = append(out, m.drawQuote(w))
	}
	out = append(out, m.drawFiles(w, p.files)...)
	switch {
	case m.thread.id == "":
	case !m.composing():
		if len(p.outlook) == 0 {
			out = append(out, t.faint.on(keyOf("reply")+" writes a reply, "+keyOf("note")+" a note"))
		} else {
			out = append(out, t.faint.on(keyOf("note")+" writes a note"))
		}
	case p.area > 0:
		out = append(out, strings.Split(c.area.View(), "\n")...)
	}
	for len(out) < m.lay.reply.h-len(p.form.lines)-len(p.refusal) {
		out = append(out, "")
	}
	out = append(out[:max(m.lay.reply.h-len(p.form.lines)-len(p.refusal), 0)], p.form.lines...)
	for _, line := range p.refusal {
		out = append(out, t.bad.on(line))
	}
	return out[:min(len(out), m.lay.reply.h)]
}

// composeCursor is where the terminal's cursor stands in the composer.
func (m *Model) composeCursor() *tea.Cursor {
	c := &m.composer
	p := m.plan(m.lay.reply.w, m.lay.thread.inner().h)
	r := m.lay.reply
	above := len(p.outlook) + p.quote + p.files
	if !c.inForm() {
		cur := c.area.Cursor()
		if cur != nil {
			cur.X, cur.Y = cur.X+r.x, cur.Y+r.y+above
		}
		return cur
	}
	if c.fixed() || p.form.at < 0 {
		return nil
	}
	cur := c.input.Cursor()
	if cur != nil {
		_, x := m.lineView(c.input.Value(), c.input.Position(), p.form.w)
		cur.X, cur.Y = r.x+p.form.x+x, r.y+r.h-len(p.refusal)-len(p.form.lines)+p.form.at
	}
	return cur
}

// counter is how much of the limit is used where the cursor stands.
func (m *Model) counter() (string, pen) {
	c := &m.composer
	if !m.composing() {
		return "", m.theme.faint
	}
	at := c.at
	if m.focus != placeReply {
		at = spot{}
	}
	if c.fixed() || at.part == partText && c.draft.Chosen() == desk.ModeCards {
		return "", m.theme.faint
	}
	n, most := messenger.TextLen(strings.TrimSpace(at.get(c.draft))), at.limit(c.draft)
	s := fmt.Sprintf("%d / %d", n, most)
	switch {
	case most == 0 && at.part == partText:
		return itoa(n), m.theme.faint
	case most == 0:
		return "", m.theme.faint
	case n > most:
		return s, m.theme.badBold
	case n > most*9/10:
		return s, m.theme.warn
	}
	return s, m.theme.faint
}
