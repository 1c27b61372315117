package plugin

import (
	"net/http"
	"testing"
	"time"

	"frontdesk/messenger"
)

// The limit of a day is too high to be used up by calls in a test; what counts them is the same.
func TestLimitOfADay(t *testing.T) {
	t.Parallel()
	at := time.Unix(1795000000, 0)
	s := &Server{now: func() time.Time { return at }}
	page := &Page{ID: "100200300400500"}
	c := &call{node: "me", page: page, app: &app{id: "512340000000007"}}
	h := http.Header{}
	for range 10_000 {
		if err := s.countCall(c); err != nil {
			t.Fatal(err)
		}
	}
	s.tellUsage(h, c)
	if got, want := h.Get(headerPageUsage), `{"100200300400500":[{"type":"messenger","call_count":1,"total_cputime":0,"total_time":0,"estimated_time_to_regain_access":0}]}`; got != want {
		t.Errorf("a hundredth is told as %s, want %s", got, want)
	}
	for range 990_000 {
		if err := s.countCall(c); err != nil {
			t.Fatal(err)
		}
	}
	refusal, ok := s.countCall(c).(*graphError) //nolint:errorlint // it is made there
	if !ok || refusal.code != 80006 || refusal.retryAfter == 0 || refusal.httpStatus() != http.StatusBadRequest {
		t.Fatalf("the call after a million got %+v", refusal)
	}
	s.tellUsage(h, c)
	if got, want := h.Get(headerPageUsage), `{"100200300400500":[{"type":"messenger","call_count":100,"total_cputime":0,"total_time":0,"estimated_time_to_regain_access":1}]}`; got != want {
		t.Errorf("all of it is told as %s, want %s", got, want)
	}
	if err := s.countCall(&call{node: "me", page: page, app: &app{id: "700000000000001"}}); err != nil {
		t.Errorf("another app of the page: %v", err)
	}
	at = at.Add(24 * time.Hour)
	if err := s.countMessage(Contact{Page: page.ID, ID: "9"}, messenger.OutMessage{}); err != nil || s.countCall(c) != nil {
		t.Errorf("a day later: %v", err)
	}
}
