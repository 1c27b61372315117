package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/store"
)

// The cast of random histories: few, so that things meet.
var cast = []store.Contact{
	mara,
	{Kind: store.ContactVisitor, ID: "9000000000000000001"},
	{Kind: store.ContactUserRef, ID: "guest-1"},
	{Kind: store.ContactUserRef, ID: "guest-2"},
}

// castGuests are those who turn out to be Mara.
var castGuests = cast[2:]

var (
	castOrigins = []store.Origin{store.OriginPlugin, store.OriginLink, store.OriginAd, store.OriginOther, store.OriginUnknown}
	castRefs    = []string{"", "pricing", "spring"}
	castApps    = []string{"", "263902037430900", "4711"}
	castFiles   = [][]store.Attachment{nil, {{Type: "image"}}, {{Type: "image"}, {Type: "file"}}}
)

// firstRecordAt is when random histories begin; the platform's times lie around it.
const firstRecordAt store.Millis = 10_000

// history draws records.
type history struct {
	*rapid.T
	replies map[store.ConversationID][]store.Token
	records []store.Record
	tb      testing.TB

	anyOrder bool // the order of events shall not matter
}

func newHistory(tb testing.TB, t *rapid.T) *history {
	return &history{T: t, tb: tb, replies: map[store.ConversationID][]store.Token{}}
}

func (h *history) pick(what string, n int) int { return rapid.IntRange(0, n-1).Draw(h.T, what) }

func (h *history) contact() store.Contact { return cast[h.pick("contact", len(cast))] }

func (h *history) now() store.Millis { return firstRecordAt + 10*store.Millis(len(h.records)) }

func (h *history) platformTime() store.Millis {
	return firstRecordAt + 10*store.Millis(rapid.IntRange(-20, 60).Draw(h.T, "time"))
}

func (h *history) add(body any) {
	r, err := store.NewRecord(h.now(), body)
	if err != nil {
		h.Fatalf("NewRecord: %v", err)
	}
	h.records = append(h.records, r)
}

// fact draws what the platform says of a contact. What an event says follows from what names it and its time, as a
// redelivery never says something else at the same time.
func (h *history) fact(who store.Contact) store.Fact {
	n, at := h.pick("event", 8), h.platformTime()
	name, salt := fmt.Sprint(n), n*7+int(at/10)
	tokens := h.tokens(who)
	var f store.Fact
	switch kind := h.pick("kind", 9); kind {
	case 0, 1:
		f = said("m"+name, at)
		if kind == 1 {
			f = tapped([]string{"p", "m"}[n%2]+name, at)
		}
		f.Tagged = salt%3 == 0
		if salt%4 == 0 {
			f = arriving(f, castOrigins[salt%5], castRefs[salt%3])
		}
		if salt%2 == 0 { // the same mid, spelled otherwise
			f.MID, f.ID = "m_"+f.MID, "m_"+f.ID
		}
	case 2:
		f = came(at, castOrigins[salt%5], castRefs[salt%3])
	case 3:
		f = echoed("e"+name, at, castApps[n%3], "")
		if len(tokens) > 0 && n > 2 { // of a reply: by token, by mid, or both
			token := tokens[n%len(tokens)]
			f = echoed("mid-"+string(token), at, "77", []string{"", string(token)}[salt%2])
		}
	case 4:
		f = delivered(at, "m_e"+name)
		if len(tokens) > 0 {
			f.MIDs = append(f.MIDs, "mid-"+string(tokens[n%len(tokens)]))
		}
	case 5:
		f = readTo(at)
	case 6:
		f = h.beside(n, at)
	default:
		mid := []string{"m", "e"}[n%2] + name
		if len(tokens) > 0 && n > 4 {
			mid = "mid-" + string(tokens[n%len(tokens)])
		}
		f = h.about(mid, n, at)
	}
	if f.Kind != store.FactUnsend {
		f.Text = strings.Repeat("t", salt%5)
	}
	if f.Kind == store.FactMessage || f.Kind == store.FactEcho {
		f.Attachments = castFiles[salt%3]
	}
	f.Standby = salt%6 == 0
	f.Inbox, f.Contact = page, who
	if who == mara && h.pick("alias", 8) == 0 {
		f.Alias = castGuests[h.pick("guest", len(castGuests))]
	}
	return f
}

// tokens are those of a contact's replies; Mara's are her guests' too.
func (h *history) tokens(who store.Contact) []store.Token {
	tokens := slices.Clone(h.replies[store.NewConversationID(page, who)])
	if who == mara {
		for _, guest := range castGuests {
			tokens = append(tokens, h.replies[store.NewConversationID(page, guest)]...)
		}
	}
	return tokens
}

// about draws what is said of a message: new words, that it was taken back, a reaction, feedback.
func (h *history) about(mid string, n int, at store.Millis) store.Fact {
	ours := strings.HasPrefix(mid, "mid-")
	switch h.pick("about", 4) {
	case 0:
		// Nor is what they edit: as long as a mid is not known to be the page's, an edit takes it for a word of theirs.
		if h.anyOrder && (ours || strings.HasPrefix(mid, "e")) {
			return reacted(mid, at, "👍")
		}
		return edited("m_"+mid, 1+n%3, at, "")
	case 1:
		if !ours { // what a contact takes back is not ours
			return unsent(mid, at)
		}
		return reacted(mid, at, "")
	case 2:
		return reacted(mid, at, []string{"", "❤", "👍"}[n%3])
	default:
		return judged(mid, at, []string{"Good response", "Bad response"}[n%2])
	}
}

// beside draws what is told beside the talk.
func (h *history) beside(n int, at store.Millis) store.Fact {
	if n < 4 {
		return labelled(castRefs[1+n%2], at, n > 1)
	}
	return controlled(at, []store.Owner{
		{Kind: store.OwnerUs}, {Kind: store.OwnerIdle}, {Kind: store.OwnerApp, AppID: "77"}, {},
	}[n%4])
}

// facts draws a body. It may tell one mid of several contacts, whether they turn out to be one or not.
func (h *history) facts() {
	var facts []store.Fact
	for range 1 + h.pick("events in a body", 3) {
		f := h.fact(h.contact())
		facts = append(facts, f)
		if f.MID != "" && h.pick("told of another as well", 6) == 0 {
			f.Contact, f.Alias = h.contact(), store.Contact{}
			facts = append(facts, f)
		}
	}
	h.records = append(h.records, webhook(h.tb, h.now(), facts...))
}

// withdrawals draws a body of messages, edits and withdrawals alone, of so few mids that they meet.
func (h *history) withdrawals() {
	var facts []store.Fact
	for range 1 + h.pick("events in a body", 4) {
		n, at := h.pick("event", 2), h.platformTime()
		mid := "m" + fmt.Sprint(n)
		var f store.Fact
		switch h.pick("about", 4) {
		case 0:
			f = unsent(mid, at)
		case 1:
			f = edited("m_"+mid, 1+int(at/10)%2, at, strings.Repeat("t", 1+int(at/10)%5))
		default:
			f = said(mid, at)
			f.Text = strings.Repeat("t", 1+int(at/10)%5)
		}
		f.Inbox, f.Contact = page, h.contact()
		if f.Contact == mara && h.pick("alias", 4) == 0 {
			f.Alias = castGuests[h.pick("guest", len(castGuests))]
		}
		facts = append(facts, f)
	}
	h.records = append(h.records, webhook(h.tb, h.now(), facts...))
}

// reply draws a reply that is written.
func (h *history) reply(who store.Contact, seen store.Seq) {
	conv := store.NewConversationID(page, who)
	r := store.Reply{
		Token: store.Token(fmt.Sprintf("t%d", len(h.records))), Conversation: conv, Inbox: page, Recipient: who, Agent: "ana", Seen: seen,
	}
	if h.pick("held for undo", 4) == 0 {
		r.NotBefore, r.ReplyTo = h.now()+5, "m_m1"
	}
	r.Message.Text = "reply"
	h.replies[conv] = append(h.replies[conv], r.Token)
	h.add(r)
}

var (
	castOutcomes = []store.Outcome{
		store.OutcomeSent, store.OutcomeFailed, store.OutcomeUnknown, store.OutcomeRetry, store.OutcomeHeld,
	}
	castVerbs = []store.Verb{
		store.VerbResolve, store.VerbReopen, store.VerbSnooze, store.VerbRead, store.VerbUnread, store.VerbAssign,
		store.VerbRestore, store.VerbSendAgain, store.VerbArrived, store.VerbCancel,
	}
	castStatuses = []store.Status{store.StatusOpen, store.StatusPending, store.StatusSnoozed, store.StatusResolved}
)

// step draws one record.
func (h *history) step() {
	who := h.contact()
	conv := store.NewConversationID(page, who)
	tokens := append([]store.Token{"none"}, h.replies[conv]...)
	token := tokens[h.pick("token", len(tokens))]
	seq := store.Seq(h.pick("place", len(h.records)+2))
	until := store.Millis(1 + h.pick("until", 3))
	switch h.pick("record", 13) {
	case 0, 1, 2, 3:
		h.facts()
	case 4:
		h.reply(who, seq)
	case 5:
		h.add(store.Attempt{Token: token, Conversation: conv, N: 1 + h.pick("attempt", 3)})
	case 6:
		r := store.Result{
			Token: token, Conversation: conv, N: 1 + h.pick("attempt", 3), Outcome: castOutcomes[h.pick("outcome", len(castOutcomes))],
			RetryAt: until,
		}
		if r.Outcome == store.OutcomeSent && h.pick("mid known", 3) > 0 {
			r.MID = "m_mid-" + string(token)
		}
		if r.Outcome == store.OutcomeFailed && h.pick("unreachable", 2) == 0 {
			r.Error = &store.SendError{Code: 10, Subcode: 2018108}
		}
		h.add(r)
	case 7, 8:
		h.add(store.Act{
			Agent: "ana", Conversation: conv, Verb: castVerbs[h.pick("verb", len(castVerbs))], Until: until, Seen: seq,
			Assignee: []string{"", "ana", "ben"}[h.pick("assignee", 3)], Message: store.ReplyID(token),
			Status: castStatuses[h.pick("status", 4)],
		})
	case 9, 10, 11:
		h.ours(conv, token)
	default:
		if h.pick("profile", 2) == 0 {
			h.add(store.Profile{Conversation: conv, Name: []string{"", "Mara Voss"}[h.pick("name", 2)]})
		} else {
			h.add(store.Woke{Conversation: conv, Until: until})
		}
	}
}

// fate draws a record of one conversation's replies: written and tried in some order, settled in some way.
func (h *history) fate() {
	conv := store.NewConversationID(page, mara)
	tokens := h.replies[conv]
	if len(tokens) == 0 || len(tokens) < 5 && h.pick("new", 4) == 0 {
		h.reply(mara, 0)
		return
	}
	token := tokens[h.pick("token", len(tokens))]
	n := 1 + h.pick("attempt", 8)/7
	switch h.pick("record", 10) {
	case 0, 1, 2:
		h.add(store.Attempt{Token: token, Conversation: conv, N: n})
	case 3, 4, 5, 6:
		outcome := castOutcomes[h.pick("outcome", len(castOutcomes))]
		h.add(store.Result{Token: token, Conversation: conv, N: n, Outcome: outcome, RetryAt: 5})
	case 7, 8:
		verb := []store.Verb{store.VerbSendAgain, store.VerbArrived, store.VerbCancel}[h.pick("verb", 3)]
		h.add(store.Act{Agent: "ana", Conversation: conv, Verb: verb, Message: store.ReplyID(token)})
	default:
		h.facts()
	}
}

// outcomes draws at most one result for each reply.
func (h *history) outcomes() {
	for _, who := range cast {
		conv := store.NewConversationID(page, who)
		for _, token := range h.replies[conv] {
			switch h.pick("outcome", 4) {
			case 0:
				h.add(store.Result{Token: token, Conversation: conv, N: 1, Outcome: store.OutcomeSent, MID: "mid-" + string(token)})
			case 1:
				h.add(store.Result{Token: token, Conversation: conv, N: 1, Outcome: store.OutcomeUnknown})
			case 2:
				h.add(store.Result{Token: token, Conversation: conv, N: 1, Outcome: store.OutcomeFailed})
			}
		}
	}
}
