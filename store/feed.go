package store

import (
	"context"
	"sync"
)

// Feed tells whoever asks how far the views have come. It coalesces: a slow listener misses steps, never the last.
type Feed struct {
	mu      sync.Mutex
	applied Seq
	moved   chan struct{} // closed and replaced whenever applied grows
	subs    map[chan Seq]struct{}
}

// NewFeed returns a feed that stands at applied.
func NewFeed(applied Seq) *Feed {
	return &Feed{applied: applied, moved: make(chan struct{}), subs: map[chan Seq]struct{}{}}
}

// Applied is the place in the log up to which the views stand.
func (f *Feed) Applied() Seq {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.applied
}

// Publish says that the views stand at applied now. It never waits for a listener.
func (f *Feed) Publish(applied Seq) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if applied == f.applied {
		return
	}
	f.applied = applied
	close(f.moved)
	f.moved = make(chan struct{})
	for ch := range f.subs {
		select {
		case <-ch: // an older step that nobody has read
		default:
		}
		ch <- applied
	}
}

// Wait returns when the views have come to seq, or with the context's error.
func (f *Feed) Wait(ctx context.Context, seq Seq) error {
	for {
		f.mu.Lock()
		reached, moved := f.applied >= seq, f.moved
		f.mu.Unlock()
		if reached {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Subscribe returns a channel on which the newest place arrives after each change, and a function that ends it.
func (f *Feed) Subscribe() (<-chan Seq, func()) {
	ch := make(chan Seq, 1)
	f.mu.Lock()
	f.subs[ch] = struct{}{}
	f.mu.Unlock()
	return ch, func() {
		f.mu.Lock()
		delete(f.subs, ch)
		f.mu.Unlock()
	}
}
