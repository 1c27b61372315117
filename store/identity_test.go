package store_test

import (
	"testing"

	"pgregory.net/rapid"

	"frontdesk/store"
)

func TestConversationID(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		inbox   store.InboxID
		contact store.Contact
		want    store.ConversationID
	}{
		"psid":             {"100", store.Contact{Kind: store.ContactPSID, ID: "5550001"}, "100:5550001"},
		"user_ref":         {"100", store.Contact{Kind: store.ContactUserRef, ID: "7-a_b.c~"}, "100:ref:7-a_b.c~"},
		"visitor":          {"site", store.Contact{Kind: store.ContactVisitor, ID: "9000"}, "site:visitor:9000"},
		"escaped":          {"a:b", store.Contact{Kind: store.ContactUserRef, ID: "x y/%é"}, "a%3Ab:ref:x%20y%2F%25%C3%A9"},
		"a psid named ref": {"100", store.Contact{Kind: store.ContactPSID, ID: "ref"}, "100:ref"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := store.NewConversationID(c.inbox, c.contact)
			if got != c.want {
				t.Fatalf("NewConversationID = %q, want %q", got, c.want)
			}
			inbox, contact, err := store.ParseConversationID(got)
			if err != nil || inbox != c.inbox || contact != c.contact {
				t.Fatalf("ParseConversationID(%q) = %q, %+v, %v", got, inbox, contact, err)
			}
		})
	}
}

func TestConversationIDOfNobody(t *testing.T) {
	t.Parallel()
	if got := store.NewConversationID("100", store.Contact{Kind: store.ContactPSID}); got != "" {
		t.Errorf("without a contact: %q, want none", got)
	}
	if got := store.NewConversationID("", store.Contact{Kind: store.ContactPSID, ID: "1"}); got != "" {
		t.Errorf("without an inbox: %q, want none", got)
	}
}

func TestParseConversationIDRefusesOtherSpellings(t *testing.T) {
	t.Parallel()
	for _, id := range []store.ConversationID{
		"", "100", ":1", "100:", "100:ref:", "100:other:1", "1:ref:2:3", "100:a b", "100:%2", "100:%zz", "100:%2f", "100:%41",
	} {
		if _, _, err := store.ParseConversationID(id); err == nil {
			t.Errorf("ParseConversationID(%q) gave no error", id)
		}
	}
}

func TestConversationIDProperty(t *testing.T) {
	t.Parallel()
	kinds := []store.ContactKind{store.ContactPSID, store.ContactUserRef, store.ContactVisitor}
	rapid.Check(t, func(t *rapid.T) {
		inbox := store.InboxID(rapid.StringN(1, 12, -1).Draw(t, "inbox"))
		contact := store.Contact{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			ID:   string(rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "id")),
		}
		id := store.NewConversationID(inbox, contact)
		gotInbox, gotContact, err := store.ParseConversationID(id)
		if err != nil || gotInbox != inbox || gotContact != contact {
			t.Fatalf("%q came back as %q, %+v, %v", id, gotInbox, gotContact, err)
		}
	})
}

func TestKeyOf(t *testing.T) {
	t.Parallel()
	if a, b := store.KeyOf(store.FactMessage, "m_abc"), store.KeyOf(store.FactMessage, "abc"); a != b {
		t.Errorf("with and without m_: %q and %q", a, b)
	}
	if a, b := store.KeyOf(store.FactMessage, "m_m_abc"), store.KeyOf(store.FactMessage, "abc"); a == b {
		t.Errorf("only one m_ is taken away, yet both are %q", a)
	}
	if a, b := store.KeyOf(store.FactMessage, "abc"), store.KeyOf(store.FactPostback, "abc"); a == b {
		t.Errorf("a message and a postback share the key %q", a)
	}
	if a, b := store.KeyOf(store.FactMessage, "abc"), store.KeyOf(store.FactEcho, "abc"); a != b {
		t.Errorf("a result's mid finds only one of %q and %q", a, b)
	}
}

func TestHashID(t *testing.T) {
	t.Parallel()
	if a, b := store.HashID("ab", "c"), store.HashID("a", "bc"); a == b {
		t.Errorf("a moved border gives the same id %q", a)
	}
	if a, b := store.HashID("ab", "c"), store.HashID([]byte("ab"), []byte("c")); a != b {
		t.Errorf("text and bytes differ: %q and %q", a, b)
	}
}
