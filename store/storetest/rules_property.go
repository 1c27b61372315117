package storetest

import (
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

// play appends records and projects them in batches of at most n. Half way it closes everything and opens it again.
func (th theatre) play(t *rapid.T, records []store.Record, n int, look func(played)) {
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
		if i == 1 {
			look(p)
		}
		closeLog(th.T, views)
		closeLog(th.T, log)
	}
}

// ownWords are the fields of rows that are the projector's own business.
var ownWords = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(store.Message{}, "Queued", "Blocks", "HeldBy", "Error"),
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
		m := newPlainModel()
		for i, r := range h.records {
			m.play(store.Seq(i+1), r)
		}
		batch := rapid.SampledFrom([]int{1, 3, 1000}).Draw(rt, "batch")
		th.play(rt, h.records, batch, func(p played) {
			th.compare(rt, p.views, m)
			th.replay(rt, p)
			if th.sweep(rt, p) {
				th.replay(rt, p)
				th.compare(rt, p.views, m)
			}
		})
	})
}

// replay makes the views again and wants the same ones.
func (th theatre) replay(t *rapid.T, p played) {
	live := th.dump(t, p.views)
	if err := p.projector.Replay(th.Context(), nil); err != nil {
		t.Fatalf("Replay: %v", err)
	}
	if diff := cmp.Diff(live, th.dump(t, p.views)); diff != "" {
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
	}
	counts, err := views.Counts(th.Context())
	if err != nil {
		t.Fatalf("Counts: %v", err)
	}
	if diff := cmp.Diff(m.counts(), counts, ownWords); diff != "" {
		t.Fatalf("counts (-model +views):\n%s", diff)
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
	cmpopts.IgnoreFields(store.Conversation{}, "LastIncomingSeq"),
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
			th.play(rt, records, 5, func(p played) { whole[i] = th.whole(rt, p.views) })
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
