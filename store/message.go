package store

import "frontdesk/messenger"

// Direction says on which side of the thread a line stands.
type Direction string

// The directions.
const (
	In       Direction = "in"
	Out      Direction = "out"
	Note     Direction = "note"
	Activity Direction = "activity"
)

// MessageKind is what a line is, for drawing it and for `show --json`.
type MessageKind string

// The kinds of message.
const (
	KindText       MessageKind = "text"
	KindQuickReply MessageKind = "quick_reply" // a tap on a quick reply
	KindPostback   MessageKind = "postback"    // a tap on a button
	KindMedia      MessageKind = "media"       // attachments without text
	KindTemplate   MessageKind = "template"    // button or generic template
	KindOrder      MessageKind = "order"       // a cart the contact sent; Details are its products
	KindForm       MessageKind = "form"        // a form the contact filled in; Details are its answers
	KindNote       MessageKind = "note"        // what agents tell each other; the contact never sees it

	// Activities.
	KindReferral   MessageKind = "referral" // the contact came (back) in; Touch says how
	KindResolved   MessageKind = "resolved"
	KindReopened   MessageKind = "reopened" // by Agent, or by the contact's word when Agent is empty
	KindSnoozed    MessageKind = "snoozed"  // Until says how long
	KindWoke       MessageKind = "woke"
	KindAssigned   MessageKind = "assigned"   // Text is the assignee
	KindUnassigned MessageKind = "unassigned" // nobody is assignee any more
	KindLabeled    MessageKind = "labelled"   // Text is the label
	KindUnlabeled  MessageKind = "unlabelled" // Text is the label that was taken off
	KindOptin      MessageKind = "optin"
	KindControl    MessageKind = "control" // thread control moved or was asked for; Details say between whom
	KindLinked     MessageKind = "account_linked"
	KindUnlinked   MessageKind = "account_unlinked"
	KindSurvey     MessageKind = "survey" // the answer to a feedback template; Details are the scores
	KindCoupon     MessageKind = "coupon" // the contact revealed a coupon
)

// DeliveryState is what became of a reply.
type DeliveryState string

// The delivery states.
const (
	StateQueued    DeliveryState = "queued"
	StateSending   DeliveryState = "sending"
	StateSent      DeliveryState = "sent"
	StateDelivered DeliveryState = "delivered"
	StateRead      DeliveryState = "read"
	StateFailed    DeliveryState = "failed"
	StateUnknown   DeliveryState = "unknown" // the request may have arrived; its echo or an agent settles it
	StateHeld      DeliveryState = "held"    // waits for a person, or for something the reason names
	StateCancelled DeliveryState = "cancelled"
)

// Sent reports whether the platform is known to have taken the message.
func (s DeliveryState) Sent() bool { return s == StateSent || s == StateDelivered || s == StateRead }

// Attachment is a file, a share or a place in a message, as the platform described it.
type Attachment = messenger.Attachment

// SendError is why a reply failed, is held or is unknown.
type SendError struct {
	Code    int    `json:",omitempty"`
	Subcode int    `json:",omitempty"`
	Text    string // what did not happen, in a sentence
	Advice  string `json:",omitempty"` // what to do
	Retry   bool   `json:",omitempty"` // whether repeating is safe
}

// The platform's code by which it says that a contact takes nothing of the page (ref. 4.2).
const (
	refusedCode    = 10
	refusedSubcode = 2018108
)

// Unreachable reports whether the platform said that the contact takes nothing of the page until writing again.
func (e *SendError) Unreachable() bool {
	return e != nil && e.Code == refusedCode && e.Subcode == refusedSubcode
}

// Message is one line of a thread: a message of either side, a note or an activity.
type Message struct {
	ID           MessageID
	MID          string // the platform's id as received; empty until known
	Conversation ConversationID
	At           Millis
	Seq          Seq // the first record that told of it
	Direction    Direction
	Kind         MessageKind

	Text         string
	Payload      string // of a tap
	Attachments  []Attachment
	QuickReplies []messenger.QuickReply
	Buttons      []messenger.Button
	Elements     []messenger.Element
	ReplyTo      string // mid of the message it quotes

	Touch *Touch // KindReferral, and the arrival that rode in a message or postback
	Until Millis // KindSnoozed

	Agent string // who wrote it or acted
	AppID string // the app that sent it, for an echo that is not ours

	Token     Token         // of a reply of ours
	Recipient Contact       // of a reply of ours: whom it was written for
	State     DeliveryState // Out only. In Rows as the records say; from Views as Conversation.StateOf says
	Error     *SendError
	Attempts  int
	RetryAt   Millis // queued again: not before this time
	TriedAt   Millis // when the last attempt began
	SentAt    Millis // the platform's time of it, from its echo; 0 until that came
	HeldBy    Token  // held only because this earlier reply is not settled
	Queued    Seq    // the record that queued it last; it waits for what failed after that
	Blocks    Seq    // failed or unknown and not settled: replies queued before this record wait for it

	Details   []Detail   // of orders, forms and activities
	Edits     []Edit     // former words, oldest first
	EditN     int        // num_edit of the words that stand; 0: never edited
	Reactions []Reaction // at most one of each side
	Feedback  string     // what the contact thought of it, in the platform's words
	Withdrawn bool       // the contact took it back; text, attachments and payload are gone

	Tagged      bool // bore the plugin's tag
	OpensWindow bool // Fact.OpensWindow
	Delivered   bool // a delivery receipt named its mid

	File  *File     // of a reply of ours that carries one
	Files []Fetched // what became of fetching its attachments, by Index; Conversation and Message are left empty

	// Trail are the records beside Seq that told of it or changed it, oldest first: attempts and results, its echoes, the
	// receipt that named it, reactions, edits, what agents decided, files. At most MaxTrail, the newest.
	Trail []Seq
}

// MayHaveArrived reports whether a reply that is not known to be sent may have arrived all the same: its fate is unknown, or
// something on the way to the platform answered the last attempt, and the next one waits until its echo is overdue.
func (m Message) MayHaveArrived() bool {
	doubted := m.State == StateQueued && m.Attempts > 0 && m.Error != nil && !m.Error.Retry
	return m.State == StateUnknown || doubted
}

// MaxTrail is how many records a message remembers to have been changed by.
const MaxTrail = 64

// Fetched is what became of fetching an attachment, and when.
type Fetched struct {
	Media
	At Millis
}

// Edit is what a message said before an edit.
type Edit struct {
	N    int // num_edit of the words it replaced; 0 are the first
	Text string
	At   Millis // when the edit came
}

// Reaction is what a person put on a message.
type Reaction struct {
	Side  Direction // In: the contact
	Emoji string    // or the platform's word for it
	At    Millis
}

// Place is where the message stands in its thread.
func (m Message) Place() Place { return Place{At: m.At, ID: m.ID} }
