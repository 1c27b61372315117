// Package logfile is the file that log lines go to: written line by line, by every process of a data folder, and
// bounded in size.
package logfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// PreviousSuffix is what the name of the file before this one ends in.
const PreviousSuffix = ".1"

const (
	fileMode   = 0o600
	folderMode = 0o700
)

// File is a log file. Each Write is one line or several whole ones. Use it from any number of goroutines, and open the
// same path in any number of processes: a file that another process, or logrotate, has moved away is opened anew.
type File struct {
	path  string
	limit int64

	mu   sync.Mutex
	file *os.File // nil once closed
}

// Open opens or creates the file, and its folder if need be, for their owner alone. When a line would make the file
// larger than limit bytes, the file becomes the previous one, whose own predecessor is thrown away; 0 means that it
// grows until somebody else moves or cuts it.
func Open(path string, limit int64) (*File, error) {
	if err := os.MkdirAll(filepath.Dir(path), folderMode); err != nil {
		return nil, fmt.Errorf("make the folder of the log file: %w", err)
	}
	f := &File{path: path, limit: limit}
	if err := f.open(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) open() (err error) {
	f.file, err = os.OpenFile(f.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, fileMode)
	return err
}

// Write appends p. A file that can't be bounded is written to all the same: lines matter more than their number.
func (f *File) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return 0, os.ErrClosed
	}
	f.follow()
	if f.limit > 0 && f.size()+int64(len(p)) > f.limit && f.size() > 0 {
		f.rotate()
	}
	return f.file.Write(p)
}

// Close closes the file. Closing twice does nothing.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

// follow opens the path anew when another file, or none, lies there.
func (f *File) follow() {
	there, err := os.Stat(f.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return
	}
	if err == nil {
		ours, failed := f.file.Stat()
		if failed != nil || os.SameFile(there, ours) {
			return
		}
	}
	f.reopen()
}

// reopen changes to the file that lies at the path now, and keeps the one there is when that fails.
func (f *File) reopen() {
	old := f.file
	if err := f.open(); err != nil {
		f.file = old
		return
	}
	old.Close()
}

func (f *File) size() int64 {
	info, err := f.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// rotate makes the file the previous one. Of several processes that come here at once, the first does it: the others
// wait for its lock on the file and then find another one at the path.
func (f *File) rotate() {
	unlock, err := lock(f.file)
	if err != nil {
		return
	}
	ours, err := f.file.Stat()
	there, missing := os.Stat(f.path)
	if err == nil && missing == nil && os.SameFile(ours, there) {
		err = os.Rename(f.path, f.path+PreviousSuffix)
	}
	unlock()
	if err == nil {
		f.reopen()
	}
}
