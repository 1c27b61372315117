package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"frontdesk/store"
)

// Queue tells what waits to be sent.
type Queue interface {
	// Queue returns the replies that are not settled, oldest first: at most MaxWaiting conversations of them, those first
	// in which something is under way.
	Queue(ctx context.Context) ([]Waiting, error)
	// Retest has the platform asked at once whether a dead token is good again. State tells what came of it.
	Retest(ctx context.Context) error
}

// MaxWaiting is of how many conversations Queue tells.
const MaxWaiting = 1000

// Waiting is a reply that the platform is not known to have taken, and why.
type Waiting struct {
	Message store.Message
	Title   string // the contact's
	Inbox   store.InboxID
	Since   time.Time       // when it was written
	Reason  string          // why it is not sent yet, a sentence
	Advice  string          // what to do about it, a sentence; empty: nothing
	Next    time.Time       // when it is tried by itself, at the earliest; zero: when something else has happened
	Behind  store.MessageID // the reply that goes first; empty: none
}

// Queue returns the replies that are not settled, oldest first.
func (d *Desk) Queue(ctx context.Context) ([]Waiting, error) {
	open, err := d.views.Outbox(ctx, MaxWaiting)
	if err != nil {
		return nil, fmt.Errorf("read what waits to be sent: %w", err)
	}
	out := make([]Waiting, 0, len(open))
	var c store.Conversation
	var ahead store.MessageID // the reply of this conversation that goes next
	for _, m := range open {
		if m.Conversation != c.ID {
			ahead = ""
			if c, err = d.views.Conversation(ctx, m.Conversation); errors.Is(err, store.ErrNotFound) {
				continue // it has become another one meanwhile
			} else if err != nil {
				return nil, fmt.Errorf("read what waits in %s: %w", m.Conversation, err)
			}
		}
		w := Waiting{Message: m, Title: c.Contact.Title(), Inbox: c.Inbox, Since: m.At.Time()}
		d.explain(&w, ahead)
		if ahead == "" && (m.State == store.StateQueued || m.State == store.StateSending) {
			ahead = m.ID
		}
		out = append(out, w)
	}
	slices.SortStableFunc(out, func(a, b Waiting) int {
		return cmp.Or(cmp.Compare(a.Message.Seq, b.Message.Seq), cmp.Compare(a.Message.ID, b.Message.ID))
	})
	return out, nil
}

// explain says why a reply waits; ahead is the one of its conversation that goes before it.
func (d *Desk) explain(w *Waiting, ahead store.MessageID) {
	m := w.Message
	if e := m.Error; e != nil {
		w.Reason, w.Advice = e.Text, e.Advice
	}
	switch m.State {
	case store.StateSending:
		w.Reason = "It is being sent at this moment."
	case store.StateQueued:
		d.explainQueued(w, ahead)
	case store.StateHeld:
		if m.HeldBy != "" {
			w.Behind = store.ReplyID(m.HeldBy)
		}
		if w.Reason == "" {
			w.Reason = "It waits for you."
		}
	case store.StateUnknown:
		if w.Reason == "" {
			w.Reason = "Nobody knows whether it arrived."
		}
	case store.StateFailed:
		if w.Reason == "" {
			w.Reason = "It was not sent."
		}
	}
}

// explainQueued says why a reply that goes out by itself has not gone out yet.
func (d *Desk) explainQueued(w *Waiting, ahead store.MessageID) {
	now, m := d.now(), w.Message
	in := Inbox{ID: w.Inbox}
	w.Next = d.courier.alert(&in, now)
	if at := d.notBefore(m); at.After(w.Next) && at.After(now) {
		w.Next = at
	}
	switch {
	case ahead != "":
		w.Behind, w.Next = ahead, time.Time{}
		w.Reason, w.Advice = "It goes out after the message before it.", ""
	case in.Alert != "":
		w.Reason, w.Advice = in.Alert, in.Advice
	case w.Next.IsZero() && m.File != nil && d.courier.carried(m.Token) == "":
		w.Reason, w.Advice = "Its file is being handed over to the platform.", ""
	case w.Next.IsZero():
		w.Reason, w.Advice = "It is about to be sent.", ""
	case m.Attempts == 0 && m.Error == nil:
		w.Reason, w.Advice = "It is held for "+span(w.Next.Sub(now))+" more, so that you can take it back.", "Cancel it to take it back."
	case w.Reason != "":
		w.Reason += fmt.Sprintf(" It is tried again in %s.", span(w.Next.Sub(now)))
		w.Advice = ""
	default:
		w.Reason, w.Advice = fmt.Sprintf("The platform did not take it yet; it is tried again in %s.", span(w.Next.Sub(now))), ""
	}
}
