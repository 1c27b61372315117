package storetest

import (
	"errors"
	"slices"

	"frontdesk/store"
)

// A guest of whom it turns out that she is Mara.
const guestsC store.ConversationID = "100:ref:guest-1"

var guest = store.Contact{Kind: store.ContactUserRef, ID: "guest-1"}

// as is a fact of another contact.
func as(who store.Contact, f store.Fact) store.Fact {
	f.Inbox, f.Contact = page, who
	return f
}

// writeAs is a reply in the guest's conversation.
func (s *stage) writeAs(who store.Contact, token store.Token) {
	s.Helper()
	r := store.Reply{Token: token, Conversation: store.NewConversationID(page, who), Inbox: page, Recipient: who, Agent: "ana"}
	r.Message.Text = "reply " + string(token)
	s.do(r)
}

// actIn is an act in the guest's conversation.
func (s *stage) actIn(conv store.ConversationID, a store.Act) {
	s.Helper()
	a.Conversation, a.Agent = conv, "ana"
	s.do(a)
}

var mergeRules = map[string]func(*stage){
	"a guest becomes the contact, with all that was said": func(s *stage) {
		s.tell(as(guest, arriving(said("g1", 10), store.OriginPlugin, "pricing")), as(guest, came(5, store.OriginLink, "spring")))
		s.tell(said("m1", 20))
		s.tell(tied(said("m2", 30), "guest-1"))
		c := s.header()
		want(s, "thread", len(s.thread()), 4)
		want(s, "unread", c.Unread, 3)
		want(s, "refs", c.Refs, []string{"pricing", "spring"})
		want(s, "touch", c.Touch.Ref, "pricing")
		want(s, "waiting since", c.WaitingSince, 10)
		want(s, "other ids", c.Aliases, []store.ConversationID{guestsC})
		touches, err := s.views.Touches(s.Context(), marasC, 10)
		if err != nil || len(touches) != 2 {
			s.Errorf("Touches = %d, %v, want 2", len(touches), err)
		}
		counts, err := s.views.Counts(s.Context())
		if err != nil || counts.Total != 1 {
			s.Errorf("Counts = %d conversations, %v, want 1", counts.Total, err)
		}
	},
	"the other id goes on working": func(s *stage) {
		s.tell(as(guest, said("g1", 10)))
		s.tell(tied(said("m1", 20), "guest-1"))
		s.tell(as(guest, said("g2", 30)), as(guest, readTo(90)))
		s.writeAs(guest, "a")
		s.actIn(guestsC, store.Act{Verb: store.VerbAssign, Assignee: "ben"})
		s.do(store.Profile{Conversation: guestsC, Name: "Mara Voss"})
		c := s.header()
		want(s, "assignee", c.Assignee, "ben")
		want(s, "name", c.Contact.Name, "Mara Voss")
		want(s, "read to", c.ReadTo, 90)
		want(s, "thread", s.ids(), []string{"g1", "m1", "g2", "out:a", "assigned"})
		other, err := s.views.Conversation(s.Context(), guestsC)
		if err != nil {
			s.Fatal(err)
		}
		want(s, "under the other id", other, c)
		page, err := s.views.Thread(s.Context(), store.ThreadRequest{Conversation: guestsC, Limit: 10})
		if err != nil {
			s.Fatal(err)
		}
		want(s, "thread under the other id", page.Messages, s.thread())
		m, err := s.views.Message(s.Context(), guestsC, "g1")
		if err != nil || m.Conversation != marasC {
			s.Errorf("Message = %+v, %v, want one of %s", m, err, marasC)
		}
	},
	"an alias before anything, told twice, makes nothing": func(s *stage) {
		s.tell(tied(readTo(5), "guest-1"), tied(readTo(5), "guest-1"))
		s.catchUp()
		for _, id := range []store.ConversationID{marasC, guestsC} {
			if _, err := s.views.Conversation(s.Context(), id); !errors.Is(err, store.ErrNotFound) {
				s.Errorf("Conversation(%s): %v, want ErrNotFound", id, err)
			}
		}
		s.tell(as(guest, said("g1", 10)))
		want(s, "thread", s.ids(), []string{"g1"})
		want(s, "contact", s.header().Contact, mara)
	},
	"two guests are one contact": func(s *stage) {
		second := store.Contact{Kind: store.ContactUserRef, ID: "guest-2"}
		s.tell(as(guest, said("g1", 10)), as(second, said("g2", 20)))
		s.tell(tied(readTo(5), "guest-2"), tied(readTo(5), "guest-1"), tied(readTo(5), "guest-2"))
		c := s.header()
		want(s, "thread", s.ids(), []string{"g1", "g2"})
		want(s, "other ids", c.Aliases, []store.ConversationID{guestsC, "100:ref:guest-2"})
		want(s, "unread", c.Unread, 2)
	},
	"a guest who is said to be two people stays the first": func(s *stage) {
		other := store.Contact{Kind: store.ContactPSID, ID: "5550002"}
		s.tell(as(guest, said("g1", 10)), tied(said("m1", 20), "guest-1"))
		s.tell(as(other, tied(said("o1", 30), "guest-1")))
		want(s, "thread", s.ids(), []string{"g1", "m1"})
		page, err := s.views.Thread(s.Context(), store.ThreadRequest{Conversation: "100:5550002", Limit: 10})
		if err != nil || len(page.Messages) != 1 {
			s.Errorf("the other's thread has %d lines, %v, want 1", len(page.Messages), err)
		}
	},
	"the more open status stands": func(s *stage) {
		s.tell(said("m1", 10), as(guest, said("g1", 20)))
		s.act(store.Act{Verb: store.VerbResolve})
		s.actIn(guestsC, store.Act{Verb: store.VerbSnooze, Until: 9_000_000})
		s.actIn(guestsC, store.Act{Verb: store.VerbAssign, Assignee: "ben"})
		s.tell(tied(readTo(5), "guest-1"))
		c := s.header()
		want(s, "status", c.Status, store.StatusSnoozed)
		want(s, "until", c.SnoozedUntil, 9_000_000)
		want(s, "assignee", c.Assignee, "ben")
		s.do(store.Woke{Conversation: guestsC, Until: 9_000_000})
		want(s, "after it woke", s.header().Status, store.StatusOpen)
	},
	"open stays open": func(s *stage) {
		s.tell(said("m1", 10), as(guest, said("g1", 20)))
		s.act(store.Act{Verb: store.VerbResolve})
		s.tell(tied(readTo(5), "guest-1"))
		want(s, "status", s.header().Status, store.StatusOpen)
	},
	"unread is the sum, whoever was seen further": func(s *stage) {
		for _, seen := range []struct {
			conv store.ConversationID
			who  store.Contact
		}{{marasC, mara}, {guestsC, guest}} {
			other := newStage(s.T, s.open)
			other.tell(said("m1", 10), as(guest, said("g1", 11)))
			last := other.tell(said("m2", 20), as(guest, said("g2", 21)))
			other.actIn(seen.conv, store.Act{Verb: store.VerbRead, Seen: last})
			other.tell(as(seen.who, said("late", 30)))
			other.tell(tied(readTo(5), "guest-1"))
			want(other, "unread", other.header().Unread, 3)
			other.act(store.Act{Verb: store.VerbRead, Seen: 1 << 40})
			want(other, "read", other.header().Unread, 0)
			other.act(store.Act{Verb: store.VerbUnread})
			if other.header().Unread == 0 {
				other.Error("nothing could be marked unread")
			}
		}
	},
	"labels are united by time": func(s *stage) {
		s.tell(said("m1", 10), labelled("a", 10, false), labelled("b", 30, true))
		s.tell(as(guest, labelled("b", 20, false)), as(guest, labelled("c", 20, false)))
		s.tell(tied(readTo(5), "guest-1"))
		want(s, "labels", s.header().Labels, []string{"a", "c"})
	},
	"queued replies keep whom they were written for, and results find them": func(s *stage) {
		s.tell(as(guest, said("g1", 10)), said("m1", 20))
		s.writeAs(guest, "a")
		s.writeAs(guest, "b")
		s.write("c")
		s.tell(tied(readTo(5), "guest-1"))
		want(s, "outbox", s.header().Outbox, []store.Token{"a", "b", "c"})
		m := s.message("out:a")
		want(s, "recipient", m.Recipient, guest)
		want(s, "conversation", m.Conversation, marasC)
		s.do(store.Attempt{Token: "a", Conversation: guestsC, N: 1})
		s.do(store.Result{Token: "a", Conversation: guestsC, N: 1, Outcome: store.OutcomeFailed})
		want(s, "failed", s.state("a"), store.StateFailed)
		want(s, "behind it", []store.DeliveryState{s.state("b"), s.state("c")}, []store.DeliveryState{store.StateHeld, store.StateHeld})
		s.actIn(guestsC, store.Act{Verb: store.VerbCancel, Message: "out:a"})
		want(s, "let go", s.state("c"), store.StateQueued)
	},
	"an echo that came under the other id is the reply": func(s *stage) {
		s.tell(as(guest, said("g1", 10)))
		s.writeAs(guest, "a")
		s.do(store.Attempt{Token: "a", Conversation: guestsC, N: 1})
		s.do(store.Result{Token: "a", Conversation: guestsC, N: 1, Outcome: store.OutcomeUnknown})
		s.tell(echoed("mid-a", 30, "77", "a"), reacted("mid-a", 40, "❤"))
		s.tell(tied(readTo(5), "guest-1"))
		m := s.message("out:a")
		want(s, "state", m.State, store.StateSent)
		want(s, "mid", m.MID, "mid-a")
		want(s, "reactions", len(m.Reactions), 1)
		want(s, "thread", s.ids(), []string{"g1", "out:a"})
	},
	"feedback that waits under one id finds the reply whose echo came under the other": func(s *stage) {
		s.writeAs(guest, "a")
		s.do(store.Attempt{Token: "a", Conversation: guestsC, N: 1})
		s.tell(as(guest, judged("mid-a", 40, "Good response")), echoed("mid-a", 30, "77", "a"))
		s.tell(tied(readTo(5), "guest-1"))
		want(s, "feedback", s.message("out:a").Feedback, "Good response")
	},
	"one message under both ids is one line": func(s *stage) {
		first := s.tell(as(guest, said("m1", 30)))
		s.tell(said("m_m1", 20), reacted("m1", 40, "❤"), as(guest, edited("m1", 1, 50, "second")))
		s.tell(tied(readTo(5), "guest-1"))
		m := s.message("m_m1")
		want(s, "place", m.At, 20)
		want(s, "record", m.Seq, first)
		want(s, "text", m.Text, "second")
		want(s, "former words", m.Edits, []store.Edit{{Text: "text of m_m1", At: 50}})
		want(s, "reactions", len(m.Reactions), 1)
		want(s, "unread", s.header().Unread, 1)
		want(s, "lines", len(s.thread()), 1)
	},
	"words taken back under one id are gone under the other": func(s *stage) {
		told := s.tell(as(guest, said("m1", 30)))
		s.tell(unsent("m1", 40))
		s.tell(tied(readTo(5), "guest-1"))
		want(s, "withdrawn", s.message("m1").Withdrawn, true)
		want(s, "to be redacted", s.redactions(), wordsIn("m1", told, marasC, guestsC))
		s.wantNowhere("text of m1")
	},
	"an edit under one id of what was taken back under the other is redacted": func(s *stage) {
		told := s.tell(as(guest, edited("m1", 1, 30, "second")))
		s.tell(unsent("m1", 40))
		s.tell(tied(readTo(5), "guest-1"))
		want(s, "withdrawn", s.message("m1").Withdrawn, true)
		want(s, "to be redacted", s.redactions(), wordsIn("m1", told, marasC, guestsC))
		s.wantNowhere("second")
	},
	"a long guest's conversation moves whole": func(s *stage) {
		var facts []store.Fact
		for i := range 700 {
			facts = append(facts, as(guest, said(string(rune('一'+i)), store.Millis(1000+i))))
		}
		s.tell(facts...)
		s.tell(tied(said("m1", 5), "guest-1"))
		want(s, "lines", len(s.thread()), 701)
		want(s, "unread", s.header().Unread, 701)
	},
	"a replay of a merge gives the same views": func(s *stage) {
		s.tell(as(guest, said("g1", 10)), said("m1", 20))
		s.writeAs(guest, "a")
		s.tell(tied(tagged(said("m2", 30)), "guest-1"))
		s.catchUp()
		live := s.dump()
		if err := s.projector.Replay(s.Context(), nil); err != nil {
			s.Fatalf("Replay: %v", err)
		}
		want(s, "views", s.dump(), live)
		want(s, "ids of the dump", slices.Contains(s.ids(), "g1"), true)
	},
}
