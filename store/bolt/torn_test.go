package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"frontdesk/ingest"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// openFolder opens a data folder with a projector that nobody runs.
func openFolder(t *testing.T, dir string) (*bolt.Data, *store.Projector) {
	t.Helper()
	d, err := bolt.Open(dir, bolt.Options{})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return d, store.NewProjector(d.Log, d.Views, ingest.Translate, store.NewFeed(0), nil)
}

// fill makes a data folder with some hundred messages whose views are up to date, and returns what they say.
func fill(t *testing.T, dir string) string {
	t.Helper()
	d, p := openFolder(t, dir)
	for i := range 300 {
		body := fmt.Appendf(nil, `{"object":"page","entry":[{"id":"109872000000101","messaging":[{"sender":{"id":"7412%d"},`+
			`"recipient":{"id":"109872000000101"},"timestamp":%d,"message":{"mid":"m_%d","text":"hello"}}]}]}`, i%20, 1794819600000+i, i)
		if _, err := d.Log.Append(t.Context(), store.Record{Kind: store.RecordWebhook, At: 1794819600000, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	text := dump(t, d.Views)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return text
}

func dump(t *testing.T, v *bolt.Views) string {
	t.Helper()
	var b bytes.Buffer
	if err := v.Dump(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// spoilRows overwrites a page of the views in the middle, which opening the file does not look at.
func spoilRows(t *testing.T, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var root int64
	err = db.View(func(tx *bbolt.Tx) error {
		root = int64(tx.Bucket([]byte("rows")).Root())
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil || root == 0 {
		t.Fatalf("the rows stand at page %d: %v", root, err)
	}
	write(t, path, root*int64(os.Getpagesize()), bytes.Repeat([]byte{0xa5}, os.Getpagesize()))
}

func write(t *testing.T, path string, at int64, data []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(data, at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestTornViewsAreMadeAnew spoils views.db in every way and wants what it said before, from the log.
func TestTornViewsAreMadeAnew(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, path string){
		"gone":     func(t *testing.T, path string) { t.Helper(); must(t, os.Remove(path)) },
		"empty":    func(t *testing.T, path string) { t.Helper(); must(t, os.Truncate(path, 0)) },
		"text":     func(t *testing.T, path string) { t.Helper(); must(t, os.WriteFile(path, []byte("hello"), 0o600)) },
		"cut off":  func(t *testing.T, path string) { t.Helper(); must(t, os.Truncate(path, 40_000)) },
		"torn":     spoilRows,
		"no heads": func(t *testing.T, path string) { t.Helper(); write(t, path, 0, make([]byte, 2*os.Getpagesize())) },
		"a log": func(t *testing.T, path string) {
			t.Helper()
			copyFile(t, filepath.Join(filepath.Dir(path), bolt.LogFile), path)
		},
		"a desk.db": func(t *testing.T, path string) {
			t.Helper()
			copyFile(t, filepath.Join(filepath.Dir(path), bolt.DeskFile), path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			want := fill(t, dir)
			spoil(t, filepath.Join(dir, bolt.ViewsFile))
			d, p := openFolder(t, dir)
			defer func() { must(t, d.Close()) }()
			if d.Anew != nil && strings.Contains(d.Anew.Error(), "backup") {
				t.Errorf("the views are made anew because %q, which asks for a backup of them", d.Anew)
			}
			if aside := name != "gone" && name != "torn"; aside != (d.Anew != nil) {
				t.Errorf("Open says that the views are made anew because: %v", d.Anew)
			}
			if err := lookAtAll(t.Context(), d.Views); name == "torn" && err == nil {
				t.Error("nobody met the torn page; the test shows nothing")
			}
			if err := p.CatchUp(t.Context()); err != nil {
				t.Fatalf("CatchUp: %v", err)
			}
			if got := dump(t, d.Views); got != want {
				t.Errorf("the views made anew differ: %d bytes of text instead of %d", len(got), len(want))
			}
			must(t, d.Views.Check(t.Context()))
		})
	}
}

// lookAtAll reads every thread, as agents do.
func lookAtAll(ctx context.Context, v *bolt.Views) error {
	page, err := v.List(ctx, store.ListRequest{Limit: 100})
	for _, c := range page.Rows {
		_, threadErr := v.Thread(ctx, store.ThreadRequest{Conversation: c.ID, Newer: true, Limit: 100})
		err = errors.Join(err, threadErr)
	}
	return err
}

// TestForeignFilesAreLeftAlone puts a whole bbolt file in the place of another: it is named and not touched.
func TestForeignFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, files := range [][2]string{
		{bolt.ViewsFile, bolt.LogFile}, {bolt.DeskFile, bolt.LogFile}, {bolt.LogFile, bolt.DeskFile}, {"", bolt.LogFile}, {"", bolt.DeskFile},
	} {
		from, to := files[0], files[1]
		t.Run(from+" as "+to, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			fill(t, dir)
			path := filepath.Join(dir, to)
			if from == "" {
				must(t, os.Truncate(path, 0))
			} else {
				copyFile(t, filepath.Join(dir, from), path)
			}
			before, err := os.ReadFile(path)
			must(t, err)
			d, err := bolt.Open(dir, bolt.Options{})
			if err == nil {
				must(t, d.Close())
			}
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "restore it from a backup") {
				t.Errorf("Open: %v, want a sentence that names the file and says what to do", err)
			}
			after, err := os.ReadFile(path)
			must(t, err)
			if !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	must(t, err)
	must(t, os.WriteFile(to, content, 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
