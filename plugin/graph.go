package plugin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"frontdesk/internal/intake"
	"frontdesk/messenger"
)

// maxGraphBody is how large the body of a Graph call may be.
const maxGraphBody = 1 << 20

// call is a Graph call that has been read and has shown a page's token.
type call struct {
	page   *Page
	node   string // the first part of the path after the version: "me" or an id
	edge   string // the second, empty if there is none
	params params
	file   *arrived // the part `filedata` of a form; nil if there was none
}

// The edges of a page that can be posted to.
const (
	edgeMessages    = "messages"
	edgeAttachments = "message_attachments"
	edgeTake        = "take_thread_control"
	edgePass        = "pass_thread_control"
	edgeRelease     = "release_thread_control"
)

// params are the fields of a call: those of a JSON body, of a form, and of the query, which loses against the body.
// A form's values that are JSON by definition (recipient, message) are kept as such.
type params map[string]json.RawMessage

// text is a field that is a string, or a number standing for one; empty if missing or of another type.
func (p params) text(name string) string {
	raw := p[name]
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// present reports whether a field is there and not null.
func (p params) present(name string) bool {
	raw := p[name]
	return len(raw) > 0 && string(raw) != "null"
}

var versionPart = regexp.MustCompile(`^v[0-9]+(\.[0-9]+)?$`)

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
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if versionPart.MatchString(parts[0]) {
		parts = parts[1:]
	}
	c := &call{node: parts[0]}
	if len(parts) > 1 {
		c.edge = strings.Join(parts[1:], "/")
	}
	post := s.edge(c.edge)
	if !isNode(c.node) || c.edge != "" && post == nil {
		return nil, errUnknownPath
	}
	leave, err := s.readCall(w, r, c)
	defer leave()
	defer func() { c.file.discard() }()
	if err != nil {
		return nil, err
	}
	switch {
	case post != nil && r.Method == http.MethodPost:
		if c.node != "me" && c.node != c.page.ID {
			return nil, errUnsupported("POST", c.node)
		}
		return post(r.Context(), c)
	case post == nil && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		return s.graphNode(r.Context(), c)
	}
	return nil, errUnsupported(r.Method, c.node)
}

// edge is what answers a POST to an edge of a page; nil if there is no such edge.
func (s *Server) edge(name string) func(context.Context, *call) (any, error) {
	switch name {
	case edgeMessages:
		return s.graphSend
	case edgeAttachments:
		return s.graphAttach
	case edgeTake, edgePass, edgeRelease:
		return s.graphControl
	}
	return nil
}

// readCall reads the fields of a call, and finds the page whose token it carries. leave must be called when the call is
// answered, also after an error. A form may be as large as a file if its caller is known before it is read: by the
// header or the query.
func (s *Server) readCall(w http.ResponseWriter, r *http.Request, c *call) (leave func(), err error) {
	leave, c.params = func() {}, params{}
	c.params.addForm(r.URL.Query())
	if r.Method == http.MethodPost {
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
	c.page, err = s.authorize(r, c.params)
	return leave, err
}

// isNode reports whether a part of a path can name an object.
func isNode(part string) bool { return part == "me" || isDigits(part) }

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
	if kind == "application/json" || strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 64)])), "{") {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(body, &fields); err != nil {
			return badParam("the body is not a JSON object")
		}
		for name, raw := range fields {
			p[name] = raw
		}
		return nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return badParam("the body is neither JSON nor form fields")
	}
	p.addForm(form)
	return nil
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

// addForm takes the fields of a form: objects are JSON in it, everything else is text.
func (p params) addForm(form url.Values) {
	for name, values := range form {
		if len(values) == 0 {
			continue
		}
		v := []byte(values[0])
		if trimmed := strings.TrimSpace(values[0]); strings.HasPrefix(trimmed, "{") && json.Valid(v) {
			p[name] = v
			continue
		}
		if text, err := json.Marshal(values[0]); err == nil {
			p[name] = text
		}
	}
}

// authorize finds the page whose token the call carries: in the Authorization header, else as a field.
func (s *Server) authorize(r *http.Request, p params) (*Page, error) {
	token := p.text("access_token")
	if scheme, value, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		if strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "OAuth") {
			token = strings.TrimSpace(value)
		}
	}
	if token == "" {
		return nil, errNoToken
	}
	// Every page is compared, and by hash: the time says neither which token was close nor how long it is.
	given := sha256.Sum256([]byte(token))
	var page *Page
	for _, candidate := range s.pages {
		want := sha256.Sum256([]byte(candidate.Token))
		if subtle.ConstantTimeCompare(given[:], want[:]) == 1 {
			page = candidate
		}
	}
	if page == nil {
		return nil, errBadToken
	}
	if p.present("appsecret_proof") {
		want, err := hex.DecodeString(messenger.AppSecretProof(token, page.AppSecret))
		got, bad := hex.DecodeString(p.text("appsecret_proof"))
		if err != nil || bad != nil || !hmac.Equal(got, want) {
			return nil, badParam("Invalid appsecret_proof provided in the API argument")
		}
	}
	return page, nil
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
