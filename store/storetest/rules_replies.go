package storetest

import (
	"frontdesk/messenger"
	"frontdesk/store"
)

var receiptRules = map[string]func(*stage){
	"watermarks only grow": func(s *stage) {
		s.tell(echoed("e1", 100, "", ""), echoed("e2", 200, "", ""), echoed("e3", 300, "", ""))
		s.tell(delivered(300), readTo(100), delivered(50), readTo(20))
		want(s, "before the read mark", s.message("e1").State, store.StateRead)
		want(s, "before the delivery mark", s.message("e2").State, store.StateDelivered)
		want(s, "at the delivery mark", s.message("e3").State, store.StateSent)
		want(s, "in the row", s.header().LastMessage.State, store.StateSent)
		s.tell(readTo(300))
		want(s, "in the row, read", s.header().LastMessage.State, store.StateRead)
	},
	"a receipt by name": func(s *stage) {
		s.tell(echoed("m_e1", 100, "", ""), echoed("e2", 200, "", ""))
		s.tell(delivered(0, "e1"))
		want(s, "named", s.message("m_e1").State, store.StateDelivered)
		want(s, "not named", s.message("e2").State, store.StateSent)
	},
	"a receipt makes no conversation": func(s *stage) {
		s.tell(delivered(100, "e1"), readTo(90))
		s.catchUp()
		counts, err := s.views.Counts(s.Context())
		if err != nil || counts.Total != 0 {
			s.Errorf("Counts = %+v, %v; want no conversation", counts, err)
		}
	},
	"a receipt that came first is not lost": func(s *stage) {
		s.tell(delivered(100, "e9"), readTo(90), delivered(70), readTo(60))
		s.catchUp()
		s.tell(echoed("e1", 90, "", ""), echoed("e2", 95, "", ""), echoed("e9", 500, "", ""))
		want(s, "read", s.message("e1").State, store.StateRead)
		want(s, "delivered", s.message("e2").State, store.StateDelivered)
		want(s, "named", s.message("e9").State, store.StateDelivered)
	},
	"a receipt for other words does not make a later reply read": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		written := s.clock
		s.tell(readTo(written + 500))
		s.try("a", 1)
		s.end("a", 1, store.OutcomeSent, "e1")
		want(s, "before its own receipt", s.state("a"), store.StateSent)
		s.tell(readTo(s.clock))
		want(s, "after it", s.state("a"), store.StateRead)
	},
}

var echoRules = map[string]func(*stage){
	"an echo with our token is the reply": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.try("a", 1)
		s.tell(echoed("e1", s.clock+40, "77", "a"))
		s.end("a", 1, store.OutcomeSent, "m_e1")
		want(s, "thread", s.ids(), []string{"m1", "out:a"})
		m := s.message("out:a")
		want(s, "state", m.State, store.StateSent)
		want(s, "mid", m.MID, "e1")
		want(s, "agent", m.Agent, "ana")
	},
	"an echo with the result's mid is the reply": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeSent, "e1")
		s.tell(echoed("m_e1", s.clock, "77", "not ours"))
		want(s, "thread", s.ids(), []string{"m1", "out:a"})
	},
	"an echo that came before the result's mid becomes the reply": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		written := s.clock
		s.try("a", 1)
		s.tell(echoed("e1", 400, "77", ""), delivered(0, "e1"))
		want(s, "as a stranger's", s.ids(), []string{"m1", "e1", "out:a"})
		s.end("a", 1, store.OutcomeSent, "e1")
		want(s, "thread", s.ids(), []string{"m1", "out:a"})
		m := s.message("out:a")
		want(s, "the smaller time", m.At, 400)
		want(s, "delivered", m.State, store.StateDelivered)
		c := s.header()
		want(s, "last activity", c.LastActivity, 400)
		want(s, "last message", c.LastMessage.Place.ID, "out:a")
		if c.LastActivity == written {
			s.Error("the row still stands at the time of writing")
		}
	},
	"an echo settles what was unknown, failed or cancelled": func(s *stage) {
		s.tell(said("m1", 10))
		for token, outcome := range map[store.Token]store.Outcome{"u": store.OutcomeUnknown, "f": store.OutcomeFailed} {
			s.write(token)
			s.try(token, 1)
			s.end(token, 1, outcome, "")
		}
		s.write("c")
		s.act(store.Act{Verb: store.VerbCancel, Message: "out:c"})
		want(s, "unsettled", s.header().Outbox, []store.Token{"u"})
		for _, token := range []store.Token{"u", "f", "c"} {
			s.tell(echoed("e"+string(token), s.clock, "77", string(token)))
			want(s, string(token), s.state(token), store.StateSent)
		}
		want(s, "settled", len(s.header().Outbox), 0)
	},
	"two echoes of one reply stay one line": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.try("a", 1)
		s.tell(echoed("e2", 700, "77", "a"))
		s.tell(echoed("e1", 600, "77", "a"), echoed("e2", 500, "77", ""), echoed("e1", 650, "77", ""))
		want(s, "thread", s.ids(), []string{"m1", "out:a"})
		m := s.message("out:a")
		want(s, "time", m.At, 500)
		want(s, "mid", m.MID, "e1")
		s.tell(delivered(0, "e2"))
		want(s, "named by its other mid", s.state("a"), store.StateDelivered)
	},
	"an echo without our token is another's": func(s *stage) {
		s.tell(echoed("e1", 10, "4711", "their own metadata"))
		m := s.message("e1")
		want(s, "app", m.AppID, "4711")
		want(s, "state", m.State, store.StateSent)
		want(s, "agent", m.Agent, "")
		want(s, "unread", s.header().Unread, 0)
	},
}

var outboxRules = map[string]func(*stage){
	"from queued to sent": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		want(s, "written", s.state("a"), store.StateQueued)
		c := s.header()
		want(s, "outbox", c.Outbox, []store.Token{"a"})
		want(s, "last activity", c.LastActivity, s.clock)
		s.try("a", 1)
		want(s, "tried", s.state("a"), store.StateSending)
		s.end("a", 1, store.OutcomeSent, "e1")
		m := s.message("out:a")
		want(s, "sent", m.State, store.StateSent)
		want(s, "mid", m.MID, "e1")
		want(s, "outbox", len(s.header().Outbox), 0)
	},
	"a template keeps its words and buttons": func(s *stage) {
		s.tell(said("m1", 10))
		r := store.Reply{Token: "a", Conversation: marasC, Inbox: page, Recipient: mara, Agent: "ana"}
		r.Message = messenger.ButtonTemplate("Choose", messenger.Button{Type: messenger.ButtonPostback, Title: "Yes", Payload: "Y"})
		s.do(r)
		s.do(r)
		m := s.message("out:a")
		want(s, "kind", m.Kind, store.KindTemplate)
		want(s, "text", m.Text, "Choose")
		want(s, "buttons", m.Buttons, r.Message.Attachment.Payload.Buttons)
		want(s, "written once", s.ids(), []string{"m1", "out:a"})
	},
	"what surely was not taken is tried again": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.try("a", 1)
		s.do(store.Result{Token: "a", Conversation: marasC, N: 1, Outcome: store.OutcomeRetry, RetryAt: 77})
		m := s.message("out:a")
		want(s, "state", m.State, store.StateQueued)
		want(s, "not before", m.RetryAt, 77)
		s.try("a", 2)
		m = s.message("out:a")
		want(s, "attempts", m.Attempts, 2)
		want(s, "not before", m.RetryAt, 0)
		s.end("a", 1, store.OutcomeFailed, "")
		want(s, "after a late result", s.state("a"), store.StateSending)
	},
	"what was unknown may turn out to have failed": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeUnknown, "")
		s.end("a", 1, store.OutcomeRetry, "")
		want(s, "not taken back by less", s.state("a"), store.StateUnknown)
		s.end("a", 1, store.OutcomeFailed, "")
		want(s, "clearer", s.state("a"), store.StateFailed)
	},
	"replies of one moment go out in the order of writing": func(s *stage) {
		s.tell(said("m1", 10))
		var records []store.Record
		var wanted []store.Token
		for _, token := range []store.Token{"e", "d", "c", "b", "a"} {
			r, err := store.NewRecord(s.clock, store.Reply{Token: token, Conversation: marasC, Inbox: page, Recipient: mara, Agent: "ana"})
			if err != nil {
				s.Fatalf("NewRecord: %v", err)
			}
			records, wanted = append(records, r), append(wanted, token)
		}
		if _, err := s.log.Append(s.Context(), records...); err != nil {
			s.Fatalf("Append: %v", err)
		}
		want(s, "of the conversation", s.header().Outbox, wanted)
		open, err := s.views.Outbox(s.Context(), 10)
		if err != nil {
			s.Fatalf("Outbox: %v", err)
		}
		var got []store.Token
		for _, m := range open {
			got = append(got, m.Token)
		}
		want(s, "of the views", got, wanted)
	},
	"nothing turns sent back": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeSent, "e1")
		s.end("a", 1, store.OutcomeFailed, "")
		s.end("a", 2, store.OutcomeUnknown, "")
		s.try("a", 2)
		s.act(store.Act{Verb: store.VerbCancel, Message: "out:a"})
		s.act(store.Act{Verb: store.VerbSendAgain, Message: "out:a"})
		want(s, "state", s.state("a"), store.StateSent)
	},
	"replies behind a failed one wait until it is settled": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.write("b")
		s.write("c")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeFailed, "")
		s.write("d")
		states := func(a, b, c, d store.DeliveryState) {
			s.Helper()
			want(s, "a b c d",
				[]store.DeliveryState{s.state("a"), s.state("b"), s.state("c"), s.state("d")},
				[]store.DeliveryState{a, b, c, d})
		}
		states(store.StateFailed, store.StateHeld, store.StateHeld, store.StateQueued)
		want(s, "outbox", s.header().Outbox, []store.Token{"a", "b", "c", "d"})
		if m := s.message("out:b"); m.Error == nil || m.Error.Text == "" {
			s.Error("a held reply does not say why")
		}
		s.act(store.Act{Verb: store.VerbSendAgain, Message: "out:a"})
		states(store.StateQueued, store.StateHeld, store.StateHeld, store.StateQueued)
		s.try("a", 2)
		s.end("a", 2, store.OutcomeSent, "e1")
		states(store.StateSent, store.StateQueued, store.StateQueued, store.StateQueued)
		want(s, "outbox", s.header().Outbox, []store.Token{"b", "c", "d"})
	},
	"cancelling the failed one lets the others go": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.write("b")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeFailed, "")
		s.act(store.Act{Verb: store.VerbCancel, Message: "out:a"})
		want(s, "cancelled", s.state("a"), store.StateCancelled)
		m := s.message("out:b")
		want(s, "let go", m.State, store.StateQueued)
		if m.Error != nil {
			s.Errorf("what it waited for is still said: %+v", *m.Error)
		}
	},
	"an agent says that an unknown one arrived": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.write("b")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeUnknown, "")
		want(s, "behind", s.state("b"), store.StateHeld)
		s.act(store.Act{Verb: store.VerbArrived, Message: "out:a"})
		want(s, "arrived", s.state("a"), store.StateSent)
		want(s, "let go", s.state("b"), store.StateQueued)
	},
	"a held reply may be sent before what it waits for": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.write("b")
		s.write("c")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeUnknown, "")
		s.act(store.Act{Verb: store.VerbSendAgain, Message: "out:b"})
		want(s, "sent by hand", s.state("b"), store.StateQueued)
		s.try("b", 1)
		s.end("b", 1, store.OutcomeFailed, "")
		s.act(store.Act{Verb: store.VerbArrived, Message: "out:a"})
		want(s, "still waits for the other", s.state("c"), store.StateHeld)
		s.act(store.Act{Verb: store.VerbCancel, Message: "out:b"})
		want(s, "waits for nothing", s.state("c"), store.StateQueued)
	},
	"a failed reply with nothing behind it is done with": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.write("b")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeFailed, "")
		s.act(store.Act{Verb: store.VerbCancel, Message: "out:b"})
		want(s, "outbox", len(s.header().Outbox), 0)
		want(s, "state", s.state("a"), store.StateFailed)
	},
	"a failed reply is done with when what waited for it was sent by hand": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.write("b")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeFailed, "")
		want(s, "one waits", s.header().Outbox, []store.Token{"a", "b"})
		s.act(store.Act{Verb: store.VerbSendAgain, Message: "out:b"})
		want(s, "none waits", s.header().Outbox, []store.Token{"b"})
	},
	"a request that left in spite of all counts as sent again": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.write("b")
		s.write("c")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeFailed, "")
		s.act(store.Act{Verb: store.VerbCancel, Message: "out:b"})
		s.try("b", 1)
		s.end("b", 1, store.OutcomeRetry, "")
		want(s, "tried after it was cancelled", s.state("b"), store.StateQueued)
		want(s, "only waiting", s.state("c"), store.StateHeld)
	},
	"held for another reason stays held when the one before is sent": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.write("b")
		reason := &store.SendError{Text: "The page's token has expired."}
		s.do(store.Result{Token: "b", Conversation: marasC, Outcome: store.OutcomeHeld, Error: reason})
		s.try("a", 1)
		s.end("a", 1, store.OutcomeFailed, "")
		s.act(store.Act{Verb: store.VerbCancel, Message: "out:a"})
		m := s.message("out:b")
		want(s, "state", m.State, store.StateHeld)
		want(s, "reason", m.Error, reason)
	},
	"a contact who takes nothing is unreachable until something newer opens the window": func(s *stage) {
		refuse := func(token store.Token) {
			s.write(token)
			s.try(token, 1)
			s.do(store.Result{
				Token: token, Conversation: marasC, N: 1, Outcome: store.OutcomeFailed,
				Error: &store.SendError{Code: 10, Subcode: 2018108},
			})
		}
		s.tell(said("m1", 10))
		s.write("x")
		s.try("x", 1)
		s.do(store.Result{Token: "x", Conversation: marasC, N: 1, Outcome: store.OutcomeFailed, Error: &store.SendError{Code: 10, Subcode: 2018278}})
		want(s, "after another refusal", s.header().Unreachable(), false)
		refuse("a")
		want(s, "refused", s.header().Unreachable(), true)
		s.tell(said("m1", 10), said("m0", 5), delivered(20))
		want(s, "told of what was before, and of what opens nothing", s.header().Unreachable(), true)
		s.tell(said("m2", 30))
		want(s, "written since", s.header().Unreachable(), false)
		refuse("b")
		s.tell(reacted("m2", 40, "\u2764"))
		want(s, "reacted since", s.header().Unreachable(), false)
		refuse("c")
		s.act(store.Act{Verb: store.VerbSendAgain, Message: "out:c"})
		want(s, "to be tried again", s.header().Unreachable(), true)
		s.try("c", 2)
		s.end("c", 2, store.OutcomeSent, "e1")
		want(s, "taken since", s.header().Unreachable(), false)
	},
	"a reply may come before its conversation": func(s *stage) {
		s.write("a")
		c := s.header()
		want(s, "status", c.Status, store.StatusPending)
		want(s, "contact", c.Contact, mara)
	},
}
