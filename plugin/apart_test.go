package plugin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"frontdesk/plugin"
)

// TestAnothersIDsAreWorthNothing has a visitor name what belongs to another one, wherever a call names something: each call
// is refused as if there were no such thing, and the other conversation stays as it was.
func TestAnothersIDsAreWorthNothing(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	mara, maras := p.visit(newcomer)
	evil, evils := p.visit(newcomer)
	to := plugin.Contact{Page: siteID, ID: mara}
	chips := p.send(to, `{"text":"secret","quick_replies":[{"content_type":"text","title":"Yes","payload":"Y"},{"content_type":"user_email"}]}`)
	buttons := p.send(to, `{"attachment":{"type":"template","payload":{"template_type":"button","text":"?","buttons":[{"type":"postback","title":"B","payload":"B"}]}}}`)
	cards := p.send(to, `{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"C","buttons":[{"type":"postback","title":"B","payload":"B"}]}]}}}`)
	said := p.call("POST", "/plugin/messages", maras, `{"text":"mine","key":"maras-key"}`)
	before := fmt.Sprint(p.call("GET", "/plugin/messages", maras, "").body["messages"])
	for name, body := range map[string]string{
		"a quick reply":         `{"quick_reply":{"mid":"` + chips + `","index":0}}`,
		"one that is filled":    `{"quick_reply":{"mid":"` + chips + `","index":1,"value":"a@evil.example"}}`,
		"a button":              `{"button":{"mid":"` + buttons + `","index":0}}`,
		"a card's button":       `{"button":{"mid":"` + cards + `","card":0,"index":0}}`,
		"a mid of nobody's":     `{"button":{"mid":"m_x","index":0}}`,
		"a button of a visitor": `{"button":{"mid":"` + said.body["mid"].(string) + `","index":0}}`,
	} {
		if a := p.call("POST", "/plugin/messages", evils, body); a.status != http.StatusBadRequest || strings.Contains(fmt.Sprint(a.body), "secret") {
			t.Errorf("%s of another visitor's answers %d %v", name, a.status, a.body)
		}
	}
	for _, mid := range []string{chips, said.body["mid"].(string)} {
		if a := p.call("POST", "/plugin/seen", evils, `{"mid":"`+mid+`"}`); a.status != http.StatusBadRequest {
			t.Errorf("seeing another visitor's message answers %d %v", a.status, a.body)
		}
	}
	for _, path := range []string{"/plugin/messages", "/plugin/messages?after=1", "/plugin/messages?before=999999&limit=200", "/plugin/messages?limit=200", "/plugin/messages?id=" + mara + "&visitor=" + mara} {
		if a := p.call("GET", path, evils, ""); a.status != 200 || strings.Contains(fmt.Sprint(a.body), "secret") || strings.Contains(fmt.Sprint(a.body), "mine") {
			t.Errorf("%s answers another visitor with %d %v", path, a.status, a.body)
		}
	}
	if a := p.call("POST", "/plugin/messages", evils, `{"text":"evil","key":"maras-key"}`); a.status != 200 || a.body["mid"] == said.body["mid"] || a.body["text"] != "evil" {
		t.Errorf("another visitor's key answers %d %v", a.status, a.body)
	}
	for name, call := range map[string]answer{
		"who is there":    p.call("GET", "/plugin/watch", evils, ""),
		"a contact":       p.call("GET", "/plugin/contacts/"+mara, evils, ""),
		"blocking":        p.call("POST", "/plugin/contacts/"+mara, evils, `{"blocked":true}`),
		"erasing":         p.call("DELETE", "/plugin/contacts/"+mara, evils, ""),
		"the page":        p.call("GET", "/me", evils, ""),
		"a profile":       p.call("GET", "/"+mara, evils, ""),
		"a message":       p.call("GET", "/"+chips, evils, ""),
		"conversations":   p.call("GET", "/me/conversations", evils, ""),
		"sending to her":  p.call("POST", "/me/messages", evils, `{"recipient":{"id":"`+mara+`"},"message":{"text":"x"}}`),
		"sending as her":  p.call("POST", "/"+mara+"/messages", evils, `{"recipient":{"id":"`+evil+`"},"message":{"text":"x"}}`),
		"the chat's look": p.call("POST", "/me/chat_plugin", evils, `{"theme_color":"#000000"}`),
	} {
		if call.status != http.StatusUnauthorized && call.status != http.StatusForbidden || strings.Contains(fmt.Sprint(call.body), "secret") {
			t.Errorf("%s with a visitor's token answers %d %v", name, call.status, call.body)
		}
	}
	if after := fmt.Sprint(p.call("GET", "/plugin/messages", maras, "").body["messages"]); after != before {
		t.Errorf("the other conversation was\n%s\nand is\n%s", before, after)
	}
}

// TestTokensOfAnotherPage shows that a visitor of one page is nobody on another of the same platform.
func TestTokensOfAnotherPage(t *testing.T) {
	t.Parallel()
	other := site()
	other.ID, other.Token, other.AppID = "100200300400700", "other-token", "512340000000008"
	other.Domains = []string{"https://other.example"}
	p := start(t, plugin.Options{Pages: []plugin.Page{site(), other}})
	id, token := p.visit(newcomer)
	theirs := `{"page_id":"` + other.ID + `"}`
	if a := p.call("POST", "/plugin/visitors", token, theirs); a.status != http.StatusBadRequest {
		t.Errorf("a token of one page opens another: %d %v", a.status, a.body)
	}
	if a, _ := p.tried("POST", "/plugin/messages", token, `{"text":"x"}`, map[string]string{"Origin": "https://other.example"}); a.status != http.StatusForbidden {
		t.Errorf("from the website of another page it answers %d %v", a.status, a.body)
	}
	for name, a := range map[string]answer{
		"reading a visitor":  p.call("GET", "/plugin/contacts/"+id, other.Token, ""),
		"erasing a visitor":  p.call("DELETE", "/plugin/contacts/"+id, other.Token, ""),
		"writing a visitor":  p.call("POST", "/me/messages", other.Token, `{"recipient":{"id":"`+id+`"},"message":{"text":"x"}}`),
		"reading a profile":  p.call("GET", "/"+id, other.Token, ""),
		"naming the page":    p.call("POST", "/"+siteID+"/messages", other.Token, `{"recipient":{"id":"`+id+`"},"message":{"text":"x"}}`),
		"changing its looks": p.call("POST", "/"+siteID+"/chat_plugin", other.Token, `{"theme_color":"#000000"}`),
	} {
		if a.status == http.StatusOK {
			t.Errorf("%s with another page's token answers %d %v", name, a.status, a.body)
		}
	}
	if a := p.call("GET", "/plugin/messages", token, ""); len(lines(t, a)) != 0 {
		t.Errorf("the visitor sees %v", a.body)
	}
}

// TestHonestVisitorsDuringAFlood has one address do everything it can, as often as it can, until each is refused with a
// reason and a time, and a visitor from elsewhere do the same once.
func TestHonestVisitorsDuringAFlood(t *testing.T) {
	t.Parallel()
	p := start(t, behindProxy(newClock()))
	from := func(addr string) map[string]string { return map[string]string{"X-Forwarded-For": addr} }
	const flood, honest = "203.0.113.66", "198.51.100.7"
	a, _ := p.tried("POST", "/plugin/visitors", "", newcomer, from(honest))
	token := a.body["token"].(string)
	for name, c := range map[string]struct{ method, path, token, body string }{
		"visitors":      {"POST", "/plugin/visitors", "", newcomer},
		"made-up words": {"POST", "/plugin/messages", "made-up", `{"text":"x"}`},
		"made-up looks": {"GET", "/plugin/messages", "made-up", ""},
		"made-up files": {"GET", "/plugin/files/" + strings.Repeat("A", 43) + "/x", "", ""},
		"made-up lines": {"GET", "/plugin/events", "made-up", ""},
		"typing":        {"POST", "/plugin/typing", "made-up", `{}`},
		"offers":        {"GET", "/plugin/profile?page_id=" + siteID, "", ""},
		"embedding":     {"GET", "/plugin/embed?page_id=" + siteID, "", ""},
		"nothing":       {"GET", "/plugin/nothing", "", ""},
	} {
		refused, wait := answer{}, 0
		for range 2000 {
			if refused, wait = p.tried(c.method, c.path, c.token, c.body, from(flood)); refused.status == http.StatusTooManyRequests {
				break
			}
		}
		fault, _ := refused.body["error"].(map[string]any)
		if refused.status != http.StatusTooManyRequests || wait < 1 || !strings.Contains(fmt.Sprint(fault["message"]), "try again in") {
			t.Errorf("a flood of %s is answered with %d %v, Retry-After %d", name, refused.status, refused.body, wait)
		}
		if c.token != "" {
			c.token = token
		}
		if c.path == "/plugin/events" {
			continue // it would go on for ever
		}
		if a, _ := p.tried(c.method, c.path, c.token, c.body, from(honest)); a.status == http.StatusTooManyRequests || a.status >= 500 {
			t.Errorf("during a flood of %s an honest visitor gets %d %v", name, a.status, a.body)
		}
	}
}
