package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/store"
)

// attendant knows one visitor, and tells of news when the test says so.
type attendant struct {
	news    chan struct{}
	stopped chan struct{}
}

const guest = store.ConversationID("109872000000909:visitor:" + visitor)

func (a *attendant) Presences([]store.ConversationID) map[store.ConversationID]desk.Presence {
	return map[store.ConversationID]desk.Presence{guest: {Online: true}}
}

func (a *attendant) News() (news <-chan struct{}, stop func()) {
	return a.news, func() { close(a.stopped) }
}

func (a *attendant) Walk(context.Context, store.ConversationID) (desk.Walk, error) {
	return desk.Walk{Visits: []desk.Visit{{At: 1, PageURL: "https://lumen.example/"}}}, nil
}

func TestTheDeskTellsWhoIsThere(t *testing.T) {
	t.Parallel()
	a := &attendant{news: make(chan struct{}), stopped: make(chan struct{})}
	w := open(t, t.TempDir(), config{idle: true, adjust: func(o *desk.Options) { o.Attend = a }})
	known, err := w.desk.Presences(t.Context(), []store.ConversationID{guest})
	if err != nil || !known[guest].Online {
		t.Errorf("presences: %v, %v", known, err)
	}
	walk, err := w.desk.Walk(t.Context(), guest)
	if err != nil || len(walk.Visits) != 1 {
		t.Errorf("walk: %v, %v", walk, err)
	}
	comings, err := w.desk.Comings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // nobody looks meanwhile, and nobody is held up
		a.news <- struct{}{}
	}
	select {
	case <-comings:
	case <-time.After(deadline):
		t.Fatal("nobody is told of news")
	}
	w.close()
	until := time.After(deadline)
	for open := true; open; {
		select {
		case _, open = <-comings:
		case <-until:
			t.Fatal("the desk is closed, and its comings are not")
		}
	}
	select {
	case <-a.stopped:
	case <-until:
		t.Error("the attendant goes on telling a desk that is closed")
	}
	if _, err := w.desk.Comings(t.Context()); !errors.Is(err, desk.ErrGone) {
		t.Errorf("comings of a closed desk: %v, want desk.ErrGone", err)
	}
}

func TestWithoutAnAttendantNobodyIsKnown(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true})
	if known, err := w.desk.Presences(t.Context(), []store.ConversationID{guest}); err != nil || len(known) != 0 {
		t.Errorf("presences: %v, %v", known, err)
	}
	if _, err := w.desk.Walk(t.Context(), guest); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("walk: %v, want store.ErrNotFound", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	comings, err := w.desk.Comings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case _, open := <-comings:
		if open {
			t.Error("there are news of nobody")
		}
	case <-time.After(deadline):
		t.Error("the channel outlives its context")
	}
}
