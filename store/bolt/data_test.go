package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

func closeData(t *testing.T, d *Data) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestOpenData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "data")
	d, err := Open(dir, Options{})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the data folder: %v, %v, want mode 0700", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Fatalf("the data folder holds %d files, error %v", len(entries), err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v, want mode 0600", e.Name(), info.Mode(), err)
		}
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Open of an open folder: %v, want ErrLocked", err)
	}
	if _, err := d.Log.Append(t.Context(), webhook(1)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	d, err = Open(dir, Options{})
	if err != nil {
		t.Fatalf("Open again: %v", err)
	}
	defer closeData(t, d)
	if head := d.Log.Head(); head != 1 {
		t.Errorf("Head = %d after opening again, want 1", head)
	}
}

func TestOpenDataMakesUnusableViewsAnew(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"another layout": func(t *testing.T, dir string) {
			t.Helper()
			db, err := bolt.Open(filepath.Join(dir, ViewsFile), 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = db.Update(func(tx *bolt.Tx) error {
				return tx.Bucket(metaBucket).Put(formatKey, binary.BigEndian.AppendUint32(nil, viewsLayout+1))
			})
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
		},
		"no bolt file": func(t *testing.T, dir string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, ViewsFile), make([]byte, 1<<16), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"cut off": func(t *testing.T, dir string) {
			t.Helper()
			halve(t, filepath.Join(dir, ViewsFile))
		},
		"overwritten behind its head": func(t *testing.T, dir string) {
			t.Helper()
			overwrite(t, filepath.Join(dir, ViewsFile))
		},
		"ahead of the log": func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Remove(filepath.Join(dir, LogFile)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			d, err := Open(dir, Options{})
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			seq, err := d.Log.Append(t.Context(), webhook(10))
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Views.Apply(t.Context(), seq, func(store.Rows) error { return nil }); err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			spoil(t, dir)
			d, err = Open(dir, Options{})
			if err != nil {
				t.Fatalf("Open with views that can't be used: %v", err)
			}
			defer closeData(t, d)
			if applied, err := d.Views.Applied(t.Context()); applied != 0 || err != nil {
				t.Errorf("Applied = %d, %v, want new views", applied, err)
			}
		})
	}
}

// halve cuts a file off in its middle, as a disk that lost power or a broken copy does.
func halve(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()/2); err != nil {
		t.Fatal(err)
	}
}

// overwrite fills a file with rubbish behind the two pages that say what is where.
func overwrite(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	head := int64(2 * os.Getpagesize())
	rubbish := bytes.Repeat([]byte{0xa5}, int(info.Size()-head))
	if _, err := f.WriteAt(rubbish, head); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenDataSaysWhichFileIsDamaged(t *testing.T) {
	t.Parallel()
	for _, name := range []string{LogFile, DeskFile} {
		for how, spoil := range map[string]func(*testing.T, string){"cut off": halve, "overwritten": overwrite} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				d, err := Open(dir, Options{})
				if err != nil {
					t.Fatalf("Open: %v", err)
				}
				if _, err := d.Log.Append(t.Context(), webhook(1)); err != nil {
					t.Fatal(err)
				}
				closeData(t, d)
				path := filepath.Join(dir, name)
				spoil(t, path)
				d, err = Open(dir, Options{})
				if err == nil {
					closeData(t, d)
				}
				if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "restore it from a backup") {
					t.Errorf("Open: %v, want a sentence that names the file and says what to do", err)
				}
			})
		}
	}
}

func TestOpenDataNotAFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Open of a file: %v, want an error with its name", err)
	}
}
