package plugin

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	bolt "go.etcd.io/bbolt"
)

const (
	gatherNews = 50 * time.Millisecond // what changes within that is told at once
	watchBatch = 500                   // contacts that are looked up at once: a long look holds up the file
	maxWatched = 10_000                // contacts that one watcher is told of as being there
)

// presenceOut is what a watcher is told of a visitor.
type presenceOut struct {
	ID       string `json:"id"`
	Online   bool   `json:"online"`
	Typing   bool   `json:"typing,omitempty"`
	LastSeen int64  `json:"last_seen,omitempty"` // ms since 1970
	PageURL  string `json:"page_url,omitempty"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"`
}

// watchCall is GET /plugin/watch, with a page's token: server-sent events `presence`, first of the visitors who are there,
// then of everybody whose presence changes.
func (s *Server) watchCall(w http.ResponseWriter, r *http.Request) {
	page := s.pageWith(bearer(r))
	if page == nil {
		s.answerVisitor(w, r, nil, errNotPage)
		return
	}
	ctx, end := context.WithCancel(r.Context())
	defer end()
	conn := http.NewResponseController(w)
	leave, ok := s.board.enter(conversationKey(page.ID, "watch"), netip.Addr{}, func() {
		end()
		_ = conn.SetWriteDeadline(time.Now().Add(lastWords)) // for what is stuck in writing
	})
	if !ok {
		s.answerVisitor(w, r, nil, errNoLine)
		return
	}
	defer leave()
	changes, stop := s.crowd.watch(page.ID)
	defer stop()
	l := &watching{
		s: s, page: page.ID, changes: changes, told: map[string]presenceOut{}, until: map[string]time.Time{},
		stream: stream{w, conn, s.board.patience},
	}
	l.begin()
	l.run(ctx)
}

// watching is a watcher's line being written. Whatever fails ends it, and the watcher comes back.
type watching struct {
	s       *Server
	page    string
	changes *watcher
	told    map[string]presenceOut // of those who are there, without LastSeen
	until   map[string]time.Time   // when the presence of one of them changes by time alone
	stream
}

func (l *watching) run(ctx context.Context) {
	if l.write(retryHint) != nil {
		return
	}
	ids, err := l.s.there(ctx, l.page)
	for err == nil {
		if err = l.tell(ctx, ids); err == nil {
			ids, err = l.wait(ctx)
		}
	}
}

// wait returns when there is something to look at, and what.
func (l *watching) wait(ctx context.Context) (ids []string, err error) {
	rest := l.rest()
	timer := time.NewTimer(rest)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		if rest == l.s.board.beat { // nobody's time is over: only ours
			err = l.write(signOfLife)
		}
	case <-l.changes.news:
		gathered := time.NewTimer(gatherNews)
		defer gathered.Stop()
		select {
		case <-gathered.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	for id := range l.s.crowd.taken(l.changes) {
		ids = append(ids, id)
	}
	now := l.s.now()
	for id, until := range l.until {
		if !now.Before(until) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// rest is for how long nothing changes by itself.
func (l *watching) rest() time.Duration {
	rest, now := l.s.board.beat, l.s.now()
	for _, until := range l.until {
		rest = min(rest, max(until.Sub(now), gatherNews))
	}
	return rest
}

// tell writes of each of the visitors what has changed.
func (l *watching) tell(ctx context.Context, ids []string) error {
	for len(ids) > 0 {
		batch := ids[:min(len(ids), watchBatch)]
		ids = ids[len(batch):]
		var out bytes.Buffer
		if err := l.s.view(ctx, func(tx *bolt.Tx) error {
			out.Reset()
			for _, id := range batch {
				if err := l.look(tx, id, &out); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		if out.Len() == 0 {
			continue
		}
		if err := l.write(out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// look adds the event of one visitor, if that is news.
func (l *watching) look(tx *bolt.Tx, id string, out *bytes.Buffer) error {
	now, until := presenceOut{ID: id}, time.Time{}
	var lastSeen int64
	row, err := getContact(tx, l.page, id)
	switch {
	case errors.Is(err, ErrUnknownContact): // erased
	case err != nil:
		return err
	default:
		var a About
		a, until = l.s.about(row)
		last := row.lastVisit()
		now.Online, now.Typing, now.PageURL, now.Title, now.Referrer = a.Online, a.Typing, last.URL, last.Title, last.Referrer
		lastSeen = a.LastSeen.UnixMilli()
	}
	delete(l.until, id)
	before, known := l.told[id]
	if !now.Online && !known || !known && len(l.told) >= maxWatched {
		return nil
	}
	if !until.IsZero() {
		l.until[id] = until
	}
	if now == before {
		return nil
	}
	l.told[id] = now
	if !now.Online {
		delete(l.told, id)
	}
	now.LastSeen = lastSeen
	return putEvent(out, "presence", 0, now)
}

// there lists a page's visitors who are there now, as far as a watcher is told of them.
func (s *Server) there(ctx context.Context, page string) (ids []string, err error) {
	convs := s.board.present()
	for _, who := range s.paces.since(s.now().Add(-onlineFor)) {
		convs[convKey(who)] = struct{}{}
	}
	keys := make([]convKey, 0, len(convs))
	for conv := range convs {
		keys = append(keys, conv)
	}
	for len(keys) > 0 && len(ids) < maxWatched {
		batch := keys[:min(len(keys), watchBatch)]
		keys = keys[len(batch):]
		if err := s.view(ctx, func(tx *bolt.Tx) error {
			for _, conv := range batch {
				row, err := getContactByKey(tx, conv)
				switch {
				case errors.Is(err, ErrUnknownContact): // an address, or a watcher
				case err != nil:
					return err
				case row.Page == page:
					ids = append(ids, row.ID)
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// present are the conversations whose visitors have a line open.
func (b *switchboard) present() map[convKey]struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	convs := make(map[convKey]struct{}, len(b.open))
	for conv := range b.open {
		convs[conv] = struct{}{}
	}
	return convs
}
