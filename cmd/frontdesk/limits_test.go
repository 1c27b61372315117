package main

import (
	"net/http"
	"strings"
	"testing"

	"frontdesk/internal/config"
)

// The settings reach the platform: a page keeps its chat to a country that the proxy names.
func TestChatForOneCountry(t *testing.T) {
	t.Parallel()
	d := newDays(t, config.Variable(config.KeyPluginCountryHeader)+"=CF-IPCountry", config.Variable(config.KeyPluginTrustedProxies)+"=127.0.0.1")
	d.want("", "/me/chat_plugin", daysToken, `{"countries":{"allow":["DE"]}}`)
	for country, want := range map[string]int{"DE": http.StatusOK, "FR": http.StatusForbidden, "": http.StatusForbidden} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.base+"/plugin/visitors", strings.NewReader(`{"page_id":"`+daysSite+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("CF-IPCountry", country)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if res.Body.Close(); res.StatusCode != want {
			t.Errorf("a visitor from %q got %d, want %d", country, res.StatusCode, want)
		}
	}
	own := newDays(t)
	own.want("100", "/me/chat_plugin", daysToken, `{"countries":{"allow":["DE"]}}`)
}
