package desk

import (
	"context"
	"fmt"

	"frontdesk/desk/presence"
	"frontdesk/store"
)

// Attendance tells how the visitors of our own plugin are there at this moment. Nothing of it is stored or counted, and it
// is told only while it is known: somebody of whom nothing is said may be there or not.
type Attendance interface {
	// Presences is what is known of the visitors of some conversations, without those of whom nothing is. Without ids it
	// is everybody who is online. It does not wait for the network.
	Presences(ctx context.Context, ids []store.ConversationID) (map[store.ConversationID]Presence, error)
	// Comings sends after each change of what Presences tells, coalescing. The channel is closed when ctx ends or the desk
	// is gone; what was told is not known any more then.
	Comings(ctx context.Context) (<-chan struct{}, error)
	// Walk asks the plugin for a visitor's way through the website. store.ErrNotFound where nobody knows it.
	Walk(ctx context.Context, id store.ConversationID) (Walk, error)
}

type (
	// Presence is how a visitor is there.
	Presence = presence.Presence
	// Walk is a visitor's way through the website: the latest pages, newest first.
	Walk = presence.Walk
	// Visit is one page of a Walk.
	Visit = presence.Visit
)

// Attendant watches the visitors; *presence.Watcher is one.
type Attendant interface {
	Presences(ids []store.ConversationID) map[store.ConversationID]Presence
	News() (news <-chan struct{}, stop func())
	Walk(ctx context.Context, id store.ConversationID) (Walk, error)
}

// Presences is what is known of the visitors of some conversations.
func (d *Desk) Presences(_ context.Context, ids []store.ConversationID) (map[store.ConversationID]Presence, error) {
	if d.o.Attend == nil {
		return nil, nil
	}
	return d.o.Attend.Presences(ids), nil
}

// Comings sends after each change of what Presences tells.
func (d *Desk) Comings(ctx context.Context) (<-chan struct{}, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.gone:
		return nil, ErrGone
	default:
	}
	var news <-chan struct{} // never, where nobody watches
	stop := func() {}
	if d.o.Attend != nil {
		news, stop = d.o.Attend.News()
	}
	out := make(chan struct{}, 1)
	d.watched.Go(func() {
		defer close(out)
		defer stop()
		for {
			select {
			case <-news:
				select {
				case out <- struct{}{}:
				default: // the one before was not looked at yet
				}
			case <-ctx.Done():
				return
			case <-d.gone:
				return
			}
		}
	})
	return out, nil
}

// Walk asks the plugin for a visitor's way through the website.
func (d *Desk) Walk(ctx context.Context, id store.ConversationID) (Walk, error) {
	if d.o.Attend == nil {
		return Walk{}, fmt.Errorf("the way of %s: %w", id, store.ErrNotFound)
	}
	return d.o.Attend.Walk(ctx, id)
}
