package tui

import (
	"net"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// tryOutPath is where our own plugin has the page on which anybody can be the customer.
const tryOutPath = "/plugin/try"

// tryOut is the address of that page; empty where there is none: it is there for this machine alone.
func (m *Model) tryOut() string {
	if m.state.ListenError != "" {
		return ""
	}
	u, ok := webLink(m.state.Listening)
	if !ok {
		return ""
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ""
	}
	for _, in := range m.state.Inboxes {
		if in.Plugin {
			return strings.TrimSuffix(CleanLine(m.state.Listening), "/") + tryOutPath
		}
	}
	return ""
}

// tryOutLine says in the demo where one can be the customer, in as many words as a line of w columns has room for.
func (m *Model) tryOutLine(w int) string {
	url := m.tryOut()
	if !m.state.Demo || url == "" {
		return ""
	}
	key := keyOf("try-out")
	line := ""
	for _, said := range []string{url, "Be a customer (" + key + "): " + url, "Be a customer yourself, in the browser: " + url + " (" + key + " opens it)"} {
		if line == "" || m.ruler.width(said) <= w {
			line = said
		}
	}
	return line
}

func noTryOut(m *Model) string {
	if m.tryOut() == "" {
		return "There is a try-out page only where frontdesk listens on this machine alone, with the chat plugin."
	}
	return ""
}

// openTryOut opens the page. Nobody is asked: the address is our own.
func (m *Model) openTryOut() tea.Cmd {
	return openAddress(m.ctx, m.opener, m.tryOut())
}
