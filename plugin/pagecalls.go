package plugin

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"time"
)

// The bodies of the page's calls about its contacts.
type (
	visitLine struct {
		At      int64  `json:"at"` // ms since 1970, as all times here
		PageURL string `json:"page_url,omitempty"`
		Ref     string `json:"ref,omitempty"`

		Title    string `json:"title,omitempty"`
		Referrer string `json:"referrer,omitempty"`
	}
	aboutOut struct {
		ID         string      `json:"id"`
		Name       string      `json:"name,omitempty"`
		Began      int64       `json:"began"`
		Online     bool        `json:"online"`
		LastSeen   int64       `json:"last_seen"`
		CustomerID string      `json:"customer_id,omitempty"`
		Blocked    bool        `json:"blocked"`
		Trail      []visitLine `json:"trail"`

		// Where the visitor is, or was last, and what of the device is known.
		Typing   bool   `json:"typing"`
		PageURL  string `json:"page_url,omitempty"`
		Title    string `json:"title,omitempty"`
		Referrer string `json:"referrer,omitempty"`
		Language string `json:"language,omitempty"`
	}
	blockIn struct {
		Blocked *bool `json:"blocked"`
	}
	erasedOut struct {
		Messages int    `json:"messages"`
		Files    int    `json:"files"`
		Events   int    `json:"events"`
		Remains  string `json:"remains"`
	}
)

// contactsPath is where a page's own program, which has its token, asks about a contact and what becomes of it.
const contactsPath = "/plugin/contacts/"

func (s *Server) pageRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /plugin/watch", s.watchCall)
	mux.HandleFunc("GET "+contactsPath+"{id}", s.pageCall(s.pageAsks))
	mux.HandleFunc("POST "+contactsPath+"{id}", s.pageCall(s.pageBlocks))
	mux.HandleFunc("DELETE "+contactsPath+"{id}", s.pageCall(s.pageErases))
}

var errNotPage = &visitorError{
	status: http.StatusUnauthorized, Message: "the page's access token is missing or wrong; send it as \"Authorization: Bearer …\"",
}

// pageCall lets in who has a page's token, in the header alone.
func (s *Server) pageCall(answer func(*http.Request, Contact) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page := s.pageWith(bearer(r))
		if page == nil {
			s.answerVisitor(w, r, nil, errNotPage)
			return
		}
		leave, err := func() {}, error(nil)
		if r.Method == http.MethodPost {
			if leave, err = s.takeBody(w, r, maxVisitorBody); err != nil {
				err = visitorBodyError(err)
			}
		}
		defer leave()
		var body any
		if err == nil {
			body, err = answer(r, Contact{Page: page.ID, ID: r.PathValue("id")})
		}
		if errors.Is(err, ErrUnknownContact) {
			err = &visitorError{status: http.StatusNotFound, Field: "id", Message: "the page has no such contact"}
		}
		s.answerVisitor(w, r, body, err)
	}
}

// pageWith is the page whose access token it is, nil if nobody's. As in Graph calls, every page is compared, and by hash.
func (s *Server) pageWith(token string) (page *Page) {
	given := sha256.Sum256([]byte(token))
	for _, candidate := range s.pages {
		want := sha256.Sum256([]byte(candidate.Token))
		if subtle.ConstantTimeCompare(given[:], want[:]) == 1 {
			page = candidate
		}
	}
	return page
}

// pageAsks is GET /plugin/contacts/{id}: who it is, whether there, and the trail of pages.
func (s *Server) pageAsks(r *http.Request, c Contact) (any, error) {
	a, err := s.About(r.Context(), c.Page, c.ID)
	if err != nil {
		return nil, err
	}
	ms := func(t time.Time) int64 { return t.UnixMilli() }
	out := aboutOut{
		ID: a.ID, Name: a.Profile.Name, Began: ms(a.Began), Online: a.Online, LastSeen: ms(a.LastSeen),
		CustomerID: a.CustomerID, Blocked: a.Blocked, Trail: []visitLine{}, Typing: a.Typing, Language: a.Language,
	}
	for _, v := range a.Trail {
		out.Trail = append(out.Trail, visitLine{At: ms(v.At), PageURL: v.PageURL, Ref: v.Ref, Title: v.Title, Referrer: v.Referrer})
		out.PageURL, out.Title, out.Referrer = v.PageURL, v.Title, v.Referrer
	}
	return out, nil
}

// pageBlocks is POST /plugin/contacts/{id} {blocked}.
func (s *Server) pageBlocks(r *http.Request, c Contact) (any, error) {
	var in blockIn
	if err := readBody(r, &in); err != nil {
		return nil, err
	}
	if in.Blocked == nil {
		return nil, &InputError{"blocked", "is needed: true or false"}
	}
	return struct{}{}, s.Block(r.Context(), c, *in.Blocked)
}

// pageErases is DELETE /plugin/contacts/{id}.
func (s *Server) pageErases(r *http.Request, c Contact) (any, error) {
	gone, err := s.Erase(r.Context(), c)
	if err != nil {
		return nil, err
	}
	return erasedOut(gone), nil
}
