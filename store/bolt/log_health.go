package bolt

import "frontdesk/store"

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
