package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

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
	f, err := logfile.Open(s.LogFile, limit)
	if err != nil {
		return nil, nil, withCode(exitUse, fmt.Errorf("open the log file (%s): %w", config.Variable(config.KeyLog), err))
	}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: s.LogLevel})).With(logPID, os.Getpid()), f, nil
}
