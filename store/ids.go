package store

import "time"

// InboxID names an inbox: the id of a Page or of a plugin site.
type InboxID string

// ConversationID is a conversation's public id, the same whatever the order of arrival: PAGE:PSID, PAGE:ref:USER_REF
// or PAGE:visitor:ID, parts percent-escaped (letters, digits and ._~- stay).
type ConversationID string

// MessageID is a message's id for ever: the mid, a hash where there is none (ref. 1.7), `out:TOKEN` for a reply of
// ours, or `log:SEQ` for a line that a record itself makes.
type MessageID string

// Token is what a reply of ours carries as `metadata`; its echo brings it back.
type Token string

// Seq is a place in the log. The first record has 1; 0 is before everything.
type Seq uint64

// Millis is a time in milliseconds since 1970, as the platform writes it; 0 is no time.
type Millis int64

// MillisOf is t in milliseconds; the zero time is 0.
func MillisOf(t time.Time) Millis {
	if t.IsZero() {
		return 0
	}
	return Millis(t.UnixMilli())
}

// Time is m in UTC; 0 is the zero time.
func (m Millis) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// Place is a position among a conversation's messages: by time, ties by the SHA-256 of the message id (see Compare).
type Place struct {
	At Millis
	ID MessageID
}
