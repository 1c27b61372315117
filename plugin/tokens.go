package plugin

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// ErrSessionOver says that a visitor's token was good once: the guest's time is over, or what the website signed.
var ErrSessionOver = errors.New("the visitor's session is over")

// maxTokens is how many tokens one visitor has whom the website knows: one for each browser, the oldest goes.
const maxTokens = 20

// newToken draws a visitor's token.
func (s *Server) newToken() (string, error) {
	var secret [32]byte
	if err := s.randomBytes(secret[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(secret[:]), nil
}

// putToken makes a token a visitor's, until a time in ms, or for good with 0.
func putToken(tx *bolt.Tx, conv convKey, key []byte, until int64) error {
	value := conv[:]
	if until > 0 {
		value = binary.BigEndian.AppendUint64(bytes.Clone(value), uint64(until))
	}
	return tx.Bucket(bucketTokens).Put(key, value)
}

// tokenRow is whose token it is, and until when; ErrUnknownContact if nobody's.
func tokenRow(tx *bolt.Tx, token string) (conv convKey, until int64, err error) {
	value := tx.Bucket(bucketTokens).Get(tokenKey(token))
	switch len(value) {
	case len(conv):
		return convKey(value), 0, nil
	case len(conv) + 8:
		return convKey(value[:len(conv)]), int64(binary.BigEndian.Uint64(value[len(conv):])), nil
	}
	return conv, 0, ErrUnknownContact
}

// addToken gives a visitor one more token, and takes the oldest of too many.
func addToken(tx *bolt.Tx, row *contactRow, token string, until int64) error {
	key := tokenKey(token)
	if err := putToken(tx, conversationKey(row.Page, row.ID), key, until); err != nil {
		return err
	}
	for _, known := range row.Tokens {
		if bytes.Equal(known, key) {
			return nil
		}
	}
	row.Tokens = append(row.Tokens, key)
	for len(row.Tokens) > maxTokens {
		if err := tx.Bucket(bucketTokens).Delete(row.Tokens[0]); err != nil {
			return err
		}
		row.Tokens = row.Tokens[1:]
	}
	return nil
}

// over reports whether a guest's session has ended (ref. 7.6).
func (s *Server) over(r *contactRow) bool {
	page := s.page(r.Page)
	return page != nil && page.GuestSession > 0 && messenger.IsVisitor(r.ID) && r.Customer == "" &&
		s.now().Sub(time.UnixMilli(r.Created)) >= page.GuestSession
}

// visitorOf is the row of the visitor whose token it is, while it is good.
func (s *Server) visitorOf(tx *bolt.Tx, token string) (*contactRow, error) {
	key, until, err := tokenRow(tx, token)
	if err != nil {
		return nil, err
	}
	row, err := getContactByKey(tx, key)
	if err != nil {
		return nil, err
	}
	if s.page(row.Page) == nil {
		return nil, ErrUnknownContact
	}
	if s.over(row) || until > 0 && s.now().UnixMilli() >= until {
		return nil, ErrSessionOver
	}
	return row, nil
}

// Visitor is who a token belongs to. ErrUnknownContact if nobody, ErrSessionOver if not any more.
func (s *Server) Visitor(ctx context.Context, token string) (Contact, error) {
	var c Contact
	err := s.view(ctx, func(tx *bolt.Tx) error {
		row, err := s.visitorOf(tx, token)
		if err == nil {
			c = row.contact()
		}
		return err
	})
	return c, err
}
