package messenger

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ErrUnclearAnswer says that the platform answered a send with success but named no message: whether there is one
// shows only in its echo.
var ErrUnclearAnswer = errors.New("the answer names no message, so the outcome is unknown")

// UnclearError is an ErrUnclearAnswer with the answer.
type UnclearError struct {
	HTTPStatus int
	Body       string // as APIError.Body
}

// Error says that the outcome is unknown.
func (e *UnclearError) Error() string {
	return fmt.Sprintf("HTTP %d: %v", e.HTTPStatus, ErrUnclearAnswer)
}

// Unwrap is ErrUnclearAnswer.
func (e *UnclearError) Unwrap() error { return ErrUnclearAnswer }

// Answered is what the platform answered to a call that failed: its HTTP status, its trace id and its body as
// APIError.Body; zero where there was no answer.
func Answered(err error) (status int, trace, body string) {
	var api *APIError
	var odd *UnclearError
	switch {
	case errors.As(err, &api):
		return api.HTTPStatus, api.TraceID, api.Body
	case errors.As(err, &odd):
		return odd.HTTPStatus, "", odd.Body
	}
	return 0, "", ""
}

// APIError is an error the platform answered with (ref. 4.1). Code is 0 when the answer was not in its JSON form.
//
// Decide by Judge, never by the texts.
type APIError struct {
	HTTPStatus  int
	Code        int
	Subcode     int
	Type        string
	Message     string // for developers
	UserTitle   string // for people, in the language of the token's owner; mostly missing
	UserMessage string
	Transient   bool
	TraceID     string        // `fbtrace_id`, for the log and the platform's support
	RetryAfter  time.Duration // how long the headers ask to wait; 0 when they don't

	// Body is the answer as it came, for whoever wants to see it: its first 4 KB, with secrets cut out. ParseError leaves
	// it empty.
	Body string
}

// Error has the numbers and the trace id. It leaves out the platform's texts, which may quote what was sent.
func (e *APIError) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("graph: HTTP %d without an error in JSON", e.HTTPStatus)
	}
	s := fmt.Sprintf("graph: HTTP %d, code %d", e.HTTPStatus, e.Code)
	if e.Subcode != 0 {
		s += fmt.Sprintf(", subcode %d", e.Subcode)
	}
	if e.TraceID != "" {
		s += ", trace " + strconv.QuoteToASCII(e.TraceID)
	}
	return s
}

// hide replaces secrets in the texts: the platform quotes a token it can't read.
func (e *APIError) hide(secrets *strings.Replacer) {
	for _, s := range []*string{&e.Type, &e.Message, &e.UserTitle, &e.UserMessage, &e.TraceID} {
		*s = secrets.Replace(*s)
	}
}

// TransportError is a request without a whole answer.
type TransportError struct {
	// Reached reports that bytes of the request may have been written, so that its outcome is unknown.
	Reached bool
	Err     error
}

// Error says whether the request may have arrived.
func (e *TransportError) Error() string {
	if e.Reached {
		return "graph: no answer, outcome unknown: " + e.Err.Error()
	}
	return "graph: not reached: " + e.Err.Error()
}

// Unwrap is the cause.
func (e *TransportError) Unwrap() error { return e.Err }

// ParseError reads an answer of the Graph API. It is nil when the answer is no error: a status of success and no
// `error` object in the body.
func ParseError(status int, body []byte) *APIError {
	e := &APIError{HTTPStatus: status}
	found := false
	r := newReader(body)
	ok := r.object(func(name string) {
		if name != "error" {
			r.skip()
			return
		}
		found = r.object(func(name string) { r.errorField(e, name) })
	})
	if ok && found && r.end() {
		return e
	}
	if status >= 200 && status <= 299 {
		return nil
	}
	return &APIError{HTTPStatus: status}
}

func (r *reader) errorField(e *APIError, name string) {
	switch name {
	case "message":
		e.Message = r.text()
	case "type":
		e.Type = r.text()
	case "code":
		e.Code = r.integer()
	case "error_subcode":
		e.Subcode = r.integer()
	case "error_user_title":
		e.UserTitle = r.text()
	case "error_user_msg":
		e.UserMessage = r.text()
	case "is_transient":
		e.Transient = r.flag()
	case "fbtrace_id":
		e.TraceID = r.text()
	default:
		r.skip()
	}
}

// integer reads a whole number, also as text.
func (r *reader) integer() int {
	n, err := strconv.Atoi(strings.TrimSpace(r.id()))
	if err != nil {
		return 0
	}
	return n
}

// ErrorBody writes the body of an error answer as Meta writes it, for a platform that plays Meta's part. A subcode of 0
// is left out.
func ErrorBody(code, subcode int, message string) []byte {
	type detail struct {
		Message string `json:"message"`
		Type    string `json:"type"`
		Code    int    `json:"code"`
		Subcode int    `json:"error_subcode,omitzero"`
		TraceID string `json:"fbtrace_id"`
	}
	var body struct {
		Error detail `json:"error"`
	}
	body.Error = detail{Message: message, Type: "OAuthException", Code: code, Subcode: subcode, TraceID: traceID()}
	out, err := json.Marshal(body, jsontext.AllowInvalidUTF8(true))
	if err != nil { // numbers and text always have a JSON form
		return []byte(`{"error":{"message":"","type":"OAuthException","code":` + strconv.Itoa(code) + `,"fbtrace_id":""}}`)
	}
	return Escape(out)
}

// traceID is a fresh id in the form of `fbtrace_id`.
func traceID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return "A" + base64.RawURLEncoding.EncodeToString(b[:])
}

// ErrorStatus is the HTTP status that Meta's answers with code usually have (ref. 4.1: typical, not guaranteed).
func ErrorStatus(code int) int {
	switch code {
	case 1:
		return http.StatusInternalServerError
	case 2:
		return http.StatusServiceUnavailable
	case 4, 200, 230:
		return http.StatusForbidden
	case 102, 190:
		return http.StatusUnauthorized
	default:
		return http.StatusBadRequest
	}
}
