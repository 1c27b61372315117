package store

import (
	"crypto/sha256"
	"encoding/hex"
)

// Title is what a contact is called in a row: the name, or, while none is known, a word for the kind and a short part
// of the id that stays the same.
func (c Contact) Title() string {
	if c.Name != "" {
		return c.Name
	}
	switch c.Kind {
	case ContactVisitor:
		sum := sha256.Sum256([]byte(c.ID))
		return "Visitor " + hex.EncodeToString(sum[:2])
	case ContactUserRef:
		return "Guest " + tail(c.ID)
	default:
		return "Contact " + tail(c.ID)
	}
}

// tail is the last four characters of an id, after an ellipsis where something was left out.
func tail(id string) string {
	runes := []rune(id)
	if len(runes) <= 4 {
		return id
	}
	return "…" + string(runes[len(runes)-4:])
}
