package bench

import (
	"strconv"

	tea "charm.land/bubbletea/v2"
)

// emptyMark is on the first frame of the empty program.
const emptyMark = "empty program"

// empty is a Bubble Tea program that does nothing but count keys.
type empty struct{ keys int }

func (empty) Init() tea.Cmd { return nil }

func (m empty) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if msg.String() == "q" {
			return m, tea.Quit
		}
		m.keys++
	case tea.InterruptMsg:
		return m, tea.Quit
	}
	return m, nil
}

func (m empty) View() tea.View {
	v := tea.NewView(emptyMark + " " + strconv.Itoa(m.keys))
	v.AltScreen = true
	return v
}

// Empty runs the empty program: what the start of the inbox, and the way of a key through it, are measured against.
func Empty() error {
	_, err := tea.NewProgram(empty{}).Run()
	return err
}
