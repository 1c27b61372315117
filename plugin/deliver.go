package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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
	r := &round{ctx: ctx, posts: posts}
	s.subsMu.Lock()
	s.round = r
	for _, sub := range s.subs {
		s.startLocked(sub)
	}
	s.subsMu.Unlock()
	<-ctx.Done()
	grace := time.AfterFunc(graceAtClose, cut)
	defer grace.Stop()
	s.subsMu.Lock()
	s.round = nil // nobody is added any more
	s.subsMu.Unlock()
	r.all.Wait()
	for _, sub := range s.allSubscribers() {
		sub.endRests()
	}
	return nil
}

// round is a Run that is under way.
type round struct {
	ctx, posts context.Context
	all        sync.WaitGroup
}

// startLocked begins to deliver to a subscriber, if a Run is under way. It needs subsMu.
func (s *Server) startLocked(sub *subscriber) {
	r := s.round
	if r == nil {
		return
	}
	ctx, stop := context.WithCancel(r.ctx)
	sub.stop = stop
	r.all.Go(func() {
		defer stop()
		s.dispatch(ctx, r.posts, sub)
	})
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
			s.notify(l.conv) // the contact's words have arrived
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
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, sub.target(), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "frontdesk-plugin")
	req.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(sub.app.secret), body))
	req.Header.Set(messenger.SignatureHeaderSHA1, messenger.SignSHA1([]byte(sub.app.secret), body))
	res, err := sub.client.Do(req)
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
	logPath       = "path"
	logError      = "error"
)
