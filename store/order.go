package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
)

// Compare orders places as a thread does: by time, ties by the SHA-256 of the message id. The hash is what lets an
// engine keep ids of any length and content; the order is the same on every machine and in every engine.
func (p Place) Compare(q Place) int {
	if c := cmp.Compare(p.At, q.At); c != 0 {
		return c
	}
	return compareIDs(string(p.ID), string(q.ID))
}

// Compare orders positions as time does, so a list, newest first, runs from the greatest to the smallest: by last
// activity, ties by the SHA-256 of the conversation id.
func (c Cursor) Compare(d Cursor) int {
	if r := cmp.Compare(c.LastActivity, d.LastActivity); r != 0 {
		return r
	}
	return compareIDs(string(c.ID), string(d.ID))
}

// Cursor is where the conversation stands in every list that holds it.
func (c Conversation) Cursor() Cursor { return Cursor{LastActivity: c.LastActivity, ID: c.ID} }

func compareIDs(a, b string) int {
	if a == b {
		return 0
	}
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return bytes.Compare(x[:], y[:])
}
