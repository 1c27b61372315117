package storetest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp/cmpopts"

	"frontdesk/store"
)

func (d *desk) wantCounts(what string, want store.Counts) {
	d.Helper()
	want.Applied = d.seq
	d.wantDiff(what, d.counts(), want, cmpopts.EquateEmpty())
}

func countsFollow(d *desk) {
	a, b := conv("1:a", 1), conv("2:b", 2)
	b.Inbox = "2"
	a.Refs, a.Origins, a.Unread, a.Unreplied = []string{"pricing"}, []store.Origin{store.OriginPlugin, store.OriginAd}, 3, true
	d.put(a, b)
	want := store.Counts{
		Total: 2, Statuses: map[store.Status]int{store.StatusOpen: 2}, Unread: 1, Unreplied: 1,
		Origins: map[store.Origin]int{store.OriginPlugin: 1, store.OriginAd: 1, store.OriginUnknown: 1},
		Refs:    []store.RefCount{{Ref: "pricing", N: 1}},
		Inboxes: map[store.InboxID]int{"1": 1, "2": 1},
	}
	d.wantCounts("two open conversations", want)

	a.Unread, a.Assignee = 1, "ana"
	d.put(a)
	want.Mine = map[string]int{"ana": 1}
	d.wantCounts("one is taken", want)

	a.Status = store.StatusResolved
	d.put(a)
	d.wantCounts("facets count what is open", store.Counts{
		Total: 2, Statuses: map[store.Status]int{store.StatusOpen: 1, store.StatusResolved: 1},
		Origins: map[store.Origin]int{store.OriginUnknown: 1}, Inboxes: map[store.InboxID]int{"2": 1},
	})
	d.wantIDs(term(store.FieldIs, "unread"), "1:a") // lists are of every status

	a.Status, a.Unread, a.Unreplied = store.StatusOpen, 0, false
	d.put(a)
	want.Unread, want.Unreplied = 0, 0
	d.wantCounts("it is open again and read", want)

	d.apply(func(r store.Rows) error {
		return errors.Join(r.CountUnknown("1", "surprise", 1), r.CountUnknown("1", "surprise", 1), r.PutConversation(a))
	})
	want.Unknown = 2
	d.wantCounts("unknown events", want)

	a.Refs = []string{"other", "pricing", "pricing"}
	d.put(a)
	want.Refs = []store.RefCount{{Ref: "other", N: 1}, {Ref: "pricing", N: 1}}
	d.wantCounts("a ref that is named twice counts once", want)
}

func countsRefs(d *desk) {
	var list []store.Conversation
	for i := range 130 {
		c := conv(store.ConversationID(fmt.Sprint("1:", i)), 1)
		c.Refs = []string{fmt.Sprintf("ref-%03d", i)}
		if i%10 == 0 {
			c.Refs = append(c.Refs, "tens")
		}
		if i == 129 || i == 0 {
			c.Refs = append(c.Refs, "ref-129", "ref-128")
		}
		list = append(list, c)
	}
	d.put(list...)
	refs := d.counts().Refs
	if len(refs) != 100 {
		d.Fatalf("there are %d refs, want 100", len(refs))
	}
	want := []store.RefCount{
		{Ref: "tens", N: 13}, {Ref: "ref-128", N: 3}, {Ref: "ref-129", N: 2}, {Ref: "ref-000", N: 1}, {Ref: "ref-001", N: 1},
	}
	d.wantDiff("the first refs", refs[:5], want)
	if last := refs[99]; last != (store.RefCount{Ref: "ref-096", N: 1}) {
		d.Errorf("the hundredth is %+v", last)
	}
}

func countsLabels(d *desk) {
	var list []store.Conversation
	for i := range 120 {
		c := conv(store.ConversationID(fmt.Sprint("1:", i)), 1)
		c.Labels = []string{fmt.Sprintf("label-%03d", i)}
		if i%40 == 0 {
			c.Labels = append(c.Labels, "vip", "vip")
		}
		c.Refs = []string{"vip"} // a ref is no label
		list = append(list, c)
	}
	d.put(list...)
	labels := d.counts().Labels
	if len(labels) != 100 || labels[99] != (store.LabelCount{Label: "label-098", N: 1}) {
		d.Errorf("there are %d labels, %+v at the end, want 100 up to label-098", len(labels), labels[len(labels)-1])
	}
	d.wantDiff("the first labels", labels[:2], []store.LabelCount{{Label: "vip", N: 3}, {Label: "label-000", N: 1}})
	list[0].Labels, list[40].Status, list[80].Hidden = []string{"late"}, store.StatusResolved, true
	d.put(list[0], list[40], list[80])
	labels = d.counts().Labels
	d.wantDiff("the first label now", labels[0], store.LabelCount{Label: "label-001", N: 1})
	d.wantIDs(term(store.FieldLabel, "late"), "1:0")
	d.wantIDs(term(store.FieldLabel, "vip"), "1:40")
}

func queueOutbox(d *desk) {
	reply := func(conv store.ConversationID, id store.MessageID, at store.Millis, s store.DeliveryState) store.Message {
		m := message(conv, id, at)
		m.Direction, m.State = store.Out, s
		return m
	}
	incoming := message("1:a", "in", 1)
	incoming.State = store.StateQueued // which no incoming message is
	d.say(incoming,
		reply("1:a", "a2", 20, store.StateHeld), reply("1:a", "a1", 10, store.StateFailed),
		reply("1:b", "b1", 15, store.StateQueued), reply("1:b", "b2", 16, store.StateSent),
		reply("1:c", "c1", 12, store.StateSending), reply("1:d", "d1", 1, store.StateCancelled),
		reply("1:e", "e1", 1, store.StateUnknown))
	wantOutbox := func(n int, want ...store.MessageID) {
		d.Helper()
		list, err := d.Outbox(d.ctx(), n)
		if err != nil {
			d.Fatal(err)
		}
		if got := messageIDs(list); !slices.Equal(got, want) {
			d.Errorf("Outbox(%d) = %q, want %q", n, got, want)
		}
	}
	// What can be sent comes before what waits for a person; of each the oldest first.
	wantOutbox(9, "c1", "b1", "e1", "a1", "a2")
	wantOutbox(2, "c1", "b1")
	wantOutbox(0)
	d.say(reply("1:c", "c1", 12, store.StateSent), reply("1:a", "a1", 10, store.StateQueued), reply("1:e", "e1", 30, store.StateUnknown))
	wantOutbox(9, "a1", "a2", "b1", "e1")
	d.apply(func(r store.Rows) error { return r.DeleteMessage("1:b", store.Place{At: 15, ID: "b1"}) })
	wantOutbox(9, "a1", "a2", "e1")
}

func queueDue(d *desk) {
	snoozed := func(id store.ConversationID, until store.Millis) store.Conversation {
		c := conv(id, 1)
		c.Status, c.SnoozedUntil = store.StatusSnoozed, until
		return c
	}
	wantDue := func(now store.Millis, n int, next store.Millis, want ...store.ConversationID) {
		d.Helper()
		list, gotNext, err := d.Due(d.ctx(), now, n)
		if err != nil {
			d.Fatal(err)
		}
		if got := idsOf(list); !slices.Equal(got, want) || gotNext != next {
			d.Errorf("Due(%d, %d) = %q, next %d, want %q, next %d", now, n, got, gotNext, want, next)
		}
	}
	wantDue(100, 9, 0)
	woken := snoozed("1:e", 5)
	woken.Status = store.StatusOpen
	d.put(snoozed("1:a", 30), snoozed("1:b", 10), snoozed("1:c", 20), conv("1:d", 1), woken)
	wantDue(9, 9, 10)
	wantDue(10, 9, 20, "1:b")
	wantDue(25, 9, 30, "1:b", "1:c")
	wantDue(25, 1, 20, "1:b")
	wantDue(99, 9, 0, "1:b", "1:c", "1:a")
	d.put(snoozed("1:b", 50), conv("1:c", 1))
	wantDue(40, 9, 50, "1:a")
}

func queueNameless(d *desk) {
	nameless := func(id store.ConversationID, at store.Millis) store.Conversation {
		c := conv(id, at)
		c.ProfileAt = 0
		return c
	}
	d.put(nameless("1:a", 10), nameless("1:b", 30), conv("1:c", 20), nameless("1:d", 20))
	wantNameless := func(n int, want ...store.ConversationID) {
		d.Helper()
		list, err := d.Nameless(d.ctx(), n)
		if err != nil {
			d.Fatal(err)
		}
		if got := idsOf(list); !slices.Equal(got, want) {
			d.Errorf("Nameless(%d) = %q, want %q", n, got, want)
		}
	}
	wantNameless(9, "1:b", "1:d", "1:a")
	wantNameless(2, "1:b", "1:d")
	wantNameless(0)
	d.put(conv("1:b", 30)) // asked for in the meantime
	wantNameless(9, "1:d", "1:a")
}

// viewsDump: the text tells what there is, not how it came about.
func viewsDump(d *desk) {
	a, b := conv("1:a", 1), conv("1:b", 2)
	a.Refs = []string{"x\xff\n"}
	d.put(b)
	d.say(message("1:b", "m2", 9), message("1:b", "m1", 4))
	d.apply(func(r store.Rows) error {
		return errors.Join(r.PutConversation(a), r.PutKey("1:z", "early", store.KeyRow{Delivered: true}),
			r.PutTouch("1:a", store.Touch{At: 4, ID: "t"}), r.CountUnknown("1", "x", 1))
	})
	text := d.dump()
	other := newDesk(d.TB, d.open)
	err := other.Apply(d.ctx(), d.seq, func(r store.Rows) error {
		return errors.Join(r.CountUnknown("1", "x", 1), r.PutTouch("1:a", store.Touch{At: 4, ID: "t"}), r.PutConversation(a),
			r.PutMessage(message("1:b", "m1", 3)), r.PutMessage(message("1:b", "m1", 4)),
			r.PutKey("1:z", "early", store.KeyRow{Delivered: true}), r.PutMessage(message("1:b", "m2", 9)), r.PutConversation(b))
	})
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("the other's dump", other.dump(), text)
	before := text
	a.ReadTo = 1
	d.put(a)
	if d.dump() == before {
		d.Error("a change of one field does not show")
	}
}
