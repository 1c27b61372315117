package store

// Rules of status. Only here does it matter which record came first: an agent resolves what was there to be resolved.

// awake is the status of a conversation that is neither snoozed nor resolved.
func (t *thread) awake() Status {
	if t.LastIncomingSeq == 0 && t.LastIncoming == 0 {
		return StatusPending
	}
	return StatusOpen
}

// heard takes in that the contact spoke anew: that ends a snooze and reopens what was resolved.
func (t *thread) heard() error {
	before := t.Status
	t.Status, t.SnoozedUntil = StatusOpen, 0
	if before == StatusSnoozed || before == StatusResolved {
		return t.note(Message{Kind: KindReopened})
	}
	return nil
}

// note adds an activity line that the record at hand makes.
func (t *thread) note(m Message) error {
	m.ID = recordID(t.seq)
	m.Conversation, m.At, m.Seq, m.Direction = t.ID, t.at, t.seq, Activity
	return t.put(m)
}

// setStatus moves the conversation to a status by an agent's hand, and reports whether that made a line. Nothing
// happens where it stands there already.
func (t *thread) setStatus(to Status, until Millis, agent string) (noted bool, err error) {
	if to != StatusSnoozed {
		until = 0
	}
	before := t.Status
	if before == to && t.SnoozedUntil == until {
		return false, nil
	}
	t.Status, t.SnoozedUntil = to, until
	line := Message{Agent: agent}
	switch {
	case to == StatusResolved:
		line.Kind = KindResolved
	case to == StatusSnoozed:
		line.Kind, line.Until = KindSnoozed, until
	case before == StatusResolved || before == StatusSnoozed:
		line.Kind = KindReopened
	default:
		return false, nil
	}
	return true, t.note(line)
}

func (t *thread) assign(assignee, agent string) error {
	if t.Assignee == assignee {
		return nil
	}
	t.Assignee = assignee
	if assignee == "" {
		return t.note(Message{Kind: KindUnassigned, Agent: agent})
	}
	return t.note(Message{Kind: KindAssigned, Agent: agent, Text: assignee})
}

// woke ends a snooze by time, once.
func (ch *change) woke(w Woke) error {
	t, err := ch.find(w.Conversation)
	if err != nil || t == nil || t.Status != StatusSnoozed || t.SnoozedUntil != w.Until {
		return err
	}
	t.Status, t.SnoozedUntil = t.awake(), 0
	return t.note(Message{Kind: KindWoke, Until: w.Until})
}
