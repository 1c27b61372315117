package plugin

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"frontdesk/messenger"
)

// The limits of a Messenger Profile (ref. 6.3).
const (
	maxGreeting    = 160
	maxDomains     = 50
	maxMenuItems   = 20
	maxMenuTitle   = 30
	maxIceBreakers = 4
	maxQuestion    = 80
)

const (
	defaultLocale = "default"
	surfacePlugin = "CUSTOMER_CHAT_PLUGIN"
)

var localeName = regexp.MustCompile(`^[a-z]{2,3}_[A-Z]{2}$`)

// menu is a persistent menu for one locale.
type menu struct {
	Locale   string     `json:"locale"`
	NoText   bool       `json:"composer_input_disabled"`
	Surfaces []string   `json:"disabled_surfaces,omitempty"`
	Items    []menuItem `json:"call_to_actions"`
}

// menuItem is a line of a persistent menu.
type menuItem struct {
	Type       string          `json:"type"`
	Title      string          `json:"title"`
	URL        string          `json:"url,omitempty"`
	Payload    string          `json:"payload,omitempty"`
	Height     string          `json:"webview_height_ratio,omitempty"`
	Extensions bool            `json:"messenger_extensions,omitempty"`
	Fallback   string          `json:"fallback_url,omitempty"`
	Share      string          `json:"webview_share_button,omitempty"`
	Nested     json.RawMessage `json:"call_to_actions,omitempty"`
}

// greeting is what is shown before a conversation begins, for one locale.
type greeting struct {
	Locale string `json:"locale"`
	Text   string `json:"text"`
}

// iceBreaker is a question that is offered before a conversation begins.
type iceBreaker struct {
	Question string `json:"question"`
	Payload  string `json:"payload"`
}

// iceBreakers are the questions for one locale. The older form has one list for all, without a locale.
type iceBreakers struct {
	Items  []iceBreaker `json:"call_to_actions"`
	Locale string       `json:"locale"`
}

func wrongShape(name, want string) error { return badParam("Param %s must be %s", name, want) }

// checked is a property as it is stored.
func checked(v any) (json.RawMessage, error) { return json.Marshal(v) }

func readGetStarted(raw json.RawMessage) (json.RawMessage, error) {
	var in struct {
		Payload string `json:"payload"`
	}
	if json.Unmarshal(raw, &in) != nil {
		return nil, wrongShape(propGetStarted, "an object with payload")
	}
	if err := checkField("get_started[payload]", in.Payload, messenger.MaxPayload); err != nil {
		return nil, err
	}
	return checked(in)
}

// checkField refuses a text that is empty or too long.
func checkField(field, text string, limit int) error {
	switch n := messenger.TextLen(text); {
	case strings.TrimSpace(text) == "":
		return badParam("Param %s must be a non-empty string", field)
	case n > limit:
		return badParam("Param %s must be at most %d characters long, and has %d", field, limit, n)
	}
	return nil
}

// checkLocales refuses lists without an entry for every locale, or with two for one.
func checkLocales(name string, locales []string) error {
	for i, locale := range locales {
		switch {
		case locale != defaultLocale && !localeName.MatchString(locale):
			return badParam("Param %s[%d][locale] must be \"default\" or a locale such as en_US", name, i)
		case slices.Contains(locales[:i], locale):
			return badParam("Param %s has the locale %s twice", name, locale)
		}
	}
	if !slices.Contains(locales, defaultLocale) {
		return badParam("Param %s must have an entry with the locale \"default\"", name)
	}
	return nil
}

func localesOf[T any](list []T, of func(T) string) []string {
	var all []string
	for _, one := range list {
		all = append(all, of(one))
	}
	return all
}

func readGreeting(raw json.RawMessage) (json.RawMessage, error) {
	var in []greeting
	if json.Unmarshal(raw, &in) != nil {
		return nil, wrongShape(propGreeting, "a list of objects with locale and text")
	}
	for i, g := range in {
		if err := checkField(atIndex(propGreeting, i)+"[text]", g.Text, maxGreeting); err != nil {
			return nil, err
		}
	}
	if err := checkLocales(propGreeting, localesOf(in, func(g greeting) string { return g.Locale })); err != nil {
		return nil, err
	}
	return checked(in)
}

func readDomains(raw json.RawMessage) (json.RawMessage, error) {
	var in []string
	if json.Unmarshal(raw, &in) != nil {
		return nil, wrongShape(propDomains, "a list of addresses")
	}
	if len(in) == 0 || len(in) > maxDomains {
		return nil, badParam("Param whitelisted_domains must have 1 to %d addresses, and has %d", maxDomains, len(in))
	}
	domains := []string{}
	for i, address := range in {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			return nil, badParam("whitelisted_domains[%d] is not an https URL", i)
		}
		if !isFullHost(u.Hostname()) {
			return nil, badParam("whitelisted_domains[%d] is not a full host name", i)
		}
		if origin := originOf(u.String()); !slices.Contains(domains, origin) {
			domains = append(domains, origin)
		}
	}
	return checked(domains)
}

// isFullHost reports whether a host is a name of the public web: no IP address, no localhost, no name without a dot.
func isFullHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost") {
		return false
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || strings.ContainsAny(label, "*_ ") {
			return false
		}
	}
	return strings.ContainsFunc(labels[len(labels)-1], func(r rune) bool { return r < '0' || r > '9' })
}

// originOf is the origin of an address: scheme, host, and the port if it is not the usual one.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if port := u.Port(); port != "" && port != "443" {
		host += ":" + port
	}
	return strings.ToLower(u.Scheme) + "://" + host
}

func readMenu(raw json.RawMessage) (json.RawMessage, error) {
	var in []menu
	if json.Unmarshal(raw, &in) != nil {
		return nil, wrongShape(propMenu, "a list of objects with locale and call_to_actions")
	}
	for i, m := range in {
		at := atIndex(propMenu, i)
		if len(m.Items) == 0 || len(m.Items) > maxMenuItems {
			return nil, badParam("Param %s[call_to_actions] must have 1 to %d items, and has %d", at, maxMenuItems, len(m.Items))
		}
		for _, surface := range m.Surfaces {
			if surface != surfacePlugin {
				return nil, badParam("Param %s[disabled_surfaces] must be one of {%s}", at, surfacePlugin)
			}
		}
		for j, item := range m.Items {
			if err := item.check(atIndex(at+"[call_to_actions]", j)); err != nil {
				return nil, err
			}
		}
	}
	if err := checkLocales(propMenu, localesOf(in, func(m menu) string { return m.Locale })); err != nil {
		return nil, err
	}
	return checked(in)
}

func (m menuItem) check(at string) error {
	if m.Nested != nil || m.Type == "nested" {
		return badParam("Param %s is a nested menu; menus are flat", at)
	}
	if err := checkField(at+"[title]", m.Title, maxMenuTitle); err != nil {
		return err
	}
	switch m.Type {
	case messenger.ButtonPostback:
		return checkField(at+"[payload]", m.Payload, messenger.MaxPayload)
	case messenger.ButtonURL:
		u, err := url.Parse(m.URL)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return badParam("Param %s[url] should represent a valid URL", at)
		}
		if m.Extensions && u.Scheme != "https" {
			return badParam("Param %s[url] must be an https URL to use messenger_extensions", at)
		}
		if m.Height != "" && !slices.Contains([]string{"compact", "tall", "full"}, m.Height) {
			return badParam("Param %s[webview_height_ratio] must be one of {COMPACT, TALL, FULL}", at)
		}
		return nil
	}
	return badParam("Param %s[type] must be one of {WEB_URL, POSTBACK}", at)
}

func readIceBreakers(raw json.RawMessage) (json.RawMessage, error) {
	var in []struct {
		iceBreakers
		iceBreaker
	}
	if json.Unmarshal(raw, &in) != nil || len(in) == 0 {
		return nil, wrongShape(propIceBreakers, "a list of questions, or of objects with call_to_actions and locale")
	}
	var old []iceBreaker
	var byLocale []iceBreakers
	for _, one := range in {
		if one.Items == nil {
			old = append(old, one.iceBreaker)
			continue
		}
		byLocale = append(byLocale, one.iceBreakers)
	}
	if len(byLocale) == 0 {
		if err := checkIceBreakers(propIceBreakers, old); err != nil {
			return nil, err
		}
		return checked(old)
	}
	if len(old) > 0 {
		return nil, badParam("Param ice_breakers has both of its two forms; use one")
	}
	for i, one := range byLocale {
		if err := checkIceBreakers(atIndex(propIceBreakers, i)+"[call_to_actions]", one.Items); err != nil {
			return nil, err
		}
	}
	if err := checkLocales(propIceBreakers, localesOf(byLocale, func(b iceBreakers) string { return b.Locale })); err != nil {
		return nil, err
	}
	return checked(byLocale)
}

func checkIceBreakers(at string, list []iceBreaker) error {
	if len(list) == 0 || len(list) > maxIceBreakers {
		return badParam("Param %s must have 1 to %d questions, and has %d", at, maxIceBreakers, len(list))
	}
	for i, b := range list {
		if err := checkField(atIndex(at, i)+"[question]", b.Question, maxQuestion); err != nil {
			return err
		}
		if err := checkField(atIndex(at, i)+"[payload]", b.Payload, messenger.MaxPayload); err != nil {
			return err
		}
	}
	return nil
}

func readLinking(raw json.RawMessage) (json.RawMessage, error) {
	var in string
	if json.Unmarshal(raw, &in) != nil {
		return nil, wrongShape(propLinking, "an https URL")
	}
	if u, err := url.Parse(in); err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, wrongShape(propLinking, "an https URL")
	}
	return checked(in)
}

// atIndex names a place in a list as Meta does.
func atIndex(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }
