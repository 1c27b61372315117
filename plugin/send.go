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
	to, err := recipient(c.params.value("recipient"))
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
		return s.senderAction(ctx, c.app, contact, c.params.text("sender_action"), c.params.value("payload"))
	}
	out, err := outgoing(c)
	if err != nil {
		return nil, err
	}
	quoted, err := quotedBy(c.params.value("reply_to"))
	if err != nil {
		return nil, err
	}
	if err := s.mayWrite(ctx, c.app, contact); err != nil { // before a file is taken in for nothing
		return nil, err
	}
	if err := s.countMessage(contact, out); err != nil {
		return nil, err
	}
	after, err := readHandOver(c.params.value("thread_control"))
	if err != nil {
		return nil, err
	}
	file, err := s.outgoingFile(ctx, c, out)
	if err != nil {
		return nil, err
	}
	return s.accept(ctx, c, contact, sending{OutMessage: out, file: file, quoted: quoted, after: after})
}

// sending is a message of the page on its way.
type sending struct {
	messenger.OutMessage
	file   *outFile // nil if it has none
	quoted string   // the mid of the message it answers
	after  *string  // the app that is to have the conversation afterwards, empty for nobody; nil: it stays
}

// quotedBy reads `reply_to` (ref. 3.2).
func quotedBy(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil || params(keys).text("mid") == "" {
		return "", badParam("reply_to[mid] is required")
	}
	return params(keys).text("mid"), nil
}

// mayWrite refuses what is for nobody, or for whom another app speaks.
func (s *Server) mayWrite(ctx context.Context, a *app, contact Contact) error {
	err := s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, contact.Page, contact.ID)
		if err == nil && row.away(a, s.now()) {
			err = errOtherApp
		}
		if err == nil && s.over(row) {
			err = errNoPerson
		}
		return err
	})
	if errors.Is(err, ErrUnknownContact) {
		return errNoPerson
	}
	return err
}

// reachable refuses what is for nobody.
func (s *Server) reachable(ctx context.Context, contact Contact) error {
	err := s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, contact.Page, contact.ID)
		if err == nil && s.over(row) {
			err = errNoPerson
		}
		return err
	})
	if errors.Is(err, ErrUnknownContact) {
		return errNoPerson
	}
	return err
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

// readMessageParam reads the field `message`.
func readMessageParam(p params) (messenger.OutMessage, error) {
	var out messenger.OutMessage
	if !p.present("message") {
		return out, errEmptyMessage
	}
	if err := json.Unmarshal(p.value("message"), &out); err != nil {
		return out, badParam("message has a field of a wrong type")
	}
	return out, checkShown(p)
}

// checkShown refuses parts of a send that Messenger knows and the chat plugin does not show: taken, they would be lost.
func checkShown(p params) error {
	if p.present("persona_id") {
		return badParam("persona_id is not the id of a persona: there are none here")
	}
	var parts struct {
		Attachments json.RawMessage `json:"attachments"`
		Sticker     json.RawMessage `json:"sticker_id"`
		Template    json.RawMessage `json:"template"`
	}
	err := json.Unmarshal(p.value("message"), &parts)
	for _, part := range []struct {
		name, instead string
		given         json.RawMessage
	}{
		{"attachments", "send one attachment in each message", parts.Attachments},
		{"sticker_id", "send a picture", parts.Sticker},
		{"template", "send a text", parts.Template},
	} {
		if len(part.given) > 0 && string(part.given) != "null" {
			return badParam("message[%s] is not shown by the chat plugin; %s", part.name, part.instead)
		}
	}
	return err
}

// outgoing reads and checks the message of a send. What the chat plugin does not show (ref. 7.5) is refused: other kinds
// of template, of buttons and of quick replies.
func outgoing(c *call) (messenger.OutMessage, error) {
	out, err := readMessageParam(c.params)
	if err != nil {
		return out, err
	}
	if strings.TrimSpace(out.Text) == "" && out.Attachment == nil {
		return out, errEmptyMessage
	}
	checked := out
	if a := out.Attachment; a != nil && c.file != nil {
		if a.Payload.URL != "" || a.Payload.AttachmentID != "" || !isFile(a.Type) {
			return out, badParam("the part filedata goes with an attachment of a file that has neither url nor attachment_id")
		}
		known := *a
		known.Payload.AttachmentID = "filedata" // where the file is has been said
		checked.Attachment = &known
	} else if c.file != nil {
		return out, badParam("the part filedata needs message[attachment]")
	}
	if problem := unshown(checked); problem != "" {
		return out, badParam("%s", problem)
	}
	if faults := messenger.LimitErrors(checked.Validate()); len(faults) > 0 {
		return out, badParam("message[%s] %s", faults[0].Field, faults[0].Problem)
	}
	return out, nil
}

// accept stores a message of the page and its echo.
func (s *Server) accept(ctx context.Context, c *call, contact Contact, out sending) (any, error) {
	mid, err := s.drawMID()
	if err != nil {
		return nil, err
	}
	err = s.act(ctx, contact, func(tx *bolt.Tx, _ *Page, row *contactRow) ([]messenger.Event, error) {
		now := s.now()
		if row.away(c.app, now) {
			return nil, errOtherApp
		}
		if row.owner(now) == "" {
			row.hold(c.app.id, now.UnixMilli()) // who answers has control (ref. 2.13)
		}
		if err := checkQuoted(tx, contact.key(), out.quoted); err != nil {
			return nil, err
		}
		line := out.line(mid, row.stamp(now))
		row.Sent, row.Last = line.At, line.At
		if _, err := addMessage(tx, contact.key(), line); err != nil {
			return nil, err
		}
		events := []messenger.Event{s.echo(c.app, row, line, out)}
		if out.after != nil {
			ev, err := s.handOver(row, *out.after)
			if err != nil {
				return nil, err
			}
			events = append(events, ev)
		}
		return events, out.file.store(tx, contact.Page)
	})
	if err != nil && out.file != nil && out.file.file != nil {
		s.forget(out.file.file, out.file.row)
	}
	if errors.Is(err, ErrUnknownContact) {
		return nil, errNoPerson
	}
	if err != nil {
		return nil, err
	}
	s.setTyping(contact, time.Time{})
	s.notify(contact.key())
	answer := messenger.SendResponse{RecipientID: contact.ID, MessageID: mid}
	if out.file != nil {
		answer.AttachmentID = out.file.id
	}
	return answer, nil
}

// checkQuoted refuses to quote what is not a message of the conversation.
func checkQuoted(tx *bolt.Tx, conv convKey, mid string) error {
	if mid == "" {
		return nil
	}
	line, err := findMessage(tx, conv, mid)
	if err == nil && line == nil {
		err = badParam("reply_to[mid] is not a message of this conversation")
	}
	return err
}

// line is what a message becomes in the conversation.
func (out sending) line(mid string, at int64) *messageRow {
	line := &messageRow{MID: mid, FromPage: true, At: at, Text: out.Text, QuickReplies: out.QuickReplies, ReplyTo: out.quoted}
	switch a := out.Attachment; {
	case out.file != nil:
		line.Files = []attached{out.file.attached}
	case a != nil:
		line.Text, line.Buttons, line.Cards = a.Payload.Text, a.Payload.Buttons, a.Payload.Elements
		line.Square = a.Payload.ImageAspectRatio == messenger.AspectSquare
	}
	return line
}

// echo is the event that tells subscribers what the page sent, through whatever program (ref. 2.6).
func (s *Server) echo(a *app, row *contactRow, line *messageRow, out sending) messenger.Event {
	ev := fromPage(row, line.At)
	ev.Kind = messenger.KindEcho
	ev.Message = &messenger.Message{
		MID: line.MID, IsEcho: true, AppID: a.id, Metadata: out.Metadata, Text: out.Text, ReplyTo: line.ReplyTo,
		Attachments: s.filesOf(line),
	}
	if sent := out.Attachment; sent != nil && out.file == nil {
		ev.Message.Attachments = []messenger.Attachment{{
			Type: sent.Type, TemplateType: sent.Payload.TemplateType, Text: sent.Payload.Text,
			Buttons: sent.Payload.Buttons, Elements: sent.Payload.Elements,
		}}
	}
	return ev
}

// filesOf are the files of a line as webhooks carry them (ref. 2.5).
func (s *Server) filesOf(line *messageRow) []messenger.Attachment {
	var list []messenger.Attachment
	for _, a := range line.Files {
		list = append(list, messenger.Attachment{Type: a.Kind, URL: s.address(a)})
	}
	return list
}

// senderAction is typing_on, typing_off, mark_seen, react or unreact (ref. 3.8). Typing is worth nothing after a restart
// and stays in memory.
func (s *Server) senderAction(ctx context.Context, by *app, contact Contact, action string, payload json.RawMessage) (any, error) {
	err := s.reachable(ctx, contact)
	if err != nil {
		return nil, err
	}
	switch action {
	case messenger.ActionTypingOn, messenger.ActionTypingOff:
	case messenger.ActionMarkSeen:
		err = s.act(ctx, contact, func(_ *bolt.Tx, _ *Page, row *contactRow) ([]messenger.Event, error) {
			row.PageSeen = row.Clock
			return nil, nil
		})
	case messenger.ActionReact, messenger.ActionUnreact:
		err = s.pageReacts(ctx, by, contact, action, payload)
	default:
		return nil, badParam("sender_action must be typing_on, typing_off, mark_seen, react or unreact")
	}
	if errors.Is(err, ErrUnknownContact) {
		return nil, errNoPerson
	}
	if err != nil {
		return nil, err
	}
	switch action {
	case messenger.ActionTypingOn:
		s.setTyping(contact, s.now().Add(typingFor))
	case messenger.ActionTypingOff:
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
