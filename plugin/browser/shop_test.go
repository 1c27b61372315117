package browser_test

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"frontdesk/plugin/browser"
)

const shopPage = "109872000000101"

// site is a platform that says what a test wants it to say.
type site struct {
	mu     sync.Mutex
	pages  []string
	look   browser.Look
	embeds error
	broken error // of everything
}

func newSite() *site {
	return &site{
		pages: []string{shopPage},
		look: browser.Look{
			Alignment: "RIGHT", DesktopBelow: 24, DesktopSide: 24, MobileBelow: 16, MobileSide: 16,
			Icon: "MESSENGER_ICON", Label: "NONE", Render: true,
		},
	}
}

func (s *site) PageIDs() []string { return s.pages }

func (s *site) FrameAncestors(context.Context, string) (string, error) {
	return "frame-ancestors 'self' https://www.lumen.example", s.broken
}

func (s *site) Embedder(*http.Request, string) error { return s.embeds }

func (s *site) Look(_ context.Context, _ *http.Request, _, locale string) (browser.Look, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	look := s.look
	if locale == "de_DE" && look.Greeting != "" {
		look.Greeting = "Hallo"
	}
	return look, cmp.Or(s.broken, s.embeds)
}

// refusal is how a site refuses a website.
type refusal struct{ wrong, message string }

func (r refusal) Error() string                    { return r.message }
func (r refusal) Refusal() (wrong, message string) { return r.wrong, r.message }

var errBroken = errors.New("the disk is gone")

// elsewhere answers what is not the package's.
var elsewhere = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })

// serving is a server of the package's paths.
func serving(t *testing.T, s *site, loopback bool) http.Handler {
	t.Helper()
	b, err := browser.New(browser.Options{Site: s, Loopback: loopback})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", elsewhere)
	b.Routes(mux, elsewhere)
	return mux
}

// get asks for a path, with headers as "Name: value".
func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	return ask(h, http.MethodGet, path, headers...)
}

func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:8090/", nil)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
	r.RequestURI = path
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// wants checks headers, given as "Name: value"; one without a value must not be there.
func wants(t *testing.T, w *httptest.ResponseRecorder, headers ...string) {
	t.Helper()
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		if got := strings.Join(w.Header().Values(name), ", "); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
}
