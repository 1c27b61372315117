package storetest

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/store"
)

// nonsense draws records of replies of ours, which a contact edits and takes back, before and after their echoes say whose
// they are, and of which nobody knows for long in whose conversation they belong. One mid is edited and taken back by one
// contact only: a mid that two contacts had said and that then were our reply is beyond what a replay can tell.
func (h *history) nonsense() {
	either := []store.Contact{mara, castGuests[0]}
	if h.pick("record", 6) == 0 {
		who := either[h.pick("to", 2)]
		switch conv := store.NewConversationID(page, who); {
		case len(h.replies[conv]) == 0:
			h.reply(who, 0)
		case h.pick("outcome", 2) == 0:
			h.add(store.Attempt{Token: h.replies[conv][0], Conversation: conv, N: 1})
		default:
			token := h.replies[conv][0]
			h.add(store.Result{Token: token, Conversation: conv, N: 1, Outcome: store.OutcomeSent, MID: "mid-" + string(token)})
		}
		return
	}
	tokens := append(h.tokens(mara), "t0", "t1")
	var facts []store.Fact
	for range 1 + h.pick("events in a body", 5) {
		token, at := string(tokens[h.pick("token", len(tokens))]), h.platformTime()
		mid := "mid-" + token
		var f store.Fact
		switch h.pick("about", 4) {
		case 0:
			f = unsent(mid, at)
		case 1:
			f = echoed(mid, at, "77", []string{"", token}[h.pick("metadata", 2)])
		default:
			f = edited(mid, 1+int(at/10)%3, at, strings.Repeat("t", 1+int(at/10)%5))
		}
		f.Inbox, f.Contact = page, either[int(token[1]-'0')%2]
		if f.Kind == store.FactEcho {
			f.Contact = either[h.pick("contact", 2)]
		}
		if f.Contact == mara && h.pick("alias", 6) == 0 {
			f.Alias = castGuests[0]
		}
		facts = append(facts, f)
	}
	h.records = append(h.records, webhook(h.tb, h.now(), facts...))
}

// propertyReplay plays histories in which contacts take back what they can't, and wants a replay to give the same views,
// before the sweeper and after it.
func propertyReplay(t *testing.T, open func(*testing.T, string) (Log, DumpedViews)) {
	th := theatre{t, open}
	rapid.Check(t, func(rt *rapid.T) {
		h := newHistory(t, rt)
		for range rapid.IntRange(1, 20).Draw(rt, "records") {
			h.nonsense()
		}
		batch := rapid.SampledFrom([]int{1, 3, 1000}).Draw(rt, "batch")
		sweepEarly := rapid.Bool().Draw(rt, "sweep half way")
		th.play(rt, h.records, batch, func(p played) {
			if sweepEarly {
				th.sweep(rt, p)
			}
		}, func(p played) {
			th.replay(rt, p)
			th.sweep(rt, p)
			th.replay(rt, p)
		})
	})
}
