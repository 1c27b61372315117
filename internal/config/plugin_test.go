package config_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/internal/config"
)

func TestSettingsOfThePlugin(t *testing.T) {
	t.Parallel()
	s, err := load(t, `
plugin_domains = ["https://www.lumen.example/", "shop.lumen.example", "https://shop.lumen.example:443"]
plugin_guest_sessions = "24h"
plugin_name = "Lumen Bikes"
`, []string{
		"FRONTDESK_PLUGIN_TRUSTED_PROXIES=127.0.0.1, 10.1.2.3/8, ::1, ::ffff:192.0.2.7",
		"FRONTDESK_PLUGIN_IDENTITY_SECRET_COMMAND=printf hush",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"https://www.lumen.example", "https://shop.lumen.example"}; !slices.Equal(s.PluginDomains, want) {
		t.Errorf("domains are %q, want %q", s.PluginDomains, want)
	}
	want := []netip.Prefix{
		netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("192.0.2.7/32"),
	}
	if !slices.Equal(s.PluginTrustedProxies, want) {
		t.Errorf("trusted proxies are %v, want %v", s.PluginTrustedProxies, want)
	}
	if s.PluginName != "Lumen Bikes" {
		t.Errorf("the site is called %q", s.PluginName)
	}
	if s.PluginIdentitySecret.Reveal() != "hush" || s.PluginGuestSessions != 24*time.Hour {
		t.Errorf("got a secret of %d letters and sessions of %s", len(s.PluginIdentitySecret.Reveal()), s.PluginGuestSessions)
	}
}

func TestWrongSettingsOfThePlugin(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ variable, want string }{
		"http":           {"PLUGIN_DOMAINS=http://lumen.example", `"http://lumen.example" is no domain`},
		"an address":     {"PLUGIN_DOMAINS=lumen.example,192.0.2.7", `"192.0.2.7" is an IP address`},
		"localhost":      {"PLUGIN_DOMAINS=localhost", "is this very machine"},
		"too many":       {"PLUGIN_DOMAINS=" + manyDomains(51), "51 domains are too many"},
		"long name":      {"PLUGIN_NAME=" + strings.Repeat("ü", 76), "the name has 76 characters"},
		"two lines":      {"PLUGIN_NAME=Lumen\nBikes", "must be one line"},
		"no header":      {"PLUGIN_COUNTRY_HEADER=CF IPCountry:", "is no name of a header"},
		"no network":     {"PLUGIN_TRUSTED_PROXIES=proxy.lumen.example", "neither an address nor a network"},
		"no time":        {"PLUGIN_GUEST_SESSIONS=soon", "give hours, as in 24h"},
		"too short time": {"PLUGIN_GUEST_SESSIONS=1s", "give hours, as in 24h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, "", []string{"FRONTDESK_" + tc.variable}, nil)
			variable, _, _ := strings.Cut(tc.variable, "=")
			if err == nil || !strings.Contains(err.Error(), "FRONTDESK_"+variable) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s and %q", err, variable, tc.want)
			}
		})
	}
}

func TestFurtherAppsOfThePlugin(t *testing.T) {
	t.Parallel()
	s, err := load(t, `
plugin_apps = ["700000000000001", "700000000000002"]
plugin_apps_tokens_command = "printf 'first\\nsecond\\n'"
`, []string{"FRONTDESK_APP_ID=512340000000007", "FRONTDESK_PLUGIN_APPS_SECRETS=hush, hush2", "FRONTDESK_PLUGIN_COUNTRY_HEADER=cf-ipcountry"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []config.App{{ID: "700000000000001", Token: "first", Secret: "hush"}, {ID: "700000000000002", Token: "second", Secret: "hush2"}}
	if !slices.Equal(s.PluginApps, want) {
		t.Errorf("%d apps were read, and not as they were given", len(s.PluginApps))
	}
	if warned := strings.Join(s.Warnings, " "); s.PluginCountryHeader != "Cf-Ipcountry" || !strings.Contains(warned, "FRONTDESK_PLUGIN_TRUSTED_PROXIES") {
		t.Errorf("the header is %q, with the warnings %q", s.PluginCountryHeader, warned)
	}
}

func TestFurtherAppsNeedOurOwnID(t *testing.T) {
	t.Parallel()
	_, err := load(t, "", []string{"FRONTDESK_PLUGIN_APPS=71", "FRONTDESK_PLUGIN_APPS_TOKENS=a", "FRONTDESK_PLUGIN_APPS_SECRETS=b"}, nil)
	if err == nil || !strings.Contains(err.Error(), "FRONTDESK_APP_ID is not set") {
		t.Errorf("got %v", err)
	}
}

func TestWrongFurtherApps(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ids, tokens, secrets string
		want                 string
	}{
		"a name":          {"bot", "a", "b", "number 1 is no id of an app"},
		"twice":           {"71,71", "a,b", "c,d", "app 71 is given twice"},
		"frontdesk's own": {"512340000000007", "a", "b", "is also FRONTDESK_APP_ID"},
		"no token":        {"71,72", "a", "c,d", "names 2 apps and FRONTDESK_PLUGIN_APPS_TOKENS has 1"},
		"no secret":       {"71", "a", "", "names 1 app and FRONTDESK_PLUGIN_APPS_SECRETS has 0"},
		"no id":           {"", "a", "", "names 0 apps and FRONTDESK_PLUGIN_APPS_TOKENS has 1"},
		"one token twice": {"71,72", "twin,twin", "c,d", "the token of app 72 is also another's"},
		"the site's own":  {"71", "own-token", "c", "the token of app 71 is also another's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, "", []string{
				"FRONTDESK_APP_ID=512340000000007", "FRONTDESK_PLUGIN_TOKEN=own-token",
				"FRONTDESK_PLUGIN_APPS=" + tc.ids, "FRONTDESK_PLUGIN_APPS_TOKENS=" + tc.tokens, "FRONTDESK_PLUGIN_APPS_SECRETS=" + tc.secrets,
			}, nil)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "twin") || strings.Contains(err.Error(), "own-token") {
				t.Errorf("got %v, want %q and no secret", err, tc.want)
			}
		})
	}
}

func manyDomains(n int) string {
	var list []string
	for i := range n {
		list = append(list, strings.Repeat("a", i+1)+".example")
	}
	return strings.Join(list, ",")
}
