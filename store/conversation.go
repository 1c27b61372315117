package store

// ContactKind says in which name space a contact's id stands.
type ContactKind string

// The kinds of contact.
const (
	ContactPSID    ContactKind = "psid"
	ContactUserRef ContactKind = "user_ref"
	ContactVisitor ContactKind = "visitor" // of our own plugin
)

// Contact is a person as one inbox knows them.
type Contact struct {
	Kind ContactKind
	ID   string // bare, as it stands in the body
	Name string // from the profile; empty until known
}

// Status is where a conversation stands.
type Status string

// The statuses. A conversation without a word from its contact is pending; the first word makes it open.
const (
	StatusOpen     Status = "open"
	StatusPending  Status = "pending"
	StatusSnoozed  Status = "snoozed"
	StatusResolved Status = "resolved"
)

// Origin is how a contact came in. Unknown is not "not the plugin".
type Origin string

// The origins.
const (
	OriginPlugin  Origin = "plugin"
	OriginLink    Origin = "link"
	OriginAd      Origin = "ad"
	OriginOther   Origin = "other"
	OriginUnknown Origin = "unknown"
)

// Touch is one arrival of a contact.
type Touch struct {
	At     Millis
	ID     MessageID // of the line that brought it; parts touches of one time
	Origin Origin
	Source string // the platform's own word for the origin
	Ref    string // the site's free text; empty is none
	Page   string // address of the page the visitor was on
	AdID   string
	Guest  bool
}

// Conversation is one contact in one inbox: the row of the list, whole.
type Conversation struct {
	ID      ConversationID
	Inbox   InboxID
	Contact Contact

	Status       Status
	SnoozedUntil Millis // only while snoozed
	Assignee     string // an agent's name; empty is nobody
	Labels       []string

	Unread       int    // incoming messages and postbacks whose record came after Seen
	Seen         Seq    // the place in the log up to which an agent has seen this conversation
	Unreplied    bool   // the contact spoke after the last human answer
	WaitingSince Millis // first word of the contact that no person has answered; 0 when replied

	Touch   Touch    // the latest touch whose origin is known; only its Origin is set, to unknown, when there is none
	Origins []Origin // of every touch, sorted, without doubles; unknown is none of them
	Refs    []string // of every touch, sorted, without doubles

	LastActivity Millis      // last message, postback, referral or reply
	LastMessage  LastMessage // what the row shows of the conversation

	LastIncoming Millis // last message of the contact: the seven days of HUMAN_AGENT count from it
	WindowFrom   Millis // last act that opened the window (ref. 5)
	RefusedFrom  Millis // WindowFrom when the platform last said that the contact takes nothing of the page; see Unreachable
	DeliveredTo  Millis // messages sent before it are delivered (ref. 2.9)
	ReadTo       Millis // messages sent at or before it are read (ref. 2.9)
	DeliveredSeq Seq    // the record that told of DeliveredTo
	ReadSeq      Seq    // the record that told of ReadTo

	Owner   Owner  // which app may answer (ref. 2.13)
	OwnerAt Millis // when the platform said so

	ProfileAt  Millis // when the profile was last asked for; 0 never
	ProfileGot bool   // whether that brought a name

	// Aliases are the ids of conversations that have become this one, sorted. They go on working everywhere an id is
	// asked for; what is kept by id elsewhere, as drafts are, may stand under any of them.
	Aliases []ConversationID

	// The projector's memory; of no use to others.
	Hidden          bool           // nothing has made it a conversation yet, or it has become another one
	Into            ConversationID // the conversation that it has become; it is Hidden then
	LastReaction    Millis         // newest reaction that opened the window
	LastTag         Millis         // newest message that bore the plugin's tag
	LastAnswer      Place          // newest answer of a person
	LastIncomingSeq Seq            // newest record that counted as unread
	Outbox          []Token        // replies not yet sent, in the order of writing
}

// Unreachable reports whether the platform has said that the contact takes nothing of the page (ref. 4.2), and the contact
// has done nothing since that opens the window.
func (c Conversation) Unreachable() bool {
	return c.RefusedFrom != 0 && c.WindowFrom <= c.RefusedFrom
}

// refused takes in that the platform said so.
func (c *Conversation) refused() {
	c.RefusedFrom = max(c.WindowFrom, 1)
}

// LastMessage is the newest message of a conversation, as far as a row of the list needs it.
type LastMessage struct {
	Place     Place
	Direction Direction
	Kind      MessageKind
	Text      string        // at most 256 bytes, cut between characters
	Media     string        // type of the first attachment, where there is no text; a sticker's is "sticker"
	State     DeliveryState // as Conversation.StateOf says
	Agent     string        // Out: the agent who wrote it; empty for an echo of something else
	AppID     string        // Out: the app that sent it, for an echo that is not ours
	Withdrawn bool          // the contact took it back
}

// Owner is which app has a conversation (ref. 2.13).
type Owner struct {
	Kind  OwnerKind
	AppID string // OwnerApp
}

// OwnerKind says who may answer in a conversation.
type OwnerKind string

// The kinds of owner.
const (
	OwnerUnknown OwnerKind = ""
	OwnerUs      OwnerKind = "us"
	OwnerApp     OwnerKind = "app" // another app; sending fails until control is taken or passed
	OwnerIdle    OwnerKind = "idle"
)
