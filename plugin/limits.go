package plugin

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"frontdesk/messenger"
)

// The limits of what a visitor may send. Lengths are as messenger.TextLen counts.
const (
	maxRef     = 2083
	maxPageURL = 2083
	maxName    = 100
	maxKey     = 64
	maxTitle   = 200 // characters of a page's title; longer ones are cut

	minVisitorKey = 22 // what holds 128 bits in base64
)

// InputError says which field of what a contact sent cannot be taken, and why. It never repeats the value.
type InputError struct {
	Field   string
	Problem string
}

func (e *InputError) Error() string { return e.Field + " " + e.Problem }

func checkText(text string) error {
	if strings.TrimSpace(text) == "" {
		return &InputError{"text", "is empty"}
	}
	return checkLength("text", text, messenger.MaxText)
}

func checkLength(field, s string, limit int) error {
	if n := messenger.TextLen(s); n > limit {
		return &InputError{field, fmt.Sprintf("is %d characters long; at most %d are taken", n, limit)}
	}
	return nil
}

const (
	minPhoneDigits = 3
	maxPhone       = 30
	maxEmail       = 254
)

// checkFill checks what a visitor fills in where a quick reply asks for a phone number or an e-mail address.
func checkFill(kind, value string) error {
	if kind == messenger.QuickReplyEmail {
		if _, host, ok := strings.Cut(value, "@"); !ok || host == "" || strings.HasPrefix(value, "@") || strings.ContainsFunc(value, unicode.IsSpace) {
			return &InputError{"value", "is not an e-mail address"}
		}
		return checkLine("value", value, maxEmail)
	}
	digits := 0
	for _, r := range value {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case !strings.ContainsRune("+ ()-./", r):
			return &InputError{"value", "is not a phone number"}
		}
	}
	if digits < minPhoneDigits {
		return &InputError{"value", "is not a phone number"}
	}
	return checkLength("value", value, maxPhone)
}

// checkLine checks a value that has no business holding line breaks or other controls.
func checkLine(field, s string, limit int) error {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return &InputError{field, "holds control characters"}
	}
	return checkLength(field, s, limit)
}

// check refuses what could not be shown or stored.
func (a Arrival) check() error {
	if err := checkLine("ref", a.Ref, maxRef); err != nil {
		return err
	}
	if err := checkLine("page_url", a.PageURL, maxPageURL); err != nil {
		return err
	}
	if a.PageURL != "" && !isWebAddress(a.PageURL) {
		return &InputError{"page_url", "is not an http or https address"}
	}
	return nil
}

func isWebAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// tidy leaves of an arrival what can be shown. The title, the page before and the language are as the visitor's device has
// them, which is nobody's fault: what is no such thing is left out, or cut.
func (a Arrival) tidy() Arrival {
	title := []rune(strings.Join(strings.FieldsFunc(strings.ToValidUTF8(a.Title, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " "))
	a.Title = string(title[:min(len(title), maxTitle)])
	if len(a.Referrer) > maxPageURL || strings.ContainsFunc(a.Referrer, unicode.IsControl) || !isWebAddress(a.Referrer) {
		a.Referrer = ""
	}
	if !languageTag.MatchString(a.Language) {
		a.Language = ""
	}
	return a
}

// checkKey checks what a browser calls what it sends; it may call it nothing.
func checkKey(key string) error {
	if len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
	}) {
		return &InputError{"key", fmt.Sprintf("may have %d characters, each a letter from A to Z, a digit, - or _", maxKey)}
	}
	return nil
}

// checkVisitorKey checks what a browser asks for a new visitor with, if anything. Who knows it may ask for the token again:
// it must be too long to be guessed.
func checkVisitorKey(key string) error {
	if key != "" && len(key) < minVisitorKey {
		return &InputError{"key", fmt.Sprintf("is too short: a secret of %d characters and more is needed", minVisitorKey)}
	}
	return checkKey(key)
}
