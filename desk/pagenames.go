package desk

import (
	"context"
	"sync"

	"frontdesk/store"
)

// pageNames are what the platform calls the inboxes' pages. The zero value knows none.
type pageNames struct {
	mu sync.Mutex
	by map[store.InboxID]string
}

func (n *pageNames) of(id store.InboxID) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.by[id]
}

func (n *pageNames) set(id store.InboxID, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.by == nil {
		n.by = map[store.InboxID]string{}
	}
	n.by[id] = name
}

// nextPage asks for the name of a page that has not told it yet. It reports whether there was one that can be asked.
func (p *profiles) nextPage(ctx context.Context) (bool, error) {
	for _, i := range p.d.o.Inboxes {
		id := i.Inbox.ID
		if i.Namer == nil || p.named[id] || p.rests(id, i.Profiler) {
			continue
		}
		asking, cancel := context.WithTimeout(ctx, profileTime)
		name, err := i.Namer.PageName(asking, string(id))
		cancel()
		switch {
		case err == nil:
			p.named[id], p.failures[id] = true, 0
			p.d.names.set(id, name)
		case ctx.Err() != nil:
			return false, ctx.Err()
		case p.refused(id, err):
			p.named[id] = true // it may send all the same
		}
		return true, nil
	}
	return false, nil
}
