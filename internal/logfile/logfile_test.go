package logfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"frontdesk/internal/logfile"
)

func open(t *testing.T, path string, limit int64) *logfile.File {
	t.Helper()
	f, err := logfile.Open(path, limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // some tests close it themselves, which does no harm
	return f
}

func write(t *testing.T, f *logfile.File, line string) {
	t.Helper()
	if n, err := f.Write([]byte(line)); err != nil || n != len(line) {
		t.Fatalf("wrote %d of %d bytes: %v", n, len(line), err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOnlyTheOwnerReadsIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "front.log")
	write(t, open(t, path, 0), "hello\n")
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
}

func TestItGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "front.log")
	f := open(t, path, 100)
	write(t, f, "one\n")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := f.Write([]byte("lost\n")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("writing after the end: %v", err)
	}
	write(t, open(t, path, 100), "two\n")
	if got := read(t, path); got != "one\ntwo\n" {
		t.Errorf("the file is %q", got)
	}
}

func TestItIsBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "front.log")
	f := open(t, path, 25)
	for n := range 10 {
		write(t, f, fmt.Sprintf("line %04d\n", n)) // 10 bytes: two fit
	}
	if got, want := read(t, path), "line 0008\nline 0009\n"; got != want {
		t.Errorf("the file is %q, want %q", got, want)
	}
	if got, want := read(t, path+logfile.PreviousSuffix), "line 0006\nline 0007\n"; got != want {
		t.Errorf("the previous file is %q, want %q", got, want)
	}
	write(t, f, strings.Repeat("x", 40)+"\n") // larger than a file may be: it gets one of its own
	if got := len(read(t, path)); got != 41 {
		t.Errorf("a long line's file has %d bytes", got)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 2 {
		t.Errorf("there are %d files, %v", len(entries), err)
	}
}

func TestWithoutALimitItGrows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "front.log")
	f := open(t, path, 0)
	for range 100 {
		write(t, f, "line\n")
	}
	if got := len(read(t, path)); got != 500 {
		t.Errorf("the file has %d bytes", got)
	}
	if _, err := os.Stat(path + logfile.PreviousSuffix); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a previous file: %v", err)
	}
}

// TestMovedAway has somebody else move the file, as logrotate does, or cut it.
func TestMovedAway(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "front.log")
	f := open(t, path, 0)
	write(t, f, "one\n")
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	write(t, f, "two\n")
	if got := read(t, path); got != "two\n" {
		t.Errorf("the new file is %q", got)
	}
	if got := read(t, path+".old"); got != "one\n" {
		t.Errorf("the old file is %q", got)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	write(t, f, "three\n")
	if got := read(t, path); got != "three\n" {
		t.Errorf("the file that was cut is %q", got)
	}
}

// TestTwoProcesses has two opens of one path write at once: no line is torn, and what is left is the newest.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "front.log")
	const lines, limit = 400, 4000
	var wg sync.WaitGroup
	for _, who := range []string{"a", "b"} {
		f := open(t, path, limit)
		wg.Go(func() {
			for n := range lines {
				if _, err := fmt.Fprintf(f, "%s %017d\n", who, n); err != nil { // 20 bytes
					t.Errorf("write: %v", err)
				}
			}
		})
	}
	wg.Wait()
	last := map[string]bool{}
	for _, name := range []string{path, path + logfile.PreviousSuffix} {
		text := read(t, name)
		// A process may write to the file it has just seen at the path while another moves it.
		if len(text) > limit+2*20 {
			t.Errorf("%s has %d bytes, bounded at %d", filepath.Base(name), len(text), limit)
		}
		for line := range strings.Lines(text) {
			if len(line) != 20 {
				t.Errorf("a line is torn: %q", line)
			}
			last[strings.TrimSpace(line)] = true
		}
	}
	if a, b := last[fmt.Sprintf("a %017d", lines-1)], last[fmt.Sprintf("b %017d", lines-1)]; !a && !b {
		t.Error("the newest line is gone")
	}
}

func TestWhereNoFileCanBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, path := range map[string]string{
		"a folder": dir, "under a file": filepath.Join(dir, "file", "front.log"),
	} {
		if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := logfile.Open(path, 0); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
