package tui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
)

// applyGone notes that the process that holds the desk has ended. Where that was another process, it is looked for until
// somebody serves again; what is shown stays, and what is typed is kept here meanwhile.
func (m *Model) applyGone() tea.Cmd {
	m.gone = true
	m.forgetAttendance()
	return tea.Batch(m.relayout(), m.redial())
}

// redial looks for the desk again in a moment.
func (m *Model) redial() tea.Cmd {
	if !m.state.Remote || m.quitting {
		return nil
	}
	return later(m.ctx, redialPause, func() tea.Msg { return redialMsg{} })
}

// applySubscribed listens to news, and after an interruption takes up everything where it was.
func (m *Model) applySubscribed(msg subscribedMsg) tea.Cmd {
	switch {
	case msg.err != nil && m.ctx.Err() != nil:
		return nil
	case msg.err != nil && (m.gone || errors.Is(msg.err, desk.ErrGone)):
		m.gone, m.goneWhy = true, ""
		if !errors.Is(msg.err, desk.ErrGone) {
			m.goneWhy = problem(msg.err) // somebody is there, and cannot be talked to
		}
		return tea.Batch(m.relayout(), m.redial())
	case msg.err != nil:
		return m.notice.fail("News can't be heard: " + problem(msg.err))
	}
	m.changes = msg.changes
	cmds := []tea.Cmd{waitForChange(m.ctx, m.changes), m.refresh()}
	if m.gone {
		m.gone, m.goneWhy = false, ""
		cmds = append(cmds, m.relayout(), m.refetch(), m.keepAllDrafts(), m.say("frontdesk is there again."))
	}
	return tea.Batch(cmds...)
}

// keepAllDrafts saves every draft that the desk does not have.
func (m *Model) keepAllDrafts() tea.Cmd {
	for conv := range m.drafts.unkept {
		m.drafts.due[conv] = true
	}
	for conv := range m.drafts.due {
		return m.keepDraftOf(conv)
	}
	return nil
}

// bannerText is what everybody at the screen must know, in a sentence; empty when all is well.
func (m *Model) bannerText() string {
	switch {
	case m.gone && m.goneWhy != "":
		return "The running frontdesk cannot be talked to: " + m.goneWhy
	case m.gone && m.state.Remote:
		return "The running frontdesk has ended. It is looked for all the time; what you write is kept here."
	case m.gone:
		return "frontdesk has ended: nothing new will come. " + keyOf("quit") + " quits."
	case m.state.ListenError != "":
		return "Nothing is listening: " + CleanLine(m.state.ListenError)
	case m.state.Trouble != "":
		return troubleWords[m.state.Trouble].banner
	}
	return m.trouble()
}

// bannerLines is the banner in lines of a screen w wide: one, or two where one would cut what matters and the screen has
// room. What does not fit there either, the diagnostics say.
func (m *Model) bannerLines(w int) []string {
	said := m.bannerText()
	if said == "" {
		if line := m.tryOutLine(w - 2); line != "" {
			return []string{line}
		}
		return nil
	}
	r, most := m.ruler, 1
	if m.height >= twoBannersFrom {
		most = 2
	}
	lines := r.wrap("! "+said, w-2)
	for i := 1; i < len(lines); i++ {
		lines[i] = "  " + lines[i]
	}
	if last := most - 1; len(lines) > most || r.width(lines[len(lines)-1]) > w-2 {
		all := ""
		if !m.gone {
			all = " (" + keyOf("diagnostics") + " shows all)"
		}
		last = min(last, len(lines)-1)
		rest := strings.TrimSpace(strings.Join(trimmed(lines[last:]), " "))
		if last > 0 {
			rest = "  " + rest
		}
		lines = append(lines[:last:last], r.cut(rest, w-2-len(all))+all)
	}
	return lines
}

// trimmed is the lines without the space around them.
func trimmed(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimSpace(line)
	}
	return out
}

// drawBanner is what stands under the header.
func (m *Model) drawBanner(w int) []string {
	p := m.theme.badBold
	if m.gone && m.state.Remote || !m.gone && m.state.ListenError == "" && m.state.Trouble == "" && alert(m.state) == "" {
		p = m.theme.warn
	}
	if m.bannerText() == "" {
		p = m.theme.accent
	}
	lines := m.bannerLines(w)
	for i, line := range lines {
		lines[i] = " " + p.on(line)
	}
	return lines
}
