package tui_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/tui"
)

func TestNoKeyMeansTwoThingsInOnePlace(t *testing.T) {
	t.Parallel()
	taken := map[string]string{}
	ids := map[string]bool{}
	for _, k := range tui.Keys() {
		if ids[k.Action] {
			t.Errorf("two actions are called %s", k.Action)
		}
		ids[k.Action] = true
		if len(k.Keys) == 0 || len(k.Places) == 0 || k.About == "" {
			t.Errorf("%s has no key, no place or no description: %+v", k.Action, k)
		}
		for _, place := range k.Places {
			for _, key := range k.Keys {
				at := place + " " + key
				if other := taken[at]; other != "" {
					t.Errorf("%s: %s is both %s and %s", place, key, other, k.Action)
				}
				taken[at] = k.Action
			}
		}
	}
}

func TestEditorsTakeLetters(t *testing.T) {
	t.Parallel()
	for _, k := range tui.Keys() {
		if !slices.Contains(k.Places, "Reply") && !slices.Contains(k.Places, "Filter line") {
			continue
		}
		for _, key := range k.Keys {
			if len([]rune(key)) == 1 || key == "space" || key == "backspace" || key == "left" || key == "right" {
				t.Errorf("%s takes %q away from the editor", k.Action, key)
			}
		}
	}
}

func TestCheatsheet(t *testing.T) {
	t.Parallel()
	sheet := tui.Cheatsheet()
	for _, k := range tui.Keys() {
		if !strings.Contains(sheet, "| "+k.About+" |") {
			t.Errorf("the cheatsheet lacks %s: %s", k.Action, k.About)
		}
	}
	path := filepath.Join("..", "docs", "guide", "keys.md")
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(sheet), 0o644); err != nil { //nolint:gosec // a page of the guide
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != sheet {
		t.Errorf("%s is stale: go test ./tui -run TestCheatsheet -update", path)
	}
}
