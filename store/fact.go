package store

import "frontdesk/messenger"

// FactKind is what one event of a webhook record says.
type FactKind string

// The kinds of fact.
const (
	FactMessage  FactKind = "message"
	FactEcho     FactKind = "echo"
	FactPostback FactKind = "postback"
	FactReferral FactKind = "referral"
	FactDelivery FactKind = "delivery"
	FactRead     FactKind = "read"
	FactUnknown  FactKind = "unknown" // kept in the log, counted, without a line
)

// Fact is one event of a webhook record in the store's words. Facts of one record are independent of each other.
type Fact struct {
	Kind    FactKind
	Inbox   InboxID
	Contact Contact // without a name; the zero Contact makes no conversation
	At      Millis  // the platform's time, else the entry's, else arrival; arrival when more than five minutes after it

	ID  MessageID // mid, or the hash of ref. 1.7
	Key string    // what a duplicate shares: kind and mid without a leading m_, or the hash
	MID string

	LineKind     MessageKind // how FactMessage, FactEcho and FactPostback are drawn
	Text         string
	Payload      string
	Attachments  []Attachment
	QuickReplies []messenger.QuickReply
	Buttons      []messenger.Button
	Elements     []messenger.Element
	ReplyTo      string

	AppID    string // FactEcho: who sent it; empty when the event did not say
	Metadata string // FactEcho: the Token when it is ours

	Touch       *Touch // the arrival this event tells of, without tags
	Tagged      bool   // bore the plugin's tag (ref. 2.3)
	OpensWindow bool   // ref. 5 and design: message, tap, postback, m.me referral

	MIDs      []string // FactDelivery
	Watermark Millis   // FactDelivery, FactRead

	Name string // FactUnknown: the key nobody knows
}

// Translate turns the body of a webhook record into facts. It is a pure function: the same record gives the same facts
// for ever. A body that is no envelope gives none.
type Translate func(Record) []Fact
