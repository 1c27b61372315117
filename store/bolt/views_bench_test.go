package bolt

import (
	"fmt"
	"testing"

	"frontdesk/store"
)

// benchConversations is how many conversations the benchmarks' desk has.
const benchConversations = 10_000

// benchViews is a desk on which an eighth of the conversations is open, a hundredth unread, and refs are of every
// frequency.
func benchViews(b *testing.B) *Views {
	b.Helper()
	v := newViews(b)
	origins := []store.Origin{store.OriginPlugin, store.OriginPlugin, store.OriginPlugin, store.OriginLink, store.OriginAd}
	mustApply(b, v, 1, func(r store.Rows) error {
		for i := range benchConversations {
			c := store.Conversation{
				ID: store.ConversationID(fmt.Sprintf("1000:%d", 8_000_000_000_000_000+i)), Inbox: "1000",
				Contact: store.Contact{Kind: store.ContactPSID, ID: fmt.Sprint(8_000_000_000_000_000 + i), Name: fmt.Sprint("Contact number ", i)},
				Status:  store.StatusResolved, LastActivity: store.Millis(1_794_819_600_000 + i*1000), ProfileAt: 1,
				Origins: []store.Origin{origins[i%len(origins)]}, Refs: []string{fmt.Sprint("page-", i%50)},
				LastMessage: store.LastMessage{Direction: store.In, Kind: store.KindText, Text: "Do you ship to Norway? And how long does it take?"},
			}
			if i%8 == 0 {
				c.Status = store.StatusOpen
			}
			if i%100 == 3 {
				c.Unread = 1
			}
			if i%1000 == 3 {
				c.Refs = append(c.Refs, "rare")
			}
			if err := r.PutConversation(c); err != nil {
				return err
			}
		}
		return nil
	})
	return v
}

// BenchmarkList asks for pages of 50. "whole" is the measure for the others: 50 rows that nothing filters.
func BenchmarkList(b *testing.B) {
	v := benchViews(b)
	one := func(f store.Field, values ...string) store.Term { return store.Term{Field: f, Values: values} }
	for _, tc := range []struct {
		name  string
		terms []store.Term
		words []string
	}{
		{name: "whole"},
		{name: "status", terms: []store.Term{one(store.FieldStatus, "open")}},
		{name: "origin", terms: []store.Term{one(store.FieldOrigin, "ad")}},
		{name: "ref", terms: []store.Term{one(store.FieldRef, "page-7")}},
		{name: "rare ref", terms: []store.Term{one(store.FieldRef, "rare")}},
		{name: "prefix", terms: []store.Term{one(store.FieldRef, "page-1*")}},
		{name: "unread", terms: []store.Term{one(store.FieldIs, store.IsUnread)}},
		{name: "not ref", terms: []store.Term{{Field: store.FieldRef, Values: []string{"page-7"}, Not: true}}},
		{name: "ref and origin and unread", terms: []store.Term{
			one(store.FieldRef, "page-3"), one(store.FieldOrigin, "link"), one(store.FieldIs, store.IsUnread),
		}},
		{name: "nothing", terms: []store.Term{one(store.FieldRef, "no such ref")}},
		{name: "words", words: []string{"number 77"}},
	} {
		b.Run(tc.name, func(b *testing.B) {
			req := store.ListRequest{Query: store.Query{Terms: tc.terms, Words: tc.words}, Limit: 50}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.List(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkApply brings one more message into one conversation, as a quiet desk does. Most of it is the sync.
func BenchmarkApply(b *testing.B) {
	v := benchViews(b)
	seq := store.Seq(1)
	for b.Loop() {
		seq++
		id := store.ConversationID(fmt.Sprintf("1000:%d", 8_000_000_000_000_000+int(seq)*7919%benchConversations))
		mustApply(b, v, seq, func(r store.Rows) error { return benchEvent(r, id, seq) })
	}
}

// BenchmarkApplyBatch brings a thousand messages in one Apply, as a replay does; the time is that of one message.
func BenchmarkApplyBatch(b *testing.B) {
	v := benchViews(b)
	seq := store.Seq(1)
	for b.Loop() {
		mustApply(b, v, seq+1000, func(r store.Rows) error {
			for range 1000 {
				seq++
				id := store.ConversationID(fmt.Sprintf("1000:%d", 8_000_000_000_000_000+int(seq)*7919%benchConversations))
				if err := benchEvent(r, id, seq); err != nil {
					return err
				}
			}
			return nil
		})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/message")
}

func benchEvent(r store.Rows, id store.ConversationID, seq store.Seq) error {
	c, _, err := r.Conversation(id)
	if err != nil {
		return err
	}
	m := store.Message{
		ID: store.MessageID(fmt.Sprintf("m_%040d", seq)), Conversation: id, Seq: seq, At: 1_794_900_000_000 + store.Millis(seq),
		Direction: store.In, Kind: store.KindText, Text: "It has not come yet. Could you look where it is?",
	}
	m.MID = string(m.ID)
	c.LastActivity, c.Status, c.Unreplied = m.At, store.StatusOpen, true
	c.Unread++
	if err := r.PutKey(id, "message/"+m.MID[2:], store.KeyRow{Place: m.Place()}); err != nil {
		return err
	}
	if err := r.PutMessage(m); err != nil {
		return err
	}
	return r.PutConversation(c)
}

// BenchmarkCounts reads the numbers beside the views and facets.
func BenchmarkCounts(b *testing.B) {
	v := benchViews(b)
	for b.Loop() {
		if _, err := v.Counts(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
