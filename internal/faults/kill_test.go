//go:build linux

package faults

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/internal/control"
	"frontdesk/messenger"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

const (
	killsEachBuild = 4
	killsAFolder   = 20 // then a new data folder is begun, so that the first start is tried too
	killPosters    = 64
	killAgents     = 3
)

// TestKill runs the program, lets 64 clients post signed events and agents reply over the control socket, and kills it:
// at any moment of that, of its start, or of a replay. After each kill every bolt file must be whole, every event that
// was answered with 200 there once, and the views what the log says; and the platform must have seen no reply twice.
func TestKill(t *testing.T) {
	t.Parallel()
	seed := cmp.Or(*seed, uint64(time.Now().UnixNano()))
	chance := rand.New(rand.NewPCG(seed, 1))
	wanted := cmp.Or(*rounds, killsEachBuild)
	platform := newGraph(t)
	var h *killed
	for round := range wanted {
		if round%killsAFolder == 0 {
			if h != nil {
				h.settle(t)
			}
			h = newKilled(t, platform)
		}
		h.round(t, round, chance)
		if err := h.check(t.Context()); err != nil {
			t.Fatalf("round %d (-seed %d):\n%v", round+1, seed, err)
		}
		platform.checkOnce(t, round+1)
	}
	h.settle(t)
	t.Logf("%d kills: %d events answered with 200 and all there once; %d replies taken, %d reached the platform and none twice, "+
		"%d were left for a person to judge; every file whole (-seed %d)",
		wanted, platform.events, platform.replies, len(platform.seen), platform.unknown, seed)
	if platform.events < wanted*10 || platform.replies == 0 {
		t.Error("too little happened before the kills; the test shows nothing")
	}
}

// killed is a data folder whose program is killed over and over.
type killed struct {
	dir      string
	environ  []string
	address  string
	platform *graph
	next     atomic.Int64

	mu       sync.Mutex
	answered map[int]bool
	replies  map[store.MessageID]store.ConversationID
}

func newKilled(t *testing.T, platform *graph) *killed {
	t.Helper()
	dir, err := os.MkdirTemp("", "fd") // short: a socket's path has a limit
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	address := freeAddress(t)
	return &killed{
		dir: dir, address: address, platform: platform, answered: map[int]bool{}, replies: map[store.MessageID]store.ConversationID{},
		environ: environ(dir, address, platform.server.URL),
	}
}

// data is the data folder.
func (h *killed) data() string { return filepath.Join(h.dir, "data") }

// round starts the program once and kills it.
func (h *killed) round(t *testing.T, round int, chance *rand.Rand) {
	t.Helper()
	switch (round + round/killsAFolder) % 5 { // another kind of round comes first in each folder
	case 1:
		h.killAfter(t, time.Duration(chance.IntN(150))*time.Millisecond, "serve")
	case 3:
		h.killAfter(t, time.Duration(chance.IntN(250))*time.Millisecond, "replay")
	default:
		h.killAtWork(t, 1+chance.IntN(250), 1+chance.IntN(8))
	}
}

// killAfter starts a command and kills it after a while, wherever it is by then.
func (h *killed) killAfter(t *testing.T, d time.Duration, command string) {
	t.Helper()
	cmd := exec.Command(program(t), command)
	cmd.Env = h.environ
	must(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it was killed, or had ended by itself
		close(ended)
	}()
	select {
	case <-time.After(d):
		_ = cmd.Process.Kill()
	case <-ended:
	}
	<-ended
}

// killAtWork kills a serving program after it has answered so many events and taken so many replies.
func (h *killed) killAtWork(t *testing.T, events, replies int) {
	t.Helper()
	server := startServe(t, h.environ)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var working sync.WaitGroup
	var answered, taken atomic.Int64
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: killPosters}}
	defer client.CloseIdleConnections()
	for range killPosters {
		working.Go(func() {
			for ctx.Err() == nil {
				number := int(h.next.Add(1))
				status, err := post(ctx, client, h.address, freshEvent(number))
				if err != nil {
					return // killed: what was on its way may be there or not
				}
				if status != http.StatusOK {
					t.Errorf("event %d was answered with %d", number, status)
					return
				}
				h.mu.Lock()
				h.answered[number] = true
				h.mu.Unlock()
				answered.Add(1)
			}
		})
	}
	for agent := range killAgents {
		working.Go(func() { h.answer(ctx, agent, &taken) })
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for answered.Load() < int64(events) || taken.Load() < int64(replies) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d events were answered and %d replies taken in a minute, want %d and %d", answered.Load(), taken.Load(), events, replies)
		}
	}
	must(t, server.Process.Kill())
	_ = server.Wait() // "signal: killed" is what was wanted
	working.Wait()
	h.platform.add(int(answered.Load()), 0, 0)
}

// answer replies as an agent does, until the program is gone.
func (h *killed) answer(ctx context.Context, agent int, taken *atomic.Int64) {
	client, err := control.Dial(ctx, control.Path(h.data(), ""))
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }() // the program is killed: there is nothing left to close well
	for ctx.Err() == nil {
		list, err := client.List(ctx, store.ListRequest{Limit: 20})
		if err != nil {
			return
		}
		for _, c := range list.Rows {
			m, err := client.Reply(ctx, desk.Reply{
				Conversation: c.ID, Agent: "ana", Message: messenger.OutMessage{Text: fmt.Sprintf("answer of agent %d", agent)},
			})
			if errors.Is(err, desk.ErrGone) || ctx.Err() != nil {
				return
			}
			if err != nil {
				continue // a refusal: the conversation waits for a person
			}
			h.mu.Lock()
			h.replies[m.ID] = c.ID
			h.mu.Unlock()
			taken.Add(1)
			h.platform.add(0, 1, 0)
		}
	}
}

// check looks at what a kill left.
func (h *killed) check(ctx context.Context) (err error) {
	d, err := bolt.Open(h.data(), bolt.Options{Wait: 10 * time.Second})
	if err != nil {
		return fmt.Errorf("open what is left: %w", err)
	}
	beside, err := os.MkdirTemp(h.dir, "beside")
	if err != nil {
		return errors.Join(err, d.Close())
	}
	err = errors.Join(h.checkEvents(ctx, d.Log), checkViews(ctx, d, beside))
	if d.Anew != nil {
		err = errors.Join(err, fmt.Errorf("the views were given up: %w", d.Anew))
	}
	for id, conv := range h.replies {
		if _, findErr := d.Views.Message(ctx, conv, id); findErr != nil {
			err = errors.Join(err, fmt.Errorf("reply %s was taken and is lost: %w", id, findErr))
		}
	}
	return errors.Join(err, d.Close(), checkFiles(h.data()), os.RemoveAll(beside))
}

func (h *killed) checkEvents(ctx context.Context, log store.Log) error {
	found := map[int]int{}
	err := eachRecord(ctx, log, func(r store.Record) error {
		if r.Kind == store.RecordWebhook {
			found[numberOf(r.Body)]++
		}
		return nil
	})
	for n := range h.answered {
		if found[n] == 0 {
			err = errors.Join(err, fmt.Errorf("event %d was answered with 200 and is lost", n))
		}
	}
	for n, times := range found {
		if times != 1 {
			err = errors.Join(err, fmt.Errorf("event %d is there %d times", n, times))
		}
	}
	return err
}

// found counts the events in the log.
func (h *killed) found(t *testing.T) map[int]int {
	t.Helper()
	d, err := bolt.Open(h.data(), bolt.Options{Wait: 10 * time.Second})
	must(t, err)
	defer func() { must(t, d.Close()) }()
	found := map[int]int{}
	must(t, eachRecord(t.Context(), d.Log, func(r store.Record) error {
		found[numberOf(r.Body)]++
		return nil
	}))
	return found
}

// settle lets the program run until nothing is on its way, ends it in order, and compares with what the platform saw.
func (h *killed) settle(t *testing.T) {
	t.Helper()
	server := startServe(t, h.environ)
	client, err := control.Dial(t.Context(), control.Path(h.data(), ""))
	must(t, err)
	eventually(t, "every reply is sent or waits for a person", func() bool {
		must(t, client.CaughtUp(t.Context()))
		for id, conv := range h.replies {
			m, err := client.Message(t.Context(), conv, id)
			must(t, err)
			if m.State == store.StateQueued || m.State == store.StateSending {
				return false
			}
		}
		return true
	})
	unknown := 0
	for id, conv := range h.replies {
		m, err := client.Message(t.Context(), conv, id)
		must(t, err)
		times := h.platform.times(string(m.Token))
		switch {
		case m.State.Sent() && times != 1:
			t.Errorf("reply %s counts as %s, and the platform saw it %d times", id, m.State, times)
		case m.State == store.StateHeld && times != 0:
			t.Errorf("reply %s is held, and the platform saw it %d times", id, times)
		case !m.State.Sent() && m.State != store.StateHeld && m.State != store.StateUnknown:
			t.Errorf("reply %s is %s", id, m.State)
		}
		if m.State == store.StateUnknown {
			unknown++
		}
	}
	h.platform.add(0, 0, unknown)
	must(t, client.Close())
	must(t, server.Process.Signal(os.Interrupt))
	_ = server.Wait() // its exit code says that a signal ended it
	cmd := exec.Command(program(t), "replay", "--check")
	cmd.Env = h.environ
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("replay --check: %v\n%s", err, out)
	}
}

// startServe starts the program and returns when it says that it listens.
func startServe(t *testing.T, environ []string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program(t), "serve")
	cmd.Env = environ
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // ended already, mostly
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, "listens on http://") {
		t.Fatalf("serve said %q, %v, %s; want a line that it listens", line, err, complaint.String())
	}
	return cmd
}
