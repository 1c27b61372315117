package desk_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// TestUnreachableUntilTheCustomerWrites refuses replies to somebody who has blocked the page, without asking the platform,
// also after a new start; a note is kept, the refused one can be sent again, and what the customer writes lifts it.
func TestUnreachableUntilTheCustomerWrites(t *testing.T) {
	t.Parallel()
	var unblocked atomic.Bool
	g := newGraph(t, func(rw http.ResponseWriter, _ int, r messenger.SendRequest) {
		if !unblocked.Load() {
			refuse(t, rw, http.StatusBadRequest, "error-10-2018108-cannot-receive.json")
			return
		}
		accept(rw, r)
	})
	dir, cfg := t.TempDir(), config{sender: graphClient(t, g.URL)}
	w := open(t, dir, cfg)
	id := w.writes(pageID, psid(maya), "hello", time.Hour)
	other := w.writes(pageID, psid(noor), "hello", time.Hour)
	first := w.untilState(w.reply(id, "one"), store.StateFailed)

	refused := func(w *world) {
		t.Helper()
		_, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: messenger.OutMessage{Text: "two"}})
		var refusal *desk.Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, "blocked or muted the page") || !strings.Contains(refusal.Advice, "until the customer writes") {
			t.Errorf("a reply to somebody unreachable: %v", err)
		}
		state, err := w.desk.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		o := desk.OutlookOf(w.conversation(id), state.Inboxes[0], true, time.Now())
		if o.Blocked == nil || refusal == nil || *o.Blocked != *refusal || !strings.Contains(o.Remains, "private note") {
			t.Errorf("the composer says %v and %q, the desk %v", o.Blocked, o.Remains, refusal)
		}
	}
	refused(w)
	w.do(store.Act{Conversation: id, Verb: store.VerbNote, Text: "ring instead"})
	w.close()
	w = open(t, dir, cfg)
	w.caughtUp()
	refused(w)
	if n := len(g.requests()); n != 1 {
		t.Fatalf("%d requests, want the first one alone", n)
	}
	if c := w.conversation(other); c.Unreachable() {
		t.Error("somebody else is unreachable too")
	}

	w.do(store.Act{Conversation: id, Verb: store.VerbSendAgain, Message: first.ID})
	w.until(first, "refused once more", func(m store.Message) bool { return m.State == store.StateFailed && m.Attempts == 2 })
	refused(w)
	w.writes(pageID, psid(maya), "I am back", 0)
	unblocked.Store(true)
	w.untilState(w.reply(id, "welcome"), store.StateSent)
}
