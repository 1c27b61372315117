package main

import (
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"frontdesk/internal/chromium"
)

// shopPage is the id of the plugin's page in these tests.
const shopPage = "109872000000909"

// oldMarkup is a website's page as it was written for the plugin of old, of which only the script's address is another.
var oldMarkup = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>Lumen Bikes</title><main><h1>Bikes</h1><p>A shop.</p></main>
<div id="fb-root"></div>
<div class="fb-customerchat" attribution="setup_tool" page_id="{{.Page}}" ref="{{.Ref}}"{{range .More}} {{.}}{{end}}></div>
<script>
  window.fbAsyncInit = function () { FB.init({xfbml: true, version: 'v18.0'}); };
  (function (d, s, id) {
    var js, fjs = d.getElementsByTagName(s)[0];
    if (d.getElementById(id)) return;
    js = d.createElement(s); js.id = id;
    js.src = '{{.Base}}/{{.Locale}}/sdk/xfbml.customerchat.js';
    fjs.parentNode.insertBefore(js, fjs);
  }(document, 'script', 'facebook-jssdk'));
</script>`))

// website serves a page with the old markup for a plugin at base, and returns its address. What the query says goes into
// the markup: ref, locale, and greeting.
func website(t *testing.T, base, page string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		q := r.URL.Query()
		locale := q.Get("locale")
		if locale == "" {
			locale = "en_US"
		}
		var more []template.HTMLAttr
		if q.Has("greeting") {
			more = append(more, template.HTMLAttr(`logged_out_greeting="`+template.HTMLEscapeString(q.Get("greeting"))+`"`))
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := oldMarkup.Execute(w, map[string]any{"Base": template.JSStr(base), "Page": page, "Ref": q.Get("ref"), "Locale": locale, "More": more}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/"
}

// shopper is a visitor with a browser: one tab that shows a website with the chat. What the shopper looks for is found as
// a screen reader finds it, by role and name.
type shopper struct {
	t    *testing.T
	page *chromium.Page
	chat chromium.Document // the frame
}

// shops opens a website in a tab.
func shops(t *testing.T, page *chromium.Page, url string) *shopper {
	t.Helper()
	page.Go(url)
	return &shopper{t: t, page: page, chat: page.Frame("/plugin/frame")}
}

// opens opens the chat by its round button.
func (s *shopper) opens() {
	s.t.Helper()
	s.page.Role("button", "Open chat").Click()
}

// begins opens the chat and presses Get Started.
func (s *shopper) begins() {
	s.t.Helper()
	s.opens()
	s.chat.Role("button", "Get started").Click()
	s.chat.Role("textbox", "Write a message").Wait()
}

func (s *shopper) writes(text string) {
	s.t.Helper()
	s.chat.Role("textbox", "Write a message").Click()
	s.page.Insert(text)
	if s.page.OnPhone() {
		s.chat.Role("button", "Send").Click() // there the key makes a new line
	} else {
		s.page.Type(kb.Enter)
	}
	s.sees(text)
}

// thread is what the conversation shows, as an expression of its frame.
const thread = `(document.querySelector('[role=log]')?.innerText ?? '')`

func (s *shopper) sees(text string) {
	s.t.Helper()
	s.chat.Wait("the thread to say "+text, thread+".includes("+strconv.Quote(text)+")")
}

// seesOnce wants a text in the thread once.
func (s *shopper) seesOnce(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		s.sees(text)
		var n int
		s.chat.Eval(fmt.Sprintf("%s.split(%s).length - 1", thread, strconv.Quote(text)), &n)
		if n != 1 {
			var all string
			s.chat.Eval(thread, &all)
			s.t.Errorf("the thread says %q %d times:\n%s", text, n, all)
		}
	}
}

// delivered waits until nothing of the visitor's is on its way.
func (s *shopper) delivered() {
	s.t.Helper()
	s.chat.Wait("what was written to have arrived", "!/\\b(Sending|Waiting for a connection|Not sent)\\b/.test("+thread+")")
}

func (s *shopper) taps(title string) {
	s.t.Helper()
	s.chat.Role("button", title).Click()
}

func (s *shopper) presses(title string) {
	s.t.Helper()
	s.chat.Role("button", title).Click()
}

func (s *shopper) picks(title string) {
	s.t.Helper()
	s.chat.Role("button", "Menu").Click()
	s.chat.Role("menuitem", title).Click()
}

var _ talker = (*shopper)(nil)
