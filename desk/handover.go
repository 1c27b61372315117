package desk

import (
	"context"
	"errors"

	"frontdesk/desk/media"
	"frontdesk/messenger"
	"frontdesk/store"
)

// What the platform says of files by subcode (ref. 4.2).
const (
	unknownFile = 2018074 // it does not keep the file under that id, or no more
	notFetched  = 2018008 // it could not fetch the file from its address
)

// byBytes reports whether the file behind the reply's address is handed over by its bytes: the platform could not fetch it.
func (c *courier) byBytes(m store.Message, kept store.Reply) bool {
	a := kept.Message.Attachment
	return m.Error != nil && m.Error.Subcode == notFetched && a != nil && a.Payload.URL != "" && c.d.o.Gather != nil && c.d.o.Files != nil
}

// carried is the id under which the platform keeps the file of a reply; empty while that is not known.
func (c *courier) carried(token store.Token) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.files[token]
}

// forgetFile has the file of a reply handed over once more before the next try.
func (c *courier) forgetFile(token store.Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.files, token)
}

// handOver has the platform keep the file that a reply carries. The reply itself is sent by the next step; the contact
// sees nothing of this one, so it may be repeated.
func (c *courier) handOver(requests context.Context, conv store.Conversation, m store.Message, kept store.Reply) (pause, error) {
	if c.d.o.Files == nil {
		return c.hold(requests, m, store.SendError{
			Text: "Files cannot be sent from here: nothing is set up to hand them over.", Advice: "Cancel it, or send an address of the file instead.",
		})
	}
	fresh := m.Error != nil && m.Error.Subcode == unknownFile
	id, err := c.d.o.Files.Carry(requests, kept, fresh)
	if err != nil {
		return c.notHandedOver(requests, shot{conv: conv, reply: m, n: m.Attempts, file: true}, err)
	}
	c.mu.Lock()
	c.files[m.Token] = id
	c.mu.Unlock()
	return pause{}, nil
}

// notHandedOver keeps what a hand-over that failed means for the reply, of which nothing was sent.
func (c *courier) notHandedOver(requests context.Context, s shot, failure error) (pause, error) {
	select {
	case <-requests.Done(): // the desk ends; the next start begins again
		return pause{watch: true}, nil
	default:
	}
	m := s.reply
	r := store.Result{Token: m.Token, Conversation: s.conv.ID, N: s.n}
	if reason, passes := noFile(failure); reason != nil {
		if r.Error, r.Outcome = reason, store.OutcomeFailed; passes {
			c.again(&r, m, maxTries, 0)
		}
	} else {
		c.judge(&r, s, failure)
		c.nothingSent(&r, m, messenger.Judge(failure))
	}
	if m.Error != nil && m.Error.Subcode == notFetched && r.Outcome == store.OutcomeRetry {
		r.Error.Subcode = notFetched // by its bytes the next time too: byBytes goes by it
	}
	if r.Outcome != store.OutcomeRetry {
		c.forget(m.Token)
	}
	seq, err := c.keepResult(requests, r)
	if err != nil {
		return pause{watch: true}, err
	}
	return pause{after: seq}, nil
}

// nothingSent words anew what is the file's failure alone: no customer has to do with it, and nothing can have arrived.
func (c *courier) nothingSent(r *store.Result, m store.Message, v messenger.Verdict) {
	switch v.Retry {
	case messenger.RetryUnclear:
		r.Error.Text = "The file was not handed over: the connection broke."
	case messenger.RetryBackoff:
		r.Error.Text = "The platform could not take the file at the moment."
		if v.Detail != "" {
			r.Error.Text += " The platform says: " + v.Detail
		}
	default:
		return
	}
	r.Error.Advice, r.Error.Retry = "", true
	if r.Outcome == store.OutcomeUnknown {
		c.again(r, m, maxTries, 0)
	}
	if r.Outcome == store.OutcomeFailed {
		r.Error.Advice = "It was tried several times; send it again later."
	}
}

// noFile says what keeps a file from being handed over, where that is nothing of the platform's, and whether it passes by
// itself. It is nil for all else.
func noFile(failure error) (reason *store.SendError, passes bool) {
	var refusal *Refusal
	var fault *media.Fault
	switch {
	case errors.As(failure, &refusal):
		return &store.SendError{Text: refusal.Reason, Advice: refusal.Advice, Retry: true}, false
	case errors.As(failure, &fault):
		return &store.SendError{
			Retry: true, Advice: "Check the address, or attach the file itself.",
			Text: "The platform could not fetch the file from its address, and neither could frontdesk. " + fault.Reason,
		}, fault.Passing
	case errors.Is(failure, store.ErrNotFound):
		return &store.SendError{Text: "The file of this message is not kept any more.", Advice: "Attach it again.", Retry: true}, false
	}
	return nil, false
}
