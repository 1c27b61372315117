package desk

import (
	"time"

	"frontdesk/messenger"
)

// The keys of what is logged. No text, name or token is ever a value.
const (
	logWhat         = "what"
	logStack        = "stack"
	logConversation = "conversation"
	logInbox        = "inbox"
	logError        = "error"
	logAttempt      = "attempt"
	logOutcome      = "outcome"
	logCode         = "code"
	logSubcode      = "subcode"
	logClass        = "class"
	logTook         = "took"
)

// nobodyWatches is the Observer of a desk without one.
type nobodyWatches struct{}

func (nobodyWatches) AttemptBegan()                      {}
func (nobodyWatches) AttemptEnded(time.Duration, string) {}
func (nobodyWatches) ReplyNoted(string)                  {}

// failureClass is what kind of failure err is, of which there are few; empty for none.
func failureClass(err error) string {
	if err == nil {
		return ""
	}
	v := messenger.Judge(err)
	return string(v.Scope) + "_" + string(v.Retry)
}
