package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"frontdesk/store"
)

// logRedact: another body stands in the place of a record's, and nothing else changes.
func logRedact(t *testing.T, open func(*testing.T, string) Log) {
	dir := t.TempDir()
	l := open(t, dir)
	mustAppend(t, l, record("first"), record("the secret word"), record("third"))
	blank := func(body []byte) []byte { return bytes.ReplaceAll(body, []byte("secret"), []byte("-")) }
	for range 2 { // the second time there is nothing left to do
		if err := l.Redact(t.Context(), 2, blank); err != nil {
			t.Fatalf("Redact: %v", err)
		}
	}
	if err := l.Redact(t.Context(), 3, func([]byte) []byte { return nil }); err != nil {
		t.Fatalf("Redact to nothing: %v", err)
	}
	want := []store.Record{record("first"), record("the - word"), record("")}
	for range 2 {
		for i, r := range readAll(t, l, 10) {
			want[i].Seq = store.Seq(i + 1)
			if r.Seq != want[i].Seq || r.Kind != want[i].Kind || r.At != want[i].At || !bytes.Equal(r.Body, want[i].Body) {
				t.Errorf("record %d is %+v, want %+v", i+1, r, want[i])
			}
		}
		if l.Head() != 3 {
			t.Errorf("Head = %d, want 3", l.Head())
		}
		closeLog(t, l)
		l = open(t, dir)
	}
	closeLog(t, l)
}

// logRedactRefused: what can't be done changes nothing.
func logRedactRefused(t *testing.T, open func(*testing.T, string) Log) {
	l := open(t, t.TempDir())
	mustAppend(t, l, record("first"))
	same := func(body []byte) []byte { return body }
	for _, seq := range []store.Seq{0, 2, 1 << 60} {
		if err := l.Redact(t.Context(), seq, same); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Redact of record %d: %v, want ErrNotFound", seq, err)
		}
	}
	if err := l.Redact(t.Context(), 1, func(body []byte) []byte { return append(body, '!') }); err == nil {
		t.Error("a longer body was taken")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Redact(ctx, 1, same); !errors.Is(err, context.Canceled) {
		t.Errorf("Redact with an ended context: %v", err)
	}
	if all := readAll(t, l, 10); len(all) != 1 || string(all[0].Body) != "first" {
		t.Errorf("the log holds %+v", all)
	}
	closeLog(t, l)
	if err := l.Redact(t.Context(), 1, func([]byte) []byte { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Redact after Close: %v, want ErrClosed", err)
	}
}

// logRedactBusy: redactions of one record, beside each other and beside appends, all take effect.
func logRedactBusy(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	const writers = 8
	mustAppend(t, l, record("abcdefgh"))
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			letter := []byte{byte('a' + i)}
			if err := l.Redact(t.Context(), 1, func(body []byte) []byte { return bytes.ReplaceAll(body, letter, []byte("-")) }); err != nil {
				t.Errorf("Redact: %v", err)
			}
		})
		wg.Go(func() {
			if _, err := l.Append(t.Context(), record(fmt.Sprint("more ", i))); err != nil {
				t.Errorf("Append: %v", err)
			}
		})
	}
	wg.Wait()
	all := readAll(t, l, 10)
	if len(all) != 1+writers || string(all[0].Body) != "--------" {
		t.Errorf("the log holds %d records, the first %q", len(all), all[0].Body)
	}
}
