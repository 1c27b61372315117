package tui_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"frontdesk/desk"
	"frontdesk/desk/embedding"
)

// keeper keeps how a chat is set, as a test has it. What it refuses it refuses as the platform does.
type keeper struct {
	site    desk.Site
	refused error
	saved   []desk.SiteSettings
}

func newSites() *keeper {
	return &keeper{site: desk.Site{
		Page: string(siteID), Address: "https://chat.lumen.example", Public: true, Fixed: []string{"https://www.lumen.example"},
		Settings: desk.SiteSettings{Greeting: "Hello! Ask us anything.", Color: "#1D6FB8", Domains: []string{"https://shop.lumen.example"}},
	}}
}

func (k *keeper) Site(_ context.Context, page string) (desk.Site, error) {
	if page != "" && page != k.site.Page {
		return desk.Site{}, embedding.ErrNoSite
	}
	return k.site, nil
}

func (k *keeper) Save(_ context.Context, _ string, s desk.SiteSettings) error {
	if k.refused != nil {
		return k.refused
	}
	k.saved = append(k.saved, s)
	k.site.Settings = s
	return nil
}

func TestFramesOfTheChatOnWebsites(t *testing.T) {
	t.Parallel()
	all := append(sizes(60, 16, 80, 24, 120, 40),
		screenOptions{w: 120, h: 40, light: true}, screenOptions{w: 80, h: 24, noColor: true})
	for _, c := range []struct {
		name string
		tell func(s *terminal)
	}{
		{"set", func(*terminal) {}},
		{"pale", func(s *terminal) { s.press("site-down"); s.send(erase()...); s.typed("#ffe08a") }},
		{"faults", func(s *terminal) {
			s.press("site-down")
			s.send(erase()...)
			s.typed("#ffffff")
			s.press("site-down", "site-down")
			s.typed("soon")
		}},
	} {
		for _, so := range all {
			name := fmt.Sprintf("%s-%dx%d", c.name, so.w, so.h)
			switch {
			case so.light:
				name += "-light"
			case so.noColor:
				name += "-nocolor"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				story(t, worldOptions{sites: newSites()}, so, func(_ *world, s *terminal) {
					s.press("site")
					c.tell(s)
					s.settle()
					frame := s.frame()
					s.widths()
					golden.RequireEqual(s.t, frame)
				})
			})
		}
	}
}

// erase empties the field with the cursor.
func erase() []tea.Msg {
	return []tea.Msg{tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl}}
}

func TestTheChatIsSetInTheInbox(t *testing.T) {
	t.Parallel()
	k := newSites()
	story(t, worldOptions{sites: k}, screenOptions{w: 120, h: 40}, func(_ *world, s *terminal) {
		s.press("site")
		s.expect("Hello! Ask us anything.", "contrast 5.2 to 1: white words on it are easily read", `page_id="109872000000909"`)
		s.send(erase()...)
		s.typed("Hi <b>")
		s.press("site-down", "site-down")
		s.send(tea.KeyPressMsg{Code: tea.KeyRight}, tea.KeyPressMsg{Code: tea.KeyRight})
		s.expect("fade")
		s.press("site-down")
		s.typed("soon")
		s.expect("After is a number of seconds from 0 to 3600.")
		s.press("site-up", "site-save") // the cursor goes to the fault, and nothing is saved
		if len(k.saved) > 0 {
			t.Fatalf("saved with a fault: %+v", k.saved)
		}
		s.send(erase()...)
		s.typed("2.5")
		s.send(tea.PasteMsg{Content: "5\n"})
		s.press("site-save")
		s.settle()
		s.expect("Saved.")
		delay := 2.55
		want := k.site.Settings
		if len(k.saved) != 1 || want.Greeting != "Hi <b>" || want.Color != "#1D6FB8" || want.Display != "fade" || want.Delay == nil || *want.Delay != delay ||
			!slices.Equal(want.Domains, []string{"https://shop.lumen.example"}) {
			t.Errorf("saved %+v", k.saved)
		}
		s.press("site-close")
		s.refuse("Saved.")
	})
}

func TestTheSnippetIsCopied(t *testing.T) {
	t.Parallel()
	k := newSites()
	story(t, worldOptions{sites: k}, screenOptions{w: 100, h: 30, raw: true}, func(_ *world, s *terminal) {
		s.press("site", "site-copy")
		s.expect("Copied the snippet, if the terminal allows it.")
		want := base64.StdEncoding.EncodeToString([]byte(embedding.Snippet("https://chat.lumen.example", string(siteID), embedding.Settings{})))
		if !strings.Contains(string(s.raw.take()), want) {
			t.Error("the snippet did not go to the terminal's clipboard")
		}
	})
}

func TestWhatThePlatformRefusesIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	k := newSites()
	k.refused = &embedding.Fault{Field: embedding.FieldCountries, Says: "needs the setting plugin_country_header"}
	story(t, worldOptions{sites: k}, screenOptions{w: 100, h: 30}, func(_ *world, s *terminal) {
		s.press("site", "site-up")
		s.typed("DE")
		s.press("site-down", "site-save")
		s.settle()
		s.expect("✗ Countries needs the setting plugin_country_header.")
		k.refused = errors.New("the line broke")
		s.typed(", AT")
		s.press("site-save")
		s.settle()
		s.expect("Not saved: The line broke.", "DE, AT")
	})
	story(t, worldOptions{}, screenOptions{w: 100, h: 30}, func(_ *world, s *terminal) {
		s.press("site")
		s.settle()
		s.expect("The settings could not be read: It is not there any more.")
	})
}
