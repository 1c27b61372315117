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
// answered may have been passed on, and its echo may have come while nobody listened: only that is not sent again.
func TestEndWhileAnEchoIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		ends store.DeliveryState
	}{
		"a gateway's answer":      {&messenger.APIError{HTTPStatus: 502}, store.StateUnknown},
		"the platform's own":      {&messenger.APIError{HTTPStatus: 503, Code: 2}, store.StateSent},
		"a limit on the way":      {&messenger.APIError{HTTPStatus: 429}, store.StateSent},
		"a limit":                 {&messenger.APIError{HTTPStatus: 400, Code: 613}, store.StateSent},
		"nobody could be reached": {&messenger.TransportError{Err: errors.New("refused")}, store.StateSent},
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

				after := &platform{}
				w = open(t, dir, config{sender: after, pauses: realPauses, limits: realLimits})
				defer w.close()
				time.Sleep(time.Hour)
				synctest.Wait()
				got := w.message(m)
				if got.State != c.ends {
					t.Fatalf("after the start it is %s, %+v, want %s", got.State, got.Error, c.ends)
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
