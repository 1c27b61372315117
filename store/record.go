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

	RecordMedia  RecordKind = 9  // Media
	RecordUpload RecordKind = 10 // Uploaded
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

	ReplyTo   string `json:"reply_to,omitempty"`   // the mid it quotes
	NotBefore Millis `json:"not_before,omitempty"` // it is held so long, so that it can be taken back
	File      *File  `json:"file,omitempty"`       // the bytes it carries: uploaded first, then sent by the platform's id of them
}

// File is a file of ours, or one that came, by its content.
type File struct {
	Hash string `json:"hash"` // SHA-256 of its bytes in hex
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty"` // MIME
	Size int64  `json:"size,omitempty"` // bytes
}

// Attempt is written and synced before each request that carries a reply.
type Attempt struct {
	Token        Token          `json:"token"`
	Conversation ConversationID `json:"conversation"`
	N            int            `json:"n"` // 1 for the first

	// What the request said beside the reply, so that it can be shown again as it was.
	Type         messenger.MessagingType `json:"type,omitempty"`
	Tag          string                  `json:"tag,omitempty"`
	AttachmentID string                  `json:"attachment_id,omitempty"`
}

// Outcome is how an attempt ended.
type Outcome string

// The outcomes.
const (
	OutcomeSent    Outcome = "sent"
	OutcomeFailed  Outcome = "failed"
	OutcomeUnknown Outcome = "unknown" // the request may have been taken
	OutcomeRetry   Outcome = "retry"   // not taken, or so it seems (Doubt); again at RetryAt
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
	// Doubt goes with OutcomeRetry: the request may have been taken after all, and the platform is asked before another.
	Doubt bool `json:"doubt,omitempty"`

	// The platform's own words, for whoever looks into what happened.
	Status int    `json:"status,omitempty"` // of HTTP; 0 when there was no answer
	Trace  string `json:"trace,omitempty"`  // fbtrace_id
	Answer string `json:"answer,omitempty"` // the body, at most 4 KB, with everything secret cut out
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
	VerbNote      Verb = "note"       // Text: a private note. Message: the one it is, given back after VerbUnnote
	VerbUnnote    Verb = "unnote"     // Message: a private note is taken away
	VerbLabel     Verb = "label"      // Label
	VerbUnlabel   Verb = "unlabel"    // Label
	VerbReact     Verb = "react"      // Message, Emoji: the platform has taken our reaction; no Emoji takes it back
	VerbControl   Verb = "control"    // Owner: the platform has let us take, pass on or give up the conversation
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
	Text         string         `json:"text,omitempty"`
	Label        string         `json:"label,omitempty"`
	Emoji        string         `json:"emoji,omitempty"`
	Owner        *Owner         `json:"owner,omitempty"`
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
// with a mid, in one inbox, as far as they were told under one id. Told under another id that nothing ties to this one,
// the same mid is another message.
type Redaction struct {
	Seq   Seq     `json:"seq"`
	Inbox InboxID `json:"inbox"`
	MID   string  `json:"mid"` // without a leading m_

	// Conversation is the id that the contact they were told of has by itself, an alias or not. It is empty in records
	// of the first frontdesks, and means every id then.
	Conversation ConversationID `json:"conversation,omitempty"`
}

// Redacted says that words were taken out of the log. It makes the views forget that they were to be.
type Redacted struct {
	Done []Redaction `json:"done"`
}

// Media is what became of fetching one attachment of a message.
type Media struct {
	Conversation ConversationID `json:"conversation"`
	Message      MessageID      `json:"message"`
	Index        int            `json:"index"` // among the message's attachments, from 0
	File
	Width   int    `json:"width,omitempty"`   // of pictures, in pixels
	Height  int    `json:"height,omitempty"`  // of pictures, in pixels
	Problem string `json:"problem,omitempty"` // why it is not here, in a sentence
	Gone    bool   `json:"gone,omitempty"`    // its address leads nowhere any more: trying again is of no use
}

// Uploaded says that the platform keeps a file of ours under an id, for one inbox and 90 days (ref. 3.6). Without an id it
// says that the platform has it no longer.
type Uploaded struct {
	Inbox        InboxID        `json:"inbox"`
	Conversation ConversationID `json:"conversation"`
	Token        Token          `json:"token,omitempty"` // the reply it was made for
	Hash         string         `json:"hash"`
	AttachmentID string         `json:"attachment_id"`
}
