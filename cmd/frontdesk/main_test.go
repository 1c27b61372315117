package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"frontdesk": func() { os.Exit(run(context.Background(), os.Args[1:])) },
	})
}

// builds is where binary puts what it built; it goes with the test process.
var builds struct {
	sync.Once
	path string
	err  error
}

// binary is the program as users have it, built once.
func binary(t *testing.T) string {
	t.Helper()
	builds.Do(func() {
		dir, err := os.MkdirTemp("", "frontdesk-build-")
		if err != nil {
			builds.err = err
			return
		}
		builds.path = filepath.Join(dir, "frontdesk")
		out, err := exec.Command("go", "build", "-o", builds.path, ".").CombinedOutput()
		if err != nil {
			t.Logf("go build: %s", out)
		}
		builds.err = err
	})
	if builds.err != nil {
		t.Fatalf("build the program: %v", builds.err)
	}
	return builds.path
}
