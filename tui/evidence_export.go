package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
)

func (m *Model) copyTrail() tea.Cmd {
	b := m.evidenceOf()
	whole, err := b.trail.JSON()
	if err != nil {
		b.said, b.fault = "Not copied: "+problem(err), true
		return nil
	}
	b.said, b.fault = "Copied as JSON, if the terminal allows it.", false
	b.show(m)
	return tea.SetClipboard(string(whole))
}

func (m *Model) askTrailPath() tea.Cmd {
	b := m.evidenceOf()
	b.saving, b.said = true, ""
	b.input = newFieldInput()
	styleField(&b.input, m.theme)
	b.input.SetValue("evidence-" + m.clock.Format("2006-01-02-150405") + ".json")
	b.input.CursorEnd()
	b.show(m)
	return b.input.Focus()
}

func (m *Model) leaveTrailPath() tea.Cmd {
	b := m.evidenceOf()
	b.saving, b.said = false, ""
	return nil
}

// saveTrail writes the trail where the agent says.
func (m *Model) saveTrail() tea.Cmd {
	b := m.evidenceOf()
	path := strings.TrimSpace(b.input.Value())
	if path == "" {
		b.said, b.fault = "Type where to write it.", true
		return nil
	}
	trail := b.trail
	return func() tea.Msg { return trailSavedMsg{path, writeTrail(trail, path)} }
}

// writeTrail writes a trail into a new file that only its owner can read. What is there already is never overwritten.
func writeTrail(trail desk.Trail, path string) (err error) {
	whole, err := trail.JSON()
	if err != nil {
		return err
	}
	if path, err = filepath.Abs(homely(path)); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the agent says where
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("there is a file at %s already, and it stays as it is", path)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(append(whole, '\n'))
	return err
}

func (m *Model) applyTrailSaved(msg trailSavedMsg) tea.Cmd {
	b := m.evidenceOf()
	said, fault := "Written to "+CleanLine(msg.path)+".", false
	if msg.err != nil {
		said, fault = "Not written: "+problem(msg.err), true
	}
	switch {
	case b == nil && fault:
		return m.notice.fail(said)
	case b == nil:
		return m.say(said)
	}
	b.said, b.fault = said, fault
	if !fault {
		b.saving = false
	}
	return nil
}
