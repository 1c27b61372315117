package bolt

import (
	"bytes"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"frontdesk/store"
)

// What bbolt shows of a commit that is under way is not on the disk yet: a second redaction of a record, which finds
// nothing left to do, must not say that it is done before the first one is.
func TestRedactWaitsForACommitUnderWay(t *testing.T) {
	t.Parallel()
	l := openTestLog(t, filepath.Join(t.TempDir(), "log.db"), Options{})
	if _, err := l.Append(t.Context(), store.Record{Kind: store.RecordWebhook, Body: []byte("words")}); err != nil {
		t.Fatal(err)
	}
	var over atomic.Bool
	done := make(chan error, 1)
	l.committing.Lock()
	go func() {
		done <- l.Redact(t.Context(), 1, func(body []byte) []byte {
			if !over.Load() {
				t.Error("a record was read while a commit was under way")
			}
			return bytes.Clone(body)
		})
	}()
	for range 10_000 {
		runtime.Gosched()
	}
	over.Store(true)
	l.committing.Unlock()
	if err := <-done; err != nil {
		t.Errorf("Redact: %v", err)
	}
}
