package plugin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"frontdesk/internal/boltfile"
	"frontdesk/internal/intake"
)

// Server is the platform: an http.Handler for programs and visitors, methods for contacts, and with Run the sender of
// webhooks. Open makes one.
type Server struct {
	now   func() time.Time
	log   *slog.Logger
	http  *http.Client
	pages []*Page
	apps  []*app
	owns  map[string]*app // page id → its own app
	db    *boltfile.File
	w     *writer

	tokens tokenMaker

	mux   *http.ServeMux
	url   string
	shelf *shelf

	proxies       []netip.Prefix
	proxyWarning  sync.Once
	loopbackPages bool
	countryHeader string
	paces         paceKeeper // of visitors
	callPaces     paceKeeper // of programs
	board         *switchboard

	fetcher *http.Client
	hooks   *http.Client // carries webhooks to callbacks that apps have named
	uploads uploads
	crowd   crowd

	loopback bool // callbacks may be on this very machine

	installMu sync.Mutex // held while an app changes what it is told
	subsMu    sync.Mutex
	subs      []*subscriber
	round     *round // nil while Run is not under way

	bodies  *intake.Gate
	ownHTTP bool // http was not given: its connections are ours to close

	randomMu sync.Mutex
	random   io.Reader

	mu       sync.Mutex
	closed   bool
	stopRun  context.CancelFunc // nil while Run is not under way
	runEnded chan struct{}
	watchers map[convKey]map[chan struct{}]struct{}
	typing   map[convKey]time.Time // the page types to this contact until then
}

// Open opens or makes the file and takes up the webhooks that still wait in it. Nothing is delivered before Run.
func Open(o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Server{
		now: o.Now, log: o.Logger, http: o.HTTP, random: o.Random,
		bodies:  intake.New(bodyBudget),
		url:     strings.TrimRight(o.URL, "/"),
		fetcher: newFetcher(o.Loopback),
		proxies: o.TrustedProxies, loopbackPages: o.LoopbackPages, countryHeader: o.CountryHeader,
		board:    newSwitchboard(),
		watchers: map[convKey]map[chan struct{}]struct{}{},
		typing:   map[convKey]time.Time{},
	}
	s.setDefaults()
	for _, p := range o.Pages {
		if p.GetStarted == "" {
			p.GetStarted = defaultGetStarted
		}
		p.Domains = origins(p.Domains)
		s.pages = append(s.pages, &p)
	}
	if err := s.openApps(o.Apps); err != nil {
		return nil, err
	}
	s.loopback = o.Loopback
	if s.hooks = o.HTTP; s.hooks == nil {
		s.hooks = newHooks(o.Loopback)
	}
	names := map[queueKey]bool{}
	for _, given := range o.Subscribers {
		a := s.appOn(given.Page, given.App)
		if a == nil {
			return nil, fmt.Errorf("open plugin: subscriber of app %s, which has no token of page %s", given.App, given.Page)
		}
		sub := newSubscriber(given, a, s.http)
		if names[sub.key] {
			return nil, fmt.Errorf("open plugin: subscriber %q of page %s is given twice", sub.Name, sub.Page)
		}
		names[sub.key] = true
		s.subs = append(s.subs, sub)
	}
	db, err := openFile(o.Path)
	if err != nil {
		return nil, err
	}
	s.db = db
	if err := errors.Join(s.readTokens(), s.takeUp(), s.openShelf(o), s.warnOfLimits()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.w = newWriter(db)
	s.mux = s.routes()
	return s, nil
}

func (s *Server) setDefaults() {
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.http == nil {
		s.http, s.ownHTTP = newHTTP(), true
	}
	if s.random == nil {
		s.random = rand.Reader
	}
}

// newHTTP is the client that carries webhooks where none is given.
func newHTTP() *http.Client {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxIdleConnsPerHost: inParallel,
		IdleConnTimeout:     time.Minute,
		TLSHandshakeTimeout: postTimeout,
		ForceAttemptHTTP2:   true,
	}
	return &http.Client{
		Transport: transport,
		Timeout:   postTimeout,
		// A redirect is an answer other than 2xx: following it would turn the POST into a GET.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// readTokens takes up the secret that visitors' tokens are signed with.
func (s *Server) readTokens() error {
	return s.db.View(func(tx *bolt.Tx) error {
		s.tokens = readTokenMaker(tx)
		return nil
	})
}

// takeUp makes ready what an earlier process left in the queue.
func (s *Server) takeUp() error {
	if err := s.resubscribe(context.Background()); err != nil {
		return err
	}
	if err := dropOrphans(s.db, s.subs, s.now()); err != nil {
		return fmt.Errorf("clear the webhook queue: %w", err)
	}
	counts, err := waiting(s.db)
	if err != nil {
		return err
	}
	for _, sub := range s.subs {
		for conv, n := range counts[sub.key] {
			sub.tell(conv, n)
		}
	}
	return nil
}

// openShelf makes ready the folder of files.
func (s *Server) openShelf(o Options) (err error) {
	if o.Files == "" {
		o.Files = filesFolder(o.Path)
	}
	var rows []fileRow
	if err := s.db.View(func(tx *bolt.Tx) (err error) {
		rows, err = allFiles(tx)
		return err
	}); err != nil {
		return err
	}
	s.shelf, err = newShelf(o.Files, rows)
	return err
}

// Close ends Run, waits for it and for changes under way, and releases the file. Every later call answers ErrClosed.
// When ctx ends first, Close says so, and the file stays open until the process ends.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	ended := s.runEnded
	if s.stopRun != nil {
		s.stopRun()
	}
	s.mu.Unlock()
	s.EndLines()
	if ended != nil {
		select {
		case <-ended:
		case <-ctx.Done():
			return fmt.Errorf("close the chat plugin: webhooks are still being delivered: %w", ctx.Err())
		}
	}
	if err := s.board.wait(ctx); err != nil {
		return err
	}
	if s.ownHTTP {
		s.http.CloseIdleConnections()
		s.hooks.CloseIdleConnections()
	}
	s.w.close()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close plugin.db: %w", err)
	}
	return nil
}

// page finds a page by its id, nil if it is not ours.
func (s *Server) page(id string) *Page {
	for _, p := range s.pages {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// randomBytes fills b from the source of the options, which need not be safe for concurrent use.
func (s *Server) randomBytes(b []byte) error {
	s.randomMu.Lock()
	defer s.randomMu.Unlock()
	if _, err := io.ReadFull(s.random, b); err != nil {
		return fmt.Errorf("draw random bytes: %w", err)
	}
	return nil
}

// view reads the file.
func (s *Server) view(ctx context.Context, read func(*bolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.db.View(read)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}
