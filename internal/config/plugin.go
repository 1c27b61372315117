package config

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"frontdesk/messenger"
)

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
