package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

func TestStateSaysWhatThePlatformSaysOfAnInbox(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true})
	began := store.MillisOf(time.Now())
	for i, c := range []struct {
		alert store.Alert
		want  string
	}{
		{store.Alert{Action: "warning", Reason: "Too many complaints."}, "The platform warns this Page: Too many complaints."},
		{store.Alert{Action: "block"}, "The platform has blocked this Page; it does not say why."},
		{store.Alert{Action: "unblock"}, ""},
	} {
		at := began + store.Millis(i)
		c.alert.At = at
		w.append([]store.Fact{{Kind: store.FactAlert, Inbox: pageID, At: at, ID: store.MessageID(c.alert.Action), Key: c.alert.Action, Alert: c.alert}})
		s, err := w.desk.State(t.Context())
		if err != nil || s.Inboxes[0].Alert != c.want || s.Inboxes[1].Alert != "" {
			t.Errorf("%s: %+v, %v, want %q", c.alert.Action, s.Inboxes, err, c.want)
		}
	}
}

func TestStateNamesWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true, adjust: func(o *desk.Options) {
		o.AppID = "77"
		o.Counters = func() []desk.Counter { return []desk.Counter{{Name: "accepted", N: 3}} }
	}})
	for i, name := range []string{"calls", "payment", "calls"} {
		w.append([]store.Fact{{Kind: store.FactUnknown, Inbox: pageID, At: store.Millis(100 + i), Name: name}})
	}
	s, err := w.desk.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []store.UnknownCount{
		{Inbox: pageID, Name: "calls", N: 2, First: 100, Last: 102}, {Inbox: pageID, Name: "payment", N: 1, First: 101, Last: 101},
	}
	if diff := cmp.Diff(want, s.Unknown); diff != "" {
		t.Error(diff)
	}
	if s.AppID != "77" || !cmp.Equal(s.Counters, []desk.Counter{{Name: "accepted", N: 3}}) {
		t.Errorf("app %q, counters %v", s.AppID, s.Counters)
	}
}

// TestBlockHoldsWhatIsQueued has the platform block the Page while a reply waits behind another one: nothing more is
// sent until the platform takes the block back, and then it goes on by itself.
func TestBlockHoldsWhatIsQueued(t *testing.T) {
	t.Parallel()
	arrived, answer := make(chan struct{}, 8), make(chan struct{}, 8)
	p := &platform{}
	p.answer = func(ctx context.Context, _ int, r messenger.SendRequest) (messenger.SendResponse, error) {
		arrived <- struct{}{}
		select {
		case <-answer:
		case <-ctx.Done():
		}
		return took(r), nil
	}
	w := open(t, t.TempDir(), config{sender: p})
	id := w.writes(pageID, psid(maya), "hello", 0)
	first := w.reply(id, "one")
	<-arrived
	second := w.reply(id, "two")
	says := func(at store.Millis, action string) {
		a := store.Alert{At: at, Action: action}
		w.append([]store.Fact{{Kind: store.FactAlert, Inbox: pageID, At: at, ID: store.MessageID(action), Key: action, Alert: a}})
	}
	says(10, "block")
	refused := func() bool {
		_, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: messenger.OutMessage{Text: "three"}})
		var refusal *desk.Refusal
		return errors.As(err, &refusal) && strings.Contains(refusal.Reason, "blocked this Page")
	}
	if !refused() {
		t.Error("a reply is taken for a Page that is blocked")
	}
	answer <- struct{}{}
	w.untilState(first, store.StateSent)
	if held := w.untilState(second, store.StateHeld); held.Error == nil || !strings.Contains(held.Error.Text, "blocked this Page") {
		t.Errorf("held without the reason: %+v", held.Error)
	}
	if n := len(p.requests()); n != 1 {
		t.Errorf("%d requests while the Page is blocked", n)
	}
	answer <- struct{}{}
	says(20, "unblock")
	w.untilState(second, store.StateSent)
}
