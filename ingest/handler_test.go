package ingest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store"
)

func TestVerification(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, test := range []struct {
		name, query string
		status      int
		body        string
	}{
		{"right", "hub.mode=subscribe&hub.verify_token=test-verify-token&hub.challenge=1158201444", 200, "1158201444"},
		{"a challenge that is no number", "hub.mode=subscribe&hub.verify_token=test-verify-token&hub.challenge=%3Cb%3E%26", 200, "<b>&"},
		{"wrong token", "hub.mode=subscribe&hub.verify_token=other&hub.challenge=1", 403, ""},
		{"no token", "hub.mode=subscribe&hub.challenge=1", 403, ""},
		{"other mode", "hub.mode=unsubscribe&hub.verify_token=test-verify-token&hub.challenge=1", 403, ""},
		{"no mode", "hub.verify_token=test-verify-token&hub.challenge=1", 403, ""},
		{"nothing", "", 403, ""},
		{"a long challenge", "hub.mode=subscribe&hub.verify_token=test-verify-token&hub.challenge=" + strings.Repeat("1", 257), 403, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/webhook?"+test.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := do(t, req)
			if got.status != test.status || got.body != test.body {
				t.Errorf("%d %q, want %d %q", got.status, got.body, test.status, test.body)
			}
			if ct := got.header.Get("Content-Type"); !strings.HasPrefix(ct, "text/plain") || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("content type %q, sniffing %q", ct, got.header.Get("X-Content-Type-Options"))
			}
		})
	}
}

func TestVerificationWithoutToken(t *testing.T) {
	t.Parallel()
	o := options(failing{})
	o.VerifyToken = ""
	h := newHandler(t, o)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?"+url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {""}, "hub.challenge": {"1"}}.Encode(), nil))
	if w.Code != http.StatusForbidden {
		t.Errorf("%d for an empty token when none is set, want 403", w.Code)
	}
}

func TestPost(t *testing.T) {
	t.Parallel()
	message := fixture(t, "message-text.json")
	mixed := fixture(t, "batch-3-entries-2-pages.json")
	smuggled := []byte(`{"object":"page","entry":[{"id":"109872000000202","messaging":[{"sender":{"id":"7"},` +
		`"recipient":{"id":"109872000000101"},"message":{"mid":"m_1","text":"x"}}]}]}`)
	pluginOwn := []byte(strings.ReplaceAll(string(message), "109872000000101", pluginPage))
	testAndReal := []byte(`{"object":"page","entry":[{"id":"0","changes":[]},` +
		`{"id":"109872000000101","messaging":[{"sender":{"id":"7"},"message":{"mid":"m_1","text":"x"}}]}]}`)
	for _, test := range []struct {
		name    string
		secret  string
		body    []byte
		status  int
		outcome ingest.Outcome
		kept    bool
	}{
		{"a message", appSecret, message, 200, ingest.Accepted, true},
		{"an unknown kind", appSecret, fixture(t, "unknown-event-kind.json"), 200, ingest.Accepted, true},
		{"a page without settings", appSecret, fixture(t, "page-not-served.json"), 200, ingest.Accepted, true},
		{"an empty entry", appSecret, fixture(t, "entry-empty.json"), 200, ingest.Accepted, true},
		{"the plugin's own page", pluginSecret, pluginOwn, 200, ingest.Accepted, true},
		{"a test beside a real event", appSecret, testAndReal, 200, ingest.Accepted, true},
		{"the dashboard's test", appSecret, fixture(t, "changes-dashboard-test.json"), 200, ingest.Test, false},
		{"another object", appSecret, fixture(t, "object-instagram.json"), 200, ingest.ForeignObject, false},
		{"an object without entries", appSecret, []byte(`{"hello":1}`), 200, ingest.ForeignObject, false},
		{"wrong secret", "guessed", message, 401, ingest.BadSignature, false},
		{"an array", appSecret, []byte(`[{"object":"page"}]`), 400, ingest.NotObject, false},
		{"half an object", appSecret, message[:len(message)/2], 400, ingest.NotObject, false},
		{"nothing", appSecret, nil, 400, ingest.NotObject, false},
		{"two objects", appSecret, []byte(`{"object":"page"}{}`), 400, ingest.NotObject, false},
		{"the plugin's page by the app's secret", appSecret, pluginOwn, 403, ingest.ForeignPage, false},
		{"the app's page by the plugin's secret", pluginSecret, message, 403, ingest.ForeignPage, false},
		{"one entry outside, by the app's secret", appSecret, mixed, 403, ingest.ForeignPage, false},
		{"one entry outside, by the plugin's secret", pluginSecret, mixed, 403, ingest.ForeignPage, false},
		{"another page's event in an own entry", pluginSecret, smuggled, 403, ingest.ForeignPage, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			got := postSigned(t, s.url, test.secret, test.body)
			if got.status != test.status {
				t.Errorf("%d %q, want %d", got.status, got.body, test.status)
			}
			if test.status == http.StatusOK && got.body != "EVENT_RECEIVED" {
				t.Errorf("answered %q", got.body)
			}
			wantCount(t, s.Handler, test.outcome, 1)
			records, err := s.log.Read(t.Context(), 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			if !test.kept {
				if len(records) != 0 || s.pokes.Load() != 0 {
					t.Errorf("%d records kept, %d pokes, want none", len(records), s.pokes.Load())
				}
				return
			}
			if len(records) != 1 || s.pokes.Load() != 1 {
				t.Fatalf("%d records kept, %d pokes, want one", len(records), s.pokes.Load())
			}
			r := records[0]
			if r.Kind != store.RecordWebhook || r.At != store.MillisOf(clock) || !bytes.Equal(r.Body, test.body) {
				t.Errorf("kept as kind %d at %d: %q", r.Kind, r.At, r.Body)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodHead, http.MethodPatch, http.MethodOptions} {
		req, err := http.NewRequestWithContext(t.Context(), method, s.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := do(t, req); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "GET, POST" {
			t.Errorf("%s: %d, Allow %q", method, got.status, got.header.Get("Allow"))
		}
	}
	wantCount(t, s.Handler, ingest.BadMethod, 5)
}

// Bodies as they travel, with the signatures they travel with.
func TestSignatures(t *testing.T) {
	t.Parallel()
	var signed struct {
		Secret string `json:"app_secret"`
		Files  map[string]struct {
			SHA256 string `json:"X-Hub-Signature-256"`
			SHA1   string `json:"X-Hub-Signature"`
		} `json:"files"`
		Wrong struct {
			SHA256 string `json:"X-Hub-Signature-256"`
		} `json:"wrong_way"`
	}
	raw, err := os.ReadFile(filepath.Join(fixtures, "..", "signatures.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &signed); err != nil || len(signed.Files) != 3 {
		t.Fatalf("signatures.json: %d files, %v", len(signed.Files), err)
	}
	log := newLog(t)
	o := options(log)
	o.Secrets = []messenger.Secret{{Value: []byte("rotated")}, {Value: []byte(signed.Secret)}}
	h := newHandler(t, o)
	url := serve(t, h)
	for file, sum := range signed.Files {
		body := fixture(t, filepath.Base(file))
		if got := post(t, url, body, sum.SHA256); got.status != http.StatusOK {
			t.Errorf("%s: %d, want 200", file, got.status)
		}
		for name, signature := range map[string]string{
			"missing":        "",
			"cut":            sum.SHA256[:len(sum.SHA256)-2],
			"longer":         sum.SHA256 + "00",
			"without prefix": strings.TrimPrefix(sum.SHA256, "sha256="),
			"no hex":         "sha256=" + strings.Repeat("zz", 32),
			"of SHA-1":       sum.SHA1,
			"of escapes":     signed.Wrong.SHA256,
		} {
			got := post(t, url, body, signature)
			if got.status != http.StatusUnauthorized {
				t.Errorf("%s, signature %s: %d, want 401", file, name, got.status)
			}
			if strings.Contains(got.body, strings.TrimPrefix(sum.SHA256, "sha256=")) {
				t.Errorf("%s, signature %s: the answer says what would have been right", file, name)
			}
		}
		if got := post(t, url, append(bytes.Clone(body), ' '), sum.SHA256); got.status != http.StatusUnauthorized {
			t.Errorf("%s with one byte more: %d, want 401", file, got.status)
		}
	}
	if head := log.Head(); head != 3 {
		t.Errorf("%d records kept, want 3", head)
	}
}

func TestSHA1OnlyWhereAskedFor(t *testing.T) {
	t.Parallel()
	body := fixture(t, "message-text.json")
	for accept, want := range map[bool]int{false: http.StatusUnauthorized, true: http.StatusOK} {
		o := options(kept{})
		o.AcceptSHA1 = accept
		w := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		req.Header.Set(messenger.SignatureHeaderSHA1, messenger.SignSHA1([]byte(appSecret), body))
		newHandler(t, o).ServeHTTP(w, req)
		if w.Code != want {
			t.Errorf("SHA-1 accepted %t: %d, want %d", accept, w.Code, want)
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sized := func(n int) []byte {
		body := fixture(t, "message-text.json")
		return append(body, bytes.Repeat([]byte(" "), n-len(body))...)
	}
	const limit = 1 << 20
	for _, n := range []int{4095, 4096, 4097, limit - 1, limit} {
		if got := postSigned(t, s.url, appSecret, sized(n)); got.status != http.StatusOK {
			t.Errorf("%d bytes: %d, want 200", n, got.status)
		}
	}
	for _, announced := range []bool{true, false} {
		body := sized(limit + 1)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if !announced {
			req.ContentLength = -1 // in chunks
		}
		req.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(appSecret), body))
		if got := do(t, req); got.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%d bytes, announced %t: %d, want 413", len(body), announced, got.status)
		}
	}
	chunked, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, bytes.NewReader(sized(100_000)))
	if err != nil {
		t.Fatal(err)
	}
	chunked.ContentLength = -1
	chunked.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(appSecret), sized(100_000)))
	if got := do(t, chunked); got.status != http.StatusOK {
		t.Errorf("a body in chunks: %d, want 200", got.status)
	}
	wantCount(t, s.Handler, ingest.TooLarge, 2)
	if head := s.log.Head(); head != 6 {
		t.Errorf("%d records kept, want 6", head)
	}
}

func TestHundredAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range 100 {
		wg.Go(func() {
			body := fmt.Appendf(nil, `{"object":"page","entry":[{"id":"109872000000101","messaging":[{"sender":{"id":"7"},"message":{"mid":"m_%d","text":%q}}]}]}`,
				i, strings.Repeat("x", 1000*i))
			<-start
			if got := postSigned(t, s.url, appSecret, body); got.status != http.StatusOK {
				t.Errorf("post %d: %d %q", i, got.status, got.body)
			}
		})
	}
	close(start)
	wg.Wait()
	mids := map[string]bool{}
	for after := store.Seq(0); after < s.log.Head(); {
		records, err := s.log.Read(t.Context(), after, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			after = r.Seq
			for _, f := range ingest.Translate(r) {
				mids[f.MID] = true
			}
		}
	}
	if len(mids) != 100 {
		t.Errorf("%d events kept, want 100", len(mids))
	}
}
