package desk

import (
	"context"
	"errors"
	"fmt"

	"frontdesk/desk/embedding"
	"frontdesk/store"
)

// Sites keeps how our own plugin's chat stands on websites.
type Sites interface {
	// Site is how an inbox's chat is set now; an empty inbox is the first that has one. store.ErrNotFound where there is
	// none of that id. It asks the plugin's platform.
	Site(ctx context.Context, inbox store.InboxID) (Site, error)
	// SaveSite sets it. A *Refusal says which setting is not taken, named as embedding.Fields has it.
	SaveSite(ctx context.Context, inbox store.InboxID, s SiteSettings) error
}

type (
	// Site is how an inbox's chat stands on websites.
	Site = embedding.Site
	// SiteSettings are what can be set of it.
	SiteSettings = embedding.Settings
)

// SiteKeeper knows the settings; *embedding.Keeper is one.
type SiteKeeper interface {
	Site(ctx context.Context, page string) (Site, error)
	Save(ctx context.Context, page string, s SiteSettings) error
}

// Site is how an inbox's chat is set now.
func (d *Desk) Site(ctx context.Context, inbox store.InboxID) (Site, error) {
	if d.o.Sites == nil {
		return Site{}, noSite(inbox)
	}
	site, err := d.o.Sites.Site(ctx, string(inbox))
	if errors.Is(err, embedding.ErrNoSite) {
		return Site{}, noSite(inbox)
	}
	return site, err
}

// SaveSite sets how an inbox's chat stands on websites.
func (d *Desk) SaveSite(ctx context.Context, inbox store.InboxID, s SiteSettings) error {
	if d.o.Sites == nil {
		return noSite(inbox)
	}
	err := d.o.Sites.Save(ctx, string(inbox), s)
	if fault, ok := errors.AsType[*embedding.Fault](err); ok {
		return &Refusal{Field: fault.Field, Reason: fault.Says}
	}
	if errors.Is(err, embedding.ErrNoSite) {
		return noSite(inbox)
	}
	return err
}

func noSite(inbox store.InboxID) error {
	return fmt.Errorf("the chat of inbox %s on websites: %w", inbox, store.ErrNotFound)
}
