package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

// modeNames are the modes as the title of the composer and the keys name them.
var modeNames = map[desk.Mode]string{
	desk.ModeText: "Text", desk.ModeQuickReplies: "Quick replies", desk.ModeButtons: "Buttons", desk.ModeCards: "Cards", desk.ModeNote: "Note",
}

// onCompose are both places of the composer: its text, and the fields of a form.
var onCompose = []place{placeReply, placeForm}

func composeActions() []action {
	form := []place{placeForm}
	all := []action{
		{id: "send", keys: []string{"enter"}, about: "send the reply, or keep the note", hint: "send", in: []place{placeReply}, run: (*Model).enterText},
		{id: "field-enter", keys: []string{"enter"}, about: "the next line; from an empty line behind the last: send", hint: "next", in: form, run: (*Model).enterField},
		{id: "keep-draft", keys: []string{"esc"}, about: "leave, keeping the draft", hint: "keep draft", in: onCompose, run: (*Model).leaveReply},
		{id: "next-field", keys: []string{"tab"}, about: "the next field; where there is none, the next pane", hint: "field", in: onCompose, run: func(m *Model) tea.Cmd { return m.walk(1) }},
		{id: "send-now", keys: []string{"ctrl+s"}, about: "send from any field", in: onCompose, run: (*Model).send},
		{id: "mode", keys: []string{"ctrl+t", "f2"}, about: "another kind of message: text, quick replies, buttons, cards, note", hint: "kind", in: onCompose, run: (*Model).nextMode},
		{id: "newline", keys: []string{"shift+enter", "alt+enter", "ctrl+j"}, about: "a new line", hint: "new line", in: []place{placeReply}, run: (*Model).newline},
		{id: "previous-field", keys: []string{"shift+tab"}, about: "the field before; where there is none, the pane before", in: onCompose, run: func(m *Model) tea.Cmd { return m.walk(-1) }},
		{id: "field-down", keys: []string{"down"}, about: "one line down", in: form, run: func(m *Model) tea.Cmd { return m.stepLine(1) }},
		{id: "field-up", keys: []string{"up"}, about: "one line up", in: form, run: func(m *Model) tea.Cmd { return m.stepLine(-1) }},
		{id: "line-down", keys: []string{"alt+down"}, about: "move the quick reply, button, card or file down", in: form, not: noLine, run: func(m *Model) tea.Cmd { return m.moveLine(1) }},
		{id: "line-up", keys: []string{"alt+up"}, about: "move it up", in: form, not: noLine, run: func(m *Model) tea.Cmd { return m.moveLine(-1) }},
		{id: "line-copy", keys: []string{"alt+c"}, about: "write it down once more", in: form, not: noLine, run: (*Model).copyLine},
		{id: "line-delete", keys: []string{"alt+x"}, about: "delete it", hint: "delete", in: form, not: noLine, run: (*Model).deleteLine},
		{id: "line-undo", keys: []string{"ctrl+z"}, about: "take back a deletion, a move, or what was put in", in: onCompose, not: noLineUndo, run: (*Model).undoLine},
		{id: "line-kind", keys: []string{"alt+k"}, about: "its kind: text, phone number or e-mail; answer, page or call", hint: "its kind", in: form, not: noKind, run: (*Model).turnKind},
		{id: "preview", keys: []string{"alt+p", "f3"}, about: "show or hide what the customer will see", hint: "preview", in: onCompose, run: (*Model).togglePreview},
		{id: "attach", keys: []string{"alt+a", "f4"}, about: "attach a file, by path or web address", hint: "attach", in: onCompose, not: noAttach, run: (*Model).askAttach},
		{id: "unquote", keys: []string{"alt+q"}, about: "do not quote a message", in: onCompose, not: noQuote, run: (*Model).unquote},
		{id: "editor", keys: []string{"ctrl+o"}, about: "write the text in the editor of $VISUAL or $EDITOR", in: onCompose, run: (*Model).openEditor},
		{id: "thread-up", keys: []string{"pgup"}, about: "a page up in the thread", in: onCompose, run: func(m *Model) tea.Cmd { return m.scrollThread(-m.threadPage()) }},
		{id: "thread-down", keys: []string{"pgdown"}, about: "a page down in the thread", in: onCompose, run: func(m *Model) tea.Cmd { return m.scrollThread(m.threadPage()) }},
	}
	for i, mode := range desk.Modes {
		all = append(all, action{
			id: "mode-" + string(mode), keys: []string{"alt+" + itoa(i+1)}, about: "kind of message: " + modeNames[mode], in: onCompose,
			run: func(m *Model) tea.Cmd { return m.setMode(mode) },
		})
	}
	return all
}

// setMode makes another kind of message of the draft. What was typed for the others stays.
func (m *Model) setMode(mode desk.Mode) tea.Cmd {
	c := &m.composer
	if c.side = toContact; mode == desk.ModeNote {
		c.side = toAgents
	}
	if mode == c.draft.Chosen() {
		return nil
	}
	c.draft, _ = weed(c.draft, c.at)
	if c.draft.Mode = mode; mode == desk.ModeText {
		c.draft.Mode = ""
	}
	c.tried = false
	c.load(c.draft)
	return tea.Batch(m.focusField(), m.changed(), m.relayout())
}

func (m *Model) nextMode() tea.Cmd {
	i := slices.Index(desk.Modes, m.composer.draft.Chosen())
	return m.setMode(desk.Modes[(i+1)%len(desk.Modes)])
}

// goTo puts the cursor into a field. Lines that were left blank go.
func (m *Model) goTo(at spot) tea.Cmd {
	c := &m.composer
	before := c.draft
	if !c.at.line(at) || c.at.sub != at.sub {
		c.draft, at = weed(c.draft, at)
	}
	c.at = at
	c.fill()
	cmd := m.focusField()
	if !c.draft.Equal(before) {
		return tea.Batch(cmd, m.changed())
	}
	m.refit()
	return cmd
}

// focusField gives the keys to the editor in which the cursor stands.
func (m *Model) focusField() tea.Cmd {
	c := &m.composer
	if m.focus != placeReply {
		return nil
	}
	if c.inForm() {
		c.area.Blur()
		return c.input.Focus()
	}
	c.input.Blur()
	return c.area.Focus()
}

// walk goes n fields on, round and round. Where the text is the only one, it leads to the next pane.
func (m *Model) walk(n int) tea.Cmd {
	c := &m.composer
	all := spotsOf(c.draft)
	if len(all) < 2 {
		return m.cycle(n)
	}
	i := max(slices.Index(all, c.at), 0)
	return m.goTo(all[(i+n+len(all))%len(all)])
}

// stepLine goes to the first field of the line n below.
func (m *Model) stepLine(n int) tea.Cmd {
	c := &m.composer
	all := spotsOf(c.draft)
	i := slices.Index(all, c.at)
	for j := i + n; j >= 0 && j < len(all); j += n {
		if at := all[j]; at.part == partText || at.part == partTitle || at.part == partFile ||
			c.draft.Chosen() == desk.ModeCards && at.sub == 0 {
			if !at.line(c.at) || at.sub != c.at.sub || at.sub == 0 && c.draft.Chosen() == desk.ModeCards {
				return m.goTo(at)
			}
		}
	}
	return nil
}

// enterField goes on as quick typing wants it: from the title of a quick reply to the next one, through the fields of
// buttons and cards, and from an empty line behind the last, or behind the last that fits, to sending.
func (m *Model) enterField() tea.Cmd {
	c := &m.composer
	if c.firstIsBlank() {
		m.refuse("Write a title first; " + keyOf("mode") + " chooses another kind of message.")
		return nil
	}
	next, sends := c.afterEnter()
	if sends {
		return m.send()
	}
	return m.goTo(next)
}

// afterEnter is where enter leads from the field with the cursor, and whether it sends.
func (c *composer) afterEnter() (spot, bool) {
	all := spotsOf(c.draft)
	i := slices.Index(all, c.at)
	cards := c.draft.Chosen() == desk.ModeCards
	blank := c.at.part == partTitle && c.at.blank(c.draft)
	if blank && c.at.sub == 0 || i < 0 {
		return spot{}, true
	}
	for _, at := range all[i+1:] {
		switch {
		case at.part == partFile:
			continue
		case cards && blank && at.row == c.at.row: // no button is wanted: on with the next card
			continue
		case c.draft.Chosen() == desk.ModeQuickReplies && at.part != partTitle:
			continue
		}
		return at, false
	}
	return spot{}, true
}

// enterText sends; where quick replies or buttons are to stand under the text and there is none yet, it leads to the first.
func (m *Model) enterText() tea.Cmd {
	if m.composer.wantsLine() {
		return m.goTo(spot{part: partTitle})
	}
	return m.send()
}

// wantsLine reports whether the cursor stands in a text under which nothing stands yet of what its kind is about.
func (c *composer) wantsLine() bool {
	if c.at.part != partText || strings.TrimSpace(c.draft.Text) == "" {
		return false
	}
	d, _ := weed(c.draft, c.at)
	switch c.draft.Chosen() {
	case desk.ModeQuickReplies:
		return len(d.QuickReplies) == 0
	case desk.ModeButtons:
		return len(d.Buttons) == 0
	}
	return false
}

// enterHint is what enter does where the cursor stands.
func (m *Model) enterHint() string {
	c := &m.composer
	if !c.inForm() {
		switch {
		case c.draft.Chosen() == desk.ModeNote:
			return "note"
		case c.wantsLine():
			return "next"
		}
		return "send"
	}
	if c.firstIsBlank() {
		return ""
	}
	if _, sends := c.afterEnter(); sends {
		return "send"
	}
	return "next"
}

// firstIsBlank reports whether the cursor stands in the first quick reply, button or card, of which nothing is written yet.
// Enter sends nothing from there: it would be another kind of message than the one that was chosen.
func (c *composer) firstIsBlank() bool {
	return c.inForm() && c.at.row == 0 && c.at.sub == 0 && c.at.part == partTitle && c.at.blank(c.draft) && c.at.rows(c.draft) <= 1
}

func noLine(m *Model) string {
	c := &m.composer
	if c.at.index(c.draft) >= c.at.rows(c.draft) {
		return "Nothing stands on this line yet."
	}
	return ""
}

func noKind(m *Model) string {
	c := &m.composer
	if _, ok := c.at.turnKind(c.draft); !ok {
		return "Only quick replies and buttons are of several kinds."
	}
	return ""
}

func noQuote(m *Model) string {
	if !m.composer.quotes() {
		return "No message is quoted."
	}
	return ""
}

func (m *Model) unquote() tea.Cmd {
	m.composer.draft.ReplyTo = ""
	return m.changed()
}

// quote begins a reply to one message of the open conversation.
func (m *Model) quote(id store.MessageID) tea.Cmd {
	cmd := m.startReply()
	m.composer.draft.ReplyTo = id
	return tea.Batch(cmd, m.changed())
}

// moveLine exchanges the line with the one n below it.
func (m *Model) moveLine(n int) tea.Cmd {
	c := &m.composer
	i := c.at.index(c.draft)
	if i+n < 0 || i+n >= c.at.rows(c.draft) {
		return nil
	}
	c.remember()
	upper := c.at
	if n < 0 {
		upper = c.at.moved(c.draft, n)
	}
	c.draft = upper.change(c.draft, lowerLine)
	c.at = c.at.moved(c.draft, n)
	c.fill()
	return m.changed()
}

// copyLine writes a line down again under itself, as far as the limit allows.
func (m *Model) copyLine() tea.Cmd {
	c := &m.composer
	if c.at.rows(c.draft) >= c.at.most(c.draft) {
		return m.say("There is no room for one more.")
	}
	c.remember()
	c.draft = c.at.change(c.draft, copyLine)
	c.at = c.at.moved(c.draft, 1)
	c.fill()
	return m.changed()
}

func (m *Model) deleteLine() tea.Cmd {
	c := &m.composer
	at := c.at
	c.remember()
	c.draft = at.change(c.draft, deleteLine)
	if at.part == partFile {
		at.row = max(min(at.row, len(c.draft.Files)-1), 0)
	} else {
		at.part = partTitle
	}
	if !slices.Contains(spotsOf(c.draft), at) {
		at = spotsOf(c.draft)[0]
	}
	c.at = at
	c.fill()
	return tea.Batch(m.focusField(), m.changed())
}

// mostRemembered is how many steps can be taken back in a composer.
const mostRemembered = 20

// remember keeps the draft as it stands, to be come back to.
func (c *composer) remember() {
	c.past = append(c.past, c.draft)
	c.past = c.past[max(len(c.past)-mostRemembered, 0):]
}

func noLineUndo(m *Model) string {
	if len(m.composer.past) == 0 {
		return "There is nothing to take back here."
	}
	return ""
}

// undoLine comes back to the draft as it was before the last step. It stays in the mode of now where that is a note, or
// the draft was one: nobody is led from the one to the other unawares.
func (m *Model) undoLine() tea.Cmd {
	c := &m.composer
	was := c.past[len(c.past)-1]
	c.past = c.past[:len(c.past)-1]
	at := c.at
	c.load(was)
	if slices.Contains(spotsOf(c.draft), at) {
		c.at = at
		c.fill()
	}
	return tea.Batch(m.focusField(), m.changed(), m.relayout())
}

func (m *Model) turnKind() tea.Cmd {
	c := &m.composer
	c.remember()
	c.draft, _ = c.at.turnKind(c.draft)
	if !slices.Contains(spotsOf(c.draft), c.at) {
		c.at = spot{part: partTitle, row: c.at.row, sub: c.at.sub}
	}
	c.fill()
	return m.changed()
}
