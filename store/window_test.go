package store_test

import (
	"testing"

	"frontdesk/store"
)

func TestWindow(t *testing.T) {
	t.Parallel()
	const hour = store.Millis(3_600_000)
	from := 1000 * hour
	cases := map[string]struct {
		conv store.Conversation
		now  store.Millis
		want store.WindowState
	}{
		"just written": {
			store.Conversation{WindowFrom: from, LastIncoming: from},
			from,
			store.WindowState{Open: true, ClosesAt: from + 24*hour, HumanAgent: true, HumanAgentUntil: from + 168*hour},
		},
		"the last moment of the day": {
			store.Conversation{WindowFrom: from, LastIncoming: from},
			from + 24*hour - 1,
			store.WindowState{Open: true, ClosesAt: from + 24*hour, HumanAgent: true, HumanAgentUntil: from + 168*hour},
		},
		"a day later": {
			store.Conversation{WindowFrom: from, LastIncoming: from},
			from + 24*hour,
			store.WindowState{ClosesAt: from + 24*hour, HumanAgent: true, HumanAgentUntil: from + 168*hour},
		},
		"a week later": {
			store.Conversation{WindowFrom: from, LastIncoming: from},
			from + 168*hour,
			store.WindowState{ClosesAt: from + 24*hour, HumanAgentUntil: from + 168*hour},
		},
		"a tap opens the day, not the week": {
			store.Conversation{WindowFrom: from},
			from + hour,
			store.WindowState{Open: true, ClosesAt: from + 24*hour},
		},
		"nothing seen": {store.Conversation{}, from, store.WindowState{Unknown: true}},
		"a visitor of our plugin": {
			store.Conversation{Contact: store.Contact{Kind: store.ContactVisitor}, WindowFrom: from},
			from + 900*hour,
			store.WindowState{None: true, Open: true},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := store.Window(c.conv, c.now); got != c.want {
				t.Errorf("Window = %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestActivityText(t *testing.T) {
	t.Parallel()
	line := func(kind store.MessageKind, agent, text string) store.Message {
		return store.Message{Direction: store.Activity, Kind: kind, Agent: agent, Text: text}
	}
	arrival := func(touch *store.Touch) store.Message {
		m := line(store.KindReferral, "", "")
		m.Touch = touch
		return m
	}
	snoozed := line(store.KindSnoozed, "ana", "")
	snoozed.Until = store.Millis(1_767_283_200_000)
	for want, m := range map[string]store.Message{
		"came in by chat plugin, ref pricing":         arrival(&store.Touch{Origin: store.OriginPlugin, Ref: "pricing"}),
		"came in by m.me link":                        arrival(&store.Touch{Origin: store.OriginLink}),
		"came in by an ad":                            arrival(&store.Touch{Origin: store.OriginAd}),
		"came in another way (DISCOVER_TAB)":          arrival(&store.Touch{Origin: store.OriginOther, Source: "DISCOVER_TAB"}),
		"came in, ref x":                              arrival(&store.Touch{Origin: store.OriginUnknown, Ref: "x"}),
		"came in":                                     arrival(nil),
		"ana resolved this":                           line(store.KindResolved, "ana", ""),
		"ana reopened this":                           line(store.KindReopened, "ana", ""),
		"open again: the contact wrote":               line(store.KindReopened, "", ""),
		"ana snoozed this until Thu 1 Jan 2026 16:00": snoozed,
		"the snooze is over":                          line(store.KindWoke, "", ""),
		"ana took this":                               line(store.KindAssigned, "ana", "ana"),
		"ana gave this to ben":                        line(store.KindAssigned, "ana", "ben"),
		"ana let go of this: it is nobody's now":      line(store.KindUnassigned, "ana", ""),
		"":                                            {Direction: store.In, Kind: store.KindText, Text: "words of a contact"},
	} {
		if got := store.ActivityText(m); got != want {
			t.Errorf("ActivityText(%s) = %q, want %q", m.Kind, got, want)
		}
	}
}
