package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/internal/config"
	"frontdesk/messenger"
	"frontdesk/plugin"
)

// What the plugin's platform does in hours and days is tested here in the whole program, by a clock that the test moves.

const (
	daysSite  = "109872000000909"
	daysToken = "EAAour-own-token"
	daysWord  = "between the website and us"
	ownApp    = "700000000000001"
)

// movedClock is a clock that goes on only when it is told to.
type movedClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *movedClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *movedClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// daysHouse is a house with two bots beside frontdesk, on a data folder and by a clock.
type daysHouse struct {
	*house
	t     *testing.T
	clock *movedClock
	close func()
}

func openDays(t *testing.T, folder string, clock *movedClock, environ ...string) *daysHouse {
	t.Helper()
	s, err := config.Load(t.Context(), config.Source{DataDir: folder, Login: "ana", Environ: append([]string{
		"FRONTDESK_LISTEN=127.0.0.1:0", "FRONTDESK_APP_ID=" + ownApp, "FRONTDESK_PLUGIN_PAGE_ID=" + daysSite, "FRONTDESK_PLUGIN_TOKEN=" + daysToken,
		"FRONTDESK_PLUGIN_IDENTITY_SECRET=" + daysWord, "FRONTDESK_PLUGIN_GUEST_SESSIONS=24h",
		"FRONTDESK_PLUGIN_APPS=71,72", "FRONTDESK_PLUGIN_APPS_TOKENS=token-of-71,token-of-72", "FRONTDESK_PLUGIN_APPS_SECRETS=secret of 71,secret of 72",
	}, environ...)})
	if err != nil {
		t.Fatal(err)
	}
	logger, file, err := openLogger(s)
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStores(t.Context(), s.DataDir, 0, logger)
	if err != nil {
		t.Fatal(err)
	}
	h, err := buildHouse(t.Context(), st, plan{settings: s, logger: logger, private: true, now: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	d := &daysHouse{house: h, t: t, clock: clock}
	d.close = sync.OnceFunc(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close the house: %v", err)
		}
		if err := file.Close(); err != nil {
			t.Errorf("close the log file: %v", err)
		}
	})
	t.Cleanup(d.close)
	return d
}

func newDays(t *testing.T, environ ...string) *daysHouse {
	t.Helper()
	return openDays(t, t.TempDir(), &movedClock{at: time.Now()}, environ...)
}

// graph makes a call and answers with its body; code is Meta's, with the subcode after a slash, or the status of a
// visitor's call that was refused. Empty: the call succeeded.
func (d *daysHouse) graph(path, token, body string) (answer map[string]any, code string) {
	d.t.Helper()
	return d.send(path, token, "application/json", strings.NewReader(body))
}

func (d *daysHouse) send(path, token, kind string, body io.Reader) (answer map[string]any, code string) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.base+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		d.t.Fatalf("%s answered %d without JSON: %v", path, res.StatusCode, err)
	}
	if res.StatusCode == http.StatusOK {
		return answer, ""
	}
	fault, _ := answer["error"].(map[string]any)
	switch {
	case fault["code"] == nil:
		code = fmt.Sprint(res.StatusCode)
	case fault["error_subcode"] == nil:
		code = fmt.Sprintf("%.0f", fault["code"])
	default:
		code = fmt.Sprintf("%.0f/%.0f", fault["code"], fault["error_subcode"])
	}
	return answer, code
}

// want makes a call that must end so.
func (d *daysHouse) want(code, path, token, body string) map[string]any {
	d.t.Helper()
	answer, got := d.graph(path, token, body)
	if got != code {
		d.t.Fatalf("%s ended with %q, want %q: %v", path, got, code, answer)
	}
	return answer
}

func (d *daysHouse) guest() (id, token string) {
	d.t.Helper()
	a := d.want("", "/plugin/visitors", "", `{"page_id":"`+daysSite+`"}`)
	return a["id"].(string), a["token"].(string)
}

// toOne is the body of a send.
func toOne(id, message string) string {
	return fmt.Sprintf(`{"recipient":{"id":%q},"messaging_type":"RESPONSE","message":%s}`, id, message)
}

// daysBot is a bot's callback, which is down until it is up.
type daysBot struct {
	http *httptest.Server

	mu    sync.Mutex
	up    bool
	tries int
	texts []string // of the messages it took
}

func newDaysBot(t *testing.T) *daysBot {
	t.Helper()
	b := &daysBot{}
	b.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, r.URL.Query().Get("hub.challenge"))
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		env, err := messenger.ParseEnvelope(body)
		if err != nil || len(env.Entries) != 1 || len(env.Entries[0].Events) != 1 {
			t.Errorf("a bot got %s (%v)", body, err)
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.tries++; !b.up {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		b.texts = append(b.texts, env.Entries[0].Events[0].Message.Text)
	}))
	t.Cleanup(b.http.Close)
	return b
}

// subscribe tells the platform of a bot as bots do.
func (d *daysHouse) subscribe(app string, b *daysBot) {
	d.t.Helper()
	d.want("", "/v25.0/"+app+"/subscriptions", app+"|secret of "+app,
		fmt.Sprintf(`{"object":"page","callback_url":%q,"verify_token":"x","fields":"messages"}`, b.http.URL))
	d.want("", "/v25.0/me/subscribed_apps?subscribed_fields=messages", "token-of-"+app, "")
}

func (b *daysBot) goUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.up = true
}

func (b *daysBot) took() (texts []string, tries int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.texts), b.tries
}

// eventually waits for what the house is about to do.
func (d *daysHouse) eventually(what string, holds func() bool) {
	d.t.Helper()
	if !poll(holds) {
		d.t.Fatalf("waited in vain for %s", what)
	}
}

// of is how deliveries to an app's callback go.
func (d *daysHouse) of(app string) plugin.SubscriberState {
	for _, st := range d.plugin.Subscribers() {
		if st.App == app {
			return st
		}
	}
	return plugin.SubscriberState{}
}

// One bot comes back in the last hour and gets everything; another never does, and is given up after 36 hours.
func TestWebhooksAreKeptForThirtySixHours(t *testing.T) {
	t.Parallel()
	folder, clock := t.TempDir(), &movedClock{at: time.Now()}
	d := openDays(t, folder, clock, "FRONTDESK_PLUGIN_GUEST_SESSIONS=off")
	late, lost := newDaysBot(t), newDaysBot(t)
	d.subscribe("71", late)
	d.subscribe("72", lost)
	_, token := d.guest()
	d.want("", "/plugin/messages", token, `{"text":"one"}`)
	clock.move(time.Hour)
	d.want("", "/plugin/messages", token, `{"text":"two"}`)
	d.eventually("tries", func() bool { return late.triedOften() && lost.triedOften() })

	clock.move(19 * time.Hour)
	d.close()
	d = openDays(t, folder, clock, "FRONTDESK_PLUGIN_GUEST_SESSIONS=off")
	clock.move(15 * time.Hour)
	late.goUp() // 35 hours after the first
	d.eventually("the bot that came back to get everything", func() bool {
		texts, _ := late.took()
		return len(texts) == 2 && d.of("71").Queued == 0
	})
	if texts, _ := late.took(); !slices.Equal(texts, []string{"one", "two"}) {
		t.Errorf("the bot that came back got %q", texts)
	}
	if st := d.of("72"); st.Queued != 2 || st.GivenUp != 0 || st.LastStatus != http.StatusServiceUnavailable {
		t.Errorf("after 35 hours the other has %+v", st)
	}

	clock.move(time.Hour) // 36 hours after the first, 35 after the second
	d.eventually("the first to be given up", func() bool { return d.of("72").GivenUp == 1 })
	if st := d.of("72"); st.Queued != 1 {
		t.Errorf("after 36 hours it has %+v", st)
	}
	clock.move(time.Hour)
	d.eventually("the second to be given up", func() bool { st := d.of("72"); return st.GivenUp == 2 && st.Queued == 0 })
	lost.goUp()
	d.want("", "/plugin/messages", token, `{"text":"three"}`)
	d.eventually("what came after", func() bool { texts, _ := lost.took(); return len(texts) > 0 })
	if texts, _ := lost.took(); !slices.Equal(texts, []string{"three"}) {
		t.Errorf("the bot that was given up gets %q afterwards", texts)
	}
	d.eventually("our own inbox, which waits for no bot", func() bool { st := d.of(ownApp); return st.Queued == 0 && st.GivenUp == 0 && st.LastStatus == 200 })
}

// triedOften reports whether the waits between tries have begun to grow.
func (b *daysBot) triedOften() bool {
	_, tries := b.took()
	return tries >= 3
}

func TestGuestsOfADay(t *testing.T) {
	t.Parallel()
	d := newDays(t)
	id, token := d.guest()
	d.clock.move(24*time.Hour - time.Second)
	d.want("", "/plugin/messages", token, `{"text":"still here"}`)
	d.want("", "/me/messages", daysToken, toOne(id, `{"text":"so are we"}`))
	d.clock.move(time.Second)
	d.want("401", "/plugin/messages", token, `{"text":"and now?"}`)
	d.want("401", "/plugin/visitors", token, `{"page_id":"`+daysSite+`"}`)
	d.want("100/2018001", "/me/messages", daysToken, toOne(id, `{"text":"hello?"}`))
	d.want("100/2018001", "/me/messages", daysToken, fmt.Sprintf(`{"recipient":{"id":%q},"sender_action":"typing_on"}`, id))
	if again, _ := d.guest(); again == id {
		t.Error("a guest who begins anew is the same visitor")
	}
}

func TestControlOfADay(t *testing.T) {
	t.Parallel()
	d := newDays(t, "FRONTDESK_PLUGIN_GUEST_SESSIONS=off")
	id, token := d.guest()
	d.want("", "/plugin/messages", token, `{"text":"hello"}`)
	d.clock.move(10 * time.Hour)
	d.want("", "/me/messages", "token-of-71", toOne(id, `{"text":"I am a bot"}`))
	d.want("100/2018300", "/me/messages", "token-of-72", toOne(id, `{"text":"so am I"}`))
	d.want("", "/plugin/messages", token, `{"text":"go on"}`)
	d.clock.move(24*time.Hour - time.Second)
	d.want("100/2018300", "/me/messages", "token-of-72", toOne(id, `{"text":"me again"}`))
	d.clock.move(2 * time.Second) // 24 hours after the visitor's last word
	d.want("", "/me/messages", "token-of-72", toOne(id, `{"text":"at last"}`))
	d.want("100/2018300", "/me/messages", "token-of-71", toOne(id, `{"text":"too late"}`))
	d.want("", "/me/extend_thread_control", "token-of-72", fmt.Sprintf(`{"recipient":{"id":%q},"duration":%d}`, id, 7*24*3600))
	d.clock.move(7*24*time.Hour - time.Second)
	d.want("100/2018300", "/me/messages", "token-of-71", toOne(id, `{"text":"after a week"}`))
	d.clock.move(time.Second)
	d.want("", "/me/messages", "token-of-71", toOne(id, `{"text":"and a second"}`))
}

func TestUploadsOfNinetyDays(t *testing.T) {
	t.Parallel()
	d := newDays(t, "FRONTDESK_PLUGIN_GUEST_SESSIONS=off")
	id, _ := d.guest()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("filedata", "offer.txt")
	if err == nil {
		_, err = io.WriteString(part, "four bicycles")
	}
	if err == nil {
		err = w.WriteField("message", `{"attachment":{"type":"file","payload":{"is_reusable":true}}}`)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	a, code := d.send("/me/message_attachments", daysToken, w.FormDataContentType(), &form)
	if code != "" {
		t.Fatalf("the upload ended with %s: %v", code, a)
	}
	again := toOne(id, fmt.Sprintf(`{"attachment":{"type":"file","payload":{"attachment_id":%q}}}`, a["attachment_id"]))
	d.clock.move(90*24*time.Hour - time.Second)
	d.want("", "/me/messages", daysToken, again)
	d.clock.move(time.Second)
	d.want("100/2018074", "/me/messages", daysToken, again)
}

func TestTokensEndWithTheWebsitesWord(t *testing.T) {
	t.Parallel()
	d := newDays(t)
	vouched := func(lasts time.Duration) string {
		c := plugin.Customer{ID: "4711", Name: "Mara Voss", Expires: d.clock.now().Add(lasts)}
		return fmt.Sprintf(`{"page_id":%q,"customer":{"id":%q,"name":%q,"expires":%d,"signature":%q}}`,
			daysSite, c.ID, c.Name, c.Expires.Unix(), c.Sign([]byte(daysWord), daysSite))
	}
	d.want("400", "/plugin/visitors", "", vouched(31*24*time.Hour+time.Minute))
	month := vouched(31*24*time.Hour - time.Minute)
	a := d.want("", "/plugin/visitors", "", month)
	id, token := a["id"], a["token"].(string)
	d.clock.move(31*24*time.Hour - 2*time.Minute)
	d.want("", "/plugin/messages", token, `{"text":"a month later, and no guest's day counts"}`)
	d.clock.move(time.Minute + time.Second)
	d.want("401", "/plugin/messages", token, `{"text":"too late"}`)
	d.want("403", "/plugin/visitors", "", month)
	a = d.want("", "/plugin/visitors", "", vouched(time.Hour))
	if a["id"] != id {
		t.Errorf("vouched for anew, the customer is %v, who was %v", a["id"], id)
	}
	d.want("", "/plugin/messages", a["token"].(string), `{"text":"back"}`)
}
