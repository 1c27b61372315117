package main

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// terminal is a program running on a terminal line, with a screen in memory.
type terminal struct {
	screen *vt.SafeEmulator
	line   *os.File
	cmd    *exec.Cmd
	done   chan struct{} // closed when the program's output has ended

	mu      sync.Mutex
	changed time.Time // of the last output
	cursor  bool      // whether the cursor is shown
}

// start runs a program on a terminal of that size. Light says which background colour the terminal reports.
func start(ctx context.Context, theme theme, cols, rows int, env []string, name string, args ...string) (*terminal, error) {
	t := &terminal{screen: vt.NewSafeEmulator(cols, rows), done: make(chan struct{}), changed: time.Now()}
	t.screen.SetCallbacks(vt.Callbacks{CursorVisibility: t.showCursor})
	t.screen.SetDefaultForegroundColor(theme.foreground)
	t.screen.SetDefaultBackgroundColor(theme.background)
	t.cmd = exec.CommandContext(ctx, name, args...)
	t.cmd.Env = append(append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor"), env...)
	var err error
	t.line, err = pty.StartWithSize(t.cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() { _, _ = io.Copy(t.line, t.screen) }() // the terminal's own answers; ends when the line is closed
	go t.read()
	return t, nil
}

func (t *terminal) showCursor(visible bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cursor = visible
}

// cursorAt is the cell of the cursor, and false where it is hidden.
func (t *terminal) cursorAt() (x, y int, shown bool) {
	at := t.screen.CursorPosition() // before the lock: the screen holds its own while it calls showCursor
	t.mu.Lock()
	defer t.mu.Unlock()
	return at.X, at.Y, t.cursor
}

func (t *terminal) read() {
	defer close(t.done)
	buf := make([]byte, 32<<10)
	for {
		n, err := t.line.Read(buf)
		if n > 0 {
			_, _ = t.screen.Write(buf[:n]) // calls showCursor, so without the lock
			t.mu.Lock()
			t.changed = time.Now()
			t.mu.Unlock()
		}
		if err != nil {
			return
		}
	}
}

// press writes keys as a terminal would send them. What settle waits for counts from here.
func (t *terminal) press(keys string) error {
	t.mu.Lock()
	t.changed = time.Now()
	t.mu.Unlock()
	_, err := io.WriteString(t.line, keys)
	return err
}

// text is the screen without colours.
func (t *terminal) text() string {
	var b strings.Builder
	for y := range t.screen.Height() {
		for x := 0; x < t.screen.Width(); {
			c := t.screen.CellAt(x, y)
			if c == nil || c.Width == 0 {
				b.WriteByte(' ')
				x++
				continue
			}
			b.WriteString(c.Content)
			x += c.Width
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// wait returns when the screen shows want.
func (t *terminal) wait(want string, limit time.Duration) error {
	return t.until(fmt.Sprintf("%q", want), limit, func(screen string) bool { return strings.Contains(screen, want) })
}

// until returns when the screen is as wanted; what says in an error what that is.
func (t *terminal) until(what string, limit time.Duration, wanted func(screen string) bool) error {
	deadline := time.Now().Add(limit)
	for time.Now().Before(deadline) {
		if wanted(t.text()) {
			return nil
		}
		select {
		case <-t.done:
			return fmt.Errorf("the program ended before it showed %s:\n%s", what, t.text())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("the screen does not show %s after %v:\n%s", what, limit, t.text())
}

// settle returns when nothing has been drawn for a while.
func (t *terminal) settle(quiet, limit time.Duration) {
	deadline := time.Now().Add(limit)
	for time.Now().Before(deadline) {
		t.mu.Lock()
		idle := time.Since(t.changed)
		t.mu.Unlock()
		if idle >= quiet {
			return
		}
		time.Sleep(quiet - idle)
	}
}

// close ends the program and waits for it.
func (t *terminal) close() error {
	_ = t.cmd.Process.Signal(os.Interrupt) // it may have ended by itself
	select {
	case <-t.done:
	case <-time.After(6 * time.Second):
		_ = t.cmd.Process.Kill()
	}
	t.line.Close()
	_ = t.screen.Close()
	err := t.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil // interrupted, as asked
	}
	return err
}

// theme is a terminal's own colours.
type theme struct {
	foreground, background color.Color
}

var (
	dark  = theme{color.RGBA{0xd7, 0xda, 0xe0, 0xff}, color.RGBA{0x16, 0x18, 0x1d, 0xff}}
	light = theme{color.RGBA{0x24, 0x29, 0x2f, 0xff}, color.RGBA{0xfb, 0xfb, 0xf9, 0xff}}
)
