package store

// act is what an agent did. An act that changes nothing leaves no line, so doing it twice is doing it once.
func (ch *change) act(a Act) error {
	t, err := ch.find(a.Conversation)
	if err != nil || t == nil {
		return err
	}
	switch a.Verb {
	case VerbResolve:
		_, err = t.setStatus(StatusResolved, 0, a.Agent)
		return err
	case VerbReopen:
		_, err = t.setStatus(t.awake(), 0, a.Agent)
		return err
	case VerbSnooze:
		if a.Until <= 0 {
			return nil
		}
		_, err = t.setStatus(StatusSnoozed, a.Until, a.Agent)
		return err
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
	case VerbNote:
		return t.writeNote(a)
	case VerbUnnote:
		return t.dropNote(a)
	case VerbLabel, VerbUnlabel:
		return t.setLabel(a.Label, a.Agent, a.Verb == VerbUnlabel)
	case VerbReact:
		return t.react(a)
	case VerbControl:
		return t.setOwner(a)
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
	noted, err := false, error(nil)
	switch a.Status {
	case StatusResolved, StatusSnoozed:
		noted, err = t.setStatus(a.Status, a.Until, a.Agent)
	case StatusOpen, StatusPending:
		noted, err = t.setStatus(t.awake(), 0, a.Agent)
	}
	if err != nil {
		return err
	}
	if noted { // a record makes one line
		t.Assignee = a.Assignee
		return nil
	}
	return t.assign(a.Assignee, a.Agent)
}
