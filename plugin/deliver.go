package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

const (
	postTimeout  = 5 * time.Second // what a subscriber has to answer in (ref. 1.5)
	inParallel   = 8               // conversations in flight to one subscriber
	turn         = 32              // events a conversation may deliver before another has its turn
	graceAtClose = time.Second     // what posts in flight still get when Run is to end
)

// pauses are the waits after each failure in a row: a few tries at once, then less and less often. The last repeats.
var pauses = []time.Duration{
	0, 100 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second, 5 * time.Second, 15 * time.Second,
	30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute,
}

// subscriber is one callback with the conversations that have something for it.
type subscriber struct {
	Subscriber
	page *Page
	key  queueKey
	wake chan struct{} // one place: something became ready

	mu     sync.Mutex
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
	Queued          int       // events that wait, those in flight included
	LastAt          time.Time // when it was last called; zero if it never was since Open
	LastStatus      int       // its last HTTP answer; 0 if the call got none
	LastError       string    // why the last call failed; empty after a success
	Failures        int       // failed calls since the last success
}

func newSubscriber(s Subscriber, page *Page) *subscriber {
	if s.Name == "" {
		s.Name = s.URL
	}
	return &subscriber{
		Subscriber: s,
		page:       page,
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

// restFor puts a lane aside after a failure.
func (s *subscriber) restFor(l *lane, unreachable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
	return st
}

// Subscribers tells how deliveries to each subscriber go, in the order of the options.
func (s *Server) Subscribers() []SubscriberState {
	states := make([]SubscriberState, len(s.subs))
	for i, sub := range s.subs {
		states[i] = sub.state()
	}
	return states
}

// Run delivers webhooks until ctx ends or Close is called, and returns nil when all its goroutines have ended. Posts
// in flight then get a second more; one that is cut off is repeated after the next start.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := s.beginRun(cancel); err != nil {
		return err
	}
	defer s.endRun()

	posts, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var all sync.WaitGroup
	for _, sub := range s.subs {
		all.Go(func() { s.dispatch(ctx, posts, sub) })
	}
	ended := make(chan struct{})
	go func() {
		all.Wait()
		close(ended)
	}()
	<-ctx.Done()
	grace := time.AfterFunc(graceAtClose, cut)
	defer grace.Stop()
	<-ended
	return nil
}

// beginRun makes sure that one Run is under way at most, and that Close can end it.
func (s *Server) beginRun(cancel context.CancelFunc) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.stopRun != nil:
		return errors.New("the chat plugin delivers already; Run is called once at a time")
	}
	s.stopRun, s.runEnded = cancel, make(chan struct{})
	return nil
}

func (s *Server) endRun() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopRun = nil
	close(s.runEnded)
}

// dispatch gives every ready conversation of a subscriber to a worker, inParallel at a time.
func (s *Server) dispatch(ctx, posts context.Context, sub *subscriber) {
	var workers sync.WaitGroup
	defer workers.Wait()
	places := make(chan struct{}, inParallel)
	for ctx.Err() == nil {
		l := sub.take()
		if l == nil {
			select {
			case <-sub.wake:
			case <-ctx.Done():
			}
			continue
		}
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			sub.putBack(l)
			return
		}
		workers.Go(func() {
			defer func() { <-places }()
			s.drain(ctx, posts, sub, l)
		})
	}
}

// drain delivers a conversation's events in their order until none is left, one fails or its turn is over.
func (s *Server) drain(ctx, posts context.Context, sub *subscriber, l *lane) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("webhook worker stopped", logPage, sub.Page, logError, fmt.Sprint(p))
			sub.restFor(l, false)
		}
	}()
	for range turn {
		if ctx.Err() != nil {
			break
		}
		event, err := firstQueued(s.db, sub.key, l.conv)
		if err != nil {
			s.log.Error("webhook queue", logPage, sub.Page, logError, err)
			sub.restFor(l, false)
			return
		}
		if event == nil {
			sub.settle(l)
			return
		}
		if !s.deliver(posts, sub, l, event) {
			return
		}
	}
	sub.putBack(l)
}

// deliver posts one event and reports whether the conversation may go on to its next.
func (s *Server) deliver(ctx context.Context, sub *subscriber, l *lane, event *queued) bool {
	status, err := s.post(ctx, sub, event.body)
	now := s.now()
	expired := now.Sub(event.created) >= keptFor
	if err != nil {
		sub.failed(status, err, now)
		if !expired {
			s.log.Warn("webhook not taken", logPage, sub.Page, logSubscriber, sub.Name, logStatus, status, logError, err)
			sub.restFor(l, unreachable(status))
			return false
		}
		s.log.Error("webhook given up after 36 hours", logPage, sub.Page, logSubscriber, sub.Name, logStatus, status)
	}
	// The row must go before the next is read, else it would be posted again at once.
	drop := s.w.do(context.WithoutCancel(ctx), func(tx *bolt.Tx) error { return tx.Bucket(bucketQueue).Delete(event.key) })
	if drop != nil {
		s.log.Error("webhook taken but not struck off the queue", logPage, sub.Page, logError, drop)
		sub.restFor(l, false)
		return false
	}
	if err != nil {
		sub.struckOff()
		return true
	}
	sub.delivered(l, status, now)
	return true
}

func (s *subscriber) struckOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queued--
}

// unreachable reports whether an answer says that the subscriber as a whole is down, rather than that it dislikes
// this one event.
func unreachable(status int) bool {
	switch status {
	case 0, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return true
	}
	return false
}

// post makes one call and returns the answer's status, 0 if there was none. Anything but 2xx is an error.
func (s *Server) post(ctx context.Context, sub *subscriber, body []byte) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, sub.URL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "frontdesk-plugin")
	req.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(sub.page.AppSecret), body))
	req.Header.Set(messenger.SignatureHeaderSHA1, messenger.SignSHA1([]byte(sub.page.AppSecret), body))
	res, err := s.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }() // nothing more is wanted of it
	// Reading the little that is usual lets the connection be used again.
	if _, err := io.CopyN(io.Discard, res.Body, 4096); err != nil && !errors.Is(err, io.EOF) {
		return res.StatusCode, fmt.Errorf("read the answer: %w", err)
	}
	if res.StatusCode/100 != 2 {
		return res.StatusCode, fmt.Errorf("the subscriber answered %s", res.Status)
	}
	return res.StatusCode, nil
}

// The keys of log lines.
const (
	logPage       = "page"
	logSubscriber = "subscriber"
	logStatus     = "status"
	logError      = "error"
)
