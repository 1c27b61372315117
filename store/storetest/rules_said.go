package storetest

import (
	"context"

	"frontdesk/store"
)

var editRules = map[string]func(*stage){
	"an edit changes the words and keeps the former ones": func(s *stage) {
		first := s.tell(said("m_1", 10))
		s.act(store.Act{Verb: store.VerbRead, Seen: first})
		s.tell(edited("1", 2, 40, "third"))
		s.tell(edited("m_1", 1, 30, "second"))
		m := s.message("m_1")
		want(s, "text", m.Text, "third")
		want(s, "number", m.EditN, 2)
		want(s, "former words", m.Edits, []store.Edit{{Text: "text of m_1", At: 30}, {N: 1, Text: "second", At: 40}})
		c := s.header()
		want(s, "unread", c.Unread, 0)
		want(s, "row", c.LastMessage.Text, "third")
		want(s, "last activity", c.LastActivity, 10)
	},
	"an edit told again changes nothing": func(s *stage) {
		s.tell(said("m1", 10), edited("m1", 1, 30, "second"))
		before := s.message("m1")
		s.tell(edited("m1", 1, 30, "second"), edited("m1", 1, 50, "later, and so not it"), said("m1", 10))
		want(s, "message", s.message("m1"), before)
	},
	"a message that nobody told of is made of its edit": func(s *stage) {
		s.tell(edited("m1", 2, 30, "third"))
		m := s.message("m1")
		want(s, "text", m.Text, "third")
		want(s, "former words", len(m.Edits), 0)
		c := s.header()
		want(s, "status", c.Status, store.StatusOpen)
		want(s, "unread", c.Unread, 0)
		want(s, "window", c.WindowFrom, 0)
		s.tell(edited("m1", 1, 20, "second"))
		want(s, "place", s.message("m1").At, 20)
		seq := s.tell(said("m1", 10))
		m = s.message("m1")
		want(s, "place of the message", m.At, 10)
		want(s, "record", m.Seq, seq)
		want(s, "former words", m.Edits, []store.Edit{{Text: "text of m1", At: 20}, {N: 1, Text: "second", At: 30}})
		c = s.header()
		want(s, "unread", c.Unread, 1)
		want(s, "window", c.WindowFrom, 10)
		want(s, "lines", s.ids(), []string{"m1"})
	},
	"an edit reopens only what it makes": func(s *stage) {
		s.tell(said("m1", 10))
		s.act(store.Act{Verb: store.VerbResolve})
		s.tell(edited("m1", 1, 20, "second"))
		want(s, "edited", s.header().Status, store.StatusResolved)
		s.tell(edited("m2", 1, 30, "lost and edited"))
		want(s, "made", s.header().Status, store.StatusOpen)
		s.tell(said("m2", 25))
		want(s, "thread", s.ids(), []string{"m1", "m2", "resolved", "reopened"})
	},
	"the words that an earlier telling gives are the first": func(s *stage) {
		s.tell(said("m1", 20), edited("m1", 1, 30, "second"))
		f := said("m1", 5)
		f.Text = "told earlier"
		s.tell(f)
		m := s.message("m1")
		want(s, "text", m.Text, "second")
		want(s, "former words", m.Edits, []store.Edit{{Text: "told earlier", At: 30}})
	},
	"an edit before the echo of a reply": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.try("a", 1)
		s.tell(edited("mid-a", 1, 30, "changed"))
		s.end("a", 1, store.OutcomeSent, "m_mid-a")
		m := s.message("out:a")
		want(s, "text", m.Text, "changed")
		want(s, "former words", m.Edits, []store.Edit{{Text: "reply a", At: 30}})
		want(s, "lines", len(s.thread()), 2)
	},
}

var unsendRules = map[string]func(*stage){
	"words that were taken back leave the views": func(s *stage) {
		f := tapped("m1", 10)
		f.Kind, f.Key, f.LineKind = store.FactMessage, store.KeyOf(store.FactMessage, "m1"), store.KindQuickReply
		f.Attachments = []store.Attachment{{Type: "image", URL: "https://lumen.example/1"}}
		s.tell(f, edited("m1", 1, 20, "second"))
		s.tell(unsent("m_m1", 30))
		m := s.message("m1")
		want(s, "withdrawn", m.Withdrawn, true)
		want(s, "what is left", []any{m.Text, m.Payload, len(m.Attachments), len(m.Edits), m.Kind, m.EditN},
			[]any{"", "", 0, 0, store.KindText, 1})
		c := s.header()
		want(s, "row", c.LastMessage, store.LastMessage{
			Place: m.Place(), Direction: store.In, Kind: store.KindText, Withdrawn: true,
		})
		want(s, "unread", c.Unread, 1)
		want(s, "unreplied", c.Unreplied, true)
		s.wantNowhere("text of m1", "second", "lumen.example")
	},
	"words that were taken back before they came never show": func(s *stage) {
		s.tell(unsent("m1", 30))
		s.catchUp()
		if _, err := s.views.Conversation(s.Context(), marasC); err == nil {
			s.Error("a withdrawal made a conversation")
		}
		s.tell(edited("m1", 1, 20, "second"))
		s.tell(said("m_m1", 10))
		m := s.message("m_m1")
		want(s, "withdrawn", m.Withdrawn, true)
		want(s, "text", m.Text, "")
		want(s, "status", s.header().Status, store.StatusOpen)
		s.wantNowhere("text of m", "second")
	},
	"what we sent is nothing that a contact takes back": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeSent, "mid-a")
		s.tell(unsent("mid-a", 30))
		want(s, "text", s.message("out:a").Text, "reply a")
	},
	"every record that told of withdrawn words is named until it is redacted": func(s *stage) {
		first := s.tell(said("m1", 10))
		edit := s.tell(edited("m_m1", 1, 20, "second"))
		again := s.tell(said("m_m1", 10), said("m2", 11))
		s.tell(unsent("m1", 30), unsent("m1", 30))
		todo := func(seqs ...store.Seq) (list []store.Redaction) {
			for _, seq := range seqs {
				list = append(list, wordsIn("m1", seq, marasC)...)
			}
			return list
		}
		want(s, "to be redacted", s.redactions(), todo(first, edit, again))
		s.do(store.Redacted{Done: todo(first, edit, again)})
		want(s, "after it was done", s.redactions(), nil)
		late := s.tell(said("m1", 10))
		want(s, "a late duplicate", s.redactions(), todo(late))
		want(s, "text", s.message("m1").Text, "")
	},
	"the sweeper takes the words out of the log, and a replay gives the same views": func(s *stage) {
		s.tell(said("m1", 10), said("m2", 11))
		s.tell(edited("m1", 1, 20, "second"), edited("m2", 1, 21, "stays"))
		s.tell(unsent("m1", 30))
		s.catchUp()
		s.sweep()
		want(s, "still to be redacted", s.redactions(), nil)
		for _, r := range readAll(s.T, s.log, 10) {
			s.wantNoWords(string(r.Body), "text of m1", "second")
		}
		live := s.dump()
		if err := s.projector.Replay(s.Context(), nil); err != nil {
			s.Fatalf("Replay: %v", err)
		}
		want(s, "views", s.dump(), live)
		want(s, "the other message", s.message("m2").Text, "stays")
	},
	"the sweeper follows the log until it is told to end": func(s *stage) {
		ctx, cancel := context.WithCancel(s.Context())
		ended := make(chan error, 2)
		log := store.PokedLog{Log: s.log, Projector: s.projector}
		go func() { ended <- s.projector.Run(ctx) }()
		go func() { ended <- store.NewSweeper(log, s.views, s.feed, redactJSON, nil).Run(ctx) }()
		for i, mid := range []string{"m1", "m2"} {
			seq, err := log.Append(ctx, webhook(s, 5, factOf(said(mid, 10)), factOf(unsent(mid, 20))))
			if err != nil {
				s.Fatalf("Append: %v", err)
			}
			if err := s.feed.Wait(ctx, seq+1); err != nil { // the record of what was done
				s.Fatalf("Wait: %v", err)
			}
			s.wantNoWords(string(readAll(s.T, s.log, 10)[2*i].Body), "text of")
		}
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				s.Errorf("Run: %v", err)
			}
		}
		want(s, "left to do", s.redactions(), nil)
	},
}

var reactionRules = map[string]func(*stage){
	"the newest reaction stands, and opens the window": func(s *stage) {
		s.tell(said("m1", 10))
		s.tell(reacted("m_m1", 30, "❤"), reacted("m1", 20, "👍"))
		want(s, "reactions", s.message("m1").Reactions, []store.Reaction{{Side: store.In, Emoji: "❤", At: 30}})
		c := s.header()
		want(s, "window", c.WindowFrom, 30)
		want(s, "last activity", c.LastActivity, 10)
		want(s, "unread", c.Unread, 1)
		s.tell(reacted("m1", 40, ""), reacted("m1", 35, "👍"))
		want(s, "after it was taken back", len(s.message("m1").Reactions), 0)
		want(s, "window", s.header().WindowFrom, 35)
	},
	"the window that a reaction opened outlasts that of a message told again earlier": func(s *stage) {
		s.tell(said("m1", 50), reacted("m1", 30, "❤"))
		s.tell(said("m1", 10))
		want(s, "window", s.header().WindowFrom, 30)
	},
	"a reaction before its message waits for it": func(s *stage) {
		s.tell(reacted("m1", 30, "❤"), judged("m1", 31, "Good response"))
		c := s.header()
		want(s, "status", c.Status, store.StatusPending)
		want(s, "window", c.WindowFrom, 30)
		want(s, "lines", len(s.thread()), 0)
		s.tell(said("m_m1", 10))
		m := s.message("m_m1")
		want(s, "reactions", len(m.Reactions), 1)
		want(s, "feedback", m.Feedback, "Good response")
	},
	"a reaction to another conversation's message stays where it was told": func(s *stage) {
		other := said("m1", 10)
		other.Inbox, other.Contact = page, store.Contact{Kind: store.ContactPSID, ID: "5550002"}
		s.tell(other, reacted("m1", 30, "❤"))
		want(s, "lines", len(s.thread()), 0)
		m, err := s.views.Message(s.Context(), "100:5550002", "m1")
		if err != nil || len(m.Reactions) != 0 {
			s.Errorf("the other's message has %d reactions, %v", len(m.Reactions), err)
		}
	},
	"a reaction to a reply, before and after its mid is known": func(s *stage) {
		s.tell(said("m1", 10))
		s.write("a")
		s.try("a", 1)
		s.tell(reacted("mid-a", 30, "❤"))
		s.end("a", 1, store.OutcomeSent, "m_mid-a")
		want(s, "reactions", len(s.message("out:a").Reactions), 1)
		s.tell(reacted("mid-a", 40, ""), judged("m_mid-a", 41, "Bad response"))
		m := s.message("out:a")
		want(s, "reactions", len(m.Reactions), 0)
		want(s, "feedback", m.Feedback, "Bad response")
	},
	"a reaction to nothing opens the window": func(s *stage) {
		s.tell(reacted("", 30, "❤"))
		want(s, "window", s.header().WindowFrom, 30)
	},
	"feedback of the later time stands": func(s *stage) {
		s.tell(said("m1", 10), judged("m1", 30, "Bad response"), judged("m1", 20, "Good response"))
		want(s, "feedback", s.message("m1").Feedback, "Bad response")
	},
}

var besideRules = map[string]func(*stage){
	"the owner of the later time stands": func(s *stage) {
		s.tell(said("m1", 10))
		want(s, "a word that came to us", s.header().Owner, store.Owner{Kind: store.OwnerUs})
		s.tell(controlled(30, store.Owner{Kind: store.OwnerApp, AppID: "77"}), controlled(20, store.Owner{Kind: store.OwnerIdle}))
		c := s.header()
		want(s, "owner", c.Owner, store.Owner{Kind: store.OwnerApp, AppID: "77"})
		want(s, "since", c.OwnerAt, 30)
		want(s, "unread", c.Unread, 1)
		want(s, "lines", len(s.thread()), 3)
		f := said("m2", 40)
		f.Standby = true
		s.tell(f)
		want(s, "a word in standby", s.header().Owner, store.Owner{Kind: store.OwnerApp})
	},
	"thread control makes no conversation, and waits for one": func(s *stage) {
		s.tell(controlled(20, store.Owner{Kind: store.OwnerIdle}), labelled("vip", 20, false), labelled("old", 20, false))
		s.tell(labelled("old", 25, true), delivered(30), readTo(15))
		s.catchUp()
		if page, err := s.views.List(s.Context(), store.ListRequest{Limit: 10}); err != nil || len(page.Rows) != 0 {
			s.Errorf("List = %d rows, %v; want none", len(page.Rows), err)
		}
		counts, err := s.views.Counts(s.Context())
		if err != nil || counts.Total != 0 || len(counts.Inboxes) != 0 {
			s.Errorf("Counts = %+v, %v; want nothing", counts, err)
		}
		s.tell(said("m1", 10))
		c := s.header()
		want(s, "owner", c.Owner, store.Owner{Kind: store.OwnerIdle})
		want(s, "labels", c.Labels, []string{"vip"})
		want(s, "delivered to", c.DeliveredTo, 30)
		want(s, "lines", s.ids(), []string{"m1", string(store.KindControl)})
		want(s, "last message", c.LastMessage.Place.ID, "m1")
	},
	"a label of one time is rather set than not": func(s *stage) {
		s.tell(said("m1", 10), labelled("vip", 20, true), labelled("vip", 20, false), labelled("b", 5, false), labelled("a", 5, false))
		want(s, "labels", s.header().Labels, []string{"a", "b", "vip"})
		s.tell(labelled("vip", 30, true), labelled("vip", 25, false))
		want(s, "labels", s.header().Labels, []string{"a", "b"})
	},
	"the latest alert of each inbox": func(s *stage) {
		alert := func(inbox store.InboxID, at store.Millis, action, reason string) store.Fact {
			return store.Fact{Kind: store.FactAlert, Inbox: inbox, At: at, Alert: store.Alert{At: at, Action: action, Reason: reason}}
		}
		s.tell(alert("100", 30, "block", "spam"), alert("100", 20, "warning", ""), alert("200", 5, "warning", "slow"))
		s.catchUp()
		alerts, err := s.views.Alerts(s.Context())
		if err != nil {
			s.Fatal(err)
		}
		want(s, "alerts", alerts, map[store.InboxID]store.Alert{
			"100": {At: 30, Action: "block", Reason: "spam"}, "200": {At: 5, Action: "warning", Reason: "slow"},
		})
		s.tell(alert("100", 40, "unblock", ""))
		s.catchUp()
		if alerts, err = s.views.Alerts(s.Context()); err != nil || alerts["100"].Action != "unblock" {
			s.Errorf("Alerts = %v, %v, want unblock for 100", alerts, err)
		}
	},
	"unknown events by inbox and name": func(s *stage) {
		novelty := func(inbox store.InboxID, name string, at store.Millis) store.Fact {
			id := store.HashID(string(inbox), name, at.Time().String())
			return store.Fact{Kind: store.FactUnknown, Inbox: inbox, Contact: mara, Name: name, At: at, Key: string(id)}
		}
		s.tell(novelty("100", "calls", 20), novelty("100", "calls", 10), novelty("200", "calls", 5), novelty("100", "calls", 10))
		s.tell(novelty("100", "payment", 7), novelty("100", "calls", 30))
		s.catchUp()
		list, err := s.views.Unknown(s.Context())
		if err != nil {
			s.Fatal(err)
		}
		want(s, "unknown", list, []store.UnknownCount{
			{Inbox: "100", Name: "calls", N: 3, First: 10, Last: 30},
			{Inbox: "100", Name: "payment", N: 1, First: 7, Last: 7},
			{Inbox: "200", Name: "calls", N: 1, First: 5, Last: 5},
		})
	},
	"activities are lines, and arrivals among them last activities": func(s *stage) {
		linked := about(store.FactActivity, "", 20, "linked")
		linked.LineKind, linked.Details = store.KindLinked, []store.Detail{{Name: "status", Value: "linked"}}
		optin := about(store.FactActivity, "", 30, "optin")
		optin.LineKind, optin.OpensWindow, optin.Touch = store.KindOptin, true, &store.Touch{Origin: store.OriginOther, Ref: "spring"}
		s.tell(linked, optin)
		c := s.header()
		want(s, "status", c.Status, store.StatusPending)
		want(s, "last activity", c.LastActivity, 30)
		want(s, "window", c.WindowFrom, 30)
		want(s, "ref", c.Touch.Ref, "spring")
		want(s, "unread", c.Unread, 0)
		lines := s.thread()
		want(s, "directions", []store.Direction{lines[0].Direction, lines[1].Direction}, []store.Direction{store.Activity, store.Activity})
		want(s, "details", lines[0].Details, linked.Details)
	},
	"orders and forms are unread, and no word from which seven days count": func(s *stage) {
		order := said("", 10)
		order.ID, order.Key, order.LineKind = "hash:order", "hash:order", store.KindOrder
		s.tell(order)
		c := s.header()
		want(s, "unread", c.Unread, 1)
		want(s, "status", c.Status, store.StatusOpen)
		want(s, "last word", c.LastIncoming, 0)
	},
	"a message and a postback of one mid are two lines, whichever comes first": func(s *stage) {
		s.tell(tapped("m_1", 10), said("m_1", 20))
		s.tell(said("2", 30), tapped("m_2", 40))
		s.tell(tapped("3", 50))
		want(s, "thread", s.ids(), []string{"postback:m_1", "m_1", "2", "postback:m_2", "3"})
		want(s, "unread", s.header().Unread, 5)
		s.tell(tapped("1", 5), said("m_2", 29), tapped("m_2", 40))
		want(s, "told again", s.ids(), []string{"postback:1", "m_1", "m_2", "postback:m_2", "3"})
		want(s, "mid", s.message("postback:1").MID, "1")
	},
}
