package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textarea"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

const (
	fewestEditorLines, mostEditorLines = 2, 8
	// mostTyped bounds a paste: wrapping a whole book with every key would stop the screen.
	mostTyped = 10_000
)

// composer is where a reply or a note is written: the draft, and two editors of which the cursor is in one.
type composer struct {
	area  textarea.Model  // the text of the reply, or of the note
	input textinput.Model // the field of the form in which the cursor stands
	conv  store.ConversationID
	draft desk.Draft // as it stands, with everything typed
	at    spot       // the field with the cursor

	refusal string               // why it was not taken
	tried   bool                 // sending was tried: every fault is shown
	split   bool                 // the next enter sends a long text as several messages
	preview previewMode          // whether it is shown as the customer will see it
	side    side                 // for whom it was opened
	rev     int                  // grows with every change: the draft is saved when it rests
	typing  store.ConversationID // whose contact was told that somebody types
	sent    int                  // names optimistic replies

	watching bool         // how far files have come is looked at again in a moment
	dropped  droppedMsg   // the file whose path was pasted just now; zero: none
	past     []desk.Draft // the draft as it was before steps that can be taken back, the last one last
}

// side is for whom the composer was opened: whoever asked to write to the contact never finds himself in a note that was
// begun before, nor the other way round.
type side int

const (
	eitherSide side = iota
	toContact
	toAgents
)

// fits is d in a mode of the side.
func (s side) fits(d desk.Draft) desk.Draft {
	switch note := d.Chosen() == desk.ModeNote; {
	case s == toContact && note:
		d.Mode = ""
	case s == toAgents && !note:
		d.Mode = desk.ModeNote
	}
	return d
}

func newComposer(t *theme) composer {
	a := textarea.New()
	a.Prompt = ""
	a.ShowLineNumbers = false
	a.EndOfBufferCharacter = ' '
	a.CharLimit = 0 // the counter says when it is too long; words are never swallowed
	a.DynamicHeight = true
	a.MinHeight = fewestEditorLines
	a.MaxHeight = mostEditorLines
	a.MaxContentHeight = 100_000 // else new lines stop at the visible height
	a.SetVirtualCursor(false)
	km := textarea.DefaultKeyMap()
	km.InsertNewline = key.NewBinding(key.WithKeys("shift+enter", "alt+enter", "ctrl+j"))
	km.Paste = key.NewBinding(key.WithDisabled()) // the terminal pastes
	km.CopySelection = key.NewBinding(key.WithDisabled())
	km.PageUp, km.PageDown = key.NewBinding(key.WithDisabled()), key.NewBinding(key.WithDisabled())
	a.KeyMap = km
	c := composer{area: a, input: newFieldInput()}
	c.style(t)
	return c
}

// newFieldInput is the editor of one line.
func newFieldInput() textinput.Model {
	in := textinput.New()
	in.Prompt = ""
	in.SetVirtualCursor(false)
	km := textinput.DefaultKeyMap()
	km.Paste = key.NewBinding(key.WithDisabled())
	km.NextSuggestion = key.NewBinding(key.WithDisabled())
	km.PrevSuggestion = key.NewBinding(key.WithDisabled())
	in.KeyMap = km
	return in
}

func (c *composer) style(t *theme) {
	col := t.colours
	plain := lipgloss.NewStyle().Foreground(col.text)
	state := textarea.StyleState{
		Base: lipgloss.NewStyle(), Text: plain, CursorLine: plain, EndOfBuffer: plain, Prompt: plain,
		Placeholder: lipgloss.NewStyle().Foreground(col.faint), Selection: lipgloss.NewStyle().Reverse(true),
	}
	c.area.SetStyles(textarea.Styles{
		Focused: state, Blurred: state,
		Cursor: textarea.CursorStyle{Color: col.accent, Shape: tea.CursorBar, Blink: true},
	})
	styleField(&c.input, t)
}

func styleField(in *textinput.Model, t *theme) {
	s := textinput.DefaultStyles(t.dark)
	state := textinput.StyleState{
		Text: lipgloss.NewStyle().Foreground(t.colours.text), Placeholder: lipgloss.NewStyle().Foreground(t.colours.faint),
		Prompt: lipgloss.NewStyle(), Suggestion: lipgloss.NewStyle(),
	}
	s.Focused, s.Blurred = state, state
	s.Cursor = textinput.CursorStyle{Color: t.colours.accent, Shape: tea.CursorBar, Blink: true}
	in.SetStyles(s)
}

// resize fits the editor of the text: where there is a form under it, the form gets most of the room.
func (c *composer) resize(l layout) {
	most := min(mostEditorLines, l.thread.h/3)
	if c.formed() {
		most = min(most, 4)
	}
	most, w := max(most, fewestEditorLines), max(l.reply.w, 1)
	if c.area.MaxHeight != most || c.area.Width() != w {
		c.area.MaxHeight = most
		c.area.SetWidth(w)
	}
}

// formed reports whether the draft's mode has more fields than its text.
func (c *composer) formed() bool {
	switch c.draft.Chosen() {
	case desk.ModeQuickReplies, desk.ModeButtons, desk.ModeCards:
		return true
	}
	return false
}

// inForm reports whether the cursor stands in a field of one line.
func (c *composer) inForm() bool { return c.at.part != partText }

// load shows a draft, with the cursor at its text.
func (c *composer) load(d desk.Draft) {
	c.draft = c.side.fits(d)
	c.at = spot{}
	if c.draft.Chosen() == desk.ModeCards {
		c.at = spot{part: partTitle}
	}
	c.tried, c.split = false, false
	c.fill()
}

// fill puts what the draft says into the editors.
func (c *composer) fill() {
	if text := (spot{}).get(c.draft); c.area.Value() != text {
		c.area.SetValue(text)
		c.area.MoveToEnd()
	}
	if c.inForm() {
		c.input.SetValue(c.at.get(c.draft))
		c.input.CursorEnd()
	}
}

// showDraft puts the conversation's draft into the editor.
func (m *Model) showDraft(conv store.ConversationID) {
	c := &m.composer
	d := m.drafts.of(conv)
	if c.conv == conv && (c.draft.Equal(d) || c.draft.Empty() && d.Empty()) {
		return
	}
	if c.conv != conv {
		c.refusal, c.past = "", nil
	}
	c.conv = conv
	c.load(d)
	m.refit()
}

// refit makes room for the editor's height.
func (m *Model) refit() {
	m.composer.resize(m.lay)
	if was := m.lay.reply; was != m.arrange().reply {
		m.lay = m.arrange()
		m.layThread()
	}
}

// startReply puts the cursor into the editor, to write to the contact.
func (m *Model) startReply() tea.Cmd { return m.compose(toContact) }

// startNote puts the cursor into the note.
func (m *Model) startNote() tea.Cmd { return m.compose(toAgents) }

// compose opens the conversation's composer.
func (m *Model) compose(s side) tea.Cmd {
	var cmd tea.Cmd
	if m.focus == placeList {
		cmd = m.open()
	}
	c := &m.composer
	c.side = s
	if m.details.mode == detailsOn && !m.lay.docked {
		m.details.mode = detailsAuto
	}
	return tea.Batch(cmd, m.threadToEnd(), m.focusOn(placeReply), m.setMode(s.fits(c.draft).Chosen()))
}

func cannotReply(m *Model) string {
	if m.focus == placeList {
		return noConversation(m)
	}
	if m.thread.id == "" {
		return "No conversation is open."
	}
	return ""
}

// leaveReply goes back to the thread; the draft is kept.
func (m *Model) leaveReply() tea.Cmd {
	cmd := m.goTo(m.composer.at) // weeds what stayed blank
	m.composer.side, m.composer.split = eitherSide, false
	if m.composer.draft.Empty() {
		m.refuse("")
		m.composer.tried = false
	}
	return tea.Batch(cmd, m.focusOn(placeThread), m.keepDraft(), m.tellSilence())
}

func (m *Model) newline() tea.Cmd {
	if m.composer.inForm() {
		return nil
	}
	m.composer.area.InsertString("\n")
	return m.edited()
}

// typeReply gives a key to the editor.
func (m *Model) typeReply(k tea.KeyPressMsg) tea.Cmd {
	c := &m.composer
	if cmd, opened := m.slash(k); opened {
		return cmd
	}
	var cmd tea.Cmd
	if c.inForm() {
		if c.fixed() {
			return nil
		}
		before := c.input.Value()
		if before == "" && k.Code == tea.KeyBackspace && c.at.part == partTitle && c.at.blank(c.draft) {
			return m.walk(-1) // and the blank line goes
		}
		c.input, cmd = c.input.Update(k)
		if c.input.Value() == before {
			return cmd
		}
	} else {
		before, row := c.area.Value(), c.row()
		c.area, cmd = c.area.Update(k)
		if c.area.Value() == before {
			if k.String() == "down" && c.formed() && c.row() == row { // there is no line below but the form
				return tea.Batch(cmd, m.walk(1))
			}
			return cmd
		}
	}
	return tea.Batch(cmd, m.edited(), m.sawThread())
}

// onPaste puts pasted text where the cursor is.
func (m *Model) onPaste(text string) tea.Cmd {
	if m.opening {
		return m.keepEarly(tea.PasteMsg{Content: text})
	}
	text = Clean(text)
	switch m.place() {
	case placeReply, placeForm:
		return m.pasteReply(text)
	case placeFilter:
		return m.pasteFilter(CleanLine(text))
	case placeMenu:
		if menu, ok := m.overlay.(menu); ok {
			menu.pasted(CleanLine(text))
		}
		if b, ok := m.overlay.(interface{ reread(m *Model) }); ok {
			b.reread(m)
		}
	case placeLine:
		if box, ok := m.overlay.(*lineBox); ok {
			box.pasted(CleanLine(text))
		}
	case placeSite:
		if form, ok := m.overlay.(*siteForm); ok {
			form.pasted(CleanLine(text))
		}
	case placePrompt:
		if box, ok := m.overlay.(*attachBox); ok {
			return box.pasted(CleanLine(text))
		}
	case placeSave:
		m.evidenceOf().pasted(CleanLine(text))
	case placeList, placeThread, placeViews, placeDetails, placeSelect:
		return m.say("Press " + keyOf("reply") + " first: a paste goes into the reply.")
	}
	return nil
}

// pasteReply puts pasted text into the reply, as far as an editor can bear it.
func (m *Model) pasteReply(text string) tea.Cmd {
	c := &m.composer
	if c.inForm() {
		if c.fixed() {
			return nil
		}
		c.input.SetValue(insertAt(c.input.Value(), c.input.Position(), CleanLine(text), mostTyped))
		c.input.CursorEnd()
		return m.edited()
	}
	dropped := findDropped(c.conv, text)
	runes := []rune(text)
	room := max(mostTyped-c.area.Length(), 0)
	var said tea.Cmd
	if len(runes) > room {
		runes = runes[:room]
		said = m.say(fmt.Sprintf("Only %d characters were pasted: the text is far too long for a reply.", room))
	}
	c.area.InsertString(string(runes))
	return tea.Batch(m.edited(), said, dropped)
}

// insertAt is s with more at a place, which counts characters; at most so many in all.
func insertAt(s string, at int, more string, most int) string {
	runes := []rune(s)
	at = min(max(at, 0), len(runes))
	runes = []rune(string(runes[:at]) + more + string(runes[at:]))
	return string(runes[:min(len(runes), most)])
}

// take brings the draft up to what stands in the editor with the cursor.
func (c *composer) take() {
	v := c.area.Value()
	if c.inForm() {
		if c.fixed() {
			return
		}
		v = c.input.Value()
	}
	c.draft = c.at.set(c.draft, v)
}

// edited keeps what was typed, and saves it when the typing rests.
func (m *Model) edited() tea.Cmd {
	m.composer.take()
	return m.changed()
}

// changed keeps the draft as it stands, and saves it when the typing rests.
func (m *Model) changed() tea.Cmd {
	c := &m.composer
	c.refusal, c.split, c.dropped = "", false, droppedMsg{}
	c.rev++
	m.drafts.typed(c.conv, c.draft)
	m.setDrafted(c.conv, !c.draft.Empty())
	m.refit()
	conv, rev := c.conv, c.rev
	return tea.Batch(m.tellTyping(), later(m.ctx, draftPause, func() tea.Msg { return saveDraftMsg{conv, rev} }))
}

// tellTyping lets the contact see that an answer is on its way. Nobody is told of a note.
func (m *Model) tellTyping() tea.Cmd {
	c := &m.composer
	if c.draft.Chosen() == desk.ModeNote || c.draft.Empty() || m.focus != placeReply {
		return nil
	}
	c.typing = c.conv
	return tellTyping(m.ctx, m.desk, c.conv, true)
}

// tellSilence takes back what tellTyping told last.
func (m *Model) tellSilence() tea.Cmd {
	c := &m.composer
	if c.typing == "" {
		return nil
	}
	conv := c.typing
	c.typing = ""
	return tellTyping(m.ctx, m.desk, conv, false)
}

// refusalLines is why the reply was not taken, under the editor.
func (m *Model) refusalLines(w int) []string {
	if m.composer.refusal == "" {
		return nil
	}
	lines := m.ruler.wrap("✗ "+m.composer.refusal, w)
	return lines[:min(len(lines), 4)]
}

// refuse says at the field why the reply is not taken.
func (m *Model) refuse(why string) {
	m.composer.refusal = why
	m.refit()
}
