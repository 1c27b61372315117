package plugin

import (
	"cmp"
	"context"
	"encoding/binary"
	"strings"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// saying is what a contact is about to say: it looks at the conversation as it is then.
type saying func(*bolt.Tx, Contact) (said, error)

// said is one act of speech: words, words by a quick reply, a button, or a file.
type said struct {
	text   string
	tap    *string
	button *messenger.Button
	file   *fileRow
	kind   string // of the file
}

// Write says something as the contact. It is on the disk, and on its way to the subscribers, when Write returns.
func (s *Server) Write(ctx context.Context, c Contact, text string) (Message, error) {
	if err := checkText(text); err != nil {
		return Message{}, err
	}
	return s.say(ctx, c, written(text))
}

func written(text string) saying {
	return func(*bolt.Tx, Contact) (said, error) { return said{text: text}, nil }
}

// TapQuickReply taps the quick reply at index of the page's message mid: the contact says its title, and the page
// gets its payload. ErrNotOffered if there is no such quick reply of a text.
func (s *Server) TapQuickReply(ctx context.Context, c Contact, mid string, index int) (Message, error) {
	return s.say(ctx, c, quickReplyTapped(mid, index))
}

func quickReplyTapped(mid string, index int) saying {
	return onQuickReply(mid, index, func(q messenger.QuickReply) (said, error) {
		if q.ContentType != messenger.QuickReplyText {
			return said{}, ErrNotOffered
		}
		return said{text: q.Title, tap: &q.Payload}, nil
	})
}

// FillQuickReply taps a quick reply that asks for a phone number or an e-mail address: the contact says value, and that
// is what the page gets (ref. 2.4). ErrNotOffered if there is no such quick reply.
func (s *Server) FillQuickReply(ctx context.Context, c Contact, mid string, index int, value string) (Message, error) {
	return s.say(ctx, c, quickReplyFilled(mid, index, value))
}

func quickReplyFilled(mid string, index int, value string) saying {
	return onQuickReply(mid, index, func(q messenger.QuickReply) (said, error) {
		switch q.ContentType {
		case messenger.QuickReplyPhone, messenger.QuickReplyEmail:
			return said{text: value, tap: &value}, checkFill(q.ContentType, value)
		}
		return said{}, ErrNotOffered
	})
}

func onQuickReply(mid string, index int, tapped func(messenger.QuickReply) (said, error)) saying {
	return func(tx *bolt.Tx, c Contact) (said, error) {
		row, err := findMessage(tx, c.key(), mid)
		if err != nil {
			return said{}, err
		}
		if row == nil || index < 0 || index >= len(row.QuickReplies) {
			return said{}, ErrNotOffered
		}
		return tapped(row.QuickReplies[index])
	}
}

// TapButton taps the postback button at index of the page's message mid. The other kinds of button are followed by
// the contact's own device and tell the page nothing; for them, and where there is no button, it is ErrNotOffered.
func (s *Server) TapButton(ctx context.Context, c Contact, mid string, index int) (Message, error) {
	return s.say(ctx, c, buttonTapped(mid, index))
}

func buttonTapped(mid string, index int) saying {
	return onButton(mid, index, func(row *messageRow) []messenger.Button { return row.Buttons })
}

// TapCard is TapButton for a button of a card; both are counted from 0.
func (s *Server) TapCard(ctx context.Context, c Contact, mid string, card, index int) (Message, error) {
	return s.say(ctx, c, cardTapped(mid, card, index))
}

func cardTapped(mid string, card, index int) saying {
	return onButton(mid, index, func(row *messageRow) []messenger.Button {
		if card < 0 || card >= len(row.Cards) {
			return nil
		}
		return row.Cards[card].Buttons
	})
}

func onButton(mid string, index int, of func(*messageRow) []messenger.Button) saying {
	return func(tx *bolt.Tx, c Contact) (said, error) {
		row, err := findMessage(tx, c.key(), mid)
		if err != nil || row == nil {
			return said{}, cmp.Or(err, ErrNotOffered)
		}
		buttons := of(row)
		if index < 0 || index >= len(buttons) || buttons[index].Type != messenger.ButtonPostback {
			return said{}, ErrNotOffered
		}
		return said{text: buttons[index].Title, button: &buttons[index]}, nil
	}
}

// say is sayOnce for what has no key.
func (s *Server) say(ctx context.Context, c Contact, what saying) (Message, error) {
	m, _, err := s.sayOnce(ctx, c, "", what)
	return m, err
}

// sayOnce stores what a contact said and the event of it, under the key that the contact's device has given it. What that
// contact has said under the key already is answered again, and nothing happens: a device that never learned whether its
// words were taken sends them once more.
func (s *Server) sayOnce(ctx context.Context, c Contact, key string, what saying) (m Message, again bool, err error) {
	if m, again, err = s.saidBefore(ctx, c, key); err != nil || again {
		return m, again, err
	}
	mid, err := s.drawMID()
	if err != nil {
		return Message{}, false, err
	}
	err = s.act(ctx, c, func(tx *bolt.Tx, _ *Page, row *contactRow) (events []messenger.Event, err error) {
		if m, again, err = keyed(tx, c, key); err != nil || again {
			return nil, err // it came in twice at once
		}
		it, err := what(tx, c)
		if err != nil {
			return nil, err
		}
		if row.Blocked > 0 {
			return nil, ErrBlocked
		}
		row.Started = true
		line := &messageRow{MID: mid, At: row.stamp(s.now()), Text: it.text, Key: key}
		row.Last, row.Heard = line.At, line.At
		if it.file != nil {
			line.Files = []attached{attachedFile(it.kind, *it.file)}
			row.FileBytes += it.file.Size
		}
		seq, err := addMessage(tx, c.key(), line)
		if err != nil {
			return nil, err
		}
		m = line.message(seq)
		return []messenger.Event{s.spoken(row, line, it)}, nil
	})
	if err != nil {
		return Message{}, false, err
	}
	s.crowd.stopTyping(c)
	s.notify(c.key())
	return m, again, nil
}

// spoken is the event of what a contact said.
func (s *Server) spoken(row *contactRow, line *messageRow, it said) messenger.Event {
	ev := fromContact(row, line.At)
	if it.button != nil {
		ev.Kind = messenger.KindPostback
		ev.Postback = &messenger.Postback{MID: line.MID, Title: it.button.Title, Payload: it.button.Payload}
		return ev
	}
	ev.Kind = messenger.KindMessage
	ev.Message = &messenger.Message{MID: line.MID, Text: it.text, QuickReply: it.tap, Attachments: s.filesOf(line)}
	if messenger.IsVisitor(row.ID) {
		ev.Message.Tags = []string{strings.ToLower(SourcePlugin)}
	}
	return ev
}

// saidBefore is what a contact has said under a key; false if nothing, or without one.
func (s *Server) saidBefore(ctx context.Context, c Contact, key string) (m Message, known bool, err error) {
	if key == "" {
		return m, false, nil
	}
	err = s.view(ctx, func(tx *bolt.Tx) error {
		m, known, err = keyed(tx, c, key)
		return err
	})
	return m, known, err
}

func keyed(tx *bolt.Tx, c Contact, key string) (m Message, known bool, err error) {
	if key == "" {
		return m, false, nil
	}
	seq := tx.Bucket(bucketMIDs).Get(ownKey(c.key(), key))
	if len(seq) != 8 {
		return m, false, nil
	}
	place := binary.BigEndian.Uint64(seq)
	row, err := readMessage(tx.Bucket(bucketMessages).Get(messageKey(c.key(), place)))
	if err != nil || row.Key != key {
		return m, false, err
	}
	return row.message(place), true, nil
}
