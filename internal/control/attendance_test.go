package control_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/store"
)

// attended is a desk whose visitors come and go as a test has it.
type attended struct {
	stage
	comings chan struct{}
	known   map[store.ConversationID]desk.Presence
}

func (a *attended) Presences(_ context.Context, ids []store.ConversationID) (map[store.ConversationID]desk.Presence, error) {
	out := map[store.ConversationID]desk.Presence{}
	for _, id := range ids {
		if p, ok := a.known[id]; ok {
			out[id] = p
		}
	}
	return out, nil
}

func (a *attended) Comings(context.Context) (<-chan struct{}, error) { return a.comings, nil }

func (a *attended) Walk(_ context.Context, id store.ConversationID) (desk.Walk, error) {
	if _, ok := a.known[id]; !ok {
		return desk.Walk{}, fmt.Errorf("the way of %s: %w", id, store.ErrNotFound)
	}
	return desk.Walk{Visits: []desk.Visit{{At: 2, PageURL: "https://lumen.example/?a=1&b=<2>", Title: "Prices", Ref: "pricing", Referrer: "https://search.example/"}, {At: 1}}}, nil
}

func TestWhoIsThereComesOverTheSocket(t *testing.T) {
	t.Parallel()
	const mara, tom = store.ConversationID("1:visitor:9000000000000000001"), store.ConversationID("1:visitor:9000000000000000002")
	here := &attended{comings: make(chan struct{}), known: map[store.ConversationID]desk.Presence{
		mara: {Online: true, Typing: true, LastSeen: 7, PageURL: "https://lumen.example/", Title: "Lumen <&>", Referrer: "https://search.example/"},
	}}
	_, path := serve(t, here)
	there := dial(t, path)

	got, err := there.Presences(t.Context(), []store.ConversationID{mara, tom})
	if diff := cmp.Diff(here.known, got); diff != "" || err != nil {
		t.Errorf("presences: %v (-want +got):\n%s", err, diff)
	}
	want, err := here.Walk(t.Context(), mara)
	if err != nil {
		t.Fatal(err)
	}
	walk, err := there.Walk(t.Context(), mara)
	if diff := cmp.Diff(want, walk); diff != "" || err != nil {
		t.Errorf("walk: %v (-want +got):\n%s", err, diff)
	}
	if _, err := there.Walk(t.Context(), tom); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the way of nobody: %v, want store.ErrNotFound", err)
	}

	comings, err := there.Comings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	limit := time.After(5 * time.Second)
	for range 2 {
		here.comings <- struct{}{}
		select {
		case <-comings:
		case <-limit:
			t.Fatal("nobody was told that somebody came")
		}
	}
	close(here.comings)
	select {
	case _, open := <-comings:
		if open {
			t.Error("the channel is open, and the desk has no more comings")
		}
	case <-limit:
		t.Fatal("the channel is still open")
	}
}
