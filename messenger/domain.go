package messenger

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// MaxDomains is how many `whitelisted_domains` a page may have (ref. 6.3).
const MaxDomains = 50

const (
	maxHost  = 253
	maxLabel = 63
)

// WebsiteOrigin is the origin, as browsers spell it, of a website that may embed the chat plugin: `https://`, a full host
// name and a port other than 443 if there is one. What `whitelisted_domains` does not take is an error that goes behind
// the name of its field: other schemes, IP addresses, localhost, names without a dot, paths (ref. 6.3, 7.7).
func WebsiteOrigin(domain string) (string, error) {
	u, err := url.Parse(domain)
	switch {
	case err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "https"):
		return "", errors.New("is no domain; write it as in https://www.lumen.example")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path != "/"):
		return "", errors.New("must end after the host name, as in https://www.lumen.example")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if err := checkHost(host); err != nil {
		return "", err
	}
	origin := "https://" + host
	if port := u.Port(); port != "" && port != "443" {
		origin += ":" + port
	}
	return origin, nil
}

// checkHost takes full host names alone.
func checkHost(host string) error {
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	if _, err := netip.ParseAddr(host); err == nil || strings.Trim(last, "0123456789") == "" && last != "" {
		return errors.New("is an IP address; a host name is needed, as in https://www.lumen.example")
	}
	if last == "localhost" {
		return errors.New("is this very machine; a host name is needed, as in https://www.lumen.example")
	}
	if len(labels) < 2 || len(host) > maxHost {
		return errors.New("is no full host name; write it as in https://www.lumen.example")
	}
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return errors.New("is no full host name; write it as in https://www.lumen.example")
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return errors.New("has letters that host names are not written with; use its form that begins with xn--")
		}
	}
	return nil
}
