package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/internal/faulty"
	"frontdesk/plugin"
	"frontdesk/store"
)

var (
	proxyRounds = flag.Int("proxy-rounds", 0, "rounds of TestFaultyProxy; 0: each trouble once")
	proxySeed   = flag.Uint64("proxy-seed", 0, "seed of TestFaultyProxy; 0: another each time")
)

// proxyFolders is how many programs, each with a data folder of its own, share the rounds.
const proxyFolders = 4

// TestFaultyProxy drives replies of every kind through a proxy that refuses and breaks connections at each moment, answers
// too late, at a limit, with an outage's HTML or half an answer, and kills the program at each of these moments to start
// it again. The platform, a real one, must never hold a second copy of a reply; and what the program shows of each must
// be what the platform holds.
func TestFaultyProxy(t *testing.T) {
	t.Parallel()
	seed := cmp.Or(*proxySeed, uint64(time.Now().UnixNano()))
	plan := proxyPlan(seed, cmp.Or(*proxyRounds, len(troubles())))
	var (
		working sync.WaitGroup
		mu      sync.Mutex
		counts  = tally{}
	)
	for folder := range proxyFolders {
		working.Go(func() {
			t.Run(fmt.Sprintf("folder %d", folder+1), func(t *testing.T) {
				w := newProxied(t)
				for i := folder; i < len(plan); i += proxyFolders {
					w.round(plan[i])
					if t.Failed() {
						t.Fatalf("%s (-proxy-seed %d -proxy-rounds %d)", plan[i], seed, len(plan))
					}
				}
				w.end()
				mu.Lock()
				defer mu.Unlock()
				for what, n := range w.counts {
					counts[what] += n
				}
			})
		})
	}
	working.Wait()
	if t.Failed() {
		return
	}
	t.Logf("%d rounds, no second copy at the platform and no wrong state: %s (-proxy-seed %d)", len(plan), counts, seed)
	if *proxyRounds == 0 {
		wanted := []string{"log: attempt", "log: result"}
		for _, m := range []faulty.Moment{faulty.Came, faulty.Read, faulty.Passed, faulty.Answered, kept} {
			wanted = append(wanted, "killed: "+string(m))
		}
		for _, kind := range replyKinds {
			wanted = append(wanted, "kind: "+kind)
		}
		for _, what := range wanted {
			if counts[what] == 0 {
				t.Errorf("no %q in all rounds; the test shows too little (-proxy-seed %d)", what, seed)
			}
		}
	}
}

// two are the replies of a round: the one in trouble, and the one that was written before anything was known of it.
type two struct {
	proxyRound
	who    plugin.Contact
	id     store.ConversationID
	first  store.Message
	second store.Message
	came   chan struct{} // the first request has come to the moment of the kill
	goOn   chan struct{} // it may go on
	both   chan struct{} // both replies are written
	before int           // requests that the proxy had seen
}

// round has one reply get into trouble and another wait behind it.
func (w *proxied) round(r proxyRound) {
	w.t.Helper()
	w.counts.add("kind: " + r.kind)
	w.handOver.Store(r.upload)
	w.questions.Store(r.asked)
	w.mute.Store(r.mute)
	x := &two{proxyRound: r, came: make(chan struct{}), goOn: make(chan struct{}), both: make(chan struct{}), before: len(w.proxy.Seen())}
	w.opens(x)
	w.arm(x)
	x.first = w.reply(x, r.kind, "first")
	x.second = w.reply(x, kindText, "second")
	close(x.both)
	w.strike(x)
	w.settled(x)
	if r.kill == "" { // an echo that is waited for may still be given up
		w.until(x, string(r.ends), func(m store.Message) bool { return m.State == r.ends })
		w.settled(x)
	}
	w.check(x, "after the trouble", r.kill == "")
	w.proxy.Plan()
	if err := w.proxy.Listen(); err != nil {
		w.t.Fatal(err)
	}
	w.decide(x)
	w.check(x, "at the end", false)
	w.mute.Store(false)
	w.receipts(x)
	if w.t.Failed() {
		w.t.Logf("%s: %s", r, w.story(x))
	}
}

// opens has somebody new write, so that there is a conversation.
func (w *proxied) opens(x *two) {
	w.t.Helper()
	var err error
	if x.who, err = w.platform.NewContact(w.t.Context(), killPage, plugin.Profile{Name: fmt.Sprintf("Customer %d", x.n)}); err != nil {
		w.t.Fatal(err)
	}
	w.says(x.who, "hello")
	x.id = store.NewConversationID(killPage, store.Contact{Kind: store.ContactPSID, ID: x.who.ID})
	if !poll(func() bool {
		_, err := w.client.Conversation(w.t.Context(), x.id)
		return err == nil
	}) {
		w.t.Fatalf("%s: the conversation never came", x)
	}
}

// arm tells the proxy what to do to the first reply, and to wait until both are written.
func (w *proxied) arm(x *two) {
	var once sync.Once
	w.proxy.At(func(m faulty.Moment, s faulty.Seen) {
		<-x.both
		if m == x.kill && s.N == x.before+1 {
			once.Do(func() { close(x.came) })
			<-x.goOn
		}
	})
	w.proxy.Plan(x.faults...)
}

func (w *proxied) reply(x *two, kind, which string) store.Message {
	w.t.Helper()
	words := fmt.Sprintf("%d %s", x.n, which)
	r := desk.Reply{Conversation: x.id, Agent: "ana", Message: message(kind, words)}
	if kind == kindFile {
		path := filepath.Join(w.t.TempDir(), words+".txt")
		if err := os.WriteFile(path, []byte(words), 0o600); err != nil {
			w.t.Fatal(err)
		}
		file, err := w.client.Attach(w.t.Context(), path)
		if err != nil {
			w.t.Fatalf("%s: attach: %v", x, err)
		}
		r.File = &file
	}
	m, err := w.client.Reply(w.t.Context(), r)
	if err != nil {
		w.t.Fatalf("%s: reply: %v", x, err)
	}
	return m
}

// strike waits for the trouble, kills the program in it and starts it again.
func (w *proxied) strike(x *two) {
	w.t.Helper()
	refused := len(x.faults) > 0 && x.faults[0].Break == faulty.Refuse
	switch x.kill {
	case "":
		if refused {
			w.until(x, "tried in vain", triedInVain)
		}
	case kept:
		w.until(x, "answered", func(m store.Message) bool {
			return triedInVain(m) || m.State != store.StateQueued && m.State != store.StateSending
		})
	default:
		select {
		case <-x.came:
		case <-time.After(patience):
			w.t.Fatalf("%s: no request came so far", x)
		}
	}
	if x.kill != "" {
		w.kill()
		w.counts.add("killed: " + string(x.kill))
		w.counts.add("log: " + w.logged(x.first.Token))
	}
	if !x.slow {
		close(x.goOn)
	}
	if x.kill != "" {
		w.start()
	}
	if x.slow {
		close(x.goOn)
	}
	if refused {
		if err := w.proxy.Listen(); err != nil {
			w.t.Fatal(err)
		}
	}
}

// triedInVain reports whether a reply waits for another try.
func triedInVain(m store.Message) bool { return m.State == store.StateQueued && m.Error != nil }

// until waits until the first reply is as wanted.
func (w *proxied) until(x *two, what string, ok func(store.Message) bool) {
	w.t.Helper()
	var last store.Message
	if !poll(func() bool {
		m, err := w.client.Message(w.t.Context(), x.id, x.first.ID)
		last = m
		return err == nil && ok(m)
	}) {
		w.t.Fatalf("%s: the first reply was never %s: it is %s, %+v", x, what, last.State, last.Error)
	}
}

// settled waits until nothing of the round moves by itself any more, and all echoes have come.
func (w *proxied) settled(x *two) {
	w.t.Helper()
	var states []store.DeliveryState
	var vain bool
	still := func() bool {
		states, vain = nil, false
		for _, reply := range []store.Message{x.first, x.second} {
			m, err := w.client.Message(w.t.Context(), x.id, reply.ID)
			if err != nil {
				return false
			}
			states, vain = append(states, m.State), vain || triedInVain(m)
		}
		if states[0].Sent() && states[1] == store.StateHeld {
			return false // it goes on by itself
		}
		return w.proxy.Idle() && !slices.Contains(states, store.StateQueued) && !slices.Contains(states, store.StateSending)
	}
	for began := time.Now(); time.Since(began) < patience; {
		if !poll(func() bool { return still() || vain && w.proxy.Refusing() }) {
			break
		}
		if w.proxy.Refusing() { // its turn has come late
			if err := w.proxy.Listen(); err != nil {
				w.t.Fatal(err)
			}
			continue
		}
		w.told()
		if still() { // else an echo has let others go on
			return
		}
	}
	w.t.Fatalf("%s: it never came to rest: %v\n%s", x, states, w.story(x))
}

// decide does what an agent does about replies that wait for one, until none does.
func (w *proxied) decide(x *two) {
	w.t.Helper()
	for range 4 {
		var open store.Message
		for _, reply := range []store.Message{x.second, x.first} {
			m, err := w.client.Message(w.t.Context(), x.id, reply.ID)
			if err != nil {
				w.t.Fatal(err)
			}
			if !m.State.Sent() && m.State != store.StateCancelled {
				open = m
			}
		}
		if open.ID == "" {
			return
		}
		verb := store.VerbSendAgain
		if x.drop {
			verb = store.VerbCancel
		}
		if _, err := w.client.Do(w.t.Context(), store.Act{Conversation: x.id, Agent: "ana", Verb: verb, Message: open.ID}); err != nil {
			w.t.Fatalf("%s: %s of a reply that is %s: %v", x, verb, open.State, err)
		}
		w.settled(x)
	}
	w.t.Errorf("%s: an agent cannot settle it", x)
}

// story is what the proxy saw of a round.
func (w *proxied) story(x *two) string {
	var b strings.Builder
	for _, s := range w.proxy.Seen()[x.before:] {
		fmt.Fprintf(&b, "request %d, %s, %d bytes: %s, came to %q, the platform answered %d\n", s.N-x.before, s.Path, len(s.Body), s.Fault, s.Moment, s.Status)
	}
	return b.String()
}
