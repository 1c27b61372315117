package bolt

import (
	"bytes"
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

// redaction is a record whose body shall be another.
type redaction struct {
	seq     store.Seq
	was, is []byte // values, whole
	moved   bool   // the record was no longer what it was: nothing was changed
}

// write is called by the committer alone, inside its transaction.
func (r *redaction) write(b *bolt.Bucket) error {
	key := encodeSeq(r.seq)
	if r.moved = !bytes.Equal(b.Get(key), r.was); r.moved {
		return nil
	}
	return b.Put(key, r.is)
}

// Redact puts another body, no longer than the old one, in the place of a record's, and returns once that is on disk.
// The committer does it, like an Append: readers see the record whole, before or after.
//
// The words are then in no record any more. The file may keep them for a while all the same: bbolt never overwrites a
// page in place, so the page that held the record is free, with its old content, until something else is written there;
// a free page of a log that only grows may wait long. Whoever must be sure compacts the file. Copies and backups that
// were made before keep the words in any case.
func (l *Log) Redact(ctx context.Context, seq store.Seq, change func(body []byte) []byte) error {
	for {
		moved, err := l.redact(ctx, seq, change)
		if err != nil {
			return fmt.Errorf("redact record %d: %w", seq, err)
		}
		if !moved {
			return nil
		}
	}
}

// redact reports whether another redaction of the record came between reading and writing it.
func (l *Log) redact(ctx context.Context, seq store.Seq, change func(body []byte) []byte) (moved bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if seq == 0 || seq > l.Head() {
		return false, store.ErrNotFound
	}
	value, err := l.synced(seq)
	if err != nil {
		return false, closedError(err)
	}
	if value == nil {
		return false, store.ErrNotFound
	}
	record, err := decodeRecord(seq, value)
	if err != nil {
		return false, err
	}
	before := len(record.Body)
	record.Body = change(record.Body)
	if len(record.Body) > before {
		return false, fmt.Errorf("the new body has %d bytes, the old one only %d", len(record.Body), before)
	}
	job := &appendJob{redact: &redaction{seq: seq, was: value, is: encodeRecord(record)}, done: make(chan error, 1)}
	if bytes.Equal(job.redact.is, value) {
		return false, nil
	}
	job.bytes = len(job.redact.is)
	if err := l.enqueue(job); err != nil {
		return false, err
	}
	select {
	case err := <-job.done:
		return job.redact.moved, err
	case <-ctx.Done():
	}
	if l.withdraw(job) {
		return false, ctx.Err()
	}
	return job.redact.moved, <-job.done
}

// synced is a record as it is on the disk. One that another redaction has just changed is waited for: whoever finds
// nothing left to take out of it is told so, and may rely on it.
func (l *Log) synced(seq store.Seq) (value []byte, err error) {
	l.committing.RLock()
	defer l.committing.RUnlock()
	err = l.db.View(func(tx *bolt.Tx) error {
		value = bytes.Clone(tx.Bucket(logBucket).Get(encodeSeq(seq)))
		return nil
	})
	return value, err
}
