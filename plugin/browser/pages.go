package browser

import (
	"bytes"
	"html"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// pagePolicy is that of our own plain pages: they hold a script as websites embed it, and the frame it makes.
const pagePolicy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"frame-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// home is GET /: for people a page that says what this is; everything else goes on to rest.
func (s *Server) home(rest http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		looks := r.Method == http.MethodGet || r.Method == http.MethodHead
		if !looks || !strings.Contains(r.Header.Get("Accept"), "text/html") || r.URL.Query().Has("access_token") {
			rest.ServeHTTP(w, r)
			return
		}
		w.Header().Add("Vary", "Accept")
		s.servePage(w, r, "home.html", struct{ TryOut bool }{s.hasTryOut(r) && len(s.site.PageIDs()) > 0})
	}
}

// hasTryOut reports whether the page to try things out on is there for who asks: only on this machine, and not through a
// proxy in front of it.
func (s *Server) hasTryOut(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	here := strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
	return s.loopback && here && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
}

// tryOut is what the page to try things out on shows.
type tryOut struct {
	Page       string
	Locale     string
	Section    string
	Attributes []attribute
}

type attribute struct{ Name, Value string }

// tried are the attributes that the try-out page's address may set, for whoever wants to see what they do.
var tried = []string{
	"theme_color", "logged_in_greeting", "logged_out_greeting", "greeting_dialog_display", "greeting_dialog_delay", "minimized", "customer",
}

// serveTryOut is GET /plugin/try: a made-up shop that embeds the chat by the old markup.
func (s *Server) serveTryOut(w http.ResponseWriter, r *http.Request) {
	pages := s.site.PageIDs()
	if !s.hasTryOut(r) || len(pages) == 0 {
		refuse(w, http.StatusNotFound, "the page to try the chat out on is there only where the platform listens on its own machine alone")
		return
	}
	q := r.URL.Query()
	out := tryOut{Page: pages[0], Locale: localeOr(q.Get("locale")), Section: q.Get("ref")}
	if s.knows(q.Get("page_id")) {
		out.Page = q.Get("page_id")
	}
	for _, name := range tried {
		if q.Has(name) {
			out.Attributes = append(out.Attributes, attribute{name, q.Get(name)})
		}
	}
	s.servePage(w, r, "try.html", out)
}

// Sections are the shop's pages, each with a ref of its own.
func (tryOut) Sections() []string { return []string{"bikes", "workshop", "delivery"} }

// bike is something the shop sells.
type bike struct{ Name, Price, Ref string }

// Bikes are those the shop sells.
func (tryOut) Bikes() []bike {
	return []bike{
		{"Glow One", "For the town, 890", "glow-one"},
		{"Glow Cargo", "Carries two children, 2,490", "glow-cargo"},
		{"Glow Trail", "For the woods, 1,640", "glow-trail"},
	}
}

// Given are the attributes as they stand in the markup. html/template does not know names that are made up, so they are
// put together here.
func (t tryOut) Given() []template.HTMLAttr {
	var out []template.HTMLAttr
	for _, a := range t.Attributes {
		out = append(out, template.HTMLAttr(a.Name+`="`+html.EscapeString(a.Value)+`"`)) //nolint:gosec // the name is of our list, the value escaped
	}
	return out
}

// With is the address of the same page with another section.
func (t tryOut) With(section string) string {
	q := url.Values{"ref": {section}}
	if t.Locale != defaultLocale {
		q.Set("locale", t.Locale)
	}
	for _, a := range t.Attributes {
		q.Set(a.Name, a.Value)
	}
	return "/plugin/try?" + q.Encode()
}

func (s *Server) servePage(w http.ResponseWriter, r *http.Request, name string, data any) {
	var body bytes.Buffer
	if err := s.pages.ExecuteTemplate(&body, name, data); err != nil {
		refuse(w, http.StatusInternalServerError, "the page could not be written")
		return
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", kinds[".html"])
	if r.Method != http.MethodHead {
		_, _ = body.WriteTo(w) // who has gone needs no answer
	}
}
