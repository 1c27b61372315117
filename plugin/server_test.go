package plugin_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the platform's older header
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

const (
	siteID    = "100200300400500"
	siteToken = "site-token"
	pageID    = "100200300400600"
	pageToken = "page-token"
	secret    = "a secret of the tests"
	patience  = 10 * time.Second // for what takes milliseconds
)

func site() plugin.Page {
	return plugin.Page{ID: siteID, Name: "Lumen Bikes", Token: siteToken, AppSecret: secret, AppID: "512340000000007"}
}

func simulatedPage() plugin.Page {
	return plugin.Page{ID: pageID, Name: "Lumen Bikes", Token: pageToken, AppSecret: secret, Messenger: true}
}

// platform is a server under test, with its HTTP front.
type platform struct {
	*plugin.Server
	t    *testing.T
	http *httptest.Server
	stop func()

	mu     sync.Mutex
	posted []string // the JSON bodies of Graph calls, as they arrived
}

// listen notes the bodies of Graph calls on their way to the server.
func (p *platform) listen(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/json" && !strings.HasPrefix(r.URL.Path, "/plugin/") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // cut off by the other side
		}
		p.mu.Lock()
		p.posted = append(p.posted, string(body))
		p.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	p.ServeHTTP(w, r)
}

// start opens a server on a file and runs it until the test ends or stop is called.
func start(t *testing.T, o plugin.Options) *platform {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "plugin.db")
	}
	if o.Pages == nil {
		o.Pages = []plugin.Page{site(), simulatedPage()}
	}
	front := httptest.NewUnstartedServer(nil)
	if o.URL == "" {
		o.URL = "http://" + front.Listener.Addr().String()
	}
	srv, err := plugin.Open(o)
	if err != nil {
		t.Fatal(errors.Join(err, front.Listener.Close()))
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- srv.Run(ctx) }()
	p := &platform{Server: srv, t: t, http: front}
	front.Config.Handler = http.HandlerFunc(p.listen)
	front.Start()
	p.stop = sync.OnceFunc(func() {
		p.http.Close()
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := srv.Close(context.Background()); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	t.Cleanup(p.stop)
	return p
}

func (p *platform) visitor(profile plugin.Profile) (plugin.Contact, string) {
	p.t.Helper()
	c, token, err := p.NewVisitor(p.t.Context(), siteID, profile)
	if err != nil {
		p.t.Fatal(err)
	}
	return c, token
}

// answer is what a call got.
type answer struct {
	status int
	body   map[string]any
}

// call makes a JSON call and reads a JSON answer.
func (p *platform) call(method, path, token, body string) answer {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.http.URL+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return p.do(req)
}

func (p *platform) do(req *http.Request) answer {
	p.t.Helper()
	a, _ := p.answered(req)
	return a
}

// answered is do with the answer's headers.
func (p *platform) answered(req *http.Request) (answer, http.Header) {
	p.t.Helper()
	res, err := p.http.Client().Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	a := answer{status: res.StatusCode}
	if err := json.Unmarshal(raw, &a.body); err != nil {
		p.t.Fatalf("%s %s answered %d with %q, which is not a JSON object", req.Method, req.URL.Path, res.StatusCode, raw)
	}
	return a, res.Header
}

// send makes the page say a text and returns its mid.
func (p *platform) send(c plugin.Contact, message string) string {
	p.t.Helper()
	token := siteToken
	if c.Page == pageID {
		token = pageToken
	}
	a := p.call("POST", "/v25.0/me/messages", token,
		fmt.Sprintf(`{"recipient":{"id":%q},"messaging_type":"RESPONSE","message":%s}`, c.ID, message))
	mid, _ := a.body["message_id"].(string)
	if a.status != 200 || a.body["recipient_id"] != c.ID || !strings.HasPrefix(mid, "m_") {
		p.t.Fatalf("send answered %d %v", a.status, a.body)
	}
	return mid
}

// receiver is a subscriber that checks what Meta promises of every delivery and hands the events on.
type receiver struct {
	t      *testing.T
	http   *httptest.Server
	events chan messenger.Event
	mu     sync.Mutex
	answer func(messenger.Event) int // nil: 200
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, events: make(chan messenger.Event, 4096)}
	r.http = httptest.NewServer(r)
	t.Cleanup(r.http.Close)
	return r
}

func (r *receiver) subscriptions() []plugin.Subscriber {
	return []plugin.Subscriber{{Page: siteID, Name: "desk", URL: r.http.URL}, {Page: pageID, Name: "desk", URL: r.http.URL}}
}

func (r *receiver) answerWith(f func(messenger.Event) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // cut off by the other side
	}
	ev := r.check(req, body)
	r.mu.Lock()
	status := http.StatusOK
	if r.answer != nil {
		status = r.answer(ev)
	}
	r.mu.Unlock()
	w.WriteHeader(status)
	if status == http.StatusOK {
		r.events <- ev
	}
}

// check reads a delivery and complains about everything that Meta would not do.
func (r *receiver) check(req *http.Request, body []byte) messenger.Event {
	for header, want := range map[string]string{
		"X-Hub-Signature-256": "sha256=" + digest(sha256.New, body),
		"X-Hub-Signature":     "sha1=" + digest(sha1.New, body),
	} {
		if got := req.Header.Get(header); got != want {
			r.t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if bytes.ContainsFunc(body, func(c rune) bool { return c > 0x7E }) || strings.Contains(string(body), "://") {
		r.t.Errorf("the body is not escaped as Meta does: %s", body)
	}
	env, err := messenger.ParseEnvelope(body)
	if err != nil || env.Object != "page" || len(env.Entries) != 1 || len(env.Entries[0].Events) != 1 {
		r.t.Errorf("want one event in one entry of a page, got %s (%v)", body, err)
		return messenger.Event{}
	}
	ev := env.Entries[0].Events[0]
	if id := env.Entries[0].ID; id != ev.Recipient.ID && id != ev.Sender.ID {
		r.t.Errorf("entry of %s holds an event between %s and %s", id, ev.Sender.ID, ev.Recipient.ID)
	}
	return ev
}

func digest(algorithm func() hash.Hash, body []byte) string {
	mac := hmac.New(algorithm, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// next is the next event that was taken, which must be of a kind.
func (r *receiver) next(kind messenger.Kind) messenger.Event {
	r.t.Helper()
	select {
	case ev := <-r.events:
		if ev.Kind != kind {
			r.t.Fatalf("got an event of kind %s, want %s: %s", ev.Kind, kind, ev.Raw)
		}
		return ev
	case <-time.After(patience):
		r.t.Fatalf("no event of kind %s came", kind)
		panic("unreachable")
	}
}

// quiet checks that everything was delivered and nothing is left in the queues.
func (p *platform) quiet() {
	p.t.Helper()
	p.eventually("empty queues", func() bool {
		for _, st := range p.Subscribers() {
			if st.Queued > 0 {
				return false
			}
		}
		return true
	})
}

// eventually waits for what other goroutines are about to do.
func (p *platform) eventually(what string, holds func() bool) {
	p.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatalf("waited in vain for %s", what)
		}
	}
}
