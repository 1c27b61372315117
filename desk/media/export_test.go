package media

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/netip"
	"time"
)

// OpenUp lets g fetch from the servers of a test: at addresses that may be called, with certificates of their own.
func (g *Gatherer) OpenUp(certs *x509.CertPool, may func(netip.Addr) bool) {
	n := newNetwork(g.o.Own)
	t := transport(may)
	t.TLSClientConfig = &tls.Config{RootCAs: certs}
	n.toPublic = t
	g.fetch.http = n.client()
}

// SetTransport has g make its requests through t, whatever their addresses.
func (g *Gatherer) SetTransport(t http.RoundTripper) { g.fetch.http.Transport = t }

// SetTimes replaces how long one file may take and the pauses between the tries.
func (g *Gatherer) SetTimes(within time.Duration, pauses ...time.Duration) {
	g.fetch.within, g.pauses = within, pauses
}

// SetLimit replaces how large a file may be.
func (g *Gatherer) SetLimit(bytes int64) { g.fetch.limit = bytes }

// Public reports whether an address is one of the internet's.
var Public = public

// CleanName is what a file is called.
var CleanName = cleanName

// ContentType tells what a file is.
var ContentType = contentType

// Extension is the end of the name under which a file of a type is kept.
var Extension = extension
