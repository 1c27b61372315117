package visitors

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"frontdesk/desk"
	"frontdesk/internal/control"
	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	// pens is how many answers are handed in at once, from one inbox each.
	pens = 4
	// screenful is how much of the list is read at a time, as for a large screen.
	screenful = 50
	// rests is how long the agent's side may take to have everybody who has begun.
	rests = time.Minute
)

// agent is whoever sits at the desk: reads the list when it changes, as the screen does, and answers every question once.
type agent struct {
	c      *crowd
	desk   *control.Client
	cancel context.CancelFunc
	work   sync.WaitGroup
	todo   chan todo
}

// todo is a question that has come into the list.
type todo struct {
	conv store.ConversationID
	w    *word
	seen store.Seq
}

func newAgent(ctx context.Context, socket string, c *crowd) (*agent, error) {
	client, err := control.Dial(ctx, socket)
	if err != nil {
		return nil, fmt.Errorf("reach the desk: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	a := &agent{c: c, desk: client, cancel: cancel, todo: make(chan todo, c.o.Count)}
	changes, err := client.Changes(ctx)
	if err != nil {
		cancel()
		return nil, errors.Join(fmt.Errorf("follow the desk: %w", err), client.Close())
	}
	a.work.Go(func() {
		for range changes {
			if err := a.look(ctx); err != nil && ctx.Err() == nil {
				c.fail(fmt.Errorf("read the list: %w", err))
			}
		}
		if ctx.Err() == nil {
			c.fail(errors.New("the desk has gone"))
		}
	})
	for range pens {
		a.work.Go(func() { a.write(ctx) })
	}
	return a, nil
}

func (a *agent) close() {
	a.cancel()
	a.work.Wait()
	_ = a.desk.Close() // it has no more calls
}

// has waits until the desk has so many conversations.
func (a *agent) has(ctx context.Context, n int) error {
	limit := time.Now().Add(rests)
	for {
		if err := a.desk.CaughtUp(ctx); err != nil && !errors.Is(err, desk.ErrBehind) {
			return err
		}
		counts, err := a.desk.Counts(ctx)
		switch {
		case err != nil:
			return err
		case counts.Total == n:
			return nil
		case counts.Total > n || time.Now().After(limit):
			return fmt.Errorf("%d visitors have begun, and the desk has %d conversations", n, counts.Total)
		}
		if err := wait(ctx, time.Second/20); err != nil {
			return err
		}
	}
}

// look reads the list from its top for as far down as a question can be that is not known to be there.
func (a *agent) look(ctx context.Context) error {
	since := a.c.oldestUnlisted()
	for r := (store.ListRequest{Limit: screenful}); ; {
		page, err := a.desk.List(ctx, r)
		if err != nil {
			return err
		}
		at := time.Now()
		for _, row := range page.Rows {
			if last := row.LastMessage; last.Direction == store.In {
				if w := a.c.listed(last.Text, at); w != nil {
					a.todo <- todo{row.ID, w, page.Applied}
				}
			}
			r.From = store.Cursor{LastActivity: row.LastActivity, ID: row.ID}
		}
		if !page.More || since.IsZero() || r.From.LastActivity < store.MillisOf(since) {
			return nil
		}
	}
}

// oldestUnlisted is when the oldest word was said that has not been in the list; zero if there is none.
func (c *crowd) oldestUnlisted() (oldest time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.all {
		if w := v.waits; w != nil && w.listed.IsZero() && !w.sent.IsZero() && (oldest.IsZero() || w.sent.Before(oldest)) {
			oldest = w.sent
		}
	}
	return oldest
}

// listed notes that a text is in the list, and returns its word where that is news.
func (c *crowd) listed(text string, at time.Time) *word {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.words[text]
	if w == nil || !w.listed.IsZero() {
		return nil
	}
	w.listed = at
	return w
}

// write answers questions.
func (a *agent) write(ctx context.Context) {
	for {
		select {
		case t := <-a.todo:
			a.c.mu.Lock()
			t.w.replied = time.Now()
			a.c.mu.Unlock()
			if _, err := a.desk.Reply(ctx, desk.Reply{
				Conversation: t.conv, Agent: "ana", Message: messenger.OutMessage{Text: answers + t.w.text}, Seen: t.seen,
			}); err != nil && ctx.Err() == nil {
				a.c.fail(fmt.Errorf("answer visitor %d: %w", t.w.who.n, err))
			}
		case <-ctx.Done():
			return
		}
	}
}

// threads counts how often each text stands in the agent's threads: questions as they came, answers as they went.
func (a *agent) threads(ctx context.Context) (in, out map[string]int, err error) {
	in, out = map[string]int{}, map[string]int{}
	if err := a.desk.CaughtUp(ctx); err != nil {
		return nil, nil, err
	}
	for r := (store.ListRequest{Limit: 1000}); ; {
		page, err := a.desk.List(ctx, r)
		if err != nil {
			return nil, nil, err
		}
		for _, row := range page.Rows {
			r.From = store.Cursor{LastActivity: row.LastActivity, ID: row.ID}
			if err := a.thread(ctx, row.ID, in, out); err != nil {
				return nil, nil, err
			}
		}
		if !page.More {
			return in, out, nil
		}
	}
}

// thread counts those of one conversation. What an answer has come to may be written down a moment after it has come.
func (a *agent) thread(ctx context.Context, conv store.ConversationID, in, out map[string]int) error {
	limit := time.Now().Add(rests)
	for r := (store.ThreadRequest{Conversation: conv, Limit: 1000}); ; {
		page, err := a.desk.Thread(ctx, r)
		if err != nil {
			return err
		}
		if state := unsent(page.Messages); state != "" {
			if onItsWay := state == store.StateQueued || state == store.StateSending; !onItsWay || time.Now().After(limit) {
				return fmt.Errorf("an answer in %s is %s", conv, state)
			}
			if err := wait(ctx, time.Second/50); err != nil {
				return err
			}
			continue
		}
		for _, m := range page.Messages {
			switch {
			case m.Direction == store.In && m.Kind == store.KindText:
				in[m.Text]++
			case m.Direction == store.Out:
				out[m.Text]++
			}
		}
		if !page.More || len(page.Messages) == 0 {
			return nil
		}
		r.From = page.Messages[0].Place()
	}
}

// unsent is the state of the first answer that is not known to be sent; empty if all are.
func unsent(messages []store.Message) store.DeliveryState {
	for _, m := range messages {
		if m.Direction == store.Out && m.State != store.StateSent && m.State != store.StateDelivered && m.State != store.StateRead {
			return m.State
		}
	}
	return ""
}
