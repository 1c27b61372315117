package plugin_test

import (
	"net/http"
	"testing"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// A visitor learns when the desk has taken its words in, and a second device what was read on the first.
func TestMarksOfAConversation(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	c, token := p.visitor(plugin.Profile{})
	taken := make(chan struct{})
	r.answerWith(func(messenger.Event) int {
		select {
		case <-taken:
			return http.StatusOK
		default:
			return http.StatusServiceUnavailable
		}
	})
	said := p.call("POST", "/plugin/messages", token, `{"text":"Hello?"}`)
	marks := func() map[string]any { return p.call("GET", "/plugin/messages", token, "").body }
	if got := marks(); got["delivered_at"] != nil || got["read_at"] != nil {
		t.Errorf("before anything was taken in the marks are %v", got)
	}
	close(taken)
	p.eventually("the word that it was delivered", func() bool { return marks()["delivered_at"] == said.body["at"] })
	p.send(c, `{"text":"Hello."}`)
	all := lines(t, p.call("GET", "/plugin/messages", token, ""))
	last := all[len(all)-1]
	if a := p.call("POST", "/plugin/seen", token, `{"mid":"`+last["mid"].(string)+`"}`); a.status != 200 {
		t.Fatalf("seen answered %d %v", a.status, a.body)
	}
	if got := marks(); got["read_at"] != last["at"] {
		t.Errorf("after reading the marks are %v, want read_at %v", got, last["at"])
	}
}
