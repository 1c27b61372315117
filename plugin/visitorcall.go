package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"frontdesk/internal/intake"
)

// visitorError is a refusal of a visitor's call.
type visitorError struct {
	status     int
	retryAfter int // seconds; 0: not said

	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func (e *visitorError) Error() string { return e.Message }

var errNotVisitor = &visitorError{
	status:  http.StatusUnauthorized,
	Message: "the visitor's token is missing or unknown; send it as \"Authorization: Bearer …\"",
}

// visitorCall bounds the pace of a visitor's calls and the body of each, and writes the answer.
func (s *Server) visitorCall(a act, answer func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body any
		leave := func() {}
		err := s.paceOfAddress(r, a)
		if err != nil {
			s.answerVisitor(w, r, nil, err)
			return
		}
		if r.Method == http.MethodPost {
			leave, err = s.takeBody(w, r, maxVisitorBody)
		}
		defer leave()
		if err != nil {
			err = visitorBodyError(err)
		} else {
			body, err = answer(r)
		}
		s.answerVisitor(w, r, body, err)
	}
}

func (s *Server) answerVisitor(w http.ResponseWriter, r *http.Request, body any, err error) {
	if err == nil {
		writeJSON(w, http.StatusOK, body)
		return
	}
	refusal := s.visitorRefusal(r, err)
	if refusal.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(refusal.retryAfter))
	}
	writeJSON(w, refusal.status, map[string]*visitorError{"error": refusal})
}

func (s *Server) visitorRefusal(r *http.Request, err error) *visitorError {
	var refusal *visitorError
	var input *InputError
	var embed *EmbedError
	var limit *LimitError
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &embed):
		return &visitorError{status: http.StatusForbidden, Field: embed.Wrong, Message: embed.Message}
	case errors.As(err, &limit):
		return &visitorError{status: http.StatusForbidden, Field: limit.Wrong, Message: limit.Message}
	case errors.As(err, &input):
		return &visitorError{status: http.StatusBadRequest, Field: input.Field, Message: input.Error()}
	case errors.Is(err, ErrUnknownPage):
		return &visitorError{status: http.StatusBadRequest, Field: "page_id", Message: "page_id is not a site of this chat plugin"}
	case errors.Is(err, ErrUnknownContact):
		return errNotVisitor
	case errors.Is(err, ErrSessionOver):
		return &visitorError{status: http.StatusUnauthorized, Message: "this conversation's time is over; begin a new one, without the token"}
	case errors.Is(err, ErrBlocked):
		return errBlockedVisitor
	case errors.Is(err, ErrNotOffered):
		return &visitorError{status: http.StatusBadRequest, Field: "mid", Message: "nothing like that was offered in this conversation"}
	}
	if r.Context().Err() == nil { // else the visitor has gone
		s.log.Error("visitor's call", logPath, r.URL.Path, logError, err)
	}
	return &visitorError{status: http.StatusServiceUnavailable, Message: "this could not be kept just now; try again"}
}

// readBody reads a JSON object. Only that type is taken: a page of another origin cannot send it unasked.
func readBody(r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &visitorError{status: http.StatusUnsupportedMediaType, Message: "the body must be application/json"}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return visitorBodyError(err)
	}
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(body, into); {
	case errors.As(err, &wrong) && wrong.Field != "":
		return &visitorError{status: http.StatusBadRequest, Field: wrong.Field, Message: wrong.Field + " is of a wrong type"}
	case err != nil:
		return &visitorError{status: http.StatusBadRequest, Message: "the body is not a JSON object"}
	}
	return nil
}

// visitorBodyError says why a body was not taken.
func visitorBodyError(err error) *visitorError {
	switch {
	case errors.Is(err, intake.ErrTooLarge):
		return &visitorError{status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("the body is larger than %d bytes", maxVisitorBody)}
	case errors.Is(err, intake.ErrTooSlow):
		return &visitorError{status: http.StatusRequestTimeout, Message: "the body did not come in time"}
	case errors.Is(err, intake.ErrOverloaded):
		return &visitorError{status: http.StatusServiceUnavailable, Message: "too much is coming in at once; try again"}
	}
	return &visitorError{status: http.StatusBadRequest, Message: "the body could not be read"}
}

// caller is the visitor whose token the call carries, if the website may embed the chat and this is not too much at once.
func (s *Server) caller(r *http.Request, a act) (Contact, error) {
	c, err := s.Visitor(r.Context(), bearer(r))
	if err == nil {
		err = s.checkOrigin(r, c.Page)
	}
	if err == nil {
		err = s.paceOfVisitor(c, a)
	}
	if err == nil && a != actPoll {
		err = s.admitsVisitor(r, c)
	}
	return c, err
}

// bearer is the token of a call; empty without one. It travels in a header alone: addresses land in logs.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
