package control_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"

	"frontdesk/desk"
	"frontdesk/internal/control"
	"frontdesk/store"
)

// run serves d at path until the function it returns is called.
func run(t *testing.T, path string, d desk.Contract) (stop func()) {
	t.Helper()
	ln, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	s := control.NewServer(d, slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ln) }()
	return func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := errors.Join(s.Close(ctx), <-ended); err != nil {
			t.Error(err)
		}
	}
}

func TestClientOutlivesTheProcessItWasDialledFor(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "fd") // t.TempDir is too long for a socket on some systems
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	path := control.Path(dir, "")
	replies := 0
	began := make(chan struct{})
	d := &stage{
		caughtUp: func(context.Context) error { return nil },
		reply: func(ctx context.Context, _ desk.Reply) (store.Message, error) {
			if replies++; replies == 1 {
				close(began)
				<-ctx.Done()
				return store.Message{}, ctx.Err()
			}
			return store.Message{}, nil
		},
	}
	stop := run(t, path, d)
	c := dial(t, path)
	busy := make(chan error, 1)
	go func() {
		_, err := c.Reply(t.Context(), desk.Reply{})
		busy <- err
	}()
	within(t, "the reply", began)
	for range 3 { // leaves a connection that waits
		if err := c.CaughtUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-busy; !errors.Is(err, desk.ErrUnanswered) {
		t.Errorf("a reply under way: %v, want desk.ErrUnanswered", err)
	}
	if _, err := c.Reply(t.Context(), desk.Reply{}); !errors.Is(err, desk.ErrGone) || errors.Is(err, desk.ErrUnanswered) {
		t.Errorf("a reply that nobody took: %v, want desk.ErrGone alone", err)
	}
	stop = run(t, path, d)
	defer stop()
	if _, err := c.Reply(t.Context(), desk.Reply{}); err != nil {
		t.Errorf("a reply to the process that came after: %v", err)
	}
	if replies != 2 {
		t.Errorf("%d replies were asked for, want 2", replies)
	}
}
