package store

// Rules of receipts (ref. 2.9). A receipt makes no conversation: one that comes before its conversation, or before the
// message it names, waits.

// receipt takes in a delivery or a read receipt.
func (ch *change) receipt(f Fact) error {
	t, err := ch.open(f.Inbox, f.Contact)
	if err != nil || t == nil {
		return err
	}
	t.watermark(f.Kind, f.Watermark, ch.seq)
	for _, mid := range f.MIDs {
		if err := t.delivered(KeyOf(FactEcho, mid)); err != nil {
			return err
		}
	}
	return nil
}

func (t *thread) watermark(kind FactKind, at Millis, told Seq) {
	mark, seq := &t.DeliveredTo, &t.DeliveredSeq
	if kind == FactRead {
		mark, seq = &t.ReadTo, &t.ReadSeq
	}
	if at > *mark {
		*mark, *seq = at, told
		t.again |= againState
	}
}

// delivered marks the message that a receipt names, or leaves the mark for it.
func (t *thread) delivered(key string) error {
	row, m, known, err := t.lookup(key)
	if err != nil {
		return err
	}
	if !row.Delivered {
		row.Delivered = true
		if !known {
			row.follow(t.seq)
		}
		if err := t.rows.PutKey(t.ID, key, row); err != nil {
			return err
		}
	}
	if !known || m.Delivered || m.Direction != Out {
		return nil
	}
	was := m
	m.Delivered = true
	m.follow(t.seq)
	return t.replace(was, m)
}
