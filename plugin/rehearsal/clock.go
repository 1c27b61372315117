package rehearsal

import (
	"sync"
	"time"
)

// Clock is the time of a platform under rehearsal: the real one, but for the first moments, when it is set back for
// each line of the conversations that are there already, so that they have a past. Its Now is meant for
// plugin.Options.Now.
type Clock struct {
	mu   sync.Mutex
	back time.Duration
}

// Now is the time on the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(-c.back)
}

// setBack makes the clock show the time as it was some time ago. On no clock it does nothing.
func (c *Clock) setBack(ago time.Duration) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.back = ago
}
