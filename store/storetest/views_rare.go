package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"frontdesk/store"
)

// rowsHidden: what nothing has made a conversation is kept and shown nowhere.
func rowsHidden(d *desk) {
	c := conv("1:1", 10)
	c.Refs, c.Unread, c.Unreplied, c.Assignee = []string{"pricing"}, 1, true, "ana"
	hidden := c
	hidden.Hidden = true
	d.put(hidden, conv("1:2", 5))
	d.say(message("1:1", "m", 10))
	d.check()
	d.wantIDs(store.Query{}, "1:2")
	d.wantIDs(term(store.FieldRef, "pricing"))
	if n := d.counts(); n.Total != 1 || n.Unread != 0 || len(n.Refs) != 0 || len(n.Mine) != 0 {
		d.Errorf("a hidden conversation is counted: %+v", n)
	}
	for what, err := range map[string]error{
		"Conversation": func() error { _, err := d.Conversation(d.ctx(), "1:1"); return err }(),
		"Message":      func() error { _, err := d.Message(d.ctx(), "1:1", "m"); return err }(),
		"Touches":      func() error { _, err := d.Touches(d.ctx(), "1:1", 1); return err }(),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			d.Errorf("%s of a hidden conversation: %v, want ErrNotFound", what, err)
		}
	}
	d.apply(func(r store.Rows) error {
		got, ok, err := r.Conversation("1:1")
		if !ok || !got.Hidden {
			d.Errorf("the hidden header: %+v, %v", got, ok)
		}
		return err
	})
	d.put(c)
	d.check()
	d.wantIDs(store.Query{}, "1:1", "1:2")
	d.wantIDs(term(store.FieldRef, "pricing"), "1:1")
	d.wantThread("1:1", "m")
	d.put(hidden)
	d.check()
	d.wantIDs(store.Query{}, "1:2")
	d.wantIDs(term(store.FieldIs, store.IsUnread))
}

// rowsInto: an old id finds what its conversation has become.
func rowsInto(d *desk) {
	old := store.Conversation{ID: "1:ref:a", Inbox: "1", Hidden: true, Into: "1:1"}
	now := conv("1:1", 10)
	now.Aliases = []store.ConversationID{"1:ref:a"}
	d.put(old, now)
	d.say(message("1:1", "m", 10))
	d.apply(func(r store.Rows) error { return r.PutTouch("1:1", store.Touch{At: 1, ID: "m", Ref: "r"}) })
	d.reopen()
	d.check()
	got, err := d.Conversation(d.ctx(), "1:ref:a")
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("by the old id", got, now)
	d.wantThread("1:ref:a", "m")
	if m, err := d.Message(d.ctx(), "1:ref:a", "m"); err != nil || m.Conversation != "1:1" {
		d.Errorf("Message by the old id = %+v, %v", m, err)
	}
	if touches, err := d.Touches(d.ctx(), "1:ref:a", 9); err != nil || len(touches) != 1 {
		d.Errorf("Touches by the old id: %d, %v", len(touches), err)
	}
	d.wantIDs(store.Query{}, "1:1")
	now.Hidden = true
	d.put(now)
	if _, err := d.Conversation(d.ctx(), "1:ref:a"); !errors.Is(err, store.ErrNotFound) {
		d.Errorf("an old id of a hidden conversation: %v, want ErrNotFound", err)
	}
}

// rowsTaken: keys come out whole, once, and only those of their conversation.
func rowsTaken(d *desk) {
	want := map[string]store.KeyRow{}
	d.apply(func(r store.Rows) error {
		for i := range 5 {
			key := fmt.Sprint("msg:", i)
			want[key] = wholeKey(store.Seq(i + 1))
			if err := r.PutKey("1:1", key, want[key]); err != nil {
				return err
			}
		}
		return r.PutKey("1:2", "msg:0", store.KeyRow{Delivered: true})
	})
	got := map[string]store.KeyRow{}
	d.apply(func(r store.Rows) error {
		for _, n := range []int{2, 2, 2, 2} {
			keys, err := r.TakeKeys("1:1", n)
			if err != nil {
				return err
			}
			if len(keys) > n {
				d.Errorf("TakeKeys(%d) gave %d", n, len(keys))
			}
			for _, k := range keys {
				got[k.Key] = k.Row
			}
		}
		_, ok, err := r.Key("1:1", "msg:1")
		if ok {
			d.Error("a key that was taken is still there")
		}
		if _, there, _ := r.Key("1:2", "msg:0"); !there {
			d.Error("the key of another conversation was taken")
		}
		return err
	})
	d.wantDiff("the keys", got, want)
}

// wholeKey has every field.
func wholeKey(seq store.Seq) store.KeyRow {
	return store.KeyRow{
		Place: store.Place{At: 1, ID: "m"}, Delivered: true, Records: []store.Seq{seq, 1 << 40},
		Versions:  []store.Edit{{Text: "a", At: 1}, {N: 2, Text: "b", At: -2}},
		Reactions: []store.Reaction{{Side: store.In, Emoji: "❤", At: 3}, {Side: store.Out, At: 4}},
		Feedback:  "f", FeedbackAt: 5, Withdrawn: true, Echoes: []string{"msg:1", "hash:2"},
		Labels: []store.LabelMark{{Label: "a", At: 6}, {Label: "b", At: 7, Off: true}},
	}
}

// rowsUnsettled: what is open in one conversation, oldest first, as the same Apply put it.
func rowsUnsettled(d *desk) {
	reply := func(conv store.ConversationID, id store.MessageID, at store.Millis, s store.DeliveryState) store.Message {
		m := message(conv, id, at)
		m.Direction, m.State = store.Out, s
		return m
	}
	d.say(reply("1:1", "out:b", 20, store.StateFailed), reply("1:1", "out:s", 5, store.StateSent),
		reply("1:2", "out:x", 1, store.StateQueued))
	d.apply(func(r store.Rows) error {
		if err := r.PutMessage(reply("1:1", "out:a", 10, store.StateQueued)); err != nil {
			return err
		}
		list, err := r.Unsettled("1:1")
		if got := messageIDs(list); !slices.Equal(got, []store.MessageID{"out:a", "out:b"}) {
			d.Errorf("Unsettled = %q", got)
		}
		return err
	})
}

// rowsInboxes: alerts, unknown events and redactions.
func rowsUploads(d *desk) {
	wantID := func(inbox store.InboxID, hash string, notBefore store.Millis, want string) {
		d.Helper()
		id, err := d.AttachmentID(d.ctx(), inbox, hash, notBefore)
		if err != nil || id != want {
			d.Errorf("AttachmentID(%q, %.10q, %d) = %q, %v, want %q", inbox, hash, notBefore, id, err, want)
		}
	}
	long := strings.Repeat("x", 40_000)
	wantID("1", "h", 0, "")
	d.apply(func(r store.Rows) error {
		return errors.Join(r.PutUpload("1", "h", "old", 4), r.PutUpload("1", "h", "new", 5), r.PutUpload("1h", "", "beside", 6),
			r.PutUpload(store.InboxID(long), long, long, -1), r.PutUpload("2", "h", "", 7))
	})
	d.reopen()
	wantID("1", "h", 0, "new")
	wantID("1", "h", 5, "new")
	wantID("1", "h", 6, "")
	wantID("1", "", 0, "")
	wantID("1h", "", 0, "beside")
	wantID(store.InboxID(long), long, -1, long)
	wantID("2", "h", 0, "")
	before := d.dump()
	d.apply(func(r store.Rows) error { return r.PutUpload("1", "h", "", 8) })
	wantID("1", "h", 0, "")
	if d.dump() == before {
		d.Error("an upload does not show in what is written out")
	}
	if err := d.Reset(d.ctx()); err != nil {
		d.Fatal(err)
	}
	d.seq = 0
	wantID("1h", "", 0, "")
}

func rowsInboxes(d *desk) {
	alert := store.Alert{At: 4, Action: "block", Reason: "spam"}
	red := []store.Redaction{
		{Seq: 3, Inbox: "1", MID: "b", Conversation: "1:1"},
		{Seq: 3, Inbox: "1b", MID: "", Conversation: "1b:1"},
		{Seq: 300, Inbox: "1", MID: "a", Conversation: "1:2"},
		{Seq: 300, Inbox: "1", MID: "a", Conversation: "1:ref:2"},
	}
	d.apply(func(r store.Rows) error {
		if _, ok, err := r.Alert("1"); ok || err != nil {
			d.Errorf("an alert before it was put: %v, %v", ok, err)
		}
		err := errors.Join(r.PutAlert("1", store.Alert{At: 1, Action: "warning"}), r.PutAlert("1", alert),
			r.PutRedaction(red[2]), r.PutRedaction(red[0]), r.PutRedaction(red[0]), r.PutRedaction(red[1]),
			r.PutRedaction(red[3]), r.DeleteRedaction(store.Redaction{Seq: 9}))
		if got, ok, _ := r.Alert("1"); !ok || got != alert {
			d.Errorf("the alert just put: %+v, %v", got, ok)
		}
		return err
	})
	d.reopen()
	alerts, err := d.Alerts(d.ctx())
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("alerts", alerts, map[store.InboxID]store.Alert{"1": alert})
	for n, want := range map[int][]store.Redaction{0: nil, 10: red} {
		got, err := d.Redactions(d.ctx(), n)
		if err != nil || !slices.Equal(sortedRedactions(got), sortedRedactions(want)) {
			d.Errorf("Redactions(%d) = %+v, %v", n, got, err)
		}
	}
	d.apply(func(r store.Rows) error { return errors.Join(r.DeleteRedaction(red[0]), r.DeleteRedaction(red[1])) })
	if got, err := d.Redactions(d.ctx(), 10); err != nil || !slices.Equal(sortedRedactions(got), sortedRedactions(red[2:])) {
		d.Errorf("after deleting: %+v, %v", got, err)
	}
	d.apply(func(r store.Rows) error { return r.DeleteRedaction(red[3]) })
	if got, err := d.Redactions(d.ctx(), 10); err != nil || !slices.Equal(got, red[2:3]) {
		d.Errorf("after deleting that of one conversation: %+v, %v", got, err)
	}
	d.apply(func(r store.Rows) error {
		return errors.Join(r.PutRedaction(red[3]), r.DeleteRedaction(store.Redaction{Seq: 300, Inbox: "1", MID: "a"}))
	})
	if got, err := d.Redactions(d.ctx(), 10); err != nil || len(got) != 0 {
		d.Errorf("after deleting those of every conversation: %+v, %v", got, err)
	}
	if err := d.Reset(d.ctx()); err != nil {
		d.Fatal(err)
	}
	if alerts, err := d.Alerts(d.ctx()); err != nil || len(alerts) != 0 {
		d.Errorf("after a reset there are alerts: %v, %v", alerts, err)
	}
}

func sortedRedactions(list []store.Redaction) []store.Redaction {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b store.Redaction) int { return slices.Compare([]byte(fmt.Sprint(a)), []byte(fmt.Sprint(b))) })
	return list
}

// rowsUnknown: names come from outside; there are never more than so many.
func rowsUnknown(d *desk) {
	for _, part := range [][2]int{{0, 600}, {400, store.MaxUnknown + 50}} {
		d.apply(func(r store.Rows) error {
			for i := part[0]; i < part[1]; i++ {
				if err := r.CountUnknown("1", fmt.Sprint("kind ", i), store.Millis(i)); err != nil {
					return err
				}
			}
			return r.CountUnknown("1", "kind 7", 9000)
		})
	}
	list, err := d.Unknown(d.ctx())
	if err != nil {
		d.Fatal(err)
	}
	if len(list) != store.MaxUnknown+1 {
		d.Fatalf("there are %d names, want %d and one for the rest", len(list), store.MaxUnknown)
	}
	d.wantDiff("the rest", list[0], store.UnknownCount{Name: store.UnknownRest, N: 50, First: store.MaxUnknown, Last: store.MaxUnknown + 49})
	d.wantDiff("a name seen often", list[1], store.UnknownCount{Inbox: "1", Name: "kind 7", N: 3, First: 7, Last: 9000})
	total := 0
	for _, u := range list {
		total += u.N
	}
	if c := d.counts(); c.Unknown != total {
		d.Errorf("Counts has %d unknown events, the names %d", c.Unknown, total)
	}
}
