package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

func TestNewSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true})
	whole := desk.Options{Log: w.log, Views: w.views, Feed: w.feed, Drafts: w.keep}
	for name, change := range map[string]func(*desk.Options){
		"log":              func(o *desk.Options) { o.Log = nil },
		"views":            func(o *desk.Options) { o.Views = nil },
		"feed":             func(o *desk.Options) { o.Feed = nil },
		"drafts":           func(o *desk.Options) { o.Drafts = nil },
		"inbox without id": func(o *desk.Options) { o.Inboxes = []desk.InboxConfig{{}} },
		"inbox twice": func(o *desk.Options) {
			o.Inboxes = []desk.InboxConfig{{Inbox: desk.Inbox{ID: pageID}}, {Inbox: desk.Inbox{ID: pageID}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := whole
			change(&o)
			if _, err := desk.New(o); err == nil {
				t.Error("taken")
			}
		})
	}
	if _, err := desk.New(whole); err != nil {
		t.Errorf("the whole is refused: %v", err)
	}
}

func TestRunOnce(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{sender: &platform{}})
	w.untilState(w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi"), store.StateSent) // it runs
	if err := w.desk.Run(t.Context()); err == nil {
		t.Error("it ran twice")
	}
	w.close()
	if err := w.desk.Run(t.Context()); err != nil {
		t.Errorf("a closed desk has nothing to do, yet: %v", err)
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{sender: &platform{}, idle: true})
	id := w.writes(pageID, psid(maya), "Do you ship to Norway?", 0)
	w.writes(pageID, psid(noor), "hello", 0)
	w.append([]store.Fact{{
		Kind: store.FactReferral, Inbox: pageID, Contact: psid(maya), At: 5, ID: "r1", Key: "r1", LineKind: store.KindReferral,
		Touch: &store.Touch{At: 5, ID: "r1", Origin: store.OriginPlugin, Ref: "pricing"},
	}})
	m := w.reply(id, "Yes.")
	w.caughtUp()
	q, err := desk.ParseQuery("origin:plugin ref:pri* is:unread", agent)
	if err != nil {
		t.Fatal(err)
	}
	page, err := w.desk.List(t.Context(), store.ListRequest{Query: q, Limit: 10})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].ID != id {
		t.Errorf("list %+v, %v", page.Rows, err)
	}
	thread, err := w.desk.Thread(t.Context(), store.ThreadRequest{Conversation: id, Limit: 10})
	if err != nil || len(thread.Messages) == 0 || thread.Messages[len(thread.Messages)-1].ID != m.ID {
		t.Errorf("thread %+v, %v", thread.Messages, err)
	}
	touches, err := w.desk.Touches(t.Context(), id, 10)
	if err != nil || len(touches) != 1 || touches[0].Ref != "pricing" {
		t.Errorf("touches %+v, %v", touches, err)
	}
	counts, err := w.desk.Counts(t.Context())
	if err != nil || counts.Total != 2 || counts.Origins[store.OriginPlugin] != 1 {
		t.Errorf("counts %+v, %v", counts, err)
	}
}

func TestSendAgainIsCheckedLikeAReply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next config
		wait time.Duration
		says string
	}{
		"without a token":         {config{idle: true}, 0, "FRONTDESK_PAGE_TOKEN"},
		"after the window closed": {config{idle: true, sender: &platform{}}, 25 * time.Hour, "24 hours"},
		"all well":                {config{idle: true, sender: &platform{}}, time.Hour, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				dir := t.TempDir()
				w := open(t, dir, config{idle: true, sender: &platform{}})
				id := w.writes(pageID, psid(maya), "hello", 0)
				m := w.reply(id, "hi")
				w.append(store.Attempt{Token: m.Token, Conversation: id, N: 1})
				w.append(store.Result{Token: m.Token, Conversation: id, N: 1, Outcome: store.OutcomeFailed})
				w.close()
				time.Sleep(c.wait)
				w = open(t, dir, c.next)
				defer w.close()
				_, err := w.desk.Do(t.Context(), store.Act{Agent: agent, Conversation: id, Verb: store.VerbSendAgain, Message: m.ID})
				if c.says == "" {
					if got := w.message(m); err != nil || got.State != store.StateQueued {
						t.Errorf("%v, and it is %s", err, got.State)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), c.says) || w.message(m).State != store.StateFailed {
					t.Errorf("%v, and it is %s; want a word of %s", err, w.message(m).State, c.says)
				}
			})
		})
	}
}

func TestOutcomesStopNothingElse(t *testing.T) {
	t.Parallel()
	g := newGated()
	w := open(t, t.TempDir(), config{sender: g})
	id := w.writes(pageID, psid(maya), "hello", 0)
	first := w.reply(id, "one")
	<-g.reached
	g.verdict <- &messenger.APIError{HTTPStatus: 400, Code: 551}
	w.untilState(first, store.StateFailed)
	w.untilState(w.reply(id, "two"), store.StateSent) // written in sight of the failure
	if got := g.texts(); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("the platform got %v", got)
	}
}
