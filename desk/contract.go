package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// Contract is the desk, whether it works in this process or in another one.
type Contract interface {
	Reader
	Actor
	Drafter
	Watcher
	Queue
	Talker
	Witness
	Stationery
	Filer
	Attendance
	Sites
}

// Reader answers what a screen shows.
type Reader interface {
	List(ctx context.Context, r store.ListRequest) (store.ListPage, error)
	// Conversation returns store.ErrNotFound when there is none of that id.
	Conversation(ctx context.Context, id store.ConversationID) (store.Conversation, error)
	Thread(ctx context.Context, r store.ThreadRequest) (store.ThreadPage, error)
	// Touches returns the newest n touches, newest first.
	Touches(ctx context.Context, id store.ConversationID, n int) ([]store.Touch, error)
	Counts(ctx context.Context) (store.Counts, error)
	State(ctx context.Context) (State, error)
}

// Actor does what an agent decides.
type Actor interface {
	// Reply checks the reply and, when nothing is wrong with it, keeps it and returns the message as it stands in the
	// thread, queued. A fault is a *Refusal, and then nothing is kept or sent.
	Reply(ctx context.Context, r Reply) (store.Message, error)
	// ReplyAll does so with the messages of one answer, in their order: all of them are kept, or none is.
	ReplyAll(ctx context.Context, replies []Reply) ([]store.Message, error)
	// Do keeps an act and returns the act that takes it back. It returns once the views show it.
	Do(ctx context.Context, act store.Act) (undo store.Act, err error)
	// Message returns one message with its state of now.
	Message(ctx context.Context, conv store.ConversationID, id store.MessageID) (store.Message, error)
}

// Drafter keeps what an agent has typed and not sent.
type Drafter interface {
	Draft(ctx context.Context, conv store.ConversationID, agent string) (Draft, error)
	// SaveDraft keeps a draft; an empty one is forgotten.
	SaveDraft(ctx context.Context, conv store.ConversationID, agent string, draft Draft) error
	// Drafted returns the conversations in which the agent has a draft.
	Drafted(ctx context.Context, agent string) ([]store.ConversationID, error)
}

// Watcher tells of news.
type Watcher interface {
	// Changes sends the newest place the views have come to after each change, coalescing: a slow receiver misses
	// steps, never the last. The channel is closed when ctx ends or the desk is gone.
	Changes(ctx context.Context) (<-chan store.Seq, error)
	// CaughtUp returns when the views have reached the log's head of the moment of the call. ErrBehind when that
	// takes longer than ten seconds.
	CaughtUp(ctx context.Context) error
}

// Errors that callers tell apart.
var (
	// ErrBehind says that the views did not reach the log's head in time.
	ErrBehind = errors.New("the views are still behind the log")
	// ErrGone says that the process that holds the desk has ended.
	ErrGone = errors.New("the running frontdesk has gone")
	// ErrUnanswered is an ErrGone of a process that ended before it answered: what it was asked for may have been done.
	ErrUnanswered = fmt.Errorf("%w before it answered", ErrGone)
)

// Reply is what an agent wants to send.
type Reply struct {
	Conversation store.ConversationID
	Agent        string
	Message      messenger.OutMessage
	HumanAgent   bool      // outside the 24 hours: send with the HUMAN_AGENT tag where the inbox has it
	Seen         store.Seq // the place in the log the agent had seen

	ReplyTo store.MessageID // the message it quotes, whose mid must be known; empty: none
	// File is what it carries instead of text; the file's bytes are kept already. Message then has quick replies at most.
	File *store.File
}

// Refusal is why a reply was not taken: what is wrong, where, and what to do.
type Refusal struct {
	Field  string // as the limits name it, for example quick_replies[2].title; empty: the reply as a whole
	Reason string // a sentence
	Advice string // a sentence, may be empty
}

func (r *Refusal) Error() string {
	s := r.Reason
	if r.Field != "" {
		s = fmt.Sprintf("%s: %s", r.Field, s)
	}
	if r.Advice != "" {
		s += " " + r.Advice
	}
	return s
}

// Inbox is one connected Page or plugin site, as the desk knows it.
type Inbox struct {
	ID         store.InboxID
	Name       string
	Plugin     bool   // a site of our own plugin: no window
	Missing    string // the setting without which nothing can be sent there; empty when it can
	HumanAgent bool   // the HUMAN_AGENT tag may be used
	Alert      string // why nothing is sent for the whole inbox, now or for a while, in a sentence; empty when all is well
	Stopped    bool   // nothing is taken for it either, until somebody has done what Advice says; else Alert passes by itself
	Advice     string // what to do about Alert, a sentence; may be empty
	AppID      string // of our own app there; empty when it is not known
}

// State is what the screen's head and the empty screen say.
type State struct {
	Version     string
	Listening   string        // base address of the listener, for example http://127.0.0.1:8080
	ListenError string        // why nothing is listening; empty when all is well
	Trouble     Trouble       // why what arrives is not kept or not shown; empty when all is well
	Inboxes     []Inbox       // those with settings
	DataDir     string        // where the data lies
	Demo        bool          // data is thrown away at the end
	Remote      bool          // the desk works in another process
	Head        store.Seq     // of the log
	Applied     store.Seq     // of the views
	Behind      time.Duration // age of the oldest record not yet in the views; 0 when all are
	LastEvent   store.Millis  // arrival of the newest webhook record since start; 0: none
	Counters    []Counter     // what the listener answered since start, in an order that stays
	AppID       string        // of our own app on the platform; empty when it is not set

	Unknown []store.UnknownCount // events of kinds nobody knows, most often seen first; at most MaxUnknownShown

	Usage   []InboxUsage  // inboxes near a limit of the platform, in the order of Inboxes
	Uploads []Upload      // files on their way to the platform, oldest first
	Hold    time.Duration // how long a reply is held so that it can be taken back; 0: not at all
}

// Trouble is why what arrives is not kept, or not shown.
type Trouble string

// The troubles.
const (
	TroubleDiskFull Trouble = "disk_full"   // nothing is taken until there is room; then it is by itself
	TroubleLog      Trouble = "log_failed"  // nothing is taken until frontdesk is started again
	TroubleViews    Trouble = "views_ended" // what arrives is kept, and shown when frontdesk was started again
)

// InboxUsage says that an inbox has used up most of what the platform allows (ref. 3.11).
type InboxUsage struct {
	Inbox   store.InboxID
	Percent float64   // the highest figure the platform gave
	At      time.Time // when it did
	Text    string    // what that means, a sentence
}

// Upload is a file of a reply on its way to the platform.
type Upload struct {
	Conversation store.ConversationID
	Message      store.MessageID
	Name         string
	Sent, Total  int64 // bytes
}

// MaxUnknownShown bounds State.Unknown: names come from outside and have no end.
const MaxUnknownShown = 100

// Counter is how often something happened since the start.
type Counter struct {
	Name string
	N    uint64
}
