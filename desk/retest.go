package desk

import (
	"context"
	"errors"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// A token that died may become good again as it is: an account's check is passed, a permission given back. So the platform
// is asked for the page's name from time to time while the inbox is stopped. Nothing is sent until it has answered.

// retestGap is how long agents who look wait at least between two questions.
const retestGap = 10 * time.Second

// Retest has the platform asked at once whether a dead token is good again, for every inbox that is stopped because of one.
// It does not wait for the answer, which State tells.
func (d *Desk) Retest(context.Context) error {
	d.courier.retestSoon()
	return nil
}

// retestSoon makes every question about a dead token due.
func (c *courier) retestSoon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.d.now()
	for id, p := range c.pages {
		if c.retestable(id, p) && !p.alert.asking {
			soon := p.alert.asked.Add(retestGap)
			if soon.Before(now) {
				soon = now
			}
			if soon.Before(p.alert.next) {
				p.alert.next = soon
			}
		}
	}
	c.poke()
}

// retestable reports whether the inbox is stopped by a dead token, and somebody can be asked about it. The caller holds
// the lock.
func (c *courier) retestable(id store.InboxID, p *page) bool {
	return p.alert != nil && !p.alert.byPolicy && deadToken(p.alert.reason.Code) && c.d.inboxes[id].Namer != nil
}

// retest asks for every inbox whose question is due, and returns how long until the next one is.
func (c *courier) retest(ctx, requests context.Context) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.d.now()
	next := now.Add(time.Hour)
	for id, p := range c.pages {
		if !c.retestable(id, p) || p.alert.asking {
			continue
		}
		s := p.alert
		if s.next.After(now) {
			if s.next.Before(next) {
				next = s.next
			}
			continue
		}
		s.asking = true
		p.retests++
		c.workers.Go(func() { c.askAgain(ctx, requests, id, s) })
	}
	return max(next.Sub(now), time.Millisecond)
}

// askAgain asks the platform for the page's name, and lifts the stop when the token is good.
func (c *courier) askAgain(ctx, requests context.Context, id store.InboxID, s *stop) {
	defer c.poke()
	good := false
	err := c.d.guard("retest", func() error {
		asking, cancel := context.WithTimeout(requests, profileTime)
		defer cancel()
		name, err := c.d.inboxes[id].Namer.PageName(asking, string(id))
		if name != "" {
			c.d.names.set(id, name)
		}
		good = tokenTaken(err)
		return nil
	})
	if !c.retested(id, s, good && err == nil) {
		return
	}
	c.d.logger.Info("the token is good again", logInbox, string(id))
	if err := c.sweep(ctx); err != nil && ctx.Err() == nil {
		c.d.logger.Error("look for what was held", logInbox, string(id), logError, err)
	}
}

// retested takes in the answer, and reports whether it lifts the stop.
func (c *courier) retested(id store.InboxID, s *stop, good bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, now := c.page(id), c.d.now()
	s.asking, s.asked = false, now
	s.next = now.Add(c.back.afterDead(p.retests + 1))
	if !good || p.alert != s { // an agent was faster, or the platform has blocked the page since
		return false
	}
	p.alert, p.doubtful = nil, true
	return true
}

// tokenTaken reports whether an answer shows that the platform knows the token: it tells the name, or says that this token
// may not have it.
func tokenTaken(err error) bool {
	var api *messenger.APIError
	if !errors.As(err, &api) {
		return err == nil
	}
	return api.Code == 10 || api.Code >= 200 && api.Code < 300
}
