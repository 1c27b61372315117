package main

import (
	"context"
	"errors"
	"sync"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// ownPlatform reaches the chat plugin's platform, which is behind our own listener. The desk is made before there is
// an address; connect gives it.
type ownPlatform struct {
	mu      sync.Mutex
	base    string
	clients map[string]*messenger.Client // by page
}

func newOwnPlatform() *ownPlatform { return &ownPlatform{} }

// connect says where the platform is and which pages it has.
func (o *ownPlatform) connect(base string, pages []plugin.Page) error {
	clients := map[string]*messenger.Client{}
	for _, p := range pages {
		client, err := messenger.NewClient(messenger.ClientOptions{BaseURL: base, Token: p.Token, AppSecret: p.AppSecret})
		if err != nil {
			return err
		}
		clients[p.ID] = client
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.base, o.clients = base, clients
	return nil
}

// address is where the platform is; empty before connect.
func (o *ownPlatform) address() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.base
}

func (o *ownPlatform) client(page string) *messenger.Client {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clients[page]
}

// errNotConnected says that nothing was sent: there is no platform to send to yet.
var errNotConnected = &messenger.TransportError{Err: errors.New("the chat plugin is not listening yet")}

func (o *ownPlatform) sender(page string) ownSender { return ownSender{platform: o, page: page} }

// ownSender is desk.Sender, desk.Uploader, desk.Recaller and desk.Profiler for one page of our platform.
type ownSender struct {
	platform *ownPlatform
	page     string
}

// Send carries a message to the page's contact.
func (s ownSender) Send(ctx context.Context, page string, req messenger.SendRequest) (messenger.SendResponse, error) {
	client := s.platform.client(s.page)
	if client == nil {
		return messenger.SendResponse{}, errNotConnected
	}
	return client.Send(ctx, page, req)
}

// Profile asks for a contact's name.
func (s ownSender) Profile(ctx context.Context, contactID string) (messenger.Profile, error) {
	client := s.platform.client(s.page)
	if client == nil {
		return messenger.Profile{}, errNotConnected
	}
	return client.Profile(ctx, contactID)
}

// Talk asks for the end of a conversation.
func (s ownSender) Talk(ctx context.Context, page, contactID string) (messenger.Talk, error) {
	client := s.platform.client(s.page)
	if client == nil {
		return messenger.Talk{}, errNotConnected
	}
	return client.Talk(ctx, page, contactID)
}

// Upload has the platform keep a file for the page.
func (s ownSender) Upload(ctx context.Context, page string, f messenger.Upload) (string, error) {
	client := s.platform.client(s.page)
	if client == nil {
		return "", errNotConnected
	}
	return client.Upload(ctx, page, f)
}

// Usage says how much of the platform's limits is used up.
func (s ownSender) Usage() messenger.Usage {
	if client := s.platform.client(s.page); client != nil {
		return client.Usage()
	}
	return messenger.Usage{}
}
