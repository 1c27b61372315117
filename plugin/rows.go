package plugin

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/internal/boltfile"
	"frontdesk/messenger"
)

// The buckets of plugin.db. No text from outside is a key: ids and tokens enter by their SHA-256.
var (
	bucketAbout    = []byte("about")    // layout → version
	bucketContacts = []byte("contacts") // convKey → contactRow
	bucketTokens   = []byte("tokens")   // SHA-256 of a visitor's token → convKey, and until when in ms if it ends
	bucketMessages = []byte("messages") // convKey, seq → messageRow
	bucketMIDs     = []byte("mids")     // convKey, hash of the mid or of the device's key → seq: either is found beside its own contact alone
	bucketQueue    = []byte("queue")    // queueKey, convKey, seq → queueRow
)

const layout = "1"

// openTimeout is how long Open waits for another process to let go of the file.
const openTimeout = 5 * time.Second

// convKey names a conversation, one contact on one page.
type convKey [16]byte

func conversationKey(page, contact string) convKey { return convKey(hash16(page, contact)) }

// hash16 is the first half of the SHA-256 over the parts, which cannot run into each other.
func hash16(parts ...string) [16]byte {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return [16]byte(h.Sum(nil)[:16])
}

func tokenKey(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func messageKey(conv convKey, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(conv[:len(conv):len(conv)], seq)
}

func midKey(conv convKey, mid string) []byte {
	h := hash16(mid)
	return append(conv[:len(conv):len(conv)], h[:]...)
}

// ownKey is where a message is found by what the contact's device calls it. A mid is hashed by itself: they never meet.
func ownKey(conv convKey, key string) []byte {
	h := hash16("key", key)
	return append(conv[:len(conv):len(conv)], h[:]...)
}

// contactRow is a contact as it is stored. Times are ms since 1970.
type contactRow struct {
	Page      string  `json:"page"`
	ID        string  `json:"id"`
	Profile   Profile `json:"profile"`
	Created   int64   `json:"created"`
	Started   bool    `json:"started,omitempty"`   // there is a conversation: the next arrival is a return
	Clock     int64   `json:"clock,omitempty"`     // the last time given to an event; the next is later
	Sent      int64   `json:"sent,omitempty"`      // time of the page's last message
	Delivered int64   `json:"delivered,omitempty"` // page's messages up to here have arrived at the contact
	Seen      int64   `json:"seen,omitempty"`      // … have been read by the contact
	PageSeen  int64   `json:"page_seen,omitempty"` // the contact's messages up to here have been read by the page

	Last int64 `json:"last,omitempty"` // time of the last message of either side

	Owner     string     `json:"owner,omitempty"`      // the app that controls the conversation, until that lapses
	Held      int64      `json:"held,omitempty"`       // when it came to control it
	Until     int64      `json:"until,omitempty"`      // how long it keeps control at least
	Heard     int64      `json:"heard,omitempty"`      // time of the contact's last message
	Reacted   []Reaction `json:"reacted,omitempty"`    // the page's latest changes of reactions, oldest first
	FileBytes int64      `json:"file_bytes,omitempty"` // of all files that the contact sent

	Customer string     `json:"customer,omitempty"` // what the website calls the visitor it has vouched for
	Age      int        `json:"age,omitempty"`      // in years, as the website has vouched for; 0: it has not
	Tokens   [][]byte   `json:"tokens,omitempty"`   // SHA-256 of the tokens that came by the website's word, oldest first
	Blocked  int64      `json:"blocked,omitempty"`  // since when the page takes no words; 0: it takes them
	Trail    []visitRow `json:"trail,omitempty"`    // the latest pages, oldest first
	Language string     `json:"language,omitempty"` // of the contact's device
}

// stamp gives the next event of this contact its time. No two events of a conversation share one, so that a receiver
// that sorts by time keeps their order.
func (r *contactRow) stamp(now time.Time) int64 {
	r.Clock = max(now.UnixMilli(), r.Clock+1)
	return r.Clock
}

// messageRow is one line of a conversation as it is stored.
type messageRow struct {
	MID          string                 `json:"mid"`
	FromPage     bool                   `json:"from_page,omitempty"`
	At           int64                  `json:"at"`
	Text         string                 `json:"text,omitempty"`
	QuickReplies []messenger.QuickReply `json:"quick_replies,omitempty"`
	Buttons      []messenger.Button     `json:"buttons,omitempty"`
	Cards        []messenger.Element    `json:"cards,omitempty"`
	Square       bool                   `json:"square,omitempty"` // how the cards' pictures are shown
	Files        []attached             `json:"files,omitempty"`
	ReplyTo      string                 `json:"reply_to,omitempty"` // the mid it quotes
	Reaction     string                 `json:"reaction,omitempty"` // what the page put on it
	Key          string                 `json:"key,omitempty"`      // what the contact's device calls it
}

// openFile opens plugin.db, or says in a sentence why it cannot.
func openFile(path string) (*boltfile.File, error) {
	db, err := boltfile.Open(path, boltfile.Options{Wait: openTimeout})
	switch {
	case errors.Is(err, boltfile.ErrLocked):
		return nil, fmt.Errorf("open %s: another frontdesk has this file open; close it or choose another data folder", path)
	case errors.Is(err, boltfile.ErrDamaged):
		return nil, fmt.Errorf("%w; restore it from a backup", err)
	case err != nil:
		return nil, err
	}
	if err := prepare(db); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, nil
}

// buckets are those of a whole file.
var buckets = [][]byte{
	bucketAbout, bucketContacts, bucketTokens, bucketMessages, bucketMIDs, bucketQueue, bucketFiles, bucketAttachments, bucketProfiles,
	bucketRecent, bucketPlaces, bucketCustomers, bucketCallbacks, bucketInstalls, bucketLooks,
}

// prepare makes the buckets of a new file, and refuses one of another layout or another program. A file that has them is
// not written: syncing the disk is most of what opening costs.
func prepare(db *boltfile.File) error {
	whole := false
	if err := db.View(func(tx *bolt.Tx) error {
		whole = isWhole(tx)
		return nil
	}); err != nil || whole {
		return err
	}
	return db.Update(func(tx *bolt.Tx) error {
		if first, _ := tx.Cursor().First(); first != nil && tx.Bucket(bucketAbout) == nil {
			return fmt.Errorf("%w: it holds other things than it should; restore it from a backup", boltfile.ErrDamaged)
		}
		listed := tx.Bucket(bucketRecent) != nil && tx.Bucket(bucketPlaces) != nil
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		about := tx.Bucket(bucketAbout)
		if v := about.Get([]byte("layout")); v != nil && string(v) != layout {
			return fmt.Errorf("its layout is %q and this frontdesk reads %q; use the program it was written with", v, layout)
		}
		if !listed {
			if err := fillThreads(tx); err != nil {
				return err
			}
		}
		if err := makeTokenKey(tx); err != nil {
			return err
		}
		return about.Put([]byte("layout"), []byte(layout))
	})
}

// isWhole reports whether a file needs nothing to be made in it.
func isWhole(tx *bolt.Tx) bool {
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return false
		}
	}
	about := tx.Bucket(bucketAbout)
	return string(about.Get([]byte("layout"))) == layout && about.Get(aboutTokenKey) != nil
}

func getContact(tx *bolt.Tx, page, id string) (*contactRow, error) {
	key := conversationKey(page, id)
	row, err := getContactByKey(tx, key)
	if err == nil && (row.Page != page || row.ID != id) {
		return nil, ErrUnknownContact
	}
	return row, err
}

func getContactByKey(tx *bolt.Tx, key convKey) (*contactRow, error) {
	raw := tx.Bucket(bucketContacts).Get(key[:])
	if raw == nil {
		return nil, ErrUnknownContact
	}
	row := new(contactRow)
	if err := json.Unmarshal(raw, row); err != nil {
		return nil, fmt.Errorf("read a contact from plugin.db: %w", err)
	}
	return row, nil
}

func putContact(tx *bolt.Tx, row *contactRow) error {
	raw, err := json.Marshal(row)
	if err != nil {
		return err
	}
	key := conversationKey(row.Page, row.ID)
	return tx.Bucket(bucketContacts).Put(key[:], raw)
}

// addMessage appends a line to a conversation and returns its place.
func addMessage(tx *bolt.Tx, conv convKey, row *messageRow) (uint64, error) {
	raw, err := json.Marshal(row)
	if err != nil {
		return 0, err
	}
	messages := tx.Bucket(bucketMessages)
	seq, err := messages.NextSequence()
	if err != nil {
		return 0, err
	}
	if err := messages.Put(messageKey(conv, seq), raw); err != nil {
		return 0, err
	}
	if err := putPlace(tx, conv, row.MID); err != nil {
		return 0, err
	}
	place := binary.BigEndian.AppendUint64(nil, seq)
	if row.Key != "" {
		if err := tx.Bucket(bucketMIDs).Put(ownKey(conv, row.Key), place); err != nil {
			return 0, err
		}
	}
	return seq, tx.Bucket(bucketMIDs).Put(midKey(conv, row.MID), place)
}

// findMessage looks a mid up among this conversation's lines; nil means it is not one of them.
func findMessage(tx *bolt.Tx, conv convKey, mid string) (*messageRow, error) {
	row, _, err := messageAt(tx, conv, mid)
	return row, err
}

// messageAt is findMessage with the key of the line.
func messageAt(tx *bolt.Tx, conv convKey, mid string) (*messageRow, []byte, error) {
	seq := tx.Bucket(bucketMIDs).Get(midKey(conv, mid))
	if len(seq) != 8 {
		return nil, nil, nil
	}
	key := messageKey(conv, binary.BigEndian.Uint64(seq))
	row, err := readMessage(tx.Bucket(bucketMessages).Get(key))
	if err != nil || row.MID != mid {
		return nil, nil, err
	}
	return row, key, nil
}

// putMessage writes a line again.
func putMessage(tx *bolt.Tx, key []byte, row *messageRow) error {
	raw, err := json.Marshal(row)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketMessages).Put(key, raw)
}

func readMessage(raw []byte) (*messageRow, error) {
	row := new(messageRow)
	if err := json.Unmarshal(raw, row); err != nil {
		return nil, fmt.Errorf("read a message from plugin.db: %w", err)
	}
	return row, nil
}
