package desk

import (
	"context"

	"frontdesk/desk/canned"
	"frontdesk/store"
)

// Stationery is what an agent need not type again: canned responses and macros.
type Stationery interface {
	// Canned returns what stands in the folders now, with the use counts. Files that are wrong are in its faults.
	Canned(ctx context.Context) (canned.Library, error)
	// SaveCanned writes a response's file. One of that shortcode that is there already is written over only when replace
	// says so; else it is canned.ErrExists. What could not be sent is a *Refusal.
	SaveCanned(ctx context.Context, r canned.Response, replace bool) error
	// Used counts that a reply with the response was sent.
	Used(ctx context.Context, shortcode string) error
	// RunMacro takes the steps of a macro, one after the other, and stops at the first that is refused: then MacroDone
	// says what was done and what was not. An error means that nothing was done.
	RunMacro(ctx context.Context, r MacroRun) (MacroDone, error)
}

// MacroRun is one use of a macro.
type MacroRun struct {
	Conversation store.ConversationID
	Agent        string
	Macro        string            // its name
	Blanks       map[string]string // what the agent was asked for, by canned.Blank's name
	HumanAgent   bool              // as in Reply
	Seen         store.Seq         // as in Reply
}

// MacroDone is what became of a macro.
type MacroDone struct {
	Did     []string        // what was done, a sentence each, in order
	Refused string          // why it stopped, a sentence; empty: all was done
	Left    []string        // what was not done, beginning with what was refused
	Sent    []store.Message // the replies, queued
	Undo    []store.Act     // take back everything but the replies, when done in this order
}
