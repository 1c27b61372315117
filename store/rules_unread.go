package store

// Rules of unread, by the place in the log that an agent has seen, and of unreplied, by the place in the thread that a
// person has answered.

// cameIn takes in that the contact spoke.
func (t *thread) cameIn(m Message) {
	t.LastIncomingSeq = max(t.LastIncomingSeq, m.Seq)
	if m.Seq > t.Seen {
		t.Unread++
	}
	if t.LastAnswer.ID == "" || m.Place().Compare(t.LastAnswer) > 0 {
		if !t.Unreplied || m.At < t.WaitingSince {
			t.WaitingSince = m.At
		}
		t.Unreplied = true
	}
}

// answered takes in that a person wrote at a place.
func (t *thread) answered(place Place) {
	if t.LastAnswer.ID == "" || place.Compare(t.LastAnswer) > 0 {
		t.LastAnswer = place
		t.again |= againWaiting
	}
}

// deriveWaiting finds the first word after the last answer.
func (t *thread) deriveWaiting() error {
	t.Unreplied, t.WaitingSince = false, 0
	return t.scan(t.LastAnswer, true, func(m Message) bool {
		if m.Direction != In {
			return true
		}
		t.Unreplied, t.WaitingSince = true, m.At
		return false
	}, true)
}

// readUpTo marks as read what came up to a place in the log. It never makes anything unread.
func (t *thread) readUpTo(seen Seq) error {
	seen = min(seen, t.seq) // nobody has seen what is not written yet
	if seen <= t.Seen {
		return nil
	}
	return t.setSeen(seen)
}

// setSeen puts the place an agent has seen, forward or back, and counts again what is unread.
func (t *thread) setSeen(seen Seq) error {
	atMost := -1 // unknown
	if seen >= t.Seen {
		atMost = t.Unread // marking read leaves a part of what was unread
	}
	t.Seen, t.Unread = seen, 0
	return t.scan(Place{}, false, func(m Message) bool {
		if m.Direction == In && m.Seq > seen {
			t.Unread++
		}
		return t.Unread != atMost
	}, seen < t.LastIncomingSeq && atMost != 0)
}

// markUnread makes the newest record that told of the contact's words count as unread again.
func (t *thread) markUnread() error {
	if t.LastIncomingSeq == 0 || t.Seen < t.LastIncomingSeq {
		return nil
	}
	return t.setSeen(t.LastIncomingSeq - 1)
}

// deriveIncoming finds the newest record that counts as unread.
func (t *thread) deriveIncoming() error {
	t.LastIncomingSeq = 0
	return t.scan(Place{}, false, func(m Message) bool {
		if m.Direction == In {
			t.LastIncomingSeq = max(t.LastIncomingSeq, m.Seq)
		}
		return true
	}, true)
}
