package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/desk/canned"
	"frontdesk/store"
)

// TestTheDemosStationeryIsGood: whoever looks around meets no fault, and everything can be sent to a visitor without a name.
func TestTheDemosStationeryIsGood(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "canned")
	if err := layOut(folder); err != nil {
		t.Fatal(err)
	}
	lib, err := canned.NewShelf(folder, nil).Library(t.Context())
	if err != nil || len(lib.Faults) > 0 {
		t.Fatalf("%v %v", err, lib.Faults)
	}
	if len(lib.Responses) < 5 || len(lib.Macros) != 2 {
		t.Errorf("%d responses, %d macros", len(lib.Responses), len(lib.Macros))
	}
	nobody := store.Conversation{Contact: store.Contact{Kind: store.ContactVisitor, ID: "9000000000000000042"}, Status: store.StatusOpen}
	values := canned.ValuesOf(nobody, "ana", "Lumen Bikes")
	for _, r := range lib.Responses {
		content, err := r.Expand(values, map[string]string{"Order number": "4471"})
		if err != nil || strings.Contains(content.Text, "{{") {
			t.Errorf("%s: %v, %q", r.Shortcode, err, content.Text)
		}
	}
	for _, m := range lib.Macros {
		if _, err := lib.Content(m).Expand(values, nil); err != nil || m.Key == "" {
			t.Errorf("%s: %v, key %q", m.Name, err, m.Key)
		}
		if steps := lib.Preview(m, nobody, "ana", time.Now()); len(steps) < 3 {
			t.Errorf("%s does %q", m.Name, steps)
		}
	}
}
