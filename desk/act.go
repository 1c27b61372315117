package desk

import (
	"context"
	"fmt"
	"time"

	"frontdesk/store"
)

// Do keeps an act and returns, once the views show it, the act that takes it back. An act that would change nothing is
// not kept, and its undo is the zero Act; so is the undo of VerbArrived, and of VerbCancel where the reply had
// failed or was unknown: those can't be taken back. Reactions and control are asked of the platform first, see Talker. A
// fault is a *Refusal, an unknown conversation or message store.ErrNotFound.
func (d *Desk) Do(ctx context.Context, act store.Act) (undo store.Act, err error) {
	if act.Agent == "" {
		return store.Act{}, nobodyActs()
	}
	c, err := d.views.Conversation(ctx, act.Conversation)
	if err != nil {
		return store.Act{}, fmt.Errorf("%s %s: %w", act.Verb, act.Conversation, err)
	}
	act.Conversation = c.ID
	switch act.Verb {
	case store.VerbSendAgain, store.VerbArrived, store.VerbCancel:
		return d.settle(ctx, c, act)
	case store.VerbNote, store.VerbUnnote, store.VerbLabel, store.VerbUnlabel:
		return d.mark(ctx, c, act)
	}
	changes, err := d.check(c, &act)
	if err != nil || !changes {
		return store.Act{}, err
	}
	if _, err := d.keepAct(ctx, act); err != nil {
		return store.Act{}, err
	}
	if act.Verb == store.VerbRead {
		d.seen(ctx, c)
	}
	return store.Act{
		Agent: act.Agent, Conversation: c.ID, Verb: store.VerbRestore,
		Status: c.Status, Until: c.SnoozedUntil, Seen: c.Seen, Assignee: c.Assignee,
	}, nil
}

func nobodyActs() *Refusal {
	return &Refusal{Field: "agent", Reason: "Nobody is named as the one who acts.", Advice: "Set FRONTDESK_AGENT."}
}

// check says whether an act would change the conversation, or what is wrong with it.
func (d *Desk) check(c store.Conversation, act *store.Act) (changes bool, err error) {
	switch act.Verb {
	case store.VerbResolve:
		return c.Status != store.StatusResolved, nil
	case store.VerbReopen:
		return !awake(c.Status), nil
	case store.VerbSnooze:
		if err := d.checkUntil(act.Until); err != nil {
			return false, err
		}
		return c.Status != store.StatusSnoozed || c.SnoozedUntil != act.Until, nil
	case store.VerbRead:
		if act.Seen == 0 {
			act.Seen = d.feed.Applied()
		}
		act.Seen = min(act.Seen, d.log.Head())
		return c.Unread > 0 && act.Seen > c.Seen, nil
	case store.VerbUnread:
		if c.LastIncomingSeq == 0 {
			return false, &Refusal{Reason: "The contact has not written anything that could be unread."}
		}
		return c.Seen >= c.LastIncomingSeq, nil
	case store.VerbAssign:
		return c.Assignee != act.Assignee, nil
	case store.VerbRestore:
		return d.checkRestore(c, act)
	default:
		return false, &Refusal{Field: "verb", Reason: fmt.Sprintf("There is no act %q.", act.Verb)}
	}
}

func (d *Desk) checkRestore(c store.Conversation, act *store.Act) (bool, error) {
	switch act.Status {
	case store.StatusOpen, store.StatusPending, store.StatusResolved:
		act.Until = 0
	case store.StatusSnoozed:
		if err := d.checkUntil(act.Until); err != nil {
			return false, err
		}
	default:
		return false, &Refusal{Field: "status", Reason: fmt.Sprintf("There is no status %q.", act.Status)}
	}
	moved := c.Status != act.Status || c.SnoozedUntil != act.Until
	if awake(c.Status) && awake(act.Status) { // which of the two it is, the contact's words say
		moved = false
	}
	return moved || c.Seen != act.Seen || c.Assignee != act.Assignee, nil
}

// awake reports whether s is neither snoozed nor resolved.
func awake(s store.Status) bool { return s == store.StatusOpen || s == store.StatusPending }

func (d *Desk) checkUntil(until store.Millis) error {
	if until == 0 {
		return &Refusal{Field: "until", Reason: "A snooze needs a time at which it ends."}
	}
	if !until.Time().After(d.now()) {
		return &Refusal{Field: "until", Reason: fmt.Sprintf("The snooze would end in the past, on %s.", until.Time().Format(time.RFC3339))}
	}
	return nil
}

// keepAct appends an act, waits until the views show it and returns its place in the log.
func (d *Desk) keepAct(ctx context.Context, act store.Act) (store.Seq, error) {
	seq, _, err := d.append(ctx, act)
	if err != nil {
		return 0, fmt.Errorf("keep %s of %s: %w", act.Verb, act.Conversation, err)
	}
	if err := d.shown(ctx, seq); err != nil {
		return seq, fmt.Errorf("%s of %s is kept but not shown yet: %w", act.Verb, act.Conversation, err)
	}
	d.waker.poke()
	return seq, nil
}

// settle decides about a reply that was not sent, or of which nobody knows. It has the conversation to itself, so
// that no request for the reply begins meanwhile.
func (d *Desk) settle(ctx context.Context, c store.Conversation, act store.Act) (store.Act, error) {
	release, err := d.locks.take(ctx, c.ID)
	if err != nil {
		return store.Act{}, err
	}
	defer release()
	// An attempt is written under the same lock; views that show the log's head show it.
	if err := d.shown(ctx, d.log.Head()); err != nil {
		return store.Act{}, fmt.Errorf("%s %s in %s: %w", act.Verb, act.Message, c.ID, err)
	}
	m, err := d.views.Message(ctx, c.ID, act.Message)
	if err != nil {
		return store.Act{}, fmt.Errorf("%s %s in %s: %w", act.Verb, act.Message, c.ID, err)
	}
	if refusal := checkSettle(act.Verb, m); refusal != nil {
		return store.Act{}, refusal
	}
	if act.Verb == store.VerbSendAgain {
		if err := d.checkAgain(ctx, c, m); err != nil {
			return store.Act{}, err
		}
		d.courier.recheck(c.Inbox, m.Token)
	}
	_, err = d.keepAct(ctx, act)
	d.courier.enqueue(c.ID, c.Inbox, d.log.Head())
	if err != nil {
		return store.Act{}, err
	}
	undo := store.Act{Agent: act.Agent, Conversation: c.ID, Message: act.Message}
	switch {
	case act.Verb == store.VerbSendAgain:
		undo.Verb = store.VerbCancel
	case act.Verb == store.VerbCancel && (m.State == store.StateQueued || m.State == store.StateHeld) && !m.MayHaveArrived():
		undo.Verb = store.VerbSendAgain
	default: // taking it back would send what may have arrived, or failed
		return store.Act{}, nil
	}
	return undo, nil
}

// checkSettle says why a message in its state can't be settled so.
func checkSettle(verb store.Verb, m store.Message) *Refusal {
	if m.Token == "" {
		return &Refusal{Field: "message", Reason: "This message is no reply of frontdesk."}
	}
	switch m.State {
	case store.StateSending:
		return &Refusal{Reason: "The reply is being sent at this moment.", Advice: "Wait for the platform's answer."}
	case store.StateSent, store.StateDelivered, store.StateRead:
		return &Refusal{Reason: "The reply has been sent."}
	}
	var fits bool
	switch verb {
	case store.VerbSendAgain:
		fits = m.State != store.StateQueued
	case store.VerbArrived:
		fits = m.State == store.StateUnknown
	case store.VerbCancel:
		fits = m.State != store.StateCancelled
	}
	if fits {
		return nil
	}
	return &Refusal{Reason: fmt.Sprintf("The reply is %s.", m.State), Advice: settleAdvice(m.State)}
}

func settleAdvice(s store.DeliveryState) string {
	switch s {
	case store.StateUnknown:
		return "Say that it arrived, or send it again."
	case store.StateQueued:
		return "It is sent by itself, or can be cancelled."
	}
	return ""
}

// checkAgain says why a reply can't be sent again now. An agent who presses the key vouches for the text once more, so
// that it may go out as a human agent's.
func (d *Desk) checkAgain(ctx context.Context, c store.Conversation, m store.Message) error {
	w, refusal := d.routeTo(c.Inbox, m.Recipient)
	if refusal != nil {
		return refusal
	}
	kept, err := d.replyOf(ctx, m)
	if err != nil {
		return err
	}
	if _, refusal = permit(c, m.Recipient, w.inbox, kept.Message, true, d.now()); refusal != nil {
		return refusal
	}
	return nil
}
