package tui

import (
	"context"
	"time"

	"frontdesk/desk"
)

// Options is what a screen needs. Desk is required; everything else has a zero value that is right.
type Options struct {
	Desk  desk.Contract
	Agent string // who sits here; empty is "agent"
	// Now is the clock; nil is time.Now. Times are shown in the location of what it returns.
	Now func() time.Time
	// Ctx ends the screen's questions to the desk; nil is context.Background().
	Ctx context.Context //nolint:containedctx // the program's lifetime, for the root model alone
	// NoColor draws without colour whatever the terminal can do. NO_COLOR is honoured without it.
	NoColor bool
	// Opening says that the desk is still being opened, so that its answers may be late. Keys pressed before the first
	// of them are kept and act when it is there; those that quit act at once.
	Opening bool
	// Open shows an address or a file outside of the terminal; nil is the system's own opener.
	Open func(ctx context.Context, target string) error
}

func (o Options) withDefaults() Options {
	if o.Agent == "" {
		o.Agent = "agent"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Ctx == nil {
		o.Ctx = context.Background()
	}
	if o.Open == nil {
		o.Open = OpenBySystem
	}
	return o
}
