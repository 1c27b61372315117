package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"frontdesk/ingest"
	"frontdesk/internal/generate"
	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	clients = 64
	lone    = 200 // posts of a lone client in one turn
)

// spells are how long is posted in one turn, and how many webhooks are made for it.
type spells struct {
	short, long time.Duration // long: where the views are to come after
	few, many   int
}

func (o Options) spells() spells {
	if o.Brief {
		return spells{short: 20 * time.Millisecond, long: 50 * time.Millisecond, few: 300, many: 600}
	}
	return spells{short: 1500 * time.Millisecond, long: 5 * time.Second, few: 60_000, many: 100_000}
}

var secret = []byte("a secret for measuring only")

// posts are signed webhooks that bring new messages into conversations all over the store.
type posts struct {
	bodies     [][]byte
	signatures []string
	next       atomic.Uint64
}

// newPosts makes so many bodies before anything is measured. Each is used once: a message that comes twice is no work.
func newPosts(o generate.Options, first, n int) *posts {
	p := &posts{}
	at := store.MillisOf(time.Now())
	for i := range n {
		body := o.Incoming((first+i)*7919%o.Conversations, uint64(first+i), at)
		p.bodies = append(p.bodies, body)
		p.signatures = append(p.signatures, messenger.Sign(secret, body))
	}
	return p
}

func (p *posts) take() (body []byte, signature string, ok bool) {
	i := p.next.Add(1) - 1
	if i >= uint64(len(p.bodies)) {
		return nil, "", false
	}
	return p.bodies[i], p.signatures[i], true
}

// rate is how often 64 clients do something in a second; each stops when there is no more, or the time is over.
func rate(spell time.Duration, do func() (more bool, err error)) (float64, error) {
	var (
		wg     sync.WaitGroup
		done   atomic.Int64
		mu     sync.Mutex
		failed error
	)
	began := time.Now()
	for range clients {
		wg.Go(func() {
			for time.Since(began) < spell {
				more, err := do()
				if err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
				if err != nil || !more {
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), failed
}

// answer is a http.ResponseWriter that keeps the status alone.
type answer struct {
	header http.Header
	status int
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return len(b), nil }

// post hands a webhook to a handler, without a connection.
func post(ctx context.Context, h http.Handler, body []byte, signature string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/webhook", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set(messenger.SignatureHeader, signature)
	a := answer{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(&a, r)
	if a.status != http.StatusOK {
		return fmt.Errorf("a webhook was answered with %d", a.status)
	}
	return nil
}

func (d *desk) handler() (http.Handler, error) {
	return ingest.New(ingest.Options{
		Log: d.Log, Secrets: []messenger.Secret{{Value: secret}}, Poke: d.projector.Poke,
	})
}

// checkOnly is a handler that reads, checks the signature, decodes and answers. It keeps nothing.
func checkOnly() (http.Handler, error) {
	verifier, err := messenger.NewVerifier(messenger.Secret{Value: secret})
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			_, err = verifier.Verify(body, r.Header)
		}
		if err == nil {
			_, err = messenger.ParseEnvelope(body)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	}), nil
}

// nothing answers, and that is all.
func nothing(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that the connection can be used again
}

// rawGroup is the least that a group commit on bbolt can be: one goroutine that commits whatever is queued.
type rawGroup struct {
	db   *bbolt.DB
	jobs chan rawJob
	seq  uint64
}

type rawJob struct {
	body []byte
	done chan error
}

var rawBucket = []byte("rows")

func openRaw(path string) (*rawGroup, error) {
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(rawBucket)
		return err
	})
	g := &rawGroup{db: db, jobs: make(chan rawJob, clients)}
	go g.run()
	return g, err
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
			for _, job := range group {
				if err := g.put(tx, job.body); err != nil {
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

func (g *rawGroup) put(tx *bbolt.Tx, body []byte) error {
	g.seq++
	b := tx.Bucket(rawBucket)
	b.FillPercent = 0.95
	return b.Put(binary.BigEndian.AppendUint64(nil, g.seq), body)
}

func (g *rawGroup) append(body []byte) error {
	job := rawJob{body: body, done: make(chan error, 1)}
	g.jobs <- job
	return <-job.done
}

func (g *rawGroup) close() error {
	close(g.jobs)
	return g.db.Close()
}

// ingest measures how fast webhooks are taken. It writes into the store, so it comes after what reads.
func (s *session) ingest(ctx context.Context) (err error) {
	d, err := openDesk(ctx, s.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	d.run(ctx)
	path := filepath.Join(s.folder, "raw.db")
	raw, err := openRaw(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, raw.close(), os.Remove(path)) }()
	handler, err := d.handler()
	if err != nil {
		return err
	}
	i := &intake{session: s, desk: d, raw: raw, handler: handler, options: generate.Options{Conversations: s.Size, Seed: s.Seed}}
	for _, part := range []func(context.Context) error{i.alone, i.acknowledged, i.overHTTP, i.projected} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

type intake struct {
	*session
	desk    *desk
	raw     *rawGroup
	handler http.Handler
	options generate.Options
	used    int // bodies that were made
}

// supply makes bodies that were not posted before.
func (i *intake) supply(n int) *posts {
	// Numbers of earlier runs on a store that was kept are passed over by the clock.
	if i.used == 0 {
		i.used = int(time.Now().Unix()%1_000_000) * 1000
	}
	p := newPosts(i.options, i.used, n)
	i.used += n
	return p
}

// quiet waits until the views have come to the log's head.
func (i *intake) quiet(ctx context.Context) error { return i.desk.projector.CatchUp(ctx) }

func (i *intake) acknowledged(ctx context.Context) error {
	p, err := inTurns(i.Runs, func() (float64, error) {
		if err := i.quiet(ctx); err != nil {
			return 0, err
		}
		bodies := i.supply(i.spells().few)
		return rate(i.spells().short, func() (bool, error) {
			body, signature, ok := bodies.take()
			if !ok {
				return false, nil
			}
			return true, post(ctx, i.handler, body, signature)
		})
	}, func() (float64, error) {
		if err := i.quiet(ctx); err != nil {
			return 0, err
		}
		bodies := i.supply(i.spells().few)
		return rate(i.spells().short, func() (bool, error) {
			body, _, ok := bodies.take()
			if !ok {
				return false, nil
			}
			return true, i.raw.append(body)
		})
	})
	if err != nil {
		return err
	}
	i.ingested.acknowledged = p.ours
	i.add(figure{
		what: "ingest acknowledged, 64 clients / raw group commit", goal: "≥ 0.45", value: p.ratio, limit: 0.45, least: true,
		note: fmt.Sprintf("%.0f a second against %.0f, while the views follow", p.ours, p.peer),
	})
	return i.quiet(ctx)
}

// projected measures how fast views follow: from the first post until they know all of them.
func (i *intake) projected(ctx context.Context) error {
	var rates []float64
	for range i.Runs {
		if err := i.quiet(ctx); err != nil {
			return err
		}
		bodies, before, began := i.supply(i.spells().many), i.desk.Log.Head(), time.Now()
		_, err := rate(i.spells().long, func() (bool, error) {
			body, signature, ok := bodies.take()
			if !ok {
				return false, nil
			}
			return true, post(ctx, i.handler, body, signature)
		})
		if err != nil {
			return err
		}
		if err := i.quiet(ctx); err != nil {
			return err
		}
		rates = append(rates, float64(i.desk.Log.Head()-before)/time.Since(began).Seconds())
	}
	i.ingested.projected = median(rates)
	i.say("      ingest projected, sustained: %.0f a second until the views know all of them", i.ingested.projected)
	return nil
}

// alone measures one client, beside one bare transaction for the same bytes, and beside a store of a thousand.
func (i *intake) alone(ctx context.Context) error {
	times := func(d *desk, h http.Handler, o generate.Options) func() (float64, error) {
		return func() (float64, error) {
			if err := d.projector.CatchUp(ctx); err != nil {
				return 0, err
			}
			bodies := i.supply(lone)
			if o.Conversations != i.options.Conversations {
				bodies = newPosts(o, i.used, lone)
			}
			return timeOf(lone, func() error {
				body, signature, _ := bodies.take()
				return post(ctx, h, body, signature)
			})
		}
	}
	p, err := inTurns(i.Runs, times(i.desk, i.handler, i.options), func() (float64, error) {
		if err := i.quiet(ctx); err != nil {
			return 0, err
		}
		bodies := i.supply(lone)
		return timeOf(lone, func() error {
			body, _, _ := bodies.take()
			return i.raw.db.Update(func(tx *bbolt.Tx) error { return i.raw.put(tx, body) })
		})
	})
	if err != nil {
		return err
	}
	i.add(figure{
		what: "acknowledgement, one client, p50 / one bbolt Update", goal: "≤ 1.3", value: p.ratio, limit: 1.3,
		note: fmt.Sprintf("%s against %s, while the views follow", micros(p.ours), micros(p.peer)),
	})
	if i.Size <= 1000 {
		return nil
	}
	return i.withSmaller(ctx, 1000, func(small *desk) error {
		small.run(ctx)
		h, err := small.handler()
		if err != nil {
			return err
		}
		p, err := inTurns(i.Runs, times(i.desk, i.handler, i.options), times(small, h, generate.Options{Conversations: 1000, Seed: i.Seed}))
		if err != nil {
			return err
		}
		i.add(figure{
			what: "acknowledgement here / with a thousand conversations", goal: "≤ 1.25", value: p.ratio, limit: 1.25,
			note: fmt.Sprintf("%s against %s", micros(p.ours), micros(p.peer)),
		})
		return nil
	})
}

// overHTTP measures 64 connections on the loopback interface.
func (i *intake) overHTTP(ctx context.Context) error {
	check, err := checkOnly()
	if err != nil {
		return err
	}
	through := func(h http.Handler) (func() (float64, error), func() error, error) {
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, err
		}
		server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
		go func() { _ = server.Serve(ln) }() // ends with Close
		transport := &http.Transport{MaxIdleConnsPerHost: clients}
		client := &http.Client{Transport: transport}
		url := "http://" + ln.Addr().String() + "/webhook"
		run := func() (float64, error) {
			if err := i.quiet(ctx); err != nil {
				return 0, err
			}
			bodies := i.supply(i.spells().few)
			return rate(i.spells().short, func() (bool, error) {
				body, signature, ok := bodies.take()
				if !ok {
					return false, nil
				}
				return true, send(ctx, client, url, body, signature)
			})
		}
		return run, func() error {
			transport.CloseIdleConnections()
			return server.Close()
		}, nil
	}
	ours, endOurs, err := through(i.handler)
	if err != nil {
		return err
	}
	checks, endCheck, err := through(check)
	if err != nil {
		return err
	}
	noop, endNoop, err := through(http.HandlerFunc(nothing))
	if err != nil {
		return err
	}
	p, err := inTurns(i.Runs, ours, checks)
	if err != nil {
		return err
	}
	q, err := inTurns(i.Runs, ours, noop)
	if err != nil {
		return err
	}
	i.add(figure{
		what: "ingest over HTTP, 64 connections / HMAC and decode only", goal: "≥ 0.45", value: p.ratio, limit: 0.45, least: true,
		note: fmt.Sprintf("%.0f a second against %.0f", p.ours, p.peer),
	})
	i.add(figure{
		what: "ingest over HTTP, 64 connections / a handler that does nothing", goal: "≥ 0.18", value: q.ratio, limit: 0.18, least: true,
		note: fmt.Sprintf("%.0f a second against %.0f", q.ours, q.peer),
	})
	return errors.Join(endOurs(), endCheck(), endNoop())
}

func send(ctx context.Context, client *http.Client, url string, body []byte, signature string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set(messenger.SignatureHeader, signature)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("a webhook was answered with %s", resp.Status)
	}
	return nil
}
