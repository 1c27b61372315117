package generate

import (
	"iter"
	"math"
	"math/rand/v2"

	"frontdesk/store"
)

// Options say which history to make.
type Options struct {
	// Conversations is how many contacts write.
	Conversations int
	// Seed makes another history of the same kind.
	Seed uint64
	// Until is when the history ends; 0 is a fixed moment, so that histories are equal whenever they are made.
	Until store.Millis
}

// PageIDs are the Pages of a history; most is said in the first.
var PageIDs = [...]string{"109872000000101", "109872000000102", "109872000000103"}

// Agents are who answers and takes conversations on.
var Agents = [...]string{"ana", "ben", "chidi", "dana", "eli"}

const (
	usualEnd = store.Millis(1_794_819_600_000)

	slotMillis = 10 * 60 * 1000   // histories are ordered by slots of ten minutes
	slots      = 2 * 365 * 24 * 6 // two years of them
	mostLines  = 2000             // of one conversation
	tail       = 0.7              // how unevenly activity is spread; 0 is evenly
	fewest     = 3.02             // chosen with tail so that a conversation has ten messages on average
	usualGap   = 4 * 7 * 24 * 6   // slots between two visits of a contact, on average
	perVisit   = 4                // messages, on average
)

// visit is one stretch of talk in one conversation.
type visit struct {
	conv  uint32
	n     uint16 // which of the conversation's visits; 0 is the first
	lines uint16
	last  bool
}

// Records are the records of the history, oldest first. Seq is left to the log that keeps them; those acts which name a
// place in the log count from the first record at place 1.
func (o Options) Records() iter.Seq[store.Record] {
	return func(yield func(store.Record) bool) {
		plan, starts := o.plan()
		w := newWriter(o)
		for slot := range slots {
			for _, v := range plan[starts[slot]:starts[slot+1]] {
				if !w.visit(v, slot, yield) {
					return
				}
			}
		}
	}
}

// plan lays out all visits in the order of time: those of slot s are plan[starts[s]:starts[s+1]].
func (o Options) plan() (plan []visit, starts []int) {
	starts = make([]int, slots+1)
	for i := range o.Conversations {
		o.visits(i, func(slot int, _ visit) { starts[slot+1]++ })
	}
	for s := range slots {
		starts[s+1] += starts[s]
	}
	plan = make([]visit, starts[slots])
	next := append([]int(nil), starts...)
	for i := range o.Conversations {
		o.visits(i, func(slot int, v visit) {
			plan[next[slot]] = v
			next[slot]++
		})
	}
	return plan, starts
}

// visits calls fn for the visits of a conversation, in the order of time. Two never share a slot out of order: a
// later one has a later or the same slot.
func (o Options) visits(i int, fn func(slot int, v visit)) {
	rng := o.dice(i, 0)
	left := min(mostLines, int(fewest*math.Pow(1-rng.Float64(), -tail)))
	slot := rng.IntN(slots)
	for n := 0; left > 0; n++ {
		lines := min(left, 1+rng.IntN(2*perVisit-1))
		left -= lines
		fn(slot, visit{conv: uint32(i), n: uint16(n), lines: uint16(lines), last: left == 0})
		slot = min(slots-1, slot+1+int(rng.ExpFloat64()*usualGap))
	}
}

// dice are the random numbers of one part of one conversation, the same whatever was made before.
func (o Options) dice(conv int, part uint64) *rand.Rand {
	return rand.New(rand.NewPCG(o.Seed^uint64(conv)*0x9e3779b97f4a7c15, part+1))
}

func (o Options) until() store.Millis {
	if o.Until == 0 {
		return usualEnd
	}
	return o.Until
}

// ContactID is the id of the contact of conversation i. It looks like those of the platform: no order is in it.
func ContactID(i int) string {
	const span, step = 1_000_000_000_000_000, 618_033_988_749_897 // without a common divisor, so no two are equal
	hi := uint64(i)
	n := uint64(0)
	for add := uint64(step); hi > 0; hi >>= 1 { // i*step modulo span, without leaving 64 bits
		if hi&1 == 1 {
			n = (n + add) % span
		}
		add = add * 2 % span
	}
	return digits(7_000_000_000_000_000 + n)
}

// PageOf is the Page to which conversation i belongs.
func PageOf(i int) string {
	switch {
	case i%20 == 7:
		return PageIDs[2]
	case i%6 == 5:
		return PageIDs[1]
	}
	return PageIDs[0]
}

// ConversationOf is the id of conversation i.
func ConversationOf(i int) store.ConversationID {
	return store.NewConversationID(store.InboxID(PageOf(i)), store.Contact{Kind: store.ContactPSID, ID: ContactID(i)})
}
