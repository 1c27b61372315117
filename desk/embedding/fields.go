package embedding

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"frontdesk/messenger"
)

// The limits of the settings.
const (
	MaxGreeting = 80   // characters (ref. 7.1)
	MaxRef      = 2083 // (ref. 2.8)
	MaxDelay    = 3600 // seconds
	MaxAge      = 120
)

// Field is one setting as people see and write it: in a form, as a flag.
type Field struct {
	Name   string // as the platform calls it
	Flag   string
	Title  string
	About  string   // what it is, in a few words
	Blank  string   // what holds where nothing is set
	Values []string // the only ones there are; nil: it is written freely
	// Get is what is set, as Set would take it; empty: nothing.
	Get func(s Settings) string
	// Set takes what somebody wrote; empty: it is not set any more. A *Fault says why it cannot be taken.
	Set func(s *Settings, text string) error
}

// The settings' names, as the platform has them.
const (
	FieldGreeting  = "welcome_screen_greeting"
	FieldColor     = "theme_color"
	FieldDisplay   = "greeting_dialog_display"
	FieldDelay     = "greeting_dialog_delay"
	FieldRef       = "ref"
	FieldLocale    = "locale"
	FieldDomains   = "whitelisted_domains"
	FieldAge       = "minimum_age"
	FieldCountries = "countries"
)

// Fields are the settings, in the order of a form.
var Fields = []Field{
	{
		Name: FieldGreeting, Flag: "greeting", Title: "Greeting", About: "one line beside the button, 80 characters",
		Blank: "the page's own greeting",
		Get:   func(s Settings) string { return s.Greeting }, Set: setGreeting,
	},
	{
		Name: FieldColor, Flag: "theme-color", Title: "Colour", About: "of the button and of what visitors say, as in #1D6FB8",
		Blank: DefaultColor,
		Get:   func(s Settings) string { return s.Color }, Set: setColor,
	},
	{
		Name: FieldDisplay, Flag: "display", Title: "Greeting shows", About: "show, fade (goes by itself) or hide",
		Blank: "shown on large screens, hidden on phones", Values: []string{"show", "fade", "hide"},
		Get: func(s Settings) string { return s.Display }, Set: setDisplay,
	},
	{
		Name: FieldDelay, Flag: "delay", Title: "After", About: "seconds on the page until the greeting",
		Blank: "at once",
		Get:   getDelay, Set: setDelay,
	},
	{
		Name: FieldRef, Flag: "ref", Title: "Ref", About: "your word for where a chat began, where the markup names none",
		Blank: "none",
		Get:   func(s Settings) string { return s.Ref }, Set: setRef,
	},
	{
		Name: FieldLocale, Flag: "locale", Title: "Locale", About: "of the chat's words, as in de_DE",
		Blank: "en_US",
		Get:   func(s Settings) string { return s.Locale }, Set: setLocale,
	},
	{
		Name: FieldDomains, Flag: "domains", Title: "Websites", About: "who may embed it, as in https://www.lumen.example, comma-separated",
		Blank: "pages on this machine alone",
		Get:   func(s Settings) string { return strings.Join(s.Domains, ", ") }, Set: setDomains,
	},
	{
		Name: FieldAge, Flag: "minimum-age", Title: "Minimum age", About: "guests do not get the chat then",
		Blank: "none",
		Get:   getAge, Set: setAge,
	},
	{
		Name: FieldCountries, Flag: "countries", Title: "Countries", About: "as in DE, AT; or not US for all but these",
		Blank: "all",
		Get:   func(s Settings) string { return s.Countries.String() }, Set: setCountries,
	},
}

// FieldOf is the field of a name; ok is false where there is none.
func FieldOf(name string) (f Field, ok bool) {
	i := slices.IndexFunc(Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return Fields[i], true
}

// Check is whether all the settings can be taken: nil, or the first *Fault.
func (s Settings) Check() error {
	for _, f := range Fields {
		copied := s
		if err := f.Set(&copied, f.Get(s)); err != nil {
			return err
		}
	}
	return nil
}

func setGreeting(s *Settings, text string) error {
	text = strings.TrimSpace(text)
	if err := checkLine(FieldGreeting, text, MaxGreeting); err != nil {
		return err
	}
	s.Greeting = text
	return nil
}

var colorForm = regexp.MustCompile(`^#[0-9A-F]{6}$`)

func setColor(s *Settings, text string) error {
	color := strings.ToUpper(strings.TrimSpace(text))
	if len(color) == 6 && color[0] != '#' { // a # is a comment to shells that are not told otherwise
		color = "#" + color
	}
	switch {
	case color == "":
	case !colorForm.MatchString(color):
		return &Fault{FieldColor, "is # and six hexadecimal digits, as in #1D6FB8"}
	case color == white:
		return &Fault{FieldColor, "can't be white: nobody would see the button; take any other"}
	}
	s.Color = color
	return nil
}

func setDisplay(s *Settings, text string) error {
	word := strings.ToLower(strings.TrimSpace(text))
	if word != "" && word != "show" && word != "fade" && word != "hide" {
		return &Fault{FieldDisplay, "is show, fade or hide"}
	}
	s.Display = word
	return nil
}

func getDelay(s Settings) string {
	if s.Delay == nil {
		return ""
	}
	return strconv.FormatFloat(*s.Delay, 'f', -1, 64)
}

func setDelay(s *Settings, text string) error {
	text = strings.TrimSuffix(strings.TrimSpace(text), "s")
	if text == "" {
		s.Delay = nil
		return nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > MaxDelay {
		return &Fault{FieldDelay, fmt.Sprintf("is a number of seconds from 0 to %d", MaxDelay)}
	}
	s.Delay = &seconds
	return nil
}

// refForm are the characters that survive everywhere a ref goes (ref. 2.8).
var refForm = regexp.MustCompile(`^[A-Za-z0-9_=-]*$`)

func setRef(s *Settings, text string) error {
	text = strings.TrimSpace(text)
	switch {
	case len(text) > MaxRef:
		return &Fault{FieldRef, fmt.Sprintf("has %d characters; at most %d are taken", len(text), MaxRef)}
	case !refForm.MatchString(text):
		return &Fault{FieldRef, "is written with letters, digits, - _ and = alone"}
	}
	s.Ref = text
	return nil
}

var localeForm = regexp.MustCompile(`^[a-z]{2,3}_[A-Z]{2}$`)

func setLocale(s *Settings, text string) error {
	text = strings.ReplaceAll(strings.TrimSpace(text), "-", "_")
	if text != "" && !localeForm.MatchString(text) {
		return &Fault{FieldLocale, "is a language and a country, as in en_US or de_DE"}
	}
	s.Locale = text
	return nil
}

func setDomains(s *Settings, text string) error {
	var list []string
	for given := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		address := given
		if !strings.Contains(address, "://") {
			address = "https://" + address
		}
		origin, err := messenger.WebsiteOrigin(address)
		if err != nil {
			return &Fault{FieldDomains, fmt.Sprintf("has %q, which %v", given, err)}
		}
		if !slices.Contains(list, origin) {
			list = append(list, origin)
		}
	}
	if len(list) > messenger.MaxDomains {
		return &Fault{FieldDomains, fmt.Sprintf("has %d domains; at most %d are taken", len(list), messenger.MaxDomains)}
	}
	s.Domains = list
	return nil
}

func getAge(s Settings) string {
	if s.MinimumAge == 0 {
		return ""
	}
	return strconv.Itoa(s.MinimumAge)
}

func setAge(s *Settings, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		s.MinimumAge = 0
		return nil
	}
	years, err := strconv.Atoi(text)
	if err != nil || years < 0 || years > MaxAge {
		return &Fault{FieldAge, fmt.Sprintf("is a whole number of years from 1 to %d", MaxAge)}
	}
	s.MinimumAge = years
	return nil
}

var countryForm = regexp.MustCompile(`^[A-Z]{2}$`)

func setCountries(s *Settings, text string) error {
	words := strings.FieldsFunc(strings.ToUpper(text), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	denies := len(words) > 0 && words[0] == "NOT"
	if denies {
		if words = words[1:]; len(words) == 0 {
			return &Fault{FieldCountries, "says not, and not which; write them behind it, as in not US"}
		}
	}
	for _, code := range words {
		if !countryForm.MatchString(code) || code == "XX" || code == "ZZ" {
			return &Fault{FieldCountries, fmt.Sprintf("has %q; countries are two letters (ISO 3166), as in DE", code)}
		}
	}
	slices.Sort(words)
	words = slices.Compact(words)
	s.Countries = Countries{Allow: words}
	if denies {
		s.Countries = Countries{Deny: words}
	}
	return nil
}

// checkLine refuses what is not one line of at most so many characters, as the platform counts them.
func checkLine(field, text string, limit int) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return &Fault{field, "is one line, without control characters"}
	}
	if n := messenger.TextLen(text); n > limit {
		return &Fault{field, fmt.Sprintf("has %d characters; at most %d are taken", n, limit)}
	}
	return nil
}
