package chromium_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"frontdesk/internal/chromium"
)

// The page of the tests: a closed shadow tree as on a website that guards itself, a frame, a console, a clock.
const (
	outer = `<!doctype html><meta name=viewport content="width=device-width"><title>Page</title><style>body { margin: 60px }</style>
		<button id=b>press</button><div id=host></div>
		<iframe src="http://inner.example:%s/inner" style="margin:40px" title="inner"></iframe>
		<script>
			console.warn("a", 1);
			b.onclick = e => { document.title = "pressed"; localStorage.setItem("k", "v"); alert("hello"); };
			const shadow = host.attachShadow({mode: "closed"});
			shadow.innerHTML = "<button aria-label='Open the chat'>+</button>";
			shadow.firstChild.onclick = e => { document.title = "opened by " + e.pointerType; };
			window.ticks = 0; setInterval(() => ticks++, 10);
			window.addEventListener("offline", () => document.title = "offline");
		</script>`
	inner = `<!doctype html><input id=i aria-label="Words"><input type=file id=f aria-label="Files"><textarea aria-label="Lines"></textarea>
		<script>f.onchange = () => f.files[0].text().then(text => i.value = text);
			document.querySelector("textarea").onkeydown = e => { if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); e.target.value += "!"; } }</script>`
)

func serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	var port string
	page := func(text func() string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(text()))
		}
	}
	mux.HandleFunc("/{$}", page(func() string { return fmt.Sprintf(outer, port) }))
	mux.HandleFunc("/inner", page(func() string { return inner }))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	port = server.URL[strings.LastIndex(server.URL, ":")+1:]
	return server.URL
}

// TestBrowser shows what the other tests stand on: that a click is a click and a tap a tap, that frames of other sites and
// closed shadow trees are reached, and that the console and the network are heard.
func TestBrowser(t *testing.T) {
	t.Parallel()
	url := serve(t)
	b := chromium.Start(t)
	profile := b.Profile(t)
	p := profile.Page(t, chromium.Desktop)
	p.Go(url + "/")
	p.Role("button", "press").Click()
	p.Wait("the click", "document.title === 'pressed'")
	p.Role("button", "Open the chat").Click()
	p.Wait("the click in the shadow", "document.title === 'opened by mouse'")

	frame := p.Frame("/inner")
	frame.Role("textbox", "Words").Click()
	p.Type("hi" + kb.ArrowLeft)
	p.Insert("👋")
	frame.Wait("the letters", "i.value === 'h👋i'")
	frame.Role("textbox", "Lines").Click()
	p.Type("a" + kb.Enter + "b")
	p.Type(kb.Enter, chromedp.ModifierShift)
	p.Type("c")
	frame.Wait("what the page takes for itself to be no letter", `document.querySelector("textarea").value === "a!b\nc"`)
	file := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(file, []byte("of a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	frame.Element("f").Upload(file)
	frame.Wait("the file", "i.value === 'of a file'")
	frame.Eval("i.remove()", nil)
	frame.Role("textbox", "Words").Gone()

	for _, want := range []string{"warning: a 1", "dialog: hello"} {
		if got := p.Console(); !slices.Contains(got, want) {
			t.Errorf("the console says %q, without %q", got, want)
		}
	}
	answers := p.Answers()
	if len(answers) < 2 || answers[0].URL != url+"/" || answers[0].Status != 200 || answers[0].Type != "text/html" || answers[0].Bytes < int64(len(outer)-10) {
		t.Errorf("the answers were %+v", answers)
	}
	if got := p.Requests(); len(got) < 2 || !strings.HasSuffix(got[1], "/inner") {
		t.Errorf("the requests were %q", got)
	}

	phone := profile.Page(t, chromium.Phone)
	phone.Go(url + "/")
	phone.Wait("what the first tab kept", "localStorage.getItem('k') === 'v'")
	phone.Role("button", "chat").Click()
	phone.Wait("the tap", "document.title === 'opened by touch'")
	stranger := b.Page(t, chromium.Desktop)
	stranger.Go(url + "/")
	stranger.Wait("a store of its own", "localStorage.getItem('k') === null")
}

// TestDevices shows that what surrounds a page can change: the network, the night, the language, sleep.
func TestDevices(t *testing.T) {
	t.Parallel()
	url := serve(t)
	p := chromium.Start(t).Page(t, chromium.Device{Width: 400, Height: 300, Dark: true, Still: true, Language: "de-DE"})
	p.Go(url + "/")
	p.Wait("the night", "matchMedia('(prefers-color-scheme: dark)').matches && matchMedia('(prefers-reduced-motion: reduce)').matches")
	p.Wait("German", "(1.5).toLocaleString() === '1,5' && navigator.language === 'de-DE'")
	p.Become(chromium.Phone)
	p.Wait("the day, on a phone", "matchMedia('(prefers-color-scheme: light)').matches && screen.width === 390 && navigator.maxTouchPoints > 0 && /Mobile/.test(navigator.userAgent)")

	p.Offline(true)
	p.Wait("the event", "document.title === 'offline' && !navigator.onLine")
	p.Wait("a refused request", "await fetch('/').then(() => false, () => true)")
	p.Offline(false)
	p.Wait("the network", "navigator.onLine && await fetch('/').then(r => r.ok)")

	p.Wait("the clock", "ticks > 0")
	p.Freeze()
	var before, after int
	p.Eval("ticks", &before)
	for range 20 { // each a way there and back
		p.Eval("ticks", &after)
	}
	if before != after {
		t.Errorf("the clock of a page asleep went from %d to %d", before, after)
	}
	p.Thaw()
	p.Wait("the clock again", fmt.Sprintf("ticks > %d && document.visibilityState === 'visible'", before))
}
