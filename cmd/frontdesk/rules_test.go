package main

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"frontdesk/desk/embedding"
	"frontdesk/desk/embedding/check"
	"frontdesk/internal/chromium"
)

// ruled are values of attributes, right ones and wrong ones.
var ruled = map[string][]string{
	"ref": {"a", "a b", "a\tb", "a\u0085b", strings.Repeat("x", 2083), strings.Repeat("x", 2084), strings.Repeat("🚲", 1042)},
	"theme_color": {
		"#1D6FB8", " #1d6fb8 ", "#FFFFFF", "#ffffff ", "#FFF", "1D6FB8", "red", "#GGGGGG", "#1D6FB8FF",
	},
	"logged_in_greeting":      {"Hi", strings.Repeat("a", 80), strings.Repeat("a", 81), strings.Repeat("🚲", 80), strings.Repeat("🚲", 81)},
	"logged_out_greeting":     {"Hello", strings.Repeat("b", 81), "a\nb"},
	"greeting_dialog_display": {"show", "FADE", " hide ", "open", "true"},
	"greeting_dialog_delay":   {"0", "5", "2.5", ".5", "5.", " 7 ", "5s", "-1", "1e3", "86400", "86401", "+5", "Infinity"},
	"minimized":               {"true", "False", "1", "yes"},
	"customer": {
		`{"id":"1","expires":5,"signature":"a"}`, `{"id":1,"expires":"5","signature":"a"}`, `{"id":"1","expires":5}`, `{"id":0,"expires":5,"signature":"a"}`,
		`{"id":"1","expires":-5,"signature":"a"}`, `[]`, `null`, `"x"`, `Mara`,
	},
	"theme-color": {"#000001"}, "data-ref": {"a1"}, "data-theme-color": {"#000002"}, "data-href": {"x1"}, "greeting": {"x2"},
}

// TestRulesOfTheMarkupAreOne holds the check of pages to the loader: what one takes, the other takes.
func TestRulesOfTheMarkupAreOne(t *testing.T) {
	t.Parallel()
	h, _ := stageHouse(t)
	browser := chromium.Start(t)
	for name, values := range ruled {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			street := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = io.WriteString(w, "<!doctype html><title>Lumen Bikes</title><body>"+embedding.Snippet(h.base, h.site.id, embedding.Settings{Display: "hide"}))
			}))
			t.Cleanup(street.Close)
			p := browser.Page(t, chromium.Desktop)
			p.Go(street.URL)
			p.Role("button", "Open chat").Wait()
			for i, value := range values {
				set, err := json.Marshal([]string{name, value})
				if err != nil {
					t.Fatal(err)
				}
				before := len(p.Console())
				p.Eval(fmt.Sprintf(`new Promise((done) => { const d = document.querySelector(".fb-customerchat"); for (const a of [...d.attributes]) if (!["class", "page_id"].includes(a.name)) d.removeAttribute(a.name);
					d.setAttribute(...%s); d.setAttribute("attribution", "%d"); setTimeout(done, 20); })`, set, i), nil)
				said := strings.Join(p.Console()[before:], "\n")
				why := check.Wrong(name, value)
				if meant := check.Misspelt(name); meant != "" {
					why = "is not read; write " + meant
				}
				switch {
				case why == "" && said != "":
					t.Errorf("%q is taken by the check, and the loader says %s", value, said)
				case why != "" && !strings.Contains(said, name+"=") || !strings.Contains(said, why):
					t.Errorf("of %q the check says that it %s, and the loader %q", value, why, said)
				}
			}
		})
	}
}

// TestSnippetSurvivesHTML shows that what is set comes back out of a browser as it was, whatever it holds.
func TestSnippetSurvivesHTML(t *testing.T) {
	t.Parallel()
	const hostile = `"'><script>alert(1)</script>&amp;&quot;` + "`" + ` <!-- é 🚲`
	snippet := embedding.Snippet("https://chat.lumen.example", "109872000000101", embedding.Settings{Greeting: hostile, Ref: "a=b", Color: "#1D6FB8"})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		_, _ = io.WriteString(w, "<!doctype html><title>"+html.EscapeString(hostile)+"</title><body>"+snippet)
	}))
	t.Cleanup(server.Close)
	p := chromium.Start(t).Page(t, chromium.Desktop)
	p.Go(server.URL)
	var got map[string]string
	p.Eval(`Object.fromEntries([...document.querySelector(".fb-customerchat").attributes].map((a) => [a.name, a.value]))`, &got)
	if got["logged_out_greeting"] != hostile || got["logged_in_greeting"] != hostile || got["ref"] != "a=b" || got["page_id"] != "109872000000101" {
		t.Errorf("the attributes are %q", got)
	}
	var scripts int
	p.Eval(`document.scripts.length`, &scripts)
	if scripts != 2 {
		t.Errorf("the page has %d scripts", scripts)
	}
}
