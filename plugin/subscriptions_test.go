package plugin_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

const (
	botID       = "512340000000099"
	botSecret   = "the bot's secret"
	botToken    = "the bot's token"
	botAppToken = botID + "|" + botSecret
	verifyToken = "the bot's verify token"
)

func bot() plugin.App {
	return plugin.App{ID: botID, Name: "Some bot", Secret: botSecret, Tokens: map[string]string{siteID: botToken}}
}

// callback is a bot's webhook: it verifies as the reference says and checks its own signature.
type callback struct {
	t      *testing.T
	http   *httptest.Server
	events chan messenger.Event
	answer func(w http.ResponseWriter, q url.Values) // to the challenge; nil: as the reference says
}

func newCallback(t *testing.T) *callback {
	t.Helper()
	c := &callback{t: t, events: make(chan messenger.Event, 100)}
	c.http = httptest.NewServer(c)
	t.Cleanup(c.http.Close)
	return c
}

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		q := r.URL.Query()
		switch {
		case c.answer != nil:
			c.answer(w, q)
		case q.Get("hub.mode") == "subscribe" && q.Get("hub.verify_token") == verifyToken:
			_, _ = io.WriteString(w, q.Get("hub.challenge"))
		default:
			w.WriteHeader(http.StatusForbidden)
		}
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // cut off by the other side
	}
	mac := hmac.New(sha256.New, []byte(botSecret))
	mac.Write(body)
	if got := r.Header.Get("X-Hub-Signature-256"); got != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
		c.t.Errorf("a webhook for the bot is signed %q", got)
	}
	env, err := messenger.ParseEnvelope(body)
	if err != nil || len(env.Entries) != 1 || len(env.Entries[0].Events) != 1 {
		c.t.Errorf("the bot got %s (%v)", body, err)
		return
	}
	c.events <- env.Entries[0].Events[0]
}

func (c *callback) next(kind messenger.Kind, channel messenger.Channel) messenger.Event {
	c.t.Helper()
	select {
	case ev := <-c.events:
		if ev.Kind != kind || ev.Channel != channel {
			c.t.Fatalf("the bot got %s in %s, want %s in %s", ev.Kind, ev.Channel, kind, channel)
		}
		return ev
	case <-time.After(patience):
		c.t.Fatalf("the bot got no %s", kind)
		panic("unreachable")
	}
}

func (p *platform) subscribe(address, fields string) answer {
	return p.call("POST", "/v25.0/"+botID+"/subscriptions?access_token="+url.QueryEscape(botAppToken), "",
		fmt.Sprintf(`{"object":"page","callback_url":%q,"verify_token":%q,"fields":%q,"include_values":true}`, address, verifyToken, fields))
}

func granted(t *testing.T, a answer) {
	t.Helper()
	sameAs(t, a, "subscribed-apps-post-success")
}

// An app that subscribes by its own calls is told, with its own secret, of the fields that both levels name, also after a
// restart, until it takes itself off.
func TestAnAppSubscribesItself(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	desk, far := newReceiver(t), newCallback(t)
	o := plugin.Options{Path: path, Subscribers: desk.subscriptions(), Apps: []plugin.App{bot()}, Loopback: true}
	p := start(t, o)
	c, _ := p.visitor(plugin.Profile{})
	say := func(text string) {
		t.Helper()
		_, err := p.Write(t.Context(), c, text)
		must(t, err)
		if ev := desk.next(messenger.KindMessage); ev.Message.Text != text {
			t.Errorf("the desk got %s", ev.Raw)
		}
	}
	granted(t, p.subscribe(far.http.URL+"/hook?shop=1", "messages,message_echoes,messaging_postbacks,standby,messaging_handovers"))
	say("not installed yet")
	granted(t, p.call("POST", "/v25.0/me/subscribed_apps?subscribed_fields=messages,standby,message_reads,messaging_handovers", botToken, ""))
	say("hello bot")
	if ev := far.next(messenger.KindMessage, messenger.ChannelMessaging); ev.Message.Text != "hello bot" {
		t.Errorf("the bot got %s", ev.Raw)
	}
	list := data(t, p.call("GET", "/me/subscribed_apps", siteToken, ""))
	if len(list) != 2 || list[1]["id"] != botID || list[1]["name"] != "Some bot" ||
		fmt.Sprint(list[1]["subscribed_fields"]) != "[message_reads messages messaging_handovers standby]" || list[0]["id"] != ourApp {
		t.Errorf("the page's apps are %v", list)
	}
	subs := data(t, p.call("GET", "/v25.0/"+botID+"/subscriptions", botAppToken, ""))
	if len(subs) != 1 || subs[0]["object"] != "page" || subs[0]["active"] != true || subs[0]["callback_url"] != far.http.URL+"/hook?shop=1" ||
		len(subs[0]["fields"].([]any)) != 5 {
		t.Errorf("the app's subscriptions are %v", subs)
	}
	state := p.Subscribers()[2]
	if state.App != botID || state.Page != siteID || fmt.Sprint(state.Fields) != "[messages messaging_handovers standby]" {
		t.Errorf("the platform says of the bot's callback %+v", state)
	}

	p.stop()
	p = start(t, o)
	say("after a restart")
	far.next(messenger.KindMessage, messenger.ChannelMessaging)
	moved := newCallback(t)
	granted(t, p.subscribe(moved.http.URL, "messages"))
	say("to another address")
	moved.next(messenger.KindMessage, messenger.ChannelMessaging)
	granted(t, p.call("DELETE", "/"+botID+"/subscriptions?object=page&fields=messages", botAppToken, ""))
	if got := data(t, p.call("GET", "/"+botID+"/subscriptions", botAppToken, "")); len(got) != 0 {
		t.Errorf("without fields the app is subscribed to %v", got)
	}
	say("nobody listens")
	granted(t, p.subscribe(moved.http.URL, "messages"))
	granted(t, p.call("DELETE", "/me/subscribed_apps", botToken, ""))
	say("nor now")
	if list := data(t, p.call("GET", "/me/subscribed_apps", botToken, "")); len(list) != 1 || len(p.Subscribers()) != 2 {
		t.Errorf("afterwards the page's apps are %v and those told %+v", list, p.Subscribers())
	}
	granted(t, p.call("POST", "/me/subscribed_apps", botToken, `{"subscribed_fields":["messages"]}`))
	say("again")
	if ev := moved.next(messenger.KindMessage, messenger.ChannelMessaging); ev.Message.Text != "again" {
		t.Errorf("once installed again the bot got %q", ev.Message.Text)
	}
	p.quiet()
}

func TestSubscriptionRefusals(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{Apps: []plugin.App{bot()}, Loopback: true})
	far := newCallback(t)
	path := "/" + botID + "/subscriptions"
	body := func(object, address, token, fields string) string {
		return fmt.Sprintf(`{"object":%q,"callback_url":%q,"verify_token":%q,"fields":%q}`, object, address, token, fields)
	}
	for name, tc := range map[string]struct {
		method, path, token, body string
		status, code, subcode     int
		about                     string
	}{
		"a page's token":          {"POST", path, botToken, body("page", far.http.URL, verifyToken, "messages"), 400, 15, 0, "app access_token"},
		"another app":             {"POST", path, ourApp + "|" + secret, body("page", far.http.URL, verifyToken, "messages"), 400, 100, 33, ""},
		"a wrong secret":          {"POST", path, botID + "|x", body("page", far.http.URL, verifyToken, "messages"), 401, 190, 0, ""},
		"instagram":               {"POST", path, botAppToken, body("instagram", far.http.URL, verifyToken, "messages"), 400, 100, 0, "object"},
		"an unknown field":        {"POST", path, botAppToken, body("page", far.http.URL, verifyToken, "messages,moods"), 400, 100, 0, "fields[1]"},
		"no field":                {"POST", path, botAppToken, body("page", far.http.URL, verifyToken, ""), 400, 100, 0, "fields"},
		"no verify token":         {"POST", path, botAppToken, body("page", far.http.URL, "", "messages"), 400, 100, 0, "verify_token"},
		"no address":              {"POST", path, botAppToken, body("page", "bot", verifyToken, "messages"), 400, 100, 0, "callback_url"},
		"http beyond the machine": {"POST", path, botAppToken, body("page", "http://bot.example/hook", verifyToken, "messages"), 400, 100, 0, "https"},
		"another verify token":    {"POST", path, botAppToken, body("page", far.http.URL, "guess", "messages"), 400, 2200, 0, "403"},
		"nobody there":            {"POST", path, botAppToken, body("page", refusingAddress(t), verifyToken, "messages"), 400, 2200, 0, "reached"},
		"a private address":       {"POST", path, botAppToken, body("page", "https://10.0.0.1/hook", verifyToken, "messages"), 400, 2200, 0, "reached"},
		"install without fields":  {"POST", "/me/subscribed_apps", botToken, `{}`, 400, 100, 0, "subscribed_fields"},
		"install for odd fields":  {"POST", "/me/subscribed_apps?subscribed_fields=moods", botToken, "", 400, 100, 0, "subscribed_fields[0]"},
		"install an app alone":    {"POST", "/me/subscribed_apps?subscribed_fields=messages", botAppToken, "", 401, 190, 0, "Page Access Token"},
		"install elsewhere":       {"POST", "/" + pageID + "/subscribed_apps?subscribed_fields=messages", botToken, "", 400, 100, 33, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.call(tc.method, tc.path, tc.token, tc.body)
			refused(t, a, tc.status, tc.code, tc.subcode, tc.about)
			for _, s := range []string{botSecret, verifyToken, botToken} {
				if strings.Contains(fmt.Sprint(a.body), s) {
					t.Errorf("the refusal holds a secret: %v", a.body)
				}
			}
		})
	}
	far.answer = func(w http.ResponseWriter, _ url.Values) { _, _ = io.WriteString(w, "EVENT_RECEIVED") }
	refused(t, p.subscribe(far.http.URL, "messages"), 400, 2200, 0, "challenge")
	far.answer = func(w http.ResponseWriter, _ url.Values) {
		w.Header().Set("Location", "/x")
		w.WriteHeader(http.StatusFound)
	}
	refused(t, p.subscribe(far.http.URL, "messages"), 400, 2200, 0, "302")
	if got := data(t, p.call("GET", path, botAppToken, "")); len(got) != 0 {
		t.Errorf("what was refused left %v", got)
	}
	public := start(t, plugin.Options{Apps: []plugin.App{bot()}})
	refused(t, public.subscribe(far.http.URL, "messages"), 400, 100, 0, "https")
}

// Two apps share a conversation: who answers has control, the other one listens in standby.
func TestTwoAppsHandAConversationOver(t *testing.T) {
	t.Parallel()
	desk, far := newReceiver(t), newCallback(t)
	p := start(t, plugin.Options{Subscribers: desk.subscriptions(), Apps: []plugin.App{bot()}, Loopback: true})
	granted(t, p.subscribe(far.http.URL, "messages,message_echoes,messaging_handovers,standby"))
	granted(t, p.call("POST", "/me/subscribed_apps?subscribed_fields=messages,message_echoes,messaging_handovers,standby", botToken, ""))
	c, _ := p.visitor(plugin.Profile{})
	control := func(call, token, more string) answer {
		return p.call("POST", "/me/"+call, token, `{"recipient":{"id":"`+c.ID+`"}`+more+`}`)
	}
	say := func(token string) answer {
		return p.call("POST", "/me/messages", token, `{"recipient":{"id":"`+c.ID+`"},"message":{"text":"hi"}}`)
	}
	owner := func() string {
		list := data(t, p.call("GET", "/me/thread_owner?recipient="+c.ID, siteToken, ""))
		if len(list) == 0 {
			return "nobody"
		}
		return fmt.Sprint(at(list[0], "thread_owner", "app_id"))
	}
	sameAs(t, p.call("GET", "/me/thread_owner?recipient="+c.ID, botToken, ""), "thread-owner-idle")
	if a := say(botToken); a.status != 200 || owner() != botID {
		t.Fatalf("the bot's answer is %d %v, and %s has control", a.status, a.body, owner())
	}
	if ev := far.next(messenger.KindEcho, messenger.ChannelMessaging); ev.Message.AppID != botID {
		t.Errorf("the echo names app %q", ev.Message.AppID)
	}
	if ev := desk.next(messenger.KindEcho); ev.Channel != messenger.ChannelStandby {
		t.Errorf("the desk is told of it in %s", ev.Channel)
	}
	refused(t, say(siteToken), 400, 100, 2018300, "")
	refused(t, control("extend_thread_control", siteToken, `,"duration":60`), 400, 100, 2018234, "")
	sameAs(t, control("request_thread_control", siteToken, `,"metadata":"for Ana"`), "thread-control-success")
	if ev := far.next(messenger.KindRequest, messenger.ChannelMessaging); ev.Rare.Control.Metadata != "for Ana" || !strings.Contains(string(ev.Raw), ourApp) {
		t.Errorf("the bot is asked by %s", ev.Raw)
	}
	sameAs(t, control("pass_thread_control", botToken, `,"target_app_id":`+ourApp), "thread-control-success")
	far.next(messenger.KindPass, messenger.ChannelMessaging)
	desk.next(messenger.KindPass)
	if a := say(siteToken); a.status != 200 || owner() != ourApp {
		t.Errorf("the desk's answer is %d %v", a.status, a.body)
	}
	desk.next(messenger.KindEcho)
	far.next(messenger.KindEcho, messenger.ChannelStandby)
	refused(t, control("take_thread_control", botToken, ""), 400, 100, 2018171, "")
	sameAs(t, control("request_thread_control", siteToken, ""), "thread-control-success") // it has it: nobody is asked
	sameAs(t, control("extend_thread_control", siteToken, `,"duration":604800`), "thread-control-success")
	list := data(t, p.call("GET", "/me/thread_owner?recipient="+c.ID, siteToken, ""))
	if until := at(list[0], "thread_owner", "expiration").(float64); time.Until(time.Unix(int64(until), 0)) < 6*24*time.Hour {
		t.Errorf("extended by a week, control ends at %v", until)
	}
	for name, duration := range map[string]string{"a week and a second": "604801", "nothing": "0", "a word": `"long"`} {
		t.Run("extend by "+name, func(t *testing.T) {
			refused(t, control("extend_thread_control", siteToken, `,"duration":`+duration), 400, 100, 0, "duration")
		})
	}
	sameAs(t, control("release_thread_control", siteToken, ""), "thread-control-success")
	if owner() != "nobody" {
		t.Errorf("released, %s has control", owner())
	}
	refused(t, control("extend_thread_control", botToken, `,"duration":60`), 400, 100, 2018234, "")
	for _, tc := range []struct{ after, owner string }{
		{`{"control_type":"pass","app_id":` + botID + `}`, botID}, {`{"control_type":"release"}`, "nobody"},
	} {
		granted(t, control("take_thread_control", siteToken, ""))
		a := p.call("POST", "/me/messages", siteToken, `{"recipient":{"id":"`+c.ID+`"},"message":{"text":"over to you"},"thread_control":`+tc.after+`}`)
		if a.status != 200 || owner() != tc.owner {
			t.Errorf("sent with %s: %d %v, and %s has control", tc.after, a.status, a.body, owner())
		}
	}
	for _, wrong := range []string{`{"control_type":"keep"}`, `{"control_type":"pass"}`, `"pass"`} {
		refused(t, p.call("POST", "/me/messages", siteToken, `{"recipient":{"id":"`+c.ID+`"},"message":{"text":"x"},"thread_control":`+wrong+`}`), 400, 100, 0, "thread_control")
	}
	sameAs(t, control("take_thread_control", botToken, ""), "thread-control-success")
	sameAs(t, control("take_thread_control", siteToken, ""), "thread-control-success") // the page's own app always may
	if owner() != ourApp {
		t.Errorf("at the end %s has control", owner())
	}
	if got := data(t, p.call("GET", "/me/secondary_receivers?fields=id,name", siteToken, "")); fmt.Sprint(got) != "[map[id:"+botID+" name:Some bot]]" {
		t.Errorf("the other receivers are %v", got)
	}
	refused(t, p.call("GET", "/me/thread_owner?recipient=1", siteToken, ""), 400, 100, 2018001, "")
}

// Control lapses 24 hours after the contact's last message.
func TestControlLapses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	clock := &clock{at: now}
	p := start(t, plugin.Options{Now: clock.now, Apps: []plugin.App{bot()}})
	c, _ := p.visitor(plugin.Profile{})
	_, err := p.Write(t.Context(), c, "hello")
	must(t, err)
	say := func(token string) answer {
		return p.call("POST", "/me/messages", token, `{"recipient":{"id":"`+c.ID+`"},"message":{"text":"hi"}}`)
	}
	clock.move(now.Add(10 * time.Hour).Sub(clock.now()))
	if a := say(botToken); a.status != 200 {
		t.Fatalf("the bot's answer is %d %v", a.status, a.body)
	}
	list := data(t, p.call("GET", "/me/thread_owner?recipient="+c.ID, siteToken, ""))
	if got := at(list[0], "thread_owner", "expiration"); got != float64(now.Add(24*time.Hour).Unix()) {
		t.Errorf("control ends at %v, want %d", got, now.Add(24*time.Hour).Unix())
	}
	clock.move(now.Add(24*time.Hour - time.Second).Sub(clock.now()))
	refused(t, say(siteToken), 400, 100, 2018300, "")
	clock.move(now.Add(24 * time.Hour).Sub(clock.now()))
	if a := say(siteToken); a.status != 200 {
		t.Errorf("after 24 hours the desk is answered %d %v", a.status, a.body)
	}
	refused(t, say(botToken), 400, 100, 2018300, "")
	_, err = p.Write(t.Context(), c, "still there")
	must(t, err)
	clock.move(now.Add(47 * time.Hour).Sub(clock.now()))
	refused(t, say(botToken), 400, 100, 2018300, "")
}

// What an app asked for is offered to it for 36 hours, by the clock of the platform, and counted when it is given up.
func TestAnInstalledAppIsRetriedFor36Hours(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	first := start(t, plugin.Options{Path: path, Apps: []plugin.App{bot()}, Loopback: true})
	granted(t, first.subscribe(newCallback(t).http.URL, "messages"))
	granted(t, first.call("POST", "/me/subscribed_apps?subscribed_fields=messages", botToken, ""))
	first.stop()
	synctest.Test(t, func(t *testing.T) {
		far := &transport{fail: true}
		srv, err := plugin.Open(plugin.Options{
			Path: path, Pages: []plugin.Page{site()}, HTTP: &http.Client{Transport: far}, Apps: []plugin.App{bot()}, Loopback: true,
		})
		must(t, err)
		ran := make(chan error, 1)
		go func() { ran <- srv.Run(context.Background()) }()
		c, _, err := srv.NewVisitor(t.Context(), siteID, plugin.Profile{})
		must(t, err)
		_, err = srv.Write(t.Context(), c, "hello")
		must(t, err)
		time.Sleep(36*time.Hour - time.Minute)
		if st := srv.Subscribers()[0]; st.Queued != 1 || st.GivenUp != 0 || st.Failures == 0 {
			t.Errorf("a minute before the 36 hours it is %+v", st)
		}
		time.Sleep(15 * time.Minute)
		if st := srv.Subscribers()[0]; st.Queued != 0 || st.GivenUp != 1 {
			t.Errorf("after 36 hours it is %+v", st)
		}
		must(t, srv.Close(context.Background()))
		must(t, <-ran)
	})
}
