// Package npm finds what tests use from npm: an accessibility checker, and bot frameworks that run as bots against our
// platform. It is installed by
//
//	npm ci --ignore-scripts --omit=optional --prefix internal/npm/testdata
//
// as .ci/run does; the versions stand in package-lock.json there. A test that misses it skips with a sentence, or fails
// where nothing may be missing (FRONTDESK_TEST_ALL=1). The program itself needs none of it, and no Node.
package npm

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// install is what a test that misses something tells to do.
const install = "npm ci --ignore-scripts --omit=optional --prefix internal/npm/testdata"

// Folder is where the packages are: node_modules.
func Folder(t *testing.T) string {
	t.Helper()
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("this test does not know where it lies")
	}
	folder := filepath.Join(filepath.Dir(here), "testdata", "node_modules")
	if _, err := os.Stat(filepath.Join(folder, "axe-core", "axe.min.js")); err != nil {
		missing(t, "this needs packages of npm: "+install)
	}
	return folder
}

// Node is the program that runs JavaScript.
func Node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		missing(t, "this needs Node, which is not installed (Debian: apt-get install nodejs npm)")
	}
	return path
}

// Axe is the source of axe-core, which looks for what keeps people from using a page.
func Axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(Folder(t), "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("FRONTDESK_TEST_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
