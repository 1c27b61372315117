package store

import (
	"cmp"
	"slices"
)

// How lines move from one conversation into another, and what becomes of one that stands in both.

// takenRows is how many rows are moved at once.
const takenRows = 256

// takeLines moves keys, lines and touches. Replies come first: other keys may stand for them.
func (t *thread) takeLines(from Conversation) error {
	var keys []TakenKey
	for {
		some, err := t.rows.TakeKeys(from.ID, takenRows)
		if err != nil {
			return err
		}
		keys = append(keys, some...)
		if len(some) < takenRows {
			break
		}
	}
	isReply := func(k TakenKey) bool { return k.Key == string(k.Row.Place.ID) && isReplyID(k.Row.Place.ID) }
	slices.SortStableFunc(keys, func(a, b TakenKey) int { return cmp.Compare(rankOf(isReply(b)), rankOf(isReply(a))) })
	for _, k := range keys {
		if err := t.takeKey(from, k.Key, k.Row, isReply(k)); err != nil {
			return err
		}
	}
	for { // lines that no key stands for: what records of ours made
		lines, err := t.rows.Messages(from.ID, Place{}, true, takenRows)
		if err != nil {
			return err
		}
		for _, m := range lines {
			if err := t.takeNote(from, m); err != nil {
				return err
			}
		}
		if len(lines) < takenRows {
			return nil
		}
	}
}

func rankOf(first bool) int {
	if first {
		return 1
	}
	return 0
}

// takeNote moves a line without a key. One record makes one line, even where it made one in each of both.
func (t *thread) takeNote(from Conversation, m Message) error {
	if err := t.leave(from, m); err != nil {
		return err
	}
	_, there, err := t.rows.Message(t.ID, m.Place())
	if err != nil || there {
		return err
	}
	m.Conversation = t.ID
	return t.put(m)
}

// leave takes a line out of the conversation it stood in, whose header is of no use any more.
func (t *thread) leave(from Conversation, m Message) error {
	if err := t.rows.DeleteMessage(from.ID, m.Place()); err != nil || m.Touch == nil {
		return err
	}
	return t.rows.DeleteTouch(from.ID, m.Touch.At, m.Touch.ID)
}

// takeKey moves a key, with the line it stands for.
func (t *thread) takeKey(from Conversation, key string, row KeyRow, reply bool) error {
	if key == labelsKey {
		return t.addLabels(row)
	}
	if isReplyID(row.Place.ID) && !reply {
		return t.takePointer(key, row)
	}
	place := row.Place
	row.Place.ID = ""
	if place.ID == "" {
		return t.takeWaiting(key, row)
	}
	row.Place.At = 0
	m, there, err := t.rows.Message(from.ID, place)
	if err != nil || !there {
		return err
	}
	if err := t.leave(from, m); err != nil {
		return err
	}
	if m.Direction == In && m.Seq > from.Seen && m.Seq <= t.Seen {
		row.record(m.Seq)
		m.Trail = append(m.Trail, m.Seq)
		m.Seq = t.seq
	}
	m.Conversation = t.ID
	if reply {
		return t.takeReply(key, row, m)
	}
	return t.takeLine(key, row, m)
}

// takeWaiting takes over what was said of a message that was not there.
func (t *thread) takeWaiting(key string, row KeyRow) error {
	mine, m, known, err := t.lookup(key)
	if err != nil {
		return err
	}
	if known && m.Token != "" && key != string(m.ID) {
		if err := t.rows.PutKey(t.ID, key, mine.join(row)); err != nil {
			return err
		}
		return t.retie(m, key)
	}
	joined := mine.join(row)
	if known && joined.Withdrawn && !mine.Withdrawn && m.Token == "" {
		if err := t.redact(key, joined, m.Seq); err != nil {
			return err
		}
	}
	if !known {
		return t.rows.PutKey(t.ID, key, joined)
	}
	if err := t.show(key, joined, m, m); err != nil || m.Token == "" {
		return err
	}
	return t.takeEchoes(m.Token)
}

// takePointer takes over that a key stands for a reply, which has moved already.
func (t *thread) takePointer(key string, row KeyRow) error {
	_, m, known, err := t.lookup(string(row.Place.ID))
	if err != nil || !known {
		return err
	}
	mine, _, _, err := t.lookup(key)
	if err != nil {
		return err
	}
	row.Place = Place{}
	if err := t.rows.PutKey(t.ID, key, mine.join(row)); err != nil {
		return err
	}
	return t.retie(m, key)
}

// retie makes a key stand for a reply that is in this thread, with what waits in the key's row.
func (t *thread) retie(m Message, key string) error {
	was := m
	if _, stray, known, err := t.lookup(key); err != nil {
		return err
	} else if known && stray.Token == "" && stray.Direction == Out {
		m.sent()
		m.MID = firstMID(m.MID, stray.MID)
	}
	if err := t.tie(&m, key, false); err != nil {
		return err
	}
	return t.update(was, m)
}

// takeReply moves a reply. Its echo may have come here before anybody knew that this is where it belongs.
func (t *thread) takeReply(key string, row KeyRow, m Message) error {
	mine, _, known, err := t.lookup(key)
	if err != nil || known {
		return err
	}
	row = mine.join(row)
	row.Place = m.Place()
	m = row.mark(m)
	if err := t.put(m); err != nil {
		return err
	}
	if err := t.rows.PutKey(t.ID, key, row); err != nil {
		return err
	}
	return t.takeEchoes(m.Token)
}

// takeLine moves any other line. Where the same one stands here already, the two become one.
func (t *thread) takeLine(key string, row KeyRow, m Message) error {
	mine, old, known, err := t.lookup(key)
	switch {
	case err != nil:
		return err
	case known && old.Token != "":
		return t.takeStray(key, mine, old, row, m)
	case known:
		return t.unite(key, mine, old, row, m)
	case !row.provisional():
		if len(row.Versions) > 0 {
			m.Text = row.Versions[0].Text
		}
		return t.begin(key, mine.join(row), m)
	}
	joined := mine.join(row)
	if joined.Withdrawn && !row.Withdrawn { // taken back here, edited there
		if err := t.redact(key, joined, m.Seq); err != nil {
			return err
		}
	}
	return t.stand(key, joined, m)
}

// takeStray takes over a line that is a reply of this conversation: its echo, or an edit of it.
func (t *thread) takeStray(key string, mine KeyRow, reply Message, row KeyRow, m Message) error {
	if m.Direction != Out && !row.provisional() {
		return nil // the contact can't have said what we sent
	}
	if err := t.rows.PutKey(t.ID, key, mine.join(row)); err != nil {
		return err
	}
	was := reply
	reply.follow(append(m.Trail, m.Seq)...)
	if m.Direction == Out {
		reply.sent()
		reply.came(m.At)
		reply.MID = firstMID(reply.MID, m.MID)
	}
	if err := t.tie(&reply, key, true); err != nil {
		return err
	}
	return t.update(was, reply)
}

// unite makes one line of two that are the same message, as if it had been told twice in one conversation: a is here, b
// came.
func (t *thread) unite(key string, mine KeyRow, a Message, theirs KeyRow, b Message) error {
	joined := mine.join(theirs)
	was, first := a, a
	if len(mine.Versions) > 0 {
		first.Text = mine.Versions[0].Text
	}
	if len(theirs.Versions) > 0 {
		b.Text = theirs.Versions[0].Text
	}
	earlier := b.bare().Compare(a.bare()) < 0
	switch {
	case mine.provisional() && !theirs.provisional():
		first = b
	case !mine.provisional() && theirs.provisional():
	case earlier && a.Direction == b.Direction:
		first = b
	}
	if !mine.provisional() && !theirs.provisional() {
		first.Seq = min(a.Seq, b.Seq) // seen in one of the two is seen
		if a.Direction == In && first.Seq < a.Seq && a.Seq == t.LastIncomingSeq {
			t.again |= againIncoming
		}
	}
	if len(joined.Versions) > 0 && (!mine.provisional() || !theirs.provisional()) {
		joined.first(first)
	}
	for _, seq := range []Seq{a.Seq, b.Seq} {
		if seq != first.Seq {
			joined.record(seq)
		}
	}
	if err := t.nameApart(key, &first); err != nil {
		return err
	}
	first.follow(slices.Concat(a.Trail, b.Trail, []Seq{a.Seq, b.Seq})...)
	joined.Place = first.Place()
	if joined.Withdrawn && (!mine.Withdrawn || !theirs.Withdrawn) {
		if err := t.redact(key, joined, first.Seq); err != nil {
			return err
		}
	}
	if err := t.rows.PutKey(t.ID, key, joined); err != nil {
		return err
	}
	return t.replace(was, joined.mark(first))
}
