package plugin_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/plugin"
)

// grown is the body of a visit of a customer whose age is said, and signed as sign has it.
func grown(said int, sign plugin.Customer) string {
	return strings.Replace(vouched(sign, identitySecret), `"customer":{`, fmt.Sprintf(`"customer":{"age":%d,`, said), 1)
}

// The signature as any program can make it:
// printf '100200300400500\n4711\nMara Voss\n1795003600\n21' | openssl dgst -sha256 -hmac 'between the website and us'.
func TestSignatureOfAnAge(t *testing.T) {
	t.Parallel()
	c := plugin.Customer{ID: "4711", Name: "Mara Voss", Age: 21, Expires: time.Unix(1795003600, 0)}
	if got, want := c.Sign([]byte(identitySecret), siteID), "9f2df345f44bcb9d0fd63b0e70aaf5dcd5dc9e8ce5eb0a84c89b4181036179a4"; got != want {
		t.Errorf("the signature is %s, want %s", got, want)
	}
}

func TestAgeLimitOnTheServer(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := start(t, known(c))
	guest := p.call("POST", "/plugin/visitors", "", newcomer).body["token"].(string)
	before := p.call("POST", "/plugin/visitors", "", vouched(plugin.Customer{ID: "1", Expires: c.now().Add(time.Hour)}, identitySecret)).body["token"].(string)
	p.set(`{"minimum_age":18}`)
	mara := func(age int) plugin.Customer {
		m := c.mara()
		m.Age = age
		return m
	}
	for name, tc := range map[string]struct {
		path, token, body string
		status            int
		field             string
	}{
		"a guest":                             {"/plugin/visitors", "", newcomer, 403, "age"},
		"a guest who is back":                 {"/plugin/visitors", guest, newcomer, 403, "age"},
		"a guest who was there before writes": {"/plugin/messages", guest, `{"text":"hello"}`, 403, "age"},
		"a customer of before writes":         {"/plugin/messages", before, `{"text":"hello"}`, 403, "age"},
		"a customer whose age is not told":    {"/plugin/visitors", "", vouched(mara(0), identitySecret), 403, "age"},
		"a customer of seventeen":             {"/plugin/visitors", "", grown(17, mara(17)), 403, "age"},
		"an age that was not signed":          {"/plugin/visitors", "", grown(21, mara(0)), 403, "customer.signature"},
		"another age than was signed":         {"/plugin/visitors", "", grown(21, mara(17)), 403, "customer.signature"},
		"an age that was left out":            {"/plugin/visitors", "", vouched(mara(21), identitySecret), 403, "customer.signature"},
		"nobody's age":                        {"/plugin/visitors", "", grown(900, mara(900)), 400, "customer.age"},
		"a customer of eighteen":              {"/plugin/visitors", "", grown(18, mara(18)), 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.call("POST", tc.path, tc.token, tc.body)
			fault, _ := a.body["error"].(map[string]any)
			if field, _ := fault["field"].(string); a.status != tc.status || field != tc.field {
				t.Errorf("got %d %v, want %d and %q", a.status, a.body, tc.status, tc.field)
			}
		})
	}
	grownUp := p.call("POST", "/plugin/visitors", "", grown(40, mara(40))).body["token"].(string)
	if a := p.call("POST", "/plugin/messages", grownUp, `{"text":"hello"}`); a.status != 200 {
		t.Errorf("a customer of forty writes and gets %d %v", a.status, a.body)
	}
	if a := p.call("GET", "/plugin/messages", guest, ""); a.status != 200 {
		t.Errorf("a guest of before reads what was said and gets %d %v", a.status, a.body)
	}
	p.set(`{"minimum_age":0}`)
	if a := p.call("POST", "/plugin/visitors", "", newcomer); a.status != 200 {
		t.Errorf("without the limit a guest gets %d %v", a.status, a.body)
	}
}

// A limit that nobody holds to any more is said in the log at the start.
func TestCountriesWithoutTheirHeader(t *testing.T) {
	t.Parallel()
	o := limited()
	o.Path = filepath.Join(t.TempDir(), "plugin.db")
	for _, tc := range []struct {
		header string
		warned bool
	}{{"CF-IPCountry", false}, {"", true}} {
		var log bytes.Buffer
		o.CountryHeader, o.Logger = tc.header, slog.New(slog.NewTextHandler(&log, nil))
		p := start(t, o)
		if tc.header != "" {
			p.set(`{"countries":{"deny":["FR"]}}`)
		}
		p.stop()
		if got := strings.Contains(log.String(), "plugin_country_header"); got != tc.warned {
			t.Errorf("with the header %q the log says: %s", tc.header, log.String())
		}
	}
}

func TestCountryLimitOnTheServer(t *testing.T) {
	t.Parallel()
	p := start(t, limited())
	from := func(country string) map[string]string { return map[string]string{"CF-IPCountry": country} }
	a, _ := p.tried("POST", "/plugin/visitors", "", newcomer, from("FR"))
	guest := a.body["token"].(string)
	p.set(`{"countries":{"allow":["DE"]}}`)
	for name, tc := range map[string]struct {
		path, token, body, country string
		status                     int
	}{
		"from there":              {"/plugin/visitors", "", newcomer, "DE", 200},
		"from elsewhere":          {"/plugin/visitors", "", newcomer, "FR", 403},
		"from nobody knows where": {"/plugin/visitors", "", newcomer, "XX", 403},
		"without a word":          {"/plugin/visitors", "", newcomer, "", 403},
		"back from there":         {"/plugin/visitors", guest, newcomer, "DE", 200},
		"back from elsewhere":     {"/plugin/visitors", guest, newcomer, "FR", 403},
		"writes from there":       {"/plugin/messages", guest, `{"text":"hello"}`, "de", 200},
		"writes from elsewhere":   {"/plugin/messages", guest, `{"text":"hello"}`, "FR", 403},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := p.tried("POST", tc.path, tc.token, tc.body, from(tc.country))
			fault, _ := a.body["error"].(map[string]any)
			if a.status != tc.status || tc.status != 200 && fault["field"] != "country" {
				t.Errorf("got %d %v, want %d", a.status, a.body, tc.status)
			}
		})
	}
}
