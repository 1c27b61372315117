package desk

import (
	"fmt"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// permission is how a message may be sent now.
type permission struct {
	kind messenger.MessagingType
	tag  string
}

// permit says how m may be sent to a contact of conversation c in inbox at now, or why it may not.
//
// humanAgent is an agent's word that a person wrote this text and means it to go out with the HUMAN_AGENT tag; within
// 24 hours it changes nothing. A contact that was never seen to write may be tried: the platform knows better.
func permit(c store.Conversation, to store.Contact, inbox Inbox, m messenger.OutMessage, humanAgent bool, now time.Time) (permission, *Refusal) {
	answer := permission{kind: messenger.Response}
	w := store.Window(c, store.MillisOf(now))
	if inbox.Plugin || isVisitor(to) || w.Open || w.Unknown {
		return answer, nil
	}
	closed, until := w.ClosesAt.Time(), w.HumanAgentUntil.Time()
	refusal := &Refusal{Reason: fmt.Sprintf(
		"The 24 hours in which the page may write ended on %s, %s ago.", closed.Format("2 January 15:04 MST"), span(now.Sub(closed)))}
	switch {
	case to.Kind == store.ContactUserRef, !w.HumanAgent:
		refusal.Advice = "Nothing can be sent until the customer writes again."
	case !inbox.HumanAgent:
		refusal.Advice = "Wait until the customer writes again, or ask the platform for the Human Agent feature and set FRONTDESK_HUMAN_AGENT: " +
			"it allows text for seven days."
	case m.Attachment != nil || len(m.QuickReplies) > 0:
		refusal.Advice = fmt.Sprintf("Until %s only text without buttons and quick replies can be sent, as a human agent.",
			until.Format("2 January 15:04 MST"))
	case !humanAgent:
		refusal.Advice = fmt.Sprintf("Until %s text that you wrote yourself can be sent as a human agent.", until.Format("2 January 15:04 MST"))
	default:
		return permission{kind: messenger.MessageTag, tag: messenger.TagHumanAgent}, nil
	}
	return permission{}, refusal
}

// isVisitor reports whether a send to the contact belongs to our own plugin, whatever the inbox's settings say.
func isVisitor(to store.Contact) bool {
	return to.Kind == store.ContactVisitor || messenger.IsVisitor(to.ID)
}

// span is a length of time in its largest unit.
func span(d time.Duration) string {
	count := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour")
	default:
		return count(int(d/(24*time.Hour)), "day")
	}
}
