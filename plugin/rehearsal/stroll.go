package rehearsal

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"frontdesk/plugin"
)

// page is one of the shop's website.
type page struct{ path, title string }

// pages are where visitors stroll.
var pages = []page{
	{"/", "Lumen Bikes"},
	{"/bikes", "All bikes"},
	{"/pricing", "What it costs"},
	{"/pricing/family", "Prices for families"},
	{"/cargo", "Cargo bikes"},
	{"/basket", "Your basket"},
	{"/basket/payment", "Payment"},
	{"/sale", "Spring sale"},
	{"/workshop", "Workshop"},
	{"/werkstatt", "Werkstatt"},
	{"/test-ride", "Book a test ride"},
	{"/help/returns", "Returns"},
	{"/about", "Who we are"},
}

// titleOf is the title of a page by its path.
func titleOf(path string) string {
	for _, p := range pages {
		if p.path == path {
			return p.title
		}
	}
	return ""
}

// searched is where those come from who came by a search.
const searched = "https://search.example/?q=bicycle+shop"

// How visitors stroll.
const (
	signsEvery  = 20 * time.Second // a browser that is open says so more often than it would count as gone
	shortLook   = 12 * time.Second
	longLook    = 70 * time.Second
	shortAway   = 45 * time.Second
	longAway    = 4 * time.Minute
	pagesAtOnce = 5
	longAgo     = 10 * time.Minute // who came in before that has gone meanwhile
)

// onSite reports whether the person is on the shop's website: of others nobody knows where they are.
func (p *person) onSite() bool { return p.part.path != "" }

// stroll is the person's way through the website until ctx ends: some pages, away for a while, back again.
func (p *person) stroll(ctx context.Context) error {
	if !p.onSite() {
		return nil
	}
	from := rand.New(rand.NewPCG(p.r.o.Seed, 0x57011+p.number)) //nolint:gosec // a play, not a secret
	at := page{p.part.path, titleOf(p.part.path)}
	if p.left {
		if err := p.r.pause(ctx, between(from, shortAway, longAway)); err != nil {
			return err
		}
	}
	for {
		for range 1 + from.IntN(pagesAtOnce) {
			if err := p.look(ctx, between(from, shortLook, longLook)); err != nil {
				return forgotten(err)
			}
			next := pages[from.IntN(len(pages))]
			if err := p.walk(ctx, next, site+at.path); err != nil {
				return forgotten(err)
			}
			at = next
		}
		if err := p.r.pause(ctx, between(from, shortAway, longAway)); err != nil {
			return err
		}
		at = page{p.part.path, titleOf(p.part.path)}
		if err := p.walk(ctx, at, searched); err != nil {
			return forgotten(err)
		}
	}
}

// look is being on a page for a while.
func (p *person) look(ctx context.Context, d time.Duration) error {
	for d > 0 {
		if err := p.here(ctx); err != nil {
			return err
		}
		step := min(d, signsEvery)
		if err := p.r.pause(ctx, step); err != nil {
			return err
		}
		d -= step
	}
	return p.here(ctx)
}

// walk is coming to a page.
func (p *person) walk(ctx context.Context, to page, from string) error {
	if err := p.here(ctx); err != nil {
		return err
	}
	return p.r.server.Walk(ctx, p.contact, plugin.Arrival{PageURL: site + to.path, Title: to.title, Referrer: from})
}

// here says that the person's browser is open.
func (p *person) here(ctx context.Context) error {
	if !p.onSite() {
		return nil
	}
	return p.r.server.Here(ctx, p.contact)
}

// types says that the person is writing.
func (p *person) types(ctx context.Context) error {
	if !p.onSite() {
		return nil
	}
	return p.r.server.Type(ctx, p.contact)
}

// forgotten ends the way of a visitor whom an agent has erased, and is no failure.
func forgotten(err error) error {
	if errors.Is(err, plugin.ErrUnknownContact) {
		return nil
	}
	return err
}
