package bolt

import (
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
			got, err := facetBegins(row, prefix)
			if err != nil || got != strings.HasPrefix(text, prefix) {
				t.Errorf("%.20q begins with %q: %v, %v", text, prefix, got, err)
			}
		}
		for n := range min(len(row), 8) {
			if _, err := facetBegins(row[:n], "x"); n < 2 && err == nil {
				t.Errorf("%d bytes of the row of %.20q are taken for a whole one", n, text)
			}
		}
	}
}
