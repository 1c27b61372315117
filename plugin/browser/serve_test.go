package browser_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"frontdesk/plugin/browser"
)

// TestLoaderIsServed shows what a website's script element gets, under each of the old addresses.
func TestLoaderIsServed(t *testing.T) {
	t.Parallel()
	s := newSite()
	s.look.Greeting = "Hello </script><b>"
	h := serving(t, s, false)
	for _, c := range []struct{ name, path, want string }{
		{"plain", "/sdk.js", `"locale":"en_US"`},
		{"of the plugin", "/sdk/xfbml.customerchat.js", `"locale":"en_US"`},
		{"with a locale", "/de_DE/sdk.js", `"open":"Chat öffnen"`},
		{"with a locale, of the plugin", "/ar_AR/sdk/xfbml.customerchat.js", `"dir":"rtl"`},
		{"another Spanish", "/es_LA/sdk.js", `"open":"Abrir el chat"`},
		{"a language without words", "/is_IS/sdk.js", `"locale":"is_IS","dir":"ltr","words":{"again":"Try again"`},
		{"the greeting of the locale", "/de_DE/sdk.js", `"greeting":"Hallo"`},
		{"a greeting that would be markup", "/sdk.js", `"greeting":"Hello \u003c/script\u003e\u003cb\u003e"`},
		{"an old snippet's question", "/en_US/sdk.js?hash=1", `"locale":"en_US"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := get(h, c.path)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("it answers %d, and %q is not in it: %.400s", w.Code, c.want, w.Body)
			}
			wants(t, w, "Content-Type: text/javascript; charset=utf-8", "Cache-Control: private, max-age=300",
				"Cross-Origin-Resource-Policy: cross-origin", "X-Content-Type-Options: nosniff", "Vary: Referer, Accept-Encoding",
				"Access-Control-Allow-Origin: *", "Content-Encoding", "Set-Cookie")
		})
	}
}

// TestLoaderTakesTheSitesLocale shows that an address without a locale gets that of the page's settings.
func TestLoaderTakesTheSitesLocale(t *testing.T) {
	t.Parallel()
	s := newSite()
	s.look.Locale = "fr_FR"
	h := serving(t, s, false)
	if w := get(h, "/sdk.js"); !strings.Contains(w.Body.String(), `"open":"Ouvrir le chat"`) {
		t.Errorf("it is not French: %.300s", w.Body)
	}
	if w := get(h, "/en_US/sdk.js"); !strings.Contains(w.Body.String(), `"open":"Open chat"`) {
		t.Errorf("what the address says counts for nothing: %.300s", w.Body)
	}
}

// TestLoaderIsSmall holds the loader to its word in every language, with all settings made.
func TestLoaderIsSmall(t *testing.T) {
	t.Parallel()
	s := newSite()
	delay := 12.5
	s.look = browser.Look{
		Alignment: "LEFT", DesktopBelow: 100, DesktopSide: 100, MobileBelow: 100, MobileSide: 100, Icon: "MESSENGER_ICON", Label: "ASK_US",
		Theme: "#1D6FB8", Display: "fade", Delay: &delay, Greeting: "Glad to see you. Ask whatever you like: we are here from nine to five.", Ref: "from-the-settings",
		Locale: "en_US", Render: true,
	}
	h := serving(t, s, false)
	for _, locale := range []string{"en_US", "de_DE", "fr_FR", "es_ES", "pt_BR", "ar_AR"} {
		w := get(h, "/"+locale+"/sdk/xfbml.customerchat.js", "Accept-Encoding: br, gzip")
		if n := w.Body.Len(); n >= 10_000 {
			t.Errorf("%s has %d bytes compressed", locale, n)
		} else {
			t.Logf("%s: %d bytes compressed", locale, n)
		}
	}
}

// TestCompressedOrNot shows that whoever takes gzip gets it, and that a browser that has a state is not sent it again.
func TestCompressedOrNot(t *testing.T) {
	t.Parallel()
	h := serving(t, newSite(), false)
	plain := get(h, "/sdk.js")
	for _, c := range []struct {
		name, accepts string
		zipped        bool
	}{
		{"takes it", "gzip", true},
		{"takes it among others", "deflate, gzip;q=0.5, br", true},
		{"takes anything", "*", true},
		{"takes nothing", "", false},
		{"refuses it", "gzip;q=0, deflate", false},
		{"takes something else", "xgzip", false},
		{"writes nonsense", "gzip;q=much", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := get(h, "/sdk.js", "Accept-Encoding: "+c.accepts)
			body := w.Body.String()
			if zipped := w.Header().Get("Content-Encoding") == "gzip"; zipped != c.zipped {
				t.Fatalf("compressed: %v, want %v", zipped, c.zipped)
			}
			if c.zipped {
				z, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Fatal(err)
				}
				raw, err := io.ReadAll(z)
				if err != nil {
					t.Fatal(err)
				}
				body = string(raw)
			}
			if body != plain.Body.String() {
				t.Error("it is another script")
			}
			again := get(h, "/sdk.js", "Accept-Encoding: "+c.accepts, `If-None-Match: "x", W/`+w.Header().Get("ETag"))
			if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
				t.Errorf("who has it gets %d with %d bytes", again.Code, again.Body.Len())
			}
			if c.zipped == (w.Header().Get("ETag") == plain.Header().Get("ETag")) {
				t.Errorf("compressed %v and plain have the tags %s and %s", c.zipped, w.Header().Get("ETag"), plain.Header().Get("ETag"))
			}
		})
	}
}

// TestLoaderTellsTheSettings shows that a changed look is another script at once, and that a refused website is told why.
func TestLoaderTellsTheSettings(t *testing.T) {
	t.Parallel()
	s := newSite()
	h := serving(t, s, false)
	first := get(h, "/sdk.js")
	s.look.Theme = "#AA0000"
	second := get(h, "/sdk.js", "If-None-Match: "+first.Header().Get("ETag"))
	if second.Code != http.StatusOK || !strings.Contains(second.Body.String(), `"theme_color":"#AA0000"`) {
		t.Errorf("it answers %d without the new colour", second.Code)
	}
	s.embeds = refusal{"origin", "shop.example is not among the domains"}
	if w := get(h, "/sdk.js"); !strings.Contains(w.Body.String(), `"render":false,"why":"origin","message":"shop.example is not among the domains"`) {
		t.Errorf("a website that may not is not told why: %.400s", w.Body)
	}
	s.embeds, s.broken = nil, errBroken
	if w := get(h, "/sdk.js"); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("a broken platform answers %d %q", w.Code, w.Body)
	}
}

// TestManyLooks shows that a look that keeps changing does not fill the memory, nor mix up who gets what.
func TestManyLooks(t *testing.T) {
	t.Parallel()
	s := newSite()
	h := serving(t, s, false)
	for range 3 {
		for _, theme := range []string{"#111111", "#222222"} {
			for i := range 40 {
				s.look.Theme, s.look.DesktopSide = theme, i
				if w := get(h, "/sdk.js"); !strings.Contains(w.Body.String(), `"theme_color":"`+theme+`"`) {
					t.Fatalf("a script of another look came for %s", theme)
				}
			}
		}
	}
}

// TestNotServed shows what is no path of ours, however it is spelled.
func TestNotServed(t *testing.T) {
	t.Parallel()
	h := serving(t, newSite(), false)
	hash := assetFolder(t, h)
	for _, c := range []struct {
		name, method, path string
		want               int
	}{
		{"a locale in small letters", "GET", "/en_us/sdk.js", 404},
		{"a locale with a minus", "GET", "/en-US/sdk.js", 404},
		{"a locale with markup", "GET", "/<script>/sdk.js", 404},
		{"a locale with a line break", "GET", "/en_US\n/sdk.js", 404},
		{"a long locale", "GET", "/" + strings.Repeat("a", 4000) + "_US/sdk.js", 404},
		{"another method", "POST", "/sdk.js", 405},
		{"another method on the frame", "DELETE", "/plugin/frame?page_id=" + shopPage, 405},
		{"a frame without a page", "GET", "/plugin/frame", 404},
		{"a frame of an unknown page", "GET", "/plugin/frame?page_id=1", 404},
		{"a frame of a page with a space", "GET", "/plugin/frame?page_id=" + shopPage + "%20", 404},
		{"a file of another state", "GET", "/plugin/assets/0000000000000000/main.js", 404},
		{"a file that is not there", "GET", hash + "/nothing.js", 404},
		{"the document as a file", "GET", hash + "/frame.html", 404},
		{"a file outside", "GET", hash + "/..%2floader%2fsdk.js", 404},
		{"a folder", "GET", hash + "/view", 404},
		{"no file", "GET", hash + "/", 404},
		{"the try-out page away from this machine", "GET", "/plugin/try", 404},
		{"what is the platform's", "POST", "/plugin/messages", http.StatusTeapot},
		{"a version's object called like us", "GET", "/v25.0/me", http.StatusTeapot},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if w := ask(h, c.method, c.path, "Accept: text/html"); w.Code != c.want || strings.Contains(w.Body.String(), "<script>") {
				t.Errorf("it answers %d %.200q, want %d", w.Code, w.Body, c.want)
			}
		})
	}
}

// assetFolder is the folder that a frame's document names.
func assetFolder(t *testing.T, h http.Handler) string {
	t.Helper()
	w := get(h, "/plugin/frame?page_id="+shopPage)
	folder := regexp.MustCompile(`/plugin/assets/[0-9a-f]{16}`).FindString(w.Body.String())
	if folder == "" {
		t.Fatalf("the frame's document (%d) names no folder: %s", w.Code, w.Body)
	}
	return folder
}

// TestFrameIsServed shows the frame's document: what may embed it, and that nothing but its own files may run in it.
func TestFrameIsServed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		loopback bool
		pictures string
	}{
		{"away", false, "'self' https: data: blob:"},
		{"on this machine", true, "'self' https: data: blob: http:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := get(serving(t, newSite(), c.loopback), "/plugin/frame?page_id="+shopPage+"&locale=ar_AR")
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `lang="ar-AR" dir="rtl"`) || strings.ContainsAny(w.Body.String(), "{}") {
				t.Errorf("it answers %d: %s", w.Code, w.Body)
			}
			wants(t, w, "Content-Type: text/html; charset=utf-8", "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "Set-Cookie",
				"Referrer-Policy: same-origin", "X-Frame-Options",
				"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src "+c.pictures+
					"; media-src "+c.pictures+"; form-action 'none'; base-uri 'none'; frame-ancestors 'self' https://www.lumen.example")
		})
	}
}

// TestFrameIsRefused shows that a website that may not embed the chat gets no document of it, but the reason.
func TestFrameIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite()
	s.embeds = refusal{"referrer", "the website hides its address"}
	h := serving(t, s, false)
	w := get(h, "/plugin/frame?page_id="+shopPage)
	if w.Code != http.StatusForbidden || w.Body.String() != "the website hides its address\n" {
		t.Errorf("it answers %d %q", w.Code, w.Body)
	}
	wants(t, w, "Content-Type: text/plain; charset=utf-8", "Cache-Control: no-store")
	s.embeds = errBroken
	if w := get(h, "/plugin/frame?page_id="+shopPage); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("a broken platform answers %d %q", w.Code, w.Body)
	}
	if w := get(serving(t, newSite(), false), "/plugin/frame?page_id="+shopPage+`&locale="><script>`); strings.Contains(w.Body.String(), `"><script>`) {
		t.Errorf("a locale is markup: %s", w.Body)
	}
}

// TestAssetsAreKeptForEver shows that every file a document names is there, under an address that never changes its mind.
func TestAssetsAreKeptForEver(t *testing.T) {
	t.Parallel()
	h := serving(t, newSite(), false)
	document := get(h, "/plugin/frame?page_id="+shopPage).Body.String()
	named := regexp.MustCompile(`"(/plugin/assets/[^"]+)"`).FindAllStringSubmatch(document, -1)
	if len(named) < 2 {
		t.Fatalf("the document names %v", named)
	}
	for _, name := range named {
		w := get(h, name[1], "Accept-Encoding: gzip")
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s answers %d", name[1], w.Code)
		}
		wants(t, w, "Cache-Control: public, max-age=31536000, immutable", "Cross-Origin-Resource-Policy: same-origin", "X-Content-Type-Options: nosniff", "Set-Cookie")
		head := ask(h, http.MethodHead, name[1])
		if head.Body.Len() > 0 || head.Header().Get("Content-Length") == "" {
			t.Errorf("HEAD of %s has %d bytes", name[1], head.Body.Len())
		}
	}
	if other := serving(t, newSite(), true); assetFolder(t, h) != assetFolder(t, other) {
		t.Error("the same files have two addresses")
	}
}

// TestHome shows that people who open the address are told what it is, and that programs go on to the platform.
func TestHome(t *testing.T) {
	t.Parallel()
	here, away := serving(t, newSite(), true), serving(t, newSite(), false)
	const browserAccepts = "Accept: text/html,application/xhtml+xml"
	for _, c := range []struct {
		name, method, path string
		handler            http.Handler
		headers            []string
		want               int
		tryOut             bool
	}{
		{"a person on this machine", "GET", "/", here, []string{browserAccepts}, 200, true},
		{"a person from elsewhere", "GET", "/", away, []string{browserAccepts}, 200, false},
		{"a person through a proxy on this machine", "GET", "/", here, []string{browserAccepts, "X-Forwarded-For: 192.0.2.1"}, 200, false},
		{"a program", "GET", "/", here, []string{"Accept: application/json"}, http.StatusTeapot, false},
		{"a program that says nothing", "GET", "/", here, nil, http.StatusTeapot, false},
		{"a program with a token", "GET", "/?access_token=x", here, []string{browserAccepts}, http.StatusTeapot, false},
		{"a batch", "POST", "/", here, []string{browserAccepts}, http.StatusTeapot, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := ask(c.handler, c.method, c.path, c.headers...)
			if w.Code != c.want || strings.Contains(w.Body.String(), "/plugin/try") != c.tryOut {
				t.Errorf("it answers %d: %s", w.Code, w.Body)
			}
		})
	}
}

// TestTryOut shows that the made-up shop has the old markup, and that what its address says stays text.
func TestTryOut(t *testing.T) {
	t.Parallel()
	h := serving(t, newSite(), true)
	w := get(h, `/plugin/try?ref=%22%3E%3Cimg%20src%3Dx%3E&theme_color=%23AA0000&logged_out_greeting=%3Cb%3E%22&locale=%27%3Balert(1)//&onclick=alert(1)`)
	body := w.Body.String()
	for _, want := range []string{
		`page_id="` + shopPage + `" ref="&#34;&gt;&lt;img src=x&gt;" theme_color="#AA0000" logged_out_greeting="&lt;b&gt;&#34;"></div>`,
		`window.fbAsyncInit`, `'/en_US/sdk/xfbml.customerchat.js'`, `id="fb-root"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in it: %s", want, body)
		}
	}
	if strings.Contains(body, "onclick=") || strings.Contains(body, "alert(1)") {
		t.Error("it holds what nobody asked for")
	}
	wants(t, w, "Cache-Control: no-store", "Set-Cookie")
	for name, handler := range map[string]http.Handler{"away": serving(t, newSite(), false), "without a page": serving(t, &site{}, true)} {
		if w := get(handler, "/plugin/try"); w.Code != http.StatusNotFound {
			t.Errorf("%s it answers %d", name, w.Code)
		}
	}
	if w := get(h, "/plugin/try", "X-Forwarded-For: 192.0.2.1"); w.Code != http.StatusNotFound {
		t.Errorf("through a proxy it answers %d", w.Code)
	}
}

// TestNew wants a site.
func TestNew(t *testing.T) {
	t.Parallel()
	if _, err := browser.New(browser.Options{}); err == nil {
		t.Error("it serves nobody's pages")
	}
}
