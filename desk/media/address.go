package media

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	maxRedirects = 3
	connectTime  = 10 * time.Second
	answerTime   = 20 * time.Second // until the head of an answer
	maxHeaders   = 64 << 10
)

// Addresses that nothing is fetched from.
var (
	errPrivate   = errors.New("the address is not a public one")
	errNotHTTPS  = errors.New("the address does not begin with https://")
	errRedirects = fmt.Errorf("more than %d redirects", maxRedirects)
)

// notPublic are networks that are nobody's or everybody's, beside those that package netip names.
var notPublic = func() []netip.Prefix {
	var all []netip.Prefix
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/32", "2001::/23", "2002::/16", // IPv4 in the old way, behind a translator, in a tunnel
		"100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

// public reports whether an address is one of the internet's.
func public(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Zone() != "" {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// network makes the requests for files. It judges each address twice: as it is written, for the first request and after
// each redirect, and as it is called, so that a name cannot mean one machine when it is looked up and another then.
type network struct {
	own      func() []string // addresses of the platform itself, as far as it is on this machine
	toPublic http.RoundTripper
	toOwn    http.RoundTripper
}

func newNetwork(own func() []string) *network {
	n := &network{own: own}
	n.toPublic = transport(public)
	n.toOwn = transport(n.isOwnAddr)
	return n
}

// transport calls only addresses that may be called. It asks no proxy, which would call them for us.
func transport(may func(netip.Addr) bool) *http.Transport {
	dialer := &net.Dialer{
		Timeout: connectTime,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !may(at.Addr()) {
				return errPrivate
			}
			return nil
		},
	}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTime, ResponseHeaderTimeout: answerTime,
		MaxResponseHeaderBytes: maxHeaders, DisableKeepAlives: true, DisableCompression: true,
	}
}

// RoundTrip refuses what is neither https nor the platform's own address.
func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	switch {
	case req.URL.Host == "" || req.URL.User != nil:
		return nil, errNotHTTPS
	case n.isOwn(req.URL):
		return n.toOwn.RoundTrip(req)
	case req.URL.Scheme != "https":
		return nil, errNotHTTPS
	}
	return n.toPublic.RoundTrip(req)
}

// isOwn reports whether u is an address of the platform that is on this machine: the very host and port.
func (n *network) isOwn(u *url.URL) bool {
	for _, base := range n.bases() {
		if base.Scheme == u.Scheme && strings.EqualFold(base.Host, u.Host) {
			return true
		}
	}
	return false
}

// isOwnAddr reports whether addr may be called in the platform's name: this machine, or the address that is written there.
func (n *network) isOwnAddr(addr netip.Addr) bool {
	if addr.Unmap().IsLoopback() {
		return true
	}
	for _, base := range n.bases() {
		if written, err := netip.ParseAddr(base.Hostname()); err == nil && written.Unmap() == addr.Unmap() {
			return true
		}
	}
	return false
}

func (n *network) bases() []*url.URL {
	if n.own == nil {
		return nil
	}
	var all []*url.URL
	for _, address := range n.own() {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			all = append(all, u)
		}
	}
	return all
}

// client follows few redirects, and says nobody where it comes from.
func (n *network) client() *http.Client {
	return &http.Client{
		Transport: n,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errRedirects
			}
			if n.isOwn(req.URL) && !n.isOwn(via[0].URL) { // strangers do not send us to ourselves
				return errPrivate
			}
			req.Header.Del("Referer")
			return nil
		},
	}
}

// get asks for a file. Nothing but the address is told: no token, no cookie.
func get(ctx context.Context, c *http.Client, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, errNotHTTPS
	}
	req.Header.Set("User-Agent", "frontdesk")
	req.Header.Set("Accept-Encoding", "identity")
	return c.Do(req)
}
