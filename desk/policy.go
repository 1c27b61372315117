package desk

import (
	"context"
	"fmt"

	"frontdesk/store"
)

// policyBlock is the action by which the platform forbids a Page to send (ref. 2.14).
const policyBlock = "block"

// heed stops inboxes that the platform has blocked since it was last asked, and lets those go on whose block has ended.
// An agent who sends a held message again tries in spite of a block; the platform's answer decides then.
func (c *courier) heed(ctx context.Context) error {
	alerts, err := c.d.views.Alerts(ctx)
	if err != nil {
		return fmt.Errorf("read what the platform says of inboxes: %w", err)
	}
	return c.heedAll(ctx, alerts)
}

func (c *courier) heedAll(ctx context.Context, alerts map[store.InboxID]store.Alert) error {
	freed := false
	for id, a := range alerts {
		freed = c.heedOne(id, a) || freed
	}
	if !freed {
		return nil
	}
	return c.sweep(ctx)
}

// heedOne reports whether a block has ended.
func (c *courier) heedOne(id store.InboxID, a store.Alert) (freed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.page(id)
	was := p.policy
	if a == was {
		return false
	}
	p.policy = a
	switch {
	case a.Action == policyBlock:
		p.alert = &stop{byPolicy: true, reason: store.SendError{
			Text:   alertText(a),
			Advice: "Look at the Page's quality in the platform's own tools; it goes on by itself when the block ends.",
			Retry:  true,
		}}
	case was.Action == policyBlock:
		p.alert, p.doubtful = nil, true
		return true
	}
	return false
}
