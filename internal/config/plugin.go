package config

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"frontdesk/messenger"
)

// maxName is how many characters the name of a site may have.
const maxName = 75

// name is a line that people read.
func (l *loader) name(key string) string {
	v, where := l.find(key)
	if n := utf8.RuneCountInString(v); n > maxName {
		l.fault("%s: the name has %d characters; at most %d fit above a chat", where, n, maxName)
	}
	if strings.ContainsFunc(v, unicode.IsControl) {
		l.fault("%s: the name must be one line, without control characters", where)
	}
	return v
}

// domains are websites, https:// in front or not.
func (l *loader) domains(key string) []string {
	v, where := l.find(key)
	var list []string
	for _, given := range split(v) {
		address := given
		if !strings.Contains(given, "://") {
			address = "https://" + given
		}
		origin, err := messenger.WebsiteOrigin(address)
		switch {
		case err != nil:
			l.fault("%s: %q %w", where, given, err)
		case !slices.Contains(list, origin):
			list = append(list, origin)
		}
	}
	if len(list) > messenger.MaxDomains {
		l.fault("%s: %d domains are too many; at most %d are taken", where, len(list), messenger.MaxDomains)
	}
	return list
}

// networks are addresses and networks of addresses.
func (l *loader) networks(key string) []netip.Prefix {
	v, where := l.find(key)
	var list []netip.Prefix
	for _, given := range split(v) {
		network, err := netip.ParsePrefix(given)
		if addr, bare := netip.ParseAddr(given); bare == nil {
			network, err = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), nil
		}
		if err != nil {
			l.fault("%s: %q is neither an address nor a network; give them as in 127.0.0.1 or 10.0.0.0/8", where, given)
			continue
		}
		list = append(list, network.Masked())
	}
	return list
}

const (
	minGuestSession = time.Hour
	maxGuestSession = 365 * 24 * time.Hour
)

// hours is a time of an hour or more, as in 24h; 0 when none is given.
func (l *loader) hours(key string) time.Duration {
	v, where := l.find(key)
	switch strings.ToLower(v) {
	case "", "off", "no", "false", "0":
		return 0
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < minGuestSession || d > maxGuestSession {
		l.fault("%s: %q is no time from an hour to a year; give hours, as in 24h, or off", where, v)
		return 0
	}
	return d
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)

// header is the name of a header of HTTP.
func (l *loader) header(key string) string {
	v, where := l.find(key)
	if v != "" && !headerName.MatchString(v) {
		l.fault("%s: %q is no name of a header; give one as in CF-IPCountry", where, v)
	}
	return http.CanonicalHeaderKey(v)
}

// apps are the programs that work with the plugin's page beside frontdesk, each with its own token and secret.
func (l *loader) apps(s Settings) []App {
	ids, where := l.find(KeyPluginApps)
	tokens := split(l.secret(KeyPluginAppsTokens).Reveal())
	secrets := split(l.secret(KeyPluginAppsSecrets).Reveal())
	var apps []App
	for i, id := range split(ids) {
		switch {
		case !isID(id):
			l.fault("%s: number %d is no id of an app; it is a row of digits", where, i+1)
		case id == s.AppID:
			l.fault("%s: %s is also %s, which is frontdesk itself; give the other program an id of its own", where, id, Variable(KeyAppID))
		case slices.ContainsFunc(apps, func(a App) bool { return a.ID == id }):
			l.fault("%s: app %s is given twice", where, id)
		}
		app := App{ID: id}
		if i < len(tokens) {
			app.Token = Secret(tokens[i])
		}
		if i < len(secrets) {
			app.Secret = Secret(secrets[i])
		}
		apps = append(apps, app)
	}
	for _, each := range []struct {
		key   string
		given []string
	}{{KeyPluginAppsTokens, tokens}, {KeyPluginAppsSecrets, secrets}} {
		if len(each.given) != len(apps) {
			l.fault("%s names %s and %s has %d; give one for each app, comma-separated, in the same order",
				Variable(KeyPluginApps), count(len(apps), "app"), Variable(each.key), len(each.given))
		}
	}
	if len(apps) > 0 && s.AppID == "" && !l.failed(KeyAppID) {
		l.fault("%s is not set, so nobody could tell which conversations frontdesk itself answers; set it to a row of digits"+
			" that %s does not name", Variable(KeyAppID), Variable(KeyPluginApps))
	}
	for i, app := range apps {
		if app.Token != "" && (app.Token == s.PluginToken || slices.Contains(tokens[:min(i, len(tokens))], app.Token.Reveal())) {
			l.fault("%s: the token of app %s is also another's; nobody could tell the two apart", Variable(KeyPluginAppsTokens), app.ID)
		}
	}
	return apps
}
