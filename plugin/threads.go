package plugin

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// graphTime is how the Graph writes times: no colon in the offset (ref. 6.2).
const graphTime = "2006-01-02T15:04:05-0700"

func graphStamp(ms int64) string { return time.UnixMilli(ms).UTC().Format(graphTime) }

// The fields that conversations and messages have, also those of which ours never have a value.
var (
	threadFields = []string{
		"id", "updated_time", "participants", "senders", "former_participants", "snippet", "message_count", "unread_count",
		"can_reply", "is_subscribed", "is_owner", "link", "name", "scoped_thread_key", "wallpaper", "subject", "messages",
	}
	messageFields = []string{
		"id", "created_time", "from", "to", "message", "attachments", "sticker", "shares", "tags", "reply_to", "reactions",
		"is_unsupported", "appointment_booking", "story",
	}
)

// thread is a conversation while a call reads it.
type thread struct {
	s    *Server
	tx   *bolt.Tx
	c    *call
	page *Page
	row  *contactRow
	conv convKey
	from uint64 // the place from which on messages have details
}

func (s *Server) thread(tx *bolt.Tx, c *call, conv convKey) (*thread, error) {
	row, err := getContactByKey(tx, conv)
	if err != nil {
		return nil, err
	}
	if row.Page != c.page.ID || row.Last == 0 {
		return nil, ErrUnknownContact
	}
	t := &thread{s: s, tx: tx, c: c, page: c.page, row: row, conv: conv}
	newest, _, _ := rowsOf(tx.Bucket(bucketMessages).Cursor(), conv[:], pageQuery{limit: detailed})
	if len(newest) > 0 {
		t.from = seqOf(newest[len(newest)-1].key)
	}
	return t, nil
}

// detailed is how many messages of a conversation, the newest, can be read (ref. 6.2).
const detailed = 20

func seqOf(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(convKey{}):]) }

// graphThreads is GET /{page}/conversations (ref. 6.2), the latest first.
func (s *Server) graphThreads(ctx context.Context, c *call) (any, error) {
	fields, err := askedOf(c, "Conversation", threadFields, "id", "updated_time")
	if err != nil {
		return nil, err
	}
	q, err := readPage(c.params.text)
	if err != nil {
		return nil, err
	}
	answer := paged{Data: []map[string]any{}}
	if elsewhere(c) {
		return answer, nil
	}
	page := hash16(c.page.ID)
	err = s.view(ctx, func(tx *bolt.Tx) error {
		list, older, newer, err := threadRows(tx, c, page[:], q)
		if err != nil {
			return err
		}
		for _, r := range list {
			t, err := s.thread(tx, c, convKey(r.key[len(page)+8:]))
			if err != nil {
				return err
			}
			about, err := t.about(fields)
			if err != nil {
				return err
			}
			answer.Data = append(answer.Data, about)
		}
		answer.Paging = s.pagingOf(c.version+"/"+c.page.ID+"/conversations", url.Values{
			"fields": {c.params.text("fields")}, "limit": {c.params.text("limit")}, "platform": {c.params.text("platform")},
			"user_id": {c.params.text("user_id")}, "folder": {c.params.text("folder")},
		}, page[:], list, older, newer)
		return nil
	})
	return answer, err
}

// elsewhere reports whether a call asks for conversations that this platform has none of.
func elsewhere(c *call) bool {
	platform, folder := c.params.text("platform"), c.params.text("folder")
	return platform != "" && !strings.EqualFold(platform, "messenger") || folder != "" && !strings.EqualFold(folder, "inbox")
}

// threadRows are the conversations of a page, or the one with the contact user_id.
func threadRows(tx *bolt.Tx, c *call, page []byte, q pageQuery) (list []dbRow, older, newer bool, err error) {
	if user := c.params.text("user_id"); user != "" {
		row, err := getContact(tx, c.page.ID, user)
		if errors.Is(err, ErrUnknownContact) {
			return nil, false, false, nil
		}
		if err != nil {
			return nil, false, false, err
		}
		if row.Last == 0 || q.after != nil || q.before != nil {
			return nil, false, false, nil
		}
		return []dbRow{{key: recentKey(row)}}, false, false, nil
	}
	list, older, newer = rowsOf(tx.Bucket(bucketRecent).Cursor(), page, q)
	return list, older, newer, nil
}

func askedOf(c *call, kind string, known []string, usual ...string) ([]graphField, error) {
	fields, err := parseFields(strings.Join(c.params.list("fields"), ","))
	if err != nil {
		return nil, err
	}
	return asked(fields, kind, known, usual...)
}

// graphThread is GET /{conversation-id}.
func (s *Server) graphThread(ctx context.Context, c *call) (any, error) {
	fields, err := askedOf(c, "Conversation", threadFields, "id", "updated_time")
	if err != nil {
		return nil, err
	}
	var about map[string]any
	err = s.inThread(ctx, c, func(t *thread) (err error) {
		about, err = t.about(fields)
		return err
	})
	return about, err
}

// graphThreadMessages is GET /{conversation-id}/messages.
func (s *Server) graphThreadMessages(ctx context.Context, c *call) (any, error) {
	fields, err := askedOf(c, "Message", messageFields, "id", "created_time")
	if err != nil {
		return nil, err
	}
	q, err := readPage(c.params.text)
	if err != nil {
		return nil, err
	}
	var answer paged
	err = s.inThread(ctx, c, func(t *thread) (err error) {
		answer, err = t.messages(fields, c.params.text("fields"), c.params.text("limit"), q)
		return err
	})
	return answer, err
}

// inThread reads the conversation whose id is the call's object.
func (s *Server) inThread(ctx context.Context, c *call, read func(*thread) error) error {
	conv, ok := readThreadID(c.node)
	if !ok {
		return errUnsupported(c.method, c.node)
	}
	return s.view(ctx, func(tx *bolt.Tx) error {
		t, err := s.thread(tx, c, conv)
		if err != nil {
			return orUnsupported(err, c)
		}
		return read(t)
	})
}

// graphMessage is GET /{message-id}. Only the newest of a conversation can be read.
func (s *Server) graphMessage(ctx context.Context, c *call) (any, error) {
	fields, err := askedOf(c, "Message", messageFields, "id", "created_time")
	if err != nil {
		return nil, err
	}
	var about map[string]any
	err = s.view(ctx, func(tx *bolt.Tx) error {
		conv, ok := placeOf(tx, c.node)
		if !ok {
			return errUnsupported(c.method, c.node)
		}
		t, err := s.thread(tx, c, conv)
		if err != nil {
			return orUnsupported(err, c)
		}
		line, key, err := messageAt(tx, conv, c.node)
		switch {
		case err != nil:
			return err
		case line == nil:
			return errUnsupported(c.method, c.node)
		case seqOf(key) < t.from:
			return errTooOld
		}
		about = t.message(line, fields)
		return nil
	})
	return about, err
}

// about is what was asked of a conversation.
func (t *thread) about(fields []graphField) (map[string]any, error) {
	out := map[string]any{"id": threadID(t.conv)}
	for _, f := range fields {
		switch f.name {
		case "updated_time":
			out[f.name] = graphStamp(t.row.Last)
		case "participants", "senders":
			out[f.name] = listed[party]{Data: []party{t.contact(), t.itself()}}
		case "snippet":
			if line := t.newest(); line != nil {
				out[f.name] = line.Text
			}
		case "can_reply", "is_subscribed":
			out[f.name] = true
		case "is_owner":
			owner := t.row.owner(t.s.now())
			out[f.name] = owner != "" && owner == t.c.app.id
		case "message_count":
			out[f.name] = t.count()
		case "unread_count":
			n, err := t.unread()
			if err != nil {
				return nil, err
			}
			out[f.name] = n
		case "messages":
			sub, err := asked(f.sub, "Message", messageFields, "id", "created_time")
			if err != nil {
				return nil, err
			}
			q, err := readPage(func(name string) string { return f.args[name] })
			if err != nil {
				return nil, err
			}
			if out[f.name], err = t.messages(sub, f.text, f.args["limit"], q); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// messages are a part of a conversation, newest first. Of those that can no longer be read only id and time are told.
func (t *thread) messages(fields []graphField, text, limit string, q pageQuery) (paged, error) {
	answer := paged{Data: []map[string]any{}}
	list, older, newer := rowsOf(t.tx.Bucket(bucketMessages).Cursor(), t.conv[:], q)
	for _, r := range list {
		line, err := readMessage(r.value)
		if err != nil {
			return answer, err
		}
		told := fields
		if seqOf(r.key) < t.from {
			told = slices.DeleteFunc(slices.Clone(fields), func(f graphField) bool { return f.name != "created_time" })
		}
		answer.Data = append(answer.Data, t.message(line, told))
	}
	answer.Paging = t.s.pagingOf(t.c.version+"/"+threadID(t.conv)+"/messages",
		url.Values{"fields": {text}, "limit": {limit}}, t.conv[:], list, older, newer)
	return answer, nil
}

func (t *thread) newest() *messageRow {
	list, _, _ := rowsOf(t.tx.Bucket(bucketMessages).Cursor(), t.conv[:], pageQuery{limit: 1})
	if len(list) == 0 {
		return nil
	}
	line, err := readMessage(list[0].value)
	if err != nil {
		return nil
	}
	return line
}

func (t *thread) count() int {
	n := 0
	cur := t.tx.Bucket(bucketMessages).Cursor()
	for key, _ := cur.Seek(t.conv[:]); bytes.HasPrefix(key, t.conv[:]); key, _ = cur.Next() {
		n++
	}
	return n
}

// unread counts what the contact said since the page has seen or answered.
func (t *thread) unread() (int, error) {
	n := 0
	cur := t.tx.Bucket(bucketMessages).Cursor()
	for key, raw := seekLast(cur, t.conv); inConversation(key, t.conv); key, raw = cur.Prev() {
		line, err := readMessage(raw)
		if err != nil {
			return 0, err
		}
		if line.FromPage || line.At <= t.row.PageSeen {
			break
		}
		n++
	}
	return n, nil
}
