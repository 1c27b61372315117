package control

import (
	"context"
	"errors"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/store"
)

// wireError is an error on its way. Kind names what a caller could tell apart, Text is what the error said.
type wireError struct {
	Kind    string        `json:"kind,omitempty"`
	Text    string        `json:"text"`
	Refusal *desk.Refusal `json:"refusal,omitempty"`
}

// sentinels are the errors that keep their identity across the socket.
var sentinels = map[string]error{
	"not_found": store.ErrNotFound,
	"full":      store.ErrFull,
	"closed":    store.ErrClosed,
	"locked":    store.ErrLocked,
	"newer":     store.ErrNewer,
	"behind":    desk.ErrBehind,
	"gone":      desk.ErrGone, // ErrUnanswered is made on this side alone
	"exists":    canned.ErrExists,
	"cancelled": context.Canceled,
	"late":      context.DeadlineExceeded,
}

// wrap makes err ready for the wire.
func wrap(err error) *wireError {
	if err == nil {
		return nil
	}
	w := &wireError{Text: err.Error()}
	if errors.As(err, &w.Refusal) {
		return w
	}
	for kind, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			w.Kind = kind
		}
	}
	return w
}

// unwrap is the error that was wrapped, as far as anybody could tell it apart.
func (w *wireError) unwrap() error {
	switch {
	case w == nil:
		return nil
	case w.Refusal != nil && w.Refusal.Error() == w.Text:
		return w.Refusal
	case w.Refusal != nil:
		return &remoteError{text: w.Text, is: w.Refusal}
	case sentinels[w.Kind] == nil:
		return errors.New(w.Text)
	case sentinels[w.Kind].Error() == w.Text:
		return sentinels[w.Kind]
	default:
		return &remoteError{text: w.Text, is: sentinels[w.Kind]}
	}
}

// remoteError reads as the error did on the other side.
type remoteError struct {
	text string
	is   error
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.is }
