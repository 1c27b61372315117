//go:build linux

package faults

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// diskFault is how the disk misbehaves.
type diskFault struct {
	calls []int                  // these fail
	files string                 // of files whose names match
	how   func(n uint64) verdict // for a call about so many bytes
}

func failing(errno syscall.Errno) func(uint64) verdict {
	return func(uint64) verdict { return verdict{fail: errno} }
}

// shorter writes a part; the program is to go on with the rest.
func shorter(n uint64) verdict {
	if n < 2 {
		return verdict{}
	}
	return verdict{short: n / 2}
}

// partly writes a part of a page, and then there is no room for the rest.
func partly(n uint64) verdict {
	if n%pageBytes == 0 {
		return verdict{short: n/2 + 1}
	}
	return verdict{fail: syscall.ENOSPC}
}

// badDisk makes the calls of a traced program fail while there is a fault.
type badDisk struct {
	fault atomic.Pointer[diskFault]
	hits  atomic.Int64
}

func (b *badDisk) enter(c *call) verdict {
	f := b.fault.Load()
	if f == nil || !slices.Contains(f.calls, c.nr) {
		return verdict{}
	}
	if match, err := filepath.Match(f.files, filepath.Base(c.path(0))); !match || err != nil {
		return verdict{}
	}
	b.hits.Add(1)
	return f.how(c.args[2])
}

func (b *badDisk) leave(*call, int64) {}

// TestDiskErrors runs the program on a disk that begins to misbehave and stops again. What it answered with 200 is
// there afterwards; what it refused for want of room is not; and it goes on when it can, at the latest when it is
// started again.
func TestDiskErrors(t *testing.T) {
	t.Parallel()
	if !canInject {
		skipOrFail(t, "calls can be made to fail on amd64 only")
	}
	writes, syncs, all := []int{syscall.SYS_PWRITE64}, []int{syscall.SYS_FDATASYNC, syscall.SYS_FSYNC}, "*.db"
	for name, c := range map[string]struct {
		fault  diskFault
		during int // the answer while it lasts
		after  int // and once it is over
	}{
		"no room":               {diskFault{writes, file("log"), failing(syscall.ENOSPC)}, 503, 200},
		"no room for anything":  {diskFault{writes, all, failing(syscall.ENOSPC)}, 503, 200},
		"no room by the quota":  {diskFault{writes, file("log"), failing(syscall.EDQUOT)}, 503, 200},
		"room for half a page":  {diskFault{writes, file("log"), partly}, 503, 200},
		"no room to grow":       {diskFault{[]int{syscall.SYS_FTRUNCATE}, file("log"), failing(syscall.EFBIG)}, 503, 200},
		"short writes":          {diskFault{writes, all, shorter}, 200, 200},
		"no room for the views": {diskFault{writes, file("views"), failing(syscall.ENOSPC)}, 200, 200},
		"views that fail":       {diskFault{writes, file("views"), failing(syscall.EIO)}, 200, 200},
		"writes that fail":      {diskFault{writes, file("log"), failing(syscall.EIO)}, 500, 500},
		"syncs that fail":       {diskFault{syncs, file("log"), failing(syscall.EIO)}, 500, 500},
		"no room at the sync":   {diskFault{syncs, file("log"), failing(syscall.ENOSPC)}, 500, 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newKilled(t, newGraph(t))
			disk := &badDisk{}
			kill := startTraced(t, h, disk)
			refused := map[int]bool{}
			// A file that can't grow still takes what fits into pages that have become free.
			grows := false
			tell := func(times, want int) {
				t.Helper()
				for range times {
					n := int(h.next.Add(1))
					status, err := post(t.Context(), http.DefaultClient, h.address, bigEvent(n))
					must(t, err)
					if status != want && (!grows || status != http.StatusOK) {
						t.Fatalf("event %d was answered with %d, want %d", n, status, want)
					}
					h.answered[n] = status == http.StatusOK
					refused[n] = status == http.StatusServiceUnavailable
				}
			}
			tell(5, 200)
			disk.fault.Store(&c.fault)
			if slices.Contains(c.fault.calls, syscall.SYS_FTRUNCATE) {
				h.postUntil(t, c.during) // the file has some room left
				grows = true
			}
			tell(3, c.during)
			grows = false
			if name == "views that fail" || name == "no room for the views" || name == "short writes" {
				eventually(t, "the disk was asked for something", func() bool { return disk.hits.Load() > 0 })
			}
			disk.fault.Store(nil)
			tell(3, c.after)
			if disk.hits.Load() == 0 {
				t.Error("the disk was never asked for what would have failed")
			}
			if c.after == 200 {
				h.seesAll(t)
			}
			kill()
			for n, ok := range h.answered {
				if !ok {
					delete(h.answered, n)
				}
			}
			must(t, h.check(t.Context()))
			h.wantNone(t, refused)
			kill = startTraced(t, h, &badDisk{})
			tell(3, 200)
			kill()
		})
	}
}

func file(name string) string { return name + ".db" }

// bigEvent is an event of some kilobytes.
func bigEvent(n int) []byte {
	return bytes.Replace(freshEvent(n), []byte(`"hello"`), fmt.Appendf(nil, "%q", strings.Repeat("hello ", 600)), 1)
}

// startTraced starts the program under watch and returns a function that kills it.
func startTraced(t *testing.T, h *killed, w watcher) (kill func()) {
	t.Helper()
	cmd := exec.Command(program(t), "serve")
	cmd.Env = h.environ
	cmd.Stderr = os.Stderr
	out, in, err := os.Pipe()
	must(t, err)
	cmd.Stdout = in
	started, ended := make(chan int, 1), make(chan error, 1)
	go func() {
		_, err := trace(cmd, w, started)
		ended <- err
	}()
	pid := 0
	select {
	case pid = <-started:
	case err := <-ended:
		skipUntraceable(t, err)
		t.Fatal(err)
	}
	must(t, in.Close())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, "listens on http://") {
		t.Fatalf("serve said %q, %v; want a line that it listens", line, err)
	}
	dead := false
	kill = func() {
		if dead {
			return
		}
		dead = true
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		must(t, <-ended)
		must(t, out.Close())
	}
	t.Cleanup(kill)
	return kill
}

// postUntil posts until the answer is of that status.
func (h *killed) postUntil(t *testing.T, want int) {
	t.Helper()
	for range 2000 {
		n := int(h.next.Add(1))
		status, err := post(t.Context(), http.DefaultClient, h.address, bigEvent(n))
		must(t, err)
		if status == want {
			return
		}
		if status != http.StatusOK {
			t.Fatalf("event %d was answered with %d, want %d in the end", n, status, want)
		}
		h.answered[n] = true
	}
	t.Fatalf("nothing was answered with %d", want)
}

// seesAll waits until the desk of the running program shows what was answered.
func (h *killed) seesAll(t *testing.T) {
	t.Helper()
	cmd := exec.Command(program(t), "list", "--json")
	cmd.Env = h.environ
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("list: %v\n%s", err, out)
	}
}

// wantNone wants no event that was refused for want of room: its sender repeats it.
func (h *killed) wantNone(t *testing.T, refused map[int]bool) {
	t.Helper()
	for n := range h.found(t) {
		if refused[n] {
			t.Errorf("event %d was refused and is there", n)
		}
	}
}

// skipUntraceable skips a test on machines that let nobody trace a program.
func skipUntraceable(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, syscall.EPERM) {
		skipOrFail(t, "programs can't be traced on this machine (ptrace)")
	}
}

// skipOrFail skips a test that misses something, or fails it where nothing may be missing.
func skipOrFail(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("FRONTDESK_TEST_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
