package bolt

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"frontdesk/store"
)

// seedHeader, seedMessage and seedKey have something in every kind of field.
var (
	seedHeader = store.Conversation{
		ID: "1:2", Inbox: "1", Contact: store.Contact{Kind: store.ContactPSID, ID: "2", Name: "Mara"}, Status: store.StatusOpen,
		Labels: []string{"vip", ""}, Unread: 2, Seen: 1 << 63, Unreplied: true, Touch: store.Touch{At: 1, Ref: "pricing"},
		Refs: []string{"pricing"}, LastActivity: 5, ReadTo: -1, Outbox: []store.Token{"t"},
		LastMessage: store.LastMessage{Place: store.Place{At: 1, ID: "m"}, Text: "Hello"},
	}
	seedMessage = store.Message{
		ID: "m_1", MID: "m_1", Conversation: "1:2", At: 5, Text: "Hello", Touch: &store.Touch{}, Error: &store.SendError{Code: 10},
		Attachments: []store.Attachment{{Lat: 59.9, Elements: nil}, {}}, State: store.StateFailed, Delivered: true,
	}
	seedKey = keyRecord{key: "message/1", row: store.KeyRow{Place: store.Place{At: 5, ID: "m_1"}, Delivered: true}}
)

// drawAny draws a value of any of the store's types, for every field there is.
func drawAny[T any](rt *rapid.T, name string) T { return rapid.Make[T]().Draw(rt, name) }

func wantEqual(t rapid.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateNaNs(), cmp.AllowUnexported(keyRecord{})); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// TestCodecRoundTrip: what is written comes back, in every field; a field that the codec forgot fails here.
func TestCodecRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		header := drawAny[store.Conversation](rt, "header")
		gotHeader, err := decodeHeader(encodeHeader(header))
		if err != nil {
			rt.Fatal(err)
		}
		wantEqual(rt, "header", gotHeader, header)

		m := drawAny[store.Message](rt, "message")
		if rapid.Bool().Draw(rt, "same") {
			m.MID = string(m.ID)
		}
		gotMessage, err := decodeMessage(m.Conversation, encodeMessage(m))
		if err != nil {
			rt.Fatal(err)
		}
		wantEqual(rt, "message", gotMessage, m)

		touch := drawAny[store.Touch](rt, "touch")
		gotTouch, err := decodeTouch(encodeTouch(touch))
		if err != nil {
			rt.Fatal(err)
		}
		wantEqual(rt, "touch", gotTouch, touch)

		key := keyRecord{key: rapid.String().Draw(rt, "key"), row: drawAny[store.KeyRow](rt, "row")}
		if rapid.Bool().Draw(rt, "ends alike") {
			key.row.Place.ID = store.MessageID("m_" + key.key)
		}
		gotKey, err := decodeKey(encodeKey(key))
		if err != nil {
			rt.Fatal(err)
		}
		wantEqual(rt, "key", gotKey, key)
	})
}

// TestCodecGrows: a row of a later version, with fields that are not known here, is read as far as it is known.
func TestCodecGrows(t *testing.T) {
	t.Parallel()
	head := encodeHeader(store.Conversation{LastActivity: seedHeader.LastActivity})
	later := appendFields(head, func(f *fields) {
		headerFields(f, &seedHeader)
		n, s := uint64(7), "later"
		f.number(900, &n)
		text(f, 901, &s)
	})
	got, err := decodeHeader(later)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "a row with later fields", got, seedHeader)

	// And a field whose form has changed costs that field only.
	odd := appendFields(head, func(f *fields) {
		n, s := uint64(3), store.InboxID("1")
		f.number(1, &n)
		text(f, 3, &s)
	})
	if got, err = decodeHeader(odd); err != nil || got.ID != "" || got.Inbox != "1" {
		t.Errorf("a number where a text was: %+v, %v", got, err)
	}
}

func TestCodecRefusesDamage(t *testing.T) {
	t.Parallel()
	whole := encodeHeader(seedHeader)
	for name, row := range map[string][]byte{
		"empty":           {},
		"another version": append([]byte{rowVersion + 1}, whole[1:]...),
		"cut":             whole[:len(whole)-1],
		"cut in its time": whole[:headTime-1],
		"endless number":  append(bytes.Clone(whole[:headTime]), bytes.Repeat([]byte{0xff}, 20)...),
		"a long text":     append(bytes.Clone(whole[:headTime]), 1<<1|textForm, 200, 'x'),
	} {
		if _, err := decodeHeader(row); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzDecode: whatever stands in a row, reading it ends without a panic, and what was read is written and read alike.
func FuzzDecode(f *testing.F) {
	f.Add(encodeHeader(seedHeader))
	f.Add(encodeMessage(seedMessage))
	f.Add(encodeKey(seedKey))
	f.Add(encodeTouch(seedHeader.Touch))
	f.Add(pack(&seedHeader))
	f.Fuzz(func(t *testing.T, row []byte) {
		before := bytes.Clone(row)
		if c, err := decodeHeader(row); err == nil {
			again, err := decodeHeader(encodeHeader(c))
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, "header", again, c)
			contact, err := peekContact(row)
			if at, errAt := peekActivity(row); err != nil || errAt != nil || contact != c.Contact || at != c.LastActivity {
				t.Errorf("peeked %+v, %d, %v, %v", contact, at, err, errAt)
			}
		}
		if m, err := decodeMessage("1:2", row); err == nil {
			again, err := decodeMessage("1:2", encodeMessage(m))
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, "message", again, m)
		}
		if k, err := decodeKey(row); err == nil {
			again, err := decodeKey(encodeKey(k))
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, "key", again, k)
		}
		if p := packed(row); p.valid() {
			for _, list := range [][]byte{first(p.refs()), first(p.labels())} {
				if len(list)%4 != 0 {
					t.Errorf("a list of %d bytes", len(list))
				}
			}
		}
		if !bytes.Equal(before, row) {
			t.Error("reading changed the row")
		}
	})
}

func first[T, U any](v T, _ U) T { return v }

// TestKeyOrder: the order of keys is that of times and places.
func TestKeyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := drawAny[store.Place](rt, "a"), drawAny[store.Place](rt, "b")
		if rapid.Bool().Draw(rt, "same time") {
			b.At = a.At
		}
		conv := hashOf("1:2")
		if got, want := bytes.Compare(messageKey(conv, a), messageKey(conv, b)), a.Compare(b); got != want {
			rt.Errorf("keys of messages compare %d, places %d", got, want)
		}
		x, y := store.Cursor{LastActivity: a.At, ID: store.ConversationID(a.ID)}, store.Cursor{LastActivity: b.At, ID: store.ConversationID(b.ID)}
		px, py := positionOf(x.LastActivity, hashOf(x.ID)), positionOf(y.LastActivity, hashOf(y.ID))
		if got, want := bytes.Compare(px[:], py[:]), x.Compare(y); got != want {
			rt.Errorf("positions compare %d, cursors %d", got, want)
		}
		if got := parseTime(appendTime(nil, a.At)); got != a.At {
			rt.Errorf("time %d came back as %d", a.At, got)
		}
		prefix := rowPrefix(conv, messageRow)
		if key := messageKey(conv, a); bytes.Compare(key, after(prefix)) >= 0 || !bytes.HasPrefix(key, prefix) {
			rt.Error("a key stands outside its prefix")
		}
	})
	day := store.MillisOf(time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC))
	if k, l := appendTime(nil, day), appendTime(nil, day+1); bytes.Compare(k, l) >= 0 {
		t.Error("a later time has a smaller key")
	}
}

func TestAfter(t *testing.T) {
	t.Parallel()
	for _, tc := range [][2][]byte{{{1}, {2}}, {{1, 0xff}, {2}}, {{0xff, 0xff}, nil}, {{}, nil}, {{1, 2, 0xff, 0xff}, {1, 3}}} {
		if got := after(tc[0]); !bytes.Equal(got, tc[1]) {
			t.Errorf("after(%x) = %x, want %x", tc[0], got, tc[1])
		}
	}
}
