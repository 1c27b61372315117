package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
	"frontdesk/tui"
)

// The exit codes. They are a promise: scripts decide by them.
const (
	exitDone        = 0
	exitOther       = 1 // anything that has no code of its own
	exitUse         = 2 // wrong use, wrong settings, or a reply refused before it was sent
	exitFailed      = 3 // the platform refused the reply; views differ from the log
	exitUnknown     = 4 // nobody knows whether the reply arrived
	exitWaiting     = 5 // the reply is still queued or held
	exitNotFound    = 6 // no such conversation
	exitBehind      = 7 // the views did not reach the log's head in time
	exitLocked      = 8 // another process holds the data
	exitPanic       = 70
	exitInterrupted = 128 + int(syscall.SIGINT)
	exitTerminated  = 128 + int(syscall.SIGTERM)
)

// exitError is an error with an exit code of its own. A nil cause has been said already.
type exitError struct {
	code  int
	cause error
}

func (e *exitError) Error() string {
	if e.cause == nil {
		return ""
	}
	return e.cause.Error()
}

func (e *exitError) Unwrap() error { return e.cause }

// withCode gives err an exit code.
func withCode(code int, err error) error { return &exitError{code: code, cause: err} }

// signalled is the cause of a context that a signal ended.
type signalled struct{ os.Signal }

func (s signalled) Error() string { return "ended by the signal " + s.String() }

// exitCode is the code for what a command returned.
func exitCode(err error) int {
	var (
		coded   *exitError
		refused *desk.Refusal
		query   *desk.QueryError
		sig     signalled
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &refused), errors.As(err, &query), isUsage(err):
		return exitUse
	case errors.Is(err, store.ErrNotFound):
		return exitNotFound
	case errors.Is(err, desk.ErrBehind):
		return exitBehind
	case errors.Is(err, store.ErrLocked):
		return exitLocked
	case errors.Is(err, tea.ErrProgramPanic):
		return exitPanic
	case errors.As(err, &sig):
		if sig.Signal == syscall.SIGINT {
			return exitInterrupted
		}
		return exitTerminated
	case errors.Is(err, tea.ErrInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitOther
	}
}

// isUsage recognises the errors of the command-line parser, which have no type.
func isUsage(err error) bool {
	for _, prefix := range []string{
		"unknown command", "unknown flag", "unknown shorthand flag", "flag needs an argument", "invalid argument",
		"accepts ", "requires at least", "required flag", "if any flags in the group", "bad flag syntax",
	} {
		if strings.HasPrefix(err.Error(), prefix) {
			return true
		}
	}
	return false
}

// clean makes text of outside fit for a terminal; lines stay lines.
func clean(s string) string { return tui.Clean(s) }
