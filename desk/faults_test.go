package desk_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// fullLog is a log that can't take records of one kind for some time.
type fullLog struct {
	store.Log
	kind store.RecordKind

	mu    sync.Mutex
	times int   // it still refuses
	err   error // what it says; nil: store.ErrFull
}

func (l *fullLog) Append(ctx context.Context, records ...store.Record) (store.Seq, error) {
	l.mu.Lock()
	refuse := l.times > 0 && slices.ContainsFunc(records, func(r store.Record) bool { return r.Kind == l.kind })
	if refuse {
		l.times--
	}
	l.mu.Unlock()
	if refuse {
		return 0, cmp.Or(l.err, store.ErrFull)
	}
	return l.Log.Append(ctx, records...)
}

func TestFullLog(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]store.RecordKind{"attempts": store.RecordAttempt, "results": store.RecordResult} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p := &platform{}
				full := &fullLog{kind: kind, times: 100}
				w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, adjust: func(o *desk.Options) {
					full.Log, o.Log = o.Log, full
				}})
				defer w.close()
				m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi")
				time.Sleep(5 * time.Second)
				synctest.Wait()
				want := 1
				if kind == store.RecordAttempt {
					want = 0 // no attempt in the log, no request
				}
				if n := len(p.requests()); n != want {
					t.Errorf("%d requests while the log is full, want %d", n, want)
				}
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				if got := w.message(m); got.State != store.StateSent {
					t.Errorf("it is %s", got.State)
				}
				if n := len(p.requests()); n != 1 {
					t.Errorf("%d requests, want 1", n)
				}
			})
		})
	}
}

// TestResultThatCannotBeKept leaves the reply as it is, being sent, until the next start or its echo.
func TestResultThatCannotBeKept(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		p := &platform{}
		broken := &fullLog{kind: store.RecordResult, times: 1 << 30, err: errors.New("the disk is broken")}
		w := open(t, dir, config{sender: p, pauses: realPauses, adjust: func(o *desk.Options) { broken.Log, o.Log = o.Log, broken }})
		id := w.writes(pageID, psid(maya), "hello", 0)
		m := w.reply(id, "one")
		time.Sleep(time.Minute)
		behind := w.reply(id, "two")
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(p.requests()); n != 1 || w.message(m).State != store.StateSending {
			t.Errorf("%d requests, and it is %s", n, w.message(m).State)
		}
		w.close()
		w = open(t, dir, config{sender: p})
		defer w.close()
		synctest.Wait()
		if got := w.message(m); got.State != store.StateUnknown {
			t.Errorf("after another start it is %s", got.State)
		}
		w.echoes(m, "m_1")
		synctest.Wait()
		if w.message(m).State != store.StateSent || w.message(behind).State != store.StateSent {
			t.Errorf("after its echo: %s, the one behind %s", w.message(m).State, w.message(behind).State)
		}
		if n := len(p.requests()); n != 2 {
			t.Errorf("%d requests, want one for each", n)
		}
	})
}

func TestSenderThatPanics(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &platform{answer: func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
			if n == 1 {
				panic("a fault")
			}
			return took(r), nil
		}}
		w := open(t, t.TempDir(), config{sender: p, pauses: realPauses})
		defer w.close()
		m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
		synctest.Wait()
		other := w.reply(w.writes(pageID, psid(noor), "hello", 0), "two")
		time.Sleep(time.Hour)
		synctest.Wait()
		if w.message(m).State != store.StateSending || w.message(other).State != store.StateSent || len(p.requests()) != 2 {
			t.Errorf("%s, %s after %d requests", w.message(m).State, w.message(other).State, len(p.requests()))
		}
	})
}

// TestReplyWhoseRecordIsGone is never sent, and says so.
func TestReplyWhoseRecordIsGone(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &platform{}
		w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, adjust: func(o *desk.Options) { o.Log = forgetful{o.Log} }})
		defer w.close()
		m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi")
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := w.message(m); got.State != store.StateHeld || got.Error == nil || got.Error.Retry || len(p.requests()) != 0 {
			t.Errorf("it is %s, %+v, after %d requests", got.State, got.Error, len(p.requests()))
		}
	})
}

// forgetful is a log whose replies have lost their words.
type forgetful struct{ store.Log }

func (l forgetful) Read(ctx context.Context, after store.Seq, n int) ([]store.Record, error) {
	records, err := l.Log.Read(ctx, after, n)
	for i := range records {
		if records[i].Kind == store.RecordReply {
			records[i].Body = []byte("{}")
		}
	}
	return records, err
}

// TestEchoOfWhatWasNotTaken has the platform take a message and say that it did not.
func TestEchoOfWhatWasNotTaken(t *testing.T) {
	t.Parallel()
	var w *world
	var m store.Message
	known := make(chan struct{})
	p := &platform{}
	p.answer = func(context.Context, int, messenger.SendRequest) (messenger.SendResponse, error) {
		<-known
		r := store.Record{Kind: store.RecordWebhook, At: store.MillisOf(time.Now())}
		var err error
		r.Body, err = json.Marshal([]store.Fact{{
			Kind: store.FactEcho, Inbox: pageID, Contact: psid(maya), At: m.At, ID: "m_1", MID: "m_1",
			Key: store.KeyOf(store.FactEcho, "m_1"), LineKind: store.KindText, Metadata: string(m.Token),
		}})
		if err == nil {
			_, err = w.log.Append(context.Background(), r)
		}
		if err != nil {
			t.Error(err)
		}
		return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 503, Code: 2}
	}
	w = open(t, t.TempDir(), config{sender: p})
	m = w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi")
	close(known)
	w.untilState(m, store.StateSent)
	// Another reply goes through the same worker afterwards, so nothing is left that could send the first again.
	p.mu.Lock()
	p.answer = nil
	p.mu.Unlock()
	w.untilState(w.reply(m.Conversation, "more"), store.StateSent)
	if got := p.texts(); !slices.Equal(got, []string{"hi", "more"}) {
		t.Errorf("the platform got %v", got)
	}
}

// fickle is a platform that fails in every way there is, and knows what it took.
type fickle struct {
	mu    sync.Mutex
	rand  *rand.Rand
	seen  map[string]string // by token: what the last request for it came to
	order map[string][]string
	fault []string
}

const (
	cameTaken   = "taken"
	cameUnclear = "unclear"
	cameFailed  = "failed"
	cameAgain   = "again"
)

func (f *fickle) Send(ctx context.Context, _ string, r messenger.SendRequest) (messenger.SendResponse, error) {
	f.mu.Lock()
	token := r.Message.Metadata
	if last := f.seen[token]; last == cameTaken || last == cameUnclear || last == cameFailed {
		f.fault = append(f.fault, fmt.Sprintf("%q was sent again though the last request was %s", r.Message.Text, last))
	}
	dice, takes := f.rand.IntN(100), time.Duration(f.rand.IntN(8000))*time.Millisecond
	outcome, err := cameTaken, error(nil)
	switch {
	case dice < 15:
		outcome, err = cameAgain, &messenger.APIError{HTTPStatus: 503, Code: 2}
	case dice < 25:
		outcome, err = cameAgain, &messenger.TransportError{Err: context.DeadlineExceeded}
	case dice < 30:
		outcome, err = cameAgain, &messenger.APIError{HTTPStatus: 400, Code: 613}
	case dice < 35:
		outcome, err = cameUnclear, &messenger.TransportError{Reached: true, Err: context.DeadlineExceeded}
	case dice < 40:
		outcome, err = cameFailed, &messenger.APIError{HTTPStatus: 400, Code: 551}
	}
	f.seen[token] = outcome
	if outcome == cameTaken || outcome == cameUnclear {
		f.order[r.Recipient.ID] = append(f.order[r.Recipient.ID], r.Message.Text)
	}
	f.mu.Unlock()
	select {
	case <-time.After(takes):
	case <-ctx.Done(): // cut off: nobody knows
		f.mu.Lock()
		f.seen[token] = cameUnclear
		f.mu.Unlock()
		return messenger.SendResponse{}, &messenger.TransportError{Reached: true, Err: ctx.Err()}
	}
	if err != nil {
		return messenger.SendResponse{}, err
	}
	return took(r), nil
}

// TestNothingIsSentTwice runs random histories of replies, failures and restarts: without an agent's word no reply is
// sent again that may have been taken, and those of one conversation arrive in the order of writing.
func TestNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 1))
				f := &fickle{rand: rand.New(rand.NewPCG(seed, 2)), seen: map[string]string{}, order: map[string][]string{}}
				c := config{sender: f, pauses: realPauses, limits: realLimits}
				dir := t.TempDir()
				w := open(t, dir, c)
				defer func() { w.close() }()
				var all []store.Message
				people := []string{maya, noor, "7100000000000003", "7100000000000004"}
				for _, p := range people {
					w.writes(pageID, psid(p), "hello", 0)
				}
				for i := range 60 {
					all = append(all, w.reply(conv(pageID, psid(people[random.IntN(len(people))])), fmt.Sprintf("%03d", i)))
					time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond)
					if random.IntN(15) == 0 {
						w.close()
						w = open(t, dir, c)
						synctest.Wait()
					}
				}
				time.Sleep(3 * time.Hour)
				synctest.Wait()
				for _, fault := range f.fault {
					t.Error(fault)
				}
				for who, texts := range f.order {
					if !slices.IsSorted(texts) {
						t.Errorf("%s got %v", who, texts)
					}
				}
				for _, m := range all {
					switch got := w.message(m); got.State {
					case store.StateSent, store.StateFailed, store.StateUnknown:
					case store.StateHeld:
						if got.HeldBy == "" {
							t.Errorf("%s is held by nothing: %+v", m.Text, got.Error)
						}
					default:
						t.Errorf("%s is still %s after hours: %+v", m.Text, got.State, got.Error)
					}
				}
			})
		})
	}
}
