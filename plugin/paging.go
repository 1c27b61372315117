package plugin

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

const (
	usualPage = 25 // ref. 6.2
	maxPage   = 100
)

// pageQuery says which part of a long list a call asks for.
type pageQuery struct {
	limit         int
	after, before []byte // places in the list; at most one
}

// readPage reads limit, after and before. A list is asked for from its newest.
func readPage(get func(string) string) (pageQuery, error) {
	q := pageQuery{limit: usualPage}
	if given := get("limit"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 {
			return q, badParam("Param limit must be an integer greater than 0")
		}
		q.limit = min(n, maxPage)
	}
	for name, into := range map[string]*[]byte{"after": &q.after, "before": &q.before} {
		if given := get(name); given != "" {
			place, err := base64.RawURLEncoding.DecodeString(given)
			if err != nil || len(place) == 0 {
				return q, errCursor
			}
			*into = place
		}
	}
	if q.after != nil && q.before != nil {
		return q, badParam("Cannot specify both before and after parameters")
	}
	return q, nil
}

var errCursor = &graphError{code: 100, message: "(#100) Invalid cursors values"}

// row is a row of the file, copied.
type dbRow struct{ key, value []byte }

// rowsOf is a part of the rows below a prefix, newest first, and whether there are others on either side.
func rowsOf(cur *bolt.Cursor, prefix []byte, q pageQuery) (list []dbRow, older, newer bool) {
	step, from := cur.Prev, prefixEnd(prefix)
	switch {
	case q.after != nil:
		from = append(slices.Clone(prefix), q.after...)
	case q.before != nil:
		step, from = cur.Next, append(slices.Clone(prefix), q.before...)
	}
	key, value := cur.Seek(from)
	switch {
	case q.before == nil && key == nil:
		key, value = cur.Last()
	case q.before == nil:
		key, value = cur.Prev()
	case bytes.Equal(key, from):
		key, value = cur.Next()
	}
	for ; bytes.HasPrefix(key, prefix) && len(list) < q.limit; key, value = step() {
		list = append(list, dbRow{key: bytes.Clone(key), value: bytes.Clone(value)})
	}
	more := bytes.HasPrefix(key, prefix)
	if q.before != nil {
		slices.Reverse(list)
		return list, len(list) > 0, more
	}
	return list, more, q.after != nil && len(list) > 0
}

// prefixEnd is behind every key with a prefix of random or fixed bytes.
func prefixEnd(prefix []byte) []byte {
	return append(slices.Clone(prefix), bytes.Repeat([]byte{0xFF}, 32)...)
}

// paging tells how to go on in a list (ref. 6.2).
type paging struct {
	Cursors struct {
		Before string `json:"before"`
		After  string `json:"after"`
	} `json:"cursors"`
	Next     string `json:"next,omitempty"`
	Previous string `json:"previous,omitempty"`
}

// paged is an answer with a part of a list.
type paged struct {
	Data   []map[string]any `json:"data"`
	Paging *paging          `json:"paging,omitempty"`
}

// pagingOf describes a part of a list. The addresses of its neighbours repeat the call's own fields and never hold a token:
// addresses land in logs.
func (s *Server) pagingOf(path string, fields url.Values, prefix []byte, list []dbRow, older, newer bool) *paging {
	if len(list) == 0 {
		return nil
	}
	place := func(r dbRow) string { return base64.RawURLEncoding.EncodeToString(r.key[len(prefix):]) }
	p := &paging{}
	p.Cursors.Before, p.Cursors.After = place(list[0]), place(list[len(list)-1])
	address := func(direction, cursor string) string {
		q := url.Values{direction: {cursor}}
		for name, values := range fields {
			if values[0] != "" {
				q[name] = values
			}
		}
		return s.url + path + "?" + q.Encode()
	}
	if older {
		p.Next = address("after", p.Cursors.After)
	}
	if newer {
		p.Previous = address("before", p.Cursors.Before)
	}
	return p
}
