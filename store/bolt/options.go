package bolt

import (
	"cmp"
	"time"
)

// Options say how files are opened. The zero value is right for a process that expects to be alone.
type Options struct {
	// Wait is how long to wait for another process to let go of a file; 0 asks once.
	Wait time.Duration
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// QueueBytes bounds what waits for the log's next commit, in bytes; 0 is 128 MiB, room for a hundred bodies of
	// the largest size at once.
	QueueBytes int

	maxFile int // tests: the file does not grow beyond it
}

const defaultQueueBytes = 128 << 20

func (o Options) now() func() time.Time {
	if o.Now == nil {
		return time.Now
	}
	return o.Now
}

func (o Options) queueBytes() int { return cmp.Or(o.QueueBytes, defaultQueueBytes) }
