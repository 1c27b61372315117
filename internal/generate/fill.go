package generate

import (
	"context"
	"fmt"

	"frontdesk/store"
)

// Filler is the part of a projector that Fill needs.
type Filler interface {
	CatchUp(ctx context.Context) error
	TakeUpTo(records int)
}

const (
	appendRecords  = 4000 // in one Append
	smallestChunk  = 2000
	largestChunk   = 100_000
	chunkOfApplied = 8 // a chunk is at most such a part of what is there already
)

// Fill appends the history to an empty log and brings the views up to it, in transactions that grow with the store:
// much larger ones than a desk at work makes, because nobody is waiting meanwhile. progress, which may be nil, hears how
// many records there are.
func (o Options) Fill(ctx context.Context, log store.Log, projector Filler, progress func(records int)) error {
	if head := log.Head(); head != 0 {
		return fmt.Errorf("the log has %d records already; a history is made in an empty folder", head)
	}
	var (
		batch   []store.Record
		records int
		target  = smallestChunk
		failed  error
		caught  chan error // of the projector, while it works
	)
	wait := func() error {
		if caught == nil {
			return nil
		}
		err := <-caught
		caught = nil
		return err
	}
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		_, err := log.Append(ctx, batch...)
		batch = batch[:0]
		return err
	}
	project := func() error { // the next chunk is made while this one is taken in
		if err := wait(); err != nil {
			return err
		}
		if progress != nil {
			progress(records)
		}
		done := make(chan error, 1)
		caught = done
		go func() { done <- projector.CatchUp(ctx) }()
		return nil
	}
	projector.TakeUpTo(largestChunk)
	defer projector.TakeUpTo(0)
	for r := range o.Records() {
		batch = append(batch, r)
		records++
		if len(batch) < appendRecords && records < target {
			continue
		}
		if failed = flush(); failed != nil {
			break
		}
		if records < target {
			continue
		}
		target += chunkAfter(records)
		if failed = project(); failed != nil {
			break
		}
	}
	if failed == nil {
		failed = flush()
	}
	if failed == nil {
		failed = project()
	}
	if err := wait(); failed == nil {
		failed = err
	}
	if failed != nil {
		return fmt.Errorf("make a history of %d conversations: %w", o.Conversations, failed)
	}
	return nil
}

// chunkAfter is how many records to take in at once when there are so many already.
func chunkAfter(records int) int {
	return max(smallestChunk, min(largestChunk, records/chunkOfApplied))
}

// CatchUp brings the views of a store that Fill made up to its log: after a change of the views' layout all of them are
// made anew.
func CatchUp(ctx context.Context, projector Filler) error {
	projector.TakeUpTo(largestChunk)
	defer projector.TakeUpTo(0)
	return projector.CatchUp(ctx)
}
