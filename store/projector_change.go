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
	case Redacted:
		return ch.redacted(body)
	case Media:
		return ch.media(body)
	case Uploaded:
		return ch.uploaded(body)
	default:
		return fmt.Errorf("no rule for a %T", body)
	}
}

func (ch *change) fact(f Fact) error {
	if err := ch.alias(f); err != nil {
		return err
	}
	if err := ch.says(f); err != nil {
		return err
	}
	return ch.ownership(f)
}

// says takes in what a fact says of its own kind.
func (ch *change) says(f Fact) error {
	switch f.Kind {
	case FactMessage, FactPostback, FactReferral, FactActivity:
		return ch.line(f)
	case FactEcho:
		return ch.echo(f)
	case FactDelivery, FactRead:
		return ch.receipt(f)
	case FactEdit:
		return ch.edit(f)
	case FactUnsend:
		return ch.unsend(f)
	case FactReaction:
		return ch.reaction(f)
	case FactFeedback:
		return ch.feedback(f)
	case FactControl:
		return ch.control(f)
	case FactLabel:
		return ch.label(f)
	case FactAlert:
		return ch.alert(f)
	default:
		return ch.unknown(f)
	}
}

// own returns what is kept under that very id, or nil.
func (ch *change) own(id ConversationID) (*thread, error) {
	if t := ch.threads[id]; t != nil {
		return t, nil
	}
	c, ok, err := ch.rows.Conversation(id)
	if err != nil || !ok {
		return nil, err
	}
	return ch.hold(c), nil
}

// held returns what is kept under an id, or under that of the conversation it has become. It may be hidden, and is nil
// when nothing is kept.
func (ch *change) held(id ConversationID) (*thread, error) {
	if id == "" {
		return nil, nil
	}
	t, err := ch.own(id)
	if err == nil && t != nil && t.Into != "" {
		return ch.own(t.Into)
	}
	return t, err
}

// find returns a conversation, or nil when there is none.
func (ch *change) find(id ConversationID) (*thread, error) {
	t, err := ch.held(id)
	if err != nil || t == nil || t.Hidden {
		return nil, err
	}
	return t, nil
}

// open returns what is kept of a contact, for what makes no conversation but waits for one: it is hidden where nothing
// has made it a conversation. It is nil for a contact without an id.
func (ch *change) open(inbox InboxID, contact Contact) (*thread, error) {
	id := NewConversationID(inbox, contact)
	if id == "" {
		return nil, nil
	}
	t, err := ch.held(id)
	if err != nil || t != nil {
		return t, err
	}
	if contact.Kind == "" {
		contact.Kind = ContactPSID
	}
	return ch.hold(Conversation{
		ID: id, Inbox: inbox, Contact: contact, Status: StatusPending, Touch: Touch{Origin: OriginUnknown}, Hidden: true,
	}), nil
}

// findOrMake returns the conversation of a contact, a new one if need be. It is nil for a contact without an id.
func (ch *change) findOrMake(inbox InboxID, contact Contact) (*thread, error) {
	t, err := ch.open(inbox, contact)
	if t != nil {
		t.Hidden = false
	}
	return t, err
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
		if t, err := ch.held(id); err != nil {
			return err
		} else if t != nil {
			id = t.ID
		}
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
	return ch.rows.CountUnknown(f.Inbox, f.Name, f.At)
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
