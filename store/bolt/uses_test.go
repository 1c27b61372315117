package bolt

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

func openDeskAt(t *testing.T, path string) *DeskDB {
	t.Helper()
	d, err := OpenDesk(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func expectUses(t *testing.T, d *DeskDB, want map[string]int) {
	t.Helper()
	got, err := d.Uses(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("uses (-want +got): %s%v", diff, err)
	}
}

func TestUsesAreCountedAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), DeskFile)
	d := openDeskAt(t, path)
	expectUses(t, d, map[string]int{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				if err := d.Use(context.Background(), "shipping"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := d.Use(t.Context(), "ünlikely"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"", strings.Repeat("a", maxUseName+1)} {
		if err := d.Use(t.Context(), name); err == nil {
			t.Errorf("a name of %d bytes was taken", len(name))
		}
	}
	want := map[string]int{"shipping": 20, "ünlikely": 1}
	expectUses(t, d, want)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	expectUses(t, openDeskAt(t, path), want)
}

// A file that was made before there were use counts opens, with what it holds.
func TestAnOldDeskFileCountsUsesToo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), DeskFile)
	d := openDeskAt(t, path)
	if err := d.SaveDraft(t.Context(), "1:2", "ana", "half a sentence"); err != nil {
		t.Fatal(err)
	}
	if err := d.db.Update(func(tx *bolt.Tx) error { return tx.DeleteBucket(usesBucket) }); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = openDeskAt(t, path)
	expectUses(t, d, map[string]int{})
	if err := d.Use(t.Context(), "shipping"); err != nil {
		t.Fatal(err)
	}
	expectUses(t, d, map[string]int{"shipping": 1})
	if text, err := d.Draft(t.Context(), store.ConversationID("1:2"), "ana"); err != nil || text != "half a sentence" {
		t.Errorf("the draft is %q, %v", text, err)
	}
}
