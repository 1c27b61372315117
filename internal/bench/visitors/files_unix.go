//go:build unix

package visitors

import "syscall"

// mostFiles is how many files a process may have open; 0 if that is not known. Go's runtime has raised the limit as far
// as it goes, here as in the programs that are started.
func mostFiles() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return uint64(limit.Cur) //nolint:unconvert // it is signed on some systems
}
