package bolt

import (
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"frontdesk/store"
)

// Options say how a file is opened. The zero value is right for one process that expects to be alone.
type Options struct {
	// Timeout is how long to wait for another process to let go of the file; 0 asks once.
	Timeout time.Duration
}

// openFile opens a bolt file of mode 0600, or says with store.ErrLocked that somebody else has it open.
func openFile(path string, o Options) (*bbolt.DB, error) {
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = time.Nanosecond // bbolt takes 0 for "wait for ever"
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: timeout, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, fmt.Errorf("open %s: %w", path, store.ErrLocked)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return db, nil
}
