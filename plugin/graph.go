package plugin

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"frontdesk/internal/intake"
	"frontdesk/messenger"
)

// maxGraphBody is how large the body of a Graph call may be.
const maxGraphBody = 1 << 20

// call is a Graph call that has been read and has shown a token.
type call struct {
	page   *Page // nil if the token is an app's own
	app    *app
	token  string
	method string // what it does; a POST can say in a field that it stands for another
	node   string // the first part of the path after the version: "me", an id, or what is no object of a page
	edge   string // the second, empty if there is none
	params params
	file   *arrived // the part `filedata` of a form; nil if there was none

	version string // as the path named it, with the slash before it; empty if it did not
}

// serveGraph answers everything outside the visitors' paths, as Meta's Graph API would.
func (s *Server) serveGraph(w http.ResponseWriter, r *http.Request) {
	answer, err := s.graph(w, r)
	if err == nil {
		writeJSON(w, http.StatusOK, answer)
		return
	}
	var refusal *graphError
	if !errors.As(err, &refusal) {
		if r.Context().Err() == nil { // else the caller has gone
			s.log.Error("graph call", logPath, r.URL.Path, logError, err)
		}
		refusal = errInternal
	}
	refusal.write(w)
}

func (s *Server) graph(w http.ResponseWriter, r *http.Request) (any, error) {
	c := &call{}
	c.node, c.edge, c.version = graphPath(r.URL.Path)
	methods := s.route(c.node, c.edge)
	if methods == nil || c.node == "" && r.Method != http.MethodPost {
		return nil, errUnknownPath
	}
	leave, err := s.readCall(w, r, c)
	defer leave()
	defer func() { c.file.discard() }()
	if err != nil {
		return nil, err
	}
	c.token = tokenOf(r, c.params)
	answer := methods[c.method]
	if answer == nil {
		return nil, errUnsupported(c.method, c.node)
	}
	defer func() { s.tellUsage(w.Header(), c) }()
	if err := s.countCall(c); err != nil {
		return nil, err
	}
	return answer(r.Context(), c)
}

// readCall reads the fields of a call, and finds the page whose token it carries. leave must be called when the call is
// answered, also after an error. A form may be as large as a file if its caller is known before it is read: by the
// header or the query.
func (s *Server) readCall(w http.ResponseWriter, r *http.Request, c *call) (leave func(), err error) {
	leave, c.params = func() {}, params{}
	defer func() { c.method = methodOf(r, c.params) }()
	if err := c.params.addForm(r.URL.Query()); err != nil {
		return leave, err
	}
	if r.Method == http.MethodPost || r.Method == http.MethodDelete {
		if boundary := formBoundary(r); boundary != "" {
			return s.readGraphForm(w, r, c, boundary)
		}
		if leave, err = s.takeBody(w, r, maxGraphBody); err != nil {
			return leave, bodyError(err)
		}
		if err := readParams(r, c.params); err != nil {
			return leave, err
		}
	}
	c.page, c.app, err = s.authorize(r, c.params)
	return leave, err
}

// readParams reads the fields of a call from its body, which wins against the query.
func readParams(r *http.Request, p params) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = "" // guessed from the body below
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return bodyError(err)
	}
	body = bytes.TrimPrefix(body, []byte("\uFEFF")) // as some write before JSON
	if len(strings.TrimSpace(string(body[:min(len(body), 64)]))) == 0 {
		return nil
	}
	if kind == "application/json" || strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 64)])), "{") {
		return p.addJSON(body)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return badParam("the body is neither JSON nor form fields")
	}
	return p.addForm(form)
}

func bodyError(err error) error {
	switch {
	case errors.Is(err, intake.ErrTooLarge):
		return errTooLarge
	case errors.Is(err, intake.ErrTooSlow):
		return errTooSlow
	case errors.Is(err, intake.ErrOverloaded):
		return errInternal
	}
	return badParam("the body cannot be read")
}

// authorize finds whose token the call carries, in the Authorization header, else as a field: an app's for a page, or one of
// an app alone, which has no page.
func (s *Server) authorize(r *http.Request, p params) (*Page, *app, error) {
	token := tokenOf(r, p)
	if token == "" {
		return nil, nil, errNoToken
	}
	page, holder := s.holder(token)
	if holder == nil {
		return nil, nil, errBadToken
	}
	if p.present("appsecret_proof") {
		want, err := hex.DecodeString(messenger.AppSecretProof(token, holder.secret))
		got, bad := hex.DecodeString(p.text("appsecret_proof"))
		if err != nil || bad != nil || !hmac.Equal(got, want) {
			return nil, nil, badParam("Invalid appsecret_proof provided in the API argument")
		}
	}
	return page, holder, nil
}

// tokenOf is the token of a call.
func tokenOf(r *http.Request, p params) string {
	if scheme, value, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		if strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "OAuth") {
			return strings.TrimSpace(value)
		}
	}
	return p.text("access_token")
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil { // only our own structs come here
		http.Error(w, fmt.Sprintf("encode the answer: %v", err), http.StatusInternalServerError)
		return
	}
	writeBody(w, status, raw)
}

// writeBody writes a JSON answer, which nobody may cache.
func writeBody(w http.ResponseWriter, status int, raw []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(raw) // a caller that has gone cannot be told
}
