package desk

import (
	"context"
	"time"

	"frontdesk/store"
)

const (
	// wakeBatch is how many snoozes are ended between two looks at the views.
	wakeBatch = 100
	// wakeLook is how often the clock is looked at, at least: a machine that slept has missed its timers.
	wakeLook = time.Minute
	// wakeAgain is how soon a look that failed is repeated.
	wakeAgain = 5 * time.Second
)

// waker ends snoozes whose time has come.
type waker struct {
	d    *Desk
	wake chan struct{}
}

func newWaker(d *Desk) *waker { return &waker{d: d, wake: make(chan struct{}, 1)} }

// poke has the waker look again: a snooze may have come, or gone.
func (w *waker) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *waker) run(ctx context.Context) error {
	timer := time.NewTimer(wakeLook)
	defer timer.Stop()
	for {
		wait, err := w.look(ctx)
		if err != nil && ctx.Err() == nil {
			w.d.logger.Error("end snoozes", logError, err)
			wait = wakeAgain
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return nil
		case <-w.wake:
		case <-timer.C:
		}
	}
}

// look appends a record for every snooze that is over, and returns how long until the next look.
func (w *waker) look(ctx context.Context) (time.Duration, error) {
	for {
		now := store.MillisOf(w.d.now())
		due, next, err := w.d.views.Due(ctx, now, wakeBatch)
		if err != nil {
			return 0, err
		}
		if len(due) == 0 {
			if next == 0 {
				return wakeLook, nil
			}
			return min(max(next.Time().Sub(w.d.now()), time.Millisecond), wakeLook), nil
		}
		var last store.Seq
		for _, c := range due {
			seq, _, err := w.d.append(ctx, store.Woke{Conversation: c.ID, Until: c.SnoozedUntil})
			if err != nil {
				return 0, err
			}
			last = seq
		}
		// The views must show these before they are asked again, or every snooze would end twice.
		if err := w.d.feed.Wait(ctx, last); err != nil {
			return 0, err
		}
	}
}
