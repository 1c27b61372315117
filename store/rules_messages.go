package store

// Rules of messages: what makes a line, what is the same line, and where it stands.

// line is a message, postback or referral: a line the contact made.
func (ch *change) line(f Fact) error {
	t, err := ch.findOrMake(f.Inbox, f.Contact)
	if err != nil || t == nil {
		return err
	}
	m := ch.lineOf(t.ID, f)
	known, err := t.keep(f.Key, m)
	if err != nil || known || m.Direction != In {
		return err
	}
	return t.heard()
}

// lineOf is the line that a fact makes.
func (ch *change) lineOf(conv ConversationID, f Fact) Message {
	m := Message{
		ID: f.ID, MID: f.MID, Conversation: conv, At: f.At, Seq: ch.seq, Kind: f.LineKind,
		Text: f.Text, Payload: f.Payload, Attachments: f.Attachments, QuickReplies: f.QuickReplies,
		Buttons: f.Buttons, Elements: f.Elements, ReplyTo: f.ReplyTo,
	}
	if f.Kind == FactEcho { // the page wrote it: no arrival, no window
		m.Direction, m.State, m.AppID = Out, StateSent, f.AppID
		return m
	}
	m.Direction, m.Tagged, m.OpensWindow = In, f.Tagged, f.OpensWindow
	if f.Kind == FactReferral {
		m.Direction, m.Kind = Activity, KindReferral
	}
	if f.Touch != nil {
		touch := *f.Touch
		touch.At, touch.ID = m.At, m.ID
		m.Touch = &touch
	}
	return m
}

// keep puts a line that stands for key, or, when it is known already, lets the earlier of the two stand.
func (t *thread) keep(key string, m Message) (known bool, err error) {
	row, old, known, err := t.lookup(key)
	if err != nil {
		return false, err
	}
	if !known {
		m.Delivered = row.Delivered && m.Direction == Out
		if err := t.put(m); err != nil {
			return false, err
		}
		row.Place = m.Place()
		return false, t.rows.PutKey(t.ID, key, row)
	}
	if old.Token != "" || old.Direction != m.Direction || m.Place().Compare(old.Place()) >= 0 {
		return true, nil
	}
	// The record that told of it first stays: unread is counted by it. What a person or a receipt said stays too.
	m.Seq, m.Delivered = old.Seq, old.Delivered
	row.Place = m.Place()
	if err := t.rows.PutKey(t.ID, key, row); err != nil {
		return true, err
	}
	return true, t.replace(old, m)
}

// lookup finds the line that a key stands for. The row is returned, for what waits in it, even when there is no line.
func (t *thread) lookup(key string) (row KeyRow, m Message, known bool, err error) {
	row, _, err = t.rows.Key(t.ID, key)
	if err != nil || row.Place.ID == "" {
		return row, Message{}, false, err
	}
	place := row.Place
	if own := string(place.ID); own != key && isReplyID(place.ID) {
		// A reply may have several mids (it was sent again and both arrived); only the key of its own name moves with it.
		named, _, err := t.rows.Key(t.ID, own)
		if err != nil {
			return row, Message{}, false, err
		}
		place = named.Place
	}
	m, known, err = t.rows.Message(t.ID, place)
	return row, m, known, err
}

// echo is something the page sent: a reply of ours come back, or a message written elsewhere.
func (ch *change) echo(f Fact) error {
	t, err := ch.findOrMake(f.Inbox, f.Contact)
	if err != nil || t == nil {
		return err
	}
	if f.Metadata != "" {
		_, reply, ours, err := t.lookup(string(ReplyID(Token(f.Metadata))))
		if err != nil {
			return err
		}
		if ours {
			return t.arrived(reply, f.Key, f.MID, f.At)
		}
	}
	_, m, known, err := t.lookup(f.Key)
	if err != nil {
		return err
	}
	if known && m.Token != "" {
		return t.arrived(m, f.Key, f.MID, f.At)
	}
	_, err = t.keep(f.Key, ch.lineOf(t.ID, f))
	return err
}

// put adds a line and what follows from it.
func (t *thread) put(m Message) error {
	if err := t.rows.PutMessage(m); err != nil {
		return err
	}
	if m.Touch != nil {
		if err := t.rows.PutTouch(t.ID, *m.Touch); err != nil {
			return err
		}
	}
	t.added(m)
	return nil
}

// drop takes a line out, with what followed from it.
func (t *thread) drop(m Message) error {
	if err := t.rows.DeleteMessage(t.ID, m.Place()); err != nil {
		return err
	}
	if m.Touch != nil {
		if err := t.rows.DeleteTouch(t.ID, m.Touch.At, m.Touch.ID); err != nil {
			return err
		}
	}
	t.removed(m)
	return nil
}

// replace lets m stand for old, wherever that stood.
func (t *thread) replace(old, m Message) error {
	if old.Place() == m.Place() && m.Touch == nil && m.Direction == Out {
		t.changed(old, m)
		return t.rows.PutMessage(m)
	}
	if err := t.drop(old); err != nil {
		return err
	}
	return t.put(m)
}
