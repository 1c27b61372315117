package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// strangers is a site that refuses everybody by name.
type strangers struct{}

func (strangers) PageIDs() []string { return []string{"1"} }

func (strangers) FrameAncestors(context.Context, string) (string, error) {
	return "frame-ancestors 'self'", nil
}

func (strangers) Embedder(*http.Request, string) error { return nil }

func (strangers) Look(_ context.Context, r *http.Request, _, _ string) (Look, error) {
	if r.Referer() == "" {
		return Look{Render: true}, nil
	}
	return Look{Why: whyOrigin, Message: r.Referer() + " may not"}, nil
}

// TestStrangersCostLittle shows that websites which are refused, of which anybody can make up any number, neither fill the
// memory nor push out of it what honest websites get.
func TestStrangersCostLittle(t *testing.T) {
	t.Parallel()
	s, err := New(Options{Site: strangers{}})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(referer string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/sdk.js", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		if referer != "" {
			r.Header.Set("Referer", referer)
		}
		w := httptest.NewRecorder()
		s.serveLoader(w, r)
		return w
	}
	if w := ask(""); w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("an honest website gets %v", w.Header())
	}
	for i := range 3 * keptScripts {
		referer := fmt.Sprintf("https://evil%d.example/", i)
		w := ask(referer)
		if w.Header().Get("Content-Encoding") != "" || !strings.Contains(w.Body.String(), `"message":"`+referer+` may not"`) || !strings.HasSuffix(w.Body.String(), "})();\n") {
			t.Fatalf("a stranger gets %v %.300s", w.Header(), w.Body)
		}
	}
	if n := len(s.loader.ready); n != 1 {
		t.Errorf("%d scripts are kept, want that of the honest website alone", n)
	}
}
