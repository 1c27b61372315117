package storetest

import (
	"fmt"
	"slices"

	"frontdesk/store"
)

func listFields(d *desk) {
	a, b, c := conv("1:a", 30), conv("2:b", 20), conv("1:c", 10)
	a.Refs, a.Origins, a.Labels = []string{"pricing", "spring-sale"}, []store.Origin{store.OriginPlugin}, []string{"vip"}
	a.Unread, a.Assignee = 2, "ana"
	b.Inbox, b.Refs, b.Unreplied, b.Status = "2", []string{"spring-offer"}, true, store.StatusPending
	c.Status, c.SnoozedUntil, c.Labels, c.Assignee = store.StatusSnoozed, 99, []string{"vip", "late"}, "ben"
	d.put(a, b, c)
	var none []store.ConversationID
	for _, tc := range []struct {
		field  store.Field
		values []string
		want   []store.ConversationID
	}{
		{store.FieldStatus, []string{"open"}, []store.ConversationID{"1:a"}},
		{store.FieldStatus, []string{"pending", "snoozed"}, []store.ConversationID{"2:b", "1:c"}},
		{store.FieldStatus, []string{"resolved"}, none},
		{store.FieldStatus, []string{"no such status"}, none},
		{store.FieldOrigin, []string{"plugin"}, []store.ConversationID{"1:a"}},
		{store.FieldOrigin, []string{"unknown"}, []store.ConversationID{"2:b", "1:c"}},
		{store.FieldOrigin, []string{"ad", "link"}, none},
		{store.FieldOrigin, []string{"no such origin"}, none},
		{store.FieldRef, []string{"pricing"}, []store.ConversationID{"1:a"}},
		{store.FieldRef, []string{"pric"}, none},
		{store.FieldRef, []string{"spring-*"}, []store.ConversationID{"1:a", "2:b"}},
		{store.FieldRef, []string{"spring-o*", "pricing"}, []store.ConversationID{"1:a", "2:b"}},
		{store.FieldRef, []string{"*"}, []store.ConversationID{"1:a", "2:b"}},
		{store.FieldRef, []string{"x*"}, none},
		{store.FieldIs, []string{"unread"}, []store.ConversationID{"1:a"}},
		{store.FieldIs, []string{"unreplied"}, []store.ConversationID{"2:b"}},
		{store.FieldIs, []string{"unread", "unreplied"}, []store.ConversationID{"1:a", "2:b"}},
		{store.FieldInbox, []string{"1"}, []store.ConversationID{"1:a", "1:c"}},
		{store.FieldInbox, []string{"3"}, none},
		{store.FieldAssignee, []string{"ana"}, []store.ConversationID{"1:a"}},
		{store.FieldAssignee, []string{""}, []store.ConversationID{"2:b"}},
		{store.FieldAssignee, []string{"", "ben"}, []store.ConversationID{"2:b", "1:c"}},
		{store.FieldAssignee, []string{"Ana"}, none},
		{store.FieldLabel, []string{"vip"}, []store.ConversationID{"1:a", "1:c"}},
		{store.FieldLabel, []string{"late"}, []store.ConversationID{"1:c"}},
		{store.FieldLabel, nil, none},
	} {
		d.wantIDs(term(tc.field, tc.values...), tc.want...)
		var rest []store.ConversationID
		for _, id := range []store.ConversationID{"1:a", "2:b", "1:c"} {
			if !slices.Contains(tc.want, id) {
				rest = append(rest, id)
			}
		}
		d.wantIDs(not(tc.field, tc.values...), rest...)
	}
	d.wantIDs(both(term(store.FieldLabel, "vip"), not(store.FieldRef, "pric*")), "1:c")
	d.wantIDs(both(term(store.FieldRef, "pricing"), term(store.FieldRef, "spring-*")), "1:a")
	d.wantIDs(both(term(store.FieldRef, "pricing"), term(store.FieldRef, "spring-offer")))
	d.wantIDs(both(term(store.FieldIs, "unread"), not(store.FieldIs, "unread")))
}

func listOrigins(d *desk) {
	a, b, c := conv("1:a", 3), conv("1:b", 2), conv("1:c", 1)
	a.Origins = []store.Origin{store.OriginAd, store.OriginPlugin}
	b.Origins = []store.Origin{store.OriginLink, store.OriginUnknown}
	c.Origins = []store.Origin{store.OriginUnknown}
	d.put(a, b, c)
	d.wantIDs(term(store.FieldOrigin, "ad"), "1:a")
	d.wantIDs(term(store.FieldOrigin, "plugin"), "1:a")
	d.wantIDs(term(store.FieldOrigin, "link", "ad"), "1:a", "1:b")
	d.wantIDs(term(store.FieldOrigin, "unknown"), "1:c")
	d.wantIDs(not(store.FieldOrigin, "plugin"), "1:b", "1:c")
	c.Origins = []store.Origin{store.OriginOther}
	d.put(c)
	d.wantIDs(term(store.FieldOrigin, "unknown"))
	d.wantIDs(term(store.FieldOrigin, "other"), "1:c")
}

func listWords(d *desk) {
	named, visitor := conv("1:named", 4), conv("1:visitor", 3)
	named.Contact.Name = "Zoë Ödegård"
	visitor.Contact = store.Contact{Kind: store.ContactVisitor, ID: "9000000000000000001"}
	psid, guest := conv("1:psid", 2), conv("1:ref", 1)
	psid.Contact.ID = "8000000000000101"
	guest.Contact = store.Contact{Kind: store.ContactUserRef, ID: "guest-0007"}
	d.put(named, visitor, psid, guest)
	words := func(w ...string) store.Query { return store.Query{Words: w} }
	d.wantIDs(words("zoë"), "1:named")
	d.wantIDs(words("ÖDEG", "zo"), "1:named")
	d.wantIDs(words("zoë", "visitor"))
	d.wantIDs(words("visitor"), "1:visitor")
	d.wantIDs(words(visitor.Contact.Title()), "1:visitor")
	d.wantIDs(words("0101"), "1:psid")
	d.wantIDs(words("contact", "…0101"), "1:psid")
	d.wantIDs(words("GUEST"), "1:ref")
	d.wantIDs(both(words("o"), term(store.FieldStatus, "open")), "1:named", "1:visitor", "1:psid")
}

func listRefused(d *desk) {
	d.put(conv("1:1", 1))
	for what, req := range map[string]store.ListRequest{
		"limit 0":       {},
		"limit -1":      {Limit: -1},
		"limit 1001":    {Limit: 1001},
		"unknown field": {Limit: 1, Query: term("colour", "red")},
		"unknown is":    {Limit: 1, Query: term(store.FieldIs, "nice")},
	} {
		if page, err := d.List(d.ctx(), req); err == nil || len(page.Rows) != 0 {
			d.Errorf("%s: %d rows, error %v; want an error", what, len(page.Rows), err)
		}
	}
}

// many puts n conversations: three to each time, and every seventh of them with the ref rare.
func (d *desk) many(n int) []store.Conversation {
	d.Helper()
	var all []store.Conversation
	for i := range n {
		c := conv(store.ConversationID(fmt.Sprint("1:", i)), store.Millis(i/3))
		c.Refs = []string{"common"}
		if i%7 == 0 {
			c.Refs = append(c.Refs, "rare")
		}
		if i%2 == 0 {
			c.Unread = 1
		}
		all = append(all, c)
	}
	d.put(all...)
	slices.SortFunc(all, func(a, b store.Conversation) int { return b.Cursor().Compare(a.Cursor()) })
	return all
}

// endless is more rows than any test puts: pages that bring more repeat themselves.
const endless = 2000

// pages reads a list page by page, in one direction, and returns the ids newest first.
func (d *desk) pages(q store.Query, newer bool, limit int) []store.ConversationID {
	d.Helper()
	var got []store.ConversationID
	req := store.ListRequest{Query: q, Newer: newer, Limit: limit}
	for more := true; more; {
		page := d.list(req)
		more = page.More
		if len(page.Rows) == 0 {
			return got
		}
		if len(got) > endless {
			d.Fatalf("pages of %d, newer %v, of %+v never end", limit, newer, q)
		}
		if newer {
			got = append(idsOf(page.Rows), got...)
			req.From = page.Rows[0].Cursor()
		} else {
			got = append(got, idsOf(page.Rows)...)
			req.From = page.Rows[len(page.Rows)-1].Cursor()
		}
	}
	if rest := d.list(req); len(rest.Rows) != 0 || rest.More {
		d.Errorf("there are %d rows beyond the last page", len(rest.Rows))
	}
	return got
}

func listCursors(d *desk) {
	all := d.many(50)
	var rare []store.Conversation
	for _, c := range all {
		if slices.Contains(c.Refs, "rare") {
			rare = append(rare, c)
		}
	}
	for _, limit := range []int{1, 7, 50, 51} {
		for _, newer := range []bool{false, true} {
			what := fmt.Sprintf("pages of %d, newer %v", limit, newer)
			d.wantDiff(what, d.pages(store.Query{}, newer, limit), idsOf(all))
			d.wantDiff(what+", rare", d.pages(term(store.FieldRef, "rare"), newer, limit), idsOf(rare))
		}
	}
	page := d.list(store.ListRequest{From: all[20].Cursor(), Newer: true, Limit: 5})
	d.wantDiff("the five before the twentieth", idsOf(page.Rows), idsOf(all[15:20]))
	page = d.list(store.ListRequest{From: store.Cursor{LastActivity: all[20].LastActivity, ID: "gone"}, Limit: 1})
	if len(page.Rows) != 1 || !page.More {
		d.Errorf("from a conversation that is not there: %d rows, more %v", len(page.Rows), page.More)
	}
}

// listRare: however an engine finds its way, the answer is that of Query.Match.
func listRare(d *desk) {
	all := d.many(700)
	one := all[350]
	one.Refs = append(slices.Clone(one.Refs), "single", "only")
	all[350] = one
	d.put(one)
	for _, q := range []store.Query{
		term(store.FieldRef, "single"),
		term(store.FieldRef, "single", "only"), // which must not list it twice
		term(store.FieldRef, "single", "rare"),
		term(store.FieldRef, "s*"),
		both(term(store.FieldRef, "rare"), term(store.FieldIs, store.IsUnread)),
		both(term(store.FieldRef, "rare"), not(store.FieldIs, store.IsUnread)),
		both(term(store.FieldRef, "common"), term(store.FieldRef, "single")),
		not(store.FieldRef, "r*"),
	} {
		var want []store.ConversationID
		for _, c := range all {
			if q.Match(c) {
				want = append(want, c.ID)
			}
		}
		for _, limit := range []int{1, 40, 1000} {
			d.wantDiff(fmt.Sprintf("%+v by %d", q, limit), d.pages(q, false, limit), want)
			d.wantDiff(fmt.Sprintf("%+v by %d, newer", q, limit), d.pages(q, true, limit), want)
		}
	}
}

func listMoving(d *desk) {
	all := d.many(9)
	first := d.list(store.ListRequest{Limit: 3})
	d.wantDiff("the first page", idsOf(first.Rows), idsOf(all[:3]))
	moved := all[4] // from the second page to the top
	moved.LastActivity = 1000
	d.put(moved)
	next := d.list(store.ListRequest{From: first.Rows[2].Cursor(), Limit: 3})
	d.wantDiff("the second page", idsOf(next.Rows), []store.ConversationID{all[3].ID, all[5].ID, all[6].ID})
	above := d.list(store.ListRequest{From: first.Rows[0].Cursor(), Newer: true, Limit: 3})
	d.wantDiff("what is new above", idsOf(above.Rows), []store.ConversationID{moved.ID})
	moved.LastActivity = -5 // a time that was wrong is set right
	d.put(moved)
	whole := d.pages(store.Query{}, false, 4)
	if len(whole) != 9 || whole[8] != moved.ID {
		d.Errorf("after moving down the list is %q, want %q last", whole, moved.ID)
	}
}

// listManyTexts: more refs and labels than any index holds in one row.
func listManyTexts(d *desk) {
	a, b := conv("1:a", 2), conv("1:b", 1)
	for i := range 40 {
		a.Refs = append(a.Refs, fmt.Sprintf("ref-%02d", i))
		a.Labels = append(a.Labels, fmt.Sprintf("label-%02d", i))
	}
	b.Refs, b.Labels = []string{"ref-39"}, []string{"label-39"}
	d.put(a, b)
	d.wantIDs(term(store.FieldRef, "ref-39"), "1:a", "1:b")
	d.wantIDs(term(store.FieldRef, "ref-38"), "1:a")
	d.wantIDs(term(store.FieldLabel, "label-39"), "1:a", "1:b")
	d.wantIDs(not(store.FieldLabel, "label-38"), "1:b")
	d.wantIDs(not(store.FieldRef, "ref-39"))
	d.wantIDs(both(term(store.FieldStatus, "open"), not(store.FieldRef, "ref-20")), "1:b")
}
