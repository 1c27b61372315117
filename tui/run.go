package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"
)

// wheelPause is how long wheel notches are gathered before they scroll.
const wheelPause = 12 * time.Millisecond

// Run shows the screen on the terminal until the agent quits or ctx ends. The terminal is restored on every way out,
// a panic included; drafts are kept. More program options come after frontdesk's own, for tests and other terminals.
//
// The error of an agent's quitting is nil. tea.ErrInterrupted, tea.ErrProgramPanic and ctx's error can be told apart
// with errors.Is.
func Run(ctx context.Context, o Options, more ...tea.ProgramOption) error {
	o.Ctx = ctx
	m := New(o)
	defer m.cancel()
	options := append([]tea.ProgramOption{tea.WithContext(ctx), tea.WithFilter(newFloodgate(time.Now).filter)}, more...)
	_, err := tea.NewProgram(m, options...).Run()
	if left := m.leftPictures(); left != "" {
		_, _ = os.Stdout.WriteString(left) // nothing depends on it
	}

	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), quitPause)
	defer cancel()
	if keepErr := m.drafts.keepAll(keep, m.desk, m.agent); keepErr != nil {
		err = errors.Join(err, fmt.Errorf("keep the drafts: %w", keepErr))
	}
	return err
}

// floodgate lets through as much of the mouse as the screen can use: motion not at all, and a wheel's notches gathered
// where they come faster than frames. The model answers each with a flushWheelMsg, which brings what was gathered.
type floodgate struct {
	now     func() time.Time
	last    time.Time
	pending wheelMsg
}

func newFloodgate(now func() time.Time) *floodgate { return &floodgate{now: now} }

// filter is for tea.WithFilter; the program calls it from one goroutine.
func (f *floodgate) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg := msg.(type) {
	case tea.MouseMotionMsg, tea.MouseReleaseMsg:
		return nil
	case tea.MouseWheelMsg:
		f.pending.x, f.pending.y = msg.X, msg.Y
		f.pending.lines += wheelLines(msg.Mouse())
		if f.now().Sub(f.last) < wheelPause {
			return nil
		}
		return f.take()
	case flushWheelMsg:
		if f.pending.lines == 0 {
			return nil
		}
		return f.take()
	}
	return msg
}

func (f *floodgate) take() tea.Msg {
	w := f.pending
	f.last, f.pending.lines = f.now(), 0
	return w
}

// flushWheel asks for the notches that came while the screen was scrolling.
func flushWheel(ctx context.Context) tea.Cmd {
	return later(ctx, wheelPause, func() tea.Msg { return flushWheelMsg{} })
}
