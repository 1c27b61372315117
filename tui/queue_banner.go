package tui

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/desk"
	"frontdesk/store"
)

// trouble is what keeps replies from going out, or soon will, in one line for all inboxes: what it is and what to do.
func (m *Model) trouble() string {
	var said []string
	stopped := slices.Clone(m.state.Inboxes)
	slices.SortStableFunc(stopped, func(a, b desk.Inbox) int { // what needs a person comes first
		switch {
		case a.Stopped == b.Stopped:
			return 0
		case a.Stopped:
			return -1
		}
		return 1
	})
	for _, in := range stopped {
		if in.Alert != "" {
			said = append(said, inboxName(in)+": "+strings.TrimSpace(sentence(CleanLine(in.Alert))+" "+CleanLine(in.Advice)))
		}
	}
	for _, u := range m.state.Usage {
		if in := m.inbox(u.Inbox); in.Alert == "" {
			said = append(said, inboxName(in)+": "+CleanLine(u.Text))
		}
	}
	switch n := len(said); {
	case n == 0:
		return ""
	case n > 1:
		said[0] += fmt.Sprintf(" And %d more; %s shows all.", n-1, keyOf("diagnostics"))
	}
	return said[0]
}

// inboxName is what an inbox is called.
func inboxName(in desk.Inbox) string { return orElse(CleanLine(in.Name), CleanLine(string(in.ID))) }

// usageWords is how near an inbox is to a limit of the platform; empty when it is not.
func (m *Model) usageWords(id store.InboxID) string {
	for _, u := range m.state.Usage {
		if u.Inbox == id {
			return CleanLine(u.Text)
		}
	}
	return ""
}
