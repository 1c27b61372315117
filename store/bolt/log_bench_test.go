package bolt_test

import (
	"encoding/binary"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"frontdesk/store"
)

// rawGroup is the least that a group commit on bbolt can be: what the log is measured against.
type rawGroup struct {
	db   *bbolt.DB
	jobs chan rawJob
	seq  uint64
}

type rawJob struct {
	body []byte
	done chan error
}

func (g *rawGroup) run() {
	for job := range g.jobs {
		group := []rawJob{job}
		for more := true; more; {
			select {
			case next, ok := <-g.jobs:
				if more = ok; ok {
					group = append(group, next)
				}
			default:
				more = false
			}
		}
		err := g.db.Update(func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte("b"))
			b.FillPercent = 0.95
			for _, job := range group {
				g.seq++
				if err := b.Put(binary.BigEndian.AppendUint64(nil, g.seq), job.body); err != nil {
					return err
				}
			}
			return nil
		})
		for _, job := range group {
			job.done <- err
		}
	}
}

// BenchmarkAppend64 lets 64 writers append 500 bytes each, again and again, in turn to the log and to a bare group
// commit of the same bytes. The metric "ratio" is the log's rate by the other's, the median over the rounds.
func BenchmarkAppend64(b *testing.B) {
	const writers, each = 64, 20
	body := make([]byte, 500)
	l := openLog(b, filepath.Join(b.TempDir(), "log.db"))
	b.Cleanup(func() { _ = l.Close() }) // the figures are taken by then
	raw := &rawGroup{db: openRaw(b), jobs: make(chan rawJob, writers)}
	go raw.run()
	defer close(raw.jobs)

	round := func(write func() error) time.Duration {
		start := time.Now()
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					if err := write(); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
		return time.Since(start)
	}
	var ratios []float64
	var ours, theirs time.Duration
	for b.Loop() {
		own := round(func() error {
			_, err := l.Append(b.Context(), store.Record{Kind: store.RecordWebhook, At: 1, Body: body})
			return err
		})
		bare := round(func() error {
			job := rawJob{body: body, done: make(chan error, 1)}
			raw.jobs <- job
			return <-job.done
		})
		ours, theirs = ours+own, theirs+bare
		ratios = append(ratios, bare.Seconds()/own.Seconds())
	}
	slices.Sort(ratios)
	appended := float64(len(ratios) * writers * each)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(appended/ours.Seconds(), "appends/s")
	b.ReportMetric(appended/theirs.Seconds(), "raw-appends/s")
}

// BenchmarkAppend1 lets one writer append 500 bytes, in turn to the log and in a bare transaction. The metric "p50" is
// the log's median time by the other's.
func BenchmarkAppend1(b *testing.B) {
	body := make([]byte, 500)
	l := openLog(b, filepath.Join(b.TempDir(), "log.db"))
	b.Cleanup(func() { _ = l.Close() }) // the figures are taken by then
	db := openRaw(b)
	var ours, theirs []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := l.Append(b.Context(), store.Record{Kind: store.RecordWebhook, At: 1, Body: body}); err != nil {
			b.Fatal(err)
		}
		ours = append(ours, time.Since(began))
		began = time.Now()
		err := db.Update(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("b")).Put(binary.BigEndian.AppendUint64(nil, uint64(len(ours))), body)
		})
		if err != nil {
			b.Fatal(err)
		}
		theirs = append(theirs, time.Since(began))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	b.ReportMetric(float64(ours[len(ours)/2])/float64(theirs[len(theirs)/2]), "p50")
}

// openRaw is a bare bbolt file with a bucket.
func openRaw(b *testing.B) *bbolt.DB {
	b.Helper()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("b"))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}
