//go:build unix

package logfile

import (
	"os"
	"syscall"
)

// lock keeps other processes from rotating the file until unlock is called.
func lock(f *os.File) (unlock func(), err error) {
	fd := int(f.Fd())
	if err := syscall.Flock(fd, syscall.LOCK_EX); err != nil {
		return nil, err
	}
	return func() { _ = syscall.Flock(fd, syscall.LOCK_UN) }, nil // it ends with the file in any case
}
