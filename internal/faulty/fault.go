package faulty

import (
	"fmt"
	"time"
)

// Break is what befalls a request.
type Break string

// The breaks. The zero Break is none: the request is passed on and its answer handed back.
const (
	// Refuse has nobody listen, from the moment its turn comes until Listen is called. No request takes its turn away.
	Refuse Break = "refuse"
	// ResetUnread resets the connection when a request has begun to come, and reads none of it.
	ResetUnread Break = "reset unread"
	// ResetHalfway resets the connection when half of the request's body has been read.
	ResetHalfway Break = "reset halfway"
	// CutUnpassed reads the whole request and closes the connection without passing it on.
	CutUnpassed Break = "cut, not passed on"
	// CutPassed passes the request on and closes the connection before the answer.
	CutPassed Break = "cut, passed on"
	// CutAnswer passes the request on and resets the connection in the middle of the answer.
	CutAnswer Break = "cut within the answer"
	// Late passes the request on, and answers when the caller has given up.
	Late Break = "answered too late"
	// LatePassed passes the request on when the caller has given up.
	LatePassed Break = "passed on too late"
	// Answer answers in the platform's place.
	Answer Break = "answer"
)

// Fault is a break with what it needs to know.
type Fault struct {
	Break Break
	Slow  time.Duration // how long the answer, if there is one, is waited for

	// Of Answer: what is answered, and whether the request is passed on first; then the platform's own answer is lost.
	Status int
	Header map[string]string
	Body   string
	Passed bool
}

// Passes reports whether the platform gets the request in spite of the fault.
func (f Fault) Passes() bool {
	switch f.Break {
	case "", CutPassed, CutAnswer, Late, LatePassed:
		return true
	case Answer:
		return f.Passed
	}
	return false
}

// String names the fault, for the words of a test that failed.
func (f Fault) String() string {
	switch {
	case f.Break == "" && f.Slow > 0:
		return "answered slowly"
	case f.Break == "":
		return "no fault"
	case f.Break != Answer:
		return string(f.Break)
	case f.Passed:
		return fmt.Sprintf("answer %d %.20q, passed on", f.Status, f.Body)
	}
	return fmt.Sprintf("answer %d %.20q, not passed on", f.Status, f.Body)
}

// Moment is how far a request has come.
type Moment string

// The moments, in order. A request that breaks off does not come to the later ones.
const (
	Came     Moment = "came"     // its first line is there; nothing of it has been passed on
	Read     Moment = "read"     // the proxy has all of it
	Passed   Moment = "passed"   // the platform has answered it
	Answered Moment = "answered" // the answer, or what there is of it, is written
)

// Seen is what the proxy knows of a request.
type Seen struct {
	N            int    // from 1, in the order in which they came
	Method, Path string // the path without its query, which may hold secrets
	Body         []byte // from Read on
	Fault        Fault
	Moment       Moment // how far it came
	Status       int    // what the platform answered, from Passed on

	Begun, Last time.Time // when it came, and when it had come to Moment
}
