package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// graph is a platform on loopback that answers as told and remembers what it was sent.
type graph struct {
	*httptest.Server
	mu  sync.Mutex
	got []messenger.SendRequest
	all []string // the same, as it came
}

func newGraph(t *testing.T, answer func(w http.ResponseWriter, n int, r messenger.SendRequest)) *graph {
	t.Helper()
	g := &graph{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // of all calls only the end of a conversation is asked for
			fmt.Fprintf(w, `{"data":[{"participants":{"data":[{"id":%q}]},"messages":{"data":[]}}]}`, r.URL.Query().Get("user_id"))
			return
		}
		var body messenger.SendRequest
		raw, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(raw, &body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		g.mu.Lock()
		g.got, g.all = append(g.got, body), append(g.all, string(raw))
		n := len(g.got)
		g.mu.Unlock()
		answer(w, n, body)
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *graph) requests() []messenger.SendRequest {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.got)
}

// raw is the body of the nth request, from 0.
func (g *graph) raw(n int) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all[n]
}

func accept(w http.ResponseWriter, r messenger.SendRequest) {
	fmt.Fprintf(w, `{"recipient_id":%q,"message_id":%q}`, r.Recipient.ID, "m_"+r.Message.Metadata)
}

// refuse answers with a recorded body.
func refuse(t *testing.T, w http.ResponseWriter, status int, file string) {
	body, err := os.ReadFile(filepath.Join("..", "messenger", "testdata", "graph", file))
	if err != nil {
		t.Error(err)
	}
	w.WriteHeader(status)
	w.Write(body)
}

func TestSent(t *testing.T) {
	t.Parallel()
	g := newGraph(t, func(w http.ResponseWriter, _ int, r messenger.SendRequest) { accept(w, r) })
	w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL)})
	id := w.writes(pageID, psid(maya), "Do you ship to Norway?", 0)
	m := w.reply(id, "Yes.")
	got := w.untilState(m, store.StateSent)
	if got.MID != "m_"+string(m.Token) || got.Attempts != 1 || got.Error != nil {
		t.Errorf("sent as %+v", got)
	}
	req := g.requests()
	if len(req) != 1 || req[0].Recipient.ID != maya || req[0].MessagingType != messenger.Response || req[0].Message.Metadata != string(m.Token) {
		t.Errorf("the platform got %+v", req)
	}
	w.append([]store.Fact{{Kind: store.FactDelivery, Inbox: pageID, Contact: psid(maya), At: got.At + 1, MIDs: []string{got.MID}, Key: "d"}})
	w.untilState(m, store.StateDelivered)
	w.append([]store.Fact{{Kind: store.FactRead, Inbox: pageID, Contact: psid(maya), At: got.TriedAt + 2, Watermark: got.TriedAt + 2, Key: "r"}})
	w.untilState(m, store.StateRead)
}

// TestAnswers is what each of the platform's answers leads to. Requests counts those made for the first reply.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for file, c := range map[string]struct {
		status   int
		state    store.DeliveryState
		requests int
		safe     bool // repeating is
		alert    bool // sending stops for the inbox
	}{
		"error-10-2018278-outside-window.json":         {400, store.StateFailed, 1, true, false},
		"error-10-2018065-outside-window-old.json":     {400, store.StateFailed, 1, true, false},
		"error-10-2018108-cannot-receive.json":         {400, store.StateFailed, 1, true, false},
		"error-10-1893063-page-restricted.json":        {400, store.StateHeld, 1, true, true},
		"error-100-2018001-no-matching-user.json":      {400, store.StateFailed, 1, true, false},
		"error-551-person-not-available.json":          {400, store.StateFailed, 1, true, false},
		"error-551-no-subcode.json":                    {400, store.StateFailed, 1, true, false},
		"error-200-1545041.json":                       {403, store.StateFailed, 1, true, false},
		"error-2018300-thread-owned-by-other-app.json": {400, store.StateFailed, 1, true, false},
		"error-10900-private-reply-not-allowed.json":   {400, store.StateFailed, 1, true, false},
		"error-100-text-too-long.json":                 {400, store.StateFailed, 1, true, false},
		"error-100-2018008-fetch-failed.json":          {400, store.StateFailed, 2, true, false},
		"error-100-2018047-upload-type-mismatch.json":  {400, store.StateFailed, 1, true, false},
		"error-100-2018109-attachment-too-large.json":  {400, store.StateFailed, 1, true, false},
		"error-100-2018294-video-timeout.json":         {400, store.StateFailed, 2, true, false},
		"error-100-1893061-retired-tag.json":           {400, store.StateFailed, 1, true, false},
		"error-100-33-unsupported-request.json":        {400, store.StateHeld, 1, true, true},
		"error-190-463-token-expired.json":             {401, store.StateHeld, 1, true, true},
		"error-190-460-password-changed.json":          {401, store.StateHeld, 1, true, true},
		"error-190-invalid-token.json":                 {401, store.StateHeld, 1, true, true},
		"error-200-2018028-not-tester.json":            {403, store.StateFailed, 1, true, false},
		"error-200-permission.json":                    {403, store.StateHeld, 1, true, true},
		"error-230-requires-permission.json":           {403, store.StateHeld, 1, true, true},
		"error-368-policy-block.json":                  {400, store.StateHeld, 1, true, true},
		"error-1-unknown.json":                         {500, store.StateFailed, 5, true, false},
		"error-1-1357046-unclear-outcome.json":         {500, store.StateUnknown, 1, false, false},
		"error-2-temporary.json":                       {503, store.StateFailed, 5, true, false},
		"error-1200-temporary-send-failure.json":       {400, store.StateFailed, 5, true, false},
		"error-502-not-json.html":                      {502, store.StateFailed, 5, true, false},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t, func(w http.ResponseWriter, _ int, _ messenger.SendRequest) { refuse(t, w, c.status, file) })
			w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL)})
			id := w.writes(pageID, psid(maya), "hello", 0)
			got := w.untilState(w.reply(id, "hi"), c.state)
			if got.Error == nil || got.Error.Text == "" || got.Error.Retry != c.safe {
				t.Errorf("error %+v, want a sentence, and that repeating is safe: %v", got.Error, c.safe)
			}
			if n := len(g.requests()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			s, err := w.desk.State(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if alert := s.Inboxes[0].Alert; (alert != "") != c.alert {
				t.Errorf("alert %q, want one: %v", alert, c.alert)
			}
			_, err = w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: messenger.OutMessage{Text: "more"}})
			var refusal *desk.Refusal
			if errors.As(err, &refusal) != (c.alert || got.Error.Unreachable()) {
				t.Errorf("another reply: %v", err)
			}
		})
	}
}

func TestLimitsAreWaitedFor(t *testing.T) {
	t.Parallel()
	for file, status := range map[string]int{
		"error-4-app-rate-limit.json": 403, "error-613-rate-limit.json": 400, "error-80006-page-rate-limit.json": 400,
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t, func(w http.ResponseWriter, n int, r messenger.SendRequest) {
				if n < 3 {
					refuse(t, w, status, file)
					return
				}
				accept(w, r)
			})
			w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL)})
			got := w.untilState(w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi"), store.StateSent)
			if got.Attempts != 3 {
				t.Errorf("%d attempts, want 3", got.Attempts)
			}
		})
	}
}

func TestTemporaryFailureIsRepeated(t *testing.T) {
	t.Parallel()
	g := newGraph(t, func(w http.ResponseWriter, n int, r messenger.SendRequest) {
		if n < 3 {
			refuse(t, w, 503, "error-2-temporary.json")
			return
		}
		accept(w, r)
	})
	w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL)})
	got := w.untilState(w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi"), store.StateSent)
	if got.Attempts != 3 || got.Error != nil {
		t.Errorf("sent as %+v", got)
	}
}

// cutter is a server that ends connections at a chosen moment.
func cutter(t *testing.T, cut func(net.Conn)) (address string, requests func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	n := 0
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			n++
			mu.Unlock()
			cut(c)
			c.Close()
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return "http://" + l.Addr().String(), func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

func TestConnectionThatBreaks(t *testing.T) {
	t.Parallel()
	head := func(c net.Conn, n int) { io.ReadFull(c, make([]byte, n)) } //nolint:errcheck // cut short on purpose
	say := func(c net.Conn, s string) { io.WriteString(c, s) }          //nolint:errcheck // the desk's side is tested
	for name, cut := range map[string]func(net.Conn){
		"within the request": func(c net.Conn) { head(c, 20) },
		"after the request":  func(c net.Conn) { head(c, 400) },
		"within the answer": func(c net.Conn) {
			head(c, 400)
			say(c, "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"recip")
		},
		"with an answer that names no message": func(c net.Conn) {
			head(c, 400)
			say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, requests := cutter(t, cut)
			w := open(t, t.TempDir(), config{sender: graphClient(t, address)})
			id := w.writes(pageID, psid(maya), "hello", 0)
			m := w.reply(id, strings.Repeat("long ", 100))
			got := w.untilState(m, store.StateUnknown)
			if got.Error == nil || got.Error.Retry || got.Error.Advice == "" {
				t.Errorf("error %+v", got.Error)
			}
			if n := requests(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			w.echoes(m, "m_late")
			if got := w.untilState(m, store.StateSent); got.MID != "m_late" || got.Error != nil {
				t.Errorf("after its echo: %+v", got)
			}
			if n := requests(); n != 1 {
				t.Errorf("%d requests after the echo, want 1", n)
			}
		})
	}
}

func TestUnreachablePlatformIsTriedUntilItIsBack(t *testing.T) {
	t.Parallel()
	g := newGraph(t, func(w http.ResponseWriter, _ int, r messenger.SendRequest) { accept(w, r) })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	var back atomic.Bool
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if !back.Load() {
			address = nobody
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	client, err := messenger.NewClient(messenger.ClientOptions{BaseURL: g.URL, Token: "TOKEN", HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, t.TempDir(), config{sender: client})
	m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi")
	got := w.until(m, "tried more than five times", func(m store.Message) bool { return m.Attempts > 6 && m.State == store.StateQueued })
	if got.Error == nil || !strings.Contains(got.Error.Text, "not be reached") {
		t.Errorf("its state does not say why: %+v", got.Error)
	}
	back.Store(true)
	w.untilState(m, store.StateSent)
	if n := len(g.requests()); n != 1 {
		t.Errorf("%d requests arrived, want 1", n)
	}
}
