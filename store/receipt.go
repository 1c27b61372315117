package store

// StateOf is the delivery state of one of the conversation's messages with the receipts taken in (ref. 2.9): a
// message that was sent is delivered when a receipt named it or it is older than the delivery watermark, and read when
// it is not younger than the read watermark. Every other state is returned as it stands.
func (c Conversation) StateOf(m Message) DeliveryState {
	if m.Direction != Out || m.State != StateSent {
		return m.State
	}
	switch {
	case m.At <= c.ReadTo:
		return StateRead
	case m.Delivered || m.At < c.DeliveredTo:
		return StateDelivered
	default:
		return StateSent
	}
}
