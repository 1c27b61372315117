package plugin

import (
	"context"
	"encoding/binary"
	"net/http"
	"slices"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// Before lists what was said before a place in the conversation (0: the newest), oldest first: at most limit messages and
// 200, and fewer of long ones. older says whether there is more before the first of them.
func (s *Server) Before(ctx context.Context, c Contact, before uint64, limit int) (list []Message, older bool, err error) {
	if before == 0 {
		before = ^uint64(0)
	}
	limit = min(max(limit, 1), maxMessages)
	bytes := 0
	err = s.view(ctx, func(tx *bolt.Tx) error {
		if _, err := getContact(tx, c.Page, c.ID); err != nil {
			return err
		}
		conv := c.key()
		cur := tx.Bucket(bucketMessages).Cursor()
		key, raw := seekBefore(cur, conv, before)
		for ; inConversation(key, conv) && len(list) < limit && bytes < maxMessagesBytes; key, raw = cur.Prev() {
			bytes += len(raw)
			row, err := readMessage(raw)
			if err != nil {
				return err
			}
			list = append(list, row.message(binary.BigEndian.Uint64(key[len(conv):])))
		}
		older = inConversation(key, conv)
		return nil
	})
	slices.Reverse(list)
	return list, older, err
}

// backwards reads what a call says of looking back: before a place, or with limit alone from the newest on.
func backwards(r *http.Request) (before uint64, limit int, back bool, err error) {
	q := r.URL.Query()
	back = q.Has("before") || q.Has("limit") && !q.Has("after")
	if before, err = placeIn(r, "before", 0); err != nil || !back {
		return 0, 0, back, err
	}
	if q.Has("after") {
		return 0, 0, back, &InputError{"before", "and after do not go together"}
	}
	n, err := placeIn(r, "limit", maxMessages)
	if err == nil && n == 0 {
		err = &InputError{"limit", "must be 1 or more"}
	}
	return before, int(min(n, maxMessages)), back, err
}

// placeIn is a number of an address.
func placeIn(r *http.Request, name string, without uint64) (uint64, error) {
	given := r.URL.Query().Get(name)
	if given == "" {
		return without, nil
	}
	n, err := strconv.ParseUint(given, 10, 64)
	if err != nil {
		return 0, &InputError{name, "is not a number"}
	}
	return n, nil
}

// visitorLooksBack is GET /plugin/messages with before, or with limit alone. It says nothing of what has arrived.
func (s *Server) visitorLooksBack(ctx context.Context, c Contact, before uint64, limit int) (any, error) {
	messages, older, err := s.Before(ctx, c, before, limit)
	if err != nil {
		return nil, err
	}
	out, err := s.linesWith(ctx, c, messages, 0)
	if err == nil && older {
		out.Before = messages[0].Seq
	}
	return out, err
}
