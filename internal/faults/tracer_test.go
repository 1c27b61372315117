//go:build linux

package faults

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// call is one call of the traced program to the system.
type call struct {
	tid  int
	nr   int
	args [6]uint64
	mem  *os.File // the program's memory
}

// path is the name of the file that an argument is a descriptor of, as it was opened.
func (c *call) path(arg int) string {
	name, err := os.Readlink(c.link(arg))
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(name, " (deleted)")
}

func (c *call) link(arg int) string { return fmt.Sprintf("/proc/%d/fd/%d", c.tid, int32(c.args[arg])) }

// bytes are n bytes of the program's memory at the address in an argument.
func (c *call) bytes(arg int, n uint64) ([]byte, error) {
	b := make([]byte, n)
	_, err := c.mem.ReadAt(b, int64(c.args[arg]))
	return b, err
}

// text is the zero-ended text at the address in an argument.
func (c *call) text(arg int) string {
	b := make([]byte, 4096)
	n, _ := c.mem.ReadAt(b, int64(c.args[arg])) // the page may be the last: what is there is enough
	text, _, _ := strings.Cut(string(b[:n]), "\x00")
	return text
}

// verdict is what becomes of a call that is about to be made.
type verdict struct {
	fail  syscall.Errno // not zero: the call is not made and fails with it
	short uint64        // not zero: a write is asked for so many bytes only
}

// watcher is told of every call, one at a time.
type watcher interface {
	enter(c *call) verdict
	leave(c *call, result int64)
}

// How ptrace speaks; see ptrace(2).
const (
	ptraceGetSyscallInfo = 0x420e
	ptraceExitKill       = 0x100000
	syscallStop          = syscall.SIGTRAP | 0x80
	stopEntry            = 1
)

// syscallInfo is struct ptrace_syscall_info.
type syscallInfo struct {
	op   uint8
	_    [3]uint8
	arch uint32
	ip   uint64
	sp   uint64
	data [8]uint64 // at entry: number and arguments; at exit: the result
}

func getSyscallInfo(tid int) (info syscallInfo, err error) {
	_, _, errno := syscall.Syscall6(syscall.SYS_PTRACE, ptraceGetSyscallInfo, uintptr(tid), unsafe.Sizeof(info),
		uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 {
		return info, fmt.Errorf("ask for a call of the traced program: %w", errno)
	}
	return info, nil
}

// trace runs cmd to its end and shows its calls to w. It tells the process's id, and returns how the program ended. It
// must have a goroutine of its own, whose thread is given up afterwards.
func trace(cmd *exec.Cmd, w watcher, started chan<- int) (syscall.WaitStatus, error) {
	runtime.LockOSThread() // ptrace knows threads; this one is not let go, and so ends with the goroutine
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Ptrace = true
	cmd.SysProcAttr.Setpgid = true // by its group all its threads can be waited for, and nobody else's children
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start the program to trace: %w", err)
	}
	pid := cmd.Process.Pid
	started <- pid
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, syscall.WALL, nil); err != nil {
		return 0, fmt.Errorf("wait for the traced program: %w", err)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return 0, err
	}
	defer mem.Close()
	err = syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|ptraceExitKill)
	if err != nil {
		return 0, fmt.Errorf("trace the program: %w", err)
	}
	t := &tracer{watcher: w, mem: mem, inside: map[int]*entered{}}
	return t.follow(pid)
}

type tracer struct {
	watcher watcher
	mem     *os.File
	inside  map[int]*entered // by thread
}

// entered is a call that has not returned.
type entered struct {
	call    call
	verdict verdict
}

// follow lets the program run from stop to stop.
func (t *tracer) follow(pid int) (status syscall.WaitStatus, err error) {
	if err := syscall.PtraceSyscall(pid, 0); err != nil {
		return 0, err
	}
	for {
		tid, err := syscall.Wait4(-pid, &status, syscall.WALL, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return 0, fmt.Errorf("wait for the traced program: %w", err)
		case status.Exited() || status.Signaled(): //nolint:misspell // package syscall spells it so
			if tid == pid {
				return status, nil
			}
			continue
		}
		signal := 0
		switch status.StopSignal() {
		case syscallStop:
			if err := t.stopped(tid); err != nil && !errors.Is(err, syscall.ESRCH) {
				return 0, err
			}
		case syscall.SIGTRAP, syscall.SIGSTOP: // a new thread
		default:
			signal = int(status.StopSignal())
		}
		if err := syscall.PtraceSyscall(tid, signal); err != nil && !errors.Is(err, syscall.ESRCH) { // ESRCH: just killed
			return 0, fmt.Errorf("let the traced program go on: %w", err)
		}
	}
}

// stopped handles a thread that is about to make a call, or has just made one.
func (t *tracer) stopped(tid int) error {
	info, err := getSyscallInfo(tid)
	if err != nil {
		return err
	}
	if info.op == stopEntry {
		e := &entered{call: call{tid: tid, nr: int(info.data[0]), args: [6]uint64(info.data[1:7]), mem: t.mem}}
		e.verdict = t.watcher.enter(&e.call)
		t.inside[tid] = e
		return e.verdict.impose(tid)
	}
	e := t.inside[tid]
	if e == nil {
		return nil
	}
	delete(t.inside, tid)
	result := int64(info.data[0])
	if e.verdict.fail != 0 {
		result = -int64(e.verdict.fail)
		if err := setResult(tid, result); err != nil {
			return err
		}
	}
	t.watcher.leave(&e.call, result)
	return nil
}
