package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"frontdesk/store"
)

// headSize is how much of a file is looked at to tell what it is.
const headSize = 512

// diskFull reports whether there was no room to write: of the disk, of a quota, or of what one file may have.
func diskFull(err error) bool {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) {
			return true
		}
	}
	return false
}

// errTooLarge is a file with more bytes than it may have.
var errTooLarge = errors.New("the file is too large")

// arrived is a file on the disk that is not kept yet.
type arrived struct {
	path string
	hash string
	size int64
	head []byte
}

// discard lets go of a file that is not to be kept.
func (a *arrived) discard() {
	if a != nil && a.path != "" {
		_ = os.Remove(a.path) // the next start clears it away too
	}
}

// source marks where bytes come from, so that its errors are told from those of our own disk.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// sourceError is a file that stopped coming in, by no fault of our own disk.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return "the file stopped coming in: " + e.err.Error() }

func (e *sourceError) Unwrap() error { return e.err }

// take writes what comes in to the disk, at most limit bytes of it.
func (f *Folder) take(from io.Reader, limit int64) (a *arrived, err error) {
	if err := f.makeDir(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	err = f.load() // clears away what is left of earlier files, so it must not come later
	f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(f.dir, newPrefix)
	if err != nil {
		return nil, fmt.Errorf("write into the folder of files: %w", err)
	}
	a = &arrived{path: temp.Name()}
	sum, head := sha256.New(), &beginning{}
	src := &source{Reader: from}
	a.size, err = io.Copy(io.MultiWriter(temp, sum, head), io.LimitReader(src, limit+1))
	switch {
	case src.err != nil:
		err = &sourceError{src.err}
	case err == nil && a.size > limit:
		err = errTooLarge
	case err == nil:
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		a.discard()
		return nil, err
	}
	a.hash, a.head = hex.EncodeToString(sum.Sum(nil)), head.bytes
	return a, nil
}

// beginning keeps the first bytes that are written to it.
type beginning struct{ bytes []byte }

func (b *beginning) Write(p []byte) (int, error) {
	if left := headSize - len(b.bytes); left > 0 {
		b.bytes = append(b.bytes, p[:min(left, len(p))]...)
	}
	return len(p), nil
}

// keep makes an arrived file one of the folder's, with what is known about it. It is durable when keep returns. Whatever
// it returns, the arrived file is used up.
func (f *Folder) keep(ctx context.Context, a *arrived, known about) (store.File, error) {
	defer a.discard()
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return store.File{}, err
	}
	e := f.files[a.hash]
	if e != nil {
		if _, err := os.Stat(filepath.Join(f.dir, e.name)); err != nil { // somebody tidied up
			if err := f.remove(a.hash); err != nil {
				return store.File{}, err
			}
			e = nil
		}
	}
	if e == nil {
		return f.add(ctx, a, known)
	}
	joined := e.join(known)
	if !joined.equal(e.about) {
		if err := f.note(a.hash, joined); err != nil {
			return store.File{}, err
		}
		e.about = joined
	}
	f.touch(e)
	return store.File{Hash: a.hash, Name: known.Name, Type: known.Type, Size: e.size}, nil
}

// add keeps a file that was not there.
func (f *Folder) add(ctx context.Context, a *arrived, known about) (store.File, error) {
	if err := f.makeRoom(ctx, a.size); err != nil {
		return store.File{}, err
	}
	e := &entry{about: known, name: a.hash + extension(known.Type), size: a.size, used: f.now()}
	path := filepath.Join(f.dir, e.name)
	if err := errors.Join(os.Chtimes(a.path, e.used, e.used), os.Rename(a.path, path)); err != nil {
		return store.File{}, fmt.Errorf("write into the folder of files: %w", err)
	}
	a.path = ""
	if err := f.note(a.hash, known); err != nil {
		return store.File{}, errors.Join(err, os.Remove(path))
	}
	f.files[a.hash] = e
	f.total += e.room()
	return store.File{Hash: a.hash, Name: known.Name, Type: known.Type, Size: a.size}, nil
}

// Open opens the bytes of a file to be sent; store.ErrNotFound when they are not kept.
func (f *Folder) Open(hash string) (*os.File, error) {
	k, err := f.Kept(hash)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(k.Path)
	if err != nil {
		return nil, fmt.Errorf("open a kept file: %w", err)
	}
	return file, nil
}

// syncDir makes the names in a folder survive a loss of power.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // folders cannot be opened there
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("make the folder of files durable: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
