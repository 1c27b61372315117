package metrics_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"frontdesk/internal/metrics"
)

// told has everything told once, so that every family has a series.
func told() *metrics.Metrics {
	m := metrics.New("v1.2.3")
	m.Expect(map[string]int{"accepted": 200, "log_full": 503}, "sent", "held")
	m.WebhookAnswered("accepted", 200, 3*time.Millisecond)
	m.Appended(2*time.Millisecond, nil)
	m.Appended(time.Millisecond, errors.New("full"))
	m.Applied(12, time.Millisecond)
	m.EventRead("message")
	m.UnknownEventRead("message_mystery")
	m.AttemptBegan()
	m.AttemptEnded(80*time.Millisecond, "page_never")
	m.ReplyNoted("sent")
	m.ReplyNoted("failed")
	m.Watch(metrics.Sources{
		Standing: func(context.Context) (metrics.Standing, error) {
			return metrics.Standing{Records: 40, Behind: 3, Age: 1500 * time.Millisecond, Inboxes: 2, Stopped: 1}, nil
		},
		Replies: func(context.Context) (map[string]int, error) {
			return map[string]int{"queued": 2, "held": 0}, nil
		},
		Skipped: func() uint64 { return 4 },
		Deliveries: func() metrics.Deliveries {
			return metrics.Deliveries{Subscribers: 2, Failing: 1, Queued: 7, GivenUp: 3}
		},
		Clients: func() int { return 5 },
	})
	return m
}

func TestLint(t *testing.T) {
	t.Parallel()
	problems, err := testutil.GatherAndLint(told().Gatherer())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// scrape asks the server as Prometheus does.
func scrape(t *testing.T, m *metrics.Metrics, path string) (status int, lines []string) {
	t.Helper()
	server := httptest.NewServer(m.Server(slog.New(slog.DiscardHandler)).Handler)
	defer server.Close()
	res, err := http.Get(server.URL + path) //nolint:noctx // a test's own loopback address
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	in := bufio.NewScanner(res.Body)
	for in.Scan() {
		lines = append(lines, in.Text())
	}
	return res.StatusCode, lines
}

func TestScrape(t *testing.T) {
	t.Parallel()
	_, lines := scrape(t, told(), "/metrics")
	page := "\n" + strings.Join(lines, "\n") + "\n"
	for _, want := range []string{
		`frontdesk_webhook_requests_total{outcome="accepted",status="200"} 1`,
		`frontdesk_webhook_requests_total{outcome="log_full",status="503"} 0`,
		`frontdesk_courier_results_total{outcome="held"} 0`,
		`frontdesk_webhook_request_duration_seconds_count{outcome="accepted"} 1`,
		`frontdesk_webhook_request_duration_seconds_bucket{outcome="accepted",le="0.002"} 0`,
		`frontdesk_webhook_request_duration_seconds_bucket{outcome="accepted",le="0.005"} 1`,
		`frontdesk_log_append_duration_seconds_count 1`,
		`frontdesk_log_append_failures_total 1`,
		`frontdesk_projector_batch_records_sum 12`,
		`frontdesk_projector_batch_duration_seconds_count 1`,
		`frontdesk_projector_skipped_records_total 4`,
		`frontdesk_events_total{kind="message"} 1`,
		`frontdesk_unknown_events_total{name="message_mystery"} 1`,
		`frontdesk_courier_attempts_total 1`,
		`frontdesk_courier_request_duration_seconds_count 1`,
		`frontdesk_courier_results_total{outcome="failed"} 1`,
		`frontdesk_courier_results_total{outcome="sent"} 1`,
		`frontdesk_courier_failures_total{class="page_never"} 1`,
		`frontdesk_courier_replies{state="held"} 0`,
		`frontdesk_courier_replies{state="queued"} 2`,
		`frontdesk_log_records 40`,
		`frontdesk_views_behind_records 3`,
		`frontdesk_views_behind_seconds 1.5`,
		`frontdesk_inboxes 2`,
		`frontdesk_inboxes_stopped 1`,
		`frontdesk_plugin_subscribers 2`,
		`frontdesk_plugin_subscribers_failing 1`,
		`frontdesk_plugin_queued_events 7`,
		`frontdesk_plugin_given_up_events 3`,
		`frontdesk_control_clients 5`,
	} {
		if !strings.Contains(page, "\n"+want+"\n") {
			t.Errorf("there is no line %s", want)
		}
	}
	for _, want := range []string{`frontdesk_build_info{goversion="go`, `version="v1.2.3"} 1`, "\ngo_goroutines ", "\nprocess_start_time_seconds "} {
		if !strings.Contains(page, want) {
			t.Errorf("nothing says %s", want)
		}
	}
}

// TestNamesAreBounded has a sender make up names without end.
func TestNamesAreBounded(t *testing.T) {
	t.Parallel()
	m := metrics.New("v1")
	m.UnknownEventRead("first")
	for i := range 1000 {
		m.UnknownEventRead(fmt.Sprintf("name_%d", i))
	}
	m.UnknownEventRead("first")
	m.UnknownEventRead("late")
	_, lines := scrape(t, m, "/metrics")
	series := map[string]bool{}
	for _, l := range lines {
		if strings.HasPrefix(l, "frontdesk_unknown_events_total{") {
			series[l] = true
		}
	}
	if len(series) != 33 {
		t.Errorf("there are %d series, want 32 names and the rest", len(series))
	}
	for _, want := range []string{`frontdesk_unknown_events_total{name="first"} 2`, `frontdesk_unknown_events_total{name="other"} 970`} {
		if !series[want] {
			t.Errorf("there is no line %s among %v", want, series)
		}
	}
}

// TestHostileNames shows that no name from outside breaks the page that Prometheus reads.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ given, want string }{
		"quotes and lines":     {"a\"b\nc", `name="a\"b\nc"`},
		"no UTF-8":             {"a\xff\xfeb", `name="a?b"`},
		"cut in a rune":        {strings.Repeat("x", 63) + "é", `name="` + strings.Repeat("x", 63) + `?"`},
		"empty":                {"", `name=""`},
		"what drives a screen": {"a\x1b[2J\x00\u009b\u202eb", `name="a?[2J???b"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := metrics.New("v1")
			m.UnknownEventRead(c.given)
			_, lines := scrape(t, m, "/metrics")
			if page := strings.Join(lines, "\n"); !strings.Contains(page, "frontdesk_unknown_events_total{"+c.want+"} 1") {
				t.Errorf("there is no series with %s in\n%s", c.want, page)
			}
		})
	}
}

// TestASourceThatFails shows that it hides nothing but its own figures, and is counted.
func TestASourceThatFails(t *testing.T) {
	t.Parallel()
	m := metrics.New("v1")
	m.WebhookAnswered("accepted", 200, time.Millisecond)
	m.Watch(metrics.Sources{
		Standing: func(context.Context) (metrics.Standing, error) { return metrics.Standing{}, errors.New("closed") },
		Replies:  func(context.Context) (map[string]int, error) { return nil, errors.New("closed") },
		Clients:  func() int { return 1 },
	})
	server := httptest.NewServer(m.Server(slog.New(slog.DiscardHandler)).Handler)
	defer server.Close()
	var page string
	for range 2 { // the second says what happened to the first
		res, err := http.Get(server.URL + "/metrics") //nolint:noctx // a test's own loopback address
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("a scrape was answered %s, %v", res.Status, err)
		}
		page = string(body)
	}
	for _, want := range []string{
		`frontdesk_webhook_requests_total{outcome="accepted",status="200"} 1`, `frontdesk_control_clients 1`,
		`promhttp_metric_handler_errors_total{cause="gathering"} 1`,
	} {
		if !strings.Contains(page, want+"\n") {
			t.Errorf("there is no line %s in\n%s", want, page)
		}
	}
	if strings.Contains(page, "frontdesk_log_records") {
		t.Error("there is a figure that nobody gave")
	}
}

func TestProfilesAreThere(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine?debug=1", "/debug/pprof/cmdline"} {
		if status, lines := scrape(t, metrics.New("v1"), path); status != http.StatusOK || len(lines) == 0 {
			t.Errorf("%s was answered %d with %d lines", path, status, len(lines))
		}
	}
	if status, _ := scrape(t, metrics.New("v1"), "/"); status != http.StatusNotFound {
		t.Errorf("/ was answered %d", status)
	}
}
