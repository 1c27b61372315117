package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"frontdesk/desk/media"
	"frontdesk/messenger"
	"frontdesk/store"
)

// picture is a PNG of a size of its own, so that no two widths have the same bytes.
func picture(t testing.TB, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 3))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// padded is what with bytes behind it, up to a size.
func padded(what []byte, size int) []byte {
	return append(bytes.Clone(what), make([]byte, size-len(what))...)
}

func newFolder(t *testing.T, change ...func(*media.Options)) *media.Folder {
	t.Helper()
	o := media.Options{Dir: filepath.Join(t.TempDir(), "media")}
	for _, c := range change {
		c(&o)
	}
	return media.NewFolder(o)
}

func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAttach(t *testing.T) {
	t.Parallel()
	small := picture(t, 5)
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	image8, file25 := messenger.MaxImageBytes, messenger.MaxFileBytes
	mp4 := []byte("\x00\x00\x00\x18ftypmp42 film")
	for name, c := range map[string]struct {
		path string
		kind string // MIME; empty: refused
		says []string
	}{
		"picture":              {file(t, "map.png", small), "image/png", nil},
		"picture by content":   {file(t, "map.txt", small), "image/png", nil},
		"page called picture":  {file(t, "map.png", []byte("<!DOCTYPE html><p>hello")), "text/html", nil},
		"text":                 {file(t, "hello.txt", []byte("hello")), "text/plain", nil},
		"office by its name":   {file(t, "offer.docx", []byte("PK\x03\x04 and so on")), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", nil},
		"picture below 8 MB":   {file(t, "a.png", padded(small, image8-1)), "image/png", nil},
		"picture at 8 MB":      {file(t, "a.png", padded(small, image8)), "image/png", nil},
		"picture over 8 MB":    {file(t, "a.png", padded(small, image8+1)), "", []string{"a.png has a little more than 8 MB", "pictures of at most 8 MB", "smaller"}},
		"picture far over it":  {file(t, "a.png", padded(small, 9<<20+1<<19)), "", []string{"has 9.5 MB", "JPEG"}},
		"film at 25 MB":        {file(t, "a.mp4", padded(mp4, file25)), "video/mp4", nil},
		"film over 25 MB":      {file(t, "a.mp4", padded(mp4, file25+1)), "", []string{"at most 25 MB"}},
		"file below 25 MB":     {file(t, "a.pdf", padded([]byte("%PDF-1.7"), file25-1)), "application/pdf", nil},
		"file at 25 MB":        {file(t, "a.pdf", padded([]byte("%PDF-1.7"), file25)), "application/pdf", nil},
		"file over 25 MB":      {file(t, "a.pdf", padded([]byte("%PDF-1.7"), file25+1)), "", []string{"at most 25 MB", "link"}},
		"damaged picture":      {file(t, "a.png", small[:20]), "", []string{"cannot be read", "anew"}},
		"nothing in it":        {file(t, "a.txt", nil), "", []string{"a.txt is empty", "another"}},
		"not there":            {filepath.Join(dir, "no.png"), "", []string{"There is no file", "no.png", "Check the path"}},
		"a folder":             {dir, "", []string{"is a folder", "archive"}},
		"a pipe":               {pipe, "", []string{"not a file"}},
		"a device":             {"/dev/zero", "", []string{"not a file"}},
		"not from the root on": {"map.png", "", []string{"not a whole path", "from the root"}},
		"behind a file":        {filepath.Join(file(t, "a.txt", small), "b"), "", []string{"could not be read"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t)
			got, err := f.Attach(t.Context(), c.path)
			if c.kind == "" {
				var unfit *media.Unfit
				if !errors.As(err, &unfit) || unfit.Advice == "" {
					t.Fatalf("attached %+v, %v", got, err)
				}
				for _, s := range c.says {
					if !strings.Contains(err.Error(), s) {
						t.Errorf("it says %q, not %q", err, s)
					}
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(c.path)
			if err != nil {
				t.Fatal(err)
			}
			if got.Type != c.kind || got.Name != filepath.Base(c.path) || got.Size != info.Size() || len(got.Hash) != 64 {
				t.Errorf("attached %+v", got)
			}
			kept, err := f.Kept(got.Hash)
			if err != nil || kept.Size != got.Size || kept.Type != c.kind {
				t.Errorf("kept %+v, %v", kept, err)
			}
		})
	}
}

// TestKeptForItsOwnerAlone looks at the folder as another user of the machine would, and again after a restart.
func TestKeptForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "media")
	content := picture(t, 7)
	path := file(t, "map.png", content)
	f := media.NewFolder(media.Options{Dir: dir})
	first, err := f.Attach(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := f.Attach(t.Context(), file(t, "other.png", content)); err != nil || again.Hash != first.Hash || again.Name != "other.png" {
		t.Errorf("the same bytes again are %+v, %v", again, err)
	}
	if err := os.WriteFile(path, []byte("changed"), 0o600); err != nil { // ours is a copy
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Fatalf("it holds %v, %v", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s is %v, %v", e.Name(), info.Mode(), err)
		}
	}
	// What a crash leaves: a file half written, bytes without a note, a note without bytes.
	other := strings.Repeat("ab", 32)
	for name, text := range map[string]string{"new-123": "half", other + ".png": "x", strings.Repeat("cd", 32) + ".about": "{}"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f = media.NewFolder(media.Options{Dir: dir})
	kept, err := f.Kept(first.Hash)
	if err != nil || kept.Name != "map.png" || kept.Type != "image/png" || kept.Width != 7 || kept.Height != 3 || !strings.HasSuffix(kept.Path, ".png") {
		t.Fatalf("after a restart %+v, %v", kept, err)
	}
	if got, err := os.ReadFile(kept.Path); err != nil || !bytes.Equal(got, content) {
		t.Errorf("the bytes are others: %v", err)
	}
	if _, err := f.Kept(other); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what was never wholly kept: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("after a restart it holds %v, %v", entries, err)
	}
	// Somebody tidied up: it is not there any more, and can come again.
	if err := os.Remove(kept.Path); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Kept(first.Hash); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a file that was removed: %v", err)
	}
	if _, err := f.Attach(t.Context(), file(t, "map.png", content)); err != nil {
		t.Error(err)
	}
	open, err := f.Open(first.Hash)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if got, err := io.ReadAll(open); err != nil || !bytes.Equal(got, content) {
		t.Errorf("opened, the bytes are others: %v", err)
	}
}

// TestRoom fills a small folder with files of ours and keeps those that wait.
func TestRoom(t *testing.T) {
	t.Parallel()
	const each = 1 << 20
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	waiting := map[string]bool{}
	f := newFolder(t, func(o *media.Options) {
		o.Max = 4 * each
		o.Now = func() time.Time { return now }
		o.Waiting = func(context.Context) (map[string]bool, error) { return waiting, nil }
	})
	attach := func(n int) (store.File, error) {
		now = now.Add(time.Hour)
		return f.Attach(t.Context(), file(t, fmt.Sprintf("%d.png", n), padded(picture(t, n), each-8192)))
	}
	var files []store.File
	for n := 1; n <= 4; n++ {
		got, err := attach(n)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, got)
	}
	var unfit *media.Unfit
	if _, err := attach(5); !errors.As(err, &unfit) || !strings.Contains(unfit.Advice, "FRONTDESK_MEDIA_MAX") {
		t.Fatalf("while all are new: %v", err)
	}
	now = now.Add(48 * time.Hour)
	waiting[files[0].Hash] = true
	if _, err := f.Kept(files[1].Hash); err != nil { // needed now
		t.Fatal(err)
	}
	for n, want := 6, []bool{true, true, false, false}; n < 8; n++ {
		if _, err := attach(n); err != nil {
			t.Fatalf("number %d: %v", n, err)
		}
		if n == 7 {
			for i, there := range want {
				if _, err := f.Kept(files[i].Hash); (err == nil) != there {
					t.Errorf("number %d: %v, want it there: %v", i+1, err, there)
				}
			}
		}
	}
	if _, err := attach(8); !errors.As(err, &unfit) {
		t.Errorf("one waits, three are new: %v", err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"map.png": "map.png", "../../etc/passwd": "passwd", `C:\Users\ana\map.png`: "map.png", "a\x1b[31m\nb.png": "a[31mb.png",
		"fdp\u202egnp.exe": "fdpgnp.exe", "what?.png": "what_.png", "": "", ".": "", "...": "", "/": "", "\xff.png": "_.png",
		strings.Repeat("ä", 100) + ".jpeg": strings.Repeat("ä", 47) + ".jpeg", ".env": ".env",
	} {
		if got := media.CleanName(given); got != want {
			t.Errorf("%q is called %q, want %q", given, got, want)
		}
	}
}

func TestContentDecides(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ head, called, mime, extension string }{
		"picture":               {"\x89PNG\r\n\x1a\n", "a.exe", "image/png", ".png"},
		"page":                  {"<html><script>", "a.png", "text/html", ".bin"},
		"text":                  {"[Desktop Entry]\nExec=rm", "a.desktop", "text/plain", ".txt"},
		"script":                {"#!/bin/sh\nrm", "a.sh", "text/plain", ".txt"},
		"program":               {"MZ\x90\x00\x03\x00", "a.exe", "application/octet-stream", ".bin"},
		"film":                  {"\x00\x00\x00\x18ftypmp42xxxx", "", "video/mp4", ".mp4"},
		"sound in the same box": {"\x00\x00\x00\x18ftypM4A xxxx", "", "audio/mp4", ".m4a"},
		"film of another maker": {"\x00\x00\x00\x18ftypqt  xxxx", "", "video/quicktime", ".mov"},
		"picture of a phone":    {"\x00\x00\x00\x18ftypheicxxxx", "", "image/heic", ".bin"},
		"sound":                 {"\xFF\xFBxx", "", "audio/mpeg", ".mp3"},
		"archive":               {"PK\x03\x04xx", "a.zip", "application/zip", ".zip"},
		"office":                {"PK\x03\x04xx", "A.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
		"office by name alone":  {"hello", "a.xlsx", "text/plain", ".txt"},
		"nothing":               {"", "", "text/plain", ".txt"},
	} {
		if got := media.ContentType([]byte(c.head), c.called); got != c.mime || media.Extension(got) != c.extension {
			t.Errorf("%s: %s %s, want %s %s", name, got, media.Extension(got), c.mime, c.extension)
		}
	}
}
