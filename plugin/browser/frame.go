package browser

import (
	"errors"
	"html"
	"net/http"
	"strings"
)

const (
	frameFolder = "assets/frame"
	frameHTML   = "frame.html"
)

// newFrame makes the frame's files ready. Its document is not among them: it differs from page to page.
func newFrame() (*bundle, string, error) {
	b, err := newBundle(frameFolder)
	if err != nil {
		return nil, "", err
	}
	document := b.files[frameHTML]
	if document == nil {
		return nil, "", errors.New("the chat's frame has no " + frameHTML)
	}
	delete(b.files, frameHTML)
	return b, string(document.plain), nil
}

// serveFrame is GET /plugin/frame?page_id=…&locale=…: the document of the chat's frame. In frame.html stand {assets} for
// the folder of its scripts and styles, and {lang} and {dir} for the locale's.
func (s *Server) serveFrame(w http.ResponseWriter, r *http.Request) {
	page := r.URL.Query().Get("page_id")
	if !s.knows(page) {
		refuse(w, http.StatusNotFound, "page_id is not a page of this platform")
		return
	}
	ancestors, err := s.site.FrameAncestors(r.Context(), page)
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, "the page's settings could not be read just now; try again")
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", s.framePolicy(ancestors))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Vary", "Referer")
	var refusal Refusal
	switch err := s.site.Embedder(r, page); {
	case errors.As(err, &refusal):
		_, message := refusal.Refusal()
		refuse(w, http.StatusForbidden, message)
		return
	case err != nil:
		refuse(w, http.StatusServiceUnavailable, "the page's settings could not be read just now; try again")
		return
	}
	lang := localeOr(r.URL.Query().Get("locale"))
	h.Set("Content-Type", kinds[".html"])
	_, _ = strings.NewReplacer( // who has gone needs no answer
		"{assets}", "/plugin/assets/"+s.frame.hash,
		"{lang}", html.EscapeString(strings.ReplaceAll(lang, "_", "-")),
		"{dir}", direction(lang),
	).WriteString(w, s.document)
}

// framePolicy lets the frame's own files run and speak to us, and nothing else.
func (s *Server) framePolicy(ancestors string) string {
	pictures := "'self' https: data: blob:"
	if s.loopback {
		pictures += " http:"
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
		"img-src " + pictures, "media-src " + pictures,
		"form-action 'none'", "base-uri 'none'", ancestors,
	}, "; ")
}

// knows reports whether a page is one of the site's.
func (s *Server) knows(page string) bool {
	for _, id := range s.site.PageIDs() {
		if id == page {
			return true
		}
	}
	return false
}

// serveAsset is GET /plugin/assets/HASH/FILE: a file of the frame, for ever the same under this address.
func (s *Server) serveAsset(w http.ResponseWriter, r *http.Request) {
	file := s.frame.files[r.PathValue("file")]
	if r.PathValue("hash") != s.frame.hash || file == nil {
		refuse(w, http.StatusNotFound, "there is no such file")
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
	file.serve(w, r)
}
