package boltfile

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
)

// File is an open bbolt file. Its View and Update answer a damaged page with ErrDamaged, where bbolt's would panic or
// let the system end the process.
type File struct {
	*bolt.DB

	damaged atomic.Bool
}

// View reads in one transaction.
func (f *File) View(read func(*bolt.Tx) error) error {
	return f.guarded(func() error { return f.DB.View(read) })
}

// Update changes the file in one transaction. Once it met a damaged page it takes nothing more: what bbolt keeps in
// memory of such a file can't be believed.
func (f *File) Update(change func(*bolt.Tx) error) error {
	if f.Damaged() {
		return fmt.Errorf("%w: it takes nothing more", ErrDamaged)
	}
	return f.guarded(func() error { return f.DB.Update(change) })
}

// Damaged reports whether a damaged page was met.
func (f *File) Damaged() bool { return f.damaged.Load() }

// Close closes the file. Closing twice does nothing. A file with a damaged page is left to the end of the process:
// bbolt may hold locks of it for ever, and waiting for them would never end.
func (f *File) Close() error {
	if f.Damaged() {
		return nil
	}
	return f.DB.Close()
}

// guarded makes errors of the panics and faults that a damaged page leads to. Panics of other code stay what they are.
func (f *File) guarded(do func() error) (err error) {
	// The file is mapped into memory: a page that is gone, or can't be read, is a fault there.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if _, fault := p.(interface{ Addr() uintptr }); !fault && !thrownByBolt() {
			panic(p)
		}
		f.damaged.Store(true)
		err = fmt.Errorf("%w: %v", ErrDamaged, p)
	}()
	return do()
}

// thrownByBolt reports whether the panic that a deferred function of guarded recovers began in bbolt.
func thrownByBolt() bool {
	var callers [32]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		inRuntime := strings.HasPrefix(frame.Function, "runtime.")
		switch {
		case inRuntime && strings.Contains(frame.Function, "panic"):
			panicking = true
		case panicking && !inRuntime:
			return strings.HasPrefix(frame.Function, "go.etcd.io/bbolt")
		}
		if !more {
			return false
		}
	}
}
