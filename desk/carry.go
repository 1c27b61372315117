package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// step does the next thing for a conversation: it makes one attempt, or holds one reply, or finds nothing to do.
func (c *courier) step(ctx, requests context.Context, id store.ConversationID) (pause, error) {
	release, err := c.d.locks.take(ctx, id)
	if err != nil {
		return pause{}, err
	}
	held := true
	defer func() {
		if held {
			release()
		}
	}()
	conv, m, next, err := c.turn(ctx, id)
	if err != nil || m.Token == "" {
		return next, err
	}
	kept, err := c.d.replyOf(ctx, m)
	if errors.Is(err, errNoRecord) {
		return c.hold(ctx, m, store.SendError{Text: "What was kept of this message cannot be read.", Advice: "Cancel it and write it again."})
	}
	if err != nil {
		return pause{}, err
	}
	if err := c.heed(ctx); err != nil {
		return pause{}, err
	}
	if asks, err := c.mustAsk(ctx, m); err != nil {
		return pause{}, err
	} else if asks {
		if reason := c.stopped(conv.Inbox, m.Recipient); reason != nil {
			reason.Advice = strings.TrimSpace(reason.Advice + " This message may have arrived; the platform is asked before it is sent again.")
			return c.hold(ctx, m, *reason)
		}
		release()
		held = false
		return c.inquire(ctx, requests, conv, m, kept)
	}
	w, reason := c.ready(conv, m, kept)
	if reason != nil {
		return c.hold(ctx, m, *reason)
	}
	attachment := c.carried(m.Token)
	if attachment == "" && (kept.File != nil || c.byBytes(m, kept)) { // it may take minutes, in which the reply can be cancelled
		release()
		held = false
		return c.handOver(requests, conv, m, kept)
	}
	if err := c.pace(ctx, conv.Inbox, kept.Message); err != nil {
		return pause{}, err
	}
	// From here on the attempt is made, whatever happens to ctx.
	attempt := store.Attempt{
		Token: m.Token, Conversation: conv.ID, N: m.Attempts + 1, Type: w.kind, Tag: w.tag, AttachmentID: attachment,
	}
	req := request(kept, attempt)
	if _, _, err := c.d.append(requests, attempt); err != nil {
		return pause{}, err
	}
	release()
	held = false

	answer, sendErr := c.send(requests, w.sender, conv, attempt.N, req)
	return c.finish(requests, shot{conv: conv, reply: m, n: attempt.N, tag: req.Tag}, answer, sendErr)
}

// send makes the request, and tells whoever watches.
func (c *courier) send(requests context.Context, to Sender, conv store.Conversation, n int, req messenger.SendRequest) (messenger.SendResponse, error) {
	c.d.watch.AttemptBegan()
	began := c.d.now()
	answer, err := to.Send(requests, string(conv.Inbox), req)
	took, class := c.d.now().Sub(began), failureClass(err)
	c.d.watch.AttemptEnded(took, class)
	c.d.logger.Debug("request", logConversation, string(conv.ID), logAttempt, n, logTook, took, logClass, class)
	return answer, err
}

// shot is one attempt.
type shot struct {
	conv  store.Conversation // before it
	reply store.Message      // before it
	n     int
	tag   string // the message tag it bore
	file  bool   // it only handed a file over: nothing of it can have arrived
}

// turn finds the conversation's next reply, if there is one to send now.
func (c *courier) turn(ctx context.Context, id store.ConversationID) (store.Conversation, store.Message, pause, error) {
	for caughtUp := false; ; caughtUp = true {
		conv, err := c.d.views.Conversation(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return conv, store.Message{}, pause{done: true}, nil
		}
		if err != nil {
			return conv, store.Message{}, pause{}, err
		}
		if conv.ID != id { // one conversation has one job
			c.enqueue(conv.ID, conv.Inbox, 0)
			return conv, store.Message{}, pause{done: true}, nil
		}
		m, next, err := c.pick(ctx, conv)
		if err != nil || m.Attempts == 0 || caughtUp {
			return conv, m, next, err
		}
		// The platform said that it did not take this reply. Should its echo have come all the same, it stands in the log.
		if err := c.d.feed.Wait(ctx, c.d.log.Head()); err != nil {
			return conv, store.Message{}, pause{}, err
		}
	}
}

// pick finds the reply whose turn it is. Without one it says when to look again.
func (c *courier) pick(ctx context.Context, conv store.Conversation) (store.Message, pause, error) {
	next := pause{done: true}
	unsettled := false
	for _, token := range conv.Outbox {
		m, err := c.d.views.Message(ctx, conv.ID, store.ReplyID(token))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return store.Message{}, pause{}, err
		}
		switch m.State {
		case store.StateSending: // made by an earlier process, and settled at the start
			return store.Message{}, pause{watch: true}, nil
		case store.StateQueued:
			if at := c.d.notBefore(m); at.After(c.d.now()) {
				return store.Message{}, pause{at: at}, nil
			}
			return m, pause{}, nil
		case store.StateHeld:
			if !unsettled && resumable(m) && c.stopped(conv.Inbox, m.Recipient) == nil {
				return m, pause{}, nil
			}
			if m.HeldBy != "" { // goes on when the one before it is settled, by an echo perhaps
				next = pause{watch: true}
			}
		case store.StateFailed, store.StateUnknown:
			unsettled = true
		}
	}
	return store.Message{}, next, nil
}

// mostHeld is the longest that a reply is held so that it can be taken back, unless the desk was told to hold it longer.
const mostHeld = time.Minute

// notBefore is when a queued reply may go out. One that is held for longer than any is waits for a clock that was set back
// since: it may go at once.
func (d *Desk) notBefore(m store.Message) time.Time {
	now := d.now()
	wait := m.RetryAt.Time().Sub(now)
	if held := m.Attempts == 0 && m.Error == nil; held && wait > max(d.o.Hold, mostHeld) {
		return now
	}
	return now.Add(wait) // which goes by the clock of this process, and not by the one that people set
}

// resumable reports whether a held reply goes on by itself when what held it is over: a token was renewed, a setting
// made. What waits for a person does not.
func resumable(m store.Message) bool { return m.Error != nil && m.Error.Retry }

// stopped is why nothing can be sent to the contact for the whole inbox; nil when something can.
func (c *courier) stopped(id store.InboxID, to store.Contact) *store.SendError {
	if _, refusal := c.d.routeTo(id, to); refusal != nil {
		return &store.SendError{Text: refusal.Error(), Retry: true}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.pages[id]; p != nil && p.alert != nil {
		reason := p.alert.reason
		return &reason
	}
	return nil
}

// carriage is how a reply goes out.
type carriage struct {
	way
	permission
}

// ready says how a reply goes out now, or why it must wait.
func (c *courier) ready(conv store.Conversation, m store.Message, kept store.Reply) (carriage, *store.SendError) {
	if reason := c.stopped(conv.Inbox, m.Recipient); reason != nil {
		return carriage{}, reason
	}
	w, refusal := c.d.routeTo(conv.Inbox, m.Recipient)
	if refusal != nil {
		return carriage{}, &store.SendError{Text: refusal.Error(), Retry: true}
	}
	c.mu.Lock()
	_, vouched := c.vouched[m.Token]
	c.mu.Unlock()
	humanAgent := kept.Tag == messenger.TagHumanAgent || vouched
	allowed, refusal := permit(conv, m.Recipient, w.inbox, kept.Message, humanAgent, c.d.now())
	if refusal != nil {
		return carriage{}, &store.SendError{Text: "The window closed before this message could be sent. " + refusal.Reason, Advice: refusal.Advice}
	}
	return carriage{way: w, permission: allowed}, nil
}

// request is what an attempt asks of the platform: the same whenever it is asked for, so that it can be shown as it was.
func request(kept store.Reply, a store.Attempt) messenger.SendRequest {
	to := messenger.Recipient{ID: kept.Recipient.ID}
	if kept.Recipient.Kind == store.ContactUserRef {
		to = messenger.Recipient{UserRef: kept.Recipient.ID}
	}
	if a.AttachmentID != "" && kept.Message.Attachment != nil {
		kept.Message.Attachment = &messenger.OutAttachment{
			Type: kept.Message.Attachment.Type, Payload: messenger.OutPayload{AttachmentID: a.AttachmentID},
		}
	}
	req := messenger.SendRequest{Recipient: to, MessagingType: a.Type, Tag: a.Tag, Message: &kept.Message}
	if kept.ReplyTo != "" {
		req.ReplyTo = &messenger.ReplyTo{MID: kept.ReplyTo}
	}
	return req
}

// pace waits until the page may send another message.
func (c *courier) pace(ctx context.Context, id store.InboxID, m messenger.OutMessage) error {
	c.mu.Lock()
	p := c.page(id)
	limiter := p.text
	if m.Attachment != nil && (m.Attachment.Type == "audio" || m.Attachment.Type == "video") {
		limiter = p.media
	}
	c.mu.Unlock()
	return limiter.Wait(ctx)
}

// hold notes why a reply waits.
func (c *courier) hold(ctx context.Context, m store.Message, reason store.SendError) (pause, error) {
	seq, err := c.result(ctx, store.Result{
		Token: m.Token, Conversation: m.Conversation, N: m.Attempts, Outcome: store.OutcomeHeld, Error: &reason,
	})
	return pause{after: seq}, err
}

// result appends a result record.
func (c *courier) result(ctx context.Context, r store.Result) (store.Seq, error) {
	seq, _, err := c.d.append(ctx, r)
	if err != nil {
		return 0, fmt.Errorf("keep the result of attempt %d of %s: %w", r.N, r.Conversation, err)
	}
	args := []any{logConversation, string(r.Conversation), logAttempt, r.N, logOutcome, string(r.Outcome)}
	if r.Error != nil {
		args = append(args, logCode, r.Error.Code, logSubcode, r.Error.Subcode)
	}
	c.d.logger.Info("reply", args...)
	c.d.watch.ReplyNoted(string(r.Outcome))
	return seq, nil
}

// finish keeps what an attempt led to. When the desk ended before the answer came, the attempt stays without a result,
// and the next start calls it unknown.
func (c *courier) finish(requests context.Context, s shot, answer messenger.SendResponse, sendErr error) (pause, error) {
	if sendErr != nil && requests.Err() != nil && !notReached(sendErr) {
		return pause{watch: true}, nil
	}
	r := store.Result{
		Token: s.reply.Token, Conversation: s.conv.ID, N: s.n, Outcome: store.OutcomeSent, MID: answer.MessageID,
		Status: answer.Status, Answer: answer.Answer,
	}
	if sendErr == nil && answer.MessageID == "" {
		sendErr = messenger.ErrUnclearAnswer
	}
	proven := sendErr == nil
	if sendErr != nil {
		if status, trace, body := messenger.Answered(sendErr); status != 0 {
			r.Status, r.Trace, r.Answer = status, trace, body
		}
		proven = c.judge(&r, s, sendErr)
	}
	if r.Outcome != store.OutcomeRetry {
		c.forget(s.reply.Token)
	}
	if proven {
		c.spare(s.conv.Inbox)
	}
	resume := proven && c.taken(s.conv.Inbox)
	seq, err := c.keepResult(requests, r)
	if err != nil {
		return pause{watch: true}, err
	}
	if resume {
		if err := c.sweep(requests); err != nil {
			return pause{}, err
		}
	}
	return pause{after: seq}, nil
}

// keepResult appends a result. While the log is full it tries again until the desk ends: without its result the reply
// would be unknown.
func (c *courier) keepResult(requests context.Context, r store.Result) (store.Seq, error) {
	for {
		seq, err := c.resultInTime(requests, r)
		if !errors.Is(err, store.ErrFull) {
			return seq, err
		}
		select {
		case <-time.After(fullPause):
		case <-requests.Done():
			return 0, err
		}
	}
}

// fullPause is how soon a log that was full is tried again.
const fullPause = 100 * time.Millisecond

// resultInTime appends a result even when the time of grace is just over.
func (c *courier) resultInTime(requests context.Context, r store.Result) (store.Seq, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(requests), graceTime)
	defer cancel()
	return c.result(ctx, r)
}

// forget drops what was remembered about a token that is settled.
func (c *courier) forget(token store.Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.tries, token)
	delete(c.vouched, token)
	delete(c.files, token)
	delete(c.clear, token)
	delete(c.asks, token)
}
