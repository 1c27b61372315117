package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

func openTestLog(t *testing.T, path string, o Options) *Log {
	t.Helper()
	l, err := OpenLog(path, o)
	if err != nil {
		t.Fatalf("OpenLog: %v", err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return l
}

func webhook(size int) store.Record {
	return store.Record{Kind: store.RecordWebhook, At: 1, Body: make([]byte, size)}
}

// holdDisk keeps the committer from committing until the returned function is called.
func holdDisk(t *testing.T, l *Log) (release func()) {
	t.Helper()
	tx, err := l.db.Begin(true)
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Errorf("Rollback: %v", err)
		}
	}
}

// eventually waits until something that another goroutine does has happened.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); !happened(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

type appended struct {
	seq store.Seq
	err error
}

func appendSoon(ctx context.Context, l *Log, r store.Record) <-chan appended {
	ch := make(chan appended, 1)
	go func() {
		seq, err := l.Append(ctx, r)
		ch <- appended{seq, err}
	}()
	return ch
}

func (l *Log) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue)
}

func (l *Log) weight() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bytes
}

func TestLogQueue(t *testing.T) {
	t.Parallel()
	l := openTestLog(t, filepath.Join(t.TempDir(), "log.db"), Options{QueueBytes: 1000})
	release := holdDisk(t, l)

	// More than the bound is taken while nothing else waits, or it could never be kept.
	committing := appendSoon(t.Context(), l, webhook(900))
	eventually(t, "the committer holds the first", func() bool { return l.weight() > 0 && l.waiting() == 0 })
	if _, err := l.Append(t.Context(), webhook(900)); !errors.Is(err, store.ErrFull) {
		t.Errorf("Append beyond the bound: %v, want ErrFull", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	withdrawn := appendSoon(ctx, l, webhook(10))
	eventually(t, "the second is queued", func() bool { return l.waiting() == 1 })
	queued := appendSoon(t.Context(), l, webhook(20))
	eventually(t, "the third is queued", func() bool { return l.waiting() == 2 })
	cancel()
	if got := <-withdrawn; !errors.Is(got.err, context.Canceled) {
		t.Errorf("an append whose context ended while it was queued: %v, want context.Canceled", got.err)
	}

	// Once the committer has it, the context is too late.
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	release()
	if got := <-committing; got.err != nil || got.seq != 1 {
		t.Errorf("the first append = %d, %v, want place 1", got.seq, got.err)
	}
	if got := <-queued; got.err != nil || got.seq != 2 {
		t.Errorf("the third append = %d, %v, want place 2", got.seq, got.err)
	}
	if w := l.weight(); w != 0 {
		t.Errorf("%d bytes still count as queued", w)
	}

	release = holdDisk(t, l)
	taken := appendSoon(ctx, l, webhook(30))
	eventually(t, "the committer holds the fourth", func() bool { return l.weight() > 0 && l.waiting() == 0 })
	cancel()
	release()
	if got := <-taken; got.err != nil || got.seq != 3 {
		t.Errorf("an append that was being committed when its context ended = %d, %v, want place 3", got.seq, got.err)
	}
}

func TestLogTakesMoreThanTheBoundWhenNothingWaits(t *testing.T) {
	t.Parallel()
	l := openTestLog(t, filepath.Join(t.TempDir(), "log.db"), Options{QueueBytes: 1000})
	if seq, err := l.Append(t.Context(), webhook(5000)); err != nil || seq != 1 {
		t.Errorf("Append = %d, %v, want place 1", seq, err)
	}
}

func TestLogNotify(t *testing.T) {
	t.Parallel()
	l := openTestLog(t, filepath.Join(t.TempDir(), "log.db"), Options{})
	for range 3 {
		if _, err := l.Append(t.Context(), webhook(1)); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-l.Notify():
	default:
		t.Error("nothing was told of three appends")
	}
	select {
	case <-l.Notify():
		t.Error("three appends that nobody looked at were told of twice")
	default:
	}
}

func TestLogFullDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	l := openTestLog(t, path, Options{maxFile: 1 << 20})
	var acked store.Seq
	var err error
	for range 100 {
		var seq store.Seq
		if seq, err = l.Append(t.Context(), webhook(50_000)); err != nil {
			break
		}
		acked = seq
	}
	if !errors.Is(err, store.ErrFull) {
		t.Fatalf("Append to a file that can't grow: %v, want ErrFull", err)
	}
	if acked == 0 || l.Head() != acked {
		t.Fatalf("Head = %d, %d were acknowledged", l.Head(), acked)
	}
	if full := l.Full(); !errors.Is(full, store.ErrDiskFull) || l.Err() != nil {
		t.Errorf("Full = %v, Err = %v, want that the disk is full and nothing else", full, l.Err())
	}
	// A full disk is no broken one: there may be room again.
	if _, err := l.Append(t.Context(), webhook(50_000)); !errors.Is(err, store.ErrFull) {
		t.Errorf("the next Append: %v, want ErrFull again", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openTestLog(t, path, Options{})
	if l.Head() != acked {
		t.Errorf("Head = %d after opening again, want %d", l.Head(), acked)
	}
	if seq, err := l.Append(t.Context(), webhook(50_000)); err != nil || seq != acked+1 {
		t.Errorf("Append with room again = %d, %v, want place %d", seq, err, acked+1)
	}
}

// TestLogFindsRoomAgain wants a log to be no longer full once something was kept, and, where nothing comes, once it finds
// room by itself.
func TestLogFindsRoomAgain(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_700_000_000_000)
	dir := t.TempDir()
	l := openTestLog(t, filepath.Join(dir, "log.db"), Options{Now: func() time.Time { return now }})
	fill := func(cause error) {
		l.mu.Lock()
		l.full, l.looked = fmt.Errorf("%w: %w", store.ErrDiskFull, cause), now
		l.mu.Unlock()
	}
	for name, test := range map[string]struct {
		cause error
		after time.Duration
		kept  bool
		full  bool
	}{
		"just looked":            {syscall.ENOSPC, roomEvery - time.Second, false, true},
		"looked a while ago":     {syscall.ENOSPC, roomEvery, false, false},
		"a quota":                {syscall.EDQUOT, roomEvery, false, false},
		"a limit of files":       {syscall.EFBIG, roomEvery, false, true},
		"a record that was kept": {syscall.EFBIG, 0, true, false},
	} {
		fill(test.cause)
		now = now.Add(test.after)
		if test.kept {
			if _, err := l.Append(t.Context(), webhook(1)); err != nil {
				t.Fatal(err)
			}
		}
		if full := l.Full(); (full != nil) != test.full {
			t.Errorf("%s: Full = %v, want full: %t", name, full, test.full)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, roomFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was written to look for room is still there: %v", err)
	}
}

func TestLogBrokenDisk(t *testing.T) {
	t.Parallel()
	l := openTestLog(t, filepath.Join(t.TempDir(), "log.db"), Options{})
	if _, err := l.Append(t.Context(), webhook(1)); err != nil {
		t.Fatal(err)
	}
	if err := l.db.Close(); err != nil { // whatever is written from here on fails
		t.Fatal(err)
	}
	for range 2 {
		_, err := l.Append(t.Context(), webhook(1))
		if err == nil || errors.Is(err, store.ErrFull) {
			t.Errorf("Append to a failing disk: %v, want an error other than ErrFull", err)
		}
	}
	if head := l.Head(); head != 1 {
		t.Errorf("Head = %d, want 1", head)
	}
}

func TestOpenLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	l := openTestLog(t, path, Options{})
	_, err := OpenLog(path, Options{})
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Fatalf("OpenLog of an open file: %v, want ErrLocked with the file's name", err)
	}
	if self := fmt.Sprintf("process %d", os.Getpid()); runtime.GOOS == "linux" && !strings.Contains(err.Error(), self) {
		t.Errorf("OpenLog of an open file: %v, want who holds it: %s", err, self)
	}

	// With patience it succeeds as soon as the other lets go.
	opened := make(chan error, 1)
	go func() {
		second, err := OpenLog(path, Options{Wait: 10 * time.Second})
		if err == nil {
			err = second.Close()
		}
		opened <- err
	}()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Errorf("OpenLog that waits: %v", err)
	}
}

func TestOpenNewer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	if err := openTestLog(t, path, Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	change := func(f func(tx *bolt.Tx) error) {
		t.Helper()
		db, err := bolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(f), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	setFormat := func(n uint32) {
		t.Helper()
		change(func(tx *bolt.Tx) error {
			return tx.Bucket(metaBucket).Put(formatKey, binary.BigEndian.AppendUint32(nil, n))
		})
	}

	setFormat(logFormat + 1)
	if _, err := OpenLog(path, Options{}); !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), path) {
		t.Errorf("OpenLog of a newer file: %v, want ErrNewer with the file's name", err)
	}

	setFormat(logFormat)
	change(func(tx *bolt.Tx) error {
		return tx.Bucket(logBucket).Put(encodeSeq(1), append([]byte{recordVersion + 1}, make([]byte, 20)...))
	})
	l := openTestLog(t, path, Options{})
	if _, err := l.Read(t.Context(), 0, 1); !errors.Is(err, store.ErrNewer) {
		t.Errorf("Read of a newer record: %v, want ErrNewer", err)
	}
}

func TestOpenDamaged(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{"zeros": make([]byte, 1<<16), "text": []byte("hello")} {
		path := filepath.Join(t.TempDir(), "log.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenLog(path, Options{}); err == nil || !strings.Contains(err.Error(), "backup") || !strings.Contains(err.Error(), path) {
			t.Errorf("OpenLog of a file of %s: %v, want an error that says which file and what to do", name, err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != string(content) {
			t.Errorf("OpenLog of a file of %s changed it (%v)", name, err)
		}
	}
}

func TestReadDamaged(t *testing.T) {
	t.Parallel()
	for name, value := range map[string][]byte{"short": {recordVersion, 1, 0}, "no version": make([]byte, 20)} {
		if _, err := decodeRecord(7, value); err == nil || !strings.Contains(err.Error(), "record 7") {
			t.Errorf("%s: %v, want an error that names the record", name, err)
		}
	}
}

// Records are read for ever: this is what the first release wrote.
func TestRecordLayout(t *testing.T) {
	t.Parallel()
	value := []byte("\x01\x02\x00\x00\x01\xa1\xe4\x0d\x8e\x00body")
	r := store.Record{Seq: 258, Kind: store.RecordReply, At: 0x01a1e40d8e00, Body: []byte("body")}
	if got := encodeRecord(r); string(got) != string(value) {
		t.Errorf("encodeRecord = %q, want %q", got, value)
	}
	got, err := decodeRecord(258, value)
	if err != nil || got.Seq != r.Seq || got.Kind != r.Kind || got.At != r.At || string(got.Body) != "body" {
		t.Errorf("decodeRecord = %v, %v, want %v", got, err, r)
	}
	if key := encodeSeq(258); string(key) != "\x00\x00\x00\x00\x00\x00\x01\x02" {
		t.Errorf("encodeSeq(258) = %q", key)
	}
}
