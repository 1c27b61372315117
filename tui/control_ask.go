package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// askApp asks to which app a conversation is passed.
func (m *Model) askApp(c store.Conversation, r desk.ControlRequest) tea.Cmd {
	return m.askLine(&lineBox{
		title: "Pass it on", label: "The app's id: a number, as the Page's settings show it",
		note: keyOf("line-take") + " goes on · " + keyOf("line-close") + " leaves",
		take: func(m *Model, typed string) (tea.Cmd, string) {
			if typed == "" || strings.Trim(typed, "0123456789") != "" {
				return nil, "An app's id has digits only."
			}
			r.To = typed
			return m.sureOfControl(c, r), ""
		},
	}, "")
}

// sureOfControl asks before another app, or we, answer in a conversation: whoever is in the middle of it loses it.
func (m *Model) sureOfControl(c store.Conversation, r desk.ControlRequest) tea.Cmd {
	name := CleanLine(c.Contact.Title())
	text := map[desk.ControlVerb]string{
		desk.ControlTake:    "From now on we answer " + name + ", and what answers there now no longer does. Take the conversation?",
		desk.ControlPass:    "From now on the app " + CleanLine(r.To) + " answers " + name + ", and replies from here may be refused. Pass it on?",
		desk.ControlRelease: "From now on whichever app answers " + name + " first has the conversation. Release it?",
	}[r.Verb]
	if r.Verb == desk.ControlPass && r.To == messenger.PageInboxApp {
		text = "From now on people at the Page's own inbox answer " + name + ", and replies from here may be refused. Pass it on?"
	}
	m.overlay = &questionBox{title: "Control", text: text, yes: func(m *Model) tea.Cmd {
		return tea.Batch(m.say("Asking the platform…"), askControl(m.ctx, m.desk, r))
	}}
	return nil
}
