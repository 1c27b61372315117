package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
)

// previewMode is whether the reply is shown as the customer will see it.
type previewMode int

const (
	previewAuto previewMode = iota // where there is room beside the thread and more than text to be seen
	previewOn
	previewOff
)

const (
	previewFrom = 110 // columns of the screen from which there is room for it
	bubbleWidth = 40  // columns of a bubble at most
	cardWidth   = 24
)

func (m *Model) togglePreview() tea.Cmd {
	c := &m.composer
	if _, shown := m.previewRect(); shown {
		c.preview = previewOff
	} else {
		c.preview = previewOn
	}
	m.list.forget()
	return nil
}

// previewRect is where the preview lies: in the place of the details or the list where there is room, else over the
// thread.
func (m *Model) previewRect() (rect, bool) {
	c := &m.composer
	more := c.formed() || len(c.draft.Files) > 0
	auto := m.width >= previewFrom && more && c.draft.Chosen() != desk.ModeNote
	if m.focus != placeReply || m.thread.id == "" || c.preview == previewOff || c.preview == previewAuto && !auto {
		return rect{}, false
	}
	switch {
	case m.lay.docked && m.details.mode != detailsOff:
		return m.lay.details, true
	case m.width >= previewFrom:
		return m.lay.list, true
	}
	r := m.lay.thread
	return rect{r.x, r.y, r.w, m.lay.body.h + 1}, true
}

// drawPreview draws the reply as the customer will see it.
func (m *Model) drawPreview(r rect) []string {
	c := &m.composer
	w := r.w - 4
	var in []string
	if c.draft.Chosen() == desk.ModeNote {
		in = m.paragraph("The customer sees nothing of a note.", m.theme.muted, w)
	} else {
		o := m.outlook()
		for _, out := range c.draft.Messages() {
			in = append(in, "")
			warnings := o.Warn(out.Whole())
			if len(warnings) == 0 {
				in = append(in, m.previewMessage(out, w)...)
			} else {
				for _, line := range m.previewMessage(out, w-2) { // what may not be seen is marked at its side
					in = append(in, m.theme.warn.on("? ")+line)
				}
			}
			for _, warning := range warnings {
				in = append(in, m.paragraph("? "+CleanLine(warning), m.theme.warn, w)...)
			}
		}
	}
	for i := range in {
		in[i] = " " + in[i]
	}
	if over := len(in) - (r.h - 2); over > 0 {
		in = in[over:]
	}
	title := "As " + m.ruler.shortName(CleanLine(m.thread.conv.Contact.Title()), 16) + " will see it"
	return m.box(r, boxText{title: title, note: keyOf("preview") + " hides this"}, in, false)
}

func (m *Model) paragraph(s string, p pen, w int) []string {
	var out []string
	for _, line := range m.ruler.wrap(s, w) {
		out = append(out, p.on(line))
	}
	return out
}

// previewMessage is one message of the customer's screen.
func (m *Model) previewMessage(o desk.Outgoing, w int) []string {
	var out []string
	msg := o.Whole()
	a := msg.Attachment
	switch {
	case o.File != nil:
		out = m.bubble("▣ "+attachmentWord(a.Type)+" "+o.File.Name, "", nil, w)
	case a == nil:
		out = m.bubble(msg.Text, "what you write stands here", nil, w)
	case a.Type != "template":
		out = m.bubble("▣ "+attachmentWord(a.Type)+" "+fileName(a.Payload.URL), "", nil, w)
	case a.Payload.TemplateType == "generic":
		return m.carousel(a.Payload.Elements, w)
	default:
		out = m.bubble(a.Payload.Text, "what you write stands here", a.Payload.Buttons, w)
	}
	return append(out, m.previewChips(msg.QuickReplies, w)...)
}

// bubble is text in a frame, with buttons as rows under it.
func (m *Model) bubble(text, instead string, buttons []messenger.Button, w int) []string {
	t, r := m.theme, m.ruler
	words := t.own
	text = strings.TrimSpace(Clean(text))
	if text == "" {
		text, words = instead, t.faint
	}
	lines := r.wrap(text, min(w, bubbleWidth)-4)
	wide := 0
	for _, line := range lines {
		wide = max(wide, r.width(line))
	}
	for _, b := range buttons {
		wide = max(wide, r.width(previewButton(b)))
	}
	wide = min(wide, min(w, bubbleWidth)-4)
	rows := make([]string, len(lines))
	for i, line := range lines {
		rows[i] = words.on(r.pad(line, wide))
	}
	return m.framedRows(rows, buttons, wide)
}

// framedRows puts rows of a width into a frame, and buttons under them.
func (m *Model) framedRows(rows []string, buttons []messenger.Button, wide int) []string {
	t, r := m.theme, m.ruler
	edge := func(l, e string) string { return t.line.on(l + strings.Repeat("─", wide+2) + e) }
	out := []string{edge("╭", "╮")}
	for _, row := range rows {
		out = append(out, t.line.on("│ ")+row+t.line.on(" │"))
	}
	for _, b := range buttons {
		label := r.center(previewButton(b), wide)
		out = append(out, edge("├", "┤"), t.line.on("│ ")+t.accentBold.on(r.pad(label, wide))+t.line.on(" │"))
	}
	return append(out, edge("╰", "╯"))
}

// previewButton is a button as the customer sees it: its title, and a sign for what leaves the chat.
func previewButton(b messenger.Button) string {
	title := orElse(CleanLine(b.Title), "(no title)")
	switch b.Type {
	case messenger.ButtonURL:
		return title + " ↗"
	case messenger.ButtonCall:
		return title + " ☏"
	}
	return title
}

// previewChips are the quick replies under the last bubble.
func (m *Model) previewChips(replies []messenger.QuickReply, w int) []string {
	if len(replies) == 0 {
		return nil
	}
	var out []string
	for _, line := range m.ruler.chips(quickReplyLabels(replies), w) {
		out = append(out, m.theme.accent.on(line))
	}
	for _, q := range replies {
		if q.ContentType != "text" {
			return append(out, m.paragraph("Phone number and e-mail show only where the profile has one.", m.theme.faint, w)...)
		}
	}
	return out
}

// carousel is a line of cards, as many as there is room for, with that of the cursor among them.
func (m *Model) carousel(cards []messenger.Element, w int) []string {
	t := m.theme
	if len(cards) == 0 {
		return m.paragraph("The first card stands here.", t.faint, w)
	}
	fit := max((w+1)/(cardWidth+1), 1)
	at := min(m.composer.at.row, len(cards)-1)
	from := max(min(at, len(cards)-fit), 0)
	shown := cards[from:min(from+fit, len(cards))]
	wide := min(cardWidth, w) - 4
	drawn := make([][]string, len(shown))
	tallest := 0
	for i, e := range shown {
		drawn[i] = m.previewCard(e, wide)
		tallest = max(tallest, len(drawn[i]))
	}
	out := make([]string, tallest)
	for y := range out {
		for i := range drawn {
			line := spaces(wide + 4)
			if y < len(drawn[i]) {
				line = drawn[i][y]
			}
			if i > 0 {
				line = " " + line
			}
			out[y] += line
		}
	}
	if len(cards) > len(shown) {
		which := fmt.Sprintf("cards %d to %d of %d", from+1, from+len(shown), len(cards))
		if len(shown) == 1 {
			which = fmt.Sprintf("card %d of %d", from+1, len(cards))
		}
		out = append(out, t.faint.on("‹ "+which+" ›"))
	}
	return out
}

func (m *Model) previewCard(e messenger.Element, wide int) []string {
	t, r := m.theme, m.ruler
	var rows []string
	if e.ImageURL != "" {
		name := r.cut(fileName(e.ImageURL), wide)
		rows = append(rows, t.faint.on(strings.Repeat("░", wide)), t.faint.on(r.pad(r.center(name, wide), wide)), t.faint.on(strings.Repeat("░", wide)))
	}
	title, pen := CleanLine(e.Title), t.bold
	if title == "" {
		title, pen = "(no title)", t.faint
	}
	for _, line := range r.wrap(title, wide) {
		rows = append(rows, pen.on(r.pad(line, wide)))
	}
	if e.Subtitle != "" {
		for _, line := range r.wrap(CleanLine(e.Subtitle), wide) {
			rows = append(rows, t.muted.on(r.pad(line, wide)))
		}
	}
	if e.DefaultAction != nil {
		rows = append(rows, t.faint.on(r.pad(address(e.DefaultAction.URL)+" ↗", wide)))
	}
	return m.framedRows(rows, e.Buttons, wide)
}
