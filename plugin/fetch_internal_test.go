package plugin

import (
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMayFetch(t *testing.T) {
	t.Parallel()
	for addr, public := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "8.8.8.8": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false,
		"10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false,
		"0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "198.18.0.1": false, "::": false,
		"fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false, "64:ff9b::7f00:1": false,
		"2002:7f00:1::": false, "2001:db8::1": false, "2001::1": false,
	} {
		at := netip.MustParseAddr(addr)
		if got := mayFetch(at, false); got != public {
			t.Errorf("mayFetch(%s) = %v", addr, got)
		}
		if got := mayFetch(at, true); got != (public || at.Unmap().IsLoopback()) {
			t.Errorf("mayFetch(%s) from this machine = %v", addr, got)
		}
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]struct {
		mime string
		fits string // the kinds it may be sent as, beside file
	}{
		"\x89PNG\r\n\x1a\n":                 {"image/png", "image"},
		"\xFF\xD8\xFF\xE0":                  {"image/jpeg", "image"},
		"GIF89a":                            {"image/gif", "image"},
		"RIFF\x00\x00\x00\x00WEBPVP8 ":      {"image/webp", ""},
		"BM\x00":                            {"image/bmp", ""},
		"\x00\x00\x00\x18ftypisom":          {"video/mp4", "audio video"},
		"\x00\x00\x00\x18ftypM4A ":          {"audio/mp4", "audio"},
		"\x00\x00\x00\x18ftypqt  ":          {"video/quicktime", "video"},
		"\x00\x00\x00\x18ftypheic":          {plain, ""},
		"\x1A\x45\xDF\xA3":                  {"video/webm", "audio video"},
		"ID3\x04":                           {"audio/mpeg", "audio"},
		"\xFF\xFB\x90":                      {"audio/mpeg", "audio"},
		"OggS\x00":                          {"application/ogg", "audio video"},
		"RIFF\x00\x00\x00\x00WAVEfmt ":      {"audio/wave", "audio"},
		"%PDF-1.7":                          {"application/pdf", ""},
		"<html>":                            {"text/html", ""},
		"<?xml version='1.0'?><svg>":        {"text/xml", ""},
		"hello":                             {"text/plain", ""},
		"":                                  {"text/plain", ""},
		"\x00\x01\x02\x03":                  {plain, ""},
		"PK\x03\x04":                        {"application/zip", ""},
		"\x00\x00\x00\x18ftyp":              {plain, ""},
		"MZ\x90\x00 this program cannot be": {plain, ""},
	} {
		got := contentType([]byte(head))
		if got != want.mime {
			t.Errorf("%q is %s, want %s", head, got, want.mime)
		}
		for _, kind := range []string{"image", "audio", "video", "file"} {
			if fits := fitsKind(got, kind); fits != (kind == "file" || strings.Contains(want.fits, kind)) {
				t.Errorf("%s as %s: %v", got, kind, fits)
			}
		}
		if shown(got) && (strings.HasPrefix(got, "text/") || strings.Contains(got, "xml") || got == plain) {
			t.Errorf("a browser would show %s", got)
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"a.png": "a.png", "": "file", "..": "file", "/": "file", "../../etc/passwd": "passwd", `C:\Users\m\a.png`: "a.png",
		"a\r\nb.png": "ab.png", "a\u202Egnp.exe": "agnp.exe", "größe 春.png": "größe 春.png", `a"b<c>.png`: "a_b_c_.png", ".png": "png",
		strings.Repeat("春", 90) + ".png": strings.Repeat("春", 32) + ".png", "a\xff.png": "a_.png",
	} {
		got := fileName(given)
		if got != want || len(got) > maxFileName || !utf8.ValidString(got) {
			t.Errorf("fileName(%q) = %q, want %q", given, got, want)
		}
	}
}
