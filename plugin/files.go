package plugin

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// filesPath is where files are handed out: /plugin/files/NAME/what-it-is-called. The name cannot be guessed, and who
// knows it may have the file: pictures in a page carry no token.
const filesPath = "/plugin/files/"

// filePath is the path of a file.
func filePath(name, called string) string {
	return filesPath + name + "/" + url.PathEscape(called)
}

// address is where a subscriber finds a file of a message.
func (s *Server) address(a attached) string {
	if a.File == "" {
		return a.URL
	}
	return s.url + filePath(a.File, a.Called)
}

// serveFile hands out a file. Nothing of it may act in our name: it is never a page, and never guessed to be one.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	if err := s.paceOfAddress(r, actPoll); err != nil {
		s.answerVisitor(w, r, nil, err)
		return
	}
	var row fileRow
	err := s.view(r.Context(), func(tx *bolt.Tx) (err error) {
		row, err = getFile(tx, r.PathValue("name"))
		return err
	})
	var f *os.File
	if err == nil {
		f, err = os.Open(filepath.Join(s.shelf.dir, row.Name))
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if err != nil {
		s.noFile(w, r, err)
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	kind, disposition := row.Type, "inline"
	if !shown(row.Type) {
		kind, disposition = plain, "attachment"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": row.Called}))
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // the customer's site shows it
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("Referrer-Policy", "no-referrer")
	conn := http.NewResponseController(w)
	_ = conn.SetWriteDeadline(time.Now().Add(formWithin)) // the system's clock, as above; a recorder in a test has none
	http.ServeContent(w, r, "", time.UnixMilli(row.At), f)
}

func (s *Server) noFile(w http.ResponseWriter, r *http.Request, err error) {
	refusal := &visitorError{status: http.StatusNotFound, Message: "there is no such file, or not any more"}
	if !errors.Is(err, errNoFile) && !errors.Is(err, os.ErrNotExist) {
		refusal = &visitorError{status: http.StatusServiceUnavailable, Message: "the file cannot be read just now; try again"}
		if r.Context().Err() == nil { // else the visitor has gone
			s.log.Error("hand out a file", logError, unnamed(err))
		}
	}
	writeJSON(w, refusal.status, map[string]*visitorError{"error": refusal})
}

// fileLine is a file of a line as the contact sees it.
func fileLine(a attached) File {
	f := File{Kind: a.Kind, URL: a.URL, Name: a.Called, Type: a.Type, Size: a.Size}
	if a.File != "" {
		f.URL = filePath(a.File, a.Called)
	}
	return f
}

// File is a picture, sound, film or other file of a Message.
type File struct {
	Kind string `json:"kind"` // image, audio, video, file
	// URL is where it is: a path of this platform, or an address somewhere else that was handed on as the page gave it.
	URL  string `json:"url"`
	Name string `json:"name,omitempty"` // what it is called; of our own files only, as all below
	Type string `json:"type,omitempty"` // MIME, by its content
	Size int64  `json:"size,omitempty"`
}
