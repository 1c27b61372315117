package plugin

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"frontdesk/messenger"
)

// Page is one inbox of the platform: a plugin site, or a Page whose contacts are people with page-scoped ids.
type Page struct {
	ID        string // digits
	Name      string // what visitors see above the chat, and programs of the page; may be empty
	Token     string // the page access token that Graph calls must carry
	AppSecret string // signs webhooks, and checks `appsecret_proof` where a call has one
	AppID     string // named in echoes; may be empty

	// GetStarted is the payload of the Get Started postback. Empty means "GET_STARTED".
	GetStarted string

	// Domains are websites that may embed the chat of this page, as in https://www.lumen.example (messenger.WebsiteOrigin).
	// With none, pages on this very machine may, and no others.
	Domains []string

	// IdentitySecret is what the website signs its customers with (Customer.Sign). Empty: every visitor is a guest.
	IdentitySecret string
	// GuestSession is how long a guest's conversation lasts from its beginning (ref. 7.6); 0: it does not end.
	GuestSession time.Duration

	// Messenger makes it a Page of the Messenger kind: its contacts are made by NewContact and have PSIDs and
	// profiles. On every other page contacts are visitors, made by NewVisitor or by a visitor's own browser.
	Messenger bool
}

// name is what programs are told; a page always has one.
func (p *Page) name() string {
	if p.Name == "" {
		return "Website"
	}
	return p.Name
}

// Subscriber is one callback that is told what happens on one page.
type Subscriber struct {
	Page string // the page's id
	URL  string // where to POST; http or https

	App    string   // the id of one of Options.Apps; empty: the page's own app
	Fields []string // what it is told of (ref. 1.2); nil means everything

	// Name is what the queue is kept under. A subscriber that moves to another address and keeps its name still gets
	// what waited for it. Empty means the URL.
	Name string
}

// Options say what a Server serves. Path, one page with a token and its secret are needed; all else has a default.
type Options struct {
	Path        string // the file plugin.db; made with mode 0600 if missing
	Pages       []Page
	Apps        []App // programs beside the pages' own
	Subscribers []Subscriber

	// URL is where subscribers reach the platform, without a slash at the end: it begins the addresses of files in
	// webhooks. Without it they are paths.
	URL string
	// Files is the folder for what is sent as a file; default: beside Path, plugin.db having plugin-files.
	Files string
	// Loopback lets files be fetched from this very machine, which is right only for a platform that nobody else reaches.
	Loopback bool

	// TrustedProxies are the networks whose X-Forwarded-For and X-Forwarded-Host are believed.
	TrustedProxies []netip.Prefix
	// CountryHeader is the header in which a trusted proxy says from which country a call came, two letters as in DE. Without
	// it nobody's country is known, and no page can be kept to some.
	CountryHeader string
	// LoopbackPages lets pages on this very machine embed the chat also where Domains are given.
	LoopbackPages bool

	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default: nothing is logged
	HTTP   *http.Client     // carries webhooks; the default does not follow redirects. Each POST has 5 s in any case
	Random io.Reader        // makes ids and tokens; default crypto/rand. Only tests and rehearsals set it
}

// check says what is wrong with o, naming the option.
func (o Options) check() error {
	if o.Path == "" {
		return errors.New("open plugin: Path is empty; name the file plugin.db is to be kept in")
	}
	seen := map[string]bool{}
	for _, p := range o.Pages {
		switch {
		case p.ID == "" || !isDigits(p.ID):
			return fmt.Errorf("open plugin: page id %q is not a string of digits", p.ID)
		case seen[p.ID]:
			return fmt.Errorf("open plugin: page %s is given twice", p.ID)
		case p.Token == "":
			return fmt.Errorf("open plugin: page %s has no token; without one anybody could send in its name", p.ID)
		case p.AppSecret == "":
			return fmt.Errorf("open plugin: page %s has no app secret to sign webhooks with", p.ID)
		}
		for _, domain := range p.Domains {
			if _, err := messenger.WebsiteOrigin(domain); err != nil {
				return fmt.Errorf("open plugin: %q among the domains of page %s %w", domain, p.ID, err)
			}
		}
		seen[p.ID] = true
	}
	if err := checkApps(o.Apps, seen); err != nil {
		return err
	}
	for _, s := range o.Subscribers {
		if !seen[s.Page] {
			return fmt.Errorf("open plugin: subscriber of page %q, which is not among the pages", s.Page)
		}
		u, err := url.Parse(s.URL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("open plugin: subscriber of page %s needs an http or https address", s.Page)
		}
	}
	return nil
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
