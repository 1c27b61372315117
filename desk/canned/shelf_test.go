package canned_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk/canned"
	"frontdesk/messenger"
)

// folder is a folder of canned responses beside one of macros, with a clock that stands wherever a test puts it.
type folder struct {
	t     *testing.T
	dir   string
	shelf *canned.Shelf
	clock time.Time
}

func openFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{t: t, dir: filepath.Join(t.TempDir(), "canned"), clock: time.Now()}
	f.shelf = canned.NewShelf(f.dir, func() time.Time { return f.clock })
	return f
}

// put writes a file, in the folder macros where its name says so.
func (f *folder) put(name, text string) string {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if rest, ok := strings.CutPrefix(name, "macros/"); ok {
		path = filepath.Join(filepath.Dir(f.dir), "macros", rest)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
	return path
}

func (f *folder) library() canned.Library {
	f.t.Helper()
	lib, err := f.shelf.Library(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return lib
}

// expect asks for shortcodes and macros as they stand now, and for the beginnings of the faults.
func (f *folder) expect(names string, faults ...string) canned.Library {
	f.t.Helper()
	lib := f.library()
	var got []string
	for _, r := range lib.Responses {
		got = append(got, r.Shortcode)
	}
	for _, m := range lib.Macros {
		got = append(got, "macros/"+m.Name)
	}
	if strings.Join(got, " ") != names {
		f.t.Errorf("the library holds %q, want %q", strings.Join(got, " "), names)
	}
	if len(lib.Faults) != len(faults) {
		f.t.Fatalf("%d faults, want %d: %v", len(lib.Faults), len(faults), lib.Faults)
	}
	for i, want := range faults {
		if got := lib.Faults[i].Error(); !strings.HasPrefix(got, want) {
			f.t.Errorf("fault %q, want %q", got, want)
		}
	}
	return lib
}

func TestAGoodFolder(t *testing.T) {
	t.Parallel()
	lib, err := canned.NewShelf("testdata/good/canned", nil).Library(t.Context())
	if err != nil || len(lib.Faults) > 0 {
		t.Fatalf("%v %v", err, lib.Faults)
	}
	if len(lib.Responses) != 5 || len(lib.Macros) != 2 {
		t.Errorf("%d responses, %d macros", len(lib.Responses), len(lib.Macros))
	}
	r, ok := lib.Response(" Sizes ")
	if !ok || len(r.Files) != 2 || r.Files[0].Kind != "file" || r.Files[1].Kind != "image" || r.Files[1].URL() == "" || r.Files[1].Path != "" {
		t.Errorf("sizes: %v %+v", ok, r)
	}
	if data, err := os.ReadFile(r.Files[0].Path); err != nil || len(data) == 0 {
		t.Errorf("the file of sizes: %v", err)
	}
	if _, ok := lib.Response("nothing"); ok {
		t.Error("there is a response called nothing")
	}
	if m, ok := lib.Macro("SHIPPED"); !ok || m.Key != "alt+s" || m.Called() != "Shipped, and done" {
		t.Errorf("shipped: %v %+v", ok, m)
	}
}

func TestABrokenFileHidesNoOther(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	f.expect("") // there is no folder at all
	f.put("good.txt", "Hello")
	f.put("broken.txt", "titel: A\n\nHello {{nobody}}")
	f.put("no shortcode.txt", "Hello")
	f.put("lost.txt", "title: A\nfile: gone.pdf\n\nHello")
	f.put("README.md", "not read")
	f.put(".hidden.txt", "titel: not read")
	f.put("deeper/inside.txt", "titel: not read")
	f.put("macros/good.txt", "status: resolve")
	f.put("macros/broken.txt", "status: away")
	f.put("macros/lost.txt", "reply: nothing")
	f.expect("good macros/good",
		`broken.txt line 1: "titel" is no word`, `broken.txt line 3: there is no variable`,
		"lost.txt line 2: gone.pdf is not there; copy it into the folder",
		"no shortcode.txt: the name must be a shortcode",
		`macros/broken.txt line 1: there is no status "away"`,
		"macros/lost.txt: there is no canned response nothing; write nothing.txt",
	)
}

func TestWhatChangesIsReadAgain(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	text := func(shortcode string) string {
		r, _ := f.library().Response(shortcode)
		return r.Text
	}
	path := f.put("hello.txt", "Hello")
	first := f.expect("hello")
	if again := f.library(); again.Version == 0 || text("hello") != "Hello" {
		t.Errorf("version %d, text %q", again.Version, text("hello"))
	}
	// As some editors write: into the file, to the same length, within one tick of the clock.
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	f.put("hello.txt", "Howdy")
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if got := text("hello"); got != "Howdy" {
		t.Errorf("written in place: %q", got)
	}
	// As others do: another file of the same length and time in its place.
	f.clock = f.clock.Add(time.Hour)
	f.library() // from now on the file is old enough to be known by its time
	settled := f.library().Version
	if f.library().Version != settled || settled == first.Version {
		t.Errorf("versions: %d at first, %d, then %d", first.Version, settled, f.library().Version)
	}
	aside := f.put("hello.txt~", "Salut")
	if err := errors.Join(os.Chtimes(aside, info.ModTime(), info.ModTime()), os.Rename(aside, path)); err != nil {
		t.Fatal(err)
	}
	if got := text("hello"); got != "Salut" || f.library().Version == settled {
		t.Errorf("written by rename: %q", got)
	}
	// A mistake, and its mending.
	f.put("hello.txt", "titel: Hello")
	f.expect("", "hello.txt line 1: ")
	f.put("hello.txt", "Hello again")
	f.expect("hello")
	// Other names, and none.
	f.put("bye.txt", "Bye")
	f.put("macros/end.txt", "status: resolve\nkey: f5")
	f.expect("bye hello macros/end")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	f.expect("bye macros/end")
	if err := os.RemoveAll(f.dir); err != nil {
		t.Fatal(err)
	}
	f.expect("macros/end")
	f.put("hello.txt", "Back")
	f.expect("hello macros/end")
}

// A response whose own file comes or goes is right or wrong without being touched itself.
func TestAResponsesFileComesAndGoes(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	f.put("sizes.txt", "file: sizes.pdf")
	f.expect("", "sizes.txt line 1: sizes.pdf is not there")
	f.put("sizes.pdf", "%PDF")
	lib := f.expect("sizes")
	if got := lib.Responses[0].Files[0].Path; got != filepath.Join(f.dir, "sizes.pdf") {
		t.Errorf("path %q", got)
	}
	big := filepath.Join(f.dir, "big.png")
	f.put("big.png", "")
	for size, ok := range map[int64]bool{messenger.MaxImageBytes: true, messenger.MaxImageBytes + 1: false} {
		if err := os.Truncate(big, size); err != nil {
			t.Fatal(err)
		}
		f.put("picture.txt", "file: big.png")
		if _, found := f.library().Response("picture"); found != ok {
			t.Errorf("a picture of %d bytes: %v", size, found)
		}
	}
}

func TestLinksStayInTheFolder(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	f.put("real.txt", "Hello")
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte("a secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"inside.txt": "real.txt", "outside.txt": outside, "gone.txt": "nothing.txt", "secret.pdf": outside} {
		if err := os.Symlink(target, filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	f.put("attach.txt", "file: secret.pdf")
	lib := f.expect("inside real", "attach.txt line 1: secret.pdf can't be read", "gone.txt: it can't be read", "outside.txt: it can't be read")
	if all := fmt.Sprint(lib.Faults); strings.Contains(all, "a secret") {
		t.Errorf("faults show what lies outside: %s", all)
	}
}

func TestTheFolderIsBounded(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	for i := range canned.MaxFiles + 2 {
		f.put(fmt.Sprintf("r%04d.txt", i), "Hello")
	}
	lib := f.library()
	if len(lib.Responses) != canned.MaxFiles || len(lib.Faults) != 1 || !strings.HasPrefix(lib.Faults[0].Error(), "r1000.txt: there are more than 1000 files") {
		t.Errorf("%d responses, faults %v", len(lib.Responses), lib.Faults)
	}
	f = openFolder(t)
	f.put("a.txt", strings.Repeat("#\n", canned.MaxFile/2)+"x")
	f.put("b.txt", "Hello")
	f.expect("b", "a.txt: the file has 65537 bytes")
	f = openFolder(t)
	for i := range canned.MaxFolder/canned.MaxFile + 1 {
		f.put(fmt.Sprintf("r%04d.txt", i), strings.Repeat("#\n", canned.MaxFile/2-3)+"\nHello")
	}
	lib = f.library()
	if len(lib.Responses) != canned.MaxFolder/canned.MaxFile || len(lib.Faults) != 1 || !strings.Contains(lib.Faults[0].Error(), "bytes together") {
		t.Errorf("%d responses, faults %v", len(lib.Responses), lib.Faults)
	}
}

func TestTwoSpellingsOfOneShortcode(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	f.put("Hello.txt", "One")
	var faults []string
	if _, err := os.Stat(filepath.Join(f.dir, "hello.txt")); err != nil { // else the file system knows no case, and they are one
		faults = []string{"hello.txt: two files have this shortcode"}
	}
	f.put("hello.txt", "Two")
	f.put("macros/END.TXT", "status: resolve")
	f.expect("hello macros/end", faults...)
}

func TestSave(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	hello := canned.Response{Shortcode: " Hello ", Title: "Hello", Content: canned.Content{Text: "Hello {{contact.first_name|there}}!"}}
	save := func(r canned.Response, replace bool) error { return f.shelf.Save(t.Context(), r, replace) }
	if err := save(hello, false); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(f.dir, "hello.txt"))
	if want := "title: Hello\n\nHello {{contact.first_name|there}}!\n"; string(data) != want || err != nil {
		t.Errorf("%q, %v; want %q", data, err, want)
	}
	lib := f.expect("hello")
	if diff := cmp.Diff(hello.Tidy(), lib.Responses[0]); diff != "" {
		t.Errorf("(-saved +read):\n%s", diff)
	}
	other := hello
	other.Text = "Another"
	if err := save(other, false); !errors.Is(err, canned.ErrExists) {
		t.Errorf("saved over another: %v", err)
	}
	if r, _ := f.library().Response("hello"); r.Text != hello.Text {
		t.Errorf("a refused save changed the file: %q", r.Text)
	}
	if err := save(other, true); err != nil {
		t.Error(err)
	}
	if r, _ := f.expect("hello").Response("hello"); r.Text != "Another" {
		t.Errorf("replaced: %q", r.Text)
	}
	// One that is broken is one of that shortcode too, in whatever case it is written.
	f.put("Broken.txt", "titel: A")
	other.Shortcode = "broken"
	if err := save(other, false); !errors.Is(err, canned.ErrExists) {
		t.Errorf("saved beside a broken one: %v", err)
	}
	if err := save(other, true); err != nil {
		t.Error(err)
	}
	f.expect("broken hello")
	entries, err := os.ReadDir(f.dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("files left: %v, %v", entries, err)
	}
}

func TestWhatCouldNotBeSentIsNotSaved(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	for name, r := range map[string]canned.Response{
		"a.txt: there is nothing to send":               {Shortcode: "a"},
		"a b.txt: the name must be a shortcode":         {Shortcode: "a b", Content: canned.Content{Text: "Hello"}},
		"../a.txt: the name must be a shortcode":        {Shortcode: "../a", Content: canned.Content{Text: "Hello"}},
		".txt: the name must be a shortcode":            {Content: canned.Content{Text: "Hello"}},
		"a.txt: text: 2001 characters, at most 2000":    {Shortcode: "a", Content: canned.Content{Text: strings.Repeat("x", 2001)}},
		`a.txt: there is no variable "nothing"`:         {Shortcode: "a", Content: canned.Content{Text: "{{nothing}}"}},
		"a.txt: there is a control character":           {Shortcode: "a", Content: canned.Content{Text: "a\x00"}},
		"a.txt: quick replies and buttons do not go":    {Shortcode: "a", Content: canned.Content{Text: "a", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "A", Payload: "A"}}, Buttons: []messenger.Button{{Type: "postback", Title: "A", Payload: "A"}}}},
		"a.txt: the title has 81 characters, at most 8": {Shortcode: "a", Title: strings.Repeat("x", 81), Content: canned.Content{Text: "a"}},
	} {
		err := f.shelf.Save(t.Context(), r, true)
		var unfit *canned.Unfit
		if !errors.As(err, &unfit) || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	if _, err := os.Stat(f.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder was made: %v", err)
	}
}

func TestSaveTakesFilesIn(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	elsewhere := t.TempDir()
	path := filepath.Join(elsewhere, "chart.pdf")
	keep := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save := func(shortcode string, file canned.File) canned.Response {
		t.Helper()
		r := canned.Response{Shortcode: shortcode, Content: canned.Content{Files: []canned.File{file}}}
		if err := f.shelf.Save(t.Context(), r, false); err != nil {
			t.Fatal(err)
		}
		if r.Files[0] != file {
			t.Errorf("the caller's file was changed: %+v", r.Files[0])
		}
		got, ok := f.library().Response(shortcode)
		if !ok {
			t.Fatalf("%s was not kept: %v", shortcode, f.library().Faults)
		}
		return got
	}
	keep("one")
	sources := []string{save("a", canned.File{Kind: "file", Source: path}).Files[0].Source}
	sources = append(sources, save("b", canned.File{Kind: "file", Source: "chart.pdf", Path: path}).Files[0].Source)
	keep("two")
	got := save("c", canned.File{Kind: "file", Source: path})
	sources = append(sources, got.Files[0].Source)
	sources = append(sources, save("d", got.Files[0]).Files[0].Source)
	sources = append(sources, save("e", canned.File{Kind: "image", Source: "https://lumen.example/a.png"}).Files[0].Source)
	want := []string{"files/chart.pdf", "files/chart.pdf", "files/chart-2.pdf", "files/chart-2.pdf", "https://lumen.example/a.png"}
	if !slices.Equal(sources, want) {
		t.Errorf("files %q, want %q", sources, want)
	}
	if data, err := os.ReadFile(filepath.Join(f.dir, "files", "chart.pdf")); string(data) != "one" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	err := f.shelf.Save(t.Context(), canned.Response{Shortcode: "f", Content: canned.Content{Files: []canned.File{{Kind: "file", Source: filepath.Join(elsewhere, "gone.pdf")}}}}, false)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there was taken in: %v", err)
	}
	if err := os.Truncate(path, messenger.MaxFileBytes+1); err != nil {
		t.Fatal(err)
	}
	err = f.shelf.Save(t.Context(), canned.Response{Shortcode: "f", Content: canned.Content{Files: []canned.File{{Kind: "file", Source: path}}}}, false)
	if err == nil || !strings.Contains(err.Error(), "more than the platform takes") {
		t.Errorf("a file too large was taken in: %v", err)
	}
}

// TestSaveBesideWhatIsNoFile has a pipe and a file of another size in the way of the copy that a response brings along:
// neither is read, and nothing waits for them.
func TestSaveBesideWhatIsNoFile(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	if err := os.MkdirAll(filepath.Join(f.dir, "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(f.dir, "files", "sizes.txt"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.dir, "files", "sizes-2.txt"), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(t.TempDir(), "sizes.txt")
	if err := os.WriteFile(own, []byte("S to XL"), 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		r := canned.Response{Shortcode: "sizes", Content: canned.Content{Text: "Here.", Files: []canned.File{{Kind: "file", Source: "sizes.txt", Path: own}}}}
		done <- errors.Join(f.shelf.Save(t.Context(), r, false), f.shelf.Save(t.Context(), r, true))
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("saving waits for a pipe")
	}
	names, err := filepath.Glob(filepath.Join(f.dir, "files", "*"))
	if err != nil || len(names) != 3 {
		t.Errorf("in the folder are %v, %v; want one copy", names, err)
	}
	if got, err := os.ReadFile(filepath.Join(f.dir, "files", "sizes-3.txt")); err != nil || string(got) != "S to XL" {
		t.Errorf("the copy is %q, %v", got, err)
	}
}
