package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"frontdesk/desk"
	"frontdesk/store"
)

// await follows a reply until the platform has answered, an echo has had its time, or late has ended.
func await(ctx, late context.Context, d desk.Contract, m store.Message, changes <-chan store.Seq) (store.Message, error) {
	var noEcho <-chan time.Time
	for {
		now, err := d.Message(ctx, m.Conversation, m.ID)
		switch {
		case errors.Is(err, store.ErrNotFound): // the views have yet to hear of it
		case err != nil:
			return m, err
		default:
			m = now
		}
		switch {
		case m.State == store.StateUnknown && noEcho == nil:
			noEcho = time.After(echoWait)
		case m.State != store.StateQueued && m.State != store.StateSending && m.State != store.StateUnknown:
			return m, nil
		}
		select {
		case _, open := <-changes:
			if !open {
				if ctx.Err() != nil {
					return m, ctx.Err()
				}
				return m, desk.ErrGone
			}
		case <-noEcho:
			return m, nil
		case <-late.Done():
			return m, ctx.Err()
		}
	}
}

// severity ranks the exit codes of replies: what nobody knows needs a person first.
var severity = map[int]int{exitDone: 0, exitWaiting: 1, exitFailed: 2, exitUnknown: 3}

// worst is the verdict of the reply that came to the worst; nil when all were sent.
func worst(replies []store.Message) error {
	var said error
	for i, m := range replies {
		err := verdict(m)
		if severity[exitCode(err)] <= severity[exitCode(said)] {
			continue
		}
		if said = err; len(replies) > 1 {
			said = withCode(exitCode(err), fmt.Errorf("message %d of %d: %w", i+1, len(replies), err))
		}
	}
	return said
}

// verdict makes an error, with its exit code, of what became of a reply.
func verdict(m store.Message) error {
	said := ""
	if e := m.Error; e != nil {
		said = ": " + e.Text
		if e.Advice != "" {
			said += " " + e.Advice
		}
		if e.Code != 0 {
			said += fmt.Sprintf(" (code %d)", e.Code)
		}
	}
	switch {
	case m.State.Sent():
		return nil
	case m.State == store.StateFailed, m.State == store.StateCancelled:
		return withCode(exitFailed, fmt.Errorf("the reply was not sent%s%s", said, goesOn(m, "retry")))
	case m.State == store.StateUnknown, m.State == store.StateSending:
		return withCode(exitUnknown, fmt.Errorf("nobody knows whether the reply arrived%s%s", said, goesOn(m, "arrived", "retry --anyway")))
	case m.State == store.StateHeld:
		return withCode(exitWaiting, fmt.Errorf("the reply is held%s", said))
	default:
		return withCode(exitWaiting, fmt.Errorf("the reply is still queued%s", said))
	}
}

// goesOn names the commands that settle a reply, as they are typed.
func goesOn(m store.Message, verbs ...string) string {
	var lines []string
	for _, verb := range verbs {
		lines = append(lines, fmt.Sprintf("\n  frontdesk queue %s %s %s", verb, m.Conversation, m.ID))
	}
	return strings.Join(lines, "")
}
