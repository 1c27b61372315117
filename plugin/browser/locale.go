package browser

import (
	"regexp"
	"slices"
	"strings"
)

// defaultLocale is that of an address without one.
const defaultLocale = "en_US"

// localeForm is how the SDK's addresses spell a locale: en_US, es_LA.
var localeForm = regexp.MustCompile(`^[a-z]{2,3}_[A-Z]{2}$`)

// localeOr is the locale, or the default in place of what is none.
func localeOr(locale string) string {
	if localeForm.MatchString(locale) {
		return locale
	}
	return defaultLocale
}

// language is the part of a locale that words are written in.
func language(locale string) string {
	lang, _, _ := strings.Cut(locale, "_")
	return lang
}

// direction is the way that a locale's words run. It is that of the words we have: a language that we have none of gets
// English ones.
func direction(locale string) string {
	if slices.Contains([]string{"ar"}, language(locale)) {
		return "rtl"
	}
	return "ltr"
}
