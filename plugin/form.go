package plugin

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"frontdesk/messenger"
)

const (
	// maxForm is how large a body with a file may be.
	maxForm = messenger.MaxFileBytes + maxGraphBody
	// formWithin is what a body with a file may take, and what handing one out may take.
	formWithin = 5 * time.Minute
)

// brokenOff is a file that stopped coming in, by no fault of ours.
type brokenOff struct{ err error }

func (e *brokenOff) Error() string { return "the file stopped coming in: " + e.err.Error() }

func (e *brokenOff) Unwrap() error { return e.err }

// asBroken marks an error of reading from outside.
func asBroken(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return &brokenOff{err}
}

// isForm reports whether the body of r is a form that can hold a file.
func isForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "multipart/form-data"
}

// allowLong gives a call with a file the time that takes: only after its caller is known. The bodies of strangers have
// far less.
func allowLong(w http.ResponseWriter, r *http.Request, size int64) {
	conn := http.NewResponseController(w)
	until := time.Now().Add(formWithin) // the system's clock: the kernel keeps this deadline
	_ = conn.SetReadDeadline(until)     // a recorder in a test has none
	_ = conn.SetWriteDeadline(until.Add(formWithin))
	r.Body = http.MaxBytesReader(w, r.Body, size)
}

// readForm reads the parts of a form: fields in memory, the file `filedata` to the disk. The caller discards the file.
func (s *Server) readForm(r *http.Request, fileLimit int64) (fields url.Values, file *arrived, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, badParam("the body is not a form")
	}
	fields = url.Values{}
	left := int64(maxGraphBody)
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it is a form that was cut off
			return fields, file, nil
		}
		if err != nil {
			return nil, file, formError(&brokenOff{err})
		}
		if part.FormName() == "filedata" && file == nil {
			if file, err = s.shelf.take(&partReader{part}, part.FileName(), fileLimit); err != nil {
				return nil, nil, formError(err)
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, file, formError(&brokenOff{err})
		}
		if left -= int64(len(value)); left < 0 {
			return nil, file, errTooLarge
		}
		if name := part.FormName(); name != "" && part.FileName() == "" {
			fields.Add(name, string(value))
		}
	}
}

// partReader is the file of a form; its errors are told from those of our own disk.
type partReader struct{ part *multipart.Part }

func (p *partReader) Read(b []byte) (int, error) {
	n, err := p.part.Read(b)
	return n, asBroken(err)
}

// formError says why a form was not taken.
func formError(err error) error {
	var tooLarge *http.MaxBytesError
	var broken *brokenOff
	switch {
	case errors.Is(err, errFileTooLarge), errors.As(err, &tooLarge):
		return errFileSize
	case errors.As(err, &broken):
		return badParam("the form broke off")
	}
	return fileError(err)
}

// fileError is an error of a file in Meta's terms, or the error itself where it is our own fault.
func fileError(err error) error {
	if errors.Is(err, errFileTooLarge) {
		return errFileSize
	}
	return err
}

// readGraphForm reads a Graph call whose body is a form.
func (s *Server) readGraphForm(r *http.Request, p params) (*arrived, error) {
	fields, file, err := s.readForm(r, messenger.MaxFileBytes)
	if err != nil {
		file.discard()
		return nil, err
	}
	p.addForm(fields)
	return file, nil
}
