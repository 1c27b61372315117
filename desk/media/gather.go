package media

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	gatherers = 3                      // files that come in at once
	pace      = 100 * time.Millisecond // between the beginnings of two
	restTime  = time.Hour              // without news
	tellPause = 30 * time.Second       // between two notes of how far the log was looked through

	// mostWanted is how many files may wait to be fetched by themselves; the oldest that come on top can be asked for.
	mostWanted = 10_000
)

// pauses are those between the tries for one file.
var pauses = []time.Duration{5 * time.Second, 30 * time.Second, 3 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour}

// GathererOptions say what a Gatherer works with.
type GathererOptions struct {
	Folder    *Folder
	Log       store.Log // must poke the projector of Views
	Views     store.Views
	Feed      *store.Feed
	Translate store.Translate // webhook records into facts

	// Own returns the addresses (scheme, host and port) of the platform where it is on this machine: what it names there
	// may be fetched, though it is not public.
	Own func() []string
	// Off leaves it to agents to ask for each file. Bytes of messages that are taken back go all the same.
	Off bool

	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default: nothing is logged
}

// Gatherer fetches what customers sent.
type Gatherer struct {
	o      GathererOptions
	fetch  *fetcher
	pauses []time.Duration
	wake   chan struct{}

	mu      sync.Mutex
	wanted  map[Ref]*want
	flights map[Ref]chan struct{} // closed when the fetching at hand has ended
	busy    int
	next    time.Time // nothing begins before

	place   store.Seq // the log has been looked through up to here
	told    store.Seq // what the folder remembers of it
	toldAt  time.Time
	workers sync.WaitGroup
}

// want is a file to be fetched.
type want struct {
	seq     store.Seq // of the record that told of it
	due     time.Time
	tries   int
	working bool
}

// NewGatherer returns a gatherer that nobody runs yet; Fetch and Bring work without.
func NewGatherer(o GathererOptions) *Gatherer {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Gatherer{
		o: o, fetch: newFetcher(o.Folder, o.Own), pauses: pauses, wake: make(chan struct{}, 1),
		wanted: map[Ref]*want{}, flights: map[Ref]chan struct{}{},
	}
}

// Run fetches what comes until ctx ends, and returns nil then. What fails is logged and tried again.
func (g *Gatherer) Run(ctx context.Context) error {
	defer g.workers.Wait()
	moves, end := g.o.Feed.Subscribe()
	defer end()
	if err := g.o.Feed.Wait(ctx, g.o.Log.Head()); err != nil {
		return nil // it ended before the views were there
	}
	g.try(ctx, "let go of files of messages that were taken back", g.releaseAllGone)
	g.try(ctx, "find where to begin", g.begin)
	defer g.remember()
	timer := time.NewTimer(restTime)
	defer timer.Stop()
	for ctx.Err() == nil {
		g.try(ctx, "look through the log for files", g.scan)
		timer.Reset(g.start(ctx))
		if now := g.o.Now(); now.Sub(g.toldAt) >= tellPause {
			g.toldAt = now
			g.remember()
		}
		select {
		case <-moves:
		case <-g.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return nil
}

// try does something that may fail without an end of everything else.
func (g *Gatherer) try(ctx context.Context, what string, do func(context.Context) error) {
	if err := do(ctx); err != nil && ctx.Err() == nil {
		g.o.Logger.Error("files of messages", logWhat, what, logError, err)
	}
}

func (g *Gatherer) poke() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// want notes a file to be fetched. When there are too many, the oldest are left for somebody to ask for.
func (g *Gatherer) want(r Ref, seq store.Seq) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.wanted[r] != nil {
		return
	}
	g.wanted[r] = &want{seq: seq}
	if len(g.wanted) <= mostWanted {
		return
	}
	idle := make([]Ref, 0, len(g.wanted))
	for r, w := range g.wanted {
		if !w.working {
			idle = append(idle, r)
		}
	}
	slices.SortFunc(idle, func(a, b Ref) int { return cmp.Compare(g.wanted[a].seq, g.wanted[b].seq) })
	for _, r := range idle[:len(idle)/10] { // some at once, so that not each new one has to look
		delete(g.wanted, r)
	}
}

// start sets workers at what is due, the newest first, and returns how long until the next one is.
func (g *Gatherer) start(ctx context.Context) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.o.Now()
	rest := restTime
	var due []Ref
	for r, w := range g.wanted {
		switch {
		case w.working:
		case w.due.After(now):
			rest = min(rest, w.due.Sub(now))
		default:
			due = append(due, r)
		}
	}
	slices.SortFunc(due, func(a, b Ref) int {
		return cmp.Or(cmp.Compare(g.wanted[b].seq, g.wanted[a].seq), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Index, b.Index))
	})
	for _, r := range due {
		if g.busy >= gatherers {
			break // the next worker to end wakes us
		}
		if wait := g.next.Sub(now); wait > 0 {
			rest = min(rest, wait)
			break
		}
		g.next = now.Add(pace)
		g.busy++
		w := g.wanted[r]
		w.working = true
		g.workers.Go(func() { g.work(ctx, r, w) })
	}
	return max(rest, time.Millisecond)
}

// work makes one try for one file.
func (g *Gatherer) work(ctx context.Context, r Ref, w *want) {
	defer g.poke()
	err := g.guard(func() error { return g.outcome(ctx, r, w.tries >= len(g.pauses), false) })
	g.mu.Lock()
	defer g.mu.Unlock()
	g.busy--
	w.working = false
	if ctx.Err() != nil { // the next start goes on with it
		return
	}
	var fault *Fault
	if err != nil && !errors.As(err, &fault) {
		g.o.Logger.Error("fetch a file", logConversation, string(r.Conversation), logError, err)
	}
	if err == nil || w.tries >= len(g.pauses) {
		delete(g.wanted, r)
		return
	}
	wait := g.pauses[w.tries]
	if fault != nil {
		wait = max(wait, fault.After)
	}
	w.due = g.o.Now().Add(wait)
	w.tries++
}

// guard makes an error of a panic: what a picture holds must not end the desk.
func (g *Gatherer) guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("fetching a file failed with a %T", p)
		}
	}()
	return do()
}

// outcome fetches an attachment once and keeps what became of it as a record; a fault that passes only where this was the
// last try. Asked says that somebody wants it now, whatever became of it before.
func (g *Gatherer) outcome(ctx context.Context, r Ref, last, asked bool) error {
	leave, err := g.takeOff(ctx, r)
	if err != nil {
		return err
	}
	defer leave()
	m, a, err := g.attachment(ctx, r)
	if errors.Is(err, store.ErrNotFound) && !asked {
		return g.releaseWithdrawn(ctx, r)
	}
	if err != nil {
		return err
	}
	done := recorded(m, r.Index)
	if done != nil && (!asked || g.has(done.Hash)) {
		return nil
	}
	// As the views call it: the message may have come under another id of its conversation.
	r = Ref{Conversation: m.Conversation, Message: m.ID, Index: r.Index}
	file, known, err := g.o.Folder.claimed(r)
	switch {
	case err != nil:
		err = faultOf(err, 0)
	case file.Hash == "":
		file, known, err = g.fetch.bring(ctx, a.URL, a.Type, about{Refs: []Ref{r}})
	}
	record := store.Media{Conversation: r.Conversation, Message: r.Message, Index: r.Index}
	var fault *Fault
	switch {
	case err == nil:
		record.File, record.Width, record.Height = file, known.Width, known.Height
	case errors.As(err, &fault) && (last || !fault.Passing):
		record.Problem, record.Gone = fault.Reason, fault.Gone
	default:
		return err
	}
	if again := fault != nil && done != nil && done.Problem == record.Problem && done.Gone == record.Gone; !again {
		if err := g.record(ctx, record); err != nil {
			return err
		}
	}
	if fault != nil {
		if asked {
			return fault
		}
		return nil
	}
	return g.releaseWithdrawn(ctx, r)
}

// takeOff waits until nobody else fetches r, and says that we do.
func (g *Gatherer) takeOff(ctx context.Context, r Ref) (leave func(), err error) {
	for {
		g.mu.Lock()
		flight := g.flights[r]
		if flight == nil {
			mine := make(chan struct{})
			g.flights[r] = mine
			g.mu.Unlock()
			return func() {
				g.mu.Lock()
				defer g.mu.Unlock()
				delete(g.flights, r)
				close(mine)
			}, nil
		}
		g.mu.Unlock()
		select {
		case <-flight:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// attachment finds what r names; store.ErrNotFound where there is nothing to fetch, or not any more.
func (g *Gatherer) attachment(ctx context.Context, r Ref) (store.Message, store.Attachment, error) {
	m, err := g.o.Views.Message(ctx, r.Conversation, r.Message)
	if err != nil {
		return m, store.Attachment{}, err
	}
	if m.Withdrawn || r.Index < 0 || r.Index >= len(m.Attachments) || !fetchable(m.Attachments[r.Index]) || m.File != nil {
		return m, store.Attachment{}, fmt.Errorf("a file of %s: %w", r.Conversation, store.ErrNotFound)
	}
	return m, m.Attachments[r.Index], nil
}

// fetchable reports whether an attachment is a file behind an address.
func fetchable(a store.Attachment) bool {
	switch a.Type {
	case messenger.TypeImage, messenger.TypeAudio, messenger.TypeVideo, messenger.TypeFile, typeSticker:
		return a.URL != ""
	}
	return false
}

// recorded is what the log says became of an attachment; nil when it says nothing yet.
func recorded(m store.Message, index int) *store.Fetched {
	for _, f := range m.Files {
		if f.Index == index {
			return &f
		}
	}
	return nil
}

func (g *Gatherer) has(hash string) bool {
	if hash == "" {
		return false
	}
	_, err := g.o.Folder.Kept(hash)
	return err == nil
}

// record appends what became of a file and waits until the views show it.
func (g *Gatherer) record(ctx context.Context, m store.Media) error {
	r, err := store.NewRecord(store.MillisOf(g.o.Now()), m)
	if err != nil {
		return err
	}
	seq, err := g.o.Log.Append(ctx, r)
	if err != nil {
		return fmt.Errorf("keep what became of a file: %w", err)
	}
	return g.o.Feed.Wait(ctx, seq)
}

// Fetch fetches an attachment of a message that was not fetched yet, could not be, or is not kept any more. It returns once
// the views show what became of it: nil when it is kept, a *Fault when it is not, store.ErrNotFound when there is nothing
// to fetch.
func (g *Gatherer) Fetch(ctx context.Context, conv store.ConversationID, id store.MessageID, index int) error {
	return g.guard(func() error {
		return g.outcome(ctx, Ref{Conversation: conv, Message: id, Index: index}, false, true)
	})
}

// Bring fetches a file from an address on the web, to be sent as a kind of attachment. It fails with a *Fault.
func (g *Gatherer) Bring(ctx context.Context, address, kind string) (store.File, error) {
	file, _, err := g.fetch.bring(ctx, address, kind, about{Ours: true})
	return file, err
}
