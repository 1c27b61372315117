package control_test

import (
	"context"
	"testing"
	"time"

	"frontdesk/store"
)

// TestClientsAreCounted counts a client while its call is under way, and not after it has left.
func TestClientsAreCounted(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	server, path := serve(t, &stage{list: func(context.Context, store.ListRequest) (store.ListPage, error) {
		close(asked)
		<-release
		return store.ListPage{}, nil
	}})
	if n := server.Clients(); n != 0 {
		t.Errorf("%d clients before anybody came", n)
	}
	client := dial(t, path)
	answered := make(chan error, 1)
	go func() {
		_, err := client.List(t.Context(), store.ListRequest{Limit: 1})
		answered <- err
	}()
	within(t, "the call", asked)
	if n := server.Clients(); n != 1 {
		t.Errorf("%d clients while one is asking", n)
	}
	close(release)
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); server.Clients() > 0; {
		if time.Now().After(deadline) {
			t.Fatalf("%d clients after the only one has left", server.Clients())
		}
		<-time.After(time.Millisecond)
	}
}
