package control_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"frontdesk/desk"
	"frontdesk/internal/control"
	"frontdesk/store"
)

// stage is a desk of which each test sets the methods it calls; any other call panics.
type stage struct {
	desk.Contract
	list     func(context.Context, store.ListRequest) (store.ListPage, error)
	conv     func(context.Context, store.ConversationID) (store.Conversation, error)
	reply    func(context.Context, desk.Reply) (store.Message, error)
	caughtUp func(context.Context) error
	changes  func(context.Context) (<-chan store.Seq, error)
}

func (s *stage) List(ctx context.Context, r store.ListRequest) (store.ListPage, error) {
	return s.list(ctx, r)
}

func (s *stage) Conversation(ctx context.Context, id store.ConversationID) (store.Conversation, error) {
	return s.conv(ctx, id)
}

func (s *stage) Reply(ctx context.Context, r desk.Reply) (store.Message, error) {
	return s.reply(ctx, r)
}

func (s *stage) CaughtUp(ctx context.Context) error { return s.caughtUp(ctx) }

func (s *stage) Changes(ctx context.Context) (<-chan store.Seq, error) { return s.changes(ctx) }

// serve answers from d and returns the server and the socket's path.
func serve(t *testing.T, d desk.Contract) (*control.Server, string) {
	t.Helper()
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
	ln, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	s := control.NewServer(d, slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // whatever a test left open is broken at once
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s, path
}

func dial(t *testing.T, path string) *control.Client {
	t.Helper()
	c, err := control.Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func within(t *testing.T, what string, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s did not happen within 10 s", what)
	}
}

func TestErrorsKeepWhatTheyAre(t *testing.T) {
	t.Parallel()
	var fault error
	_, path := serve(t, &stage{
		conv: func(context.Context, store.ConversationID) (store.Conversation, error) {
			return store.Conversation{}, fault
		},
	})
	c := dial(t, path)
	for name, err := range map[string]error{
		"not found":         store.ErrNotFound,
		"wrapped not found": fmt.Errorf("load thread 1:2: %w", store.ErrNotFound),
		"behind":            desk.ErrBehind,
		"full":              store.ErrFull,
		"closed":            fmt.Errorf("read: %w", store.ErrClosed),
		"late":              fmt.Errorf("wait: %w", context.DeadlineExceeded),
	} {
		fault = err
		_, got := c.Conversation(t.Context(), "1:2")
		sentinel := err
		if inner := errors.Unwrap(err); inner != nil {
			sentinel = inner
		}
		if !errors.Is(got, sentinel) || got.Error() != err.Error() {
			t.Errorf("%s: got %v, want %v", name, got, err)
		}
	}
	fault = errors.New("something else")
	if _, got := c.Conversation(t.Context(), "1:2"); got == nil || got.Error() != "something else" {
		t.Errorf("plain error: got %v", got)
	}
	refused := &desk.Refusal{Field: "quick_replies[2].title", Reason: "too long", Advice: "Shorten it."}
	for _, fault = range []error{refused, fmt.Errorf("reply: %w", refused)} {
		_, got := c.Conversation(t.Context(), "1:2")
		var r *desk.Refusal
		if !errors.As(got, &r) || *r != *refused || got.Error() != fault.Error() {
			t.Errorf("refusal: got %#v", got)
		}
	}
}

func TestFiftyClientsAtOnce(t *testing.T) {
	t.Parallel()
	_, path := serve(t, &stage{
		conv: func(_ context.Context, id store.ConversationID) (store.Conversation, error) {
			return store.Conversation{ID: id, Labels: []string{"a"}}, nil
		},
	})
	var all sync.WaitGroup
	for n := range 50 {
		c := dial(t, path)
		for k := range 4 { // more at once than a client keeps connections
			all.Go(func() {
				for round := range 10 {
					id := store.ConversationID(fmt.Sprintf("%d:%d", n, 10*k+round))
					got, err := c.Conversation(t.Context(), id)
					if err != nil || got.ID != id {
						t.Errorf("conversation %s: got %q, %v", id, got.ID, err)
						return
					}
				}
			})
		}
	}
	all.Wait()
}

func TestCancelEndsTheCallOnBothSides(t *testing.T) {
	t.Parallel()
	began, ended := make(chan struct{}), make(chan struct{})
	_, path := serve(t, &stage{
		caughtUp: func(ctx context.Context) error {
			close(began)
			<-ctx.Done()
			close(ended)
			return ctx.Err()
		},
		conv: func(_ context.Context, id store.ConversationID) (store.Conversation, error) {
			return store.Conversation{ID: id}, nil
		},
	})
	c := dial(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-began
		cancel()
	}()
	if err := c.CaughtUp(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
	within(t, "the end of the call on the server", ended)
	if got, err := c.Conversation(t.Context(), "1:2"); err != nil || got.ID != "1:2" {
		t.Errorf("the next call: %q, %v", got.ID, err)
	}
}

func TestServerGone(t *testing.T) {
	t.Parallel()
	began := make(chan struct{})
	steps := make(chan store.Seq)
	s, path := serve(t, &stage{
		caughtUp: func(ctx context.Context) error {
			close(began)
			<-ctx.Done()
			return ctx.Err()
		},
		changes: func(context.Context) (<-chan store.Seq, error) { return steps, nil },
	})
	c := dial(t, path)
	changes, err := c.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() { result <- c.CaughtUp(t.Context()) }()
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	if err := <-result; !errors.Is(err, desk.ErrGone) {
		t.Errorf("the call under way: %v, want desk.ErrGone", err)
	}
	close(steps)
	if _, open := <-changes; open {
		t.Error("the channel of changes is still open")
	}
	within(t, "closing the server", closed)
	if err := c.CaughtUp(t.Context()); !errors.Is(err, desk.ErrGone) {
		t.Errorf("a call afterwards: %v, want desk.ErrGone", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket's file is still there: %v", err)
	}
	if _, err := control.Dial(t.Context(), path); !errors.Is(err, control.ErrNobody) {
		t.Errorf("dial = %v, want ErrNobody", err)
	}
}

func TestCloseLetsCallsEnd(t *testing.T) {
	t.Parallel()
	began, release := make(chan struct{}), make(chan struct{})
	s, path := serve(t, &stage{
		conv: func(_ context.Context, id store.ConversationID) (store.Conversation, error) {
			close(began)
			<-release
			return store.Conversation{ID: id}, nil
		},
	})
	c := dial(t, path)
	result := make(chan error, 1)
	go func() {
		got, err := c.Conversation(t.Context(), "1:2")
		if err == nil && got.ID != "1:2" {
			err = fmt.Errorf("id %q", got.ID)
		}
		result <- err
	}()
	<-began
	closed := make(chan error, 1)
	go func() { closed <- s.Close(context.Background()) }()
	for { // Close has begun once nobody listens any more
		probe, err := net.Dial("unix", path)
		if err != nil {
			break
		}
		probe.Close()
	}
	close(release)
	if err := <-result; err != nil {
		t.Errorf("the call under way: %v", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestChangesCoalesce(t *testing.T) {
	t.Parallel()
	feed := store.NewFeed(1)
	_, path := serve(t, &stage{
		changes: func(ctx context.Context) (<-chan store.Seq, error) {
			ch, end := feed.Subscribe()
			context.AfterFunc(ctx, end)
			return ch, nil
		},
	})
	c := dial(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	changes, err := c.Changes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for seq := store.Seq(2); seq <= 1000; seq++ {
		feed.Publish(seq)
	}
	deadline := time.After(10 * time.Second)
	for last := store.Seq(0); last != 1000; {
		select {
		case seq := <-changes:
			if seq <= last {
				t.Fatalf("step %d after %d", seq, last)
			}
			last = seq
		case <-deadline:
			t.Fatalf("the last step did not come; stands at %d", last)
		}
	}
	cancel()
	for range changes { //nolint:revive // drains until closed
	}
}

func TestGarbageOnTheSocket(t *testing.T) {
	t.Parallel()
	_, path := serve(t, &stage{
		conv: func(_ context.Context, id store.ConversationID) (store.Conversation, error) {
			if id == "panic" {
				panic("on purpose")
			}
			return store.Conversation{ID: id}, nil
		},
	})
	frame := func(body string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + body
	}
	hello := "frontdesk control 1\n"
	for name, bytes := range map[string]string{
		"nothing":          "",
		"http":             "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"no line end":      strings.Repeat("a", 1<<16),
		"other version":    "frontdesk control 99\n",
		"no number":        "frontdesk control x\n",
		"huge frame":       hello + "\xff\xff\xff\xff",
		"half a frame":     hello + "\x00\x00\x00\x09abc",
		"no JSON":          hello + frame("abc"),
		"unknown call":     hello + frame(`{"call":"sing"}`),
		"no arguments":     hello + frame(`{"call":"list","args":7}`),
		"arguments absent": hello + frame(`{"call":"conversation"}`),
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			// The server may break the connection before all is written.
			_, _ = conn.Write([]byte(bytes))
			if err := conn.(*net.UnixConn).CloseWrite(); err != nil && !errors.Is(err, net.ErrClosed) {
				t.Logf("close: %v", err)
			}
			if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("the server holds on to the connection")
			}
		})
	}
	c := dial(t, path)
	if _, err := c.Conversation(t.Context(), "panic"); err == nil || errors.Is(err, desk.ErrGone) {
		t.Errorf("a panic in a call: %v, want an error that is not ErrGone", err)
	}
	if _, err := c.Draft(t.Context(), "1:2", strings.Repeat("x", 2<<20)); err == nil || errors.Is(err, desk.ErrGone) {
		t.Errorf("a call too large: %v, want an error that is not ErrGone", err)
	}
	if got, err := c.Conversation(t.Context(), "1:2"); err != nil || got.ID != "1:2" {
		t.Errorf("afterwards: %q, %v", got.ID, err)
	}
}

func TestSlowClientHoldsUpNobody(t *testing.T) {
	t.Parallel()
	big := store.ListPage{Rows: make([]store.Conversation, 1000)}
	for i := range big.Rows {
		big.Rows[i].Labels = []string{strings.Repeat("x", 1024)}
	}
	_, path := serve(t, &stage{
		list: func(context.Context, store.ListRequest) (store.ListPage, error) { return big, nil },
		conv: func(_ context.Context, id store.ConversationID) (store.Conversation, error) {
			return store.Conversation{ID: id}, nil
		},
	})
	for range 20 { // each asks for megabytes and reads nothing
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		body := `{"call":"list","args":{}}`
		head := string(binary.BigEndian.AppendUint32(nil, uint32(len(body))))
		if _, err := conn.Write([]byte("frontdesk control 1\n" + head + body)); err != nil {
			t.Fatal(err)
		}
	}
	c := dial(t, path)
	// One after the other, the twenty would be let go after more than three minutes.
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := c.Conversation(ctx, "1:2"); err != nil {
		t.Errorf("another client's call: %v", err)
	}
	page, err := c.List(ctx, store.ListRequest{})
	if diff := cmp.Diff(big, page); err != nil || diff != "" {
		t.Errorf("a large page: %v\n%.300s", err, diff)
	}
}

func TestOtherVersion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for greeting, want := range map[string]string{
		"frontdesk control 99 process 12\n": "version 99",
		"SSH-2.0-OpenSSH\n":                 "no frontdesk",
	} {
		go func() {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(greeting))
			_, _ = io.Copy(io.Discard, conn)
		}()
		if _, err := control.Dial(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("dial = %v, want a sentence with %q", err, want)
		}
	}
}

func TestSocketFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	// What a killed process leaves: a file nobody listens at.
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Dial(t.Context(), path); !errors.Is(err, control.ErrNobody) {
		t.Errorf("dial at a leftover = %v, want ErrNobody", err)
	}
	first, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, %v; want 0600", info.Mode(), err)
	}
	second, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("closing the older listener took the newer one's file: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Listen(path); err == nil {
		t.Error("a file that is no socket was replaced")
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	runtime := t.TempDir()
	if got := control.Path("/srv/desk", runtime); got != "/srv/desk/control.sock" {
		t.Errorf("path = %s", got)
	}
	long := "/srv/" + strings.Repeat("deep/", 30) + "desk"
	got, other := control.Path(long, runtime), control.Path(long+"2", runtime)
	if len(got) > 103 || got == other || got != control.Path(long+"/", runtime) {
		t.Errorf("paths of long folders: %s, %s", got, other)
	}
	for _, none := range []string{"", "/no/such/folder", "/" + strings.Repeat("r", 200)} {
		if got := control.Path(long, none); len(got) > 103 {
			t.Errorf("path of a long folder with runtime folder %.20q: %s", none, got)
		}
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestNobodyWhereTheFolderIsNone is about a data folder that is a file: nobody serves there, and whoever opens the folder
// says what is wrong with it.
func TestNobodyWhereTheFolderIsNone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Dial(t.Context(), filepath.Join(file, "control.sock")); !errors.Is(err, control.ErrNobody) {
		t.Errorf("dial = %v, want ErrNobody", err)
	}
}
