package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestSetupForm fills the form in on a real terminal: what cannot be taken is said at its field, what the platform refuses
// too, and in the end the snippet is there.
func TestSetupForm(t *testing.T) {
	t.Parallel()
	a := newAgency(t)
	p := newPane(t, a.environ, a.program+" plugin setup")
	// next goes on, and waits until the cursor is in the field of that name.
	next := func(field string) {
		p.keys("Enter")
		p.sees("┃ " + field)
	}
	p.sees("┃ Greeting")
	p.types("Hello! Ask us.")
	p.sees(`80 characters \(14\)`)
	next("Colour")
	p.types("#ffffff")
	p.keys("Enter")
	p.sees("✗ Colour can't be white: nobody would see the button")
	p.keys("C-u")
	p.types("#FFE08A")
	p.sees("contrast 1.3 to 1: white can't be read on it, so words and icon turn dark")
	p.keys("C-u")
	p.types("#1D6FB8")
	p.sees("Hello! +contrast 5.2 to 1: white words on it are easily read")
	next("Greeting shows")
	p.keys("Down")
	next("After")
	p.types("2.5")
	next("Ref")
	p.types("pricing")
	next("Locale")
	next("Websites")
	p.types("http://lumen.example")
	p.keys("Enter")
	p.sees(`✗ Websites has "http://lumen.example", which is no domain`)
	p.keys("C-u")
	p.types("www.lumen.example")
	next("Minimum age")
	next("Countries")
	p.types("DE")
	next("Save")
	next("And then")
	p.keys("Enter")
	// The platform has refused the countries: what was typed is still there.
	for _, field := range []string{"Greeting", "Colour", "Greeting shows", "After", "Ref", "Locale", "Websites", "Minimum age", "Countries"} {
		p.sees("┃ " + field)
		p.keys("Enter")
	}
	p.sees("✗ Countries needs the setting plugin_country_header")
	p.keys("C-u")
	next("Save")
	next("And then")
	p.keys("Enter")
	p.sees(`(?s)saved; this goes into your pages.*<div class="fb-customerchat"`)
	if code := strings.TrimSpace(p.file("code")); code != "0" {
		t.Errorf("it ended with %s", code)
	}
	if before, after := p.file("before"), p.file("after"); before != after {
		t.Errorf("the terminal was left in another mode:\n%s\n%s", before, after)
	}
	set := shown(t, a.program, a.environ, "plugin", "setup", "--json")[0]["settings"]
	got, ok := set.(map[string]any)
	if !ok || got["welcome_screen_greeting"] != "Hello! Ask us." || got["theme_color"] != "#1D6FB8" || got["greeting_dialog_display"] != "show" ||
		got["greeting_dialog_delay"] != 2.5 || got["ref"] != "pricing" || len(got) != 6 {
		t.Errorf("set is %v", set)
	}
}

// TestSetupFormIsLeft leaves the form: nothing is changed.
func TestSetupFormIsLeft(t *testing.T) {
	t.Parallel()
	a := newAgency(t)
	p := newPane(t, append(a.environ, "NO_COLOR=1"), a.program+" plugin setup")
	p.sees("What visitors see first")
	p.types("Hello!")
	p.keys("C-c")
	p.sees("nothing was changed")
	if set := shown(t, a.program, a.environ, "plugin", "setup", "--json")[0]["settings"]; len(set.(map[string]any)) != 0 { //nolint:forcetypeassert // else it fails
		t.Errorf("set is %v", set)
	}
}

// TestSnippetHasColours shows the snippet with the colours of its syntax on a terminal, and without where none are wanted.
func TestSnippetHasColours(t *testing.T) {
	t.Parallel()
	a := newAgency(t)
	colours := regexp.MustCompile(`\x1b\[[0-9;]*3[0-9]`)
	for name, want := range map[string]bool{"COLORTERM=truecolor": true, "NO_COLOR=1": false} {
		p := newPane(t, append(a.environ, name), a.program+" plugin snippet --ref pricing")
		p.sees(`ref="pricing"`)
		if screen := p.tmux("capture-pane", "-p", "-e"); colours.MatchString(screen) != want {
			t.Errorf("with %s the screen is %q", name, screen)
		}
		if code := strings.TrimSpace(p.file("code")); code != "0" {
			t.Errorf("it ended with %s", code)
		}
	}
}
