package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"frontdesk/store"
)

// theatre is a stage for many plays of one test: each in a folder of its own, closed at its end.
type theatre struct {
	*testing.T
	open func(*testing.T, string) (Log, DumpedViews)
}

// played is what a play leaves on the stage.
type played struct {
	log       Log
	views     DumpedViews
	feed      *store.Feed
	projector *store.Projector
}

// play appends records and projects them in batches of at most n. Half way it calls between, closes everything and opens
// it again.
func (th theatre) play(t *rapid.T, records []store.Record, n int, between, look func(played)) {
	dir := th.TempDir()
	for i, part := range [][]store.Record{records[:len(records)/2], records[len(records)/2:]} {
		log, views := th.open(th.T, dir)
		if _, err := log.Append(th.Context(), part...); err != nil && len(part) > 0 {
			t.Fatalf("Append: %v", err)
		}
		p := played{log: log, views: views, feed: store.NewFeed(0)}
		p.projector = store.NewProjector(slowLog{log, n}, views, translateJSON, p.feed, nil)
		if err := p.projector.CatchUp(th.Context()); err != nil {
			t.Fatalf("CatchUp: %v", err)
		}
		[]func(played){between, look}[i](p)
		closeLog(th.T, views)
		closeLog(th.T, log)
	}
}

// ownWords are the fields of rows that are the projector's own business.
var ownWords = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(store.Message{}, "Queued", "Blocks", "HeldBy", "Error", "Trail"),
	cmpopts.IgnoreFields(store.Counts{}, "Applied"),
}

// propertyModel plays histories of the steps that step draws, and holds the views against the model.
func propertyModel(t *testing.T, open func(*testing.T, string) (Log, DumpedViews), step func(*history)) {
	th := theatre{t, open}
	rapid.Check(t, func(rt *rapid.T) {
		h := newHistory(t, rt)
		for range rapid.IntRange(1, 40).Draw(rt, "records") {
			step(h)
		}
		batch := rapid.SampledFrom([]int{1, 3, 1000}).Draw(rt, "batch")
		sweepEarly := rapid.Bool().Draw(rt, "sweep half way")
		th.play(rt, h.records, batch, func(p played) {
			if sweepEarly {
				th.sweep(rt, p)
			}
		}, func(p played) {
			m := newPlainModel()
			th.pairs(rt, p.log, h.records, func(_, told store.Record) { m.play(told.Seq, told) })
			th.compare(rt, p.views, m)
			th.replay(rt, p)
			if th.sweep(rt, p) {
				th.replay(rt, p)
				th.compare(rt, p.views, m)
			}
			th.swept(rt, p, h.records)
		})
	})
}

// pairs gives each record as it stands in the log, and as it was appended, to visit. What a sweeper noted is left out.
func (th theatre) pairs(t *rapid.T, log store.Log, appended []store.Record, visit func(kept, told store.Record)) {
	for after, i := store.Seq(0), 0; after < log.Head(); {
		records, err := log.Read(th.Context(), after, 100)
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		for _, r := range records {
			after = r.Seq
			if r.Kind == store.RecordRedacted {
				continue
			}
			told := appended[i]
			told.Seq = r.Seq
			visit(r, told)
			i++
		}
	}
}

// swept wants the words of all withdrawn messages out of the log, and everything else in it as it was appended.
func (th theatre) swept(t *rapid.T, p played, appended []store.Record) {
	type message struct {
		conv store.ConversationID
		key  string
	}
	withdrawn, convs := map[message]bool{}, map[store.ConversationID]store.ConversationID{}
	page, err := p.views.List(th.Context(), store.ListRequest{Limit: 1000})
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	for _, c := range page.Rows {
		convs[c.ID] = c.ID
		for _, id := range c.Aliases {
			convs[id] = c.ID
		}
		thread, _ := th.read(t, p.views, c.ID)
		for _, m := range thread {
			if m.Withdrawn {
				withdrawn[message{c.ID, store.KeyOf(store.FactMessage, m.MID)}] = true
			}
		}
	}
	th.pairs(t, p.log, appended, func(kept, told store.Record) {
		if told.Kind != store.RecordWebhook {
			if diff := cmp.Diff(told.Body, kept.Body); diff != "" {
				t.Fatalf("record %d is not what was appended (-appended +kept):\n%s", told.Seq, diff)
			}
			return
		}
		want := translateJSON(told)
		for i, f := range want {
			words := f.Kind == store.FactMessage || f.Kind == store.FactEcho || f.Kind == store.FactEdit
			if words && withdrawn[message{convs[store.NewConversationID(f.Inbox, f.Contact)], store.KeyOf(store.FactMessage, f.MID)}] {
				want[i].Text, want[i].Payload, want[i].Attachments = "", "", nil
			}
		}
		if diff := cmp.Diff(want, translateJSON(kept), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("record %d after the sweeper (-want +kept):\n%s", told.Seq, diff)
		}
	})
}

// replay makes the views again and wants the same ones.
func (th theatre) replay(t *rapid.T, p played) {
	live := th.dump(t, p.views)
	if err := p.projector.Replay(th.Context(), nil); err != nil {
		t.Fatalf("Replay: %v", err)
	}
	if diff := cmp.Diff(strings.Split(live, "\n"), strings.Split(th.dump(t, p.views), "\n")); diff != "" {
		t.Fatalf("a replay gives other views (-live +replayed):\n%s", diff)
	}
}

// sweep takes withdrawn words out of the log, and reports whether there were any.
func (th theatre) sweep(t *rapid.T, p played) bool {
	todo, err := p.views.Redactions(th.Context(), 1)
	if err != nil {
		t.Fatalf("Redactions: %v", err)
	}
	if len(todo) > 0 {
		if err := sweep(th.Context(), p.log, p.views, p.feed, p.projector); err != nil {
			t.Fatalf("Sweep: %v", err)
		}
	}
	return len(todo) > 0
}

func (th theatre) dump(t *rapid.T, views DumpedViews) string {
	var b strings.Builder
	if err := views.Dump(th.Context(), &b); err != nil {
		t.Fatalf("Dump: %v", err)
	}
	return b.String()
}

// compare holds views against the model.
func (th theatre) compare(t *rapid.T, views DumpedViews, m *plainModel) {
	page, err := views.List(th.Context(), store.ListRequest{Limit: 1000})
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	if diff := cmp.Diff(m.list(), page.Rows, ownWords); diff != "" {
		t.Fatalf("list (-model +views):\n%s", diff)
	}
	for _, c := range page.Rows {
		thread, touches := th.read(t, views, c.ID)
		lines := m.conv(c.ID).lines()
		if diff := cmp.Diff(touchesOf(lines), touches, ownWords); diff != "" {
			t.Fatalf("touches of %s (-model +views):\n%s", c.ID, diff)
		}
		for i := range lines {
			lines[i].State = c.StateOf(lines[i])
		}
		if diff := cmp.Diff(lines, thread, ownWords); diff != "" {
			t.Fatalf("thread of %s (-model +views):\n%s", c.ID, diff)
		}
		for i, line := range thread {
			th.trail(t, line, lines[i].Trail)
		}
	}
	for key, u := range m.uploads {
		id, err := views.AttachmentID(th.Context(), store.InboxID(key[0]), key[1], 0)
		if err != nil || id != u.AttachmentID {
			t.Fatalf("the id of %s in %s is %q, %v; want %q", key[1], key[0], id, err, u.AttachmentID)
		}
	}
	counts, err := views.Counts(th.Context())
	if err != nil {
		t.Fatalf("Counts: %v", err)
	}
	if diff := cmp.Diff(m.counts(), counts, ownWords); diff != "" {
		t.Fatalf("counts (-model +views):\n%s", diff)
	}
}

// trail wants a message's trail to be in order, and to have what the model knows to belong there.
func (th theatre) trail(t *rapid.T, m store.Message, atLeast []store.Seq) {
	if !slices.IsSorted(m.Trail) || len(slices.Compact(slices.Clone(m.Trail))) != len(m.Trail) ||
		len(m.Trail) > store.MaxTrail || slices.Contains(m.Trail, 0) || slices.Contains(m.Trail, m.Seq) {
		t.Fatalf("the trail of %s, told of by %d, is %v", m.ID, m.Seq, m.Trail)
	}
	for _, seq := range atLeast {
		if !slices.Contains(m.Trail, seq) {
			t.Fatalf("the trail of %s lacks record %d: %v", m.ID, seq, m.Trail)
		}
	}
}

func (th theatre) read(t *rapid.T, views DumpedViews, conv store.ConversationID) ([]store.Message, []store.Touch) {
	thread, err := views.Thread(th.Context(), store.ThreadRequest{Conversation: conv, Limit: 1000})
	if err != nil {
		t.Fatalf("Thread: %v", err)
	}
	touches, err := views.Touches(th.Context(), conv, 1000)
	if err != nil {
		t.Fatalf("Touches: %v", err)
	}
	return thread.Messages, touches
}

// arrivalFree is what must be the same whatever the order of arrival.
type arrivalFree struct {
	Rows    []store.Conversation
	Threads map[store.ConversationID][]store.Message
	Touches map[store.ConversationID][]store.Touch
	Counts  store.Counts
}

// byArrival are the fields in which the order of arrival may show.
var byArrival = cmp.Options{
	ownWords,
	cmpopts.IgnoreFields(store.Message{}, "Seq"),
	cmpopts.IgnoreFields(store.Conversation{}, "LastIncomingSeq", "DeliveredSeq", "ReadSeq", "RefusedFrom"),
}

// propertyOrder delivers the same events, and results of attempts among them, in two orders, the second time doubled.
func propertyOrder(t *testing.T, open func(*testing.T, string) (Log, DumpedViews)) {
	th := theatre{t, open}
	rapid.Check(t, func(rt *rapid.T) {
		h := newHistory(t, rt)
		h.anyOrder = true
		for range rapid.IntRange(0, 4).Draw(rt, "replies") {
			h.reply(h.contact(), 0)
		}
		for _, who := range cast {
			conv := store.NewConversationID(page, who)
			for _, token := range h.replies[conv] {
				h.add(store.Attempt{Token: token, Conversation: conv, N: 1})
			}
		}
		before := h.records
		h.records = nil
		for range rapid.IntRange(1, 20).Draw(rt, "bodies") {
			h.facts()
		}
		h.outcomes()
		once := rapid.Permutation(h.records).Draw(rt, "first order")
		twice := rapid.Permutation(append(h.records[:len(h.records):len(h.records)], h.records...)).Draw(rt, "second order")
		var whole [2]arrivalFree
		for i, events := range [][]store.Record{once, twice} {
			records := append(before[:len(before):len(before)], events...)
			th.play(rt, records, 5, func(played) {}, func(p played) { whole[i] = th.whole(rt, p.views) })
		}
		if diff := cmp.Diff(whole[0], whole[1], byArrival); diff != "" {
			rt.Fatalf("the order of arrival shows (-once +shuffled and doubled):\n%s", diff)
		}
	})
}

func (th theatre) whole(t *rapid.T, views DumpedViews) arrivalFree {
	page, err := views.List(th.Context(), store.ListRequest{Limit: 1000})
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	w := arrivalFree{
		Rows: page.Rows, Threads: map[store.ConversationID][]store.Message{}, Touches: map[store.ConversationID][]store.Touch{},
	}
	for _, c := range page.Rows {
		w.Threads[c.ID], w.Touches[c.ID] = th.read(t, views, c.ID)
	}
	if w.Counts, err = views.Counts(th.Context()); err != nil {
		t.Fatalf("Counts: %v", err)
	}
	return w
}
