//go:build linux

package faults

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"frontdesk/desk"
	"frontdesk/internal/control"
)

// stay posts n events and wants each answered with 200.
func (h *killed) stay(t *testing.T, n int) {
	t.Helper()
	for range n {
		number := int(h.next.Add(1))
		status, err := post(t.Context(), http.DefaultClient, h.address, bigEvent(number))
		must(t, err)
		if status != http.StatusOK {
			t.Fatalf("event %d was answered with %d", number, status)
		}
		h.answered[number] = true
	}
}

// limitFiles bounds how large the files of a process may become, as ulimit -f does.
func limitFiles(t *testing.T, pid int, bytes uint64) {
	t.Helper()
	limit := syscall.Rlimit{Cur: bytes, Max: ^uint64(0)}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
}

// TestFileLimit shows that a file that may not grow is answered like a full disk, and does not end the program.
func TestFileLimit(t *testing.T) {
	t.Parallel()
	h := newKilled(t, newGraph(t))
	server := startServe(t, h.environ)
	h.stay(t, 5)
	info, err := os.Stat(filepath.Join(h.data(), "log.db"))
	must(t, err)
	limitFiles(t, server.Process.Pid, uint64(info.Size()))
	h.postUntil(t, http.StatusServiceUnavailable)
	limitFiles(t, server.Process.Pid, ^uint64(0))
	h.stay(t, 5)
	h.seesAll(t)
	h.end(t, server)
}

// TestFullDisk fills a small disk with events and makes it larger.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	h := newKilled(t, newGraph(t))
	resize := smallDisk(t, h.data(), "size=2m")
	server := startServe(t, h.environ)
	h.postUntil(t, http.StatusServiceUnavailable)
	h.postUntil(t, http.StatusServiceUnavailable) // it stays full
	client, err := control.Dial(t.Context(), control.Path(h.data(), ""))
	must(t, err)
	wantTrouble := func(want desk.Trouble) {
		t.Helper()
		state, err := client.State(t.Context())
		must(t, err)
		if state.Trouble != want {
			t.Errorf("the desk says its trouble is %q, want %q", state.Trouble, want)
		}
	}
	wantTrouble(desk.TroubleDiskFull)
	resize("size=64m")
	h.stay(t, 5)
	wantTrouble("")
	must(t, client.Close())
	h.seesAll(t)
	h.end(t, server)
}

// TestReadOnlyDisk wants a sentence and an exit code where nothing can be written, with data there and without.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	h := newKilled(t, newGraph(t))
	remount := smallDisk(t, h.data(), "size=8m")
	for _, with := range []string{"without data", "with data"} {
		remount("ro")
		for _, extra := range []string{"", "FRONTDESK_LOG=" + filepath.Join(h.dir, "elsewhere.log")} {
			cmd := exec.Command(program(t), "serve")
			cmd.Env = h.environ
			if extra != "" {
				cmd.Env = append(cmd.Env, extra)
			}
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() < 1 || exit.ExitCode() > 2 {
				t.Errorf("%s: serve ended with %v, want exit code 1 or 2", with, err)
			}
			for _, want := range []string{"read-only file system", "FRONTDESK_DATA", h.data()} {
				if !strings.Contains(string(out), want) {
					t.Errorf("%s: serve said %q, want a sentence with %q", with, out, want)
				}
			}
		}
		remount("rw")
		server := startServe(t, h.environ)
		h.stay(t, 3)
		h.end(t, server)
	}
}

// end kills the program and checks what it left.
func (h *killed) end(t *testing.T, server *exec.Cmd) {
	t.Helper()
	must(t, server.Process.Kill())
	_ = server.Wait() // "signal: killed" is what was wanted
	must(t, h.check(t.Context()))
}

// smallDisk puts a disk of its own at dir and returns a function that changes its options. It needs the right to mount.
func smallDisk(t *testing.T, dir, options string) (remount func(options string)) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may mount the small disk that this test fills")
	}
	must(t, os.MkdirAll(dir, 0o700))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		skipOrFail(t, fmt.Sprintf("the small disk that this test fills can't be mounted: %v", err))
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return func(options string) {
		flags := uintptr(syscall.MS_REMOUNT)
		if options == "ro" {
			flags |= syscall.MS_RDONLY
		}
		if options == "ro" || options == "rw" {
			options = ""
		}
		must(t, syscall.Mount("tmpfs", dir, "tmpfs", flags, options))
	}
}

// TestTornViews spoils views.db and wants serve to say that it makes them again, in its log file, and to do so; and
// replay and replay --check to work on such a file.
func TestTornViews(t *testing.T) {
	t.Parallel()
	for name, commands := range map[string][]string{"serve": nil, "replay": {"replay"}, "replay --check": {"replay", "--check"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newKilled(t, newGraph(t))
			server := startServe(t, h.environ)
			h.stay(t, 20)
			h.end(t, server)
			views := filepath.Join(h.data(), "views.db")
			must(t, os.Truncate(views, 20_000))
			if commands == nil {
				server := startServe(t, h.environ)
				h.seesAll(t)
				logged, err := os.ReadFile(filepath.Join(h.data(), "frontdesk.log"))
				must(t, err)
				for _, want := range []string{"made again from the log", "up to date again"} {
					if !strings.Contains(string(logged), want) {
						t.Errorf("the log file does not say %q", want)
					}
				}
				h.end(t, server)
				return
			}
			cmd := exec.Command(program(t), commands...)
			cmd.Env = h.environ
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v, %s", name, err, out)
			}
			must(t, h.check(t.Context()))
		})
	}
}
