package plugin

import (
	"context"
	"errors"
	"net/http"
	"time"

	bolt "go.etcd.io/bbolt"

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

		Title    string `json:"title"`    // of that page
		Referrer string `json:"referrer"` // the page that led to it

		IceBreaker *Pick `json:"ice_breaker"` // a new visitor begins with this question instead of Get Started

		Customer *customerIn `json:"customer"` // by the website's word

		// Key is a secret of the browser that asks for a new visitor: the same one again, soon, is the same visitor.
		Key string `json:"key"`
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
		Key        string `json:"key"` // what the browser calls it: the same one again is the same message
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
		Key          string                 `json:"key,omitempty"`      // what the visitor's browser called it
	}
	linesOut struct {
		Messages []lineOut `json:"messages"`
		After    uint64    `json:"after"` // where to go on; asking after it says that these have arrived
		Typing   bool      `json:"typing"`
		marks

		// What the page put on messages of any place last; one without reaction was taken back.
		Reactions []Reaction `json:"reactions,omitempty"`

		Before uint64 `json:"before,omitempty"` // where to go on to what is older; without it there is nothing older
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
	mux.HandleFunc("POST /plugin/typing", s.visitorCall(actTyping, s.visitorTypes))
	mux.HandleFunc("POST /plugin/page", s.visitorCall(actWrite, s.visitorWalks))
	s.pageRoutes(mux)
	mux.HandleFunc("GET /plugin/embed", s.embed)
	mux.HandleFunc("GET /plugin/profile", s.visitorCall(actPoll, s.visitorOffers))
	mux.HandleFunc("POST /plugin/menu", s.visitorCall(actWrite, s.visitorPicks(menuTapped)))
	mux.HandleFunc("POST /plugin/ice_breakers", s.visitorCall(actWrite, s.visitorPicks(questionAsked)))
	mux.HandleFunc("GET "+filesPath+"{name}/{called...}", s.serveFile)
	mux.HandleFunc("/plugin/", s.visitorCall(actPoll, func(*http.Request) (any, error) {
		return nil, &visitorError{status: http.StatusNotFound, Message: "there is nothing at this path, or not for this method"}
	}))
	mux.HandleFunc("/", s.serveGraph)
	return mux
}

// ServeHTTP answers visitors under /plugin/ and Graph calls everywhere else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// visit is POST /plugin/visitors: without a token a new visitor who presses Get Started, with one a return.
func (s *Server) visit(r *http.Request) (any, error) {
	var in visitIn
	if err := readBody(r, &in); err != nil {
		return nil, err
	}
	if err := checkVisitorKey(in.Key); err != nil {
		return nil, err
	}
	arrived := in.arrival(r)
	arrived.asked = in.IceBreaker
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
	if err := s.admitted(r, in.PageID, 0); err != nil {
		return nil, err
	}
	if err := checkLine("name", in.Name, maxName); err != nil {
		return nil, err
	}
	if err := arrived.check(); err != nil {
		return nil, err
	}
	return s.welcome(r.Context(), in, arrived)
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
	what, err := in.saying()
	if err != nil {
		return nil, err
	}
	return s.visitorSaid(r.Context(), c, in.Key, what)
}

// saying is what the body of POST /plugin/messages says: one of text, quick_reply and button.
func (in sayIn) saying() (saying, error) {
	switch tap, button := in.QuickReply, in.Button; {
	case in.Text != "" && tap == nil && button == nil:
		return written(in.Text), checkText(in.Text)
	case in.Text == "" && tap != nil && button == nil && tap.Value != "":
		return quickReplyFilled(tap.MID, tap.Index, tap.Value), nil
	case in.Text == "" && tap != nil && button == nil:
		return quickReplyTapped(tap.MID, tap.Index), nil
	case in.Text == "" && tap == nil && button != nil && button.Card != nil:
		return cardTapped(button.MID, *button.Card, button.Index), nil
	case in.Text == "" && tap == nil && button != nil:
		return buttonTapped(button.MID, button.Index), nil
	}
	return nil, &InputError{"text", "is needed, or else quick_reply or button; exactly one of the three"}
}

// visitorSaid says something as a visitor and answers with the line it is. With a key that this visitor has given before,
// it is the line of then, and nothing happens.
func (s *Server) visitorSaid(ctx context.Context, c Contact, key string, what saying) (any, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	m, _, err := s.sayOnce(ctx, c, key, what)
	if err != nil {
		return nil, err
	}
	return line(m), nil
}

func line(m Message) lineOut {
	out := lineOut{
		Seq: m.Seq, MID: m.MID, From: "visitor", At: m.At.UnixMilli(), Text: m.Text,
		QuickReplies: m.QuickReplies, Buttons: m.Buttons, Cards: m.Cards, Square: m.Square,
		Files: m.Files, ReplyTo: m.ReplyTo, Reaction: m.Reaction, Key: m.Key,
	}
	if m.FromPage {
		out.From = "page"
	}
	return out
}

// visitorRead is GET /plugin/messages?after=: what was said after that place; or ?before= and ?limit=: what was said before. What the visitor has a place after has
// reached the visitor: that is when the page's messages become delivered.
func (s *Server) visitorRead(r *http.Request) (any, error) {
	c, err := s.caller(r, actPoll)
	if err != nil {
		return nil, err
	}
	before, limit, back, err := backwards(r)
	if err != nil {
		return nil, err
	}
	if back {
		return s.visitorLooksBack(r.Context(), c, before, limit)
	}
	after, err := placeIn(r, "after", 0)
	if err != nil {
		return nil, err
	}
	if err := s.arrivedUpTo(r.Context(), c, after); err != nil {
		return nil, err
	}
	messages, err := s.Messages(r.Context(), c, after)
	if err != nil {
		return nil, err
	}
	return s.linesWith(r.Context(), c, messages, after)
}

// linesWith are messages with all that is told beside them.
func (s *Server) linesWith(ctx context.Context, c Contact, messages []Message, after uint64) (out linesOut, err error) {
	presence, err := s.Presence(ctx, c)
	if err != nil {
		return out, err
	}
	out = linesOut{Messages: []lineOut{}, After: after, Typing: presence.Typing, marks: marksOf(presence)}
	if out.Reactions, err = s.Reactions(ctx, c); err != nil {
		return out, err
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
	if err := s.Seen(r.Context(), c, time.UnixMilli(row.At)); err != nil {
		return nil, err
	}
	s.notify(c.key()) // the visitor's other tabs and devices count what is unread
	return struct{}{}, nil
}
