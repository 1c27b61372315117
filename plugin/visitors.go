package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/internal/intake"
	"frontdesk/messenger"
)

// maxVisitorBody is how large the body of a visitor's call may be.
const maxVisitorBody = 64 << 10

// The bodies of the visitors' paths. What stands in them is a promise to the pages out there.
type (
	visitIn struct {
		PageID  string `json:"page_id"`
		Ref     string `json:"ref"`
		PageURL string `json:"page_url"`
		Name    string `json:"name"`

		IceBreaker *Pick `json:"ice_breaker"` // a new visitor begins with this question instead of Get Started

		Customer *customerIn `json:"customer"` // by the website's word
	}
	visitOut struct {
		ID    string `json:"id"`
		Token string `json:"token,omitempty"` // a new one; handed out this once

		LoggedIn bool   `json:"logged_in"`         // the website has vouched for this visitor
		Name     string `json:"name,omitempty"`    // as it stands
		Blocked  bool   `json:"blocked,omitempty"` // no words are taken
	}
	tapIn struct {
		MID   string `json:"mid"`
		Index int    `json:"index"`
		Card  *int   `json:"card"`  // of a button on a card: which card
		Value string `json:"value"` // of a quick reply that asks for a phone number or an e-mail address
	}
	sayIn struct {
		Text       string `json:"text"`
		QuickReply *tapIn `json:"quick_reply"`
		Button     *tapIn `json:"button"`
	}
	seenIn struct {
		MID string `json:"mid"`
	}
	lineOut struct {
		Seq          uint64                 `json:"seq"`
		MID          string                 `json:"mid"`
		From         string                 `json:"from"` // page, visitor
		At           int64                  `json:"at"`   // ms since 1970
		Text         string                 `json:"text,omitempty"`
		QuickReplies []messenger.QuickReply `json:"quick_replies,omitempty"`
		Buttons      []messenger.Button     `json:"buttons,omitempty"`
		Cards        []messenger.Element    `json:"cards,omitempty"`
		Square       bool                   `json:"square,omitempty"` // how the cards' pictures are shown
		Files        []File                 `json:"files,omitempty"`
		ReplyTo      string                 `json:"reply_to,omitempty"`
		Reaction     string                 `json:"reaction,omitempty"` // what the page put on it
	}
	linesOut struct {
		Messages []lineOut `json:"messages"`
		After    uint64    `json:"after"` // where to go on; asking after it says that these have arrived
		Typing   bool      `json:"typing"`
		SeenAt   int64     `json:"seen_at,omitempty"`

		// What the page put on messages of any place last; one without reaction was taken back.
		Reactions []Reaction `json:"reactions,omitempty"`
	}
)

// routes: the visitors' paths; everything else is the Graph's.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /plugin/visitors", s.visitorCall(actMake, s.visit))
	mux.HandleFunc("POST /plugin/messages", s.visitorSays)
	mux.HandleFunc("GET /plugin/messages", s.visitorCall(actPoll, s.visitorRead))
	mux.HandleFunc("POST /plugin/seen", s.visitorCall(actWrite, s.visitorSeen))
	mux.HandleFunc("GET /plugin/events", s.liveCall)
	mux.HandleFunc("POST /plugin/arrived", s.visitorCall(actPoll, s.visitorArrived))
	s.pageRoutes(mux)
	mux.HandleFunc("GET /plugin/embed", s.embed)
	mux.HandleFunc("GET /plugin/profile", s.visitorCall(actPoll, s.visitorOffers))
	mux.HandleFunc("POST /plugin/menu", s.visitorCall(actWrite, s.visitorPicks(s.TapMenu)))
	mux.HandleFunc("POST /plugin/ice_breakers", s.visitorCall(actWrite, s.visitorPicks(s.Ask)))
	mux.HandleFunc("GET "+filesPath+"{name}/{called...}", s.serveFile)
	mux.HandleFunc("/plugin/", s.visitorCall(actPoll, func(*http.Request) (any, error) {
		return nil, &visitorError{status: http.StatusNotFound, Message: "there is nothing at this path, or not for this method"}
	}))
	mux.HandleFunc("/", s.serveGraph)
	return mux
}

// ServeHTTP answers visitors under /plugin/ and Graph calls everywhere else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

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
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &embed):
		return &visitorError{status: http.StatusForbidden, Field: embed.Wrong, Message: embed.Message}
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

// visit is POST /plugin/visitors: without a token a new visitor who presses Get Started, with one a return.
func (s *Server) visit(r *http.Request) (any, error) {
	var in visitIn
	if err := readBody(r, &in); err != nil {
		return nil, err
	}
	arrived := Arrival{Source: SourcePlugin, Ref: in.Ref, PageURL: in.PageURL, asked: in.IceBreaker}
	if in.Customer != nil {
		if err := errors.Join(s.checkOrigin(r, in.PageID), s.checkPageURL(r, in.PageID, in.PageURL), arrived.check()); err != nil {
			return nil, err
		}
		return s.visitAs(r, in, arrived)
	}
	if r.Header.Get("Authorization") != "" {
		c, err := s.caller(r, actMake)
		if err != nil {
			return nil, err
		}
		if in.PageID != "" && in.PageID != c.Page {
			return nil, ErrUnknownPage
		}
		if err := s.checkPageURL(r, c.Page, in.PageURL); err != nil {
			return nil, err
		}
		return s.backAgain(r.Context(), c, arrived)
	}
	if err := errors.Join(s.checkOrigin(r, in.PageID), s.checkPageURL(r, in.PageID, in.PageURL)); err != nil {
		return nil, err
	}
	if err := checkLine("name", in.Name, maxName); err != nil {
		return nil, err
	}
	if err := arrived.check(); err != nil {
		return nil, err
	}
	return s.welcome(r.Context(), in.PageID, Profile{Name: strings.TrimSpace(in.Name)}, arrived)
}

// welcome makes a visitor and the Get Started event in one transaction.
func (s *Server) welcome(ctx context.Context, pageID string, profile Profile, arrived Arrival) (any, error) {
	page := s.page(pageID)
	if page == nil || page.Messenger {
		return nil, ErrUnknownPage
	}
	made, err := s.prepareVisitor(page, profile)
	if err != nil {
		return nil, err
	}
	mid, err := s.drawMID()
	if err != nil {
		return nil, err
	}
	var id string
	var told told
	err = s.w.do(ctx, func(tx *bolt.Tx) error {
		if err := made.store(tx); err != nil {
			return err
		}
		row := made.row
		id = row.ID
		told, err = s.change(tx, page, &row, func(tx *bolt.Tx, page *Page, row *contactRow) ([]messenger.Event, error) {
			ev, err := s.opening(tx, page, row, arrived, mid)
			return []messenger.Event{ev}, err
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	s.tell(told, conversationKey(page.ID, id))
	return visitOut{ID: id, Token: made.token, Name: made.row.Profile.Name}, nil
}

// visitorSay is POST /plugin/messages: one of text, quick_reply and button.
func (s *Server) visitorSay(r *http.Request) (any, error) {
	c, err := s.caller(r, actWrite)
	if err != nil {
		return nil, err
	}
	var in sayIn
	if err := readBody(r, &in); err != nil {
		return nil, err
	}
	var m Message
	switch {
	case in.Text != "" && in.QuickReply == nil && in.Button == nil:
		m, err = s.Write(r.Context(), c, in.Text)
	case in.Text == "" && in.QuickReply != nil && in.Button == nil:
		m, err = s.visitorTaps(r.Context(), c, *in.QuickReply)
	case in.Text == "" && in.QuickReply == nil && in.Button != nil && in.Button.Card != nil:
		m, err = s.TapCard(r.Context(), c, in.Button.MID, *in.Button.Card, in.Button.Index)
	case in.Text == "" && in.QuickReply == nil && in.Button != nil:
		m, err = s.TapButton(r.Context(), c, in.Button.MID, in.Button.Index)
	default:
		return nil, &InputError{"text", "is needed, or else quick_reply or button; exactly one of the three"}
	}
	if err != nil {
		return nil, err
	}
	return line(m), nil
}

func (s *Server) visitorTaps(ctx context.Context, c Contact, tap tapIn) (Message, error) {
	if tap.Value != "" {
		return s.FillQuickReply(ctx, c, tap.MID, tap.Index, tap.Value)
	}
	return s.TapQuickReply(ctx, c, tap.MID, tap.Index)
}

func line(m Message) lineOut {
	out := lineOut{
		Seq: m.Seq, MID: m.MID, From: "visitor", At: m.At.UnixMilli(), Text: m.Text,
		QuickReplies: m.QuickReplies, Buttons: m.Buttons, Cards: m.Cards, Square: m.Square,
		Files: m.Files, ReplyTo: m.ReplyTo, Reaction: m.Reaction,
	}
	if m.FromPage {
		out.From = "page"
	}
	return out
}

// visitorRead is GET /plugin/messages?after=: what was said after that place. What the visitor has a place after has
// reached the visitor: that is when the page's messages become delivered.
func (s *Server) visitorRead(r *http.Request) (any, error) {
	c, err := s.caller(r, actPoll)
	if err != nil {
		return nil, err
	}
	var after uint64
	if given := r.URL.Query().Get("after"); given != "" {
		if after, err = strconv.ParseUint(given, 10, 64); err != nil {
			return nil, &InputError{"after", "is not the number of a place in the conversation"}
		}
	}
	if err := s.arrivedUpTo(r.Context(), c, after); err != nil {
		return nil, err
	}
	messages, err := s.Messages(r.Context(), c, after)
	if err != nil {
		return nil, err
	}
	presence, err := s.Presence(r.Context(), c)
	if err != nil {
		return nil, err
	}
	out := linesOut{Messages: []lineOut{}, After: after, Typing: presence.Typing}
	if !presence.SeenAt.IsZero() {
		out.SeenAt = presence.SeenAt.UnixMilli()
	}
	if out.Reactions, err = s.Reactions(r.Context(), c); err != nil {
		return nil, err
	}
	for _, m := range messages {
		out.Messages = append(out.Messages, line(m))
		out.After = m.Seq
	}
	return out, nil
}

// arrivedUpTo makes the page's messages up to a place delivered. It writes only when that is news.
func (s *Server) arrivedUpTo(ctx context.Context, c Contact, seq uint64) error {
	if seq == 0 {
		return nil
	}
	var upTo int64
	err := s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, c.Page, c.ID)
		if err != nil || row.Delivered >= row.Sent {
			return err
		}
		raw := tx.Bucket(bucketMessages).Get(messageKey(c.key(), seq))
		if raw == nil {
			return nil // no place of this conversation: it says nothing
		}
		at, err := readMessage(raw)
		if err == nil && at.At > row.Delivered {
			upTo = at.At
		}
		return err
	})
	if err != nil || upTo == 0 {
		return err
	}
	return s.Delivered(ctx, c, time.UnixMilli(upTo))
}

// visitorSeen is POST /plugin/seen: the visitor has read up to the message mid.
func (s *Server) visitorSeen(r *http.Request) (any, error) {
	c, err := s.caller(r, actWrite)
	if err != nil {
		return nil, err
	}
	var in seenIn
	if err := readBody(r, &in); err != nil {
		return nil, err
	}
	var row *messageRow
	err = s.view(r.Context(), func(tx *bolt.Tx) (err error) {
		row, err = findMessage(tx, c.key(), in.MID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, &InputError{"mid", "is not a message of this conversation"}
	}
	return struct{}{}, s.Seen(r.Context(), c, time.UnixMilli(row.At))
}
