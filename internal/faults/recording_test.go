//go:build linux

package faults

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// opKind is what happened to the disk, or what was promised.
type opKind uint8

const (
	opWrite     opKind = iota // data at off of the file
	opTruncate                // the file has off bytes now
	opSync                    // what was done to the file before op number upTo is on the disk
	opName                    // name in the folder stands for the file
	opUnname                  // name in the folder is gone
	opSyncNames               // names of the folder changed before op number upTo are on the disk
	opPromise                 // the program said what is in data: it has been kept
)

// recordTime is how long a recording may take.
const recordTime = 2 * time.Minute

// op is one thing in the order in which it happened.
type op struct {
	kind opKind
	file uint64 // its number in the recording
	off  int64
	data []byte
	name string // path
	upTo int

	folder bool // the name is one of a folder
}

// recorder notes what a traced program does to the files below dir, and what it promises by writing lines to promises.
type recorder struct {
	t        *testing.T
	dir      string
	promises string
	ops      []op
	syncs    map[int]int // by thread: how many ops there were when its sync began
	reused   map[uint64]uint64
	before   int // ops that only say what was there before
}

// record runs the program and returns what it did to dir, after so many ops that say what was there before.
func record(t *testing.T, cmd *exec.Cmd, dir, promises string) (ops []op, before int) {
	t.Helper()
	r := &recorder{t: t, dir: dir, promises: promises, syncs: map[int]int{}, reused: map[uint64]uint64{}}
	r.found()
	type end struct {
		status syscall.WaitStatus
		err    error
	}
	started, ended := make(chan int, 1), make(chan end, 1)
	go func() {
		status, err := trace(cmd, r, started)
		ended <- end{status, err}
	}()
	var e end
	select {
	case e = <-ended:
	case <-time.After(recordTime):
		t.Errorf("the recorded program did not end within %v", recordTime)
		must(t, syscall.Kill(<-started, syscall.SIGKILL))
		e = <-ended
	}
	skipUntraceable(t, e.err)
	if e.err != nil || e.status.ExitStatus() != 0 {
		t.Fatalf("the recorded program ended with status %d: %v", e.status.ExitStatus(), e.err)
	}
	return r.ops, r.before
}

// An op is noted when it is over, a promise and what a sync covers when they begin: where two threads were at it at
// once, the order is the one that promises more and has kept less.
func (r *recorder) add(o op) { r.ops = append(r.ops, o) }

// found notes what is there before the program begins, as synced.
func (r *recorder) found() {
	folders := []string{filepath.Dir(r.dir)}
	err := filepath.WalkDir(r.dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == r.dir {
			return fs.SkipAll
		}
		if err != nil {
			return err
		}
		r.named(path, entry.IsDir())
		if entry.IsDir() {
			folders = append(folders, path)
			return nil
		}
		data, err := os.ReadFile(path)
		file := r.inode(path)
		r.add(op{kind: opWrite, file: file, data: data})
		r.add(op{kind: opSync, file: file, upTo: len(r.ops)})
		return err
	})
	must(r.t, err)
	for _, path := range folders {
		r.add(op{kind: opSyncNames, name: path, upTo: len(r.ops)})
	}
	r.before = len(r.ops)
}

// ours reports whether a path is below the recorded folder, or it.
func (r *recorder) ours(path string) bool { return path == r.dir || strings.HasPrefix(path, r.dir+"/") }

// resolve makes the path in an argument whole; relative ones are not used by the program.
func (r *recorder) resolve(c *call, arg int) (string, bool) {
	path := filepath.Clean(c.text(arg))
	return path, r.ours(path)
}

// inode is the file's number: that of its inode, and how often this has been used for another file since.
func (r *recorder) inode(link string) uint64 {
	info, err := os.Stat(link)
	if err != nil {
		r.t.Errorf("find the file behind a descriptor: %v", err)
		return 0
	}
	n := info.Sys().(*syscall.Stat_t).Ino
	return r.reused[n]<<48 | n
}

// enter notes what begins to hold before a call: a promise is made as soon as its words may be out, and a sync covers
// what was done before it began.
func (r *recorder) enter(c *call) verdict {
	switch c.nr {
	case syscall.SYS_WRITE:
		if path := c.path(0); path == r.promises {
			data, err := c.bytes(1, c.args[2])
			if err != nil {
				r.t.Errorf("read a promise: %v", err)
			}
			r.add(op{kind: opPromise, data: data})
		} else if r.ours(path) {
			r.t.Errorf("%s is written by a call that the recorder does not understand", path)
		}
	case syscall.SYS_PWRITEV, syscall.SYS_WRITEV, syscall.SYS_FALLOCATE:
		if path := c.path(0); r.ours(path) {
			r.t.Errorf("%s is changed by a call that the recorder does not understand", path)
		}
	case syscall.SYS_FSYNC, syscall.SYS_FDATASYNC:
		r.syncs[c.tid] = len(r.ops)
	}
	return verdict{}
}

// leave notes what a call has done.
func (r *recorder) leave(c *call, result int64) {
	if result < 0 {
		return
	}
	switch c.nr {
	case syscall.SYS_PWRITE64:
		if r.ours(c.path(0)) {
			data, err := c.bytes(1, uint64(result))
			if err != nil {
				r.t.Errorf("read what was written: %v", err)
			}
			r.add(op{kind: opWrite, file: r.inode(c.link(0)), off: int64(c.args[3]), data: data})
		}
	case syscall.SYS_FTRUNCATE:
		if r.ours(c.path(0)) {
			r.add(op{kind: opTruncate, file: r.inode(c.link(0)), off: int64(c.args[1])})
		}
	case syscall.SYS_FSYNC, syscall.SYS_FDATASYNC:
		r.synced(c)
	case syscall.SYS_OPENAT:
		if path, ok := r.resolve(c, 1); ok && c.args[2]&syscall.O_CREAT != 0 {
			if c.args[2]&syscall.O_EXCL != 0 { // surely a new one
				r.reused[r.inode(path)&(1<<48-1)]++
			}
			r.named(path, false)
		}
	case syscall.SYS_MKDIRAT:
		if path, ok := r.resolve(c, 1); ok {
			r.named(path, true)
		}
	case syscall.SYS_LINKAT:
		if path, ok := r.resolve(c, 3); ok {
			r.named(path, false)
		}
	case syscall.SYS_RENAMEAT, sysRenameat2:
		from, ok := r.resolve(c, 1)
		to, _ := r.resolve(c, 3)
		if ok {
			r.named(to, false)
			r.add(op{kind: opUnname, name: from})
		}
	case syscall.SYS_UNLINKAT:
		if path, ok := r.resolve(c, 1); ok {
			r.add(op{kind: opUnname, name: path})
		}
	}
}

// named notes that a path has begun to stand for a file; one that did already is noted again, which says the same.
func (r *recorder) named(path string, folder bool) {
	r.add(op{kind: opName, name: path, file: r.inode(path), folder: folder})
}

func (r *recorder) synced(c *call) {
	path := c.path(0)
	if !r.ours(path) && path != filepath.Dir(r.dir) {
		return
	}
	o := op{kind: opSync, file: r.inode(c.link(0)), upTo: r.syncs[c.tid]}
	if info, err := os.Stat(c.link(0)); err == nil && info.IsDir() {
		o.kind, o.name = opSyncNames, path
	}
	r.add(o)
}

// sysRenameat2 is renameat2, for which package syscall has no name everywhere.
var sysRenameat2 = map[string]int{"amd64": 316, "arm64": 276, "riscv64": 276}[runtime.GOARCH]
