package plugin

import (
	"context"
	"errors"
	"net/http"

	bolt "go.etcd.io/bbolt"
)

// Look is what a website's loader needs to know of a page's chat plugin: how it is drawn, and whether this website and this
// visitor get it at all. The attributes of the website's own markup win over it.
type Look struct {
	Alignment    string `json:"alignment"` // LEFT, RIGHT
	DesktopBelow int    `json:"desktop_bottom_spacing"`
	DesktopSide  int    `json:"desktop_side_spacing"`
	MobileBelow  int    `json:"mobile_bottom_spacing"`
	MobileSide   int    `json:"mobile_side_spacing"`
	Icon         string `json:"entry_point_icon"`  // MESSENGER_ICON, CHAT_ROUND_ICON, CHAT_ANGULAR_ICON, NONE
	Label        string `json:"entry_point_label"` // NONE, CHAT, HELP, ASK_US

	// What is empty or nil was not set: the loader's own default holds.
	Theme    string   `json:"theme_color,omitempty"`
	Display  string   `json:"greeting_dialog_display,omitempty"` // show, hide, fade
	Delay    *float64 `json:"greeting_dialog_delay,omitempty"`   // seconds
	Greeting string   `json:"greeting,omitempty"`                // for guests
	Ref      string   `json:"ref,omitempty"`
	Locale   string   `json:"locale,omitempty"` // where the script's path names none

	// Render is false where nothing may be drawn; Why and Message say to the website's developer, not to visitors, what
	// stands against it.
	Render  bool   `json:"render"`
	Why     string `json:"why,omitempty"` // WrongOrigin, WrongReferrer, WrongAge, WrongCountry
	Message string `json:"message,omitempty"`
	// MinimumAge says with WrongAge who gets it all the same: a customer for whom the website has signed at least this age.
	MinimumAge int `json:"minimum_age,omitempty"`
}

// The distances from the window's edges where none are set, in pixels.
const (
	desktopSpacing = 24
	mobileSpacing  = 16
)

// Look tells how a page's chat plugin is drawn for whoever makes a call such as that for the loader's script: Referer is
// the website, the address where it came from tells the country. The greeting is in a locale such as de_DE; empty means
// the page's own.
func (s *Server) Look(ctx context.Context, r *http.Request, pageID, locale string) (Look, error) {
	page := s.page(pageID)
	if page == nil || page.Messenger {
		return Look{}, ErrUnknownPage
	}
	var set pluginLook
	var greets string
	if err := s.view(ctx, func(tx *bolt.Tx) (err error) {
		if set, err = getLook(tx, page.ID); err != nil {
			return err
		}
		if locale == "" {
			locale = set.Locale
		}
		offers, err := offersOf(tx, page.ID, locale)
		greets = personal(offers.greeting, Profile{})
		return err
	}); err != nil {
		return Look{}, err
	}
	if set.Greeting != "" {
		greets = set.Greeting
	}
	look := Look{
		Alignment: orElse(set.Alignment, "RIGHT"), Icon: orElse(set.Icon, "MESSENGER_ICON"), Label: orElse(set.Label, "NONE"),
		DesktopBelow: orNumber(set.DesktopBelow, desktopSpacing), DesktopSide: orNumber(set.DesktopSide, desktopSpacing),
		MobileBelow: orNumber(set.MobileBelow, mobileSpacing), MobileSide: orNumber(set.MobileSide, mobileSpacing),
		Theme: set.Theme, Display: set.Display, Delay: set.Delay, Greeting: greets, Ref: set.Ref, Locale: set.Locale,
		Render: true,
	}
	return look, s.mayRender(r, page, set, &look)
}

// mayRender says in a look whether anything may be drawn.
func (s *Server) mayRender(r *http.Request, page *Page, set pluginLook, look *Look) error {
	err := s.Embedder(r, page.ID)
	if err == nil {
		err = s.admits(r, set, 0)
	}
	var embed *EmbedError
	var limit *LimitError
	switch {
	case errors.As(err, &embed):
		look.Render, look.Why, look.Message = false, embed.Wrong, embed.Message
	case errors.As(err, &limit):
		look.Render, look.Why, look.Message = false, limit.Wrong, limit.Message
		if limit.Wrong == WrongAge {
			look.MinimumAge = set.MinimumAge
		}
	default:
		return err
	}
	return nil
}

// PageIDs are the pages that have a chat plugin.
func (s *Server) PageIDs() []string {
	var ids []string
	for _, p := range s.pages {
		if !p.Messenger {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func orNumber(n *int, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return *n
}
