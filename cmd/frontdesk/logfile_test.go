package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/internal/config"
	"frontdesk/internal/logfile"
)

func TestLogLevels(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environ []string
		want    string // the levels that are there
	}{
		"as it comes": {want: "INFO WARN ERROR"},
		"all":         {environ: []string{"FRONTDESK_LOG_LEVEL=debug"}, want: "DEBUG INFO WARN ERROR"},
		"warnings":    {environ: []string{"FRONTDESK_LOG_LEVEL=WARN"}, want: "WARN ERROR"},
		"errors":      {environ: []string{"FRONTDESK_LOG_LEVEL=error"}, want: "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logger, path := stageLogger(t, c.environ...)
			for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
				logger.Log(t.Context(), level, "told")
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var levels []string
			for line := range strings.Lines(string(text)) {
				_, rest, _ := strings.Cut(line, "level=")
				level, _, _ := strings.Cut(rest, " ")
				levels = append(levels, level)
			}
			if got := strings.Join(levels, " "); got != c.want {
				t.Errorf("the log file has %s, want %s", got, c.want)
			}
		})
	}
}

// TestLogFileIsBounded writes more than the log file may hold: ours is put aside, and one that the user named is not.
func TestLogFileIsBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environ []string
		rotated bool
	}{
		"ours":  {rotated: true},
		"named": {environ: []string{"FRONTDESK_LOG=other.log"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logger, path := stageLogger(t, c.environ...)
			long := strings.Repeat("x", 64<<10)
			for range logLimit/len(long) + 1 {
				logger.Info(long)
			}
			_, err := os.Stat(path + logfile.PreviousSuffix)
			if rotated := err == nil; rotated != c.rotated || (err != nil && !errors.Is(err, os.ErrNotExist)) {
				t.Errorf("put aside: %t, %v, want %t", rotated, err, c.rotated)
			}
			info, err := os.Stat(path)
			if err != nil || (info.Size() > logLimit) == c.rotated {
				t.Errorf("the file has %d bytes, %v", info.Size(), err)
			}
		})
	}
}

// stageLogger is a logger with its file, as settings make it.
func stageLogger(t *testing.T, environ ...string) (*slog.Logger, string) {
	t.Helper()
	s, err := config.Load(t.Context(), config.Source{DataDir: t.TempDir(), Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	logger, file, err := openLogger(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
	return logger, s.LogFile
}

// TestLogFileThatCannotBe names the setting.
func TestLogFileThatCannotBe(t *testing.T) {
	t.Parallel()
	s := config.Settings{LogFile: t.TempDir(), LogGiven: true}
	if _, _, err := openLogger(s); err == nil || !strings.Contains(err.Error(), "FRONTDESK_LOG") || exitCode(err) != exitUse {
		t.Errorf("a folder as log file: %v", err)
	}
}

// TestDataFolderThatCannotBe names the setting of the folder, for the log file is the first that is opened in it.
func TestDataFolderThatCannotBe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(t.Context(), config.Source{DataDir: file})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = openLogger(s)
	if err == nil || !strings.Contains(err.Error(), "FRONTDESK_DATA") || strings.Contains(err.Error(), "FRONTDESK_LOG") ||
		!strings.Contains(err.Error(), file) || exitCode(err) != exitUse {
		t.Errorf("a file as data folder: %v", err)
	}
}
