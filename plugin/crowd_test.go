package plugin_test

import (
	"bufio"
	"context"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// watch opens the line on which a page's program is told who is there.
func (p *platform) watch(token string) *lineOf {
	p.t.Helper()
	ctx, hang := context.WithCancel(p.t.Context())
	p.t.Cleanup(hang)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.http.URL+"/plugin/watch", nil)
	must(p.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := p.http.Client().Do(req)
	must(p.t, err)
	p.t.Cleanup(func() { _ = res.Body.Close() })
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") {
		p.t.Fatalf("watching was answered %d of type %q", res.StatusCode, kind)
	}
	return &lineOf{p.t, res, bufio.NewReader(res.Body), hang}
}

// tells is the next presence of a visitor that differs in one of the fields from what it was.
func (l *lineOf) tells(id string, want map[string]any) map[string]any {
	l.t.Helper()
	for {
		data := l.next("presence").data
		fits := data["id"] == id
		for field, value := range want {
			fits = fits && data[field] == value
		}
		if fits {
			return data
		}
	}
}

const onPricing = `{"page_id":"` + siteID + `","ref":"pricing","page_url":"https://lumen.example/pricing","title":"Prices","referrer":"https://search.example/?q=bikes"}`

func TestAPageWatchesWhoIsThere(t *testing.T) {
	t.Parallel()
	clock := newClock()
	p := start(t, plugin.Options{Now: clock.now})
	before, _ := p.visit(`{"page_id":"` + siteID + `"}`)
	line := p.watch(siteToken)
	line.tells(before, map[string]any{"online": true}) // those who were there come first
	id, token := p.visit(onPricing)
	got := line.tells(id, map[string]any{"online": true})
	if got["page_url"] != "https://lumen.example/pricing" || got["title"] != "Prices" || got["referrer"] != "https://search.example/?q=bikes" ||
		got["typing"] != nil || got["last_seen"] != float64(clock.now().UnixMilli()) {
		t.Errorf("somebody new came as %v", got)
	}
	if a := p.call("POST", "/plugin/typing", token, `{}`); a.status != 200 {
		t.Errorf("typing answered %d %v", a.status, a.body)
	}
	line.tells(id, map[string]any{"typing": true})
	p.call("POST", "/plugin/messages", token, `{"text":"hello"}`)
	line.tells(id, map[string]any{"typing": nil, "online": true})
	p.call("POST", "/plugin/page", token, `{"page_url":"https://lumen.example/bikes","title":"Bikes"}`)
	line.tells(id, map[string]any{"page_url": "https://lumen.example/bikes", "title": "Bikes", "referrer": nil})

	p.call("POST", "/plugin/typing", token, `{}`)
	line.tells(id, map[string]any{"typing": true})
	clock.move(9 * time.Second)
	p.visit(`{"page_id":"` + siteID + `"}`)
	line.tells(id, map[string]any{"typing": nil, "online": true})
	clock.move(22 * time.Second)
	p.visit(`{"page_id":"` + siteID + `"}`)
	gone := line.tells(id, map[string]any{"online": false})
	if seen := int64(gone["last_seen"].(float64)); seen != clock.now().Add(-31*time.Second).UnixMilli() {
		t.Errorf("who went was there last at %d, it is %d", seen, clock.now().UnixMilli())
	}
}

func TestWatchingALine(t *testing.T) {
	t.Parallel()
	clock := newClock()
	p := start(t, plugin.Options{Now: clock.now})
	c, token := p.visitor(plugin.Profile{})
	open := p.listenTo(token, "")
	open.next("state")
	clock.move(time.Hour)
	line := p.watch(siteToken)
	line.tells(c.ID, map[string]any{"online": true})
	open.hang()
	p.eventually("the line ends", func() bool { return p.Lines() == 1 })
	clock.move(time.Minute)
	_, err := p.Write(t.Context(), c, "by another way") // which is no sign of a browser
	must(t, err)
	line.tells(c.ID, map[string]any{"online": false})
	must(t, p.Type(t.Context(), c))
	line.tells(c.ID, map[string]any{"online": true, "typing": true})
	must(t, p.Block(t.Context(), c, true))
	must(t, p.Here(t.Context(), c))
	line.tells(c.ID, map[string]any{"online": true, "typing": nil})
	_, err = p.Erase(t.Context(), c)
	must(t, err)
	line.tells(c.ID, map[string]any{"online": false})
	p.EndLines()
	line.ended()
}

func TestWhoMayWatch(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	_, visitor := p.visitor(plugin.Profile{})
	for name, token := range map[string]string{"nobody": "", "a visitor": visitor, "a stranger": "page-tokem"} {
		if a := p.call("GET", "/plugin/watch", token, ""); a.status != 401 {
			t.Errorf("%s who watches is answered %d %v", name, a.status, a.body)
		}
	}
	p.Hurry(20*time.Millisecond, patience)
	other := p.watch(pageToken) // another page's program
	id, token := p.visit(onPricing)
	p.call("POST", "/plugin/typing", token, `{}`)
	own := p.watch(siteToken)
	own.tells(id, map[string]any{"typing": true})
	guard := time.AfterFunc(patience, other.hang)
	defer guard.Stop()
	ev, err := other.read()
	for ; err == nil && ev.name == ""; ev, err = other.read() {
		if ev.id == ":" {
			return // signs of life alone
		}
	}
	t.Errorf("another page was told %+v (%v)", ev, err)
}

func TestTheTrailOfPages(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	id, token := p.visit(onPricing)
	r.next(messenger.KindPostback)
	walk := func(body string) {
		t.Helper()
		a, _ := p.tried("POST", "/plugin/page", token, body, map[string]string{"Accept-Language": "pt-BR,pt;q=0.9"})
		if a.status != 200 || len(a.body) != 0 {
			t.Fatalf("walking answered %d %v", a.status, a.body)
		}
	}
	walk(`{"page_url":"https://lumen.example/pricing","title":"Prices","ref":"pricing"}`) // loaded again
	walk(`{"page_url":"https://lumen.example/bikes","title":" City \n  bikes\u0007","ref":"pricing","referrer":"https://lumen.example/pricing"}`)
	walk(`{"page_url":"https://lumen.example/about","referrer":"android-app://com.example.mail","title":"` + strings.Repeat("ä", 300) + `"}`)
	walk(`{"page_url":"https://lumen.example/basket","ref":"checkout"}`)
	ref := r.next(messenger.KindReferral).Referral // and none for the pages before
	if ref.Ref != "checkout" || ref.RefererURI != "https://lumen.example/basket" || ref.Source != plugin.SourcePlugin || !ref.IsGuestUser {
		t.Errorf("another ref came as %+v", ref)
	}
	a := p.call("GET", "/plugin/contacts/"+id, siteToken, "")
	trail, _ := a.body["trail"].([]any)
	if len(trail) != 4 {
		t.Fatalf("the trail is %v", trail)
	}
	second, third := trail[1].(map[string]any), trail[2].(map[string]any)
	if second["title"] != "City bikes" || second["referrer"] != "https://lumen.example/pricing" || second["ref"] != "pricing" {
		t.Errorf("the second page is %v", second)
	}
	if third["referrer"] != nil || len([]rune(third["title"].(string))) != 200 {
		t.Errorf("the third page is %v", third)
	}
	if a.body["page_url"] != "https://lumen.example/basket" || a.body["language"] != "pt-BR" || a.body["typing"] != false || a.body["online"] != true {
		t.Errorf("the visitor is %v", a.body)
	}
	must(t, p.Block(t.Context(), plugin.Contact{Page: siteID, ID: id}, true))
	walk(`{"page_url":"https://lumen.example/","ref":"home"}`)
	if a := p.call("GET", "/plugin/contacts/"+id, siteToken, ""); len(a.body["trail"].([]any)) != 4 {
		t.Errorf("a blocked visitor walked: %v", a.body["trail"])
	}
	for name, body := range map[string]string{
		"no address":      `{"page_url":"javascript:alert(1)"}`,
		"a long address":  `{"page_url":"https://lumen.example/` + strings.Repeat("a", 2083) + `"}`,
		"a ref on a line": `{"page_url":"https://lumen.example/","ref":"a\nb"}`,
	} {
		if a := p.call("POST", "/plugin/page", token, body); a.status != 400 {
			t.Errorf("%s answered %d %v", name, a.status, a.body)
		}
	}
}

// The newer paths hold off the same callers as the others.
func TestWhoMayTypeAndWalk(t *testing.T) {
	t.Parallel()
	page := site()
	page.Domains = []string{"https://lumen.example"}
	proxy := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	p := start(t, plugin.Options{Pages: []plugin.Page{page}, Now: newClock().now, TrustedProxies: proxy})
	_, token := p.visit(`{"page_id":"` + siteID + `"}`)
	for path, body := range map[string]string{
		"/plugin/typing": `{}`, "/plugin/page": `{}`, "/plugin/menu": `{"key":"a"}`, "/plugin/ice_breakers": `{"key":"a"}`,
	} {
		a, _ := p.tried("POST", path, token, body, map[string]string{"Origin": "https://elsewhere.example"})
		if a.status != 403 {
			t.Errorf("another website's call of %s answered %d %v", path, a.status, a.body)
		}
		if a := p.call("POST", path, "", body); a.status != 401 {
			t.Errorf("nobody's call of %s answered %d %v", path, a.status, a.body)
		}
	}
	a, _ := p.tried("POST", "/plugin/page", token, `{"page_url":"https://elsewhere.example/"}`, map[string]string{"Origin": "https://lumen.example"})
	if a.status != 403 {
		t.Errorf("a page of another website answered %d %v", a.status, a.body)
	}
	for path, most := range map[string]int{"/plugin/typing": 10, "/plugin/page": 60} {
		done, refused, retry := p.many(most+20, func() (answer, int) { return p.tried("POST", path, token, `{}`, nil) })
		if done > most || refused.status != 429 || retry < 1 {
			t.Errorf("%s was taken %d times and then answered %d, Retry-After %d", path, done, refused.status, retry)
		}
	}
}
