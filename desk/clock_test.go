package desk_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// inBubble runs a test in a bubble of virtual time.
func inBubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, f)
}

// These are the pauses of the real desk.
var (
	realPauses = []time.Duration{time.Second, 4 * time.Second, 15 * time.Second, time.Minute}
	realLimits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute}
)

// timed is a platform that notes when it was asked.
func timed(err error, failures int) (*platform, func() []time.Duration) {
	p := &platform{}
	var mu sync.Mutex
	var at []time.Time
	p.answer = func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, time.Now())
		if n <= failures {
			return messenger.SendResponse{}, err
		}
		return took(r), nil
	}
	return p, func() []time.Duration {
		mu.Lock()
		defer mu.Unlock()
		var gaps []time.Duration
		for i := 1; i < len(at); i++ {
			gaps = append(gaps, at[i].Sub(at[i-1]).Round(time.Second))
		}
		return gaps
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err      error
		failures int
		want     []time.Duration
	}{
		"a temporary failure": {
			&messenger.APIError{HTTPStatus: 503, Code: 2}, 4,
			[]time.Duration{time.Second, 4 * time.Second, 15 * time.Second, time.Minute},
		},
		"a gateway's answer, which an echo may correct": {
			&messenger.APIError{HTTPStatus: 502}, 4,
			[]time.Duration{10 * time.Second, 10 * time.Second, 15 * time.Second, time.Minute},
		},
		"nobody there": {
			&messenger.TransportError{Err: errors.New("connection refused")}, 7,
			[]time.Duration{time.Second, 4 * time.Second, 15 * time.Second, time.Minute, time.Minute, time.Minute, time.Minute},
		},
		"a limit that says how long": {
			&messenger.APIError{HTTPStatus: 400, Code: 80006, RetryAfter: 19 * time.Minute}, 1, []time.Duration{19 * time.Minute},
		},
		"a limit that does not": {
			&messenger.APIError{HTTPStatus: 400, Code: 613}, 4,
			[]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 15 * time.Minute},
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p, gaps := timed(c.err, c.failures)
				w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits})
				defer w.close()
				w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi")
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				if got := gaps(); !slices.Equal(got, c.want) {
					t.Errorf("pauses %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestLimitPausesThePageButNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p, gaps := timed(&messenger.APIError{HTTPStatus: 400, Code: 80006, RetryAfter: 10 * time.Minute}, 1)
		v := &platform{}
		w := open(t, t.TempDir(), config{sender: p, visitors: v, pauses: realPauses, limits: realLimits})
		defer w.close()
		first := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
		time.Sleep(time.Second)
		second := w.reply(w.writes(pageID, psid(noor), "hello", 0), "two")
		third := w.reply(w.writes(siteID, store.Contact{Kind: store.ContactVisitor, ID: visitor}, "hello", 0), "three")
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := w.message(third); got.State != store.StateSent {
			t.Errorf("the plugin's visitor waits too: %s", got.State)
		}
		if n := len(p.requests()); n != 1 {
			t.Errorf("%d requests while the page must pause", n)
		}
		if got := w.message(first); got.State != store.StateQueued || got.Error == nil || got.RetryAt == 0 {
			t.Errorf("the first does not say why it waits: %+v", got)
		}
		alerts := func() []string {
			s, err := w.desk.State(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return []string{s.Inboxes[0].Alert, s.Inboxes[1].Alert}
		}
		if got := alerts(); !strings.Contains(got[0], "in 8 minutes") || got[1] != "" {
			t.Errorf("alerts %q", got)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := alerts(); got[0] != "" {
			t.Errorf("alerts %q after the pause", got)
		}
		for _, m := range []store.Message{first, second} {
			if got := w.message(m); got.State != store.StateSent {
				t.Errorf("%q is %s", m.Text, got.State)
			}
		}
		if got := gaps(); got[0] != 10*time.Minute {
			t.Errorf("pauses %v", got)
		}
	})
}

func TestPauseOutlivesARestart(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		p, gaps := timed(&messenger.APIError{HTTPStatus: 400, Code: 80006, RetryAfter: 10 * time.Minute}, 1)
		c := config{sender: p, pauses: realPauses, limits: realLimits}
		w := open(t, dir, c)
		m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
		time.Sleep(time.Minute)
		synctest.Wait()
		w.close()
		w = open(t, dir, c)
		defer w.close()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := gaps(); w.message(m).State != store.StateSent || !slices.Equal(got, []time.Duration{10 * time.Minute}) {
			t.Errorf("%s after pauses %v", w.message(m).State, got)
		}
	})
}

func TestWindowThatClosesWhileQueued(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p, _ := timed(&messenger.TransportError{Err: errors.New("connection refused")}, 1<<30)
		w := open(t, t.TempDir(), config{
			sender: p, pauses: realPauses, limits: realLimits, inbox: desk.Inbox{ID: pageID, HumanAgent: true},
		})
		defer w.close()
		id := w.writes(pageID, psid(maya), "hello", 23*time.Hour+30*time.Minute)
		m := w.reply(id, "hi")
		time.Sleep(time.Hour)
		synctest.Wait()
		got := w.message(m)
		if got.State != store.StateHeld || got.Error == nil || got.Error.Text == "" {
			t.Fatalf("it is %s, %+v", got.State, got.Error)
		}
		n := len(p.requests())
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(p.requests()) != n {
			t.Error("it was sent outside the window without anybody asking")
		}
		p.mu.Lock()
		p.answer = nil
		p.mu.Unlock()
		w.do(store.Act{Conversation: id, Verb: store.VerbSendAgain, Message: m.ID})
		time.Sleep(time.Minute) // the page's pause
		synctest.Wait()
		last := p.requests()[len(p.requests())-1]
		if w.message(m).State != store.StateSent || last.Tag != messenger.TagHumanAgent {
			t.Errorf("sent again it is %s, tag %q", w.message(m).State, last.Tag)
		}
	})
}

func TestRequestInFlightAtTheEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes time.Duration
		state store.DeliveryState // after the next start
		waits time.Duration       // for Close
	}{
		"answered in time":     {4 * time.Second, store.StateSent, 4 * time.Second},
		"not answered in time": {time.Hour, store.StateUnknown, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				dir := t.TempDir()
				p := &platform{answer: func(ctx context.Context, _ int, r messenger.SendRequest) (messenger.SendResponse, error) {
					select {
					case <-time.After(c.takes):
						return took(r), nil
					case <-ctx.Done():
						return messenger.SendResponse{}, &messenger.TransportError{Reached: true, Err: ctx.Err()}
					}
				}}
				w := open(t, dir, config{sender: p})
				m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
				synctest.Wait()
				began := time.Now()
				w.close()
				if got := time.Since(began); got != c.waits {
					t.Errorf("closing took %v, want %v", got, c.waits)
				}
				w = open(t, dir, config{sender: p})
				defer w.close()
				synctest.Wait()
				got := w.message(m)
				if got.State != c.state {
					t.Errorf("it is %s, want %s", got.State, c.state)
				}
				if got.Error != nil && !strings.Contains(got.Error.Text, "frontdesk ended") {
					t.Errorf("it does not say why: %+v", got.Error)
				}
				if n := len(p.requests()); n != 1 {
					t.Errorf("%d requests, want 1", n)
				}
			})
		})
	}
}

func TestSnoozeEndsByTheClock(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := open(t, t.TempDir(), config{})
		defer w.close()
		id := w.writes(pageID, psid(maya), "hello", 0)
		other := w.writes(pageID, psid(noor), "hello", 0)
		until := store.MillisOf(time.Now().Add(3 * time.Hour))
		w.do(store.Act{Conversation: id, Verb: store.VerbSnooze, Until: until})
		w.do(store.Act{Conversation: other, Verb: store.VerbSnooze, Until: store.MillisOf(time.Now().Add(time.Minute))})
		w.do(store.Act{Conversation: other, Verb: store.VerbReopen})
		time.Sleep(3*time.Hour - time.Second)
		synctest.Wait()
		if got := w.conversation(id); got.Status != store.StatusSnoozed {
			t.Errorf("a second too early it is %s", got.Status)
		}
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		if got := w.conversation(id); got.Status != store.StatusOpen || got.SnoozedUntil != 0 {
			t.Errorf("afterwards it is %s until %d", got.Status, got.SnoozedUntil)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if woke := records[store.Woke](w, store.RecordWoke); len(woke) != 1 || woke[0].Conversation != id || woke[0].Until != until {
			t.Errorf("woke %+v, want one", woke)
		}
	})
}

func TestSnoozeOverdueAtTheStart(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		w := open(t, dir, config{idle: true})
		id := w.writes(pageID, psid(maya), "hello", 0)
		w.do(store.Act{Conversation: id, Verb: store.VerbSnooze, Until: store.MillisOf(time.Now().Add(time.Hour))})
		w.close()
		time.Sleep(2 * time.Hour)
		for range 2 {
			w = open(t, dir, config{})
			synctest.Wait()
			if got := w.conversation(id); got.Status != store.StatusOpen {
				t.Errorf("it is %s", got.Status)
			}
			if n := len(records[store.Woke](w, store.RecordWoke)); n != 1 {
				t.Errorf("%d woke records, want 1", n)
			}
			w.close()
		}
	})
}

func TestViewsThatStayBehind(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := open(t, t.TempDir(), config{idle: true, sender: &platform{}})
		defer w.close()
		id := w.writes(pageID, psid(maya), "hello", 0)
		w.cancel() // the projector ends
		w.wg.Wait()
		w.reply(id, "hi")
		time.Sleep(3 * time.Second)
		s, err := w.desk.State(t.Context())
		if err != nil || s.Behind != 3*time.Second || s.Applied != 1 || s.Head != 2 {
			t.Errorf("state %+v, %v: want 3 s behind", s, err)
		}
		began := time.Now()
		if err := w.desk.CaughtUp(t.Context()); !errors.Is(err, desk.ErrBehind) || time.Since(began) != 10*time.Second {
			t.Errorf("%v after %v, want ErrBehind after 10 s", err, time.Since(began))
		}
	})
}
