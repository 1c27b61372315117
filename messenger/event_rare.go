package messenger

// Rare is what few events say. It stands apart so that the many others stay small.
type Rare struct {
	Lead []Answer // `lead.data`, a side key of a referral: what was asked in a lead form, and the answers
	Hops []Hop    // `hop_context`, a side key: the apps that passed the event along

	Reaction *Reaction // KindReaction
	Edit     *Edit     // KindEdit
	Control  *Control  // KindPass, KindTake and KindRequest
	Roles    []Role    // KindAppRoles
	Policy   *Policy   // KindPolicy
	Linking  *Linking  // KindLinking
	Survey   []Answer  // KindSurvey; Name is the type of the question (csat, nps, ces, free_form)
	Feedback *Feedback // KindFeedback
	Order    *Order    // KindOrder
	Coupon   *Coupon   // KindCoupon
	Customer []Answer  // KindCustomer; Name is the key of the field
	Form     *Form     // KindForm
	Label    *Label    // KindLabel; the event's Sender is the person who has it
}

// Optin is `optin`: a person let the page write to them (ref. 2.12). Tokens for sending are secrets and are not read.
type Optin struct {
	Ref     string
	UserRef string

	Source         string
	Type           string // one_time_notif_req, notification_messages; empty for the plugins
	Payload        string
	Title          string
	MessageRequest string // `accept`: the person's message request was accepted
	Frequency      string
	Timezone       string
	Topic          string
	Status         string // of marketing messages: "STOP NOTIFICATIONS", "RESUME NOTIFICATIONS"
	Expires        int64  // when the token ends, ms since 1970; 0 when it is not said
}

// Answer is a named value: of a form, a survey, a lead.
type Answer struct {
	Name  string
	Value string
}

// Hop is an app that passed an event along, and what it said with it.
type Hop struct {
	AppID    string
	Metadata string
}

// Reaction is what a person put on a message, or took off it (ref. 2.10).
type Reaction struct {
	MID    string
	Action string // react, unreact
	Word   string // smile, angry, sad, wow, love, like, dislike, other
	Emoji  string
}

// Edit is a message's new words (ref. 2.11).
type Edit struct {
	MID  string
	Text string
	N    int // `num_edit`, from 1; 0 when missing or unreadable
}

// Control is a change of the app that may answer, or the wish for one (ref. 2.13). App ids are empty when missing.
type Control struct {
	Previous  string
	New       string
	ToNobody  bool   // `new_owner_app_id` is null: the conversation is idle
	Requested string // KindRequest
	Metadata  string
}

// Role is what an app of the page may do (ref. 2.13).
type Role struct {
	AppID string
	Roles []string
}

// Policy is what the platform thinks of the page's behaviour (ref. 2.14).
type Policy struct {
	Action string // warning, block, unblock
	Reason string
}

// Linking says that a person tied their account with the business to this conversation, or untied it (ref. 2.15). The
// authorization code is a secret and is not read.
type Linking struct {
	Status string // linked, unlinked
}

// Feedback is what a person thought of a message (ref. 2.15).
type Feedback struct {
	MID  string
	Text string // "Good response", "Bad response"
}

// Order is a cart that a person sent (ref. 2.15).
type Order struct {
	Products []Product
	Note     string
}

// Product is a line of an order. Numbers stand as they were written.
type Product struct {
	ID         string
	RetailerID string
	Name       string
	UnitPrice  string
	Currency   string
	Quantity   string
}

// Coupon is a coupon whose code a person revealed (ref. 2.15).
type Coupon struct {
	Type    string
	Payload string
	Code    string
}

// Form is a lead form in the thread that was filled in (ref. 2.15).
type Form struct {
	ID string
}

// Label is a label set or taken off in the platform's own inbox (ref. 2.15).
type Label struct {
	ID     string
	Name   string
	Action string // add, remove
}
