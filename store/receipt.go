package store

// StateOf is the delivery state of one of the conversation's messages with the receipts taken in (ref. 2.9): a
// message that was sent is delivered when a receipt named it or it is older than the delivery watermark, and read when
// it is not younger than the read watermark. Every other state is returned as it stands.
func (c Conversation) StateOf(m Message) DeliveryState {
	if m.Direction != Out || m.State != StateSent {
		return m.State
	}
	switch at := m.sentAt(); {
	case at <= c.ReadTo:
		return StateRead
	case m.Delivered || at < c.DeliveredTo:
		return StateDelivered
	default:
		return StateSent
	}
}

// sentAt is the time that receipts are compared with. A reply may have been written long before it went out, and the
// contact may have read other words meanwhile: so it is the platform's own time, else that of the last attempt.
func (m Message) sentAt() Millis {
	switch {
	case m.SentAt != 0:
		return m.SentAt
	case m.TriedAt != 0:
		return m.TriedAt
	default:
		return m.At
	}
}
