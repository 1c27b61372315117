package check

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"frontdesk/messenger"
)

// The rules of the attributes are the loader's own (plugin/browser/assets/loader/markup.js), which says the same on the
// browser's console. A test holds both to each other.
const (
	maxGreeting = 80
	maxRef      = 2083
	maxDelay    = 24 * 60 * 60
)

// attributes are those that are read (ref. 7.1).
var attributes = []string{
	"page_id", "ref", "theme_color", "logged_in_greeting", "logged_out_greeting", "greeting_dialog_display", "greeting_dialog_delay",
	"minimized", "customer", "attribution",
}

// rule is what a value of an attribute must be: wrong says what it is instead, behind its name; do says what to write.
type rule struct {
	good func(value string) bool
	why  func(value string) string
	do   string
}

func says(text string) func(string) string { return func(string) string { return text } }

var rules = map[string]rule{
	"ref":         {goodRef, says(fmt.Sprintf("is not one line of at most %d characters", maxRef)), "write a word of your own, with letters, digits, - _ and ="},
	"theme_color": {goodColor, says("is not # and six hexadecimal digits other than white"), "write a colour as in #1D6FB8, other than white"},
	"logged_in_greeting": {goodGreeting, func(value string) string {
		return fmt.Sprintf("has %d characters", utf8.RuneCountInString(value))
	}, fmt.Sprintf("shorten it: the first %d are used", maxGreeting)},
	"greeting_dialog_display": {oneOf("show", "hide", "fade"), says("is not show, hide or fade"), "write one of them"},
	"greeting_dialog_delay":   {goodDelay, says(fmt.Sprintf("is no number of seconds from 0 to %d", maxDelay)), "write the number alone, as in 5"},
	"minimized":               {oneOf("true", "false"), says("is neither true nor false"), "write greeting_dialog_display instead"},
	"customer":                {goodCustomer, says("is not the JSON of a customer with id, expires and signature"), "have your server write it, as docs/guide/plugin.md says"},
}

func init() { rules["logged_out_greeting"] = rules["logged_in_greeting"] }

// Wrong says why a value of an attribute would not be used, behind the attribute's name; empty: it would be.
func Wrong(name, value string) string {
	r, ok := rules[name]
	if !ok || value == "" || r.good(value) {
		return ""
	}
	return r.why(value)
}

// Misspelt is the attribute that a name was meant for, where the name itself is not read; empty: none.
func Misspelt(name string) string {
	meant := strings.ReplaceAll(strings.TrimPrefix(name, "data-"), "-", "_")
	if meant != name && slices.Contains(attributes, meant) {
		return meant
	}
	return ""
}

func goodRef(value string) bool {
	return messenger.TextLen(value) <= maxRef && !strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || 0x7f <= r && r < 0xa0 })
}

var colorForm = regexp.MustCompile(`(?i)^#[0-9a-f]{6}$`)

func goodColor(value string) bool {
	value = strings.TrimSpace(value)
	return colorForm.MatchString(value) && !strings.EqualFold(value, "#ffffff")
}

func goodGreeting(value string) bool { return utf8.RuneCountInString(value) <= maxGreeting }

func oneOf(words ...string) func(string) bool {
	return func(value string) bool { return slices.Contains(words, strings.ToLower(strings.TrimSpace(value))) }
}

var delayForm = regexp.MustCompile(`^(\d+\.?\d*|\.\d+)$`)

func goodDelay(value string) bool {
	value = strings.TrimSpace(value)
	seconds, err := strconv.ParseFloat(value, 64)
	return delayForm.MatchString(value) && err == nil && seconds <= maxDelay
}

// goodCustomer reads as loosely as JavaScript does: an id may be a number, a time a text.
func goodCustomer(value string) bool {
	var c map[string]any
	if json.Unmarshal([]byte(value), &c) != nil {
		return false
	}
	expires := 0.0
	switch e := c["expires"].(type) {
	case float64:
		expires = e
	case string:
		expires, _ = strconv.ParseFloat(strings.TrimSpace(e), 64) // what is no number is 0
	}
	return given(c["id"]) && given(c["signature"]) && expires > 0
}

func given(v any) bool { return v != nil && v != "" && v != 0.0 && v != false }
