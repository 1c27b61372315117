package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	// askTime is how long the platform may take for what an agent waits for.
	askTime = 20 * time.Second
	// maxEmoji is how long a reaction may be, in bytes: the longest emoji there are need some thirty.
	maxEmoji = 64
)

// React puts a reaction on a message, or takes it back.
func (d *Desk) React(ctx context.Context, conv store.ConversationID, agent string, id store.MessageID, emoji string) error {
	if agent == "" {
		return nobodyActs()
	}
	c, err := d.views.Conversation(ctx, conv)
	if err != nil {
		return fmt.Errorf("react in %s: %w", conv, err)
	}
	m, err := d.views.Message(ctx, c.ID, id)
	if err != nil {
		return fmt.Errorf("react to %s in %s: %w", id, c.ID, err)
	}
	if emoji = strings.TrimSpace(emoji); len(emoji) > maxEmoji {
		return &Refusal{Field: "emoji", Reason: "A reaction is one emoji."}
	}
	if refusal := reactable(c, m); refusal != nil {
		return refusal
	}
	if reactionOf(m) == emoji {
		return nil
	}
	w, refusal, err := d.askable(ctx, c)
	if err != nil {
		return err
	}
	if refusal != nil {
		return refusal
	}
	req := messenger.SendRequest{
		Recipient: messenger.Recipient{ID: c.Contact.ID}, SenderAction: messenger.ActionReact,
		Payload: &messenger.ReactPayload{MessageID: m.MID, Reaction: emoji},
	}
	if emoji == "" {
		req.SenderAction = messenger.ActionUnreact
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if _, err := w.sender.Send(asking, string(c.Inbox), req); err != nil {
		return refused("The reaction", err)
	}
	_, err = d.keepAct(ctx, store.Act{Agent: agent, Conversation: c.ID, Verb: store.VerbReact, Message: m.ID, Emoji: emoji})
	return err
}

// reactable says why nobody can react to m; nil when one can.
func reactable(c store.Conversation, m store.Message) *Refusal {
	switch {
	case m.Direction != store.In && m.Direction != store.Out:
		return &Refusal{Field: "message", Reason: "Only what the customer or the page said can have a reaction."}
	case m.Withdrawn:
		return &Refusal{Field: "message", Reason: "The customer has taken this message back."}
	case m.MID == "":
		return &Refusal{Field: "message", Reason: "The platform has given this message no id, so nothing can be put on it."}
	case c.Contact.Kind == store.ContactUserRef:
		return &Refusal{Reason: "The platform takes reactions only for customers it knows by an id.", Advice: "Write a reply instead."}
	}
	return nil
}

// reactionOf is the page's own reaction on m; empty when there is none.
func reactionOf(m store.Message) string {
	for _, r := range m.Reactions {
		if r.Side == store.Out {
			return r.Emoji
		}
	}
	return ""
}

// askable says who carries something to the contact that is no message, or why that is not possible now: after the 24
// hours a human agent has words alone.
func (d *Desk) askable(ctx context.Context, c store.Conversation) (way, *Refusal, error) {
	in, known, err := d.inboxOf(ctx, c.Inbox)
	if err != nil {
		return way{}, nil, err
	}
	o := OutlookOf(c, in, known, d.now())
	switch {
	case o.Blocked != nil:
		return way{}, o.Blocked, nil
	case o.Human:
		return way{}, &Refusal{Reason: o.closed, Advice: "Until " + moment(o.Until) + " only text can be sent, as a human agent."}, nil
	}
	w, refusal := d.routeTo(c.Inbox, c.Contact)
	return w, refusal, nil
}

// refused is a failed request as an answer to the agent who waited for it.
func refused(what string, err error) *Refusal {
	v := messenger.Judge(err)
	if v.Retry == messenger.RetryUnclear {
		return &Refusal{Reason: what + " was sent, but nobody knows whether it arrived.", Advice: "Doing it again does no harm."}
	}
	r := &Refusal{Reason: what + " was not taken. " + v.Sentence, Advice: v.Advice}
	if v.Detail != "" {
		r.Reason += " The platform says: " + v.Detail
	}
	return r
}
