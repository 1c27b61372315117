package store

import (
	"errors"
	"reflect"
	"slices"
	"strings"
)

// Rules of messages: what makes a line, what is the same line, and where it stands.

// line is a message, postback, referral or another activity: a line the contact made.
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
		Buttons: f.Buttons, Elements: f.Elements, ReplyTo: f.ReplyTo, Details: f.Details,
	}
	if f.Kind == FactEcho { // the page wrote it: no arrival, no window
		m.Direction, m.State, m.AppID = Out, StateSent, f.AppID
		return m
	}
	m.Direction, m.Tagged, m.OpensWindow = In, f.Tagged, f.OpensWindow
	switch f.Kind {
	case FactReferral:
		m.Direction, m.Kind = Activity, KindReferral
	case FactActivity, FactControl:
		m.Direction = Activity
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
		return false, t.begin(key, row, m)
	}
	if err := t.nameApart(key, &m); err != nil {
		return true, err
	}
	told, err := t.tell(key, &row, old)
	if err != nil {
		return true, err
	}
	switch {
	case row.provisional(): // an edit came first: these are the words it replaced, and this is the record that counts
		row.first(m)
	case old.Token != "" || old.Direction != m.Direction || m.bare().Compare(old.bare()) >= 0:
		if !told {
			return true, nil
		}
		return true, t.rows.PutKey(t.ID, key, row)
	default:
		m.Seq = old.Seq // the record that told of it first stays: unread is counted by it
		m.follow(t.seq)
		if len(row.Versions) > 0 {
			row.first(m)
		}
	}
	m = row.mark(m)
	row.Place = m.Place()
	if err := t.rows.PutKey(t.ID, key, row); err != nil {
		return true, err
	}
	return true, t.replace(old, m)
}

// begin puts the first line that stands for key, with what was said of it before it came.
func (t *thread) begin(key string, row KeyRow, m Message) error {
	if len(row.Versions) > 0 {
		row.first(m)
	}
	if row.Withdrawn {
		if err := t.redact(key, row, m.Seq); err != nil {
			return err
		}
	}
	return t.stand(key, row, m)
}

// stand puts a line that nothing has stood for key before, marked, and ties the key to it.
func (t *thread) stand(key string, row KeyRow, m Message) error {
	if err := errors.Join(t.nameApart(key, &m), t.renameTwin(key)); err != nil {
		return err
	}
	m = row.mark(m)
	if err := t.put(m); err != nil {
		return err
	}
	row.Place = m.Place()
	return t.rows.PutKey(t.ID, key, row)
}

// A message and a postback may bear the same mid, and both are kept: duplicates share the kind as well. The message's
// id is the mid; so is the postback's, but where a message has it: there the postback's has its kind before it.

const (
	messageKey  = "msg:"
	postbackKey = string(FactPostback) + ":"
)

// bare is the place of a line by the id that its event gave it.
func (m Message) bare() Place {
	p := m.Place()
	if m.Kind == KindPostback {
		p.ID = MessageID(strings.TrimPrefix(string(p.ID), postbackKey))
	}
	return p
}

// nameApart gives a postback that has the mid of a message its other id.
func (t *thread) nameApart(key string, m *Message) error {
	mid, isPostback := strings.CutPrefix(key, postbackKey)
	if !isPostback || m.Kind != KindPostback {
		return nil
	}
	_, _, twin, err := t.lookup(messageKey + mid)
	if err == nil && twin {
		m.rename(MessageID(postbackKey) + m.bare().ID)
	}
	return err
}

// renameTwin gives the postback with the mid of a message that is about to come its other id.
func (t *thread) renameTwin(key string) error {
	mid, isMessage := strings.CutPrefix(key, messageKey)
	if !isMessage {
		return nil
	}
	key = postbackKey + mid
	row, old, known, err := t.lookup(key)
	if err != nil || !known {
		return err
	}
	m := old
	if m.rename(MessageID(postbackKey) + m.bare().ID); m.ID == old.ID {
		return nil
	}
	row.Place = m.Place()
	if err := t.rows.PutKey(t.ID, key, row); err != nil {
		return err
	}
	return t.replace(old, m)
}

// rename gives a line another id, and so its touch.
func (m *Message) rename(id MessageID) {
	m.ID = id
	if m.Touch != nil {
		touch := *m.Touch
		touch.ID = id
		m.Touch = &touch
	}
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
		own := string(ReplyID(Token(f.Metadata)))
		row, reply, ours, err := t.lookup(own)
		if err != nil {
			return err
		}
		if ours {
			return t.arrived(reply, f.Key, f.MID, f.At, ch.seq)
		}
		// It may be of a reply in a conversation of which nobody knows yet that it is this one.
		if at, found := slices.BinarySearch(row.Echoes, f.Key); !found {
			row.Echoes = slices.Insert(slices.Clone(row.Echoes), at, f.Key)
			if err := t.rows.PutKey(t.ID, own, row); err != nil {
				return err
			}
		}
	}
	_, m, known, err := t.lookup(f.Key)
	if err != nil {
		return err
	}
	if known && m.Token != "" {
		return t.arrived(m, f.Key, f.MID, f.At, ch.seq)
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
	m.follow(old.Trail...)
	if old.moves(m) {
		if err := t.drop(old); err != nil {
			return err
		}
		return t.put(m)
	}
	if reflect.DeepEqual(old, m) {
		return nil
	}
	t.changed(old, m)
	return t.rows.PutMessage(m)
}

// moves reports whether more follows from the difference to n than what the line itself shows.
func (m Message) moves(n Message) bool {
	if m.Place() != n.Place() || m.Direction != n.Direction || m.Tagged != n.Tagged || m.OpensWindow != n.OpensWindow ||
		m.isWord() != n.isWord() || m.Direction == In && m.Seq != n.Seq {
		return true
	}
	return m.Touch != n.Touch && (m.Touch == nil || n.Touch == nil || *m.Touch != *n.Touch)
}
