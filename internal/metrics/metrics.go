package metrics

import (
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

const (
	namespace = "frontdesk"

	// maxNames is how many names of unknown events have a series of their own; those that come later share otherName.
	maxNames  = 32
	maxName   = 64 // bytes of a name
	otherName = "other"
)

// Labels.
const (
	labelOutcome = "outcome"
	labelStatus  = "status"
	labelKind    = "kind"
	labelName    = "name"
	labelClass   = "class"
	labelState   = "state"
)

var (
	// diskTimes go from a commit that costs nothing to a disk that is as good as gone.
	diskTimes = []float64{.0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5}
	// platformTimes go up to what the courier's client waits.
	platformTimes = []float64{.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 50, 100}
	batchSizes    = []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000}
)

// Metrics are the counters of one process.
type Metrics struct {
	registry *prometheus.Registry
	runtime  sync.Once // the collectors of process and runtime are registered

	webhooks     *prometheus.CounterVec
	webhookTime  *prometheus.HistogramVec
	appendTime   prometheus.Histogram
	appendFailed prometheus.Counter
	batchRecords prometheus.Histogram
	batchTime    prometheus.Histogram
	events       *prometheus.CounterVec
	unknown      *prometheus.CounterVec
	attempts     prometheus.Counter
	requestTime  prometheus.Histogram
	results      *prometheus.CounterVec
	failures     *prometheus.CounterVec

	mu    sync.Mutex
	names map[string]bool // of unknown events that have a series
}

// New makes metrics that nobody has told anything yet. version is what frontdesk calls itself.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		names:    map[string]bool{},

		webhooks: counters("webhook", "requests_total",
			"Requests to the webhook that were answered, by what became of them and HTTP status.", labelOutcome, labelStatus),
		webhookTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "webhook", Name: "request_duration_seconds", Buckets: diskTimes,
			Help: "Time from a webhook's head to its answer, by what became of it; accepted ones are on the disk then.",
		}, []string{labelOutcome}),
		appendTime: histogram("log", "append_duration_seconds", "Time until records were on the disk, of appends that were kept.", diskTimes),
		appendFailed: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "log", Name: "append_failures_total",
			Help: "Appends to the log of which nothing was kept.",
		}),
		batchRecords: histogram("projector", "batch_records", "Records of the log applied to the views in one transaction.", batchSizes),
		batchTime:    histogram("projector", "batch_duration_seconds", "Time of one transaction of the views.", diskTimes),
		events: counters("", "events_total",
			"Events of webhooks that were read from the log, by kind; replays count again.", labelKind),
		unknown: counters("", "unknown_events_total",
			"Events of kinds nobody knows that were read from the log, by the name of their key; names beyond the first 32 are other.", labelName),
		attempts: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "courier", Name: "attempts_total",
			Help: "Requests that were to carry a reply to the platform, those under way included.",
		}),
		requestTime: histogram("courier", "request_duration_seconds", "Time from a request that carries a reply to its answer, or to its end without one.", platformTimes),
		results: counters("courier", "results_total",
			"What the courier noted of replies: sent, failed, unknown, retry (surely not taken, again later) or held.", labelOutcome),
		failures: counters("courier", "failures_total",
			"Requests of the courier that did not lead to a sent reply, by what the failure concerns and whether it is tried again.", labelClass),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "The frontdesk that is running; always 1.",
		ConstLabels: prometheus.Labels{"version": valid(version), "goversion": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(
		build, m.webhooks, m.webhookTime, m.appendTime, m.appendFailed, m.batchRecords, m.batchTime, m.events, m.unknown,
		m.attempts, m.requestTime, m.results, m.failures,
	)
	return m
}

func counters(subsystem, name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Subsystem: subsystem, Name: name, Help: help}, labels)
}

func histogram(subsystem, name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: namespace, Subsystem: subsystem, Name: name, Help: help, Buckets: buckets,
	})
}

// Gatherer is what a scrape reads. The first call adds the figures of the process and of Go's runtime, which cost time
// that a process nobody watches need not spend.
func (m *Metrics) Gatherer() prometheus.Gatherer {
	m.runtime.Do(func() {
		m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	})
	return m.registry
}

// WebhookAnswered counts an answer of the webhook. outcome must be one of few.
func (m *Metrics) WebhookAnswered(outcome string, status int, took time.Duration) {
	m.webhooks.WithLabelValues(outcome, strconv.Itoa(status)).Inc()
	m.webhookTime.WithLabelValues(outcome).Observe(took.Seconds())
}

// Expect makes series that stand at 0 for answers and outcomes that have not come yet, so that the first of them is seen as
// a rise: HTTP statuses by outcome of the webhook, and outcomes of replies.
func (m *Metrics) Expect(webhooks map[string]int, replies ...string) {
	for outcome, status := range webhooks {
		m.webhooks.WithLabelValues(outcome, strconv.Itoa(status))
	}
	for _, outcome := range replies {
		m.results.WithLabelValues(outcome)
	}
}

// Appended counts an append to the log that took so long; err says that nothing of it was kept.
func (m *Metrics) Appended(took time.Duration, err error) {
	if err != nil {
		m.appendFailed.Inc()
		return
	}
	m.appendTime.Observe(took.Seconds())
}

// Applied counts a transaction of the views that brought them so many records further.
func (m *Metrics) Applied(records uint64, took time.Duration) {
	m.batchRecords.Observe(float64(records))
	m.batchTime.Observe(took.Seconds())
}

// EventRead counts an event of a webhook record. kind must be one of few.
func (m *Metrics) EventRead(kind string) { m.events.WithLabelValues(kind).Inc() }

// UnknownEventRead counts an event nobody knows by its name, which comes from outside.
func (m *Metrics) UnknownEventRead(name string) { m.unknown.WithLabelValues(m.bounded(name)).Inc() }

// bounded is name while there is room for one more series, else otherName.
func (m *Metrics) bounded(name string) string {
	name = valid(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.names[name] {
		if len(m.names) == maxNames {
			return otherName
		}
		m.names[name] = true
	}
	return name
}

// valid cuts a name and makes it the UTF-8 that labels must be, without what would drive the terminal of somebody who
// reads the page there.
func valid(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) || r == '\n' { // the page escapes it
			return r
		}
		return '?'
	}, strings.ToValidUTF8(name[:min(len(name), maxName)], "?"))
}

// AttemptBegan counts a request that is to carry a reply.
func (m *Metrics) AttemptBegan() { m.attempts.Inc() }

// AttemptEnded says how long such a request took until its answer, or until its end without one. class says what kind of
// failure it was, one of few; empty is none.
func (m *Metrics) AttemptEnded(took time.Duration, class string) {
	m.requestTime.Observe(took.Seconds())
	if class != "" {
		m.failures.WithLabelValues(class).Inc()
	}
}

// ReplyNoted counts what the courier noted of a reply: outcome must be one of few.
func (m *Metrics) ReplyNoted(outcome string) { m.results.WithLabelValues(outcome).Inc() }
