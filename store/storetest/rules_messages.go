package storetest

import (
	"strings"

	"frontdesk/store"
)

var messageRules = map[string]func(*stage){
	"lines stand by the platform's time": func(s *stage) {
		s.tell(said("m3", 30))
		s.tell(said("m1", 10), tapped("m2", 20))
		want(s, "thread", s.ids(), []string{"m1", "m2", "m3"})
		c := s.header()
		want(s, "last message", c.LastMessage.Place.ID, "m3")
		want(s, "last activity", c.LastActivity, 30)
	},
	"a duplicate changes nothing": func(s *stage) {
		first := s.tell(said("m_1", 10))
		s.act(store.Act{Verb: store.VerbRead, Seen: first})
		s.act(store.Act{Verb: store.VerbResolve})
		before := s.header()
		before.OwnerAt = 99 // it came to us again then
		s.tell(said("m_1", 10), said("1", 10), said("m_1", 99))
		want(s, "conversation", s.header(), before)
		want(s, "thread", s.ids(), []string{"m_1", "resolved"})
	},
	"the smallest time of a mid counts": func(s *stage) {
		first := s.tell(said("m1", 500), said("m2", 300))
		s.tell(said("m1", 100))
		want(s, "thread", s.ids(), []string{"m1", "m2"})
		c := s.header()
		want(s, "last activity", c.LastActivity, 300)
		want(s, "last message", c.LastMessage.Place.ID, "m2")
		want(s, "last word", c.LastIncoming, 300)
		want(s, "window", c.WindowFrom, 300)
		want(s, "waiting since", c.WaitingSince, 100)
		want(s, "unread", c.Unread, 2)
		want(s, "first record", s.message("m1").Seq, first)
	},
	"only a message is a word, and a tap opens the window all the same": func(s *stage) {
		s.tell(said("m1", 10), tapped("p1", 40), came(50, store.OriginPlugin, ""), came(45, store.OriginLink, ""))
		c := s.header()
		want(s, "last word", c.LastIncoming, 10)
		want(s, "window", c.WindowFrom, 45)
		want(s, "last activity", c.LastActivity, 50)
		want(s, "last message", c.LastMessage.Place.ID, "p1")
	},
	"the row shows the start of a long text, whole characters only": func(s *stage) {
		f := said("m1", 10)
		f.Text = "x" + strings.Repeat("é", 200)
		s.tell(f)
		want(s, "text", s.header().LastMessage.Text, "x"+strings.Repeat("é", 127))
	},
	"a contact of another inbox or kind is another conversation": func(s *stage) {
		other, ref := said("m1", 10), said("m1", 10)
		other.Inbox, other.Contact = "200", mara
		ref.Inbox, ref.Contact = page, store.Contact{Kind: store.ContactUserRef, ID: psid}
		s.tell(said("m1", 10), other, ref)
		s.catchUp()
		p, err := s.views.List(s.Context(), store.ListRequest{Limit: 10})
		if err != nil || len(p.Rows) != 3 {
			s.Errorf("List = %d rows, %v; want 3", len(p.Rows), err)
		}
	},
	"a profile names the contact, and one without a name does not take it away": func(s *stage) {
		s.tell(said("m1", 10))
		s.do(store.Profile{Conversation: marasC, Reason: "not now"})
		c := s.header()
		want(s, "got", c.ProfileGot, false)
		want(s, "asked", c.ProfileAt, s.clock)
		s.do(store.Profile{Conversation: marasC, Name: "Mara Voss"})
		s.do(store.Profile{Conversation: marasC})
		c = s.header()
		want(s, "name", c.Contact.Name, "Mara Voss")
		want(s, "got", c.ProfileGot, true)
	},
}

var touchRules = map[string]func(*stage){
	"a referral is a line and a touch": func(s *stage) {
		s.tell(came(10, store.OriginLink, "spring"))
		c := s.header()
		want(s, "status", c.Status, store.StatusPending)
		want(s, "unread", c.Unread, 0)
		want(s, "origin", c.Touch.Origin, store.OriginLink)
		want(s, "ref", c.Touch.Ref, "spring")
		lines := s.thread()
		want(s, "kind", lines[0].Kind, store.KindReferral)
		want(s, "sentence", store.ActivityText(lines[0]), "came in by m.me link, ref spring")
	},
	"without a touch the origin is unknown": func(s *stage) {
		s.tell(said("m1", 10))
		want(s, "touch", s.header().Touch, store.Touch{Origin: store.OriginUnknown})
	},
	"the latest known touch is shown whole": func(s *stage) {
		s.tell(came(30, store.OriginAd, ""), came(10, store.OriginLink, "spring"), came(40, store.OriginUnknown, "x"))
		c := s.header()
		want(s, "origin", c.Touch.Origin, store.OriginAd)
		want(s, "ref", c.Touch.Ref, "")
		want(s, "origins", c.Origins, []store.Origin{store.OriginAd, store.OriginLink})
		want(s, "refs", c.Refs, []string{"spring", "x"})
	},
	"a tag after a link is a touch by the plugin that keeps the ref": func(s *stage) {
		s.tell(tagged(said("m2", 30)), tagged(said("m1", 20)))
		s.tell(came(10, store.OriginLink, "spring"))
		c := s.header()
		want(s, "touch", c.Touch, store.Touch{
			At: 20, ID: "m1", Origin: store.OriginPlugin, Source: "customer_chat_plugin", Ref: "spring",
		})
		want(s, "origins", c.Origins, []store.Origin{store.OriginLink, store.OriginPlugin})
	},
	"a tag after the plugin's touch adds nothing": func(s *stage) {
		s.tell(tagged(said("m1", 20)), came(10, store.OriginPlugin, "pricing"))
		c := s.header()
		want(s, "ref", c.Touch.Ref, "pricing")
		want(s, "since", c.Touch.At, 10)
	},
	"a tag of the very time of a touch is no later than it": func(s *stage) {
		for _, mid := range []string{"m1", "m2", "m3", "m4"} { // whatever their order in one millisecond
			s.tell(tagged(said(mid, 10)))
		}
		s.tell(came(10, store.OriginLink, "spring"), tagged(said("m5", 20)))
		want(s, "since", s.header().Touch.At, 20)
	},
	"a tag that an earlier telling takes away": func(s *stage) {
		s.tell(came(5, store.OriginLink, "spring"), tagged(said("m1", 20)), tagged(said("m2", 30)))
		want(s, "since", s.header().Touch.At, 20)
		s.tell(said("m1", 10))
		want(s, "since the next", s.header().Touch.At, 30)
	},
	"a tag before a link does not hide the link": func(s *stage) {
		s.tell(came(30, store.OriginLink, "spring"), tagged(said("m1", 20)))
		c := s.header()
		want(s, "origin", c.Touch.Origin, store.OriginLink)
		want(s, "origins", c.Origins, []store.Origin{store.OriginLink, store.OriginPlugin})
	},
	"a tag keeps the ref of a touch whose origin is unknown": func(s *stage) {
		s.tell(came(10, store.OriginPlugin, "pricing"), came(20, store.OriginUnknown, "optin"), tagged(said("m1", 30)))
		c := s.header()
		want(s, "origin", c.Touch.Origin, store.OriginPlugin)
		want(s, "ref", c.Touch.Ref, "optin")
	},
	"a touch moves with the smaller time of its message": func(s *stage) {
		s.tell(arriving(said("m1", 50), store.OriginAd, "a"), arriving(said("m2", 30), store.OriginLink, "l"))
		want(s, "origin before", s.header().Touch.Origin, store.OriginAd)
		s.tell(arriving(said("m1", 10), store.OriginAd, "a"))
		want(s, "origin after", s.header().Touch.Origin, store.OriginLink)
		touches, err := s.views.Touches(s.Context(), marasC, 10)
		if err != nil || len(touches) != 2 {
			s.Errorf("Touches = %+v, %v; want 2", touches, err)
		}
	},
}
