package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/store"
)

// growingLog is a log of empty records of which only the number counts.
type growingLog struct {
	store.Log
	mu   sync.Mutex
	head store.Seq
}

func (l *growingLog) Head() store.Seq {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head
}

func (l *growingLog) Append(context.Context, ...store.Record) (store.Seq, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.head++
	return l.head, nil
}

func (l *growingLog) Read(_ context.Context, after store.Seq, n int) ([]store.Record, error) {
	var records []store.Record
	for seq := after + 1; seq <= l.Head() && len(records) < n; seq++ {
		records = append(records, store.Record{Seq: seq, Kind: store.RecordWebhook})
	}
	return records, nil
}

// slowViews take a while for each transaction, and fail as often as they are told to.
type slowViews struct {
	store.Views
	mu      sync.Mutex
	applied store.Seq
	takes   time.Duration
	busy    time.Duration
	fails   int
}

func (v *slowViews) Applied(context.Context) (store.Seq, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.applied, nil
}

func (v *slowViews) Apply(_ context.Context, upTo store.Seq, change func(store.Rows) error) error {
	time.Sleep(v.takes)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fails > 0 {
		v.fails--
		return errors.New("the disk is full")
	}
	v.busy += v.takes
	v.applied = upTo
	return change(nil)
}

// running starts a projector over fakes, inside a bubble of virtual time.
func running(t *testing.T, views *slowViews) (store.PokedLog, *store.Feed) {
	t.Helper()
	log, feed := &growingLog{}, store.NewFeed(0)
	p := store.NewProjector(log, views, func(store.Record) []store.Fact { return nil }, feed, nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return store.PokedLog{Log: log, Projector: p}, feed
}

func appendOne(t *testing.T, log store.Log) store.Seq {
	t.Helper()
	seq, err := log.Append(t.Context(), store.Record{})
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	return seq
}

func waitFor(t *testing.T, feed *store.Feed, seq store.Seq) {
	t.Helper()
	if err := feed.Wait(t.Context(), seq); err != nil {
		t.Fatalf("Wait: %v", err)
	}
}

func TestRunAppliesAtOnceWhenQuiet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, feed := running(t, &slowViews{takes: 10 * time.Millisecond})
		for range 3 {
			began := time.Now()
			waitFor(t, feed, appendOne(t, log))
			if took := time.Since(began); took != 10*time.Millisecond {
				t.Errorf("one record on a quiet desk took %v, want one transaction of 10ms", took)
			}
			time.Sleep(time.Second)
		}
	})
}

func TestRunLeavesHalfTheTimeToWriters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		views := &slowViews{takes: 20 * time.Millisecond}
		log, feed := running(t, views)
		began, last := time.Now(), store.Seq(0)
		for range 1000 {
			last = appendOne(t, log)
			time.Sleep(time.Millisecond)
		}
		posting := time.Since(began)
		views.mu.Lock()
		busy := views.busy
		views.mu.Unlock()
		if share := float64(busy) / float64(posting); share > 0.55 || share < 0.3 {
			t.Errorf("transactions took %.0f%% of the time while others wrote, want about half", 100*share)
		}
		waitFor(t, feed, last)
	})
}

// TestRunKeepsOutOfALoneSendersWay: one who sends again after each answer must not meet a transaction every time.
func TestRunKeepsOutOfALoneSendersWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		views := &slowViews{takes: time.Millisecond}
		log, feed := running(t, views)
		began, last := time.Now(), store.Seq(0)
		for range 1000 {
			last = appendOne(t, log)
			time.Sleep(time.Millisecond / 2)
		}
		posting := time.Since(began)
		views.mu.Lock()
		busy := views.busy
		views.mu.Unlock()
		if share := float64(busy) / float64(posting); share > 0.3 || share < 0.15 {
			t.Errorf("short transactions took %.0f%% of the time while one sender wrote, want about a quarter", 100*share)
		}
		waitFor(t, feed, last)
	})
}

func TestRunTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, feed := running(t, &slowViews{fails: 3})
		began := time.Now()
		waitFor(t, feed, appendOne(t, log))
		if took := time.Since(began); took < time.Second || took > 10*time.Second {
			t.Errorf("after three failures the views stood right %v later, want some seconds", took)
		}
	})
}

func TestCatchUpEndsWithItsContext(t *testing.T) {
	t.Parallel()
	log := &growingLog{head: 5}
	p := store.NewProjector(log, &slowViews{}, nil, store.NewFeed(0), nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := p.CatchUp(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("CatchUp = %v, want %v", err, context.Canceled)
	}
}

func TestNewRecord(t *testing.T) {
	t.Parallel()
	for body, kind := range map[any]store.RecordKind{
		store.Attempt{}: store.RecordAttempt, store.Result{}: store.RecordResult, store.Act{}: store.RecordAct,
		store.Profile{}: store.RecordProfile, store.Woke{}: store.RecordWoke,
	} {
		if r, err := store.NewRecord(7, body); err != nil || r.Kind != kind || r.At != 7 || len(r.Body) == 0 {
			t.Errorf("NewRecord(%T) = %+v, %v; want kind %d", body, r, err, kind)
		}
	}
	if r, err := store.NewRecord(7, store.Reply{}); err != nil || r.Kind != store.RecordReply {
		t.Errorf("NewRecord(Reply) = %+v, %v", r, err)
	}
	if _, err := store.NewRecord(7, "words"); err == nil {
		t.Error("NewRecord takes what is no record's body")
	}
}
