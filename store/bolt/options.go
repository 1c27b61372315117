package bolt

import "time"

// Options say how a file is opened. The zero value is right for one process that expects to be alone.
type Options struct {
	// Wait is how long to wait for another process to let go of the file; 0 asks once.
	Wait time.Duration
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// QueueBytes bounds what may wait for the log's disk; 0 is 64 MiB.
	QueueBytes int

	maxFile int // bytes, for tests of a full disk; 0 is no limit
}

const defaultQueueBytes = 64 << 20

func (o Options) now() func() time.Time {
	if o.Now == nil {
		return time.Now
	}
	return o.Now
}

func (o Options) queueBytes() int {
	if o.QueueBytes <= 0 {
		return defaultQueueBytes
	}
	return o.QueueBytes
}
