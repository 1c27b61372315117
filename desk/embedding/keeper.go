package embedding

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Page is a page of our own plugin, with what speaks for it.
type Page struct {
	ID    string
	Token string
	Fixed []string // domains that may embed its chat whatever its settings say
}

// Options is what a Keeper needs. Pages and Base are required.
type Options struct {
	Pages []Page
	// Base is the platform's address, for example http://127.0.0.1:8080; empty while there is none.
	Base func() string
	// Public is its address as websites reach it, where a setting says; empty: the same as Base.
	Public string
}

// Keeper reads and changes what is set of the pages' chats. It may be used by many goroutines at once.
type Keeper struct {
	o      Options
	client *http.Client
}

const (
	callWithin = 10 * time.Second
	maxAnswer  = 1 << 20
)

// ErrNoSite says that there is no page with a chat of that id.
var ErrNoSite = errors.New("there is no chat plugin of that id here")

// NewKeeper makes a Keeper.
func NewKeeper(o Options) *Keeper {
	return &Keeper{o: o, client: &http.Client{Timeout: callWithin, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Site is a page's chat as it is set now. An empty id is the first page.
func (k *Keeper) Site(ctx context.Context, id string) (Site, error) {
	page, err := k.page(id)
	if err != nil {
		return Site{}, err
	}
	base := k.o.Base()
	site := Site{Page: page.ID, Address: base, Fixed: slices.Clone(page.Fixed)}
	if IsLoopback(base) {
		site.TryOut = base + "/plugin/try"
	}
	if k.o.Public != "" {
		site.Address = k.o.Public
	}
	site.Public = site.Address != "" && !IsLoopback(site.Address)
	var look, profile struct {
		Data []Settings `json:"data"`
	}
	if err := k.call(ctx, page, http.MethodGet, "/me/chat_plugin", nil, &look); err != nil {
		return Site{}, err
	}
	if err := k.call(ctx, page, http.MethodGet, "/me/messenger_profile?fields="+FieldDomains, nil, &profile); err != nil {
		return Site{}, err
	}
	if len(look.Data) > 0 {
		site.Settings = look.Data[0]
	}
	if len(profile.Data) > 0 {
		site.Settings.Domains = profile.Data[0].Domains
	}
	return site, nil
}

// Save sets a page's chat as given: what is zero is not set any more. A *Fault says what cannot be taken; then nothing of
// it is kept that the platform would have refused.
func (k *Keeper) Save(ctx context.Context, id string, s Settings) error {
	page, err := k.page(id)
	if err != nil {
		return err
	}
	if err := s.Check(); err != nil {
		return err
	}
	// What the platform may refuse for reasons of its own comes first.
	if err := k.call(ctx, page, http.MethodPost, "/me/chat_plugin", s.look(), nil); err != nil {
		return err
	}
	if len(s.Domains) == 0 {
		return k.call(ctx, page, http.MethodDelete, "/me/messenger_profile", map[string]any{"fields": []string{FieldDomains}}, nil)
	}
	return k.call(ctx, page, http.MethodPost, "/me/messenger_profile", map[string]any{FieldDomains: s.Domains}, nil)
}

// look is what /{page}/chat_plugin keeps of the settings: null where nothing is set.
func (s Settings) look() map[string]any {
	out := map[string]any{
		FieldGreeting: s.Greeting, FieldColor: s.Color, FieldDisplay: s.Display, FieldDelay: nil, FieldRef: s.Ref,
		FieldLocale: s.Locale, FieldAge: nil, FieldCountries: nil,
	}
	if s.Delay != nil {
		out[FieldDelay] = *s.Delay
	}
	if s.MinimumAge > 0 {
		out[FieldAge] = s.MinimumAge
	}
	if !s.Countries.IsZero() {
		out[FieldCountries] = s.Countries
	}
	for name, value := range out {
		if value == "" {
			out[name] = nil
		}
	}
	return out
}

func (k *Keeper) page(id string) (Page, error) {
	for _, p := range k.o.Pages {
		if id == "" || p.ID == id {
			return p, nil
		}
	}
	return Page{}, ErrNoSite
}

// call makes one call of the platform's with the page's token.
func (k *Keeper) call(ctx context.Context, page Page, method, path string, in, out any) error {
	base := k.o.Base()
	if base == "" {
		return errors.New("the chat plugin is not listening yet")
	}
	var body io.Reader = http.NoBody
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, body)
	if err != nil {
		return fmt.Errorf("speak to the chat plugin: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+page.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := k.client.Do(req)
	if err != nil {
		return fmt.Errorf("speak to the chat plugin: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("speak to the chat plugin: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return refused(res.Status, answer)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("read the chat plugin's answer: %w", err)
	}
	return nil
}

var paramForm = regexp.MustCompile(`^(?:\(#\d+\) )?Param ([a-z_]+)(?:\[\d+\])? (.*)$`)

// refused is what the platform said, at the field that it named.
func refused(status string, answer []byte) error {
	var said struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(answer, &said) != nil || said.Error.Message == "" {
		return fmt.Errorf("the chat plugin answered %s", status)
	}
	if found := paramForm.FindStringSubmatch(said.Error.Message); found != nil {
		if _, ok := FieldOf(found[1]); ok {
			return &Fault{Field: found[1], Says: found[2]}
		}
	}
	return &Fault{Says: "The chat plugin refused: " + strings.TrimSpace(said.Error.Message)}
}

// IsLoopback reports whether an address leads to this machine alone.
func IsLoopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	return IsLoopbackHost(u.Hostname())
}

// IsLoopbackHost is IsLoopback of a host's name or number.
func IsLoopbackHost(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}
