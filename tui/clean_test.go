package tui_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"frontdesk/tui"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Do you ship to Norway?", "Do you ship to Norway?"},
		{"colour", "\x1b[31mred\x1b[0m", "red"},
		{"title", "a\x1b]0;owned\x07b", "ab"},
		{"link", "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"},
		{"line ends", "a\r\nb\rc\u2028d", "a\nb\nc\nd"},
		{"tab", "a\tb", "a    b"},
		{"override", "\u202egnp.exe", "gnp.exe"},
		{"isolates", "\u2066a\u2069", "a"},
		{"C1", "a\u009b31mb", "a31mb"},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb"},
		{"joined emoji stay", "👩\u200d🔧", "👩\u200d🔧"},
		{"keycaps are narrow", "5\ufe0f\u20e3 #\ufe0f\u20e3 ❤\ufe0f", "5\u20e3 #\u20e3 ❤\ufe0f"},
		{"scripts stay", "مرحبا 山田 नमस्ते", "مرحبا 山田 नमस्ते"},
		{"pranks shrink", "a" + strings.Repeat("\u0301", 50), "a" + strings.Repeat("\u0301", 8)},
		{"soft hyphen", "so\u00adft", "soft"},
		{"spaces of no width", "a\u200bb\ufeffc", "abc"},
		{"hidden sentence", "hi\U000e0068\U000e0069", "hi"},
		{"joiners that join nothing", "\u200dname\u200c \u200d\u200dx\u200d\n\u200cy\u200d", "name x\ny"},
		{"joiners that would join the frame", "👩\u200d", "👩"},
		{"marks between joiners", "a" + strings.Repeat("\u0301\u200d", 50), "a" + strings.Repeat("\u0301\u200d", 7) + "\u0301"},
		{"joiners of a script stay", "می\u200cخواهم", "می\u200cخواهم"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := tui.Clean(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "plain", hostile, "\x1b", "\x1b[", "\x9b31m", "\xc2", "e\u0301", "\x1bP q\x1b\\", "a\x1b\x1b[mb", "\r\r\n", "a\u200d b\u200c\n\u200dc\u0301\u200d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := tui.Clean(s)
		if !utf8.ValidString(got) {
			t.Fatalf("not UTF-8: %q", got)
		}
		for _, r := range got {
			if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%U came through in %q", r, got)
			}
		}
		if again := tui.Clean(got); again != got {
			t.Fatalf("cleaned twice %q becomes %q", got, again)
		}
		if line := tui.CleanLine(s); strings.ContainsAny(line, "\n\x1b") || strings.Contains(line, "  ") {
			t.Fatalf("not one line: %q", line)
		}
	})
}
