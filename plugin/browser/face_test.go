package browser_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"frontdesk/internal/chromium"
	"frontdesk/messenger"
)

// face opens the try-out page, begins a conversation and returns the page, the frame and the visitor's id.
func (h *house) face(t *testing.T, device chromium.Device) (*chromium.Page, chromium.Document, string) {
	t.Helper()
	p := chromium.Start(t).Page(t, device)
	p.Go(h.url + "/plugin/try")
	p.Role("button", "chat").Click()
	frame := p.Frame("/plugin/frame")
	frame.Role("button", "Get started").Click()
	visitor := h.next(messenger.KindPostback).Sender.ID
	frame.Role("textbox", "Write a message").Wait()
	return p, frame, visitor
}

// TestWords wants the same words in every language, with the same places in them.
func TestWords(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`(?m)^  (\w+): '([^']+)',$`)
	place := regexp.MustCompile(`\{\w+\}`)
	tables := map[string]map[string]string{}
	for _, language := range []string{"ar", "de", "en", "es", "fr", "pt"} {
		code, err := os.ReadFile(filepath.Join("assets/frame/words", language+".js"))
		if err != nil {
			t.Fatal(err)
		}
		table := map[string]string{}
		for _, found := range word.FindAllStringSubmatch(string(code), -1) {
			places := place.FindAllString(found[2], -1)
			slices.Sort(places)
			table[found[1]] = strings.Join(places, " ")
		}
		// A line that is none of the above would not have been compared.
		if got, want := len(table), strings.Count(string(code), "\n")-3; got != want {
			t.Errorf("%s.js has %d words on %d lines", language, got, want)
		}
		tables[language] = table
	}
	for language, table := range tables {
		for _, key := range slices.Sorted(maps.Keys(tables["en"])) {
			if places, ok := table[key]; !ok || places != tables["en"][key] {
				t.Errorf("%s has %q with the places %q, English with %q", language, key, places, tables["en"][key])
			}
		}
		if len(table) != len(tables["en"]) {
			t.Errorf("%s has %d words, English %d", language, len(table), len(tables["en"]))
		}
	}
}

// TestKinds shows each kind of message that the chat plugin has.
func TestKinds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, frame, visitor := h.face(t, chromium.Desktop)

	h.say(visitor, `{"text":"Look at https://shop.example/a?b=1."}`)
	frame.Wait("the link", `(a => a && a.textContent.startsWith("https://shop.example/a?b=1") && a.target === "_blank" && a.rel.includes("noopener") && a.rel.includes("noreferrer") && a.href === "https://shop.example/a?b=1")(document.querySelector("a.address"))`)
	h.say(visitor, `{"text":"🎉👩‍👩‍👧"}`)
	frame.Wait("large emoji", `parseFloat(getComputedStyle(document.querySelector(".emojis")).fontSize) > 30`)

	h.say(visitor, `{"attachment":{"type":"template","payload":{"template_type":"button","text":"How now?","buttons":[
		{"type":"postback","title":"Reserve","payload":"RESERVE"},{"type":"web_url","title":"Details","url":"https://shop.example/d"},
		{"type":"phone_number","title":"Ring","payload":"+15550100"}]}}}`)
	frame.Role("link", "Details").Has("its address", `e => e.href === "https://shop.example/d" && e.target === "_blank"`)
	frame.Role("link", "Ring").Has("its number", `e => e.href === "tel:+15550100"`)
	frame.Role("button", "Reserve").Click()
	if pb := h.next(messenger.KindPostback).Postback; pb.Payload != "RESERVE" {
		t.Errorf("the button told %+v", pb)
	}
	frame.Role("button", "Reserve (chosen)").Wait()

	h.say(visitor, `{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[
		{"title":"City","subtitle":"Seven gears","buttons":[{"type":"postback","title":"Take it","payload":"CITY"}]},
		{"title":"Cargo","buttons":[{"type":"postback","title":"Take that","payload":"CARGO"}]}]}}}`)
	frame.Role("button", "Next card").Click()
	frame.Wait("the second card", `document.querySelector(".cards").scrollLeft > 50`)
	frame.Role("button", "Take that").Click()
	if pb := h.next(messenger.KindPostback).Postback; pb.Payload != "CARGO" {
		t.Errorf("the card told %+v", pb)
	}

	h.say(visitor, `{"text":"Which?","quick_replies":[{"content_type":"text","title":"This","payload":"THIS"},{"content_type":"user_phone_number"},{"content_type":"user_email"}]}`)
	frame.Role("button", "Share e-mail address").Click()
	p.Type("nobody" + kb.Enter)
	frame.Role("alert", "").Has("why not", `e => e.textContent.includes("e-mail")`)
	p.Type("@shop.example" + kb.Enter)
	if m := h.next(messenger.KindMessage).Message; m.QuickReply == nil || *m.QuickReply != "nobody@shop.example" {
		t.Errorf("the field told %+v", m)
	}
	frame.Role("button", "Share phone number").Gone()
	h.say(visitor, `{"text":"And now?","quick_replies":[{"content_type":"text","title":"That","payload":"THAT"}]}`)
	frame.Role("button", "That").Click()
	if m := h.next(messenger.KindMessage).Message; m.QuickReply == nil || *m.QuickReply != "THAT" || m.Text != "That" {
		t.Errorf("the chip told %+v", m)
	}
	frame.Wait("no quick reply after the tap", `document.querySelector(".chips").hidden`)
	if list := p.Console(); len(list) > 0 && !strings.Contains(list[0], "favicon") && !strings.HasPrefix(list[0], "log error: Failed to load resource") {
		t.Errorf("the console says %q", list)
	}
}

// TestFilesInTheFace sends a picture as a visitor, opens it large and closes it; a size is told.
func TestFilesInTheFace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, frame, _ := h.face(t, chromium.Phone)
	folder := t.TempDir()
	picture := filepath.Join(folder, "scratch.png")
	if err := os.WriteFile(picture, pixel, 0o600); err != nil {
		t.Fatal(err)
	}
	paper := filepath.Join(folder, "paper.txt")
	if err := os.WriteFile(paper, []byte(strings.Repeat("words ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	frame.Element(`document.querySelector("input[type=file]")`).Upload(picture, paper)
	frame.Role("button", "Remove scratch.png").Wait()
	frame.Role("button", "Send").Click()
	for range 2 {
		if m := h.next(messenger.KindMessage).Message; len(m.Attachments) != 1 {
			t.Errorf("the page was told %+v", m)
		}
	}
	frame.Role("link", "paper.txt").Has("its size", `e => e.textContent.includes("TXT") && e.textContent.includes("3 kB") && e.hasAttribute("download")`)
	frame.Role("button", "Picture, scratch.png").Click()
	frame.Wait("the large picture", `document.querySelector("dialog").open`)
	p.Type(kb.Escape)
	frame.Wait("its end", `!document.querySelector("dialog").open && document.activeElement.className === "picture"`)
	frame.Wait("the frame, still open", `document.visibilityState === "visible"`)
}

// pixel is a picture of one pixel.
var pixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\xdac\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!\x00\x00\x00\x00IEND\xaeB`\x82")

// TestByKeyboard holds a conversation without a mouse, from opening the chat to closing it.
func TestByKeyboard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := chromium.Start(t).Page(t, chromium.Desktop)
	p.Go(h.url + "/plugin/try")
	opener := p.Role("button", "chat")
	opener.Wait()
	opener.Focus()
	p.Type(kb.Enter)
	frame := p.Frame("/plugin/frame")
	frame.Wait("the focus in the greeting", `document.hasFocus() && document.activeElement.className === "begin"`)
	p.Type(kb.Enter)
	visitor := h.next(messenger.KindPostback).Sender.ID
	frame.Wait("the focus in the field", `document.activeElement.tagName === "TEXTAREA"`)
	p.Type("One")
	p.Type(kb.Enter, chromedp.ModifierShift)
	p.Type("Two")
	p.Type(kb.Tab) // to the emoji
	p.Type(kb.Enter)
	frame.Wait("the emoji", `document.activeElement.className === "cell"`)
	p.Type(kb.ArrowRight + kb.ArrowDown + kb.Enter + kb.Escape)
	frame.Wait("the focus back on the button", `document.activeElement.getAttribute("aria-label") === "Emoji" && document.activeElement.getAttribute("aria-expanded") === "false"`)
	p.Type(kb.Tab + kb.Enter) // the button that sends
	if m := h.next(messenger.KindMessage).Message; m.Text != "One\nTwo😊" {
		t.Errorf("the page was told %q", m.Text)
	}
	h.say(visitor, `{"text":"Which one?","quick_replies":[{"content_type":"text","title":"Red","payload":"R"},{"content_type":"text","title":"Blue","payload":"B"}]}`)
	frame.Role("button", "Blue").Wait()
	for range 12 { // backwards from the field, as long as it takes
		var there bool
		frame.Eval(`document.activeElement.textContent === "Blue"`, &there)
		if there {
			break
		}
		p.Type(kb.Tab, chromedp.ModifierShift)
	}
	frame.Wait("the focus on the quick reply", `document.activeElement.matches(".chip:focus-visible")`)
	p.Type(kb.Enter)
	if m := h.next(messenger.KindMessage).Message; m.QuickReply == nil || *m.QuickReply != "B" {
		t.Errorf("the page was told %+v", m)
	}
	p.Frame("/plugin/frame").Role("textbox", "Write a message").Focus()
	p.Type(kb.Escape)
	p.Wait("the focus back on the website", `document.activeElement && document.activeElement.tagName !== "IFRAME" && document.activeElement !== document.body`)
}

// TestHostileWords shows words of a page that means ill as the words they are: nothing runs, nothing is fetched.
func TestHostileWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, frame, visitor := h.face(t, chromium.Desktop)
	hostile := []string{
		`<img src=https://evil.example/a.png onerror=\"window.ran=1\">`,
		`<script>window.ran=1</script><svg onload=window.ran=1>`,
		`javascript:window.ran=1 data:text/html,<script>window.ran=1</script>`,
		`https://evil.example/\"onmouseover=window.ran=1 end`,
		strings.Repeat("W", 1900),
		strings.Repeat("a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308", 100),
		"\u202egnp.exe\u2066 reversed",
	}
	for _, text := range hostile {
		h.say(visitor, `{"text":"`+text+`"}`)
	}
	h.say(visitor, `{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[
		{"title":"<b>City</b>","subtitle":"<img src=https://evil.example/b.png>","buttons":[{"type":"postback","title":"<i>x</i>","payload":"P"}]}]}}}`)
	h.say(visitor, `{"text":"end","quick_replies":[{"content_type":"text","title":"<u>y</u>","payload":"Q"}]}`)
	frame.Role("button", "<u>y</u>").Wait()
	frame.Role("button", "<i>x</i>").Wait()
	for what, expression := range map[string]string{
		"nothing runs":              `window.ran === undefined`,
		"no element of theirs":      `!document.querySelector(".log img, .log script, .log b, .log i:not(.dots i), .log u, .log [onerror], .log [onmouseover]")`,
		"one link, to the web":      `[...document.querySelectorAll(".log a")].every(a => /^https:/.test(a.href))`,
		"the words as they are":     `document.querySelector(".log").textContent.includes("<script>window.ran=1</script>")`,
		"nothing wider than it may": `document.documentElement.scrollWidth <= innerWidth && document.querySelector(".log").scrollWidth <= document.querySelector(".log").clientWidth`,
	} {
		frame.Wait(what, expression)
	}
	for _, request := range p.Requests() {
		if strings.Contains(request, "evil.example") {
			t.Errorf("the page asked for %s", request)
		}
	}
}

// TestRightToLeft draws the frame in Arabic: the visitor's words on the left, the page's on the right.
func TestRightToLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := chromium.Start(t).Page(t, chromium.Phone)
	p.Go(h.url + "/shop")
	p.Wait("the talk", "document.title === 'ready' && talk.state.phase === 'greeting'")
	p.Eval(`(async () => {
		const { start } = await import("/shop/frame/view/app.js");
		const { wordsFor } = await import("/shop/frame/words/index.js");
		for (const name of ["frame.css", "view/thread.css", "view/composer.css"]) {
			const sheet = document.createElement("link");
			sheet.rel = "stylesheet";
			sheet.href = "/shop/frame/" + name;
			document.head.append(sheet);
			await new Promise(done => { sheet.onload = done; });
		}
		start(talk, wordsFor("ar_AR"));
	})()`, nil)
	p.Role("button", "لنبدأ").Click()
	visitor := h.next(messenger.KindPostback).Sender.ID
	p.Role("textbox", "اكتب رسالة").Click()
	p.Insert("مرحبًا")
	p.Role("button", "إرسال").Click()
	h.next(messenger.KindMessage)
	h.say(visitor, `{"text":"أهلًا بك"}`)
	p.Wait("both sides", `(() => {
		const [own, theirs] = [".own .bubble", ".theirs .bubble"].map(s => document.querySelector(s).getBoundingClientRect());
		return document.documentElement.dir === "rtl" && document.documentElement.lang === "ar"
			&& own.left < 30 && innerWidth - theirs.right < 30 && document.documentElement.scrollWidth <= innerWidth;
	})()`)
}

// TestLongThread draws ten thousand messages: only a window of them is there, which moves with the scrolling.
func TestLongThread(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := chromium.Start(t).Page(t, chromium.Desktop)
	p.Go(h.url + "/shop")
	p.Wait("the talk", "document.title === 'ready' && talk.state.phase === 'greeting'")
	var took float64
	p.Eval(`(async () => {
		const { start } = await import("/shop/frame/view/app.js");
		const { wordsFor } = await import("/shop/frame/words/index.js");
		const none = [];
		const sheet = document.createElement("link");
		sheet.rel = "stylesheet";
		sheet.href = "/shop/frame/view/thread.css";
		document.head.append(sheet);
		await new Promise(done => { sheet.onload = done; });
		document.body.style.cssText = "margin:0;height:600px";
		const message = n => ({ key: "k" + n, seq: n, mid: "m" + n, from: n % 2 ? "page" : "visitor", at: 1.7e12 + n * 6e5, text: "Number " + n,
			quickReplies: none, buttons: none, cards: none, files: none, replyTo: "", reaction: "", state: "", chosen: null, chosenCard: null });
		window.state = { ...talk.state, phase: "chat", messages: Array.from({ length: 10000 }, (_, n) => message(n)), more: false };
		let tell;
		const fake = { ...talk, state, on: fn => { tell = fn; return () => {}; }, looked() {}, older: async () => false };
		start(fake, wordsFor("en_US"));
		document.querySelector(".app").style.cssText = "height:600px;display:flex;flex-direction:column";
		document.querySelector("main").style.cssText = "display:flex;flex-direction:column;flex:1;min-height:0";
		window.log = document.querySelector(".log");
		window.add = () => { state.messages = [...state.messages, message(state.messages.length)]; tell(state); };
		const began = performance.now();
		add();
		await null;
		return performance.now() - began;
	})()`, &took)
	t.Logf("one more message in a thread of ten thousand took %.1f ms", took)
	const drawn = `document.querySelectorAll(".message").length`
	p.Wait("the end in sight", `log.scrollHeight - log.scrollTop - log.clientHeight < 2 && log.textContent.includes("Number 10000") && `+drawn+` < 300`)
	p.Wait("older ones by scrolling", `(log.scrollTop = 0, log.textContent.includes("Number 9700")) && `+drawn+` < 300`)
	p.Eval(`add()`, nil)
	p.Wait("no leap when something comes", `log.textContent.includes("Number 9700") && !document.querySelector(".pill").hidden`)
	p.Role("button", "New messages").Click()
	p.Wait("the end again", `log.scrollHeight - log.scrollTop - log.clientHeight < 2 && log.textContent.includes("Number 10001") && `+drawn+` < 300`)
}

// TestColours wants words to be readable on and in any colour that a page may choose.
func TestColours(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := chromium.Start(t).Page(t, chromium.Desktop)
	p.Go(h.url + "/shop")
	var bad []string
	p.Eval(fmt.Sprintf(`(async () => {
		const { contrast, palette, parse } = await import("/shop/frame/view/colour.js");
		const bad = [];
		for (let n = 0; n < 0x1000000; n += %d) {
			const hex = "#" + n.toString(16).padStart(6, "0");
			const made = Object.fromEntries(Object.entries(palette(hex)).map(([name, value]) => [name, parse(value)]));
			const pairs = { on: [made.on, made.theme], far: [made.on, made.far], light: [made.light, parse("#e4e7ec")], dark: [made.dark, parse("#323842")] };
			for (const [name, [a, b]] of Object.entries(pairs)) if (contrast(a, b) < 4.5) bad.push(hex + " " + name);
		}
		return bad.slice(0, 10);
	})()`, 997), &bad)
	if len(bad) > 0 {
		t.Errorf("cannot be read: %q", bad)
	}
}
