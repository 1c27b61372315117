package tui

import (
	"slices"
	"strings"

	"frontdesk/desk"
	"frontdesk/messenger"
)

// formLines are the fields under the text, each line with what is wrong on it.
func (m *Model) formLines(w int) formLines {
	c := &m.composer
	f := formLines{at: -1}
	if !c.formed() {
		return f
	}
	faults := c.shownFaults()
	var row formRow
	flush := func() {
		if row.parts == nil {
			return
		}
		f.lines = append(f.lines, strings.Join(row.parts, ""))
		for _, fault := range faults {
			if row.has(fault.at) {
				for _, line := range m.ruler.wrap("✗ "+firstLetterUp(partWord(fault.at, c.draft))+": "+fault.says, w-4) {
					f.lines = append(f.lines, "    "+m.theme.bad.on(line))
				}
			}
		}
		row = formRow{}
	}
	for _, at := range spotsOf(c.draft) {
		if at.part == partText || at.part == partFile {
			continue
		}
		if c.draft.Chosen() == desk.ModeCards && at.row != c.at.row && (at.part != partTitle || at.sub > 0) {
			continue // the cards without the cursor take one line
		}
		if at.part != partPayload && (at.part != partPicture || c.draft.Chosen() == desk.ModeCards) {
			flush()
		}
		m.drawSpot(&row, at, w)
		if at == c.at && m.focus == placeReply {
			f.at, f.x, f.w = len(f.lines), row.x, row.w
		}
	}
	flush()
	return f
}

// partWord is what a field is called beside its line.
func partWord(at spot, d desk.Draft) string {
	name := at.nameOf(d)
	return name[strings.LastIndexByte(name, ' ')+1:]
}

// formRow is a line of the form while it is put together.
type formRow struct {
	parts []string
	spots []spot
	used  int
	x, w  int // of the field drawn last
}

func (r *formRow) has(at spot) bool { return slices.Contains(r.spots, at) }

// drawSpot adds a field to its line.
func (m *Model) drawSpot(row *formRow, at spot, w int) {
	c, t := &m.composer, m.theme
	add := func(p pen, s string) {
		row.parts = append(row.parts, p.on(s))
		row.used += m.ruler.width(s)
	}
	row.spots = append(row.spots, at)
	if at.part == partTitle && c.draft.Chosen() != desk.ModeCards || c.draft.Chosen() == desk.ModeCards && at.part != partPayload {
		m.drawLineHead(add, at)
	}
	x, width := row.used, m.fieldWidth(at, row.used, w)
	open, shut := m.brackets(at)
	if open != "" {
		add(t.chip, open)
		x += m.ruler.width(open)
	}
	row.x, row.w = x, width
	row.parts = append(row.parts, m.drawField(at, width))
	row.used = x + width
	add(t.chip, shut)
	if i, ok := at.ofButton(c.draft); ok && at.part == partTitle {
		word := ""
		if buttons := at.buttonsAt(c.draft); i < len(buttons) {
			word = buttonWords[buttons[i].Type]
		}
		add(t.muted, m.ruler.pad(word, 7))
	}
}

// buttonWords is what a button does, beside it.
var buttonWords = map[string]string{messenger.ButtonPostback: "answer", messenger.ButtonURL: "page", messenger.ButtonCall: "call"}

// drawLineHead begins a line: a mark where the cursor is, and its number or name.
func (m *Model) drawLineHead(add func(pen, string), at spot) {
	c, t := &m.composer, m.theme
	mark := " "
	if m.focus == placeReply && c.at.line(at) && (c.draft.Chosen() != desk.ModeCards || c.at == at || c.at.sub == at.sub && at.sub > 0) {
		mark = "▌"
	}
	add(t.accent, mark)
	switch {
	case c.draft.Chosen() != desk.ModeCards:
		add(t.faint, m.ruler.pad(itoa(at.row+1), 3))
	case at.part == partTitle && at.sub == 0 && at.row != c.at.row:
		add(t.faint, m.ruler.pad(itoa(at.row+1), 3))
	case at.part == partTitle && at.sub == 0:
		add(t.bold, m.ruler.pad(itoa(at.row+1), 3))
		add(t.muted, m.ruler.pad("title", cardLabel))
	case at.sub > 0:
		add(t.muted, m.ruler.pad("", 3)+m.ruler.pad("button "+itoa(at.sub), cardLabel))
	default:
		add(t.muted, m.ruler.pad("", 3)+m.ruler.pad(partNames[at.part], cardLabel))
	}
}

const cardLabel = 9

// brackets stand around a title, as the customer sees it: round ones around a quick reply, square ones around a button.
func (m *Model) brackets(at spot) (open, shut string) {
	d := m.composer.draft
	switch {
	case at.part != partTitle:
		return "", " "
	case d.Chosen() == desk.ModeQuickReplies:
		return "( ", " ) "
	}
	if _, ok := at.ofButton(d); ok {
		return "[ ", " ] "
	}
	return "", " "
}

// fieldWidth is how many columns a field has, which begins after used of w.
func (m *Model) fieldWidth(at spot, used, w int) int {
	d := m.composer.draft
	_, button := at.ofButton(d)
	left := max(w-used-1, 4)
	switch {
	case at.part == partTitle && (button || d.Chosen() == desk.ModeQuickReplies):
		return min(titleField, max(left-6, 4))
	case at.part == partPayload && d.Chosen() == desk.ModeQuickReplies:
		return max(left*3/5, 4)
	}
	return left
}

// fixed reports whether nothing can be typed in the field with the cursor.
func (c *composer) fixed() bool {
	return c.at.part == partFile || c.at.part == partTitle && fixedReply(c.at, c.draft)
}

// fixedReply reports whether a quick reply has no words of its own: the platform fills it from the profile.
func fixedReply(at spot, d desk.Draft) bool {
	return d.Chosen() == desk.ModeQuickReplies && at.part == partTitle && at.row < len(d.QuickReplies) && d.QuickReplies[at.row].ContentType != "text"
}

// drawField draws what stands in a field: the editor where the cursor is, else the words.
func (m *Model) drawField(at spot, w int) string {
	c, t, r := &m.composer, m.theme, m.ruler
	here := at == c.at && m.focus == placeReply
	value := at.get(c.draft)
	if fixedReply(at, c.draft) {
		word := map[string]string{"user_phone_number": "phone number", "user_email": "e-mail address"}[c.draft.QuickReplies[at.row].ContentType]
		return t.text.on(r.pad(word, w))
	}
	switch {
	case here && value != "":
		shown, _ := m.lineView(c.input.Value(), c.input.Position(), w)
		return t.text.on(r.pad(shown, w))
	case value == "" && (here || c.at.line(at) && at.part != partTitle && m.focus == placeReply):
		hint := m.placeholder(at)
		if w < fewestHintColumns {
			hint = ""
		}
		return t.faint.on(r.pad(hint, w))
	case value == "" && at.index(c.draft) >= at.rows(c.draft):
		return t.faint.on(r.pad("+", w))
	}
	if c.draft.Chosen() == desk.ModeCards && at.part == partTitle && at.sub == 0 && at.row != c.at.row {
		return t.text.on(r.pad(cardLine(c.draft.Cards[at.row]), w))
	}
	p := t.text
	if most := at.limit(c.draft); most > 0 && messenger.TextLen(value) > most {
		p = t.bad
	}
	return p.on(r.pad(CleanLine(value), w))
}

// lineView is the part of a line that is shown in w columns, and the column of the cursor, which is always in it. The
// cursor stands behind the last character too, so w-1 columns are for words.
func (m *Model) lineView(s string, pos, w int) (shown string, x int) {
	runes := []rune(s)
	pos = min(max(pos, 0), len(runes))
	from := 0
	for x = m.ruler.width(string(runes[:pos])); x > w-1 && from < pos; {
		from++
		x = m.ruler.width(string(runes[from:pos]))
	}
	return m.ruler.cut(CleanLine(string(runes[from:])), w), x
}

// cardLine is a card in one line.
func cardLine(e messenger.Element) string {
	parts := []string{orElse(CleanLine(e.Title), "(without a title)")}
	if e.Subtitle != "" {
		parts = append(parts, CleanLine(e.Subtitle))
	}
	if e.ImageURL != "" {
		parts = append(parts, "picture")
	}
	for _, b := range e.Buttons {
		parts = append(parts, "["+CleanLine(b.Title)+"]")
	}
	return strings.Join(parts, " · ")
}

// placeholder says in an empty field what belongs there.
func (m *Model) placeholder(at spot) string {
	d := m.composer.draft
	if i, ok := at.ofButton(d); ok {
		switch {
		case at.part == partPayload:
			return "https://…, +number, or a payload"
		case at.sub == 0 && i >= len(d.Buttons) && i > 0:
			return "or enter sends"
		}
		return "title"
	}
	switch {
	case at.part == partTitle && at.index(d) >= at.rows(d) && at.row > 0:
		return "or enter sends"
	case at.part == partTitle && d.Chosen() == desk.ModeQuickReplies:
		return "title"
	case at.part == partPayload:
		return "payload"
	case at.part == partPicture && d.Chosen() == desk.ModeCards:
		return "https://…"
	case at.part == partPicture:
		return "picture"
	case at.part == partLink:
		return "https://… opened by a tap on the card"
	}
	return ""
}
