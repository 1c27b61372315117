package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	// inboxMark is on the inbox's first frame.
	inboxMark = "Views"
	// starts are more than other turns: a start is short, and the machine's other work shows in it.
	starts   = 9
	keys     = 60
	quiet    = 120 * time.Millisecond
	readyFor = 3 * time.Second // the inbox is open that long before its memory is looked at
)

// screen measures the program itself, on a terminal line. It starts the program, so the store must not be open.
func (s *session) screen(ctx context.Context) error {
	if s.Program == "" {
		s.absent("the screen", "no program was given")
		return nil
	}
	for _, part := range []func(context.Context) error{s.firstFrame, s.keys, s.bytes} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// environment is ours without settings that would lead to somebody's own data.
func (s *session) environment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "FRONTDESK_") && !strings.HasPrefix(v, "XDG_CONFIG_HOME=") && !strings.HasPrefix(v, "TERM=") {
			env = append(env, v)
		}
	}
	return append(env, "TERM=xterm-256color", "XDG_CONFIG_HOME="+s.folder, "FRONTDESK_DATA="+s.data, "FRONTDESK_LISTEN=127.0.0.1:0",
		"FRONTDESK_AGENT=ana")
}

func (s *session) inbox(ctx context.Context, cols, rows int, marks ...string) (*terminal, error) {
	return startTerminal(ctx, cols, rows, s.environment(), append(marks, "frontdesk", inboxMark), s.Program)
}

func (s *session) empty(ctx context.Context) (*terminal, error) {
	return startTerminal(ctx, 120, 40, s.environment(), []string{emptyMark}, s.Program, "bench", "--empty")
}

func (s *session) firstFrame(ctx context.Context) error {
	timed := func(start func() (*terminal, error), mark string) func() (float64, error) {
		return func() (took float64, err error) {
			t, err := start()
			if err != nil {
				return 0, err
			}
			defer func() { err = errors.Join(err, t.close()) }()
			d, err := t.mark(mark)
			return d.Seconds(), err
		}
	}
	inbox := func() (*terminal, error) { return s.inbox(ctx, 120, 40) }
	p, err := inTurns(max(starts, s.Runs), timed(inbox, inboxMark), timed(func() (*terminal, error) { return s.empty(ctx) }, emptyMark))
	if err != nil {
		return err
	}
	s.add(figure{
		what: "process start to first frame / an empty program", goal: "≤ 1.15", value: p.ratio, limit: 1.15,
		note: fmt.Sprintf("%s against %s", micros(p.ours), micros(p.peer)),
	})
	s.absent("aerc", "not compared here")
	return nil
}

// keys measures how long a key takes to the first byte on the terminal.
func (s *session) keys(ctx context.Context) (err error) {
	inbox, err := s.inbox(ctx, 200, 60)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inbox.close()) }()
	peer, err := s.empty(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, peer.close()) }()
	if _, err := inbox.mark(inboxMark); err != nil {
		return err
	}
	inbox.settle(quiet)
	peer.settle(quiet)
	turn := 0
	press := func(t *terminal) func() (float64, error) {
		return func() (float64, error) {
			turn++
			d, err := t.press([]string{"j", "j", "k", "k"}[turn%4])
			t.settle(20 * time.Millisecond)
			return d.Seconds(), err
		}
	}
	p, err := inTurns(keys, press(inbox), press(peer))
	if err != nil {
		return err
	}
	s.add(figure{
		what: "key to bytes on the terminal / an empty program", goal: "≤ 1.2", value: p.ours / p.peer, limit: 1.2,
		note: fmt.Sprintf("medians of %d keys at 200x60: %s against %s", keys, micros(p.ours), micros(p.peer)),
	})
	time.Sleep(readyFor)
	held, err := inbox.anonymous()
	if err != nil || held == 0 {
		return err
	}
	limit := 10<<20 + 24*s.Size
	s.add(figure{
		what: "anonymous memory of the whole program / 10 MB + 24 bytes each", goal: "≤ 1", value: float64(held) / float64(limit), limit: 1,
		note: fmt.Sprintf("%.1f MB against %.1f", float64(held)/(1<<20), float64(limit)/(1<<20)),
	})
	return nil
}

// bytes measures what a cursor move writes: in the list alone, and with a new thread beside it.
func (s *session) bytes(ctx context.Context) error {
	alone, _, err := s.moves(ctx, 80, 24)
	if err != nil {
		return err
	}
	s.add(figure{what: "bytes for a cursor move in the list, 80x24", goal: "≤ 400", value: float64(alone), limit: 400, unit: " bytes"})
	both, changed, err := s.moves(ctx, 200, 60)
	if err != nil {
		return err
	}
	s.add(figure{
		what: "bytes with a new thread, 200x60 / 1.25 × changed text + 200", goal: "≤ 1", value: float64(both) / (1.25*float64(changed) + 200), limit: 1,
		note: fmt.Sprintf("%d bytes for %d of changed text", both, changed),
	})
	return nil
}

// moves are the medians of bytes written and of text changed by a move of the cursor.
func (s *session) moves(ctx context.Context, cols, rows int) (written, changed int, err error) {
	t, err := s.inbox(ctx, cols, rows)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	if _, err := t.mark(map[bool]string{true: "frontdesk", false: inboxMark}[cols < 100]); err != nil {
		return 0, 0, err
	}
	t.settle(4 * quiet)
	var all, texts []int
	for range 15 {
		before := t.cells()
		if _, err := t.press("j"); err != nil {
			return 0, 0, err
		}
		t.settle(2 * quiet)
		all = append(all, t.bytes())
		text := 0
		for i, cell := range t.cells() {
			if cell != before[i] {
				text += max(1, len(cell))
			}
		}
		texts = append(texts, text)
	}
	return median(all), median(texts), nil
}
