package store

// Field is what a Term looks at.
type Field string

// The fields of a query.
const (
	FieldStatus   Field = "status"   // open, pending, snoozed, resolved
	FieldOrigin   Field = "origin"   // of any touch; unknown: no touch with a known origin
	FieldRef      Field = "ref"      // of any touch; a trailing * is a prefix
	FieldIs       Field = "is"       // unread, unreplied
	FieldInbox    Field = "inbox"    // an InboxID
	FieldAssignee Field = "assignee" // an agent's name; empty: nobody
	FieldLabel    Field = "label"
)

// Term is one condition: the field has one of the values, or none of them when Not.
type Term struct {
	Field  Field
	Values []string
	Not    bool
}

// Query asks for the conversations for which every term holds and whose contact's Title holds every word
// (in any case). The zero Query is every conversation.
type Query struct {
	Terms []Term
	Words []string
}

// Cursor is a position in a list: newest activity first, ties by the SHA-256 of the id (see Compare).
type Cursor struct {
	LastActivity Millis
	ID           ConversationID
}

// ListRequest asks for a page of a list.
type ListRequest struct {
	Query Query
	From  Cursor // rows strictly after it; zero: from the newest (or, with Newer, from the oldest)
	Newer bool   // rows strictly before it instead, still answered newest first
	Limit int    // 1 to 1000
}

// ListPage is a part of a list, newest first.
type ListPage struct {
	Rows    []Conversation
	More    bool // there are rows beyond, in the direction asked
	Applied Seq  // the place in the log this was read at
}

// ThreadRequest asks for a part of a thread.
type ThreadRequest struct {
	Conversation ConversationID
	From         Place // strictly beyond it; zero: from the newest (or, with Newer, from the oldest)
	Newer        bool  // towards the end instead of the start
	Limit        int   // 1 to 1000
}

// ThreadPage is a part of a thread, oldest first, with delivery states as the receipts make them.
type ThreadPage struct {
	Messages []Message
	More     bool // there are messages beyond, in the direction asked
	Applied  Seq
}

// Counts are the numbers beside the views and facets. Facets count open conversations.
type Counts struct {
	Total     int
	Statuses  map[Status]int
	Unread    int            // open conversations with unread messages
	Unreplied int            // open conversations that wait for an answer
	Origins   map[Origin]int // open conversations by any touch they had
	Refs      []RefCount     // open conversations by ref, most first, then by name; at most 100
	Labels    []LabelCount   // open conversations by label, most first, then by name; at most 100
	Mine      map[string]int // open conversations by assignee
	Inboxes   map[InboxID]int
	Unknown   int // events of kinds nobody knows
	Applied   Seq
}

// RefCount is a ref and how many open conversations ever came in with it.
type RefCount struct {
	Ref string
	N   int
}

// LabelCount is a label and how many open conversations have it.
type LabelCount struct {
	Label string
	N     int
}

// MaxUnknown is how many pairs of inbox and name are counted apart among events of kinds nobody knows.
const MaxUnknown = 1000

// UnknownRest is the name under which the events beyond MaxUnknown are counted.
const UnknownRest = "(others)"

// UnknownNameless is the name under which events are counted in which nothing says what they are.
const UnknownNameless = "(none)"

// UnknownCount is how often an inbox got events of a kind nobody knows.
type UnknownCount struct {
	Inbox InboxID
	Name  string // the key of the event that nobody knows, as it came
	N     int
	First Millis // times of the events
	Last  Millis
}
