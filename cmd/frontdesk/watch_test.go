package main

import (
	"context"
	"maps"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"frontdesk/desk"
	"frontdesk/ingest"
	"frontdesk/internal/config"
	"frontdesk/internal/control"
	"frontdesk/store"
)

// scrape are the series of a house, by name with labels as they stand in the page.
func scrape(t *testing.T, h *house) (series map[string]float64, page string) {
	t.Helper()
	status, page := get(t, h.watched)
	if status != http.StatusOK {
		t.Fatalf("the metrics answered %d: %s", status, page)
	}
	series = map[string]float64{}
	for line := range strings.Lines(page) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			continue
		}
		cut := strings.LastIndexByte(line, ' ')
		v, err := strconv.ParseFloat(line[cut+1:], 64)
		if err != nil {
			t.Errorf("line %q has no number", line)
		}
		series[line[:cut]] = v
	}
	return series, page
}

// wantSeries fails unless a scrape has these values in the end: what is told after an answer may come a moment later.
func wantSeries(t *testing.T, h *house, want map[string]float64) {
	t.Helper()
	var wrong []string
	ok := poll(func() bool {
		series, _ := scrape(t, h)
		wrong = nil
		for name, v := range want {
			if got, there := series[name]; !there || got != v {
				wrong = append(wrong, name+" = "+strconv.FormatFloat(got, 'g', -1, 64)+", want "+strconv.FormatFloat(v, 'g', -1, 64))
			}
		}
		return len(wrong) == 0
	})
	if !ok {
		t.Errorf("after a while:\n%s", strings.Join(wrong, "\n"))
	}
}

func TestMetricsOfTheHouse(t *testing.T) {
	t.Parallel()
	h, s := stageHouse(t, watchedToo)
	wantSeries(t, h, map[string]float64{
		"frontdesk_log_records": 0, "frontdesk_views_behind_records": 0, "frontdesk_views_behind_seconds": 0,
		"frontdesk_log_append_duration_seconds_count": 0, "frontdesk_inboxes": 2, "frontdesk_inboxes_stopped": 0,
		`frontdesk_webhook_requests_total{outcome="log_full",status="503"}`: 0, `frontdesk_courier_results_total{outcome="failed"}`: 0,
		"frontdesk_control_clients": 0, "frontdesk_plugin_subscribers": 1, "frontdesk_plugin_queued_events": 0,
		`frontdesk_courier_replies{state="queued"}`: 0, `frontdesk_courier_replies{state="unknown"}`: 0,
	})

	h.post(t, markedSecret, pageEvent(`"message":{"mid":"m_1","text":"marked words"}`), http.StatusOK)
	h.post(t, markedSecret, pageEvent(`"message":{"mid":"m_1","text":"marked words"}`), http.StatusOK)
	h.post(t, markedSecret, pageEvent(`"postback":{"mid":"m_2","title":"marked","payload":"marked"}`), http.StatusOK)
	h.post(t, markedSecret, pageEvent(`"message_mystery":{"text":"marked"}`), http.StatusOK)
	h.post(t, "another secret", pageEvent(`"read":{"watermark":1}`), http.StatusUnauthorized)
	h.post(t, markedSecret, "[]", http.StatusBadRequest)
	h.caughtUp(t)
	// Someone else's desk, over the socket: it is counted, and so are its replies.
	client, err := control.Dial(t.Context(), socketPath(s))
	if err != nil {
		t.Fatal(err)
	}
	id := store.ConversationID(stagePage + ":" + stagePSID)
	h.says(t, client, id, "marked answer", store.StateSent)
	h.says(t, client, id, "refuse marked", store.StateFailed)
	h.says(t, client, id, "break marked", store.StateUnknown)
	h.says(t, client, id, "marked after it", store.StateHeld, store.StateSent)
	wantSeries(t, h, map[string]float64{
		`frontdesk_webhook_requests_total{outcome="accepted",status="200"}`:               4,
		`frontdesk_webhook_requests_total{outcome="bad_signature",status="401"}`:          1,
		`frontdesk_webhook_requests_total{outcome="not_object",status="400"}`:             1,
		`frontdesk_webhook_request_duration_seconds_count{outcome="accepted"}`:            4,
		`frontdesk_webhook_request_duration_seconds_bucket{outcome="accepted",le="+Inf"}`: 4,
		`frontdesk_events_total{kind="message"}`:                                          2,
		`frontdesk_events_total{kind="postback"}`:                                         1,
		`frontdesk_events_total{kind="unknown"}`:                                          1,
		`frontdesk_unknown_events_total{name="message_mystery"}`:                          1,
		`frontdesk_courier_results_total{outcome="sent"}`:                                 2,
		`frontdesk_courier_results_total{outcome="failed"}`:                               1,
		`frontdesk_courier_results_total{outcome="unknown"}`:                              1,
		`frontdesk_courier_failures_total{class="message_never"}`:                         1,
		`frontdesk_courier_failures_total{class="conversation_unclear"}`:                  1,
		`frontdesk_courier_attempts_total`:                                                4,
		`frontdesk_courier_request_duration_seconds_count`:                                4,
		`frontdesk_courier_replies{state="failed"}`:                                       1,
		`frontdesk_courier_replies{state="unknown"}`:                                      1,
		`frontdesk_views_behind_records`:                                                  0,
		`frontdesk_projector_skipped_records_total`:                                       0,
		`frontdesk_log_append_failures_total`:                                             0,
	})
	head := float64(h.stores.Log.Head())
	wantSeries(t, h, map[string]float64{
		"frontdesk_log_records": head, "frontdesk_log_append_duration_seconds_count": head, "frontdesk_projector_batch_records_sum": head,
	})
	if series, _ := scrape(t, h); series["frontdesk_control_clients"] < 1 || series["frontdesk_projector_batch_duration_seconds_sum"] <= 0 ||
		series["frontdesk_log_append_duration_seconds_sum"] <= 0 || series["frontdesk_courier_request_duration_seconds_sum"] <= 0 {
		t.Errorf("somebody uses the desk and time goes by: %v", series)
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	wantSeries(t, h, map[string]float64{"frontdesk_control_clients": 0})
	checkMetricsPage(t, h)
}

// checkMetricsPage holds a full page to the rules of names, and to the promise that it says nothing of anybody.
func checkMetricsPage(t *testing.T, h *house) {
	t.Helper()
	_, page := scrape(t, h)
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	checkGuide(t, page)
	if strings.Contains(page, mark) {
		t.Errorf("the metrics hold a text, a name or a secret:\n%s", page)
	}
	for _, labels := range regexp.MustCompile(`\{.*\}`).FindAllString(page, -1) {
		if strings.HasPrefix(labels, `{goversion=`) {
			continue
		}
		if id := regexp.MustCompile(`[0-9]{6,}`).FindString(labels); id != "" {
			t.Errorf("a label holds an id: %s", labels)
		}
	}
}

// checkGuide holds the guide to naming every family there is, and no other.
func checkGuide(t *testing.T, page string) {
	t.Helper()
	guide, err := os.ReadFile("../../docs/guide/watching.md")
	if err != nil {
		t.Fatal(err)
	}
	there, named := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (frontdesk_\w+) `).FindAllStringSubmatch(page, -1) {
		there[m[1]] = true
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `frontdesk_.*$").FindAllString(string(guide), -1) {
		for _, name := range regexp.MustCompile(`frontdesk_\w+`).FindAllString(m, -1) {
			named[name] = true
		}
	}
	for name := range there {
		if !named[name] {
			t.Errorf("the guide to watching does not name %s", name)
		}
	}
	for name := range named {
		if !there[name] {
			t.Errorf("the guide to watching names %s, which nothing shows", name)
		}
	}
	if len(there) < 20 {
		t.Errorf("there are only %d families", len(there))
	}
}

// TestGuideNamesEveryOutcome holds the guide to what the webhook may answer, and to nothing else.
func TestGuideNamesEveryOutcome(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/guide/watching.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(guide), "### What the webhook answers")
	table, _, _ = strings.Cut(table, "\n#")
	named := map[ingest.Outcome]int{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\| ([^|]*) \\|").FindAllStringSubmatch(table, -1) {
		statuses := strings.Split(row[2], ", ")
		for i, outcome := range strings.Split(row[1], ", ") {
			status, err := strconv.Atoi(statuses[min(i, len(statuses)-1)])
			if err != nil {
				t.Fatal(err)
			}
			named[ingest.Outcome(strings.Trim(outcome, "`"))] = status
		}
	}
	if want := ingest.Statuses(); !maps.Equal(named, want) {
		t.Errorf("the guide to watching says %v, and the webhook answers %v", named, want)
	}
}

// TestMetricsAreNotForStrangers looks for them on the listener.
func TestMetricsAreNotForStrangers(t *testing.T) {
	t.Parallel()
	h, _ := stageHouse(t, watchedToo)
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/cmdline", "/debug/vars"} {
		if status, body := get(t, h.base+path); status == http.StatusOK || strings.Contains(body, "goroutine") {
			t.Errorf("%s on the listener answered %d: %s", path, status, body)
		}
	}
	if status, _ := get(t, strings.TrimSuffix(h.watched, "/metrics")+"/debug/pprof/goroutine?debug=1"); status != http.StatusOK {
		t.Errorf("the profiles answered %d where they should be", status)
	}
	if status, _ := get(t, strings.TrimSuffix(h.watched, "/metrics")+"/webhook"); status != http.StatusNotFound {
		t.Errorf("the webhook answered %d where the metrics are", status)
	}
}

// TestMetricsAreOff builds a house that nobody asked for metrics.
func TestMetricsAreOff(t *testing.T) {
	t.Parallel()
	if h, _ := stageHouse(t); h.watching != nil || h.watched != "" {
		t.Errorf("the metrics are at %s, which nobody asked for", h.watched)
	}
}

// TestAddressTaken names the setting that would mend it.
func TestAddressTaken(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for setting, want := range map[string]string{
		config.KeyListen: "set FRONTDESK_LISTEN (or --listen) to a free one", config.KeyMetrics: "set FRONTDESK_METRICS to a free one",
	} {
		_, err := listen(ln.Addr().String(), setting, "127.0.0.1:8090")
		if err == nil || !strings.Contains(err.Error(), want) || exitCode(err) != exitUse {
			t.Errorf("%s: %v, want %q", setting, err, want)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(t *testing.T, h *house)
		reason  string
	}{
		"all is well": {happens: func(*testing.T, *house) {}},
		"the log is closed": {reason: "the log can no longer be written", happens: func(t *testing.T, h *house) {
			t.Helper()
			if err := h.stores.Log.Close(); err != nil {
				t.Fatal(err)
			}
		}},
		"the projector has ended": {reason: "the views no longer follow the log", happens: func(_ *testing.T, h *house) {
			h.stores.stop()
			h.stores.ended.Wait()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := stageHouse(t)
			if status, body := get(t, h.base+"/healthz"); status != http.StatusOK || body != "ok" {
				t.Fatalf("in the beginning it answers %d %q", status, body)
			}
			c.happens(t, h)
			status, body := get(t, h.base+"/healthz")
			if c.reason == "" {
				if status != http.StatusOK {
					t.Errorf("it answers %d %q", status, body)
				}
				return
			}
			if status != http.StatusServiceUnavailable || !strings.HasPrefix(body, c.reason) {
				t.Errorf("it answers %d %q, want 503 and that %s", status, body, c.reason)
			}
		})
	}
}

// TestPageTellsItsName starts with an id and ends with what the platform says.
func TestPageTellsItsName(t *testing.T) {
	t.Parallel()
	h, _ := stageHouse(t)
	var page desk.Inbox
	told := poll(func() bool {
		state, err := h.desk.State(context.WithoutCancel(t.Context()))
		if err != nil {
			return false
		}
		for _, i := range state.Inboxes {
			if i.ID == stagePage {
				page = i
			}
		}
		return page.Name == markedPage
	})
	if !told {
		t.Errorf("the page is called %q", page.Name)
	}
}
