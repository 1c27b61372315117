package bolt

import (
	"fmt"
	"strings"
	"testing"

	"frontdesk/store"
)

// askOf is a term made ready as newFilter does it where each text is the only one with its hash; known false is as
// where there are too many refs to look through.
func askOf(t store.Term, known bool) ask {
	a := ask{not: t.Not, field: t.Field}
	for _, v := range t.Values {
		prefix, isPrefix := strings.CutSuffix(v, "*")
		switch {
		case t.Field == store.FieldRef && isPrefix && prefix == "":
			a.every = true
		case t.Field == store.FieldRef && isPrefix:
			a.vague = true
		case t.Field != store.FieldAssignee || v != "":
			a.texts.add(shortHash(v), known)
		}
	}
	a.texts.sort()
	a.say = a.sayOf(t.Values)
	return a
}

// passing are the rows of columns that no condition rules out.
func passing(c *columns, f *filter) (keys []columnKey) {
	for _, p := range c.pieces {
		var rows []uint16
		for i, t := range c.tests(f) {
			if i == 0 {
				rows = t.scan(p, 0, p.n, make([]uint16, 0, pieceRows))
			} else {
				rows = t.sift(p, rows)
			}
		}
		for _, i := range rows {
			keys = append(keys, p.key(int(i)))
		}
	}
	return keys
}

func TestPlanChoosesTheWay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		total, estimate int
		counts          []int
		limit           int
		columns         bool
		way             way
		members         int
	}{
		"no set":                      {total: 10_000, estimate: 10_000, limit: 51, way: byActivity},
		"a common value":              {total: 10_000, estimate: 4000, counts: []int{4000}, limit: 51, way: byActivity},
		"a rare value":                {total: 10_000, estimate: 20, counts: []int{20}, limit: 51, way: byMembers, members: 20},
		"the rarer of two":            {total: 1_000_000, estimate: 50, counts: []int{5000, 10_000}, limit: 51, way: byMembers, members: 5000},
		"a small desk":                {total: 3, estimate: 2, counts: []int{2}, limit: 51, way: byActivity},
		"one row of a common value":   {total: 1_000_000, estimate: 500_000, counts: []int{500_000}, limit: 2, way: byActivity},
		"the rarer of two, columns":   {total: 1_000_000, estimate: 50, counts: []int{5000, 10_000}, limit: 51, columns: true, way: byColumns},
		"a few, columns":              {total: 1_000_000, estimate: 20, counts: []int{20}, limit: 51, columns: true, way: byMembers, members: 20},
		"a common value, columns":     {total: 1_000_000, estimate: 400_000, counts: []int{400_000}, limit: 51, columns: true, way: byActivity},
		"what is no set, but columns": {total: 1_000_000, estimate: 900, limit: 51, columns: true, way: byColumns},
	} {
		f := filter{total: tc.total, estimate: tc.estimate, asks: make([]ask, 1)}
		for _, n := range tc.counts {
			f.drivers = append(f.drivers, driver{count: n})
		}
		p := f.plan(tc.limit, tc.columns)
		if p.way != tc.way || p.driver.count != tc.members {
			t.Errorf("%s: way %d with a set of %d, want %d with %d", name, p.way, p.driver.count, tc.way, tc.members)
		}
		if tc.columns && p.way == byActivity && p.budget == 0 {
			t.Errorf("%s: a walk that is longer than expected does not go on in the columns", name)
		}
	}
}

// TestFacetBegins: the short look at a facet's text says what decoding it would.
func TestFacetBegins(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "spring-sale", strings.Repeat("long", 300), "\x00"} {
		r := facetRow{text: text, all: 300, open: 2}
		row := encode(nil, func(f *fields) { facetFields(f, &r) })
		for _, prefix := range []string{"", "a", "spring", "spring-sale", "spring-sales", "longlong", "\x00"} {
			got, all, err := facetBegins(row, prefix)
			want, n := strings.HasPrefix(text, prefix), 0
			if want {
				n = r.all
			}
			if err != nil || got != want || all != n {
				t.Errorf("%.20q begins with %q: %v, of %d conversations, %v", text, prefix, got, all, err)
			}
		}
		for n := range len(row) - 2 { // the last two bytes are the counter of those that are open
			if begins, _, err := facetBegins(row[:n], text); begins && err == nil {
				t.Errorf("%d bytes of the row of %.20q are taken for a whole one", n, text)
			}
		}
	}
}

// TestPrefixOfManyRefs: the sets of a few refs are a way to their conversations, those of very many are none, and both
// are counted and found.
func TestPrefixOfManyRefs(t *testing.T) {
	t.Parallel()
	v := newViews(t)
	const all = manySets + 100
	mustApply(t, v, 1, func(r store.Rows) error {
		for i := range all {
			c := store.Conversation{
				ID: store.ConversationID(fmt.Sprint("1:", i)), LastActivity: store.Millis(i), Refs: []string{fmt.Sprintf("one-%04d", i)},
			}
			if err := r.PutConversation(c); err != nil {
				return err
			}
		}
		return nil
	})
	for prefix, want := range map[string]struct{ found, drivers int }{
		"one-*": {found: all}, "one-0*": {found: 1000, drivers: 1}, "one-00*": {found: 100, drivers: 1}, "two-*": {},
	} {
		q := store.Query{Terms: []store.Term{{Field: store.FieldRef, Values: []string{prefix}}}}
		err := v.read(t.Context(), "make a filter", func(r *reader) error {
			f, err := r.newFilter(q)
			if err == nil && (len(f.drivers) != want.drivers || want.found > 0 && f.estimate != want.found) {
				t.Errorf("%s: %d ways by sets to %d conversations, want %d to %d", prefix, len(f.drivers), f.estimate, want.drivers, want.found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		page, err := v.List(t.Context(), store.ListRequest{Query: q, Limit: maxLimit})
		if err != nil || len(page.Rows) != min(want.found, maxLimit) || page.More != (want.found > maxLimit) {
			t.Errorf("%s: %d rows, more %v, %v; want %d", prefix, len(page.Rows), page.More, err, want.found)
		}
	}
}
