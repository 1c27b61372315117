package desk

import (
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"

	"frontdesk/messenger"
	"frontdesk/store"
)

// The pace of one page: well under the 300 texts and 10 media a second that the platform allows (ref. 3.11).
const (
	textPace  = 200
	mediaPace = 8
)

// page is what the courier knows of an inbox. The courier's lock guards all but the limiters.
type page struct {
	workers  int
	doubtful bool        // it was stopped: one conversation at a time until the platform takes a message
	alert    *stop       // why nothing is sent
	policy   store.Alert // what the platform said last of the inbox, and was heeded
	till     time.Time   // nothing is sent before
	lost     bool        // because the platform can't be reached; else because of its limits
	retests  int         // questions whether its token is good again, since it last took a message
	failures int         // in a row, without reaching the platform or at its limit
	foreign  store.Token // the reply whose answer was not the platform's; empty once the platform has answered
	text     *rate.Limiter
	media    *rate.Limiter
}

// stop is why an inbox can't send.
type stop struct {
	reason   store.SendError
	byPolicy bool // the platform said so without being asked, and will say when it is over

	asked  time.Time // when the platform was last asked whether the token is good again
	next   time.Time // when it is asked again
	asking bool
}

func (p *page) width() int {
	if p.doubtful {
		return 1
	}
	return pageWidth
}

// page is the inbox's page; the caller holds the lock.
func (c *courier) page(id store.InboxID) *page {
	p := c.pages[id]
	if p == nil {
		p = &page{text: rate.NewLimiter(textPace, textPace/8), media: rate.NewLimiter(mediaPace, 2)}
		c.pages[id] = p
	}
	return p
}

// alert fills in why nothing is sent for a whole inbox at now: because it is stopped, or pauses for a while. It returns
// when a pause ends; zero when there is none.
func (c *courier) alert(in *Inbox, now time.Time) (till time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.pages[in.ID]
	switch {
	case p != nil && p.alert != nil:
		in.Stopped, in.Alert, in.Advice = true, p.alert.reason.Text, p.alert.reason.Advice
		switch s := p.alert; {
		case s.byPolicy:
		case c.retestable(in.ID, p) && s.next.After(now):
			in.Advice += " Then start frontdesk again. Whether the old one is good again is looked at in " + span(s.next.Sub(now)) + "."
		case c.retestable(in.ID, p):
			in.Advice += " Then start frontdesk again. Whether the old one is good again is looked at now."
		default:
			in.Advice += " Then start frontdesk again, or send a held message again."
		}
	case p != nil && p.till.After(now) && p.lost:
		in.Alert = "The platform cannot be reached; it is tried again in " + span(p.till.Sub(now)) + "."
		return p.till
	case p != nil && p.till.After(now):
		in.Alert = limitText(p.till.Sub(now))
		return p.till
	case c.appTill.After(now) && !c.d.inboxes[in.ID].Inbox.Plugin:
		in.Alert = limitText(c.appTill.Sub(now))
		return c.appTill
	}
	return time.Time{}
}

func limitText(d time.Duration) string {
	return "The platform's limit on calls is reached; sending goes on by itself in " + span(d) + "."
}

// recheck takes the inbox's alert away because an agent wants to try again with one message.
func (c *courier) recheck(id store.InboxID, token store.Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.page(id)
	if p.alert != nil {
		p.alert, p.doubtful = nil, true
	}
	c.vouched[token] = struct{}{}
	delete(c.tries, token)
}

// doubt has the inbox served one conversation at a time until the platform takes a message.
func (c *courier) doubt(id store.InboxID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page(id).doubtful = true
}

// taken notes that the platform took a message for the inbox. It reports whether that was in doubt, so that what was
// held may go on.
func (c *courier) taken(id store.InboxID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.page(id)
	was := p.doubtful
	p.doubtful, p.failures, p.retests, p.foreign = false, 0, 0, ""
	if p.alert != nil && !p.alert.byPolicy { // a message that was under way proves nothing against a block
		p.alert, was = nil, true
	}
	return was
}

// strange notes that something else than the platform answered. It reports whether that is the second time in a row, to
// another reply: then it is not the message's fault.
func (c *courier) strange(id store.InboxID, token store.Token) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.page(id)
	again := p.foreign != "" && p.foreign != token
	p.foreign = token
	return again
}

// familiar notes that it was the platform which answered.
func (c *courier) familiar(id store.InboxID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page(id).foreign = ""
}

// spare pauses an inbox of which the platform said, beside taking a message, that it takes no more for a while.
func (c *courier) spare(id store.InboxID) {
	u, known := c.d.usageOf(id)
	if !known || u.RegainAccess <= 0 {
		return
	}
	if left := u.At.Add(u.RegainAccess).Sub(c.d.now()); left > 0 {
		c.limited(id, messenger.ScopePage, left)
	}
}

// backoff is how long to wait before another try.
type backoff struct {
	retry  []time.Duration // after the first, second, third … failure; the last counts for all that follow
	limit  []time.Duration // the same, where the platform's limit was met without a word on how long
	dead   []time.Duration // the same, between questions whether a dead token is good again
	echo   time.Duration   // at least, after a gateway's answer: an echo would tell meanwhile that the message arrived
	jitter func() float64  // from 0 to 1
}

// maxTries is how often a message is sent that the platform says it did not take.
const maxTries = 5

func newBackoff() backoff {
	return backoff{
		retry:  []time.Duration{time.Second, 4 * time.Second, 15 * time.Second, time.Minute},
		limit:  []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute},
		dead:   []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute},
		echo:   10 * time.Second,
		jitter: rand.Float64,
	}
}

// afterFailure is the pause after the nth failure.
func (b backoff) afterFailure(n int) time.Duration { return b.of(b.retry, n) }

// afterLimit is the pause after the nth time a limit was met.
func (b backoff) afterLimit(n int) time.Duration { return b.of(b.limit, n) }

// afterDead is the pause before the nth question whether a dead token is good again.
func (b backoff) afterDead(n int) time.Duration { return b.of(b.dead, n) }

// afterQuestion is the pause after the nth question that the platform did not answer.
func (b backoff) afterQuestion(n int) time.Duration {
	if n <= len(b.retry) {
		return b.afterFailure(n)
	}
	return b.afterLimit(n - len(b.retry))
}

// of is the nth step, up to a fifth shorter, so that many who wait don't come back at once.
func (b backoff) of(steps []time.Duration, n int) time.Duration {
	step := steps[max(0, min(n, len(steps))-1)]
	return time.Duration(float64(step) * (1 - 0.2*b.jitter()))
}
