package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
)

// Redact returns a webhook body without the words that a redaction names. What it returns is no longer than body, says
// the same of everything else, and leads to the same views once the message is withdrawn. It may change body.
type Redact func(body []byte, what Redaction) []byte

// sweepBatch is how many words are taken out between two looks at the views.
const sweepBatch = 100

// Sweeper takes the words of withdrawn messages out of the log. The views know what is to be taken out; when it is
// done, a record says so, and they forget it: so a replay knows as much. Doing it twice is doing it once.
type Sweeper struct {
	log    Log
	views  Views
	feed   *Feed
	redact Redact
	logger *slog.Logger
}

// NewSweeper returns a sweeper that nobody runs yet. log must poke the projector of views. A nil logger is silent.
func NewSweeper(log Log, views Views, feed *Feed, redact Redact, logger *slog.Logger) *Sweeper {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Sweeper{log: log, views: views, feed: feed, redact: redact, logger: logger}
}

// Run takes out what there is, and whatever comes, until the context ends, and returns nil then. Errors are logged and
// tried again with growing pauses. Only ErrClosed ends it early.
func (s *Sweeper) Run(ctx context.Context) error {
	news, end := s.feed.Subscribe()
	defer end()
	for retry := firstRetry; ; {
		switch err := s.Sweep(ctx); {
		case errors.Is(err, ErrClosed) && ctx.Err() == nil:
			return err
		case err != nil && ctx.Err() == nil:
			s.logger.Error("withdrawn words could not be taken out of the log", logErr, err, logWait, retry)
			if sleep(ctx, retry) {
				retry = min(2*retry, longestRetry)
				continue
			}
		}
		retry = firstRetry
		select {
		case <-news:
		case <-ctx.Done():
			return nil
		}
	}
}

// Sweep takes out what the views know of, and returns when they have forgotten it. Somebody must run the projector.
func (s *Sweeper) Sweep(ctx context.Context) error {
	for {
		todo, err := s.views.Redactions(ctx, sweepBatch)
		if err != nil {
			return fmt.Errorf("ask what is to be taken out of the log: %w", err)
		}
		if len(todo) == 0 {
			return nil
		}
		if err := s.takeOut(ctx, todo); err != nil {
			return err
		}
		done, err := NewRecord(0, Redacted{Done: todo}) // the log knows the time
		if err != nil {
			return err
		}
		seq, err := s.log.Append(ctx, done)
		if err != nil {
			return fmt.Errorf("note what was taken out of the log: %w", err)
		}
		if err := s.feed.Wait(ctx, seq); err != nil {
			return err
		}
	}
}

// takeOut changes each record once. One that is not there holds no words.
func (s *Sweeper) takeOut(ctx context.Context, todo []Redaction) error {
	for len(todo) > 0 {
		seq := todo[0].Seq
		n := slices.IndexFunc(todo, func(r Redaction) bool { return r.Seq != seq })
		if n < 0 {
			n = len(todo)
		}
		err := s.log.Redact(ctx, seq, func(body []byte) []byte {
			for _, r := range todo[:n] {
				body = s.redact(body, r)
			}
			return body
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		todo = todo[n:]
	}
	return nil
}
