package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// place is where a key is pressed.
type place int

// The places. A key means one thing in one place.
const (
	placeViews place = iota + 1
	placeList
	placeThread
	placeSelect   // a message of the thread
	placeEvidence // the trail of a message
	placeSave     // the path of a file to be written
	placeReply
	placeForm // a field of one line in the composer
	placeDetails
	placeFilter
	placeMenu
	placeAsk
	placeHelp
	placePrompt
	placeQueue
	placeLine
	placeSite
)

var placeNames = map[place]string{
	placeViews: "Views", placeList: "List", placeThread: "Thread", placeSelect: "Chosen message", placeEvidence: "Evidence", placeSave: "Path to write to", placeReply: "Reply", placeForm: "Form of a reply", placeDetails: "Details",
	placeFilter: "Filter line", placeMenu: "Menu", placeAsk: "Question", placeHelp: "Help", placePrompt: "Path of a file", placeQueue: "What waits", placeLine: "Line to fill in", placeSite: "Chat on websites",
}

// action is one thing that a key does. Help, hints and the cheatsheet are made of these.
type action struct {
	id    string
	keys  []string
	about string // for help: what it does
	hint  string // for the bottom line: one or two words; empty: not there
	in    []place
	not   func(m *Model) string // why it can't be done now, in a sentence; nil or empty: it can
	run   func(m *Model) tea.Cmd
}

// Key is one line of the key table, for whoever writes it down.
type Key struct {
	Action string   // its id
	Keys   []string // any of them
	About  string
	Places []string
}

// Keys returns the table of all keys.
func Keys() []Key {
	all := actions()
	keys := make([]Key, len(all))
	for i, a := range all {
		keys[i] = Key{Action: a.id, Keys: a.keys, About: a.about}
		for _, p := range a.in {
			keys[i].Places = append(keys[i].Places, placeNames[p])
		}
	}
	return keys
}

// keymap finds the action of a key in a place.
type keymap struct {
	all []action
	at  map[place]map[string]*action
}

func newKeymap() *keymap {
	k := &keymap{all: actions(), at: map[place]map[string]*action{}}
	for i := range k.all {
		a := &k.all[i]
		for _, p := range a.in {
			if k.at[p] == nil {
				k.at[p] = map[string]*action{}
			}
			for _, key := range a.keys {
				k.at[p][key] = a
			}
		}
	}
	for key, a := range k.at[placeThread] { // what a chosen message has no other meaning for means what it does beside it
		if _, taken := k.at[placeSelect][key]; !taken {
			k.at[placeSelect][key] = a
		}
	}
	return k
}

// theKeys is the table, ready for looking up. It is made in init because actions refer back to it.
var theKeys *keymap

func init() { theKeys = newKeymap() }

func (k *keymap) byID(id string) *action {
	for i := range k.all {
		if k.all[i].id == id {
			return &k.all[i]
		}
	}
	return nil
}

// keyOf is the first key of an action.
func keyOf(id string) string {
	if a := theKeys.byID(id); a != nil {
		return a.keys[0]
	}
	return id
}

// place is where a key pressed now would act.
func (m *Model) place() place {
	switch {
	case m.overlay != nil:
		return m.overlay.place()
	case m.filter.editing:
		return placeFilter
	case m.focus == placeReply && m.composer.inForm():
		return placeForm
	case m.focus == placeThread && m.thread.selected != "":
		return placeSelect
	}
	return m.focus
}

// onKey does what the key means here, or gives it to the editor.
func (m *Model) onKey(k tea.KeyPressMsg) tea.Cmd {
	if m.opening {
		return m.keepEarly(k)
	}
	if k.Code == tea.KeyEscape && k.Mod == tea.ModAlt { // two in a moment, which the terminal's bytes do not tell apart
		once := tea.KeyPressMsg{Code: tea.KeyEscape}
		return tea.Batch(m.onKey(once), m.onKey(once))
	}
	at := m.place()
	key := k.String()
	if m.lay.tooSmall {
		if key == keyOf("leave-now") || key == keyOf("quit") {
			return m.quit()
		}
		return nil
	}
	m.notice.read()
	m.touched()
	if a := theKeys.at[at][key]; a != nil {
		return m.perform(a)
	}
	switch at {
	case placeReply, placeForm:
		return m.typeReply(k)
	case placeFilter:
		return m.typeFilter(k)
	case placeMenu, placeHelp, placePrompt, placeQueue, placeLine, placeSite:
		return m.overlay.typed(m, k)
	case placeEvidence, placeSave:
		return m.overlay.typed(m, k)
	case placeAsk:
		return nil
	}
	if cmd, ok := m.macroKey(at, key); ok {
		return cmd
	}
	if k.Text != "" {
		return m.say(key + " does nothing here. " + keyOf("help") + " shows the keys.")
	}
	return nil
}

// touched notes that somebody sits here.
func (m *Model) touched() {
	m.idle = 0
	m.list.touch()
}

// perform runs an action, or says why it can't be.
func (m *Model) perform(a *action) tea.Cmd {
	if a.not != nil {
		if why := a.not(m); why != "" {
			return m.say(why)
		}
	}
	return tea.Batch(a.run(m), m.sawThread())
}

// can reports whether an action is possible here and now.
func (m *Model) can(a *action, at place) bool {
	return slices.Contains(a.in, at) && (a.not == nil || a.not(m) == "")
}
