package desk

import (
	"errors"
	"fmt"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// judge fills in what a failed attempt means, and pauses or stops what the failure concerns. It reports whether the
// answer proves that the inbox can send, though it did not send this.
func (c *courier) judge(r *store.Result, s shot, err error) (proven bool) {
	v := messenger.Judge(err)
	r.Error = sendError(v, err)
	if !notReached(err) && v.Retry != messenger.RetryWait {
		c.reached(s.conv.Inbox)
	}
	if !v.Foreign && r.Error.Code != 0 {
		c.familiar(s.conv.Inbox)
	}
	if r.Error.Subcode == unknownFile {
		c.forgetFile(s.reply.Token)
	}
	switch {
	case v.Retry == messenger.RetryUnclear:
		r.Outcome = store.OutcomeUnknown
	case notReached(err):
		retry(r, c.unreachable(s.conv.Inbox))
	case v.Retry == messenger.RetryWait:
		retry(r, c.limited(s.conv.Inbox, v.Scope, retryAfter(err)))
	case v.Retry == messenger.RetryBackoff:
		c.again(r, s.reply, maxTries, c.echoTime(s, err))
	case v.Retry == messenger.RetryOnce:
		c.again(r, s.reply, 2, 0)
	case s.tag == messenger.TagHumanAgent && permissionLike(err):
		r.Outcome = store.OutcomeFailed
		r.Error.Text = "The app has no Human Agent feature, so this text could not be sent after 24 hours."
		r.Error.Advice = "Ask the platform for the feature, or wait until the customer writes."
	case v.Foreign && !c.strange(s.conv.Inbox, s.reply.Token):
		r.Outcome = store.OutcomeFailed // of this message alone, perhaps
	case stopsInbox(v, err):
		r.Outcome = store.OutcomeHeld
		r.Error.Retry = true
		c.stop(s.conv.Inbox, *r.Error)
	default:
		r.Outcome = store.OutcomeFailed
		if r.Error.Subcode == nobodyThere && isGuest(s.conv, s.reply.Recipient) {
			r.Error.Text = "The website visitor has left: a guest can be written to for 24 hours at most, and no longer than the chat is open."
			r.Error.Advice = "Nothing more can be sent to this visitor, who comes back as another contact."
		}
		c.explain(r.Error, s)
		return r.Error.Code != 0
	}
	return false
}

// nobodyThere is the subcode that says that the page has no such contact, or that a guest's session has ended (ref. 4.2).
const nobodyThere = 2018001

// explain words a refusal by what we know and the platform does not say.
func (c *courier) explain(e *store.SendError, s shot) {
	w := store.Window(s.conv, store.MillisOf(c.d.now()))
	switch {
	case e.Subcode == notAvailable && !w.Open && !w.Unknown:
		e.Text = "More than 24 hours have passed since the customer wrote."
		e.Advice = "Wait until the customer writes."
	case windowRefused(e) && s.tag == messenger.TagHumanAgent:
		e.Text = "More than 24 hours have passed since the customer wrote, and the platform does not take this text as a human agent's."
		e.Advice = "Check that the app has the Human Agent feature, or wait until the customer writes."
	}
}

// windowRefused reports whether the platform says that the window is closed (ref. 4.2).
func windowRefused(e *store.SendError) bool {
	return e.Subcode == 2018278 || e.Subcode == 2018065 || e.Subcode == 2534022
}

// notAvailable is the subcode that says that a person can't be reached, or that the window is closed (ref. 4.2).
const notAvailable = 1545041

// sendError is a verdict in the store's words.
func sendError(v messenger.Verdict, err error) *store.SendError {
	e := &store.SendError{Text: v.Sentence, Advice: v.Advice, Retry: v.Retry != messenger.RetryUnclear}
	if v.Detail != "" {
		e.Text += " The platform says: " + v.Detail
	}
	var api *messenger.APIError
	if errors.As(err, &api) {
		e.Code, e.Subcode = api.Code, api.Subcode
	}
	return e
}

// notReached reports whether no byte of the request was written.
func notReached(err error) bool {
	var t *messenger.TransportError
	return errors.As(err, &t) && !t.Reached
}

func retryAfter(err error) time.Duration {
	var api *messenger.APIError
	if errors.As(err, &api) {
		return api.RetryAfter
	}
	return 0
}

// permissionLike reports whether a refusal may mean that the app lacks a feature (ref. 4.2). One with a subcode means what
// that says.
func permissionLike(err error) bool {
	var api *messenger.APIError
	if !errors.As(err, &api) || api.Subcode != 0 {
		return false
	}
	switch api.Code {
	case 10, 100, 200, 230:
		return true
	}
	return false
}

// stopsInbox reports whether a failure concerns all that the inbox would send. An app that is not approved yet does
// not: it may write to those who have a role on it.
func stopsInbox(v messenger.Verdict, err error) bool {
	if v.Scope == messenger.ScopePage {
		return true
	}
	var api *messenger.APIError
	return v.Scope == messenger.ScopeApp && errors.As(err, &api) && api.Code == 0
}

func retry(r *store.Result, at time.Time) {
	r.Outcome, r.RetryAt = store.OutcomeRetry, store.MillisOf(at)
}

// echoTime is how long an echo is waited for before the message is sent again. What answered a server's status without
// the platform's own error was something on the way to it (ref. 4.2), which may have passed the message on all the same.
func (c *courier) echoTime(s shot, err error) time.Duration {
	var api *messenger.APIError
	if !s.file && errors.As(err, &api) && byGateway(api.HTTPStatus, api.Code) {
		return c.back.echo
	}
	return 0
}

// again has the message sent once more after at least a time, up to most times in all. What may have arrived is asked for
// then, also after the last time.
func (c *courier) again(r *store.Result, m store.Message, most int, least time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.tries[m.Token]; !known && m.Error != nil && m.Error.Code != 0 && m.RetryAt != 0 {
		c.tries[m.Token] = m.Attempts // made before the start
	}
	c.tries[m.Token]++
	n := c.tries[m.Token]
	if least > 0 { // it may have arrived: until the platform has said that it has not, repeating is not safe
		r.Error.Retry, r.Doubt = false, true
		r.Error.Advice = "Its echo is waited for, and then the platform is asked whether it is there, before it is sent again."
	} else if n >= most {
		r.Outcome = store.OutcomeFailed
		if most == maxTries {
			r.Error.Advice = triedInVain(n)
		}
		return
	}
	pause := c.back.afterFailure(n)
	if n >= most {
		pause = 0
	}
	retry(r, c.d.now().Add(max(least, pause)))
}

// triedInVain is the advice about a message that was tried as often as it may be.
func triedInVain(times int) string {
	return fmt.Sprintf("It was tried %d times. The customer may have blocked the page; send it again later.", times)
}

// unreachable pauses an inbox whose platform can't be reached, and returns until when. Requests that fail together
// count as one failure.
func (c *courier) unreachable(id store.InboxID) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.page(id)
	if now := c.d.now(); !p.till.After(now) {
		p.failures++
		p.till, p.lost = now.Add(c.back.afterFailure(p.failures)), true
	}
	return p.till
}

// reached notes that the inbox's platform is there.
func (c *courier) reached(id store.InboxID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page(id).failures = 0
}

// limited pauses what a limit of the platform concerns, and returns until when.
func (c *courier) limited(id store.InboxID, scope messenger.Scope, wait time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, now := c.page(id), c.d.now()
	if wait <= 0 {
		if p.till.After(now) {
			return p.till
		}
		p.failures++
		wait = c.back.afterLimit(p.failures)
	}
	till := now.Add(wait)
	if scope == messenger.ScopeApp && !c.d.inboxes[id].Inbox.Plugin {
		if till.After(c.appTill) {
			c.appTill = till
		}
		return c.appTill
	}
	if till.After(p.till) {
		p.till, p.lost = till, false
	}
	return p.till
}

// stop ends sending for an inbox until an agent or a new start tries again.
func (c *courier) stop(id store.InboxID, reason store.SendError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.page(id)
	p.alert = &stop{reason: reason, next: c.d.now().Add(c.back.afterDead(p.retests + 1))}
	c.d.logger.Warn("sending is stopped", logInbox, string(id), logCode, reason.Code, logSubcode, reason.Subcode)
}

// tokenDead reports whether nothing is sent for an inbox because its token is good for nothing any more: no other call
// is worth making either (ref. 4.2).
func (c *courier) tokenDead(id store.InboxID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.pages[id]
	return p != nil && p.alert != nil && !p.alert.byPolicy && deadToken(p.alert.reason.Code)
}

// deadToken reports whether a code is one of a token that is good for nothing.
func deadToken(code int) bool { return code == 102 || code == 190 }
