package bench_test

import (
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
	if err := bench.Run(t.Context(), bench.Options{Size: 5}); err == nil {
		t.Error("a store of five conversations was measured")
	}
}
