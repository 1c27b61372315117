package plugin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// visit makes a visitor by HTTP and returns id and token.
func (p *platform) visit(body string) (id, token string) {
	p.t.Helper()
	a := p.call("POST", "/plugin/visitors", "", body)
	id, _ = a.body["id"].(string)
	token, _ = a.body["token"].(string)
	if a.status != 200 || !messenger.IsVisitor(id) || len(token) < 40 {
		p.t.Fatalf("a visitor got %d %v", a.status, a.body)
	}
	return id, token
}

func lines(t *testing.T, a answer) []map[string]any {
	t.Helper()
	list, ok := a.body["messages"].([]any)
	if a.status != 200 || !ok {
		t.Fatalf("reading answered %d %v", a.status, a.body)
	}
	var all []map[string]any
	for _, one := range list {
		all = append(all, one.(map[string]any))
	}
	return all
}

func TestAVisitorByHTTP(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	id, token := p.visit(`{"page_id":"` + siteID + `","ref":"pricing","page_url":"https://lumen.example/pricing","name":"Mara Voss"}`)
	pb := r.next(messenger.KindPostback)
	if pb.Sender.ID != id || pb.Postback.Referral.Ref != "pricing" || pb.Postback.Referral.RefererURI != "https://lumen.example/pricing" {
		t.Errorf("Get Started came as %s", pb.Raw)
	}

	a := p.call("POST", "/plugin/messages", token, `{"text":"Do you ship to Norway?"}`)
	if a.status != 200 || a.body["from"] != "visitor" {
		t.Fatalf("writing answered %d %v", a.status, a.body)
	}
	if m := r.next(messenger.KindMessage).Message; m.Text != "Do you ship to Norway?" || m.MID != a.body["mid"] {
		t.Errorf("the message came as %+v", m)
	}

	c := plugin.Contact{Page: siteID, ID: id}
	mid := p.send(c, `{"text":"Yes!","quick_replies":[{"content_type":"text","title":"Prices","payload":"P"}]}`)
	r.next(messenger.KindEcho)
	a = p.call("GET", "/plugin/messages?after="+fmt.Sprint(int(a.body["seq"].(float64))), token, "")
	got := lines(t, a)
	if len(got) != 1 || got[0]["mid"] != mid || got[0]["from"] != "page" || got[0]["quick_replies"] == nil {
		t.Fatalf("the visitor reads %v", got)
	}
	after := fmt.Sprint(int(a.body["after"].(float64)))
	if a = p.call("GET", "/plugin/messages?after="+after, token, ""); len(lines(t, a)) != 0 || fmt.Sprint(int(a.body["after"].(float64))) != after {
		t.Errorf("after the last message there is %v", a.body)
	}
	if d := r.next(messenger.KindDelivery).Delivery; len(d.MIDs) != 1 || d.MIDs[0] != mid {
		t.Errorf("asking after it delivered %+v", d)
	}
	if a = p.call("POST", "/plugin/seen", token, `{"mid":"`+mid+`"}`); a.status != 200 {
		t.Errorf("seen answered %d %v", a.status, a.body)
	}
	r.next(messenger.KindRead)
	if a = p.call("POST", "/plugin/messages", token, `{"quick_reply":{"mid":"`+mid+`","index":0}}`); a.status != 200 || a.body["text"] != "Prices" {
		t.Errorf("the tap answered %d %v", a.status, a.body)
	}
	if m := r.next(messenger.KindMessage).Message; m.QuickReply == nil || *m.QuickReply != "P" {
		t.Errorf("the tap came as %+v", m)
	}
	mid = p.send(c, `{"attachment":{"type":"template","payload":{"template_type":"button","text":"More?","buttons":[{"type":"postback","title":"Yes","payload":"YES"}]}}}`)
	r.next(messenger.KindEcho)
	if a = p.call("POST", "/plugin/messages", token, `{"button":{"mid":"`+mid+`","index":0}}`); a.status != 200 {
		t.Errorf("the button answered %d %v", a.status, a.body)
	}
	if pb := r.next(messenger.KindPostback).Postback; pb.Payload != "YES" {
		t.Errorf("the button came as %+v", pb)
	}

	a = p.call("POST", "/plugin/visitors", token, `{"page_id":"`+siteID+`","ref":"checkout","page_url":"https://lumen.example/basket"}`)
	if a.status != 200 || a.body["id"] != id || a.body["token"] != nil {
		t.Errorf("the return answered %d %v", a.status, a.body)
	}
	if ref := r.next(messenger.KindReferral).Referral; ref.Ref != "checkout" || !ref.IsGuestUser {
		t.Errorf("the return came as %+v", ref)
	}
}

func TestVisitorsAreApart(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	first, firstToken := p.visit(`{"page_id":"` + siteID + `"}`)
	second, secondToken := p.visit(`{"page_id":"` + siteID + `"}`)
	if first == second || firstToken == secondToken {
		t.Fatal("two visitors are one")
	}
	mid := p.send(plugin.Contact{Page: siteID, ID: first},
		`{"text":"for the first","quick_replies":[{"content_type":"text","title":"Yes","payload":"Y"}]}`)
	if got := lines(t, p.call("GET", "/plugin/messages", secondToken, "")); len(got) != 0 {
		t.Errorf("the second visitor reads %v", got)
	}
	if got := lines(t, p.call("GET", "/plugin/messages", firstToken, "")); len(got) != 1 {
		t.Errorf("the first visitor reads %v", got)
	}
	for name, call := range map[string]answer{
		"a tap on another's message": p.call("POST", "/plugin/messages", secondToken, `{"quick_reply":{"mid":"`+mid+`","index":0}}`),
		"seeing another's message":   p.call("POST", "/plugin/seen", secondToken, `{"mid":"`+mid+`"}`),
	} {
		if call.status != 400 {
			t.Errorf("%s answered %d %v", name, call.status, call.body)
		}
	}
	for name, token := range map[string]string{
		"no token": "", "a made-up token": strings.Repeat("a", 43), "an id as token": first, "a page's token": siteToken,
	} {
		if a := p.call("GET", "/plugin/messages", token, ""); a.status != http.StatusUnauthorized {
			t.Errorf("%s answered %d %v", name, a.status, a.body)
		}
	}
	if a := p.call("POST", "/me/messages", firstToken, `{"recipient":{"id":"`+second+`"},"message":{"text":"x"}}`); a.status != 401 {
		t.Errorf("a visitor's token sends for the page: %d %v", a.status, a.body)
	}
}

func TestVisitorsBadInput(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	_, token := p.visit(`{"page_id":"` + siteID + `"}`)
	visitors, messages, seen := "/plugin/visitors", "/plugin/messages", "/plugin/seen"
	for name, tc := range map[string]struct {
		method, path, token, body string
		status                    int
		field                     string
	}{
		"no page":              {"POST", visitors, "", `{}`, 400, "page_id"},
		"a foreign page":       {"POST", visitors, "", `{"page_id":"1"}`, 400, "page_id"},
		"a Messenger page":     {"POST", visitors, "", `{"page_id":"` + pageID + `"}`, 400, "page_id"},
		"another site":         {"POST", visitors, token, `{"page_id":"` + pageID + `"}`, 400, "page_id"},
		"long ref":             {"POST", visitors, "", `{"page_id":"` + siteID + `","ref":"` + strings.Repeat("r", 2084) + `"}`, 400, "ref"},
		"long address":         {"POST", visitors, "", `{"page_id":"` + siteID + `","page_url":"https://lumen.example/` + strings.Repeat("r", 2083) + `"}`, 400, "page_url"},
		"no web address":       {"POST", visitors, "", `{"page_id":"` + siteID + `","page_url":"file:///etc/passwd"}`, 400, "page_url"},
		"long name":            {"POST", visitors, "", `{"page_id":"` + siteID + `","name":"` + strings.Repeat("n", 101) + `"}`, 400, "name"},
		"name with an escape":  {"POST", visitors, "", `{"page_id":"` + siteID + `","name":"\u001b[31m"}`, 400, "name"},
		"unknown token":        {"POST", visitors, "nobody", `{"page_id":"` + siteID + `"}`, 401, ""},
		"wrong type":           {"POST", messages, token, `{"text":7}`, 400, "text"},
		"a list":               {"POST", messages, token, `[]`, 400, ""},
		"not JSON":             {"POST", messages, token, `{"text":`, 400, ""},
		"empty":                {"POST", messages, token, `{}`, 400, "text"},
		"blank":                {"POST", messages, token, `{"text":"  \n"}`, 400, "text"},
		"two at once":          {"POST", messages, token, `{"text":"x","button":{"mid":"m_x","index":0}}`, 400, "text"},
		"over 2000":            {"POST", messages, token, `{"text":"` + strings.Repeat("x", 2001) + `"}`, 400, "text"},
		"over 64 KiB":          {"POST", messages, token, `{"text":"` + strings.Repeat("x", 64<<10) + `"}`, 413, ""},
		"tap on nothing":       {"POST", messages, token, `{"quick_reply":{"mid":"m_x","index":0}}`, 400, "mid"},
		"negative index":       {"POST", messages, token, `{"button":{"mid":"m_x","index":-1}}`, 400, "mid"},
		"after is no number":   {"GET", messages + "?after=x", token, "", 400, "after"},
		"seen what is unknown": {"POST", seen, token, `{"mid":"m_x"}`, 400, "mid"},
		"nothing there":        {"GET", "/plugin/else", token, "", 404, ""},
		"wrong method":         {"GET", visitors, token, "", 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.call(tc.method, tc.path, tc.token, tc.body)
			fault, _ := a.body["error"].(map[string]any)
			field, _ := fault["field"].(string)
			message, _ := fault["message"].(string)
			if a.status != tc.status || field != tc.field || message == "" {
				t.Errorf("got %d %v, want %d at %q", a.status, a.body, tc.status, tc.field)
			}
		})
	}
	req := request(t, p.http.URL+messages, "text/plain", `{"text":"from a form of another site"}`)
	req.Header.Set("Authorization", "Bearer "+token)
	if a := p.do(req); a.status != http.StatusUnsupportedMediaType {
		t.Errorf("a body that browsers send unasked was answered %d %v", a.status, a.body)
	}
	if got := lines(t, p.call("GET", messages+"?after=18446744073709551615", token, "")); len(got) != 0 {
		t.Errorf("after the last place of all there is %v", got)
	}
	if got := lines(t, p.call("GET", messages, token, "")); len(got) != 0 {
		t.Errorf("what was refused left %v", got)
	}
}

// TestLongHistoriesComeInParts is about a visitor who has said a lot: an answer is bounded, and asking after its last
// place brings the rest.
func TestLongHistoriesComeInParts(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	_, token := p.visit(`{"page_id":"` + siteID + `"}`)
	const said = 25
	text := strings.Repeat(`\u0001`, 1999) // six bytes each in JSON
	for i := range said {
		if a := p.call("POST", "/plugin/messages", token, fmt.Sprintf(`{"text":"%s%c"}`, text, 'A'+i)); a.status != 200 {
			t.Fatalf("writing answered %d %v", a.status, a.body)
		}
	}
	var got int
	for after, parts := 0, 0; got < said; parts++ {
		a := p.call("GET", fmt.Sprintf("/plugin/messages?after=%d", after), token, "")
		list := lines(t, a)
		if len(list) == 0 || len(list) > 7 || parts > said {
			t.Fatalf("part %d has %d messages", parts, len(list))
		}
		for _, m := range list {
			if text := m["text"].(string); text[len(text)-1] != byte('A'+got) {
				t.Fatalf("message %d ends with %q", got, text[len(text)-1])
			}
			got++
		}
		after = int(a.body["after"].(float64))
	}
}
