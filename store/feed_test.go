package store_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"frontdesk/store"
)

func TestFeedWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		feed := store.NewFeed(3)
		if err := feed.Wait(t.Context(), 3); err != nil {
			t.Fatalf("Wait for what has come: %v", err)
		}
		reached := make(chan error, 1)
		go func() { reached <- feed.Wait(t.Context(), 5) }()
		feed.Publish(4)
		synctest.Wait()
		select {
		case err := <-reached:
			t.Fatalf("Wait(5) returned at 4: %v", err)
		default:
		}
		feed.Publish(6)
		if err := <-reached; err != nil {
			t.Fatalf("Wait(5) at 6: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := feed.Wait(ctx, 9); !errors.Is(err, context.Canceled) {
			t.Errorf("Wait with an ended context = %v", err)
		}
	})
}

func TestFeedCoalesces(t *testing.T) {
	t.Parallel()
	feed := store.NewFeed(0)
	steps, end := feed.Subscribe()
	for seq := range store.Seq(100) {
		feed.Publish(seq + 1) // nobody listens yet: publishing must not wait
	}
	if got := <-steps; got != 100 {
		t.Errorf("a slow listener hears %d first, want the newest, 100", got)
	}
	feed.Publish(0) // the views are made again
	if got := <-steps; got != 0 || feed.Applied() != 0 {
		t.Errorf("after emptying the views a listener hears %d and Applied is %d, want 0", got, feed.Applied())
	}
	end()
	feed.Publish(1)
	select {
	case got := <-steps:
		t.Errorf("a listener that has ended hears %d", got)
	default:
	}
}
