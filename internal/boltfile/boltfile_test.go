package boltfile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/internal/boltfile"
)

// filled makes a file with a thousand rows and returns its path and the place of a page with rows.
func filled(t *testing.T) (path string, leaf int64) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "some.db")
	f, err := boltfile.Open(path, boltfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = f.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucket([]byte("rows"))
		for i := 0; err == nil && i < 1000; i++ {
			err = b.Put([]byte{byte(i >> 8), byte(i)}, make([]byte, 100))
		}
		return err
	})
	look := f.View(func(tx *bolt.Tx) error {
		for page := 4; leaf == 0; page++ {
			info, err := tx.Page(page)
			if err != nil || info == nil {
				return errors.Join(err, errors.New("there is no page of rows"))
			}
			if info.Type == "leaf" && info.Count > 5 {
				leaf = int64(page) * int64(os.Getpagesize())
			}
		}
		return nil
	})
	if err := errors.Join(err, look, f.Close()); err != nil {
		t.Fatal(err)
	}
	return path, leaf
}

func closeFile(t *testing.T, f *boltfile.File) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func count(f *boltfile.File) (n int, err error) {
	err = f.View(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("rows")).ForEach(func(_, v []byte) error {
			n += len(v) / 100
			return nil
		})
	})
	return n, err
}

func TestNewFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "some.db")
	left := path + ".new-123" // by a crash
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := boltfile.Open(path, boltfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := boltfile.Open(path, boltfile.Options{}); !errors.Is(err, boltfile.ErrLocked) {
		t.Errorf("a second Open: %v, want ErrLocked", err)
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d files are in the folder, want the one (%v)", len(entries), err)
	}
	if info, err := entries[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, want 0600 (%v)", info.Mode(), err)
	}
}

// TestManyMakeOneFile opens a file that is not there many times at once: all see the same.
func TestManyMakeOneFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "some.db")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			f, err := boltfile.Open(path, boltfile.Options{Wait: time.Minute})
			if err != nil {
				t.Errorf("Open: %v", err)
				return
			}
			err = f.Update(func(tx *bolt.Tx) error {
				b, err := tx.CreateBucketIfNotExists([]byte("rows"))
				if err != nil {
					return err
				}
				return b.Put([]byte{byte(i)}, make([]byte, 100))
			})
			if err := errors.Join(err, f.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	f, err := boltfile.Open(path, boltfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeFile(t, f)
	if n, err := count(f); n != 8 || err != nil {
		t.Errorf("%d rows are there (%v), want all 8", n, err)
	}
}

func TestDamagedWhenOpened(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]func(whole []byte) []byte{
		"empty":    func([]byte) []byte { return nil },
		"text":     func([]byte) []byte { return []byte("hello") },
		"zeros":    func(whole []byte) []byte { return make([]byte, len(whole)) },
		"one page": func(whole []byte) []byte { return whole[:os.Getpagesize()] },
		"cut off":  func(whole []byte) []byte { return whole[:len(whole)/2] },
		"rubbish but for its head": func(whole []byte) []byte {
			head := 2 * os.Getpagesize()
			return append(bytes.Clone(whole[:head]), bytes.Repeat([]byte{0xa5}, len(whole)-head)...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, _ := filled(t)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			spoilt := content(whole)
			if err := os.WriteFile(path, spoilt, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := boltfile.Open(path, boltfile.Options{}); !errors.Is(err, boltfile.ErrDamaged) || !strings.Contains(err.Error(), path) {
				t.Errorf("Open: %v, want ErrDamaged and the file's name", err)
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, spoilt) {
				t.Errorf("the file was changed (%v)", err)
			}
		})
	}
}

// TestRubbishBehindTheEnd shows that what stands behind a file's end does no harm: a copy may bring it along.
func TestRubbishBehindTheEnd(t *testing.T) {
	t.Parallel()
	path, _ := filled(t)
	end, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = end.Write(bytes.Repeat([]byte("rubbish "), 1000))
	if err := errors.Join(err, end.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := boltfile.Open(path, boltfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeFile(t, f)
	if n, err := count(f); n != 1000 || err != nil {
		t.Errorf("%d rows are there (%v), want 1000", n, err)
	}
}

func TestDamagedWhenRead(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, path string, leaf int64){
		"a page of rubbish": func(t *testing.T, path string, leaf int64) {
			t.Helper()
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, os.Getpagesize()), leaf)
			if err := errors.Join(err, f.Close()); err != nil {
				t.Fatal(err)
			}
		},
		"a page that is gone": func(t *testing.T, path string, leaf int64) {
			t.Helper()
			if err := os.Truncate(path, leaf); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, leaf := filled(t)
			f, err := boltfile.Open(path, boltfile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			spoil(t, path, leaf) // while it is open, as a disk does
			if _, err := count(f); !errors.Is(err, boltfile.ErrDamaged) {
				t.Errorf("reading: %v, want ErrDamaged", err)
			}
			if !f.Damaged() {
				t.Error("Damaged reports nothing")
			}
			err = f.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte("rows")).Put([]byte{0, 0}, []byte("x")) })
			if !errors.Is(err, boltfile.ErrDamaged) {
				t.Errorf("writing: %v, want ErrDamaged", err)
			}
			if err := f.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// TestOthersPanicsStay shows that a mistake in a transaction's function is not taken for a damaged file.
func TestOthersPanicsStay(t *testing.T) {
	t.Parallel()
	path, _ := filled(t)
	f, err := boltfile.Open(path, boltfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeFile(t, f)
	for name, run := range map[string]func(func(*bolt.Tx) error) error{"View": f.View, "Update": f.Update} {
		func() {
			defer func() {
				if p := recover(); p != "a mistake" {
					t.Errorf("%s: recovered %v, want the panic as it was", name, p)
				}
			}()
			err := run(func(*bolt.Tx) error { panic("a mistake") })
			t.Errorf("%s returned %v", name, err)
		}()
	}
	if f.Damaged() {
		t.Error("the file counts as damaged")
	}
	if n, err := count(f); n != 1000 || err != nil {
		t.Errorf("%d rows are there (%v), want 1000", n, err)
	}
}

func TestNoRightToWrite(t *testing.T) {
	t.Parallel()
	_, err := boltfile.Open(filepath.Join("/proc/self", "some.db"), boltfile.Options{})
	if err == nil || errors.Is(err, boltfile.ErrDamaged) {
		t.Errorf("Open where nobody can write: %v, want the system's error", err)
	}
}
