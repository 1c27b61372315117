package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/store"
)

// selectActions are the keys of one chosen message. What is in no place of its own works as it does in the thread (see
// newKeymap).
func selectActions() []action {
	here := []place{placeSelect}
	both := []place{placeThread, placeSelect}
	return []action{
		{id: "select", keys: []string{"s"}, about: "choose a message: to reply to it, copy, open, react, look into it", hint: "choose", in: []place{placeThread}, not: noMessages, run: (*Model).startSelect},
		{id: "select-down", keys: []string{"j", "down"}, about: "the message below", in: here, run: func(m *Model) tea.Cmd { return m.moveSelect(1) }},
		{id: "select-up", keys: []string{"k", "up"}, about: "the message above", in: here, run: func(m *Model) tea.Cmd { return m.moveSelect(-1) }},
		{id: "select-leave", keys: []string{"esc", "s"}, about: "choose no message", hint: "leave", in: here, run: (*Model).endSelect},
		{id: "quote", keys: []string{"r", "enter"}, about: "reply to the chosen message, quoting it", hint: "reply to it", in: here, not: cannotQuote, run: (*Model).quoteSelected},
		{id: "copy-message", keys: []string{"y"}, about: "copy what the chosen message says", hint: "copy", in: here, not: nothingToCopy, run: (*Model).copyMessage},
		{id: "open-link", keys: []string{"o"}, about: "open a file or a link of the chosen message, else the page it was written on", hint: "open", in: here, not: nothingToOpen, run: (*Model).openSelected},
		{id: "fetch", keys: []string{"F"}, about: "fetch a file of the chosen message that is not kept here", hint: "fetch", in: here, not: nothingToFetch, run: (*Model).fetchFile},
		{id: "react", keys: []string{"+"}, about: "react to the chosen message, or take the reaction back", hint: "react", in: here, not: cannotReact, run: (*Model).askReaction},
		{id: "former", keys: []string{"H"}, about: "show or hide what an edited message said before", hint: "edits", in: here, not: neverEdited, run: (*Model).toggleFormer},
		{id: "pictures", keys: []string{"P"}, about: "show or hide pictures in the thread", in: both, not: noPictures, run: (*Model).togglePictures},
		{id: "evidence", keys: []string{"E"}, about: "what happened to the chosen message, or the newest: who sent what, and the answers", hint: "evidence", in: both, not: noMessages, run: (*Model).showEvidence},
	}
}

func noMessages(m *Model) string {
	if len(m.thread.items) == 0 {
		return "There is no message here."
	}
	return ""
}

// chosenMessage is the one that the keys are about while messages are chosen.
func (t *threadPane) chosenMessage() (store.Message, bool) {
	if t.selected == "" {
		return store.Message{}, false
	}
	return t.message(t.selected)
}

func (t *threadPane) message(id store.MessageID) (store.Message, bool) {
	for _, msgs := range [][]store.Message{t.msgs, t.pending} {
		for i := len(msgs) - 1; i >= 0; i-- {
			if msgs[i].ID == id {
				return msgs[i], true
			}
		}
	}
	return store.Message{}, false
}

// startSelect chooses the lowest message that can be seen.
func (m *Model) startSelect() tea.Cmd {
	t := &m.thread
	at := len(t.items) - 1
	for at > 0 && t.items[at].start+t.items[at].from >= t.top+t.height {
		at--
	}
	return m.choose(at)
}

// choose puts the cursor on an item, and brings that into sight.
func (m *Model) choose(at int) tea.Cmd {
	t := &m.thread
	if at < 0 || at >= len(t.items) {
		return nil
	}
	t.selected = t.items[at].id
	m.layThread() // the keys under a reply that failed are about the chosen one
	it := t.items[at]
	from, to := it.start+it.from, it.start+it.to
	switch {
	case from < t.top || to-from > t.height:
		if at == 0 {
			from = 0
		}
		return m.scrollThread(from - t.top)
	case to > t.top+t.height:
		if at == len(t.items)-1 {
			to = t.total
		}
		return m.scrollThread(to - t.height - t.top)
	}
	return m.scrollThread(0)
}

// moveSelect chooses the message n below.
func (m *Model) moveSelect(n int) tea.Cmd {
	t := &m.thread
	i := slices.IndexFunc(t.items, func(it item) bool { return it.id == t.selected })
	if i < 0 {
		return m.startSelect()
	}
	next := max(min(i+n, len(t.items)-1), 0)
	if next == i { // at the end of what is here: more may be on its way
		return m.scrollThread(n)
	}
	return m.choose(next)
}

// followSelect chooses a message in sight where scrolling has left the chosen one behind.
func (m *Model) followSelect() tea.Cmd {
	t := &m.thread
	if t.selected == "" {
		return nil
	}
	best := -1
	for i, it := range t.items {
		from, to := it.start+it.from, it.start+it.to
		inSight := to > t.top && from < t.top+t.height
		if it.id == t.selected && inSight {
			return nil
		}
		if inSight && (best < 0 || t.follow) { // the lowest at the thread's end, else the highest
			best = i
		}
	}
	if best >= 0 {
		t.selected = t.items[best].id
		m.layThread()
	}
	return nil
}

func (m *Model) endSelect() tea.Cmd {
	if m.thread.selected != "" {
		m.thread.selected = ""
		m.layThread()
	}
	return nil
}

// clickSelect chooses the message in a line of the thread's pane, where messages are being chosen.
func (m *Model) clickSelect(line int) tea.Cmd {
	t := &m.thread
	if t.selected == "" {
		return nil
	}
	for i, it := range t.items {
		if at := t.top + line; at >= it.start && at < it.start+len(it.lines) {
			return m.choose(i)
		}
	}
	return nil
}

// quoteTime is how long after the contact's last word the platform lets a page quote (ref. 3.2).
const quoteTime = 24 * time.Hour

// cannotQuote says why a reply cannot quote the chosen message.
func cannotQuote(m *Model) string {
	msg, ok := m.thread.chosenMessage()
	c := m.thread.conv
	switch {
	case !ok:
		return "No message is chosen."
	case msg.Direction != store.In && msg.Direction != store.Out:
		return "Only what the customer or the page said can be quoted."
	case msg.Withdrawn:
		return "The customer has taken this message back."
	case msg.MID == "":
		return "The platform has given this message no id yet, so it cannot be quoted."
	case !windowOf(c, m.inbox(c.Inbox), m.clock).none && (c.LastIncoming == 0 || m.clock.Sub(c.LastIncoming.Time()) >= quoteTime):
		return "The platform lets a page quote only within 24 hours after the customer wrote."
	}
	return ""
}

func (m *Model) quoteSelected() tea.Cmd { return m.quote(m.thread.selected) }

// copyText is what copying a message takes: its words, else the addresses of what came with it.
func copyText(msg *store.Message) string {
	if msg.Withdrawn {
		return ""
	}
	if msg.Direction == store.Activity {
		return Clean(store.ActivityText(*msg))
	}
	if text := Clean(msg.Text); text != "" {
		return text
	}
	var text string
	for _, a := range msg.Attachments {
		text = under(text, orElse(Clean(a.Text), orElse(CleanLine(a.URL), CleanLine(a.Title))))
	}
	for _, e := range msg.Elements {
		text = under(text, under(CleanLine(e.Title), CleanLine(e.Subtitle)))
	}
	for _, d := range msg.Details {
		text = under(text, CleanLine(d.String()))
	}
	return text
}

// under puts b on the line under a.
func under(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

func nothingToCopy(m *Model) string {
	msg, ok := m.thread.chosenMessage()
	switch {
	case !ok:
		return "No message is chosen."
	case copyText(&msg) == "":
		return "There is nothing to copy in this message."
	}
	return ""
}

// copyMessage puts what the chosen message says on the clipboard, through the terminal (OSC 52).
func (m *Model) copyMessage() tea.Cmd {
	msg, _ := m.thread.chosenMessage()
	return tea.Batch(tea.SetClipboard(copyText(&msg)), m.say("Copied "+m.inQuotes(&msg)+", if the terminal allows it."))
}

func neverEdited(m *Model) string {
	msg, ok := m.thread.chosenMessage()
	switch {
	case !ok:
		return "No message is chosen."
	case msg.Withdrawn:
		return "The customer has taken this message back."
	case msg.EditN == 0 && len(msg.Edits) == 0:
		return "This message was never edited."
	}
	return ""
}

// toggleFormer folds what an edited message said before, or unfolds it.
func (m *Model) toggleFormer() tea.Cmd {
	t := &m.thread
	if t.former == nil {
		t.former = map[store.MessageID]bool{}
	}
	t.former[t.selected] = !t.former[t.selected]
	m.layThread()
	return m.choose(slices.IndexFunc(t.items, func(it item) bool { return it.id == t.selected }))
}

// chosenLine is a line of the chosen message: marked at its side, on another background.
func (m *Model) chosenLine(line string, w int) string {
	return tint(m.theme.selection, m.theme.accent.on("▌")+m.ruler.pad(strings.TrimPrefix(line, " "), w-1))
}
