//go:build linux

package faults

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/store/bolt"
)

const (
	redactPosters     = 12
	redactWithdrawals = 160                   // at most so many before a kill
	redactPause       = 60 * time.Millisecond // at most so long after them
)

// TestKillRedacting runs the program while contacts take back every second message, and kills it while it takes their
// words out of the log, or as it starts with such work left. After each kill every record must be there, once, as it was
// posted or without its words, and these only where they were taken back; every file must be whole, and the views what
// the log says. Once the sweeper has run again withdrawn words are in no record, and all else is as it was.
func TestKillRedacting(t *testing.T) {
	t.Parallel()
	seed := cmp.Or(*seed, uint64(time.Now().UnixNano()))
	chance := rand.New(rand.NewPCG(seed, 2))
	wanted := cmp.Or(*rounds, killsEachBuild)
	platform := newGraph(t)
	var (
		h     *killedTalk
		total killCount
	)
	for round := range wanted {
		if round%killsAFolder == 0 {
			if h != nil {
				h.settle(t, &total)
			}
			h = &killedTalk{killed: newKilled(t, platform), talk: talk{kept: map[said]bool{}}}
		}
		if round%4 == 2 {
			h.killAfter(t, time.Duration(chance.IntN(150))*time.Millisecond, "serve")
		} else {
			h.killTalking(t, 1+chance.IntN(redactWithdrawals), time.Duration(chance.Int64N(int64(redactPause))))
		}
		if err := h.check(t.Context(), round%2 == 1, &total); err != nil {
			t.Fatalf("round %d (-seed %d):\n%v", round+1, seed, err)
		}
	}
	h.settle(t, &total)
	t.Logf("%d kills while words were taken out: %d webhooks answered with 200 and all there once; %d records without their words, "+
		"and no other changed; %d kills left words to take out, %d came between taking out and noting it; every file whole (-seed %d)",
		wanted, total.answered, total.out, total.withTodo, total.unnoted, seed)
	if total.answered < wanted*10 || total.out == 0 || total.withTodo == 0 {
		t.Error("too little happened before the kills; the test shows nothing")
	}
}

// killCount is what was seen over all kills.
type killCount struct {
	answered, out     int
	withTodo, unnoted int // kills
}

// killedTalk is a data folder whose program is killed over and over while words are taken out.
type killedTalk struct {
	*killed
	talk talk
}

// killTalking kills a serving program a while after so many withdrawals were answered.
func (h *killedTalk) killTalking(t *testing.T, withdrawals int, pause time.Duration) {
	t.Helper()
	server := startServe(t, h.environ)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: redactPosters}}
	defer client.CloseIdleConnections()
	var (
		working   sync.WaitGroup
		withdrawn atomic.Int64
		enough    = make(chan struct{})
	)
	for range redactPosters {
		working.Go(func() {
			for h.say(ctx, t, client, func() {
				if withdrawn.Add(1) == int64(withdrawals) {
					close(enough)
				}
			}) {
			}
		})
	}
	select {
	case <-enough:
	case <-ctx.Done():
		t.Fatalf("%d withdrawals were answered in a minute, want %d", withdrawn.Load(), withdrawals)
	}
	<-time.After(pause) // the sweeper is at work; any moment of that will do
	must(t, server.Process.Kill())
	_ = server.Wait() // "signal: killed" is what was wanted
	working.Wait()
}

// say posts all webhooks of one message, and reports whether the program is still there.
func (h *killedTalk) say(ctx context.Context, t *testing.T, client *http.Client, withdrew func()) bool {
	n := int(h.next.Add(1))
	for _, part := range talkOf(n) {
		s := said{n, part}
		status, err := post(ctx, client, h.address, s.body(false))
		if err != nil {
			return false // killed: what was on its way may be there or not
		}
		if status != http.StatusOK {
			t.Errorf("%v was answered with %d", s, status)
			return false
		}
		h.mu.Lock()
		h.talk.kept[s] = true
		h.mu.Unlock()
		if part == partWithdrew {
			withdrew()
		}
	}
	return ctx.Err() == nil
}

// check looks at what a kill left, and lets the sweeper end its work or leaves that to the next start of the program.
func (h *killedTalk) check(ctx context.Context, finish bool, total *killCount) error {
	return h.open(func(d *bolt.Data, beside string) error {
		if !finish {
			f, err := h.talk.look(ctx, d.Log)
			h.talk.seen = f.records
			return errors.Join(err, checkViews(ctx, d, beside))
		}
		f, left, err := h.talk.finish(ctx, d, beside)
		h.talk.seen = f.records
		total.withTodo += min(left.todo, 1)
		total.unnoted += min(left.unnoted, 1)
		return err
	})
}

// open opens the data folder, and looks through every file afterwards.
func (h *killedTalk) open(fn func(d *bolt.Data, beside string) error) error {
	d, err := bolt.Open(h.data(), bolt.Options{Wait: 10 * time.Second})
	if err != nil {
		return fmt.Errorf("open what is left: %w", err)
	}
	beside, err := os.MkdirTemp(h.dir, "beside")
	if err != nil {
		return errors.Join(err, d.Close())
	}
	err = fn(d, beside)
	if d.Anew != nil {
		err = errors.Join(err, fmt.Errorf("the views were given up: %w", d.Anew))
	}
	return errors.Join(err, d.Close(), checkFiles(h.data()), os.RemoveAll(beside))
}

// settle lets the program itself take out what is left, and ends it in order.
func (h *killedTalk) settle(t *testing.T, total *killCount) {
	t.Helper()
	server := startServe(t, h.environ)
	must(t, server.Process.Signal(os.Interrupt))
	_ = server.Wait() // its exit code says that a signal ended it
	must(t, h.check(t.Context(), true, &killCount{}))
	cmd := exec.Command(program(t), "replay", "--check")
	cmd.Env = h.environ
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("replay --check: %v\n%s", err, out)
	}
	must(t, h.open(func(d *bolt.Data, _ string) error {
		f, err := h.talk.look(t.Context(), d.Log)
		total.answered += len(h.talk.kept)
		total.out += len(f.out)
		return err
	}))
}
