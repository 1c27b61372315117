package store

import (
	"cmp"
	"slices"
)

// Rules of aliases. When the platform ties a user_ref to a contact, what was kept under the user_ref moves to the
// contact's conversation, and is from then on as if it had been said there. Under the old id a hidden header stays that
// names the other: every record and question with the old id finds it.
//
// The work is that of the user_ref's conversation, which the platform ends after a day, and is done once. One user_ref
// is one person's for ever: should the platform name a second one, the first stands, because two people's words must
// never be shown to each other.

// alias takes in that a user_ref is the contact of a fact.
func (ch *change) alias(f Fact) error {
	from := NewConversationID(f.Inbox, f.Alias)
	if from == "" || f.Alias.Kind != ContactUserRef || f.Contact.ID == "" || f.Contact.Kind == ContactUserRef {
		return nil
	}
	old, err := ch.own(from)
	if err != nil || old != nil && old.Into != "" {
		return err
	}
	t, err := ch.open(f.Inbox, f.Contact)
	if err != nil || t == nil {
		return err
	}
	if old == nil {
		old = ch.hold(Conversation{ID: from, Inbox: f.Inbox, Contact: f.Alias, Hidden: true})
	}
	return t.take(old)
}

// take makes what is kept under an id part of this conversation.
func (t *thread) take(old *thread) error {
	from := old.Conversation
	if err := t.takeSeen(from.Seen); err != nil {
		return err
	}
	t.takeHeader(from)
	if err := t.takeLines(from); err != nil {
		return err
	}
	if t.Status == StatusPending {
		t.Status = t.awake()
	}
	old.Conversation = Conversation{
		ID: from.ID, Inbox: from.Inbox, Contact: Contact{Kind: from.Contact.Kind, ID: from.Contact.ID},
		Status: StatusPending, Hidden: true, Into: t.ID,
	}
	old.again, old.newTags = 0, nil
	return t.reorder()
}

// takeHeader takes over what is no line: the more open status, and what t itself does not know.
func (t *thread) takeHeader(from Conversation) {
	t.Aliases = insertSorted(t.Aliases, from.ID)
	t.watermark(FactDelivery, from.DeliveredTo, from.DeliveredSeq)
	t.watermark(FactRead, from.ReadTo, from.ReadSeq)
	t.owned(from.Owner, from.OwnerAt)
	t.reacted(from.LastReaction)
	t.RefusedFrom = max(t.RefusedFrom, from.RefusedFrom)
	if from.Hidden {
		return
	}
	switch mine, theirs := t.Status.openness(), from.Status.openness(); {
	case t.Hidden || theirs > mine:
		t.Status, t.SnoozedUntil = from.Status, from.SnoozedUntil
	case theirs == mine && t.Status == StatusSnoozed:
		t.SnoozedUntil = min(t.SnoozedUntil, from.SnoozedUntil)
	}
	t.Hidden = false
	t.Assignee = cmp.Or(t.Assignee, from.Assignee)
	if !t.ProfileGot && from.ProfileGot { // t's own profile is still to be asked for
		t.Contact.Name, t.ProfileGot = from.Contact.Name, true
	}
}

// openness says which of two statuses is the more open one.
func (s Status) openness() int {
	switch s {
	case StatusOpen:
		return 3
	case StatusPending:
		return 2
	case StatusSnoozed:
		return 1
	default:
		return 0
	}
}

// takeSeen moves the place an agent has seen to the later one of two conversations. What nobody has seen of this one
// before that place counts as come with the record at hand, and so stays unread.
func (t *thread) takeSeen(seen Seq) error {
	if seen <= t.Seen {
		return nil
	}
	var unseen []Message
	left := t.Unread
	err := t.scan(Place{}, false, func(m Message) bool {
		if m.Direction == In && m.Seq > t.Seen {
			left--
			if m.Seq <= seen {
				unseen = append(unseen, m)
			}
		}
		return left > 0
	}, left > 0)
	if err != nil {
		return err
	}
	for _, m := range unseen {
		if err := t.recount(&m); err != nil {
			return err
		}
		if err := t.rows.PutMessage(m); err != nil {
			return err
		}
		t.LastIncomingSeq = max(t.LastIncomingSeq, m.Seq)
	}
	t.Seen = seen
	return nil
}

// recount lets a line count as come with the record at hand. The record that told of it is not forgotten: it holds its
// words.
func (t *thread) recount(m *Message) error {
	first := m.Seq
	m.Seq = t.seq
	m.follow(first)
	if m.MID == "" || m.Kind == KindPostback {
		return nil
	}
	key := KeyOf(FactMessage, m.MID)
	row, _, err := t.rows.Key(t.ID, key)
	if err != nil || !row.record(first) {
		return err
	}
	return t.rows.PutKey(t.ID, key, row)
}

// reorder says anew which replies wait for which: those of both conversations are behind each other now.
func (t *thread) reorder() error {
	outbox, err := t.rows.Unsettled(t.ID)
	if err != nil {
		return err
	}
	slices.SortFunc(outbox, func(a, b Message) int { return cmp.Compare(a.Seq, b.Seq) })
	return t.reline(outbox)
}
