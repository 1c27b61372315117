package desk

import "time"

// Pauses are how long a reply waits before it is tried again (ref. 4.2). What is zero stays as it is.
type Pauses struct {
	Retry []time.Duration // after the first, second … failure; the last counts for all that follow
	Limit []time.Duration // the same, where a limit was met without a word on how long
	Echo  time.Duration   // at least, after a gateway's answer
}

// Hurry makes the pauses shorter than users have them, for a test of the whole program. It is called before Run.
func (d *Desk) Hurry(p Pauses) {
	back := &d.courier.back
	if len(p.Retry) > 0 {
		back.retry = p.Retry
	}
	if len(p.Limit) > 0 {
		back.limit = p.Limit
	}
	if p.Echo > 0 {
		back.echo = p.Echo
	}
}
