package storetest

import "frontdesk/store"

var answerRules = map[string]func(*stage){
	"unread counts by the place in the log, not by time": func(s *stage) {
		s.tell(said("m1", 100))
		seen := s.tell(said("m2", 200))
		s.act(store.Act{Verb: store.VerbRead, Seen: seen})
		want(s, "read", s.header().Unread, 0)
		s.tell(said("late", 50), tapped("p", 60))
		want(s, "after two more", s.header().Unread, 2)
		s.act(store.Act{Verb: store.VerbRead, Seen: seen})
		want(s, "after reading what was read", s.header().Unread, 2)
	},
	"reading a part leaves the rest": func(s *stage) {
		first := s.tell(said("m1", 300))
		s.tell(said("m2", 100))
		s.tell(said("m3", 200))
		s.act(store.Act{Verb: store.VerbRead, Seen: first})
		want(s, "unread", s.header().Unread, 2)
	},
	"nobody has seen what is not written yet": func(s *stage) {
		s.tell(said("m1", 100))
		s.act(store.Act{Verb: store.VerbRead, Seen: 1 << 40})
		s.tell(said("m2", 200))
		want(s, "unread", s.header().Unread, 1)
	},
	"mark unread": func(s *stage) {
		s.tell(said("m1", 100))
		last := s.tell(said("m2", 200))
		s.act(store.Act{Verb: store.VerbRead, Seen: last})
		s.tell(echoed("e1", 300, "", ""))
		s.act(store.Act{Verb: store.VerbUnread})
		want(s, "the newest", s.header().Unread, 1)
		s.act(store.Act{Verb: store.VerbUnread})
		want(s, "again", s.header().Unread, 1)
	},
	"a reply reads what its writer saw": func(s *stage) {
		seen := s.tell(said("m1", 100))
		s.tell(said("m2", 200))
		s.do(store.Reply{Token: "a", Conversation: marasC, Inbox: page, Recipient: mara, Agent: "ana", Seen: seen})
		want(s, "unread", s.header().Unread, 1)
	},
	"a human answer ends unreplied, a bot's does not": func(s *stage) {
		s.tell(said("m1", 100), said("m2", 200))
		s.tell(echoed("bot", 300, "4711", ""))
		c := s.header()
		want(s, "after a bot", c.Unreplied, true)
		want(s, "waiting since", c.WaitingSince, 100)
		s.tell(echoed("colleague", 150, "263902037430900", ""))
		c = s.header()
		want(s, "answered before the second word", c.WaitingSince, 200)
		s.tell(echoed("old", 250, "", ""))
		c = s.header()
		want(s, "after a moderator", c.Unreplied, false)
		want(s, "waiting since nothing", c.WaitingSince, 0)
	},
	"an answer that comes before the word it follows": func(s *stage) {
		s.tell(echoed("colleague", 300, "", ""))
		s.tell(said("m1", 100))
		want(s, "unreplied", s.header().Unreplied, false)
		s.tell(said("m2", 400))
		want(s, "waiting since", s.header().WaitingSince, 400)
	},
	"a reply answers from its writing until it fails": func(s *stage) {
		s.tell(said("m1", 100))
		s.write("a")
		want(s, "written", s.header().Unreplied, false)
		s.try("a", 1)
		s.end("a", 1, store.OutcomeFailed, "")
		c := s.header()
		want(s, "failed", c.Unreplied, true)
		want(s, "waiting since", c.WaitingSince, 100)
		s.act(store.Act{Verb: store.VerbSendAgain, Message: "out:a"})
		want(s, "again", s.header().Unreplied, false)
		s.act(store.Act{Verb: store.VerbCancel, Message: "out:a"})
		want(s, "cancelled", s.header().Unreplied, true)
	},
}

var statusRules = map[string]func(*stage){
	"pending until the first word": func(s *stage) {
		s.tell(echoed("e1", 10, "", ""), came(20, store.OriginAd, ""))
		want(s, "page first", s.header().Status, store.StatusPending)
		s.tell(tapped("p1", 30))
		want(s, "first word", s.header().Status, store.StatusOpen)
		want(s, "lines", len(s.thread()), 3)
	},
	"a word reopens what was resolved, its duplicate does not": func(s *stage) {
		s.tell(said("m1", 10))
		s.act(store.Act{Verb: store.VerbResolve})
		s.act(store.Act{Verb: store.VerbResolve})
		s.tell(said("m1", 10), echoed("e1", 20, "", ""), came(30, store.OriginAd, ""))
		want(s, "after a duplicate", s.header().Status, store.StatusResolved)
		s.tell(said("m2", 40))
		want(s, "after a word", s.header().Status, store.StatusOpen)
		lines := s.thread()
		last := lines[len(lines)-1]
		want(s, "kind", last.Kind, store.KindReopened)
		want(s, "sentence", store.ActivityText(last), "open again: the contact wrote")
		want(s, "one line for each change", len(lines), 6)
	},
	"a snooze ends by a word": func(s *stage) {
		s.tell(said("m1", 10))
		s.act(store.Act{Verb: store.VerbSnooze, Until: 9_000_000})
		want(s, "until", s.header().SnoozedUntil, 9_000_000)
		s.tell(tapped("p1", 20))
		c := s.header()
		want(s, "status", c.Status, store.StatusOpen)
		want(s, "until", c.SnoozedUntil, 0)
		want(s, "thread", s.ids(), []string{"m1", "p1", "snoozed", "reopened"})
	},
	"a snooze ends by time, once": func(s *stage) {
		s.tell(said("m1", 10))
		s.act(store.Act{Verb: store.VerbSnooze, Until: 500})
		s.act(store.Act{Verb: store.VerbSnooze, Until: 900})
		s.do(store.Woke{Conversation: marasC, Until: 500})
		want(s, "another snooze's end", s.header().Status, store.StatusSnoozed)
		s.do(store.Woke{Conversation: marasC, Until: 900})
		s.do(store.Woke{Conversation: marasC, Until: 900})
		s.do(store.Woke{Conversation: marasC})
		want(s, "status", s.header().Status, store.StatusOpen)
		want(s, "thread", s.ids(), []string{"m1", "snoozed", "snoozed", "woke"})
	},
	"what never heard its contact wakes pending": func(s *stage) {
		s.tell(came(10, store.OriginAd, ""))
		s.act(store.Act{Verb: store.VerbSnooze, Until: 900})
		s.do(store.Woke{Conversation: marasC, Until: 900})
		want(s, "woke", s.header().Status, store.StatusPending)
		s.act(store.Act{Verb: store.VerbResolve})
		s.act(store.Act{Verb: store.VerbReopen})
		want(s, "reopened", s.header().Status, store.StatusPending)
	},
	"assign": func(s *stage) {
		s.tell(said("m1", 10))
		s.act(store.Act{Verb: store.VerbAssign, Assignee: "ana"})
		s.act(store.Act{Verb: store.VerbAssign, Assignee: "ana"})
		s.act(store.Act{Verb: store.VerbAssign, Assignee: "ben"})
		want(s, "assignee", s.header().Assignee, "ben")
		s.act(store.Act{Verb: store.VerbAssign})
		want(s, "nobody", s.header().Assignee, "")
		var sentences []string
		for _, m := range s.thread()[1:] {
			sentences = append(sentences, store.ActivityText(m))
		}
		want(s, "sentences", sentences, []string{"ana took this", "ana gave this to ben", "ana let go of this: it is nobody's now"})
	},
	"status is no activity of the conversation": func(s *stage) {
		s.tell(said("m1", 10))
		s.act(store.Act{Verb: store.VerbResolve})
		s.tell(delivered(900), readTo(900))
		want(s, "last activity", s.header().LastActivity, 10)
	},
	"undo stands everything as it was": func(s *stage) {
		seen := s.tell(said("m1", 10))
		s.act(store.Act{Verb: store.VerbRead, Seen: seen})
		s.act(store.Act{Verb: store.VerbSnooze, Until: 900})
		s.act(store.Act{Verb: store.VerbResolve})
		s.act(store.Act{Verb: store.VerbRestore, Status: store.StatusSnoozed, Until: 900, Seen: seen, Assignee: "ben"})
		c := s.header()
		want(s, "status", c.Status, store.StatusSnoozed)
		want(s, "until", c.SnoozedUntil, 900)
		want(s, "assignee", c.Assignee, "ben")
		want(s, "unread", c.Unread, 0)
		s.act(store.Act{Verb: store.VerbRestore, Status: store.StatusOpen, Seen: seen - 1, Assignee: "ben"})
		c = s.header()
		want(s, "status", c.Status, store.StatusOpen)
		want(s, "unread again", c.Unread, 1)
	},
	"undo does not hide what came since": func(s *stage) {
		s.tell(came(5, store.OriginAd, ""))
		s.act(store.Act{Verb: store.VerbResolve})
		s.tell(said("m1", 10))
		s.act(store.Act{Verb: store.VerbRestore, Status: store.StatusPending})
		c := s.header()
		want(s, "status", c.Status, store.StatusOpen)
		want(s, "unread", c.Unread, 1)
	},
}
