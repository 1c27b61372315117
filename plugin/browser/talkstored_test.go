package browser_test

import (
	"fmt"
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
