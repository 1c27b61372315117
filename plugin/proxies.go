package plugin

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// cameFrom is the network address that a call came from; one network of IPv6 counts as one. bounded is false for calls
// that a program of this very machine made.
//
// X-Forwarded-For is believed only as far as proxies wrote it that the options name: what stands before their part is
// whatever the caller liked to write.
func (s *Server) cameFrom(r *http.Request) (from netip.Addr, bounded bool) {
	from = hostOf(r.RemoteAddr)
	forwarded := r.Header.Values("X-Forwarded-For")
	if !s.trusts(from) {
		if from.IsLoopback() && len(forwarded) > 0 && len(s.proxies) == 0 {
			s.proxyWarning.Do(func() {
				s.log.Warn("visitors come through a proxy on this machine that plugin_trusted_proxies does not name: their addresses are not known, and what comes from one address has no bound")
			})
		}
		return network(from), from.IsValid() && !from.IsLoopback()
	}
	list := strings.Split(strings.Join(forwarded, ","), ",")
	for _, given := range slices.Backward(list) {
		addr, err := netip.ParseAddr(strings.TrimSpace(given))
		if err != nil {
			break // whoever wrote that is the last one we know
		}
		if from = addr.Unmap().WithZone(""); !s.trusts(from) {
			return network(from), true
		}
	}
	return network(from), !from.IsLoopback()
}

// host is what the caller called us, which a trusted proxy hands on as X-Forwarded-Host.
func (s *Server) host(r *http.Request) string {
	if given := r.Header.Get("X-Forwarded-Host"); given != "" && s.trusts(hostOf(r.RemoteAddr)) {
		return given
	}
	return r.Host
}

func (s *Server) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(s.proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// hostOf is the address of "host:port"; not valid where there is none, as on a Unix socket.
func hostOf(remote string) netip.Addr {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// network is the part of an address that its owner cannot choose freely.
func network(addr netip.Addr) netip.Addr {
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return addr
}
