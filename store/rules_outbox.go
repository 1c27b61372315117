package store

import (
	"cmp"
	"slices"
	"strings"
)

// Rules of our replies: from queued to what became of them. Conversation.Outbox lists, in the order of writing, the
// replies that somebody has still to do something about: queued, sending, held and unknown ones, and failed ones while
// others wait behind them.

const replyPrefix = "out:"

func isReplyID(id MessageID) bool { return strings.HasPrefix(string(id), replyPrefix) }

// The words for replies that wait behind another.
const (
	heldText   = "Waits, because an earlier message of yours was not sent."
	heldAdvice = "Send that one again or cancel it; this one follows."
)

// reply takes in that an agent wrote.
func (ch *change) reply(r Reply) error {
	t, err := ch.find(r.Conversation)
	if err != nil || r.Token == "" {
		return err
	}
	if t == nil {
		inbox, contact, err := ParseConversationID(r.Conversation)
		if err != nil {
			return err
		}
		if t, err = ch.findOrMake(inbox, contact); err != nil {
			return err
		}
	}
	key := string(ReplyID(r.Token))
	row, _, known, err := t.lookup(key)
	if err != nil || known {
		return err
	}
	m := messageOf(r)
	m.Conversation, m.At, m.Seq, m.Queued = t.ID, ch.at, ch.seq, ch.seq
	if err := t.put(m); err != nil {
		return err
	}
	row.Place = m.Place()
	if err := t.rows.PutKey(t.ID, key, row); err != nil {
		return err
	}
	if err := t.order(m); err != nil {
		return err
	}
	if err := t.takeEchoes(r.Token); err != nil {
		return err
	}
	return t.readUpTo(r.Seen)
}

// messageOf is the line that a reply makes.
func messageOf(r Reply) Message {
	m := Message{
		ID: ReplyID(r.Token), Direction: Out, Kind: KindText, State: StateQueued,
		Text: r.Message.Text, QuickReplies: r.Message.QuickReplies,
		Agent: r.Agent, Token: r.Token, Recipient: r.Recipient, ReplyTo: r.ReplyTo, RetryAt: r.NotBefore,
	}
	a := r.Message.Attachment
	switch {
	case a == nil:
	case a.Type == "template":
		m.Kind, m.Buttons, m.Elements = KindTemplate, a.Payload.Buttons, a.Payload.Elements
		if m.Text == "" {
			m.Text = a.Payload.Text
		}
	default:
		m.Kind, m.Attachments = KindMedia, []Attachment{{Type: a.Type, URL: a.Payload.URL}}
	}
	if r.File != nil && len(m.Attachments) > 0 {
		file := *r.File
		m.File, m.Attachments[0].Title = &file, file.Name
	}
	return m
}

// ours finds a reply of a conversation.
func (ch *change) ours(conv ConversationID, token Token) (t *thread, m Message, ok bool, err error) {
	if t, err = ch.find(conv); err != nil || t == nil || token == "" {
		return nil, Message{}, false, err
	}
	_, m, ok, err = t.lookup(string(ReplyID(token)))
	return t, m, ok && m.Token == token, err
}

// attempt takes in that a request with the reply is about to leave. What is known to have been sent stays sent.
func (ch *change) attempt(a Attempt) error {
	t, m, ok, err := ch.ours(a.Conversation, a.Token)
	if err != nil || !ok {
		return err
	}
	was := m
	m.follow(ch.seq)
	if m.State.Sent() {
		return t.replace(was, m)
	}
	switch m.State {
	case StateFailed, StateUnknown, StateCancelled: // sent again without a word of it: what failed before no longer matters
		m.Queued = ch.seq
	}
	m.State, m.Error, m.HeldBy, m.RetryAt = StateSending, nil, "", 0
	m.Attempts, m.TriedAt = max(m.Attempts, a.N), ch.at
	return t.update(was, m)
}

// result takes in how an attempt ended. That it was sent is believed whenever it comes; the rest only of the attempt
// that is under way, of a reply that could not even be tried, or where it was unknown and now is known.
func (ch *change) result(r Result) error {
	t, m, ok, err := ch.ours(r.Conversation, r.Token)
	if err != nil || !ok {
		return err
	}
	switch {
	case r.Outcome == OutcomeSent:
		t.RefusedFrom = 0 // whatever was said before, the contact can be reached
		return t.accepted(m, r.MID)
	case r.Outcome == OutcomeFailed && r.Error.Unreachable():
		t.refused()
	}
	current := r.N >= m.Attempts &&
		(m.State == StateSending || m.State == StateQueued || m.State == StateHeld && m.HeldBy == "")
	clearer := r.N >= m.Attempts && m.State == StateUnknown && r.Outcome == OutcomeFailed
	was := m
	m.follow(ch.seq)
	if !current && !clearer {
		return t.replace(was, m)
	}
	m.Error, m.RetryAt = r.Error, 0
	switch r.Outcome {
	case OutcomeFailed:
		m.State, m.Blocks = StateFailed, ch.seq
	case OutcomeUnknown:
		m.State, m.Blocks = StateUnknown, ch.seq
	case OutcomeRetry:
		m.State, m.RetryAt = StateQueued, r.RetryAt
	case OutcomeHeld:
		m.State = StateHeld
	default:
		return nil // of a later frontdesk
	}
	return t.update(was, m)
}

// accepted takes in that the platform took a reply, and under which mid. An echo of that mid may stand in the thread
// already, as a message of nobody's: it is the reply.
func (t *thread) accepted(m Message, mid string) error {
	was := m
	m.follow(t.seq)
	m.sent()
	if mid != "" {
		m.MID = firstMID(m.MID, mid)
		if err := t.tie(&m, KeyOf(FactEcho, mid), false); err != nil {
			return err
		}
	}
	return t.update(was, m)
}

// arrived takes in that a record told of a reply's echo, which settles whatever was open about it.
func (t *thread) arrived(m Message, key, mid string, at Millis, told Seq) error {
	was := m
	m.follow(told)
	m.sent()
	m.came(at)
	if mid != "" {
		m.MID = firstMID(m.MID, mid)
	}
	if err := t.tie(&m, key, true); err != nil {
		return err
	}
	return t.update(was, m)
}

// takeEchoes lets a reply that has come to this thread be what echoes with its token were.
func (t *thread) takeEchoes(token Token) error {
	row, m, ours, err := t.lookup(string(ReplyID(token)))
	if err != nil || !ours {
		return err
	}
	for _, key := range row.Echoes {
		_, stray, known, err := t.lookup(key)
		if err != nil {
			return err
		}
		if !known || stray.Token != "" || stray.Direction != Out {
			continue
		}
		if err := t.arrived(m, key, stray.MID, stray.At, stray.Seq); err != nil {
			return err
		}
		if _, m, _, err = t.lookup(string(m.ID)); err != nil {
			return err
		}
	}
	return nil
}

// tie makes key stand for a reply, and the reply take what stood for it, or was said of it, before. sure says that the
// key is the reply's whatever reply had it.
func (t *thread) tie(m *Message, key string, sure bool) error {
	row, stray, known, err := t.lookup(key)
	if err != nil {
		return err
	}
	m.Delivered = m.Delivered || row.Delivered
	m.follow(row.Trail...)
	switch {
	case known && row.provisional(): // an edit told of it first
		m.follow(stray.Trail...)
		if err := t.drop(stray); err != nil {
			return err
		}
	case known && stray.Token == "" && stray.Direction == Out: // an echo that did not say whose it was
		m.follow(append(stray.Trail, stray.Seq)...)
		if err := t.drop(stray); err != nil {
			return err
		}
		m.came(stray.At)
	case known && !sure && stray.Token != m.Token:
		return nil
	}
	if err := t.renameTwin(key); err != nil {
		return err
	}
	own := string(m.ID)
	ownRow, _, err := t.rows.Key(t.ID, own)
	if err != nil {
		return err
	}
	if row.Withdrawn { // what we sent is nothing that a contact could take back
		if err := t.leaveIn(key, slices.Concat(row.Records, []Seq{stray.Seq, t.seq})); err != nil {
			return err
		}
	}
	if row.Withdrawn = false; row.said() {
		words := *m // as they were written
		if len(ownRow.Versions) > 0 {
			words.Text = ownRow.Versions[0].Text
		}
		ownRow = ownRow.join(row)
		if len(ownRow.Versions) > 0 {
			ownRow.first(words)
		}
		if err := t.rows.PutKey(t.ID, own, ownRow); err != nil {
			return err
		}
	}
	*m = ownRow.mark(*m)
	return t.rows.PutKey(t.ID, key, KeyRow{Place: m.Place(), Delivered: row.Delivered, Records: row.Records})
}

// sent makes m a message that the platform took.
func (m *Message) sent() {
	m.State, m.Error, m.RetryAt, m.HeldBy, m.Blocks = StateSent, nil, 0, "", 0
}

// came takes in the platform's time of m.
func (m *Message) came(at Millis) {
	m.At = min(m.At, at)
	if m.SentAt == 0 || at < m.SentAt {
		m.SentAt = at
	}
}

// firstMID is the one of two mids that a reply shows when it was sent twice: the same whichever is known first.
func firstMID(a, b string) string {
	if a == "" || b == "" {
		return max(a, b)
	}
	return min(a, b)
}

// settle takes in what an agent decided about a reply that was not sent.
func (t *thread) settle(a Act) error {
	token, ok := strings.CutPrefix(string(a.Message), replyPrefix)
	if !ok {
		return nil
	}
	_, m, ok, err := t.ours(t.ID, Token(token))
	if err != nil || !ok {
		return err
	}
	was := m
	switch state := m.State; {
	case a.Verb == VerbSendAgain &&
		(state == StateFailed || state == StateUnknown || state == StateHeld || state == StateCancelled):
		m.State, m.Error, m.RetryAt, m.HeldBy, m.Queued = StateQueued, nil, 0, "", t.seq
	case a.Verb == VerbArrived && state == StateUnknown:
		m.sent()
	case a.Verb == VerbCancel && !state.Sent() && state != StateSending && state != StateCancelled:
		m.State, m.RetryAt, m.HeldBy, m.Blocks = StateCancelled, 0, "", 0
	default:
		return nil
	}
	m.follow(t.seq)
	return t.update(was, m)
}

// update puts a reply that has changed, and what that means for those behind it.
func (t *thread) update(was, m Message) error {
	if was.Place() != m.Place() {
		key := string(m.ID)
		row, _, err := t.rows.Key(t.ID, key)
		if err != nil {
			return err
		}
		row.Place = m.Place()
		if err := t.rows.PutKey(t.ID, key, row); err != nil {
			return err
		}
	}
	if err := t.replace(was, m); err != nil {
		return err
	}
	if was.State == m.State && was.Blocks == m.Blocks && was.Queued == m.Queued {
		return nil
	}
	return t.order(m)
}

// order says anew which replies wait for which, after m has changed.
func (t *thread) order(m Message) error {
	outbox := []Message{m}
	for _, token := range t.Outbox {
		if token == m.Token {
			continue
		}
		_, other, ok, err := t.ours(t.ID, token)
		if err != nil {
			return err
		}
		if ok {
			outbox = append(outbox, other)
		}
	}
	slices.SortFunc(outbox, func(a, b Message) int { return cmp.Compare(a.Seq, b.Seq) })
	return t.reline(outbox)
}

// reline says anew which of some replies, in the order of writing, wait for which, and which are still open.
func (t *thread) reline(outbox []Message) error {
	if err := t.queue(outbox); err != nil {
		return err
	}
	t.Outbox = nil
	for i, reply := range outbox {
		if reply.unsettled(outbox[i+1:]) {
			t.Outbox = append(t.Outbox, reply.Token)
		}
	}
	return nil
}

// queue makes those wait that were queued before an earlier one failed, and lets those go for which that is settled.
func (t *thread) queue(outbox []Message) error {
	var blocker Message
	for i, was := range outbox {
		m := was
		waits := blocker.Blocks > m.Queued
		switch {
		case waits && (m.State == StateQueued || m.State == StateHeld && m.HeldBy != ""):
			m.State, m.HeldBy = StateHeld, blocker.Token
			m.Error = &SendError{Text: heldText, Advice: heldAdvice}
		case !waits && m.State == StateHeld && m.HeldBy != "":
			m.State, m.HeldBy, m.Error = StateQueued, "", nil
		}
		if m.State != was.State || m.HeldBy != was.HeldBy {
			outbox[i] = m
			if err := t.replace(was, m); err != nil {
				return err
			}
		}
		if m.Blocks > blocker.Blocks {
			blocker = m
		}
	}
	return nil
}

// unsettled reports whether something is still to be done about a reply; behind are those written after it.
func (m Message) unsettled(behind []Message) bool {
	switch m.State {
	case StateQueued, StateSending, StateHeld, StateUnknown:
		return true
	case StateFailed:
		return slices.ContainsFunc(behind, func(b Message) bool {
			return b.Queued < m.Blocks && (b.State == StateQueued || b.State == StateSending || b.State == StateHeld)
		})
	default:
		return false
	}
}
