package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"frontdesk/store"
)

const (
	roomFile  = "log.room" // beside the log, for a moment
	roomBytes = 256 << 10  // that must fit for the disk to count as no longer full
	roomEvery = 5 * time.Second
)

// Err is why the log takes no more until it is opened again: its disk failed, or it was closed. A disk that is full is
// no such reason, for it may have room again.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return store.ErrClosed
	}
	return l.broken
}

// Full is why the newest append was not kept, where its disk had no room: a store.ErrDiskFull. It is nil again as soon
// as an append was kept, or, where nothing comes, as soon as there is room: that is looked for every few seconds.
func (l *Log) Full() error {
	l.mu.Lock()
	full, now := l.full, l.now()
	due := full != nil && now.Sub(l.looked) >= roomEvery
	if due {
		l.looked = now
	}
	l.mu.Unlock()
	if !due || !l.hasRoom(full) {
		return full
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full == full { //nolint:errorlint // the very one that was looked into
		l.full = nil
	}
	return l.full
}

// hasRoom reports whether something fits on the disk again. A limit on the size of one file shows only when that file
// is to grow.
func (l *Log) hasRoom(full error) bool {
	if !errors.Is(full, syscall.ENOSPC) && !errors.Is(full, syscall.EDQUOT) {
		return false
	}
	path := filepath.Join(filepath.Dir(l.path), roomFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return false
	}
	_, err = f.Write(make([]byte, roomBytes))
	err = errors.Join(err, f.Sync())
	return errors.Join(err, f.Close(), os.Remove(path)) == nil
}
