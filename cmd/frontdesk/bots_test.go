package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/internal/chromium"
	"frontdesk/internal/npm"
	"frontdesk/messenger"
	"frontdesk/store"
)

// The further app that a bot is.
const (
	botApp    = "700000000000002"
	botToken  = "token-of-the-bot"
	botSecret = "secret-of-the-bot"
	botVerify = "word-of-the-bot"
)

// bots are the programs in internal/npm/testdata, with what they are told besides their tokens. The frameworks are as npm
// has them and check every signature.
var bots = map[string]func(t *testing.T, h *house) []string{
	"bottender": func(_ *testing.T, h *house) []string { return []string{"ORIGIN=" + h.base} },
	"botkit": func(t *testing.T, h *house) []string { // it speaks HTTPS alone
		t.Helper()
		inner, err := url.Parse(h.base)
		if err != nil {
			t.Fatal(err)
		}
		outer := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(inner))
		t.Cleanup(outer.Close)
		file := filepath.Join(t.TempDir(), "ca.pem")
		certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: outer.Certificate().Raw})
		if err := os.WriteFile(file, certificate, 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{"HOST=" + strings.TrimPrefix(outer.URL, "https://"), "NODE_EXTRA_CA_CERTS=" + file}
	},
}

// TestBotFrameworks has bot frameworks as they are hold a conversation with a visitor: by the visitors' calls, and through
// a website in a real browser.
func TestBotFrameworks(t *testing.T) {
	t.Parallel()
	for name, where := range bots {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			node := npm.Node(t)
			npm.Folder(t)
			h := botHouse(t)
			callback := startBot(t, node, name, where(t, h))
			subscribeBot(t, h, callback)
			c := &calls{t: t, visitor: &siteVisitor{base: h.base, inbox: store.InboxID(h.site.id)}}
			c.begins("pricing")
			converse(c)
			c.wantOffers(h)

			s := shops(t, chromium.Start(t).Page(t, chromium.Desktop), website(t, h.base, h.site.id)+"?ref=pricing")
			s.page.Role("button", "Welcome to the shop of Bot").Wait() // the greeting that the bot has set
			s.begins()
			converse(s)
		})
	}
}

// botHouse is a house that a bot may work with.
func botHouse(t *testing.T) *house {
	t.Helper()
	h, _ := stageHouse(t, "FRONTDESK_APP_ID=700000000000001", "FRONTDESK_PLUGIN_APPS="+botApp,
		"FRONTDESK_PLUGIN_APPS_TOKENS="+botToken, "FRONTDESK_PLUGIN_APPS_SECRETS="+botSecret)
	return h
}

// startBot starts a bot and returns its callback. It ends with the test.
func startBot(t *testing.T, node, name string, environ []string) string {
	t.Helper()
	folder := filepath.Dir(npm.Folder(t))
	cmd := exec.Command(node, filepath.Join(folder, name+".js"))
	cmd.Env = append(withoutSettings(), append(environ, "TOKEN="+botToken, "SECRET="+botSecret, "VERIFY="+botVerify)...)
	said := &lines{first: make(chan string, 1)}
	cmd.Stderr = said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for in := bufio.NewScanner(stdout); in.Scan(); {
			if port, ok := strings.CutPrefix(in.Text(), "listening on "); ok {
				said.first <- port
			}
		}
	}()
	t.Cleanup(func() {
		stdin.Close()
		gone := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() }) // it may just have gone
		<-read
		_ = cmd.Wait() // however it went
		gone.Stop()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, said)
		}
	})
	select {
	case port := <-said.first:
		return "http://127.0.0.1:" + port + "/"
	case <-read:
	case <-time.After(patience):
	}
	t.Fatalf("%s does not listen:\n%s", name, said)
	return ""
}

// lines are what a program says.
type lines struct {
	first chan string // the port it listens on
	mu    sync.Mutex
	all   bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// subscribeBot gives the platform the bot's callback, as its owner does once in a dashboard.
func subscribeBot(t *testing.T, h *house, callback string) {
	t.Helper()
	for _, call := range []struct{ path, token, form string }{
		{"/" + botApp + "/subscriptions", botApp + "|" + botSecret, url.Values{
			"object": {"page"}, "callback_url": {callback}, "verify_token": {botVerify}, "fields": {"messages,messaging_postbacks"},
		}.Encode()},
		{"/v25.0/me/subscribed_apps", botToken, "subscribed_fields=messages,messaging_postbacks"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.base+call.path, strings.NewReader(call.form))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Authorization", "Bearer "+call.token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ Success bool }
		err = json.NewDecoder(res.Body).Decode(&answer)
		res.Body.Close()
		if err != nil || !answer.Success {
			t.Fatalf("POST %s answered %s, %+v, %v", call.path, res.Status, answer, err)
		}
	}
}

// talker is a visitor who talks with a bot.
type talker interface {
	sees(text string)     // waits until the page has said so
	taps(title string)    // a quick reply
	presses(title string) // a button
	picks(title string)   // an item of the menu
	writes(text string)
}

// converse is the conversation that both bots hold.
func converse(v talker) {
	v.sees("Hello guest, you come from pricing. Which colour?")
	v.taps("Blue")
	v.sees("Blue it is (COLOUR_BLUE).")
	v.presses("Order it")
	v.sees("Bicycle bell")
	v.presses("Cancel it")
	v.sees("Done: CANCEL")
	v.writes("Thanks & <b>bye</b> 👋")
	v.sees("You said: Thanks & <b>bye</b> 👋")
	v.picks("Opening hours")
	v.sees("Done: HOURS")
}

// calls is a visitor by the visitors' calls, without a browser.
type calls struct {
	t       *testing.T
	visitor *siteVisitor
	latest  spoken // the message that was seen

	mu    sync.Mutex
	heard []spoken // what came by the line
}

// spoken is a message as the visitors' calls have it.
type spoken struct {
	MID          string                 `json:"mid"`
	From         string                 `json:"from"`
	Text         string                 `json:"text"`
	QuickReplies []messenger.QuickReply `json:"quick_replies"`
	Buttons      []messenger.Button     `json:"buttons"`
	Cards        []messenger.Element    `json:"cards"`
}

func (c *calls) post(path string, in any) {
	c.t.Helper()
	var out struct{}
	if err := c.visitor.post(c.t.Context(), path, in, &out); err != nil {
		c.t.Fatalf("POST %s: %v", path, err)
	}
}

// begins presses Get Started and opens a line.
func (c *calls) begins(ref string) {
	c.t.Helper()
	var made struct{ Token string }
	err := c.visitor.post(c.t.Context(), "/plugin/visitors", map[string]string{"page_id": string(c.visitor.inbox), "ref": ref}, &made)
	if err != nil {
		c.t.Fatal(err)
	}
	c.visitor.token = made.Token
	line := c.get("/plugin/events")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for in := bufio.NewScanner(line); in.Scan(); {
			var m spoken
			data, ok := strings.CutPrefix(in.Text(), "data: ")
			if !ok || json.Unmarshal([]byte(data), &m) != nil || m.MID == "" {
				continue
			}
			c.mu.Lock()
			c.heard = append(c.heard, m)
			c.mu.Unlock()
		}
	}()
	c.t.Cleanup(func() { line.Close(); <-ended })
}

// get makes a call and returns the answer's body.
func (c *calls) get(path string) io.ReadCloser {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.visitor.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.visitor.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		c.t.Fatalf("GET %s answered %s", path, res.Status)
	}
	return res.Body
}

func (c *calls) sees(text string) {
	c.t.Helper()
	titled := func(e messenger.Element) bool { return e.Title == text }
	seen := poll(func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.IndexFunc(c.heard, func(m spoken) bool {
			return m.From == "page" && (m.Text == text || slices.ContainsFunc(m.Cards, titled))
		})
		if i >= 0 {
			c.latest = c.heard[i]
		}
		return i >= 0
	})
	if !seen {
		c.t.Fatalf("%q never came, but %+v", text, c.heard)
	}
}

func (c *calls) taps(title string) {
	c.t.Helper()
	i := slices.IndexFunc(c.latest.QuickReplies, func(q messenger.QuickReply) bool { return q.Title == title })
	c.post("/plugin/messages", map[string]any{"quick_reply": map[string]any{"mid": c.latest.MID, "index": i}})
}

func (c *calls) presses(title string) {
	c.t.Helper()
	named := func(b messenger.Button) bool { return b.Title == title }
	press := map[string]any{"mid": c.latest.MID, "index": slices.IndexFunc(c.latest.Buttons, named)}
	for i, card := range c.latest.Cards {
		press["card"], press["index"] = i, slices.IndexFunc(card.Buttons, named)
	}
	c.post("/plugin/messages", map[string]any{"button": press})
}

func (c *calls) picks(title string) {
	c.t.Helper()
	c.post("/plugin/menu", map[string]any{"index": 0, "title": title})
}

func (c *calls) writes(text string) {
	c.t.Helper()
	c.post("/plugin/messages", map[string]string{"text": text})
}

// wantOffers checks what the bot has set up for the page.
func (c *calls) wantOffers(h *house) {
	c.t.Helper()
	body := c.get(fmt.Sprintf("/plugin/profile?page_id=%s&locale=en_US", h.site.id))
	defer body.Close()
	var offers struct{ Greeting string }
	if err := json.NewDecoder(body).Decode(&offers); err != nil || !strings.HasPrefix(offers.Greeting, "Welcome to the shop of Bot") {
		c.t.Errorf("the greeting is %q, %v", offers.Greeting, err)
	}
}
