package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"frontdesk/store"
)

func (d *desk) thread(req store.ThreadRequest) store.ThreadPage {
	d.Helper()
	page, err := d.Thread(d.ctx(), req)
	if err != nil {
		d.Fatalf("Thread(%+v): %v", req, err)
	}
	return page
}

func messageIDs(list []store.Message) []store.MessageID {
	var ids []store.MessageID
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return ids
}

func (d *desk) wantThread(conv store.ConversationID, want ...store.MessageID) {
	d.Helper()
	if got := messageIDs(d.thread(store.ThreadRequest{Conversation: conv, Limit: 1000}).Messages); !slices.Equal(got, want) {
		d.Errorf("the thread of %s is %q, want %q", conv, got, want)
	}
}

func rowsMessages(d *desk) {
	d.say(message("1:1", "b", 20), message("1:1", "a", 10), message("1:2", "a", 15))
	d.wantThread("1:1", "a", "b")
	d.wantThread("1:2", "a")

	replaced := message("1:1", "b", 20)
	replaced.Text = "another text"
	d.say(replaced)
	d.wantThread("1:1", "a", "b")
	if m, err := d.Message(d.ctx(), "1:1", "b"); err != nil || m.Text != "another text" {
		d.Errorf("the replaced message says %q, %v", m.Text, err)
	}

	d.say(message("1:1", "b", 5)) // the same id at another time moves
	d.wantThread("1:1", "b", "a")

	remove := func(conv store.ConversationID, p store.Place) {
		d.apply(func(r store.Rows) error { return r.DeleteMessage(conv, p) })
	}
	remove("1:1", store.Place{At: 20, ID: "b"}) // it is not there any more
	d.wantThread("1:1", "b", "a")
	remove("1:1", store.Place{At: 5, ID: "b"})
	d.wantThread("1:1", "a")
	d.wantThread("1:2", "a")
	if _, err := d.Message(d.ctx(), "1:1", "b"); !errors.Is(err, store.ErrNotFound) {
		d.Errorf("the deleted message: %v, want ErrNotFound", err)
	}
}

func rowsMessagesFrom(d *desk) {
	for i := range 6 {
		d.say(message("1:1", store.MessageID(fmt.Sprint(i)), store.Millis(i*10)))
	}
	d.say(message("1:0", "before", 1), message("1:2", "after", 1))
	d.apply(func(r store.Rows) error {
		for _, tc := range []struct {
			from  store.Place
			newer bool
			n     int
			want  []store.MessageID
		}{
			{store.Place{}, true, 2, []store.MessageID{"0", "1"}},
			{store.Place{}, false, 2, []store.MessageID{"5", "4"}},
			{store.Place{At: 20, ID: "2"}, true, 2, []store.MessageID{"3", "4"}},
			{store.Place{At: 20, ID: "2"}, false, 9, []store.MessageID{"1", "0"}},
			{store.Place{At: 25, ID: "not there"}, false, 1, []store.MessageID{"2"}},
			{store.Place{At: 50, ID: "5"}, true, 9, nil},
			{store.Place{}, true, 0, nil},
		} {
			list, err := r.Messages("1:1", tc.from, tc.newer, tc.n)
			if err != nil {
				return err
			}
			if got := messageIDs(list); !slices.Equal(got, tc.want) {
				d.Errorf("Messages(%+v, newer %v, %d) = %q, want %q", tc.from, tc.newer, tc.n, got, tc.want)
			}
		}
		_, ok, err := r.Message("1:1", store.Place{At: 20, ID: "3"})
		if ok {
			d.Error("there is a message at the place of another")
		}
		return err
	})
}

func rowsKeys(d *desk) {
	want := store.KeyRow{Place: store.Place{At: 4, ID: "m_abc"}, Delivered: true}
	rows := map[string]store.KeyRow{
		"message/abc": want,
		"echo/abc":    {Delivered: true},
		"":            {Place: store.Place{At: -4}},
		"abc":         {Place: store.Place{At: 1, ID: "abc"}},
		"x":           {Place: store.Place{At: 1, ID: "a much longer id than the key is, with x"}},
	}
	d.apply(func(r store.Rows) error {
		if _, ok, err := r.Key("1:1", "message/abc"); ok || err != nil {
			d.Errorf("a key that was never put: %v, %v", ok, err)
		}
		for key, row := range rows {
			if err := r.PutKey("1:1", key, row); err != nil {
				return err
			}
		}
		return nil
	})
	d.apply(func(r store.Rows) error {
		for key, row := range rows {
			if got, ok, err := r.Key("1:1", key); !ok || err != nil || !reflect.DeepEqual(got, row) {
				d.Errorf("Key(%q) = %+v, %v, %v, want %+v", key, got, ok, err, row)
			}
		}
		if _, ok, _ := r.Key("1:2", "message/abc"); ok {
			d.Error("a key is known in another conversation")
		}
		return r.PutKey("1:1", "message/abc", store.KeyRow{})
	})
	d.apply(func(r store.Rows) error {
		if got, ok, err := r.Key("1:1", "message/abc"); !ok || err != nil || !reflect.DeepEqual(got, store.KeyRow{}) {
			d.Errorf("the replaced key = %+v, %v, %v", got, ok, err)
		}
		return nil
	})
	d.wantIDs(store.Query{}) // keys alone list nothing
}

func rowsTouches(d *desk) {
	d.put(conv("1:1", 1), conv("1:2", 1))
	touch := func(at store.Millis, id store.MessageID, ref string) store.Touch {
		return store.Touch{At: at, ID: id, Origin: store.OriginLink, Ref: ref}
	}
	d.apply(func(r store.Rows) error {
		return errors.Join(r.PutTouch("1:1", touch(20, "b", "two")), r.PutTouch("1:1", touch(10, "a", "one")),
			r.PutTouch("1:1", touch(30, "c", "three")), r.PutTouch("1:2", touch(15, "a", "other")),
			r.PutTouch("1:1", touch(20, "b", "two again")))
	})
	refs := func(list []store.Touch) []string {
		var refs []string
		for _, t := range list {
			refs = append(refs, t.Ref)
		}
		return refs
	}
	list, err := d.Touches(d.ctx(), "1:1", 2)
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("the newest touches", refs(list), []string{"three", "two again"})
	d.apply(func(r store.Rows) error {
		for _, tc := range []struct {
			at   store.Millis
			n    int
			want []string
		}{
			{0, 9, []string{"three", "two again", "one"}},
			{20, 9, []string{"two again", "one"}},
			{19, 9, []string{"one"}},
			{20, 1, []string{"two again"}},
			{9, 9, nil},
			{20, 0, nil},
		} {
			list, err := r.TouchesBefore("1:1", tc.at, tc.n)
			if err != nil {
				return err
			}
			d.wantDiff(fmt.Sprintf("TouchesBefore(%d, %d)", tc.at, tc.n), refs(list), tc.want)
		}
		return errors.Join(r.DeleteTouch("1:1", 20, "b"), r.DeleteTouch("1:1", 30, "not c"))
	})
	list, err = d.Touches(d.ctx(), "1:1", 9)
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("touches after deleting one", refs(list), []string{"three", "one"})
}

func threadPaging(d *desk) {
	var all []store.MessageID
	var list []store.Message
	for i := range 23 {
		list = append(list, message("1:1", store.MessageID(fmt.Sprint("m", i)), store.Millis(i/4))) // with ties
	}
	d.say(list...)
	slices.SortFunc(list, func(a, b store.Message) int { return a.Place().Compare(b.Place()) })
	all = messageIDs(list)
	for _, limit := range []int{1, 4, 23, 24} {
		for _, newer := range []bool{false, true} {
			var got []store.MessageID
			req := store.ThreadRequest{Conversation: "1:1", Newer: newer, Limit: limit}
			for more := true; more; {
				page := d.thread(req)
				more = page.More
				if len(page.Messages) == 0 || len(got) > endless {
					d.Fatalf("limit %d, newer %v: a page of %d after %d messages", limit, newer, len(page.Messages), len(got))
				}
				if newer {
					got = append(got, messageIDs(page.Messages)...)
					req.From = page.Messages[len(page.Messages)-1].Place()
				} else {
					got = append(messageIDs(page.Messages), got...)
					req.From = page.Messages[0].Place()
				}
			}
			d.wantDiff(fmt.Sprintf("pages of %d, newer %v", limit, newer), got, all)
			if rest := d.thread(req); len(rest.Messages) != 0 || rest.More {
				d.Errorf("there are %d messages beyond the last page", len(rest.Messages))
			}
		}
	}
	for _, limit := range []int{0, -1, 1001} {
		if _, err := d.Thread(d.ctx(), store.ThreadRequest{Conversation: "1:1", Limit: limit}); err == nil {
			d.Errorf("a page of %d messages was taken", limit)
		}
	}
}

// threadOrder: times far apart, before 1970 and equal ones stand as Place.Compare says.
func threadOrder(d *desk) {
	var list []store.Message
	for i, at := range []store.Millis{-1 << 62, -256, -1, 0, 1, 255, 256, 1 << 40, 1<<63 - 1} {
		for j := range 3 {
			list = append(list, message("1:1", store.MessageID(fmt.Sprint(i, "-", j)), at))
		}
	}
	d.say(list...)
	slices.SortFunc(list, func(a, b store.Message) int { return a.Place().Compare(b.Place()) })
	d.wantThread("1:1", messageIDs(list)...)
	page := d.thread(store.ThreadRequest{Conversation: "1:1", Limit: 100})
	for i, m := range page.Messages[1:] {
		if m.At < page.Messages[i].At {
			d.Errorf("%d stands after %d", m.At, page.Messages[i].At)
		}
	}
}

func threadMessage(d *desk) {
	d.say(message("1:1", "m1", 7), message("1:2", "m2", 7))
	m, err := d.Message(d.ctx(), "1:1", "m1")
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("the message", m, message("1:1", "m1", 7))
	for conv, id := range map[store.ConversationID]store.MessageID{"1:1": "m2", "1:404": "m1"} {
		if _, err := d.Message(d.ctx(), conv, id); !errors.Is(err, store.ErrNotFound) {
			d.Errorf("Message(%s, %s): %v, want ErrNotFound", conv, id, err)
		}
	}
}

// threadStates: receipts turn sent into delivered and read, in the thread, by id and in the row of the list.
func threadStates(d *desk) {
	out := func(id store.MessageID, at store.Millis, s store.DeliveryState) store.Message {
		m := message("1:1", id, at)
		m.Direction, m.State = store.Out, s
		return m
	}
	named, late := out("named", 40, store.StateSent), out("late", 10, store.StateSent)
	named.Delivered = true
	late.TriedAt = 35 // it was written long before it went out
	in := message("1:1", "in", 5)
	in.State = store.StateSent
	list := []store.Message{
		in, out("read", 20, store.StateSent), out("delivered", 29, store.StateSent), out("at the watermark", 30, store.StateSent),
		out("failed", 6, store.StateFailed), out("held", 7, store.StateHeld), out("unknown", 8, store.StateUnknown), named, late,
	}
	want := map[store.MessageID]store.DeliveryState{
		"in": store.StateSent, "read": store.StateRead, "delivered": store.StateDelivered, "at the watermark": store.StateSent,
		"failed": store.StateFailed, "held": store.StateHeld, "unknown": store.StateUnknown, "named": store.StateDelivered,
		"late": store.StateSent,
	}
	for _, m := range list {
		c := conv("1:1", 50)
		c.DeliveredTo, c.ReadTo = 30, 20
		c.LastMessage = store.LastMessage{Place: m.Place(), Direction: m.Direction, Kind: m.Kind, State: m.State}
		d.put(c)
		d.say(m)
		got, err := d.Message(d.ctx(), "1:1", m.ID)
		if err != nil || got.State != want[m.ID] {
			d.Errorf("message %q is %s, %v, want %s", m.ID, got.State, err, want[m.ID])
		}
		if row := d.list(store.ListRequest{}).Rows[0]; row.LastMessage.State != want[m.ID] {
			d.Errorf("the row's last message %q is %s, want %s", m.ID, row.LastMessage.State, want[m.ID])
		}
		if row, err := d.Conversation(d.ctx(), "1:1"); err != nil || row.LastMessage.State != want[m.ID] {
			d.Errorf("the last message %q is %s, %v, want %s", m.ID, row.LastMessage.State, err, want[m.ID])
		}
	}
	for _, m := range d.thread(store.ThreadRequest{Conversation: "1:1", Limit: 100}).Messages {
		if m.State != want[m.ID] {
			d.Errorf("in the thread %q is %s, want %s", m.ID, m.State, want[m.ID])
		}
	}
	d.apply(func(r store.Rows) error { // rows say what was put
		m, _, err := r.Message("1:1", store.Place{At: 20, ID: "read"})
		if m.State != store.StateSent {
			d.Errorf("in rows the read message is %s, want sent", m.State)
		}
		return err
	})
}
