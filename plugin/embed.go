package plugin

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"frontdesk/messenger"
)

// EmbedError says why a website may not embed the chat.
type EmbedError struct {
	// Wrong is which of the two things the platform knows of a website is wrong: "origin" (its domain is not allowed) or
	// "referrer" (it hides its address from us).
	Wrong   string
	Message string
}

func (e *EmbedError) Error() string { return e.Message }

// What EmbedError.Wrong says.
const (
	WrongOrigin   = "origin"
	WrongReferrer = "referrer"
)

var (
	errNoReferrer = &EmbedError{WrongReferrer, "the website hides its address from the chat: its Referrer-Policy is no-referrer or same-origin;" +
		" at least origin is needed, as in <meta name=\"referrer\" content=\"strict-origin-when-cross-origin\">"}
	errNullOrigin = &EmbedError{WrongOrigin, "the call says that it comes from nowhere: a frame with the attribute sandbox needs allow-same-origin," +
		" and a form of a website with the Referrer-Policy no-referrer is not taken"}
	errCrossSite = &EmbedError{WrongOrigin, "the call was made by another website, which does not say which one it is"}
)

// maxHost is the longest name that a host can have, with a port.
const maxHost = 260

func errForeign(host string) error {
	return &EmbedError{WrongOrigin, host[:min(len(host), maxHost)] + " is not among the domains that may embed this chat;" +
		" add it to the setting plugin_domains or to the page's whitelisted_domains"}
}

func errPlain(host string) error {
	return &EmbedError{WrongOrigin, host + " is embedding this chat without HTTPS; only https addresses may"}
}

// Domains are the origins that may embed a page's chat: those of the options and the page's whitelisted_domains
// (ref. 6.3). With none, only pages on this machine may.
func (s *Server) Domains(ctx context.Context, pageID string) ([]string, error) {
	page := s.page(pageID)
	if page == nil || page.Messenger {
		return nil, ErrUnknownPage
	}
	listed, err := s.WhitelistedDomains(ctx, page.ID)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(page.Domains)
	for _, origin := range origins(listed) {
		if !slices.Contains(all, origin) {
			all = append(all, origin)
		}
	}
	return all, nil
}

// FrameAncestors is the directive of Content-Security-Policy that the page of a chat frame must be served with, so that
// no other website than those of Domains can put it into a page of its own. Our own pages may.
func (s *Server) FrameAncestors(ctx context.Context, pageID string) (string, error) {
	domains, err := s.Domains(ctx, pageID)
	if err != nil {
		return "", err
	}
	sources := append([]string{"frame-ancestors", "'self'"}, domains...)
	if s.loopbackPages || len(domains) == 0 {
		sources = append(sources, "http://localhost:*", "https://localhost:*", "http://127.0.0.1:*", "https://127.0.0.1:*")
	}
	return strings.Join(sources, " "), nil
}

// Embedder checks by its Referer who wants the page of a chat frame: nil, or an EmbedError. A page that is opened by
// itself, and so by a visitor's own hand, has no embedder.
func (s *Server) Embedder(r *http.Request, pageID string) error {
	domains, err := s.Domains(r.Context(), pageID)
	switch {
	case err != nil:
		return err
	case r.Header.Get("Sec-Fetch-Dest") == "document":
		return nil
	case r.Referer() == "":
		return errNoReferrer
	}
	return s.mayEmbed(r, r.Referer(), domains)
}

// checkOrigin refuses the call of a browser that another website than the page's made. A call without Origin is our own
// frame's, or a program's, which has no other website's visitor to speak for.
func (s *Server) checkOrigin(r *http.Request, pageID string) error {
	origin := r.Header.Get("Origin")
	if origin == "" && s.page(pageID) != nil {
		if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
			return errCrossSite
		}
		return nil
	}
	domains, err := s.Domains(r.Context(), pageID)
	switch {
	case err != nil:
		return err
	case origin == "null":
		return errNullOrigin
	}
	return s.mayEmbed(r, origin, domains)
}

// checkPageURL refuses a browser's visitor who says to be on a page that may not embed the chat.
func (s *Server) checkPageURL(r *http.Request, pageID, pageURL string) error {
	if r.Header.Get("Origin") == "" || pageURL == "" {
		return nil
	}
	domains, err := s.Domains(r.Context(), pageID)
	if err != nil {
		return err
	}
	return s.mayEmbed(r, pageURL, domains)
}

// mayEmbed checks the website that an address belongs to.
func (s *Server) mayEmbed(r *http.Request, address string, domains []string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return errNullOrigin
	}
	u.Host = strings.ToLower(u.Host)
	origin := u.Scheme + "://" + u.Host
	if name := strings.TrimSuffix(u.Hostname(), "."); u.Port() == "443" && u.Scheme == "https" {
		origin = "https://" + name
	}
	switch {
	case strings.EqualFold(u.Host, s.host(r)) && s.ownName(r, u.Hostname(), domains), slices.Contains(domains, origin):
		return nil
	case isLoopback(u.Hostname()) && (s.loopbackPages || len(domains) == 0):
		return nil
	case u.Scheme == "http" && slices.Contains(domains, "https://"+u.Host):
		return errPlain(u.Host)
	}
	return errForeign(u.Host)
}

// ownName reports whether a name by which a browser reached us can be ours. As long as only this machine may embed the chat
// it is one of this machine's, or one that a trusted proxy answers to: any website can let its own name lead here.
func (s *Server) ownName(r *http.Request, host string, domains []string) bool {
	proxied := r.Header.Get("X-Forwarded-Host") != "" && s.trusts(hostOf(r.RemoteAddr))
	return isLoopback(host) || proxied || !s.loopbackPages && len(domains) > 0
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// embedOut answers GET /plugin/embed.
type embedOut struct {
	Allowed bool   `json:"allowed"`
	Wrong   string `json:"wrong,omitempty"`
	Message string `json:"message,omitempty"`
}

// embed is GET /plugin/embed?page_id=: whether the website that asks may embed the chat, and else which of the two is
// wrong. Any website may read the answer: it says only of itself what its visitors see anyway.
func (s *Server) embed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	page := r.URL.Query().Get("page_id")
	err := s.paceOfAddress(r, actPoll)
	if err == nil {
		err = s.checkOrigin(r, page)
	}
	if err == nil && r.Header.Get("Origin") != "" && r.Referer() == "" {
		err = errNoReferrer
	}
	out := embedOut{Allowed: err == nil}
	var refusal *EmbedError
	if errors.As(err, &refusal) {
		out.Wrong, out.Message, err = refusal.Wrong, refusal.Message, nil
	}
	s.answerVisitor(w, r, out, err)
}

// origins are domains as browsers spell them, each once; Options.check has seen that they are some.
func origins(domains []string) []string {
	var list []string
	for _, domain := range domains {
		if origin, err := messenger.WebsiteOrigin(domain); err == nil && !slices.Contains(list, origin) {
			list = append(list, origin)
		}
	}
	return list
}
