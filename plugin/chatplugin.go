package plugin

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// The settings that a page keeps for its chat plugin (ref. 7.4), and ours beside them.
const (
	setAlignment    = "alignment"
	setDesktopBelow = "desktop_bottom_spacing"
	setDesktopSide  = "desktop_side_spacing"
	setMobileBelow  = "mobile_bottom_spacing"
	setMobileSide   = "mobile_side_spacing"
	setIcon         = "entry_point_icon"
	setLabel        = "entry_point_label"
	setDisplay      = "greeting_dialog_display"
	setDelay        = "greeting_dialog_delay"
	setGreeting     = "welcome_screen_greeting"
	setTheme        = "theme_color"
	setRef          = "ref"
	setLocale       = "locale"
	setAge          = "minimum_age"
	setCountries    = "countries"
)

const (
	maxSpacing   = 1000 // pixels
	maxDelay     = 3600 // seconds
	maxWelcome   = 80   // characters of a greeting beside the button (ref. 7.1)
	maxAge       = 120
	maxCountries = 300 // more than there are
)

// pluginSettings are those that can be set, each with what reads and checks it; in the order in which faults are told.
var pluginSettings = []struct {
	name string
	read func(name string, raw json.RawMessage) (any, error)
}{
	{setAlignment, oneOf(strings.ToUpper, "LEFT", "RIGHT")},
	{setDesktopBelow, wholeUpTo(maxSpacing)},
	{setDesktopSide, wholeUpTo(maxSpacing)},
	{setMobileBelow, wholeUpTo(maxSpacing)},
	{setMobileSide, wholeUpTo(maxSpacing)},
	{setIcon, oneOf(strings.ToUpper, "MESSENGER_ICON", "CHAT_ROUND_ICON", "CHAT_ANGULAR_ICON", "NONE")},
	{setLabel, oneOf(strings.ToUpper, "NONE", "CHAT", "HELP", "ASK_US")},
	{setDisplay, oneOf(strings.ToLower, "show", "hide", "fade")},
	{setDelay, readDelay},
	{setGreeting, lineUpTo(maxWelcome)},
	{setTheme, readTheme},
	{setRef, lineUpTo(maxRef)},
	{setLocale, readLocale},
	{setAge, wholeUpTo(maxAge)},
	{setCountries, readCountries},
}

func settingNames() []string {
	var names []string
	for _, p := range pluginSettings {
		names = append(names, p.name)
	}
	return names
}

// bucketLooks: hash of the page's id → what is set for its chat plugin, a JSON object.
var bucketLooks = []byte("looks")

// pluginLook is what is set for a page's chat plugin; what is not has its zero value.
type pluginLook struct {
	Alignment    string    `json:"alignment,omitempty"`
	DesktopBelow *int      `json:"desktop_bottom_spacing,omitempty"`
	DesktopSide  *int      `json:"desktop_side_spacing,omitempty"`
	MobileBelow  *int      `json:"mobile_bottom_spacing,omitempty"`
	MobileSide   *int      `json:"mobile_side_spacing,omitempty"`
	Icon         string    `json:"entry_point_icon,omitempty"`
	Label        string    `json:"entry_point_label,omitempty"`
	Display      string    `json:"greeting_dialog_display,omitempty"`
	Delay        *float64  `json:"greeting_dialog_delay,omitempty"`
	Greeting     string    `json:"welcome_screen_greeting,omitempty"`
	Theme        string    `json:"theme_color,omitempty"`
	Ref          string    `json:"ref,omitempty"`
	Locale       string    `json:"locale,omitempty"`
	MinimumAge   int       `json:"minimum_age,omitempty"`
	Countries    countries `json:"countries,omitzero"`
}

// countries are those whose visitors may use the plugin: the allowed, or all but the denied.
type countries struct {
	Allow []string `json:"allow,omitempty"`
	Deny  []string `json:"deny,omitempty"`
}

// any reports whether there is a limit at all.
func (c countries) any() bool { return len(c.Allow)+len(c.Deny) > 0 }

func getLook(tx *bolt.Tx, page string) (set pluginLook, err error) {
	if raw := tx.Bucket(bucketLooks).Get(profileKey(page)); raw != nil {
		err = json.Unmarshal(raw, &set)
	}
	return set, err
}

// textOf is a setting that is a text, a number or a truth value, as forms and JSON spell it.
func textOf(name string, raw json.RawMessage) string {
	return strings.TrimSpace(params{name: raw}.text(name))
}

// oneOf reads a setting that has one of some values, in whatever case it came.
func oneOf(in func(string) string, values ...string) func(string, json.RawMessage) (any, error) {
	return func(name string, raw json.RawMessage) (any, error) {
		value := in(textOf(name, raw))
		if !slices.Contains(values, value) {
			return nil, badParam("Param %s must be one of {%s}", name, strings.Join(values, ", "))
		}
		return value, nil
	}
}

// wholeUpTo reads a whole number from 0 to limit.
func wholeUpTo(limit int) func(string, json.RawMessage) (any, error) {
	return func(name string, raw json.RawMessage) (any, error) {
		n, err := strconv.Atoi(textOf(name, raw))
		if err != nil || n < 0 || n > limit {
			return nil, badParam("Param %s must be a whole number from 0 to %d", name, limit)
		}
		return n, nil
	}
}

// lineUpTo reads a text of one line.
func lineUpTo(limit int) func(string, json.RawMessage) (any, error) {
	return func(name string, raw json.RawMessage) (any, error) {
		text := textOf(name, raw)
		if err := checkField(name, text, limit); err != nil {
			return nil, err
		}
		if err := checkLine(name, text, limit); err != nil {
			return nil, badParam("Param %v", err)
		}
		return text, nil
	}
}

func readDelay(name string, raw json.RawMessage) (any, error) {
	seconds, err := strconv.ParseFloat(textOf(name, raw), 64)
	if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > maxDelay {
		return nil, badParam("Param %s must be a number of seconds from 0 to %d", name, maxDelay)
	}
	return seconds, nil
}

func readTheme(name string, raw json.RawMessage) (any, error) {
	colour := strings.ToUpper(textOf(name, raw))
	switch _, ok := Contrast(colour); {
	case !ok:
		return nil, badParam("Param %s must be # and six hexadecimal digits, as in #1D6FB8", name)
	case colour == white:
		return nil, badParam("Param %s must not be white", name)
	}
	return colour, nil
}

func readLocale(name string, raw json.RawMessage) (any, error) {
	locale := textOf(name, raw)
	if !localeName.MatchString(locale) {
		return nil, badParam("Param %s must be a locale such as en_US", name)
	}
	return locale, nil
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

func readCountries(name string, raw json.RawMessage) (any, error) {
	var in countries
	if json.Unmarshal(params{name: raw}.value(name), &in) != nil || len(in.Allow) > 0 && len(in.Deny) > 0 || !in.any() {
		return nil, wrongShape(name, `an object with either "allow" or "deny", a list of countries`)
	}
	for _, list := range [][]string{in.Allow, in.Deny} {
		if len(list) > maxCountries {
			return nil, badParam("Param %s has more countries than there are", name)
		}
		for i, code := range list {
			list[i] = strings.ToUpper(strings.TrimSpace(code))
			if !countryCode.MatchString(list[i]) || unknownCountry(list[i]) {
				return nil, badParam("Param %s must have codes of two letters (ISO 3166), as in DE", name)
			}
		}
		slices.Sort(list)
	}
	return countries{Allow: slices.Compact(in.Allow), Deny: slices.Compact(in.Deny)}, nil
}

const white = "#FFFFFF"

var hexColour = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// Contrast is the ratio of contrast between a colour, # and six hexadecimal digits, and white text on it, as the Web
// Content Accessibility Guidelines reckon it: from 1 to 21. Text is easily read from 4.5 on, and black is read where white
// is not. ok is false for what is no such colour.
func Contrast(colour string) (ratio float64, ok bool) {
	if !hexColour.MatchString(colour) {
		return 0, false
	}
	light := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return 0, false
		}
		part := float64(n) / 255
		if part <= 0.04045 {
			part /= 12.92
		} else {
			part = math.Pow((part+0.055)/1.055, 2.4)
		}
		light += weight * part
	}
	return 1.05 / (light + 0.05), true
}
