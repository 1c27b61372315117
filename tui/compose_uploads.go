package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
)

// uploadTickMsg is the time to look how far the files on their way have come.
type uploadTickMsg struct{}

const uploadPause = 400 * time.Millisecond

// watchUploads looks again and again how far files have come, as long as there are any on their way.
func (m *Model) watchUploads() tea.Cmd {
	if m.composer.watching || len(m.state.Uploads) == 0 || m.quitting {
		return nil
	}
	m.composer.watching = true
	return later(m.ctx, uploadPause, func() tea.Msg { return uploadTickMsg{} })
}

func (m *Model) applyUploadTick() tea.Cmd {
	m.composer.watching = false
	return m.refresh()
}

// uploadLines say how far the files of the shown conversation have come on their way to the platform.
func (m *Model) uploadLines(w int) []string {
	var out []string
	for _, u := range m.state.Uploads {
		if u.Conversation != m.thread.id {
			continue
		}
		said := fmt.Sprintf("⇡ %s: %s of %s sent", CleanLine(u.Name), orElse(bytesWord(u.Sent), "nothing"), bytesWord(u.Total))
		if u.Total <= 0 {
			said = "⇡ " + CleanLine(u.Name) + " is being sent"
		}
		out = append(out, m.theme.accent.on(m.ruler.cut(said, w)))
	}
	return out[:min(len(out), mostFileLines)]
}
