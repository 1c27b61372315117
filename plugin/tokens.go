package plugin

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
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

// What stands in bucketAbout about tokens.
var (
	aboutTokenKey = []byte("token_key") // the secret that tokens are signed with
	aboutUnsigned = []byte("unsigned")  // the file may hold tokens of the time before there was that secret
)

// tokenMaker makes tokens and knows its own: one that somebody has made up is refused before anything is looked up.
type tokenMaker struct {
	key      []byte
	unsigned bool
}

// A token is a secret and the beginning of its HMAC, in base64.
const (
	tokenSecret = 32
	tokenMAC    = 16
)

// makeTokenKey draws the secret of a file that has none yet.
func makeTokenKey(tx *bolt.Tx) error {
	about := tx.Bucket(bucketAbout)
	if about.Get(aboutTokenKey) != nil {
		return nil
	}
	if first, _ := tx.Bucket(bucketTokens).Cursor().First(); first != nil {
		if err := about.Put(aboutUnsigned, []byte{1}); err != nil {
			return err
		}
	}
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // it never fails
	return about.Put(aboutTokenKey, key)
}

func readTokenMaker(tx *bolt.Tx) tokenMaker {
	about := tx.Bucket(bucketAbout)
	return tokenMaker{key: bytes.Clone(about.Get(aboutTokenKey)), unsigned: about.Get(aboutUnsigned) != nil}
}

// mac is an HMAC for one purpose.
func (m tokenMaker) mac(purpose string, parts ...string) []byte {
	h := hmac.New(sha256.New, m.key)
	sum := hash16(append([]string{purpose}, parts...)...)
	h.Write(sum[:])
	return h.Sum(nil)
}

func (m tokenMaker) sign(secret []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(bytes.Clone(secret), m.mac("token", string(secret))[:tokenMAC]...))
}

// derived is the token of a new visitor whose browser has named a secret: the same one for the same secret.
func (m tokenMaker) derived(page, key string) string {
	return m.sign(m.mac("visitor", page, key))
}

// knows reports whether a token can be one of this file's.
func (m tokenMaker) knows(token string) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	switch {
	case err != nil:
		return false
	case len(raw) == tokenSecret:
		return m.unsigned
	case len(raw) != tokenSecret+tokenMAC:
		return false
	}
	return hmac.Equal(raw[tokenSecret:], m.mac("token", string(raw[:tokenSecret]))[:tokenMAC])
}

// newToken draws a visitor's token.
func (s *Server) newToken() (string, error) {
	var secret [tokenSecret]byte
	if err := s.randomBytes(secret[:]); err != nil {
		return "", err
	}
	return s.tokens.sign(secret[:]), nil
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
	if !s.tokens.knows(token) {
		return nil, ErrUnknownContact
	}
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
