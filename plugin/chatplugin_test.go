package plugin_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"frontdesk/plugin"
)

const lookPath = "/v25.0/" + siteID + "/chat_plugin"

// set changes settings of the site's chat plugin.
func (p *platform) set(body string) answer {
	p.t.Helper()
	a := p.call("POST", lookPath, siteToken, body)
	if a.status != 200 || a.body["success"] != true {
		p.t.Fatalf("setting %s got %d %v", body, a.status, a.body)
	}
	return a
}

// asked is a call for the loader's script by a website.
func asked(website string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://chat.lumen.example/de_DE/sdk.js", http.NoBody)
	if website != "" {
		r.Header.Set("Referer", website)
	}
	return r
}

func (p *platform) look(r *http.Request, locale string) plugin.Look {
	p.t.Helper()
	look, err := p.Look(p.t.Context(), r, siteID, locale)
	must(p.t, err)
	return look
}

func TestSettingsOfTheChatPlugin(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	if a := p.call("GET", lookPath, siteToken, ""); a.status != 200 || fmt.Sprint(a.body["data"]) != "[]" {
		t.Errorf("before anything was set: %d %v", a.status, a.body)
	}
	a := p.set(`{"alignment":"left","desktop_bottom_spacing":"40","greeting_dialog_display":"FADE","greeting_dialog_delay":2.5,
		"welcome_screen_greeting":"Hello!","theme_color":"#1d6fb8","minimum_age":18,"locale":"de_DE","ref":"shop"}`)
	if ratio, _ := a.body["theme_color_contrast"].(float64); ratio < 5 || a.body["warnings"] != nil {
		t.Errorf("a dark blue got %v", a.body)
	}
	a = p.call("GET", "/me/chat_plugin", siteToken, "")
	list, _ := a.body["data"].([]any)
	got, want := fmt.Sprint(list...), "map[alignment:LEFT desktop_bottom_spacing:40 greeting_dialog_delay:2.5 greeting_dialog_display:fade"+
		" locale:de_DE minimum_age:18 ref:shop theme_color:#1D6FB8 welcome_screen_greeting:Hello!]"
	if a.status != 200 || got != want {
		t.Errorf("what was set reads as\n%s, want\n%s", got, want)
	}
	p.set(`{"minimum_age":null,"ref":""}`)
	a = p.call("DELETE", lookPath+"?fields=alignment,locale", siteToken, "")
	if a.status != 200 {
		t.Errorf("dropping two got %d %v", a.status, a.body)
	}
	a = p.call("GET", lookPath+"?fields=minimum_age,ref,alignment,locale,greeting_dialog_delay", siteToken, "")
	if got := fmt.Sprint(a.body["data"]); got != "[map[greeting_dialog_delay:2.5]]" {
		t.Errorf("after dropping them: %s", got)
	}
	a = p.set(`{"theme_color":"#FFD000"}`)
	if warnings, _ := a.body["warnings"].([]any); len(warnings) != 1 || !strings.Contains(fmt.Sprint(warnings...), "#FFD000 has a contrast of 1.5") {
		t.Errorf("a yellow got %v", a.body)
	}
}

func TestSettingsRefused(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	for name, tc := range map[string]struct{ method, path, token, body, says string }{
		"white":                 {"POST", lookPath, siteToken, `{"theme_color":"#ffffff"}`, "must not be white"},
		"a colour's name":       {"POST", lookPath, siteToken, `{"theme_color":"blue"}`, "as in #1D6FB8"},
		"three digits":          {"POST", lookPath, siteToken, `{"theme_color":"#FFF"}`, "as in #1D6FB8"},
		"in the middle":         {"POST", lookPath, siteToken, `{"alignment":"MIDDLE"}`, "{LEFT, RIGHT}"},
		"a display of no kind":  {"POST", lookPath, siteToken, `{"greeting_dialog_display":"blink"}`, "{show, hide, fade}"},
		"below the window":      {"POST", lookPath, siteToken, `{"mobile_bottom_spacing":-1}`, "from 0 to 1000"},
		"half a pixel":          {"POST", lookPath, siteToken, `{"mobile_side_spacing":0.5}`, "from 0 to 1000"},
		"no time":               {"POST", lookPath, siteToken, `{"greeting_dialog_delay":"NaN"}`, "number of seconds"},
		"an age of nobody":      {"POST", lookPath, siteToken, `{"minimum_age":121}`, "from 0 to 120"},
		"a long greeting":       {"POST", lookPath, siteToken, `{"welcome_screen_greeting":"` + strings.Repeat("x", 81) + `"}`, "at most 80"},
		"two lines":             {"POST", lookPath, siteToken, `{"welcome_screen_greeting":"a\nb"}`, "control characters"},
		"a locale of no form":   {"POST", lookPath, siteToken, `{"locale":"German"}`, "en_US"},
		"countries, no header":  {"POST", lookPath, siteToken, `{"countries":{"allow":["DE"]}}`, "plugin_country_header"},
		"both lists":            {"POST", lookPath, siteToken, `{"countries":{"allow":["DE"],"deny":["FR"]}}`, "either"},
		"a country's name":      {"POST", lookPath, siteToken, `{"countries":{"deny":["Germany"]}}`, "two letters"},
		"nothing":               {"POST", lookPath, siteToken, `{"colour":"#123456"}`, "Requires one of"},
		"fields there are not":  {"GET", lookPath + "?fields=colour", siteToken, "", "must be one of"},
		"dropping everything":   {"DELETE", lookPath, siteToken, "", "fields is required"},
		"another page's":        {"POST", "/" + pageID + "/chat_plugin", siteToken, `{"alignment":"LEFT"}`, "not permitted"},
		"a Page without plugin": {"POST", "/me/chat_plugin", pageToken, `{"alignment":"LEFT"}`, "not permitted"},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.call(tc.method, tc.path, tc.token, tc.body)
			fault, _ := a.body["error"].(map[string]any)
			if text := fmt.Sprint(fault["message"]); a.status != 400 || fault["code"] != 100.0 || !strings.Contains(text, tc.says) {
				t.Errorf("got %d %v, want a message with %q", a.status, a.body, tc.says)
			}
		})
	}
	if a := p.call("GET", lookPath, siteToken, ""); fmt.Sprint(a.body["data"]) != "[]" {
		t.Errorf("what was refused left %v", a.body)
	}
}

func TestLookOfAPage(t *testing.T) {
	t.Parallel()
	p := atHome(t, plugin.Options{}, "https://www.lumen.example")
	plain := p.look(asked("https://www.lumen.example/"), "")
	if want := (plugin.Look{
		Alignment: "RIGHT", Icon: "MESSENGER_ICON", Label: "NONE", DesktopBelow: 24, DesktopSide: 24, MobileBelow: 16, MobileSide: 16, Render: true,
	}); plain != want {
		t.Errorf("with nothing set: %+v, want %+v", plain, want)
	}
	if a := p.call("POST", "/me/messenger_profile", siteToken,
		`{"greeting":[{"locale":"default","text":"Hello {{user_first_name}}!"},{"locale":"de_DE","text":"Guten Tag!"}]}`); a.status != 200 {
		t.Fatal(a.body)
	}
	for locale, want := range map[string]string{"": "Hello!", "de_AT": "Guten Tag!", "fr_FR": "Hello!"} {
		if got := p.look(asked("https://www.lumen.example/"), locale).Greeting; got != want {
			t.Errorf("in %q it greets with %q, want %q", locale, got, want)
		}
	}
	p.set(`{"locale":"de_DE","mobile_side_spacing":0,"theme_color":"#1D6FB8","greeting_dialog_delay":0}`)
	look := p.look(asked("https://www.lumen.example/"), "")
	if look.Greeting != "Guten Tag!" || look.MobileSide != 0 || look.Theme != "#1D6FB8" || look.Delay == nil || *look.Delay != 0 {
		t.Errorf("with its settings: %+v", look)
	}
	p.set(`{"welcome_screen_greeting":"Ask us"}`)
	if got := p.look(asked("https://www.lumen.example/"), "fr_FR").Greeting; got != "Ask us" {
		t.Errorf("it greets with %q", got)
	}
	for website, why := range map[string]string{"https://evil.example/": "origin", "": "referrer"} {
		if look := p.look(asked(website), ""); look.Render || look.Why != why || look.Message == "" {
			t.Errorf("for %q: %+v, want the reason %q", website, look, why)
		}
	}
	if _, err := p.Look(t.Context(), asked(""), pageID, ""); err == nil || len(p.PageIDs()) != 1 {
		t.Errorf("a page without a chat plugin has a look (%v), pages are %v", err, p.PageIDs())
	}
}

func TestContrast(t *testing.T) {
	t.Parallel()
	for colour, want := range map[string]float64{"#000000": 21, "#FFFFFF": 1, "#0084FF": 3.65, "#767676": 4.54, "#1d6fb8": 5.23} {
		if got, ok := plugin.Contrast(colour); !ok || math.Abs(got-want) > 0.01 {
			t.Errorf("%s has %f (%v), want %f", colour, got, ok, want)
		}
	}
	for _, none := range []string{"", "red", "#12345", "#1234567", "1234567", "#12345G", "#+12345"} {
		if _, ok := plugin.Contrast(none); ok {
			t.Errorf("%q counts as a colour", none)
		}
	}
}

// limited are options of a platform behind a proxy that tells the country.
func limited() plugin.Options {
	page := site()
	page.IdentitySecret = identitySecret
	return plugin.Options{
		Pages: []plugin.Page{page}, CountryHeader: "CF-IPCountry", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
	}
}

func TestLookKeepsCountriesOut(t *testing.T) {
	t.Parallel()
	p := start(t, limited())
	for rule, wants := range map[string]map[string]bool{
		`{"allow":["de","AT"]}`: {"DE": true, "at": true, "FR": false, "": false, "XX": false, "T1": false, "Germany": false},
		`{"deny":["FR"]}`:       {"DE": true, "FR": false, "": true, "XX": true},
	} {
		p.set(`{"countries":` + rule + `}`)
		for country, want := range wants {
			r := asked("http://localhost/")
			r.RemoteAddr = "127.0.0.1:1000"
			r.Header.Set("CF-IPCountry", country)
			look := p.look(r, "")
			if look.Render != want || !want && (look.Why != "country" || look.Message == "") {
				t.Errorf("%s for %q: %+v, want it drawn: %v", rule, country, look, want)
			}
		}
		p.call("DELETE", lookPath+"?fields=countries", siteToken, "")
	}
	p.set(`{"countries":{"allow":["DE"]}}`)
	r := asked("http://localhost/")
	r.RemoteAddr = "203.0.113.7:1000" // no proxy of ours
	r.Header.Set("CF-IPCountry", "DE")
	if look := p.look(r, ""); look.Render {
		t.Errorf("a stranger's word for its country is believed: %+v", look)
	}
}

func TestLookKeepsGuestsOutByAge(t *testing.T) {
	t.Parallel()
	p := start(t, limited())
	p.set(`{"minimum_age":18}`)
	if look := p.look(asked("http://localhost/"), ""); look.Render || look.Why != "age" || look.MinimumAge != 18 {
		t.Errorf("guests get %+v", look)
	}
}
