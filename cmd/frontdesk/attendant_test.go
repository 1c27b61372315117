package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/desk/presence"
	"frontdesk/internal/control"
	"frontdesk/plugin"
	"frontdesk/store"
)

// online opens a visitor's line, as the browser of somebody who has the website open does. leave ends it.
func (v *siteVisitor) online(t *testing.T) (leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+"/plugin/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+v.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the line of a visitor: %s", res.Status)
	}
	leave = func() {
		cancel()
		res.Body.Close()
	}
	t.Cleanup(leave)
	return leave
}

// does makes a call as the visitor.
func (v *siteVisitor) does(t *testing.T, path string, in map[string]string) {
	t.Helper()
	var out json.RawMessage
	if err := v.post(t.Context(), path, in, &out); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// comesTo makes a visitor who writes from a page.
func comesTo(t *testing.T, d desk.Contract, page, text string) *siteVisitor {
	t.Helper()
	state, err := d.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, err := newSiteVisitor(t.Context(), state, visitorFlags{ref: "pricing", page: page, name: "Mara Voss"})
	if err != nil {
		t.Fatal(err)
	}
	mid, err := v.say(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	if err := arrived(t.Context(), d, v.conversation(), mid); err != nil {
		t.Fatal(err)
	}
	return v
}

// wantPresence waits until a desk knows a visitor as ok says.
func wantPresence(t *testing.T, d desk.Attendance, id store.ConversationID, what string, ok func(p desk.Presence, known bool) bool) {
	t.Helper()
	var (
		p     desk.Presence
		known bool
	)
	if !poll(func() bool {
		all, err := d.Presences(context.WithoutCancel(t.Context()), []store.ConversationID{id})
		p, known = all[id]
		return err == nil && ok(p, known)
	}) {
		t.Fatalf("%s: known %v as %+v", what, known, p)
	}
}

// TestTheInboxKnowsWhoIsThere has a visitor of the real plugin come, walk and type over HTTP, and looks at what the desk
// and a screen in another process know of it; nothing of it may come into the log.
func TestTheInboxKnowsWhoIsThere(t *testing.T) {
	t.Parallel()
	const prices, bikes = "https://lumen.example/pricing?currency=eur", "https://lumen.example/bikes"
	h, s := stageHouse(t)
	remote, err := control.Dial(t.Context(), socketPath(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := remote.Close(); err != nil {
			t.Error(err)
		}
	})
	comings, err := remote.Comings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := comesTo(t, h.desk, prices, "Is the battery in the price?")
	id := v.conversation()
	v.online(t)
	head := h.stores.Log.Head()

	wantPresence(t, h.desk, id, "online", func(p desk.Presence, _ bool) bool { return p.Online && !p.Typing && p.PageURL == prices })
	select {
	case <-comings:
	case <-time.After(5 * time.Second):
		t.Error("a screen in another process is not told that somebody came")
	}
	v.does(t, "/plugin/typing", map[string]string{})
	wantPresence(t, remote, id, "typing, in another process", func(p desk.Presence, _ bool) bool { return p.Online && p.Typing })
	v.does(t, "/plugin/page", map[string]string{"page_url": bikes, "title": "All bikes", "referrer": prices})
	wantPresence(t, remote, id, "on another page", func(p desk.Presence, _ bool) bool {
		return p.PageURL == bikes && p.Title == "All bikes" && p.Referrer == prices
	})
	if now := h.stores.Log.Head(); now != head {
		t.Errorf("being there put %d records into the log", now-head)
	}

	walk, err := remote.Walk(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(walk.Visits) != 2 || walk.Visits[0].PageURL != bikes || walk.Visits[1].PageURL != prices || walk.Visits[1].Ref != "pricing" {
		t.Errorf("the way, newest first: %+v", walk.Visits)
	}

	var out bytes.Buffer
	if _, err := list(t.Context(), &door{Contract: remote}, &out, store.Query{}, 0, true); err != nil {
		t.Fatal(err)
	}
	var row conversationJSON
	if err := json.Unmarshal(out.Bytes(), &row); err != nil {
		t.Fatal(err)
	}
	if p := row.Presence; p == nil || !p.Online || p.PageURL != bikes || p.Title != "All bikes" {
		t.Errorf("list --json has the presence %+v", p)
	}

	v.does(t, "/plugin/messages", map[string]string{"text": "And in green?"})
	wantPresence(t, h.desk, id, "a message ends the typing", func(p desk.Presence, _ bool) bool { return p.Online && !p.Typing })
}

// TestWhoLeftIsGoneWhenThatIsKnown lets the platform's clock go on until somebody who left counts as gone, and then ends
// the platform: from then on nobody is known to be anything.
func TestWhoLeftIsGoneWhenThatIsKnown(t *testing.T) {
	t.Parallel()
	const page = "100200300400500"
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	p, err := plugin.Open(plugin.Options{
		Path: filepath.Join(t.TempDir(), "plugin.db"), Now: now, URL: "http://127.0.0.1:1", Loopback: true,
		Pages: []plugin.Page{{ID: page, Name: "Website", Token: "token", AppSecret: "secret"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var ousted atomic.Bool // somebody else has the platform's address
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ousted.Load() {
			http.NotFound(w, r)
			return
		}
		p.ServeHTTP(w, r)
	}))
	watcher := presence.New(presence.Options{
		Sites: []presence.Site{{Inbox: page, Token: "token"}}, Base: func() string { return server.URL },
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- watcher.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		p.EndLines()
		server.Close()
		if err := p.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	state := desk.State{Listening: server.URL, Inboxes: []desk.Inbox{{ID: page, Plugin: true}}}
	var visitors []*siteVisitor
	for range 2 {
		v, err := newSiteVisitor(t.Context(), state, visitorFlags{page: "https://lumen.example/"})
		if err != nil {
			t.Fatal(err)
		}
		visitors = append(visitors, v)
	}
	left, stays := visitors[0], visitors[1]
	leave := left.online(t)
	stays.online(t)
	here := attendance{watcher}
	for _, v := range visitors {
		wantPresence(t, here, v.conversation(), "online", func(p desk.Presence, _ bool) bool { return p.Online })
	}
	leave()
	wantPresence(t, here, left.conversation(), "gone", func(p desk.Presence, known bool) bool {
		ahead.Add(int64(10 * time.Second)) // the platform notices in its own time that the line has ended
		stays.does(t, "/plugin/typing", map[string]string{})
		return known && !p.Online && p.LastSeen > 0
	})
	wantPresence(t, here, stays.conversation(), "still there", func(p desk.Presence, _ bool) bool { return p.Online && p.Typing })

	ousted.Store(true)
	server.CloseClientConnections()
	for _, v := range visitors {
		wantPresence(t, here, v.conversation(), "nobody knows", func(_ desk.Presence, known bool) bool { return !known })
	}
}

// attendance asks a watcher as a desk is asked.
type attendance struct{ *presence.Watcher }

func (a attendance) Presences(_ context.Context, ids []store.ConversationID) (map[store.ConversationID]desk.Presence, error) {
	return a.Watcher.Presences(ids), nil
}

func (a attendance) Comings(context.Context) (<-chan struct{}, error) {
	news, _ := a.News()
	return news, nil
}
