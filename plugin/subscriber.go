package plugin

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"frontdesk/messenger"
)

// pauses are the waits after each failure in a row: a few tries at once, then less and less often. The last repeats.
var pauses = []time.Duration{
	0, 100 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second, 5 * time.Second, 15 * time.Second,
	30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute,
}

// subscriber is one callback with the conversations that have something for it.
type subscriber struct {
	Subscriber      // URL and Fields are guarded by mu
	app        *app // whose it is: its secret signs
	key        queueKey
	wake       chan struct{} // one place: something became ready
	installed  bool          // made by calls of its app, not by the options
	client     *http.Client
	stop       context.CancelFunc // ends its deliveries; guarded by the server's subsMu

	mu     sync.Mutex
	gone   bool
	lanes  map[convKey]*lane
	ready  []*lane
	queued int
	last   SubscriberState
}

// lane is one conversation that has something for a subscriber. It is in the ready list, with a worker, or resting.
type lane struct {
	conv        convKey
	busy        bool
	more        bool        // something came while a worker had it
	failures    int         // in a row
	unreachable bool        // the last failure was the subscriber's, not this event's
	rest        *time.Timer // set while resting
}

// SubscriberState tells how deliveries to one subscriber go.
type SubscriberState struct {
	Page, Name, URL string
	App             string    // the id of the app it belongs to; empty if that has none
	Fields          []string  // what it is told of (ref. 1.2); nil means everything
	Queued          int       // events that wait, those in flight included
	LastAt          time.Time // when it was last called; zero if it never was since Open
	LastStatus      int       // its last HTTP answer; 0 if the call got none
	LastError       string    // why the last call failed; empty after a success
	Failures        int       // failed calls since the last success
	GivenUp         int       // events that it did not take within 36 hours, since Open
}

func newSubscriber(s Subscriber, a *app, client *http.Client) *subscriber {
	if s.Name == "" {
		s.Name = s.URL
	}
	return &subscriber{
		Subscriber: s,
		app:        a,
		client:     client,
		key:        queueKey(hash16(s.Page, s.Name)),
		wake:       make(chan struct{}, 1),
		lanes:      map[convKey]*lane{},
	}
}

// tell makes a conversation ready after n events of it were queued.
func (s *subscriber) tell(conv convKey, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queued += n
	l := s.lanes[conv]
	switch {
	case l == nil:
		l = &lane{conv: conv}
		s.lanes[conv] = l
		s.makeReady(l)
	case l.busy:
		l.more = true
	}
}

// makeReady needs s.mu.
func (s *subscriber) makeReady(l *lane) {
	l.busy, l.rest = false, nil
	s.ready = append(s.ready, l)
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take hands out a ready lane, nil if there is none.
func (s *subscriber) take() *lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ready) == 0 {
		return nil
	}
	l := s.ready[0]
	s.ready[0] = nil
	s.ready = s.ready[1:]
	l.busy, l.more = true, false
	return l
}

// putBack returns a lane that may have more.
func (s *subscriber) putBack(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeReady(l)
}

// settle returns a lane whose queue was found empty, which holds unless something came since.
func (s *subscriber) settle(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.more {
		s.makeReady(l)
		return
	}
	delete(s.lanes, l.conv)
}

// waits reports whether something of a conversation still waits to be delivered.
func (s *subscriber) waits(conv convKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lanes[conv] != nil
}

// restFor puts a lane aside after a failure.
func (s *subscriber) restFor(l *lane, unreachable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return
	}
	pause := pauses[min(l.failures, len(pauses)-1)]
	l.failures++
	l.unreachable = unreachable
	if pause == 0 {
		s.makeReady(l)
		return
	}
	pause += rand.N(pause / 4) // so that conversations which failed together do not come back together
	l.busy = false
	var rest *time.Timer
	rest = time.AfterFunc(pause, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if l.rest == rest { // else it was waked before
			s.makeReady(l)
		}
	})
	l.rest = rest
}

// endRests makes everything that rests ready, so that no timer outlives Run and the next one begins with a try.
func (s *subscriber) endRests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lanes {
		if l.rest != nil {
			l.rest.Stop()
			s.makeReady(l)
		}
	}
}

// delivered notes a success, and wakes the conversations that only waited for the subscriber to be back.
func (s *subscriber) delivered(l *lane, status int, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queued--
	l.failures, l.unreachable = 0, false
	s.last.LastAt, s.last.LastStatus, s.last.LastError, s.last.Failures = at, status, "", 0
	for _, other := range s.lanes {
		if other.rest != nil && other.unreachable {
			other.rest.Stop()
			s.makeReady(other)
		}
	}
}

// struckOff notes that an event was given up.
func (s *subscriber) struckOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queued--
	s.last.GivenUp++
}

func (s *subscriber) failed(status int, err error, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last.LastAt, s.last.LastStatus, s.last.LastError = at, status, err.Error()
	s.last.Failures++
}

func (s *subscriber) state() SubscriberState {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.last
	st.Page, st.Name, st.URL, st.Queued = s.Page, s.Name, s.URL, max(s.queued, 0)
	st.App, st.Fields = s.app.id, slices.Clone(s.Fields)
	return st
}

// target is where events go at present.
func (s *subscriber) target() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.URL
}

// wants reports whether an event is one of those that the subscriber asked for.
func (s *subscriber) wants(ev messenger.Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Fields == nil || slices.Contains(s.Fields, fieldOf(ev))
}

// redirect changes where events go and which. What waits goes to the new address.
func (s *subscriber) redirect(address string, fields []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	moved := s.URL != address
	s.URL, s.Fields = address, fields
	for _, l := range s.lanes {
		if moved && l.rest != nil {
			l.rest.Stop()
			s.makeReady(l)
		}
	}
}

// end lets go of what rests: nobody will be told any more.
func (s *subscriber) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
	for _, l := range s.lanes {
		if l.rest != nil {
			l.rest.Stop()
		}
	}
}

// Subscribers tells how deliveries to each subscriber go: those of the options in their order, then those that apps have
// made by their own calls.
func (s *Server) Subscribers() []SubscriberState {
	var states []SubscriberState
	for _, sub := range s.allSubscribers() {
		states = append(states, sub.state())
	}
	return states
}
