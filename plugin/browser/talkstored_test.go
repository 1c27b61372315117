package browser_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"frontdesk/internal/chromium"
	"frontdesk/messenger"
)

// TestTalkAfterTheEnd leaves words behind that were refused because the conversation was over, and loads the page again: a
// new conversation begins all the same, and they wait in it for the visitor's word.
func TestTalkAfterTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	h.graph("DELETE", "/plugin/contacts/"+s.begin(), "")
	s.say("left behind")
	s.Wait("the end", "talk.state.phase === 'over'")
	s.Reload()
	s.ready()
	next := s.begin()
	s.say("said anew")
	s.shows("visitor said anew sent", "visitor left behind failed")
	s.Eval("talk.retry(talk.state.messages[1].key)", nil)
	s.shows("visitor said anew sent", "visitor left behind sent")
	h.wants(next, "said anew", "left behind")
}

// TestTalkOnRubbish puts into the website's storage what the talk has not written. It goes on with what is good of it.
func TestTalkOnRubbish(t *testing.T) {
	t.Parallel()
	b := chromium.Start(t)
	const say = `"key":"k1","kind":"say","at":1,"path":"/plugin/messages","body":{"text":"rubbish"},"text":"rubbish"`
	for name, stored := range map[string]string{
		"a token with a line break": `{"token":"a\nb"}`,
		"a token of other letters":  `{"token":"ü€"}`,
		"a token without end":       `{"token":"` + strings.Repeat("x", 100_000) + `"}`,
		"a token that is none":      `{"token":{"a":1}}`,
		"entries that are none":     `{"outbox":[null,1,"x",[],{}]}`,
		"a time that is none":       `{"outbox":[{` + strings.Replace(say, `"at":1`, `"at":1e300`, 1) + `}]}`,
		"a time before all others":  `{"outbox":[{` + strings.Replace(say, `"at":1`, `"at":-1e300`, 1) + `}]}`,
		"a text that is none":       `{"outbox":[{` + strings.Replace(say, `"text":"rubbish"`, `"text":{}`, 2) + `}]}`,
		"somebody else's path":      `{"outbox":[{` + strings.Replace(say, "/plugin/messages", "/plugin/../me/messages", 1) + `}]}`,
		"a file that is none":       `{"outbox":[{"key":"k1","kind":"file","at":1,"text":"","file":5}]}`,
	} {
		t.Run(name, func(t *testing.T) { // one after the other: they share the browser
			h := newHouse(t)
			s := h.visit(t, b.Profile(t), "")
			s.Eval(fmt.Sprintf("localStorage.setItem('frontdesk:%s', %q)", talkPage, stored), nil)
			s.Reload()
			s.ready()
			s.begin()
			s.say("hello")
			if ev := h.next(messenger.KindMessage); ev.Message.Text != "hello" {
				t.Errorf("the page was told %q", ev.Message.Text)
			}
			s.shows("visitor hello sent")
		})
	}
}

// TestTalkOvertaken reloads the website in the very step in which a word was said, while the platform is away and before the
// website's storage has it: the word is kept once when the platform is back.
func TestTalkOvertaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := chromium.Start(t).Profile(t).Page(t, chromium.Desktop)
	p.Go(h.url + "/plugin/try")
	p.Role("button", "chat").Click()
	frame := p.Frame("/plugin/frame")
	frame.Role("button", "Get started").Click()
	visitor := h.next(messenger.KindPostback).Sender.ID
	frame.Role("textbox", "Write a message").Click()
	h.weather(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { hangUp(w) })
	p.Type("Is it blue?")
	p.Eval("Storage.prototype.setItem = () => {}", nil) // the reload comes before the loader has heard of it
	frame.Eval(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
		top.location.reload()`, nil)
	p.Wait("the page once more", "!Storage.prototype.setItem.toString().includes('=>')")
	frame.Wait("the word", "document.body.textContent.includes('Is it blue?')")
	h.weather(nil)
	if ev := h.next(messenger.KindMessage); ev.Message.Text != "Is it blue?" {
		t.Errorf("the page was told %q", ev.Message.Text)
	}
	frame.Wait("nothing left", "sessionStorage.length === 0")
	h.wants(visitor, "Is it blue?")
}

// TestTalkSpareOfAnother has a word in the tab's storage that was meant for another visitor's conversation: it is shown, and
// not sent, also after one more reload, unless the visitor says so.
func TestTalkSpareOfAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	s.Eval(`sessionStorage.setItem("frontdesk:`+talkPage+`", JSON.stringify({ of: "another", outbox: [null, 5, {},
		{ key: "k1", kind: "say", at: 1, path: "/plugin/messages", body: { text: "not mine" }, text: "not mine" }] }))`, nil)
	for range 2 {
		s.Reload()
		s.ready()
		s.shows("visitor not mine failed")
	}
	s.say("mine")
	s.shows("visitor mine sent", "visitor not mine failed")
	h.wants(visitor, "mine")
}
