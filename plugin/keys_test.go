package plugin_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// saidTwice makes a call twice and wants the same message both times.
func (p *platform) saidTwice(name, path, token, body string) (mid string) {
	p.t.Helper()
	first := p.call("POST", path, token, body)
	again := p.call("POST", path, token, body)
	if first.status != 200 || again.status != 200 || fmt.Sprint(first.body) != fmt.Sprint(again.body) {
		p.t.Errorf("%s answered %d %v and then %d %v", name, first.status, first.body, again.status, again.body)
	}
	mid, _ = first.body["mid"].(string)
	return mid
}

func TestWhatIsSentAgainIsSaidOnce(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	p.call("POST", "/me/messenger_profile", siteToken, `{"get_started":{"payload":"GO"},"persistent_menu":[{"locale":"default","call_to_actions":[{"type":"postback","title":"Prices","payload":"PRICES"}]}],
		"ice_breakers":[{"question":"Where are you?","payload":"WHERE"}]}`)
	id, token := p.visit(`{"page_id":"` + siteID + `"}`)
	c := plugin.Contact{Page: siteID, ID: id}
	r.next(messenger.KindPostback)
	mid := p.send(c, `{"text":"Yes!","quick_replies":[{"content_type":"text","title":"Prices","payload":"P"},{"content_type":"user_email"}]}`)
	r.next(messenger.KindEcho)
	buttons := p.send(c, `{"attachment":{"type":"template","payload":{"template_type":"button","text":"More?","buttons":[{"type":"postback","title":"Yes","payload":"YES"}]}}}`)
	r.next(messenger.KindEcho)
	cards := p.send(c, `{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"Bike","buttons":[{"type":"postback","title":"Buy","payload":"BUY"}]}]}}}`)
	r.next(messenger.KindEcho)

	for i, tc := range []struct {
		name, path, body string
		kind             messenger.Kind
	}{
		{"a text", "/plugin/messages", `{"text":"hello"`, messenger.KindMessage},
		{"the same text, meant twice", "/plugin/messages", `{"text":"hello"`, messenger.KindMessage},
		{"a quick reply", "/plugin/messages", `{"quick_reply":{"mid":"` + mid + `","index":0}`, messenger.KindMessage},
		{"an address filled in", "/plugin/messages", `{"quick_reply":{"mid":"` + mid + `","index":1,"value":"mara@lumen.example"}`, messenger.KindMessage},
		{"a button", "/plugin/messages", `{"button":{"mid":"` + buttons + `","index":0}`, messenger.KindPostback},
		{"a card's button", "/plugin/messages", `{"button":{"mid":"` + cards + `","card":0,"index":0}`, messenger.KindPostback},
		{"the menu", "/plugin/menu", `{"index":0,"title":"Prices"`, messenger.KindPostback},
		{"an ice breaker", "/plugin/ice_breakers", `{"index":0,"title":"Where are you?"`, messenger.KindPostback},
	} {
		said := p.saidTwice(tc.name, tc.path, token, fmt.Sprintf(`%s,"key":"key-%d"}`, tc.body, i))
		ev := r.next(tc.kind)
		if ev.Message != nil && ev.Message.MID != said || ev.Postback != nil && ev.Postback.MID != said {
			t.Errorf("%s came as %s, the visitor has %s", tc.name, ev.Raw, said)
		}
	}
	if n := len(r.events); n > 0 {
		t.Errorf("%d more events came than things were said", n)
	}
	got := lines(t, p.call("GET", "/plugin/messages", token, ""))
	if len(got) != 11 || got[3]["key"] != "key-0" || got[0]["key"] != nil {
		t.Errorf("the visitor reads %v", got)
	}
}

func TestAFileThatIsSentAgainIsKeptOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, plugin.Options{Path: filepath.Join(dir, "plugin.db")})
	_, token := p.visitor(plugin.Profile{})
	send := func() answer {
		return p.do(p.form("/plugin/messages", token, part{name: "key", body: "photo"},
			part{name: "filedata", file: "a.png", kind: "image/png", body: string(picture(t))}))
	}
	first, again := send(), send()
	if first.status != 200 || fmt.Sprint(first.body) != fmt.Sprint(again.body) || first.body["key"] != "photo" {
		t.Errorf("a file sent twice answered %d %v and then %d %v", first.status, first.body, again.status, again.body)
	}
	if names, err := filepath.Glob(filepath.Join(dir, "plugin-files", "*")); err != nil || len(names) != 1 {
		t.Errorf("the folder holds %d files (%v), want 1", len(names), err)
	}
}

func TestKeysOfManyAtOnce(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	_, token := p.visitor(plugin.Profile{})
	const senders = 8
	mids := make([]any, senders)
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			a := p.call("POST", "/plugin/messages", token, `{"text":"hello","key":"one"}`)
			mids[i] = a.body["mid"]
		})
	}
	all.Wait()
	for _, mid := range mids {
		if mid == nil || mid != mids[0] {
			t.Fatalf("one message has the ids %v", mids)
		}
	}
}

func TestKeysAreAVisitorsOwn(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, mara := p.visitor(plugin.Profile{})
	_, jonas := p.visitor(plugin.Profile{})
	first := p.call("POST", "/plugin/messages", mara, `{"text":"from Mara","key":"k"}`)
	second := p.call("POST", "/plugin/messages", jonas, `{"text":"from Jonas","key":"k"}`)
	if second.status != 200 || second.body["text"] != "from Jonas" || second.body["mid"] == first.body["mid"] {
		t.Errorf("another's key answered %d %v", second.status, second.body)
	}
	for name, key := range map[string]string{
		"of 65 characters": strings.Repeat("k", 65), "with a blank": "a b", "with an umlaut": "ä", "with a line break": `a\nb`,
	} {
		a := p.call("POST", "/plugin/messages", mara, `{"text":"hello","key":"`+key+`"}`)
		if fault, _ := a.body["error"].(map[string]any); a.status != 400 || fault["field"] != "key" {
			t.Errorf("a key %s answered %d %v", name, a.status, a.body)
		}
	}
	must(t, p.Block(t.Context(), c, true))
	if a := p.call("POST", "/plugin/messages", mara, `{"text":"from Mara","key":"k"}`); a.status != 200 || a.body["mid"] != first.body["mid"] {
		t.Errorf("what was taken before the block answered %d %v", a.status, a.body)
	}
}
