package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontdesk/internal/chromium"
)

// spoken are the console's lines that the loader wrote.
func spokenByLoader(p *chromium.Page) []string {
	return slices.DeleteFunc(p.Console(), func(line string) bool { return !strings.Contains(line, ": frontdesk: ") })
}

// TestForeignWebsites opens websites that may not embed the chat, in a real browser: nothing is drawn, and the console
// says which of origin and referrer is wrong, once.
func TestForeignWebsites(t *testing.T) {
	t.Parallel()
	b, w := chromium.Start(t), newTown(t)
	page := w.puts("markup", embeds(""))
	hiding := w.puts("hiding", `<meta name="referrer" content="no-referrer">`+embeds(""))
	for _, c := range []struct{ name, url, says string }{
		{"a foreign one", w.evil + page, evilName},
		{"one without HTTPS", w.plain + page, "without HTTPS"},
		{"one that hides its address", w.shop + hiding, "Referrer-Policy"},
		{"a foreign one that hides its address", w.evil + hiding, "Referrer-Policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := b.Page(t, chromium.Desktop)
			p.Go(c.url)
			p.Wait("the loader", `window.FB && FB.CustomerChat`)
			p.Eval(`new Promise((done) => setTimeout(done, 100))`, nil) // for what would be drawn
			p.Wait("nothing drawn", `!document.querySelector(".fb_dialog, iframe")`)
			if lines := spokenByLoader(p); len(lines) != 1 || !strings.HasPrefix(lines[0], "error: ") || !strings.Contains(lines[0], c.says) {
				t.Errorf("the console says %q, want one sentence with %q", lines, c.says)
			}
		})
	}
	t.Run("its own", func(t *testing.T) {
		t.Parallel()
		p := b.Page(t, chromium.Desktop)
		p.Go(w.shop + page)
		p.Role("button", "Open chat").Click()
		p.Frame("/plugin/frame").Role("button", "Get started").Wait()
		if lines := p.Console(); len(lines) != 0 {
			t.Errorf("the console says %q", lines)
		}
	})
}

// TestNobodyFramesTheChat has other websites put the chat's frame into their own pages, to lead a visitor's clicks: by
// every element that shows documents, with and without an address, and around a website that may have it.
func TestNobodyFramesTheChat(t *testing.T) {
	t.Parallel()
	b, w := chromium.Start(t), newTown(t)
	frame := "{chat}/plugin/frame?page_id=" + shopPage
	markup := w.puts("markup", embeds(""))
	for _, c := range []struct{ name, html string }{
		{"an iframe", `<iframe src="` + frame + `"></iframe>`},
		{"an iframe without a referrer", `<iframe referrerpolicy="no-referrer" src="` + frame + `"></iframe>`},
		{"a sandbox", `<iframe sandbox="allow-scripts" src="` + frame + `"></iframe>`},
		{"an object", `<object data="` + frame + `" width="300" height="300"></object>`},
		{"an embed", `<embed src="` + frame + `" width="300" height="300">`},
		{"a page within a page", `<iframe srcdoc='<iframe src="` + frame + `"></iframe>'></iframe>`},
		{"around the shop's own frame", `<iframe name="shop" src="{shop}/direct"></iframe>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := b.Page(t, chromium.Desktop)
			w.puts("direct", `<iframe src="`+frame+`"></iframe>`)
			p.Go(w.evil + w.puts(strings.ReplaceAll(c.name, " ", "-"), c.html))
			refused(t, p)
			if modules := slices.ContainsFunc(p.Requests(), func(r string) bool { return strings.Contains(r, "/plugin/assets/") }); modules {
				t.Errorf("the frame's scripts were loaded: %q", p.Requests())
			}
		})
	}
	t.Run("around the shop", func(t *testing.T) {
		t.Parallel()
		p := b.Page(t, chromium.Desktop)
		p.Go(w.evil + w.puts("around", `<iframe src="{shop}`+markup+`" width="900" height="700"></iframe>`))
		p.Frame(markup).Role("button", "Open chat").Click()
		refused(t, p)
	})
}

// refused waits until the browser was refused the chat's frame, by the platform or by its policy.
func refused(t *testing.T, p *chromium.Page) {
	t.Helper()
	if !poll(func() bool {
		return slices.ContainsFunc(p.Console(), func(line string) bool { return strings.Contains(line, "frame-ancestors") }) ||
			slices.ContainsFunc(p.Answers(), func(a chromium.Answer) bool { return strings.Contains(a.URL, "/plugin/frame?") && a.Status == 403 })
	}) {
		t.Fatalf("the browser was not refused the frame; the console says %q", p.Console())
	}
}

// TestForeignScripts calls the platform from a foreign website's scripts: none reads an answer but the loader and the one
// call that says whether a website may embed the chat, and none leaves anything behind.
func TestForeignScripts(t *testing.T) {
	t.Parallel()
	b, w := chromium.Start(t), newTown(t)
	_, token := w.guest()
	p := b.Page(t, chromium.Desktop)
	p.Go(w.evil + w.puts("", `<h1>Evil</h1>`))
	call := func(path, options string) (got string) {
		p.Eval(fmt.Sprintf(`fetch(%q, %s).then(async (r) => r.type + " " + r.status + " " + (await r.text()).slice(0, 200), () => "refused")`, w.chat+path, options), &got)
		return got
	}
	bearer := `headers: {Authorization: "Bearer ` + token + `"`
	for _, c := range []struct{ name, path, options, want string }{
		{"the chat's frame", "/plugin/frame?page_id=" + shopPage, `{}`, "refused"},
		{"a visitor's messages", "/plugin/messages", `{` + bearer + `}}`, "refused"},
		{"a visitor's line", "/plugin/events", `{` + bearer + `}}`, "refused"},
		{"a new visitor", "/plugin/visitors", `{method: "POST", body: '{"page_id":"` + shopPage + `"}'}`, "refused"},
		{"a new visitor, in JSON", "/plugin/visitors", `{method: "POST", headers: {"Content-Type": "application/json"}, body: '{"page_id":"` + shopPage + `"}'}`, "refused"},
		{"a new visitor, unread", "/plugin/visitors", `{method: "POST", mode: "no-cors", body: '{"page_id":"` + shopPage + `"}'}`, "opaque 0 "},
		{"words, unread", "/plugin/messages", `{method: "POST", mode: "no-cors", body: '{"text":"evil"}', ` + bearer + `}}`, "opaque 0 "},
		{"words in JSON", "/plugin/messages", `{method: "POST", body: '{"text":"evil"}', ` + bearer + `, "Content-Type": "application/json"}}`, "refused"},
		{"a file", "/plugin/messages", `{method: "POST", body: new FormData(), ` + bearer + `}}`, "refused"},
		{"what the page offers", "/plugin/profile?page_id=" + shopPage, `{}`, "refused"},
		{"the page's own calls", "/me", `{headers: {Authorization: "Bearer ` + daysToken + `"}}`, "refused"},
		{"who is there", "/plugin/watch", `{headers: {Authorization: "Bearer ` + daysToken + `"}}`, "refused"},
		{"with cookies", "/plugin/embed?page_id=" + shopPage, `{credentials: "include"}`, "refused"},
		{"whether it may embed the chat", "/plugin/embed?page_id=" + shopPage, `{}`, `cors 200 {"allowed":false,"wrong":"origin"`},
	} {
		if got := call(c.path, c.options); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: a foreign script reads %q, want %q", c.name, got, c.want)
		}
	}
	if got := w.asks(200, "GET", "/plugin/messages", token, ""); strings.Contains(got, "evil") {
		t.Errorf("a foreign script has spoken for a visitor: %s", got)
	}
	if all := shown(t, w.program, w.environ, "list", "--json"); len(all) != 1 {
		t.Errorf("there are %d conversations, want that of the visitor alone: %v", len(all), all)
	}
	p.Wait("no cookie", `document.cookie === ""`)
}

// guest makes a visitor as a browser of the shop does.
func (w *town) guest() (id, token string) {
	w.t.Helper()
	answer := w.asks(200, "POST", "/plugin/visitors", "", `{"page_id":"`+shopPage+`","page_url":"`+w.shop+`/"}`)
	return field(w.t, answer, "id"), field(w.t, answer, "token")
}
