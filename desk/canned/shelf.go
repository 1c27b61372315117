package canned

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"frontdesk/messenger"
)

// Shelf reads the files of the two folders, and again whatever has changed since. It looks each time it is asked, by
// time, size and identity of the files: an editor may write them in whatever way it likes, and a folder that is not
// there yet, or lies on another machine, is one like any other.
type Shelf struct {
	folder string
	macros string
	now    func() time.Time

	mu        sync.Mutex
	responses map[string]entry // by file name
	steps     map[string]entry
}

// entry is one file as it was read.
type entry struct {
	info     fs.FileInfo
	at       time.Time // when it was read
	size     int
	sum      uint64 // of what stood there
	response Response
	macro    Macro
	files    []int // lines on which the response's files are named
	faults   []Fault
}

// settled is how old a file must be for its time to tell of every change: one written just before it was read may be
// written once more within the same tick of its file system's clock.
const settled = 2 * time.Second

// NewShelf makes a shelf of a folder, with the macros in the folder macros beside it. Neither need be there. now is the
// clock that the files' times are compared with; nil is time.Now.
func NewShelf(folder string, now func() time.Time) *Shelf {
	if now == nil {
		now = time.Now
	}
	return &Shelf{
		folder: folder, macros: filepath.Join(filepath.Dir(folder), macroFolder), now: now,
		responses: map[string]entry{}, steps: map[string]entry{},
	}
}

// Library is what stands in the folders now. Its error is that of a folder which can't be read at all; what is wrong with
// single files stands in the Library.
func (s *Shelf) Library(ctx context.Context) (Library, error) {
	if err := ctx.Err(); err != nil {
		return Library{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	lib := Library{Folder: s.folder}
	sum := fnv.New64a()
	err := s.each(s.folder, "", s.responses, readResponse, func(name string, e entry, root *os.Root) {
		faults := slices.Concat(e.faults, checkFiles(root, name, &e))
		lib.Faults = append(lib.Faults, faults...)
		if len(faults) == 0 {
			lib.Responses = append(lib.Responses, e.response)
		}
		fmt.Fprintln(sum, name, e.sum, faults)
	}, &lib)
	if err == nil {
		err = s.each(s.macros, macroFolder+"/", s.steps, readMacro, func(name string, e entry, _ *os.Root) {
			lib.Faults = append(lib.Faults, e.faults...)
			if len(e.faults) == 0 {
				lib.Macros = append(lib.Macros, e.macro)
			}
			fmt.Fprintln(sum, name, e.sum, e.faults)
		}, &lib)
	}
	if err != nil {
		return Library{}, err
	}
	lib.dropDoubles()
	lib.checkMacros()
	slices.SortStableFunc(lib.Faults, compareFaults)
	lib.Version = sum.Sum64()
	return lib, nil
}

// compareFaults puts those of responses before those of macros.
func compareFaults(a, b Fault) int {
	return cmp.Or(
		cmp.Compare(path.Dir(a.File), path.Dir(b.File)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
	)
}

// each reads what has changed of a folder, and tells of every file in the order of names.
func (s *Shelf) each(
	folder, before string, known map[string]entry, read func(file string, data []byte) entry,
	tell func(name string, e entry, root *os.Root), lib *Library,
) (err error) {
	root, err := os.OpenRoot(folder)
	if errors.Is(err, fs.ErrNotExist) {
		clear(known)
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the folder of canned responses: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	names, err := textFiles(root)
	if err != nil {
		return fmt.Errorf("read %s: %w", folder, err)
	}
	if len(names) > MaxFiles {
		lib.Faults = append(lib.Faults, Fault{
			File: before + names[MaxFiles], Problem: fmt.Sprintf("there are more than %d files, and this one and those behind it are not read", MaxFiles),
			Advice: "take away what nobody uses",
		})
		names = names[:MaxFiles]
	}
	for name := range known {
		if _, still := slices.BinarySearch(names, name); !still {
			delete(known, name)
		}
	}
	total := 0
	for _, name := range names {
		e := s.look(root, name, before, known[name], read)
		known[name] = e
		if total += e.size; total > MaxFolder {
			lib.Faults = append(lib.Faults, Fault{
				File: before + name, Problem: fmt.Sprintf("the files have more than %d bytes together, and this one and those behind it are not read", MaxFolder),
				Advice: "take away what nobody uses",
			})
			return nil
		}
		tell(before+name, e, root)
	}
	return nil
}

// textFiles are the names of the files to read, sorted. Names that begin with a dot are editors' and version controls'.
func textFiles(root *os.Root) ([]string, error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	const atOnce, most = 1024, 100 << 10
	var names []string
	for seen := 0; seen < most; seen += atOnce {
		entries, err := dir.ReadDir(atOnce)
		for _, e := range entries {
			if name := e.Name(); strings.EqualFold(filepath.Ext(name), suffix) && !strings.HasPrefix(name, ".") && !e.IsDir() {
				names = append(names, name)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return names, nil
}

// look reads a file unless it is the one that was read before.
func (s *Shelf) look(root *os.Root, name, before string, old entry, read func(file string, data []byte) entry) entry {
	wrong := func(problem, advice string) entry {
		return entry{faults: []Fault{{File: before + name, Problem: problem, Advice: advice}}}
	}
	info, err := root.Stat(name)
	switch {
	case err != nil:
		return wrong("it can't be read: "+reason(err), "a link must stay within the folder")
	case !info.Mode().IsRegular():
		return wrong("it is no file", "keep only text files here")
	case old.info != nil && os.SameFile(old.info, info) && old.info.ModTime().Equal(info.ModTime()) && old.info.Size() == info.Size() &&
		old.at.Sub(info.ModTime()) >= settled:
		return old
	}
	at := s.now()
	data, err := readBounded(root, name)
	if err != nil {
		return wrong("it can't be read: "+reason(err), "")
	}
	e := read(before+name, data)
	e.info, e.at, e.size = info, at, len(data)
	sum := fnv.New64a()
	_, _ = sum.Write(data) // never fails
	e.sum = sum.Sum64()
	return e
}

// readBounded reads a file, up to one byte more than may be in it. It does not wait for the writer of what has become a
// pipe meanwhile.
func readBounded(root *os.Root, name string) ([]byte, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxFile+1))
}

// reason is an error of a file without the path, which the fault names already.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

func readResponse(file string, data []byte) entry {
	p := parse(file, data)
	e := entry{response: p.response, faults: p.faults}
	for i := range p.response.Files {
		e.files = append(e.files, p.at[index("files", i)])
	}
	return e
}

func readMacro(file string, data []byte) entry {
	m, faults := ParseMacro(file, data)
	return entry{macro: m, faults: faults}
}

// checkFiles finds a response's own files, and says which are not there.
func checkFiles(root *os.Root, name string, e *entry) []Fault {
	var faults []Fault
	if len(e.faults) > 0 {
		return nil
	}
	e.response.Files = slices.Clone(e.response.Files)
	for i, f := range e.response.Files {
		if f.URL() != "" {
			continue
		}
		wrong := func(problem, advice string) {
			faults = append(faults, Fault{File: name, Line: e.files[i], Problem: f.Source + " " + problem, Advice: advice})
		}
		info, err := root.Stat(filepath.FromSlash(f.Source))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			wrong("is not there", "copy it into the folder")
		case err != nil:
			wrong("can't be read: "+reason(err), "a file must lie within the folder, and so must what a link leads to")
		case !info.Mode().IsRegular():
			wrong("is no file", "name a file")
		case info.Size() > messenger.MaxBytes(f.Kind):
			wrong(fmt.Sprintf("has %d bytes, at most %d are allowed", info.Size(), messenger.MaxBytes(f.Kind)), "make it smaller")
		}
		e.response.Files[i].Path = filepath.Join(root.Name(), filepath.FromSlash(f.Source))
	}
	return faults
}

// dropDoubles keeps one of several files whose names differ in case alone, and sorts by shortcode and name.
func (l *Library) dropDoubles() {
	slices.SortStableFunc(l.Responses, func(a, b Response) int { return strings.Compare(a.Shortcode, b.Shortcode) })
	l.Responses = slices.CompactFunc(l.Responses, func(a, b Response) bool {
		if a.Shortcode == b.Shortcode {
			l.Faults = append(l.Faults, Fault{File: b.Shortcode + suffix, Problem: "two files have this shortcode, written differently, and one is not read", Advice: "rename one"})
		}
		return a.Shortcode == b.Shortcode
	})
	slices.SortStableFunc(l.Macros, func(a, b Macro) int { return strings.Compare(a.Name, b.Name) })
	l.Macros = slices.CompactFunc(l.Macros, func(a, b Macro) bool {
		if a.Name == b.Name {
			l.Faults = append(l.Faults, Fault{File: b.file(), Problem: "two files have this name, written differently, and one is not read", Advice: "rename one"})
		}
		return a.Name == b.Name
	})
}
