package plugin

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// contactTypesFor is how long a contact counts as typing who has said so, unless a message comes before.
const contactTypesFor = 8 * time.Second

// crowd knows which contacts type, and tells the watchers of a page whose presence may have changed.
type crowd struct {
	mu       sync.Mutex
	typing   map[convKey]time.Time // until when
	prune    int                   // how many of them are so many that those whose time is over are looked for
	watchers map[string]map[*watcher]struct{}
}

// watcher is one program that is told who is there. changed are the ids of contacts it has to look at; mu of crowd guards it.
type watcher struct {
	changed map[string]struct{}
	news    chan struct{}
}

// watch adds a watcher of a page.
func (k *crowd) watch(page string) (w *watcher, stop func()) {
	w = &watcher{changed: map[string]struct{}{}, news: make(chan struct{}, 1)}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.watchers == nil {
		k.watchers = map[string]map[*watcher]struct{}{}
	}
	if k.watchers[page] == nil {
		k.watchers[page] = map[*watcher]struct{}{}
	}
	k.watchers[page][w] = struct{}{}
	return w, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.watchers[page], w)
	}
}

// stir says that the presence of a contact may have changed.
func (k *crowd) stir(c Contact) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for w := range k.watchers[c.Page] {
		w.changed[c.ID] = struct{}{}
		select {
		case w.news <- struct{}{}:
		default: // it holds one already
		}
	}
}

// taken are the contacts that a watcher has to look at, each once however often it stirred.
func (k *crowd) taken(w *watcher) map[string]struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	ids := w.changed
	w.changed = map[string]struct{}{}
	return ids
}

const firstPrune = 64

// types notes until when a contact types.
func (k *crowd) types(c Contact, now time.Time) {
	k.mu.Lock()
	if k.typing == nil {
		k.typing = map[convKey]time.Time{}
	}
	if len(k.typing) >= max(k.prune, firstPrune) {
		for key, until := range k.typing {
			if !now.Before(until) {
				delete(k.typing, key)
			}
		}
		k.prune = 2 * len(k.typing)
	}
	k.typing[c.key()] = now.Add(contactTypesFor)
	k.mu.Unlock()
	k.stir(c)
}

// stopTyping notes that a contact does not type any more.
func (k *crowd) stopTyping(c Contact) {
	k.mu.Lock()
	delete(k.typing, c.key())
	k.mu.Unlock()
	k.stir(c)
}

func (k *crowd) typingUntil(conv convKey) time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.typing[conv]
}

// here notes that a contact is there at this moment.
func (s *Server) here(c Contact) {
	s.paces.touch(paceKey{actPoll, [16]byte(c.key())}, s.now)
	s.crowd.stir(c)
}

// Here says that a contact is there, as asking for news does: it counts as online for half a minute.
func (s *Server) Here(ctx context.Context, c Contact) error {
	if err := s.known(ctx, c); err != nil {
		return err
	}
	s.here(c)
	return nil
}

// Type says that a contact is writing: for 8 seconds, or until a message comes.
func (s *Server) Type(ctx context.Context, c Contact) error {
	if err := s.known(ctx, c); err != nil {
		return err
	}
	s.here(c)
	s.crowd.types(c, s.now())
	return nil
}

// known is ErrUnknownContact for who is none.
func (s *Server) known(ctx context.Context, c Contact) error {
	return s.view(ctx, func(tx *bolt.Tx) error {
		_, err := getContact(tx, c.Page, c.ID)
		return err
	})
}

// Walk says that a visitor is on another page of the website. It goes into the trail; the page's subscribers are told, by
// a referral, only where the website names a ref that is not the last one.
func (s *Server) Walk(ctx context.Context, c Contact, a Arrival) error {
	if err := a.check(); err != nil {
		return err
	}
	a = a.tidy()
	a.Source = SourcePlugin
	same := false
	if err := s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, c.Page, c.ID)
		same = err == nil && row.isOn(a)
		return err
	}); err != nil {
		return err
	}
	s.crowd.stir(c)
	if same {
		return nil
	}
	return s.act(ctx, c, func(_ *bolt.Tx, page *Page, row *contactRow) ([]messenger.Event, error) {
		if row.Blocked > 0 {
			return nil, nil
		}
		if row.Started && a.Ref != "" && a.Ref != row.lastRef() {
			return arrivals(page, row, a, "", s.now()), nil
		}
		row.walk(a, max(s.now().UnixMilli(), row.lastVisit().At))
		return nil, nil
	})
}

// lastVisit is the end of the trail.
func (r *contactRow) lastVisit() visitRow {
	if len(r.Trail) == 0 {
		return visitRow{}
	}
	return r.Trail[len(r.Trail)-1]
}

// lastRef is the ref that the website named last.
func (r *contactRow) lastRef() string {
	for i := len(r.Trail) - 1; i >= 0; i-- {
		if r.Trail[i].Ref != "" {
			return r.Trail[i].Ref
		}
	}
	return ""
}

// isOn reports whether a visitor has only loaded again the page of the last visit.
func (r *contactRow) isOn(a Arrival) bool {
	last := r.lastVisit()
	return last.At > 0 && last.URL == a.PageURL && last.Title == a.Title && (a.Ref == "" || a.Ref == r.lastRef())
}

// walkIn is the body of POST /plugin/page, and the part of POST /plugin/visitors that says where the visitor is.
type walkIn struct {
	PageURL  string `json:"page_url"`
	Title    string `json:"title"`
	Ref      string `json:"ref"`
	Referrer string `json:"referrer"`
}

func (in walkIn) arrival(r *http.Request) Arrival {
	language, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	language, _, _ = strings.Cut(language, ";")
	return Arrival{
		Source: SourcePlugin, Ref: in.Ref, PageURL: in.PageURL, Title: in.Title, Referrer: in.Referrer,
		Language: strings.TrimSpace(language),
	}.tidy()
}

func (in visitIn) arrival(r *http.Request) Arrival {
	return walkIn{PageURL: in.PageURL, Title: in.Title, Ref: in.Ref, Referrer: in.Referrer}.arrival(r)
}

// visitorWalks is POST /plugin/page.
func (s *Server) visitorWalks(r *http.Request) (any, error) {
	c, err := s.caller(r, actWrite)
	if err != nil {
		return nil, err
	}
	var in walkIn
	if err := readBody(r, &in); err != nil {
		return nil, err
	}
	if err := s.checkPageURL(r, c.Page, in.PageURL); err != nil {
		return nil, err
	}
	return struct{}{}, s.Walk(r.Context(), c, in.arrival(r))
}

// visitorTypes is POST /plugin/typing.
func (s *Server) visitorTypes(r *http.Request) (any, error) {
	c, err := s.caller(r, actTyping)
	if err == nil {
		err = readBody(r, &struct{}{})
	}
	if err != nil {
		return nil, err
	}
	return struct{}{}, s.Type(r.Context(), c)
}
