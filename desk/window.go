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
