package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// askTime is how long all sources of one scrape may take.
const askTime = 5 * time.Second

// Standing is how the log, the views and the inboxes are at a moment.
type Standing struct {
	Records uint64        // in the log
	Behind  uint64        // records that the views do not show yet
	Age     time.Duration // of the oldest of them
	Inboxes int           // with settings
	Stopped int           // of those, in which nothing can be sent now
}

// Deliveries are how the plugin's webhooks to its subscribers are at a moment.
type Deliveries struct {
	Subscribers int
	Failing     int // did not take the last event they were offered
	Queued      int // events that wait, those in flight included
	GivenUp     int // events that nobody took within 36 hours, since the start
}

// Sources are asked at each scrape; they must be quick and may be asked from several goroutines. One that is nil, or
// that fails, leaves its figures out.
type Sources struct {
	Standing func(context.Context) (Standing, error)
	// Replies are the replies that are not settled, by state.
	Replies    func(context.Context) (map[string]int, error)
	Skipped    func() uint64 // records the projector could not read, since the start
	Deliveries func() Deliveries
	Clients    func() int // that use the desk over the control socket
}

// Watch has every scrape from now on ask s. It may be called once.
func (m *Metrics) Watch(s Sources) { m.registry.MustRegister(&asking{s}) }

func described(subsystem, name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, subsystem, name), help, labels, nil)
}

var (
	descRecords     = described("log", "records", "Records in the log.")
	descBehind      = described("views", "behind_records", "Records of the log that the views do not show yet.")
	descAge         = described("views", "behind_seconds", "Age of the oldest record that the views do not show yet; 0 when they show all.")
	descInboxes     = described("", "inboxes", "Inboxes with settings.")
	descStopped     = described("", "inboxes_stopped", "Inboxes with settings in which nothing can be sent now.")
	descReplies     = described("courier", "replies", "Replies that are not settled, by state; those of the 2000 conversations that matter most.", labelState)
	descSkipped     = described("projector", "skipped_records_total", "Records of the log that could not be read and were stepped over.")
	descSubscribers = described("plugin", "subscribers", "Callbacks that are told of the plugin's events.")
	descFailing     = described("plugin", "subscribers_failing", "Callbacks that did not take the last event they were offered.")
	descQueued      = described("plugin", "queued_events", "Events of the plugin that wait for a subscriber, those in flight included.")
	descGivenUp     = described("plugin", "given_up_events", "Events of the plugin that a subscriber did not take within 36 hours, since the start.")
	descClients     = described("control", "clients", "Connections of other processes to the desk.")
)

// asking is a collector that asks its sources.
type asking struct{ Sources }

// Describe sends what every scrape may bring.
func (a *asking) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descRecords, descBehind, descAge, descInboxes, descStopped, descReplies, descSkipped, descSubscribers, descFailing,
		descQueued, descGivenUp, descClients,
	} {
		ch <- d
	}
}

// Collect asks the sources.
func (a *asking) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if a.Standing != nil {
		if s, err := a.Standing(ctx); err != nil {
			ch <- prometheus.NewInvalidMetric(descRecords, err)
		} else {
			gauge(descRecords, float64(s.Records))
			gauge(descBehind, float64(s.Behind))
			gauge(descAge, s.Age.Seconds())
			gauge(descInboxes, float64(s.Inboxes))
			gauge(descStopped, float64(s.Stopped))
		}
	}
	if a.Replies != nil {
		replies, err := a.Replies(ctx)
		if err != nil {
			ch <- prometheus.NewInvalidMetric(descReplies, err)
		}
		for state, n := range replies {
			gauge(descReplies, float64(n), state)
		}
	}
	if a.Skipped != nil {
		ch <- prometheus.MustNewConstMetric(descSkipped, prometheus.CounterValue, float64(a.Skipped()))
	}
	if a.Deliveries != nil {
		d := a.Deliveries()
		gauge(descSubscribers, float64(d.Subscribers))
		gauge(descFailing, float64(d.Failing))
		gauge(descQueued, float64(d.Queued))
		gauge(descGivenUp, float64(d.GivenUp))
	}
	if a.Clients != nil {
		gauge(descClients, float64(a.Clients()))
	}
}
