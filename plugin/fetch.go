package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"syscall"
	"time"

	"frontdesk/messenger"
)

const (
	fetchTimeout      = 10 * time.Second
	fetchVideoTimeout = 75 * time.Second // ref. 3.6
	maxRedirects      = 3
)

// errPrivate is an address that a file may not be fetched from.
var errPrivate = errors.New("the address is not a public one")

// notPublic are networks that are nobody's or everybody's, beside those that package netip names.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),        // IPv4 in the old way
	netip.MustParsePrefix("64:ff9b::/32"), // IPv4 behind a translator
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // IPv4 in a tunnel
	netip.MustParsePrefix("fec0::/10"),
}

// mayFetch reports whether a file may be fetched from an address: a public one, or this machine's own if loopback says so.
func mayFetch(addr netip.Addr, loopback bool) bool {
	addr = addr.Unmap()
	if addr.IsLoopback() {
		return loopback
	}
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

// newFetcher is the client that fetches files by their address. The address is judged when the connection is made, so
// that a name cannot mean one machine when it is looked up and another when it is called.
func newFetcher(loopback bool) *http.Client {
	dialer := &net.Dialer{
		Timeout: fetchTimeout,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			if !mayFetch(at.Addr(), loopback) {
				return errPrivate
			}
			return nil
		},
	}
	return &http.Client{
		// No proxy: it would be asked for addresses that we may not ask ourselves.
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: fetchTimeout, DisableKeepAlives: true},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			return fetchable(req.URL)
		},
	}
}

// newHooks is the client that carries webhooks to callbacks which apps have named: to where files may be fetched from as
// well, and no redirect leads it elsewhere.
func newHooks(loopback bool) *http.Client {
	c := newFetcher(loopback)
	transport := c.Transport.(*http.Transport) //nolint:forcetypeassert // made a line above
	transport.DisableKeepAlives = false
	transport.MaxIdleConnsPerHost, transport.IdleConnTimeout = inParallel, time.Minute
	c.Timeout = postTimeout
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

func fetchable(u *url.URL) error {
	if u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("the address is not a plain http or https one")
	}
	return nil
}

// fetch takes in the file behind an address, which is to be of a kind.
func (s *Server) fetch(ctx context.Context, address, kind string) (*arrived, error) {
	u, err := url.Parse(address)
	if err != nil || fetchable(u) != nil {
		return nil, errNotFetched
	}
	limit := fetchTimeout
	if kind == messenger.TypeVideo {
		limit = fetchVideoTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, errNotFetched
	}
	req.Header.Set("User-Agent", "frontdesk-plugin")
	res, err := s.fetcher.Do(req)
	if err != nil {
		return nil, errNotFetched
	}
	defer func() { _ = res.Body.Close() }() // all that is wanted has been read
	if res.StatusCode != http.StatusOK {
		return nil, errNotFetched
	}
	a, err := s.shelf.take(&fetched{res}, path.Base(res.Request.URL.Path), messenger.MaxBytes(kind))
	var broken *brokenOff
	switch {
	case errors.As(err, &broken):
		return nil, errNotFetched
	case err != nil:
		return nil, fileError(err)
	}
	return a, nil
}

// fetched is the body of an answer; its errors are told from those of our own disk.
type fetched struct{ res *http.Response }

func (f *fetched) Read(p []byte) (int, error) {
	n, err := f.res.Body.Read(p)
	return n, asBroken(err)
}
