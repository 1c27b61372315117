package storetest

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"frontdesk/store"
)

// rowsModel is what views mean, in maps.
type rowsModel struct {
	seq     store.Seq
	unknown int
	convs   map[store.ConversationID]store.Conversation
	lines   map[store.ConversationID]map[store.MessageID]store.Message
	keys    map[rowsModelKey]store.KeyRow
	touches map[store.ConversationID]map[store.Place]store.Touch
}

type rowsModelKey struct {
	conv store.ConversationID
	key  string
}

func newRowsModel() *rowsModel {
	return &rowsModel{
		convs:   map[store.ConversationID]store.Conversation{},
		lines:   map[store.ConversationID]map[store.MessageID]store.Message{},
		keys:    map[rowsModelKey]store.KeyRow{},
		touches: map[store.ConversationID]map[store.Place]store.Touch{},
	}
}

func (m *rowsModel) clone() *rowsModel {
	n := newRowsModel()
	n.seq, n.unknown, n.convs, n.keys = m.seq, m.unknown, maps.Clone(m.convs), maps.Clone(m.keys)
	for id, lines := range m.lines {
		n.lines[id] = maps.Clone(lines)
	}
	for id, touches := range m.touches {
		n.touches[id] = maps.Clone(touches)
	}
	return n
}

func (m *rowsModel) putLine(line store.Message) {
	if m.lines[line.Conversation] == nil {
		m.lines[line.Conversation] = map[store.MessageID]store.Message{}
	}
	m.lines[line.Conversation][line.ID] = line
}

func (m *rowsModel) deleteLine(conv store.ConversationID, p store.Place) {
	if line, ok := m.lines[conv][p.ID]; ok && line.At == p.At {
		delete(m.lines[conv], p.ID)
	}
}

func (m *rowsModel) putTouch(conv store.ConversationID, t store.Touch) {
	if m.touches[conv] == nil {
		m.touches[conv] = map[store.Place]store.Touch{}
	}
	m.touches[conv][store.Place{At: t.At, ID: t.ID}] = t
}

// rows are the conversations that a query asks for, newest first.
func (m *rowsModel) rows(q store.Query) []store.Conversation {
	var rows []store.Conversation
	for _, c := range m.convs {
		if !c.Hidden && q.Match(c) {
			rows = append(rows, c)
		}
	}
	slices.SortFunc(rows, func(a, b store.Conversation) int { return b.Cursor().Compare(a.Cursor()) })
	return rows
}

// thread is a conversation's lines, oldest first, with the receipts taken in.
func (m *rowsModel) thread(c store.Conversation) []store.Message {
	var list []store.Message
	for _, line := range m.lines[c.ID] {
		if line.Direction == store.Out && line.State == store.StateSent {
			switch {
			case line.At <= c.ReadTo:
				line.State = store.StateRead
			case line.At < c.DeliveredTo, line.Delivered:
				line.State = store.StateDelivered
			}
		}
		list = append(list, line)
	}
	slices.SortFunc(list, func(a, b store.Message) int { return a.Place().Compare(b.Place()) })
	return list
}

func (m *rowsModel) counts() store.Counts {
	n := store.Counts{
		Unknown: m.unknown, Applied: m.seq, Statuses: map[store.Status]int{},
		Origins: map[store.Origin]int{}, Mine: map[string]int{}, Inboxes: map[store.InboxID]int{},
	}
	refs, labels := map[string]int{}, map[string]int{}
	for _, c := range m.convs {
		if c.Hidden {
			continue
		}
		n.Total++
		n.Statuses[c.Status]++
		if c.Status != store.StatusOpen {
			continue
		}
		n.Inboxes[c.Inbox]++
		if c.Unread > 0 {
			n.Unread++
		}
		if c.Unreplied {
			n.Unreplied++
		}
		if c.Assignee != "" {
			n.Mine[c.Assignee]++
		}
		known := slices.DeleteFunc(distinct(c.Origins), func(o store.Origin) bool { return o == store.OriginUnknown })
		if len(known) == 0 {
			known = []store.Origin{store.OriginUnknown}
		}
		for _, o := range known {
			n.Origins[o]++
		}
		for _, ref := range distinct(c.Refs) {
			refs[ref]++
		}
		for _, label := range distinct(c.Labels) {
			labels[label]++
		}
	}
	for ref, count := range refs {
		n.Refs = append(n.Refs, store.RefCount{Ref: ref, N: count})
	}
	slices.SortFunc(n.Refs, func(a, b store.RefCount) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Ref, b.Ref)) })
	for label, count := range labels {
		n.Labels = append(n.Labels, store.LabelCount{Label: label, N: count})
	}
	slices.SortFunc(n.Labels, func(a, b store.LabelCount) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Label, b.Label)) })
	return n
}

func distinct[T cmp.Ordered](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// outbox are the replies of a conversation that are not settled.
func (m *rowsModel) outbox() map[store.ConversationID][]store.Message {
	open := map[store.ConversationID][]store.Message{}
	for id, lines := range m.lines {
		for _, line := range lines {
			settled := line.State == store.StateSent || line.State == store.StateRead
			if line.Direction == store.Out && !settled {
				open[id] = append(open[id], line)
			}
		}
		slices.SortFunc(open[id], func(a, b store.Message) int { return a.Place().Compare(b.Place()) })
		if len(open[id]) == 0 {
			delete(open, id)
		}
	}
	return open
}

func wantSame(rt *rapid.T, what string, got, want any) {
	rt.Helper()
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		rt.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func noError(rt *rapid.T, err error) {
	rt.Helper()
	if err != nil {
		rt.Fatal(err)
	}
}

// compare asks the views everything.
func (m *rowsModel) compare(rt *rapid.T, v Views) {
	ctx := rt.Context()
	noError(rt, v.Check(ctx))
	counts, err := v.Counts(ctx)
	noError(rt, err)
	wantSame(rt, "counts", counts, m.counts())
	for range 6 {
		m.compareList(rt, v, drawQuery(rt))
	}
	for id, c := range m.convs {
		if c.Hidden {
			_, err := v.Conversation(ctx, id)
			if !errors.Is(err, store.ErrNotFound) {
				rt.Fatalf("Conversation(%s), which is hidden: %v", id, err)
			}
			continue
		}
		page, err := v.Thread(ctx, store.ThreadRequest{Conversation: id, Limit: 100})
		noError(rt, err)
		want := m.thread(c)
		wantSame(rt, "thread", page.Messages, want)
		for _, line := range want {
			got, err := v.Message(ctx, id, line.ID)
			noError(rt, err)
			wantSame(rt, "message", got, line)
		}
		touches, err := v.Touches(ctx, id, 100)
		noError(rt, err)
		wantTouches := slices.SortedFunc(maps.Values(m.touches[id]), func(a, b store.Touch) int {
			return store.Place{At: b.At, ID: b.ID}.Compare(store.Place{At: a.At, ID: a.ID})
		})
		wantSame(rt, "touches", touches, wantTouches)
	}
	m.compareQueues(rt, v)
	noError(rt, v.Apply(ctx, m.seq, func(r store.Rows) error {
		for k, want := range m.keys {
			got, ok, err := r.Key(k.conv, k.key)
			if err != nil || !ok {
				rt.Fatalf("Key(%q, %q): %v, %v", k.conv, k.key, ok, err)
			}
			wantSame(rt, "key", got, want)
		}
		return nil
	}))
}

// compareList pages through a list in both directions.
func (m *rowsModel) compareList(rt *rapid.T, v Views, q store.Query) {
	want := m.rows(q)
	limit := rapid.IntRange(1, 7).Draw(rt, "limit")
	for _, newer := range []bool{false, true} {
		var got []store.Conversation
		req := store.ListRequest{Query: q, Newer: newer, Limit: limit}
		for more := true; more; {
			page, err := v.List(rt.Context(), req)
			noError(rt, err)
			if more = page.More; len(page.Rows) == 0 {
				break
			}
			if len(got) > endless {
				rt.Fatalf("pages of %d of %+v never end", limit, q)
			}
			if newer {
				got = append(slices.Clone(page.Rows), got...)
				req.From = page.Rows[0].Cursor()
			} else {
				got = append(got, page.Rows...)
				req.From = page.Rows[len(page.Rows)-1].Cursor()
			}
		}
		wantSame(rt, "list", got, want)
	}
}

func (m *rowsModel) compareQueues(rt *rapid.T, v Views) {
	outbox, err := v.Outbox(rt.Context(), 100)
	noError(rt, err)
	got := map[store.ConversationID][]store.Message{}
	for _, line := range outbox {
		got[line.Conversation] = append(got[line.Conversation], line)
	}
	wantSame(rt, "outbox", got, m.outbox())

	due, next, err := v.Due(rt.Context(), 5, 100)
	noError(rt, err)
	var wantDue []store.ConversationID
	var wantNext store.Millis
	for _, c := range m.convs {
		switch until := c.SnoozedUntil; {
		case c.Hidden || c.Status != store.StatusSnoozed || until == 0:
		case until <= 5:
			wantDue = append(wantDue, c.ID)
		case wantNext == 0 || until < wantNext:
			wantNext = until
		}
	}
	gotDue := idsOf(due)
	slices.Sort(gotDue)
	slices.Sort(wantDue)
	wantSame(rt, "due", gotDue, wantDue)
	wantSame(rt, "the next that is due", next, wantNext)

	nameless, err := v.Nameless(rt.Context(), 100)
	noError(rt, err)
	wantSame(rt, "nameless", nameless, slices.DeleteFunc(m.rows(store.Query{}), func(c store.Conversation) bool { return c.ProfileAt != 0 }))
}
