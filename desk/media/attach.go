package media

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// Unfit says why a file cannot be sent, and what to do.
type Unfit struct {
	Reason string // a sentence
	Advice string // a sentence; may be empty
}

// Error says both.
func (u *Unfit) Error() string { return strings.TrimSpace(u.Reason + " " + u.Advice) }

// Attach keeps a copy of a file of this machine to be sent. What it is its content says, and so how large it may be
// (ref. 3.6). What is wrong with it is an *Unfit, and nothing is kept.
func (f *Folder) Attach(ctx context.Context, path string) (store.File, error) {
	if !filepath.IsAbs(path) {
		return store.File{}, &Unfit{fmt.Sprintf("%q is not a whole path.", path), "Write it from the root on, as in /home/ana/map.png."}
	}
	name := filepath.Base(path)
	file, size, err := openRegular(path)
	if err != nil {
		return store.File{}, unreadable(path, err)
	}
	defer file.Close()
	if size > messenger.MaxFileBytes { // before so much is copied
		return store.File{}, tooLarge(name, size, messenger.TypeFile)
	}
	a, err := f.take(file, messenger.MaxFileBytes)
	var broken *sourceError
	switch {
	case errors.Is(err, errTooLarge):
		return store.File{}, tooLarge(name, messenger.MaxFileBytes+1, messenger.TypeFile)
	case errors.As(err, &broken):
		return store.File{}, unreadable(path, broken.err)
	case err != nil:
		return store.File{}, notKept(name, err)
	}
	defer a.discard()
	known := about{Type: contentType(a.head, name), Name: cleanName(name), Ours: true}
	kind := messenger.FileKind(known.Type)
	switch {
	case a.size == 0:
		return store.File{}, &Unfit{name + " is empty.", "Choose another file."}
	case a.size > messenger.MaxBytes(kind):
		return store.File{}, tooLarge(name, a.size, kind)
	}
	if kind == messenger.TypeImage {
		var damaged bool
		if known.Width, known.Height, damaged = pictureSize(a.path, known.Type); damaged {
			return store.File{}, &Unfit{name + " begins like a picture, but cannot be read as one.", "Open it, save it anew and attach that."}
		}
	}
	kept, err := f.keep(ctx, a, known)
	if errors.Is(err, errNoRoom) {
		return store.File{}, &Unfit{
			fmt.Sprintf("The data folder has no room for %s: it keeps at most %s of files.", name, megabytes(f.max)),
			"Set FRONTDESK_MEDIA_MAX higher and start frontdesk again, or send what waits first.",
		}
	}
	if err != nil {
		return store.File{}, notKept(name, err)
	}
	return kept, nil
}

// notKept is a copy that could not be made.
func notKept(name string, err error) error {
	if diskFull(err) {
		return &Unfit{"The disk of the data folder is full, so " + name + " could not be copied there.", "Make room, then attach it again."}
	}
	return fmt.Errorf("keep a copy of %s: %w", name, err)
}

// errNotRegular is something that is no file one could send.
var errNotRegular = errors.New("it is no regular file")

// openRegular opens a file, and nothing that only looks like one: reading a pipe could wait for ever.
func openRegular(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, 0, err
	case info.IsDir():
		return nil, 0, fs.ErrInvalid
	case !info.Mode().IsRegular():
		return nil, 0, errNotRegular
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// unreadable says why there is nothing to send at a path.
func unreadable(path string, err error) *Unfit {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Unfit{"There is no file " + path + ".", "Check the path."}
	case errors.Is(err, fs.ErrPermission):
		return &Unfit{path + " may not be read by you.", "Change who may read it, or attach a copy."}
	case errors.Is(err, fs.ErrInvalid):
		return &Unfit{path + " is a folder.", "Attach a file in it, or an archive of it."}
	case errors.Is(err, errNotRegular):
		return &Unfit{path + " is a device or a pipe, not a file.", "Choose a file."}
	}
	return &Unfit{path + " could not be read.", "Check that the disk it lies on is there."}
}

// tooLarge names the limit that a file breaks.
func tooLarge(name string, size int64, kind string) *Unfit {
	most := messenger.MaxBytes(kind)
	what, advice := "files", "Send a link to it, or a smaller one."
	switch kind {
	case messenger.TypeImage:
		what, advice = "pictures", "Make it smaller, or save it as JPEG."
	case messenger.TypeAudio:
		what = "sound"
	case messenger.TypeVideo:
		what, advice = "films", "Cut it, or send a link to it."
	}
	had := megabytes(size)
	if size-most < 1<<20/20 {
		had = "a little more than " + megabytes(most)
	}
	return &Unfit{fmt.Sprintf("%s has %s; the platform takes %s of at most %s.", name, had, what, megabytes(most)), advice}
}

// megabytes is a size as people say it.
func megabytes(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GB", n>>30)
	case n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
