package presence

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"frontdesk/store"
)

// Site is a page of our own plugin whose visitors are watched.
type Site struct {
	Inbox store.InboxID
	Token string // the page's access token
}

// Options is what a Watcher needs. Sites and Base are required; everything else has a zero value that is right.
type Options struct {
	Sites []Site
	// Base is the platform's address, for example http://127.0.0.1:8080; empty while there is none.
	Base func() string
	// Silence is how long a line may say nothing before it counts as dead; 0 is 40 seconds, since the platform's heartbeats
	// come every 25.
	Silence time.Duration
	// Pause is how long it waits at first before a line is opened again; 0 is half a second. It doubles up to 30 s.
	Pause  time.Duration
	Logger *slog.Logger // nil: nothing is logged
}

const (
	silence      = 40 * time.Second
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
	answerWithin = 10 * time.Second // for the head of an answer
	walkWithin   = 5 * time.Second
)

// Watcher keeps who is there. Run does the watching.
type Watcher struct {
	o      Options
	client *http.Client

	mu    sync.Mutex
	known map[store.InboxID]map[store.ConversationID]Presence // nil of an inbox: its line is dead
	heard map[chan struct{}]struct{}
}

// New makes a watcher. Nothing is asked before Run.
func New(o Options) *Watcher {
	if o.Silence == 0 {
		o.Silence = silence
	}
	if o.Pause == 0 {
		o.Pause = firstPause
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	transport := &http.Transport{ // no proxy: it is our own listener
		ResponseHeaderTimeout: answerWithin, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 4,
	}
	return &Watcher{
		o: o, known: map[store.InboxID]map[store.ConversationID]Presence{}, heard: map[chan struct{}]struct{}{},
		client: &http.Client{
			Transport: transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { // would carry the token elsewhere
				return http.ErrUseLastResponse
			},
		},
	}
}

// Run watches every site until ctx ends, and returns nil then.
func (w *Watcher) Run(ctx context.Context) error {
	defer w.client.CloseIdleConnections()
	var all sync.WaitGroup
	for _, site := range w.o.Sites {
		all.Go(func() { w.watch(ctx, site) })
	}
	all.Wait()
	return nil
}

// watch opens a site's line again and again.
func (w *Watcher) watch(ctx context.Context, site Site) {
	pause := w.o.Pause
	for ctx.Err() == nil {
		told, err := w.listen(ctx, site)
		w.forget(site.Inbox)
		if ctx.Err() != nil {
			return
		}
		w.o.Logger.Debug("the feed of who is online has ended", logInbox, string(site.Inbox), logError, err)
		if pause = min(2*pause, longestPause); told {
			pause = w.o.Pause
		}
		timer := time.NewTimer(pause/2 + rand.N(pause)) //nolint:gosec // spreads, protects nothing
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// forget drops what a site's line told.
func (w *Watcher) forget(inbox store.InboxID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if was := w.known[inbox]; was != nil {
		delete(w.known, inbox)
		w.publish()
	}
}

// begin says that a site's line is alive.
func (w *Watcher) begin(inbox store.InboxID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known[inbox] = map[store.ConversationID]Presence{}
}

// learn takes what was told of a visitor.
func (w *Watcher) learn(inbox store.InboxID, visitor string, p Presence) {
	id := store.NewConversationID(inbox, store.Contact{Kind: store.ContactVisitor, ID: visitor})
	w.mu.Lock()
	defer w.mu.Unlock()
	known := w.known[inbox]
	if was, ok := known[id]; known == nil || id == "" || ok && was == p.bounded() {
		return
	}
	if _, ok := known[id]; !ok && len(known) >= maxKnown {
		for other, q := range known {
			if !q.Online {
				delete(known, other)
				break
			}
		}
		if len(known) >= maxKnown {
			return // this one stays unknown
		}
	}
	known[id] = p.bounded()
	w.publish()
}

// publish tells everybody who listens that something changed. The caller holds mu.
func (w *Watcher) publish() {
	for ch := range w.heard {
		select {
		case ch <- struct{}{}:
		default: // it has not been looked at since
		}
	}
}

// Presences is what is known of the visitors of some conversations, without those of whom nothing is. Without ids it is
// everybody who is online.
func (w *Watcher) Presences(ids []store.ConversationID) map[store.ConversationID]Presence {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[store.ConversationID]Presence{}
	for _, known := range w.known {
		if len(ids) == 0 {
			maps.Copy(out, known)
		}
		for _, id := range ids {
			if p, ok := known[id]; ok {
				out[id] = p
			}
		}
	}
	if len(ids) == 0 {
		maps.DeleteFunc(out, func(_ store.ConversationID, p Presence) bool { return !p.Online })
	}
	return out
}

// News sends after each change, coalescing, until stop is called.
func (w *Watcher) News() (news <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard[ch] = struct{}{}
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.heard, ch)
	}
}

// site is the one of an inbox.
func (w *Watcher) site(inbox store.InboxID) (Site, bool) {
	for _, s := range w.o.Sites {
		if s.Inbox == inbox {
			return s, true
		}
	}
	return Site{}, false
}

var errNoPlatform = errors.New("the chat plugin is not listening yet")
