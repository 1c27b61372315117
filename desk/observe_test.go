package desk_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// watcher writes down what it is told.
type watcher struct {
	mu    sync.Mutex
	heard []string
}

func (w *watcher) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = append(w.heard, fmt.Sprintf(format, args...))
}

func (w *watcher) AttemptBegan() { w.note("began") }
func (w *watcher) AttemptEnded(took time.Duration, class string) {
	w.note("ended %q, in time %t", class, 0 <= took && took < deadline)
}
func (w *watcher) ReplyNoted(outcome string) { w.note("noted %s", outcome) }

// TestObserver shows what whoever watches the courier hears, in which order.
func TestObserver(t *testing.T) {
	t.Parallel()
	broken := &messenger.TransportError{Reached: true, Err: context.DeadlineExceeded}
	for name, c := range map[string]struct {
		errs []error // of the first requests; later ones are taken
		end  store.DeliveryState
		want []string
	}{
		"sent":    {end: store.StateSent, want: []string{"began", `ended "", in time true`, "noted sent"}},
		"refused": {errs: []error{&messenger.APIError{HTTPStatus: 400, Code: 100}}, end: store.StateFailed, want: []string{"began", `ended "message_never", in time true`, "noted failed"}},
		"unknown": {errs: []error{broken}, end: store.StateUnknown, want: []string{"began", `ended "conversation_unclear", in time true`, "noted unknown"}},
		"at the second try": {
			errs: []error{&messenger.APIError{HTTPStatus: 500, Code: 2}}, end: store.StateSent,
			want: []string{"began", `ended "message_backoff", in time true`, "noted retry", "began", `ended "", in time true`, "noted sent"},
		},
		"dead token": {errs: []error{&messenger.APIError{HTTPStatus: 401, Code: 190}}, end: store.StateHeld, want: []string{"began", `ended "page_never", in time true`, "noted held"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heard := &watcher{}
			p := &platform{answer: func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
				if n <= len(c.errs) {
					return messenger.SendResponse{}, c.errs[n-1]
				}
				return took(r), nil
			}}
			w := open(t, t.TempDir(), config{sender: p, adjust: func(o *desk.Options) { o.Watch = heard }})
			w.untilState(w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi"), c.end)
			w.close()
			if diff := cmp.Diff(c.want, heard.heard); diff != "" {
				t.Errorf("heard (-want +got):\n%s", diff)
			}
		})
	}
}
