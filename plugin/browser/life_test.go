package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"frontdesk/internal/chromium"
)

// TestNothingBeforeItIsOpened shows what a page costs whose visitor does not want to chat: one script, no cookie, nothing
// stored, and some milliseconds, which go test -v tells.
func TestNothingBeforeItIsOpened(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	p.Go(s.put("", div(`ref="x"`)+start+script))
	events(t, p, "load,show,dialogShow")
	p.Eval(`new Promise((done) => requestIdleCallback(() => setTimeout(done, 300)))`, nil)
	for _, request := range p.Requests() {
		if !strings.HasPrefix(request, "GET "+s.shop) && !strings.HasPrefix(request, "GET data:") && request != "GET "+s.platform+"/en_US/sdk/xfbml.customerchat.js" {
			t.Errorf("there was a request %q", request)
		}
	}
	p.Wait("nothing stored", `document.cookie === "" && localStorage.length === 0 && sessionStorage.length === 0`)
	var took []struct {
		Name     string
		Duration float64
	}
	p.Eval(`performance.getEntriesByType("measure").map((m) => ({name: m.name, duration: m.duration}))`, &took)
	all := 0.0
	for _, m := range took {
		all += m.Duration
		t.Logf("%s: %.1f ms of the main thread", m.Name, m.Duration)
	}
	if len(took) != 2 || all > 500 { // far more than on any machine that is not overworked
		t.Errorf("it was measured %d times and took %.1f ms", len(took), all)
	}
	quiet(t, p)
}

// TestOpened shows the window: the focus goes in and comes back, what was open is remembered, and what the frame may not
// keep is not kept.
func TestOpened(t *testing.T) {
	t.Parallel()
	profile, s := chromium.Start(t).Profile(t), newStreet(t)
	p := profile.Page(t, chromium.Desktop)
	address := s.put("", div(`ref="x" logged_in_greeting="in" logged_out_greeting="out" theme_color="#1d6fb8"`)+start+script)
	p.Go(address)
	p.Role("button", "Open chat").Click()
	frame := p.Frame("/plugin/frame")
	frame.Wait("the beginning", `init && init.page_id === "`+shopPage+`" && init.ref === "x" && init.page_url === "`+address+`" && init.title === "Shop"
		&& init.theme_color === "#1d6fb8" && init.logged_in_greeting === "in" && init.logged_out_greeting === "out" && init.customer === null
		&& init.open && !init.phone && JSON.stringify(init.saved) === "{}"`)
	frame.Wait("the focus in the frame", `document.hasFocus()`)
	p.Wait("that it is remembered", `JSON.parse(localStorage["frontdesk:`+shopPage+`"]).open === true`)
	p.Type(kb.Escape)
	p.Role("button", "Open chat").Has("the focus again", `e => e.getRootNode().activeElement === e`)
	frame.Wait("the word that it is closed", `heard.some((m) => m.do === "close")`)
	events(t, p, "load,show,dialogShow,dialogHide")
	frame.Eval(`port.postMessage({do: "save", saved: {token: "t", sound: true, open: "x", evil: 1}}), port.postMessage({do: "unread", count: 3, text: "Are you <b>there</b>?"})`, nil)
	p.Role("button", "Open chat, 3 unread").Wait()
	p.Role("button", "Are you <b>there</b>?").Wait()
	p.Wait("what is kept", `localStorage["frontdesk:`+shopPage+`"] === '{"open":false,"token":"t","sound":true}' && localStorage.length === 1`)
	frame.Eval(`port.postMessage({do: "unread", count: 0})`, nil)
	p.Role("button", "Are you <b>there</b>?").Gone()

	// The next page: closed as it was left, without a greeting, but with the frame, so that messages are counted.
	p.Reload()
	events(t, p, "load,show")
	frame.Wait("the frame in the background", `init && !init.open && init.saved.token === "t" && init.saved.sound === true && !("open" in init.saved)`)

	// Another tab hears of it, and what it does is heard here.
	other := profile.Page(t, chromium.Desktop)
	other.Go(address)
	other.Frame("/plugin/frame").Wait("the other frame", `init && init.saved.token === "t"`)
	other.Frame("/plugin/frame").Eval(`port.postMessage({do: "save", saved: {token: null, outbox: [1]}})`, nil)
	frame.Wait("the news", `heard.some((m) => m.do === "saved" && !("token" in m.saved) && m.saved.outbox[0] === 1)`)
	quiet(t, p)
}

// TestOpenIsRemembered shows that a chat left open is open on the next page, without taking the focus there.
func TestOpenIsRemembered(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Phone), newStreet(t)
	p.Go(s.put("", div(`greeting_dialog_display="hide"`)+`<p style="height:3000px">long</p>`+start+script))
	p.Eval(`new Promise((done) => { scrollTo(0, 500); done(); })`, nil)
	p.Role("button", "Open chat").Click()
	frame := p.Frame("/plugin/frame")
	frame.Wait("the whole screen", `init && init.open && init.phone && innerWidth === 390 && innerHeight === 844`)
	p.Wait("the page below kept", `scrollY === 500 && getComputedStyle(document.documentElement).overflow === "hidden"`)
	p.Reload()
	events(t, p, "load,show,dialogShow")
	frame.Wait("open again", `init && init.open`)
	p.Wait("the focus left to the page", `document.activeElement === document.body`)
	frame.Eval(`port.postMessage({do: "close"})`, nil)
	p.Wait("the page free again", `getComputedStyle(document.documentElement).overflow !== "hidden"`)
}

// TestOpenInTwoTabs shows that the next page does as the visitor did last, also where another tab, which is still open,
// has something to keep since.
func TestOpenInTwoTabs(t *testing.T) {
	t.Parallel()
	profile, s := chromium.Start(t).Profile(t), newStreet(t)
	address := s.put("", div(`greeting_dialog_display="hide"`)+start+script)
	first := profile.Page(t, chromium.Desktop)
	first.Go(address)
	first.Role("button", "Open chat").Click()
	inFirst := first.Frame("/plugin/frame")
	inFirst.Wait("the first tab open", `init && init.open`)
	second := profile.Page(t, chromium.Desktop)
	second.Go(address)
	inSecond := second.Frame("/plugin/frame")
	inSecond.Wait("the second tab open too", `init && init.open`)
	inSecond.Eval(`port.postMessage({do: "close"})`, nil)
	second.Wait("closed", `JSON.parse(localStorage["frontdesk:`+shopPage+`"]).open === false`)
	inFirst.Eval(`port.postMessage({do: "save", saved: {seen: 7}})`, nil)
	second.Wait("what the first tab keeps", `JSON.parse(localStorage["frontdesk:`+shopPage+`"]).seen === 7`)
	second.Wait("still closed", `JSON.parse(localStorage["frontdesk:`+shopPage+`"]).open === false`)
	quiet(t, second)
}

// TestSinglePageApps shows that the frame hears where the visitor goes, and with which ref, though no page is loaded.
func TestSinglePageApps(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	p.Go(s.put("", div(`ref="one"`)+start+script))
	p.Role("button", "Open chat").Click()
	frame := p.Frame("/plugin/frame")
	frame.Wait("the beginning", `init && init.ref === "one"`)
	p.Eval(`chat.setAttribute("ref", "two")`, nil)
	frame.Wait("the new ref", `last().ref === "two"`)
	p.Eval(`history.pushState(null, "", "/bikes?x=1"), document.title = "Bikes"`, nil)
	frame.Wait("the new page", `last().page_url === "`+s.shop+`/bikes?x=1" && last().title === "Bikes" && last().ref === "two"`)
	p.Eval(`chat.outerHTML = '<section><div class="fb-customerchat" page_id="`+shopPage+`" ref="three"></div></section>'`, nil)
	frame.Wait("the div drawn anew", `last().ref === "three"`)
	quiet(t, p)
}

// clock stands for performance.now, so that five seconds pass when a test says so.
const clock = `<script>window.passed = 0; performance.now = () => passed;</script>`

// TestCalls shows FB.CustomerChat: what each call does, in which order the events come, and that none is taken twice
// within five seconds.
func TestCalls(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	p.Go(s.put("", clock+div(`greeting_dialog_display="hide"`)+listens+sdkTag+`<script>FB.CustomerChat.hide(); asked();</script>`))
	for _, step := range []struct{ call, want string }{
		{`0`, "load,show"},
		{`FB.CustomerChat.showDialog()`, "load,show,dialogShow"},
		{`FB.CustomerChat.hideDialog()`, "load,show,dialogShow,dialogHide"},
		{`FB.CustomerChat.showDialog()`, "load,show,dialogShow,dialogHide"}, // too soon
		{`passed += 5001, FB.CustomerChat.showDialog()`, "load,show,dialogShow,dialogHide,dialogShow"},
		{`FB.CustomerChat.hide()`, "load,show,dialogShow,dialogHide,dialogShow,dialogHide,hide"},
		{`FB.CustomerChat.show(false)`, "load,show,dialogShow,dialogHide,dialogShow,dialogHide,hide,show"},
		{`events.length = 0, passed += 5001, FB.CustomerChat.hide()`, "hide"},
		{`FB.CustomerChat.show()`, "hide,show,dialogShow"},
		{`FB.CustomerChat.update({ref: "x", logged_out_greeting: "Ho", colour: "red"})`, "hide,show,dialogShow"},
	} {
		p.Eval(`void (`+step.call+`), 0`, nil)
		events(t, p, step.want)
	}
	frame := p.Frame("/plugin/frame")
	frame.Wait("the update", `last().ref === "x" && last().logged_out_greeting === "Ho" || init && init.ref === "x"`)
	frame.Eval(`port.postMessage({do: "began"})`, nil)
	// The window's messages come in order: what is asked after this has come is asked of a visitor in a conversation.
	frame.Eval(`port.postMessage({do: "unread", count: 1})`, nil)
	p.Role("button", "Close chat").Wait()
	p.Eval(`passed += 5001, FB.CustomerChat.hideDialog()`, nil)
	p.Role("button", "Open chat, 1 unread").Wait()
	p.Eval(`FB.CustomerChat.update({ref: "y", logged_out_greeting: "No"}), document.title = "Later", document.body.append("news")`, nil)
	frame.Wait("the ref it had", `last().title === "Later" && last().ref === "x" && last().logged_out_greeting === "Ho"`)
	want := []string{
		"warning: frontdesk: FB.CustomerChat.hide was called before customerchat.load; the call is ignored",
		"warning: frontdesk: FB.CustomerChat.showDialog was called twice within five seconds; the second call is ignored",
		`warning: frontdesk: FB.CustomerChat.update: colour="red" is nothing that it changes; it is ignored`,
	}
	if lines := p.Console(); strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("the console says\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// TestFade shows a greeting that goes by itself.
func TestFade(t *testing.T) {
	t.Parallel()
	const hasty = `<script>{ const wait = setTimeout; window.setTimeout = (f, ms, ...a) => wait(f, ms >= 600 ? ms / 20 : ms, ...a); }</script>`
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	p.Go(s.put("", hasty+div(`greeting_dialog_display="fade" logged_out_greeting="Here and gone"`)+start+script))
	events(t, p, "load,show,dialogShow,dialogHide")
	p.Role("button", "Open chat").Wait()
	p.Wait("nothing remembered of it", `localStorage.length === 0`)
}

// TestGreetingClosed shows that a greeting that was closed stays closed, and never took the focus.
func TestGreetingClosed(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	p.Go(s.put("", div(`logged_out_greeting="Good day"`)+start+script))
	p.Role("dialog", "Greeting").Wait()
	p.Wait("the focus left alone", `document.activeElement === document.body`)
	p.Role("button", "Close the greeting").Click()
	events(t, p, "load,show,dialogShow,dialogHide")
	p.Reload()
	events(t, p, "load,show")
}

// shown are what can be measured of the button, as a visitor sees it.
const shown = `e => {
	const r = e.getBoundingClientRect(), c = getComputedStyle(e);
	return [Math.round(r.width), Math.round(r.height), Math.round(innerWidth - r.right), Math.round(innerHeight - r.bottom), c.backgroundColor, c.opacity, c.visibility, c.cursor].join(" ");
}`

// TestRudePages shows that neither a page's styles nor its Content-Security-Policy keep the chat from looking as it does.
func TestRudePages(t *testing.T) {
	t.Parallel()
	const rude = `<style>
		*:not(html):not(head):not(body) { all: unset !important; display: none !important; opacity: .1 !important; visibility: hidden !important; position: static !important; transform: rotate(9deg) !important;
			width: 7px !important; color: red !important; background: lime !important; font: 40px serif !important; pointer-events: none !important; z-index: -1 !important; direction: rtl !important; }
		#fb-root, .fb_dialog, .fb_reset { display: none !important; inset: 0 !important; }
	</style>`
	b := chromium.Start(t)
	for _, c := range []struct{ name, html, policy string }{
		{"no manners", rude + div("") + start + script, ""},
		{"a root that is hidden by hand", `<div id="fb-root" style="display:none!important;transform:scale(.5)"></div>` + div("")[len(`<div id="fb-root"></div>`):] + start + script, ""},
		{"a strict policy", strings.ReplaceAll(div("")+start+script, "<script", `<script nonce="n"`), "default-src 'none'; script-src 'nonce-n' {sdk}; frame-src {sdk}; img-src data:"},
		{
			"a strict policy with trusted types", strings.ReplaceAll(div("")+start+script, "<script", `<script nonce="n"`),
			"default-src 'none'; script-src 'nonce-n' {sdk}; frame-src {sdk}; img-src data:; require-trusted-types-for 'script'",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, p := newStreet(t), b.Page(t, chromium.Device{Width: 1280, Height: 800, Still: true})
			s.policy["/"] = c.policy
			p.Go(s.put("", c.html))
			button := p.Role("button", "Open chat")
			button.Wait()
			var got string
			button.Ask(shown, &got)
			if want := "56 56 24 24 rgb(0, 132, 255) 1 visible pointer"; got != want {
				t.Errorf("the button is %s, want %s", got, want)
			}
			button.Click()
			p.Frame("/plugin/frame").Wait("the window's size", `init && innerWidth === 380 && innerHeight === 640`)
			quiet(t, p)
		})
	}
}

// TestStrangersAreNotAnswered shows that only our own frame gets the port that tells tokens.
func TestStrangersAreNotAnswered(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	s.put("stranger", `<script>window.got = []; addEventListener("message", (e) => got.push(e.data)); parent.postMessage({frontdesk: 1, hello: "`+shopPage+`"}, "*");</script>`)
	p.Go(s.put("", div("")+start+script+`<script>window.got = []; addEventListener("message", (e) => { if (e.data && e.data.init) got.push(e.data); });</script>`))
	p.Role("button", "Open chat").Click()
	frame := p.Frame("/plugin/frame")
	frame.Wait("our own", `init`)
	p.Eval(`postMessage({frontdesk: 1, hello: "`+shopPage+`"}, "*"), document.body.append(Object.assign(document.createElement("iframe"), {src: "/stranger"}))`, nil)
	p.Frame("/stranger").Wait("the stranger", `document.readyState === "complete"`)
	// The answer, were there one, would have come before the one to this.
	frame.Eval(`parent.postMessage({frontdesk: 1, hello: "`+shopPage+`"}, "*"), init = null`, nil)
	frame.Wait("the frame loaded again", `init`)
	var n int
	p.Frame("/stranger").Eval(`got.length`, &n)
	p.Wait("nothing for the page", `got.length === 0`)
	if n != 0 {
		t.Errorf("a stranger was answered %d times", n)
	}
}

// TestNoFrame shows what a website's owner reads, and a visitor sees, where the window stays empty.
func TestNoFrame(t *testing.T) {
	t.Parallel()
	b := chromium.Start(t)
	for _, c := range []struct{ name, policy, html, want string }{
		{"refused by the platform", "", div("") + start + script, "error: frontdesk: 127.0.0.1 is not among the domains"},
		{
			"refused by the page's own policy", "default-src 'none'; script-src 'nonce-n' {sdk}; img-src data:", strings.ReplaceAll(div("")+start+script, "<script", `<script nonce="n"`),
			"error: frontdesk: the page's Content-Security-Policy does not allow the chat's window; add {sdk} to its frame-src",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, p := newStreet(t), b.Page(t, chromium.Phone)
			s.frame, s.policy["/"] = 403, c.policy
			p.Go(s.put("", c.html))
			p.Role("button", "Open chat").Click()
			p.Role("button", "Try again").Wait()
			awaitLine(t, p, strings.ReplaceAll(c.want, "{sdk}", s.platform))
			p.Role("button", "Close chat").Click()
			p.Role("button", "Open chat").Wait()
		})
	}
}

// awaitLine waits for a line of the console.
func awaitLine(t *testing.T, p *chromium.Page, want string) {
	t.Helper()
	for range 100 {
		if strings.Contains(strings.Join(ours(p), "\n"), want) {
			return
		}
		p.Eval(`new Promise((done) => setTimeout(done, 50))`, nil)
	}
	t.Errorf("the console says %q, want %q", ours(p), want)
}
