package store

// act is what an agent did. An act that changes nothing leaves no line, so doing it twice is doing it once.
func (ch *change) act(a Act) error {
	t, err := ch.find(a.Conversation)
	if err != nil || t == nil {
		return err
	}
	switch a.Verb {
	case VerbResolve:
		return t.setStatus(StatusResolved, 0, a.Agent)
	case VerbReopen:
		return t.setStatus(t.awake(), 0, a.Agent)
	case VerbSnooze:
		if a.Until <= 0 {
			return nil
		}
		return t.setStatus(StatusSnoozed, a.Until, a.Agent)
	case VerbRead:
		return t.readUpTo(a.Seen)
	case VerbUnread:
		return t.markUnread()
	case VerbAssign:
		return t.assign(a.Assignee, a.Agent)
	case VerbRestore:
		return t.restore(a)
	case VerbSendAgain, VerbArrived, VerbCancel:
		return t.settle(a)
	default:
		return nil // of a later frontdesk
	}
}

// restore takes an act back: the conversation stands as it did before. What came since stays what it is: words that
// nobody has seen are unread, and a conversation that has heard its contact is not pending again.
func (t *thread) restore(a Act) error {
	if a.Seen != t.Seen {
		if err := t.setSeen(min(a.Seen, t.seq)); err != nil {
			return err
		}
	}
	reassigned := t.Assignee != a.Assignee
	switch a.Status {
	case StatusResolved, StatusSnoozed:
		if err := t.setStatus(a.Status, a.Until, a.Agent); err != nil {
			return err
		}
	case StatusOpen, StatusPending:
		if err := t.setStatus(t.awake(), 0, a.Agent); err != nil {
			return err
		}
	}
	if !reassigned {
		return nil
	}
	return t.assign(a.Assignee, a.Agent)
}
