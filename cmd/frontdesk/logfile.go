package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"syscall"

	"frontdesk/internal/config"
	"frontdesk/internal/logfile"
)

// logLimit is how large the log file of the data folder becomes before it is put aside, in bytes.
const logLimit = 10 << 20

// openLogger logs to the file of the settings. One that the user named is the user's to bound. Texts, names and secrets
// are never logged; see each room's keys.
func openLogger(s config.Settings) (*slog.Logger, io.Closer, error) {
	limit := int64(logLimit)
	if s.LogGiven {
		limit = 0
	}
	if err := closedFolder(s); err != nil {
		return nil, nil, err
	}
	f, err := logfile.Open(s.LogFile, limit)
	if err != nil {
		return nil, nil, withCode(exitUse, noLogFile(s, err))
	}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: s.LogLevel})).With(logPID, os.Getpid()), f, nil
}

// noLogFile says which setting led to the file that can't be opened: without one of its own it lies in the data folder,
// and is the first file there that frontdesk writes to.
func noLogFile(s config.Settings, err error) error {
	if s.LogGiven {
		return fmt.Errorf("open the log file (%s): %w", config.Variable(config.KeyLog), err)
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("open the log file in the data folder (%s): %w; make room there", config.Variable(config.KeyData), err)
	}
	return fmt.Errorf("open the log file in the data folder: %w; frontdesk must be able to write there: "+
		"give it the right to, or choose another data folder (%s)", err, config.Variable(config.KeyData))
}
