package plugin

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// Message is one line of a conversation as the contact sees it.
type Message struct {
	Seq          uint64 // its place: later messages have larger ones. Messages goes on after it
	MID          string
	FromPage     bool
	At           time.Time
	Text         string                 // of a button template: the text above the buttons
	QuickReplies []messenger.QuickReply // offered under it, page's messages only
	Buttons      []messenger.Button     // page's messages only
	Cards        []messenger.Element    // side by side, page's messages only
	Square       bool                   // the cards' pictures are shown square
	Files        []File
	ReplyTo      string // the mid of the message it answers
	Reaction     string // what the page put on it
	Key          string // what the contact's own device calls it; empty if it gave none
}

func (r *messageRow) message(seq uint64) Message {
	m := Message{
		Seq: seq, MID: r.MID, FromPage: r.FromPage, At: time.UnixMilli(r.At),
		Text: r.Text, QuickReplies: r.QuickReplies, Buttons: r.Buttons,
		Cards: r.Cards, Square: r.Square, ReplyTo: r.ReplyTo, Reaction: r.Reaction, Key: r.Key,
	}
	for _, a := range r.Files {
		m.Files = append(m.Files, fileLine(a))
	}
	return m
}

// Delivered says that the page's messages up to and including the time upTo have reached the contact. Repeating it,
// or going back, says nothing new.
func (s *Server) Delivered(ctx context.Context, c Contact, upTo time.Time) error {
	return s.act(ctx, c, func(tx *bolt.Tx, _ *Page, row *contactRow) ([]messenger.Event, error) {
		return delivered(tx, row, upTo.UnixMilli(), s.now())
	})
}

// delivered is the receipt for what the page sent up to a time and what has no receipt yet.
func delivered(tx *bolt.Tx, row *contactRow, upTo int64, now time.Time) ([]messenger.Event, error) {
	mids, last, err := sentBetween(tx, conversationKey(row.Page, row.ID), row.Delivered, upTo)
	if err != nil || last == 0 {
		return nil, err
	}
	row.Delivered = last
	ev := fromContact(row, row.stamp(now))
	// Messages sent before the watermark are delivered (ref. 2.9), and the last was sent at its own time.
	ev.Kind, ev.Delivery = messenger.KindDelivery, &messenger.Delivery{MIDs: mids, Watermark: last + 1}
	return []messenger.Event{ev}, nil
}

// Seen says that the contact has read the page's messages up to and including the time upTo, which so have reached it
// too. Repeating it, or going back, says nothing new.
func (s *Server) Seen(ctx context.Context, c Contact, upTo time.Time) error {
	return s.act(ctx, c, func(tx *bolt.Tx, _ *Page, row *contactRow) ([]messenger.Event, error) {
		events, err := delivered(tx, row, upTo.UnixMilli(), s.now())
		if err != nil {
			return nil, err
		}
		_, last, err := sentBetween(tx, c.key(), row.Seen, upTo.UnixMilli())
		if err != nil || last == 0 {
			return events, err
		}
		row.Seen = last
		ev := fromContact(row, row.stamp(s.now()))
		ev.Kind, ev.Read = messenger.KindRead, &messenger.Read{Watermark: last}
		return append(events, ev), nil
	})
}

// maxReceipt is how many mids one delivery receipt names; its watermark speaks for the rest.
const maxReceipt = 100

// sentBetween lists the page's messages with a time after one and not after another, oldest first and the newest if
// there are many, with the time of the last; 0 if there is none.
func sentBetween(tx *bolt.Tx, conv convKey, after, upTo int64) (mids []string, last int64, err error) {
	cur := tx.Bucket(bucketMessages).Cursor()
	key, raw := seekLast(cur, conv)
	for ; inConversation(key, conv) && len(mids) < maxReceipt; key, raw = cur.Prev() {
		row, err := readMessage(raw)
		if err != nil {
			return nil, 0, err
		}
		if row.At <= after {
			break
		}
		if row.FromPage && row.At <= upTo {
			mids = append(mids, row.MID)
			last = max(last, row.At)
		}
	}
	slices.Reverse(mids)
	return mids, last, nil
}

func inConversation(key []byte, conv convKey) bool {
	return len(key) == len(conv)+8 && convKey(key[:len(conv)]) == conv
}

// seekLast goes to the last row of a conversation, or to one of another conversation if it has none.
func seekLast(cur *bolt.Cursor, conv convKey) (key, raw []byte) {
	return seekBefore(cur, conv, ^uint64(0))
}

// seekBefore is seekLast for what stands before a place.
func seekBefore(cur *bolt.Cursor, conv convKey, place uint64) (key, raw []byte) {
	if key, _ := cur.Seek(messageKey(conv, place)); key == nil {
		return cur.Last()
	}
	return cur.Prev()
}

// maxMessages is how many messages one call of Messages hands out.
const maxMessages = 200

// maxMessagesBytes is how much of the file one call of Messages hands out, beside the last of its messages. Whoever asks
// may be slow to read the answer, which stays in our memory until then.
const maxMessagesBytes = 64 << 10

// Messages lists what was said after a place in the conversation (0: from the beginning), oldest first: at most
// 200, and fewer of long ones. The last one's Seq is where to go on; none means that this was all.
func (s *Server) Messages(ctx context.Context, c Contact, after uint64) ([]Message, error) {
	var list []Message
	bytes := 0
	err := s.view(ctx, func(tx *bolt.Tx) error {
		if _, err := getContact(tx, c.Page, c.ID); err != nil {
			return err
		}
		if after == ^uint64(0) {
			return nil
		}
		conv := c.key()
		cur := tx.Bucket(bucketMessages).Cursor()
		key, raw := cur.Seek(messageKey(conv, after+1))
		for ; inConversation(key, conv) && len(list) < maxMessages && bytes < maxMessagesBytes; key, raw = cur.Next() {
			bytes += len(raw)
			row, err := readMessage(raw)
			if err != nil {
				return err
			}
			list = append(list, row.message(binary.BigEndian.Uint64(key[len(conv):])))
		}
		return nil
	})
	return list, err
}

// Presence is what a contact may know of the page beside its messages.
type Presence struct {
	Typing bool      // somebody is writing an answer
	SeenAt time.Time // the page has read what the contact said up to then; zero if nothing
	// DeliveredAt is when the contact said last what the page's side has taken in; zero while any of it still waits, and
	// where nobody is told.
	DeliveredAt time.Time
	ReadAt      time.Time // the contact has read what the page said up to then; zero if nothing
}

// typingFor is how long typing_on holds unless taken back or followed by a message (ref. 3.8).
const typingFor = 20 * time.Second

// Presence tells whether the page is typing and what it has seen.
func (s *Server) Presence(ctx context.Context, c Contact) (Presence, error) {
	var p Presence
	err := s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, c.Page, c.ID)
		if err != nil {
			return err
		}
		p.SeenAt, p.DeliveredAt, p.ReadAt = moment(row.PageSeen), moment(row.Heard), moment(row.Seen)
		return nil
	})
	if !s.hasAll(c) { // looked at after the row: what came in between waits, and only makes this late
		p.DeliveredAt = time.Time{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Typing = s.now().Before(s.typing[c.key()])
	return p, err
}

// Watch hands out a channel that holds a value whenever something was said, typed or seen in the contact's
// conversation since it was last received from; several things at once are one value. stop ends it.
func (s *Server) Watch(c Contact) (news <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	key := c.key()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watchers[key] == nil {
		s.watchers[key] = map[chan struct{}]struct{}{}
	}
	s.watchers[key][ch] = struct{}{}
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers[key], ch)
		if len(s.watchers[key]) == 0 {
			delete(s.watchers, key)
		}
	}
}

func (s *Server) notify(conv convKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ch := range s.watchers[conv] {
		select {
		case ch <- struct{}{}:
		default: // it holds one already
		}
	}
}

// hasAll reports whether one subscriber of the contact's page has taken in everything of the conversation.
func (s *Server) hasAll(c Contact) bool {
	for _, sub := range s.subscribersOf(c.Page) {
		if !sub.waits(c.key()) {
			return true
		}
	}
	return false
}

// moment is a time in ms; zero if there is none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
