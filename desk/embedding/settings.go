package embedding

import (
	"slices"
	"strings"
)

// Settings are what can be set of a page's chat. What has its zero value is not set: the platform's default holds.
type Settings struct {
	Greeting   string    `json:"welcome_screen_greeting,omitempty"` // one line beside the button
	Color      string    `json:"theme_color,omitempty"`             // as in #1D6FB8
	Display    string    `json:"greeting_dialog_display,omitempty"` // show, hide, fade
	Delay      *float64  `json:"greeting_dialog_delay,omitempty"`   // seconds until the greeting
	Ref        string    `json:"ref,omitempty"`                     // where the website's markup names none
	Locale     string    `json:"locale,omitempty"`                  // as in de_DE
	Domains    []string  `json:"whitelisted_domains,omitempty"`     // who may embed it, as messenger.WebsiteOrigin spells them
	MinimumAge int       `json:"minimum_age,omitempty"`
	Countries  Countries `json:"countries,omitzero"`
}

// Countries are those whose visitors get the chat: the allowed, or all but the denied. Only one of the lists has any.
type Countries struct {
	Allow []string `json:"allow,omitempty"`
	Deny  []string `json:"deny,omitempty"`
}

// IsZero reports whether there is no limit.
func (c Countries) IsZero() bool { return len(c.Allow)+len(c.Deny) == 0 }

// String is how people write them: "DE, AT", or "not US" for all but these.
func (c Countries) String() string {
	if len(c.Deny) > 0 {
		return "not " + strings.Join(c.Deny, ", ")
	}
	return strings.Join(c.Allow, ", ")
}

// Site is a page with a chat for websites.
type Site struct {
	Page     string   `json:"page_id"`
	Address  string   `json:"address"` // of the platform as websites reach it, without a slash at the end
	Public   bool     `json:"public"`  // others than this machine reach it there, as far as is known
	TryOut   string   `json:"try_out,omitempty"`
	Settings Settings `json:"settings"`
	Fixed    []string `json:"fixed_domains,omitempty"` // domains that the setting plugin_domains allows besides
}

// Allowed are the domains that may embed the chat, each once. None: pages on this machine may, and no others.
func (s Site) Allowed() []string {
	all := slices.Clone(s.Fixed)
	for _, d := range s.Settings.Domains {
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

// Blank is what holds at this page where a field is empty.
func (s Site) Blank(field Field) string {
	if field.Name == FieldDomains && len(s.Fixed) > 0 {
		return "no more than plugin_domains allows"
	}
	return field.Blank
}

// Fault says which field of the settings cannot be taken, why, and what to do.
type Fault struct {
	Field string // as Fields names it; empty: no single one
	Says  string // goes behind the field's name, or is a sentence where there is none
}

func (f *Fault) Error() string {
	if f.Field == "" {
		return f.Says
	}
	return f.Field + " " + f.Says
}
