package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"frontdesk/store"
)

// plainModel is the rules of what is remembered, said again as plainly as can be: it keeps everything it was ever told and,
// when asked, works the answer out from all of it. It knows no rows, no indexes and no shortcuts.
type plainModel struct {
	convs map[store.ConversationID]*modelConv
	into  map[store.ConversationID]store.ConversationID // what has become of conversations
	seq   store.Seq
	at    store.Millis

	uploads map[[2]string]store.Uploaded // by inbox and hash
}

// modelConv is all that was told of one conversation.
type modelConv struct {
	there    bool // something has made it a conversation
	id       store.ConversationID
	inbox    store.InboxID
	contact  store.Contact
	told     []toldFact   // lines
	said     []toldFact   // of lines
	beside   []store.Fact // what ways, controls and labels say
	receipts []toldFact
	seqs     map[string]store.Seq // by key: the record that a line counts as come with, where a merge has changed it
	aliases  []store.ConversationID
	replies  []*modelReply // in the order of writing
	notes    []store.Message
	taken    map[store.MessageID]store.Message // private notes that were taken away
	marks    []modelMark

	status   store.Status
	until    store.Millis
	assignee string
	seen     store.Seq
	refused  store.Millis

	profileAt  store.Millis
	profileGot bool
}

type toldFact struct {
	store.Fact
	seq store.Seq
}

// modelReply is what our own records say of a reply.
type modelReply struct {
	store.Message
	mids   []string                 // from results
	behind map[store.Token]struct{} // the unsettled replies it has to wait for
	queued store.Seq                // the record that queued it last
	failed store.Seq                // the record by which it failed or was unknown, until that is settled
	about  []store.Seq              // the attempts, results and uploads
}

func newPlainModel() *plainModel {
	return &plainModel{
		convs: map[store.ConversationID]*modelConv{}, into: map[store.ConversationID]store.ConversationID{},
		uploads: map[[2]string]store.Uploaded{},
	}
}

func (m *plainModel) conv(id store.ConversationID) *modelConv {
	if other, ok := m.into[id]; ok {
		id = other
	}
	if m.convs[id] == nil {
		inbox, contact, err := store.ParseConversationID(id)
		if err != nil {
			panic(err) // histories only name conversations that can be
		}
		m.convs[id] = &modelConv{
			id: id, inbox: inbox, contact: contact, status: store.StatusPending, seqs: map[string]store.Seq{},
			taken: map[store.MessageID]store.Message{},
		}
	}
	return m.convs[id]
}

// play takes in a record.
func (m *plainModel) play(seq store.Seq, r store.Record) {
	m.seq, m.at = seq, r.At
	switch r.Kind {
	case store.RecordWebhook:
		for _, f := range read[[]store.Fact](r) {
			m.fact(f)
		}
	case store.RecordReply:
		m.reply(read[store.Reply](r))
	case store.RecordAttempt:
		a := read[store.Attempt](r)
		x := m.conv(a.Conversation).reply(a.Token)
		x.is(seq)
		if x != nil && !x.State.Sent() {
			if x.State == store.StateFailed || x.State == store.StateUnknown || x.State == store.StateCancelled {
				clear(x.behind)
				x.queued = seq
			}
			x.State, x.RetryAt, x.TriedAt = store.StateSending, 0, r.At
			x.Attempts = max(x.Attempts, a.N)
		}
	case store.RecordResult:
		m.result(read[store.Result](r))
	case store.RecordAct:
		a := read[store.Act](r)
		if c := m.conv(a.Conversation); c.there {
			m.act(c, a)
		}
	case store.RecordProfile:
		p := read[store.Profile](r)
		if c := m.conv(p.Conversation); c.there {
			c.profileAt = r.At
			if p.Name != "" {
				c.contact.Name, c.profileGot = p.Name, true
			}
		}
	case store.RecordWoke:
		w := read[store.Woke](r)
		if c := m.conv(w.Conversation); c.there && c.status == store.StatusSnoozed && c.until == w.Until {
			c.status, c.until = c.awake(), 0
			m.note(c, store.Message{Kind: store.KindWoke, Until: w.Until})
		}
	case store.RecordMedia:
		f := read[store.Media](r)
		c := m.conv(f.Conversation)
		if keys := c.meant(f.Message); keys != nil && f.Index >= 0 {
			f.Conversation, f.Message = "", ""
			c.marks = append(c.marks, modelMark{keys: keys, seq: seq, file: &store.Fetched{Media: f, At: r.At}})
		}
	case store.RecordUpload:
		u := read[store.Uploaded](r)
		if u.Hash != "" {
			m.uploads[[2]string{string(u.Inbox), u.Hash}] = u
			m.conv(u.Conversation).reply(u.Token).is(seq)
		}
	}
	for _, c := range m.convs {
		c.settleEchoes()
	}
}

func read[T any](r store.Record) T {
	var v T
	if err := json.Unmarshal(r.Body, &v); err != nil {
		panic(err) // histories only hold bodies of ours
	}
	return v
}

func (m *plainModel) fact(f store.Fact) {
	m.alias(f)
	c := m.conv(store.NewConversationID(f.Inbox, f.Contact))
	c.beside = append(c.beside, f)
	isNew := false
	switch f.Kind {
	case store.FactDelivery, store.FactRead:
		c.receipts = append(c.receipts, toldFact{f, m.seq})
		return
	case store.FactLabel:
		return
	case store.FactUnsend, store.FactFeedback:
		c.said = append(c.said, toldFact{f, m.seq})
		return
	case store.FactControl:
		c.told = append(c.told, toldFact{f, m.seq})
		return
	case store.FactReaction:
		c.said = append(c.said, toldFact{f, m.seq})
	case store.FactEdit:
		isNew = !c.knows(addressed(f))
		c.said = append(c.said, toldFact{f, m.seq})
	default:
		isNew = (f.Kind == store.FactMessage || f.Kind == store.FactPostback) && !c.knows(f.Key)
		c.told = append(c.told, toldFact{f, m.seq})
	}
	c.there = true
	if isNew {
		was := c.status
		c.status, c.until = store.StatusOpen, 0
		if was == store.StatusResolved || was == store.StatusSnoozed {
			m.note(c, store.Message{Kind: store.KindReopened})
		}
	}
}

// addressed is the key of the message that a fact is about.
func addressed(f store.Fact) string { return store.KeyOf(store.FactMessage, f.MID) }

// knows reports whether there is a line for a key.
func (c *modelConv) knows(key string) bool {
	_, ok := c.keyed()[key]
	return ok
}

func (m *plainModel) note(c *modelConv, line store.Message) {
	line.ID, line.Conversation = store.MessageID(fmt.Sprintf("log:%d", m.seq)), c.id
	line.At, line.Seq = m.at, m.seq
	if line.Direction == "" {
		line.Direction = store.Activity
	}
	c.notes = append(c.notes, line)
}

func (m *plainModel) reply(r store.Reply) {
	c := m.conv(r.Conversation)
	c.there = true
	if c.reply(r.Token) == nil {
		c.replies = append(c.replies, &modelReply{
			Message: store.Message{
				ID: store.ReplyID(r.Token), Conversation: c.id, At: m.at, Seq: m.seq, Direction: store.Out, Kind: store.KindText,
				Text: r.Message.Text, Agent: r.Agent, Token: r.Token, Recipient: r.Recipient, State: store.StateQueued,
				ReplyTo: r.ReplyTo, RetryAt: r.NotBefore,
			},
			behind: map[store.Token]struct{}{}, queued: m.seq,
		})
		c.seen = max(c.seen, min(r.Seen, m.seq))
	}
}

func (c *modelConv) reply(token store.Token) *modelReply {
	for _, r := range c.replies {
		if r.Token == token {
			return r
		}
	}
	return nil
}

// shown is the state that a reply's waiting makes of its own.
func (x *modelReply) shown() store.DeliveryState {
	if x.State == store.StateQueued && len(x.behind) > 0 {
		return store.StateHeld
	}
	return x.State
}

func (m *plainModel) result(r store.Result) {
	c := m.conv(r.Conversation)
	x := c.reply(r.Token)
	if x == nil {
		return
	}
	x.is(m.seq)
	if r.Outcome == store.OutcomeSent {
		if r.MID != "" {
			x.mids = append(x.mids, r.MID)
		}
		c.sent(x)
		c.refused = 0
		return
	}
	if e := r.Error; r.Outcome == store.OutcomeFailed && e != nil && e.Code == 10 && e.Subcode == 2018108 {
		c.refused = max(c.header().WindowFrom, 1)
	}
	mayFail := x.State == store.StateUnknown && r.Outcome == store.OutcomeFailed
	waits := x.State == store.StateQueued && len(x.behind) > 0
	open := !waits && (x.State == store.StateQueued || x.State == store.StateSending || x.State == store.StateHeld)
	if r.N < x.Attempts || !open && !mayFail {
		return
	}
	x.RetryAt = 0
	switch r.Outcome {
	case store.OutcomeRetry:
		x.State, x.RetryAt = store.StateQueued, r.RetryAt
	case store.OutcomeHeld:
		x.State = store.StateHeld
	case store.OutcomeFailed, store.OutcomeUnknown:
		x.State, x.failed = store.DeliveryState(r.Outcome), m.seq
		for _, later := range c.replies[slices.Index(c.replies, x)+1:] {
			later.behind[x.Token] = struct{}{}
		}
	}
}

// sent settles a reply as one that the platform took.
func (c *modelConv) sent(x *modelReply) {
	x.State, x.RetryAt = store.StateSent, 0
	c.settled(x)
}

// settled lets go whoever waits for a reply.
func (c *modelConv) settled(x *modelReply) {
	x.failed = 0
	for _, other := range c.replies {
		delete(other.behind, x.Token)
	}
}

func (m *plainModel) act(c *modelConv, a store.Act) {
	switch a.Verb {
	case store.VerbResolve:
		m.status(c, store.StatusResolved, 0, a.Agent)
	case store.VerbReopen:
		m.status(c, c.awake(), 0, a.Agent)
	case store.VerbSnooze:
		m.status(c, store.StatusSnoozed, a.Until, a.Agent)
	case store.VerbRead:
		c.seen = max(c.seen, min(a.Seen, m.seq))
	case store.VerbUnread:
		if last := c.lastIncomingSeq(); last > 0 && c.seen >= last {
			c.seen = last - 1
		}
	case store.VerbAssign:
		m.assign(c, a)
	case store.VerbRestore:
		c.seen = min(a.Seen, m.seq)
		to := a.Status
		if to == store.StatusOpen || to == store.StatusPending {
			to = c.awake()
		}
		m.status(c, to, a.Until, a.Agent)
		m.assign(c, a)
	case store.VerbNote, store.VerbUnnote, store.VerbLabel, store.VerbUnlabel, store.VerbReact, store.VerbControl:
		m.beside(c, a)
	default:
		m.decide(c, a)
	}
}

func (m *plainModel) status(c *modelConv, to store.Status, until store.Millis, agent string) {
	if to != store.StatusSnoozed {
		until = 0
	}
	was := c.status
	if was == to && c.until == until {
		return
	}
	c.status, c.until = to, until
	switch {
	case to == store.StatusResolved:
		m.note(c, store.Message{Kind: store.KindResolved, Agent: agent})
	case to == store.StatusSnoozed:
		m.note(c, store.Message{Kind: store.KindSnoozed, Agent: agent, Until: until})
	case was == store.StatusResolved || was == store.StatusSnoozed:
		m.note(c, store.Message{Kind: store.KindReopened, Agent: agent})
	}
}

func (m *plainModel) assign(c *modelConv, a store.Act) {
	if c.assignee == a.Assignee {
		return
	}
	c.assignee = a.Assignee
	kind := store.KindAssigned
	if a.Assignee == "" {
		kind = store.KindUnassigned
	}
	// One record makes one line: a change of status has taken it already.
	if n := len(c.notes); n > 0 && c.notes[n-1].Seq == m.seq {
		return
	}
	m.note(c, store.Message{Kind: kind, Agent: a.Agent, Text: a.Assignee})
}

func (m *plainModel) decide(c *modelConv, a store.Act) {
	x := c.reply(store.Token(strings.TrimPrefix(string(a.Message), "out:")))
	if x == nil {
		return
	}
	switch {
	case x.State.Sent() || x.State == store.StateSending:
	case a.Verb == store.VerbSendAgain && x.shown() != store.StateQueued:
		x.State, x.RetryAt, x.queued = store.StateQueued, 0, m.seq
		clear(x.behind)
	case a.Verb == store.VerbArrived && x.State == store.StateUnknown:
		c.sent(x)
	case a.Verb == store.VerbCancel:
		x.State, x.RetryAt = store.StateCancelled, 0
		c.settled(x)
	}
}

func (c *modelConv) awake() store.Status {
	for _, line := range c.lines() {
		if line.Direction == store.In {
			return store.StatusOpen
		}
	}
	return store.StatusPending
}

func (c *modelConv) lastIncomingSeq() (last store.Seq) {
	for _, line := range c.lines() {
		if line.Direction == store.In {
			last = max(last, line.Seq)
		}
	}
	return last
}
