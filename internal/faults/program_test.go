//go:build linux

package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// built is the program as users have it.
var built struct {
	sync.Once
	path string
	err  error
}

// program builds the program once and returns its path.
func program(t *testing.T) string {
	t.Helper()
	built.Do(func() {
		dir, err := os.MkdirTemp("", "frontdesk-faults-")
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "frontdesk")
		out, err := exec.Command("go", "build", "-o", built.path, "frontdesk/cmd/frontdesk").CombinedOutput()
		if err != nil {
			t.Logf("go build: %s", out)
		}
		built.err = err
	})
	if built.err != nil {
		t.Fatalf("build the program: %v", built.err)
	}
	return built.path
}

func removeProgram() {
	if built.path != "" {
		_ = os.RemoveAll(filepath.Dir(built.path)) // a temporary folder: what is left of it does no harm
	}
}
