package store

import "frontdesk/messenger"

// RecordKind says what a record's body is. Numbers are for ever.
type RecordKind uint8

// The kinds of record.
const (
	RecordWebhook RecordKind = 1 // the raw body of a webhook POST
	RecordReply   RecordKind = 2 // Reply
	RecordAttempt RecordKind = 3 // Attempt
	RecordResult  RecordKind = 4 // Result
	RecordAct     RecordKind = 5 // Act
	RecordProfile RecordKind = 6 // Profile
	RecordWoke    RecordKind = 7 // Woke

	RecordRedacted RecordKind = 8 // Redacted
)

// Record is one thing that happened. Bodies of all kinds but RecordWebhook are JSON of the type named beside the kind.
type Record struct {
	Seq  Seq
	Kind RecordKind
	At   Millis // when it was appended
	Body []byte
}

// Reply is an agent's message to a contact, written but not yet sent.
type Reply struct {
	Token         Token                   `json:"token"`
	Conversation  ConversationID          `json:"conversation"`
	Inbox         InboxID                 `json:"inbox"`
	Recipient     Contact                 `json:"recipient"` // whom it was written for, whatever is merged later
	Agent         string                  `json:"agent"`
	MessagingType messenger.MessagingType `json:"messaging_type"`
	Tag           string                  `json:"tag,omitempty"`
	Message       messenger.OutMessage    `json:"message"`
	Seen          Seq                     `json:"seen"` // what the agent had seen when writing: a reply marks read up to here
}

// Attempt is written and synced before each request that carries a reply.
type Attempt struct {
	Token        Token          `json:"token"`
	Conversation ConversationID `json:"conversation"`
	N            int            `json:"n"` // 1 for the first
}

// Outcome is how an attempt ended.
type Outcome string

// The outcomes.
const (
	OutcomeSent    Outcome = "sent"
	OutcomeFailed  Outcome = "failed"
	OutcomeUnknown Outcome = "unknown" // the request may have been taken
	OutcomeRetry   Outcome = "retry"   // surely not taken; again at RetryAt
	OutcomeHeld    Outcome = "held"    // surely not taken; waits for what Error names
)

// Result is what the platform's answer, or its absence, said of an attempt.
type Result struct {
	Token        Token          `json:"token"`
	Conversation ConversationID `json:"conversation"`
	N            int            `json:"n"`
	Outcome      Outcome        `json:"outcome"`
	MID          string         `json:"mid,omitempty"`
	Error        *SendError     `json:"error,omitempty"`
	RetryAt      Millis         `json:"retry_at,omitempty"`
}

// Verb is what an agent did to a conversation.
type Verb string

// The verbs.
const (
	VerbResolve   Verb = "resolve"
	VerbReopen    Verb = "reopen"
	VerbSnooze    Verb = "snooze"     // Until
	VerbRead      Verb = "read"       // Seen
	VerbUnread    Verb = "unread"     // the newest incoming message counts as unread again
	VerbAssign    Verb = "assign"     // Assignee; empty is nobody
	VerbSendAgain Verb = "send_again" // Message: a failed, unknown, held or cancelled reply is queued again
	VerbArrived   Verb = "arrived"    // Message: an unknown reply did arrive
	VerbCancel    Verb = "cancel"     // Message: a reply that was not sent shall not be
	VerbRestore   Verb = "restore"    // undo: Status, Until, Seen and Assignee as they were before
)

// Act is what an agent did to a conversation, other than replying.
type Act struct {
	Agent        string         `json:"agent"`
	Conversation ConversationID `json:"conversation"`
	Verb         Verb           `json:"verb"`
	Until        Millis         `json:"until,omitempty"`
	Seen         Seq            `json:"seen,omitempty"`
	Assignee     string         `json:"assignee,omitempty"`
	Message      MessageID      `json:"message,omitempty"`
	Status       Status         `json:"status,omitempty"` // VerbRestore
}

// Profile is what the User Profile API said of a contact (ref. 6.1), or that it said nothing.
type Profile struct {
	Conversation ConversationID `json:"conversation"`
	Name         string         `json:"name,omitempty"` // empty: nothing known
	Locale       string         `json:"locale,omitempty"`
	PictureURL   string         `json:"picture_url,omitempty"`
	Reason       string         `json:"reason,omitempty"` // why there is no name
}

// Woke says that a snooze ended by time. It acts only on a conversation still snoozed until that very time.
type Woke struct {
	Conversation ConversationID `json:"conversation"`
	Until        Millis         `json:"until"`
}

// Redaction names words that a contact took back and that still stand in the body of a record: those of the message
// with a mid, in one inbox.
type Redaction struct {
	Seq   Seq     `json:"seq"`
	Inbox InboxID `json:"inbox"`
	MID   string  `json:"mid"` // without a leading m_
}

// Redacted says that words were taken out of the log. It makes the views forget that they were to be.
type Redacted struct {
	Done []Redaction `json:"done"`
}
