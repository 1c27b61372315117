package desk

import (
	"fmt"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	// nearLimit is the share of the platform's limits, in percent, from which on an agent is told (ref. 3.11).
	nearLimit = 80
	// onlyReplies is the share above which nothing but agents' own messages is sent (ref. 3.11).
	onlyReplies = 95
	// usageLife is how long a figure of the platform's tells anything: limits count over hours, and fall by themselves.
	usageLife = time.Hour
)

// usageOf is what the platform last said of how much of its limits the inbox has used; false when that is not known, or
// too long ago.
func (d *Desk) usageOf(id store.InboxID) (messenger.Usage, bool) {
	asker := d.inboxes[id].Profiler
	if asker == nil {
		return messenger.Usage{}, false
	}
	u := asker.Usage()
	return u, !u.At.IsZero() && d.now().Sub(u.At) < usageLife
}

// usages are the inboxes near a limit.
func (d *Desk) usages() []InboxUsage {
	var near []InboxUsage
	for _, i := range d.o.Inboxes {
		u, known := d.usageOf(i.Inbox.ID)
		if percent := u.Highest(); known && percent >= nearLimit {
			near = append(near, InboxUsage{Inbox: i.Inbox.ID, Percent: percent, At: u.At, Text: usageText(u)})
		}
	}
	return near
}

func usageText(u messenger.Usage) string {
	percent := u.Highest()
	switch {
	case u.RegainAccess > 0 || percent >= 100:
		return fmt.Sprintf("The platform's limit on calls is used up (%.0f %%).", percent)
	case percent > onlyReplies:
		return fmt.Sprintf("%.0f %% of the platform's limit on calls is used up: only replies are sent, no typing and no names asked for.", percent)
	default:
		return fmt.Sprintf("%.0f %% of the platform's limit on calls is used up: names are asked for later.", percent)
	}
}
