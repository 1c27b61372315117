package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"frontdesk/internal/boltfile"
	"frontdesk/store"
)

const (
	logFormat = 1

	// Sequence numbers only grow, so a page is never split in its middle: it can be filled.
	logFill = 0.95

	gatherTurns = 8 // of the scheduler, before a commit

	readBytes   = 4 << 20 // of bodies in one Read
	readRecords = 256     // in one transaction of a Read: a long one would keep pages from being used again
)

var logBucket = []byte("records")

// Log is store.Log in one file, log.db.
//
// One goroutine commits. It takes whatever was queued while the last commit was on its way to the disk, writes it in
// one transaction and answers everybody: a lone writer waits for one sync, and many share it.
type Log struct {
	path  string
	db    *boltfile.File
	now   func() time.Time
	limit int // of queued bytes

	head   atomic.Uint64
	notify chan struct{}
	done   chan struct{} // closed when the committer has ended

	// committing is held during a commit. bbolt shows readers what a commit has written before that is synced; who must
	// know that what they read is on the disk takes it too.
	committing sync.RWMutex

	mu     sync.Mutex
	queue  []*appendJob
	bytes  int           // of the jobs in the queue and in the commit under way
	wake   chan struct{} // holds one token while the committer has something to look at
	closed bool
	broken error     // the disk failed in a way after which no commit can be trusted
	full   error     // the newest commit found no room; nil: it did, or there was none
	looked time.Time // when the disk was last looked at for room
}

// appendJob is one Append, or one record to be redacted.
type appendJob struct {
	values [][]byte
	redact *redaction
	bytes  int
	taken  bool // by the committer: it can't be withdrawn any more; guarded by Log.mu

	seq  store.Seq // set before done receives nil
	done chan error
}

var _ store.Log = (*Log)(nil)

// OpenLog opens or creates the log at path. The folder's entry is on the disk before it returns. It fails with
// store.ErrLocked while another process has the file, and with store.ErrNewer for one that this version can't read.
func OpenLog(path string, o Options) (*Log, error) {
	db, err := openFile(path, o)
	if err != nil {
		return nil, err
	}
	l := &Log{
		path:   path,
		db:     db,
		now:    o.now(),
		limit:  o.queueBytes(),
		notify: make(chan struct{}, 1),
		done:   make(chan struct{}),
		wake:   make(chan struct{}, 1),
	}
	if err := l.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	go l.commitLoop()
	return l, nil
}

func (l *Log) load() error {
	if err := prepare(l.db, logFormat, logBucket); err != nil {
		return err
	}
	return l.view(func(tx *bolt.Tx) error {
		seq, err := lastSeq(tx)
		l.head.Store(uint64(seq))
		return err
	})
}

// view runs one reading transaction.
func (l *Log) view(fn func(*bolt.Tx) error) error {
	err := l.db.View(fn)
	if errors.Is(err, boltfile.ErrDamaged) {
		return fmt.Errorf("%s is damaged, restore it from a backup: %w", l.path, err)
	}
	return err
}

// Head is the place of the newest record; 0 for an empty log.
func (l *Log) Head() store.Seq { return store.Seq(l.head.Load()) }

// Notify returns a channel that receives after records were appended. It coalesces, and it is meant for one listener.
func (l *Log) Notify() <-chan struct{} { return l.notify }

// Append keeps the records, in order and together, and returns the place of the last one once all are on disk. A
// record without a time gets the present one. Bodies may be changed as soon as it has returned.
//
// It fails with store.ErrFull when too much is waiting or the disk has no room, and with the context's error when that
// ends before the commit has begun; from then on the commit decides. When it returns an error, nothing is kept, with
// one exception that no log can avoid: after a failing disk broke a commit off, only opening the log again tells.
func (l *Log) Append(ctx context.Context, records ...store.Record) (store.Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("append to the log: %w", err)
	}
	if len(records) == 0 {
		return l.Head(), nil
	}
	job := &appendJob{done: make(chan error, 1)}
	now := store.MillisOf(l.now())
	for _, r := range records {
		if r.Kind == 0 {
			return 0, errors.New("append to the log: a record has no kind")
		}
		if r.At == 0 {
			r.At = now
		}
		value := encodeRecord(r)
		job.values = append(job.values, value)
		job.bytes += len(value)
	}
	if err := l.enqueue(job); err != nil {
		return 0, fmt.Errorf("append to the log: %w", err)
	}
	select {
	case err := <-job.done:
		return job.result(err)
	case <-ctx.Done():
	}
	if l.withdraw(job) {
		return 0, fmt.Errorf("append to the log: %w", ctx.Err())
	}
	return job.result(<-job.done)
}

func (j *appendJob) result(err error) (store.Seq, error) {
	if err != nil {
		return 0, fmt.Errorf("append to the log: %w", err)
	}
	return j.seq, nil
}

// enqueue takes a job that fits, or any job while nothing else waits.
func (l *Log) enqueue(job *appendJob) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return store.ErrClosed
	case l.broken != nil:
		return l.broken
	case l.bytes > 0 && l.bytes+job.bytes > l.limit:
		return fmt.Errorf("%w: %d bytes wait for the disk", store.ErrFull, l.bytes)
	}
	l.queue = append(l.queue, job)
	l.bytes += job.bytes
	l.poke()
	return nil
}

// withdraw takes a job out of the queue; it reports false when the committer has it already.
func (l *Log) withdraw(job *appendJob) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if job.taken {
		return false
	}
	for i, other := range l.queue {
		if other == job {
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			break
		}
	}
	l.bytes -= job.bytes
	return true
}

// poke wakes the committer. Callers hold mu.
func (l *Log) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take empties the queue. It reports whether the log has been closed: what it returned then is the last.
func (l *Log) take() (jobs []*appendJob, closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	jobs, l.queue = l.queue, nil
	for _, job := range jobs {
		job.taken = true
	}
	return jobs, l.closed
}

// gather lets those run who are about to queue, for as long as that brings any: they share this commit instead of
// waiting for the next. On a quiet log it costs one turn of the scheduler and no time; the number of turns is bounded,
// so that those who queued first do not wait for ever new ones.
func (l *Log) gather() {
	before := -1
	for range gatherTurns {
		l.mu.Lock()
		n := len(l.queue)
		l.mu.Unlock()
		if n == before {
			return
		}
		before = n
		runtime.Gosched()
	}
}

func (l *Log) commitLoop() {
	defer close(l.done)
	for range l.wake {
		l.gather()
		jobs, closed := l.take()
		if len(jobs) > 0 {
			l.commit(jobs)
		}
		if closed {
			return
		}
	}
}

// commit writes the jobs in one transaction and answers each.
func (l *Log) commit(jobs []*appendJob) {
	head, err := l.write(jobs)
	if err == nil {
		l.head.Store(uint64(head))
		select {
		case l.notify <- struct{}{}:
		default: // one is waiting to be seen
		}
	}
	l.mu.Lock()
	if err != nil && !errors.Is(err, store.ErrFull) {
		// After a failed sync the system may drop what it could not write and report success the next time: nothing
		// written through this file handle can be believed any more.
		l.broken = fmt.Errorf("the log's disk failed, nothing more is taken until frontdesk is started again: %w", err)
		err = l.broken
	}
	l.full = nil
	if errors.Is(err, store.ErrDiskFull) {
		l.full, l.looked = err, l.now()
	}
	for _, job := range jobs {
		l.bytes -= job.bytes
	}
	l.mu.Unlock()
	for _, job := range jobs {
		job.done <- err
	}
}

// write puts the jobs behind the newest record of the file and returns the new head. It asks the file for the newest,
// because a commit that failed in its very last step may nevertheless be there.
func (l *Log) write(jobs []*appendJob) (head store.Seq, err error) {
	l.mu.Lock()
	err = l.broken
	l.mu.Unlock()
	if err != nil {
		return 0, err
	}
	l.committing.Lock()
	defer l.committing.Unlock()
	err = l.db.Update(func(tx *bolt.Tx) error {
		var err error
		if head, err = lastSeq(tx); err != nil {
			return err
		}
		b := tx.Bucket(logBucket)
		b.FillPercent = logFill // not kept in the file: each transaction starts with the default
		for _, job := range jobs {
			if job.redact != nil {
				if err := job.redact.write(b); err != nil {
					return err
				}
				continue
			}
			for _, value := range job.values {
				head++
				if err := b.Put(encodeSeq(head), value); err != nil {
					return err
				}
			}
			job.seq = head
		}
		return nil
	})
	if noSpace(err) {
		return 0, fmt.Errorf("%w, %w: %w", store.ErrFull, store.ErrDiskFull, err)
	}
	return head, err
}

// noSpace reports whether err says that there was no room to write. What a sync says of room is another matter: it
// comes too late, when nobody knows any more what of the file is on the disk.
func noSpace(err error) bool {
	var writing *fs.PathError
	if errors.As(err, &writing) {
		for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
			if errors.Is(err, full) {
				return true
			}
		}
		return false
	}
	return errors.Is(err, bolterrors.ErrMaxSizeReached) || err != nil && strings.HasPrefix(err.Error(), notGrown)
}

// notGrown begins what bbolt says when a file could not be made larger, whose cause it hands on only as text. Nothing
// was written by then, whatever the cause.
const notGrown = "file resize error: "

func lastSeq(tx *bolt.Tx) (store.Seq, error) {
	key, _ := tx.Bucket(logBucket).Cursor().Last()
	if key == nil {
		return 0, nil
	}
	return decodeSeq(key)
}

// Read returns copies of the records after a place, in order: at most n, fewer where they would exceed four megabytes,
// but at least one if there is one. It returns only what Append has acknowledged or is about to.
func (l *Log) Read(ctx context.Context, after store.Seq, n int) ([]store.Record, error) {
	if n <= 0 {
		return nil, fmt.Errorf("read the log after %d: asked for %d records; ask for at least one", after, n)
	}
	var (
		records []store.Record
		bytes   int
		// bbolt shows a transaction to readers a moment before it is synced. Whoever built on such a record would know
		// more than the log after a loss of power; so nothing beyond the acknowledged head is read.
		head = l.Head()
	)
	for more := after < head; more; {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("read the log after %d: %w", after, err)
		}
		more = false
		err := l.view(func(tx *bolt.Tx) error {
			c := tx.Bucket(logBucket).Cursor()
			inTx := 0
			for key, value := c.Seek(encodeSeq(after + 1)); key != nil && len(records) < n; key, value = c.Next() {
				seq, err := decodeSeq(key)
				if err != nil || seq > head {
					return err
				}
				if len(records) > 0 && bytes+len(value) > readBytes {
					return nil
				}
				if inTx++; inTx > readRecords {
					more = true
					return nil
				}
				r, err := decodeRecord(seq, value)
				if err != nil {
					return err
				}
				records, bytes, after = append(records, r), bytes+len(value), seq
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read the log after %d: %w", after, closedError(err))
		}
	}
	return records, nil
}

// Close lets what is queued end, and closes the file. Appends that come later fail with store.ErrClosed. Closing twice
// does nothing.
func (l *Log) Close() error {
	l.mu.Lock()
	l.closed = true
	l.poke()
	l.mu.Unlock()
	<-l.done
	return l.db.Close()
}
