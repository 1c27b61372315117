package bolt

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"frontdesk/internal/boltfile"
	"frontdesk/store"
)

const deskFormat = 1

var (
	draftsBucket = []byte("drafts")
	keysBucket   = []byte("keys")
)

// DeskDB keeps what neither happened nor follows from what happened: drafts, use counts, our own secrets and ids. It is one
// file, desk.db, and a replay never touches it.
type DeskDB struct {
	db       *boltfile.File
	creating sync.Mutex // one Key at a time makes a value
}

var (
	_ store.Drafts = (*DeskDB)(nil)
	_ store.Keys   = (*DeskDB)(nil)
)

// OpenDesk opens or creates the desk's file at path. It fails with store.ErrLocked while another process has the file,
// and with store.ErrNewer for one that this version can't read.
func OpenDesk(path string, o Options) (*DeskDB, error) {
	db, err := openFile(path, o)
	if err != nil {
		return nil, err
	}
	if err := prepare(db, deskFormat, draftsBucket, keysBucket, usesBucket); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return &DeskDB{db: db}, nil
}

// Close closes the file. Closing twice does nothing.
func (d *DeskDB) Close() error { return d.db.Close() }

// draft is the value of a row of drafts. Its key is a hash, so the row says itself whose it is.
type draft struct {
	Conversation store.ConversationID `json:"conversation"`
	Agent        string               `json:"agent"`
	Text         string               `json:"text"`
}

// short is what stands in keys for a text from outside, which may be longer than a key can be.
func short(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:16]
}

// draftKey puts the agent first: an agent's drafts stand together.
func draftKey(conv store.ConversationID, agent string) []byte {
	return append(short(agent), short(string(conv))...)
}

// Draft returns what the agent has typed and not sent in a conversation; empty when there is nothing.
func (d *DeskDB) Draft(ctx context.Context, conv store.ConversationID, agent string) (string, error) {
	var row draft
	err := d.view(ctx, func(tx *bolt.Tx) error {
		value := tx.Bucket(draftsBucket).Get(draftKey(conv, agent))
		if value == nil {
			return nil
		}
		if err := json.Unmarshal(value, &row); err != nil {
			return fmt.Errorf("the row is damaged: %w", err)
		}
		if row.Conversation != conv || row.Agent != agent {
			row.Text = ""
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("load the draft for %s: %w", conv, err)
	}
	return row.Text, nil
}

// SaveDraft keeps text as the agent's draft; empty text forgets the draft.
func (d *DeskDB) SaveDraft(ctx context.Context, conv store.ConversationID, agent, text string) error {
	key := draftKey(conv, agent)
	value, err := json.Marshal(draft{Conversation: conv, Agent: agent, Text: text})
	if err != nil {
		return fmt.Errorf("save the draft for %s: %w", conv, err)
	}
	err = d.update(ctx, func(tx *bolt.Tx) error {
		if text == "" {
			return tx.Bucket(draftsBucket).Delete(key)
		}
		return tx.Bucket(draftsBucket).Put(key, value)
	})
	if err != nil {
		return fmt.Errorf("save the draft for %s: %w", conv, err)
	}
	return nil
}

// Drafted returns the conversations in which the agent has a draft, in no order.
func (d *DeskDB) Drafted(ctx context.Context, agent string) ([]store.ConversationID, error) {
	var ids []store.ConversationID
	err := d.view(ctx, func(tx *bolt.Tx) error {
		prefix := short(agent)
		c := tx.Bucket(draftsBucket).Cursor()
		for key, value := c.Seek(prefix); len(key) >= len(prefix) && string(key[:len(prefix)]) == string(prefix); key, value = c.Next() {
			var row draft
			if err := json.Unmarshal(value, &row); err != nil {
				return fmt.Errorf("a row is damaged: %w", err)
			}
			if row.Agent == agent {
				ids = append(ids, row.Conversation)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	return ids, nil
}

// Key returns the value kept under name; if there is none it keeps and returns what create makes. Of several callers
// at once one creates, and all get the same value. When create fails nothing is kept.
func (d *DeskDB) Key(ctx context.Context, name string, create func() (string, error)) (string, error) {
	d.creating.Lock()
	defer d.creating.Unlock()
	var value string
	found := false
	err := d.view(ctx, func(tx *bolt.Tx) error {
		v := tx.Bucket(keysBucket).Get([]byte(name))
		value, found = string(v), v != nil
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("load %s: %w", name, err)
	}
	if found {
		return value, nil
	}
	// Outside of any transaction: create is not ours and may take its time.
	if value, err = create(); err != nil {
		return "", fmt.Errorf("create %s: %w", name, err)
	}
	err = d.update(ctx, func(tx *bolt.Tx) error { return tx.Bucket(keysBucket).Put([]byte(name), []byte(value)) })
	if err != nil {
		return "", fmt.Errorf("keep %s: %w", name, err)
	}
	return value, nil
}

func (d *DeskDB) view(ctx context.Context, f func(*bolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return closedError(d.db.View(f))
}

func (d *DeskDB) update(ctx context.Context, f func(*bolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return closedError(d.db.Update(f))
}

// closedError puts bbolt's word for a closed file into the store's.
func closedError(err error) error {
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	return err
}
