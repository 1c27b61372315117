package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// The names of a town. All of them lead to this machine, in the browser of package chromium.
const (
	shopName  = "www.lumen.example"   // may embed the chat
	plainName = "plain.lumen.example" // may, and comes without HTTPS
	chatName  = "chat.lumen.example"  // where the chat is reached
	evilName  = "evil.example"        // may not
)

// town is the program behind a proxy with HTTPS, and websites beside it: one that may embed the chat, and others.
type town struct {
	*agency
	chat              string // addresses, without a slash at the end
	shop, evil, plain string

	mu    sync.Mutex
	pages map[string]string // of all websites, by path; {chat}, {shop} and {evil} stand for their addresses
	heard []string          // all requests in full, but for their bodies and the header Authorization
}

func newTown(t *testing.T, environ ...string) *town {
	t.Helper()
	w := &town{pages: map[string]string{}}
	secure, plain := httptest.NewTLSServer(http.HandlerFunc(w.website)), httptest.NewServer(http.HandlerFunc(w.website))
	t.Cleanup(secure.Close)
	t.Cleanup(plain.Close)
	port := secure.URL[strings.LastIndex(secure.URL, ":"):]
	plainPort := plain.URL[strings.LastIndex(plain.URL, ":"):]
	w.shop, w.evil, w.plain = "https://"+shopName+port, "https://"+evilName+port, "http://"+plainName+plainPort
	w.agency = newAgency(t, append(environ, "FRONTDESK_PLUGIN_TOKEN="+daysToken, "FRONTDESK_PLUGIN_IDENTITY_SECRET="+daysWord,
		"FRONTDESK_PLUGIN_DOMAINS="+w.shop+",https://"+plainName+plainPort)...)
	program, err := url.Parse(w.base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(program)
		r.Out.Host = r.In.Host
	}}
	front := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.note(r)
		proxy.ServeHTTP(rw, r)
	}))
	t.Cleanup(front.Close)
	t.Cleanup(front.CloseClientConnections) // lines of visitors are open
	w.chat = "https://" + chatName + front.URL[strings.LastIndex(front.URL, ":"):]
	return w
}

func (w *town) note(r *http.Request) {
	line := r.Method + " " + r.Host + r.URL.String()
	for name, values := range r.Header {
		if name != "Authorization" {
			line += "\n" + name + ": " + strings.Join(values, ", ")
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = append(w.heard, line)
}

// requests are the requests so far that have a text in them.
func (w *town) requests(with string) (list []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range w.heard {
		if strings.Contains(line, with) {
			list = append(list, line)
		}
	}
	return list
}

func (w *town) website(rw http.ResponseWriter, r *http.Request) {
	w.note(r)
	w.mu.Lock()
	page, there := w.pages[r.URL.Path]
	w.mu.Unlock()
	if !there {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(rw, "<!doctype html><link rel=icon href='data:,'><meta name=viewport content='width=device-width'><title>Shop</title>"+
		strings.NewReplacer("{chat}", w.chat, "{shop}", w.shop, "{evil}", w.evil).Replace(page))
}

// puts makes a page that every website has, and says its path.
func (w *town) puts(path, html string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages["/"+path] = html
	return "/" + path
}

// embeds is the old markup with further attributes.
func embeds(attributes string) string {
	return fmt.Sprintf(`<h1>Shop</h1><div id="fb-root"></div><div class="fb-customerchat" page_id="%s" greeting_dialog_display="hide" %s></div>
		<script>window.fbAsyncInit = function () { FB.init({xfbml: true, version: 'v18.0'}); };</script>
		<script async defer crossorigin="anonymous" src="{chat}/en_US/sdk/xfbml.customerchat.js"></script>`, shopPage, attributes)
}

// asks makes a call of the program, and wants an answer of this status.
func (a *agency) asks(want int, method, path, token, body string) string {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.base+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		a.t.Fatalf("%s %s answered %d %s (%v), want %d", method, path, res.StatusCode, answer, err, want)
	}
	return string(answer)
}

// field is a text of an answer's JSON object.
func field(t *testing.T, answer, name string) string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(answer), &all); err != nil {
		t.Fatalf("%q is no JSON object: %v", answer, err)
	}
	text, _ := all[name].(string)
	return text
}
