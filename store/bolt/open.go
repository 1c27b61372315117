package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"frontdesk/store"
)

const (
	fileMode   = 0o600
	folderMode = 0o700
)

// openFile opens or creates a bbolt file of mode 0600, or says with store.ErrLocked who else has it open. It makes sure that
// the file's name survives a loss of power.
func openFile(path string, o Options) (*bolt.DB, error) {
	db, err := openWhole(path, &bolt.Options{
		// bbolt takes 0 for ever; one nanosecond is one try.
		Timeout:      max(o.Wait, time.Nanosecond),
		FreelistType: bolt.FreelistMapType,
		MaxSize:      o.maxFile,
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("open %s: %w%s", path, store.ErrLocked, holder(path))
	case unreadable(err):
		return nil, fmt.Errorf("open %s: the file is damaged or none of frontdesk's, restore it from a backup: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, nil
}

// errBroken says that a file's pages are not what its head says.
var errBroken = errors.New("a part of the file is missing or not what it was")

// openWhole opens a bbolt file and makes sure that none of its end is missing: a file that was cut off opens like a
// good one, and reading what is gone would end the process.
func openWhole(path string, o *bolt.Options) (db *bolt.DB, err error) {
	// bbolt panics over a list of free pages that makes no sense, and a page that is gone is a fault of the memory.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			db, err = nil, fmt.Errorf("%w: %v", errBroken, p)
		}
	}()
	if db, err = bolt.Open(path, fileMode, o); err != nil {
		return nil, err
	}
	var needed int64
	err = db.View(func(tx *bolt.Tx) error {
		needed = tx.Size()
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	info, err := os.Stat(path)
	if err == nil && info.Size() < needed {
		err = fmt.Errorf("%w: it has %d bytes of %d", errBroken, info.Size(), needed)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// whole runs a transaction. Over pages that make no sense bbolt panics, with a text: that is an error of the file.
// Other panics are mistakes of ours and stay what they are.
func whole(transaction func() error) (err error) {
	defer func() {
		p := recover()
		if text, ok := p.(string); ok {
			err = fmt.Errorf("%w: %s", errBroken, text)
		} else if p != nil {
			panic(p)
		}
	}()
	return transaction()
}

// unreadable reports whether err says that a file holds nothing bbolt can read.
func unreadable(err error) bool {
	return errors.Is(err, errBroken) || errors.Is(err, bolterrors.ErrInvalid) || errors.Is(err, bolterrors.ErrVersionMismatch) ||
		errors.Is(err, bolterrors.ErrChecksum)
}

// syncFolder makes the names in a folder survive a loss of power: syncing a new file alone does not.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}

var (
	metaBucket = []byte("meta")
	formatKey  = []byte("format")
)

// prepare creates the buckets of a new file and refuses one that a newer frontdesk wrote. It writes only when there is
// something to write, so that opening costs no sync.
func prepare(db *bolt.DB, format uint32, buckets ...[]byte) error {
	complete := false
	err := db.View(func(tx *bolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		if meta == nil {
			return nil
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
