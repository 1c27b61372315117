package messenger

// Kind is what a webhook event is about: the first known key found in it (ref. 2.1).
type Kind string

// The kinds of event this package reads. Every other kind is KindUnknown and keeps its raw JSON whole.
const (
	KindMessage  Kind = "message"
	KindEcho     Kind = "echo" // a message the page sent, through whatever program (ref. 2.6)
	KindPostback Kind = "postback"
	KindReferral Kind = "referral"
	KindDelivery Kind = "delivery"
	KindRead     Kind = "read"
	KindReaction Kind = "reaction"
	KindEdit     Kind = "message_edit"
	KindOptin    Kind = "optin"
	KindPass     Kind = "pass_thread_control"
	KindTake     Kind = "take_thread_control"
	KindRequest  Kind = "request_thread_control"
	KindAppRoles Kind = "app_roles"
	KindPolicy   Kind = "policy_enforcement" // either spelling of the key
	KindLinking  Kind = "account_linking"
	KindSurvey   Kind = "messaging_feedback"
	KindFeedback Kind = "response_feedback"
	KindOrder    Kind = "order"
	KindCoupon   Kind = "template" // a `template` beside the parties: a coupon was revealed
	KindCustomer Kind = "messaging_customer_information"
	KindForm     Kind = "form"
	KindLabel    Kind = "inbox_labels" // of `changes[]`
	KindUnknown  Kind = "unknown"
)

// Channel is the array of an entry in which an event stood (ref. 1.3).
type Channel string

// The three arrays an entry can hold.
const (
	ChannelMessaging Channel = "messaging"
	ChannelStandby   Channel = "standby" // another app controls the conversation (ref. 2.13)
	ChannelChanges   Channel = "changes" // `changes[].value`, whose field names a messaging field
)

// Envelope is the body of one webhook POST (ref. 1.3).
type Envelope struct {
	Object  string
	Entries []Entry
}

// Entry is one element of `entry[]`. One or many; an envelope may mix pages.
type Entry struct {
	ID     string // page id; empty when missing
	Time   int64  // ms since 1970 when the notification was made; 0 when missing or unreadable
	Events []Event
}

// Party is `sender` or `recipient`: an id, a user_ref, both, or neither (ref. 2.1).
type Party struct {
	ID      string
	UserRef string
}

// Empty reports whether the party names nobody.
func (p Party) Empty() bool { return p.ID == "" && p.UserRef == "" }

// Event is one element of `messaging[]`, `standby[]` or a messaging `changes[].value`.
//
// A field of a wrong type is left at its zero value; it never costs the event, nor its neighbours.
type Event struct {
	Kind      Kind
	Key       string // the JSON key that decided Kind; for unknown ones the first key that is no envelope field, or empty
	Channel   Channel
	Sender    Party
	Recipient Party
	Timestamp int64 // ms since 1970; seconds and text are converted (ref. 2.1); 0 when missing, unreadable or not positive

	Message  *Message  // KindMessage and KindEcho
	Postback *Postback // KindPostback
	Referral *Referral // KindReferral, and as a side key of other kinds
	Delivery *Delivery // KindDelivery
	Read     *Read     // KindRead
	Prior    *Prior    // `prior_message`, a side key
	Optin    *Optin    // KindOptin, and as a side key of other kinds
	Rare     *Rare     // what few events say; nil for most

	// Source is a `source` beside `postback` (2018 form, ref. 2.3).
	Source string

	// Raw is the event's JSON as received; a copy that the caller may keep. Of a change whose field is no messaging field
	// it is the whole element, and Key is the field's name.
	Raw []byte
}

// Message is the `message` object of an incoming message or an echo (ref. 2.4, 2.6).
type Message struct {
	MID           string
	Text          string
	QuickReply    *string // payload of the tapped quick reply; nil when none was tapped
	ReplyTo       string  // mid of the message it quotes
	Attachments   []Attachment
	Referral      *Referral
	Tags          []string // `tags[].source`
	IsEcho        bool
	AppID         string // echoes: the app that sent it; empty when missing
	Metadata      string // echoes: what the sender gave in the Send API
	IsDeleted     bool
	IsUnsupported bool
	StickerID     string // legacy; also in the attachment
	Raw           []byte // the object's JSON as received
}

// Attachment is one element of `attachments[]` of a message that came in or was echoed (ref. 2.5).
type Attachment struct {
	Type      string
	URL       string
	Title     string
	StickerID string
	Lat, Long float64 // `location` only

	// Templates in echoes, as far as they can be drawn.
	TemplateType string
	Text         string
	Buttons      []Button
	Elements     []Element

	Booking *Booking // `appointment_booking` only
}

// Booking is an appointment that a person asked for, or an answer to that (ref. 2.5).
type Booking struct {
	ID         string
	Status     string // requested, confirmed, declined, cancelled
	Start, End int64  // ms since 1970; 0 when missing or unreadable
	Timezone   string // IANA name
}

// Postback is a tap on a button, the persistent menu, Get Started or an ice breaker (ref. 2.7).
type Postback struct {
	MID      string
	Title    string
	Payload  string
	Source   string // 2018 form
	Referral *Referral
}

// Referral says how a person came in (ref. 2.8).
type Referral struct {
	Ref         string
	Source      string
	Type        string
	RefererURI  string // `referer_uri`, else `origin_domain`
	IsGuestUser bool
	AdID        string
	ProductID   string
}

// Delivery is a delivery receipt (ref. 2.9).
type Delivery struct {
	MIDs      []string
	Watermark int64 // ms; messages sent before it are delivered
}

// Read is a read receipt (ref. 2.9).
type Read struct {
	Watermark int64 // ms; messages sent at or before it are read
}

// Prior is `prior_message`: the person was until now known by a user_ref only (ref. 2.4).
type Prior struct {
	Source     string
	Identifier string
}
