package store

import "fmt"

// change is one transaction in the making: the rows, the conversations it has touched, and the record at hand.
type change struct {
	rows    Rows
	threads map[ConversationID]*thread
	touched []*thread // in the order of touching
	seq     Seq
	at      Millis
}

// thread is a conversation inside a change. Its rows are written at once; its header, and what must be derived anew
// from the rows, at the end of the change.
type thread struct {
	Conversation
	*change
	again   derived
	newTags []Place // of tagged lines that this change added
}

// project applies events in order.
func project(rows Rows, events []event) error {
	ch := &change{rows: rows, threads: map[ConversationID]*thread{}}
	for _, e := range events {
		ch.seq, ch.at = e.seq, e.at
		if err := ch.apply(e.body); err != nil {
			return fmt.Errorf("record %d: %w", e.seq, err)
		}
	}
	for _, t := range ch.touched {
		if err := t.derive(); err != nil {
			return fmt.Errorf("conversation %s: %w", t.ID, err)
		}
		if err := rows.PutConversation(t.Conversation); err != nil {
			return fmt.Errorf("conversation %s: %w", t.ID, err)
		}
	}
	return nil
}

func (ch *change) apply(body any) error {
	switch body := body.(type) {
	case []Fact:
		for _, f := range body {
			if err := ch.fact(f); err != nil {
				return err
			}
		}
		return nil
	case Reply:
		return ch.reply(body)
	case Attempt:
		return ch.attempt(body)
	case Result:
		return ch.result(body)
	case Act:
		return ch.act(body)
	case Profile:
		return ch.profile(body)
	case Woke:
		return ch.woke(body)
	default:
		return fmt.Errorf("no rule for a %T", body)
	}
}

func (ch *change) fact(f Fact) error {
	switch f.Kind {
	case FactMessage, FactPostback, FactReferral:
		return ch.line(f)
	case FactEcho:
		return ch.echo(f)
	case FactDelivery, FactRead:
		return ch.receipt(f)
	default:
		return ch.unknown(f)
	}
}

// find returns a conversation, or nil when there is none.
func (ch *change) find(id ConversationID) (*thread, error) {
	if t := ch.threads[id]; t != nil {
		return t, nil
	}
	c, ok, err := ch.rows.Conversation(id)
	if err != nil || !ok {
		return nil, err
	}
	return ch.hold(c), nil
}

// findOrMake returns the conversation of a contact, a new one if need be. It is nil for a contact without an id.
func (ch *change) findOrMake(inbox InboxID, contact Contact) (*thread, error) {
	id := NewConversationID(inbox, contact)
	if id == "" {
		return nil, nil
	}
	t, err := ch.find(id)
	if err != nil || t != nil {
		return t, err
	}
	if contact.Kind == "" {
		contact.Kind = ContactPSID
	}
	t = ch.hold(Conversation{ID: id, Inbox: inbox, Contact: contact, Status: StatusPending, Touch: Touch{Origin: OriginUnknown}})
	return t, t.takeReceipts()
}

func (ch *change) hold(c Conversation) *thread {
	t := &thread{Conversation: c, change: ch}
	ch.threads[c.ID] = t
	ch.touched = append(ch.touched, t)
	return t
}

// unknown counts an event nobody knows, once however often it is sent.
func (ch *change) unknown(f Fact) error {
	if f.Key != "" {
		id := NewConversationID(f.Inbox, f.Contact)
		if id == "" {
			id = ConversationID(escapePart(string(f.Inbox)))
		}
		_, known, err := ch.rows.Key(id, f.Key)
		if err != nil || known {
			return err
		}
		if err := ch.rows.PutKey(id, f.Key, KeyRow{Place: Place{At: f.At}}); err != nil {
			return err
		}
	}
	return ch.rows.CountUnknown(f.Inbox, f.Name)
}

func (ch *change) profile(p Profile) error {
	t, err := ch.find(p.Conversation)
	if err != nil || t == nil {
		return err
	}
	t.ProfileAt = ch.at
	if p.Name != "" {
		t.Contact.Name, t.ProfileGot = p.Name, true
	}
	return nil
}
