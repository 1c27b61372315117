package bench_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"frontdesk/internal/bench"
)

// TestRun measures a small store for a moment: what it prints is there, and means nothing. What needs the program on a
// terminal, and PostgreSQL, are left out.
func TestRun(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	folder := t.TempDir()
	if err := bench.Run(t.Context(), bench.Options{Size: 1500, Seed: 5, Runs: 1, Folder: folder, Brief: true, Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"1500 conversations", "ingest acknowledged, 64 clients", "ingest over HTTP", "acknowledgement, one client",
		"switch of any single filter", "rare triple", "page down at the end",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("nothing is said of %q:\n%s", line, out.String())
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 0 {
		t.Errorf("it left %v behind, %v", left, err)
	}
}

func TestRunRefusesTooSmall(t *testing.T) {
	t.Parallel()
	err := bench.Run(t.Context(), bench.Options{Size: 5})
	if err == nil || !strings.Contains(err.Error(), "--size") {
		t.Errorf("a store of five conversations: %v", err)
	}
}

// TestRunIsEnded ends a run while it measures: the error is why it ended, whatever the part in which that was makes of
// it, and nothing is left behind.
func TestRunIsEnded(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancelCause(t.Context())
	why := errors.New("the operator has seen enough")
	folder := t.TempDir()
	err := bench.Run(ctx, bench.Options{Size: 150, Runs: 1, Folder: folder, Brief: true, Only: "lists", Out: endsAt("medians", func() { end(why) })})
	if !errors.Is(err, why) {
		t.Errorf("ended while it measured: %v, want %v", err, why)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 0 {
		t.Errorf("it left %v behind, %v", left, err)
	}
}

// endsAt is a writer that calls end once a word is written to it.
func endsAt(word string, end func()) io.Writer { return &ending{word, end} }

type ending struct {
	word string
	end  func()
}

func (e *ending) Write(p []byte) (int, error) {
	if strings.Contains(string(p), e.word) {
		e.end()
	}
	return len(p), nil
}
