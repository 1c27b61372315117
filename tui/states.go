package tui

import "frontdesk/store"

// stateMark is a delivery state as a sign and, where it is not the usual, as a word.
func stateMark(s store.DeliveryState) (glyph, word string, p func(*theme) pen) {
	switch s {
	case store.StateQueued:
		return "◷", "queued", func(t *theme) pen { return t.muted }
	case store.StateSending:
		return "…", "", func(t *theme) pen { return t.muted }
	case store.StateSent:
		return "✓", "", func(t *theme) pen { return t.muted }
	case store.StateDelivered:
		return "✓✓", "", func(t *theme) pen { return t.muted }
	case store.StateRead:
		return "✓✓", "read", func(t *theme) pen { return t.read }
	case store.StateFailed:
		return "✗", "failed", func(t *theme) pen { return t.bad }
	case store.StateUnknown:
		return "?", "unsure", func(t *theme) pen { return t.warn }
	case store.StateHeld:
		return "‖", "held", func(t *theme) pen { return t.warn }
	case store.StateCancelled:
		return "–", "dropped", func(t *theme) pen { return t.faint }
	}
	return "", "", func(t *theme) pen { return t.faint }
}

// stateOrder is the delivery states as a reply goes through them.
var stateOrder = []store.DeliveryState{
	store.StateQueued, store.StateSending, store.StateSent, store.StateDelivered, store.StateRead,
	store.StateFailed, store.StateUnknown, store.StateHeld, store.StateCancelled,
}

// stateWords says what each delivery state means.
var stateWords = map[store.DeliveryState]string{
	store.StateQueued:    "queued: it will be sent",
	store.StateSending:   "sending: the platform is being asked",
	store.StateSent:      "sent: the platform took it",
	store.StateDelivered: "delivered",
	store.StateRead:      "read",
	store.StateFailed:    "failed: it was not sent",
	store.StateUnknown:   "unknown: it may have arrived, or not",
	store.StateHeld:      "held: it waits for a person, or for the reply before it",
	store.StateCancelled: "dropped: it will not be sent",
}
