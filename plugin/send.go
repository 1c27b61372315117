package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// graphSend is POST /{page}/messages (ref. 3). An accepted message is on the disk, with its echo, when it is answered.
func (s *Server) graphSend(ctx context.Context, c *call) (any, error) {
	if c.node != "me" && c.node != c.page.ID {
		return nil, errUnsupported("POST", c.node)
	}
	to, err := recipient(c.params["recipient"])
	if err != nil {
		return nil, err
	}
	if err := checkType(c.params); err != nil {
		return nil, err
	}
	contact := Contact{Page: c.page.ID, ID: to}
	if c.params.present("sender_action") {
		if c.params.present("message") {
			return nil, errBoth
		}
		return s.senderAction(ctx, contact, c.params.text("sender_action"))
	}
	out, err := outgoing(c.params)
	if err != nil {
		return nil, err
	}
	return s.accept(ctx, c.page, contact, out)
}

// recipient reads whom a message is for. Only ids are known here: what has no id has never been a visitor of ours.
func recipient(raw json.RawMessage) (string, error) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil || len(keys) == 0 {
		return "", badParam("The parameter recipient is required")
	}
	id := params(keys).text("id")
	if len(keys) > 1 {
		return "", badParam("recipient must have exactly one key")
	}
	if id == "" {
		return "", errNoPerson
	}
	return id, nil
}

// checkType refuses kinds of message that nobody may send any more. This platform has no window, so every other kind
// may be sent at any time.
func checkType(p params) error {
	switch kind, tag := p.text("messaging_type"), p.text("tag"); kind {
	case "", string(messenger.Response), "UPDATE":
		return nil
	case string(messenger.MessageTag):
		switch tag {
		case messenger.TagHumanAgent, "CUSTOMER_FEEDBACK":
			return nil
		case "":
			return badParam("MESSAGE_TAG needs a tag")
		}
		return errRetiredTag
	default:
		return badParam("messaging_type must be RESPONSE, UPDATE or MESSAGE_TAG")
	}
}

// outgoing reads and checks the message of a send.
func outgoing(p params) (messenger.OutMessage, error) {
	var out messenger.OutMessage
	if !p.present("message") {
		return out, errEmptyMessage
	}
	if err := json.Unmarshal(p["message"], &out); err != nil {
		return out, badParam("message has a field of a wrong type")
	}
	if strings.TrimSpace(out.Text) == "" && out.Attachment == nil {
		return out, errEmptyMessage
	}
	if faults := messenger.LimitErrors(out.Validate()); len(faults) > 0 {
		return out, badParam("message[%s] %s", faults[0].Field, faults[0].Problem)
	}
	if a := out.Attachment; a != nil && (a.Type != "template" || a.Payload.TemplateType != "button") {
		return out, badParam("message[attachment] of this type is not shown by the chat plugin; text, quick replies and button templates are")
	}
	return out, nil
}

// accept stores a message of the page and its echo.
func (s *Server) accept(ctx context.Context, page *Page, contact Contact, out messenger.OutMessage) (any, error) {
	mid, err := s.drawMID()
	if err != nil {
		return nil, err
	}
	err = s.act(ctx, contact, func(tx *bolt.Tx, _ *Page, row *contactRow) ([]messenger.Event, error) {
		line := &messageRow{MID: mid, FromPage: true, At: row.stamp(s.now()), Text: out.Text, QuickReplies: out.QuickReplies}
		if out.Attachment != nil {
			line.Text, line.Buttons = out.Attachment.Payload.Text, out.Attachment.Payload.Buttons
		}
		row.Sent = line.At
		if _, err := addMessage(tx, contact.key(), line); err != nil {
			return nil, err
		}
		return []messenger.Event{echo(page, row, line, out)}, nil
	})
	if errors.Is(err, ErrUnknownContact) {
		return nil, errNoPerson
	}
	if err != nil {
		return nil, err
	}
	s.setTyping(contact, time.Time{})
	s.notify(contact.key())
	return messenger.SendResponse{RecipientID: contact.ID, MessageID: mid}, nil
}

// echo is the event that tells subscribers what the page sent, through whatever program (ref. 2.6).
func echo(page *Page, row *contactRow, line *messageRow, out messenger.OutMessage) messenger.Event {
	ev := fromPage(row, line.At)
	ev.Kind = messenger.KindEcho
	ev.Message = &messenger.Message{
		MID: line.MID, IsEcho: true, AppID: page.AppID, Metadata: out.Metadata, Text: out.Text,
	}
	if a := out.Attachment; a != nil {
		ev.Message.Attachments = []messenger.Attachment{{
			Type: a.Type, TemplateType: a.Payload.TemplateType, Text: a.Payload.Text, Buttons: a.Payload.Buttons,
		}}
	}
	return ev
}

// senderAction is typing_on, typing_off or mark_seen (ref. 3.8). Typing is worth nothing after a restart and stays in
// memory.
func (s *Server) senderAction(ctx context.Context, contact Contact, action string) (any, error) {
	var err error
	switch action {
	case "typing_on", "typing_off":
		err = s.view(ctx, func(tx *bolt.Tx) error {
			_, err := getContact(tx, contact.Page, contact.ID)
			return err
		})
	case "mark_seen":
		err = s.act(ctx, contact, func(_ *bolt.Tx, _ *Page, row *contactRow) ([]messenger.Event, error) {
			row.PageSeen = row.Clock
			return nil, nil
		})
	default:
		return nil, badParam("sender_action must be typing_on, typing_off or mark_seen")
	}
	if errors.Is(err, ErrUnknownContact) {
		return nil, errNoPerson
	}
	if err != nil {
		return nil, err
	}
	switch action {
	case "typing_on":
		s.setTyping(contact, s.now().Add(typingFor))
	case "typing_off":
		s.setTyping(contact, time.Time{})
	}
	s.notify(contact.key())
	return messenger.SendResponse{RecipientID: contact.ID}, nil
}

// setTyping notes until when the page types to a contact, and forgets those whose time is over.
func (s *Server) setTyping(contact Contact, until time.Time) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, end := range s.typing {
		if !now.Before(end) {
			delete(s.typing, key)
		}
	}
	delete(s.typing, contact.key())
	if now.Before(until) {
		s.typing[contact.key()] = until
	}
}
