package canned

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"frontdesk/messenger"
)

// ErrExists says that there is a response of that shortcode, and that nothing was written.
var ErrExists = errors.New("there is a canned response of that shortcode already")

// Unfit says why a response was not saved: what Parse would say of its file.
type Unfit struct{ Faults []Fault }

// Error says all of it.
func (u *Unfit) Error() string {
	parts := make([]string, len(u.Faults))
	for i, f := range u.Faults {
		parts[i] = f.Error()
	}
	return strings.Join(parts, "; ")
}

// filesFolder is where copies of files go that a saved response brings along.
const filesFolder = "files"

// Save writes the file of a response, whole or not at all, and makes the folder where there is none. A response of that
// shortcode is written over only when replace says so; else nothing is written and the error is ErrExists. Files that do
// not lie in the folder are copied into it. What could not be sent is an *Unfit.
func (s *Shelf) Save(ctx context.Context, r Response, replace bool) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	r = r.Tidy()
	if err := checkSaved(r); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return fmt.Errorf("make the folder of canned responses: %w", err)
	}
	root, err := os.OpenRoot(s.folder)
	if err != nil {
		return fmt.Errorf("open the folder of canned responses: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	name, err := nameFor(root, r.Shortcode)
	if err != nil {
		return fmt.Errorf("save the canned response %s: %w", r.Shortcode, err)
	}
	if name != "" && !replace {
		return fmt.Errorf("save %s: %w", name, ErrExists)
	}
	if name == "" {
		name = r.Shortcode + suffix
	}
	for i := range r.Files {
		if r.Files[i].Source, err = takeIn(root, r.Files[i]); err != nil {
			return fmt.Errorf("save the canned response %s: %w", r.Shortcode, err)
		}
	}
	return write(root, name, Format(r), replace)
}

// checkSaved says what is wrong with a response that somebody wants to keep. What it says of a file's place is not asked:
// the file is copied.
func checkSaved(r Response) error {
	r.Files = slices.Clone(r.Files)
	for i, f := range r.Files {
		if f.URL() == "" {
			r.Files[i].Source = filesFolder + "/" + path.Base(filepath.ToSlash(f.Source))
		}
	}
	back, faults := Parse(r.Shortcode+suffix, Format(r))
	if len(faults) > 0 {
		for i := range faults { // the file is not there yet: its lines are nobody's
			faults[i].Line = 0
		}
		return &Unfit{Faults: faults}
	}
	back.Uses, r.Uses = 0, 0
	for i := range r.Files {
		r.Files[i].Path = ""
	}
	if !reflect.DeepEqual(back, r) {
		return &Unfit{Faults: []Fault{{File: r.Shortcode + suffix, Problem: "it can't be written as a file", Advice: "take out what is no plain text"}}}
	}
	return nil
}

// nameFor is the file that has a shortcode, in whatever case it is written; empty when there is none.
func nameFor(root *os.Root, shortcode string) (string, error) {
	names, err := textFiles(root)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if shortcodeOf(name) == shortcode {
			return name, nil
		}
	}
	return "", nil
}

// write puts a file in its place once all of it is on disk.
func write(root *os.Root, name string, data []byte, replace bool) (err error) {
	temporary := path.Join(path.Dir(name), ".new."+rand.Text()[:8])
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	defer func() {
		if gone := root.Remove(temporary); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	if err = place(root, temporary, name, replace); err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	return nil
}

// place gives a file that is whole its name. Unless it may replace another, it does so in one step with asking whether
// there is one; where the file system has no links, that takes two.
func place(root *os.Root, temporary, name string, replace bool) error {
	if !replace {
		err := root.Link(temporary, name)
		if errors.Is(err, fs.ErrExist) {
			return ErrExists
		}
		if err == nil {
			return nil
		}
		if _, err := root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return ErrExists
		}
	}
	return root.Rename(temporary, name)
}

// takeIn is the name of a file from the folder, after copying it there where it lies elsewhere.
func takeIn(root *os.Root, f File) (string, error) {
	if f.URL() != "" {
		return f.Source, nil
	}
	from := f.Path
	if from == "" {
		from = f.Source
	}
	if !filepath.IsAbs(from) {
		from = filepath.Join(root.Name(), from)
	}
	if within, err := filepath.Rel(root.Name(), from); err == nil && filepath.IsLocal(within) {
		return filepath.ToSlash(within), nil
	}
	data, err := readFile(from, messenger.MaxBytes(f.Kind))
	if err != nil {
		return "", err
	}
	if err := root.MkdirAll(filesFolder, 0o700); err != nil {
		return "", err
	}
	base := filepath.Base(from)
	ext := filepath.Ext(base)
	for n := 1; n < 100; n++ {
		name := path.Join(filesFolder, base)
		if n > 1 {
			name = path.Join(filesFolder, fmt.Sprintf("%s-%d%s", strings.TrimSuffix(base, ext), n, ext))
		}
		err := write(root, name, data, false)
		if err == nil || errors.Is(err, ErrExists) && holds(root, name, data) {
			return name, nil
		}
		if !errors.Is(err, ErrExists) {
			return "", err
		}
	}
	return "", fmt.Errorf("there are too many files called %s in %s already", base, filesFolder)
}

// holds reports whether a file of the folder has the very bytes. What is no file, or of another size, is not read.
func holds(root *os.Root, name string, data []byte) bool {
	info, err := root.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(data)) {
		return false
	}
	there, err := root.ReadFile(name)
	return err == nil && bytes.Equal(there, data)
}

// readFile reads a regular file of at most most bytes.
func readFile(name string, most int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %d bytes, which is more than the platform takes", name, most)
	}
	return data, err
}
