package ingest_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/ingest"
)

// TestAnswered shows that who asked hears of every request what its sender heard, and no later.
func TestAnswered(t *testing.T) {
	t.Parallel()
	var (
		mu    sync.Mutex
		heard []ingest.Answer
		ticks atomic.Int64
	)
	o := options(newLog(t))
	o.Now = func() time.Time { return clock.Add(time.Duration(ticks.Add(1)) * time.Millisecond) }
	o.Answered = func(a ingest.Answer) {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, a)
	}
	h := newHandler(t, o)
	url := serve(t, h) + "/webhook"
	message := fixture(t, "message-text.json")
	put, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		got     answer
		outcome ingest.Outcome
	}{
		{postSigned(t, url, appSecret, message), ingest.Accepted},
		{postSigned(t, url, "another", message), ingest.BadSignature},
		{postSigned(t, url, appSecret, []byte("[]")), ingest.NotObject},
		{do(t, put), ingest.BadMethod},
		{postSigned(t, url, appSecret, []byte(`{"object":"user"}`)), ingest.ForeignObject},
	}
	mu.Lock()
	defer mu.Unlock()
	if len(heard) != len(steps) {
		t.Fatalf("heard of %d requests, want %d", len(heard), len(steps))
	}
	for i, step := range steps {
		if a := heard[i]; a.Outcome != step.outcome || a.Status != step.got.status || a.Took <= 0 || a.Took > time.Second {
			t.Errorf("heard %+v of a request that was answered %d, want %s", a, step.got.status, step.outcome)
		}
	}
	var counted uint64
	for _, n := range h.Counters() {
		counted += n
	}
	if counted != uint64(len(heard)) {
		t.Errorf("%d requests are counted, %d were told of", counted, len(heard))
	}
}

// TestNobodyAsked answers without anybody to tell.
func TestNobodyAsked(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newHandler(t, options(failing{})).ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("answered %d", w.Code)
	}
}
