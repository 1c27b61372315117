package tui_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"frontdesk/desk"
	"frontdesk/store"
)

// guests are the visitors of the website as a test has them; they are a desk.Attendant.
type guests struct {
	mu    sync.Mutex
	here  map[store.ConversationID]desk.Presence
	walks map[store.ConversationID]desk.Walk
	heard []chan struct{}
	asked int // how often somebody asked who is there
}

func newGuests() *guests {
	return &guests{here: map[store.ConversationID]desk.Presence{}, walks: map[store.ConversationID]desk.Walk{}}
}

// is says how a visitor is there.
func (g *guests) is(id store.ConversationID, p desk.Presence) {
	g.change(func() { g.here[id] = p })
}

// unknown forgets everybody, as when the feed is dead.
func (g *guests) unknown() { g.change(func() { clear(g.here) }) }

// walked says by which pages a visitor came, newest first.
func (g *guests) walked(id store.ConversationID, visits ...desk.Visit) {
	g.change(func() { g.walks[id] = desk.Walk{Visits: visits} })
}

func (g *guests) change(do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	do()
	for _, ch := range g.heard {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (g *guests) Presences(ids []store.ConversationID) map[store.ConversationID]desk.Presence {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked++
	out := maps.Clone(g.here)
	maps.DeleteFunc(out, func(id store.ConversationID, _ desk.Presence) bool { return !slices.Contains(ids, id) })
	return out
}

func (g *guests) News() (news <-chan struct{}, stop func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	ch := make(chan struct{}, 1)
	g.heard = append(g.heard, ch)
	return ch, func() {}
}

func (g *guests) Walk(_ context.Context, id store.ConversationID) (desk.Walk, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	walk, ok := g.walks[id]
	if !ok {
		return walk, fmt.Errorf("the way of %s: %w", id, store.ErrNotFound)
	}
	return walk, nil
}
