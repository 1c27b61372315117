package storetest

import (
	"slices"
	"strconv"

	"frontdesk/messenger"
	"frontdesk/store"
)

func decimal(seq store.Seq) string { return strconv.FormatUint(uint64(seq), 10) }

// fetched is the record of what became of one attachment.
func (s *stage) fetched(id store.MessageID, index int, hash string) store.Seq {
	s.Helper()
	return s.do(store.Media{Conversation: marasC, Message: id, Index: index, File: store.File{Hash: hash}})
}

// hashes are those of a message's files, by index.
func (s *stage) hashes(id store.MessageID) (hashes []string) {
	s.Helper()
	for _, f := range s.message(id).Files {
		hashes = append(hashes, strconv.Itoa(f.Index)+":"+f.Hash)
	}
	return hashes
}

// picture is a message of ours with one.
var picture = messenger.OutMessage{Attachment: &messenger.OutAttachment{Type: "image"}}

// pictured has two pictures.
func pictured(f store.Fact) store.Fact {
	f.Attachments = []store.Attachment{{Type: "image"}, {Type: "image"}}
	return f
}

var ourReactionRules = map[string]func(*stage){
	"our reaction stands beside the contact's": func(s *stage) {
		s.tell(said("m_1", 10))
		before := s.header()
		s.act(store.Act{Verb: store.VerbReact, Message: "m_1", Emoji: "👍"})
		ours := store.Reaction{Side: store.Out, Emoji: "👍", At: s.clock}
		want(s, "ours", s.message("m_1").Reactions, []store.Reaction{ours})
		want(s, "row", s.header(), before)
		s.tell(reacted("1", 40, "❤"))
		want(s, "both", s.message("m_1").Reactions, []store.Reaction{{Side: store.In, Emoji: "❤", At: 40}, ours})
		s.act(store.Act{Verb: store.VerbReact, Message: "m_1"})
		want(s, "taken back", len(s.message("m_1").Reactions), 1)
		want(s, "lines", len(s.thread()), 1)
	},
	"the later record counts, whatever the clock says": func(s *stage) {
		s.tell(said("m1", 10))
		s.act(store.Act{Verb: store.VerbReact, Message: "m1", Emoji: "👍"})
		s.clock -= 50_000
		s.act(store.Act{Verb: store.VerbReact, Message: "m1", Emoji: "❤"})
		want(s, "emoji", s.message("m1").Reactions[0].Emoji, "❤")
	},
	"a tap and a reply are reacted to as well, an activity is not": func(s *stage) {
		s.tell(tapped("p1", 10))
		s.write("a")
		line := s.act(store.Act{Verb: store.VerbResolve})
		ids := []store.MessageID{"p1", "out:a", store.MessageID("log:" + decimal(line)), "nothing"}
		for _, id := range ids {
			s.act(store.Act{Verb: store.VerbReact, Message: id, Emoji: "👍"})
		}
		want(s, "the tap's", len(s.message("p1").Reactions), 1)
		want(s, "the reply's", len(s.message("out:a").Reactions), 1)
		want(s, "the activity's", len(s.message(ids[2]).Reactions), 0)
	},
}

var mediaRules = map[string]func(*stage){
	"what was fetched stands with its message, by place": func(s *stage) {
		s.tell(pictured(said("m_1", 10)))
		before := s.header()
		s.fetched("m_1", 1, "b")
		s.fetched("m_1", 0, "x")
		s.fetched("m_1", 0, "a")
		want(s, "files", s.hashes("m_1"), []string{"0:a", "1:b"})
		want(s, "when", s.message("m_1").Files[0].At, s.clock)
		want(s, "row", s.header(), before)
		s.fetched("m_1", 2, "beyond its attachments")
		s.fetched("m_1", -1, "before them")
		s.fetched("nothing", 0, "of no message")
		s.do(store.Media{Conversation: "100:nobody", Message: "m_1", File: store.File{Hash: "of no conversation"}})
		want(s, "files", s.hashes("m_1"), []string{"0:a", "1:b"})
	},
	"what could not be fetched says why": func(s *stage) {
		s.tell(pictured(said("m1", 10)))
		s.do(store.Media{Conversation: marasC, Message: "m1", Problem: "The address leads nowhere.", Gone: true})
		f := s.message("m1").Files[0]
		want(s, "problem", f.Problem, "The address leads nowhere.")
		want(s, "gone", f.Gone, true)
	},
	"a file follows its message under another spelling": func(s *stage) {
		s.tell(pictured(said("m_1", 100)))
		s.fetched("m_1", 0, "a")
		s.tell(pictured(said("1", 10))) // told again with an earlier time, which counts
		s.fetched("m_1", 1, "b")
		want(s, "files", s.hashes("1"), []string{"0:a", "1:b"})
	},
	"what is taken back takes its files along": func(s *stage) {
		s.tell(pictured(said("m1", 10)), pictured(said("m2", 20)))
		s.fetched("m1", 0, "secret hash")
		s.tell(unsent("m1", 30), unsent("m2", 30))
		s.fetched("m2", 0, "secret hash")
		want(s, "files", len(s.message("m1").Files)+len(s.message("m2").Files), 0)
		s.wantNowhere("secret hash")
	},
	"a merge keeps files, and they are found after it": func(s *stage) {
		s.tell(as(guest, pictured(said("g1", 10))), said("m1", 20))
		s.do(store.Media{Conversation: guestsC, Message: "g1", File: store.File{Hash: "a"}})
		s.tell(tied(readTo(5), "guest-1"))
		s.do(store.Media{Conversation: guestsC, Message: "g1", Index: 1, File: store.File{Hash: "b"}})
		want(s, "files", s.hashes("g1"), []string{"0:a", "1:b"})
	},
	"an echo's file stays with the reply that it turns out to be": func(s *stage) {
		s.tell(said("m1", 10))
		s.do(store.Reply{Token: "a", Conversation: marasC, Inbox: page, Recipient: mara, Agent: "ana", Message: picture})
		s.try("a", 1)
		s.tell(pictured(echoed("e1", 400, "77", "")))
		s.fetched("e1", 0, "a")
		s.fetched("e1", 1, "beyond what was written")
		s.end("a", 1, store.OutcomeSent, "e1")
		want(s, "thread", s.ids(), []string{"m1", "out:a"})
		want(s, "files", s.hashes("out:a"), []string{"0:a"})
	},
}

var uploadRules = map[string]func(*stage){
	"the newest upload is found, for one inbox and as long as it is kept": func(s *stage) {
		id := func(inbox store.InboxID, hash string, notBefore store.Millis) string {
			s.Helper()
			s.catchUp()
			id, err := s.views.AttachmentID(s.Context(), inbox, hash, notBefore)
			if err != nil {
				s.Fatalf("AttachmentID: %v", err)
			}
			return id
		}
		want(s, "before any", id(page, "h1", 0), "")
		s.do(store.Uploaded{Inbox: page, Hash: "h1", AttachmentID: "1001"})
		want(s, "the first", id(page, "h1", 0), "1001")
		s.do(store.Uploaded{Inbox: page, Hash: "h1", AttachmentID: "1002"})
		s.do(store.Uploaded{Inbox: page, Hash: "h2", AttachmentID: "1003"})
		s.do(store.Uploaded{Inbox: page, AttachmentID: "1004"})
		want(s, "the newest", id(page, "h1", s.clock-2000), "1002")
		want(s, "too old by now", id(page, "h1", s.clock), "")
		want(s, "of another inbox", id("200", "h1", 0), "")
		s.do(store.Uploaded{Inbox: page, Hash: "h1"})
		want(s, "that the platform no longer has", id(page, "h1", 0), "")
		want(s, "the other file", id(page, "h2", 0), "1003")
	},
}

var carriedRules = map[string]func(*stage){
	"a reply quotes, waits and carries what it was written with": func(s *stage) {
		s.tell(said("m_1", 10))
		file := store.File{Hash: "h1", Name: "prices.png", Type: "image/png", Size: 7}
		s.do(store.Reply{
			Token: "a", Conversation: marasC, Inbox: page, Recipient: mara, Agent: "ana", Message: picture,
			ReplyTo: "m_1", NotBefore: 2_000_000, File: &file,
		})
		m := s.message("out:a")
		want(s, "state", m.State, store.StateQueued)
		want(s, "not before", m.RetryAt, 2_000_000)
		want(s, "quoted", m.ReplyTo, "m_1")
		want(s, "kind", m.Kind, store.KindMedia)
		want(s, "attachments", m.Attachments, []store.Attachment{{Type: "image", Title: "prices.png"}})
		want(s, "file", m.File, &file)
		s.act(store.Act{Verb: store.VerbSendAgain, Message: "out:a"}) // only what failed is sent again
		want(s, "still not before", s.message("out:a").RetryAt, 2_000_000)
		s.try("a", 1)
		want(s, "once it is on its way", s.message("out:a").RetryAt, 0)
	},
}

var trailRules = map[string]func(*stage){
	"a reply's trail is all that was done about it": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		var trail []store.Seq
		note := func(seq store.Seq) { trail = append(trail, seq) }
		note(s.do(store.Uploaded{Inbox: page, Conversation: marasC, Token: "a", Hash: "h", AttachmentID: "1"}))
		note(s.do(store.Attempt{Token: "a", Conversation: marasC, N: 1}))
		note(s.do(store.Result{Token: "a", Conversation: marasC, N: 1, Outcome: store.OutcomeUnknown}))
		note(s.act(store.Act{Verb: store.VerbSendAgain, Message: "out:a"}))
		note(s.do(store.Attempt{Token: "a", Conversation: marasC, N: 2}))
		note(s.tell(delivered(0, "e1")))               // nobody knows yet whose that is
		note(s.tell(echoed("e1", s.clock, "77", "a"))) // before the answer
		note(s.do(store.Result{Token: "a", Conversation: marasC, N: 2, Outcome: store.OutcomeSent, MID: "e1"}))
		s.tell(delivered(0, "e1")) // told again: no change
		note(s.tell(reacted("e1", s.clock, "👍")))
		note(s.act(store.Act{Verb: store.VerbReact, Message: "out:a", Emoji: "❤"}))
		s.act(store.Act{Verb: store.VerbCancel, Message: "out:a"}) // too late
		s.write("b")
		want(s, "trail", s.message("out:a").Trail, trail)
		want(s, "of another", len(s.message("out:b").Trail), 0)
	},
	"an echo that was a stranger's is in the trail of the reply it is": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		tried := s.do(store.Attempt{Token: "a", Conversation: marasC, N: 1})
		stray := s.tell(echoed("e1", 400, "77", ""))
		named := s.tell(delivered(0, "e1"))
		result := s.do(store.Result{Token: "a", Conversation: marasC, N: 1, Outcome: store.OutcomeSent, MID: "e1"})
		want(s, "trail", s.message("out:a").Trail, []store.Seq{tried, stray, named, result})
	},
	"a message's trail is all that was said of it": func(s *stage) {
		early := s.tell(reacted("1", 20, "👍"))
		s.tell(pictured(said("m_1", 10)), edited("1", 1, 11, "in the same body"))
		second := s.tell(edited("m_1", 2, 30, "second"))
		s.tell(edited("m_1", 2, 40, "the same edit told again"))
		file := s.fetched("m_1", 0, "a")
		gone := s.tell(unsent("m_1", 50))
		s.tell(unsent("m_1", 50))
		want(s, "trail", s.message("m_1").Trail, []store.Seq{early, second, file, gone})
	},
	"the newest records of many are kept": func(s *stage) {
		s.tell(said("m1", 10))
		var last store.Seq
		for i := range store.MaxTrail + 5 {
			last = s.tell(reacted("m1", store.Millis(20+i), []string{"👍", "❤"}[i%2]))
		}
		trail := s.message("m1").Trail
		want(s, "records", len(trail), store.MaxTrail)
		want(s, "the newest", trail[len(trail)-1], last)
		want(s, "the oldest", trail[0], last-store.MaxTrail+1)
	},
	"the record that told of it stays known when a merge counts it anew": func(s *stage) {
		s.tell(as(guest, said("g1", 10)))
		told := s.log.Head()
		s.tell(said("m1", 20))
		s.act(store.Act{Verb: store.VerbRead, Seen: s.log.Head()})
		s.tell(tied(readTo(5), "guest-1"))
		m := s.message("g1")
		if !slices.Contains(append(m.Trail, m.Seq), told) {
			s.Errorf("record %d is neither %d nor in %v", told, m.Seq, m.Trail)
		}
	},
	"receipts are remembered by their record": func(s *stage) {
		s.tell(echoed("e1", 100, "", ""))
		first := s.tell(delivered(200))
		s.tell(delivered(150), delivered(200))
		read := s.tell(readTo(120))
		c := s.header()
		want(s, "delivered", c.DeliveredSeq, first)
		want(s, "read", c.ReadSeq, read)
		s.tell(as(guest, said("g1", 10)))
		later := s.tell(as(guest, readTo(300)))
		s.tell(tied(readTo(5), "guest-1"))
		want(s, "read, by the newest of both", s.header().ReadSeq, later)
		want(s, "delivered, still", s.header().DeliveredSeq, first)
	},
}
