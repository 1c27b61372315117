package store

import (
	"context"
	"errors"
)

// Errors that callers tell apart.
var (
	// ErrFull says that the log can't keep up, or its disk is full: try again later. Nothing was kept.
	ErrFull = errors.New("the log cannot take more now")
	// ErrDiskFull says that the log's disk has no room. It comes together with ErrFull.
	ErrDiskFull = errors.New("its disk is full")
	// ErrClosed says that the store has been closed.
	ErrClosed = errors.New("the store is closed")
	// ErrLocked says that another process holds the data folder.
	ErrLocked = errors.New("another frontdesk has this data folder open")
	// ErrNotFound says that there is no such conversation or message.
	ErrNotFound = errors.New("not found")
	// ErrTorn says that the views met a part of themselves that can't be read: Reset them and apply the log again.
	ErrTorn = errors.New("the views are torn")
	// ErrNewer says that the files were written by a newer frontdesk.
	ErrNewer = errors.New("written by a newer frontdesk")
)

// Log is the truth: an append-only sequence of records.
type Log interface {
	// Append keeps the records, in order and together, and returns the place of the last one once all are on disk.
	// Seq of the given records is ignored. When it returns an error nothing of them is kept.
	Append(ctx context.Context, records ...Record) (Seq, error)
	// Read returns records after a place, in order: at most n of them, and fewer where they would exceed some
	// megabytes, but at least one if there is one.
	Read(ctx context.Context, after Seq, n int) ([]Record, error)
	// Head is the place of the newest record; 0 for an empty log.
	Head() Seq
	// Redact takes words out of the body of a record and returns once that is on disk. change gets a copy of the body
	// and returns what shall stand in its place: no longer than it, or nothing is changed and Redact fails. The record
	// stays where it is, with its kind and time. A body that comes back as it was costs no write. ErrNotFound when
	// there is no such record.
	Redact(ctx context.Context, seq Seq, change func(body []byte) []byte) error
}

// Views are the log's meaning, kept so that a screen's question is answered in a fraction of a millisecond.
type Views interface {
	// Applied is the place in the log up to which the views stand.
	Applied(ctx context.Context) (Seq, error)
	// Apply runs change in one transaction which also sets Applied to upTo. When change fails, nothing is changed.
	// One goroutine at a time.
	Apply(ctx context.Context, upTo Seq, change func(Rows) error) error
	// Reset empties the views, so that Applied is 0: the first step of a replay.
	Reset(ctx context.Context) error

	List(ctx context.Context, r ListRequest) (ListPage, error)
	Thread(ctx context.Context, r ThreadRequest) (ThreadPage, error)
	// Conversation returns ErrNotFound when there is none of that id.
	Conversation(ctx context.Context, id ConversationID) (Conversation, error)
	// Message returns one message by id, with its state as ThreadPage gives it.
	Message(ctx context.Context, conv ConversationID, id MessageID) (Message, error)
	// Touches returns the newest n touches of a conversation, newest first.
	Touches(ctx context.Context, id ConversationID, n int) ([]Touch, error)
	Counts(ctx context.Context) (Counts, error)
	// Alerts returns the latest that the platform said of each inbox of which it said anything (ref. 2.14).
	Alerts(ctx context.Context) (map[InboxID]Alert, error)
	// Unknown returns the events of kinds nobody knows, by inbox and name, those most often seen first.
	Unknown(ctx context.Context) ([]UnknownCount, error)
	// AttachmentID returns the id under which the platform keeps a file for an inbox, found by the hash of its bytes, where
	// its newest upload was at notBefore or later; else "".
	AttachmentID(ctx context.Context, inbox InboxID, hash string, notBefore Millis) (string, error)
	// Redactions returns up to n words that are still to be taken out of the log, by their place in it.
	Redactions(ctx context.Context, n int) ([]Redaction, error)

	// Outbox returns the replies that are not settled (queued, sending, failed, unknown, held), oldest first within a
	// conversation; at most n conversations. Those in which something is queued or being sent come first, so that those
	// which wait for a person never hide them.
	Outbox(ctx context.Context, n int) ([]Message, error)
	// Due returns up to n conversations whose snooze ends at or before now, and the time of the first one that it
	// did not return (0: none).
	Due(ctx context.Context, now Millis, n int) ([]Conversation, Millis, error)
	// Nameless returns up to n conversations whose contact's profile was never asked for, newest first.
	Nameless(ctx context.Context, n int) ([]Conversation, error)
}

// Rows is what a projector does inside one Apply. The engine keeps every index, membership and counter in step with
// the rows it is given. Rows are values: changing one has no effect until it is put.
type Rows interface {
	// Conversation returns the header of that very id, hidden or not.
	Conversation(id ConversationID) (Conversation, bool, error)
	// PutConversation keeps a header. One that is Hidden is in no list, count or set, and Views find nothing under its
	// id; or, where it names another conversation in Into, that one.
	PutConversation(c Conversation) error

	// Key finds the message that a key (of a Fact, or of a Token) stands for, and what is waiting for it. Keys may be
	// put before their conversation, for what comes first; that lists nothing.
	Key(conv ConversationID, key string) (KeyRow, bool, error)
	PutKey(conv ConversationID, key string, row KeyRow) error
	// TakeKeys forgets up to n keys of a conversation and returns them, in an order that is always the same.
	TakeKeys(conv ConversationID, n int) ([]TakenKey, error)

	Message(conv ConversationID, at Place) (Message, bool, error)
	// PutMessage keeps a message at its place; an id that stands elsewhere in its conversation moves. The conversation
	// must be there when Apply ends.
	PutMessage(m Message) error
	// DeleteMessage forgets the message at a place; none there is no error.
	DeleteMessage(conv ConversationID, at Place) error
	// Messages returns up to n messages after a place, oldest first, or before it, newest first. The zero Place
	// means from the very start, or from the very end.
	Messages(conv ConversationID, from Place, newer bool, n int) ([]Message, error)
	// Unsettled returns a conversation's replies that are queued, sending, failed, unknown or held, oldest first.
	Unsettled(conv ConversationID) ([]Message, error)

	// PutTouch keeps a touch; touches of one conversation are told apart by At and ID.
	PutTouch(conv ConversationID, t Touch) error
	DeleteTouch(conv ConversationID, at Millis, id MessageID) error
	// TouchesBefore returns up to n touches at or before a time (0: all), newest first.
	TouchesBefore(conv ConversationID, at Millis, n int) ([]Touch, error)

	// CountUnknown counts an event of a kind nobody knows, which was seen at a time. Names come from outside and have
	// no end: after the first MaxUnknown pairs of inbox and name, new ones count as UnknownRest.
	CountUnknown(inbox InboxID, name string, at Millis) error

	// Alert returns what was last put for an inbox.
	Alert(inbox InboxID) (Alert, bool, error)
	PutAlert(inbox InboxID, a Alert) error

	// PutUpload keeps under which id the platform has had a file since a time, by the hash of its bytes, in the place of
	// what was put for that inbox and hash before. No id forgets it.
	PutUpload(inbox InboxID, hash, id string, at Millis) error

	// PutRedaction keeps what is to be taken out of the log; the same one twice is one.
	PutRedaction(r Redaction) error
	// DeleteRedaction forgets it; none there is no error. One without a conversation means those of all conversations.
	DeleteRedaction(r Redaction) error
}

// KeyRow ties a key to its message, and keeps what was said of that message: whether it is there or not, and whatever
// comes first.
type KeyRow struct {
	Place     Place // zero: the message is not there yet. A key that is no message's may keep a time in At
	Delivered bool  // a delivery receipt named the mid

	Records    []Seq      // that told of its words, beside the message's own Seq; sorted
	Versions   []Edit     // only of an edited message: all its words by number, 0 first; At is when they were said
	Reactions  []Reaction // the newest of each side; one without an emoji was taken back
	Feedback   string
	FeedbackAt Millis
	Withdrawn  bool      // by the contact: no words of it are kept
	Files      []Fetched // what became of fetching its attachments, by Index
	Trail      []Seq     // the records that told of it before it was there; see Message.Trail

	Echoes []string    // of the key of a reply that is not there yet: keys of echoes that bore its token
	Labels []LabelMark // of the key that keeps a conversation's labels; sorted by label
}

// TakenKey is a key that was taken, with its row.
type TakenKey struct {
	Key string
	Row KeyRow
}

// LabelMark is what the platform last said of one label of a conversation.
type LabelMark struct {
	Label string
	At    Millis
	Off   bool // it was taken off
}

// Drafts keeps what an agent has typed and not sent, by conversation and agent.
type Drafts interface {
	Draft(ctx context.Context, conv ConversationID, agent string) (string, error)
	// SaveDraft keeps text; empty text forgets the draft.
	SaveDraft(ctx context.Context, conv ConversationID, agent, text string) error
	// Drafted returns the conversations in which the agent has a draft.
	Drafted(ctx context.Context, agent string) ([]ConversationID, error)
}

// Keys keeps frontdesk's own secrets and ids.
type Keys interface {
	// Key returns the value kept under name; if there is none it keeps and returns what create makes.
	Key(ctx context.Context, name string, create func() (string, error)) (string, error)
}
