package storetest

import (
	"maps"
	"slices"
	"strings"

	"frontdesk/store"
)

// What the plain model answers, worked out from all it was told.

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
	return slices.ContainsFunc(c.receipts, func(f toldFact) bool {
		return slices.ContainsFunc(f.MIDs, func(mid string) bool { return keys[store.KeyOf(store.FactEcho, mid)] })
	})
}

// lines are all lines of the thread, in order.
func (c *modelConv) lines() []store.Message {
	lines := slices.Clone(c.notes)
	for _, x := range c.replies {
		lines = append(lines, c.replyLine(x))
	}
	for _, m := range c.keyed() {
		if m.Token == "" {
			lines = append(lines, m)
		}
	}
	slices.SortFunc(lines, func(a, b store.Message) int { return a.Place().Compare(b.Place()) })
	return lines
}

func (c *modelConv) replyLine(x *modelReply) store.Message {
	m := x.Message
	m.Conversation, m.State, m.Trail = c.id, x.shown(), slices.Clone(x.about)
	mids := slices.Clone(x.mids)
	for _, f := range c.echoes(x) {
		m.At = min(m.At, f.At)
		if m.SentAt == 0 || f.At < m.SentAt {
			m.SentAt = f.At
		}
		mids = append(mids, f.MID)
	}
	if len(mids) > 0 {
		m.MID = slices.Min(mids)
	}
	keys := c.keys(x)
	keys[string(m.ID)] = true
	m.Delivered = c.named(keys)
	return c.marked(m, keys)
}

// keyed are the lines that came with a key, by key; those of replies too.
func (c *modelConv) keyed() map[string]store.Message {
	lines := map[string]store.Message{}
	for _, x := range c.replies {
		for key := range c.keys(x) {
			lines[key] = store.Message{Token: x.Token}
		}
	}
	byKey := map[string][]toldFact{}
	for _, f := range c.told {
		if _, ours := lines[f.Key]; !ours {
			byKey[f.Key] = append(byKey[f.Key], f)
		}
	}
	for _, f := range c.said { // an edit of a message that nobody has told of
		key := addressed(f.Fact)
		if _, ours := lines[key]; f.Kind == store.FactEdit && !ours && !slices.ContainsFunc(c.told, func(t toldFact) bool { return t.Key == key }) {
			f.ID, f.LineKind, f.seq = store.MessageID(f.MID), store.KindText, 0
			byKey[key] = append(byKey[key], f)
		}
	}
	for key, facts := range byKey {
		first := facts[0].seq
		if seq, ok := c.seqs[key]; ok {
			first = seq
		}
		slices.SortStableFunc(facts, func(a, b toldFact) int {
			return store.Place{At: a.At, ID: a.ID}.Compare(store.Place{At: b.At, ID: b.ID})
		})
		lines[key] = c.lineOf(facts[0].Fact, first, key)
	}
	for key, m := range lines {
		mid, isPostback := strings.CutPrefix(key, "postback:")
		if _, twin := lines["msg:"+mid]; isPostback && twin {
			m.ID = "postback:" + m.ID
			if m.Touch != nil {
				m.Touch.ID = m.ID
			}
			lines[key] = m
		}
	}
	return lines
}

func (c *modelConv) lineOf(f store.Fact, first store.Seq, key string) store.Message {
	m := store.Message{
		ID: f.ID, MID: f.MID, Conversation: c.id, At: f.At, Seq: first, Kind: f.LineKind, Text: f.Text, Payload: f.Payload,
		Attachments: f.Attachments,
		Direction:   store.In, Tagged: f.Tagged, OpensWindow: f.OpensWindow && f.Kind != store.FactEdit, Details: f.Details,
	}
	switch f.Kind {
	case store.FactEcho:
		m.Direction, m.State, m.AppID = store.Out, store.StateSent, f.AppID
		m.Delivered = c.named(map[string]bool{key: true})
	case store.FactReferral:
		m.Direction, m.Kind = store.Activity, store.KindReferral
	case store.FactControl, store.FactActivity:
		m.Direction = store.Activity
	}
	if f.Touch != nil {
		t := *f.Touch
		t.At, t.ID = f.At, f.ID
		m.Touch = &t
	}
	return c.marked(m, map[string]bool{key: true})
}

// marked is a line with what was said of it under its keys.
func (c *modelConv) marked(m store.Message, keys map[string]bool) store.Message {
	versions := map[int]store.Fact{}
	var reaction, feedback *store.Fact
	for _, f := range c.said {
		if !keys[addressed(f.Fact)] {
			continue
		}
		switch was := versions[f.Edit]; f.Kind {
		case store.FactEdit:
			if was.Edit == 0 || f.At < was.At || f.At == was.At && f.Text < was.Text {
				versions[f.Edit] = f.Fact
			}
		case store.FactReaction:
			if reaction == nil || f.At > reaction.At || f.At == reaction.At && f.Reaction > reaction.Reaction {
				reaction = &f.Fact
			}
		case store.FactFeedback:
			if feedback == nil || f.At > feedback.At || f.At == feedback.At && f.Feedback > feedback.Feedback {
				feedback = &f.Fact
			}
		case store.FactUnsend:
			m.Withdrawn = m.Token == ""
		}
	}
	known := m.Token != "" || slices.ContainsFunc(c.told, func(t toldFact) bool { return keys[t.Key] })
	for i, n := range slices.Sorted(maps.Keys(versions)) {
		if known || i > 0 {
			m.Edits = append(m.Edits, store.Edit{N: m.EditN, Text: m.Text, At: versions[n].At})
		}
		m.Text, m.EditN = versions[n].Text, n
	}
	if reaction != nil && reaction.Reaction != "" {
		m.Reactions = []store.Reaction{{Side: store.In, Emoji: reaction.Reaction, At: reaction.At}}
	}
	for _, k := range c.marks {
		if k.reaction != nil && k.of(keys) {
			m.Trail = append(m.Trail, k.seq)
		}
	}
	if ours := c.ourReaction(keys); ours.Emoji != "" {
		m.Reactions = append(m.Reactions, ours)
	}
	m.Files = c.files(keys, len(m.Attachments))
	if feedback != nil {
		m.Feedback = feedback.Feedback
	}
	if m.Withdrawn {
		m.Text, m.Payload, m.Edits, m.Kind = "", "", nil, store.KindText
		m.Attachments, m.Files = nil, nil
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
		Seen: c.seen, Aliases: c.aliases, ProfileAt: c.profileAt, ProfileGot: c.profileGot, LastIncomingSeq: c.lastIncomingSeq(),
		RefusedFrom: c.refused,
	}
	for _, f := range c.receipts {
		mark, told := &h.DeliveredTo, &h.DeliveredSeq
		if f.Kind == store.FactRead {
			mark, told = &h.ReadTo, &h.ReadSeq
		}
		if f.Watermark > *mark {
			*mark, *told = f.Watermark, f.seq
		}
	}
	c.besides(&h)
	origins, refs := map[store.Origin]bool{}, map[string]bool{}
	for _, m := range lines {
		said := m.Direction == store.In || m.Direction == store.Out
		if said || m.Kind == store.KindReferral || m.Touch != nil {
			h.LastActivity = max(h.LastActivity, m.At)
		}
		if said {
			h.LastMessage = store.LastMessage{
				Place: m.Place(), Direction: m.Direction, Kind: m.Kind, Text: m.Text, State: h.StateOf(m),
				Agent: m.Agent, AppID: m.AppID, Withdrawn: m.Withdrawn,
			}
			if m.Text == "" && len(m.Attachments) > 0 {
				h.LastMessage.Media = m.Attachments[0].Type
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

// besides takes in labels, owners and reactions.
func (c *modelConv) besides(h *store.Conversation) {
	labels := map[string]store.Fact{}
	for _, f := range c.beside {
		switch f.Kind {
		case store.FactMessage, store.FactPostback, store.FactEcho, store.FactReferral, store.FactReaction, store.FactEdit:
			if f.Standby {
				own(h, store.Owner{Kind: store.OwnerApp}, f.At)
			}
		}
		switch f.Kind {
		case store.FactLabel:
			was, ok := labels[f.Label]
			if !ok || f.At > was.At || f.At == was.At && !f.Removed {
				labels[f.Label] = f
			}
		case store.FactControl:
			own(h, f.Owner, f.At)
		case store.FactMessage, store.FactPostback:
			if !f.Standby {
				own(h, store.Owner{Kind: store.OwnerUs}, f.At)
			}
		case store.FactReaction:
			if f.OpensWindow {
				h.WindowFrom = max(h.WindowFrom, f.At)
				h.LastReaction = max(h.LastReaction, f.At)
			}
		}
	}
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		if !labels[label].Removed {
			h.Labels = append(h.Labels, label)
		}
	}
}

func own(h *store.Conversation, o store.Owner, at store.Millis) {
	weight := func(o store.Owner) int {
		return slices.Index([]store.Owner{{}, {Kind: "app"}, {Kind: "us"}, {Kind: "idle"}, {Kind: "app", AppID: "77"}}, o)
	}
	if o.Kind != "" && (at > h.OwnerAt || at == h.OwnerAt && weight(o) > weight(h.Owner)) {
		h.Owner, h.OwnerAt = o, at
	}
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
