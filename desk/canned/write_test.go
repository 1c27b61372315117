package canned_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"frontdesk/desk/canned"
	"frontdesk/messenger"
)

// words are drawn from what could be taken for something else in a file.
func words(label string, least, most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		s := rapid.StringOfN(rapid.SampledFrom([]rune(`ab=\"#:,+- url{}é🚲`)), least, most, -1).Draw(t, label)
		s = strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "{{", "{a")
		if s == "" && least > 0 {
			return "a"
		}
		return s
	})
}

func payload() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		s := rapid.StringOfN(rapid.SampledFrom([]rune("ab=\\\"#: \n\t'é🚲")), 1, 20, -1).Draw(t, "payload")
		return "x" + s + rapid.SampledFrom([]string{"", "\n", " ", `"`}).Draw(t, "end")
	})
}

func buttons(least int) *rapid.Generator[[]messenger.Button] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) messenger.Button {
		b := messenger.Button{Title: words("title", 1, 10).Draw(t, "title")}
		switch b.Type = rapid.SampledFrom([]string{"web_url", "postback", "phone_number"}).Draw(t, "kind"); b.Type {
		case "web_url":
			b.URL = "https://lumen.example/?a=b"
		case "postback":
			b.Payload = payload().Draw(t, "payload")
		default:
			b.Payload = "+4722"
		}
		return b
	}), least, messenger.MaxButtons)
}

func quickReply(t *rapid.T) messenger.QuickReply {
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return messenger.QuickReply{ContentType: "user_email"}
	case 1:
		return messenger.QuickReply{ContentType: "text", ImageURL: "https://lumen.example/a.png"}
	}
	q := messenger.QuickReply{ContentType: "text", Title: words("title", 1, 10).Draw(t, "title")}
	if q.Payload = q.Title; rapid.Bool().Draw(t, "own payload") {
		q.Payload = payload().Draw(t, "payload")
	}
	return q
}

func card(t *rapid.T) messenger.Element {
	e := messenger.Element{
		Title: words("title", 1, 20).Draw(t, "title"), Subtitle: words("subtitle", 1, 20).Draw(t, "subtitle"),
		Buttons: buttons(0).Draw(t, "buttons"),
	}
	if rapid.Bool().Draw(t, "link") {
		e.DefaultAction = &messenger.Button{Type: "web_url", URL: "https://lumen.example"}
	}
	return e
}

func response(t *rapid.T) canned.Response {
	r := canned.Response{
		Shortcode: rapid.StringMatching(`[a-z0-9_-]{1,12}`).Draw(t, "shortcode"), Title: words("title", 0, 20).Draw(t, "title"),
		Labels: rapid.SliceOfN(words("label", 1, 8), 0, 3).Draw(t, "labels"),
	}
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab:#=\n \ttitle\"é🚲")), 0, 60, -1)
	switch rapid.IntRange(0, 3).Draw(t, "mode") {
	case 0:
		r.QuickReplies = rapid.SliceOfN(rapid.Custom(quickReply), 0, 13).Draw(t, "quick replies")
		r.Text = "x" + text.Draw(t, "text")
	case 1:
		r.Buttons = buttons(1).Draw(t, "buttons")
		r.Text = rapid.SampledFrom([]string{"title: x", "# x", "\n x", "https://x", "note: "}).Draw(t, "start") + text.Draw(t, "text")
	case 2:
		r.Cards = rapid.SliceOfN(rapid.Custom(card), 1, 10).Draw(t, "cards")
	default:
		r.Files = []canned.File{{Kind: "video", Source: "https://lumen.example/film"}, {Kind: "file", Source: `files/a "b".pdf`}}
	}
	return r
}

// What is written is read the same, whatever stands in it, and written the same again.
func TestWhatIsWrittenIsReadTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.Custom(response).Draw(t, "response").Tidy()
		file := canned.Format(r)
		got, faults := canned.Parse(r.Shortcode+".txt", file)
		if len(faults) > 0 {
			t.Fatalf("%v in\n%s", faults, file)
		}
		if diff := cmp.Diff(r, got); diff != "" {
			t.Fatalf("(-written +read):\n%s\n%s", diff, file)
		}
		if again := canned.Format(got); string(again) != string(file) {
			t.Fatalf("written again:\n%s\nat first:\n%s", again, file)
		}
	})
}

func TestFormat(t *testing.T) {
	t.Parallel()
	got := string(canned.Format(canned.Response{
		Shortcode: "A", Title: " Prices\nand more ", Labels: []string{"a,b", "a b", ""},
		Content: canned.Content{
			Text: "\n\nHello\r\nyou  \n", QuickReplies: []messenger.QuickReply{
				{ContentType: "text", Title: "Yes", Payload: "Yes"},
				{ContentType: "text", Title: "1=1", Payload: " two\nlines"},
				{ContentType: "user_phone_number", Title: "ignored"},
			},
		},
	}))
	want := `title: Prices and more
label: a b
quick reply: Yes
quick reply: 1\=1 = " two\nlines"
ask: phone

Hello
you
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
