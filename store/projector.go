package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// ErrAhead says that the views know records the log does not have, as after restoring an older log: replay them.
var ErrAhead = errors.New("the views are ahead of the log; replay them")

// Bounds of the projector's work.
const (
	batchRecords  = 8000                   // at most so many records in one transaction; Log.Read bounds the bytes
	firstRecords  = 2000                   // as long as the views have few
	replayRecords = 20_000                 // the same for a replay, which is all that happens then
	growth        = 8                      // such a part of what the views have is the most that is added at once
	longestPause  = 500 * time.Millisecond // between two transactions while others write
	shortPause    = 20 * time.Millisecond  // up to which a pause is longer than the transaction was
	shortShare    = 3                      // times as long
	firstRetry    = 250 * time.Millisecond // after a transaction that failed
	longestRetry  = 30 * time.Second
)

// Attribute keys of the projector's log lines.
const (
	logSeq  = "seq"
	logKind = "kind"
	logErr  = "error"
	logWait = "wait"
)

// Projector brings the views up to the log's head. It holds every rule that needs state. It reads records in order and
// applies them whole, many in one transaction; a record that can't be read is counted and stepped over, never an end.
//
// All methods may be called from many goroutines; one batch is applied at a time.
type Projector struct {
	log       Log
	views     Views
	translate Translate
	feed      *Feed
	logger    *slog.Logger

	turn    chan struct{} // held by whoever applies
	poke    chan struct{}
	skipped atomic.Uint64
	most    atomic.Int64 // records in one transaction, where that is to be more than batchRecords
}

// NewProjector returns a projector that nobody runs yet. feed is told after each transaction. A nil logger is silent.
func NewProjector(log Log, views Views, translate Translate, feed *Feed, logger *slog.Logger) *Projector {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Projector{
		log: log, views: views, translate: translate, feed: feed, logger: logger,
		turn: make(chan struct{}, 1),
		poke: make(chan struct{}, 1),
	}
}

// Poke says that the log has grown. It never waits.
func (p *Projector) Poke() {
	select {
	case p.poke <- struct{}{}:
	default: // a poke nobody has answered yet covers this one too
	}
}

// Skipped is how many records could not be read since the projector was made.
func (p *Projector) Skipped() uint64 { return p.skipped.Load() }

// TakeUpTo sets how many records one transaction takes at most; 0 is the usual number. Larger transactions write each
// page of the views fewer times, hold more in memory and the disk for longer: they are for making views that nobody
// looks at meanwhile. They grow with the views, because many new rows on few pages are slow to sort in.
func (p *Projector) TakeUpTo(records int) { p.most.Store(int64(max(0, records))) }

// Run applies what is appended until the context ends, and returns nil then. Errors of the log or the views are logged
// and tried again with growing pauses: the log keeps what the views have not seen. Only ErrClosed and ErrAhead, which
// no waiting mends, end it early.
func (p *Projector) Run(ctx context.Context) error {
	var pace pace
	retry := firstRetry
	for {
		err := p.runUntilQuiet(ctx, &pace)
		if errors.Is(err, ErrClosed) || errors.Is(err, ErrAhead) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			p.logger.Error("the views could not be brought up to date", logErr, err, logWait, retry)
			if sleep(ctx, retry) {
				retry = min(2*retry, longestRetry)
				continue
			}
		}
		retry = firstRetry
		select {
		case <-p.poke:
		case <-ctx.Done():
			return nil
		}
	}
}

// runUntilQuiet applies batches until the views have come to the head.
func (p *Projector) runUntilQuiet(ctx context.Context, pace *pace) error {
	for {
		if head := p.log.Head(); !pace.wait(ctx, head) {
			return nil
		}
		began := time.Now()
		applied, err := p.step(ctx)
		pace.worked(began, time.Now())
		if err != nil {
			return err
		}
		if applied >= p.log.Head() {
			return nil
		}
	}
}

// pace leaves the disk to those who append: after each transaction for as long as it took, and for longer after a short
// one, which a lone sender would meet with every second post. A record on a quiet desk never waits, and neither does
// what is behind when nobody appends.
type pace struct {
	head  Seq       // when the last transaction began
	until time.Time // the disk is left alone, should the log have grown since
}

// wait reports whether the context still lives.
func (p *pace) wait(ctx context.Context, head Seq) bool {
	grown := head > p.head
	p.head = head
	if rest := time.Until(p.until); grown && rest > 0 {
		return sleep(ctx, rest)
	}
	return ctx.Err() == nil
}

func (p *pace) worked(from, until time.Time) {
	took := until.Sub(from)
	p.until = until.Add(min(longestPause, max(took, min(shortShare*took, shortPause))))
}

// CatchUp returns when the views have come to the log's head of the moment it was called.
func (p *Projector) CatchUp(ctx context.Context) error {
	for head := p.log.Head(); ; {
		applied, err := p.step(ctx)
		if err != nil || applied >= head {
			return err
		}
	}
}

// Replay empties the views and makes them again from the whole log. progress, which may be nil, hears after each
// transaction how far it has come and where the head is.
func (p *Projector) Replay(ctx context.Context, progress func(applied, head Seq)) error {
	if err := p.takeTurn(ctx); err != nil {
		return err
	}
	defer p.endTurn()
	if err := p.views.Reset(ctx); err != nil {
		return fmt.Errorf("empty the views: %w", err)
	}
	p.feed.Publish(0)
	if p.most.CompareAndSwap(0, replayRecords) {
		defer p.most.Store(0)
	}
	for head := p.log.Head(); ; {
		applied, err := p.apply(ctx)
		if err != nil {
			return err
		}
		if progress != nil {
			progress(applied, p.log.Head())
		}
		if applied >= head {
			return nil
		}
	}
}

// step applies one batch, if there is one, and returns where the views stand.
func (p *Projector) step(ctx context.Context) (Seq, error) {
	if err := p.takeTurn(ctx); err != nil {
		return 0, err
	}
	defer p.endTurn()
	return p.apply(ctx)
}

func (p *Projector) apply(ctx context.Context) (Seq, error) {
	applied, err := p.views.Applied(ctx)
	if errors.Is(err, ErrTorn) {
		p.logger.Error("the views are made again from the log", logErr, err)
		applied, err = 0, p.views.Reset(ctx)
		p.feed.Publish(0)
	}
	if err != nil {
		return 0, fmt.Errorf("ask how far the views are: %w", err)
	}
	head := p.log.Head()
	if applied > head {
		return applied, fmt.Errorf("%w: they stand at record %d, the log ends at %d", ErrAhead, applied, head)
	}
	records, err := p.next(ctx, applied)
	if err != nil {
		return applied, fmt.Errorf("read the log after record %d: %w", applied, err)
	}
	if len(records) == 0 && head > applied {
		return applied, fmt.Errorf("the log gives nothing after record %d, though it should reach to %d: restore it from a backup", applied, head)
	}
	if len(records) > 0 {
		// Bodies are read before the transaction, which stays short.
		events, last := p.readAll(records), records[len(records)-1].Seq
		err := p.views.Apply(ctx, last, func(rows Rows) error { return project(rows, events) })
		if err != nil {
			return applied, fmt.Errorf("apply records %d to %d: %w", records[0].Seq, last, err)
		}
		applied = last
	}
	p.feed.Publish(applied)
	return applied, nil
}

// next reads the records of one transaction. Where more than usual are wanted, it asks as often as that takes: one
// reading is bounded in bytes.
func (p *Projector) next(ctx context.Context, applied Seq) ([]Record, error) {
	wanted := max(firstRecords, min(max(batchRecords, int(p.most.Load())), int(applied)/growth))
	var records []Record
	for len(records) < wanted {
		more, err := p.log.Read(ctx, applied, wanted-len(records))
		if err != nil {
			return nil, err
		}
		if len(more) == 0 {
			break
		}
		records, applied = append(records, more...), more[len(more)-1].Seq
		if wanted <= batchRecords {
			break
		}
	}
	return records, nil
}

func (p *Projector) takeTurn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Projector) endTurn() { <-p.turn }

// sleep reports whether the whole time went by before the context ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// PokedLog is a Log that pokes a projector after each append.
type PokedLog struct {
	Log
	Projector *Projector
}

// Append appends to the log and pokes the projector.
func (l PokedLog) Append(ctx context.Context, records ...Record) (Seq, error) {
	seq, err := l.Log.Append(ctx, records...)
	if err == nil {
		l.Projector.Poke()
	}
	return seq, err
}
