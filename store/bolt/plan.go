package bolt

import "slices"

// way is how the rows of a list are looked for.
type way int

const (
	byActivity way = iota // along the index of activity, until the page is full
	byMembers             // through the smallest set of a condition
	byColumns             // along the columns in memory
)

// What the ways cost, in nanoseconds on a usual machine. Only how they compare matters.
const (
	// A row of the index of activity that is ruled out.
	activityCost = 80
	// A member of a set: its header must be found before its time is known. Members are kept without their time, which
	// would have to be moved with every message.
	memberCost = 2500
	// A row of the columns, for the first condition.
	columnCost = 1
	// A row of the columns that is found: the index is asked for it.
	foundCost = 2000
	// Going through columns at all.
	columnsCost = 15_000
	// From such a cost on a query does not wait for the usual pause before the columns are read.
	dearCost = 2_000_000
)

// plan is the way for a page.
type plan struct {
	way    way
	driver driver  // byMembers
	budget int     // byActivity: rows after which columns, if there are any, go on; 0 is no bound
	dear   bool    // it is a long way that columns would make short
	cost   float64 // expected
}

// expectedRows are the rows that must be expected to pass by until a page is full, if those that match are spread
// evenly.
func (f *filter) expectedRows(limit int) float64 {
	return float64(f.total) * min(1, float64(limit)/float64(max(1, f.estimate)))
}

// plan chooses the cheapest way. Whether those that match are spread evenly nobody knows: a walk along the index ends
// at a budget where columns can go on.
func (f *filter) plan(limit int, columns bool) plan {
	rows := f.expectedRows(limit)
	best := plan{way: byActivity, cost: rows * activityCost}
	if len(f.drivers) > 0 {
		d := slices.MinFunc(f.drivers, func(a, b driver) int { return a.count - b.count })
		if cost := float64(d.count) * memberCost; cost < best.cost {
			best = plan{way: byMembers, driver: d, cost: cost}
		}
	}
	if len(f.asks) == 0 {
		return best
	}
	if columns {
		cost := columnsCost + rows*columnCost + min(float64(limit), float64(f.estimate)+1)*foundCost
		if cost < best.cost {
			best = plan{way: byColumns, cost: cost}
		}
		if best.way == byActivity {
			best.budget = 200 + 4*int(rows)
		}
	}
	best.dear = !columns && best.cost > dearCost
	return best
}
