package plugin

import (
	"container/list"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// act is what a visitor does, as far as its pace is bounded.
type act uint8

const (
	actMake   act = iota // makes a visitor, or comes back
	actWrite             // writes, taps, says what was seen
	actUpload            // sends a file
	actPoll              // asks for news, or opens the line they come on
	actTyping            // types
)

// pace is so many at once, and then one each time every has passed.
type pace struct {
	burst int
	every time.Duration
}

func (p pace) rate() rate.Limit { return rate.Every(p.every) }

// paces bound what one visitor does, and what all visitors of one address do: a house of many behind one address is not
// to notice them.
var paces = map[act]struct{ visitor, address pace }{
	actMake:   {visitor: pace{30, 2 * time.Second}, address: pace{60, 2 * time.Second}},
	actWrite:  {visitor: pace{60, time.Second}, address: pace{600, 100 * time.Millisecond}},
	actUpload: {visitor: pace{40, 3 * time.Second}, address: pace{100, time.Second}},
	actPoll:   {visitor: pace{120, 200 * time.Millisecond}, address: pace{1200, 20 * time.Millisecond}},
	actTyping: {visitor: pace{10, 2 * time.Second}, address: pace{600, 50 * time.Millisecond}},
}

// maxPaced is how many visitors and addresses are remembered for what they did last; some 250 bytes each. The one that
// did nothing for the longest is forgotten first, and begins anew.
const maxPaced = 1 << 15

// paceKey is one doer of one act.
type paceKey struct {
	act act
	who [16]byte
}

// paceKeeper remembers how much everybody did of late.
type paceKeeper struct {
	mu    sync.Mutex
	known map[paceKey]*list.Element
	order list.List // of *paced, the one that did nothing for the longest first
}

type paced struct {
	key     paceKey
	limiter *rate.Limiter
	last    time.Time // when it was tried last
}

// take counts one act, or says how long it has to wait.
func (k *paceKeeper) take(key paceKey, p pace, now time.Time) (wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	who := k.find(key, p)
	who.last = now
	asked := who.limiter.ReserveN(now, 1)
	if wait = asked.DelayFrom(now); wait > 0 {
		asked.CancelAt(now) // what is refused costs nothing
	}
	return wait
}

// touch notes that somebody is there, without an act.
func (k *paceKeeper) touch(key paceKey, now func() time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.find(key, paces[key.act].visitor).last = now()
}

// last is when a visitor did something last, as far as that is remembered; zero if not.
func (k *paceKeeper) last(who [16]byte) (last time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for a := range paces {
		if place := k.known[paceKey{a, who}]; place != nil && place.Value.(*paced).last.After(last) {
			last = place.Value.(*paced).last
		}
	}
	return last
}

// since lists who did something after a time, as far as that is remembered.
func (k *paceKeeper) since(when time.Time) (who [][16]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for key, place := range k.known {
		if place.Value.(*paced).last.After(when) {
			who = append(who, key.who)
		}
	}
	return who
}

// forget drops what is remembered of a visitor.
func (k *paceKeeper) forget(who [16]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for a := range paces {
		if place := k.known[paceKey{a, who}]; place != nil {
			delete(k.known, k.order.Remove(place).(*paced).key)
		}
	}
}

// find needs mu.
func (k *paceKeeper) find(key paceKey, p pace) *paced {
	place := k.known[key]
	if place == nil {
		for len(k.known) >= maxPaced {
			delete(k.known, k.order.Remove(k.order.Front()).(*paced).key)
		}
		place = k.order.PushBack(&paced{key: key, limiter: rate.NewLimiter(p.rate(), p.burst)})
		if k.known == nil {
			k.known = map[paceKey]*list.Element{}
		}
		k.known[key] = place
	}
	k.order.MoveToBack(place)
	return place.Value.(*paced)
}

// paceOfAddress refuses what comes too often from where r comes from. Programs of this machine are not bounded.
func (s *Server) paceOfAddress(r *http.Request, a act) error {
	from, bounded := s.cameFrom(r)
	if !bounded {
		return nil
	}
	return tooOften(s.paces.take(paceKey{a, hash16("address", from.String())}, paces[a].address, s.now()))
}

// paceOfVisitor refuses what one visitor does too often.
func (s *Server) paceOfVisitor(c Contact, a act) error {
	return tooOften(s.paces.take(paceKey{a, [16]byte(c.key())}, paces[a].visitor, s.now()))
}

// tooOften is the refusal of what has to wait; nil if it has not.
func tooOften(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	seconds := max(int(math.Ceil(wait.Seconds())), 1)
	return &visitorError{
		status: http.StatusTooManyRequests, retryAfter: seconds,
		Message: fmt.Sprintf("this is too much at once; try again in %d s", seconds),
	}
}
