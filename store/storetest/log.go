package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"frontdesk/store"
)

// Log is what RunLog tests: a log that can be closed.
type Log interface {
	store.Log
	io.Closer
}

// RunLog holds a log to store.Log's contract. open opens the log of a folder, or creates it; it is called again for
// the same folder after a Close.
func RunLog(t *testing.T, open func(t *testing.T, dir string) Log) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, func(*testing.T, string) Log){
		"empty":                                logEmpty,
		"order":                                logOrder,
		"durability across reopening":          logDurable,
		"records of one append stand together": logTogether,
		"bodies are copies":                    logCopies,
		"times":                                logTimes,
		"a failing append keeps nothing":       logNothing,
		"many writers":                         logWriters,
		"reading while writing":                logReaders,
		"bounds of a read":                     logBounds,
		"a large body":                         logLarge,
		"context":                              logContext,
		"closed":                               logClosed,
		"closing lets queued appends end":      logCloseDrains,
		"redacting a record":                   logRedact,
		"redactions that are refused":          logRedactRefused,
		"redacting while others write":         logRedactBusy,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

// openOnce opens the log of a new folder and closes it when the test ends.
func openOnce(t *testing.T, open func(*testing.T, string) Log) Log {
	t.Helper()
	l := open(t, t.TempDir())
	t.Cleanup(func() { closeLog(t, l) })
	return l
}

func closeLog(t *testing.T, l io.Closer) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func record(body string) store.Record {
	return store.Record{Kind: store.RecordWebhook, At: 1794819600000, Body: []byte(body)}
}

func mustAppend(t *testing.T, l store.Log, records ...store.Record) store.Seq {
	t.Helper()
	seq, err := l.Append(t.Context(), records...)
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	return seq
}

// readAll reads the whole log, n records at a time, and checks that places run from 1 without gaps.
func readAll(t *testing.T, l store.Log, n int) []store.Record {
	t.Helper()
	var all []store.Record
	for {
		var after store.Seq
		if len(all) > 0 {
			after = all[len(all)-1].Seq
		}
		part, err := l.Read(t.Context(), after, n)
		if err != nil {
			t.Fatalf("Read after %d: %v", after, err)
		}
		if len(part) == 0 {
			return all
		}
		if len(part) > n {
			t.Fatalf("Read after %d: %d records, asked for %d", after, len(part), n)
		}
		for _, r := range part {
			if r.Seq != store.Seq(len(all)+1) {
				t.Fatalf("Read: place %d follows %d", r.Seq, len(all))
			}
			all = append(all, r)
		}
	}
}

func logEmpty(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	if head := l.Head(); head != 0 {
		t.Errorf("Head of an empty log = %d, want 0", head)
	}
	if all := readAll(t, l, 10); len(all) != 0 {
		t.Errorf("an empty log holds %d records", len(all))
	}
	if seq, err := l.Append(t.Context()); seq != 0 || err != nil {
		t.Errorf("Append of nothing = %d, %v, want 0 and no error", seq, err)
	}
	if seq := mustAppend(t, l, record("first")); seq != 1 {
		t.Errorf("the first record has place %d, want 1", seq)
	}
}

func logOrder(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	const n = 600 // more than any engine reads in one go
	for i := range n {
		r := record(fmt.Sprint(i))
		r.Seq = 4711 // ignored
		if seq := mustAppend(t, l, r); seq != store.Seq(i+1) || l.Head() != seq {
			t.Fatalf("record %d: place %d, head %d", i, seq, l.Head())
		}
	}
	all := readAll(t, l, n)
	if len(all) != n {
		t.Fatalf("%d records, want %d", len(all), n)
	}
	for i, r := range all {
		if string(r.Body) != fmt.Sprint(i) || r.Kind != store.RecordWebhook {
			t.Fatalf("record %d: kind %d, body %q", i, r.Kind, r.Body)
		}
	}
	part, err := l.Read(t.Context(), 597, 10)
	if err != nil || len(part) != 3 || part[0].Seq != 598 {
		t.Errorf("Read after 597: %d records, error %v, want the last three", len(part), err)
	}
}

func logDurable(t *testing.T, open func(*testing.T, string) Log) {
	dir := t.TempDir()
	for round := 1; round <= 3; round++ {
		l := open(t, dir)
		if head := l.Head(); head != store.Seq(2*(round-1)) {
			t.Errorf("round %d: Head after opening = %d, want %d", round, head, 2*(round-1))
		}
		mustAppend(t, l, record("a"), store.Record{Kind: store.RecordAct, At: 7, Body: []byte{0, 255}})
		closeLog(t, l)
	}
	l := open(t, dir)
	defer closeLog(t, l)
	all := readAll(t, l, 100)
	if len(all) != 6 {
		t.Fatalf("%d records, want 6", len(all))
	}
	for i, r := range all {
		want := record("a")
		if i%2 == 1 {
			want = store.Record{Kind: store.RecordAct, At: 7, Body: []byte{0, 255}}
		}
		if r.Kind != want.Kind || r.At != want.At || !bytes.Equal(r.Body, want.Body) {
			t.Errorf("record %d = %v, want %v", r.Seq, r, want)
		}
	}
}

func logTogether(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	const writers, each, size = 8, 20, 3
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				var group []store.Record
				for part := range size {
					group = append(group, record(fmt.Sprintf("%d %d %d", w, i, part)))
				}
				if _, err := l.Append(t.Context(), group...); err != nil {
					t.Errorf("Append: %v", err)
				}
			}
		})
	}
	wg.Wait()
	all := readAll(t, l, 100)
	if len(all) != writers*each*size {
		t.Fatalf("%d records, want %d", len(all), writers*each*size)
	}
	for i := 0; i < len(all); i += size {
		var w, n, part int
		if _, err := fmt.Sscan(string(all[i].Body), &w, &n, &part); err != nil || part != 0 {
			t.Fatalf("record %d does not begin a group: %q", all[i].Seq, all[i].Body)
		}
		for p := 1; p < size; p++ {
			if got, want := string(all[i+p].Body), fmt.Sprintf("%d %d %d", w, n, p); got != want {
				t.Fatalf("record %d: %q, want %q", all[i+p].Seq, got, want)
			}
		}
	}
}

func logCopies(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	body := []byte("as it was")
	mustAppend(t, l, store.Record{Kind: store.RecordWebhook, At: 1, Body: body})
	copy(body, "XXXXXXXXX")
	first := readAll(t, l, 10)
	if string(first[0].Body) != "as it was" {
		t.Fatalf("the log took a body that changed later: %q", first[0].Body)
	}
	copy(first[0].Body, "YYYYYYYYY")
	if again := readAll(t, l, 10); string(again[0].Body) != "as it was" {
		t.Errorf("changing what was read changed the log: %q", again[0].Body)
	}
}

func logTimes(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	mustAppend(t, l, store.Record{Kind: store.RecordAct, At: 42}, store.Record{Kind: store.RecordAct})
	all := readAll(t, l, 10)
	if all[0].At != 42 {
		t.Errorf("a given time became %d, want 42", all[0].At)
	}
	if all[1].At <= 42 {
		t.Errorf("a record without a time has %d, want the present", all[1].At)
	}
	if len(all[0].Body) != 0 {
		t.Errorf("an empty body became %q", all[0].Body)
	}
}

func logNothing(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	if _, err := l.Append(t.Context(), record("good"), store.Record{Body: []byte("no kind")}); err == nil {
		t.Error("Append took a record without a kind")
	}
	if head := l.Head(); head != 0 {
		t.Errorf("Head = %d after a failing append, want 0", head)
	}
	mustAppend(t, l, record("next"))
	if all := readAll(t, l, 10); len(all) != 1 || string(all[0].Body) != "next" {
		t.Errorf("the log holds %d records, want only the next", len(all))
	}
}

func logWriters(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	const writers, each = 64, 10
	var (
		mu    sync.Mutex
		where = map[store.Seq]string{}
		wg    sync.WaitGroup
	)
	for w := range writers {
		wg.Go(func() {
			last := store.Seq(0)
			for i := range each {
				body := fmt.Sprintf("%d/%d", w, i)
				seq, err := l.Append(t.Context(), record(body))
				if err != nil {
					t.Errorf("Append: %v", err)
					return
				}
				if seq <= last {
					t.Errorf("one writer's places fell from %d to %d", last, seq)
				}
				if head := l.Head(); head < seq {
					t.Errorf("Head = %d after place %d was returned", head, seq)
				}
				last = seq
				mu.Lock()
				if other, taken := where[seq]; taken {
					t.Errorf("place %d was given to %s and %s", seq, other, body)
				}
				where[seq] = body
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	all := readAll(t, l, 100)
	if len(all) != writers*each {
		t.Fatalf("%d records, want %d", len(all), writers*each)
	}
	for _, r := range all {
		if where[r.Seq] != string(r.Body) {
			t.Errorf("place %d holds %q, its writer was told %q", r.Seq, r.Body, where[r.Seq])
		}
	}
}

func logReaders(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	const n = 200
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n {
			if _, err := l.Append(t.Context(), record(fmt.Sprint(i))); err != nil {
				t.Errorf("Append: %v", err)
			}
		}
	})
	for range 4 {
		wg.Go(func() {
			for after := store.Seq(0); after < n; {
				head := l.Head()
				part, err := l.Read(t.Context(), after, 50)
				if err != nil {
					t.Errorf("Read: %v", err)
					return
				}
				if head > after && len(part) == 0 {
					t.Errorf("Head was %d, but nothing stands after %d", head, after)
					return
				}
				for _, r := range part {
					if r.Seq != after+1 || string(r.Body) != fmt.Sprint(after) {
						t.Errorf("after %d comes %d with %q", after, r.Seq, r.Body)
						return
					}
					after = r.Seq
				}
			}
		})
	}
	wg.Wait()
}

func logBounds(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	body := bytes.Repeat([]byte("x"), 1<<20)
	for range 20 {
		mustAppend(t, l, store.Record{Kind: store.RecordWebhook, At: 1, Body: body})
	}
	part, err := l.Read(t.Context(), 0, 1000)
	if err != nil || len(part) == 0 || len(part) > 16 {
		t.Errorf("a read of 20 MiB: %d records, error %v, want some megabytes", len(part), err)
	}
	if all := readAll(t, l, 3); len(all) != 20 {
		t.Errorf("three at a time: %d records, want 20", len(all))
	}
	for _, after := range []store.Seq{20, 21, 1 << 40, ^store.Seq(0)} {
		if part, err := l.Read(t.Context(), after, 10); err != nil || len(part) != 0 {
			t.Errorf("Read after %d: %d records, error %v, want none", after, len(part), err)
		}
	}
	if _, err := l.Read(t.Context(), 0, 0); err == nil {
		t.Error("Read of no records did not fail")
	}
}

func logLarge(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	body := make([]byte, 12<<20)
	for i := range body {
		body[i] = byte(i * 7 >> 3)
	}
	mustAppend(t, l, record("before"), store.Record{Kind: store.RecordWebhook, At: 1, Body: body}, record("after"))
	all := readAll(t, l, 10)
	if len(all) != 3 || sha256.Sum256(all[1].Body) != sha256.Sum256(body) || string(all[2].Body) != "after" {
		t.Errorf("a large body did not come back as it was (%d records)", len(all))
	}
}

func logContext(t *testing.T, open func(*testing.T, string) Log) {
	l := openOnce(t, open)
	mustAppend(t, l, record("there"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Append(ctx, record("late")); !errors.Is(err, context.Canceled) {
		t.Errorf("Append with an ended context: %v, want context.Canceled", err)
	}
	if _, err := l.Read(ctx, 0, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Read with an ended context: %v, want context.Canceled", err)
	}
	if head := l.Head(); head != 1 {
		t.Errorf("Head = %d, want 1", head)
	}

	// Whatever moment the context ends at, what was reported and what is there agree.
	kept := map[string]bool{"there": true}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go cancel()
			body := fmt.Sprint(i)
			_, err := l.Append(ctx, record(body))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				kept[body] = true
			} else if !errors.Is(err, context.Canceled) {
				t.Errorf("Append: %v", err)
			}
		})
	}
	wg.Wait()
	all := readAll(t, l, 100)
	if len(all) != len(kept) {
		t.Errorf("%d records, %d were acknowledged", len(all), len(kept))
	}
	for _, r := range all {
		if !kept[string(r.Body)] {
			t.Errorf("record %d (%q) is there although its append failed", r.Seq, r.Body)
		}
	}
}

func logClosed(t *testing.T, open func(*testing.T, string) Log) {
	l := open(t, t.TempDir())
	mustAppend(t, l, record("there"))
	closeLog(t, l)
	if _, err := l.Append(t.Context(), record("late")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Append after Close: %v, want ErrClosed", err)
	}
	if _, err := l.Read(t.Context(), 0, 1); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Read after Close: %v, want ErrClosed", err)
	}
	closeLog(t, l) // twice does nothing
}

func logCloseDrains(t *testing.T, open func(*testing.T, string) Log) {
	dir := t.TempDir()
	l := open(t, dir)
	var (
		mu    sync.Mutex
		acked int
		wg    sync.WaitGroup
	)
	started := make(chan struct{}, 32)
	for range cap(started) {
		wg.Go(func() {
			for {
				_, err := l.Append(context.Background(), record("x"))
				if err != nil {
					if !errors.Is(err, store.ErrClosed) {
						t.Errorf("Append while closing: %v", err)
					}
					return
				}
				mu.Lock()
				acked++
				mu.Unlock()
				select {
				case started <- struct{}{}:
				default:
				}
			}
		})
	}
	for range cap(started) {
		<-started
	}
	closeLog(t, l)
	wg.Wait()
	l = open(t, dir)
	defer closeLog(t, l)
	if head := l.Head(); head != store.Seq(acked) {
		t.Errorf("Head = %d after reopening, %d appends were acknowledged", head, acked)
	}
}
