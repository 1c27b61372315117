package desk

import (
	"context"
	"errors"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	// profileBatch is how many conversations without a name are looked through for one that can be asked about.
	profileBatch = 256
	// profileFew are looked through first: mostly the newest can be asked about, and to read many rows for each of
	// thousands of new contacts is work for nothing.
	profileFew = 4
	// profilePace is the pause between two questions, so that names never stand in the way of replies.
	profilePace = 200 * time.Millisecond
	// profileTime is how long one question may take.
	profileTime = 20 * time.Second
	// usageLimit is the share of the platform's limits, in percent, above which nobody is asked about (ref. 3.11).
	usageLimit = 80
	// usagePause is how long a page above it is left alone.
	usagePause = 5 * time.Minute
)

// profiles asks for the names of pages and contacts, one at a time, newest conversations first.
type profiles struct {
	d        *Desk
	till     map[store.InboxID]time.Time // the inbox's platform is left alone until then
	failures map[store.InboxID]int
	named    map[store.InboxID]bool // the page's own name was given, or refused
	back     backoff
}

func newProfiles(d *Desk) *profiles {
	return &profiles{d: d, till: map[store.InboxID]time.Time{}, failures: map[store.InboxID]int{}, named: map[store.InboxID]bool{}, back: d.courier.back}
}

func (p *profiles) run(ctx context.Context) error {
	moves, stop := p.d.feed.Subscribe()
	defer stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-moves:
		case <-timer.C:
		}
		for {
			asked, err := p.next(ctx)
			if err != nil && ctx.Err() == nil {
				p.d.logger.Error("ask for names", logError, err)
			}
			if !asked || err != nil {
				break
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(profilePace):
			}
		}
		select { // on a busy desk news come faster than names need to
		case <-ctx.Done():
			return nil
		case <-time.After(profilePace):
		}
		timer.Reset(p.rest())
	}
}

// rest is how long until an inbox that is left alone may be asked again.
func (p *profiles) rest() time.Duration {
	rest := time.Hour
	now := p.d.now()
	for _, till := range p.till {
		if till.After(now) {
			rest = min(rest, till.Sub(now))
		}
	}
	return max(rest, time.Millisecond)
}

// next asks about a page without a name, or about the newest contact that can be asked about. It reports whether there
// was one.
func (p *profiles) next(ctx context.Context) (bool, error) {
	if asked, err := p.nextPage(ctx); asked || err != nil {
		return asked, err
	}
	asked, all, err := p.nextOf(ctx, profileFew)
	if !asked && !all && err == nil {
		asked, _, err = p.nextOf(ctx, profileBatch)
	}
	return asked, err
}

// nextOf asks about the newest of n contacts that can be asked about, and reports whether there was one, and whether these
// were all.
func (p *profiles) nextOf(ctx context.Context, n int) (asked, all bool, err error) {
	nameless, err := p.d.views.Nameless(ctx, n)
	if err != nil {
		return false, false, err
	}
	for _, c := range nameless {
		if reason := nobody(c); reason != "" {
			return true, false, p.keep(ctx, store.Profile{Conversation: c.ID, Reason: reason})
		}
		inbox := p.d.inboxes[c.Inbox]
		asker := inbox.Profiler
		if inbox.Inbox.Plugin != isVisitor(c.Contact) { // nobody is asked about the other platform's people
			asker = nil
		}
		if asker == nil || p.rests(c.Inbox, asker) {
			continue
		}
		return true, false, p.ask(ctx, asker, c)
	}
	return false, len(nameless) < n, nil
}

// rests reports whether the inbox's platform is left alone for now.
func (p *profiles) rests(id store.InboxID, asker Profiler) bool {
	if p.d.courier.tokenDead(id) {
		return true
	}
	now := p.d.now()
	if asker != nil && asker.Usage().Highest() > usageLimit && now.Sub(asker.Usage().At) < usagePause && !p.till[id].After(now) {
		p.till[id] = now.Add(usagePause)
	}
	return p.till[id].After(now)
}

// nobody says why the platform has no profile for the contact; empty when it may have one (ref. 6.1).
func nobody(c store.Conversation) string {
	switch {
	case c.Contact.Kind == store.ContactUserRef:
		return "the contact is known by a user_ref only"
	case c.Contact.Kind == store.ContactPSID && !messenger.IsVisitor(c.Contact.ID) && c.Touch.Guest:
		return "the contact is a guest"
	}
	return ""
}

// ask asks for one profile and keeps the answer. No answer is not kept: the inbox is asked again later.
func (p *profiles) ask(ctx context.Context, asker Profiler, c store.Conversation) error {
	asking, cancel := context.WithTimeout(ctx, profileTime)
	defer cancel()
	profile, err := asker.Profile(asking, c.Contact.ID)
	if err == nil {
		p.failures[c.Inbox] = 0
		kept := store.Profile{Conversation: c.ID, Name: profile.DisplayName(), Locale: profile.Locale, PictureURL: profile.PictureURL}
		if kept.Name == "" {
			kept.Reason = "the platform gave no name"
		}
		return p.keep(ctx, kept)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if p.refused(c.Inbox, err) {
		return p.keep(ctx, store.Profile{Conversation: c.ID, Reason: messenger.Judge(err).Sentence})
	}
	return nil
}

// refused reports whether err is the platform's answer to the question itself. Else it concerns all that the inbox would
// ask, which is left alone for a while.
func (p *profiles) refused(id store.InboxID, err error) bool {
	v := messenger.Judge(err)
	var api *messenger.APIError
	if errors.As(err, &api) && v.Retry == messenger.RetryNever && api.Code != 0 && !tokenFault(api) {
		p.failures[id] = 0
		return true
	}
	p.failures[id]++
	wait := p.back.afterFailure(p.failures[id])
	switch {
	case api == nil:
	case v.Retry == messenger.RetryWait:
		wait = max(api.RetryAfter, p.back.afterLimit(p.failures[id]))
	case v.Retry == messenger.RetryNever:
		wait = time.Hour // a dead token, or not the platform: only a person mends that
	}
	p.till[id] = p.d.now().Add(wait)
	p.d.logger.Info("no names for now", logInbox, string(id), logError, err)
	return false
}

// tokenFault reports whether the refusal says nothing about the contact, because the token is no good.
func tokenFault(e *messenger.APIError) bool { return deadToken(e.Code) }

// keep appends a profile record and waits until the views show it, so that nobody is asked about twice.
func (p *profiles) keep(ctx context.Context, profile store.Profile) error {
	seq, _, err := p.d.append(ctx, profile)
	if err != nil {
		return err
	}
	return p.d.feed.Wait(ctx, seq)
}
