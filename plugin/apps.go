package plugin

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

// App is a program beside the pages' own that works with pages of the platform: it has an id and a secret of its own, signs
// with that secret, and has a token for each page that let it in.
type App struct {
	ID     string // digits
	Name   string
	Secret string
	Tokens map[string]string // page id → this app's access token for the page
}

// app is a program that calls, or is told of, a page.
type app struct {
	id, name, secret string
	tokens           map[string]string // page id → token
}

// own is the app that a page was given with.
func (p *Page) own() *app {
	return &app{id: p.AppID, secret: p.AppSecret, tokens: map[string]string{p.ID: p.Token}}
}

// checkApps says what is wrong with the apps of the options. pages are the ids of the pages there are.
func checkApps(apps []App, pages map[string]bool) error {
	seen := map[string]bool{}
	for _, a := range apps {
		switch {
		case !isDigits(a.ID):
			return fmt.Errorf("open plugin: app id %q is not a string of digits", a.ID)
		case seen[a.ID]:
			return fmt.Errorf("open plugin: app %s is given twice", a.ID)
		case a.Secret == "":
			return fmt.Errorf("open plugin: app %s has no secret to sign webhooks with", a.ID)
		}
		seen[a.ID] = true
		for page, token := range a.Tokens {
			if !pages[page] || token == "" {
				return fmt.Errorf("open plugin: app %s needs tokens of pages that there are, and page %q is none or its token empty", a.ID, page)
			}
		}
	}
	return nil
}

// openApps gathers the apps: one for each page of its own, those with one id being one, and the others.
func (s *Server) openApps(others []App) error {
	s.owns = map[string]*app{}
	byID := map[string]*app{}
	for _, p := range s.pages {
		a := p.own()
		if known := byID[a.id]; known != nil && a.id != "" && known.secret == a.secret {
			known.tokens[p.ID] = p.Token
			s.owns[p.ID] = known
			continue
		}
		if a.id != "" {
			byID[a.id] = a
		}
		s.owns[p.ID] = a
		s.apps = append(s.apps, a)
	}
	for _, o := range others {
		if byID[o.ID] != nil {
			return fmt.Errorf("open plugin: app %s is also a page's own; give it once", o.ID)
		}
		s.apps = append(s.apps, &app{id: o.ID, name: o.Name, secret: o.Secret, tokens: o.Tokens})
	}
	return nil
}

// appOn is the app with an id, if it works with a page; an empty id is the page's own.
func (s *Server) appOn(page, id string) *app {
	own := s.owns[page]
	if id == "" || id == own.id {
		return own
	}
	for _, a := range s.apps {
		if a.id == id && a.tokens[page] != "" {
			return a
		}
	}
	return nil
}

// appsOn are the apps that have an id and a token of a page.
func (s *Server) appsOn(page string) []*app {
	var list []*app
	for _, a := range s.apps {
		if a.id != "" && a.tokens[page] != "" {
			list = append(list, a)
		}
	}
	return list
}

// holder finds who a token speaks for: an app on a page, or an app alone (page is nil); nothing if nobody knows it. Every
// token is compared, and by hash: the time says neither which was close nor how long it is.
func (s *Server) holder(token string) (page *Page, holder *app) {
	given := sha256.Sum256([]byte(token))
	same := func(candidate string) bool {
		want := sha256.Sum256([]byte(candidate))
		return subtle.ConstantTimeCompare(given[:], want[:]) == 1
	}
	for _, a := range s.apps {
		for id, candidate := range a.tokens {
			if same(candidate) {
				page, holder = s.page(id), a
			}
		}
		if a.id != "" && same(a.id+"|"+a.secret) {
			page, holder = nil, a
		}
	}
	return page, holder
}
