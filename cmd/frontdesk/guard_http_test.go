package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// everyPath are the paths that strangers reach, each with a method it is meant for.
var everyPath = []struct{ method, path string }{
	{"GET", "/"},
	{"GET", "/healthz"},
	{"GET", "/webhook"},
	{"GET", "/sdk.js"},
	{"GET", "/de_DE/sdk/xfbml.customerchat.js"},
	{"GET", "/plugin/frame?page_id=" + daysSite},
	{"GET", "/plugin/try"},
	{"GET", "/plugin/assets/0000000000000000/main.js"},
	{"GET", "/plugin/embed?page_id=" + daysSite},
	{"GET", "/plugin/profile?page_id=" + daysSite},
	{"GET", "/plugin/messages"},
	{"GET", "/plugin/events"},
	{"GET", "/plugin/watch"},
	{"GET", "/plugin/contacts/9000000000000000001"},
	{"GET", "/plugin/files/x/y"},
	{"POST", "/plugin/visitors"},
	{"POST", "/plugin/messages"},
	{"POST", "/plugin/seen"},
	{"POST", "/plugin/page"},
	{"POST", "/plugin/menu"},
	{"POST", "/me/messages"},
	{"GET", "/me"},
	{"POST", "/" + daysSite + "/chat_plugin"},
	{"GET", "/plugin/nothing"},
	{"GET", "/nothing/at/all"},
}

// answered is what a request got, in full.
type answered struct {
	status int
	header http.Header
	body   string
}

// raw makes a request with headers as "Name: value"; Host is one of them.
func (h *house) raw(t *testing.T, method, path string, headers ...string) answered {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, h.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{res.StatusCode, res.Header, string(body)}
}

// TestForeignOriginsAreAnsweredBlindly shows which paths a foreign website's scripts may read: the loader, and the one
// that says whether the website may embed the chat. Nothing sets a cookie, and nothing takes one for a token.
func TestForeignOriginsAreAnsweredBlindly(t *testing.T) {
	t.Parallel()
	d := newDays(t, "FRONTDESK_PLUGIN_DOMAINS=https://www.lumen.example")
	_, token := d.visitor()
	for _, p := range everyPath {
		for _, method := range []string{p.method, http.MethodOptions, http.MethodDelete} {
			a := d.raw(t, method, p.path, "Origin: https://evil.example", "Referer: https://evil.example/", "Cookie: token="+token+"; Authorization=Bearer "+token,
				"Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization", "Sec-Fetch-Site: cross-site")
			want := ""
			if strings.Contains(p.path, "/embed") && method == http.MethodGet || strings.HasSuffix(p.path, "sdk.js") && method == http.MethodGet || strings.HasSuffix(p.path, "customerchat.js") && method == http.MethodGet {
				want = "*"
			}
			name := method + " " + p.path
			if got := a.header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("%s may be read by %q, want %q", name, got, want)
			}
			for header := range a.header {
				if header == "Set-Cookie" || strings.HasPrefix(header, "Access-Control-") && header != "Access-Control-Allow-Origin" {
					t.Errorf("%s answers with %s: %q", name, header, a.header.Get(header))
				}
			}
			if strings.HasPrefix(p.path, "/plugin/") && a.status == http.StatusOK && want == "" && p.path != "/plugin/try" {
				t.Errorf("%s answers a foreign website with %d %.200s", name, a.status, a.body)
			}
		}
	}
}

// visitor is a guest from the website that may embed the chat.
func (d *daysHouse) visitor() (id, token string) {
	d.t.Helper()
	a := d.want("", "/plugin/visitors", "", `{"page_id":"`+daysSite+`","page_url":"https://www.lumen.example/"}`)
	return a["id"].(string), a["token"].(string)
}

// TestNothingIsReflected writes markup and foreign names wherever a request has room for them: no answer has the markup as
// such, none is built of the name by which it was asked for, and none lets a browser guess what it is.
func TestNothingIsReflected(t *testing.T) {
	t.Parallel()
	d := newDays(t)
	const markup = `<script>alert("m1")</script>`
	const inAddress = `%3Cscript%3Ealert(%22m1%22)%3C/script%3E`
	for _, p := range everyPath {
		sign := "?"
		if strings.Contains(p.path, "?") {
			sign = "&"
		}
		path := p.path + sign + "locale=" + inAddress + "&ref=" + inAddress + "&x=" + inAddress + "&page_id=" + inAddress + "&hub.challenge=" + inAddress + "&hub.mode=subscribe&hub.verify_token=no"
		for _, path := range []string{path, strings.Replace(path, "?", "/"+inAddress+"?", 1)} {
			a := d.raw(t, p.method, path, "Accept: text/html", "Referer: https://evil.example/"+markup, "User-Agent: "+markup, "X-Forwarded-For: "+markup,
				"X-Forwarded-Host: m2.example", "X-Forwarded-Proto: javascript", "X-Forwarded-Prefix: //m2.example", "Forwarded: host=m2.example", "X-Original-URL: /m2.example", "Accept-Language: "+markup)
			if strings.Contains(a.body, markup) || strings.Contains(a.body, "m2.example") || strings.Contains(fmt.Sprint(a.header), "m2.example") {
				t.Errorf("%s %s repeats what it was asked: %d %v %.500s", p.method, path, a.status, a.header, a.body)
			}
			moved := a.status == http.StatusTemporaryRedirect // by package http, to the same path without the second slash
			if !moved && a.header.Get("X-Content-Type-Options") != "nosniff" && !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
				t.Errorf("%s %s lets a browser guess: %d %v", p.method, path, a.status, a.header)
			}
			if place := a.header.Get("Location"); place != "" && !strings.HasPrefix(place, "/") || strings.HasPrefix(place, "//") {
				t.Errorf("%s %s leads to %q", p.method, path, place)
			}
		}
	}
	a := d.raw(t, "GET", "//evil.example/..//plugin/try")
	if place := a.header.Get("Location"); strings.HasPrefix(place, "//") || strings.Contains(place, "://") {
		t.Errorf("an address with two slashes leads to %q", place)
	}
}

// TestTheLoaderIsTheSameForAll shows that no stranger's request changes what is kept for others under the loader's
// address: it depends on the website alone, and a cache between us and browsers is told so.
func TestTheLoaderIsTheSameForAll(t *testing.T) {
	t.Parallel()
	d := newDays(t, "FRONTDESK_PLUGIN_DOMAINS=https://www.lumen.example")
	const shop = "Referer: https://www.lumen.example/"
	want := d.raw(t, "GET", "/en_US/sdk.js", shop)
	if want.status != 200 || want.header.Get("Cache-Control") != "private, max-age=300" || !strings.Contains(strings.Join(want.header.Values("Vary"), ", "), "Referer") {
		t.Fatalf("the loader comes as %d %v", want.status, want.header)
	}
	for _, header := range []string{
		"X-Forwarded-Host: evil.example", "Host: evil.example", "X-Forwarded-Proto: http", "X-Forwarded-For: 203.0.113.7", "Accept-Language: ar", "X-Original-URL: /ar_AR/sdk.js",
		"X-HTTP-Method-Override: POST", "Origin: https://evil.example", "Cookie: locale=ar_AR", "User-Agent: <script>", "CF-IPCountry: FR",
	} {
		if got := d.raw(t, "GET", "/en_US/sdk.js?x=<script>", shop, header); got.status != 200 || got.body != want.body {
			t.Errorf("with %q it is another script (%d): %.300s", header, got.status, got.body)
		}
	}
	if got := d.raw(t, "GET", "/en_US/sdk.js", "Referer: https://evil.example/"); got.body == want.body || strings.Contains(got.body, `"render":true`) {
		t.Errorf("a foreign website gets %.300s", got.body)
	}
	if got := d.raw(t, "GET", "/en_US/sdk.js", shop); got.body != want.body {
		t.Errorf("after all that the website gets another script: %.300s", got.body)
	}
}

// TestPathsLeadNowhereElse writes addresses as no honest program does, to get at files that are not for everybody.
func TestPathsLeadNowhereElse(t *testing.T) {
	t.Parallel()
	d := newDays(t)
	for _, path := range []string{
		"/plugin/assets/../../go.mod", "/plugin/assets/%2e%2e/%2e%2e/go.mod", "/plugin/assets/x/..%2f..%2f..%2fetc%2fpasswd", "/plugin/assets/x/..%5c..%5cplugin.db",
		"/plugin/files/..%2fplugin.db/x", "/plugin/files/../../plugin.db", "/plugin/files/%2e%2e%2fplugin.db/x", "/plugin/files/%00/x", "/plugin/files//etc/passwd",
		"/plugin/../healthz/../../etc/passwd", "/..%2f..%2fetc/passwd", "/en_US/..%2fsdk.js", "/%2e%2e/%2e%2e/etc/passwd", "/plugin/contacts/..%2f..%2f", "/debug/pprof/", "/metrics",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(d.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode == http.StatusOK || res.StatusCode >= 500 || bytes.Contains(body, []byte("root:")) || bytes.Contains(body, []byte("goroutine")) {
			t.Errorf("%s answers %d %.200s (%v)", path, res.StatusCode, body, err)
		}
		_ = res.Body.Close()
	}
}

// TestOversizedRequests sends too much of everything: each is refused with its reason, and nothing of it is kept.
func TestOversizedRequests(t *testing.T) {
	t.Parallel()
	d := newDays(t)
	_, token := d.guest()
	long := strings.Repeat("x", 100_000)
	for name, c := range map[string]struct{ path, body, want, says string }{
		"a body":             {"/plugin/messages", `{"text":"` + long + `"}`, "413", "larger than 65536 bytes"},
		"a text":             {"/plugin/messages", `{"text":"` + long[:40_000] + `"}`, "400", "at most 2000"},
		"a key":              {"/plugin/messages", `{"text":"x","key":"` + long[:65] + `"}`, "400", "64 characters"},
		"a mid":              {"/plugin/messages", `{"quick_reply":{"mid":"` + long[:60_000] + `","index":0}}`, "400", "nothing like that"},
		"a number":           {"/plugin/messages", `{"quick_reply":{"mid":"m","index":1e99}}`, "400", "wrong type"},
		"a mid that is read": {"/plugin/seen", `{"mid":"` + long[:60_000] + `"}`, "400", "not a message"},
		"a page's address":   {"/plugin/page", `{"page_url":"https://www.lumen.example/` + long[:3000] + `"}`, "400", "at most 2083"},
		"a ref":              {"/plugin/page", `{"page_url":"https://www.lumen.example/","ref":"` + long[:3000] + `"}`, "400", "at most 2083"},
		"depth":              {"/plugin/messages", strings.Repeat(`{"text":`, 8000), "400", "not a JSON object"},
		"a place":            {"/plugin/arrived", `{"after":99999999999999999999999}`, "400", "wrong type"},
		"the title of a tap": {"/plugin/menu", `{"index":0,"title":"` + long[:60_000] + `"}`, "400", ""},
	} {
		answer, code := d.graph(c.path, token, c.body)
		fault, _ := answer["error"].(map[string]any)
		if code != c.want || !strings.Contains(fmt.Sprint(fault["message"]), c.says) || len(fmt.Sprint(answer)) > 500 {
			t.Errorf("%s too large answers %s %.600v, want %s with %q", name, code, answer, c.want, c.says)
		}
	}
	for name, c := range map[string]struct{ body, says string }{
		"a name":     {`{"page_id":"` + daysSite + `","name":"` + long[:101] + `"}`, "at most 100"},
		"a page":     {`{"page_id":"` + long[:60_000] + `"}`, "page_id"},
		"a customer": {`{"page_id":"` + daysSite + `","customer":{"id":"` + long[:60_000] + `","expires":1,"signature":"00"}}`, ""},
	} {
		answer, code := d.graph("/plugin/visitors", "", c.body)
		if code != "400" || !strings.Contains(fmt.Sprint(answer), c.says) || len(fmt.Sprint(answer)) > 500 {
			t.Errorf("%s too large answers %s %.600v", name, code, answer)
		}
	}
	for name, c := range map[string]struct {
		path, header string
		want         int
	}{
		"a header":           {"/plugin/messages", "X: " + long, http.StatusRequestHeaderFieldsTooLarge},
		"a token":            {"/plugin/messages", "Authorization: Bearer " + long[:30_000], http.StatusUnauthorized},
		"an address":         {"/plugin/messages?after=" + long, "X: y", http.StatusRequestHeaderFieldsTooLarge},
		"a query":            {"/plugin/messages?after=" + strings.Repeat("9", 30_000), "Authorization: Bearer " + token, http.StatusBadRequest},
		"a locale":           {"/" + long[:30_000] + "_US/sdk.js", "X: y", http.StatusNotFound},
		"a program's fields": {"/me?" + strings.Repeat("a=&", 5000), "Authorization: Bearer " + daysToken, http.StatusBadRequest},
	} {
		if a := d.raw(t, "GET", c.path, c.header); a.status != c.want || len(a.body) > 1000 {
			t.Errorf("%s too large answers %d %.300s, want %d", name, a.status, a.body, c.want)
		}
	}
	if all := d.raw(t, "GET", "/plugin/messages", "Authorization: Bearer "+token); strings.Contains(all.body, `"mid"`) {
		t.Errorf("what was refused is there: %s", all.body)
	}
}

// TestSlowStrangersAreNotWaitedFor opens hundreds of connections that say next to nothing: honest visitors are served
// meanwhile, and the slow ones are hung up on.
func TestSlowStrangersAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	d := newDays(t)
	hungUp := make(chan error, 300)
	for i := range cap(hungUp) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(d.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		begun := []string{"GET /sdk.js HT", "POST /plugin/messages HTTP/1.1\r\nHost: x\r\nX-Slow: ", "", "POST /plugin/visitors HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"}[i%4]
		if _, err := io.WriteString(conn, begun); err != nil {
			t.Fatal(err)
		}
		go func() {
			if err := conn.SetReadDeadline(time.Now().Add(50 * time.Second)); err != nil {
				hungUp <- err
				return
			}
			_, err := io.Copy(io.Discard, conn)
			hungUp <- err
		}()
	}
	_, token := d.guest()
	d.want("", "/plugin/messages", token, `{"text":"I am honest"}`)
	for range cap(hungUp) {
		if err := <-hungUp; err != nil && strings.Contains(err.Error(), "timeout") {
			t.Fatalf("a slow connection is still open: %v", err)
		}
	}
	d.want("", "/plugin/messages", token, `{"text":"and still here"}`)
}
