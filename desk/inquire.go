package desk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// Recaller asks the platform for the end of a conversation (ref. 6.2), so that a reply which may have arrived is not sent
// on a guess. A Sender that is none can't be asked; *messenger.Client is one. Asking changes nothing, whatever comes of it.
type Recaller interface {
	Talk(ctx context.Context, page, contactID string) (messenger.Talk, error)
}

const (
	// questionTime is how long the platform's answer is waited for.
	questionTime = 20 * time.Second
	// askSkew is how far the platform's clock, and its rounding, may be off from what it says of it.
	askSkew = 2 * time.Minute
	// clearTime is how long the word that a reply did not arrive is taken to hold.
	clearTime = 30 * time.Second
	// knownLines is how many lines of a thread are looked through for what we know of.
	knownLines = 200
)

// clearance is the platform's word that a reply had not arrived by any attempt up to the nth.
type clearance struct {
	n  int
	at time.Time
}

// fate is what the platform says of a reply that may have arrived.
type fate int

const (
	fateUnclear fate = iota // nobody can tell but its echo or a person
	fateWait                // it can't be asked now
	fateStopped             // nothing can be asked for the inbox until a person does something
	fateArrived
	fateNot // it is not there
)

// mustAsk reports whether the platform is to be asked for a reply before anything else is done about it.
func (c *courier) mustAsk(ctx context.Context, m store.Message) (bool, error) {
	doubtful, err := c.doubtful(ctx, m)
	return doubtful && !c.cleared(m), err
}

// cleared reports whether the platform has just said that the reply did not arrive.
func (c *courier) cleared(m store.Message) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	word, ok := c.clear[m.Token]
	return ok && word.n == m.Attempts && c.d.now().Sub(word.at) < clearTime
}

// inquire asks the platform whether a reply that a gateway answered has arrived, and settles it by what it says: it is
// sent again, by the next step, only where the platform shows the conversation without it. Nobody's lock is held while
// the platform is asked, so that the reply can be cancelled meanwhile.
func (c *courier) inquire(ctx, requests context.Context, conv store.Conversation, m store.Message, kept store.Reply) (pause, error) {
	talk, askErr := c.ask(requests, conv, m)
	if requests.Err() != nil {
		return pause{watch: true}, nil // the next start asks
	}
	if err := c.d.feed.Wait(ctx, c.d.log.Head()); err != nil { // its echo may have come in the meantime
		return pause{}, err
	}
	release, err := c.d.locks.take(ctx, conv.ID)
	if err != nil {
		return pause{}, err
	}
	defer release()
	now, err := c.d.views.Message(ctx, conv.ID, m.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && (now.State != m.State || now.Attempts != m.Attempts) {
		return pause{}, nil // it is settled already, or an agent has decided
	}
	if err != nil {
		return pause{}, err
	}
	var what fate
	var mid string
	if askErr != nil {
		what = c.askFailed(conv.Inbox, askErr)
	} else if what, mid, err = c.fateOf(ctx, conv, m, kept, talk); err != nil {
		return pause{}, err
	}
	return c.decide(requests, m, what, mid, askErr)
}

// ask is the question itself.
func (c *courier) ask(requests context.Context, conv store.Conversation, m store.Message) (messenger.Talk, error) {
	w, refusal := c.d.routeTo(conv.Inbox, m.Recipient)
	if refusal != nil {
		return messenger.Talk{}, refusal
	}
	platform, ok := w.sender.(Recaller)
	who := m.Recipient
	if who.Kind == store.ContactUserRef { // conversations are asked for by the id of a person
		who = conv.Contact
	}
	if !ok || who.Kind == store.ContactUserRef {
		return messenger.Talk{}, errCannotAsk
	}
	ctx, cancel := context.WithTimeout(requests, questionTime)
	defer cancel()
	began := c.d.now()
	talk, err := platform.Talk(ctx, string(conv.Inbox), who.ID)
	c.d.logger.Debug("asked whether a reply arrived", logConversation, string(conv.ID), logAttempt, m.Attempts,
		logTook, c.d.now().Sub(began), logClass, failureClass(err))
	return talk, err
}

// errCannotAsk says that the platform can't be asked for this conversation at all.
var errCannotAsk = &Refusal{Reason: "The platform cannot be asked for this conversation."}

// askFailed judges a question that got no answer. A refusal is final; what is wrong on the way or at the platform passes.
func (c *courier) askFailed(id store.InboxID, err error) fate {
	var api *messenger.APIError
	var transport *messenger.TransportError
	v := messenger.Judge(err)
	switch {
	case errors.As(err, &transport):
		return fateWait
	case !errors.As(err, &api):
		return fateUnclear
	case v.Retry == messenger.RetryWait:
		c.limited(id, v.Scope, api.RetryAfter)
		return fateWait
	case api.Code == 0 && (api.HTTPStatus < 400 || api.HTTPStatus == 408 || api.HTTPStatus >= 500), // not the platform's own word
		api.Transient, v.Retry == messenger.RetryBackoff, v.Retry == messenger.RetryUnclear:
		return fateWait
	case deadToken(api.Code):
		c.stop(id, *sendError(v, err))
		return fateStopped
	}
	return fateUnclear
}

// fateOf looks for the reply among what the platform shows: a message of the page, said at the first attempt or later, of
// which no record of ours tells.
func (c *courier) fateOf(ctx context.Context, conv store.Conversation, m store.Message, kept store.Reply, talk messenger.Talk) (fate, string, error) {
	known, err := c.knownMIDs(ctx, conv.ID)
	if err != nil || !talk.Known {
		return fateUnclear, "", err
	}
	since, err := c.firstTried(ctx, m)
	if err != nil {
		return fateUnclear, "", err
	}
	if !talk.Now.IsZero() { // from our clock to the platform's
		since = since.Add(talk.Now.Sub(c.d.now()))
	}
	since = since.Add(-askSkew)

	whole := !talk.More // whether all since then was shown
	strangers, fits := 0, []string{}
	for _, s := range talk.Messages {
		if !s.At.IsZero() && s.At.Before(since) {
			whole = true
			continue
		}
		if s.From == m.Recipient.ID || s.From == conv.Contact.ID || known[bareMID(s.MID)] {
			continue
		}
		strangers++
		if s.From == string(conv.Inbox) && s.MID != "" && says(s, kept.Message) {
			fits = append(fits, s.MID)
		}
	}
	switch {
	case strangers == 0 && whole:
		return fateNot, "", nil
	case len(fits) != 1:
		return fateUnclear, "", nil
	}
	twin, err := c.hasTwin(ctx, conv, m)
	if err != nil || twin {
		return fateUnclear, "", err
	}
	return fateArrived, fits[0], nil
}

// decide keeps what was found out.
func (c *courier) decide(requests context.Context, m store.Message, what fate, mid string, askErr error) (pause, error) {
	r := store.Result{Token: m.Token, Conversation: m.Conversation, N: m.Attempts}
	switch what {
	case fateStopped:
		return pause{}, nil // the next step holds it
	case fateArrived:
		r.Outcome, r.MID = store.OutcomeSent, mid
	case fateNot:
		tries, more := c.clearFor(m)
		if more {
			return pause{}, nil // and now it may be sent
		}
		r.Outcome = store.OutcomeFailed
		r.Error = sendError(messenger.Judge(&messenger.APIError{HTTPStatus: http.StatusBadGateway}), nil)
		r.Error.Advice = triedInVain(tries)
	case fateWait:
		c.mu.Lock()
		c.asks[m.Token]++
		r.RetryAt = store.MillisOf(c.d.now().Add(c.back.afterQuestion(c.asks[m.Token])))
		c.mu.Unlock()
		r.Outcome, r.Doubt = store.OutcomeRetry, true
		r.Error = &store.SendError{
			Text:   "Something on the way to the platform failed, so this message may have arrived.",
			Advice: "The platform is asked whether it is there before it is sent again; so far it could not be asked.",
		}
		if status, trace, body := messenger.Answered(askErr); status != 0 {
			r.Status, r.Trace, r.Answer = status, trace, body
		}
	default:
		r.Outcome = store.OutcomeUnknown
		r.Error = &store.SendError{
			Text:   "Something on the way to the platform failed, and the platform cannot tell whether this message arrived.",
			Advice: "Look in the customer's chat before sending it again; its echo still settles it.",
		}
	}
	if what != fateWait {
		c.forget(m.Token)
	}
	seq, err := c.keepResult(requests, r)
	return pause{after: seq}, err
}

// clearFor notes that the reply did not arrive by what was tried so far. It reports how often that was, and whether it may
// be tried once more.
func (c *courier) clearFor(m store.Message) (tries int, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.asks, m.Token)
	if c.tries[m.Token] == 0 {
		c.tries[m.Token] = m.Attempts // made before the start
	}
	c.clear[m.Token] = clearance{n: m.Attempts, at: c.d.now()}
	return c.tries[m.Token], c.tries[m.Token] < maxTries
}

// knownMIDs are the mids, bare, of the newest lines of a thread.
func (c *courier) knownMIDs(ctx context.Context, id store.ConversationID) (map[string]bool, error) {
	lines, err := c.d.views.Thread(ctx, store.ThreadRequest{Conversation: id, Limit: knownLines})
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, m := range lines.Messages {
		known[bareMID(m.MID)] = m.MID != ""
	}
	return known, nil
}

// hasTwin reports whether another reply of the conversation that may have arrived too says the same.
func (c *courier) hasTwin(ctx context.Context, conv store.Conversation, m store.Message) (bool, error) {
	for _, token := range conv.Outbox {
		if token == m.Token {
			continue
		}
		other, err := c.d.views.Message(ctx, conv.ID, store.ReplyID(token))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		if other.MayHaveArrived() && other.Kind == m.Kind && other.Text == m.Text {
			return true, nil
		}
	}
	return false, nil
}

// says reports whether the platform's message is what a reply says: the same words, or a file or template of its kind.
func says(s messenger.Spoken, m messenger.OutMessage) bool {
	same := func(a, b string) bool {
		flat := strings.NewReplacer("\r\n", "\n", "\r", "\n")
		return strings.TrimSpace(flat.Replace(a)) == strings.TrimSpace(flat.Replace(b))
	}
	a := m.Attachment
	if a == nil {
		return len(s.Parts) == 0 && same(s.Text, m.Text)
	}
	if len(s.Parts) == 0 {
		return false
	}
	part := s.Parts[0]
	switch a.Type {
	case messenger.TypeImage, messenger.TypeVideo:
		return len(s.Parts) == 1 && part.Type == a.Type
	case "template":
		title := a.Payload.Text
		if len(a.Payload.Elements) > 0 {
			title = a.Payload.Elements[0].Title
		}
		return part.Type == "template" && (same(part.Title, title) || part.Title == "" && same(s.Text, title))
	}
	return len(s.Parts) == 1 && part.Type == messenger.TypeFile
}
