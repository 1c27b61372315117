package generate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"frontdesk/ingest"
	"frontdesk/internal/generate"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// TestReplayAfterWithdrawals has a part of a generated history told again under user_refs, edited, and taken back under
// one id or the other; some of the user_refs turn out to be the contact. When the sweeper is done, the words that were
// taken back are in no record, those told under the other id alone are still there, and a replay gives the same views.
func TestReplayAfterWithdrawals(t *testing.T) {
	t.Parallel()
	data := fill(t, t.TempDir(), generate.Options{Conversations: 150, Seed: 12})
	w := withdrawing{T: t, data: data, gone: map[under]bool{}}
	w.tell()
	if err := w.sweep(); err != nil {
		t.Fatal(err)
	}
	w.lookThrough()

	dump := func() string {
		var b bytes.Buffer
		if err := data.Views.Dump(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	lived := dump()
	if err := store.NewProjector(data.Log, data.Views, ingest.Translate, store.NewFeed(0), nil).Replay(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if dump() != lived {
		t.Error("a replay gives other views")
	}
	if err := data.Views.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// under is a message as told under one id.
type under struct {
	conv store.ConversationID
	key  string
}

type withdrawing struct {
	*testing.T
	data *bolt.Data
	gone map[under]bool // what was taken back
	told int            // messages told under two ids
}

// facts calls fn for each message and edit of the log that has words.
func (w *withdrawing) facts(fn func(f store.Fact)) {
	w.Helper()
	for after := store.Seq(0); after < w.data.Log.Head(); {
		records, err := w.data.Log.Read(w.Context(), after, 1000)
		if err != nil || len(records) == 0 {
			w.Fatalf("Read: %d records, %v", len(records), err)
		}
		for _, r := range records {
			after = r.Seq
			if r.Kind != store.RecordWebhook {
				continue
			}
			for _, f := range ingest.Translate(r) {
				if (f.Kind == store.FactMessage || f.Kind == store.FactEdit) && f.Text != "" {
					fn(f)
				}
			}
		}
	}
}

// tell appends what is told again, edited, taken back and tied.
func (w *withdrawing) tell() {
	w.Helper()
	var first []store.Fact
	n := 0
	w.facts(func(f store.Fact) {
		if n++; n%3 == 0 {
			first = append(first, f)
		}
	})
	for i, f := range first {
		ref := store.Contact{Kind: store.ContactUserRef, ID: fmt.Sprintf("guest-%s-%d", f.Contact.ID, i%2)}
		psid, guest := fmt.Sprintf(`{"id":%q}`, f.Contact.ID), fmt.Sprintf(`{"user_ref":%q}`, ref.ID)
		w.post(f, psid, fmt.Sprintf(`"message":{"mid":%q,"text":%q}`, f.MID, f.Text), guest, fmt.Sprintf(`"message":{"mid":%q,"text":%q}`, f.MID, f.Text))
		if i%3 == 0 {
			edit := fmt.Sprintf(`"message_edit":{"mid":%q,"text":"other words %d","num_edit":1}`, f.MID, i)
			w.post(f, guest, edit, psid, edit)
		}
		takeBack := fmt.Sprintf(`"message":{"mid":%q,"is_deleted":true}`, f.MID)
		switch i % 4 {
		case 0:
			w.post(f, psid, takeBack)
			w.gone[w.under(f, f.Contact)] = true
		case 1:
			w.post(f, guest, takeBack)
			w.gone[w.under(f, ref)] = true
		}
		if i%10 == 0 {
			w.post(f, fmt.Sprintf(`{"id":%q,"user_ref":%q}`, f.Contact.ID, ref.ID), `"read":{"watermark":1}`)
		}
	}
	w.told = len(first)
}

func (w *withdrawing) under(f store.Fact, c store.Contact) under {
	return under{store.NewConversationID(f.Inbox, c), store.KeyOf(store.FactMessage, f.MID)}
}

// post appends a body with events: pairs of a sender and what it says.
func (w *withdrawing) post(f store.Fact, saying ...string) {
	w.Helper()
	var events []byte
	for i := 0; i < len(saying); i += 2 {
		if i > 0 {
			events = append(events, ',')
		}
		events = fmt.Appendf(events, `{"sender":%s,"recipient":{"id":%q},"timestamp":%d,%s}`, saying[i], f.Inbox, f.At+1, saying[i+1])
	}
	body := fmt.Appendf(nil, `{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[%s]}]}`, f.Inbox, f.At+1, events)
	if _, err := w.data.Log.Append(w.Context(), store.Record{Kind: store.RecordWebhook, At: f.At + 500, Body: body}); err != nil {
		w.Fatalf("Append: %v", err)
	}
}

func (w *withdrawing) sweep() error {
	ctx, cancel := context.WithCancel(w.Context())
	feed := store.NewFeed(0)
	projector := store.NewProjector(w.data.Log, w.data.Views, ingest.Translate, feed, nil)
	if err := projector.CatchUp(ctx); err != nil {
		cancel()
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- projector.Run(ctx) }()
	log := store.PokedLog{Log: w.data.Log, Projector: projector}
	err := store.NewSweeper(log, w.data.Views, feed, ingest.Redact, nil).Sweep(ctx)
	cancel()
	return errors.Join(err, <-ended)
}

// lookThrough wants words gone where they were taken back under an id of the same contact, and there everywhere else.
func (w *withdrawing) lookThrough() {
	w.Helper()
	whole := map[store.ConversationID]store.ConversationID{}
	of := func(id store.ConversationID) store.ConversationID {
		if whole[id] == "" {
			c, err := w.data.Views.Conversation(w.Context(), id)
			if err != nil {
				w.Fatalf("Conversation %s: %v", id, err)
			}
			whole[id] = c.ID
		}
		return whole[id]
	}
	gone := map[under]bool{}
	for u := range w.gone {
		gone[under{of(u.conv), u.key}] = true
	}
	var out, kept int
	w.facts(func(f store.Fact) {
		u := w.under(f, f.Contact)
		u.conv = of(u.conv)
		switch redacted := f.Text == "-"; {
		case redacted && gone[u]:
			out++
		case redacted:
			w.Errorf("the words of %s in %s are out, and nobody took them back", f.MID, u.conv)
		case gone[u]:
			w.Errorf("the words of %s in %s were taken back and are still in the log", f.MID, u.conv)
		default:
			kept++
		}
	})
	if w.told < 100 || out < w.told/2 || kept < w.told/2 {
		w.Errorf("of %d messages %d words are out and %d still there; the test shows nothing", w.told, out, kept)
	}
}
