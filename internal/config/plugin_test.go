package config_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSettingsOfThePlugin(t *testing.T) {
	t.Parallel()
	s, err := load(t, `
plugin_domains = ["https://www.lumen.example/", "shop.lumen.example", "https://shop.lumen.example:443"]
plugin_guest_sessions = "24h"
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

func manyDomains(n int) string {
	var list []string
	for i := range n {
		list = append(list, strings.Repeat("a", i+1)+".example")
	}
	return strings.Join(list, ",")
}
