package messenger_test

import (
	"strings"
	"testing"

	"frontdesk/messenger"
)

func TestWebsiteOrigin(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"https://www.lumen.example":            "https://www.lumen.example",
		"https://Lumen.Example/":               "https://lumen.example",
		"HTTPS://lumen.example:443":            "https://lumen.example",
		"https://lumen.example:8443":           "https://lumen.example:8443",
		"https://xn--rder-0qa.example":         "https://xn--rder-0qa.example",
		"https://lumen.example.":               "https://lumen.example",
		"http://lumen.example":                 "",
		"lumen.example":                        "",
		"https://":                             "",
		"https://localhost":                    "",
		"https://shop.localhost":               "",
		"https://lumen":                        "",
		"https://192.0.2.7":                    "",
		"https://[2001:db8::7]":                "",
		"https://1.2.3":                        "",
		"https://lumen.example/shop":           "",
		"https://lumen.example?x":              "",
		"https://ana@lumen.example":            "",
		"https://*.lumen.example":              "",
		"https://räder.example":                "",
		"https://-lumen.example":               "",
		"https://lumen..example":               "",
		"https://lumen.example;script-src *":   "",
		"https://" + strings.Repeat("a.", 140): "",
	} {
		if got, err := messenger.WebsiteOrigin(domain); got != want || (err == nil) != (want != "") {
			t.Errorf("%q became %q, %v; want %q", domain, got, err, want)
		}
	}
}
