package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/internal/chromium"
)

// listens notes in every document what comes to its window, and keeps the window of the chat's frame.
const listensEverywhere = `window.came = []; window.addEventListener("message", (e) => {
	came.push(JSON.stringify(e.data) + " from " + e.origin);
	if (e.data && e.data.hello && e.origin.includes("//` + chatName + `:")) window.chatWindow = e.source;
}, true);`

// TestForgedMessages has a foreign frame on the shop's page, a foreign window that has opened it, and the page itself
// speak to the loader and to the chat as if they were the other: nobody is answered, and nothing changes.
func TestForgedMessages(t *testing.T) {
	t.Parallel()
	b, w := chromium.Start(t), newTown(t)
	ad := w.puts("ad", `<script>`+listensEverywhere+`
		window.forge = () => {
			for (const to of [parent, top]) {
				to.postMessage({frontdesk: 1, hello: "`+shopPage+`"}, "*");
				to.postMessage({frontdesk: 1, init: {saved: {token: "forged"}}}, "*", [new MessageChannel().port1]);
				for (const what of ["save", "open", "close", "refused", "began", "ready", "unread"]) to.postMessage({do: what, saved: {token: "forged"}, count: 7, message: "forged"}, "*");
			}
			for (let i = 0; i < parent.length; i++) parent[i].postMessage({frontdesk: 1, init: {saved: {token: "forged"}}}, "*", [new MessageChannel().port1]);
			return parent.length;
		}</script>`)
	p := b.Page(t, chromium.Desktop)
	p.Before(listensEverywhere)
	s := shops(t, p, w.shop+w.puts("", embeds("")+`<iframe src="{evil}`+ad+`" width="10" height="10"></iframe>`))
	stranger := p.Frame(ad)
	forge := func() {
		var frames int
		stranger.Eval(`forge()`, &frames)
		if frames != 1 {
			t.Errorf("the foreign frame sees %d frames of the page, want none but itself", frames)
		}
	}
	forge()
	s.opens("en")
	s.chat.Role("button", "Get started").Wait()
	forge()
	s.chat.Role("button", "Get started").Click()
	s.writes("before")
	forge()
	// The page knows the chat's window: whoever stole it would say the same. The chat listens to its first loader alone.
	p.Eval(`(() => {
		const channel = new MessageChannel();
		window.stolen = [];
		channel.port1.onmessage = (e) => stolen.push(e.data);
		chatWindow.postMessage({frontdesk: 1, init: {page_id: "`+shopPage+`", saved: {token: "forged", outbox: []}, open: true}}, "*", [channel.port2]);
		chatWindow.postMessage({do: "saved", saved: {token: "forged"}}, "*");
		chatWindow.postMessage({do: "page", greeting: "forged"}, "*");
		chatWindow.postMessage({do: "close"}, "*");
	})()`, nil)
	s.writes("after")
	s.delivered()
	w.hears("before", "after")
	for what, holds := range map[string]string{
		"nothing on the forged port": `stolen.length === 0`,
		"the storage its own":        `Object.keys(localStorage).length === 1 && !JSON.stringify(localStorage).includes("forged")`,
		"no init for the page":       `!came.some((one) => one.includes("init") && !one.includes("forged"))`,
	} {
		p.Wait(what, holds)
	}
	stranger.Wait("the foreign frame to have heard itself alone", `came.every((one) => one.includes("forged") && one.endsWith("from " + origin))`)
	for _, line := range p.Console() {
		if strings.Contains(line, "forged") {
			t.Errorf("the console says %q", line)
		}
	}
	if forged := w.requests("forged"); len(forged) > 0 {
		t.Errorf("forged words led to requests: %q", forged)
	}
}

// TestOpenedByAForeignWindow opens the chat's frame as a window of its own from a foreign website, which holds on to it:
// it is a chat without any visitor's token, and takes nobody's word.
func TestOpenedByAForeignWindow(t *testing.T) {
	t.Parallel()
	b, w := chromium.Start(t), newTown(t)
	profile := b.Profile(t)
	s := shops(t, profile.Page(t, chromium.Desktop), w.shop+w.puts("", embeds("")))
	s.begins()
	s.writes("mine")
	s.delivered()
	p := profile.Page(t, chromium.Desktop)
	p.Go(w.evil + w.puts("opener", `<script>window.got = []; addEventListener("message", (e) => got.push(e.data));</script>`))
	p.Eval(`void (window.chat = open("`+w.chat+`/plugin/frame?page_id=`+shopPage+`"))`, nil)
	if !poll(func() bool {
		return len(w.requests("GET "+strings.TrimPrefix(w.chat, "https://")+"/plugin/profile")) > 1
	}) {
		t.Fatalf("the window did not open: %q", w.requests("/plugin/frame"))
	}
	p.Eval(`new Promise((done) => {
		for (let i = 0; i < 5; i++) chat.postMessage({frontdesk: 1, init: {saved: {token: "forged"}}}, "*", [new MessageChannel().port1]);
		setTimeout(done, 200);
	})`, nil)
	p.Wait("no answer", `got.length === 0`)
	var reads string
	p.Eval(`(() => { try { return chat.document.body.innerText } catch (e) { return e.name } })()`, &reads)
	if reads != "SecurityError" {
		t.Errorf("the foreign website reads %q of the chat", reads)
	}
	if forged := w.requests("forged"); len(forged) > 0 {
		t.Errorf("forged words led to requests: %q", forged)
	}
}

// TestTheTokenIsSecret looks for a visitor's token wherever it might have gone: addresses, headers, documents, cookies,
// messages between windows, the log file and the data folder. It is in the shop's own storage alone.
func TestTheTokenIsSecret(t *testing.T) {
	t.Parallel()
	b, w := chromium.Start(t), newTown(t)
	ad := w.puts("ad", `<p>ad</p>`)
	p := b.Page(t, chromium.Desktop)
	p.Before(listensEverywhere)
	home := w.puts("", embeds(`ref="start"`)+`<iframe src="{evil}`+ad+`"></iframe>`)
	s := shops(t, p, w.shop+home)
	s.begins()
	s.writes("hello")
	s.delivered()
	var token string
	p.Eval(`JSON.parse(localStorage["frontdesk:`+shopPage+`"]).token`, &token)
	if len(token) < 43 {
		t.Fatalf("the token is %q", token)
	}
	w.answers("--text", "A picture, and "+w.evil+"/followed", "--image", w.evil+"/picture.png")
	s.sees("/followed")
	if !poll(func() bool { return len(w.requests("/picture.png")) > 0 }) {
		t.Fatal("the picture was not asked for")
	}
	p.Reload()
	s.sees("/followed")
	s.writes("again")
	s.delivered()
	nowhere := `[document.documentElement.outerHTML, document.cookie, document.URL, ...came, [...document.querySelectorAll("*")].map((e) => e.value).join()].every((text) => !text.includes("` + token + `"))`
	p.Wait("the shop's page to be without it", nowhere)
	p.Frame(ad).Wait("the foreign frame to have heard nothing", `came.length === 0`)
	s.chat.Wait("the chat's document to be without it", strings.Replace(nowhere, "...came,", "", 1))
	s.chat.Wait("the chat to keep nothing of its own", `localStorage.length + sessionStorage.length === 0 && document.cookie === ""`)
	s.chat.Element(`document.querySelector(".log a")`).Click()
	if !poll(func() bool { return len(w.requests("/followed")) > 0 }) {
		t.Fatal("the link was not followed")
	}

	if with := w.requests(token); len(with) > 0 {
		t.Errorf("the token is in the requests %q", with)
	}
	for _, request := range append(w.requests("/picture.png"), w.requests("/followed")...) {
		if strings.Contains(request, "Referer: ") || strings.Contains(request, "Origin: "+w.chat) {
			t.Errorf("a foreign server is told where the visitor is: %q", request)
		}
	}
	if with := w.requests("Cookie: "); len(with) > 0 {
		t.Errorf("there are cookies: %q", with)
	}
	for _, line := range p.Console() {
		if strings.Contains(line, token) {
			t.Errorf("the console says %q", line)
		}
	}
	w.stops()
	err := filepath.WalkDir(homeOf(w.environ), func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(path)
		if strings.Contains(string(body), token) {
			t.Errorf("the token is in %s", entry.Name())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
