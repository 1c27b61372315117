package plugin

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
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

// formBoundary is what parts the body of r, if it is a form that can hold a file; else it is empty.
func formBoundary(r *http.Request) string {
	kind, more, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return ""
	}
	return more["boundary"]
}

// allowLong gives a call with a file the time that takes: only after its caller is known. The bodies of strangers have
// far less. What is left of a body that is not taken is read by drain, so that the caller gets to reading the answer.
func allowLong(w http.ResponseWriter, r *http.Request) (drain func()) {
	conn := http.NewResponseController(w)
	until := time.Now().Add(formWithin) // the system's clock: the kernel keeps this deadline
	_ = conn.SetReadDeadline(until)     // a recorder in a test has none
	_ = conn.SetWriteDeadline(until.Add(formWithin))
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	return func() { _, _ = io.Copy(io.Discard, r.Body) } // whether it ends well is its sender's matter
}

// takeForm reads a form: its fields, and the file of its part filedata, which the caller discards; nil if it has none.
func (s *Server) takeForm(body io.Reader, boundary string) (fields url.Values, file *arrived, err error) {
	fields, err = readForm(body, boundary, func(part *multipart.Part) (err error) {
		if file != nil {
			return nil
		}
		file, err = s.shelf.take(&partReader{part}, part.FileName(), messenger.MaxFileBytes)
		return err
	})
	if err != nil {
		file.discard()
		return nil, nil, err
	}
	return fields, file, nil
}

// readForm reads the fields of a form and hands its parts filedata to take; nil leaves them.
func readForm(body io.Reader, boundary string, take func(*multipart.Part) error) (url.Values, error) {
	parts := multipart.NewReader(body, boundary)
	fields, left := url.Values{}, int64(maxGraphBody)
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it is a form that was cut off
			return fields, nil
		}
		if err != nil {
			return nil, formError(&brokenOff{err})
		}
		if n == maxCallFields {
			return nil, errFields
		}
		if part.FormName() == "filedata" {
			if take == nil {
				continue
			}
			if err := take(part); err != nil {
				return nil, formError(err)
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, formError(&brokenOff{err})
		}
		if left -= int64(len(value)); left < 0 {
			return nil, errTooLarge
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
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTooSlow
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

// readGraphForm reads a Graph call whose body is a form. Where its token stands in the form itself, nothing goes to the
// disk before that is known to be a page's.
func (s *Server) readGraphForm(w http.ResponseWriter, r *http.Request, c *call, boundary string) (leave func(), err error) {
	var body io.Reader
	if _, _, stranger := s.authorize(r, c.params); stranger == nil {
		leave = allowLong(w, r)
		body = r.Body
	} else {
		if leave, err = s.takeBody(w, r, maxGraphBody); err != nil {
			return leave, bodyError(err)
		}
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return leave, bodyError(err)
		}
		fields, err := readForm(bytes.NewReader(raw), boundary, nil)
		if err != nil {
			return leave, err
		}
		if err := c.params.addForm(fields); err != nil {
			return leave, err
		}
		if c.page, c.app, err = s.authorize(r, c.params); err != nil {
			return leave, err
		}
		body = bytes.NewReader(raw)
	}
	fields, file, err := s.takeForm(body, boundary)
	if err != nil {
		return leave, err
	}
	c.file = file
	if err := c.params.addForm(fields); err != nil {
		return leave, err
	}
	c.page, c.app, err = s.authorize(r, c.params)
	return leave, err
}
