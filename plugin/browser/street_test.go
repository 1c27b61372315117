package browser_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"frontdesk/internal/chromium"
)

// street is a website with pages as tests write them, beside a platform of another origin. The frame is a stand-in that
// notes what the loader says to it: what the real one makes of it has tests of its own.
type street struct {
	shop, platform string
	site           *site

	mu     sync.Mutex
	pages  map[string]string // by path; {sdk} stands for the platform's address
	policy map[string]string // Content-Security-Policy by path
	frame  int               // how the frame's document is answered; 0 is 200
}

// standIn notes what comes, and says what a test wants it to say.
const standIn = `<!doctype html><title>frame</title><button>inside</button><script>
	const heard = []; let init = null, port = null;
	addEventListener("message", (e) => {
		if (e.source !== parent || !e.data.init) return;
		init = e.data.init; port = e.ports[0];
		port.onmessage = (m) => heard.push(m.data);
		port.postMessage({do: "ready"});
	});
	parent.postMessage({frontdesk: 1, hello: new URLSearchParams(location.search).get("page_id")}, "*");
	addEventListener("keydown", (e) => { if (e.key === "Escape") port.postMessage({do: "close"}); });
	const last = () => heard.filter((m) => m.do === "page").pop() || {};
</script>`

func newStreet(t *testing.T) *street {
	t.Helper()
	s := &street{site: newSite(), pages: map[string]string{}, policy: map[string]string{}}
	served := serving(t, s.site, true)
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		status := s.frame
		s.mu.Unlock()
		switch {
		case r.URL.Path == "/plugin/frame" && status == 0:
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, standIn)
		case r.URL.Path == "/plugin/frame":
			w.WriteHeader(status)
		case r.URL.Path == "/plugin/embed":
			w.Header().Set("Access-Control-Allow-Origin", "*")
			_, _ = io.WriteString(w, `{"allowed":false,"wrong":"origin","message":"127.0.0.1 is not among the domains"}`)
		default:
			served.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(platform.Close)
	shop := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(shop.Close)
	// Another host, and so another site, as websites and platforms are.
	s.shop, s.platform = strings.Replace(shop.URL, "127.0.0.1", "localhost", 1), platform.URL
	return s
}

func (s *street) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	page, policy := s.pages[r.URL.Path], s.policy[r.URL.Path]
	s.mu.Unlock()
	if page == "" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if policy != "" {
		w.Header().Set("Content-Security-Policy", strings.ReplaceAll(policy, "{sdk}", s.platform))
	}
	_, _ = io.WriteString(w, "<!doctype html><link rel=icon href='data:,'><meta name=viewport content='width=device-width'><title>Shop</title>"+strings.ReplaceAll(page, "{sdk}", s.platform))
}

// put writes a page, and says its address.
func (s *street) put(path, html string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages["/"+path] = html
	return s.shop + "/" + path
}

// What pages are put together from.
const (
	listens = `<script>
		window.events = [];
		window.listen = () => ["load", "show", "hide", "dialogShow", "dialogHide"].forEach((n) => FB.Event.subscribe("customerchat." + n, () => events.push(n)));
		window.inits = 0;
		window.asked = () => { inits++; FB.init({xfbml: true, version: "v18.0", appId: "1", cookie: true}); listen(); };
	</script>`
	start  = listens + `<script>window.fbAsyncInit = asked;</script>`
	script = `<script async defer crossorigin="anonymous" src="{sdk}/en_US/sdk/xfbml.customerchat.js" id="facebook-jssdk"></script>`
)

// div is the markup with further attributes.
func div(attributes string) string {
	return fmt.Sprintf(`<div id="fb-root"></div><div class="fb-customerchat" id="chat" page_id="%s" %s></div>`, shopPage, attributes)
}

// ours are the console's lines that the loader wrote.
func ours(p *chromium.Page) []string {
	return slices.DeleteFunc(p.Console(), func(line string) bool { return !strings.Contains(line, ": frontdesk: ") })
}

// quiet fails where the console says anything at all.
func quiet(t *testing.T, p *chromium.Page) {
	t.Helper()
	if lines := p.Console(); len(lines) > 0 {
		t.Errorf("the console says %q", lines)
	}
}

func events(t *testing.T, p *chromium.Page, want string) {
	t.Helper()
	p.Wait("the events "+want, `events.join() === "`+want+`"`)
}
