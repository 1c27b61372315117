package messenger

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSplitText(t *testing.T) {
	t.Parallel()
	const family, flag, toned, accent = "👨‍👩‍👧", "🇳🇴", "👍🏽", "e\u0301"
	cases := map[string]struct {
		text  string
		limit int
		want  []string
	}{
		"nothing":                        {"", 10, nil},
		"blanks only":                    {" \n ", 2, nil},
		"short enough":                   {"abc def", 10, []string{"abc def"}},
		"at the limit":                   {"abc def", 7, []string{"abc def"}},
		"one above":                      {"abc defg", 7, []string{"abc", "defg"}},
		"the cut takes the blanks":       {"abc   \n  def", 5, []string{"abc", "def"}},
		"a blank right behind the limit": {"abcde fgh", 5, []string{"abcde", "fgh"}},
		"lines are words":                {"ab\ncd\nef", 5, []string{"ab\ncd", "ef"}},
		"a word too long for any part":   {"abcdefgh", 3, []string{"abc", "def", "gh"}},
		"it begins where it stands":      {"ab cdefgh", 4, []string{"ab c", "defg", "h"}},
		"a word that fits stays whole":   {"ab cdef", 4, []string{"ab", "cdef"}},
		"an emoji is two":                {"😀😀😀", 4, []string{"😀😀", "😀"}},
		"an emoji is never cut":          {"😀😀😀", 3, []string{"😀", "😀", "😀"}},
		"CJK has no blanks":              {"春香春香春", 2, []string{"春香", "春香", "春"}},
		"accents stay on their letter":   {strings.Repeat(accent, 3), 3, []string{accent, accent, accent}},
		"a family stays together":        {family + family, 15, []string{family, family}},
		"larger than any part":           {family, 4, []string{"👨‍", "👩‍", "👧"}},
		"a flag is a pair":               {flag + flag + flag, 11, []string{flag + flag, flag}},
		"a hand keeps its colour":        {toned + toned, 7, []string{toned, toned}},
		"broken UTF-8":                   {"\xff\xff\xff", 2, []string{"\xff\xff", "\xff"}},
		"no limit to speak of":           {"😀a", 0, []string{"😀", "a"}},
	}
	for name, c := range cases {
		if diff := cmp.Diff(c.want, SplitText(c.text, c.limit)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// At the limit of a text nothing is split, one above it is; in every script.
func TestSplitAtTheLimit(t *testing.T) {
	t.Parallel()
	for script, sign := range map[string]string{"letters": "x", "emoji": "😀", "CJK": "春", "combining": "e\u0301", "family": "👨‍👩‍👧"} {
		for n, want := range map[int]int{MaxText - 1: 1, MaxText: 1, MaxText + 1: 2} {
			parts := OutMessage{Text: units(sign, n)}.Split()
			if len(parts) != want {
				t.Errorf("%d units in %s are %d messages", n, script, len(parts))
			}
			for _, part := range parts {
				if err := part.Validate(); err != nil {
					t.Errorf("%d units in %s: %v", n, script, err)
				}
			}
		}
	}
}

func TestMessageSplit(t *testing.T) {
	t.Parallel()
	chips := []QuickReply{{ContentType: QuickReplyEmail}}
	long := OutMessage{Text: units("word ", MaxText) + " and more", QuickReplies: chips, Metadata: "fd1:x"}
	got := long.Split()
	if len(got) != 2 || got[0].QuickReplies != nil || len(got[1].QuickReplies) != 1 || got[0].Metadata+got[1].Metadata != "" {
		t.Errorf("two parts with the quick replies on the last are wanted, got %+v", got)
	}
	for i, part := range got {
		if err := part.Validate(); err != nil {
			t.Errorf("part %d: %v", i, err)
		}
	}
	for name, whole := range map[string]OutMessage{
		"short":     {Text: units("x", MaxText), QuickReplies: chips, Metadata: "fd1:x"},
		"template":  ButtonTemplate("t", Button{Type: ButtonPostback, Title: "b", Payload: "p"}),
		"no words":  {Text: strings.Repeat(" ", MaxText+1)},
		"all empty": {},
	} {
		if diff := cmp.Diff([]OutMessage{whole}, whole.Split()); diff != "" {
			t.Errorf("%s is split (-want +got):\n%s", name, diff)
		}
	}
}

// Whatever is split: every part is short enough, and nothing but blanks is lost.
func TestSplitTextLosesNothing(t *testing.T) {
	t.Parallel()
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"abc def", "👨‍👩‍👧 🇳🇴🇳🇴", "e\u0301\u0301\u0301\u0301", "\xff\u200d\xff", " \u00a0x\n", "春香", "\n\n"}),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "text"), "")
		limit := rapid.IntRange(-1, 40).Draw(t, "limit")
		parts := SplitText(text, limit)
		for _, p := range parts {
			if n := TextLen(p); n == 0 || n > max(limit, 2) || strings.TrimSpace(p) != p {
				t.Fatalf("part %q of %d units, limit %d", p, n, limit)
			}
		}
		if got, want := withoutBlanks(strings.Join(parts, " ")), withoutBlanks(text); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

// withoutBlanks is the text of s: bytes that are no text may be lost or replaced.
func withoutBlanks(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
