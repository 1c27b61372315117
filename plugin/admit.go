package plugin

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// LimitError says which limit of a page keeps its chat plugin from a visitor (ref. 7.6).
type LimitError struct {
	Wrong   string // WrongAge, WrongCountry
	Message string
}

func (e *LimitError) Error() string { return e.Message }

// What LimitError.Wrong says.
const (
	WrongAge     = "age"
	WrongCountry = "country"
)

// admits refuses whom the limits of a page keep away. age is what the website has signed of a customer; 0: nothing.
func (s *Server) admits(r *http.Request, set pluginLook, age int) error {
	if set.Countries.any() {
		if err := set.Countries.admit(s.country(r)); err != nil {
			return err
		}
	}
	if age < set.MinimumAge {
		return &LimitError{WrongAge, fmt.Sprintf("this chat is for customers of %d years and more, whose age the website has signed", set.MinimumAge)}
	}
	return nil
}

// warnOfLimits says at the start which limits nobody can hold to: countries are kept, and the header that told them is no
// setting any more.
func (s *Server) warnOfLimits() error {
	if s.countryHeader != "" && len(s.proxies) > 0 {
		return nil
	}
	return s.db.View(func(tx *bolt.Tx) error {
		for _, page := range s.pages {
			set, err := getLook(tx, page.ID)
			if err != nil {
				return err
			}
			if set.Countries.any() {
				s.log.Warn("the chat is kept to some countries, and no trusted proxy says where a visitor is:"+
					" set plugin_country_header and plugin_trusted_proxies, or drop the setting countries of chat_plugin", logPage, page.ID)
			}
		}
		return nil
	})
}

// admitted is admits by what is set for a page at this moment.
func (s *Server) admitted(r *http.Request, pageID string, age int) error {
	var set pluginLook
	if err := s.view(r.Context(), func(tx *bolt.Tx) (err error) {
		set, err = getLook(tx, pageID)
		return err
	}); err != nil {
		return err
	}
	return s.admits(r, set, age)
}

// admitsVisitor is admitted for a visitor who has a token.
func (s *Server) admitsVisitor(r *http.Request, c Contact) error {
	var set pluginLook
	var age int
	if err := s.view(r.Context(), func(tx *bolt.Tx) (err error) {
		if set, err = getLook(tx, c.Page); err != nil || set.MinimumAge == 0 {
			return err
		}
		row, err := getContact(tx, c.Page, c.ID)
		if err == nil {
			age = row.Age
		}
		return err
	}); err != nil {
		return err
	}
	return s.admits(r, set, age)
}

// admit takes a country of two letters; an empty one is not known, and is none of those allowed.
func (c countries) admit(country string) error {
	switch {
	case slices.Contains(c.Deny, country), len(c.Allow) > 0 && country != "" && !slices.Contains(c.Allow, country):
		return &LimitError{WrongCountry, "this chat is not for visitors from " + country}
	case len(c.Allow) > 0 && country == "":
		return &LimitError{WrongCountry, "this chat is for visitors from some countries, and where this one is from is not known"}
	}
	return nil
}

// country is where a call came from, as a trusted proxy says; empty where none does or it does not know.
func (s *Server) country(r *http.Request) string {
	if s.countryHeader == "" || !s.trusts(hostOf(r.RemoteAddr)) {
		return ""
	}
	code := strings.ToUpper(strings.TrimSpace(r.Header.Get(s.countryHeader)))
	if !countryCode.MatchString(code) || unknownCountry(code) {
		return ""
	}
	return code
}

// unknownCountry reports whether a code is none of a country, but says that it is not known.
func unknownCountry(code string) bool { return code == "XX" || code == "ZZ" }
