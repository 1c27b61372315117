package bolt

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/store"
)

// ways are how a list can be made to look for its rows. Those that a query or the moment does not allow are not taken.
var ways = map[string]func(plan, *filter, bool) plan{
	"as planned": nil,
	"activity":   func(plan, *filter, bool) plan { return plan{way: byActivity} },
	"members": func(p plan, f *filter, _ bool) plan {
		if len(f.drivers) == 0 {
			return p
		}
		return plan{way: byMembers, driver: f.drivers[0]}
	},
	"columns": func(p plan, f *filter, columns bool) plan {
		if !columns || len(f.asks) == 0 {
			return p
		}
		return plan{way: byColumns}
	},
	"activity, then columns": func(p plan, f *filter, columns bool) plan {
		if !columns || len(f.asks) == 0 {
			return p
		}
		return plan{way: byActivity, budget: 3}
	},
}

// deskIDs are conversations, some of which columns can't tell apart: the first bytes of their hashes are equal.
var deskIDs = sync.OnceValue(func() []store.ConversationID {
	var ids []store.ConversationID
	for i := range 12 {
		ids = append(ids, store.ConversationID(fmt.Sprint("1:", i)))
	}
	first := hashOf(ids[0])
	for i := 100; len(ids) < 15; i++ {
		id := store.ConversationID(fmt.Sprint("1:", i))
		if h := hashOf(id); h[0] == first[0] && h[1] == first[1] {
			ids = append(ids, id)
		}
	}
	return ids
})

// numbered are n different texts with a common beginning.
func numbered(name string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("%s-%02d", name, i))
	}
	return list
}

// drawDesk is a conversation with more different labels than have a number, and sometimes more refs than a packed value
// has room for.
func drawDesk(rt *rapid.T, id store.ConversationID) store.Conversation {
	refs := rapid.SliceOfN(rapid.SampledFrom(numbered("ref", 12)), 0, 9).Draw(rt, "refs")
	labels := rapid.SliceOfN(rapid.SampledFrom(numbered("label", 24)), 0, 9).Draw(rt, "labels")
	c := store.Conversation{
		ID: id, Inbox: store.InboxID(rapid.SampledFrom([]string{"1", "2"}).Draw(rt, "inbox")),
		Contact:      store.Contact{ID: string(id), Name: rapid.SampledFrom([]string{"", "Mara", "Jonas"}).Draw(rt, "name")},
		Status:       store.Status(rapid.SampledFrom([]string{"open", "pending", "snoozed", "resolved", "later"}).Draw(rt, "status")),
		Assignee:     rapid.SampledFrom([]string{"", "ana", "ben"}).Draw(rt, "assignee"),
		Origins:      rapid.SliceOfN(rapid.SampledFrom([]store.Origin{"plugin", "link", "unknown", "later"}), 0, 2).Draw(rt, "origins"),
		Refs:         slices.Compact(slices.Sorted(slices.Values(refs))),
		Labels:       slices.Compact(slices.Sorted(slices.Values(labels))),
		Unread:       rapid.IntRange(0, 1).Draw(rt, "unread"),
		Unreplied:    rapid.Bool().Draw(rt, "unreplied"),
		LastActivity: store.Millis(rapid.IntRange(-1, 3).Draw(rt, "activity")),
		ProfileAt:    store.Millis(rapid.IntRange(0, 1).Draw(rt, "profile")),
	}
	if rapid.IntRange(0, 15).Draw(rt, "many") == 0 {
		c.Refs = append(numbered("many", packedTexts+rapid.IntRange(-9, 1).Draw(rt, "more")), c.Refs...)
	}
	if rapid.IntRange(0, 3).Draw(rt, "far") == 0 {
		c.LastActivity += 1 << 33
	}
	return c
}

func drawDeskQuery(rt *rapid.T) (q store.Query) {
	values := map[store.Field][]string{
		store.FieldStatus:   {"open", "pending", "snoozed", "resolved", "later", "none"},
		store.FieldOrigin:   {"plugin", "link", "unknown", "later", "none"},
		store.FieldRef:      append(numbered("ref", 12), "ref-0*", "ref-1*", "*", "none", "none*", "many-00", "many-60", "many-4*"),
		store.FieldIs:       {store.IsUnread, store.IsUnreplied},
		store.FieldInbox:    {"1", "2", "3"},
		store.FieldAssignee: {"", "ana", "ben", "none"},
		store.FieldLabel:    append(numbered("label", 24), "none"),
	}
	fields := []store.Field{
		store.FieldStatus, store.FieldOrigin, store.FieldRef, store.FieldRef, store.FieldIs, store.FieldInbox,
		store.FieldAssignee, store.FieldLabel,
	}
	for range rapid.IntRange(1, 3).Draw(rt, "terms") {
		f := rapid.SampledFrom(fields).Draw(rt, "field")
		q.Terms = append(q.Terms, store.Term{
			Field: f, Not: rapid.Bool().Draw(rt, "not"),
			Values: rapid.SliceOfN(rapid.SampledFrom(values[f]), 0, 3).Draw(rt, "values"),
		})
	}
	if rapid.IntRange(0, 5).Draw(rt, "words") == 0 {
		q.Words = []string{"ma"}
	}
	return q
}

// TestEveryWayGivesTheSame changes a desk at random, opens it anew in between, and asks for lists in every way that
// there is. What they must say is decided by Query.Match alone.
func TestEveryWayGivesTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), ViewsFile)
		open := func() *Views {
			v, err := OpenViews(path, Options{})
			if err != nil {
				rt.Fatal(err)
			}
			v.memory.least = 0
			return v
		}
		v := open()
		defer func() { _ = v.Close() }() // its answers have been compared
		desk := map[store.ConversationID]store.Conversation{}
		for seq := range store.Seq(rapid.IntRange(1, 6).Draw(rt, "applies")) {
			err := v.Apply(rt.Context(), seq+1, func(r store.Rows) error {
				for range rapid.IntRange(0, 12).Draw(rt, "changes") {
					c := drawDesk(rt, rapid.SampledFrom(deskIDs()).Draw(rt, "conversation"))
					desk[c.ID] = c
					if err := r.PutConversation(c); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				rt.Fatal(err)
			}
			switch rapid.IntRange(0, 4).Draw(rt, "then") {
			case 0:
				if err := v.Close(); err != nil {
					rt.Fatal(err)
				}
				v = open()
			case 1, 2:
				if err := v.Warm(rt.Context()); err != nil {
					rt.Fatal(err)
				}
			}
		}
		if err := v.Warm(rt.Context()); err != nil {
			rt.Fatal(err)
		}
		for range 5 {
			q := drawDeskQuery(rt)
			for name, choose := range ways {
				v.choose = choose
				compareWay(rt, v, name, q, desk)
			}
		}
	})
}

// compareWay pages through a list in both directions.
func compareWay(rt *rapid.T, v *Views, name string, q store.Query, desk map[store.ConversationID]store.Conversation) {
	var want []store.ConversationID
	for _, c := range desk {
		if q.Match(c) {
			want = append(want, c.ID)
		}
	}
	slices.SortFunc(want, func(a, b store.ConversationID) int { return desk[b].Cursor().Compare(desk[a].Cursor()) })
	limit := rapid.IntRange(1, 6).Draw(rt, "limit")
	for _, newer := range []bool{false, true} {
		var got []store.ConversationID
		req := store.ListRequest{Query: q, Newer: newer, Limit: limit}
		for more := true; more && len(got) <= len(desk); {
			page, err := v.List(rt.Context(), req)
			if err != nil {
				rt.Fatal(err)
			}
			if more = page.More; len(page.Rows) == 0 {
				break
			}
			var ids []store.ConversationID
			for _, c := range page.Rows {
				ids = append(ids, c.ID)
			}
			if newer {
				got, req.From = append(ids, got...), page.Rows[0].Cursor()
			} else {
				got, req.From = append(got, ids...), page.Rows[len(page.Rows)-1].Cursor()
			}
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("by %s, newer %v: %+v gives %q, want %q", name, newer, q, got, want)
		}
	}
}

// manyConversations fills views with n conversations in one Apply.
func manyConversations(t testing.TB, v *Views, n int) {
	t.Helper()
	mustApply(t, v, 1, func(r store.Rows) error {
		for i := range n {
			c := store.Conversation{
				ID: store.ConversationID(fmt.Sprint("1:", i)), LastActivity: store.Millis(i / 3), Status: store.StatusOpen,
				Refs: []string{fmt.Sprint("page-", i%40)},
			}
			if err := r.PutConversation(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestColumnsBesideWriter lets readers ask by columns while conversations move, as they are being read for the first
// time and after that. A reader must never see half a change.
func TestColumnsBesideWriter(t *testing.T) {
	t.Parallel()
	v := newViews(t)
	manyConversations(t, v, 2*fewRows)
	v.choose = ways["columns"]
	q := store.Query{Terms: []store.Term{{Field: store.FieldRef, Values: []string{"moved"}}}}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for ctx.Err() == nil {
				page, err := v.List(t.Context(), store.ListRequest{Query: q, Limit: 1000})
				if err != nil {
					t.Errorf("List: %v", err)
					return
				}
				if want := 2 * max(0, int(page.Applied)-1); len(page.Rows) != want {
					t.Errorf("at %d there are %d rows, want %d", page.Applied, len(page.Rows), want)
				}
			}
		})
	}
	for seq := store.Seq(2); seq < 60; seq++ {
		if seq == 5 {
			v.memory.want(v, 2*fewRows, true)
		}
		mustApply(t, v, seq, func(r store.Rows) error {
			for side := range 2 {
				c, _, err := r.Conversation(store.ConversationID(fmt.Sprint("1:", 97*int(seq)+side)))
				if err != nil {
					return err
				}
				c.Refs, c.LastActivity = []string{"moved"}, 1_000_000+store.Millis(seq)
				if err := r.PutConversation(c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := v.Warm(t.Context()); err != nil {
		t.Error(err)
	}
	cancel()
	wg.Wait()
	checkColumns(t, v)
}

// checkColumns compares the columns with those that the index gives now.
func checkColumns(t *testing.T, v *Views) {
	t.Helper()
	got := v.memory.columns
	fresh := memory{}
	defer fresh.drop()
	for more := true; more; {
		err := v.read(t.Context(), "compare", func(r *reader) (err error) {
			more, err = fresh.load(r.tx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rows := func(c *columns) (list []columnKey) {
		for _, p := range c.pieces {
			if p.n == 0 {
				t.Error("a piece is empty")
			}
			for i := range p.n {
				list = append(list, p.key(i))
			}
		}
		return list
	}
	if got == nil || got.rows != fresh.columns.rows || !slices.Equal(rows(got), rows(fresh.columns)) {
		t.Error("the columns are not what the index says")
	}
}

// TestColumnsAreReadAnew: a change that nobody told of, and an emptying, leave no columns that lie.
func TestColumnsAreReadAnew(t *testing.T) {
	t.Parallel()
	v := newViews(t)
	manyConversations(t, v, fewRows+1)
	if err := v.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	v.memory.follow(v.memory.tx+2, nil)
	if v.memory.columns != nil {
		t.Error("columns were kept that missed a change")
	}
	if err := v.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkColumns(t, v)
	if err := v.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v.memory.columns != nil {
		t.Error("columns were kept of views that are empty")
	}
}

// TestColumnsWaitForTheFirstList: opening reads nothing, and a small desk never does.
func TestColumnsWaitForTheFirstList(t *testing.T) {
	t.Parallel()
	v := newViews(t)
	manyConversations(t, v, 100)
	if _, err := v.List(t.Context(), store.ListRequest{Limit: 10}); err != nil {
		t.Fatal(err)
	}
	if err := v.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v.memory.columns != nil {
		t.Error("a desk of a hundred conversations has columns")
	}
}
