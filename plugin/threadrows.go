package plugin

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/big"
	"strings"

	bolt "go.etcd.io/bbolt"
)

var (
	bucketRecent = []byte("recent") // hash of the page's id, time of the last message, convKey → nothing
	bucketPlaces = []byte("places") // hash of a mid → convKey
)

// recentKey is the place of a conversation among those of its page, by its last message.
func recentKey(row *contactRow) []byte {
	page, conv := hash16(row.Page), conversationKey(row.Page, row.ID)
	key := binary.BigEndian.AppendUint64(page[:], uint64(row.Last))
	return append(key, conv[:]...)
}

// moveRecent keeps the list of conversations in step with a contact's row.
func moveRecent(tx *bolt.Tx, row *contactRow, before int64) error {
	if row.Last == before {
		return nil
	}
	recent := tx.Bucket(bucketRecent)
	old := *row
	old.Last = before
	if before != 0 {
		if err := recent.Delete(recentKey(&old)); err != nil {
			return err
		}
	}
	return recent.Put(recentKey(row), nil)
}

// fillThreads makes the list of conversations and the places of messages, in a file of before there were any.
func fillThreads(tx *bolt.Tx) error {
	var rows []*contactRow
	if err := tx.Bucket(bucketContacts).ForEach(func(key, _ []byte) error {
		row, err := getContactByKey(tx, convKey(key))
		rows = append(rows, row)
		return err
	}); err != nil {
		return err
	}
	for _, row := range rows {
		conv := conversationKey(row.Page, row.ID)
		cur := tx.Bucket(bucketMessages).Cursor()
		for key, raw := cur.Seek(conv[:]); bytes.HasPrefix(key, conv[:]); key, raw = cur.Next() {
			line, err := readMessage(raw)
			if err != nil {
				return err
			}
			row.Last = line.At
			if err := putPlace(tx, conv, line.MID); err != nil {
				return err
			}
		}
		if row.Last == 0 {
			continue
		}
		if err := errors.Join(putContact(tx, row), moveRecent(tx, row, 0)); err != nil {
			return err
		}
	}
	return nil
}

func putPlace(tx *bolt.Tx, conv convKey, mid string) error {
	h := hash16(mid)
	return tx.Bucket(bucketPlaces).Put(h[:], conv[:])
}

// placeOf is the conversation that has a message.
func placeOf(tx *bolt.Tx, mid string) (convKey, bool) {
	h := hash16(mid)
	conv := tx.Bucket(bucketPlaces).Get(h[:])
	if len(conv) != len(convKey{}) {
		return convKey{}, false
	}
	return convKey(conv), true
}

// threadPrefix begins the id of a conversation (ref. 6.2); digits follow.
const threadPrefix = "t_"

// threadID is what the Graph calls a conversation.
func threadID(conv convKey) string { return threadPrefix + new(big.Int).SetBytes(conv[:]).String() }

// readThreadID finds the conversation of an id.
func readThreadID(id string) (conv convKey, ok bool) {
	digits, isThread := strings.CutPrefix(id, threadPrefix)
	n, isNumber := new(big.Int), false
	if isThread && isDigits(digits) && len(digits) < 40 {
		n, isNumber = n.SetString(digits, 10)
	}
	if !isNumber || n.BitLen() > 8*len(conv) {
		return conv, false
	}
	n.FillBytes(conv[:])
	return conv, true
}
