package tui

import tea "charm.land/bubbletea/v2"

// mostEarly is how many keys and pastes are kept while the desk is being opened: more than anybody presses meanwhile.
const mostEarly = 500

// keepEarly keeps a key or a paste until the desk has answered for the first time: it is meant for what will be there.
// Quitting does not wait, unless what was typed before decides what the key means.
func (m *Model) keepEarly(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch key := k.String(); {
		case key == keyOf("leave-now"), key == keyOf("quit") && len(m.early) == 0:
			return m.quit()
		}
	}
	if len(m.early) < mostEarly {
		m.early = append(m.early, msg)
	}
	return nil
}

// opened lets the keys act that were pressed before the desk answered, in their order.
func (m *Model) opened() tea.Cmd {
	if !m.opening {
		return nil
	}
	m.opening = false
	early := m.early
	m.early = nil
	cmds := make([]tea.Cmd, 0, len(early))
	for _, msg := range early {
		switch msg := msg.(type) {
		case tea.KeyPressMsg:
			cmds = append(cmds, m.onKey(msg))
		case tea.PasteMsg:
			cmds = append(cmds, m.onPaste(msg.Content))
		}
	}
	return tea.Batch(cmds...)
}
