package bolt

import (
	"bytes"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// edits collects the changes of a bucket and makes them in the order of its keys. bbolt splits pages only when a
// transaction ends: what one transaction puts in the middle of others is moved about each time, what comes in order is
// appended. No key may be changed twice.
type edits struct {
	bucket *bolt.Bucket
	list   []edit
}

type edit struct {
	key, value []byte
	deleted    bool
}

func (e *edits) put(key, value []byte) { e.list = append(e.list, edit{key: key, value: value}) }

func (e *edits) delete(key []byte) { e.list = append(e.list, edit{key: key, deleted: true}) }

// move replaces a key without a value by another; nil stands for none.
func (e *edits) move(from, to []byte) {
	if bytes.Equal(from, to) {
		return
	}
	if from != nil {
		e.delete(from)
	}
	if to != nil {
		e.put(to, nil)
	}
}

func (e *edits) flush() error {
	slices.SortFunc(e.list, func(a, b edit) int { return bytes.Compare(a.key, b.key) })
	for _, c := range e.list {
		var err error
		if c.deleted {
			err = e.bucket.Delete(c.key)
		} else {
			err = e.bucket.Put(c.key, c.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
