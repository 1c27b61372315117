package main

import (
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
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

	words map[string]string // of the frame, in the page's language; empty: English
}

// english are the frame's words that a shopper looks for.
var english = map[string]string{
	"getStarted": "Get started", "write": "Write a message", "send": "Send", "menu": "Menu",
	"sending": "Sending", "waiting": "Waiting for a connection", "failed": "Not sent",
}

// word is what the frame calls something.
func (s *shopper) word(key string) string {
	if word, ok := s.words[key]; ok {
		return word
	}
	return english[key]
}

// learns reads the frame's words in a language.
func (s *shopper) learns(language string) {
	s.t.Helper()
	s.chat.Eval(`import(new URL("words/`+language+`.js", document.querySelector("script[type=module]").src)).then(m => m.default)`, &s.words)
}

// shops opens a website in a tab.
func shops(t *testing.T, page *chromium.Page, url string) *shopper {
	t.Helper()
	page.Go(url)
	return &shopper{t: t, page: page, chat: page.Frame("/plugin/frame")}
}

// openers are the round button's names, by language.
var openers = map[string]string{"en": "Open chat", "ar": "فتح المحادثة"}

// opens opens the chat by its round button.
func (s *shopper) opens(language string) {
	s.t.Helper()
	s.page.Role("button", openers[language]).Click()
}

// begins opens the chat and presses Get Started.
func (s *shopper) begins() {
	s.t.Helper()
	s.opens("en")
	s.chat.Role("button", s.word("getStarted")).Click()
	s.chat.Role("textbox", s.word("write")).Wait()
}

func (s *shopper) writes(text string) {
	s.t.Helper()
	s.chat.Role("textbox", s.word("write")).Click()
	s.page.Insert(text)
	if s.page.OnPhone() {
		s.chat.Role("button", s.word("send")).Click() // there the key makes a new line
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
	underway := strings.Join([]string{s.word("sending"), s.word("waiting"), s.word("failed")}, "|")
	s.chat.Wait("what was said to have arrived", "!new RegExp("+strconv.Quote(underway)+").test("+thread+")")
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
	s.chat.Role("button", s.word("menu")).Click()
	s.chat.Role("menuitem", title).Click()
}

var _ talker = (*shopper)(nil)
