package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// Erased is what went with a contact, and what did not.
type Erased struct {
	Messages int
	Files    int
	Events   int // that no subscriber had taken yet; they are not delivered any more

	// Remains is a sentence on what this platform has no hand in.
	Remains string
}

const remains = "What subscribers were told before stays with them: frontdesk's own log.db and media folder keep this conversation, and so does" +
	" every other program that was subscribed. Backups keep what they hold, and plugin.db overwrites the places that became free as it goes on."

// Erase takes everything of one contact out of plugin.db and the folder of files: the person, tokens, words, files, what
// was on its way to subscribers. Lines that are open end. Files that the page keeps under an attachment_id are the page's.
func (s *Server) Erase(ctx context.Context, c Contact) (Erased, error) {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	var gone erasure
	if err := s.w.do(ctx, func(tx *bolt.Tx) (err error) {
		gone, err = eraseContact(tx, c)
		return err
	}); err != nil {
		return Erased{}, err
	}
	for _, row := range gone.files {
		s.shelf.count(row, -1)
		if err := os.Remove(filepath.Join(s.shelf.dir, row.Name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return Erased{}, unnamed(err)
		}
	}
	if len(gone.files) > 0 {
		if err := syncFolder(s.shelf.dir); err != nil {
			return Erased{}, err
		}
	}
	s.mu.Lock()
	delete(s.typing, c.key())
	s.mu.Unlock()
	s.board.cut(c.key())
	s.paces.forget(c.key())
	s.crowd.stopTyping(c)
	for _, sub := range s.subscribersOf(c.Page) {
		sub.drop(gone.events[sub.key])
	}
	out := Erased{Messages: gone.messages, Files: len(gone.files), Remains: remains}
	for _, n := range gone.events {
		out.Events += n
	}
	return out, nil
}

// erasure is what a transaction took out.
type erasure struct {
	messages int
	files    []fileRow
	events   map[queueKey]int
}

func eraseContact(tx *bolt.Tx, c Contact) (gone erasure, err error) {
	row, err := getContact(tx, c.Page, c.ID)
	if err != nil {
		return gone, err
	}
	conv := c.key()
	if gone.files, err = filesWith(tx, row); err != nil {
		return gone, err
	}
	for _, f := range gone.files {
		if err := tx.Bucket(bucketFiles).Delete(fileKey(f.Name)); err != nil {
			return gone, err
		}
	}
	if gone.messages, err = dropPrefix(tx.Bucket(bucketMessages), conv[:], nil); err != nil {
		return gone, err
	}
	if _, err = dropPrefix(tx.Bucket(bucketMIDs), conv[:], nil); err != nil {
		return gone, err
	}
	mine := func(_, value []byte) bool { return bytes.HasPrefix(value, conv[:]) }
	for _, name := range [][]byte{bucketTokens, bucketPlaces, bucketCustomers} {
		if _, err := dropPrefix(tx.Bucket(name), nil, mine); err != nil {
			return gone, err
		}
	}
	gone.events = map[queueKey]int{}
	if _, err := dropPrefix(tx.Bucket(bucketQueue), nil, func(key, _ []byte) bool {
		ours := len(key) > 32 && convKey(key[16:32]) == conv
		if ours {
			gone.events[queueKey(key[:16])]++
		}
		return ours
	}); err != nil {
		return gone, err
	}
	return gone, errors.Join(tx.Bucket(bucketRecent).Delete(recentKey(row)), tx.Bucket(bucketContacts).Delete(conv[:]))
}

// dropPrefix deletes the rows that begin with prefix and that which holds for; nil is all of them.
func dropPrefix(b *bolt.Bucket, prefix []byte, which func(key, value []byte) bool) (n int, err error) {
	var keys [][]byte
	cur := b.Cursor()
	for key, value := cur.Seek(prefix); key != nil && bytes.HasPrefix(key, prefix); key, value = cur.Next() {
		if which == nil || which(key, value) {
			keys = append(keys, bytes.Clone(key))
		}
	}
	for _, key := range keys {
		if err := b.Delete(key); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// filesWith are the files that go with a contact: those the contact sent, and those of the page's that were sent to nobody
// else, which are those without an attachment_id.
func filesWith(tx *bolt.Tx, contact *contactRow) ([]fileRow, error) {
	kept := map[string]bool{}
	if err := tx.Bucket(bucketAttachments).ForEach(func(_, raw []byte) error {
		var row attachmentRow
		err := json.Unmarshal(raw, &row)
		kept[row.File] = true
		return err
	}); err != nil {
		return nil, err
	}
	conv := conversationKey(contact.Page, contact.ID)
	named := map[string]bool{}
	cur := tx.Bucket(bucketMessages).Cursor()
	for key, raw := cur.Seek(conv[:]); bytes.HasPrefix(key, conv[:]); key, raw = cur.Next() {
		line, err := readMessage(raw)
		if err != nil {
			return nil, err
		}
		for _, f := range line.Files {
			named[f.File] = true
		}
	}
	all, err := allFiles(tx)
	var list []fileRow
	for _, f := range all {
		if f.Page == contact.Page && (f.Visitor == contact.ID || f.Visitor == "" && named[f.Name] && !kept[f.Name]) {
			list = append(list, f)
		}
	}
	return list, err
}

// drop notes that events are gone from the queue.
func (s *subscriber) drop(events int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queued -= events
}
