package main

import (
	"context"
	"errors"
	"net/http"

	"frontdesk/plugin"
	"frontdesk/plugin/browser"
)

// browserSite is the chat plugin's platform as browsers need it.
type browserSite struct{ *plugin.Server }

var _ browser.Site = browserSite{}

// Look is how a page's chat looks for who asks.
func (s browserSite) Look(ctx context.Context, r *http.Request, page, locale string) (browser.Look, error) {
	look, err := s.Server.Look(ctx, r, page, locale)
	return browser.Look(look), err
}

// Embedder says whether the website that a request names may embed a page's chat.
func (s browserSite) Embedder(r *http.Request, page string) error {
	err := s.Server.Embedder(r, page)
	if refusal, ok := errors.AsType[*plugin.EmbedError](err); ok {
		return embedRefusal{refusal}
	}
	return err
}

// embedRefusal is an EmbedError that says what it is.
type embedRefusal struct{ *plugin.EmbedError }

var _ browser.Refusal = embedRefusal{}

func (e embedRefusal) Refusal() (wrong, message string) { return e.Wrong, e.Message }
