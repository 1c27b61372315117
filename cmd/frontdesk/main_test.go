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
	testscript.Main(cleaning{m}, map[string]func(){
		"frontdesk": func() { os.Exit(run(context.Background(), os.Args[1:])) },
		hurried: func() {
			hurryUp()
			os.Exit(run(context.Background(), os.Args[1:]))
		},
	})
}

// cleaning runs the tests and takes away what binary built for them.
type cleaning struct{ *testing.M }

func (c cleaning) Run() int {
	code := c.M.Run()
	if builds.path != "" {
		if err := os.RemoveAll(filepath.Dir(builds.path)); err != nil {
			return max(code, 1)
		}
	}
	return code
}

// builds is what binary built.
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
