package plugin

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"strings"
	"unicode"

	"frontdesk/messenger"
)

// sniffed is how much of a file is looked at to tell what it is.
const sniffed = 512

// plain is the type of a file of which no more is known, or that is not to be shown in a browser.
const plain = "application/octet-stream"

// magic are the beginnings that package http does not know.
var magic = []struct{ prefix, mime string }{
	{"\xFF\xFB", "audio/mpeg"},
	{"\xFF\xF3", "audio/mpeg"},
	{"\xFF\xF2", "audio/mpeg"},
	{"\xFF\xF1", "audio/aac"},
	{"\xFF\xF9", "audio/aac"},
	{"fLaC", "audio/flac"},
	{"#!AMR", "audio/amr"},
	{"\x00\x00\x01\xBA", "video/mpeg"},
	{"\x00\x00\x01\xB3", "video/mpeg"},
}

// contentType tells what a file is by its beginning alone: names and headers come from outside.
func contentType(head []byte) string {
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		switch brand := string(head[8:12]); {
		case strings.HasPrefix(brand, "M4A"):
			return "audio/mp4"
		case brand == "avif", brand == "heic", brand == "mif1":
			return plain
		case brand == "qt  ":
			return "video/quicktime"
		}
		return "video/mp4"
	}
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return m.mime
		}
	}
	kind, _, err := mime.ParseMediaType(http.DetectContentType(head))
	if err != nil {
		return plain
	}
	return kind
}

// fitsKind reports whether a file of a type may be sent as a kind of attachment (ref. 3.6). Sound and film share some of
// their containers; a file may be anything.
func fitsKind(mime, kind string) bool {
	switch kind {
	case messenger.TypeImage:
		return messenger.FileKind(mime) == messenger.TypeImage
	case messenger.TypeAudio:
		return strings.HasPrefix(mime, "audio/") || mime == "application/ogg" || mime == "video/mp4" || mime == "video/webm"
	case messenger.TypeVideo:
		return strings.HasPrefix(mime, "video/") || mime == "application/ogg"
	}
	return kind == messenger.TypeFile
}

// shown reports whether a browser may show a file of a type by itself. What is not surely picture, sound or film is
// handed over to be saved: it could be a page that acts in our name.
func shown(mime string) bool {
	return messenger.FileKind(mime) != messenger.TypeFile || mime == "application/ogg" || mime == "image/webp"
}

const (
	maxFileName  = 100 // bytes of a file's name
	nameless     = "file"
	maxExtension = 10
)

// fileName is what a file is called when it is handed on: the last part of what it was called, short, on one line, and
// without characters that mean something to a file system. It keeps the extension where it cuts.
func fileName(given string) string {
	given = path.Base(strings.ReplaceAll(strings.ToValidUTF8(given, "_"), `\`, "/"))
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		case strings.ContainsRune(`<>:"|?*/;%`, r):
			return '_'
		}
		return r
	}, given)
	name = strings.Trim(name, ". ")
	if len(name) > maxFileName {
		ext := path.Ext(name)
		if len(ext) > maxExtension {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:maxFileName-len(ext)], "") + ext
	}
	if name == "" || name == "_" {
		return nameless
	}
	return name
}
