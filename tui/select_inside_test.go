package tui

import (
	"slices"
	"strings"
	"testing"

	"frontdesk/messenger"
	"frontdesk/store"
)

func TestOnlyWholeAddressesOfTheWebAreLinks(t *testing.T) {
	t.Parallel()
	for address, host := range map[string]string{
		"https://lumen.example/a?b=c#d":            "lumen.example",
		"http://127.0.0.1:8080/files/1":            "127.0.0.1:8080",
		" https://lumen.example ":                  "lumen.example",
		"HTTPS://lumen.example":                    "lumen.example",
		"https://lumen.example@evil.example/":      "",
		"https://u:p@evil.example/":                "",
		"javascript:alert(1)":                      "",
		"file:///etc/passwd":                       "",
		"//lumen.example/a":                        "",
		"/reel/1":                                  "",
		"https:///nowhere":                         "",
		"https://lumen.example/\x1b[31m":           "",
		"https://" + strings.Repeat("a", mostLink): "",
		"": "",
	} {
		if got := hostOf(address); got != host {
			t.Errorf("%q leads to %q, want %q", address, got, host)
		}
	}
}

func TestWhatCanBeOpenedOfAMessageIsOfferedOnce(t *testing.T) {
	t.Parallel()
	button := messenger.Button{Type: messenger.ButtonURL, Title: "All prices", URL: "https://lumen.example/prices"}
	msg := store.Message{
		Direction: store.In, Text: "Look (https://lumen.example/a), and https://lumen.example/prices!",
		Attachments: []store.Attachment{
			{Type: "image", URL: "https://cdn.lumen.example/1.jpg"},
			{Type: "template", Elements: []messenger.Element{{Title: "One", ImageURL: "ftp://lumen.example/1", Buttons: []messenger.Button{button}}}},
		},
		Files:   []store.Fetched{{Media: store.Media{File: store.File{Hash: "h", Name: "1.jpg", Type: "image/jpeg"}}}},
		Buttons: []messenger.Button{button, {Type: messenger.ButtonURL, Title: "?", URL: "javascript:x"}},
	}
	var got []string
	for _, o := range targetsOf(&msg) {
		got = append(got, o.name+" "+o.hash+o.url)
	}
	want := []string{"link https://lumen.example/a", "link https://lumen.example/prices", "1.jpg h", "picture https://cdn.lumen.example/1.jpg"}
	if !slices.Equal(got, want) {
		t.Errorf("offered are %q, want %q", got, want)
	}
	msg.Withdrawn = true
	if left := targetsOf(&msg); len(left) > 0 {
		t.Errorf("of a message that was taken back %v can be opened", left)
	}
}

func TestNoProgramsAndPagesAreHandedToTheSystem(t *testing.T) {
	t.Parallel()
	for mime, fine := range map[string]bool{
		"image/png": true, "IMAGE/JPEG; q=1": true, "audio/mpeg": true, "video/mp4": true, "application/pdf": true,
		"image/svg+xml": false, "text/html": false, "application/x-desktop": false, "application/octet-stream": false, "": false,
	} {
		if harmless(mime) != fine {
			t.Errorf("%q is harmless: %v", mime, !fine)
		}
	}
}

func TestAFileWithoutANameFromALongHostIsDrawn(t *testing.T) {
	t.Parallel()
	m := New(Options{Desk: idle{}})
	host := strings.Repeat("a.", 100) + "example"
	msg := store.Message{Direction: store.In, Attachments: []store.Attachment{{Type: "image", URL: "https://" + host + "/%00"}}}
	for _, w := range []int{20, 60, 400} {
		lines := m.drawAttachment(&msg, 0, itemKey{}, m.theme.text, w)
		drawn := strings.Join(lines, "\n")
		if !strings.Contains(drawn, "[picture]") || !strings.Contains(drawn, "a.a.a") {
			t.Errorf("in %d columns it is drawn as %q", w, drawn)
		}
		for _, line := range lines {
			if got := m.ruler.width(line); got > w {
				t.Errorf("in %d columns a line has %d", w, got)
			}
		}
	}
}
