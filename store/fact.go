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
	FactEdit     FactKind = "edit"     // new words for the message with MID
	FactUnsend   FactKind = "unsend"   // the contact withdrew the message with MID
	FactReaction FactKind = "reaction" // of the contact to the message with MID
	FactFeedback FactKind = "feedback" // of the contact on the message with MID
	FactActivity FactKind = "activity" // one grey line; LineKind and Details say what
	FactControl  FactKind = "control"  // a grey line, and Owner has the conversation now
	FactLabel    FactKind = "label"    // Label was set in the platform's own inbox, or removed there
	FactAlert    FactKind = "alert"    // concerns the whole inbox, no conversation
	FactUnknown  FactKind = "unknown"  // kept in the log, counted, without a line
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

	// Alias is the user_ref that the platform says is this contact (ref. 2.2); the zero Contact is none.
	Alias Contact

	// Standby says that the event came while another app had the conversation (ref. 2.13).
	Standby bool

	Edit     int      // FactEdit: num_edit, from 1
	Reaction string   // FactReaction: the emoji, else the platform's word for it; empty takes the reaction back
	Feedback string   // FactFeedback: the platform's words
	Details  []Detail // what a line tells beside its text, ready to be shown; never a token or secret
	Owner    Owner    // FactControl
	Label    string   // FactLabel
	Removed  bool     // FactLabel: the label was taken off
	Alert    Alert    // FactAlert

	Name string // FactUnknown: the key nobody knows
}

// Detail is one named value of a line: a product of an order, an answer of a form, a score.
type Detail struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// String is the detail as a sentence has it.
func (d Detail) String() string {
	if d.Name == "" || d.Value == "" {
		return d.Name + d.Value
	}
	return d.Name + " " + d.Value
}

// Alert is what the platform says of a whole inbox (ref. 2.14).
type Alert struct {
	At     Millis
	Action string // warning, block, unblock; empty is no alert
	Reason string
}

// Translate turns the body of a webhook record into facts. It is a pure function: the same record gives the same facts
// for ever. A body that is no envelope gives none.
type Translate func(Record) []Fact
