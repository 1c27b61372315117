package plugin

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	bolt "go.etcd.io/bbolt"
)

// The buckets of files. Their bytes lie in a folder beside plugin.db.
var (
	bucketFiles       = []byte("files")       // hash of the name → fileRow
	bucketAttachments = []byte("attachments") // hash of page and attachment_id → attachmentRow
)

// fileRow is a file that is handed to whoever knows its name. Times are ms since 1970.
type fileRow struct {
	Name    string `json:"name"` // its name in the folder and in its address; nobody can guess it
	Page    string `json:"page"`
	Visitor string `json:"visitor,omitempty"` // who sent it; empty: the page
	Type    string `json:"type"`              // as its content says
	Called  string `json:"called"`            // what its owner calls it
	Size    int64  `json:"size"`
	At      int64  `json:"at"`
}

// attachmentRow is what an attachment_id of a page stands for.
type attachmentRow struct {
	Page string `json:"page"`
	ID   string `json:"id"`
	Kind string `json:"kind"` // image, audio, video, file
	File string `json:"file"`
	At   int64  `json:"at"`
}

// pool is what the files of one side may take: when it is full, the oldest go.
type pool struct {
	files int
	bytes int64
}

// limits are the pools of the pages (false) and of the visitors. Visitors are strangers: however much they send, what the
// pages sent stays.
var limits = map[bool]pool{
	false: {files: 20_000, bytes: 1 << 30},
	true:  {files: 10_000, bytes: 512 << 20},
}

// errNoFile says that a file is not there, or not there any more.
var errNoFile = errors.New("there is no such file")

// errFileTooLarge is a file of more bytes than it may have.
var errFileTooLarge = errors.New("the file is too large")

// shelf keeps the bytes of files in a folder, which is made with the first of them.
type shelf struct {
	dir string

	limits map[bool]pool

	mu  sync.Mutex // one makes room at a time
	use map[bool]pool
}

// unfinished begins the name of a file that is coming in, and no other.
const unfinished = ".new-"

// newShelf takes up what an earlier process left: what was never wholly taken in goes. A whole file that no row names
// stays, unreachable: its row may be in the backup of plugin.db that is about to be brought back.
func newShelf(dir string, rows []fileRow) (*shelf, error) {
	sh := &shelf{dir: dir, limits: limits, use: map[bool]pool{}}
	for _, row := range rows {
		sh.count(row, 1)
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("look at the chat plugin's files: %w", err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), unfinished) && entry.Type().IsRegular() {
			if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return nil, fmt.Errorf("clear the chat plugin's files: %w", err)
			}
		}
	}
	return sh, nil
}

// count adds a file to its pool, or with -1 takes it off. It needs mu once the shelf is in use.
func (sh *shelf) count(row fileRow, n int) {
	p := sh.use[row.Visitor != ""]
	p.files += n
	p.bytes += int64(n) * row.Size
	sh.use[row.Visitor != ""] = p
}

// arrived is a file that has come in and is on the disk, under a name that only we know. It is kept, or discarded.
type arrived struct {
	path   string
	size   int64
	mime   string // by its content
	called string
}

func (a *arrived) discard() {
	if a != nil && a.path != "" {
		_ = os.Remove(a.path) // else it stays, and nobody gets it
		a.path = ""
	}
}

// take reads a file of at most limit bytes and syncs it to the disk.
func (sh *shelf) take(from io.Reader, called string, limit int64) (a *arrived, err error) {
	if err := os.MkdirAll(sh.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for files: %w", err)
	}
	f, err := os.CreateTemp(sh.dir, unfinished+"*")
	if err != nil {
		return nil, fmt.Errorf("keep a file: %w", err)
	}
	a = &arrived{path: f.Name(), called: fileName(called)}
	head := &headOf{}
	a.size, err = io.Copy(io.MultiWriter(f, head), io.LimitReader(from, limit+1))
	if err == nil && a.size > limit {
		err = errFileTooLarge
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		a.discard()
		return nil, err
	}
	a.mime = contentType(head.bytes)
	return a, nil
}

// headOf keeps the beginning of what is written.
type headOf struct{ bytes []byte }

func (h *headOf) Write(p []byte) (int, error) {
	h.bytes = append(h.bytes, p[:min(len(p), sniffed-len(h.bytes))]...)
	return len(p), nil
}

// put gives a file that arrived its lasting name, and syncs the folder.
func (sh *shelf) put(a *arrived, name string) error {
	target := filepath.Join(sh.dir, name)
	if err := os.Rename(a.path, target); err != nil {
		return fmt.Errorf("keep a file: %w", unnamed(err))
	}
	a.path = target
	return syncFolder(sh.dir)
}

// unnamed is an error of a file without the file's name, which is a key to it and stays out of logs.
func unnamed(err error) error {
	var link *os.LinkError
	var path *os.PathError
	switch {
	case errors.As(err, &link):
		return link.Err
	case errors.As(err, &path):
		return path.Err
	}
	return err
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync the folder of files: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync the folder of files: %w", err)
	}
	return nil
}

// keep puts what arrived on the shelf as a file of a page, or of one of its visitors. row stands for it in the change
// that must follow; what has no row is handed to nobody.
func (s *Server) keep(ctx context.Context, a *arrived, page, visitor string) (fileRow, error) {
	var random [32]byte
	if err := s.randomBytes(random[:]); err != nil {
		return fileRow{}, err
	}
	row := fileRow{
		Name: base64.RawURLEncoding.EncodeToString(random[:]), Page: page, Visitor: visitor,
		Type: a.mime, Called: a.called, Size: a.size, At: s.now().UnixMilli(),
	}
	err := s.makeRoom(ctx, row)
	if err == nil {
		err = s.shelf.put(a, row.Name)
	}
	if err != nil {
		s.forget(a, row)
		return fileRow{}, err
	}
	return row, nil
}

// makeRoom counts a new file, and drops the oldest of its pool if that is full: a tenth at once, so that not every new
// file has to look through all.
func (s *Server) makeRoom(ctx context.Context, row fileRow) error {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	limit := s.shelf.limits[row.Visitor != ""]
	s.shelf.count(row, 1)
	if use := s.shelf.use[row.Visitor != ""]; use.files <= limit.files && use.bytes <= limit.bytes {
		return nil
	}
	rows, err := s.fileRows(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b fileRow) int { return cmp.Compare(a.At, b.At) })
	use := s.shelf.use[row.Visitor != ""]
	var old []fileRow
	for _, r := range rows {
		if use.files <= limit.files/10*9 && use.bytes <= limit.bytes/10*9 {
			break
		}
		if (r.Visitor != "") == (row.Visitor != "") {
			old = append(old, r)
			use.files--
			use.bytes -= r.Size
		}
	}
	return s.dropFiles(ctx, old)
}

// dropFiles forgets files, and then removes them. It needs the shelf's mu.
func (s *Server) dropFiles(ctx context.Context, old []fileRow) error {
	if err := s.w.do(ctx, func(tx *bolt.Tx) error {
		for _, r := range old {
			if err := tx.Bucket(bucketFiles).Delete(fileKey(r.Name)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, r := range old {
		s.shelf.count(r, -1)
		if err := os.Remove(filepath.Join(s.shelf.dir, r.Name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.log.Warn("an old file stays on the disk until the next start", logError, unnamed(err))
		}
	}
	return nil
}

// forget takes back a file whose row could not be written.
func (s *Server) forget(a *arrived, row fileRow) {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	s.shelf.count(row, -1)
	a.discard()
}

func (s *Server) fileRows(ctx context.Context) ([]fileRow, error) {
	var rows []fileRow
	err := s.view(ctx, func(tx *bolt.Tx) (err error) {
		rows, err = allFiles(tx)
		return err
	})
	return rows, err
}

func allFiles(tx *bolt.Tx) ([]fileRow, error) {
	var rows []fileRow
	err := tx.Bucket(bucketFiles).ForEach(func(_, raw []byte) error {
		var row fileRow
		if err := json.Unmarshal(raw, &row); err != nil {
			return fmt.Errorf("read a file's row from plugin.db: %w", err)
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

func fileKey(name string) []byte {
	h := hash16(name)
	return h[:]
}

func putFile(tx *bolt.Tx, row fileRow) error {
	raw, err := json.Marshal(row)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketFiles).Put(fileKey(row.Name), raw)
}

// getFile finds a file by its name; errNoFile if there is none.
func getFile(tx *bolt.Tx, name string) (fileRow, error) {
	raw := tx.Bucket(bucketFiles).Get(fileKey(name))
	if raw == nil {
		return fileRow{}, errNoFile
	}
	var row fileRow
	if err := json.Unmarshal(raw, &row); err != nil {
		return row, fmt.Errorf("read a file's row from plugin.db: %w", err)
	}
	if row.Name != name {
		return fileRow{}, errNoFile
	}
	return row, nil
}

func attachmentKey(page, id string) []byte {
	h := hash16(page, id)
	return h[:]
}

func putAttachment(tx *bolt.Tx, row attachmentRow) error {
	raw, err := json.Marshal(row)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketAttachments).Put(attachmentKey(row.Page, row.ID), raw)
}

// getAttachment finds what a page's attachment_id stands for; errNoFile if it is not the page's.
func getAttachment(tx *bolt.Tx, page, id string) (attachmentRow, error) {
	raw := tx.Bucket(bucketAttachments).Get(attachmentKey(page, id))
	if raw == nil {
		return attachmentRow{}, errNoFile
	}
	var row attachmentRow
	if err := json.Unmarshal(raw, &row); err != nil {
		return row, fmt.Errorf("read an attachment from plugin.db: %w", err)
	}
	if row.Page != page || row.ID != id {
		return attachmentRow{}, errNoFile
	}
	return row, nil
}

// filesFolder is where the files of a plugin.db lie if nothing else is said.
func filesFolder(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + "-files" }
