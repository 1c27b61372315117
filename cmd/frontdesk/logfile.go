package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"frontdesk/internal/config"
)

// openLogger logs to the file of the settings. Texts, names and secrets are never logged; see each package's keys.
func openLogger(s config.Settings) (*slog.Logger, io.Closer, error) {
	if err := os.MkdirAll(filepath.Dir(s.LogFile), 0o700); err != nil {
		return nil, nil, withCode(exitUse, fmt.Errorf("make the folder of the log file: %w", err))
	}
	f, err := os.OpenFile(s.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, withCode(exitUse, fmt.Errorf("open the log file (%s): %w", config.Variable(config.KeyLog), err))
	}
	return slog.New(slog.NewTextHandler(f, nil)).With("pid", os.Getpid()), f, nil
}
