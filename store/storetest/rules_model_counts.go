package storetest

import (
	"cmp"
	"slices"

	"frontdesk/store"
)

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
	refs, labels := map[string]int{}, map[string]int{}
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
		for _, label := range c.Labels {
			labels[label]++
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
	for label, count := range labels {
		n.Labels = append(n.Labels, store.LabelCount{Label: label, N: count})
	}
	slices.SortFunc(n.Labels, func(a, b store.LabelCount) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Label, b.Label)) })
	return n
}
