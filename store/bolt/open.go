package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"frontdesk/internal/boltfile"
	"frontdesk/store"
)

const folderMode = 0o700

// openFile opens or creates a file, or says with store.ErrLocked who else has it open.
func openFile(path string, o Options) (*boltfile.File, error) {
	f, err := boltfile.Open(path, boltfile.Options{Wait: o.Wait, MaxSize: o.maxFile})
	switch {
	case errors.Is(err, boltfile.ErrLocked):
		return nil, fmt.Errorf("open %s: %w%s", path, store.ErrLocked, holder(path))
	case errors.Is(err, boltfile.ErrDamaged):
		return nil, &restorable{err}
	}
	return f, err
}

// restorable is why a file can't be read, with what to do about one that holds what nothing else does.
type restorable struct{ cause error }

func (r *restorable) Error() string { return r.cause.Error() + "; restore it from a backup" }

func (r *restorable) Unwrap() error { return r.cause }

var (
	metaBucket = []byte("meta")
	formatKey  = []byte("format")
)

// prepare creates the buckets of a new file, and refuses one that a newer frontdesk or another program wrote. It writes
// only when there is something to write, so that opening costs no sync. The first bucket is one that every format has.
func prepare(db *boltfile.File, format uint32, buckets ...[]byte) error {
	complete := false
	err := db.View(func(tx *bolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		if first, _ := tx.Cursor().First(); first == nil {
			return nil
		}
		if meta == nil || tx.Bucket(buckets[0]) == nil {
			return &restorable{fmt.Errorf("%w: it holds other things than it should", boltfile.ErrDamaged)}
		}
		if v := meta.Get(formatKey); len(v) != 4 {
			return fmt.Errorf("the format's number has %d bytes instead of 4; the file is damaged, restore it from a backup", len(v))
		} else if found := binary.BigEndian.Uint32(v); found > format {
			return fmt.Errorf("%w: format %d, this one reads up to %d; update frontdesk", store.ErrNewer, found, format)
		}
		complete = true
		for _, name := range buckets {
			complete = complete && tx.Bucket(name) != nil
		}
		return nil
	})
	if err != nil || complete {
		return err
	}
	return db.Update(func(tx *bolt.Tx) error {
		for _, name := range append([][]byte{metaBucket}, buckets...) {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return tx.Bucket(metaBucket).Put(formatKey, binary.BigEndian.AppendUint32(nil, format))
	})
}
