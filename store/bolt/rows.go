package bolt

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

// errSameHash says that two texts share 128 bits of SHA-256. It stops rather than mixing up what belongs to them.
var errSameHash = errors.New("two different texts have the same hash")

var errEnded = errors.New("rows were used after their Apply had ended")

// rows is store.Rows: one Apply. Headers and counters are kept in memory until the end and written once each, in the
// order of the file, however many events a conversation had in the batch. Messages, keys and touches are written at
// once.
type rows struct {
	tx     *bolt.Tx
	rows   *bolt.Bucket
	sets   *bolt.Bucket
	convs  map[hash]*headerEntry
	lines  map[hash]store.ConversationID // conversations that got a message
	unkept uint64                        // events of unknown kinds
	named  uint64                        // kinds of them that were new
	ended  bool
	moved  []actMove // what was flushed to the index of activity
}

var _ store.Rows = (*rows)(nil)

func newRows(tx *bolt.Tx) *rows {
	return &rows{
		tx: tx, rows: tx.Bucket(rowBucket), sets: tx.Bucket(setBucket),
		convs: map[hash]*headerEntry{}, lines: map[hash]store.ConversationID{},
	}
}

func (r *rows) end() { r.ended = true }

// ready is asked first by every method.
func (r *rows) ready(conv store.ConversationID) (hash, error) {
	if r.ended {
		return hash{}, errEnded
	}
	if conv == "" {
		return hash{}, errors.New("a row needs the id of its conversation")
	}
	return hashOf(conv), nil
}

// Key finds the message that a key stands for.
func (r *rows) Key(conv store.ConversationID, key string) (store.KeyRow, bool, error) {
	h, err := r.ready(conv)
	if err != nil {
		return store.KeyRow{}, false, err
	}
	k, ok, err := r.key(h, key)
	return k.row, ok, err
}

func (r *rows) key(conv hash, key string) (keyRecord, bool, error) {
	row := r.rows.Get(textKey(conv, keyRow, hashOf(key)))
	if row == nil {
		return keyRecord{}, false, nil
	}
	k, err := decodeKey(row)
	if err != nil {
		return keyRecord{}, false, fmt.Errorf("read a key: %w", err)
	}
	if k.key != key {
		return keyRecord{}, false, fmt.Errorf("read a key: %w", errSameHash)
	}
	return k, true, nil
}

// PutKey ties a key to its message.
func (r *rows) PutKey(conv store.ConversationID, key string, row store.KeyRow) error {
	h, err := r.ready(conv)
	if err != nil {
		return err
	}
	if _, _, err := r.key(h, key); err != nil {
		return err
	}
	return r.rows.Put(textKey(h, keyRow, hashOf(key)), encodeKey(keyRecord{key: key, row: row}))
}

// Message returns the message at a place, with its state as it was put.
func (r *rows) Message(conv store.ConversationID, at store.Place) (store.Message, bool, error) {
	h, err := r.ready(conv)
	if err != nil {
		return store.Message{}, false, err
	}
	return messageAt(r.rows, conv, h, at)
}

func messageAt(b *bolt.Bucket, conv store.ConversationID, h hash, at store.Place) (store.Message, bool, error) {
	row := b.Get(messageKey(h, at))
	if row == nil {
		return store.Message{}, false, nil
	}
	m, err := decodeMessage(conv, row)
	if err != nil {
		return store.Message{}, false, fmt.Errorf("read a message: %w", err)
	}
	if m.ID != at.ID {
		return store.Message{}, false, fmt.Errorf("read a message: %w", errSameHash)
	}
	return m, true, nil
}

// PutMessage keeps a message at its place. The same id at another place moves.
func (r *rows) PutMessage(m store.Message) error {
	h, err := r.ready(m.Conversation)
	if err != nil {
		return err
	}
	if m.ID == "" {
		return errors.New("a message needs an id")
	}
	id := hashOf(m.ID)
	finder := textKey(h, idRow, id)
	if was := r.rows.Get(finder); was != nil {
		if err := r.replace(m, was); err != nil {
			return err
		}
	}
	if err := r.rows.Put(placeKey(h, messageRow, m.At, id), encodeMessage(m)); err != nil {
		return err
	}
	if err := r.rows.Put(finder, appendTime(nil, m.At)); err != nil {
		return err
	}
	r.lines[h] = m.Conversation
	if !unsettled(m) {
		return nil
	}
	return r.sets.Put(outboxKey(h, m.At, id), []byte{outboxClass(m.State)})
}

// replace takes away the message that has the id of m, or as much of it as putting m leaves behind.
func (r *rows) replace(m store.Message, finder []byte) error {
	at, err := parseFinder(finder)
	if err != nil {
		return err
	}
	old, ok, err := r.Message(m.Conversation, store.Place{At: at, ID: m.ID})
	if err != nil || !ok {
		return err
	}
	if at != m.At {
		return r.DeleteMessage(m.Conversation, old.Place())
	}
	if !unsettled(old) {
		return nil
	}
	return r.sets.Delete(outboxKey(hashOf(m.Conversation), at, hashOf(m.ID)))
}

// DeleteMessage forgets the message at a place, if there is one.
func (r *rows) DeleteMessage(conv store.ConversationID, at store.Place) error {
	h, err := r.ready(conv)
	if err != nil {
		return err
	}
	if _, ok, err := messageAt(r.rows, conv, h, at); !ok || err != nil {
		return err
	}
	id := hashOf(at.ID)
	if err := r.rows.Delete(placeKey(h, messageRow, at.At, id)); err != nil {
		return err
	}
	if err := r.rows.Delete(textKey(h, idRow, id)); err != nil {
		return err
	}
	return r.sets.Delete(outboxKey(h, at.At, id))
}

// Messages returns up to n messages after a place, oldest first, or before it, newest first.
func (r *rows) Messages(conv store.ConversationID, from store.Place, newer bool, n int) ([]store.Message, error) {
	h, err := r.ready(conv)
	if err != nil {
		return nil, err
	}
	return messagesFrom(r.rows, conv, h, from, newer, n)
}

func messagesFrom(b *bolt.Bucket, conv store.ConversationID, h hash, from store.Place, newer bool, n int) ([]store.Message, error) {
	var start []byte
	if from != (store.Place{}) {
		start = messageKey(h, from)
	}
	var list []store.Message
	err := walk(b, rowPrefix(h, messageRow), start, newer, func(_, row []byte) (bool, error) {
		if len(list) >= n {
			return false, nil
		}
		m, err := decodeMessage(conv, row)
		if err != nil {
			return false, fmt.Errorf("read a message: %w", err)
		}
		list = append(list, m)
		return len(list) < n, nil
	})
	return list, err
}

// PutTouch keeps a touch. One of the same time and id is replaced.
func (r *rows) PutTouch(conv store.ConversationID, t store.Touch) error {
	h, err := r.ready(conv)
	if err != nil {
		return err
	}
	return r.rows.Put(touchKey(h, t), encodeTouch(t))
}

// DeleteTouch forgets a touch, if there is one of that time and id.
func (r *rows) DeleteTouch(conv store.ConversationID, at store.Millis, id store.MessageID) error {
	h, err := r.ready(conv)
	if err != nil {
		return err
	}
	return r.rows.Delete(placeKey(h, touchRow, at, hashOf(id)))
}

// TouchesBefore returns up to n touches at or before a time (0: all), newest first.
func (r *rows) TouchesBefore(conv store.ConversationID, at store.Millis, n int) ([]store.Touch, error) {
	h, err := r.ready(conv)
	if err != nil {
		return nil, err
	}
	return touchesBefore(r.rows, h, at, n)
}

func touchesBefore(b *bolt.Bucket, conv hash, at store.Millis, n int) ([]store.Touch, error) {
	var start []byte
	if at != 0 {
		start = after(appendTime(rowPrefix(conv, touchRow), at))
	}
	var list []store.Touch
	err := walk(b, rowPrefix(conv, touchRow), start, false, func(_, row []byte) (bool, error) {
		if len(list) >= n {
			return false, nil
		}
		t, err := decodeTouch(row)
		if err != nil {
			return false, fmt.Errorf("read a touch: %w", err)
		}
		list = append(list, t)
		return len(list) < n, nil
	})
	return list, err
}

// TakeKeys forgets up to n keys of a conversation and returns them, by their hashes.
func (r *rows) TakeKeys(conv store.ConversationID, n int) ([]store.TakenKey, error) {
	h, err := r.ready(conv)
	if err != nil {
		return nil, err
	}
	var list []store.TakenKey
	err = walk(r.rows, rowPrefix(h, keyRow), nil, true, func(_, row []byte) (bool, error) {
		if len(list) >= n {
			return false, nil
		}
		k, err := decodeKey(row)
		if err != nil {
			return false, fmt.Errorf("read a key: %w", err)
		}
		list = append(list, store.TakenKey{Key: k.key, Row: k.row})
		return true, nil
	})
	for _, k := range list {
		if err == nil {
			err = r.rows.Delete(textKey(h, keyRow, hashOf(k.Key)))
		}
	}
	return list, err
}

// Unsettled returns a conversation's replies that belong to the outbox, oldest first.
func (r *rows) Unsettled(conv store.ConversationID) ([]store.Message, error) {
	h, err := r.ready(conv)
	if err != nil {
		return nil, err
	}
	var list []store.Message
	err = walk(r.sets, outboxPrefix(h), nil, true, func(k, _ []byte) (bool, error) {
		if len(k) != outboxLen {
			return false, errDamaged
		}
		m, err := decodeMessage(conv, r.rows.Get(append(rowPrefix(h, messageRow), k[17:]...)))
		if err != nil {
			return false, fmt.Errorf("read a reply: %w", err)
		}
		list = append(list, m)
		return true, nil
	})
	return list, err
}

// walk calls fn for the rows with a prefix that stand strictly beyond start, upwards or downwards, until fn says no. A
// nil start is before the first, or behind the last.
func walk(b *bolt.Bucket, prefix, start []byte, up bool, fn func(key, row []byte) (bool, error)) error {
	c := b.Cursor()
	var k, v []byte
	switch {
	case up && start == nil:
		k, v = c.Seek(prefix)
	case up:
		if k, v = c.Seek(start); bytes.Equal(k, start) {
			k, v = c.Next()
		}
	default:
		if start == nil {
			start = after(prefix)
		}
		if start != nil {
			k, _ = c.Seek(start)
		}
		if k == nil { // every key stands before start
			k, v = c.Last()
		} else {
			k, v = c.Prev()
		}
	}
	for k != nil && bytes.HasPrefix(k, prefix) {
		more, err := fn(k, v)
		if err != nil || !more {
			return err
		}
		if up {
			k, v = c.Next()
		} else {
			k, v = c.Prev()
		}
	}
	return nil
}
