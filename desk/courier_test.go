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
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// graph is a platform on loopback that answers as told and remembers what it was sent.
type graph struct {
	*httptest.Server
	mu  sync.Mutex
	got []messenger.SendRequest
}

func newGraph(t *testing.T, answer func(w http.ResponseWriter, n int, r messenger.SendRequest)) *graph {
	t.Helper()
	g := &graph{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body messenger.SendRequest
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		g.mu.Lock()
		g.got = append(g.got, body)
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
			if errors.As(err, &refusal) != c.alert {
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

func TestOrderWithinAConversation(t *testing.T) {
	t.Parallel()
	p := &platform{}
	p.answer = func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		if n%3 == 0 {
			return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 503, Code: 2}
		}
		return took(r), nil
	}
	w := open(t, t.TempDir(), config{sender: p})
	a, b := w.writes(pageID, psid(maya), "hello", 0), w.writes(pageID, psid(noor), "hello", 0)
	var last []store.Message
	for _, id := range []store.ConversationID{a, b} {
		var m store.Message
		for i := range 10 {
			m = w.reply(id, fmt.Sprintf("%s %02d", id, i))
		}
		last = append(last, m)
	}
	for _, m := range last {
		w.untilState(m, store.StateSent)
	}
	for _, id := range []store.ConversationID{a, b} {
		var got []string
		for _, text := range p.texts() {
			if strings.HasPrefix(text, string(id)) && (len(got) == 0 || got[len(got)-1] != text) {
				got = append(got, text)
			}
		}
		if len(got) != 10 || !slices.IsSorted(got) {
			t.Errorf("conversation %s arrived as %v", id, got)
		}
	}
}

func TestConversationsRunInParallel(t *testing.T) {
	t.Parallel()
	both := make(chan struct{}, 2)
	p := &platform{answer: func(ctx context.Context, _ int, r messenger.SendRequest) (messenger.SendResponse, error) {
		both <- struct{}{}
		for len(both) < 2 { // waits for the other
			select {
			case <-ctx.Done():
				return messenger.SendResponse{}, ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
		return took(r), nil
	}}
	w := open(t, t.TempDir(), config{sender: p})
	m1 := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
	m2 := w.reply(w.writes(pageID, psid(noor), "hello", 0), "two")
	w.untilState(m1, store.StateSent)
	w.untilState(m2, store.StateSent)
}

// gated is a platform that does not answer the first request until told.
type gated struct {
	platform
	reached chan struct{}
	verdict chan error
}

func newGated() *gated {
	g := &gated{reached: make(chan struct{}), verdict: make(chan error, 1)}
	g.answer = func(ctx context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		if n > 1 {
			return took(r), nil
		}
		close(g.reached)
		select {
		case err := <-g.verdict:
			if err != nil {
				return messenger.SendResponse{}, err
			}
			return took(r), nil
		case <-ctx.Done():
			return messenger.SendResponse{}, &messenger.TransportError{Reached: true, Err: ctx.Err()}
		}
	}
	return g
}

var (
	errRefused = &messenger.APIError{HTTPStatus: 400, Code: 551}
	errUnclear = &messenger.TransportError{Reached: true, Err: io.ErrUnexpectedEOF}
)

func TestHeldBehindAFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		first store.DeliveryState
		then  func(w *world, first store.Message) // settles the first
		ends  store.DeliveryState
		texts []string
	}{
		"failed, sent again": {
			errRefused, store.StateFailed,
			func(w *world, m store.Message) {
				w.do(store.Act{Conversation: m.Conversation, Verb: store.VerbSendAgain, Message: m.ID})
			},
			store.StateSent,
			[]string{"one", "three", "one", "two"},
		},
		"failed, cancelled": {
			errRefused, store.StateFailed,
			func(w *world, m store.Message) {
				w.do(store.Act{Conversation: m.Conversation, Verb: store.VerbCancel, Message: m.ID})
			},
			store.StateCancelled,
			[]string{"one", "three", "two"},
		},
		"unknown, arrived": {
			errUnclear, store.StateUnknown,
			func(w *world, m store.Message) {
				w.do(store.Act{Conversation: m.Conversation, Verb: store.VerbArrived, Message: m.ID})
			},
			store.StateSent,
			[]string{"one", "three", "two"},
		},
		"unknown, its echo came": {
			errUnclear, store.StateUnknown,
			func(w *world, m store.Message) { w.echoes(m, "m_echo") },
			store.StateSent,
			[]string{"one", "three", "two"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGated()
			w := open(t, t.TempDir(), config{sender: g})
			id := w.writes(pageID, psid(maya), "hello", 0)
			first := w.reply(id, "one")
			<-g.reached
			second := w.reply(id, "two")
			w.caughtUp()
			g.verdict <- c.err
			got := w.untilState(second, store.StateHeld)
			if got.Error == nil || got.Error.Text == "" {
				t.Errorf("held without a reason: %+v", got)
			}
			if got := w.message(first); got.State != c.first {
				t.Errorf("the first is %s, want %s", got.State, c.first)
			}
			// What is written now was written in sight of the failure.
			w.untilState(w.reply(id, "three"), store.StateSent)
			c.then(w, first)
			w.untilState(first, c.ends)
			w.untilState(second, store.StateSent)
			if got := g.texts(); !slices.Equal(got, c.texts) {
				t.Errorf("the platform got %v, want %v", got, c.texts)
			}
		})
	}
}

func TestNoSecondRequestAfterAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir, config{idle: true, sender: &platform{}})
	id := w.writes(pageID, psid(maya), "hello", 0)
	m := w.reply(id, "one")
	behind := w.reply(id, "two")
	// The process dies between the attempt and its result.
	w.append(store.Attempt{Token: m.Token, Conversation: id, N: 1})
	w.close()

	p := &platform{}
	w = open(t, dir, config{sender: p})
	got := w.untilState(m, store.StateUnknown)
	if got.Error == nil || got.Error.Retry || got.Error.Advice == "" {
		t.Errorf("error %+v", got.Error)
	}
	w.untilState(behind, store.StateHeld)
	w.close()

	w = open(t, dir, config{sender: p})
	w.caughtUp()
	if got := w.message(m); got.State != store.StateUnknown {
		t.Errorf("after another start it is %s", got.State)
	}
	if n := len(p.requests()); n != 0 {
		t.Errorf("%d requests without anybody asking", n)
	}
	undo := w.do(store.Act{Conversation: id, Verb: store.VerbSendAgain, Message: m.ID})
	if undo.Verb != store.VerbCancel {
		t.Errorf("undo %+v", undo)
	}
	w.untilState(behind, store.StateSent)
	if got := p.texts(); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("the platform got %v", got)
	}
}

func TestQueuedRepliesSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir, config{idle: true, sender: &platform{}})
	m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
	w.close()
	w = open(t, dir, config{sender: &platform{}})
	w.untilState(m, store.StateSent)
}

func TestAttemptIsInTheLogBeforeItsRequest(t *testing.T) {
	t.Parallel()
	var w *world
	p := &platform{}
	p.answer = func(ctx context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		kept := records[store.Attempt](w, store.RecordAttempt)
		if len(kept) != n || kept[n-1].N != n || string(kept[n-1].Token) != r.Message.Metadata {
			t.Errorf("request %d found attempts %+v", n, kept)
		}
		if n < 3 {
			return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 500, Code: 1}
		}
		return took(r), ctx.Err()
	}
	w = open(t, t.TempDir(), config{sender: p})
	w.untilState(w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi"), store.StateSent)
}

var errDeadToken = &messenger.APIError{HTTPStatus: 401, Code: 190, Subcode: 463}

func TestDeadTokenStopsTheInbox(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := &platform{answer: func(context.Context, int, messenger.SendRequest) (messenger.SendResponse, error) {
		return messenger.SendResponse{}, errDeadToken
	}}
	w := open(t, dir, config{idle: true, sender: p})
	var all []store.Message
	for i := range 20 {
		all = append(all, w.reply(w.writes(pageID, psid(fmt.Sprint("71000", i)), "hello", 0), fmt.Sprint(i)))
	}
	w.close()
	w = open(t, dir, config{sender: p})
	for _, m := range all {
		if got := w.untilState(m, store.StateHeld); got.Error == nil || !strings.Contains(got.Error.Text, "token") {
			t.Errorf("held with %+v", got.Error)
		}
	}
	if n := len(p.requests()); n > 8 {
		t.Errorf("%d requests with a dead token", n)
	}
	before := len(p.requests())
	w.close()

	// The process starts again, and the token is still dead: one question is enough.
	w = open(t, dir, config{sender: p})
	w.until(all[0], "tried again", func(store.Message) bool { return len(p.requests()) > before })
	for _, m := range all {
		w.untilState(m, store.StateHeld)
	}
	w.caughtUp()
	if n := len(p.requests()) - before; n != 1 {
		t.Errorf("%d requests at the next start, want 1", n)
	}
	w.close()

	// The token was renewed.
	p.mu.Lock()
	p.answer = nil
	p.mu.Unlock()
	w = open(t, dir, config{sender: p})
	for _, m := range all {
		w.untilState(m, store.StateSent)
	}
}

func TestSendAgainRechecksAStoppedInbox(t *testing.T) {
	t.Parallel()
	g := newGated()
	w := open(t, t.TempDir(), config{sender: g})
	a := w.writes(pageID, psid(maya), "hello", 0)
	b := w.writes(pageID, psid(noor), "hello", 0)
	first := w.reply(a, "one")
	<-g.reached
	second := w.reply(a, "two")
	g.verdict <- errDeadToken
	w.untilState(first, store.StateHeld)
	w.untilState(second, store.StateHeld)
	if _, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: b, Agent: agent, Message: messenger.OutMessage{Text: "x"}}); err == nil {
		t.Error("a reply was taken while the inbox is stopped")
	}
	w.do(store.Act{Conversation: a, Verb: store.VerbSendAgain, Message: first.ID})
	w.untilState(first, store.StateSent)
	w.untilState(second, store.StateSent)
	w.untilState(w.reply(b, "three"), store.StateSent)
	if s, err := w.desk.State(t.Context()); err != nil || s.Inboxes[0].Alert != "" {
		t.Errorf("alert %q, %v", s.Inboxes[0].Alert, err)
	}
}

func TestMissingSettingHoldsWhatWasQueued(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir, config{idle: true, sender: &platform{}})
	m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi")
	w.close()
	w = open(t, dir, config{}) // started without the token
	if got := w.untilState(m, store.StateHeld); !strings.Contains(got.Error.Text, "FRONTDESK_PAGE_TOKEN") {
		t.Errorf("held with %+v", got.Error)
	}
	w.close()
	w = open(t, dir, config{sender: &platform{}})
	w.untilState(m, store.StateSent)
}

func TestHumanAgentRefusedByThePlatform(t *testing.T) {
	t.Parallel()
	p := &platform{answer: func(_ context.Context, _ int, r messenger.SendRequest) (messenger.SendResponse, error) {
		if r.Tag != messenger.TagHumanAgent || r.MessagingType != messenger.MessageTag {
			return took(r), nil
		}
		return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 403, Code: 200}
	}}
	w := open(t, t.TempDir(), config{sender: p, inbox: desk.Inbox{ID: pageID, HumanAgent: true}})
	id := w.writes(pageID, psid(maya), "hello", 3*day)
	m, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, HumanAgent: true, Message: messenger.OutMessage{Text: "late"}})
	if err != nil {
		t.Fatal(err)
	}
	got := w.untilState(m, store.StateFailed)
	if !strings.Contains(got.Error.Text, "Human Agent") {
		t.Errorf("error %+v", got.Error)
	}
	if s, err := w.desk.State(t.Context()); err != nil || s.Inboxes[0].Alert != "" {
		t.Errorf("the inbox was stopped for it: %q, %v", s.Inboxes[0].Alert, err)
	}
}
