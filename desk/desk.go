package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"frontdesk/store"
)

const (
	// graceTime is how long requests in flight may take when the desk ends.
	graceTime = 5 * time.Second
	// catchUpTime is how long a caller waits for the views.
	catchUpTime = 10 * time.Second
)

// Desk is the Contract in the process that owns the data.
//
// New makes it able to answer and to keep replies; Run carries them, ends snoozes and asks for names. Close, or the
// end of Run's context, ends all of it.
type Desk struct {
	log    store.Log
	views  store.Views
	feed   *store.Feed
	drafts store.Drafts

	o       Options
	now     func() time.Time
	logger  *slog.Logger
	watch   Observer
	inboxes map[store.InboxID]InboxConfig

	courier *courier
	waker   *waker
	events  eventClock
	locks   locks
	names   pageNames
	signs   *signs
	carrier *carrier // nil: something else hands files over, or nobody

	mu      sync.Mutex
	started bool
	gone    chan struct{} // closed by Close: no more news
	stopped chan struct{} // closed when Run has returned
	watched sync.WaitGroup
	once    sync.Once
}

var _ Contract = (*Desk)(nil)

// New makes a desk. It reads and sends nothing yet.
func New(o Options) (*Desk, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Watch == nil {
		o.Watch = nobodyWatches{}
	}
	if o.Poke == nil {
		o.Poke = func() {}
	}
	d := &Desk{
		log: o.Log, views: o.Views, feed: o.Feed, drafts: o.Drafts,
		o: o, now: o.Now, logger: o.Logger, watch: o.Watch,
		inboxes: make(map[store.InboxID]InboxConfig, len(o.Inboxes)),
		locks:   newLocks(),
		gone:    make(chan struct{}), stopped: make(chan struct{}),
	}
	for _, i := range o.Inboxes {
		d.inboxes[i.Inbox.ID] = i
	}
	d.events.start = o.Log.Head()
	if o.Files == nil && o.Media != nil {
		d.carrier = &carrier{d: d, uploads: map[store.Token]*Upload{}}
		d.o.Files = d.carrier
	}
	d.courier = newCourier(d)
	d.waker = newWaker(d)
	d.signs = newSigns(d)
	return d, nil
}

// Run carries replies, ends snoozes and asks for names until ctx ends or the desk is closed. It then lets requests in
// flight end, for five seconds at most. It may be called once.
func (d *Desk) Run(ctx context.Context) error {
	if first, err := d.begin(); !first {
		return err
	}
	defer close(d.stopped)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-d.gone:
			cancel()
		case <-ctx.Done():
		}
	}()

	// What the log held at the start must be in the views first: only then is it known what was queued, attempted
	// and answered.
	if err := d.feed.Wait(ctx, d.log.Head()); err != nil {
		return nil // it ended before the views were there
	}
	var wg sync.WaitGroup
	failed := make(chan error, 4)
	for name, run := range map[string]func(context.Context) error{
		"courier": d.courier.run, "waker": d.waker.run, "profiles": newProfiles(d).run, "signs": d.signs.run,
	} {
		wg.Go(func() {
			if err := d.guard(name, func() error { return run(ctx) }); err != nil && ctx.Err() == nil {
				failed <- fmt.Errorf("%s: %w", name, err)
				cancel()
			}
		})
	}
	wg.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// begin reports whether Run may go on: it may not twice, and has nothing to do once the desk is closed.
func (d *Desk) begin() (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.gone:
		return false, nil
	default:
	}
	if d.started {
		return false, errors.New("desk: Run was called already")
	}
	d.started = true
	return true, nil
}

// Close ends Run, if it runs, and waits for it; channels of Changes are closed.
func (d *Desk) Close() error {
	d.mu.Lock()
	d.once.Do(func() { close(d.gone) })
	started := d.started
	d.mu.Unlock()
	if started {
		<-d.stopped
	}
	d.watched.Wait()
	return nil
}

// guard runs f and makes an error of a panic, so that the terminal can be restored.
func (d *Desk) guard(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			d.logger.Error("panic", logWhat, what, logStack, string(debug.Stack()))
			err = fmt.Errorf("%s: panic: %v", what, p)
		}
	}()
	return f()
}

// append keeps one record and tells the projector. It does not wait for the views.
func (d *Desk) append(ctx context.Context, body any) (store.Seq, store.Millis, error) {
	return d.appendAll(ctx, body)
}

// appendAll keeps records together and tells the projector. It returns the place and the time of the first; each of the
// others comes one place and one millisecond later, so that a thread has them in their order.
func (d *Desk) appendAll(ctx context.Context, bodies ...any) (store.Seq, store.Millis, error) {
	at := store.MillisOf(d.now())
	records := make([]store.Record, len(bodies))
	for i, body := range bodies {
		var err error
		if records[i], err = store.NewRecord(at+store.Millis(i), body); err != nil {
			return 0, 0, err
		}
	}
	last, err := d.log.Append(ctx, records...)
	if err != nil {
		return 0, 0, fmt.Errorf("append to the log: %w", err)
	}
	d.o.Poke()
	return last - store.Seq(len(bodies)-1), at, nil
}

// List returns a page of conversations, newest first.
func (d *Desk) List(ctx context.Context, r store.ListRequest) (store.ListPage, error) {
	return d.views.List(ctx, r)
}

// Conversation returns one conversation, or store.ErrNotFound.
func (d *Desk) Conversation(ctx context.Context, id store.ConversationID) (store.Conversation, error) {
	return d.views.Conversation(ctx, id)
}

// Thread returns a part of a thread, oldest first.
func (d *Desk) Thread(ctx context.Context, r store.ThreadRequest) (store.ThreadPage, error) {
	return d.views.Thread(ctx, r)
}

// Touches returns the newest n touches of a conversation, newest first.
func (d *Desk) Touches(ctx context.Context, id store.ConversationID, n int) ([]store.Touch, error) {
	return d.views.Touches(ctx, id, n)
}

// Counts returns the numbers beside views and facets.
func (d *Desk) Counts(ctx context.Context) (store.Counts, error) { return d.views.Counts(ctx) }

// Message returns one message with its state of now, or store.ErrNotFound.
func (d *Desk) Message(ctx context.Context, conv store.ConversationID, id store.MessageID) (store.Message, error) {
	return d.views.Message(ctx, conv, id)
}

// Draft returns what the agent has typed and not sent.
func (d *Desk) Draft(ctx context.Context, conv store.ConversationID, agent string) (Draft, error) {
	var draft Draft
	for _, id := range d.draftIDs(ctx, conv) {
		kept, err := d.drafts.Draft(ctx, id, agent)
		if err != nil {
			return Draft{}, err
		}
		if kept != "" { // each conversation that has become this one may have had its own
			draft = draft.With(decodeDraft(kept))
		}
	}
	return draft, nil
}

// draftIDs are the ids under which a draft of a conversation may stand, that of today first: drafts are no part of the
// log, so they stay where they were written when a conversation becomes another one.
func (d *Desk) draftIDs(ctx context.Context, conv store.ConversationID) []store.ConversationID {
	c, err := d.views.Conversation(ctx, conv)
	if err != nil { // a draft needs no conversation
		return []store.ConversationID{conv}
	}
	return append([]store.ConversationID{c.ID}, c.Aliases...)
}

// SaveDraft keeps a draft; an empty one is forgotten.
func (d *Desk) SaveDraft(ctx context.Context, conv store.ConversationID, agent string, draft Draft) error {
	text, err := encodeDraft(draft)
	if err != nil {
		return err
	}
	ids := d.draftIDs(ctx, conv)
	if err := d.drafts.SaveDraft(ctx, ids[0], agent, text); err != nil {
		return err
	}
	for _, id := range ids[1:] { // what was written there has been read, and goes on here
		old, err := d.drafts.Draft(ctx, id, agent)
		if err == nil && old != "" {
			err = d.drafts.SaveDraft(ctx, id, agent, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Drafted returns the conversations in which the agent has a draft.
func (d *Desk) Drafted(ctx context.Context, agent string) ([]store.ConversationID, error) {
	ids, err := d.drafts.Drafted(ctx, agent)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		ids[i] = d.draftIDs(ctx, id)[0]
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
