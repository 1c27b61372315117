package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// maxVisitorFiles is how many bytes all files have that one contact sends.
const maxVisitorFiles = 100 << 20

// SendFile sends a picture, or any other file, as the contact. What it is its content says; called is its name. It is on
// the disk, and on its way to the subscribers, when SendFile returns.
func (s *Server) SendFile(ctx context.Context, c Contact, called string, content io.Reader) (Message, error) {
	file, err := s.shelf.take(content, called, messenger.MaxFileBytes)
	if errors.Is(err, errFileTooLarge) {
		return Message{}, errVisitorFileSize
	}
	if err != nil {
		return Message{}, err
	}
	m, _, err := s.sayFile(ctx, c, "", file)
	return m, err
}

var errVisitorFileSize = &InputError{"filedata", fmt.Sprintf(
	"is too large; pictures may have %d MB, everything else %d MB", messenger.MaxImageBytes>>20, messenger.MaxFileBytes>>20,
)}

// sayFile is sayOnce with a file that has come in.
func (s *Server) sayFile(ctx context.Context, c Contact, key string, file *arrived) (m Message, again bool, err error) {
	defer file.discard()
	if m, again, err = s.saidBefore(ctx, c, key); err != nil || again {
		return m, again, err // nobody's older file has to make room for it
	}
	kind := messenger.FileKind(file.mime)
	switch {
	case file.size == 0:
		return m, false, &InputError{"filedata", "is empty"}
	case file.size > messenger.MaxBytes(kind):
		return m, false, errVisitorFileSize
	}
	if err := s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, c.Page, c.ID)
		if err == nil && row.FileBytes+file.size > maxVisitorFiles {
			err = errVisitorFull
		}
		return err
	}); err != nil {
		return m, false, err
	}
	row, err := s.keep(ctx, file, c.Page, c.ID)
	if err != nil {
		return m, false, err
	}
	m, again, err = s.sayOnce(ctx, c, key, func(tx *bolt.Tx, _ Contact) (said, error) {
		return said{file: &row, kind: kind}, putFile(tx, row)
	})
	if err != nil || again {
		s.forget(file, row)
		return m, again, err
	}
	file.path = "" // it stays
	return m, false, nil
}

var errVisitorFull = &InputError{"filedata", fmt.Sprintf("cannot be taken: a conversation holds %d MB of files", maxVisitorFiles>>20)}

// visitorSays is POST /plugin/messages: JSON, or a form with a file.
func (s *Server) visitorSays(w http.ResponseWriter, r *http.Request) {
	if formBoundary(r) == "" {
		s.visitorCall(actWrite, s.visitorSay)(w, r)
		return
	}
	body, err := s.visitorFile(w, r)
	s.answerVisitor(w, r, body, err)
}

// visitorFile is POST /plugin/messages with a form: its part filedata is sent. Nothing is read of a body whose sender is
// not known, and few come in at once.
func (s *Server) visitorFile(w http.ResponseWriter, r *http.Request) (any, error) {
	if err := s.paceOfAddress(r, actUpload); err != nil {
		return nil, err
	}
	c, err := s.caller(r, actUpload)
	if err != nil {
		return nil, err
	}
	if err := s.notBlocked(r.Context(), c); err != nil {
		return nil, err
	}
	drain := allowLong(w, r)
	leave := s.uploads.enter(w)
	fields, file, err := s.takeForm(r.Body, formBoundary(r))
	drain()
	leave()
	if err != nil {
		return nil, visitorFormError(err)
	}
	if file == nil {
		return nil, &InputError{"filedata", "is needed: the part of the form that holds the file"}
	}
	key := fields.Get("key")
	fields.Del("key")
	err = checkKey(key)
	if len(fields) > 0 {
		err = &InputError{"filedata", "goes alone: a text is a message of its own"}
	}
	if err != nil {
		file.discard()
		return nil, err
	}
	m, _, err := s.sayFile(r.Context(), c, key, file)
	if err != nil {
		return nil, err
	}
	return line(m), nil
}

// visitorFormError says to a visitor why a form was not taken.
func visitorFormError(err error) error {
	var refusal *graphError
	if !errors.As(err, &refusal) {
		return err
	}
	if refusal == errFileSize {
		return errVisitorFileSize
	}
	if refusal == errTooSlow {
		return &visitorError{status: http.StatusRequestTimeout, Message: "the file did not come in time; try again"}
	}
	return &visitorError{status: http.StatusBadRequest, Message: strings.TrimPrefix(refusal.message, "(#100) ")}
}
