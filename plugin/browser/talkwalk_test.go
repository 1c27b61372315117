package browser_test

import (
	"strings"
	"testing"

	"frontdesk/internal/chromium"
	"frontdesk/messenger"
)

// TestTalkWalks is on a page that changes its address all the time, as maps do. The platform is told where that led, and
// not of each step; what the visitor says has not to wait for it.
func TestTalkWalks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	visitor := s.begin()
	s.Eval("for (let i = 1; i <= 200; i++) loader({ do: 'page', page_url: `${location.href}#${i}` })", nil)
	s.say("here")
	if ev := h.next(messenger.KindMessage); ev.Message.Text != "here" {
		t.Errorf("the page was told %q", ev.Message.Text)
	}
	s.Wait("the word of the end", "performance.getEntriesByType('resource').filter((e) => e.name.endsWith('/plugin/page')).length === 2")
	if at, _ := h.graph("GET", "/plugin/contacts/"+visitor, "")["page_url"].(string); !strings.HasSuffix(at, "#200") {
		t.Errorf("the visitor is on %q", at)
	}
	if n := h.calls("POST /plugin/page"); n != 2 {
		t.Errorf("%d calls told of 200 steps, want the first and the last", n)
	}
}
