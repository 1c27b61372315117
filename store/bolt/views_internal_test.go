package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"frontdesk/store"
)

func newViews(t testing.TB) *Views {
	t.Helper()
	v, err := OpenViews(filepath.Join(t.TempDir(), ViewsFile), Options{})
	if err != nil {
		t.Fatalf("OpenViews: %v", err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return v
}

func mustApply(t testing.TB, v *Views, upTo store.Seq, change func(store.Rows) error) {
	t.Helper()
	if err := v.Apply(t.Context(), upTo, change); err != nil {
		t.Fatalf("Apply: %v", err)
	}
}

func TestOpenViews(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ViewsFile)
	v, err := OpenViews(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v, want 0600", info.Mode(), err)
	}
	if _, err := OpenViews(path, Options{}); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Errorf("opening twice: %v, want ErrLocked with the path", err)
	}
	for range 2 {
		if err := v.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestOpenViewsOfAnotherLayout(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*bolt.Tx) error{
		"newer": func(tx *bolt.Tx) error {
			return tx.Bucket(metaBucket).Put(formatKey, binary.BigEndian.AppendUint32(nil, viewsLayout+1))
		},
		"older": func(tx *bolt.Tx) error {
			return tx.Bucket(metaBucket).Put(formatKey, binary.BigEndian.AppendUint32(nil, viewsLayout-1))
		},
		"none":             func(tx *bolt.Tx) error { return tx.DeleteBucket(metaBucket) },
		"a lacking bucket": func(tx *bolt.Tx) error { return tx.DeleteBucket(actBucket) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), ViewsFile)
			v, err := OpenViews(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(v.db.Update(change), v.Close()); err != nil {
				t.Fatal(err)
			}
			if v, err := OpenViews(path, Options{}); !errors.Is(err, ErrLayout) {
				t.Errorf("OpenViews: %v, %v, want ErrLayout", v, err)
			}
		})
	}
}

// fill puts a conversation with everything that indexes, sets and counters know.
func fill(r store.Rows) error {
	c := store.Conversation{
		ID: "1:2", Inbox: "1", Status: store.StatusOpen, Refs: []string{"pricing"}, Labels: []string{"vip"}, Assignee: "ana",
		Origins: []store.Origin{store.OriginPlugin}, Unread: 1, Unreplied: true, LastActivity: 9,
	}
	snoozed := store.Conversation{ID: "1:3", Status: store.StatusSnoozed, SnoozedUntil: 50, LastActivity: 4}
	reply := store.Message{ID: "out:t", Conversation: "1:2", At: 9, Direction: store.Out, State: store.StateQueued}
	return errors.Join(r.PutConversation(c), r.PutConversation(snoozed), r.PutMessage(reply),
		r.PutKey("1:2", "k", store.KeyRow{}), r.PutTouch("1:2", store.Touch{At: 9, ID: "t"}))
}

// TestCheckFindsFaults damages each derived row in turn, by taking it away and by changing it.
func TestCheckFindsFaults(t *testing.T) {
	t.Parallel()
	v := newViews(t)
	mustApply(t, v, 1, fill)
	if err := v.Check(t.Context()); err != nil {
		t.Fatalf("Check of sound views: %v", err)
	}
	type place struct{ bucket, key []byte }
	var places []place
	err := v.db.View(func(tx *bolt.Tx) error {
		for _, name := range viewBuckets {
			err := tx.Bucket(name).ForEach(func(k, _ []byte) error {
				places = append(places, place{name, bytes.Clone(k)})
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	undo := errors.New("undo")
	try := func(what string, p place, damage func(*bolt.Bucket) error) {
		err := v.db.Update(func(tx *bolt.Tx) error {
			if err := damage(tx.Bucket(p.bucket)); err != nil {
				t.Fatal(err)
			}
			r, err := newReader(t.Context(), tx)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.check(); err == nil {
				t.Errorf("Check does not see that in %s the row %x was %s", p.bucket, p.key, what)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
	}
	for _, p := range places {
		// A key or touch follows from nothing and is missed by nobody; a header that is gone leaves its messages.
		alone := bytes.Equal(p.bucket, rowBucket) && (p.key[16] == keyRow || p.key[16] == touchRow)
		if !alone {
			try("deleted", p, func(b *bolt.Bucket) error { return b.Delete(p.key) })
		}
		try("copied to another key", p, func(b *bolt.Bucket) error {
			key := bytes.Clone(p.key)
			key[len(key)-1]++
			return b.Put(key, bytes.Clone(b.Get(p.key)))
		})
		if !bytes.Equal(p.bucket, setBucket) {
			try("changed", p, func(b *bolt.Bucket) error { return b.Put(p.key, []byte{rowVersion, 1<<1 | numForm}) })
		}
	}
	if len(places) < 20 {
		t.Errorf("only %d rows were tried", len(places))
	}
}

// drawConversation draws a conversation with values that filters ask for.
func drawConversation(rt *rapid.T) store.Conversation {
	texts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "ab", "b", "c", "d", "e", "f", "g", "h"}), 0, 8)
	c := store.Conversation{
		ID: "1:2", Inbox: store.InboxID(rapid.SampledFrom([]string{"", "1", "2"}).Draw(rt, "inbox")),
		Status:   store.Status(rapid.SampledFrom([]string{"open", "pending", "snoozed", "resolved", "later", ""}).Draw(rt, "status")),
		Assignee: rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "assignee"),
		Labels:   texts.Draw(rt, "labels"), Refs: texts.Draw(rt, "refs"),
		Unread: rapid.IntRange(0, 1).Draw(rt, "unread"), Unreplied: rapid.Bool().Draw(rt, "unreplied"),
	}
	if rapid.IntRange(0, 7).Draw(rt, "many") == 0 { // more refs than a packed value has
		c.Refs = append(numbered("another", rapid.IntRange(packedTexts-1, packedTexts+1).Draw(rt, "others")), c.Refs...)
	}
	for _, o := range rapid.SliceOfN(rapid.SampledFrom([]string{"plugin", "ad", "unknown", "later", ""}), 0, 2).Draw(rt, "origins") {
		c.Origins = append(c.Origins, store.Origin(o))
	}
	return c
}

// TestPackedNeverLies: a packed value never rules out what the query asks for.
func TestPackedNeverLies(t *testing.T) {
	t.Parallel()
	values := rapid.SliceOfN(rapid.SampledFrom([]string{
		"", "1", "2", "a", "ab", "h", "a*", "*", "open", "snoozed", "later", "plugin", "ad", "unknown", "nothing",
	}), 0, 3)
	fields := []store.Field{
		store.FieldStatus, store.FieldOrigin, store.FieldRef, store.FieldInbox, store.FieldAssignee, store.FieldLabel, store.FieldIs,
	}
	rapid.Check(t, func(rt *rapid.T) {
		c := drawConversation(rt)
		p := packed(pack(&c))
		if !p.valid() {
			rt.Fatalf("%x is not valid", []byte(p))
		}
		term := store.Term{Field: rapid.SampledFrom(fields).Draw(rt, "field"), Values: values.Draw(rt, "values"), Not: rapid.Bool().Draw(rt, "not")}
		if term.Field == store.FieldIs {
			term.Values = rapid.SliceOfN(rapid.SampledFrom([]string{store.IsUnread, store.IsUnreplied}), 0, 2).Draw(rt, "is")
		}
		f := filter{asks: []ask{askOf(term, rapid.Bool().Draw(rt, "known"))}}
		q := store.Query{Terms: []store.Term{term}}
		if q.Match(c) && f.rulesOut(p) {
			rt.Errorf("%+v is ruled out for %+v", c, term)
		}
		columns := newColumns()
		if rapid.Bool().Draw(rt, "no room for lists") {
			columns.lists.bytes = mostLists
		}
		at := positionOf(c.LastActivity, hashOf(c.ID))
		columns.insert(columns.row(at[:], p))
		if q.Match(c) && len(passing(columns, &f)) == 0 {
			rt.Errorf("columns rule %+v out for %+v", c, term)
		}
	})
}

// TestPackedRulesOut: what common filters ask needs no header.
func TestPackedRulesOut(t *testing.T) {
	t.Parallel()
	c := store.Conversation{Inbox: "1", Status: store.StatusOpen, Refs: []string{"pricing"}, Origins: []store.Origin{store.OriginPlugin}}
	p := packed(pack(&c))
	for _, term := range []store.Term{
		{Field: store.FieldStatus, Values: []string{"resolved", "pending"}},
		{Field: store.FieldStatus, Values: []string{"open"}, Not: true},
		{Field: store.FieldOrigin, Values: []string{"ad"}},
		{Field: store.FieldOrigin, Values: []string{"plugin"}, Not: true},
		{Field: store.FieldRef, Values: []string{"checkout"}},
		{Field: store.FieldInbox, Values: []string{"2"}},
		{Field: store.FieldIs, Values: []string{store.IsUnread}},
		{Field: store.FieldAssignee, Values: []string{"ana"}},
		{Field: store.FieldAssignee, Values: []string{""}, Not: true},
		{Field: store.FieldLabel, Values: []string{"vip"}},
	} {
		f := filter{asks: []ask{askOf(term, true)}}
		if !f.rulesOut(p) {
			t.Errorf("%+v is not ruled out", term)
		}
	}
}

// TestReadersBesideWriter: readers always see whole Applies, and the place that belongs to them.
func TestReadersBesideWriter(t *testing.T) {
	t.Parallel()
	v := newViews(t)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				page, err := v.List(t.Context(), store.ListRequest{Limit: 1000})
				if err != nil {
					t.Errorf("List: %v", err)
					return
				}
				if len(page.Rows) != 2*int(page.Applied) {
					t.Errorf("at %d there are %d rows, want %d", page.Applied, len(page.Rows), 2*page.Applied)
				}
			}
		})
	}
	for seq := range store.Seq(60) {
		mustApply(t, v, seq+1, func(r store.Rows) error {
			for _, side := range []string{"a", "b"} {
				c := store.Conversation{ID: store.ConversationID(fmt.Sprint(seq, side)), LastActivity: store.Millis(seq)}
				if err := r.PutConversation(c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	cancel()
	wg.Wait()
}

// movingWriter moves the views on while they are written out.
type movingWriter struct {
	t *testing.T
	v *Views
	n store.Seq
}

func (w *movingWriter) Write(p []byte) (int, error) {
	w.n++
	mustApply(w.t, w.v, w.n, func(store.Rows) error { return nil })
	return len(p), nil
}

func TestDumpOfMovingViews(t *testing.T) {
	t.Parallel()
	v := newViews(t)
	mustApply(t, v, 1, func(r store.Rows) error {
		for i := range 4 {
			c := store.Conversation{ID: store.ConversationID(fmt.Sprint(i)), Assignee: strings.Repeat("x", dumpBytes)}
			if err := r.PutConversation(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err := v.Dump(t.Context(), &movingWriter{t: t, v: v, n: 1}); !errors.Is(err, errMoved) {
		t.Errorf("Dump while the views move: %v, want errMoved", err)
	}
	var out bytes.Buffer
	if err := v.Dump(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\nconversation "); n != 4 {
		t.Errorf("%d conversations were written, want 4", n)
	}
}

func TestDamagedViewsAreSaidAndMadeAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ViewsFile)
	v, err := OpenViews(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	// Enough that a bucket has pages of its own, which opening the file does not look at.
	err = v.update(func(tx *bolt.Tx) error {
		for i := range 2000 {
			key := binary.BigEndian.AppendUint64([]byte("0123456789abcdef"), uint64(i))
			if err := tx.Bucket(headerBucket).Put(key, make([]byte, 100)); err != nil {
				return err
			}
		}
		return putNumber(tx, appliedKey, 7)
	})
	var leaf int64
	look := v.view(func(tx *bolt.Tx) error {
		leaf = int64(tx.Bucket(headerBucket).Root())
		return nil
	})
	if err := errors.Join(err, look, v.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	page := int64(os.Getpagesize())
	_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, int(page)), leaf*page)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}

	if v, err = OpenViews(path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := v.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	_, err = v.Conversation(ctx, "1:2")
	if err == nil || !strings.Contains(err.Error(), "frontdesk replay") {
		t.Errorf("reading a damaged page: %v, want a sentence that says what to do", err)
	}
	if err := v.Reset(ctx); err != nil {
		t.Fatalf("Reset of damaged views: %v", err)
	}
	if applied, err := v.Applied(ctx); applied != 0 || err != nil {
		t.Errorf("Applied = %d, %v after Reset", applied, err)
	}
	if err := v.Check(ctx); err != nil {
		t.Errorf("Check after Reset: %v", err)
	}
}
