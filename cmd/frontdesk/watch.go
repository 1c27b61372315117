package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"frontdesk/desk"
	"frontdesk/ingest"
	"frontdesk/internal/config"
	"frontdesk/internal/metrics"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// watchedLog tells the metrics of each append.
type watchedLog struct {
	*bolt.Log
	metrics *metrics.Metrics
}

// Append appends to the log.
func (l watchedLog) Append(ctx context.Context, records ...store.Record) (store.Seq, error) {
	began := time.Now()
	seq, err := l.Log.Append(ctx, records...)
	l.metrics.Appended(time.Since(began), err)
	return seq, err
}

// watchedViews tells the metrics and the log file of each transaction. Like any engine's, its Apply is for one goroutine
// at a time.
type watchedViews struct {
	*bolt.Views
	metrics *metrics.Metrics
	logger  *slog.Logger
}

// Apply runs one transaction of the views.
func (v watchedViews) Apply(ctx context.Context, upTo store.Seq, change func(store.Rows) error) error {
	before, err := v.Applied(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := v.Views.Apply(ctx, upTo, change); err != nil {
		return err
	}
	took := time.Since(began)
	v.metrics.Applied(uint64(upTo-before), took)
	v.logger.Debug("views moved", logRecords, uint64(upTo-before), logTook, took)
	return nil
}

// newMetrics are the metrics of this process, with what may happen at 0.
func newMetrics() *metrics.Metrics {
	m := metrics.New(version())
	answers := map[string]int{}
	for outcome, status := range ingest.Statuses() {
		answers[string(outcome)] = status
	}
	m.Expect(answers, string(store.OutcomeSent), string(store.OutcomeFailed), string(store.OutcomeUnknown),
		string(store.OutcomeRetry), string(store.OutcomeHeld))
	return m
}

// watchedTranslate is ingest.Translate that counts events by what they are. Lines of activity are counted by their kind:
// there are few, and which of them came is what one wants to know.
func watchedTranslate(m *metrics.Metrics) store.Translate {
	return func(r store.Record) []store.Fact {
		facts := ingest.Translate(r)
		for _, f := range facts {
			switch {
			case f.Kind == store.FactActivity && f.LineKind != "":
				m.EventRead(string(f.LineKind))
			default:
				m.EventRead(string(f.Kind))
			}
			if f.Kind == store.FactUnknown {
				m.UnknownEventRead(f.Name)
			}
		}
		return facts
	}
}

// repliesLooked is how many conversations with replies that are not settled a scrape looks at.
const repliesLooked = 2000

// sources are what a scrape asks this house.
func (h *house) sources() metrics.Sources {
	return metrics.Sources{
		Standing: h.standing,
		Replies:  h.replies,
		Skipped:  h.stores.projector.Skipped,
		Deliveries: func() (d metrics.Deliveries) {
			for _, s := range h.plugin.Subscribers() {
				d.Subscribers++
				d.Queued += s.Queued
				d.GivenUp += s.GivenUp
				if s.Failures > 0 {
					d.Failing++
				}
			}
			return d
		},
		Clients: h.control.Clients,
	}
}

func (h *house) standing(ctx context.Context) (metrics.Standing, error) {
	s, err := h.desk.State(ctx)
	if err != nil {
		return metrics.Standing{}, err
	}
	standing := metrics.Standing{Records: uint64(s.Head), Age: s.Behind, Inboxes: len(s.Inboxes)}
	if s.Head > s.Applied {
		standing.Behind = uint64(s.Head - s.Applied)
	}
	for _, i := range s.Inboxes {
		if i.Alert != "" || i.Missing != "" {
			standing.Stopped++
		}
	}
	return standing, nil
}

func (h *house) replies(ctx context.Context) (map[string]int, error) {
	open, err := h.stores.Views.Outbox(ctx, repliesLooked)
	if err != nil {
		return nil, err
	}
	by := map[string]int{}
	for _, s := range []store.DeliveryState{store.StateQueued, store.StateSending, store.StateFailed, store.StateUnknown, store.StateHeld} {
		by[string(s)] = 0
	}
	for _, m := range open {
		by[string(m.State)]++
	}
	return by, nil
}

// openMetrics shows the metrics where the settings say, if they say so.
func (h *house) openMetrics(p plan) error {
	if p.settings.Metrics == "" || p.private {
		return nil
	}
	if "http://"+p.settings.Metrics == h.base {
		return withCode(exitUse, fmt.Errorf("%s is the address of the listener (%s), and strangers reach that one; give another, as in 127.0.0.1:9091",
			config.Variable(config.KeyMetrics), config.Variable(config.KeyListen)))
	}
	ln, err := listen(p.settings.Metrics, config.KeyMetrics, "127.0.0.1:9091")
	if err != nil {
		return err
	}
	h.stores.metrics.Watch(h.sources())
	h.watching = h.stores.metrics.Server(h.logger)
	h.watched = baseAddress(ln.Addr()) + "/metrics"
	h.logger.Info("metrics", logAddress, ln.Addr().String())
	h.start("metrics", func() error { return h.watching.Serve(ln) })
	return nil
}

// trouble is why what arrives is not kept or not shown.
func (h *house) trouble() desk.Trouble {
	switch {
	case h.stores.Log.Err() != nil:
		return desk.TroubleLog
	case h.stores.Log.Full() != nil:
		return desk.TroubleDiskFull
	case h.stores.projectorEnded.Load():
		return desk.TroubleViews
	}
	return ""
}

// health says why what arrives is not kept or not shown, in words for strangers; the log file knows more. A full disk is
// no such reason: who starts frontdesk again because of it gains nothing.
func (h *house) health() error {
	switch h.trouble() {
	case desk.TroubleLog:
		return errors.New("the log can no longer be written; the log file says why, and frontdesk must be started again")
	case desk.TroubleViews:
		return errors.New("the views no longer follow the log; the log file says why, and frontdesk must be started again")
	}
	return nil
}
