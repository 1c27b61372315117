//go:build linux

package faults

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

const (
	redactCutsEachBuild = 40
	redactWorkers       = 4
	redactTalks         = 40 // messages in a day
	redactCalls         = 12 // a change of the log takes fewer calls to the disk
)

// TestPowerCutRedacting records what the log asks of the disk while words are taken out of it, and cuts the power there:
// mostly between the calls by which one record becomes another. Words that were said to be out stay out, nothing else is
// lost or changed, and the sweeper ends its work on what is left.
func TestPowerCutRedacting(t *testing.T) {
	t.Parallel()
	var left half
	c := cutting{job: jobRedact}
	c.aim = func(r *recorded, round int, chance *rand.Rand) int {
		var out []int // ops before which words were said to be out
		for i, o := range r.ops {
			if o.kind == opPromise && bytes.HasPrefix(o.data, []byte("redacted ")) {
				out = append(out, i)
			}
		}
		if len(out) == 0 {
			t.Fatal("no words were taken out of the log while it was recorded")
		}
		if round%4 == 0 {
			return r.before + 1 + chance.IntN(len(r.ops)-r.before)
		}
		return max(r.before+1, out[chance.IntN(len(out))]+1-chance.IntN(redactCalls))
	}
	var withTodo, unnoted int
	c.check = func(p promises, ctx context.Context, dir, beside string) (err error) {
		left, err = p.checkTalk(ctx, dir, beside)
		withTodo += min(left.todo, 1)
		unnoted += min(left.unnoted, 1)
		return err
	}
	c.rounds(t, cmp.Or(*rounds, redactCutsEachBuild), 3)
	t.Logf("%d power cuts while words were taken out, %d of them lost, doubled or changed something, brought words back or left a "+
		"damaged file; %d left words to take out, %d came between taking out and noting it; %d promises were looked up (-seed %d)",
		c.cuts, c.failed, withTodo, unnoted, c.lookedUp, c.seed)
	if withTodo == 0 || unnoted == 0 {
		t.Error("no cut came while words were taken out; the test shows nothing")
	}
}

// redactingDay opens everything, lets a talk be told and half of it be taken back, and closes it. Every second day it
// does not wait for the sweeper.
func (w *worker) redactingDay(day int) error {
	d, err := bolt.Open(w.dir, bolt.Options{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	feed := store.NewFeed(0)
	projector := store.NewProjector(d.Log, d.Views, ingest.Translate, feed, nil)
	handler, err := ingest.New(ingest.Options{Log: d.Log, Secrets: []messenger.Secret{{Value: []byte(appSecret)}}, Poke: projector.Poke})
	if err != nil {
		cancel()
		return errors.Join(err, d.Close())
	}
	log := redactingLog{PokedLog: store.PokedLog{Log: d.Log, Projector: projector}, worker: w}
	sweeper := store.NewSweeper(log, d.Views, feed, ingest.Redact, nil)
	var running, working sync.WaitGroup
	running.Go(func() { w.keep(projector.Run(ctx), "projected") })
	for range 2 { // one finds out what the other is taking out: both must wait for the disk
		running.Go(func() { w.keep(sweeper.Run(ctx), "projected") })
	}
	var next atomic.Int64
	for range redactWorkers {
		working.Go(func() {
			for n := int(next.Add(1)); n <= redactTalks; n = int(next.Add(1)) {
				number := day*redactTalks + n
				for _, part := range talkOf(number) {
					w.keep(w.postBody(handler, said{number, part}.body(false)), "said %d %s", number, part)
				}
			}
		})
	}
	working.Wait()
	if day%2 == 0 {
		err = errors.Join(projector.CatchUp(ctx), sweeper.Sweep(ctx))
	}
	cancel()
	running.Wait()
	return errors.Join(append(w.failed, err, d.Close())...)
}

// redactingLog promises that words are out as soon as the log says so.
type redactingLog struct {
	store.PokedLog
	worker *worker
}

func (l redactingLog) Redact(ctx context.Context, seq store.Seq, change func(body []byte) []byte) error {
	err := l.PokedLog.Redact(ctx, seq, change)
	if err == nil {
		l.worker.keep(nil, "redacted %d", seq)
	}
	return err
}

// checkTalk opens what a power cut left of a talk, looks for everything promised, and lets the sweeper end its work.
func (p promises) checkTalk(ctx context.Context, dir, beside string) (left half, err error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && p.number() == 0 {
		return half{}, nil // the folder itself has gone, before anything was promised
	}
	d, err := bolt.Open(dir, bolt.Options{})
	if err != nil {
		return half{}, fmt.Errorf("open what is left: %w", err)
	}
	_, left, err = p.talk.finish(ctx, d, beside)
	if d.Anew != nil {
		err = errors.Join(err, fmt.Errorf("the views were given up: %w", d.Anew))
	}
	return left, errors.Join(err, d.Close(), checkFiles(dir))
}
