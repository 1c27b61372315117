package ingest_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"frontdesk/ingest"
	"frontdesk/store"
)

// withoutWords compares facts but for what the contact said in them.
var withoutWords = cmp.Options{
	cmpopts.IgnoreFields(store.Fact{}, "Text", "Payload", "Attachments", "Buttons", "Elements", "Details"), cmpopts.EquateEmpty(),
}

func TestRedactTakesWordsOut(t *testing.T) {
	t.Parallel()
	gone := store.Redaction{Inbox: "109872000000101", Conversation: "109872000000101:7412000000000101", MID: "gone"}
	for name, event := range map[string]string{
		"text":             `"message":{"mid":"m_gone","text":"SECRET"}`,
		"text twice":       `"message":{"mid":"m_gone","text":"SECRET one","text":"SECRET two"}`,
		"escaped text":     `"message":{"text":"\u0053ECRET SECRET \" } ]","mid":"m_gone"}`,
		"no prefix":        `"message":{"mid":"gone","text":"SECRET"}`,
		"a tap":            `"message":{"mid":"m_gone","text":"SECRET","quick_reply":{"payload":"SECRET"}}`,
		"a picture":        `"message":{"mid":"m_gone","attachments":[{"type":"image","payload":{"url":"https://a.example/SECRET.jpg"}}]}`,
		"a link card":      `"message":{"mid":"m_gone","attachments":[{"type":"fallback","title":"SECRET","url":"https://SECRET.example","payload":null}]}`,
		"a product":        `"message":{"mid":"m_gone","attachments":[{"type":"template","payload":{"product":{"elements":[{"title":"SECRET","subtitle":"SECRET"}]}}}]}`,
		"an appointment":   `"message":{"mid":"m_gone","attachments":[{"type":"appointment_booking","payload":{"booking_id":"SECRET","start_time":1795532400}}]}`,
		"what nobody knew": `"message":{"mid":"m_gone","text":"x","nlp":{"entities":[{"value":"SECRET"}]},"hologram":"SECRET"}`,
		"an edit":          `"message_edit":{"mid":"m_gone","text":"SECRET","num_edit":2}`,
		"beside an arrival": `"message":{"mid":"m_gone","text":"SECRET","referral":{"source":"ADS","ref":"kept"},
			"tags":[{"source":"customer_chat_plugin"}],"reply_to":{"mid":"m_kept"}}`,
		"nested deep": `"message":{"mid":"m_gone","text":"SECRET","x":` + strings.Repeat(`["SECRET",`, 600) + `1` + strings.Repeat(`]`, 600) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			neighbour := `{"sender":{"id":"7412000000000104"},"recipient":{"id":"109872000000101"},"message":{"mid":"m_other","text":"mine \u00e9"}}`
			whole := []byte(`{"object":"page","entry":[{"messaging":[` + neighbour + `,` +
				`{"sender":{"id":"7412000000000101"},"recipient":{"id":"109872000000101"},"timestamp":1794819600000,` + event + `}, ` + neighbour + `],"id":"109872000000101"}]}`)
			before := translate(whole)
			left := ingest.Redact(whole, gone)
			if bytes.Contains(left, []byte("SECRET")) {
				t.Errorf("words are left: %s", left)
			}
			if len(left) > len(whole) {
				t.Errorf("%d bytes became %d", len(whole), len(left))
			}
			if bytes.Count(left, []byte(neighbour)) != 2 {
				t.Errorf("the neighbours changed: %s", left)
			}
			if diff := cmp.Diff(before, translate(left), withoutWords); diff != "" {
				t.Errorf("what it means otherwise (-before +after):\n%s", diff)
			}
			if again := ingest.Redact(left, gone); !bytes.Equal(again, left) {
				t.Errorf("done again it changes: %s", again)
			}
		})
	}
}

// redactionOf names the words of a fact.
func redactionOf(f store.Fact) store.Redaction {
	return store.Redaction{Inbox: f.Inbox, Conversation: store.NewConversationID(f.Inbox, f.Contact), MID: f.MID}
}

// One mid told of two ids is two messages: only that is taken out which was told of the one named.
func TestRedactOneContact(t *testing.T) {
	t.Parallel()
	const (
		inbox = `"recipient":{"id":"109872000000101"},"timestamp":1794819600000,`
		psid  = `{"sender":{"id":"7412000000000101"},` + inbox + `"message":{"mid":"m_1","text":"of the contact"}}`
		guest = `{"sender":{"user_ref":"guest-1"},` + inbox + `"message":{"mid":"1","text":"of the guest"}}`
		edit  = `{"sender":{"user_ref":"guest-1"},` + inbox + `"message_edit":{"mid":"m_1","text":"edited","num_edit":1}}`
		both  = `{"sender":{"id":"7412000000000101","user_ref":"guest-1"},` + inbox + `"message":{"mid":"m_1","text":"of both"}}`
	)
	body := []byte(`{"object":"page","entry":[{"id":"109872000000101","messaging":[` + strings.Join([]string{psid, guest, edit, both}, ",") + `]}]}`)
	for conv, want := range map[store.ConversationID][]string{
		"109872000000101:7412000000000101": {"-", "of the guest", "edited", "-"},
		"109872000000101:ref:guest-1":      {"of the contact", "-", "-", "of both"},
		"109872000000101:ref:guest-2":      {"of the contact", "of the guest", "edited", "of both"},
		"":                                 {"-", "-", "-", "-"},
	} {
		left := ingest.Redact(bytes.Clone(body), store.Redaction{Inbox: "109872000000101", Conversation: conv, MID: "1"})
		var got []string
		for _, f := range translate(left) {
			got = append(got, f.Text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("texts without those of %q (-want +got):\n%s", conv, diff)
		}
	}
}

func TestRedactLeavesTheRest(t *testing.T) {
	t.Parallel()
	whole := fromMaya(`"message":{"mid":"m_1","text":"words"}`)
	for name, left := range map[string][]byte{
		"another message": ingest.Redact(whole, store.Redaction{Inbox: "109872000000101", MID: "2"}),
		"another inbox":   ingest.Redact(whole, store.Redaction{Inbox: "109872000000202", MID: "1"}),
		"no message":      ingest.Redact(whole, store.Redaction{Inbox: "109872000000101", MID: ""}),
		"a prefix alone":  ingest.Redact(whole, store.Redaction{Inbox: "109872000000101", MID: "m_"}),
		"another contact": ingest.Redact(whole, store.Redaction{Inbox: "109872000000101", Conversation: "109872000000101:1", MID: "1"}),
	} {
		if !bytes.Equal(left, whole) {
			t.Errorf("%s: the body became %s", name, left)
		}
	}
	for _, body := range []string{``, `[]`, `{"entry":`, `{"object":"page","entry":[{"messaging":[{"message":{"mid":"m_1","text":"x"}`} {
		if left := ingest.Redact([]byte(body), store.Redaction{Inbox: "1", MID: "1"}); string(left) != body {
			t.Errorf("%q became %q", body, left)
		}
	}
}

// Of each recorded message the words can be taken out, and nothing else changes by it.
func TestRedactFixtures(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(fixtures, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		body := fixture(t, filepath.Base(file))
		before := translate(body)
		for i, f := range before {
			if f.MID == "" || f.Kind != store.FactMessage && f.Kind != store.FactEcho && f.Kind != store.FactEdit {
				continue
			}
			left := ingest.Redact(body, redactionOf(f))
			after := translate(left)
			if diff := cmp.Diff(before, after, withoutWords); diff != "" {
				t.Errorf("%s: what it means otherwise (-before +after):\n%s", file, diff)
				continue
			}
			if text := after[i].Text; text != "" && text != "-" {
				t.Errorf("%s: text %q is left", file, text)
			}
			for j, other := range after {
				if j != i && other.MID != f.MID && !cmp.Equal(before[j], other) {
					t.Errorf("%s: its neighbour changed", file)
				}
			}
			if f.Text == "" && len(f.Attachments) == 1 && f.Attachments[0].URL == "" {
				continue // nothing was said in it
			}
			if bytes.Equal(left, body) {
				t.Errorf("%s: nothing was taken out", file)
			}
		}
	}
}
