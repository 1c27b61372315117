package plugin

import (
	"fmt"
	"net/http"
	"strings"

	"frontdesk/messenger"
)

// graphError is a refusal in Meta's terms (ref. 4).
type graphError struct {
	code, subcode int
	message       string
	status        int // 0: the one usual for the code
	retryAfter    int // seconds; 0: not said
}

func (e *graphError) Error() string { return e.message }

// write answers with the refusal.
func (e *graphError) write(w http.ResponseWriter) {
	e.tellRetry(w.Header())
	writeBody(w, e.httpStatus(), messenger.ErrorBody(e.code, e.subcode, e.message))
}

// httpStatus is the status that goes with the refusal.
func (e *graphError) httpStatus() int {
	if e.status != 0 {
		return e.status
	}
	return messenger.ErrorStatus(e.code)
}

// The refusals that are always the same.
var (
	errInternal     = &graphError{code: 2, message: "(#2) Service temporarily unavailable"}
	errUnknownPath  = &graphError{code: 2500, message: "Unknown path components", status: http.StatusNotFound}
	errTooLarge     = &graphError{code: 100, message: "(#100) The body is larger than 1 MiB", status: http.StatusRequestEntityTooLarge}
	errTooSlow      = &graphError{code: 100, message: "(#100) The body did not come in time", status: http.StatusRequestTimeout}
	errNoToken      = &graphError{code: 190, message: "An access token is required to request this resource"}
	errBadToken     = &graphError{code: 190, message: "Invalid OAuth access token"}
	errNoPerson     = &graphError{code: 100, subcode: 2018001, message: "(#100) No matching user found"}
	errNoProfile    = &graphError{code: 100, subcode: 2018218, message: "(#100) No profile for this person"}
	errEmptyMessage = &graphError{code: 100, subcode: 2018034, message: "(#100) Message is empty: text or an attachment is needed"}
	errBoth         = &graphError{code: 100, subcode: 2018014, message: "(#100) message and sender_action cannot go together"}
	errNotFetched   = &graphError{code: 100, subcode: 2018008, message: "(#100) The file behind the url could not be fetched"}
	errMediaType    = &graphError{code: 100, subcode: 2018047, message: "(#100) Attachment upload failed: unexpected media type"}
	errNotYours     = &graphError{code: 100, subcode: 2018074, message: "(#100) Attachment id unknown or owned by somebody else"}
	errFileSize     = &graphError{code: 100, subcode: 2018109, message: "(#100) Attachment too large"}
	errOtherApp     = &graphError{code: 100, subcode: 2018300, message: "(#100) Another app controls this thread"}
	errNotDefault   = &graphError{code: 100, subcode: 2018171, message: "(#100) Another app controls this thread, and only the page's default app may take it"}
	errNotOwner     = &graphError{code: 100, subcode: 2018234, message: "(#100) This app does not control the thread"}
	errNeedsPage    = &graphError{code: 190, message: "(#190) This method must be called with a Page Access Token"}
	errNeedsApp     = &graphError{code: 15, message: "(#15) This method must be called with an app access_token"}
	errRetiredTag   = &graphError{code: 100, subcode: 1893061, message: "(#100) Invalid parameter: this message tag is retired"}
)

// badParam is error 100 for a field of the request.
func badParam(format string, args ...any) *graphError {
	return &graphError{code: 100, message: "(#100) " + fmt.Sprintf(format, args...)}
}

// errUnsupported says that the object is not there for this token, or cannot do that.
func errUnsupported(method, node string) *graphError {
	return &graphError{code: 100, subcode: 33, message: fmt.Sprintf(
		"Unsupported %s request: object %s missing, not permitted, or without this operation", strings.ToLower(method), node,
	)}
}
