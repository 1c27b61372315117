package storetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"frontdesk/store"
)

// plainModel is the rules of what is remembered, said again as plainly as can be: it keeps everything it was ever told and,
// when asked, works the answer out from all of it. It knows no rows, no indexes and no shortcuts.
type plainModel struct {
	convs map[store.ConversationID]*modelConv
	seq   store.Seq
	at    store.Millis
}

// modelConv is all that was told of one conversation.
type modelConv struct {
	there    bool // something has made it a conversation
	id       store.ConversationID
	inbox    store.InboxID
	contact  store.Contact
	told     []toldFact
	receipts []store.Fact
	replies  []*modelReply // in the order of writing
	notes    []store.Message

	status   store.Status
	until    store.Millis
	assignee string
	seen     store.Seq

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
}

func newPlainModel() *plainModel { return &plainModel{convs: map[store.ConversationID]*modelConv{}} }

func (m *plainModel) conv(id store.ConversationID) *modelConv {
	if m.convs[id] == nil {
		inbox, contact, err := store.ParseConversationID(id)
		if err != nil {
			panic(err) // histories only name conversations that can be
		}
		m.convs[id] = &modelConv{id: id, inbox: inbox, contact: contact, status: store.StatusPending}
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
		if x := m.conv(a.Conversation).reply(a.Token); x != nil && !x.State.Sent() {
			if x.State == store.StateFailed || x.State == store.StateUnknown || x.State == store.StateCancelled {
				clear(x.behind)
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
		if c := m.conv(w.Conversation); c.status == store.StatusSnoozed && c.until == w.Until {
			c.status, c.until = c.awake(), 0
			m.note(c, store.Message{Kind: store.KindWoke, Until: w.Until})
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
	c := m.conv(store.NewConversationID(f.Inbox, f.Contact))
	switch f.Kind {
	case store.FactDelivery, store.FactRead:
		c.receipts = append(c.receipts, f)
		return
	}
	c.there = true
	isNew := !slices.ContainsFunc(c.told, func(t toldFact) bool { return t.Key == f.Key })
	c.told = append(c.told, toldFact{f, m.seq})
	if isNew && (f.Kind == store.FactMessage || f.Kind == store.FactPostback) {
		was := c.status
		c.status, c.until = store.StatusOpen, 0
		if was == store.StatusResolved || was == store.StatusSnoozed {
			m.note(c, store.Message{Kind: store.KindReopened})
		}
	}
}

func (m *plainModel) note(c *modelConv, line store.Message) {
	line.ID, line.Conversation = store.MessageID(fmt.Sprintf("log:%d", m.seq)), c.id
	line.At, line.Seq, line.Direction = m.at, m.seq, store.Activity
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
			},
			behind: map[store.Token]struct{}{},
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
	if r.Outcome == store.OutcomeSent {
		if r.MID != "" {
			x.mids = append(x.mids, r.MID)
		}
		c.sent(x)
		return
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
		x.State = store.DeliveryState(r.Outcome)
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
		x.State, x.RetryAt = store.StateQueued, 0
		clear(x.behind)
	case a.Verb == store.VerbArrived && x.State == store.StateUnknown:
		c.sent(x)
	case a.Verb == store.VerbCancel:
		x.State, x.RetryAt = store.StateCancelled, 0
		c.settled(x)
	}
}

func (c *modelConv) awake() store.Status {
	if c.lastIncomingSeq() > 0 {
		return store.StatusOpen
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

// keys are the keys under which a reply is known to the platform.
func (c *modelConv) keys(x *modelReply) map[string]bool {
	keys := map[string]bool{}
	for _, mid := range x.mids {
		keys[store.KeyOf(store.FactEcho, mid)] = true
	}
	for _, f := range c.told {
		if f.Kind == store.FactEcho && f.Metadata == string(x.Token) {
			keys[f.Key] = true
		}
	}
	return keys
}

// echoes are the echoes that are a reply.
func (c *modelConv) echoes(x *modelReply) (echoes []toldFact) {
	keys := c.keys(x)
	for _, f := range c.told {
		if f.Kind == store.FactEcho && keys[f.Key] {
			echoes = append(echoes, f)
		}
	}
	return echoes
}

func (c *modelConv) settleEchoes() {
	for _, x := range c.replies {
		if !x.State.Sent() && len(c.echoes(x)) > 0 {
			c.sent(x)
		}
	}
}

// named reports whether a delivery receipt named one of the keys.
func (c *modelConv) named(keys map[string]bool) bool {
	return slices.ContainsFunc(c.receipts, func(f store.Fact) bool {
		return slices.ContainsFunc(f.MIDs, func(mid string) bool { return keys[store.KeyOf(store.FactEcho, mid)] })
	})
}

// lines are all lines of the thread, in order.
func (c *modelConv) lines() []store.Message {
	lines := slices.Clone(c.notes)
	ours := map[string]bool{}
	for _, x := range c.replies {
		m := x.Message
		m.State = x.shown()
		for _, f := range c.echoes(x) {
			m.At = min(m.At, f.At)
			if m.SentAt == 0 || f.At < m.SentAt {
				m.SentAt = f.At
			}
		}
		keys := c.keys(x)
		m.Delivered = c.named(keys)
		maps.Copy(ours, keys)
		mids := slices.Clone(x.mids)
		for _, f := range c.echoes(x) {
			mids = append(mids, f.MID)
		}
		if len(mids) > 0 {
			m.MID = slices.Min(mids)
		}
		lines = append(lines, m)
	}
	byKey := map[string][]toldFact{}
	for _, f := range c.told {
		if !ours[f.Key] {
			byKey[f.Key] = append(byKey[f.Key], f)
		}
	}
	for key, facts := range byKey {
		first := facts[0].seq
		slices.SortStableFunc(facts, func(a, b toldFact) int {
			return store.Place{At: a.At, ID: a.ID}.Compare(store.Place{At: b.At, ID: b.ID})
		})
		lines = append(lines, c.lineOf(facts[0].Fact, first, key))
	}
	slices.SortFunc(lines, func(a, b store.Message) int { return a.Place().Compare(b.Place()) })
	return lines
}

func (c *modelConv) lineOf(f store.Fact, first store.Seq, key string) store.Message {
	m := store.Message{
		ID: f.ID, MID: f.MID, Conversation: c.id, At: f.At, Seq: first, Kind: f.LineKind, Text: f.Text, Payload: f.Payload,
		Direction: store.In, Tagged: f.Tagged, OpensWindow: f.OpensWindow,
	}
	switch f.Kind {
	case store.FactEcho:
		m.Direction, m.State, m.AppID = store.Out, store.StateSent, f.AppID
		m.Delivered = c.named(map[string]bool{key: true})
	case store.FactReferral:
		m.Direction, m.Kind = store.Activity, store.KindReferral
	}
	if f.Touch != nil {
		t := *f.Touch
		t.At, t.ID = f.At, f.ID
		m.Touch = &t
	}
	return m
}

// touches are all touches, newest first.
func touchesOf(lines []store.Message) (touches []store.Touch) {
	for _, m := range lines {
		if m.Touch != nil {
			touches = append(touches, *m.Touch)
		}
	}
	slices.Reverse(touches)
	return touches
}

// shownTouch is the touch that the row shows.
func shownTouch(lines []store.Message, lastTag store.Millis) store.Touch {
	shown := store.Touch{Origin: store.OriginUnknown}
	touches := touchesOf(lines)
	for _, t := range touches {
		if t.Origin != store.OriginUnknown {
			shown = t
			break
		}
	}
	if lastTag <= shown.At {
		return shown
	}
	var before store.Touch
	for _, t := range touches {
		if t.At < lastTag {
			before = t
			break
		}
	}
	if before.Origin == store.OriginPlugin {
		return shown
	}
	for _, m := range lines {
		if m.Tagged && m.At > before.At {
			return store.Touch{At: m.At, ID: m.ID, Origin: store.OriginPlugin, Source: "customer_chat_plugin", Ref: before.Ref}
		}
	}
	return shown
}

// header is the conversation's row.
func (c *modelConv) header() store.Conversation {
	lines := c.lines()
	h := store.Conversation{
		ID: c.id, Inbox: c.inbox, Contact: c.contact, Status: c.status, SnoozedUntil: c.until, Assignee: c.assignee,
		Seen: c.seen, ProfileAt: c.profileAt, ProfileGot: c.profileGot, LastIncomingSeq: c.lastIncomingSeq(),
	}
	for _, f := range c.receipts {
		if f.Kind == store.FactRead {
			h.ReadTo = max(h.ReadTo, f.Watermark)
		} else {
			h.DeliveredTo = max(h.DeliveredTo, f.Watermark)
		}
	}
	origins, refs := map[store.Origin]bool{}, map[string]bool{}
	for _, m := range lines {
		said := m.Direction == store.In || m.Direction == store.Out
		if said || m.Kind == store.KindReferral {
			h.LastActivity = max(h.LastActivity, m.At)
		}
		if said {
			h.LastMessage = store.LastMessage{
				Place: m.Place(), Direction: m.Direction, Kind: m.Kind, Text: m.Text, State: h.StateOf(m),
			}
		}
		if m.Direction == store.In && m.Seq > h.Seen {
			h.Unread++
		}
		if m.Direction == store.In && m.Kind != store.KindPostback {
			h.LastIncoming = max(h.LastIncoming, m.At)
		}
		if m.OpensWindow {
			h.WindowFrom = max(h.WindowFrom, m.At)
		}
		if m.Tagged {
			h.LastTag = max(h.LastTag, m.At)
			origins[store.OriginPlugin] = true
		}
		if m.Touch != nil && m.Touch.Origin != store.OriginUnknown {
			origins[m.Touch.Origin] = true
		}
		if m.Touch != nil && m.Touch.Ref != "" {
			refs[m.Touch.Ref] = true
		}
		c.waiting(&h, m)
	}
	h.Origins, h.Refs = slices.Sorted(maps.Keys(origins)), slices.Sorted(maps.Keys(refs))
	h.Touch = shownTouch(lines, h.LastTag)
	h.Outbox = c.outbox()
	return h
}

// waiting goes over a line, in the order of the thread.
func (c *modelConv) waiting(h *store.Conversation, m store.Message) {
	human := m.Token != "" || m.AppID == "" || m.AppID == "263902037430900"
	switch {
	case m.Direction == store.Out && human && m.State != store.StateFailed && m.State != store.StateCancelled:
		h.LastAnswer, h.Unreplied, h.WaitingSince = m.Place(), false, 0
	case m.Direction == store.In && !h.Unreplied:
		h.Unreplied, h.WaitingSince = true, m.At
	}
}

func (c *modelConv) outbox() (tokens []store.Token) {
	for i, x := range c.replies {
		open := false
		switch x.State {
		case store.StateQueued, store.StateSending, store.StateHeld, store.StateUnknown:
			open = true
		case store.StateFailed:
			open = slices.ContainsFunc(c.replies[i+1:], func(y *modelReply) bool {
				_, waits := y.behind[x.Token]
				return waits && (y.State == store.StateQueued || y.State == store.StateSending || y.State == store.StateHeld)
			})
		}
		if open {
			tokens = append(tokens, x.Token)
		}
	}
	return tokens
}

// list is every conversation, newest activity first.
func (m *plainModel) list() (rows []store.Conversation) {
	for _, c := range m.convs {
		if c.there {
			rows = append(rows, c.header())
		}
	}
	slices.SortFunc(rows, func(a, b store.Conversation) int { return b.Cursor().Compare(a.Cursor()) })
	return rows
}

// counts are the numbers beside the views.
func (m *plainModel) counts() store.Counts {
	n := store.Counts{
		Statuses: map[store.Status]int{}, Origins: map[store.Origin]int{}, Mine: map[string]int{}, Inboxes: map[store.InboxID]int{},
	}
	refs := map[string]int{}
	for _, c := range m.list() {
		n.Total++
		n.Statuses[c.Status]++
		if c.Status != store.StatusOpen {
			continue
		}
		if c.Unread > 0 {
			n.Unread++
		}
		if c.Unreplied {
			n.Unreplied++
		}
		for _, o := range c.KnownOrigins() {
			n.Origins[o]++
		}
		for _, ref := range c.Refs {
			refs[ref]++
		}
		if c.Assignee != "" {
			n.Mine[c.Assignee]++
		}
		n.Inboxes[c.Inbox]++
	}
	for ref, count := range refs {
		n.Refs = append(n.Refs, store.RefCount{Ref: ref, N: count})
	}
	slices.SortFunc(n.Refs, func(a, b store.RefCount) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Ref, b.Ref)) })
	return n
}
