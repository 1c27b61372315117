package desk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"frontdesk/store"
)

// byGateway reports whether an answer was one of something on the way to the platform (ref. 4.2), which may have passed
// the message on all the same: a server's status without an error of the platform's own.
func byGateway(status, code int) bool { return code == 0 && status >= 500 }

// doubtful reports whether a reply waits for another try because a gateway answered the last one. While the desk is at
// work its echo tells within the pause if it did arrive; after an end of the desk that is not to be relied on.
func (c *courier) doubtful(ctx context.Context, m store.Message) (bool, error) {
	if m.State != store.StateQueued || m.Attempts == 0 || m.Error == nil || m.Error.Code != 0 {
		return false, nil
	}
	for _, seq := range slices.Backward(m.Trail) {
		record, there, err := c.d.record(ctx, seq)
		if err != nil {
			return false, err
		}
		var r store.Result
		if !there || record.Kind != store.RecordResult || json.Unmarshal(record.Body, &r) != nil || r.Token != m.Token {
			continue
		}
		return r.N == m.Attempts && r.Outcome == store.OutcomeRetry && byGateway(r.Status, m.Error.Code), nil
	}
	return false, nil
}

// lastEcho is the echo of a reply that a gateway answered for the last time: until it is due, nobody knows whether the
// reply arrived.
type lastEcho struct {
	n      int // of the attempt
	till   time.Time
	reason store.SendError // of the failure, once the time is over
}

// echoDue is when the echo of an unknown reply is given up; waits is false when only a person settles the reply.
func (c *courier) echoDue(m store.Message) (till time.Time, waits bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.echoes[m.Token]
	return e.till, ok && m.State == store.StateUnknown && e.n == m.Attempts
}

// giveUp says of a reply whose echo has not come that it has failed.
func (c *courier) giveUp(ctx context.Context, m store.Message) (pause, error) {
	c.mu.Lock()
	reason := c.echoes[m.Token].reason
	delete(c.echoes, m.Token)
	c.mu.Unlock()
	seq, err := c.result(ctx, store.Result{
		Token: m.Token, Conversation: m.Conversation, N: m.Attempts, Outcome: store.OutcomeFailed, Error: &reason,
	})
	return pause{after: seq}, err
}

// awaitEcho notes that a gateway answered the last attempt; the caller holds the lock.
func (c *courier) awaitEcho(token store.Token, e lastEcho) {
	old := c.d.now().Add(-time.Hour)
	maps.DeleteFunc(c.echoes, func(_ store.Token, e lastEcho) bool { return e.till.Before(old) }) // those that came
	c.echoes[token] = e
}

// earlier is the first of two times; a zero time is none.
func earlier(a, b time.Time) time.Time {
	if b.IsZero() || a.Before(b) {
		return a
	}
	return b
}
