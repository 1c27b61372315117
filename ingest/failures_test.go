package ingest_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store"
)

// failing is a log that fails in a given way.
type failing struct{ err error }

func (f failing) Append(context.Context, ...store.Record) (store.Seq, error) { return 0, f.err }

// kept is a log that takes everything.
type kept struct{}

func (kept) Append(context.Context, ...store.Record) (store.Seq, error) { return 1, nil }

func TestLogFailures(t *testing.T) {
	t.Parallel()
	body := fixture(t, "message-text.json")
	closed := newLog(t)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		log     ingest.Appender
		status  int
		outcome ingest.Outcome
	}{
		{"full", failing{fmt.Errorf("append: %w: 5 bytes wait", store.ErrFull)}, 503, ingest.LogFull},
		{"disk full", failing{fmt.Errorf("append: %w, %w: no space", store.ErrFull, store.ErrDiskFull)}, 503, ingest.DiskFull},
		{"failing", failing{errors.New("write /secret/path: input/output error")}, 500, ingest.LogFailed},
		{"closed", closed, 500, ingest.LogFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHandler(t, options(test.log))
			got := postSigned(t, serve(t, h), appSecret, body)
			if got.status != test.status || strings.Contains(got.body, "secret") {
				t.Errorf("%d %q, want %d and nothing of the error", got.status, got.body, test.status)
			}
			if retry := got.header.Get("Retry-After"); (retry != "") != (test.status == http.StatusServiceUnavailable) {
				t.Errorf("%d with Retry-After %q", got.status, retry)
			}
			wantCount(t, h, test.outcome, 1)
			wantCount(t, h, ingest.Accepted, 0)
		})
	}
}

func TestLogLinesAreFewAndHoldNoSecret(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	now := clock
	o := options(failing{errors.New("input/output error")})
	o.Now = func() time.Time { return now }
	o.Logger = slog.New(slog.NewTextHandler(&lines, nil))
	h := newHandler(t, o)
	body := fixture(t, "message-text.json")
	try := func(secret string) {
		req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		req.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(secret), body))
		h.ServeHTTP(httptest.NewRecorder(), req)
	}
	for range 100 {
		try("guessed")
		try(appSecret)
	}
	if got := strings.Count(lines.String(), "\n"); got != 2 {
		t.Errorf("%d log lines of 200 failures in a moment, want one of each kind:\n%s", got, &lines)
	}
	now = now.Add(time.Minute)
	try("guessed")
	if text := lines.String(); strings.Count(text, "\n") != 3 || !strings.Contains(text, "count=101") {
		t.Errorf("a minute later there is no line that counts:\n%s", text)
	}
	right := strings.TrimPrefix(messenger.Sign([]byte(appSecret), body), "sha256=")
	for _, secret := range []string{appSecret, right, "7412000000000101", "Harbour"} {
		if strings.Contains(lines.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*ingest.Options){
		"no log":          func(o *ingest.Options) { o.Log = nil },
		"no secret":       func(o *ingest.Options) { o.Secrets = nil },
		"an empty secret": func(o *ingest.Options) { o.Secrets[1].Value = nil },
	} {
		o := options(kept{})
		change(&o)
		if _, err := ingest.New(o); err == nil {
			t.Errorf("New with %s did not fail", name)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	var sick atomic.Bool
	url := serve(t, ingest.Health(func() error {
		if sick.Load() {
			return errors.New("the views are 12000 records behind")
		}
		return nil
	}))
	get := func(method string) answer {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		return do(t, req)
	}
	if got := get(http.MethodGet); got.status != http.StatusOK || got.body != "ok" {
		t.Errorf("%d %q, want 200 ok", got.status, got.body)
	}
	if got := get(http.MethodPost); got.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d, want 405", got.status)
	}
	sick.Store(true)
	if got := get(http.MethodGet); got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "12000 records behind") {
		t.Errorf("%d %q, want 503 with the reason", got.status, got.body)
	}
}

func TestTimeoutsAreSet(t *testing.T) {
	t.Parallel()
	var s http.Server
	ingest.Timeouts(&s)
	for name, d := range map[string]time.Duration{
		"header": s.ReadHeaderTimeout, "read": s.ReadTimeout, "write": s.WriteTimeout, "idle": s.IdleTimeout,
	} {
		if d <= 0 {
			t.Errorf("no %s timeout", name)
		}
	}
}

// lateLog keeps nothing before the server has seen its sender close the connection's sending half.
type lateLog struct {
	ingest.Appender
	closed chan (<-chan struct{})
}

func (l lateLog) Append(ctx context.Context, records ...store.Record) (store.Seq, error) {
	<-<-l.closed
	return l.Appender.Append(ctx, records...)
}

// TestHalfClosedSender is about a sender that has said all it has to say, says so, and waits for the answer.
func TestHalfClosedSender(t *testing.T) {
	t.Parallel()
	log := newLog(t)
	late := lateLog{Appender: log, closed: make(chan (<-chan struct{}), 1)}
	h := newHandler(t, options(late))
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		late.closed <- r.Context().Done()
		h.ServeHTTP(w, r)
	}))
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := fixture(t, "message-text.json")
	_, err = fmt.Fprintf(conn, "POST /webhook HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		messenger.SignatureHeader, messenger.Sign([]byte(appSecret), body), len(body), body)
	if err := errors.Join(err, conn.(*net.TCPConn).CloseWrite()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || log.Head() != 1 {
		t.Errorf("%d, and %d records kept, want 200 and 1", resp.StatusCode, log.Head())
	}
	wantCount(t, h, ingest.Accepted, 1)
}

// TestARefusedVerificationIsInTheLog wants whoever connects a Page to read why the platform's question was refused.
func TestARefusedVerificationIsInTheLog(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{"": "FRONTDESK_VERIFY_TOKEN is not set", "hunter2": "another than FRONTDESK_VERIFY_TOKEN"} {
		var lines bytes.Buffer
		o := options(failing{errors.New("nothing is kept")})
		o.VerifyToken, o.Logger = token, slog.New(slog.NewTextHandler(&lines, nil))
		w := httptest.NewRecorder()
		newHandler(t, o).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=7", nil))
		if said := lines.String(); w.Code != http.StatusForbidden || !strings.Contains(said, want) || strings.Contains(said, "wrong") || strings.Contains(said, "hunter2") {
			t.Errorf("%d, and the log says %q, want 403 and %q", w.Code, said, want)
		}
	}
}
