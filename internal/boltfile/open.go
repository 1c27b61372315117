package boltfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const fileMode = 0o600

var (
	// ErrLocked says that another process, or another part of this one, has the file open.
	ErrLocked = errors.New("another frontdesk has this file open")
	// ErrDamaged says that a file, or a page of it, is not what was written.
	ErrDamaged = errors.New("the file is damaged or none of frontdesk's")
)

// Options say how a file is opened.
type Options struct {
	// Wait is how long to wait for another process to let go of the file; 0 asks once.
	Wait time.Duration
	// MaxSize is a size in bytes beyond which the file does not grow; 0 is no bound.
	MaxSize int
}

// Open opens the file at path, or makes an empty one of mode 0600. When it returns, the file's name survives a loss of
// power. It fails with ErrLocked and with ErrDamaged; what is damaged is not touched.
func Open(path string, o Options) (*File, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(path); err != nil {
			return nil, fmt.Errorf("make %s: %w%s", path, err, advice(err))
		}
	case err != nil:
		return nil, fmt.Errorf("open %s: %w%s", path, err, advice(err))
	case info.Size() == 0: // bbolt would make it a new file
		return nil, fmt.Errorf("open %s: %w: it is empty", path, ErrDamaged)
	}
	f, err := openWhole(path, o)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w%s", path, err, advice(err))
	}
	if err := tidy(path); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), f.Close())
	}
	return f, nil
}

// advice is what to do about an error of the system, as the end of a sentence.
func advice(err error) string {
	switch {
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return "; frontdesk must be able to write there: give it the right to, or choose another data folder (FRONTDESK_DATA)"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "; make room on the disk, or choose another data folder (FRONTDESK_DATA)"
	default:
		return ""
	}
}

// newSuffix ends the name of a file that is being made, before what makes it unique.
const newSuffix = ".new-"

// create makes an empty file beside path and gives it its name when it is whole and on the disk. It is no error when
// another process was faster.
func create(path string) error {
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+newSuffix)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }() // what stays is tidied when the file is opened
	if err := draft.Close(); err != nil {
		return err
	}
	db, err := bolt.Open(draft.Name(), fileMode, nil)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	err = os.Link(draft.Name(), path) // unlike a rename it never replaces what another process made meanwhile
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, fs.ErrNotExist): // another process has tidied the draft away, and so made the file
		_, err := os.Stat(path)
		return err
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.EPERM):
		return nil // a file system without links: bbolt makes the file in its place
	default:
		return err
	}
}

// tidy takes away drafts that a crash left, and makes the names in the file's folder survive a loss of power. The file
// is locked: whoever is making a draft now is about to find it.
func tidy(path string) error {
	drafts, err := filepath.Glob(filepath.Join(filepath.Dir(path), filepath.Base(path)+newSuffix+"*"))
	if err != nil {
		return err // the folder's name is no pattern; bbolt's would have failed before
	}
	for _, name := range drafts {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return SyncFolder(filepath.Dir(path))
}

// SyncFolder makes the names in a folder survive a loss of power: syncing a new file alone does not.
func SyncFolder(dir string) error {
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

// openWhole opens a bbolt file and makes sure that none of its end is missing: a file that was cut off opens like a
// good one, and reading what is gone would end the process.
func openWhole(path string, o Options) (*File, error) {
	f := &File{}
	err := f.guarded(func() (err error) {
		f.DB, err = bolt.Open(path, fileMode, &bolt.Options{
			Timeout:      max(o.Wait, time.Nanosecond), // bbolt takes 0 for ever; one nanosecond is one try
			FreelistType: bolt.FreelistMapType,
			MaxSize:      o.MaxSize,
		})
		return err
	})
	if err != nil {
		return nil, opening(err)
	}
	var needed int64
	err = f.View(func(tx *bolt.Tx) error {
		needed = tx.Size()
		return nil
	})
	info, statErr := os.Stat(path)
	err = errors.Join(err, statErr)
	if err == nil && info.Size() < needed {
		err = fmt.Errorf("%w: %d of its %d bytes are there", ErrDamaged, info.Size(), needed)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// opening puts bbolt's errors into ours. What is no error of the system is one of the file.
func opening(err error) error {
	var (
		ofPath *fs.PathError
		ofCall syscall.Errno
	)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return ErrLocked
	case errors.As(err, &ofPath), errors.As(err, &ofCall), errors.Is(err, ErrDamaged):
		return err
	default:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
}
