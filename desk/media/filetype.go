package media

import (
	"bytes"
	"image"
	_ "image/gif"  // decoders of what is sent as a picture (ref. 3.6)
	_ "image/jpeg" // as above
	_ "image/png"  // as above
	"mime"
	"net/http"
	"os"
	"path"
	"strings"
	"unicode"

	"frontdesk/messenger"
)

const (
	typeUnknown = "application/octet-stream"
	typeZip     = "application/zip"

	maxName      = 100 // bytes of a file's name
	maxExtension = 10
	maxPixels    = 100_000_000 // of a picture
)

// beginnings are those that package http does not know.
var beginnings = []struct{ bytes, mime string }{
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

// offices are the files of office programs by the end of their name. Their content says only that they are archives.
var offices = map[string]string{
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text",
	".ods":  "application/vnd.oasis.opendocument.spreadsheet",
	".odp":  "application/vnd.oasis.opendocument.presentation",
	".epub": "application/epub+zip",
}

// extensions are the ends of names by type. What a program would run, or a browser show as a page, is not among them.
var extensions = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp",
	"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm", "video/mpeg": ".mpg", "video/avi": ".avi",
	"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/flac": ".flac", "audio/amr": ".amr",
	"audio/wave": ".wav", "audio/aiff": ".aiff", "audio/midi": ".mid", "application/ogg": ".ogg",
	"application/pdf": ".pdf", "text/plain": ".txt", typeZip: ".zip",
}

// contentType tells what a file is by its beginning. Its name says only which kind of archive it is.
func contentType(head []byte, name string) string {
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		switch brand := string(head[8:12]); {
		case strings.HasPrefix(brand, "M4A"):
			return "audio/mp4"
		case brand == "avif", brand == "heic", brand == "heix", brand == "mif1":
			return "image/" + strings.TrimSuffix(strings.ReplaceAll(brand, "mif1", "heif"), "x")
		case brand == "qt  ":
			return "video/quicktime"
		}
		return "video/mp4"
	}
	for _, b := range beginnings {
		if bytes.HasPrefix(head, []byte(b.bytes)) {
			return b.mime
		}
	}
	kind, _, err := mime.ParseMediaType(http.DetectContentType(head))
	if err != nil {
		return typeUnknown
	}
	if office := offices[strings.ToLower(path.Ext(name))]; office != "" && kind == typeZip {
		return office
	}
	return kind
}

// extension is the end of the name under which a file of a type lies in the folder, so that a program that opens it knows
// what it is. What is not surely harmless is called what no program opens by itself.
func extension(kind string) string {
	if e := extensions[kind]; e != "" {
		return e
	}
	for e, office := range offices {
		if office == kind {
			return e
		}
	}
	return ".bin"
}

// isPage reports whether a type is one that a browser shows as a page: an error or a log-in, mostly, in the place of what
// was asked for.
func isPage(kind string) bool {
	return kind == "text/html" || kind == "text/xml" || kind == "application/xhtml+xml"
}

// fits reports whether a file of a type can be what an attachment is said to be (ref. 2.5).
func fits(mime, kind string) bool {
	switch kind {
	case messenger.TypeImage, typeSticker:
		return strings.HasPrefix(mime, "image/")
	case messenger.TypeAudio, messenger.TypeVideo: // some of their containers are shared, some not known by content
		return strings.HasPrefix(mime, "audio/") || strings.HasPrefix(mime, "video/") || mime == "application/ogg" || mime == typeUnknown
	}
	return true
}

// pictureSize reads how large a picture is; 0 where it is of a kind that is not known here. damaged says that it cannot be
// read though it is.
func pictureSize(file, kind string) (width, height int, damaged bool) {
	if kind != "image/png" && kind != "image/jpeg" && kind != "image/gif" {
		return 0, 0, false
	}
	f, err := os.Open(file)
	if err != nil {
		return 0, 0, true
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return 0, 0, true
	}
	return c.Width, c.Height, false
}

// tooManyPixels reports whether a picture would take more memory than anybody would want to give it.
func tooManyPixels(width, height int) bool { return int64(width)*int64(height) > maxPixels }

// cleanName is what a file is called: the last part of what it was called, short, on one line, and without what means
// something to a file system. It keeps the extension where it cuts.
func cleanName(given string) string {
	given = path.Base(strings.ReplaceAll(strings.ToValidUTF8(given, "_"), `\`, "/"))
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		case strings.ContainsRune(`<>:"|?*/`, r):
			return '_'
		}
		return r
	}, given)
	name = strings.TrimSpace(strings.TrimRight(name, ". "))
	if len(name) > maxName {
		ext := path.Ext(name)
		if len(ext) > maxExtension {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:maxName-len(ext)], "") + ext
	}
	if strings.Trim(name, "._ ") == "" {
		return ""
	}
	return name
}
