package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

const patience = 20 * time.Second

// terminal is a program on a terminal line, with a screen in memory that answers what the program asks.
type terminal struct {
	screen *vt.SafeEmulator
	line   *os.File
	cmd    *exec.Cmd
	began  time.Time
	done   chan struct{}
	woken  chan struct{} // holds one token after each output

	mu      sync.Mutex
	written int       // bytes since the last press
	first   time.Time // of them
	last    time.Time
	early   []byte // the beginning of all output
	marked  map[string]time.Duration
}

// startTerminal runs a program; marks are texts whose first appearance is timed.
func startTerminal(ctx context.Context, cols, rows int, env, marks []string, program string, args ...string) (*terminal, error) {
	t := &terminal{
		screen: vt.NewSafeEmulator(cols, rows), done: make(chan struct{}), woken: make(chan struct{}, 1),
		marked: map[string]time.Duration{},
	}
	t.cmd = exec.CommandContext(ctx, program, args...)
	t.cmd.Env = env
	t.began = time.Now()
	var err error
	if t.line, err = pty.StartWithSize(t.cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		return nil, fmt.Errorf("start %s on a terminal: %w", program, err)
	}
	go func() { _, _ = io.Copy(t.line, t.screen) }() // the terminal's answers; ends when the line is closed
	go t.read(marks)
	return t, nil
}

const earlyBytes = 1 << 20

func (t *terminal) read(marks []string) {
	defer close(t.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := t.line.Read(buf)
		now := time.Now()
		if n > 0 {
			t.mu.Lock()
			if t.written == 0 {
				t.first = now
			}
			t.written, t.last = t.written+n, now
			if len(t.marked) < len(marks) && len(t.early) < earlyBytes {
				t.early = append(t.early, buf[:n]...)
				for _, mark := range marks {
					if _, seen := t.marked[mark]; !seen && bytes.Contains(t.early, []byte(mark)) {
						t.marked[mark] = now.Sub(t.began)
					}
				}
			}
			t.mu.Unlock()
			_, _ = t.screen.Write(buf[:n])
			select {
			case t.woken <- struct{}{}:
			default:
			}
		}
		if err != nil {
			return
		}
	}
}

// mark waits until a text was written, and returns how long that took from the start of the program.
func (t *terminal) mark(text string) (time.Duration, error) {
	err := t.until(func() bool { return t.marked[text] > 0 })
	if err != nil {
		return 0, fmt.Errorf("wait for %q: %w", text, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.marked[text], nil
}

// until waits for output that makes a condition true; the condition is asked under the lock.
func (t *terminal) until(true func() bool) error {
	limit := time.After(patience)
	for {
		t.mu.Lock()
		ok := true()
		t.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-t.woken:
		case <-t.done:
			return errors.New("the program ended")
		case <-limit:
			return errors.New("nothing came in time")
		}
	}
}

// settle returns when nothing was written for a while.
func (t *terminal) settle(quiet time.Duration) {
	for limit := time.Now().Add(patience); time.Now().Before(limit); {
		t.mu.Lock()
		idle := time.Since(t.last)
		t.mu.Unlock()
		if idle >= quiet {
			return
		}
		time.Sleep(quiet - idle)
	}
}

// press sends a key and returns how long the first byte of an answer took.
func (t *terminal) press(key string) (time.Duration, error) {
	t.mu.Lock()
	t.written = 0
	t.mu.Unlock()
	began := time.Now()
	if _, err := io.WriteString(t.line, key); err != nil {
		return 0, err
	}
	if err := t.until(func() bool { return t.written > 0 }); err != nil {
		return 0, fmt.Errorf("press %q: %w", key, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first.Sub(began), nil
}

// bytes are those written since the last press.
func (t *terminal) bytes() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.written
}

// cells are the texts on the screen, cell by cell.
func (t *terminal) cells() []string {
	list := make([]string, 0, t.screen.Width()*t.screen.Height())
	for y := range t.screen.Height() {
		for x := range t.screen.Width() {
			content := ""
			if c := t.screen.CellAt(x, y); c != nil {
				content = c.Content
			}
			list = append(list, content)
		}
	}
	return list
}

// anonymous is the memory that the program holds beyond its files, in bytes; 0 where the system does not say.
func (t *terminal) anonymous() (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.cmd.Process.Pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kb, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kb << 10, err
		}
	}
	return 0, err
}

// close ends the program and waits for it.
func (t *terminal) close() error {
	_ = t.cmd.Process.Signal(os.Interrupt) // it may have ended by itself
	select {
	case <-t.done:
	case <-time.After(patience):
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
