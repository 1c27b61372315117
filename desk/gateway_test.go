package desk_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// TestEndWhileAnEchoIsWaitedFor ends the desk between an answer that allows another try and that try. What a gateway
// answered may have been passed on, and its echo may have come while nobody listened: the platform is asked for it, and for
// nothing else.
func TestEndWhileAnEchoIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		asks int
		mute bool // the platform does not tell
		ends store.DeliveryState
	}{
		"a gateway's answer":             {err: &messenger.APIError{HTTPStatus: 502}, asks: 1, ends: store.StateSent},
		"a gateway's, and nobody's word": {err: &messenger.APIError{HTTPStatus: 502}, asks: 1, mute: true, ends: store.StateUnknown},
		"the platform's own":             {err: &messenger.APIError{HTTPStatus: 503, Code: 2}, ends: store.StateSent},
		"a limit on the way":             {err: &messenger.APIError{HTTPStatus: 429}, ends: store.StateSent},
		"a limit":                        {err: &messenger.APIError{HTTPStatus: 400, Code: 613}, ends: store.StateSent},
		"nobody could be reached":        {err: &messenger.TransportError{Err: errors.New("refused")}, ends: store.StateSent},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				dir := t.TempDir()
				p := &platform{answer: func(context.Context, int, messenger.SendRequest) (messenger.SendResponse, error) {
					return messenger.SendResponse{}, c.err
				}}
				w := open(t, dir, config{sender: p, pauses: realPauses, limits: realLimits})
				m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
				synctest.Wait()
				if got := w.message(m); got.State != store.StateQueued || got.RetryAt == 0 || len(p.requests()) != 1 {
					t.Fatalf("before the end it is %s after %d requests", got.State, len(p.requests()))
				}
				w.close()
				time.Sleep(time.Hour) // long after it was to be tried again

				after := &platform{talk: func(int) (messenger.Talk, error) { return messenger.Talk{Known: !c.mute}, nil }}
				w = open(t, dir, config{sender: after, pauses: realPauses, limits: realLimits})
				defer w.close()
				time.Sleep(time.Hour)
				synctest.Wait()
				got := w.message(m)
				if got.State != c.ends || after.questions() != c.asks {
					t.Fatalf("after the start and %d questions it is %s, %+v, want %s", after.questions(), got.State, got.Error, c.ends)
				}
				if c.ends == store.StateSent {
					return
				}
				if n := len(after.requests()); n != 0 || got.Error == nil || got.Error.Retry || got.Error.Advice == "" {
					t.Errorf("%d requests by itself, error %+v", n, got.Error)
				}
				w.echoes(m, "m_late")
				synctest.Wait()
				if got := w.message(m); got.State != store.StateSent || got.MID != "m_late" {
					t.Errorf("after its echo it is %s", got.State)
				}
			})
		})
	}
}

// TestLastAnswerOfAGateway has a gateway answer every try: the reply has failed only once the last echo is overdue and the
// platform does not have it.
func TestLastAnswerOfAGateway(t *testing.T) {
	t.Parallel()
	for name, echo := range map[string]bool{"no echo": false, "an echo": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p := &platform{answer: func(_ context.Context, _ int, r messenger.SendRequest) (messenger.SendResponse, error) {
					if r.Message.Text == "two" {
						return took(r), nil
					}
					return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 502}
				}}
				w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits})
				defer w.close()
				id := w.writes(pageID, psid(maya), "hello", 0)
				m := w.reply(id, "one")
				behind := w.reply(id, "two")
				time.Sleep(10*time.Second + 10*time.Second + 15*time.Second + time.Minute + time.Second)
				synctest.Wait()
				if got := w.message(m); !got.MayHaveArrived() || got.Error.Retry || len(p.requests()) != 5 {
					t.Fatalf("after the last answer it is %s, %+v, after %d requests", got.State, got.Error, len(p.requests()))
				}
				want, then := store.StateFailed, store.StateHeld
				if echo {
					w.echoes(m, "m_late")
					want, then = store.StateSent, store.StateSent
				}
				time.Sleep(30 * time.Second)
				synctest.Wait()
				got := w.message(m)
				if got.State != want || want == store.StateFailed && (!got.Error.Retry || got.Error.Advice == "") {
					t.Errorf("in the end it is %s, %+v, want %s", got.State, got.Error, want)
				}
				if after := w.message(behind); after.State != then {
					t.Errorf("the one behind it is %s, want %s", after.State, then)
				}
			})
		})
	}
}

// TestCancelledWhileItsEchoIsAwaited takes a reply back that a gateway answered: it may have arrived, so nothing offers to
// send it at once, and its echo still settles it.
func TestCancelledWhileItsEchoIsAwaited(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &platform{answer: func(context.Context, int, messenger.SendRequest) (messenger.SendResponse, error) {
			return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 502}
		}}
		w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits})
		defer w.close()
		id := w.writes(pageID, psid(maya), "hello", 0)
		m := w.reply(id, "one")
		time.Sleep(time.Second)
		synctest.Wait()
		if got := w.message(m); got.State != store.StateQueued || !got.MayHaveArrived() {
			t.Fatalf("it is %s, %+v", got.State, got.Error)
		}
		undo, err := w.desk.Do(t.Context(), store.Act{Agent: "ana", Conversation: id, Verb: store.VerbCancel, Message: m.ID})
		if err != nil || undo != (store.Act{}) {
			t.Errorf("cancelled: %v; undo is %+v", err, undo)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(p.requests()); n != 1 {
			t.Errorf("there were %d requests", n)
		}
		w.echoes(m, "m_late")
		synctest.Wait()
		if got := w.message(m); got.State != store.StateSent {
			t.Errorf("after its echo it is %s", got.State)
		}
	})
}
