//go:build linux

package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// wrongClock is a machine's clock that somebody sets.
type wrongClock struct{ off atomic.Int64 }

func (c *wrongClock) now() time.Time { return time.Now().Add(time.Duration(c.off.Load())) }

func (c *wrongClock) set(off time.Duration) { c.off.Store(int64(off)) }

// office is a desk at work in this process, whose clock can be set.
type office struct {
	t     *testing.T
	clock wrongClock
	data  *bolt.Data
	desk  *desk.Desk
	poke  func()

	stop context.CancelFunc
	runs sync.WaitGroup
}

func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t}
	var err error
	o.data, err = bolt.Open(t.TempDir(), bolt.Options{Now: o.clock.now})
	must(t, err)
	feed := store.NewFeed(0)
	projector := store.NewProjector(o.data.Log, o.data.Views, ingest.Translate, feed, nil)
	o.poke = projector.Poke
	o.desk, err = desk.New(desk.Options{
		Log: o.data.Log, Views: o.data.Views, Feed: feed, Drafts: o.data.Desk, Poke: projector.Poke, Now: o.clock.now,
		Inboxes: []desk.InboxConfig{{Inbox: desk.Inbox{ID: pageID, Name: "Lumen Bikes"}, Sender: taking{}}}, Version: "test",
	})
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	o.stop = stop
	o.runs.Go(func() {
		if err := errors.Join(projector.Run(ctx), ctx.Err()); !errors.Is(err, context.Canceled) {
			t.Errorf("the projector ended: %v", err)
		}
	})
	o.runs.Go(func() {
		if err := o.desk.Run(ctx); err != nil {
			t.Errorf("the desk ended: %v", err)
		}
	})
	return o
}

func (o *office) close() {
	o.stop()
	o.runs.Wait()
	if err := errors.Join(o.desk.Close(), o.data.Close()); err != nil {
		o.t.Error(err)
	}
}

// taking is a platform that takes every message.
type taking struct{}

func (taking) Send(_ context.Context, _ string, req messenger.SendRequest) (messenger.SendResponse, error) {
	return messenger.SendResponse{RecipientID: req.Recipient.ID, MessageID: "m_of_" + req.Message.Metadata}, nil
}

const customer = store.ConversationID(pageID + ":7412000000000100")

// writes is a message of the customer, with the platform's time, which is right.
func (o *office) writes(mid string) {
	o.t.Helper()
	now := time.Now().UnixMilli()
	body := fmt.Appendf(nil, `{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[{"sender":{"id":"7412000000000100"},`+
		`"recipient":{"id":%q},"timestamp":%d,"message":{"mid":%q,"text":"hello"}}]}]}`, pageID, now, pageID, now, mid)
	_, err := o.data.Log.Append(o.t.Context(), store.Record{Kind: store.RecordWebhook, Body: body})
	must(o.t, err)
	o.poke()
	synctest.Wait()
}

func (o *office) conversation() store.Conversation {
	o.t.Helper()
	c, err := o.desk.Conversation(o.t.Context(), customer)
	must(o.t, err)
	return c
}

// TestClockSetBack sets the machine's clock back by three hours while customers write, an agent answers and a
// conversation is snoozed. Nothing is lost or hidden, the log's order holds, the window is that of the customer's
// words, and the snooze ends when the clock says so; after that the clock is put right again.
func TestClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		defer o.close()
		began := time.Now()
		o.writes("m_1")
		until := store.MillisOf(o.clock.now().Add(time.Hour))
		_, err := o.desk.Do(t.Context(), store.Act{Agent: "ana", Conversation: customer, Verb: store.VerbSnooze, Until: until})
		must(t, err)
		if c := o.conversation(); c.Status != store.StatusSnoozed {
			t.Fatalf("the conversation is %s", c.Status)
		}

		const back = 3 * time.Hour
		o.clock.set(-back)
		time.Sleep(2 * time.Hour) // by the wrong clock it is an hour before the snooze was begun
		if c := o.conversation(); c.Status != store.StatusSnoozed {
			t.Errorf("before its time by the clock the conversation is %s", c.Status)
		}
		time.Sleep(2*time.Hour + time.Minute)
		synctest.Wait()
		if c := o.conversation(); c.Status != store.StatusOpen {
			t.Errorf("when the clock has come to the snooze's end, the conversation is %s", c.Status)
		}

		o.writes("m_2")
		_, err = o.desk.Reply(t.Context(), desk.Reply{
			Conversation: customer, Agent: "ana", Message: messenger.OutMessage{Text: "Yes."}, Seen: o.data.Log.Head(),
		})
		must(t, err)
		synctest.Wait()
		o.writes("m_3")
		o.clock.set(0)
		o.writes("m_4")
		o.check(began)
	})
}

// check wants everything there, in an order that holds, and the window from the customer's last words.
func (o *office) check(began time.Time) {
	t := o.t
	t.Helper()
	page, err := o.desk.Thread(t.Context(), store.ThreadRequest{Conversation: customer, Newer: true, Limit: 50})
	must(t, err)
	found := map[string]bool{}
	for i, m := range page.Messages {
		if i > 0 && page.Messages[i-1].Place().Compare(m.Place()) >= 0 {
			t.Errorf("line %d stands before line %d and is not older", i, i+1)
		}
		if m.Direction == store.Out && m.State != store.StateSent {
			t.Errorf("the reply is %s", m.State)
		}
		found[m.MID] = true
	}
	for _, mid := range []string{"m_1", "m_2", "m_3", "m_4"} {
		if !found[mid] {
			t.Errorf("%s is not in the thread", mid)
		}
	}
	c := o.conversation()
	if c.Unread != 2 || !c.Unreplied {
		t.Errorf("%d are unread (unreplied %t), want the two that came after the reply", c.Unread, c.Unreplied)
	}
	now := store.MillisOf(time.Now())
	if w := store.Window(c, now); !w.Open || w.ClosesAt > now+store.Millis((24*time.Hour).Milliseconds()) {
		t.Errorf("the window is %+v", w)
	}
	if c.LastActivity > now || c.LastActivity < store.MillisOf(began) {
		t.Errorf("the last activity was at %v, the present is %v", c.LastActivity.Time(), now.Time())
	}
	last := store.Seq(0)
	must(t, eachRecord(t.Context(), o.data.Log, func(r store.Record) error {
		last = r.Seq
		return nil
	}))
	if last != o.data.Log.Head() {
		t.Errorf("the log ends at %d, its head is %d", last, o.data.Log.Head())
	}
}
