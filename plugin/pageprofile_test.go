package plugin_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"frontdesk/plugin"
)

// fixture is what the platform answers by the reference.
func fixture(t *testing.T, name string) map[string]any {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "graph", name+".json"))
	must(t, err)
	var body map[string]any
	must(t, json.Unmarshal(raw, &body))
	return body
}

func sameAs(t *testing.T, a answer, name string) {
	t.Helper()
	if want := fixture(t, name); a.status != 200 || !reflect.DeepEqual(a.body, want) {
		t.Errorf("answered %d %v, want %s: %v", a.status, a.body, name, want)
	}
}

// refused checks a refusal by what programs go by.
func refused(t *testing.T, a answer, status, code, subcode int, about string) {
	t.Helper()
	fault, _ := a.body["error"].(map[string]any)
	gotCode, _ := fault["code"].(float64)
	gotSubcode, _ := fault["error_subcode"].(float64)
	text, _ := fault["message"].(string)
	if a.status != status || int(gotCode) != code || int(gotSubcode) != subcode || !strings.Contains(text, about) {
		t.Errorf("got %d %v, want %d with %d/%d about %q", a.status, a.body, status, code, subcode, about)
	}
}

const profilePath = "/v25.0/me/messenger_profile"

func TestMessengerProfileIsSetReadAndDeleted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	p := start(t, plugin.Options{Path: path})
	sameAs(t, p.call("GET", profilePath+"?fields=get_started,greeting", siteToken, ""), "messenger-profile-get-empty")

	whole := fixture(t, "messenger-profile-get")
	set, err := json.Marshal(whole["data"].([]any)[0])
	must(t, err)
	sameAs(t, p.call("POST", profilePath, siteToken, string(set)), "messenger-profile-set-success")
	all := "?fields=get_started,greeting,whitelisted_domains,persistent_menu,ice_breakers,account_linking_url"
	sameAs(t, p.call("GET", profilePath+all, siteToken, ""), "messenger-profile-get")
	sameAs(t, p.call("GET", "/"+pageID+"/messenger_profile", pageToken, ""), "messenger-profile-get-empty")

	p.stop()
	p = start(t, plugin.Options{Path: path})
	sameAs(t, p.call("GET", "/"+siteID+"/messenger_profile", siteToken, ""), "messenger-profile-get")
	domains, err := p.WhitelistedDomains(t.Context(), siteID)
	if err != nil || fmt.Sprint(domains) != "[https://www.harbourlane.example https://shop.harbourlane.example]" {
		t.Errorf("the page's sites are %v (%v)", domains, err)
	}

	// A POST replaces what it names and nothing else.
	sameAs(t, p.call("POST", profilePath, siteToken, `{"whitelisted_domains":["https://WWW.Harbourlane.example/shop","https://www.harbourlane.example"]}`), "messenger-profile-set-success")
	a := p.call("GET", profilePath+"?fields=whitelisted_domains,get_started", siteToken, "")
	if got := fmt.Sprint(a.body["data"]); got != "[map[get_started:map[payload:GET_STARTED] whitelisted_domains:[https://www.harbourlane.example]]]" {
		t.Errorf("after another list the profile is %s", got)
	}

	sameAs(t, p.call("DELETE", profilePath, siteToken, `{"fields":["ice_breakers"]}`), "messenger-profile-delete-success-string")
	refused(t, p.call("DELETE", profilePath, siteToken, `{"fields":["get_started"]}`), 400, 100, 0, "persistent menu")
	sameAs(t, p.call("DELETE", profilePath+`?fields=["get_started","persistent_menu","greeting"]`, siteToken, ""), "messenger-profile-set-success")
	sameAs(t, p.call("POST", profilePath, siteToken, `{"method":"delete","fields":"whitelisted_domains"}`), "messenger-profile-set-success")
	sameAs(t, p.call("GET", profilePath, siteToken, ""), "messenger-profile-get-empty")
}

func TestMessengerProfileRefusals(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	many := func(n int, one string) string { return strings.TrimSuffix(strings.Repeat(one+",", n), ",") }
	menu := func(items string) string {
		return `{"get_started":{"payload":"GO"},"persistent_menu":[{"locale":"default","call_to_actions":[` + items + `]}]}`
	}
	domains := func(list string) string { return `{"whitelisted_domains":[` + list + `]}` }
	const item = `{"type":"postback","title":"Talk","payload":"T"}`
	var distinct []string
	for i := range 51 {
		distinct = append(distinct, fmt.Sprintf(`"https://n%d.lumen.example"`, i))
	}
	for name, tc := range map[string]struct{ body, about string }{
		"nothing":                   {`{}`, "Requires one of the params"},
		"start without payload":     {`{"get_started":{}}`, "get_started[payload]"},
		"start as a text":           {`{"get_started":"GO"}`, "get_started"},
		"start too long":            {`{"get_started":{"payload":"` + strings.Repeat("x", 1001) + `"}}`, "1000"},
		"greeting too long":         {`{"greeting":[{"locale":"default","text":"` + strings.Repeat("x", 161) + `"}]}`, "greeting[0][text]"},
		"greeting without default":  {`{"greeting":[{"locale":"de_DE","text":"x"}]}`, `"default"`},
		"greeting twice":            {`{"greeting":[{"locale":"default","text":"x"},{"locale":"default","text":"y"}]}`, "twice"},
		"greeting of no locale":     {`{"greeting":[{"locale":"default","text":"x"},{"locale":"german","text":"y"}]}`, "greeting[1][locale]"},
		"no domains":                {domains(``), "1 to 50"},
		"51 domains":                {domains(strings.Join(distinct, ",")), "has 51"},
		"http":                      {domains(`"http://lumen.example"`), "not an https URL"},
		"no scheme":                 {domains(`"lumen.example"`), "not an https URL"},
		"localhost":                 {domains(`"https://localhost"`), "full host name"},
		"below localhost":           {domains(`"https://a.localhost"`), "full host name"},
		"an IP address":             {domains(`"https://lumen.example","https://192.0.2.7"`), "whitelisted_domains[1]"},
		"an IPv6 address":           {domains(`"https://[2001:db8::1]"`), "full host name"},
		"a number for an address":   {domains(`"https://3221225991"`), "full host name"},
		"a hexadecimal address":     {domains(`"https://0x7f.1"`), "full host name"},
		"a pattern":                 {domains(`"https://*.lumen.example"`), "full host name"},
		"a host without dots":       {domains(`"https://intranet"`), "full host name"},
		"a user in the address":     {domains(`"https://a:b@lumen.example"`), "not an https URL"},
		"menu without Get Started":  {`{"persistent_menu":[{"locale":"default","call_to_actions":[` + item + `]}]}`, "Get Started"},
		"menu without default":      {`{"get_started":{"payload":"GO"},"persistent_menu":[{"locale":"fr_FR","call_to_actions":[` + item + `]}]}`, `"default"`},
		"menu of nothing":           {menu(``), "1 to 20"},
		"menu of 21":                {menu(many(21, item)), "has 21"},
		"menu with a long title":    {menu(`{"type":"postback","title":"` + strings.Repeat("x", 31) + `","payload":"T"}`), "call_to_actions][0][title]"},
		"menu without payload":      {menu(`{"type":"postback","title":"x"}`), "[payload]"},
		"menu with a long payload":  {menu(`{"type":"postback","title":"x","payload":"` + strings.Repeat("x", 1001) + `"}`), "[payload]"},
		"menu without address":      {menu(item + `,{"type":"web_url","title":"x"}`), "call_to_actions][1][url]"},
		"menu to a script":          {menu(`{"type":"web_url","title":"x","url":"javascript:alert(1)"}`), "[url]"},
		"menu of odd height":        {menu(`{"type":"web_url","title":"x","url":"https://lumen.example","webview_height_ratio":"huge"}`), "height"},
		"menu with a foreign page":  {menu(`{"type":"web_url","title":"x","url":"https://lumen.example","messenger_extensions":true}`), "whitelisted_domains"},
		"menu that calls":           {menu(`{"type":"phone_number","title":"x","payload":"+4755501"}`), "[type]"},
		"nested menu":               {menu(`{"type":"nested","title":"x","call_to_actions":[` + item + `]}`), "flat"},
		"menu hidden somewhere":     {`{"get_started":{"payload":"GO"},"persistent_menu":[{"locale":"default","disabled_surfaces":["SHOP"],"call_to_actions":[` + item + `]}]}`, "disabled_surfaces"},
		"no ice breakers":           {`{"ice_breakers":[]}`, "ice_breakers"},
		"five ice breakers":         {`{"ice_breakers":[` + many(5, `{"question":"q","payload":"p"}`) + `]}`, "has 5"},
		"five in the new form":      {`{"ice_breakers":[{"locale":"default","call_to_actions":[` + many(5, `{"question":"q","payload":"p"}`) + `]}]}`, "has 5"},
		"new form without default":  {`{"ice_breakers":[{"locale":"ja_JP","call_to_actions":[{"question":"q","payload":"p"}]}]}`, `"default"`},
		"a long question":           {`{"ice_breakers":[{"question":"` + strings.Repeat("q", 81) + `","payload":"p"}]}`, "[question]"},
		"a question for nothing":    {`{"ice_breakers":[{"question":"q"}]}`, "[payload]"},
		"both forms":                {`{"ice_breakers":[{"question":"q","payload":"p"},{"locale":"default","call_to_actions":[{"question":"q","payload":"p"}]}]}`, "both"},
		"account linking over http": {`{"account_linking_url":"http://lumen.example/login"}`, "https"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, p.call("POST", profilePath, siteToken, tc.body), 400, 100, 0, tc.about) })
	}
	refused(t, p.call("GET", profilePath+"?fields=greeting,shoes", siteToken, ""), 400, 100, 0, "fields[1]")
	refused(t, p.call("DELETE", profilePath, siteToken, `{}`), 400, 100, 0, "fields")
	refused(t, p.call("GET", "/"+pageID+"/messenger_profile", siteToken, ""), 400, 100, 33, "")
	sameAs(t, p.call("GET", profilePath, siteToken, ""), "messenger-profile-get-empty")
}
