package store_test

import (
	"slices"
	"testing"

	"frontdesk/store"
)

func TestTitle(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		contact store.Contact
		want    string
	}{
		"a name":          {store.Contact{Kind: store.ContactVisitor, ID: "9000000000000000001", Name: "Mara Voss"}, "Mara Voss"},
		"a visitor":       {store.Contact{Kind: store.ContactVisitor, ID: "9000000000000000001"}, "Visitor 3c7c"},
		"a PSID":          {store.Contact{Kind: store.ContactPSID, ID: "8000000000000101"}, "Contact …0101"},
		"a guest":         {store.Contact{Kind: store.ContactUserRef, ID: "cart-äöü1"}, "Guest …äöü1"},
		"a short id":      {store.Contact{Kind: store.ContactPSID, ID: "101"}, "Contact 101"},
		"no kind, no id":  {store.Contact{}, "Contact "},
		"ill-formed UTF8": {store.Contact{Kind: store.ContactUserRef, ID: "\xff\xff\xff\xff\xff"}, "Guest …\ufffd\ufffd\ufffd\ufffd"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.contact.Title(); got != tc.want {
				t.Errorf("Title = %q, want %q", got, tc.want)
			}
		})
	}
}

func TestQueryMatch(t *testing.T) {
	t.Parallel()
	c := store.Conversation{
		Inbox: "1", Status: store.StatusOpen, Assignee: "ana", Labels: []string{"vip"}, Unread: 2,
		Contact: store.Contact{Name: "Mara Voss"}, Refs: []string{"pricing", "spring-sale"},
		Origins: []store.Origin{store.OriginPlugin, store.OriginAd},
	}
	for name, tc := range map[string]struct {
		term  store.Term
		words []string
		want  bool
	}{
		"status":                      {term: store.Term{Field: store.FieldStatus, Values: []string{"open"}}, want: true},
		"one of several":              {term: store.Term{Field: store.FieldStatus, Values: []string{"pending", "open"}}, want: true},
		"none of several":             {term: store.Term{Field: store.FieldStatus, Values: []string{"pending", "resolved"}}},
		"not":                         {term: store.Term{Field: store.FieldStatus, Values: []string{"pending"}, Not: true}, want: true},
		"not one of several":          {term: store.Term{Field: store.FieldStatus, Values: []string{"pending", "open"}, Not: true}},
		"no values":                   {term: store.Term{Field: store.FieldStatus}},
		"not, no values":              {term: store.Term{Field: store.FieldStatus, Not: true}, want: true},
		"any touch's origin":          {term: store.Term{Field: store.FieldOrigin, Values: []string{"ad"}}, want: true},
		"unknown, though one's known": {term: store.Term{Field: store.FieldOrigin, Values: []string{"unknown"}}},
		"ref":                         {term: store.Term{Field: store.FieldRef, Values: []string{"pricing"}}, want: true},
		"ref in other case":           {term: store.Term{Field: store.FieldRef, Values: []string{"Pricing"}}},
		"part of a ref":               {term: store.Term{Field: store.FieldRef, Values: []string{"pric"}}},
		"prefix of a ref":             {term: store.Term{Field: store.FieldRef, Values: []string{"spring-*"}}, want: true},
		"a star inside":               {term: store.Term{Field: store.FieldRef, Values: []string{"s*g-sale"}}},
		"unread":                      {term: store.Term{Field: store.FieldIs, Values: []string{"unread"}}, want: true},
		"unreplied":                   {term: store.Term{Field: store.FieldIs, Values: []string{"unreplied"}}},
		"inbox":                       {term: store.Term{Field: store.FieldInbox, Values: []string{"1"}}, want: true},
		"assignee":                    {term: store.Term{Field: store.FieldAssignee, Values: []string{"ana"}}, want: true},
		"nobody":                      {term: store.Term{Field: store.FieldAssignee, Values: []string{""}}},
		"label":                       {term: store.Term{Field: store.FieldLabel, Values: []string{"vip"}}, want: true},
		"words":                       {words: []string{"voss", "MARA"}, want: true},
		"a word that is missing":      {words: []string{"mara", "lind"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := store.Query{Words: tc.words}
			if tc.term.Field != "" {
				q.Terms = []store.Term{tc.term}
			}
			if err := q.Check(); err != nil {
				t.Errorf("Check: %v", err)
			}
			if got := q.Match(c); got != tc.want {
				t.Errorf("Match = %v, want %v", got, tc.want)
			}
		})
	}
	t.Run("without a known origin", func(t *testing.T) {
		t.Parallel()
		q := store.Query{Terms: []store.Term{{Field: store.FieldOrigin, Values: []string{"unknown"}}}}
		for _, origins := range [][]store.Origin{nil, {store.OriginUnknown}, {""}} {
			if !q.Match(store.Conversation{Origins: origins}) {
				t.Errorf("origins %q are not unknown", origins)
			}
		}
	})
}

func TestQueryCheckRefuses(t *testing.T) {
	t.Parallel()
	for _, term := range []store.Term{
		{Field: "colour", Values: []string{"red"}},
		{Field: store.FieldIs, Values: []string{"unread", "nice"}},
	} {
		if err := (store.Query{Terms: []store.Term{term}}).Check(); err == nil {
			t.Errorf("%+v was taken", term)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	places := []store.Place{{At: 2, ID: "a"}, {At: 1, ID: "a"}, {At: 1, ID: "b"}, {At: -1, ID: "z"}, {At: 1, ID: "a"}}
	slices.SortFunc(places, store.Place.Compare)
	// SHA-256 begins with 3e for b and with ca for a.
	want := []store.Place{{At: -1, ID: "z"}, {At: 1, ID: "b"}, {At: 1, ID: "a"}, {At: 1, ID: "a"}, {At: 2, ID: "a"}}
	if !slices.Equal(places, want) {
		t.Errorf("places in order: %v, want %v", places, want)
	}
	a := store.Conversation{ID: "a", LastActivity: 1}.Cursor()
	b := store.Conversation{ID: "b", LastActivity: 1}.Cursor()
	if a.Compare(b) <= 0 || b.Compare(a) >= 0 || a.Compare(a) != 0 || a.Compare(store.Cursor{LastActivity: 2, ID: "b"}) >= 0 {
		t.Error("cursors of one time are not in the order of their ids' hashes, or not in that of time")
	}
}

func TestStateOf(t *testing.T) {
	t.Parallel()
	c := store.Conversation{DeliveredTo: 30, ReadTo: 20}
	sent := func(at store.Millis) store.Message {
		return store.Message{Direction: store.Out, State: store.StateSent, At: at}
	}
	named, retried, echoed, incoming, failed := sent(40), sent(10), sent(10), sent(10), sent(10)
	named.Delivered = true
	retried.TriedAt = 25
	echoed.TriedAt, echoed.SentAt = 25, 31
	incoming.Direction = store.In
	failed.State = store.StateFailed
	for name, tc := range map[string]struct {
		m    store.Message
		want store.DeliveryState
	}{
		"read: at the watermark":          {sent(20), store.StateRead},
		"delivered: before the watermark": {sent(29), store.StateDelivered},
		"sent: at the delivery watermark": {sent(30), store.StateSent},
		"delivered: named by a receipt":   {named, store.StateDelivered},
		"counts from the last attempt":    {retried, store.StateDelivered},
		"counts from the platform's time": {echoed, store.StateSent},
		"incoming":                        {incoming, store.StateSent},
		"failed stays failed":             {failed, store.StateFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.StateOf(tc.m); got != tc.want {
				t.Errorf("StateOf = %s, want %s", got, tc.want)
			}
		})
	}
}
