package media_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"frontdesk/desk/media"
)

// fullDisk names the folder of a process that has no room for large files.
const fullDisk = "FRONTDESK_TEST_FULL_DISK"

// TestFullDisk attaches files in a process that may write some hundred KB into each, as on a disk that is full.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv(fullDisk); dir != "" {
		attachWithoutRoom(t, dir)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	small := picture(t, 5)
	for name, content := range map[string][]byte{"small.png": small, "large.png": padded(small, 1<<20)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	within := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -f 512; exec "$0" -test.run '^TestFullDisk$' -test.v`, os.Args[0])
	within.Env = append(os.Environ(), fullDisk+"="+dir)
	out, err := within.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestFullDisk")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func attachWithoutRoom(t *testing.T, dir string) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ) // as the program does: the write fails instead
	f := media.NewFolder(media.Options{Dir: filepath.Join(dir, "media")})
	var unfit *media.Unfit
	if _, err := f.Attach(t.Context(), filepath.Join(dir, "large.png")); !errors.As(err, &unfit) || !strings.Contains(unfit.Reason, "disk") || unfit.Advice == "" {
		t.Errorf("without room: %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "media")); err != nil || len(left) != 0 {
		t.Errorf("what is left: %v, %v", left, err)
	}
	if _, err := f.Attach(t.Context(), filepath.Join(dir, "small.png")); err != nil {
		t.Errorf("what has room: %v", err)
	}
}
