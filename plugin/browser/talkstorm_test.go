package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/internal/chromium"
	"frontdesk/messenger"
	"frontdesk/plugin"
)

// TestTalkSaysOnce loses answers of what the platform has kept: the visitor, the words, the tap, and the file. Each is there
// once in the end, in the order in which it was said, on both sides.
func TestTalkSaysOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	h.weather(lost("POST /plugin/visitors", 2))
	visitor := s.begin()
	h.weather(lost("POST /plugin/messages", 3))
	s.say("one", "two", "three")
	s.shows("visitor one sent", "visitor two sent", "visitor three sent")
	h.weather(lost("POST /plugin/messages", 2))
	h.say(visitor, `{"text":"Blue?","quick_replies":[{"content_type":"text","title":"Yes","payload":"Y"}]}`)
	s.Wait("the question", "talk.state.messages.at(-1).text === 'Blue?'")
	s.Eval("talk.tap(talk.state.messages.at(-1).mid, 0)", nil)
	s.say("four")
	h.weather(lost("POST /plugin/messages", 2))
	s.Eval("talk.sendFiles([new File(['a note'], 'note.txt', { type: 'text/plain' })])", nil)
	s.say("five")
	s.shows("visitor one sent", "visitor two sent", "visitor three sent", "page Blue?", "visitor Yes sent", "visitor four sent", "visitor note.txt sent", "visitor five sent")
	h.wants(visitor, "one", "two", "three", "Blue?", "Yes", "four", "note.txt", "five")
	for _, want := range []string{"one", "two", "three", "Yes", "four", "", "five"} {
		if ev := h.next(messenger.KindMessage); ev.Message.Text != want {
			t.Errorf("the page was told %q, want %q", ev.Message.Text, want)
		}
	}
}

// TestTalkRepeats loses answers where no line tells what was kept: only saying it once more does.
func TestTalkRepeats(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	losing := lost("POST /plugin/messages", 3)
	h.weather(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/plugin/events" {
			hangUp(w)
			return
		}
		losing(w, r, next)
	})
	h.deafen()
	s.say("one", "two")
	s.shows("visitor one sent", "visitor two sent")
	h.wants(visitor, "one", "two")
	if n := h.calls("POST /plugin/messages"); n != 5 {
		t.Errorf("%d calls were made for two texts and three lost answers, want 5", n)
	}
	h.weather(nil)
	s.Eval("told('online')", nil)
	s.Wait("a line", "talk.state.net === 'online'")
	s.shows("visitor one sent", "visitor two sent")
}

// TestTalkSlow has a platform that keeps words and takes longer to say so than anybody waits.
func TestTalkSlow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "?call=250")
	visitor := s.begin()
	over := make(chan struct{})
	h.weather(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/plugin/events" {
			hangUp(w)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		if r.Method+" "+r.URL.Path == "POST /plugin/messages" {
			select {
			case <-over:
			case <-r.Context().Done():
				return
			}
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
	h.deafen()
	s.say("one", "two")
	s.Wait("a second try", "talk.state.messages[0].state === 'waiting'")
	close(over)
	s.shows("visitor one sent", "visitor two sent")
	h.wants(visitor, "one", "two")
	if n := h.calls("POST /plugin/messages"); n < 3 {
		t.Errorf("%d calls were made, want one more than texts at least", n)
	}
}

// TestTalkOffline cuts the visitor off: what is written waits, outlives a reload, and is sent when the network is back.
func TestTalkOffline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	s.Offline(true)
	s.Wait("the news of it", "talk.state.net === 'offline'")
	s.say("one", "two")
	s.shows("visitor one waiting", "visitor two waiting")
	s.Eval("talk.discard(talk.state.messages[1].key)", nil)
	s.say("three")
	s.shows("visitor one waiting", "visitor three waiting")
	h.say(visitor, `{"text":"Are you there?"}`)
	s.Offline(false)
	s.Wait("the network", "talk.state.net === 'online'")
	s.shows("page Are you there?", "visitor one sent", "visitor three sent")
	h.wants(visitor, "Are you there?", "one", "three")
}

// TestTalkReload reloads the page while its words wait, and the platform is away: they are there, and are sent.
func TestTalkReload(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	s.say("before")
	s.shows("visitor before sent")
	h.weather(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { hangUp(w) })
	s.say("one", "two")
	s.Eval("talk.sendFiles([new File(['a note'], 'note.txt', { type: 'text/plain' })])", nil)
	s.Wait("three that wait", "talk.state.messages.length === 4 && talk.state.messages[1].state !== 'sent'")
	s.Reload()
	s.ready()
	s.shows("visitor one waiting", "visitor two waiting", "visitor note.txt failed")
	s.Wait("why the file failed", "talk.state.messages[2].error === 'choose it again' && !talk.state.messages[2].retryable")
	h.weather(nil)
	s.shows("visitor before sent", "visitor one sent", "visitor two sent", "visitor note.txt failed")
	s.Eval("talk.discard(talk.state.messages[3].key)", nil)
	s.shows("visitor before sent", "visitor one sent", "visitor two sent")
	s.Wait("an empty outbox", "!JSON.parse(localStorage.getItem('frontdesk:"+talkPage+"')).outbox")
	h.wants(visitor, "before", "one", "two")
}

// TestTalkRestart closes the platform in the middle of a conversation and opens it again on the same file.
func TestTalkRestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	s.say("one")
	s.shows("visitor one sent")
	h.weather(lost("POST /plugin/messages", 1)) // kept, and then the platform ends
	s.say("two")
	for len(h.kept(visitor)) < 2 {
		s.Wait("the next round", "true")
	}
	h.down()
	s.say("three", "four")
	s.Wait("the news of it", "talk.state.net !== 'online' && talk.state.messages.length === 4")
	h.open()
	h.weather(nil)
	h.say(visitor, `{"text":"We are back."}`)
	s.Wait("a line", "talk.state.net === 'online' && talk.state.messages.every((m) => m.state !== 'waiting' && m.state !== 'sending')")
	s.Wait("the page's words", "talk.state.messages.filter((m) => m.text === 'We are back.').length === 1")
	var shown []string
	s.Eval("talk.state.messages.map((m) => m.text)", &shown)
	if want := h.kept(visitor); !slices.Equal(shown, want) || len(want) != 5 {
		t.Errorf("the visitor sees %q, the platform has %q", shown, want)
	}
	if mine := slices.DeleteFunc(shown, func(s string) bool { return s == "We are back." }); !slices.Equal(mine, []string{"one", "two", "three", "four"}) {
		t.Errorf("the visitor's words are %q", mine)
	}
}

// TestTalkSleep makes the line dead without ending it, and lets the clock jump as a notebook's does that was closed.
func TestTalkSleep(t *testing.T) {
	t.Parallel()
	b := chromium.Start(t)
	for name, wake := range map[string]string{
		"the clock jumped":         "skew += 600_000",
		"nothing came for long":    "for (let i = 0; i < 13; i++) { skew += 5_000; await new Promise((r) => setTimeout(r, 50)); }",
		"the visitor is back":      "skew += 31_000; told('seen')",
		"the network is back":      "told('online')",
		"the page was put away":    "told('away'); told('back')",
		"somebody looks at it now": "hidden = true; told('hidden'); await new Promise((r) => setTimeout(r, 60)); hidden = false; told('seen')",
	} {
		t.Run(name, func(t *testing.T) { // one after the other: they share the browser
			h := newHouse(t)
			s := h.visit(t, b.Profile(t), "")
			visitor := s.begin()
			h.say(visitor, `{"text":"one"}`)
			s.shows("page one")
			h.deafen()
			h.say(visitor, `{"text":"two"}`)
			s.Eval("(async () => { "+wake+" })()", nil)
			s.shows("page one", "page two")
			s.Wait("the line", "talk.state.net === 'online'")
			h.say(visitor, `{"text":"three"}`)
			s.shows("page one", "page two", "page three")
			h.next(messenger.KindDelivery)
		})
	}
}

// TestTalkTabs opens two tabs of one visitor: each sees what is said in the other, nothing is sent or shown twice, and what
// one that is closed had still to say, the other says.
func TestTalkTabs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	profile := chromium.Start(t).Profile(t)
	one := h.visit(t, profile, "?lead=1")
	other := h.visit(t, profile, "")
	visitor := one.begin()
	other.Wait("the conversation of the first tab", "talk.state.phase === 'chat' && talk.state.net === 'online'")
	one.say("a")
	one.shows("visitor a sent")
	other.shows("visitor a sent")
	other.say("b")
	one.shows("visitor a sent", "visitor b sent")

	h.weather(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method+" "+r.URL.Path == "POST /plugin/messages" {
			hangUp(w)
			return
		}
		next.ServeHTTP(w, r)
	})
	one.say("c")
	other.Wait("what the first tab wants to say", "said().some((m) => m.startsWith('visitor c'))")
	other.say("d")
	one.Wait("what the second wants to say", "said().some((m) => m.startsWith('visitor d'))")
	one.Close()
	h.weather(nil)
	other.Wait("all of it", "said().filter((m) => m.endsWith(' sent')).length === 4")
	got := h.kept(visitor)
	slices.Sort(got)
	if want := []string{"a", "b", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("the platform has %q, want %q", got, want)
	}
	other.Wait("an empty outbox", "!JSON.parse(localStorage.getItem('frontdesk:"+talkPage+"')).outbox")
	other.Eval("talk.setSound(true)", nil)
	third := h.visit(t, profile, "")
	third.Wait("the sound, remembered", "talk.state.sound && talk.state.messages.length === 4")
}

// TestTalkHidden lets nobody see the tab: it gives its line up and asks now and then, and the badge counts.
func TestTalkHidden(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	s.Eval("talk.setSound(true); loader({ do: 'close' }); hidden = true; told('hidden')", nil)
	s.Wait("no line", "talk.state.net !== undefined && await new Promise((r) => setTimeout(() => r(true), 100))")
	h.say(visitor, `{"text":"one"}`)
	h.say(visitor, `{"text":"two"}`)
	s.Wait("the badge", "talk.state.unread === 2 && sent.at(-1).do === 'unread' && sent.at(-1).count === 2 && sent.at(-1).text === 'two'")
	s.Eval("talk.looked()", nil)
	s.Wait("that nobody has seen them", "talk.state.unread === 2")
	s.Eval("hidden = false; told('seen'); talk.looked()", nil)
	s.Wait("that nobody has opened it", "talk.state.unread === 2 && tones === 0")
	h.say(visitor, `{"text":"three"}`)
	s.Wait("the sound", "tones === 1 && talk.state.unread === 3")
	s.Eval("loader({ do: 'open' }); talk.looked()", nil)
	s.Wait("no badge", "talk.state.unread === 0 && sent.at(-1).count === 0")
	h.next(messenger.KindRead)
	h.say(visitor, `{"text":"four"}`)
	s.Wait("the next", "talk.state.unread === 1 && tones === 1")
	s.Reload()
	s.ready()
	s.Wait("what was read before", "talk.state.messages.length === 4 && talk.state.unread === 1")
}

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
