package ingest

import (
	"sync/atomic"
	"time"
)

// logEvery is how often at most a log line speaks of one outcome.
const logEvery = time.Minute

// Outcome is what became of a request to the webhook.
type Outcome string

// The outcomes.
const (
	Verified      Outcome = "verified"       // GET, answered with the challenge
	Refused       Outcome = "refused"        // GET with another token or mode: 403
	BadMethod     Outcome = "bad_method"     // 405
	TooLarge      Outcome = "too_large"      // 413
	TooSlow       Outcome = "too_slow"       // the body did not come in time: 408
	Aborted       Outcome = "aborted"        // the sender went away
	Overloaded    Outcome = "overloaded"     // too many bytes on their way in: 503
	BadSignature  Outcome = "bad_signature"  // 401
	NotObject     Outcome = "not_object"     // no JSON object: 400
	ForeignPage   Outcome = "foreign_page"   // a page its secret does not speak for: 403
	ForeignObject Outcome = "foreign_object" // not about pages: 200, not kept
	Test          Outcome = "test"           // the dashboard's Test button: 200, not kept
	Accepted      Outcome = "accepted"       // kept: 200
	LogFull       Outcome = "log_full"       // 503
	LogFailed     Outcome = "log_failed"     // 500
)

var outcomes = [...]Outcome{
	Verified, Refused, BadMethod, TooLarge, TooSlow, Aborted, Overloaded, BadSignature, NotObject, ForeignPage,
	ForeignObject, Test, Accepted, LogFull, LogFailed,
}

// counters counts requests by outcome, and knows when each was last spoken of. The map is made once and never written
// again.
type counters struct {
	by map[Outcome]*counter
}

type counter struct {
	n    atomic.Uint64
	told atomic.Int64 // when a log line last spoke of it, in nanoseconds since 1970
}

func newCounters() counters {
	c := counters{by: make(map[Outcome]*counter, len(outcomes))}
	for _, o := range outcomes {
		c.by[o] = new(counter)
	}
	return c
}

func (c counters) add(o Outcome) { c.by[o].n.Add(1) }

// due reports whether an outcome may be spoken of again, once in a while: strangers must not fill the log file.
func (c counters) due(o Outcome, now time.Time) bool {
	told := &c.by[o].told
	last := told.Load()
	if last != 0 && now.UnixNano()-last < int64(logEvery) {
		return false
	}
	return told.CompareAndSwap(last, now.UnixNano())
}

func (c counters) snapshot() map[Outcome]uint64 {
	m := make(map[Outcome]uint64, len(c.by))
	for o, counter := range c.by {
		m[o] = counter.n.Load()
	}
	return m
}
