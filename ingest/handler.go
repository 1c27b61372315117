package ingest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"frontdesk/internal/intake"
	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	defaultMaxBody = 1 << 20

	// bodyBudget is what all bodies that are coming in may take of our memory.
	bodyBudget = 128 << 20

	// maxChallenge bounds what strangers can make us say.
	maxChallenge = 256

	// retryAfter is what a 503 asks for, in seconds. The platform keeps to its own plan; our plugin listens.
	retryAfter = "2"
)

// Attribute keys of log lines.
const (
	logErr   = "error"
	logCount = "count" // how often it happened since the start

	logOutcome = "outcome"
	logStatus  = "status"
	logTook    = "took"
)

// Appender is the part of store.Log that a Handler needs.
type Appender interface {
	Append(ctx context.Context, records ...store.Record) (store.Seq, error)
}

// Options are what a Handler is made of.
type Options struct {
	Log Appender // required

	// Secrets are the app secrets, each with the pages it speaks for. At least one, none of them empty.
	Secrets []messenger.Secret
	// AcceptSHA1 also takes the older signature header where the newer one is missing.
	AcceptSHA1 bool
	// VerifyToken answers the platform's verification; while it is empty, none succeeds.
	VerifyToken string

	Now     func() time.Time // nil is time.Now
	Logger  *slog.Logger     // nil logs nothing
	MaxBody int              // bytes; 0 is 1 MiB
	Poke    func()           // called after each record that was kept; it must not block. May be nil
	// Answered hears of each request before its sender does; it must not block. May be nil.
	Answered func(Answer)
}

// Answer is how a request ended.
type Answer struct {
	Outcome Outcome
	Status  int           // of HTTP
	Took    time.Duration // since the handler was called
}

// Handler takes webhooks: GET is the platform's verification of the address (ref. 1.1), POST brings events. Use it from
// any number of goroutines.
type Handler struct {
	log      Appender
	verifier *messenger.Verifier
	token    [sha256.Size]byte
	hasToken bool
	now      func() time.Time
	logger   *slog.Logger
	maxBody  int
	poke     func()
	answered func(Answer)
	counters counters
	intake   *intake.Gate
}

// New returns a handler, or an error when it could not tell friend from stranger: no secret, or an empty one.
func New(o Options) (*Handler, error) {
	if o.Log == nil {
		return nil, errors.New("take webhooks: no log given to keep them in")
	}
	verifier, err := messenger.NewVerifier(o.Secrets...)
	if err != nil {
		return nil, err
	}
	verifier.AcceptSHA1 = o.AcceptSHA1
	h := &Handler{
		log:      o.Log,
		verifier: verifier,
		token:    sha256.Sum256([]byte(o.VerifyToken)),
		hasToken: o.VerifyToken != "",
		now:      o.Now,
		logger:   o.Logger,
		maxBody:  o.MaxBody,
		poke:     o.Poke,
		answered: o.Answered,
		counters: newCounters(),
		intake:   intake.New(bodyBudget),
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.logger == nil {
		h.logger = slog.New(slog.DiscardHandler)
	}
	if h.maxBody <= 0 {
		h.maxBody = defaultMaxBody
	}
	if h.poke == nil {
		h.poke = func() {}
	}
	if h.answered == nil {
		h.answered = func(Answer) {}
	}
	return h, nil
}

// Counters returns how many requests ended in each outcome since the start.
func (h *Handler) Counters() map[Outcome]uint64 { return h.counters.snapshot() }

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := h.now()
	a := h.serve(w, r)
	a.Took = h.now().Sub(began)
	h.answered(a)
	if h.logger.Enabled(r.Context(), slog.LevelDebug) { // asked first: boxing the values costs more than the question
		h.logger.Debug("webhook answered", logOutcome, string(a.Outcome), logStatus, a.Status, logTook, a.Took)
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) Answer {
	switch r.Method {
	case http.MethodGet:
		return h.verifyAddress(w, r)
	case http.MethodPost:
		return h.post(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		return h.answer(w, BadMethod, "only GET and POST are understood here")
	}
}

// answer ends a request with a short text of ours.
func (h *Handler) answer(w http.ResponseWriter, o Outcome, text string) Answer {
	h.counters.add(o)
	writeText(w, statuses[o], text)
	return Answer{Outcome: o, Status: statuses[o]}
}

// tell writes a log line about an outcome, unless one was written a moment ago.
func (h *Handler) tell(r *http.Request, level slog.Level, o Outcome, text string, args ...any) {
	if h.counters.due(o, h.now()) {
		h.logger.Log(r.Context(), level, text, append(args, logCount, h.counters.snapshot()[o]+1)...)
	}
}

func writeText(w http.ResponseWriter, status int, text string) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // nobody is left to tell when the sender has gone
}

// verifyAddress answers the platform's question whether this address is ours (ref. 1.1).
func (h *Handler) verifyAddress(w http.ResponseWriter, r *http.Request) Answer {
	q := r.URL.Query()
	given := sha256.Sum256([]byte(q.Get("hub.verify_token")))
	// Sums have one length, so the comparison takes the same time whatever was given.
	known := subtle.ConstantTimeCompare(given[:], h.token[:]) == 1 && h.hasToken
	challenge := q.Get("hub.challenge")
	if !known && q.Has("hub.mode") { // the platform's, or that of somebody who wants to know how far one comes
		why := "its token is another than FRONTDESK_VERIFY_TOKEN"
		if !h.hasToken {
			why = "FRONTDESK_VERIFY_TOKEN is not set"
		}
		h.tell(r, slog.LevelWarn, Refused, "the verification of the webhook's address was refused: "+why)
	}
	if !known || q.Get("hub.mode") != "subscribe" || len(challenge) > maxChallenge {
		return h.answer(w, Refused, "")
	}
	return h.answer(w, Verified, challenge)
}

// post takes one body. The order is that of the checks' cost and of what can be believed: nothing is parsed before the
// signature holds, and nothing is looked at but pages before the body is kept.
func (h *Handler) post(w http.ResponseWriter, r *http.Request) Answer {
	body, leave, err := h.intake.Read(w, r, h.maxBody)
	defer leave()
	if err != nil {
		return h.refuseBody(w, err)
	}
	secrets, err := h.verifier.Verify(body, r.Header)
	if err != nil {
		h.tell(r, slog.LevelWarn, BadSignature, "a webhook was refused: no app secret made its signature")
		return h.answer(w, BadSignature, "the signature is missing or wrong; sign the body as it is with the app secret")
	}
	env, err := messenger.ParseEnvelope(body)
	if err != nil {
		return h.answer(w, NotObject, "the body is no JSON object")
	}
	switch pages := pagesOf(env); {
	case !spokenFor(secrets, pages):
		h.tell(r, slog.LevelWarn, ForeignPage, "a webhook was refused: its secret does not speak for a page it names")
		return h.answer(w, ForeignPage, "the body names a page that its secret does not speak for; nothing of it was taken")
	case env.Object != "page":
		return h.answer(w, ForeignObject, "EVENT_RECEIVED")
	case pages[testPage] && len(pages) == 1:
		return h.answer(w, Test, "EVENT_RECEIVED")
	default:
		return h.keep(w, r, body)
	}
}

func (h *Handler) refuseBody(w http.ResponseWriter, err error) Answer {
	// What is left of the body is not worth reading.
	w.Header().Set("Connection", "close")
	switch {
	case errors.Is(err, intake.ErrTooLarge):
		return h.answer(w, TooLarge, "the body is larger than what is taken here")
	case errors.Is(err, intake.ErrTooSlow):
		return h.answer(w, TooSlow, "the body did not come in time")
	case errors.Is(err, intake.ErrOverloaded):
		w.Header().Set("Retry-After", retryAfter)
		return h.answer(w, Overloaded, "too much is coming in at once; try again")
	default:
		return h.answer(w, Aborted, "the body did not come whole")
	}
}

// keep appends the body and answers when it is on the disk. A body that has come whole is kept whatever its sender does
// meanwhile: one that has closed its sending half looks to the server like one that left, and still waits for an answer.
func (h *Handler) keep(w http.ResponseWriter, r *http.Request, body []byte) Answer {
	_, err := h.log.Append(context.WithoutCancel(r.Context()), store.Record{
		Kind: store.RecordWebhook,
		At:   store.MillisOf(h.now()),
		Body: body,
	})
	switch {
	case err == nil:
		h.poke()
		return h.answer(w, Accepted, "EVENT_RECEIVED")
	case errors.Is(err, store.ErrDiskFull):
		h.tell(r, slog.LevelError, DiskFull, "a webhook was not kept: the disk is full", logErr, err)
		w.Header().Set("Retry-After", retryAfter)
		return h.answer(w, DiskFull, "there is no room to keep it; try again")
	case errors.Is(err, store.ErrFull):
		h.tell(r, slog.LevelWarn, LogFull, "a webhook was not kept", logErr, err)
		w.Header().Set("Retry-After", retryAfter)
		return h.answer(w, LogFull, "no more can be taken now; try again")
	default:
		h.tell(r, slog.LevelError, LogFailed, "a webhook was not kept", logErr, err)
		return h.answer(w, LogFailed, "the event could not be kept; try again")
	}
}

// pagesOf are all pages that a body names: those of its entries, and those its events would be filed under. Both are
// asked for, so that a secret can't bring events of one page in an entry of another.
func pagesOf(env messenger.Envelope) map[string]bool {
	pages := map[string]bool{}
	for _, entry := range env.Entries {
		if entry.ID != "" {
			pages[entry.ID] = true
		}
		for _, ev := range entry.Events {
			if inbox := partiesOf(entry.ID, ev).inbox; inbox != "" && entry.ID != testPage {
				pages[inbox] = true
			}
		}
	}
	return pages
}

// spokenFor reports whether each page has a secret among those that signed which speaks for it.
func spokenFor(secrets []messenger.Secret, pages map[string]bool) bool {
	for page := range pages {
		spoken := false
		for _, s := range secrets {
			spoken = spoken || s.Speaks(page)
		}
		if !spoken {
			return false
		}
	}
	return true
}
