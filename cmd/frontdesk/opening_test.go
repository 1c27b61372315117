package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"frontdesk/internal/config"
	"frontdesk/internal/control"
	"frontdesk/store/bolt"
)

// TestOpeningBehindTheScreen shows that what can't be opened behind the first frame ends the screen with a sentence and
// an exit code, on a terminal as it was.
func TestOpeningBehindTheScreen(t *testing.T) {
	t.Parallel()
	data := func(t *testing.T, environ []string) string {
		t.Helper()
		return filepath.Join(homeOf(environ), "data")
	}
	lock := func(t *testing.T, dir string) {
		t.Helper()
		files, err := bolt.Open(dir, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := files.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string) (listen string)
		says  string
		code  int
	}{
		"port taken": {
			spoil: func(t *testing.T, _ string) string {
				ln, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { ln.Close() })
				return ln.Addr().String()
			},
			says: `frontdesk: the address 127\.0\.0\.1:\d+ is taken by another program; set\s+FRONTDESK_LISTEN`, code: exitUse,
		},
		"folder locked": {
			spoil: func(t *testing.T, dir string) string {
				lock(t, dir)
				return "127.0.0.1:0"
			},
			says: `frontdesk: open \S+log\.db: another frontdesk`, code: exitLocked,
		},
		"file damaged": {
			spoil: func(t *testing.T, dir string) string {
				if err := os.WriteFile(filepath.Join(dir, "log.db"), []byte("hello"), 0o600); err != nil {
					t.Fatal(err)
				}
				return "127.0.0.1:0"
			},
			says: `frontdesk: .*log\.db.*damaged`, code: exitOther,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, environ := binary(t), home(t)
			dir := data(t, environ)
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			listen := c.spoil(t, dir)
			p := newPane(t, append([]string{"FRONTDESK_LISTEN=" + listen, "FRONTDESK_DATA=" + dir}, environ...), program)
			p.wantRestored(c.code)
			p.sees(c.says)
		})
	}
	t.Run("quit meanwhile", func(t *testing.T) {
		t.Parallel()
		program, environ := binary(t), home(t)
		dir := data(t, environ)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		silence(t, dir)
		p := newPane(t, append([]string{"FRONTDESK_LISTEN=127.0.0.1:0", "FRONTDESK_DATA=" + dir}, environ...), program)
		p.sees(`(?s)starting.*Views.*Reading…`)
		p.keys("q")
		p.wantRestored(exitDone)
	})
}

// silence has a frontdesk run for a data folder whose desk never answers, however long a slow machine takes to look.
func silence(t *testing.T, dir string) {
	t.Helper()
	ln, err := control.Listen(socketPath(config.Settings{DataDir: dir}))
	if err != nil {
		t.Fatal(err)
	}
	server := control.NewServer(newLateDesk(), slog.New(slog.DiscardHandler))
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := errors.Join(server.Close(ctx), <-served); err != nil {
			t.Error(err)
		}
	})
}

// TestNobodyWaitsForALockedFolder shows that opening a folder which another process has ends when nobody waits for it.
func TestNobodyWaitsForALockedFolder(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	files, err := bolt.Open(dir, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if _, _, err := openOrDial(ctx, config.Settings{DataDir: dir}, slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("the folder was opened twice")
	}
	if took := time.Since(began); took >= lockWait {
		t.Errorf("it was tried for %s although nobody waited", took)
	}
}
