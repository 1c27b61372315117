package browser

import (
	"context"
	"errors"
	"html/template"
	"net/http"
)

// Site is the platform behind the pages, as far as a browser needs it.
type Site interface {
	// PageIDs are the pages that have a chat for websites, the first of them the one to try out.
	PageIDs() []string
	// FrameAncestors is the directive of Content-Security-Policy that a page's frame must be served with.
	FrameAncestors(ctx context.Context, page string) (string, error)
	// Embedder says whether the website that a request's Referer names may embed a page's chat: nil, or an error that
	// may be a Refusal.
	Embedder(r *http.Request, page string) error
	// Look is how a page's chat looks for the website that asks, in a locale as en_US; empty is the page's own.
	Look(ctx context.Context, r *http.Request, page, locale string) (Look, error)
}

// Refusal is an error that tells a website which of the two is wrong: "origin" or "referrer" (ref. 7.7).
type Refusal interface {
	error
	Refusal() (wrong, message string)
}

// Look is how a page's chat is drawn (ref. 7.4), and whether the website and the visitor that ask get it at all. A website's
// own attributes go before it.
type Look struct {
	Alignment    string `json:"alignment"` // LEFT, RIGHT
	DesktopBelow int    `json:"desktop_bottom_spacing"`
	DesktopSide  int    `json:"desktop_side_spacing"`
	MobileBelow  int    `json:"mobile_bottom_spacing"`
	MobileSide   int    `json:"mobile_side_spacing"`
	Icon         string `json:"-"`                 // MESSENGER_ICON, CHAT_ROUND_ICON, CHAT_ANGULAR_ICON, NONE
	Label        string `json:"entry_point_label"` // NONE, CHAT, HELP, ASK_US

	// What is empty or nil was not set.
	Theme    string   `json:"theme_color,omitempty"`
	Display  string   `json:"greeting_dialog_display,omitempty"` // show, hide, fade
	Delay    *float64 `json:"greeting_dialog_delay,omitempty"`   // seconds
	Greeting string   `json:"greeting,omitempty"`                // for guests, in the locale
	Ref      string   `json:"ref,omitempty"`
	Locale   string   `json:"-"` // where the script's address names none

	Render     bool   `json:"render"`
	Why        string `json:"why,omitempty"`     // it does not render: age, country, origin or referrer
	Message    string `json:"message,omitempty"` // the same in a sentence, for the console
	MinimumAge int    `json:"minimum_age,omitempty"`
}

// Options say whom to serve.
type Options struct {
	Site Site
	// Loopback says that only this machine reaches the platform: the page to try it out on is there, and the frame may
	// show pictures from addresses without TLS.
	Loopback bool
}

// Server serves what browsers ask for. New makes one.
type Server struct {
	site     Site
	loopback bool
	loader   loader
	frame    *bundle
	document string // frame.html
	pages    *template.Template
}

// New reads what is embedded and makes it ready.
func New(o Options) (*Server, error) {
	if o.Site == nil {
		return nil, errors.New("serve browsers: no site is given")
	}
	s := &Server{site: o.Site, loopback: o.Loopback}
	var err, errs error
	s.loader, err = newLoader()
	errs = errors.Join(errs, err)
	s.frame, s.document, err = newFrame()
	errs = errors.Join(errs, err)
	s.pages, err = template.ParseFS(assets, "assets/pages/*.html")
	if errs = errors.Join(errs, err); errs != nil {
		return nil, errs
	}
	return s, nil
}

// Routes adds the paths to a mux. What its own paths are not meant for goes on to rest, which has all the others: a
// program that asks for / is none of our browsers.
func (s *Server) Routes(mux *http.ServeMux, rest http.Handler) {
	for _, path := range []string{"/sdk.js", "/sdk/xfbml.customerchat.js", "/{locale}/sdk.js", "/{locale}/sdk/xfbml.customerchat.js"} {
		mux.HandleFunc(path, looking(s.serveLoader))
	}
	mux.HandleFunc("/plugin/frame", looking(s.serveFrame))
	mux.HandleFunc("/plugin/assets/{hash}/{file...}", looking(s.serveAsset))
	mux.HandleFunc("/plugin/try", looking(s.serveTryOut))
	mux.HandleFunc("/{$}", s.home(rest))
}

// looking guards what can only be looked at.
func looking(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed, "this can only be fetched, with GET")
			return
		}
		serve(w, r)
	}
}

// refuse answers with a sentence.
func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(why + "\n")) // who has gone needs no answer
}
