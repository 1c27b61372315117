package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/internal/chromium"
	"frontdesk/messenger"
	"frontdesk/plugin"
)

// TestTalkRefused shows each kind of refusal.
func TestTalkRefused(t *testing.T) {
	t.Parallel()
	b := chromium.Start(t)
	const say = "POST /plugin/messages"
	sorry := func(field, message string) string {
		return fmt.Sprintf(`{"error":{"field":%q,"message":%q}}`, field, message)
	}
	for name, tc := range map[string]struct {
		storm func(http.ResponseWriter, *http.Request, http.Handler)
		then  func(*testing.T, *house, shop, string)
	}{
		"wrong words are told why": {
			refusing(say, http.StatusBadRequest, nil, sorry("text", "text is not nice")),
			func(_ *testing.T, h *house, s shop, visitor string) {
				s.shows("visitor one failed")
				s.Wait("the reason", "talk.state.messages[0].error === 'text is not nice' && talk.state.messages[0].retryable")
				h.weather(nil)
				s.say("two")
				s.shows("visitor two sent", "visitor one failed")
				s.Eval("talk.retry(talk.state.messages[1].key)", nil)
				s.shows("visitor two sent", "visitor one sent")
				h.wants(visitor, "two", "one")
			},
		},
		"too much is told when": {
			refusing(say, http.StatusTooManyRequests, http.Header{"Retry-After": {"600"}}, sorry("", "too much")),
			func(t *testing.T, h *house, s shop, visitor string) {
				s.shows("visitor one waiting")
				h.weather(nil)
				before := h.calls(say)
				s.Eval("told('online'); told('seen'); skew += 300_000; told('seen')", nil)
				s.shows("visitor one waiting")
				if n := h.calls(say); n != before {
					t.Errorf("%d calls came before their time", n-before)
				}
				s.Eval("skew += 301_000; told('seen')", nil)
				s.shows("visitor one sent")
				h.wants(visitor, "one")
			},
		},
		"a proxy's page says nothing": {
			refusing(say, http.StatusOK, nil, `<html>Sign in to the hotel's network</html>`),
			func(_ *testing.T, h *house, s shop, visitor string) {
				s.Wait("that it is not sent", "talk.state.messages[0].state === 'waiting'")
				h.weather(nil)
				s.shows("visitor one sent")
				h.wants(visitor, "one")
			},
		},
		"a server in trouble is asked again": {
			refusing(say, http.StatusServiceUnavailable, nil, sorry("", "this could not be kept just now; try again")),
			func(_ *testing.T, h *house, s shop, visitor string) {
				s.Wait("that it is not sent", "talk.state.messages[0].state === 'waiting'")
				h.weather(nil)
				s.shows("visitor one sent")
				h.wants(visitor, "one")
			},
		},
		"another website may not": {
			refusing(say, http.StatusForbidden, nil, sorry("origin", "other.example is not among the domains")),
			func(_ *testing.T, _ *house, s shop, _ string) {
				s.Wait("the phase", "talk.state.phase === 'refused' && talk.state.notice.startsWith('other.example')")
				s.Wait("the word to the loader", "sent.some((m) => m.do === 'refused' && m.wrong === 'origin')")
			},
		},
	} {
		t.Run(name, func(t *testing.T) { // one after the other: they share the browser
			h := newHouse(t)
			s := h.visit(t, b.Profile(t), "")
			visitor := s.begin()
			h.weather(tc.storm)
			s.say("one")
			tc.then(t, h, s, visitor)
		})
	}
}

// TestTalkBlocked blocks the visitor: what was said stays to be read, and what the page says still comes.
func TestTalkBlocked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	s.say("one")
	s.shows("visitor one sent")
	h.graph("POST", "/plugin/contacts/"+visitor, `{"blocked":true}`)
	s.say("two")
	s.shows("visitor one sent", "visitor two failed")
	s.Wait("the phase", "talk.state.phase === 'blocked' && talk.state.notice.includes('no more messages')")
	h.say(visitor, `{"text":"Goodbye."}`)
	s.shows("visitor one sent", "page Goodbye.", "visitor two failed")
	h.wants(visitor, "one", "Goodbye.")
}

// TestTalkOver erases the visitor: the token is worth nothing then. The text stays on the screen, and a new conversation
// begins behind it.
func TestTalkOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	profile := chromium.Start(t).Profile(t)
	s := h.visit(t, profile, "")
	other := h.visit(t, profile, "")
	visitor := s.begin()
	other.Wait("the conversation", "talk.state.phase === 'chat'")
	s.say("one")
	s.shows("visitor one sent")
	h.graph("DELETE", "/plugin/contacts/"+visitor, "")
	s.say("two")
	s.Wait("the end", "talk.state.phase === 'over' && !JSON.parse(localStorage.getItem('frontdesk:"+talkPage+"')).token")
	s.shows("visitor one sent", "visitor two failed")
	other.Wait("the end in the other tab", "talk.state.phase === 'over'")
	s.Eval("talk.retry(talk.state.messages[1].key)", nil)
	next := h.next(messenger.KindPostback).Sender.ID
	s.shows("visitor one sent", "visitor two sent")
	s.Wait("what is past", "talk.state.messages[0].past && !talk.state.messages[1].past && talk.state.phase === 'chat'")
	if next == visitor {
		t.Error("the new conversation is the old one")
	}
	h.wants(next, "two")
	other.Wait("the new conversation in the other tab", "talk.state.phase === 'chat' && said().at(-1) === 'visitor two sent'")
}

// TestTalkFiles sends files: what is too large is not sent, and how far the others are is told.
func TestTalkFiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	var mu sync.Mutex
	hold := make(chan struct{})
	h.weather(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			mu.Lock()
			defer mu.Unlock()
			select {
			case <-hold:
			case <-r.Context().Done():
				return
			}
		}
		next.ServeHTTP(w, r)
	})
	s.Eval(`talk.sendFiles([
		new File([new Uint8Array(300_000)], "a.bin", { type: "application/octet-stream" }),
		new File([new Uint8Array(9 << 20)], "large.png", { type: "image/png" }),
		new File(["b"], "b.txt", { type: "text/plain" }),
	]); talk.say("with two files")`, nil)
	s.Wait("one on its way, one refused, two waiting", `said().join("|") === "visitor a.bin sending|visitor large.png failed|visitor b.txt waiting|visitor with two files waiting"`)
	s.Wait("the reason", "talk.state.messages[1].error === 'large.png is too large' && !talk.state.messages[1].retryable")
	close(hold)
	s.shows("visitor a.bin sent", "visitor b.txt sent", "visitor with two files sent", "visitor large.png failed")
	s.Wait("their addresses", "talk.state.messages[0].files[0].url.startsWith('/plugin/files/')")
	h.wants(visitor, "a.bin", "b.txt", "with two files")
}

// TestTalkHistory has more said than is asked for at once.
func TestTalkHistory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	const all = 130
	for n := range all {
		h.say(visitor, fmt.Sprintf(`{"text":"%d"}`, n))
	}
	s.Wait("all by the line", fmt.Sprintf("talk.state.messages.length === %d", all))
	s.Reload()
	s.ready()
	s.Wait("the newest", fmt.Sprintf("talk.state.messages.length === 50 && talk.state.messages.at(-1).text === '%d' && talk.state.more", all-1))
	s.Wait("the older", "await talk.older(), talk.state.messages.length === 130 && !talk.state.more")
	var texts []string
	s.Eval("talk.state.messages.map((m) => m.text)", &texts)
	for n, text := range texts {
		if text != fmt.Sprint(n) {
			t.Fatalf("message %d is %q", n, text)
		}
	}
}

// TestTalkReturns opens the window after half an hour of silence: that is an arrival, and a window opened again is none.
func TestTalkReturns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "?ref=bikes")
	s.begin()
	s.say("one")
	s.shows("visitor one sent")
	s.Go(h.url + "/shop?ref=bikes&open=0")
	s.ready()
	s.shows("visitor one sent")
	before := h.calls("POST /plugin/visitors")
	s.Eval("skew += 31 * 60_000; loader({ do: 'open', focus: true })", nil)
	if ev := h.next(messenger.KindReferral); ev.Referral.Ref != "bikes" {
		t.Errorf("the visitor came back by %+v", ev.Referral)
	}
	s.Eval("loader({ do: 'close' }); loader({ do: 'open', focus: true })", nil)
	s.say("two")
	s.shows("visitor one sent", "visitor two sent")
	if n := h.calls("POST /plugin/visitors"); n != before+1 {
		t.Errorf("the visitor came back %d times", n-before)
	}
}

// TestTalkOfCustomers has the website vouch for the visitor.
func TestTalkOfCustomers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	raw, err := json.Marshal(signed(t))
	if err != nil {
		t.Fatal(err)
	}
	query := "?customer=" + url.QueryEscape(string(raw))
	b := chromium.Start(t)
	s := h.visit(t, b.Profile(t), query)
	s.Wait("the name, before anything is said", "talk.state.phase === 'greeting' && talk.state.visitor.name === 'Mara Voss'")
	visitor := s.begin()
	s.say("from here")
	s.shows("visitor from here sent")
	s.Wait("who it is", "talk.state.visitor.loggedIn && talk.state.visitor.name === 'Mara Voss'")
	elsewhere := h.visit(t, b.Profile(t), query)
	elsewhere.Eval("talk.begin()", nil)
	elsewhere.shows("visitor from here sent")
	elsewhere.say("from there")
	s.shows("visitor from here sent", "visitor from there sent")
	h.wants(visitor, "from here", "from there")
	before := h.calls("POST /plugin/visitors")
	s.Reload()
	s.ready()
	s.shows("visitor from here sent", "visitor from there sent")
	if n := h.calls("POST /plugin/visitors"); n != before {
		t.Errorf("the same word of the website was told %d more times", n-before)
	}
}

// signed is a customer as the website's server would put them into its page.
func signed(t *testing.T) map[string]any {
	t.Helper()
	mara := plugin.Customer{ID: "4711", Name: "Mara Voss", Expires: time.Now().Add(time.Hour).Truncate(time.Second)}
	return map[string]any{
		"id": mara.ID, "name": mara.Name, "expires": mara.Expires.Unix(), "signature": mara.Sign([]byte(talkSecret), talkPage),
	}
}
