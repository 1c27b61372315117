package plugin

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// graphError is a refusal in Meta's terms (ref. 4).
type graphError struct {
	status  int
	Message string
	Type    string
	Code    int
	Subcode int
}

func (e *graphError) Error() string { return e.Message }

const (
	oauthException  = "OAuthException"
	methodException = "GraphMethodException"
)

// The refusals that are always the same.
var (
	errInternal = &graphError{
		status: http.StatusInternalServerError, Type: oauthException, Code: 2,
		Message: "(#2) Service temporarily unavailable",
	}
	errUnknownPath = &graphError{
		status: http.StatusNotFound, Type: oauthException, Code: 2500, Message: "Unknown path components",
	}
	errNoToken = &graphError{
		status: http.StatusUnauthorized, Type: oauthException, Code: 190,
		Message: "An access token is required to request this resource",
	}
	errBadToken = &graphError{
		status: http.StatusUnauthorized, Type: oauthException, Code: 190, Message: "Invalid OAuth access token",
	}
	errNoPerson = &graphError{
		status: http.StatusBadRequest, Type: oauthException, Code: 100, Subcode: 2018001,
		Message: "(#100) No matching user found",
	}
	errNoProfile = &graphError{
		status: http.StatusBadRequest, Type: oauthException, Code: 100, Subcode: 2018218,
		Message: "(#100) No profile available for this user",
	}
	errEmptyMessage = &graphError{
		status: http.StatusBadRequest, Type: oauthException, Code: 100, Subcode: 2018034,
		Message: "(#100) Message cannot be empty, must provide valid attachment or text",
	}
	errMessageAndAction = &graphError{
		status: http.StatusBadRequest, Type: oauthException, Code: 100, Subcode: 2018014,
		Message: "(#100) Cannot send message and sender_action in one request",
	}
	errRetiredTag = &graphError{
		status: http.StatusBadRequest, Type: oauthException, Code: 100, Subcode: 1893061,
		Message: "(#100) Invalid parameter: this message tag is retired",
	}
)

// badParam is error 100 for a field of the request.
func badParam(format string, args ...any) *graphError {
	return &graphError{
		status: http.StatusBadRequest, Type: oauthException, Code: 100,
		Message: "(#100) " + fmt.Sprintf(format, args...),
	}
}

// errUnsupported says that the object is not there for this token, or cannot do that.
func errUnsupported(method, node string) *graphError {
	return &graphError{
		status: http.StatusBadRequest, Type: methodException, Code: 100, Subcode: 33,
		Message: fmt.Sprintf("Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to "+
			"missing permissions, or does not support this operation", strings.ToLower(method), node),
	}
}

// errorEnvelope is the body of an error answer.
type errorEnvelope struct {
	Error struct {
		Message   string `json:"message"`
		Type      string `json:"type"`
		Code      int    `json:"code"`
		Subcode   int    `json:"error_subcode,omitempty"`
		FBTraceID string `json:"fbtrace_id"`
	} `json:"error"`
}

// errorBody is the body of a refusal, with a trace id of its own.
func (s *Server) errorBody(e *graphError) errorEnvelope {
	var body errorEnvelope
	body.Error.Message, body.Error.Type, body.Error.Code, body.Error.Subcode = e.Message, e.Type, e.Code, e.Subcode
	if body.Error.Type == "" {
		body.Error.Type = oauthException
	}
	var trace [16]byte
	if s.randomBytes(trace[:]) == nil { // an error without a trace id is still an error
		body.Error.FBTraceID = "A" + base64.RawURLEncoding.EncodeToString(trace[:])
	}
	return body
}
