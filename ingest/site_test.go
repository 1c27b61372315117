package ingest_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store/bolt"
)

const (
	appSecret    = "frontdesk-test-app-secret-not-a-real-one"
	pluginSecret = "frontdesk-test-plugin-secret-not-a-real-one"
	pluginPage   = "109872000000202"
	verifyToken  = "test-verify-token"
)

// site is a handler on loopback with a real log behind it.
type site struct {
	*ingest.Handler
	url   string
	log   *bolt.Log
	pokes atomic.Int32
}

var clock = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func options(log ingest.Appender) ingest.Options {
	return ingest.Options{
		Log: log,
		Secrets: []messenger.Secret{
			{Value: []byte(appSecret), Except: []string{pluginPage}},
			{Value: []byte(pluginSecret), Only: []string{pluginPage}},
		},
		VerifyToken: verifyToken,
		Now:         func() time.Time { return clock },
	}
}

func newHandler(t testing.TB, o ingest.Options) *ingest.Handler {
	t.Helper()
	h, err := ingest.New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return h
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{log: newLog(t)}
	o := options(s.log)
	o.Poke = func() { s.pokes.Add(1) }
	s.Handler = newHandler(t, o)
	s.url = serve(t, s.Handler)
	return s
}

// newLog is a real log that is closed when the test ends.
func newLog(t testing.TB) *bolt.Log {
	t.Helper()
	log, err := bolt.OpenLog(filepath.Join(t.TempDir(), "log.db"), bolt.Options{})
	if err != nil {
		t.Fatalf("OpenLog: %v", err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return log
}

// serve serves h on loopback with the timeouts that strangers need.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	ingest.Timeouts(srv.Config)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

// answer is what a test wants to know of a response.
type answer struct {
	status int
	header http.Header
	body   string
}

func do(t testing.TB, req *http.Request) answer {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Errorf("%s: %v", req.Method, err)
		return answer{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("%s: read the answer: %v", req.Method, err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// post posts body with a signature header.
func post(t testing.TB, url string, body []byte, signature string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if signature != "" {
		req.Header.Set(messenger.SignatureHeader, signature)
	}
	return do(t, req)
}

func postSigned(t testing.TB, url, secret string, body []byte) answer {
	t.Helper()
	return post(t, url, body, messenger.Sign([]byte(secret), body))
}

func wantCount(t testing.TB, h *ingest.Handler, o ingest.Outcome, want uint64) {
	t.Helper()
	if got := h.Counters()[o]; got != want {
		t.Errorf("counted %d of %s, want %d", got, o, want)
	}
}
