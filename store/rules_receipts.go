package store

// Rules of receipts (ref. 2.9). A receipt makes no conversation. One that comes before its conversation, or before the
// message it names, waits under a key until that is there.

// receipt takes in a delivery or a read receipt.
func (ch *change) receipt(f Fact) error {
	id := NewConversationID(f.Inbox, f.Contact)
	if id == "" {
		return nil
	}
	t, err := ch.find(id)
	if err != nil {
		return err
	}
	if t == nil {
		err = ch.keepWatermark(id, f)
	} else {
		t.watermark(f.Kind, f.Watermark)
	}
	for _, mid := range f.MIDs {
		if err != nil {
			return err
		}
		err = ch.delivered(id, t, KeyOf(FactEcho, mid))
	}
	return err
}

func (t *thread) watermark(kind FactKind, at Millis) {
	mark := &t.DeliveredTo
	if kind == FactRead {
		mark = &t.ReadTo
	}
	if at > *mark {
		*mark = at
		t.again |= againState
	}
}

// keepWatermark keeps a watermark for a conversation that is not there yet.
func (ch *change) keepWatermark(id ConversationID, f Fact) error {
	key := KeyOf(f.Kind, "")
	row, _, err := ch.rows.Key(id, key)
	if err != nil || f.Watermark <= row.Place.At {
		return err
	}
	return ch.rows.PutKey(id, key, KeyRow{Place: Place{At: f.Watermark}})
}

// takeReceipts gives a new conversation the watermarks that came before it.
func (t *thread) takeReceipts() error {
	for _, kind := range []FactKind{FactDelivery, FactRead} {
		row, ok, err := t.rows.Key(t.ID, KeyOf(kind, ""))
		if err != nil {
			return err
		}
		if ok {
			t.watermark(kind, row.Place.At)
		}
	}
	return nil
}

// delivered marks the message that a receipt names, or leaves the mark for it. t is nil while there is no conversation.
func (ch *change) delivered(id ConversationID, t *thread, key string) error {
	if t == nil {
		return ch.rows.PutKey(id, key, KeyRow{Delivered: true})
	}
	row, m, known, err := t.lookup(key)
	if err != nil {
		return err
	}
	if !row.Delivered {
		row.Delivered = true
		if err := t.rows.PutKey(id, key, row); err != nil {
			return err
		}
	}
	if !known || m.Delivered || m.Direction != Out {
		return nil
	}
	was := m
	m.Delivered = true
	return t.replace(was, m)
}
