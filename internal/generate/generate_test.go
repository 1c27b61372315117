package generate_test

import (
	"crypto/sha256"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"frontdesk/ingest"
	"frontdesk/internal/generate"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// fill makes a store of n conversations and brings its views up to it.
func fill(t *testing.T, dir string, o generate.Options) *bolt.Data {
	t.Helper()
	data, err := bolt.Open(dir, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := data.Close(); err != nil {
			t.Error(err)
		}
	})
	projector := store.NewProjector(data.Log, data.Views, ingest.Translate, store.NewFeed(0), nil)
	if err := o.Fill(t.Context(), data.Log, projector, nil); err != nil {
		t.Fatal(err)
	}
	if n := projector.Skipped(); n != 0 {
		t.Errorf("%d records could not be read", n)
	}
	return data
}

func TestSameSeedSameStore(t *testing.T) {
	t.Parallel()
	sum := func(o generate.Options) (sum [sha256.Size]byte) {
		h := sha256.New()
		for r := range o.Records() {
			h.Write([]byte{byte(r.Kind)})
			h.Write(r.Body)
		}
		return [sha256.Size]byte(h.Sum(nil))
	}
	first := sum(generate.Options{Conversations: 200, Seed: 7})
	if sum(generate.Options{Conversations: 200, Seed: 7}) != first {
		t.Error("the same seed makes another history")
	}
	if sum(generate.Options{Conversations: 200, Seed: 8}) == first {
		t.Error("another seed makes the same history")
	}
}

// TestHistoryIsAsItPromises looks at what a store makes of a history: how much there is, that activity and refs are
// uneven, that all bodies are JSON, and that nothing in them is unknown.
func TestHistoryIsAsItPromises(t *testing.T) {
	t.Parallel()
	const n = 600
	data := fill(t, filepath.Join(t.TempDir(), "data"), generate.Options{Conversations: n, Seed: 3})
	counts, err := data.Views.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if counts.Total != n || counts.Unknown != 0 {
		t.Errorf("%d conversations and %d unknown events, want %d and none", counts.Total, counts.Unknown, n)
	}
	if counts.Unread == 0 || counts.Statuses[store.StatusResolved] == 0 || len(counts.Origins) < 4 || len(counts.Inboxes) < 2 {
		t.Errorf("something that filters ask for is not there: %+v", counts)
	}
	if len(counts.Refs) < 10 || counts.Refs[0].N < 4*counts.Refs[len(counts.Refs)-1].N {
		t.Errorf("refs are not of every frequency: %v", counts.Refs)
	}
	records, err := data.Log.Read(t.Context(), 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if !json.Valid(r.Body) {
			t.Fatalf("record %d is no JSON: %s", r.Seq, r.Body)
		}
	}
	sizes := threadSizes(t, data.Views, n)
	total := 0
	for _, size := range sizes {
		total += size
	}
	if mean := total / n; mean < 8 || mean > 16 {
		t.Errorf("a conversation has %d lines on average, want about ten messages and some lines of activity", mean)
	}
	if slices.Max(sizes) < 5*total/n {
		t.Errorf("the longest thread has %d lines of %d: activity is too even", slices.Max(sizes), total)
	}
	if err := data.Views.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func threadSizes(t *testing.T, v store.Views, n int) (sizes []int) {
	t.Helper()
	for i := range n {
		page, err := v.Thread(t.Context(), store.ThreadRequest{Conversation: generate.ConversationOf(i), Limit: 1000})
		if err != nil {
			t.Fatalf("conversation %d: %v", i, err)
		}
		sizes = append(sizes, len(page.Messages))
	}
	return sizes
}

func TestFillWantsAnEmptyLog(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	o := generate.Options{Conversations: 5, Seed: 1}
	data := fill(t, dir, o)
	projector := store.NewProjector(data.Log, data.Views, ingest.Translate, store.NewFeed(0), nil)
	if err := o.Fill(t.Context(), data.Log, projector, nil); err == nil {
		t.Error("a history was made behind another")
	}
}
