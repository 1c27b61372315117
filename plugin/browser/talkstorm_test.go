package browser_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"frontdesk/internal/chromium"
	"frontdesk/messenger"
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
