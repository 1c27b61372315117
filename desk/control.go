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

// ControlVerb is what an agent may do about who controls a conversation (ref. 2.13, 6.4).
type ControlVerb string

// The verbs of control.
const (
	ControlTake    ControlVerb = "take"    // we answer from now on
	ControlPass    ControlVerb = "pass"    // another app answers from now on
	ControlRelease ControlVerb = "release" // whichever app answers first
)

// ControlRequest asks for a conversation to be taken, passed on or given up.
type ControlRequest struct {
	Conversation store.ConversationID
	Agent        string
	Verb         ControlVerb
	To           string // ControlPass: the app's id; messenger.PageInboxApp are the people at the Page's own inbox
}

// Controller is a Sender that can change which app controls a conversation. *messenger.Client is one.
type Controller interface {
	TakeControl(ctx context.Context, page string, to messenger.Recipient, metadata string) error
	PassControl(ctx context.Context, page string, to messenger.Recipient, targetApp, metadata string) error
	ReleaseControl(ctx context.Context, page string, to messenger.Recipient) error
}

// Control takes, passes on or gives up a conversation. What the platform did is kept as an act, because it tells the
// others, not always who asked.
func (d *Desk) Control(ctx context.Context, r ControlRequest) error {
	if r.Agent == "" {
		return nobodyActs()
	}
	c, err := d.views.Conversation(ctx, r.Conversation)
	if err != nil {
		return fmt.Errorf("%s control of %s: %w", r.Verb, r.Conversation, err)
	}
	in, known, err := d.inboxOf(ctx, c.Inbox)
	if err != nil {
		return err
	}
	if refusal := checkControl(r, c, in, known); refusal != nil {
		return refusal
	}
	w, refusal := d.routeTo(c.Inbox, c.Contact)
	if refusal != nil {
		return refusal
	}
	controller, able := w.sender.(Controller)
	if !able {
		return &Refusal{Reason: "What carries this inbox's messages cannot change who controls a conversation."}
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	to, page := messenger.Recipient{ID: c.Contact.ID}, string(c.Inbox)
	owner := store.Owner{Kind: store.OwnerUs}
	switch r.Verb {
	case ControlTake:
		err = controller.TakeControl(asking, page, to, "")
	case ControlPass:
		owner = store.Owner{Kind: store.OwnerApp, AppID: r.To}
		err = controller.PassControl(asking, page, to, r.To, "")
	case ControlRelease:
		owner = store.Owner{Kind: store.OwnerIdle}
		err = controller.ReleaseControl(asking, page, to)
	}
	if err != nil {
		return refusedControl(r.Verb, err)
	}
	_, err = d.keepAct(ctx, store.Act{Agent: r.Agent, Conversation: c.ID, Verb: store.VerbControl, Owner: &owner})
	return err
}

// checkControl says why the platform need not be asked; nil when it is.
func checkControl(r ControlRequest, c store.Conversation, in Inbox, known bool) *Refusal {
	switch {
	case !slices.Contains([]ControlVerb{ControlTake, ControlPass, ControlRelease}, r.Verb):
		return &Refusal{Field: "verb", Reason: fmt.Sprintf("There is no way to %q control.", r.Verb)}
	case (r.Verb == ControlPass) != (r.To != ""):
		return &Refusal{Field: "to", Reason: "Control is passed to an app, and only passed.", Advice: "Name the app by its id; the Page's own inbox is " + messenger.PageInboxApp + "."}
	case strings.Trim(r.To, "0123456789") != "":
		return &Refusal{Field: "to", Reason: "An app's id is a row of digits."}
	}
	if refusal := unreachable(c.Inbox, c.Contact, in, known); refusal != nil {
		return refusal
	}
	switch {
	case c.Contact.Kind == store.ContactUserRef:
		return &Refusal{Reason: "The platform changes control only for customers it knows by an id.", Advice: "Wait until the customer writes."}
	case in.Stopped:
		return stoppedRefusal(in.Alert, in.Advice)
	case slices.Contains(controlsOf(c, in, known), r.Verb):
		return nil
	case r.Verb == ControlTake:
		return &Refusal{Reason: "The conversation is ours already."}
	case isVisitor(c.Contact) && !elsewhere(c, in):
		return &Refusal{Reason: "Our own plugin knows no other app that could have the conversation."}
	}
	return &Refusal{Reason: "The conversation is not ours to hand over.", Advice: "Take control first."}
}

func refusedControl(verb ControlVerb, err error) *Refusal {
	if errors.Is(err, messenger.ErrNotGranted) {
		r := &Refusal{Reason: "The platform left control of the conversation as it was."}
		if verb == ControlTake {
			r.Advice = "Only the Page's default app may take control, unless the Page's settings allow it to others: ask whoever has the conversation to pass it on."
		}
		return r
	}
	return refused("What you asked about control", err)
}

// controlsOf is what can be asked for about the conversation's control. Our own plugin has one app for each site, but any
// program may have passed a conversation on. A user_ref is nobody whose conversation could be handed over.
func controlsOf(c store.Conversation, in Inbox, known bool) []ControlVerb {
	switch {
	case !known || c.Contact.Kind == store.ContactUserRef:
		return nil
	case elsewhere(c, in):
		return []ControlVerb{ControlTake}
	case in.Plugin || isVisitor(c.Contact):
		return nil
	case ours(c, in):
		return []ControlVerb{ControlPass, ControlRelease}
	case c.Owner.Kind == store.OwnerIdle:
		return []ControlVerb{ControlTake, ControlPass}
	default: // nothing has told who has it
		return []ControlVerb{ControlTake, ControlPass, ControlRelease}
	}
}

// ours reports whether our own app is known to control the conversation.
func ours(c store.Conversation, in Inbox) bool {
	return c.Owner.Kind == store.OwnerUs || c.Owner.Kind == store.OwnerApp && in.AppID != "" && c.Owner.AppID == in.AppID
}

// elsewhere reports whether another app is known to control the conversation. Whoever is named on a Page may be ourselves
// while nobody has told us our own id; on our own plugin we would then have none.
func elsewhere(c store.Conversation, in Inbox) bool {
	return c.Owner.Kind == store.OwnerApp && !ours(c, in) &&
		(in.AppID != "" || isVisitor(c.Contact) || c.Owner.AppID == "" || c.Owner.AppID == messenger.PageInboxApp)
}

// controlWarning says that somebody else has the conversation, or may have; empty when nobody has.
func controlWarning(c store.Conversation, in Inbox) string {
	const refuses = " controls this conversation, so the platform will refuse a message. Take control first."
	switch {
	case c.Owner.Kind != store.OwnerApp || ours(c, in):
		return ""
	case c.Owner.AppID == "":
		return "Another app" + refuses
	case c.Owner.AppID == messenger.PageInboxApp:
		return "The Page's own inbox" + refuses
	case elsewhere(c, in):
		return "The app " + c.Owner.AppID + refuses
	}
	return "The app " + c.Owner.AppID + " controls this conversation. If that is not ours, the platform will refuse a message; " +
		"with FRONTDESK_APP_ID set, frontdesk can tell."
}
