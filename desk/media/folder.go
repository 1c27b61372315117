package media

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdesk/store"
)

const (
	// DefaultMax is how many bytes a Folder keeps where nobody says otherwise.
	DefaultMax = 1 << 30
	// MinMax is the least that a Folder can be told to keep: a few of the largest files.
	MinMax = 100 << 20

	fileMode   = 0o600
	folderMode = 0o700

	// blockSize is what a small file takes at least.
	blockSize = 4096
	// ourRest is how long a file of ours stays after it was last needed, whatever waits for room: as long as a draft that
	// somebody still writes at, or a reply that the views do not show yet.
	ourRest = 24 * time.Hour
	// usedGrain is how exactly it is remembered when a file was needed last.
	usedGrain = time.Minute
)

// Options say what a Folder works with.
type Options struct {
	Dir string // made with the first file
	Max int64  // bytes of all files; 0: DefaultMax
	Now func() time.Time

	// Waiting returns the hashes of the files which replies carry that are not settled: those stay. Nil: none.
	Waiting func(ctx context.Context) (map[string]bool, error)
}

// Folder keeps files by the hash of their bytes.
type Folder struct {
	dir     string
	max     int64
	now     func() time.Time
	waiting func(ctx context.Context) (map[string]bool, error)

	mu     sync.Mutex
	loaded bool
	files  map[string]*entry
	total  int64
}

// entry is a file that is kept.
type entry struct {
	about
	name string // in the folder
	size int64
	used time.Time // when it was needed last
}

// Kept is a file of a Folder.
type Kept struct {
	Path          string // absolute where the folder's is
	Type          string // MIME, by its content
	Name          string // what it was called; may be empty
	Size          int64
	Width, Height int // of pictures, where they are known
}

// NewFolder returns the folder at o.Dir. It reads and makes nothing yet.
func NewFolder(o Options) *Folder {
	f := &Folder{dir: o.Dir, max: o.Max, now: o.Now, waiting: o.Waiting, files: map[string]*entry{}}
	if f.max <= 0 {
		f.max = DefaultMax
	}
	if f.now == nil {
		f.now = time.Now
	}
	return f
}

// InOutbox is Options.Waiting by what the views show.
func InOutbox(views store.Views) func(ctx context.Context) (map[string]bool, error) {
	return func(ctx context.Context) (map[string]bool, error) {
		open, err := views.Outbox(ctx, 1<<20)
		if err != nil {
			return nil, fmt.Errorf("ask which files wait to be sent: %w", err)
		}
		hashes := map[string]bool{}
		for _, m := range open {
			if m.File != nil {
				hashes[m.File.Hash] = true
			}
		}
		return hashes, nil
	}
}

// Kept returns the file of a hash, which counts as needed now; store.ErrNotFound when it is not kept, or not any more.
func (f *Folder) Kept(hash string) (Kept, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e, err := f.find(hash)
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Path: filepath.Join(f.dir, e.name), Type: e.Type, Name: e.Name, Size: e.size, Width: e.Width, Height: e.Height}
	if _, err := os.Stat(k.Path); err != nil { // somebody tidied up
		if !errors.Is(err, fs.ErrNotExist) {
			return Kept{}, fmt.Errorf("look at a kept file: %w", err)
		}
		return Kept{}, errors.Join(fmt.Errorf("a kept file: %w", store.ErrNotFound), f.remove(hash))
	}
	f.touch(e)
	return k, nil
}

// find is the entry of a hash.
func (f *Folder) find(hash string) (*entry, error) {
	if err := f.load(); err != nil {
		return nil, err
	}
	e := f.files[hash]
	if e == nil {
		return nil, fmt.Errorf("a kept file: %w", store.ErrNotFound)
	}
	return e, nil
}

// touch notes that a file is needed now.
func (f *Folder) touch(e *entry) {
	now := f.now()
	if now.Sub(e.used) < usedGrain {
		return
	}
	e.used = now
	_ = os.Chtimes(filepath.Join(f.dir, e.name), now, now) // costs at most that it goes sooner after a restart
}

// load reads what an earlier process kept, once. What it did not wholly keep goes.
func (f *Folder) load() error {
	if f.loaded {
		return nil
	}
	names, err := os.ReadDir(f.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the folder of files: %w", err)
	}
	files, noted := map[string]*entry{}, map[string]about{}
	var torn []string
	for _, n := range names {
		hash, rest := hashIn(n.Name())
		switch {
		case !n.Type().IsRegular():
		case strings.HasPrefix(n.Name(), newPrefix):
			torn = append(torn, n.Name())
		case hash == "":
		case rest == aboutSuffix:
			a, err := readAbout(filepath.Join(f.dir, n.Name()))
			if err != nil {
				torn = append(torn, n.Name())
				continue
			}
			noted[hash] = a
		default:
			info, err := n.Info()
			if err != nil {
				continue // it has gone this moment
			}
			files[hash] = &entry{name: n.Name(), size: info.Size(), used: info.ModTime()}
		}
	}
	for hash, e := range files {
		a, ok := noted[hash]
		if !ok {
			torn = append(torn, e.name)
			delete(files, hash)
			continue
		}
		e.about = a
		f.total += e.room()
	}
	for hash := range noted {
		if files[hash] == nil {
			torn = append(torn, hash+aboutSuffix)
		}
	}
	for _, name := range torn {
		if err := os.Remove(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear the folder of files: %w", err)
		}
	}
	f.files, f.loaded = files, true
	return nil
}

// room is what e takes on the disk, with its note.
func (e *entry) room() int64 { return roomFor(e.size) }

func roomFor(size int64) int64 { return max(size, blockSize) + blockSize }

// hashIn takes the name of a file of the folder apart; no hash means that it is none of them.
func hashIn(name string) (hash, rest string) {
	hash, rest, _ = strings.Cut(name, ".")
	if rest != "" {
		rest = "." + rest
	}
	if sum, err := hex.DecodeString(hash); err != nil || len(sum) != 32 || hash != strings.ToLower(hash) {
		return "", ""
	}
	return hash, rest
}

// errNoRoom says that the folder is full of what must stay, or too small.
var errNoRoom = errors.New("the folder of files is full")

// makeRoom lets go of files until there is room for size bytes more. What it was that went can be fetched again, as long
// as the platform has it.
func (f *Folder) makeRoom(ctx context.Context, size int64) error {
	need := roomFor(size)
	if f.total+need <= f.max {
		return nil
	}
	if need > f.max {
		return errNoRoom
	}
	came, ours := f.leastNeeded(true), f.leastNeeded(false)
	if len(ours) > 0 && f.waiting != nil {
		waiting, err := f.waiting(ctx)
		if err != nil {
			return err
		}
		ours = slices.DeleteFunc(ours, func(hash string) bool { return waiting[hash] })
	}
	// A little more than is needed, so that not every file has to look for room.
	aim := f.max - f.max/50
	for _, hash := range came {
		if f.total+need <= aim {
			return nil
		}
		if err := f.remove(hash); err != nil {
			return err
		}
	}
	for _, hash := range ours {
		if f.total+need <= f.max {
			return nil
		}
		if err := f.remove(hash); err != nil {
			return err
		}
	}
	if f.total+need > f.max {
		return errNoRoom
	}
	return nil
}

// leastNeeded are the files that came, or those of ours that have rested, the least recently needed first.
func (f *Folder) leastNeeded(came bool) []string {
	now := f.now()
	var hashes []string
	for hash, e := range f.files {
		if e.Ours != came && (came || now.Sub(e.used) >= ourRest) {
			hashes = append(hashes, hash)
		}
	}
	slices.SortFunc(hashes, func(a, b string) int {
		return cmp.Or(f.files[a].used.Compare(f.files[b].used), cmp.Compare(a, b))
	})
	return hashes
}

// remove lets go of a file: first of its bytes, so that a crash leaves a note that the next start clears away.
func (f *Folder) remove(hash string) error {
	e := f.files[hash]
	for _, name := range []string{e.name, hash + aboutSuffix} {
		if err := os.Remove(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a kept file: %w", err)
		}
	}
	f.total -= e.room()
	delete(f.files, hash)
	return nil
}
