package desk_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// TestForeignAnswers has something else than the platform answer: one message may be at fault, a second one is not.
func TestForeignAnswers(t *testing.T) {
	t.Parallel()
	var broken sync.Map
	g := newGraph(t, func(w http.ResponseWriter, _ int, r messenger.SendRequest) {
		if _, is := broken.Load(r.Message.Text); is {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<html>Access denied</html>")
			return
		}
		accept(w, r)
	})
	w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL)})
	id := w.writes(pageID, psid(maya), "hello", 0)
	other := w.writes(pageID, psid(noor), "hello", 0)
	alert := func() string {
		t.Helper()
		s, err := w.desk.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Inboxes[0].Alert
	}
	broken.Store("odd", true)
	odd := w.untilState(w.reply(id, "odd"), store.StateFailed)
	if odd.Error == nil || !odd.Error.Retry || alert() != "" {
		t.Errorf("one odd answer: %+v, alert %q", odd.Error, alert())
	}
	w.do(store.Act{Conversation: id, Verb: store.VerbSendAgain, Message: odd.ID})
	w.until(odd, "failed again", func(m store.Message) bool { return m.State == store.StateFailed && m.Attempts == 2 })
	if alert() != "" {
		t.Errorf("the same message again: alert %q", alert())
	}
	w.untilState(w.reply(other, "fine"), store.StateSent) // the platform is there
	broken.Store("odd too", true)
	w.untilState(w.reply(other, "odd too"), store.StateFailed)
	if alert() != "" {
		t.Errorf("two odd answers, not in a row: alert %q", alert())
	}
	broken.Store("third", true)
	third := w.untilState(w.reply(other, "third"), store.StateHeld)
	if !third.Error.Retry || alert() == "" {
		t.Errorf("two in a row: %+v, alert %q", third.Error, alert())
	}
}

// TestRegainedAccessIsWaitedFor has the platform say, beside taking a message, that it takes no more for a while.
func TestRegainedAccessIsWaitedFor(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p, gaps := timed(nil, 0)
		asker := &names{asked: make(chan string, 10), answer: func(string) (messenger.Profile, error) { return messenger.Profile{}, nil }}
		asker.usage = messenger.Usage{Page: messenger.Use{Calls: 104}, RegainAccess: 19 * time.Minute, At: time.Now()}
		w := open(t, t.TempDir(), config{sender: p, profiler: asker})
		id := w.writes(pageID, psid(maya), "hello", time.Minute)
		w.untilState(w.reply(id, "one"), store.StateSent)
		second := w.reply(id, "two")
		w.caughtUp()
		s, err := w.desk.State(t.Context())
		if err != nil || !strings.Contains(s.Inboxes[0].Alert, "18 minutes") && !strings.Contains(s.Inboxes[0].Alert, "19 minutes") {
			t.Errorf("the inbox says %q, %v", s.Inboxes[0].Alert, err)
		}
		if len(s.Usage) != 1 || s.Usage[0].Inbox != pageID || s.Usage[0].Percent != 104 {
			t.Errorf("usage %+v", s.Usage)
		}
		time.Sleep(19 * time.Minute)
		w.untilState(second, store.StateSent)
		if got := gaps(); len(got) != 1 || got[0] < 18*time.Minute || got[0] > 20*time.Minute {
			t.Errorf("the second one went %v after the first", got)
		}
		w.close()
	})
}

func TestUsageNearALimit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		usage messenger.Usage
		ago   time.Duration
		says  string // empty: nothing
	}{
		"calm":          {usage: messenger.Usage{App: messenger.Use{Calls: 41}, Page: messenger.Use{Time: 79.4}}},
		"at 80 percent": {usage: messenger.Usage{Page: messenger.Use{CPU: 80}}, says: "80 %"},
		"over 95":       {usage: messenger.Usage{App: messenger.Use{Time: 96}}, says: "only replies"},
		"used up":       {usage: messenger.Usage{Page: messenger.Use{Calls: 104}, RegainAccess: time.Minute}, says: "used up"},
		"long ago":      {usage: messenger.Usage{App: messenger.Use{Calls: 99}}, ago: 2 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.usage.At = time.Now().Add(-c.ago)
			w := open(t, t.TempDir(), config{idle: true, sender: &platform{}, profiler: &names{usage: c.usage}})
			s, err := w.desk.State(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if (len(s.Usage) == 1) != (c.says != "") || c.says != "" && !strings.Contains(s.Usage[0].Text, c.says) {
				t.Errorf("usage %+v, want %q", s.Usage, c.says)
			}
		})
	}
}

// TestSuccessRenewsAStoppedInbox has a request that was under way bring the proof that the inbox can send.
func TestSuccessRenewsAStoppedInbox(t *testing.T) {
	t.Parallel()
	slow, dead := make(chan struct{}), make(chan struct{})
	p := &platform{}
	p.answer = func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		switch {
		case r.Message.Text == "slow":
			close(slow)
			<-dead
			return took(r), nil
		case r.Message.Text == "dead" && n == 2:
			return messenger.SendResponse{}, errDeadToken
		}
		return took(r), nil
	}
	w := open(t, t.TempDir(), config{sender: p})
	first := w.reply(w.writes(pageID, psid(maya), "hello", 0), "slow")
	<-slow
	second := w.reply(w.writes(pageID, psid(noor), "hello", 0), "dead")
	w.untilState(second, store.StateHeld)
	if s, err := w.desk.State(t.Context()); err != nil || !s.Inboxes[0].Stopped || s.Inboxes[0].Alert == "" || s.Inboxes[0].Advice == "" {
		t.Errorf("the banner is %+v, %v", s.Inboxes[0], err)
	}
	close(dead)
	w.untilState(first, store.StateSent)
	w.untilState(second, store.StateSent)
	if s, err := w.desk.State(t.Context()); err != nil || s.Inboxes[0].Stopped || s.Inboxes[0].Alert != "" {
		t.Errorf("the banner stays: %+v, %v", s.Inboxes[0], err)
	}
}
