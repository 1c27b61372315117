//go:build unix

package bolt

import (
	"syscall"
	"unsafe"
)

// newSlab asks the system for n pieces; where it has no memory to give, they come from the heap.
func newSlab(n int) (pieces []piece, back func()) {
	b, err := syscall.Mmap(-1, 0, n*int(unsafe.Sizeof(piece{})), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return make([]piece, n), func() {}
	}
	// The memory is the system's, begins at a page, is zero, and no piece holds a pointer.
	pieces = unsafe.Slice((*piece)(unsafe.Pointer(&b[0])), n) //nolint:gosec // as the line above says
	return pieces, func() { _ = syscall.Munmap(b) }           // it was mapped just so
}
