package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

func (w *world) queue() []desk.Waiting {
	w.t.Helper()
	waiting, err := w.desk.Queue(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return waiting
}

// wantWaiting compares one of the queue with what it must say.
func wantWaiting(t *testing.T, got desk.Waiting, m store.Message, state store.DeliveryState, reason string, behind store.MessageID) {
	t.Helper()
	if got.Message.ID != m.ID || got.Message.State != state || !strings.Contains(got.Reason, reason) || got.Behind != behind {
		t.Errorf("%q is %s because %q, behind %q; want %s, %q, behind %q",
			got.Message.Text, got.Message.State, got.Reason, got.Behind, state, reason, behind)
	}
	if got.Title == "" || got.Inbox == "" || !got.Since.Equal(m.At.Time()) {
		t.Errorf("waits as %+v", got)
	}
}

// TestQueueSaysWhy follows replies that wait for each other, and for a person.
func TestQueueSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		state  store.DeliveryState
		reason string
		settle store.Verb
	}{
		"behind a failed one":   {errRefused, store.StateFailed, "cannot be reached", store.VerbCancel},
		"behind an unknown one": {errUnclear, store.StateUnknown, "arrived", store.VerbArrived},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGated()
			w := open(t, t.TempDir(), config{sender: g})
			id := w.writes(pageID, psid(maya), "hello", 0)
			first := w.reply(id, "one")
			<-g.reached
			second, third := w.reply(id, "two"), w.reply(id, "three")
			w.caughtUp()
			waiting := w.queue()
			if len(waiting) != 3 {
				t.Fatalf("queue %+v", waiting)
			}
			wantWaiting(t, waiting[0], first, store.StateSending, "being sent", "")
			wantWaiting(t, waiting[1], second, store.StateQueued, "after the message before it", first.ID)
			wantWaiting(t, waiting[2], third, store.StateQueued, "after the message before it", first.ID)

			g.verdict <- c.err
			w.untilState(third, store.StateHeld)
			waiting = w.queue()
			if len(waiting) != 3 {
				t.Fatalf("queue %+v", waiting)
			}
			wantWaiting(t, waiting[0], first, c.state, c.reason, "")
			wantWaiting(t, waiting[1], second, store.StateHeld, "earlier message", first.ID)
			wantWaiting(t, waiting[2], third, store.StateHeld, "earlier message", first.ID)
			for _, wait := range waiting {
				if !wait.Next.IsZero() || wait.Advice == "" {
					t.Errorf("%q is to be tried at %v, advice %q: it waits for a person", wait.Message.Text, wait.Next, wait.Advice)
				}
			}
			w.do(store.Act{Conversation: id, Verb: c.settle, Message: first.ID})
			w.untilState(third, store.StateSent)
			if left := w.queue(); len(left) != 0 {
				t.Errorf("left in the queue: %+v", left)
			}
		})
	}
}

// TestEditOfWhatIsNotSent cancels a reply in every state in which its words can still be had back.
func TestEditOfWhatIsNotSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error // of the first; nil: nothing runs
		state store.DeliveryState
		held  bool // it is the second that is taken back
	}{
		"queued":              {state: store.StateQueued},
		"failed":              {err: errRefused, state: store.StateFailed},
		"unknown":             {err: errUnclear, state: store.StateUnknown},
		"held behind another": {err: errRefused, state: store.StateHeld, held: true},
		"held for a token":    {err: errDeadToken, state: store.StateHeld},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGated()
			w := open(t, t.TempDir(), config{sender: g, idle: c.err == nil})
			id := w.writes(pageID, psid(maya), "hello", 0)
			m := w.reply(id, "Deer Maya,")
			w.caughtUp()
			if c.err != nil {
				<-g.reached
				if c.held {
					m = w.reply(id, "Deer Maya, too")
					w.caughtUp()
				}
				g.verdict <- c.err
			}
			w.untilState(m, c.state)
			w.do(store.Act{Conversation: id, Verb: store.VerbCancel, Message: m.ID})
			got := w.message(m)
			if got.State != store.StateCancelled || got.Text != m.Text {
				t.Errorf("cancelled as %+v", got)
			}
			for _, wait := range w.queue() {
				if wait.Message.ID == m.ID {
					t.Errorf("it waits still: %+v", wait)
				}
			}
		})
	}
}

// TestQueueSaysWhen follows replies that are tried again by themselves.
func TestQueueSaysWhen(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &platform{answer: func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
			switch {
			case n == 1:
				return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 503, Code: 2}
			case r.Message.Text == "limited" && n == 2:
				return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 400, Code: 80006, RetryAfter: 19 * time.Minute}
			}
			return took(r), nil
		}}
		w := open(t, t.TempDir(), config{sender: p, pauses: []time.Duration{time.Hour}, limits: realLimits})
		first := w.writes(pageID, psid(maya), "hello", time.Minute)
		busy := w.reply(first, "busy")
		w.until(busy, "tried", func(m store.Message) bool { return m.RetryAt != 0 })
		now := time.Now()
		waiting := w.queue()
		wantWaiting(t, waiting[0], busy, store.StateQueued, "tried again in", "")
		if got := waiting[0].Next.Sub(now).Round(time.Minute); got != time.Hour {
			t.Errorf("it is tried again in %v", got)
		}

		limited := w.reply(w.writes(pageID, psid(noor), "hello", time.Minute), "limited")
		w.until(limited, "tried", func(m store.Message) bool { return m.RetryAt != 0 })
		waiting = w.queue()
		if len(waiting) != 2 {
			t.Fatalf("queue %+v", waiting)
		}
		wantWaiting(t, waiting[0], busy, store.StateQueued, "limit", "")
		wantWaiting(t, waiting[1], limited, store.StateQueued, "limit", "")
		if got := waiting[1].Next.Sub(now).Round(time.Minute); got != 19*time.Minute {
			t.Errorf("the limited one is tried again in %v", got)
		}
		if got := waiting[0].Next.Sub(now).Round(time.Minute); got != time.Hour {
			t.Errorf("the busy one is tried again in %v", got)
		}
		time.Sleep(2 * time.Hour)
		w.untilState(busy, store.StateSent)
		w.untilState(limited, store.StateSent)
		if left := w.queue(); len(left) != 0 {
			t.Errorf("left in the queue: %+v", left)
		}
		w.close()
	})
}

// TestQueueNamesTheBanner holds replies of a stopped inbox, and says so of each.
func TestQueueNamesTheBanner(t *testing.T) {
	t.Parallel()
	p := &platform{answer: func(context.Context, int, messenger.SendRequest) (messenger.SendResponse, error) {
		return messenger.SendResponse{}, errDeadToken
	}}
	w := open(t, t.TempDir(), config{sender: p})
	m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
	w.untilState(m, store.StateHeld)
	waiting := w.queue()
	if len(waiting) != 1 {
		t.Fatalf("queue %+v", waiting)
	}
	wantWaiting(t, waiting[0], m, store.StateHeld, "token", "")
	if waiting[0].Advice == "" || !waiting[0].Next.IsZero() {
		t.Errorf("waits with %+v", waiting[0])
	}
	s, err := w.desk.State(t.Context())
	if err != nil || !strings.Contains(s.Inboxes[0].Alert, "token") || !s.Inboxes[0].Stopped {
		t.Errorf("the banner says %+v, %v", s.Inboxes[0], err)
	}
}
