package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	fewestEditorLines, mostEditorLines = 2, 8
	// mostTyped bounds a paste: wrapping a whole book with every key would stop the screen.
	mostTyped = 10_000
)

// composer is the editor of the reply.
type composer struct {
	area    textarea.Model
	conv    store.ConversationID // whose reply this is
	refusal string               // why the desk did not take it
	rev     int                  // grows with every change: the draft is saved when it rests
	sent    int                  // names optimistic replies
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
	c := composer{area: a}
	c.style(t)
	return c
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
}

func (c *composer) resize(l layout) {
	c.area.MaxHeight = max(min(mostEditorLines, l.thread.h/3), fewestEditorLines)
	c.area.SetWidth(max(l.reply.w, 1))
}

// height is how many lines the editor wants.
func (c *composer) height() int { return max(c.area.Height(), fewestEditorLines) }

func (c *composer) value() string { return c.area.Value() }

func (c *composer) set(text string) {
	c.area.SetValue(text)
	c.area.MoveToEnd()
}

// showDraft puts the conversation's draft into the editor.
func (m *Model) showDraft(conv store.ConversationID) {
	c := &m.composer
	text := m.drafts.of(conv).Text
	if c.conv == conv && c.value() == text {
		return
	}
	if c.conv != conv {
		c.refusal = ""
	}
	c.conv = conv
	if c.value() != text {
		c.set(text)
	}
	m.refit()
}

// refit makes room for the editor's height.
func (m *Model) refit() {
	if was := m.lay.reply; was != m.arrange().reply {
		m.lay = m.arrange()
		m.layThread()
	}
}

// startReply puts the cursor into the editor.
func (m *Model) startReply() tea.Cmd {
	var cmd tea.Cmd
	if m.focus == placeList {
		cmd = m.open()
	}
	if m.details.mode == detailsOn && !m.lay.docked {
		m.details.mode = detailsAuto
	}
	return tea.Batch(cmd, m.threadToEnd(), m.focusOn(placeReply))
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
	if m.composer.value() == "" {
		m.refuse("")
	}
	return tea.Batch(m.focusOn(placeThread), m.keepDraft())
}

func (m *Model) newline() tea.Cmd {
	m.composer.area.InsertString("\n")
	return m.edited()
}

// typeReply gives a key to the editor.
func (m *Model) typeReply(k tea.KeyPressMsg) tea.Cmd {
	before := m.composer.value()
	var cmd tea.Cmd
	m.composer.area, cmd = m.composer.area.Update(k)
	if m.composer.value() == before {
		return cmd
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
	case placeReply:
		return m.pasteReply(text)
	case placeFilter:
		return m.pasteFilter(CleanLine(text))
	case placeMenu:
		if menu, ok := m.overlay.(menu); ok {
			menu.pasted(CleanLine(text))
		}
	case placeList, placeThread, placeViews, placeDetails:
		return m.say("Press " + keyOf("reply") + " first: a paste goes into the reply.")
	}
	return nil
}

// pasteReply puts pasted text into the reply, as far as an editor can bear it.
func (m *Model) pasteReply(text string) tea.Cmd {
	runes := []rune(text)
	room := max(mostTyped-m.composer.area.Length(), 0)
	var said tea.Cmd
	if len(runes) > room {
		runes = runes[:room]
		said = m.say(fmt.Sprintf("Only %d characters were pasted: the text is far too long for a reply.", room))
	}
	m.composer.area.InsertString(string(runes))
	return tea.Batch(m.edited(), said)
}

// edited keeps what was typed, and saves it when the typing rests.
func (m *Model) edited() tea.Cmd {
	c := &m.composer
	c.refusal = ""
	c.rev++
	draft := m.drafts.of(c.conv)
	draft.Text = c.value()
	m.drafts.typed(c.conv, draft)
	m.setDrafted(c.conv, !draft.Empty())
	m.refit()
	conv, rev := c.conv, c.rev
	return later(m.ctx, draftPause, func() tea.Msg { return saveDraftMsg{conv, rev} })
}

// send gives the reply to the desk and shows it at once.
func (m *Model) send() tea.Cmd {
	c := &m.composer
	text := strings.TrimSpace(c.value())
	n := messenger.TextLen(text)
	switch {
	case text == "":
		m.refuse("There is nothing to send yet.")
		return nil
	case n > messenger.MaxText:
		m.refuse(fmt.Sprintf("Too long by %d: at most %d characters can be sent at once.", n-messenger.MaxText, messenger.MaxText))
		return nil
	}
	c.sent++
	conv := m.thread.conv
	local := store.Message{
		ID: store.MessageID(fmt.Sprintf("local:%d", c.sent)), Conversation: c.conv, At: store.MillisOf(m.clock),
		Direction: store.Out, Kind: store.KindText, Text: text, Agent: m.agent, State: store.StateQueued,
	}
	if msgs := m.thread.msgs; len(msgs) > 0 { // the clock stands still between ticks
		local.At = max(local.At, msgs[len(msgs)-1].At)
	}
	m.thread.pending = append(m.thread.pending, local)
	m.thread.hasNew = false
	c.set("")
	c.refusal = ""
	m.drafts.sent[local.ID] = desk.TextDraft(local.Text)
	rest := m.drafts.of(c.conv).Rest()
	m.drafts.typed(c.conv, rest)
	m.setDrafted(c.conv, !rest.Empty())
	m.refit()
	m.layThread()
	end := m.threadToEnd()
	r := desk.Reply{
		Conversation: c.conv, Agent: m.agent, Message: messenger.OutMessage{Text: text}, Seen: m.thread.applied,
		HumanAgent: windowOf(conv, m.inbox(conv.Inbox), m.clock).asHuman(m.clock),
	}
	return tea.Batch(sendReply(m.ctx, m.desk, r, local.ID), m.keepDraftOf(c.conv), end)
}

// applyReplied puts the stored reply in the place of the one shown at once, or gives the words back.
func (m *Model) applyReplied(msg repliedMsg) tea.Cmd {
	t := &m.thread
	i := slices.IndexFunc(t.pending, func(p store.Message) bool { return p.ID == msg.local })
	was := m.drafts.takeSent(msg.local)
	if msg.err != nil {
		return m.giveBack(msg, i, was)
	}
	if i >= 0 {
		t.pending[i] = msg.kept
		for _, known := range t.msgs {
			if known.ID == msg.kept.ID {
				t.pending = append(t.pending[:i], t.pending[i+1:]...)
				break
			}
		}
		m.layThread()
	}
	return m.refresh()
}

// giveBack puts refused words into the editor again, before whatever was typed since.
func (m *Model) giveBack(msg repliedMsg, i int, was desk.Draft) tea.Cmd {
	if i >= 0 {
		m.thread.pending = append(m.thread.pending[:i], m.thread.pending[i+1:]...)
	}
	why := problem(msg.err)
	var refusal *desk.Refusal
	switch {
	case errors.As(msg.err, &refusal):
	case errors.Is(msg.err, desk.ErrUnanswered):
		why += " Perhaps it took the reply: look at the thread before " + keyOf("send") + " sends it again."
	default:
		why = "Not sent: " + why + " " + keyOf("send") + " tries again."
	}
	if !was.Empty() {
		m.drafts.typed(msg.conv, m.drafts.of(msg.conv).With(was))
		m.setDrafted(msg.conv, true)
	}
	if m.composer.conv == msg.conv {
		m.showDraft(msg.conv)
		m.refuse(why)
		m.layThread()
		return m.keepDraftOf(msg.conv)
	}
	return tea.Batch(m.keepDraftOf(msg.conv), m.notice.fail(why))
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

// replyTitle is the line above the editor: whom it is for, and until when.
func (m *Model) replyTitle() (title, note string, notePen pen) {
	t := m.theme
	c := m.thread.conv
	w := windowOf(c, m.inbox(c.Inbox), m.clock)
	in := m.inbox(c.Inbox)
	switch {
	case in.Alert != "":
		note, notePen = CleanLine(in.Alert), t.bad
	case in.Missing != "":
		note, notePen = "nothing can be sent: "+CleanLine(in.Missing)+" is not set", t.warn
	case m.stateRead && m.thread.id != "" && !w.none && !m.knows(c.Inbox):
		note, notePen = "nothing can be sent: this Page has no settings here", t.warn
	case c.Owner.Kind == store.OwnerApp && m.ownerWords(c.Owner) != "":
		note, notePen = m.ownerWords(c.Owner)+": a reply may be refused", t.warn
	case w.none || !w.known:
	case w.open(m.clock):
		note, notePen = w.short(m.clock), t.muted
	case w.asHuman(m.clock):
		note, notePen = "24 h are over: goes out as a human agent, "+left(w.human.Sub(m.clock))+" left", t.warn
	default:
		note, notePen = "24 h are over: wait until the contact writes", t.warn
	}
	return "Reply", note, notePen
}

// counter is how much of the limit is used.
func (m *Model) counter() (string, pen) {
	n := messenger.TextLen(strings.TrimSpace(m.composer.value()))
	s := fmt.Sprintf("%d / %d", n, messenger.MaxText)
	switch {
	case n > messenger.MaxText:
		return s, m.theme.badBold
	case n > messenger.MaxText*9/10:
		return s, m.theme.warn
	}
	return s, m.theme.faint
}
