package storetest

import (
	"cmp"
	"maps"
	"slices"

	"frontdesk/store"
)

// alias says again, plainly, what becomes of two conversations that are one: all that was ever told of both is told of
// one of them.
func (m *plainModel) alias(f store.Fact) {
	from := store.NewConversationID(f.Inbox, f.Alias)
	if from == "" || m.into[from] != "" {
		return
	}
	old, c := m.conv(from), m.conv(store.NewConversationID(f.Inbox, f.Contact))
	m.into[from] = c.id
	delete(m.convs, from)
	m.mergeSeen(c, old)
	c.refused = max(c.refused, old.refused)

	c.aliases = append(c.aliases, from)
	slices.Sort(c.aliases)
	c.told, c.said = inOrder(c.told, old.told), inOrder(c.said, old.said)
	c.beside, c.receipts = append(c.beside, old.beside...), append(c.receipts, old.receipts...)
	for _, note := range old.notes {
		note.Conversation = c.id
		if !slices.ContainsFunc(c.notes, func(n store.Message) bool { return n.ID == note.ID }) {
			c.notes = append(c.notes, note)
		}
	}
	slices.SortStableFunc(c.notes, func(a, b store.Message) int { return cmp.Compare(a.Seq, b.Seq) })
	maps.Copy(c.taken, old.taken)
	c.marks = append(c.marks, old.marks...)
	slices.SortFunc(c.marks, func(a, b modelMark) int { return cmp.Compare(a.seq, b.seq) })
	c.replies = append(c.replies, old.replies...)
	slices.SortFunc(c.replies, func(a, b *modelReply) int { return cmp.Compare(a.Seq, b.Seq) })
	for i, x := range c.replies {
		for _, later := range c.replies[i+1:] {
			if x.failed > later.queued {
				later.behind[x.Token] = struct{}{}
			}
		}
	}
	if old.there {
		m.mergeStatus(c, old)
	}
	c.settleEchoes()
	if c.status == store.StatusPending {
		c.status = c.awake()
	}
}

// mergeStatus takes over from what was a conversation.
func (m *plainModel) mergeStatus(c, old *modelConv) {
	open := []store.Status{store.StatusResolved, store.StatusSnoozed, store.StatusPending, store.StatusOpen}
	switch mine, theirs := slices.Index(open, c.status), slices.Index(open, old.status); {
	case !c.there || theirs > mine:
		c.status, c.until = old.status, old.until
	case theirs == mine && c.status == store.StatusSnoozed:
		c.until = min(c.until, old.until)
	}
	c.there = true
	if c.assignee == "" {
		c.assignee = old.assignee
	}
	if !c.profileGot && old.profileGot {
		c.contact.Name, c.profileGot = old.contact.Name, true
	}
}

// mergeSeen keeps unread what nobody has seen in either.
func (m *plainModel) mergeSeen(c, old *modelConv) {
	seen := max(c.seen, old.seen)
	seqs := map[string]store.Seq{}
	for _, side := range []*modelConv{c, old} {
		for key, line := range side.keyed() {
			if line.Direction != store.In || line.Seq == 0 {
				continue
			}
			seq := line.Seq
			if seq > side.seen && seq <= seen {
				seq = m.seq
			}
			if was, ok := seqs[key]; ok {
				seq = min(seq, was)
			}
			seqs[key] = seq
		}
	}
	c.seen, c.seqs = seen, seqs
}

func inOrder(a, b []toldFact) []toldFact {
	all := append(slices.Clone(a), b...)
	slices.SortStableFunc(all, func(a, b toldFact) int { return cmp.Compare(a.seq, b.seq) })
	return all
}
