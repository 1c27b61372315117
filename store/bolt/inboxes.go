package bolt

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"frontdesk/store"
)

// What is known of whole inboxes, and of the log: alerts, events of kinds nobody knows, words still to be taken out.

// alertRow is an inbox with its alert.
type alertRow struct {
	inbox store.InboxID
	alert store.Alert
}

func alertFields(f *fields, a *alertRow) {
	text(f, 1, &a.inbox)
	count(f, 2, &a.alert.At)
	text(f, 3, &a.alert.Action)
	text(f, 4, &a.alert.Reason)
}

func unknownFields(f *fields, u *store.UnknownCount) {
	text(f, 1, &u.Inbox)
	text(f, 2, &u.Name)
	count(f, 3, &u.N)
	count(f, 4, &u.First)
	count(f, 5, &u.Last)
}

func redactionFields(f *fields, r *store.Redaction) {
	f.number(1, (*uint64)(&r.Seq))
	text(f, 2, &r.Inbox)
	text(f, 3, &r.MID)
	text(f, 4, &r.Conversation)
}

// pairHash is the key of two texts; each counts with its length.
func pairHash(a, b string) []byte {
	h := hashOf(string(binary.AppendUvarint(nil, uint64(len(a)))) + a + b)
	return h[:]
}

// redactionKey sorts by the place in the log, and by message. Without a conversation it is a prefix of all that have one.
func redactionKey(r store.Redaction) []byte {
	key := append(encodeSeq(r.Seq), pairHash(string(r.Inbox), r.MID)...)
	if r.Conversation == "" {
		return key
	}
	h := hashOf(r.Conversation)
	return append(key, h[:]...)
}

// Alert returns what was last put for an inbox.
func (r *rows) Alert(inbox store.InboxID) (store.Alert, bool, error) {
	if r.ended {
		return store.Alert{}, false, errEnded
	}
	h := hashOf(inbox)
	row := r.tx.Bucket(alertBucket).Get(h[:])
	if row == nil {
		return store.Alert{}, false, nil
	}
	var a alertRow
	err := decode(row, func(f *fields) { alertFields(f, &a) })
	if err == nil && a.inbox != inbox {
		err = errSameHash
	}
	if err != nil {
		return store.Alert{}, false, fmt.Errorf("read an alert: %w", err)
	}
	return a.alert, true, nil
}

// PutAlert keeps what the platform said of an inbox.
func (r *rows) PutAlert(inbox store.InboxID, alert store.Alert) error {
	if _, _, err := r.Alert(inbox); err != nil {
		return err
	}
	h, a := hashOf(inbox), alertRow{inbox: inbox, alert: alert}
	return r.tx.Bucket(alertBucket).Put(h[:], encode(nil, func(f *fields) { alertFields(f, &a) }))
}

// CountUnknown counts an event of a kind nobody knows.
func (r *rows) CountUnknown(inbox store.InboxID, name string, at store.Millis) error {
	if r.ended {
		return errEnded
	}
	r.unkept++
	row := r.kind(inbox, name)
	if row == nil {
		kept, err := getNumber(r.tx, kindsKey)
		switch {
		case err != nil:
			return err
		case kept+r.named >= store.MaxUnknown:
			inbox, name = "", store.UnknownRest
			row = r.kind(inbox, name)
		default:
			r.named++
		}
	}
	u := store.UnknownCount{Inbox: inbox, Name: name, First: at, Last: at}
	if row != nil {
		var was store.UnknownCount
		if err := decode(row, func(f *fields) { unknownFields(f, &was) }); err != nil {
			return fmt.Errorf("count an unknown event: %w", err)
		}
		if was.Inbox != inbox || was.Name != name {
			return fmt.Errorf("count an unknown event: %w", errSameHash)
		}
		u.N, u.First, u.Last = was.N, min(was.First, at), max(was.Last, at)
	}
	u.N++
	return r.tx.Bucket(kindBucket).Put(pairHash(string(inbox), name), encode(nil, func(f *fields) { unknownFields(f, &u) }))
}

func (r *rows) kind(inbox store.InboxID, name string) []byte {
	return r.tx.Bucket(kindBucket).Get(pairHash(string(inbox), name))
}

// flushUnknown adds up what CountUnknown counted.
func (r *rows) flushUnknown() error {
	for key, n := range map[string]uint64{string(unknownKey): r.unkept, string(kindsKey): r.named} {
		if n == 0 {
			continue
		}
		was, err := getNumber(r.tx, []byte(key))
		if err != nil {
			return err
		}
		if err := putNumber(r.tx, []byte(key), was+n); err != nil {
			return err
		}
	}
	return nil
}

// PutRedaction keeps what is to be taken out of the log.
func (r *rows) PutRedaction(red store.Redaction) error {
	if r.ended {
		return errEnded
	}
	return r.tx.Bucket(redactBucket).Put(redactionKey(red), encode(nil, func(f *fields) { redactionFields(f, &red) }))
}

// DeleteRedaction forgets it, or those of all conversations.
func (r *rows) DeleteRedaction(red store.Redaction) error {
	if r.ended {
		return errEnded
	}
	bucket, key := r.tx.Bucket(redactBucket), redactionKey(red)
	if red.Conversation != "" {
		return bucket.Delete(key)
	}
	var all [][]byte
	err := walk(bucket, key, nil, true, func(k, _ []byte) (bool, error) {
		all = append(all, bytes.Clone(k))
		return true, nil
	})
	for _, k := range all {
		err = errors.Join(err, bucket.Delete(k))
	}
	return err
}

// Alerts returns the latest alert of each inbox.
func (v *Views) Alerts(ctx context.Context) (alerts map[store.InboxID]store.Alert, err error) {
	err = v.read(ctx, "read the alerts", func(r *reader) error {
		alerts = map[store.InboxID]store.Alert{}
		return walk(r.tx.Bucket(alertBucket), nil, nil, true, func(_, row []byte) (bool, error) {
			var a alertRow
			err := decode(row, func(f *fields) { alertFields(f, &a) })
			alerts[a.inbox] = a.alert
			return true, err
		})
	})
	if err != nil {
		return nil, err
	}
	return alerts, nil
}

// Unknown returns the events of kinds nobody knows, those most often seen first.
func (v *Views) Unknown(ctx context.Context) (list []store.UnknownCount, err error) {
	err = v.read(ctx, "read the unknown events", func(r *reader) error {
		list = nil
		return walk(r.tx.Bucket(kindBucket), nil, nil, true, func(_, row []byte) (bool, error) {
			var u store.UnknownCount
			err := decode(row, func(f *fields) { unknownFields(f, &u) })
			list = append(list, u)
			return true, err
		})
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b store.UnknownCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Inbox, b.Inbox), cmp.Compare(a.Name, b.Name))
	})
	return list, nil
}

// Redactions returns up to n words that are still to be taken out of the log, by their place in it.
func (v *Views) Redactions(ctx context.Context, n int) (list []store.Redaction, err error) {
	err = v.read(ctx, "read what is to be redacted", func(r *reader) error {
		list = nil
		return walk(r.tx.Bucket(redactBucket), nil, nil, true, func(_, row []byte) (bool, error) {
			if len(list) >= n {
				return false, nil
			}
			var red store.Redaction
			err := decode(row, func(f *fields) { redactionFields(f, &red) })
			list = append(list, red)
			return true, err
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// dumpInboxes writes what is known of inboxes and of the log, in the order of the file.
func (r *reader) dumpInboxes(out *bytes.Buffer) error {
	for _, part := range []struct {
		bucket []byte
		line   func(row []byte) error
	}{
		{alertBucket, func(row []byte) error {
			var a alertRow
			err := decode(row, func(f *fields) { alertFields(f, &a) })
			dumpLine(out, "alert", struct {
				Inbox store.InboxID
				Alert store.Alert
			}{a.inbox, a.alert})
			return err
		}},
		{kindBucket, func(row []byte) error {
			var u store.UnknownCount
			err := decode(row, func(f *fields) { unknownFields(f, &u) })
			dumpLine(out, "unknown", u)
			return err
		}},
		{redactBucket, func(row []byte) error {
			var red store.Redaction
			err := decode(row, func(f *fields) { redactionFields(f, &red) })
			dumpLine(out, "redact", red)
			return err
		}},
		{uploadBucket, func(row []byte) error {
			var u upload
			err := decode(row, func(f *fields) { uploadFields(f, &u) })
			dumpLine(out, "upload", struct {
				Inbox    store.InboxID
				Hash, ID string
				At       store.Millis
			}{u.inbox, u.hash, u.id, u.at})
			return err
		}},
	} {
		err := walk(r.tx.Bucket(part.bucket), nil, nil, true, func(_, row []byte) (bool, error) {
			return true, part.line(row)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
