package browser_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/internal/chromium"
	"frontdesk/messenger"
	"frontdesk/plugin"
	"frontdesk/plugin/browser"
)

const (
	talkPage   = "100200300400500"
	talkToken  = "site-token"
	talkSecret = "a secret of the tests"
)

// house is the platform with weather in front of it: what stands between a visitor and us in bad moments. The address
// stays the same when the platform is closed and opened again.
type house struct {
	t    *testing.T
	url  string
	path string // of plugin.db
	told chan messenger.Event

	mu     sync.Mutex
	server *plugin.Server // nil while it is down
	stop   func()
	storm  func(w http.ResponseWriter, r *http.Request, next http.Handler) // nil: fair weather
	seen   []string                                                        // the calls that came, as in "POST /plugin/messages"
	lines  map[*deaf]struct{}
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, path: filepath.Join(t.TempDir(), "plugin.db"), told: make(chan messenger.Event, 1024), lines: map[*deaf]struct{}{}}
	mux := http.NewServeMux()
	mux.Handle("GET /shop/frame/", http.StripPrefix("/shop/frame/", http.FileServer(http.Dir("assets/frame"))))
	mux.HandleFunc("GET /talk.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "testdata/talk.js") })
	mux.HandleFunc("GET /shop", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><link rel=icon href="data:,"><title>Shop</title><script type=module src=/talk.js></script>`)
	})
	mux.HandleFunc("POST /webhook", h.hook)
	mux.HandleFunc("/", h.serve)
	browsers, err := browser.New(browser.Options{Site: talkSite{h}, Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	browsers.Routes(mux, http.HandlerFunc(h.serve))
	front := httptest.NewServer(mux)
	t.Cleanup(front.Close)
	h.url = front.URL
	h.open()
	t.Cleanup(h.down)
	return h
}

// talkSite is the platform as browsers need it, whichever is open just now.
type talkSite struct{ h *house }

var _ browser.Site = talkSite{}

func (s talkSite) now() (*plugin.Server, error) {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	if s.h.server == nil {
		return nil, plugin.ErrClosed
	}
	return s.h.server, nil
}

func (s talkSite) PageIDs() []string { return []string{talkPage} }

func (s talkSite) FrameAncestors(ctx context.Context, page string) (string, error) {
	server, err := s.now()
	if err != nil {
		return "", err
	}
	return server.FrameAncestors(ctx, page)
}

func (s talkSite) Embedder(r *http.Request, page string) error {
	server, err := s.now()
	if err != nil {
		return err
	}
	return server.Embedder(r, page)
}

func (s talkSite) Look(ctx context.Context, r *http.Request, page, locale string) (browser.Look, error) {
	server, err := s.now()
	if err != nil {
		return browser.Look{}, err
	}
	look, err := server.Look(ctx, r, page, locale)
	return browser.Look(look), err
}

// open opens the platform on its file.
func (h *house) open() {
	h.t.Helper()
	server, err := plugin.Open(plugin.Options{
		Path: h.path, URL: h.url, Loopback: true,
		Pages: []plugin.Page{{
			ID: talkPage, Name: "Lumen Bikes", Token: talkToken, AppSecret: talkSecret, AppID: "512340000000007", IdentitySecret: talkSecret,
		}},
		Subscribers: []plugin.Subscriber{{Page: talkPage, Name: "desk", URL: h.url + "/webhook"}},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- server.Run(ctx) }()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.server, h.stop = server, func() {
		end()
		if err := <-ran; err != nil {
			h.t.Errorf("Run: %v", err)
		}
		if err := server.Close(context.Background()); err != nil {
			h.t.Errorf("Close: %v", err)
		}
	}
}

// down closes the platform; calls find nobody from then on.
func (h *house) down() {
	h.mu.Lock()
	stop := h.stop
	h.server, h.stop = nil, nil
	h.mu.Unlock()
	if stop != nil {
		stop()
	}
}

// weather sets what happens to calls from now on; nil is fair.
func (h *house) weather(storm func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.storm = storm
}

func (h *house) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	server, storm := h.server, h.storm
	h.seen = append(h.seen, r.Method+" "+r.URL.Path)
	h.mu.Unlock()
	switch {
	case server == nil:
		hangUp(w)
	case storm != nil:
		storm(w, r, server)
	case r.URL.Path == "/plugin/events":
		d := &deaf{ResponseWriter: w}
		h.mu.Lock()
		h.lines[d] = struct{}{}
		h.mu.Unlock()
		server.ServeHTTP(d, r)
	default:
		server.ServeHTTP(w, r)
	}
}

// calls is how many calls of a kind came so far.
func (h *house) calls(kind string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, one := range h.seen {
		if one == kind {
			n++
		}
	}
	return n
}

// deaf is a line on which, from a moment on, nothing goes through, and nobody is told.
type deaf struct {
	http.ResponseWriter
	mu   sync.Mutex
	dead bool
}

func (d *deaf) Unwrap() http.ResponseWriter { return d.ResponseWriter }

func (d *deaf) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return len(b), nil
	}
	return d.ResponseWriter.Write(b)
}

// deafen makes the open lines dead without ending them, as a machine's sleep or a lost way does.
func (h *house) deafen() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for d := range h.lines {
		d.mu.Lock()
		d.dead = true
		d.mu.Unlock()
		delete(h.lines, d)
	}
}

// hangUp breaks the connection of a call.
func hangUp(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // the other side is to see it break
		}
		_ = conn.Close()
	}
}

func (h *house) hook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // cut off by the other side
	}
	env, err := messenger.ParseEnvelope(body)
	if err != nil {
		h.t.Errorf("webhook: %v", err)
		return
	}
	for _, entry := range env.Entries {
		for _, ev := range entry.Events {
			h.told <- ev
		}
	}
	w.WriteHeader(http.StatusOK)
}

// next is the next event of a kind; others are passed over.
func (h *house) next(kind messenger.Kind) messenger.Event {
	h.t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case ev := <-h.told:
			if ev.Kind == kind {
				return ev
			}
		case <-late:
			h.t.Fatalf("no event of kind %s came", kind)
		}
	}
}

// graph makes a call with the page's token.
func (h *house) graph(method, path, body string) map[string]any {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+talkToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
		h.t.Fatalf("%s %s: %d %v %v", method, path, res.StatusCode, out, err)
	}
	return out
}

// say makes the page say something and returns the mid.
func (h *house) say(visitor, message string) string {
	h.t.Helper()
	out := h.graph("POST", "/me/messages", fmt.Sprintf(`{"recipient":{"id":%q},"message":%s}`, visitor, message))
	mid, _ := out["message_id"].(string)
	return mid
}

// kept are the texts of a conversation as the platform has them, oldest first.
func (h *house) kept(visitor string) []string {
	h.t.Helper()
	h.mu.Lock()
	server := h.server
	h.mu.Unlock()
	messages, err := server.Messages(h.t.Context(), plugin.Contact{Page: talkPage, ID: visitor}, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	texts := []string{}
	for _, m := range messages {
		switch {
		case m.Text != "":
			texts = append(texts, m.Text)
		case len(m.Files) > 0:
			texts = append(texts, m.Files[0].Name)
		}
	}
	return texts
}

// shop is a tab with the talk in it.
type shop struct {
	*chromium.Page
	t *testing.T
	h *house
}

// visit opens the shop; query is as testdata/talk.js has it.
func (h *house) visit(t *testing.T, profile *chromium.Profile, query string) shop {
	t.Helper()
	s := shop{profile.Page(t, chromium.Desktop), t, h}
	s.Go(h.url + "/shop" + query)
	s.ready()
	return s
}

func (s shop) ready() {
	s.t.Helper()
	s.Wait("the talk", "document.title === 'ready' && talk.state.phase !== 'loading'")
}

// begin begins a conversation and returns the visitor's id.
func (s shop) begin() string {
	s.t.Helper()
	s.Wait("the greeting", "talk.state.phase === 'greeting'")
	s.Eval("talk.begin()", nil)
	ev := s.h.next(messenger.KindPostback)
	s.Wait("the chat", "talk.state.phase === 'chat' && talk.state.net === 'online'")
	return ev.Sender.ID
}

// shows waits until the thread is this: each message with whose it is and its state, as in "visitor hello sent".
func (s shop) shows(want ...string) {
	s.t.Helper()
	raw, err := json.Marshal(want)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Wait("a thread of "+string(raw), fmt.Sprintf("JSON.stringify(said()) === JSON.stringify(%s) || (() => { throw new Error(JSON.stringify(said())) })()", raw))
}

func (s shop) say(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		s.Eval(fmt.Sprintf("talk.say(%q)", text), nil)
	}
}

// wants fails the test unless the platform has these texts of a visitor, each once and in this order.
func (h *house) wants(visitor string, want ...string) {
	h.t.Helper()
	if got := h.kept(visitor); strings.Join(got, "|") != strings.Join(want, "|") {
		h.t.Errorf("the platform has %q, want %q", got, want)
	}
}

// lost lets the first n calls of a kind through and loses their answers.
func lost(kind string, n int) func(http.ResponseWriter, *http.Request, http.Handler) {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		lose := r.Method+" "+r.URL.Path == kind && n > 0
		if lose {
			n--
		}
		mu.Unlock()
		if !lose {
			next.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(httptest.NewRecorder(), r)
		hangUp(w)
	}
}

// refusing answers calls of a kind by itself.
func refusing(kind string, status int, header http.Header, body string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method+" "+r.URL.Path != kind {
			next.ServeHTTP(w, r)
			return
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
