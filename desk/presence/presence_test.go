package presence_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk/presence"
	"frontdesk/store"
)

const (
	page  = store.InboxID("109872000000909")
	token = "page-token"
	mara  = "9000000000000000001"
	tom   = "9000000000000000002"
)

func conversation(visitor string) store.ConversationID {
	return store.NewConversationID(page, store.Contact{Kind: store.ContactVisitor, ID: visitor})
}

// feed is a platform that says what a test has it say, to whoever has the page's token.
type feed struct {
	t      *testing.T
	server *httptest.Server
	lines  chan string // what is written to the line that is open; "end" ends it
	opened chan struct{}

	mu    sync.Mutex
	about string // the answer about any contact
}

func newFeed(t *testing.T) *feed {
	t.Helper()
	f := &feed{t: t, lines: make(chan string), opened: make(chan struct{}, 100)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /plugin/watch", f.watch)
	mux.HandleFunc("GET /plugin/contacts/{id}", func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.about == "" {
			http.Error(w, "{}", http.StatusNotFound)
			return
		}
		fmt.Fprint(w, f.about)
	})
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	return f
}

func (f *feed) watch(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	f.opened <- struct{}{}
	for {
		select {
		case s := <-f.lines:
			if s == "end" {
				return
			}
			fmt.Fprint(w, s)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// say writes to the open line.
func (f *feed) say(s string) {
	f.t.Helper()
	select {
	case f.lines <- s:
	case <-time.After(5 * time.Second):
		f.t.Fatal("nobody listens")
	}
}

// tell says how a visitor is there.
func (f *feed) tell(data string) { f.t.Helper(); f.say("event: presence\ndata: " + data + "\n\n") }

// open waits until a line is open.
func (f *feed) open() {
	f.t.Helper()
	select {
	case <-f.opened:
	case <-time.After(5 * time.Second):
		f.t.Fatal("no line was opened")
	}
}

// watched runs a watcher of the feed until the test ends.
func watched(t *testing.T, f *feed, change func(*presence.Options)) *presence.Watcher {
	t.Helper()
	o := presence.Options{
		Sites: []presence.Site{{Inbox: page, Token: token}}, Base: func() string { return f.server.URL }, Pause: time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	w := presence.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return w
}

// until waits for news after which somebody is there as want says; nil is unknown.
func until(t *testing.T, w *presence.Watcher, visitor string, want *presence.Presence) {
	t.Helper()
	news, stop := w.News()
	defer stop()
	limit := time.After(5 * time.Second)
	for {
		got, known := w.Presences([]store.ConversationID{conversation(visitor)})[conversation(visitor)]
		if want == nil && !known || want != nil && known && got == *want {
			return
		}
		select {
		case <-news:
		case <-limit:
			t.Fatalf("known %v as %+v, want %+v", known, got, want)
		}
	}
}

func TestPresenceIsWhatTheFeedSays(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	w := watched(t, f, nil)
	f.open()
	f.say(":\n\nretry: 2000\n\n")
	f.tell(`{"id":"` + mara + `","online":true,"page_url":"https://lumen.example/pricing","title":"Prices","referrer":"https://search.example/","last_seen":7}`)
	there := presence.Presence{Online: true, LastSeen: 7, PageURL: "https://lumen.example/pricing", Title: "Prices", Referrer: "https://search.example/"}
	until(t, w, mara, &there)
	until(t, w, tom, nil)

	f.tell(`{"id":"` + mara + `","online":true,"typing":true}`)
	until(t, w, mara, &presence.Presence{Online: true, Typing: true})

	f.tell(`{"id":"` + tom + `","online":false,"typing":true,"last_seen":9}`)
	until(t, w, tom, &presence.Presence{LastSeen: 9}) // nobody who has gone types
	if got := w.Presences(nil); len(got) != 1 || !got[conversation(mara)].Online {
		t.Errorf("without ids it is %v, want Mara alone: she is online", got)
	}
}

func TestWhatCannotBeReadCostsThatAlone(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	w := watched(t, f, nil)
	f.open()
	f.say("event: presence\ndata: {broken\n\n")
	f.say("event: presence\ndata: {\"online\":true}\n\n")
	f.say("event: other\ndata: {\"id\":\"" + tom + "\",\"online\":true}\n\n")
	f.tell(`{"id":"` + mara + `","online":true,"page_url":"https://lumen.example/` + strings.Repeat("a", 3000) + `"}`)
	until(t, w, mara, &presence.Presence{Online: true}) // half an address would lead elsewhere
	until(t, w, tom, nil)
}

func TestADeadLineMakesEverybodyUnknown(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*feed){
		"ended":              func(f *feed) { f.say("end") },
		"silent":             func(*feed) {},
		"a line without end": func(f *feed) { f.say("data: " + strings.Repeat("x", 70_000)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFeed(t)
			w := watched(t, f, func(o *presence.Options) {
				if name == "silent" {
					o.Silence = 1500 * time.Millisecond
				}
			})
			f.open()
			f.tell(`{"id":"` + mara + `","online":true}`)
			until(t, w, mara, &presence.Presence{Online: true})
			end(f)
			until(t, w, mara, nil)
			f.open() // and it comes back by itself
			f.tell(`{"id":"` + mara + `","online":true,"typing":true}`)
			until(t, w, mara, &presence.Presence{Online: true, Typing: true})
		})
	}
}

func TestTheTokenGoesNowhereElse(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 10)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("Authorization")
	}))
	t.Cleanup(other.Close)
	tried := make(chan struct{}, 1000)
	f := &feed{t: t, server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case tried <- struct{}{}:
		default:
		}
		http.Redirect(w, r, other.URL, http.StatusFound)
	}))}
	t.Cleanup(f.server.Close)
	w := watched(t, f, nil)
	<-tried
	<-tried
	if _, err := w.Walk(t.Context(), conversation(mara)); err == nil {
		t.Error("a redirect was taken for an answer")
	}
	select {
	case token := <-asked:
		t.Errorf("a redirect was followed with %q", token)
	default:
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	w := watched(t, f, nil)
	f.open()
	f.mu.Lock()
	f.about = `{"id":"` + mara + `","online":false,"last_seen":30,"trail":[
		{"at":10,"page_url":"https://lumen.example/","referrer":"https://search.example/"},
		{"at":20,"page_url":"https://lumen.example/pricing","title":"Prices","ref":"pricing"}]}`
	f.mu.Unlock()
	got, err := w.Walk(t.Context(), conversation(mara))
	if err != nil {
		t.Fatal(err)
	}
	want := presence.Walk{Visits: []presence.Visit{
		{At: 20, PageURL: "https://lumen.example/pricing", Title: "Prices", Ref: "pricing"},
		{At: 10, PageURL: "https://lumen.example/", Referrer: "https://search.example/"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("newest first (-want +got):\n%s", diff)
	}
	until(t, w, mara, &presence.Presence{LastSeen: 30}) // who was not there when asked is gone until the line says otherwise

	f.tell(`{"id":"` + mara + `","online":true}`)
	until(t, w, mara, &presence.Presence{Online: true})
	if _, err := w.Walk(t.Context(), conversation(mara)); err != nil {
		t.Fatal(err)
	}
	until(t, w, mara, &presence.Presence{Online: true}) // the line knows better than an answer that was on its way
}

func TestWalkOfNobody(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	w := watched(t, f, nil)
	for name, id := range map[string]store.ConversationID{
		"a person of a Page":      "109872000000101:7412000000000101",
		"a visitor of elsewhere":  "109872000000101:visitor:9000000000000000001",
		"a person of that inbox":  store.ConversationID(page) + ":7412000000000101",
		"whom the plugin forgets": conversation(mara),
	} {
		if _, err := w.Walk(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, want store.ErrNotFound", name, err)
		}
	}
	if _, err := w.Walk(t.Context(), "no id"); err == nil {
		t.Error("what is no conversation's id has a way")
	}
}

func TestWithoutAPlatformNothingIsKnown(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	w := watched(t, f, func(o *presence.Options) { o.Base = func() string { return "" } })
	if got := w.Presences([]store.ConversationID{conversation(mara)}); len(got) != 0 {
		t.Errorf("known: %v", got)
	}
	if _, err := w.Walk(t.Context(), conversation(mara)); err == nil {
		t.Error("a way was found without a platform")
	}
}
