package ingest

import (
	"maps"
	"net/http"
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
	Refused       Outcome = "refused"        // GET with another token or mode
	BadMethod     Outcome = "bad_method"     // neither GET nor POST
	TooLarge      Outcome = "too_large"      // the body
	TooSlow       Outcome = "too_slow"       // the body did not come in time
	Aborted       Outcome = "aborted"        // the sender went away
	Overloaded    Outcome = "overloaded"     // too many bytes on their way in
	BadSignature  Outcome = "bad_signature"  // no secret of ours made it
	NotObject     Outcome = "not_object"     // no JSON object
	ForeignPage   Outcome = "foreign_page"   // a page its secret does not speak for
	ForeignObject Outcome = "foreign_object" // not about pages: not kept
	Test          Outcome = "test"           // the dashboard's Test button: not kept
	Accepted      Outcome = "accepted"       // kept
	LogFull       Outcome = "log_full"       // not kept, and asked to come again: too much waited for the disk
	DiskFull      Outcome = "disk_full"      // not kept, and asked to come again: the disk has no room
	LogFailed     Outcome = "log_failed"     // not kept
)

// statuses are the HTTP status of each outcome.
var statuses = map[Outcome]int{
	Verified:      http.StatusOK,
	Refused:       http.StatusForbidden,
	BadMethod:     http.StatusMethodNotAllowed,
	TooLarge:      http.StatusRequestEntityTooLarge,
	TooSlow:       http.StatusRequestTimeout,
	Aborted:       http.StatusBadRequest,
	Overloaded:    http.StatusServiceUnavailable,
	BadSignature:  http.StatusUnauthorized,
	NotObject:     http.StatusBadRequest,
	ForeignPage:   http.StatusForbidden,
	ForeignObject: http.StatusOK,
	Test:          http.StatusOK,
	Accepted:      http.StatusOK,
	LogFull:       http.StatusServiceUnavailable,
	DiskFull:      http.StatusServiceUnavailable,
	LogFailed:     http.StatusInternalServerError,
}

// Statuses returns every outcome with the HTTP status it is answered with.
func Statuses() map[Outcome]int { return maps.Clone(statuses) }

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
	c := counters{by: make(map[Outcome]*counter, len(statuses))}
	for o := range statuses {
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
