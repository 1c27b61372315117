package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A full pool lets its oldest files go, and none of the other side's.
func TestAFullPoolDropsItsOldest(t *testing.T) {
	t.Parallel()
	now := time.Unix(1795000000, 0)
	s, err := Open(Options{
		Path:  filepath.Join(t.TempDir(), "plugin.db"),
		Pages: []Page{{ID: "1", Token: "t", AppSecret: "s"}},
		Now:   func() time.Time { now = now.Add(time.Second); return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s.shelf.limits = map[bool]pool{false: limits[false], true: {files: 20, bytes: 1000}}
	c, _, err := s.NewVisitor(t.Context(), "1", Profile{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.shelf.take(strings.NewReader("of the page"), "a.txt", 100)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := s.keep(t.Context(), a, "1", "")
	if err != nil {
		t.Fatal(err)
	}
	var sent []string
	send := func(size int) {
		t.Helper()
		m, err := s.SendFile(t.Context(), c, "a.txt", strings.NewReader(strings.Repeat("x", size)))
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, strings.Split(m.Files[0].URL, "/")[3])
	}
	there := func() (n int) {
		t.Helper()
		for i, name := range sent {
			_, err := os.Stat(filepath.Join(s.shelf.dir, name))
			if err == nil {
				n++
			} else if !errors.Is(err, os.ErrNotExist) || n > 0 {
				t.Errorf("file %d of %d: %v, with %d older ones there", i, len(sent), err, n)
			}
		}
		return n
	}
	for range 20 {
		send(10)
	}
	if n := there(); n != 20 {
		t.Errorf("%d of 20 files are there", n)
	}
	send(10)
	if n := there(); n != 18 { // nine tenths
		t.Errorf("after one more %d are there", n)
	}
	send(900)
	if n := there(); n != 1 {
		t.Errorf("after a large one %d are there", n)
	}
	if rows, err := s.fileRows(t.Context()); err != nil || len(rows) != 1 {
		t.Errorf("the rows are %v (%v)", rows, err)
	}
	if _, err := os.Stat(filepath.Join(s.shelf.dir, ours.Name)); err != nil {
		t.Errorf("the page's file went too: %v", err)
	}
	if got := fmt.Sprint(s.shelf.use); got != "map[false:{1 11} true:{1 900}]" {
		t.Errorf("what is counted is %s", got)
	}
}

// A plugin.db from before there were files opens, with all that was said, and takes files from then on.
func TestAFileOfBeforeOpens(t *testing.T) {
	t.Parallel()
	o := Options{Path: filepath.Join(t.TempDir(), "plugin.db"), Pages: []Page{{ID: "1", Token: "t", AppSecret: "s"}}}
	opened := func(use func(*Server)) {
		t.Helper()
		s, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		use(s)
		if err := s.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	var c Contact
	opened(func(s *Server) {
		made, _, err := s.NewVisitor(t.Context(), "1", Profile{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Write(t.Context(), made, "hello"); err != nil {
			t.Fatal(err)
		}
		c = made
	})
	db, err := bolt.Open(o.Path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		return errors.Join(tx.DeleteBucket(bucketFiles), tx.DeleteBucket(bucketAttachments))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		opened(func(s *Server) {
			if _, err := s.SendFile(t.Context(), c, "a.txt", strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
			lines, err := s.Messages(t.Context(), c, 0)
			if err != nil || len(lines) != n+2 || lines[0].Text != "hello" {
				t.Errorf("the conversation is %+v (%v)", lines, err)
			}
		})
	}
}
