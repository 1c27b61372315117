package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"frontdesk/internal/control"
	"frontdesk/internal/faulty"
	"frontdesk/internal/loopback"
	"frontdesk/messenger"
	"frontdesk/plugin"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// ledger is a second subscriber of the platform: it notes which messages the platform holds, by the token that each was
// sent with.
type ledger struct {
	*httptest.Server
	mu    sync.Mutex
	mids  map[store.Token][]string // in the order in which they were told
	token map[string]store.Token   // by mid
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	l := &ledger{mids: map[store.Token][]string{}, token: map[string]store.Token{}}
	l.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		envelope, err := messenger.ParseEnvelope(body)
		if err != nil {
			t.Error(err)
		}
		for _, entry := range envelope.Entries {
			for _, ev := range entry.Events {
				if ev.Kind == messenger.KindEcho {
					l.note(store.Token(ev.Message.Metadata), ev.Message.MID)
				}
			}
		}
	}))
	t.Cleanup(l.Close)
	return l
}

// note enters a message; the platform may tell of one more than once.
func (l *ledger) note(token store.Token, mid string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, told := l.token[mid]; told {
		return
	}
	l.token[mid] = token
	l.mids[token] = append(l.mids[token], mid)
}

// of are the messages that the platform holds under a token.
func (l *ledger) of(token store.Token) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mids[token]
}

func (l *ledger) tokenOf(mid string) (store.Token, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	token, known := l.token[mid]
	return token, known
}

// proxied is the program with a Page whose platform is our own, behind a proxy that breaks requests.
type proxied struct {
	t        *testing.T
	program  string
	data     string
	environ  []string
	platform *plugin.Server
	proxy    *faulty.Proxy
	ledger   *ledger

	handOver  atomic.Bool // requests that hand files over break, instead of those that send
	questions atomic.Bool // those that ask what is there break too
	mute      atomic.Bool // echoes are lost on their way to the program

	server *exec.Cmd
	client *control.Client
	bell   plugin.Contact // wakes what waits at the platform for the program
	counts tally
}

func newProxied(t *testing.T) *proxied {
	t.Helper()
	program, err := exec.LookPath(hurried)
	if err != nil {
		t.Fatal(err)
	}
	port, err := loopback.Port()
	if err != nil {
		t.Fatal(err)
	}
	w := &proxied{t: t, program: program, data: shortDir(t), ledger: newLedger(t), counts: tally{}}
	w.openPlatform(filepath.Join(t.TempDir(), "platform.db"), w.lossy("http://127.0.0.1:"+port+"/webhook"))
	listener := httptest.NewServer(w.platform)
	t.Cleanup(listener.Close)
	if w.proxy, err = faulty.New(faulty.Options{To: listener.URL, Breaks: w.breaks}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.proxy.Close)
	home := t.TempDir()
	w.environ = append(
		withoutSettings(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR=", "FRONTDESK_DATA="+w.data,
		"FRONTDESK_LISTEN=127.0.0.1:"+port, "FRONTDESK_APP_SECRET="+killSecret,
		"FRONTDESK_PAGE_ID="+killPage, "FRONTDESK_PAGE_TOKEN=token", "FRONTDESK_GRAPH_URL="+w.proxy.URL(),
	)
	w.start()
	if w.bell, err = w.platform.NewContact(t.Context(), killPage, plugin.Profile{Name: "Bell"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// openPlatform starts the platform, which tells the program and the ledger what happens.
func (w *proxied) openPlatform(path, webhook string) {
	w.t.Helper()
	var err error
	if w.platform, err = plugin.Open(plugin.Options{
		Path: path,
		Pages: []plugin.Page{{
			ID: killPage, Name: "Harbour Lane Books", Token: "token", AppSecret: killSecret, AppID: "512340000000007", Messenger: true,
		}},
		Subscribers: []plugin.Subscriber{
			{Page: killPage, URL: webhook, Name: "frontdesk"}, {Page: killPage, URL: w.ledger.URL, Name: "ledger"},
		},
	}); err != nil {
		w.t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- w.platform.Run(context.WithoutCancel(w.t.Context())) }()
	w.t.Cleanup(func() {
		if err := w.platform.Close(context.Background()); err != nil {
			w.t.Error(err)
		}
		if err := <-ran; err != nil {
			w.t.Error(err)
		}
	})
}

// breaks says which requests the plan is about. Names of people and pages are asked for in peace.
func (w *proxied) breaks(method, path string) bool {
	edge := "/messages"
	if w.handOver.Load() {
		edge = "/message_attachments"
	}
	if method == http.MethodGet {
		return w.questions.Load() && strings.HasSuffix(path, "/conversations")
	}
	return method == http.MethodPost && strings.HasSuffix(path, edge)
}

// lossy is an address that hands webhooks on to the program, but for echoes while they are to be lost.
func (w *proxied) lossy(to string) string {
	line := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			w.t.Error(err)
		}
		if w.mute.Load() && bytes.Contains(body, []byte(`"is_echo":true`)) {
			return
		}
		req, err := http.NewRequestWithContext(in.Context(), in.Method, to, bytes.NewReader(body))
		if err != nil {
			w.t.Error(err)
			return
		}
		req.Header = in.Header.Clone()
		res, err := line.Do(req)
		if err != nil { // it was killed
			out.WriteHeader(http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		out.WriteHeader(res.StatusCode)
	}))
	w.t.Cleanup(server.Close)
	return server.URL
}

// start starts the program, which then gets all that waited for it.
func (w *proxied) start() {
	w.t.Helper()
	w.server = startServe(w.t, w.program, w.environ)
	var err error
	if w.client, err = control.Dial(w.t.Context(), control.Path(w.data, "")); err != nil {
		w.t.Fatal(err)
	}
	if w.bell.ID != "" {
		w.says(w.bell, "ring")
	}
}

// kill ends the program as a loss of power does.
func (w *proxied) kill() {
	w.t.Helper()
	if err := w.server.Process.Kill(); err != nil {
		w.t.Fatal(err)
	}
	_ = w.server.Wait() // "signal: killed" is what was wanted
	_ = w.client.Close()
}

func (w *proxied) says(c plugin.Contact, text string) {
	w.t.Helper()
	if _, err := w.platform.Write(w.t.Context(), c, text); err != nil {
		w.t.Fatal(err)
	}
}

// logged is how far the log of a program that was killed knows of a reply: reply, attempt or result.
func (w *proxied) logged(token store.Token) string {
	w.t.Helper()
	log, err := bolt.OpenLog(filepath.Join(w.data, "log.db"), bolt.Options{Wait: patience})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() {
		if err := log.Close(); err != nil {
			w.t.Error(err)
		}
	}()
	found := "nothing"
	for after := store.Seq(0); ; {
		records, err := log.Read(w.t.Context(), after, 256)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(records) == 0 {
			return found
		}
		for _, r := range records {
			after = r.Seq
			var about struct{ Token store.Token }
			what := map[store.RecordKind]string{store.RecordReply: "reply", store.RecordAttempt: "attempt", store.RecordResult: "result"}[r.Kind]
			if what != "" && json.Unmarshal(r.Body, &about) == nil && about.Token == token {
				found = what
			}
		}
	}
}

// told waits until the program and the ledger have had everything that the platform has to tell, and the views show it.
func (w *proxied) told() {
	w.t.Helper()
	ok := poll(func() bool {
		for _, s := range w.platform.Subscribers() {
			if s.Queued > 0 {
				return false
			}
		}
		return true
	})
	if !ok {
		w.t.Fatalf("the platform could not tell everything: %+v", w.platform.Subscribers())
	}
	if err := w.client.CaughtUp(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// show is the conversation as the program's own command prints it.
func (w *proxied) show(id store.ConversationID) []messageJSON {
	w.t.Helper()
	out, err := command(w.program, w.environ, "show", string(id), "--json").Output()
	if err != nil {
		w.t.Fatalf("show %s: %v", id, err)
	}
	var lines []messageJSON
	for line := range strings.Lines(string(out)) {
		var m messageJSON
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, m)
	}
	return lines
}

// end ends the program in order, and asks whether its views are what its log says.
func (w *proxied) end() {
	w.t.Helper()
	_ = w.client.Close()
	if err := w.server.Process.Signal(os.Interrupt); err != nil {
		w.t.Fatal(err)
	}
	if err := w.server.Wait(); err != nil {
		w.t.Errorf("serve ended with %v", err)
	}
	if out, err := command(w.program, w.environ, "replay", "--check").CombinedOutput(); err != nil {
		w.t.Errorf("replay --check: %v\n%s", err, out)
	}
}
