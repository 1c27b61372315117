package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"frontdesk/internal/chromium"
)

// TestFilesOfAFalseType sends files that say they are something else, as a visitor, and has a browser use them in every
// way in which they could act in our name, from a document of the platform itself: as scripts, styles, workers, frames.
func TestFilesOfAFalseType(t *testing.T) {
	t.Parallel()
	b, w := chromium.Start(t), newTown(t)
	_, token := w.guest()
	files := map[string]struct{ name, kind, body, served string }{
		"a page called a picture":        {"me.png", "image/png", "<!doctype html><script>top.ran=1;window.ran=1</script>", "application/octet-stream"},
		"a drawing with a script":        {"me.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="top.ran=1"><script>top.ran=1</script></svg>`, "application/octet-stream"},
		"a drawing called a picture":     {"me.jpg", "image/jpeg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="top.ran=1"/>`, "application/octet-stream"},
		"a script":                       {"me.js", "text/javascript", "window.ran=1;self.ran=1", "application/octet-stream"},
		"a picture that is a script too": {"me.gif", "image/gif", "GIF89a=1;window.ran=1//" + strings.Repeat("\x00", 20), "image/gif"},
		"a film that is a script too":    {"me.mp4", "video/mp4", "\x00\x00\x00\x20ftypisom/*" + strings.Repeat("x", 40) + "*/;window.ran=1", "video/mp4"},
		"a page behind spaces":           {"me.webp", "image/webp", "\n\n   <html><script>top.ran=1</script>", "application/octet-stream"},
		"a page in another alphabet":     {"me.bmp", "image/bmp", "+ADw-script+AD4-top.ran=1+ADw-/script+AD4-", "application/octet-stream"},
		"a style":                        {"me.css", "text/css", "body{display:none}", "application/octet-stream"},
		"a name with a header in it":     {"a\"; x=.html", "text/html", "<script>top.ran=1</script>", "application/octet-stream"},
	}
	p := b.Page(t, chromium.Desktop)
	s := shops(t, p, w.shop+w.puts("", embeds("")))
	s.opens("en")
	s.chat.Role("button", "Get started").Wait()
	for name, f := range files {
		url := w.sends(t, token, f.name, f.kind, f.body)
		h := w.headers(t, url)
		if h.Get("Content-Type") != f.served || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || (f.served == "application/octet-stream") != strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") {
			t.Errorf("%s is handed out with %v", name, h)
		}
		// The chat's own policy takes scripts from the platform: only what the file is says no.
		var got string
		s.chat.Eval(fmt.Sprintf(`(async (url) => {
			const tries = (tag, set) => new Promise((done) => {
				const e = document.createElement(tag);
				e.onload = () => done("loaded"); e.onerror = () => done("refused");
				set(e);
				document.head.append(e);
			});
			const out = [await tries("script", (e) => { e.src = url; }), await tries("script", (e) => { e.type = "module"; e.src = url; }),
				await tries("link", (e) => { e.rel = "stylesheet"; e.href = url; })];
			out.push(await new Promise((done) => { try { const w = new Worker(url); w.onerror = () => done("refused"); w.onmessage = () => done("loaded"); } catch (e) { done("refused"); } }));
			out.push(await import(url).then(() => "loaded", () => "refused"));
			return out.join();
		})(%q)`, url), &got)
		if got != "refused,refused,refused,refused,refused" {
			t.Errorf("%s as script, module, style, worker and import is %s", name, got)
		}
		p.Eval(fmt.Sprintf(`new Promise((done) => {
			const e = document.createElement("iframe");
			e.src = %q; e.onload = done;
			document.body.append(e);
			setTimeout(done, 500);
		})`, w.chat+url), nil)
	}
	p.Wait("nothing to have run on the website", `window.ran === undefined`)
	s.chat.Wait("nothing to have run in the chat", `window.ran === undefined && getComputedStyle(document.body).display !== "none"`)
}

// sends sends a file as a visitor, and says where it is.
func (a *agency) sends(t *testing.T, token, name, kind, content string) (url string) {
	t.Helper()
	body := "--b\r\nContent-Disposition: form-data; name=\"filedata\"; filename=\"" + strings.ReplaceAll(name, `"`, `\"`) + "\"\r\nContent-Type: " + kind + "\r\n\r\n" + content + "\r\n--b--\r\n"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.base+"/plugin/messages", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var said struct{ Files []struct{ URL string } }
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil || len(said.Files) != 1 {
		t.Fatalf("%q was answered with %d %v (%v)", name, res.StatusCode, said, err)
	}
	return said.Files[0].URL
}

// headers are those of the answer to a GET.
func (a *agency) headers(t *testing.T, path string) http.Header {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res.Header
}
