package desk

import (
	"context"
	"errors"
	"fmt"
	"path"

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

// Canned returns what stands in the folders now. Without a folder there is nothing.
func (d *Desk) Canned(ctx context.Context) (canned.Library, error) {
	if d.o.Canned == nil {
		return canned.Library{}, nil
	}
	lib, err := d.o.Canned.Library(ctx)
	if err != nil || d.o.Uses == nil {
		return lib, err
	}
	uses, err := d.o.Uses.Uses(ctx)
	if err != nil {
		return canned.Library{}, err
	}
	for i, r := range lib.Responses {
		lib.Responses[i].Uses = uses[r.Shortcode]
	}
	return lib, nil
}

// SaveCanned writes the file of a response.
func (d *Desk) SaveCanned(ctx context.Context, r canned.Response, replace bool) error {
	if d.o.Canned == nil {
		return &Refusal{Reason: "There is no folder for canned responses.", Advice: "Set FRONTDESK_CANNED and start frontdesk again."}
	}
	err := d.o.Canned.Save(ctx, r, replace)
	var unfit *canned.Unfit
	if errors.As(err, &unfit) {
		refusal := &Refusal{Reason: "It can't be kept: " + unfit.Faults[0].Problem + "."}
		if advice := unfit.Faults[0].Advice; advice != "" {
			refusal.Advice = "What to do: " + advice + "."
		}
		return refusal
	}
	return err
}

// Used counts that a reply with a response was sent. A shortcode that no response has is store.ErrNotFound.
func (d *Desk) Used(ctx context.Context, shortcode string) error {
	lib, err := d.Canned(ctx)
	if err != nil {
		return err
	}
	r, ok := lib.Response(shortcode)
	if !ok {
		return fmt.Errorf("canned response %s: %w", shortcode, store.ErrNotFound)
	}
	if d.o.Uses == nil {
		return nil
	}
	return d.o.Uses.Use(ctx, r.Shortcode)
}

// CannedValues are what the variables of canned responses stand for in a conversation.
func CannedValues(c store.Conversation, agent string, inboxes []Inbox) canned.Values {
	name := ""
	for _, i := range inboxes {
		if i.ID == c.Inbox {
			name = i.Name
		}
	}
	return canned.ValuesOf(c, agent, name)
}

// CannedDraft is what a canned response, filled in, makes of an empty draft. Its own files are by path, and are kept only
// once they are attached.
func CannedDraft(c canned.Content) Draft {
	draft := Draft{Text: c.Text, QuickReplies: c.QuickReplies, Buttons: c.Buttons, Cards: c.Cards}
	switch {
	case len(c.QuickReplies) > 0:
		draft.Mode = ModeQuickReplies
	case len(c.Buttons) > 0:
		draft.Mode = ModeButtons
	case len(c.Cards) > 0:
		draft.Mode = ModeCards
	}
	for _, f := range c.Files {
		draft.Files = append(draft.Files, DraftFile{Path: f.Path, URL: f.URL(), Kind: f.Kind, Name: path.Base(f.Source)})
	}
	return draft
}
