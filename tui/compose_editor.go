package tui

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

// editorReadyMsg says that the text lies in a file for the editor.
type editorReadyMsg struct {
	conv store.ConversationID
	mode desk.Mode
	path string
	run  *exec.Cmd
	err  error
}

// editorDoneMsg brings what the editor left.
type editorDoneMsg struct {
	conv store.ConversationID
	mode desk.Mode
	text string
	err  error
}

var errNoEditor = errors.New("no editor is set: name one in VISUAL or EDITOR, for example EDITOR=nano")

// openEditor gives the text to the editor of one's own.
func (m *Model) openEditor() tea.Cmd {
	c := &m.composer
	if c.draft.Chosen() == desk.ModeCards {
		return m.say("Cards have no long text.")
	}
	return layOut(c.conv, c.draft.Chosen(), spot{}.get(c.draft))
}

// layOut writes the text into a file that only its owner can read.
func layOut(conv store.ConversationID, mode desk.Mode, text string) tea.Cmd {
	return func() tea.Msg {
		msg := editorReadyMsg{conv: conv, mode: mode}
		editor := strings.TrimSpace(os.Getenv("VISUAL"))
		if editor == "" {
			editor = strings.TrimSpace(os.Getenv("EDITOR"))
		}
		if editor == "" {
			msg.err = errNoEditor
			return msg
		}
		file, err := os.CreateTemp("", "frontdesk-*.txt") // made with mode 0600
		if err != nil {
			msg.err = fmt.Errorf("make a file for the editor: %w", err)
			return msg
		}
		_, err = file.WriteString(text)
		if err = errors.Join(err, file.Close()); err != nil {
			msg.err = errors.Join(fmt.Errorf("write the text for the editor: %w", err), os.Remove(file.Name()))
			return msg
		}
		msg.path = file.Name()
		msg.run = exec.Command("sh", "-c", editor+` "$1"`, "sh", file.Name()) //nolint:gosec // the user's own words for the user's own editor
		return msg
	}
}

// runEditor hands the terminal over until the editor ends.
func (m *Model) runEditor(msg editorReadyMsg) tea.Cmd {
	if msg.err != nil {
		return m.notice.fail(firstLetterUp(problem(msg.err)))
	}
	return tea.ExecProcess(msg.run, func(err error) tea.Msg { return takeIn(msg, err) })
}

// takeIn reads what the editor left and removes the file.
func takeIn(msg editorReadyMsg, err error) tea.Msg {
	done := editorDoneMsg{conv: msg.conv, mode: msg.mode}
	text, readErr := os.ReadFile(msg.path)
	if err != nil {
		err = fmt.Errorf("the editor failed: %w", err)
	}
	done.err = errors.Join(err, readErr, os.Remove(msg.path))
	done.text = strings.TrimRight(Clean(string(text)), "\n ")
	return done
}

// applyEdited puts what the editor left into the draft it was taken from. An editor that failed changes nothing.
func (m *Model) applyEdited(msg editorDoneMsg) tea.Cmd {
	if msg.err != nil {
		return m.notice.fail("The text is as it was: " + problem(msg.err))
	}
	put := func(d desk.Draft) desk.Draft {
		if msg.mode == desk.ModeNote {
			d.Note = msg.text
		} else {
			d.Text = msg.text
		}
		return d
	}
	c := &m.composer
	if c.conv != msg.conv {
		d := put(m.drafts.of(msg.conv))
		m.drafts.typed(msg.conv, d)
		m.setDrafted(msg.conv, !d.Empty())
		return m.keepDraftOf(msg.conv)
	}
	c.draft = put(c.draft)
	c.fill()
	return tea.Batch(m.changed(), m.relayout())
}
