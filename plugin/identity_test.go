package plugin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

const identitySecret = "between the website and us"

// known are options of a platform whose website vouches for its customers.
func known(c *clock) plugin.Options {
	page := site()
	page.IdentitySecret = identitySecret
	return plugin.Options{Now: c.now, Pages: []plugin.Page{page}}
}

// vouched is the body of a visit of a customer, signed with a secret.
func vouched(c plugin.Customer, secret string) string {
	return fmt.Sprintf(`{"page_id":%q,"ref":"account","page_url":"https://lumen.example/account","customer":{"id":%q,"name":%q,"expires":%d,"signature":%q}}`,
		siteID, c.ID, c.Name, c.Expires.Unix(), c.Sign([]byte(secret), siteID))
}

func (c *clock) mara() plugin.Customer {
	return plugin.Customer{ID: "4711", Name: "Mara Voss", Expires: c.now().Add(time.Hour)}
}

// The signature as any program can make it:
// printf '100200300400500\n4711\nMara Voss\n1795003600' | openssl dgst -sha256 -hmac 'between the website and us'.
func TestSignatureOfACustomer(t *testing.T) {
	t.Parallel()
	c := plugin.Customer{ID: "4711", Name: "Mara Voss", Expires: time.Unix(1795003600, 0)}
	if got, want := c.Sign([]byte(identitySecret), siteID), "78dd21349783425e65f16a78af5e13c56cab4d387bc0b980deb83d86356f78f6"; got != want {
		t.Errorf("the signature is %s, want %s", got, want)
	}
}

func TestTheSameCustomerOnAnotherDevice(t *testing.T) {
	t.Parallel()
	c := newClock()
	r := newReceiver(t)
	o := known(c)
	o.Subscribers = r.subscriptions()[:1]
	p := start(t, o)
	a := p.call("POST", "/plugin/visitors", "", vouched(c.mara(), identitySecret))
	id, token := a.body["id"], a.body["token"].(string)
	if a.status != 200 || a.body["logged_in"] != true || a.body["name"] != "Mara Voss" {
		t.Fatalf("the customer got %d %v", a.status, a.body)
	}
	if ref := r.next(messenger.KindPostback).Postback.Referral; ref.IsGuestUser || ref.Ref != "account" {
		t.Errorf("the arrival came as %+v", ref)
	}
	p.call("POST", "/plugin/messages", token, `{"text":"from the phone"}`)
	r.next(messenger.KindMessage)

	b := p.call("POST", "/plugin/visitors", "", vouched(c.mara(), identitySecret))
	other, _ := b.body["token"].(string)
	if b.body["id"] != id || other == "" || other == token {
		t.Fatalf("another device got %d %v", b.status, b.body)
	}
	if ref := r.next(messenger.KindReferral).Referral; ref.IsGuestUser {
		t.Errorf("the return came as %+v", ref)
	}
	if got := lines(t, p.call("GET", "/plugin/messages", other, "")); len(got) != 1 || got[0]["text"] != "from the phone" {
		t.Errorf("there is %v", got)
	}
	if a := p.call("GET", "/"+id.(string), siteToken, ""); a.body["name"] != "Mara Voss" {
		t.Errorf("the page sees %d %v", a.status, a.body)
	}
	again := p.call("POST", "/plugin/visitors", other, vouched(c.mara(), identitySecret))
	if again.body["id"] != id || again.body["token"] != nil {
		t.Errorf("coming back to the same device got %d %v", again.status, again.body)
	}

	c.move(2 * time.Hour)
	if a := p.call("GET", "/plugin/messages", token, ""); a.status != 401 {
		t.Errorf("when the website's word has run out the token still gets %d", a.status)
	}
}

func TestAGuestWhoLogsIn(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := start(t, known(c))
	id, token := p.visit(newcomer)
	p.call("POST", "/plugin/messages", token, `{"text":"as a guest"}`)
	a := p.call("POST", "/plugin/visitors", token, vouched(c.mara(), identitySecret))
	if a.body["id"] != id || a.body["token"] != nil || a.body["logged_in"] != true {
		t.Fatalf("the guest who logs in got %d %v", a.status, a.body)
	}

	// Somebody else in the same browser gets nothing of it.
	jonas := plugin.Customer{ID: "4712", Name: "Jonas Lind", Expires: c.now().Add(time.Hour)}
	b := p.call("POST", "/plugin/visitors", token, vouched(jonas, identitySecret))
	his, _ := b.body["token"].(string)
	if b.status != 200 || b.body["id"] == id || his == "" || b.body["name"] != "Jonas Lind" {
		t.Fatalf("somebody else in the same browser got %d %v", b.status, b.body)
	}
	if got := lines(t, p.call("GET", "/plugin/messages", his, "")); len(got) != 0 {
		t.Errorf("he reads %v", got)
	}

	// And a guest in a browser where a known customer logs in does not become that customer.
	guest, theirs := p.visit(newcomer)
	p.call("POST", "/plugin/messages", theirs, `{"text":"somebody's words"}`)
	back := p.call("POST", "/plugin/visitors", theirs, vouched(c.mara(), identitySecret))
	if back.body["id"] != id || back.body["id"] == guest {
		t.Errorf("the customer got %d %v", back.status, back.body)
	}
	hers, _ := back.body["token"].(string)
	if got := lines(t, p.call("GET", "/plugin/messages", hers, "")); len(got) != 1 || got[0]["text"] != "as a guest" {
		t.Errorf("the customer reads %v", got)
	}
}

func TestWordsOfTheWebsiteThatAreNone(t *testing.T) {
	t.Parallel()
	c := newClock()
	p, without := start(t, known(c)), start(t, plugin.Options{Now: c.now})
	late, far, controls := c.mara(), c.mara(), c.mara()
	late.Expires = c.now()
	far.Expires = c.now().Add(32 * 24 * time.Hour)
	controls.Name = "Mara\nVoss"
	good := vouched(c.mara(), identitySecret)
	for name, tc := range map[string]struct {
		p      *platform
		body   string
		status int
		field  string
	}{
		"another secret":        {p, vouched(c.mara(), "guessed"), 403, "customer.signature"},
		"an empty secret":       {p, vouched(c.mara(), ""), 403, "customer.signature"},
		"another customer":      {p, strings.Replace(good, `"id":"4711"`, `"id":"4712"`, 1), 403, "customer.signature"},
		"another name":          {p, strings.Replace(good, "Mara Voss", "Jonas Lind", 1), 403, "customer.signature"},
		"a later expiry":        {p, strings.Replace(good, `"expires":17950036`, `"expires":17950037`, 1), 403, "customer.signature"},
		"no signature":          {p, `{"page_id":"` + siteID + `","customer":{"id":"4711"}}`, 403, "customer.signature"},
		"no digits":             {p, `{"page_id":"` + siteID + `","customer":{"id":"4711","signature":"yes"}}`, 403, "customer.signature"},
		"no id":                 {p, `{"page_id":"` + siteID + `","customer":{"name":"Mara"}}`, 400, "customer.id"},
		"past its time":         {p, vouched(late, identitySecret), 403, "customer.expires"},
		"for too long":          {p, vouched(far, identitySecret), 400, "customer.expires"},
		"a name of two lines":   {p, vouched(controls, identitySecret), 400, "customer.name"},
		"a wrong type":          {p, `{"page_id":"` + siteID + `","customer":"4711"}`, 400, "customer"},
		"a site without secret": {without, good, 400, "customer"},
	} {
		a := tc.p.call("POST", "/plugin/visitors", "", tc.body)
		fault, _ := a.body["error"].(map[string]any)
		if a.status != tc.status || fault["field"] != tc.field || fault["message"] == "" {
			t.Errorf("%s got %d %v, want %d at %s", name, a.status, a.body, tc.status, tc.field)
		}
	}
}

// A customer's browsers are bounded: the oldest has to be vouched for again.
func TestACustomersTokensAreBounded(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := start(t, known(c))
	var tokens []string
	for range 21 {
		a := p.call("POST", "/plugin/visitors", "", vouched(c.mara(), identitySecret))
		tokens = append(tokens, a.body["token"].(string))
	}
	for i, want := range map[int]int{0: 401, 1: 200, 20: 200} {
		if a := p.call("GET", "/plugin/messages", tokens[i], ""); a.status != want {
			t.Errorf("token %d of 21 gets %d, want %d", i, a.status, want)
		}
	}
}

func TestGuestSessionsEnd(t *testing.T) {
	t.Parallel()
	c := newClock()
	o := known(c)
	o.Pages[0].GuestSession = 24 * time.Hour
	p := start(t, o)
	id, token := p.visit(newcomer)
	customer := p.call("POST", "/plugin/visitors", "", vouched(plugin.Customer{ID: "1", Expires: c.now().Add(48 * time.Hour)}, identitySecret))
	send := `{"recipient":{"id":"` + id + `"},"message":{"text":"hello"}}`
	c.move(24*time.Hour - time.Second)
	if a := p.call("POST", "/plugin/messages", token, `{"text":"just in time"}`); a.status != 200 {
		t.Errorf("a second before the end a guest got %d %v", a.status, a.body)
	}
	if a := p.call("POST", "/me/messages", siteToken, send); a.status != 200 {
		t.Errorf("a second before the end the page got %d %v", a.status, a.body)
	}
	c.move(time.Second)
	for _, call := range []answer{
		p.call("POST", "/plugin/messages", token, `{"text":"too late"}`),
		p.call("GET", "/plugin/messages", token, ""),
		p.call("GET", "/plugin/events", token, ""),
		p.call("POST", "/plugin/visitors", token, newcomer),
	} {
		fault, _ := call.body["error"].(map[string]any)
		if call.status != 401 || !strings.Contains(fmt.Sprint(fault["message"]), "begin a new one") {
			t.Errorf("after the end a guest got %d %v", call.status, call.body)
		}
	}
	a := p.call("POST", "/me/messages", siteToken, send)
	if code, subcode := a.fault(); code != 100 || subcode != 2018001 {
		t.Errorf("after the end the page got %d %v, want 100 and 2018001 (ref. 7.6)", a.status, a.body)
	}
	if a := p.call("GET", "/plugin/messages", customer.body["token"].(string), ""); a.status != 200 {
		t.Errorf("a customer, who is no guest, got %d %v", a.status, a.body)
	}
}
