package browser_test

import (
	"strings"
	"testing"

	"frontdesk/internal/chromium"
)

const sdkTag = `<script src="{sdk}/en_US/sdk/xfbml.customerchat.js"></script>`

// waysIn are the ways in which the old snippet is found on websites. Each page counts the events, and its chat must be
// there once.
var waysIn = []struct{ name, html string }{
	{"the snippet as it was given out", div("") + start + script},
	{"the loading function of the snippet", div("") + start + `<script>(function(d, s, id) {
		var js, fjs = d.getElementsByTagName(s)[0]; if (d.getElementById(id)) return;
		js = d.createElement(s); js.id = id; js.src = "{sdk}/en_US/sdk/xfbml.customerchat.js"; fjs.parentNode.insertBefore(js, fjs);
		}(document, "script", "facebook-jssdk"));</script>`},
	{"the attributes set by script", `<div id="fb-root"></div><div id="fb-customer-chat" class="fb-customerchat"></div>
		<script>var chatbox = document.getElementById("fb-customer-chat"); chatbox.setAttribute("page_id", "` + shopPage + `"); chatbox.setAttribute("attribution", "biz_inbox");</script>` + start + script},
	{"the script in front of everything", listens + sdkTag + div("") + `<script>window.fbAsyncInit = asked;</script>`},
	{"fbAsyncInit long after the script", listens + sdkTag + div("") + `<script>addEventListener("load", () => setTimeout(() => { window.fbAsyncInit = asked; }, 50));</script>`},
	{"fbAsyncInit as a function that is declared later", listens + sdkTag + div("") + `<script>function fbAsyncInit() { asked(); }</script>`},
	{"no fbAsyncInit, called by hand", div("") + listens + sdkTag + `<script>asked();</script>`},
	{"the question behind the address", div("") + listens + `<script src="{sdk}/en_US/sdk/xfbml.customerchat.js#xfbml=1&version=v2.12&autoLogAppEvents=1"></script><script>listen(); inits++;</script>`},
	{"the plain sdk.js", div("") + start + `<script src="{sdk}/sdk.js"></script>`},
	{"no fb-root", `<div class="fb-customerchat" page_id="` + shopPage + `"></div>` + start + script},
	{"the div added late", start + script + `<script>addEventListener("load", () => setTimeout(() => {
		const d = document.createElement("div"); d.className = "x fb-customerchat"; d.setAttribute("page_id", "` + shopPage + `"); document.body.append(d); }, 50));</script>`},
	{"the page id set late", `<div class="fb-customerchat" id="chat"></div>` + start + script + `<script>addEventListener("load", () => setTimeout(() => {
		document.getElementById("chat").setAttribute("page_id", "` + shopPage + `"); }, 50));</script>`},
	{"the SDK embedded twice", div("") + start + sdkTag + sdkTag + `<script src="{sdk}/de_DE/sdk.js"></script>`},
	{"a listener that comes late", div("") + `<script>window.events = []; window.inits = 1; window.fbAsyncInit = () => FB.init({xfbml: true});
		addEventListener("load", () => setTimeout(() => { FB.Event.subscribe("customerchat.load", () => events.push("load", "show", "dialogShow")); }, 100));</script>` + script},
	{"a website that fails in its fbAsyncInit", div("") + listens + `<script>window.fbAsyncInit = () => { asked(); FB.AppEvents.logPageView(); FB.getLoginStatus(() => {}); throw new Error("the website's own"); };</script>` + script},
	{"called again by hand", div("") + listens + sdkTag + `<script>asked(); FB.init({xfbml: true}); FB.XFBML.parse(); FB.XFBML.parse(document.body);</script>`},
	{"parsed by hand", div("") + listens + sdkTag + `<script>inits++; FB.init({xfbml: false}); listen();
		FB.XFBML.parse(document.getElementById("chat").parentNode, () => { window.parsed = events.join(); });</script>`},
}

func TestEveryWayIn(t *testing.T) {
	t.Parallel()
	b, s := chromium.Start(t), newStreet(t)
	for _, way := range waysIn {
		t.Run(way.name, func(t *testing.T) {
			p := b.Page(t, chromium.Desktop)
			p.Go(s.put(strings.ReplaceAll(way.name, " ", "-"), way.html))
			p.Role("button", "Open chat").Wait()
			events(t, p, "load,show,dialogShow")
			p.Wait("one chat in one #fb-root", `document.querySelectorAll("#fb-root > .fb_dialog.fb_reset").length === 1 && document.querySelectorAll(".fb_dialog").length === 1`)
			p.Wait("one call of fbAsyncInit", `inits === 1`)
			if lines := ours(p); len(lines) > 0 {
				t.Errorf("the console says %q", lines)
			}
		})
	}
}

// TestParseByHand shows that nothing is looked for before the website says so, that only the element it names is looked
// into, and that it is told when that is done.
func TestParseByHand(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	p.Go(s.put("", `<div id="a">`+div("")+`</div><div id="b"></div>`+listens+sdkTag+`<script>FB.init({xfbml: false}); listen();
		FB.Event.subscribe("xfbml.render", () => events.push("render"));</script>`))
	p.Eval(`new Promise((done) => FB.XFBML.parse(document.getElementById("b"), () => { events.push("parsed"); done(); }))`, nil)
	events(t, p, "parsed,render")
	p.Eval(`new Promise((done) => FB.XFBML.parse(document.getElementById("a"), () => { events.push("parsed"); done(); }))`, nil)
	events(t, p, "parsed,render,load,show,parsed,render,dialogShow")
	quiet(t, p)
}

// TestBesideTheOtherSDK shows that the SDK that still does logins works as before, whether it comes first or later.
func TestBesideTheOtherSDK(t *testing.T) {
	t.Parallel()
	const other = `<script>
		window.theirs = [];
		window.other = {
			init(o) { theirs.push("init " + o.appId + " " + (this === other)); return "inited"; },
			login(f) { theirs.push("login"); f(); },
			XFBML: { parse(e, f) { theirs.push("parse"); if (f) f(); } },
			Event: { subscribe(n) { theirs.push("subscribe " + n); }, unsubscribe(n) { theirs.push("unsubscribe " + n); } },
		};
	</script>`
	const use = `<script>window.use = () => {
		theirs.push(FB.init({appId: "7", xfbml: true})); listen(); FB.Event.subscribe("auth.login", () => {}); FB.Event.unsubscribe("auth.login", () => {});
		FB.login(() => theirs.push("logged in")); FB.XFBML.parse(document.body, () => theirs.push("parsed"));
		theirs.push(String(FB === other)); };</script>`
	b, s := chromium.Start(t), newStreet(t)
	for _, c := range []struct{ name, html string }{
		{"first", other + `<script>window.FB = other;</script>` + listens + use + div("") + sdkTag + `<script>use();</script>`},
		{"later", other + listens + use + div("") + sdkTag + `<script>window.FB = other; use();</script>`},
		{"in the place of ours, piece by piece", other + listens + use + div("") + sdkTag + `<script>Object.assign(FB, other); window.other = FB;</script>` +
			`<script>use();</script>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := b.Page(t, chromium.Desktop)
			p.Go(s.put(strings.ReplaceAll(c.name, " ", "-"), c.html))
			events(t, p, "load,show,dialogShow")
			var theirs string
			p.Eval(`theirs.join("; ")`, &theirs)
			const want = "init 7 true; inited; subscribe auth.login; unsubscribe auth.login; login; logged in; parse; parsed; true"
			if theirs != want {
				t.Errorf("the other SDK was called\n%s\nwant\n%s", theirs, want)
			}
			quiet(t, p)
		})
	}
}

// TestEmbeddedAnew shows that frameworks that throw the SDK away and load it again for every change, with its FB and its
// #fb-root, keep one chat.
func TestEmbeddedAnew(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	p.Go(s.put("", div(`ref="one"`)+start+script))
	events(t, p, "load,show,dialogShow")
	p.Role("button", "Open chat").Click()
	p.Frame("/plugin/frame").Wait("the frame's beginning", `init && init.ref === "one"`)
	p.Eval(`new Promise((done) => {
		document.getElementById("facebook-jssdk").remove(); document.getElementById("fb-root").remove(); document.getElementById("chat").remove();
		delete window.FB;
		window.fbAsyncInit = () => { inits++; FB.init({xfbml: true}); done(); };
		document.body.insertAdjacentHTML("beforeend", '<div class="fb-customerchat" page_id="`+shopPage+`" ref="two"></div>');
		const js = document.createElement("script"); js.id = "facebook-jssdk"; js.src = "`+s.platform+`/en_US/sdk/xfbml.customerchat.js"; document.body.append(js);
	})`, nil)
	p.Wait("one chat", `inits === 2 && document.querySelectorAll("#fb-root > .fb_dialog").length === 1`)
	p.Frame("/plugin/frame").Wait("the new ref", `init && (init.ref === "two" || last().ref === "two")`)
	quiet(t, p)
}
