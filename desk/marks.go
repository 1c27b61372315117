package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// How long what agents leave for each other may be, in characters as messenger.TextLen counts them.
const (
	MaxNote  = 10000
	MaxLabel = 100
)

// mark keeps a private note or a label, or takes one away. Nothing of it leaves the desk, so no window, token or block
// stands in its way.
func (d *Desk) mark(ctx context.Context, c store.Conversation, act store.Act) (store.Act, error) {
	undo := store.Act{Agent: act.Agent, Conversation: c.ID}
	switch act.Verb {
	case store.VerbNote:
		return d.note(ctx, act)
	case store.VerbUnnote:
		m, err := d.views.Message(ctx, c.ID, act.Message)
		if err != nil {
			return store.Act{}, fmt.Errorf("take back the note %s in %s: %w", act.Message, c.ID, err)
		}
		if m.Kind != store.KindNote {
			return store.Act{}, &Refusal{Field: "message", Reason: "This is no private note."}
		}
		undo.Agent, undo.Verb, undo.Text, undo.Message = m.Agent, store.VerbNote, m.Text, m.ID // as its author's, as it was
	default:
		if act.Label = strings.TrimSpace(act.Label); act.Label == "" {
			return store.Act{}, &Refusal{Field: "label", Reason: "The label is empty."}
		}
		if n := messenger.TextLen(act.Label); n > MaxLabel {
			return store.Act{}, &Refusal{Field: "label", Reason: fmt.Sprintf("%d characters, at most %d allowed", n, MaxLabel)}
		}
		if slices.Contains(c.Labels, act.Label) == (act.Verb == store.VerbLabel) {
			return store.Act{}, nil
		}
		undo.Verb, undo.Label = store.VerbLabel, act.Label
		if act.Verb == store.VerbLabel {
			undo.Verb = store.VerbUnlabel
		}
	}
	if _, err := d.keepAct(ctx, act); err != nil {
		return store.Act{}, err
	}
	return undo, nil
}

// note keeps a private note, or gives one back that was taken away.
func (d *Desk) note(ctx context.Context, act store.Act) (store.Act, error) {
	if strings.TrimSpace(act.Text) == "" {
		return store.Act{}, &Refusal{Field: "text", Reason: "The note is empty."}
	}
	if n := messenger.TextLen(act.Text); n > MaxNote {
		return store.Act{}, &Refusal{Field: "text", Reason: fmt.Sprintf("%d characters, at most %d allowed", n, MaxNote)}
	}
	if act.Message != "" {
		switch _, err := d.views.Message(ctx, act.Conversation, act.Message); {
		case err == nil:
			return store.Act{}, nil // it stands there
		case !errors.Is(err, store.ErrNotFound):
			return store.Act{}, fmt.Errorf("give back the note %s: %w", act.Message, err)
		}
	}
	seq, err := d.keepAct(ctx, act)
	if err != nil {
		return store.Act{}, err
	}
	undo := store.Act{Agent: act.Agent, Conversation: act.Conversation, Verb: store.VerbUnnote, Message: act.Message}
	if undo.Message == "" {
		undo.Message = store.MessageID(fmt.Sprintf("log:%d", seq))
	}
	return undo, nil
}
