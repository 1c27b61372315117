package plugin

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// Offers are what a contact is shown of a page's Messenger Profile (ref. 6.3), in the contact's language where the page
// has set it.
type Offers struct {
	Name     string `json:"name,omitempty"` // the page's
	Greeting string `json:"greeting,omitempty"`
	// Menu are the lines of the persistent menu: none where the page keeps it from the chat plugin.
	Menu []MenuItem `json:"menu,omitempty"`
	// NoText says that the contact answers by the menu alone.
	NoText bool `json:"composer_input_disabled,omitempty"`
	// IceBreakers are questions to begin with.
	IceBreakers []string `json:"ice_breakers,omitempty"`
}

// MenuItem is a line of a persistent menu. One of type web_url leads to its address; one of type postback is told to the
// page when it is tapped.
type MenuItem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	URL    string `json:"url,omitempty"`
	Height string `json:"webview_height_ratio,omitempty"`
}

// Pick is what a contact chose of the Offers: the title that was shown, at a place counted from 0. Both must fit, so that
// a menu that has changed meanwhile is never tapped wrongly.
type Pick struct {
	Index  int    `json:"index"`
	Title  string `json:"title"`
	Locale string `json:"locale"` // which the Offers were asked in
}

// Offers tells what a contact of a page is shown, for a locale such as de_DE; empty means the page's default. profile is
// what is known of the contact.
func (s *Server) Offers(ctx context.Context, page, locale string, profile Profile) (Offers, error) {
	var out Offers
	of := s.page(page)
	if of == nil {
		return out, ErrUnknownPage
	}
	out.Name = of.Name
	err := s.view(ctx, func(tx *bolt.Tx) error {
		set, err := offersOf(tx, page, locale)
		if err != nil {
			return err
		}
		out.Greeting = personal(set.greeting, profile)
		if !slices.Contains(set.menu.Surfaces, surfacePlugin) {
			out.NoText = set.menu.NoText
			for _, item := range set.menu.Items {
				out.Menu = append(out.Menu, MenuItem{Type: item.Type, Title: item.Title, URL: item.URL, Height: item.Height})
			}
		}
		for _, b := range set.questions {
			out.IceBreakers = append(out.IceBreakers, b.Question)
		}
		return nil
	})
	return out, err
}

// offered is what a page has set for one locale.
type offered struct {
	greeting  string
	menu      menu
	questions []iceBreaker
}

func offersOf(tx *bolt.Tx, page, locale string) (out offered, err error) {
	profile, err := getPageProfile(tx, page)
	if err != nil {
		return out, err
	}
	var greetings []greeting
	var menus []menu
	for name, into := range map[string]any{propGreeting: &greetings, propMenu: &menus} {
		if raw := profile[name]; raw != nil {
			if err := json.Unmarshal(raw, into); err != nil {
				return out, err
			}
		}
	}
	if g := forLocale(greetings, locale, func(g greeting) string { return g.Locale }); g != nil {
		out.greeting = g.Text
	}
	if m := forLocale(menus, locale, func(m menu) string { return m.Locale }); m != nil {
		out.menu = *m
	}
	out.questions, err = questionsFor(profile[propIceBreakers], locale)
	return out, err
}

// questionsFor are the ice breakers for a locale, of either form.
func questionsFor(raw json.RawMessage, locale string) ([]iceBreaker, error) {
	if raw == nil {
		return nil, nil
	}
	var byLocale []iceBreakers
	if err := json.Unmarshal(raw, &byLocale); err != nil {
		return nil, err
	}
	if one := forLocale(byLocale, locale, func(b iceBreakers) string { return b.Locale }); one != nil {
		return one.Items, nil
	}
	var old []iceBreaker
	err := json.Unmarshal(raw, &old)
	return old, err
}

// forLocale is the entry for a locale, else the one for its language, else the default; nil without any.
func forLocale[T any](list []T, locale string, of func(T) string) *T {
	language, _, _ := strings.Cut(locale, "_")
	for _, fits := range []func(string) bool{
		func(l string) bool { return locale != "" && l == locale },
		func(l string) bool { return language != "" && strings.HasPrefix(l, language+"_") },
		func(l string) bool { return l == defaultLocale },
	} {
		if i := slices.IndexFunc(list, func(one T) bool { return fits(of(one)) }); i >= 0 {
			return &list[i]
		}
	}
	return nil
}

// personal puts a contact's name into a greeting. Where none is known, the gap closes.
func personal(text string, p Profile) string {
	p = p.whole()
	if p.FirstName == "" && p.LastName == "" {
		p.FirstName, p.LastName, _ = strings.Cut(p.Name, " ")
	}
	for field, value := range map[string]string{
		"{{user_first_name}}": p.FirstName, "{{user_last_name}}": p.LastName, "{{user_full_name}}": p.Name,
	} {
		if value == "" {
			text = strings.ReplaceAll(text, " "+field, "")
		}
		text = strings.ReplaceAll(text, field, value)
	}
	return strings.TrimSpace(text)
}

// TapMenu taps a line of the persistent menu: the page is told its payload in a postback. ErrNotOffered if there is no such
// line, or one that leads to an address.
func (s *Server) TapMenu(ctx context.Context, c Contact, pick Pick) (Message, error) {
	return s.say(ctx, c, menuTapped(pick))
}

func menuTapped(pick Pick) saying {
	return picked(pick, func(o offered) (title, payload string, ok bool) {
		if pick.Index < 0 || pick.Index >= len(o.menu.Items) {
			return "", "", false
		}
		item := o.menu.Items[pick.Index]
		return item.Title, item.Payload, item.Type == messenger.ButtonPostback
	})
}

// Ask begins with one of the page's ice breakers: the contact says the question, and the page is told its payload in a
// postback. ErrNotOffered if there is no such question.
func (s *Server) Ask(ctx context.Context, c Contact, pick Pick) (Message, error) {
	return s.say(ctx, c, questionAsked(pick))
}

func questionAsked(pick Pick) saying {
	return picked(pick, func(o offered) (title, payload string, ok bool) {
		if pick.Index < 0 || pick.Index >= len(o.questions) {
			return "", "", false
		}
		return o.questions[pick.Index].Question, o.questions[pick.Index].Payload, true
	})
}

func picked(pick Pick, of func(offered) (title, payload string, ok bool)) saying {
	return func(tx *bolt.Tx, c Contact) (said, error) {
		set, err := offersOf(tx, c.Page, pick.Locale)
		if err != nil {
			return said{}, err
		}
		title, payload, ok := of(set)
		if !ok || title != pick.Title {
			return said{}, ErrNotOffered
		}
		return said{text: title, button: &messenger.Button{Title: title, Payload: payload}}, nil
	}
}

// opening is the event of a new visitor: Get Started, or the ice breaker that was tapped in its place, which the visitor has
// then said.
func (s *Server) opening(tx *bolt.Tx, page *Page, row *contactRow, a Arrival, mid string) (messenger.Event, error) {
	ev := arrival(page, row, a, mid, s.now())
	if a.asked == nil || ev.Postback == nil {
		return ev, nil
	}
	set, err := offersOf(tx, page.ID, a.asked.Locale)
	if err != nil {
		return ev, err
	}
	i := a.asked.Index
	if i < 0 || i >= len(set.questions) || set.questions[i].Question != a.asked.Title {
		return ev, ErrNotOffered
	}
	ev.Postback.Title, ev.Postback.Payload = set.questions[i].Question, set.questions[i].Payload
	row.Last, row.Heard = ev.Timestamp, ev.Timestamp
	_, err = addMessage(tx, conversationKey(row.Page, row.ID), &messageRow{MID: mid, At: ev.Timestamp, Text: ev.Postback.Title})
	return ev, err
}
