package bolt

import (
	"fmt"
	"slices"
	"testing"

	"frontdesk/store"
)

// columnsOf are columns in which conversations stand one after the other.
func columnsOf(list []store.Conversation, lists int) *columns {
	c := newColumns()
	c.lists.bytes = lists
	for i := range list {
		c.insert(rowOf(c, list[i]))
	}
	return c
}

func rowOf(c *columns, conv store.Conversation) columnRow {
	at := positionOf(conv.LastActivity, hashOf(conv.ID))
	return c.row(at[:], pack(&conv))
}

// withRefs are conversations with so many refs each, no two of which are the same.
func withRefs(counts ...int) (list []store.Conversation) {
	for i, n := range counts {
		list = append(list, store.Conversation{
			ID: store.ConversationID(fmt.Sprint("1:", i)), LastActivity: store.Millis(i), Refs: numbered(fmt.Sprint("of-", i), n),
		})
	}
	return list
}

func asking(not bool, refs ...string) *filter {
	return &filter{asks: []ask{askOf(store.Term{Field: store.FieldRef, Values: refs, Not: not}, true)}}
}

// TestColumnsFindByAnyRef: whoever has a ref is found by it, however many others there are beside it, and whether the
// columns have room for all of them or not; and who hasn't it is not looked at for nothing.
func TestColumnsFindByAnyRef(t *testing.T) {
	t.Parallel()
	list := withRefs(0, 1, 2, 3, 4, packedTexts)
	for name, tc := range map[string]struct {
		lists  int // bytes that are taken already
		inVain int // rows that may be found in vain by two thousand refs that nobody has
	}{
		// Of two refs eleven bits each are kept, and three that they share.
		"with room for lists": {lists: 0, inVain: 3},
		// Of sixty refs, 29 bits say next to nothing; of four they rule four fifths out.
		"without room for lists": {lists: mostLists, inVain: 2000 + 2000/5},
	} {
		c := columnsOf(list, tc.lists)
		for _, conv := range list {
			key := rowOf(c, conv).key
			for _, ref := range conv.Refs {
				for _, refs := range [][]string{{ref}, {ref, "nobody's"}} {
					if keys := passing(c, asking(false, refs...)); !slices.Contains(keys, key) {
						t.Errorf("%s: one with %d refs is not found by %q", name, len(conv.Refs), refs)
					}
				}
				if len(conv.Refs) != 2 && tc.lists == 0 && slices.Contains(passing(c, asking(true, ref)), key) {
					t.Errorf("%s: one with %d refs, %q among them, is looked at for not having it", name, len(conv.Refs), ref)
				}
			}
		}
		inVain := 0
		for i := range 2000 {
			inVain += len(passing(c, asking(false, fmt.Sprint("nobody's-", i))))
		}
		if inVain > tc.inVain {
			t.Errorf("%s: %d rows are found by refs that nobody has, want at most %d", name, inVain, tc.inVain)
		}
		if keys := passing(c, asking(false, "*")); len(keys) != len(list)-1 {
			t.Errorf("%s: %d rows have a ref, want %d", name, len(keys), len(list)-1)
		}
	}
}

// TestColumnsLetRowsGo: rows are the same when they go as when they came, those that came before the room for lists was
// used up and those that came after.
func TestColumnsLetRowsGo(t *testing.T) {
	t.Parallel()
	list := withRefs(3, 4, 5, 6, 7, 8, packedTexts+1, 2, 1, 0)
	c := columnsOf(list, mostLists-3*listCost)
	if len(c.lists.lists) == 0 || len(c.lists.lists) > 3 {
		t.Fatalf("%d lists are kept, want one to three", len(c.lists.lists))
	}
	for _, i := range []int{5, 0, 9, 2, 4, 6, 1, 8, 3, 7} {
		if !c.remove(rowOf(c, list[i])) {
			t.Errorf("the row of one with %d refs is not found", len(list[i].Refs))
		}
	}
	if c.rows != 0 || len(c.pieces) != 0 {
		t.Errorf("%d rows are left in %d pieces", c.rows, len(c.pieces))
	}
}

// TestColumnsStayDense: pieces that lose rows anywhere do not keep the memory of many more.
func TestColumnsStayDense(t *testing.T) {
	t.Parallel()
	list := withRefs(make([]int, 20*pieceRows)...)
	c := columnsOf(list, 0)
	for i, conv := range list {
		if i%3 == 0 {
			continue
		}
		if !c.remove(rowOf(c, conv)) {
			t.Fatalf("row %d is not found", i)
		}
	}
	if most := c.rows*2/pieceRows + 2; len(c.pieces) > most {
		t.Errorf("%d rows are kept in %d pieces, want at most %d", c.rows, len(c.pieces), most)
	}
}
