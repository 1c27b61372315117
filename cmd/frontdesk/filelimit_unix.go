//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// heedFileLimit makes the limit of a file's size (ulimit -f) an error of the write that would exceed it, which is
// answered like a full disk. By default the system ends the process.
func heedFileLimit() { signal.Ignore(syscall.SIGXFSZ) }
