package messenger

import "errors"

// RetryClass says whether a failed send may be tried again by itself.
type RetryClass string

// The classes (ref. 4.2).
const (
	RetryBackoff RetryClass = "backoff" // with growing pauses and jitter, five tries at most
	RetryWait    RetryClass = "wait"    // after APIError.RetryAfter, else with long pauses
	RetryOnce    RetryClass = "once"    // once, after a pause
	RetryNever   RetryClass = "never"   // it would fail again
	RetryUnclear RetryClass = "unclear" // it may have arrived: only its echo or a person settles it
)

// Scope says what else a failure concerns.
type Scope string

// The scopes, from small to large. A failure of a scope concerns all that is queued within it.
const (
	ScopeMessage      Scope = "message"
	ScopeConversation Scope = "conversation"
	ScopePage         Scope = "page"
	ScopeApp          Scope = "app"
)

// Verdict is what to do about a failed call, and what to say to an agent.
type Verdict struct {
	Retry    RetryClass
	Scope    Scope
	Sentence string // what happened, in words for an agent
	Advice   string // what to do about it; may be empty
	// Detail is what the platform says to people about it, in the language of the token's owner; mostly empty. It is
	// text from outside.
	Detail string
	// Foreign says that the answer was not the Graph API's. One alone may be an accident on the way, of this request
	// only; a second one, to another request, says that nothing of the scope arrives.
	Foreign bool
}

// Judge says what to do about an error of Client. It decides by code and subcode, never by text (ref. 4.2). An error
// it does not know counts as unclear: what may have arrived is not sent twice.
func Judge(err error) Verdict {
	var api *APIError
	var transport *TransportError
	var limit *LimitError
	switch {
	case err == nil:
		return Verdict{}
	case errors.As(err, &api):
		return judgeAPI(api)
	case errors.As(err, &transport) && !transport.Reached:
		return notReached
	case errors.As(err, &limit):
		return Verdict{
			Retry: RetryNever, Scope: ScopeMessage,
			Sentence: "The message was not sent: " + limit.Error() + ".", Advice: "Change it and send again.",
		}
	case errors.Is(err, ErrNotGranted):
		return controlRefused
	default:
		return unclear
	}
}

func judgeAPI(e *APIError) Verdict {
	v := lookUp(e)
	v.Detail = e.UserMessage
	if v.Detail == "" {
		v.Detail = e.UserTitle
	}
	return v
}

// lookUp finds the row for e. Sources disagree whether some seven-digit numbers are codes or subcodes, so a number is
// looked for in both places.
func lookUp(e *APIError) Verdict {
	if e.Code == 0 && e.Subcode == 0 {
		return judgeStatus(e.HTTPStatus)
	}
	for _, key := range []errorKey{{e.Code, e.Subcode}, {anyCode, e.Subcode}, {anyCode, e.Code}, {e.Code, anyCode}} {
		if key == (errorKey{}) {
			continue
		}
		if v, ok := verdicts[key]; ok {
			return v
		}
	}
	return unknownCode
}

// judgeStatus judges an answer without an error in it: from an outage, or from something that is not the Graph API.
func judgeStatus(status int) Verdict {
	switch {
	case status == 429:
		return rateLimit(ScopeApp)
	case status == 504, status == 520, status == 524: // a gateway got no answer from the platform, which had the request
		return unclear
	case status == 408: // it waited for the request, and may have had all of it
		return unclear
	case status >= 500:
		return temporary
	case status == 400, status == 413, status == 414, status == 415, status == 422, status == 431:
		return refusedOnTheWay // this message is at fault, not the address
	default:
		return notGraph
	}
}
