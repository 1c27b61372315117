package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	fetchWithin  = 20 * time.Second
	mostBody     = 4 << 20 // bytes, unpacked
	mostHeader   = 64 << 10
	mostRedirect = 10
)

// The reasons for which nothing can be looked at.
var (
	ErrAddress  = errors.New("is no address of a page; write it as in https://www.lumen.example/pricing")
	ErrLoopback = errors.New("is on this machine, and your frontdesk is not there alone; give an address that others reach")
)

// fetch gets a page.
func fetch(ctx context.Context, address string, loopback bool) (answered, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || !isWeb(u) || u.User != nil {
		return answered{}, fmt.Errorf("%s %w", quoted(address), ErrAddress)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return answered{}, fmt.Errorf("%s %w", quoted(address), ErrAddress)
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1")
	req.Header.Set("User-Agent", "frontdesk-check")
	client := newFetcher(loopback)
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return answered{}, fmt.Errorf("%s can't be looked at: %w", quoted(address), plain(ctx, err))
	}
	defer res.Body.Close()
	return taken(ctx, address, res)
}

// taken reads an answer.
func taken(ctx context.Context, address string, res *http.Response) (answered, error) {
	if res.StatusCode != http.StatusOK {
		return answered{}, fmt.Errorf("%s can't be looked at: its server answers %s", quoted(address), res.Status)
	}
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, mostBody+1))
	if err != nil {
		return answered{}, fmt.Errorf("%s can't be looked at: it broke off: %w", quoted(address), plain(ctx, err))
	}
	if kind == "" {
		kind, _, _ = strings.Cut(http.DetectContentType(body), ";")
	}
	if kind != "text/html" && kind != "application/xhtml+xml" {
		return answered{}, fmt.Errorf("%s is no web page but %s", quoted(address), quoted(kind))
	}
	out := answered{url: res.Request.URL, header: res.Header, cut: len(body) > mostBody}
	out.body = strings.ToValidUTF8(string(body[:min(len(body), mostBody)]), "\uFFFD")
	return out, nil
}

func isWeb(u *url.URL) bool { return u.Scheme == "http" || u.Scheme == "https" }

// newFetcher makes a client for one page. It is asked for every connection whether that may be made, so that neither a name
// nor a redirect leads where an address may not.
func newFetcher(loopback bool) *http.Client {
	dialer := &net.Dialer{Timeout: fetchWithin / 2, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if ip := to.Addr().Unmap(); !loopback && (ip.IsLoopback() || ip.IsUnspecified()) {
			return ErrLoopback
		}
		return nil
	}}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, MaxResponseHeaderBytes: mostHeader, TLSHandshakeTimeout: fetchWithin / 2, DisableKeepAlives: true,
		},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			switch {
			case len(via) > mostRedirect:
				return fmt.Errorf("it redirects more than %d times, perhaps in a circle", mostRedirect)
			case !isWeb(next.URL):
				return errors.New("it redirects to what is no web page")
			}
			return nil
		},
	}
}

// plain is an error of a request without what Go says around it.
func plain(ctx context.Context, err error) error {
	if errors.Is(err, ErrLoopback) {
		return ErrLoopback
	}
	if ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("it did not come within %d seconds", int(fetchWithin.Seconds()))
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
