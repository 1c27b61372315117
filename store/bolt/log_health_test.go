package bolt

import (
	"errors"
	"path/filepath"
	"testing"

	"frontdesk/store"
)

func TestLogErr(t *testing.T) {
	t.Parallel()
	fill := func(t *testing.T, l *Log) {
		t.Helper()
		for range 100 {
			if _, err := l.Append(t.Context(), webhook(50_000)); err != nil {
				return
			}
		}
		t.Fatal("there is no end of the room")
	}
	for name, c := range map[string]struct {
		options Options
		happens func(*testing.T, *Log)
		fails   bool
		closed  bool
	}{
		"all is well": {happens: func(*testing.T, *Log) {}},
		"full":        {options: Options{maxFile: 1 << 20}, happens: fill},
		"the disk failed": {happens: func(t *testing.T, l *Log) {
			if err := l.db.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Append(t.Context(), webhook(1)); err == nil {
				t.Fatal("a record was kept without a file")
			}
		}, fails: true},
		"closed": {happens: func(t *testing.T, l *Log) {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}, fails: true, closed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := openTestLog(t, filepath.Join(t.TempDir(), "log.db"), c.options)
			c.happens(t, l)
			if err := l.Err(); (err != nil) != c.fails || errors.Is(err, store.ErrClosed) != c.closed {
				t.Errorf("Err = %v", err)
			}
		})
	}
}
