package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"frontdesk/messenger"
	"frontdesk/store"
)

// TestRecordedWebhooksWithdrawn withdraws every message of every recorded webhook, some before they come. Their words
// are then nowhere, neither in what is printed nor in a record of the log, and views made again say the same.
func TestRecordedWebhooksWithdrawn(t *testing.T) {
	t.Parallel()
	var bodies []string
	gone := map[string]bool{}
	for _, body := range recordedBodies(t) {
		bodies = append(bodies, body)
		env, err := messenger.ParseEnvelope([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range env.Entries {
			for _, ev := range entry.Events {
				if ev.Kind == messenger.KindMessage && !ev.Message.IsDeleted && entry.ID != "0" && env.Object == "page" {
					gone[ev.Message.MID] = true
					bodies = append(bodies, fmt.Sprintf(`{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[{"sender":{"id":%q,"user_ref":%q},`+
						`"recipient":{"id":%q},"timestamp":%d,"message":{"mid":%q,"is_deleted":true}}]}]}`,
						entry.ID, entry.Time, ev.Sender.ID, ev.Sender.UserRef, ev.Recipient.ID, ev.Timestamp+1, ev.Message.MID))
				}
			}
		}
	}
	h, s := recordedHouse(t)
	for _, body := range shuffled(1, bodies) {
		if status, err := postSigned(t.Context(), h.base+"/webhook", killSecret, body); err != nil || status != http.StatusOK {
			t.Fatalf("the webhook answered %d, %v", status, err)
		}
	}
	swept := poll(func() bool {
		left, err := h.stores.Views.Redactions(t.Context(), 1)
		return err == nil && len(left) == 0 && h.desk.CaughtUp(t.Context()) == nil
	})
	if !swept {
		t.Fatal("not all words were taken out of the log")
	}
	for mid, words := range wordsInLog(t, h) {
		if gone[mid] && strings.Trim(words, "-") != "" {
			t.Errorf("%s was withdrawn, and the log still says %q", mid, words)
		}
	}
	d := &door{Contract: h.desk, settings: s}
	before := sketchHouse(t, d)
	withdrawn := 0
	for _, line := range before {
		if strings.Contains(line, "withdrawn=true") {
			withdrawn++
		}
	}
	if withdrawn != len(gone) {
		t.Errorf("%d lines say that they were withdrawn, want %d", withdrawn, len(gone))
	}
	if err := h.stores.projector.Replay(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(before, sketchHouse(t, d)); diff != "" {
		t.Errorf("made again the views say otherwise (-before +after):\n%s", diff)
	}
}

// wordsInLog are the words that the log has of each message.
func wordsInLog(t *testing.T, h *house) map[string]string {
	t.Helper()
	words := map[string]string{}
	for at := store.Seq(0); at < h.stores.Log.Head(); {
		records, err := h.stores.Log.Read(t.Context(), at, 100)
		if err != nil || len(records) == 0 {
			t.Fatalf("read the log after %d: %d records, %v", at, len(records), err)
		}
		for _, rec := range records {
			at = rec.Seq
			env, err := messenger.ParseEnvelope(rec.Body)
			if rec.Kind != store.RecordWebhook || err != nil {
				continue
			}
			for _, entry := range env.Entries {
				for _, ev := range entry.Events {
					addWords(words, ev)
				}
			}
		}
	}
	return words
}

func addWords(words map[string]string, ev messenger.Event) {
	if ev.Kind == messenger.KindEdit {
		words[ev.Rare.Edit.MID] += ev.Rare.Edit.Text
	}
	m := ev.Message
	if m == nil {
		return
	}
	words[m.MID] += m.Text
	if m.QuickReply != nil {
		words[m.MID] += *m.QuickReply
	}
	for _, a := range m.Attachments {
		words[m.MID] += a.URL + a.Title + a.Text
		for _, e := range a.Elements {
			words[m.MID] += e.Title + e.Subtitle + e.ImageURL
		}
	}
}
