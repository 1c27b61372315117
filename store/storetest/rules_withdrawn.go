package storetest

import (
	"strings"

	"frontdesk/store"
)

// wordsOf are all bodies of the log in one text.
func (s *stage) wordsOf() string {
	s.Helper()
	var b strings.Builder
	for _, r := range readAll(s.T, s.log, 100) {
		b.Write(r.Body)
	}
	return b.String()
}

// wantSameAgain sweeps, and wants a replay to give the same views.
func (s *stage) wantSameAgain() {
	s.Helper()
	s.catchUp()
	s.sweep()
	live := s.dump()
	if err := s.projector.Replay(s.Context(), nil); err != nil {
		s.Fatalf("Replay: %v", err)
	}
	want(s, "views after a replay", s.dump(), live)
}

// worded is a fact with words of its own.
func worded(f store.Fact, text string) store.Fact {
	f.Text = text
	return f
}

// withdrawnRules: one mid that is told under two ids is two messages, until the platform says that the ids are one
// contact's.
var withdrawnRules = map[string]func(*stage){
	"of one mid told under two ids in one body, that one is taken out which was taken back": func(s *stage) {
		s.tell(worded(said("m1", 10), "mine"), as(guest, worded(said("m_m1", 11), "the guest's")), as(guest, edited("m1", 1, 12, "edited")))
		s.tell(unsent("m1", 20))
		s.wantSameAgain()
		s.wantNoWords(s.wordsOf(), "mine")
		s.wantNowhere("mine")
		m, err := s.views.Message(s.Context(), guestsC, "m_m1")
		if err != nil {
			s.Fatal(err)
		}
		want(s, "of the guest", m.Text, "edited")
		want(s, "former words of the guest", m.Edits[0].Text, "the guest's")
		c, err := s.views.Conversation(s.Context(), guestsC)
		if err != nil {
			s.Fatal(err)
		}
		want(s, "the guest's row", c.LastMessage.Text, "edited")

		s.tell(tied(readTo(30), "guest-1")) // now it is the same contact's
		s.wantSameAgain()
		s.wantNoWords(s.wordsOf(), "mine", "the guest's", "edited")
		s.wantNowhere("mine", "the guest's", "edited")
		want(s, "row", s.header().LastMessage.Withdrawn, true)
	},
	"one record tells of withdrawn words under both ids of a contact": func(s *stage) {
		s.tell(unsent("m1", 5), as(guest, unsent("m1", 5)))
		s.tell(as(guest, worded(said("m1", 10), "first")), tied(worded(said("m1", 20), "second"), "guest-1"),
			as(guest, worded(said("m1", 30), "third")))
		s.wantSameAgain()
		s.wantNoWords(s.wordsOf(), "first", "second", "third")
	},
	"words told under both ids are gone in whatever order they come, are taken back and turn out to be one contact's": func(s *stage) {
		quote := said("m2", 40)
		quote.ReplyTo = "m1"
		steps := [][]store.Fact{
			{as(guest, worded(said("m1", 10), "first")), factOf(worded(said("m_m1", 11), "second"))},
			{as(guest, edited("m1", 1, 20, "third")), factOf(quote)},
			{as(guest, unsent("m_m1", 30))},
			{factOf(tied(readTo(50), "guest-1"))},
			{factOf(edited("m_m1", 2, 35, "fourth"))},
		}
		permute(steps, func(steps [][]store.Fact) {
			other := newStage(s.T, s.open)
			for i, facts := range steps {
				other.tell(facts...)
				if i%2 == 0 {
					other.catchUp()
					other.sweep()
				}
			}
			other.wantSameAgain()
			other.wantNoWords(other.wordsOf(), "first", "second", "third", "fourth")
			other.wantNowhere("first", "second", "third", "fourth")
			want(other, "thread", other.ids(), []string{"m1", "m2"})
			want(other, "withdrawn", other.message("m1").Withdrawn, true)
			want(other, "quote", other.message("m2").ReplyTo, "m1")
		})
	},
	"what turns out to be ours in the same record keeps its words": func(s *stage) {
		s.write("a")
		s.try("a", 1)
		s.tell(unsent("mid-a", 10), edited("mid-a", 1, 20, "first"), echoed("mid-a", 30, "77", "a"), edited("mid-a", 2, 40, "stays"))
		want(s, "to be redacted", s.redactions(), nil)
		s.wantSameAgain()
		want(s, "text", s.message("out:a").Text, "stays")
		want(s, "withdrawn", s.message("out:a").Withdrawn, false)
	},
	"what an earlier frontdesk noted as taken out is taken out": func(s *stage) {
		told := s.tell(said("m1", 10), as(guest, said("m1", 11)))
		s.tell(unsent("m1", 20), tied(readTo(30), "guest-1"))
		want(s, "to be redacted", s.redactions(), wordsIn("m1", told, marasC, guestsC))
		s.do(store.Redacted{Done: []store.Redaction{{Seq: told, Inbox: page, MID: "m1"}}})
		want(s, "after it was done", s.redactions(), nil)
	},
}

// permute calls visit with every order of list.
func permute[T any](list []T, visit func([]T)) {
	var from func(int)
	from = func(i int) {
		if i == len(list) {
			visit(list)
			return
		}
		for j := i; j < len(list); j++ {
			list[i], list[j] = list[j], list[i]
			from(i + 1)
			list[i], list[j] = list[j], list[i]
		}
	}
	from(0)
}
