package plugin_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"frontdesk/plugin"
)

// atHome is a platform whose page may be embedded by domains.
func atHome(t *testing.T, o plugin.Options, domains ...string) *platform {
	t.Helper()
	page := site()
	page.Domains = domains
	o.Pages = []plugin.Page{page}
	return start(t, o)
}

func TestWhoMayEmbed(t *testing.T) {
	t.Parallel()
	shop := atHome(t, plugin.Options{}, "https://www.lumen.example", "https://Lumen.example:8443/")
	bare := atHome(t, plugin.Options{})
	demo := atHome(t, plugin.Options{LoopbackPages: true}, "https://www.lumen.example")
	ours := strings.TrimPrefix(shop.http.URL, "http://")
	for name, tc := range map[string]struct {
		p       *platform
		headers map[string]string
		page    string // page_url
		wrong   string // what the refusal names; empty: none
	}{
		"its website":                    {p: shop, headers: map[string]string{"Origin": "https://www.lumen.example"}},
		"its website by another port":    {p: shop, headers: map[string]string{"Origin": "https://lumen.example:8443"}},
		"its website's usual port":       {p: shop, headers: map[string]string{"Origin": "https://www.lumen.example:443"}},
		"our own frame":                  {p: shop, headers: map[string]string{"Origin": "http://" + ours}},
		"our own frame on its website":   {p: shop, headers: map[string]string{"Origin": "http://" + ours}, page: "https://www.lumen.example/pricing"},
		"a program":                      {p: shop, page: "https://elsewhere.example/"},
		"another website":                {p: shop, headers: map[string]string{"Origin": "https://evil.example"}, wrong: "origin"},
		"our own frame somewhere else":   {p: shop, headers: map[string]string{"Origin": "http://" + ours}, page: "https://evil.example/", wrong: "origin"},
		"its website without HTTPS":      {p: shop, headers: map[string]string{"Origin": "http://www.lumen.example"}, wrong: "origin"},
		"a name that begins like it":     {p: shop, headers: map[string]string{"Origin": "https://www.lumen.example.evil.example"}, wrong: "origin"},
		"a name that ends like it":       {p: shop, headers: map[string]string{"Origin": "https://evilwww.lumen.example"}, wrong: "origin"},
		"the domain above":               {p: shop, headers: map[string]string{"Origin": "https://lumen.example"}, wrong: "origin"},
		"nowhere":                        {p: shop, headers: map[string]string{"Origin": "null"}, wrong: "origin"},
		"no address":                     {p: shop, headers: map[string]string{"Origin": "file:///index.html"}, wrong: "origin"},
		"who does not say":               {p: shop, headers: map[string]string{"Sec-Fetch-Site": "cross-site"}, wrong: "origin"},
		"our frame, which need not say":  {p: shop, headers: map[string]string{"Sec-Fetch-Site": "same-origin"}},
		"this machine":                   {p: shop, headers: map[string]string{"Origin": "http://localhost:8000"}, wrong: "origin"},
		"this machine in the demo":       {p: demo, headers: map[string]string{"Origin": "http://localhost:8000"}},
		"this machine, nothing set":      {p: bare, headers: map[string]string{"Origin": "http://127.0.0.1:8000"}},
		"its IPv6 address, nothing set":  {p: bare, headers: map[string]string{"Origin": "http://[::1]:8000"}},
		"a website, nothing set":         {p: bare, headers: map[string]string{"Origin": "https://www.lumen.example"}, wrong: "origin"},
		"a name like this machine's":     {p: bare, headers: map[string]string{"Origin": "http://localhost.evil.example"}, wrong: "origin"},
		"a host the caller made up":      {p: shop, headers: map[string]string{"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"}, wrong: "origin"},
		"a name that was led here":       {p: bare, headers: map[string]string{"Host": "evil.example:8080", "Origin": "http://evil.example:8080"}, wrong: "origin"},
		"one led to the demo":            {p: demo, headers: map[string]string{"Host": "evil.example:8080", "Origin": "http://evil.example:8080"}, wrong: "origin"},
		"our name, with a website named": {p: shop, headers: map[string]string{"Host": "chat.lumen.example", "Origin": "https://chat.lumen.example"}},
		"a host without end":             {p: shop, headers: map[string]string{"Origin": "https://" + strings.Repeat("a.", 9000) + "example"}, wrong: "origin"},
		"a website that sends no scheme": {p: shop, headers: map[string]string{"Origin": "www.lumen.example"}, wrong: "origin"},
	} {
		t.Run(name, func(t *testing.T) {
			_, token := tc.p.visit(newcomer)
			body := `{"page_id":"` + siteID + `","page_url":"` + tc.page + `"}`
			calls := map[string]answer{}
			calls["beginning"], _ = tc.p.tried("POST", "/plugin/visitors", "", body, tc.headers)
			calls["coming back"], _ = tc.p.tried("POST", "/plugin/visitors", token, body, tc.headers)
			if tc.page == "" {
				calls["writing"], _ = tc.p.tried("POST", "/plugin/messages", token, `{"text":"hello"}`, tc.headers)
				calls["reading"], _ = tc.p.tried("GET", "/plugin/messages", token, "", tc.headers)
			}
			for call, a := range calls {
				fault, _ := a.body["error"].(map[string]any)
				field, _ := fault["field"].(string)
				message, _ := fault["message"].(string)
				if want := map[bool]int{true: 200, false: 403}[tc.wrong == ""]; a.status != want || field != tc.wrong || (message == "") != (tc.wrong == "") {
					t.Errorf("%s got %d %v, want %d and %q", call, a.status, a.body, want, tc.wrong)
				}
			}
			if tc.wrong != "" && tc.page == "" {
				if got := lines(t, tc.p.call("GET", "/plugin/messages", token, "")); len(got) != 0 {
					t.Errorf("what was refused left %v", got)
				}
			}
		})
	}
}

// A proxy that ends TLS calls us by another name than visitors do.
func TestOurOwnNameBehindAProxy(t *testing.T) {
	t.Parallel()
	p := start(t, behindProxy(newClock()))
	for host, want := range map[string]int{"chat.lumen.example": 200, "": 403} {
		a, _ := p.tried("POST", "/plugin/visitors", "", newcomer, map[string]string{
			"Origin": "https://chat.lumen.example", "X-Forwarded-Host": host, "X-Forwarded-For": "203.0.113.7",
		})
		if a.status != want {
			t.Errorf("with the name %q the frame got %d %v, want %d", host, a.status, a.body, want)
		}
	}
}

// The console of a website's developer says which of the two is wrong.
func TestAWebsiteAsksWhetherItMayEmbed(t *testing.T) {
	t.Parallel()
	p := atHome(t, plugin.Options{}, "https://www.lumen.example")
	for name, tc := range map[string]struct {
		origin, referrer string
		allowed          bool
		wrong, says      string
	}{
		"its website":               {"https://www.lumen.example", "https://www.lumen.example/", true, "", ""},
		"its website, no referrer":  {"https://www.lumen.example", "", false, "referrer", "Referrer-Policy"},
		"another website":           {"https://evil.example", "https://evil.example/", false, "origin", "evil.example is not among the domains"},
		"its website without HTTPS": {"http://www.lumen.example", "http://www.lumen.example/", false, "origin", "without HTTPS"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.http.URL+"/plugin/embed?page_id="+siteID, nil)
		must(t, err)
		req.Header.Set("Origin", tc.origin)
		if tc.referrer != "" {
			req.Header.Set("Referer", tc.referrer)
		}
		a, header := p.answered(req)
		readable := header.Get("Access-Control-Allow-Origin")
		message, _ := a.body["message"].(string)
		wrong, _ := a.body["wrong"].(string)
		if a.status != 200 || a.body["allowed"] != tc.allowed || wrong != tc.wrong || !strings.Contains(message, tc.says) || readable != "*" {
			t.Errorf("%s got %d %v, readable by %q", name, a.status, a.body, readable)
		}
	}
	if a := p.call("GET", "/plugin/embed?page_id=1", "", ""); a.status != 400 {
		t.Errorf("an unknown page got %d %v", a.status, a.body)
	}
}

func TestTheFramesEmbedder(t *testing.T) {
	t.Parallel()
	shop := atHome(t, plugin.Options{}, "https://www.lumen.example")
	bare := atHome(t, plugin.Options{})
	for want, p := range map[string]*platform{
		"frame-ancestors 'self' https://www.lumen.example":                                                     shop,
		"frame-ancestors 'self' http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:*": bare,
	} {
		if got, err := p.FrameAncestors(t.Context(), siteID); err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	if _, err := shop.FrameAncestors(t.Context(), "1"); !errors.Is(err, plugin.ErrUnknownPage) {
		t.Errorf("an unknown page has ancestors: %v", err)
	}
	for name, tc := range map[string]struct{ referrer, dest, wrong string }{
		"its website":     {"https://www.lumen.example/", "iframe", ""},
		"another website": {"https://evil.example/", "iframe", plugin.WrongOrigin},
		"no referrer":     {"", "iframe", plugin.WrongReferrer},
		"by itself":       {"", "document", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/frame", nil)
		r.Header.Set("Sec-Fetch-Dest", tc.dest)
		if tc.referrer != "" {
			r.Header.Set("Referer", tc.referrer)
		}
		err := shop.Embedder(r, siteID)
		var refusal *plugin.EmbedError
		if tc.wrong == "" && err != nil || tc.wrong != "" && (!errors.As(err, &refusal) || refusal.Wrong != tc.wrong) {
			t.Errorf("%s got %v, want %q", name, err, tc.wrong)
		}
	}
}

func TestDomainsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"http://lumen.example", "lumen.example", "https://localhost", "https://192.0.2.7", "https://*.lumen.example"} {
		page := site()
		page.Domains = []string{domain}
		_, err := plugin.Open(plugin.Options{Path: t.TempDir() + "/plugin.db", Pages: []plugin.Page{page}})
		if err == nil || !strings.Contains(err.Error(), domain) {
			t.Errorf("%s is taken as a domain: %v", domain, err)
		}
	}
}

// What a bot whitelists may embed the chat at once, beside what the options name.
func TestWhitelistedDomainsMayEmbed(t *testing.T) {
	t.Parallel()
	p := atHome(t, plugin.Options{}, "https://www.lumen.example")
	visit := func(origin string) int {
		a, _ := p.tried("POST", "/plugin/visitors", "", newcomer, map[string]string{"Origin": origin})
		return a.status
	}
	if got := visit("https://shop.lumen.example"); got != http.StatusForbidden {
		t.Errorf("before it is whitelisted a website gets %d", got)
	}
	a := p.call("POST", "/v25.0/me/messenger_profile", siteToken, `{"whitelisted_domains":["https://shop.lumen.example/"]}`)
	if a.status != 200 {
		t.Fatalf("whitelisting was answered %d %v", a.status, a.body)
	}
	for _, origin := range []string{"https://shop.lumen.example", "https://www.lumen.example"} {
		if got := visit(origin); got != http.StatusOK {
			t.Errorf("%s gets %d", origin, got)
		}
	}
	ancestors, err := p.FrameAncestors(t.Context(), siteID)
	if want := "frame-ancestors 'self' https://www.lumen.example https://shop.lumen.example"; err != nil || ancestors != want {
		t.Errorf("got %q, %v; want %q", ancestors, err, want)
	}
	if a := p.call("DELETE", "/me/messenger_profile", siteToken, `{"fields":["whitelisted_domains"]}`); a.status != 200 {
		t.Fatalf("taking it back was answered %d %v", a.status, a.body)
	}
	if got := visit("https://shop.lumen.example"); got != http.StatusForbidden {
		t.Errorf("after it was taken back it gets %d", got)
	}
}
