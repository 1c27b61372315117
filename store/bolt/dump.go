package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"frontdesk/store"
)

// errMoved says that views changed while they were written out.
var errMoved = errors.New("the views moved on meanwhile; try again when nothing comes in")

// dumpBytes is about how much is collected before the transaction ends and the text is written out.
const dumpBytes = 1 << 20

// Dump writes everything that the views know as text: two views of the same log up to the same place give the same
// text, whatever their history and engine.
//
// It begins with the place in the log. Conversations follow by the SHA-256 of their ids; each with its messages and
// touches, oldest first, and its keys by their SHA-256; keys without a conversation stand where it would; the counters
// and what is known of whole inboxes come last. A line is a word and a value: fields by name in the order of their
// declaration, zero values left out, text quoted, bytes that are no UTF-8 as \x.
//
// Writing waits for nobody in a transaction. When the views change before the end, Dump fails.
func (v *Views) Dump(ctx context.Context, w io.Writer) error {
	var (
		applied store.Seq
		next    []byte // the conversation to begin with
		first   = true
	)
	for first || next != nil {
		var out bytes.Buffer
		err := v.read(ctx, "write out the views", func(r *reader) (err error) {
			if first {
				applied, first = r.applied, false
				fmt.Fprintf(&out, "applied %d\n", applied)
			}
			if r.applied != applied {
				return errMoved
			}
			if next, err = r.dumpSome(&out, next); err != nil || next != nil {
				return err
			}
			return r.dumpCounts(&out)
		})
		if err != nil {
			return err
		}
		if _, err := w.Write(out.Bytes()); err != nil {
			return fmt.Errorf("write out the views: %w", err)
		}
	}
	return nil
}

// dumpSome writes conversations from one on, and returns the one it did not come to.
func (r *reader) dumpSome(out *bytes.Buffer, from []byte) ([]byte, error) {
	heads, rows := r.headers.Cursor(), r.rows.Cursor()
	head, _ := heads.Seek(from)
	row, _ := rows.Seek(from)
	for head != nil || row != nil {
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
		conv := hash(bytes.Repeat([]byte{0xff}, 16))
		if head != nil {
			conv = hash(head)
		}
		if row != nil && bytes.Compare(row[:16], conv[:]) < 0 {
			conv = hash(row)
		}
		if out.Len() > dumpBytes {
			return conv[:], nil
		}
		if err := r.dumpConversation(out, conv); err != nil {
			return nil, err
		}
		if head != nil && hash(head) == conv {
			head, _ = heads.Next()
		}
		row, _ = rows.Seek(after(conv[:]))
	}
	return nil, nil
}

func (r *reader) dumpConversation(out *bytes.Buffer, conv hash) error {
	var id store.ConversationID
	if row := r.header(conv); row != nil {
		c, err := decodeHeader(row)
		if err != nil {
			return err
		}
		id = c.ID
		dumpLine(out, "conversation", c)
	}
	for _, kind := range []byte{messageRow, touchRow, keyRow} {
		err := walk(r.rows, rowPrefix(conv, kind), nil, true, func(_, row []byte) (bool, error) {
			switch kind {
			case messageRow:
				m, err := decodeMessage(id, row)
				dumpLine(out, "message", m)
				return true, err
			case touchRow:
				t, err := decodeTouch(row)
				dumpLine(out, "touch", t)
				return true, err
			default:
				k, err := decodeKey(row)
				dumpLine(out, "key", struct {
					Key string
					Row store.KeyRow
				}{k.key, k.row})
				return true, err
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dumpCounts writes the counters; of refs and labels all, not only those that are shown.
func (r *reader) dumpCounts(out *bytes.Buffer) error {
	counts, err := r.counts()
	if err != nil {
		return err
	}
	counts.Refs, counts.Labels = nil, nil
	err = r.eachFacet(kindRef, func(_ facetKey, row facetRow) error {
		if row.open > 0 {
			counts.Refs = append(counts.Refs, store.RefCount{Ref: row.text, N: row.open})
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(counts.Refs, func(a, b store.RefCount) int { return strings.Compare(a.Ref, b.Ref) })
	err = r.eachFacet(kindLabel, func(_ facetKey, row facetRow) error {
		if row.open > 0 {
			counts.Labels = append(counts.Labels, store.LabelCount{Label: row.text, N: row.open})
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(counts.Labels, func(a, b store.LabelCount) int { return strings.Compare(a.Label, b.Label) })
	dumpLine(out, "counts", counts)
	return r.dumpInboxes(out)
}

func dumpLine(out *bytes.Buffer, word string, v any) {
	out.WriteString(word)
	dumpValue(out, reflect.ValueOf(v))
	out.WriteByte('\n')
}

// dumpValue writes a value of the store's types.
func dumpValue(out *bytes.Buffer, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		out.WriteString(strconv.QuoteToASCII(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				fmt.Fprintf(out, " %s=", v.Type().Field(i).Name)
				if f.Kind() == reflect.Struct {
					dumpGroup(out, f)
				} else {
					dumpValue(out, f)
				}
			}
		}
	case reflect.Pointer:
		dumpGroup(out, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			dumpGroup(out, v.Index(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			fmt.Fprintf(out, "(%q %d)", k.String(), v.MapIndex(k).Int())
		}
	default:
		fmt.Fprint(out, v.Interface())
	}
}

func dumpGroup(out *bytes.Buffer, v reflect.Value) {
	out.WriteByte('(')
	dumpValue(out, v)
	out.WriteByte(')')
}
