package desk

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"frontdesk/store"
)

const (
	// pageWidth is how many conversations of one inbox are served at once.
	pageWidth = 8
	// outboxSize is how many conversations with replies that are not settled are looked at when the desk starts.
	outboxSize = 1 << 20
)

// courier carries replies to the platform.
//
// It holds one job for each conversation that may have something to send. Never are two workers at one conversation:
// that keeps the order within it, and keeps one token from being sent twice at once. A worker reads the views only
// once they show every record the courier itself has made about the conversation.
type courier struct {
	d    *Desk
	wake chan struct{}
	back backoff

	mu      sync.Mutex
	jobs    map[store.ConversationID]*job
	pages   map[store.InboxID]*page
	appTill time.Time                // no Page is served before
	vouched map[store.Token]struct{} // an agent sent it again in this process
	tries   map[store.Token]int      // answers that allow another try
	files   map[store.Token]string   // ids under which the platform keeps what the replies carry
	clear   map[store.Token]clearance
	asks    map[store.Token]int // questions without an answer
	workers sync.WaitGroup
}

// job is a conversation to look at.
type job struct {
	inbox   store.InboxID
	after   store.Seq // the views must show this first
	at      time.Time // not before
	working bool
	again   bool // something came while a worker was at it
	watch   bool // again whenever the views have moved
}

func newCourier(d *Desk) *courier {
	return &courier{
		d: d, wake: make(chan struct{}, 1), back: newBackoff(),
		jobs: map[store.ConversationID]*job{}, pages: map[store.InboxID]*page{},
		vouched: map[store.Token]struct{}{}, tries: map[store.Token]int{}, files: map[store.Token]string{},
		clear: map[store.Token]clearance{}, asks: map[store.Token]int{},
	}
}

func (c *courier) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// enqueue has the conversation looked at once the views show seq.
func (c *courier) enqueue(id store.ConversationID, inbox store.InboxID, seq store.Seq) {
	c.mu.Lock()
	j := c.jobs[id]
	if j == nil {
		j = &job{inbox: inbox}
		c.jobs[id] = j
	}
	j.after, j.at, j.watch, j.again = max(j.after, seq), time.Time{}, false, true
	c.mu.Unlock()
	c.poke()
}

// run serves jobs until ctx ends, then lets requests in flight end.
func (c *courier) run(ctx context.Context) error {
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer func() { // requests in flight may end within the time of grace
		grace := time.AfterFunc(graceTime, cut)
		c.workers.Wait()
		grace.Stop()
	}()

	if err := c.settleAbandoned(ctx); err != nil {
		return err
	}
	if err := c.heed(ctx); err != nil {
		return err
	}
	if err := c.sweep(ctx); err != nil {
		return err
	}
	moves, stop := c.d.feed.Subscribe()
	defer stop()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(min(c.start(ctx, requests), c.retest(ctx, requests)))
		select {
		case <-ctx.Done():
			return nil
		case <-c.wake:
		case <-timer.C:
		case <-moves:
			c.moved()
			if err := c.heed(ctx); err != nil && ctx.Err() == nil {
				c.d.logger.Error("heed what the platform says of inboxes", logError, err)
			}
		}
	}
}

// moved has every watched conversation looked at again.
func (c *courier) moved() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, j := range c.jobs {
		if j.watch {
			j.watch, j.at = false, time.Time{}
		}
	}
}

// start sets workers at all jobs that are due and returns how long until the next one is.
func (c *courier) start(ctx, requests context.Context) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.d.now()
	next := now.Add(time.Hour)
	type due struct {
		id store.ConversationID
		j  *job
	}
	var ready []due
	for id, j := range c.jobs {
		if j.working || j.watch {
			continue
		}
		if at := c.notBefore(j); at.After(now) {
			if at.Before(next) {
				next = at
			}
			continue
		}
		ready = append(ready, due{id, j})
	}
	slices.SortFunc(ready, func(a, b due) int { return cmp.Compare(a.j.after, b.j.after) })
	for _, r := range ready {
		p := c.page(r.j.inbox)
		if p.workers >= p.width() {
			continue // its next worker to end wakes us
		}
		p.workers++
		r.j.working, r.j.again = true, false
		after := r.j.after
		c.workers.Go(func() { c.work(ctx, requests, r.id, r.j, after) })
	}
	return max(next.Sub(now), time.Millisecond)
}

// notBefore is when a job may be served, with the pauses of its page and of the app taken in.
func (c *courier) notBefore(j *job) time.Time {
	at := j.at
	if p := c.page(j.inbox); p.till.After(at) {
		at = p.till
	}
	if c.appTill.After(at) && !c.d.inboxes[j.inbox].Inbox.Plugin {
		at = c.appTill
	}
	return at
}

// work takes one step at a conversation and notes when the next is due.
func (c *courier) work(ctx, requests context.Context, id store.ConversationID, j *job, after store.Seq) {
	next, seen := pause{watch: true}, c.d.feed.Applied()
	err := c.d.guard("courier", func() error {
		if err := c.d.feed.Wait(ctx, after); err != nil {
			return err
		}
		var err error
		next, err = c.step(ctx, requests, id)
		return err
	})
	if err != nil && ctx.Err() == nil {
		c.d.logger.Error("serve conversation", logConversation, string(id), logError, err)
		next = pause{at: c.d.now().Add(c.back.afterFailure(1))}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.poke()
	j.working = false
	c.page(j.inbox).workers--
	switch {
	case j.again:
	case next.done:
		delete(c.jobs, id)
	default:
		// A move of the views while the worker looked has woken nobody.
		j.at, j.watch = next.at, next.watch && c.d.feed.Applied() == seen
	}
	j.after = max(j.after, next.after)
}

// pause is what a step leaves: nothing to do, or when to look again.
type pause struct {
	done  bool
	watch bool      // when the views have moved
	at    time.Time // zero: at once
	after store.Seq // the views must show this first
}

// settleAbandoned says of every attempt without a result that its outcome is unknown. It runs before anything is sent.
func (c *courier) settleAbandoned(ctx context.Context) error {
	open, err := c.d.views.Outbox(ctx, outboxSize)
	if err != nil {
		return err
	}
	var last store.Seq
	for _, m := range open {
		if m.State != store.StateSending {
			continue
		}
		seq, err := c.result(ctx, store.Result{
			Token: m.Token, Conversation: m.Conversation, N: m.Attempts, Outcome: store.OutcomeUnknown,
			Error: &store.SendError{
				Text:   "frontdesk ended while this message was being sent, so nobody knows whether it arrived.",
				Advice: "The platform tells of each message it took, mostly within seconds. If it does not, look in the customer's chat before sending it again.",
			},
		})
		if err != nil {
			return err
		}
		last = max(last, seq)
	}
	return c.d.feed.Wait(ctx, last)
}

// sweep looks at every conversation that has a reply which is not settled.
func (c *courier) sweep(ctx context.Context) error {
	open, err := c.d.views.Outbox(ctx, outboxSize)
	if err != nil {
		return err
	}
	for _, m := range open {
		inbox, _, err := store.ParseConversationID(m.Conversation)
		if err != nil { // nobody could be written to
			c.d.logger.Error("a reply without a conversation", logConversation, string(m.Conversation), logError, err)
			continue
		}
		if m.State == store.StateHeld {
			c.doubt(inbox)
		}
		c.enqueue(m.Conversation, inbox, 0)
	}
	return nil
}
