package canned_test

import (
	"os"
	"strings"
	"testing"

	"frontdesk/desk/canned"
)

// TestTheGuidesExamplesAreRead takes the files out of the guide and reads them.
func TestTheGuidesExamplesAreRead(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/guide/canned.md")
	if err != nil {
		t.Fatal(err)
	}
	text, macros, ok := strings.Cut(string(guide), "\n## Macros\n")
	if !ok {
		t.Fatal("the guide has no part about macros")
	}
	text, checked, ok := strings.Cut(text, "\n## What is checked\n")
	if !ok {
		t.Fatal("the guide does not say what is checked")
	}
	responses := examples(text)
	if len(responses) != 4 {
		t.Errorf("%d examples of responses", len(responses))
	}
	for _, example := range responses {
		if r, faults := canned.Parse("a.txt", []byte(example)); len(faults) > 0 {
			t.Errorf("%v in\n%s", faults, example)
		} else if strings.HasPrefix(example, "title:") && r.Title == "" {
			t.Errorf("no title in\n%s", example)
		}
	}
	for _, example := range examples(macros) {
		if m, faults := canned.ParseMacro("macros/a.txt", []byte(example)); len(faults) > 0 || m.Key == "" {
			t.Errorf("%v in\n%s", faults, example)
		}
	}
	_, faults := canned.Parse("shipping.txt", []byte("title: A\n\nquick reply: A"))
	if len(faults) > 0 { // text below a blank line is text
		t.Error(faults)
	}
	_, faults = canned.Parse("shipping.txt", []byte("title: A\nlabel: B\nquick reply: "+strings.Repeat("x", 24)+"\n\nText"))
	if len(faults) != 1 || !strings.Contains(checked, "    "+faults[0].Error()+"\n") {
		t.Errorf("the guide shows another fault than %v", faults)
	}
}

// examples are the indented parts of a text.
func examples(text string) []string {
	var all []string
	var b strings.Builder
	for _, l := range append(strings.Split(text, "\n"), "end") {
		switch {
		case strings.HasPrefix(l, "    "):
			b.WriteString(l[4:] + "\n")
		case l == "" && b.Len() > 0:
			b.WriteString("\n")
		case b.Len() > 0:
			all = append(all, b.String())
			b.Reset()
		}
	}
	return all
}
