package plugin

import (
	"encoding/binary"
	"testing"
	"time"
)

// However many come, what is remembered of them has a bound, and who is active is not forgotten.
func TestPacesAreForgotten(t *testing.T) {
	t.Parallel()
	var k paceKeeper
	now, slow := time.Unix(1795000000, 0), pace{burst: 1, every: time.Hour}
	busy := paceKey{act: actMake, who: hash16("busy")}
	k.take(busy, slow, now)
	for i := range 2 * maxPaced {
		var who [16]byte
		binary.BigEndian.PutUint64(who[:], uint64(i))
		if wait := k.take(paceKey{actMake, who}, slow, now); wait != 0 {
			t.Fatalf("number %d waits %s on its first try", i, wait)
		}
		if i%1000 == 0 && k.take(busy, slow, now) == 0 {
			t.Fatalf("after %d others the busy one is forgotten", i)
		}
	}
	if len(k.known) > maxPaced || k.order.Len() != len(k.known) {
		t.Errorf("%d are remembered in a list of %d, at most %d may be", len(k.known), k.order.Len(), maxPaced)
	}
}
