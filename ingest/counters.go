package ingest

import "sync/atomic"

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

// counters counts requests by outcome. The map is made once and never written again.
type counters struct {
	n map[Outcome]*atomic.Uint64
}

func newCounters() counters {
	c := counters{n: make(map[Outcome]*atomic.Uint64, len(outcomes))}
	for _, o := range outcomes {
		c.n[o] = new(atomic.Uint64)
	}
	return c
}

func (c counters) add(o Outcome) { c.n[o].Add(1) }

func (c counters) snapshot() map[Outcome]uint64 {
	m := make(map[Outcome]uint64, len(c.n))
	for o, n := range c.n {
		m[o] = n.Load()
	}
	return m
}
