package storetest

import (
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// note writes a private note and returns its id.
func (s *stage) note(text string) store.MessageID {
	s.Helper()
	seq := s.act(store.Act{Verb: store.VerbNote, Text: text})
	return store.MessageID("log:" + decimal(seq))
}

// lineKinds are the kinds of Mara's thread.
func (s *stage) lineKinds() (kinds []store.MessageKind) {
	s.Helper()
	for _, m := range s.thread() {
		kinds = append(kinds, m.Kind)
	}
	return kinds
}

// labels are the numbers beside the labels.
func (s *stage) labels() []store.LabelCount {
	s.Helper()
	s.catchUp()
	counts, err := s.views.Counts(s.Context())
	if err != nil {
		s.Fatalf("Counts: %v", err)
	}
	return counts.Labels
}

var noteRules = map[string]func(*stage){
	"a note is a line and nothing else": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.act(store.Act{Verb: store.VerbSnooze, Until: 9_000_000})
		before := s.header()
		id := s.note("Her order is late, be kind.")
		want(s, "row", s.header(), before)
		m := s.message(id)
		want(s, "note", m, store.Message{
			ID: id, Conversation: marasC, At: s.clock, Seq: s.log.Head(), Direction: store.Note, Kind: store.KindNote,
			Text: "Her order is late, be kind.", Agent: "ana",
		})
		want(s, "lines", s.lineKinds(), []store.MessageKind{store.KindText, store.KindText, store.KindSnoozed, store.KindNote})
	},
	"a note of no words is none": func(s *stage) {
		s.tell(said("m1", 10))
		s.note("")
		want(s, "thread", s.ids(), []string{"m1"})
	},
	"a note is taken away and given back": func(s *stage) {
		s.tell(said("m1", 10))
		id := s.note("first words")
		written, seq := s.clock, s.log.Head()
		other := s.note("other words")
		s.act(store.Act{Verb: store.VerbUnnote, Message: id})
		want(s, "thread without it", s.ids(), []string{"m1", string(other)})
		s.wantNowhere("first words")
		s.act(store.Act{Verb: store.VerbUnnote, Message: id}) // twice is once
		s.act(store.Act{Verb: store.VerbNote, Message: id, Text: "first words"})
		s.act(store.Act{Verb: store.VerbNote, Message: id, Text: "first words"})
		want(s, "thread with it again", s.ids(), []string{"m1", string(id), string(other)})
		m := s.message(id)
		want(s, "its place", m.At, written)
		want(s, "its record", m.Seq, seq)
		want(s, "row", s.header().LastMessage.Text, "text of m1")
	},
	"only notes are taken away": func(s *stage) {
		s.tell(said("m1", 10), said("log:77", 20))
		s.write("a")
		line := s.act(store.Act{Verb: store.VerbAssign, Assignee: "ana"})
		for _, id := range []store.MessageID{"m1", "log:77", "out:a", store.MessageID("log:" + decimal(line)), "log:99", ""} {
			s.act(store.Act{Verb: store.VerbUnnote, Message: id})
		}
		want(s, "thread", s.ids(), []string{"m1", "log:77", "out:a", "assigned"})
		s.act(store.Act{Verb: store.VerbNote, Message: "log:2", Text: "of a note that never was"})
		want(s, "words that are given back to nothing", len(s.thread()), 5)
	},
	"a merge keeps notes, and what was taken away": func(s *stage) {
		s.tell(said("m1", 10), as(guest, said("g1", 20)))
		kept, gone := s.log.Head()+1, s.log.Head()+2
		s.actIn(guestsC, store.Act{Verb: store.VerbNote, Text: "kept"})
		s.actIn(guestsC, store.Act{Verb: store.VerbNote, Text: "gone"})
		s.actIn(guestsC, store.Act{Verb: store.VerbUnnote, Message: store.MessageID("log:" + decimal(gone))})
		s.tell(tied(readTo(5), "guest-1"))
		want(s, "thread", s.ids(), []string{"m1", "g1", "log:" + decimal(kept)})
		s.act(store.Act{Verb: store.VerbNote, Message: store.MessageID("log:" + decimal(gone)), Text: "back"})
		want(s, "thread with it again", s.ids(), []string{"m1", "g1", "log:" + decimal(kept), "log:" + decimal(gone)})
		s.act(store.Act{Verb: store.VerbUnnote, Message: store.MessageID("log:" + decimal(kept))})
		want(s, "thread without the other", s.ids(), []string{"m1", "g1", "log:" + decimal(gone)})
	},
}

var labelRules = map[string]func(*stage){
	"a label is put on once and taken off once": func(s *stage) {
		s.tell(said("m1", 10))
		before := s.header()
		for range 2 {
			s.act(store.Act{Verb: store.VerbLabel, Label: "vip"})
			s.act(store.Act{Verb: store.VerbLabel})
		}
		c := s.header()
		want(s, "labels", c.Labels, []string{"vip"})
		want(s, "counted", s.labels(), []store.LabelCount{{Label: "vip", N: 1}})
		for range 2 {
			s.act(store.Act{Verb: store.VerbUnlabel, Label: "vip"})
			s.act(store.Act{Verb: store.VerbUnlabel, Label: "late"})
		}
		want(s, "row", s.header(), before)
		want(s, "counted no more", len(s.labels()), 0)
		want(s, "lines", s.lineKinds(), []store.MessageKind{store.KindText, store.KindLabeled, store.KindUnlabeled})
		line := s.thread()[1]
		want(s, "line", store.ActivityText(line), "ana put the label vip on this")
		want(s, "label of the line", line.Text, "vip")
	},
	"an agent's word is newer than all that the platform said before": func(s *stage) {
		s.tell(said("m1", 10), labelled("vip", 50_000_000, false))
		s.act(store.Act{Verb: store.VerbUnlabel, Label: "vip"})
		want(s, "taken off", len(s.header().Labels), 0)
		s.act(store.Act{Verb: store.VerbLabel, Label: "vip"})
		want(s, "put on again", s.header().Labels, []string{"vip"})
		s.tell(labelled("vip", 10, true))
		want(s, "after older news", s.header().Labels, []string{"vip"})
		s.tell(labelled("vip", 60_000_000, true))
		want(s, "after newer news", len(s.header().Labels), 0)
	},
	"labels are found and counted while the conversation is open": func(s *stage) {
		s.tell(said("m1", 10), as(guest, said("g1", 20)))
		s.act(store.Act{Verb: store.VerbLabel, Label: "late"})
		s.actIn(guestsC, store.Act{Verb: store.VerbLabel, Label: "late"})
		s.actIn(guestsC, store.Act{Verb: store.VerbLabel, Label: "angry"})
		want(s, "counted", s.labels(), []store.LabelCount{{Label: "late", N: 2}, {Label: "angry", N: 1}})
		q := term(store.FieldLabel, "angry")
		p, err := s.views.List(s.Context(), store.ListRequest{Query: q, Limit: 10})
		if err != nil || len(p.Rows) != 1 || p.Rows[0].ID != guestsC {
			s.Errorf("label:angry lists %d rows, %v; want the guest's", len(p.Rows), err)
		}
		s.actIn(guestsC, store.Act{Verb: store.VerbResolve})
		want(s, "counted among the open", s.labels(), []store.LabelCount{{Label: "late", N: 1}})
		s.tell(tied(readTo(5), "guest-1"))
		want(s, "labels of both", strings.Join(s.header().Labels, " "), "angry late")
	},
}

var controlRules = map[string]func(*stage){
	"an agent's asking is the newest word on who may answer": func(s *stage) {
		s.tell(said("m1", 10), controlled(50_000_000, store.Owner{Kind: store.OwnerApp, AppID: "77"}))
		ask := func(owner store.Owner) store.Owner {
			s.Helper()
			s.act(store.Act{Verb: store.VerbControl, Owner: &owner})
			return s.header().Owner
		}
		want(s, "taken", ask(store.Owner{Kind: store.OwnerUs}), store.Owner{Kind: store.OwnerUs})
		lines := len(s.thread())
		want(s, "line", store.ActivityText(s.message(store.MessageID("log:"+decimal(s.log.Head())))), "ana took the conversation over")
		ask(store.Owner{Kind: store.OwnerUs})
		want(s, "lines when it is so already", len(s.thread()), lines)
		inbox := store.Owner{Kind: store.OwnerApp, AppID: messenger.PageInboxApp}
		want(s, "passed on", ask(inbox), inbox)
		want(s, "given up", ask(store.Owner{Kind: store.OwnerIdle}), store.Owner{Kind: store.OwnerIdle})
		s.act(store.Act{Verb: store.VerbControl})
		s.tell(controlled(20, store.Owner{Kind: store.OwnerUs}))
		want(s, "after older news", s.header().Owner.Kind, store.OwnerIdle)
		s.tell(controlled(60_000_000, store.Owner{Kind: store.OwnerUs}))
		want(s, "after newer news", s.header().Owner.Kind, store.OwnerUs)
	},
}
