package check_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"frontdesk/desk/embedding/check"
)

// serve answers every path as given.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

func html(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html; charset=utf-8") }

// TestPagesThatCannotBeLookedAt shows that each has its reason, and that none holds us up.
func TestPagesThatCannotBeLookedAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"not there", http.NotFound, "its server answers 404 Not Found"},
		{"a picture", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
		}, `is no web page but "image/png"`},
		{"no kind, and no page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			_, _ = w.Write([]byte{0, 1, 2, 3, 0xff})
		}, `is no web page but "application/octet-stream"`},
		{"a circle", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) }, "it redirects more than 10 times"},
		{"a redirect to a file", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}, "it redirects to what is no web page"},
		{"a page that breaks off", func(w http.ResponseWriter, _ *http.Request) {
			html(w)
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "<p>")
		}, "it broke off"},
		{"a gzip that is none", func(w http.ResponseWriter, _ *http.Request) {
			html(w)
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "<p>no gzip</p>")
		}, "it broke off"},
		{"endless headers", func(w http.ResponseWriter, _ *http.Request) {
			html(w)
			w.Header().Set("X-Long", strings.Repeat("a", 1<<20))
		}, "can't be looked at"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := check.Page(t.Context(), serve(t, c.answer), platform())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want one with %q", err, c.want)
			}
		})
	}
}

// TestLargePages shows that only the beginning of a page is read, however much of it there is.
func TestLargePages(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("<p class=x>\n", 1<<10)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 100 << 20 / len(filler) {
		if _, err := io.WriteString(z, filler); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
	}{
		{"ten megabytes", func(w http.ResponseWriter, _ *http.Request) {
			html(w)
			for range 10 << 20 / len(filler) {
				_, _ = io.WriteString(w, filler)
			}
		}},
		{"without an end", func(w http.ResponseWriter, r *http.Request) {
			html(w)
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, filler); err != nil {
					return
				}
			}
		}},
		{"much in little", func(w http.ResponseWriter, _ *http.Request) {
			html(w)
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := check.Page(t.Context(), serve(t, c.answer), platform())
			if err != nil || brief(r) != "note page_cut; wrong script_missing; wrong div_missing" {
				t.Errorf("found %s, %v", brief(r), err)
			}
		})
	}
}

// TestSlowPages shows that whoever asked may leave.
func TestSlowPages(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if _, err := check.Page(ctx, url, platform()); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// TestThisMachine shows that a platform that others reach does not look at pages here for them, by whatever name or way.
func TestThisMachine(t *testing.T) {
	t.Parallel()
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	p := platform()
	p.Loopback = false
	port := url[strings.LastIndexByte(url, ':'):]
	for _, address := range []string{url, "http://localhost" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port} {
		if _, err := check.Page(t.Context(), address, p); !errors.Is(err, check.ErrLoopback) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"", "lumen.example", "ftp://lumen.example", "file:///etc/passwd", "http://", "https://a:b@lumen.example", "http://\x7f"} {
		if _, err := check.Page(t.Context(), address, p); !errors.Is(err, check.ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestRedirectsAreFollowed shows that the page in the end is the one that counts.
func TestRedirectsAreFollowed(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/shop/" {
			http.Redirect(w, r, "/shop/", http.StatusMovedPermanently)
			return
		}
		html(w)
		_, _ = io.WriteString(w, div+begin+sdk)
	})
	r, err := check.Page(t.Context(), url, platform())
	if err != nil || !r.Fine || r.URL != url || r.Final != url+"/shop/" {
		t.Errorf("the report is %+v, %v", r, err)
	}
}

// TestMadPages shows that nothing in a page makes a report without end: what grew with the square of a megabyte would
// outlast the tests.
func TestMadPages(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	for name, part := range map[string]string{
		"open tags": "<div ", "open quotes": `<a b="`, "open comments": "<!--", "open scripts": "<script>", "calls": "<script>FB.init(", "one call": "FB.init(",
		"divs": `<div class="fb-customerchat">`, "metas": `<meta http-equiv=content-security-policy content="script-src 'none'">`,
		"strings": "<script>'/sdk.js'</script>", "one long string": "`", "brackets": "<<<<<", "ends": "</script </", "zeros": "\x00", "attributes": " a=b",
		"templates": "<template>", "sdks": `<script src="/sdk.js"></script>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := "<script>" + strings.Repeat(part, size/len(part))
			if strings.HasPrefix(part, "<") {
				body = strings.TrimPrefix(body, "<script>")
			}
			if r := look(t, div+sdk+body, platform()); len(r.Findings) > 100 {
				t.Errorf("it has %d findings", len(r.Findings))
			}
		})
	}
}
