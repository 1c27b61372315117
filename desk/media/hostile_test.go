package media_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/desk/media"
	"frontdesk/store"
)

// TestHostileServers has whoever is behind an address do what it should not.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	small := picture(t, 9)
	bomb := picture(t, 9) // says of itself that it is 100,000 wide and as high
	copy(bomb[16:24], "\x00\x01\x86\xa0\x00\x01\x86\xa0")
	fixSum(bomb)
	for name, c := range map[string]struct {
		kind   string
		answer http.HandlerFunc
		says   string // empty: it is kept
		gone   bool
		passes bool
	}{
		"forbidden":                {answer: status(403), says: "no longer available", gone: true},
		"not there":                {answer: status(404), says: "no longer available", gone: true},
		"gone":                     {answer: status(410), says: "no longer available", gone: true},
		"asks who we are":          {answer: status(401), says: "HTTP 401"},
		"a part only":              {answer: status(206), says: "HTTP 206"},
		"nothing":                  {answer: status(204), says: "HTTP 204"},
		"a redirect to nowhere":    {answer: status(302), says: "HTTP 302"},
		"busy":                     {answer: status(429), says: "HTTP 429", passes: true},
		"broken":                   {answer: status(502), says: "HTTP 502", passes: true},
		"empty":                    {answer: body(""), says: "empty"},
		"a page":                   {answer: body("<!DOCTYPE html><title>Log in</title>"), says: "A web page came"},
		"a page for a film":        {kind: "video", answer: body("<html>"), says: "A web page came"},
		"a page for a file":        {kind: "file", answer: body("<html>")},
		"a text for a picture":     {answer: body("hello"), says: "no picture, but text/plain"},
		"a program for a sound":    {kind: "audio", answer: body("%PDF-1.7"), says: "no sound, but application/pdf"},
		"a sound nobody knows":     {kind: "audio", answer: body("\x00\x01\x02\x03")},
		"a cut-off picture":        {answer: body(string(small[:20])), says: "damaged"},
		"a picture too large":      {answer: body(string(bomb)), says: "100000 × 100000"},
		"lies about its type":      {answer: header("Content-Type", "text/html", small)},
		"more bytes than it says":  {answer: lying(10, small), says: "damaged"},
		"fewer bytes than it says": {answer: lying(len(small)+10, small), says: "connection broke", passes: true},
		"says it is enormous":      {answer: lying(1<<40, small), says: "more than 1 MB"},
		"is enormous":              {answer: endless(small), says: "more than 1 MB"},
		"packed":                   {answer: header("Content-Encoding", "gzip", small), says: "packed"},
		"drips":                    {answer: drip(small), says: "too long", passes: true},
		"says nothing":             {answer: silence, says: "too long", passes: true},
		"a head without an end":    {answer: header("X-Long", strings.Repeat("x", 100_000), small), says: "could not be reached", passes: true},
		"leads on and on":          {answer: onAndOn, says: "leads on and on"},
		"leads to http":            {answer: lead("http://lumen.example/a.png"), says: "https://"},
		"leads to a file":          {answer: lead("file:///etc/passwd"), says: "https://"},
		"leads to a user":          {answer: lead("https://ana:secret@lumen.example/"), says: "https://"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGallery(t, c.answer)
			w := open(t, t.TempDir(), setting{server: g.Server, off: true, adjust: func(g *media.Gatherer) {
				g.SetLimit(1 << 20)
				if strings.Contains(c.says, "too long") {
					g.SetTimes(50*time.Millisecond, time.Millisecond)
				}
			}})
			a := g.at("/a.png")
			a.Type = c.kind
			m := w.sends(mara, "m_1", a)
			err := w.gatherer.Fetch(t.Context(), m.Conversation, m.ID, 0)
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				w.kept(m, 0)
				return
			}
			var fault *media.Fault
			if !errors.As(err, &fault) || !strings.Contains(fault.Reason, c.says) || fault.Gone != c.gone || fault.Passing != c.passes {
				t.Fatalf("%+v, %v; want %q", fault, err, c.says)
			}
			if strings.Contains(err.Error(), g.URL) || strings.Contains(err.Error(), "example") {
				t.Errorf("the error quotes the address: %v", err)
			}
			if !c.passes {
				if got := w.missed(m, 0); got.Problem != fault.Reason || got.Gone != c.gone {
					t.Errorf("recorded as %+v", got)
				}
			}
			w.empty()
		})
	}
}

// TestPrivateAddresses asks for what only this machine, or its neighbours, may see.
func TestPrivateAddresses(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(inside.Close)
	secure := httptest.NewTLSServer(inside.Config.Handler)
	t.Cleanup(secure.Close)
	_, port, err := net.SplitHostPort(secure.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for name, address := range map[string]string{
		"this machine":              secure.URL + "/a.png",
		"its name":                  "https://localhost:" + port + "/a.png", // a name that leads to loopback
		"a number":                  "https://2130706433:" + port + "/a.png",
		"in the old way":            "https://127.1:" + port + "/a.png",
		"six":                       "https://[::1]:" + port + "/a.png",
		"four in six":               "https://[::ffff:127.0.0.1]:" + port + "/a.png",
		"nowhere":                   "https://0.0.0.0:" + port + "/a.png",
		"a neighbour":               "https://192.168.1.1/a.png",
		"the cloud's own":           "https://169.254.169.254/latest/meta-data",
		"without a lock":            inside.URL + "/a.png",
		"without a lock, elsewhere": "http://lumen.example/a.png",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, t.TempDir(), setting{off: true, own: []string{"http://127.0.0.1:1"}})
			m := w.sends(mara, "m_1", store.Attachment{URL: address})
			err := w.gatherer.Fetch(t.Context(), m.Conversation, m.ID, 0)
			var fault *media.Fault
			if !errors.As(err, &fault) || fault.Gone {
				t.Fatalf("%+v, %v", fault, err)
			}
			if says := fault.Reason; !strings.Contains(says, "private network") && !strings.Contains(says, "https://") && !strings.Contains(says, "not be reached") {
				t.Errorf("it says %q", says)
			}
			w.empty()
		})
	}
	t.Cleanup(func() {
		if n := asked.Load(); n != 0 {
			t.Errorf("it was asked %d times", n)
		}
	})
}

// TestRedirectsToPrivateAddresses starts at a server that may be asked, which sends us where we may not go.
func TestRedirectsToPrivateAddresses(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(picture(t, 9))
	}))
	t.Cleanup(inside.Close)
	sentOn := func(target string, own ...string) error {
		g := newGallery(t, lead(target))
		at := netip.MustParseAddrPort(g.Listener.Addr().String())
		w := open(t, t.TempDir(), setting{off: true, own: own, adjust: func(m *media.Gatherer) {
			m.OpenUp(certs(g.Server), func(a netip.Addr) bool { return a == at.Addr() })
		}})
		m := w.sends(mara, "m_1", g.at("/a.png"))
		err := w.gatherer.Fetch(t.Context(), m.Conversation, m.ID, 0)
		w.empty()
		return err
	}
	for name, err := range map[string]error{
		"to a neighbour":         sentOn("https://10.0.0.1/a.png"),
		"to the cloud's own":     sentOn("https://169.254.169.254/a.png"),
		"to six":                 sentOn("https://[::1]:1/a.png"),
		"to http":                sentOn(inside.URL + "/a.png"),
		"to the platform itself": sentOn(inside.URL+"/a.png", inside.URL),
	} {
		var fault *media.Fault
		if !errors.As(err, &fault) || fault.Gone || fault.Passing {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("it was asked %d times", n)
	}
}

// TestThePlatformOnThisMachine may be asked without a lock, at its very host and port.
func TestThePlatformOnThisMachine(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody else was asked") }))
	t.Cleanup(other.Close)
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			http.Redirect(w, r, other.URL, http.StatusFound)
			return
		}
		_, _ = w.Write(picture(t, 9))
	}))
	t.Cleanup(platform.Close)
	w := open(t, t.TempDir(), setting{own: []string{platform.URL, "not an address", ""}})
	m := w.sends(mara, "m_1", store.Attachment{URL: platform.URL + "/plugin/files/x/a.png"}, store.Attachment{URL: other.URL + "/a.png"}, store.Attachment{URL: platform.URL + "/elsewhere"})
	w.kept(m, 0)
	for i := 1; i < 3; i++ {
		if got := w.missed(m, i); !strings.Contains(got.Problem, "https://") {
			t.Errorf("attachment %d: %+v", i, got)
		}
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"157.240.0.35": true, "2a03:2880:f12f:83:face:b00c::25de": true, "::ffff:157.240.0.35": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.0.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "239.1.1.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"192.0.2.1": false, "198.18.0.1": false, "203.0.113.9": false, "::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false,
		"fc00::1": false, "fd12::1": false, "ff02::1": false, "::ffff:10.0.0.1": false, "::7f00:1": false, "64:ff9b::7f00:1": false,
		"2002:7f00:1::": false, "2001:0:1::": false, "2001:db8::1": false,
	} {
		if got := media.Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// TestNothingIsToldOfUs looks at the request itself.
func TestNothingIsToldOfUs(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 1)
	w := open(t, t.TempDir(), setting{off: true, adjust: func(g *media.Gatherer) {
		g.SetTransport(roundTrip(func(r *http.Request) (*http.Response, error) {
			seen <- r.Header
			return nil, io.ErrUnexpectedEOF
		}))
	}})
	m := w.sends(mara, "m_1", store.Attachment{URL: "https://scontent.example/a.png?oh=1&oe=2"})
	if err := w.gatherer.Fetch(t.Context(), m.Conversation, m.ID, 0); err == nil {
		t.Error("it was fetched")
	}
	for name := range <-seen {
		if name != "User-Agent" && name != "Accept-Encoding" {
			t.Errorf("it was told %s", name)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// empty fails unless nothing is kept.
func (w *world) empty() {
	w.t.Helper()
	if names := w.names(); len(names) != 0 {
		w.t.Errorf("the folder holds %v", names)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func body(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

func header(name, value string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(name, value)
		_, _ = w.Write(content)
	}
}

func lead(target string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, http.StatusFound) }
}

// onAndOn leads to the next number.
func onAndOn(w http.ResponseWriter, r *http.Request) {
	var n int
	_, _ = fmt.Sscanf(r.URL.RawQuery, "%d", &n)
	http.Redirect(w, r, (&url.URL{Path: "/a.png", RawQuery: fmt.Sprint(n + 1)}).String(), http.StatusFound)
}

// lying says that there are so many bytes, and sends others.
func lying(said int, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, out, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprintf(out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", said)
		_, _ = out.Write(content)
		_ = out.Flush()
	}
}

func endless(content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(content)
		for more := make([]byte, 1<<16); ; {
			if _, err := w.Write(more); err != nil {
				return
			}
		}
	}
}

// drip sends a byte, and then nothing until nobody waits any more.
func drip(content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(content[:1])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

func silence(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
