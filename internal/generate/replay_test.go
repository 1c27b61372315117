package generate_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"frontdesk/ingest"
	"frontdesk/internal/generate"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// TestReplayOfAGeneratedStore makes the views of a generated history a second time: by a replay in place and in a file
// of their own. Each must say what the views did which came into being with the records.
func TestReplayOfAGeneratedStore(t *testing.T) {
	t.Parallel()
	data := fill(t, t.TempDir(), generate.Options{Conversations: 400, Seed: 11})
	dump := func(v *bolt.Views) string {
		var b bytes.Buffer
		if err := v.Dump(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	lived := dump(data.Views)
	if len(lived) < 400*100 {
		t.Fatalf("only %d bytes of views for 400 conversations", len(lived))
	}

	fresh, err := bolt.OpenViews(filepath.Join(t.TempDir(), bolt.ViewsFile), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := fresh.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := store.NewProjector(data.Log, fresh, ingest.Translate, store.NewFeed(0), nil).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if dump(fresh) != lived {
		t.Error("views made anew differ from those that came into being with the records")
	}

	applied, err := data.Views.Applied(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	projector := store.NewProjector(data.Log, data.Views, ingest.Translate, store.NewFeed(applied), nil)
	if err := projector.Replay(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if dump(data.Views) != lived {
		t.Error("a replay in place gives other views")
	}
	if err := data.Views.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
