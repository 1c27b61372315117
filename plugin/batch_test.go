package plugin_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"frontdesk/plugin"
)

type batched struct {
	Code    int                 `json:"code"`
	Headers []map[string]string `json:"headers"`
	Body    string              `json:"body"`
}

func (b *batched) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if b == nil || json.Unmarshal([]byte(b.Body), &v) != nil {
		t.Fatalf("a call of the batch answered %+v", b)
	}
	return v
}

// batch posts calls to the root as clients do: as a form whose field is a text of JSON.
func (p *platform) batch(token, path, calls string) []*batched {
	p.t.Helper()
	form := url.Values{"batch": {calls}, "access_token": {token}}
	res, err := p.http.Client().Do(request(p.t, p.http.URL+path, "application/x-www-form-urlencoded", form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answers []*batched
	raw, err := io.ReadAll(res.Body)
	if err != nil || json.Unmarshal(raw, &answers) != nil {
		p.t.Fatalf("the batch answered %d %s (%v)", res.StatusCode, raw, err)
	}
	return answers
}

func TestBatch(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{Now: ticking()})
	var contacts []plugin.Contact
	for i := range 2 {
		c, _ := p.visitor(plugin.Profile{Name: fmt.Sprint("Visitor ", i)})
		_, err := p.Write(t.Context(), c, "hello")
		must(t, err)
		contacts = append(contacts, c)
	}
	person, err := p.NewContact(t.Context(), pageID, plugin.Profile{FirstName: "Ana"})
	must(t, err)
	calls, err := json.Marshal([]map[string]any{
		{"method": "POST", "relative_url": "me/messages", "body": url.Values{"recipient": {`{"id":"` + contacts[0].ID + `"}`}, "message": {`{"text":"by form"}`}}.Encode()},
		{"method": "POST", "relative_url": "v25.0/me/messages", "body": map[string]any{"recipient": map[string]any{"id": contacts[1].ID}, "message": map[string]any{"text": "by object"}}},
		{"method": "GET", "relative_url": "/v25.0/me/conversations?fields=participants"},
		{"method": "POST", "relative_url": "me/messages", "body": `{"recipient":{"id":"1"},"message":{"text":"x"}}`},
		{"method": "GET", "relative_url": person.ID + "?fields=name&access_token=" + pageToken},
		{"method": "DELETE", "relative_url": "me/messenger_profile?fields=greeting"},
		{"method": "PUT", "relative_url": "me"},
		{"method": "POST", "relative_url": "/", "body": "batch=[]"},
		{"method": "GET", "relative_url": "me/dances"},
		{"method": "POST", "relative_url": "me/message_attachments", "attached_files": "a"},
	})
	must(t, err)
	answers := p.batch(siteToken, "/v25.0/", string(calls))
	for i, want := range []int{200, 200, 200, 400, 200, 200, 400, 400, 404, 400} {
		if answers[i] == nil || answers[i].Code != want {
			t.Errorf("call %d answered %+v, want %d", i, answers[i], want)
		}
	}
	if got := answers[0].json(t); got["recipient_id"] != contacts[0].ID || len(answers[0].Headers) == 0 {
		t.Errorf("the first call answered %v", got)
	}
	if got := at(answers[3].json(t), "error", "error_subcode"); got != 2018001.0 {
		t.Errorf("the refused one has subcode %v", got)
	}
	if got := answers[4].json(t); got["name"] != "Ana" {
		t.Errorf("with a token of its own a call answered %v", got)
	}

	// One call names the results of another.
	chained, err := json.Marshal([]map[string]any{
		{"method": "GET", "name": "all", "relative_url": "me/conversations?fields=messages.limit(1){id}"},
		{"method": "GET", "relative_url": "{result=all:$.data[0].messages.data.*.id}?fields=message"},
		{"method": "POST", "relative_url": "me/messages", "body": `{"recipient":{"id":"` + contacts[0].ID + `"},"message":{"text":"{result=all:$.data[1].id}"}}`},
		{"method": "GET", "relative_url": "{result=none:$.id}"},
		{"method": "GET", "relative_url": "me", "depends_on": "none"},
	})
	must(t, err)
	answers = p.batch(siteToken, "", string(chained))
	if answers[0] != nil {
		t.Errorf("a call that others needed is answered with %+v", answers[0])
	}
	if got := answers[1].json(t); got["message"] != "by object" {
		t.Errorf("the message named by a result is %v", got)
	}
	if answers[2].Code != 200 || answers[3].Code != 400 || answers[4].Code != 400 {
		t.Errorf("the others answered %+v %+v %+v", answers[2], answers[3], answers[4])
	}
	if lines, err := p.Messages(t.Context(), contacts[0], 0); err != nil || !strings.HasPrefix(lines[len(lines)-1].Text, "t_") {
		t.Errorf("what was said last is %+v (%v)", lines, err)
	}

	fifty := "[" + strings.TrimSuffix(strings.Repeat(`{"method":"GET","relative_url":"me"},`, 50), ",") + "]"
	if got := p.batch(siteToken, "/", fifty); len(got) != 50 || got[49].Code != 200 {
		t.Errorf("fifty calls answered %d times", len(got))
	}
	for name, tc := range map[string]struct{ batch, about string }{
		"51 calls": {strings.Replace(fifty, "[", `[{"method":"GET","relative_url":"me"},`, 1), "50"},
		"no calls": {"[]", "list"}, "no list": {"{}", "list"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, p.call("POST", "/", siteToken, `{"batch":`+tc.batch+`}`), 400, 100, 0, tc.about)
		})
	}
	refused(t, p.call("POST", "/v25.0", siteToken, `{}`), 400, 100, 0, "batch")
	refused(t, p.call("POST", "/", "", `{"batch":[]}`), 401, 190, 0, "")
}

func TestTokensAndThePageTellOfThemselves(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{Apps: []plugin.App{bot()}})
	debug := func(input, token string) map[string]any {
		a := p.call("GET", "/v25.0/debug_token?input_token="+url.QueryEscape(input)+"&access_token="+url.QueryEscape(token), "", "")
		about, _ := a.body["data"].(map[string]any)
		if a.status != 200 || about == nil {
			t.Fatalf("answered %d %v", a.status, a.body)
		}
		return about
	}
	for name, token := range map[string]string{"the app's token": ourApp + "|" + secret, "its own": siteToken} {
		got := debug(siteToken, token)
		if got["type"] != "PAGE" || got["is_valid"] != true || got["profile_id"] != siteID || got["app_id"] != ourApp || got["expires_at"] != 0.0 ||
			fmt.Sprint(got["scopes"]) != fmt.Sprint(at(fixture(t, "debug-token-page-valid"), "data", "scopes")) {
			t.Errorf("with %s a page's token is %v", name, got)
		}
	}
	if got := debug(botAppToken, botAppToken); got["type"] != "APP" || got["is_valid"] != true || got["application"] != "Some bot" {
		t.Errorf("an app's token is %v", got)
	}
	for name, input := range map[string]string{"nobody's": "guess", "another app's": siteToken} {
		got := debug(input, botAppToken)
		if got["is_valid"] != false || at(got, "error", "code") != 190.0 || got["profile_id"] != nil || fmt.Sprint(got["scopes"]) != "[]" {
			t.Errorf("%s token is %v", name, got)
		}
	}
	refused(t, p.call("GET", "/debug_token", siteToken, ""), 400, 100, 0, "input_token")
	refused(t, p.call("GET", "/debug_token?input_token=x", "", ""), 401, 190, 0, "")
	a := p.call("GET", "/me?fields=messaging_feature_status", siteToken, "")
	want := fixture(t, "messaging-feature-status")["messaging_feature_status"]
	if a.body["id"] != siteID || fmt.Sprint(a.body["messaging_feature_status"]) != fmt.Sprint(want) {
		t.Errorf("the page's features are %v, want %v", a.body, want)
	}
	if a := p.call("GET", "/"+siteID+"?fields=name", siteToken, ""); a.body["name"] != "Lumen Bikes" || a.body["messaging_feature_status"] != nil {
		t.Errorf("the page is %v", a.body)
	}
	if a := p.call("GET", "/me?fields=id,name", botAppToken, ""); a.body["id"] != botID || a.body["name"] != "Some bot" {
		t.Errorf("the app is %v", a.body)
	}
	for _, path := range []string{"/" + siteID, "/t_1", "/t_1/messages", "/m_x", "/me/conversations", "/me/messenger_profile"} {
		refused(t, p.call("GET", path, botAppToken, ""), 401, 190, 0, "Page Access Token")
	}
}

// Every call is taken with any version in its path or none, with the page's id or me, with the token wherever clients put it,
// and with fields in every form they send.
func TestEveryCallInEveryForm(t *testing.T) {
	t.Parallel()
	at := newClock()
	p := start(t, plugin.Options{Apps: []plugin.App{bot()}, Now: at.now})
	c, _ := p.visitor(plugin.Profile{Name: "Mara Voss"})
	quiet, _ := p.visitor(plugin.Profile{}) // nothing is sent there: its message stays among the newest
	m, err := p.Write(t.Context(), quiet, "hello")
	must(t, err)
	thread := data(t, p.call("GET", "/me/conversations", siteToken, ""))[0]["id"].(string)
	to := `{"id":"` + c.ID + `"}`
	calls := []struct {
		method, path string // NODE stands for the page
		fields       map[string]string
	}{
		{"POST", "NODE/messages", map[string]string{"recipient": to, "message": `{"text":"hi"}`, "messaging_type": "RESPONSE"}},
		{"POST", "NODE/messages", map[string]string{"recipient": to, "sender_action": "typing_on"}},
		{"POST", "NODE/messages", map[string]string{"recipient": to, "message": `{"attachment":{"type":"image","payload":{"url":"https://lumen.example/a.png"}}}`}},
		{"POST", "NODE/messenger_profile", map[string]string{"get_started": `{"payload":"GO"}`}},
		{"POST", "NODE/messenger_profile", map[string]string{"greeting": `[{"locale":"default","text":"Hello"}]`}},
		{"GET", "NODE/messenger_profile", map[string]string{"fields": "greeting,get_started"}},
		{"DELETE", "NODE/messenger_profile", map[string]string{"fields": `["greeting"]`}},
		{"GET", "NODE/conversations", map[string]string{"fields": "participants,messages{message}", "platform": "messenger"}},
		{"GET", thread, map[string]string{"fields": "messages"}},
		{"GET", thread + "/messages", map[string]string{"limit": "1"}},
		{"GET", m.MID, map[string]string{"fields": "message"}},
		{"GET", c.ID, map[string]string{"fields": "name"}},
		{"GET", "NODE", map[string]string{"fields": "id"}},
		{"POST", "NODE/take_thread_control", map[string]string{"recipient": to}},
		{"POST", "NODE/request_thread_control", map[string]string{"recipient": to}},
		{"POST", "NODE/extend_thread_control", map[string]string{"recipient": to, "duration": "60"}},
		{"POST", "NODE/release_thread_control", map[string]string{"recipient": to}},
		{"GET", "NODE/thread_owner", map[string]string{"recipient": c.ID}},
		{"GET", "NODE/secondary_receivers", map[string]string{"fields": "id,name"}},
		{"POST", "NODE/subscribed_apps", map[string]string{"subscribed_fields": "messages,messaging_postbacks"}},
		{"GET", "NODE/subscribed_apps", nil},
		{"DELETE", "NODE/subscribed_apps", nil},
		{"GET", "debug_token", map[string]string{"input_token": siteToken}},
	}
	for _, prefix := range []string{"/", "/v2.6/", "/v25.0/", "/v99/"} {
		for _, node := range []string{"me", siteID} {
			for _, one := range calls {
				for _, place := range []string{"header", "query", "body"} {
					for _, form := range []string{"json", "form", "multipart", "query"} {
						if one.method != http.MethodPost && form != "query" && (form != "json" || one.method == http.MethodGet) || form == "query" && place == "body" {
							continue // no client sends that
						}
						req := p.shaped(one.method, prefix+strings.Replace(one.path, "NODE", node, 1), one.fields, place, form)
						at.move(6 * time.Second) // no limit of calls is met
						if a := p.do(req); a.status != 200 {
							t.Errorf("%s %s%s for %s, fields as %s, token in the %s: %d %v", one.method, prefix, one.path, node, form, place, a.status, a.body)
						}
					}
				}
			}
		}
	}
}

// shaped is a call with its fields in a form and the token in a place.
func (p *platform) shaped(method, path string, fields map[string]string, place, form string) *http.Request {
	p.t.Helper()
	query, all := url.Values{}, map[string]string{}
	for name, value := range fields {
		all[name] = value
	}
	switch place {
	case "query":
		query.Set("access_token", siteToken)
	case "body":
		all["access_token"] = siteToken
	}
	var body bytes.Buffer
	kind := ""
	switch form {
	case "query":
		for name, value := range all {
			query.Set(name, value)
		}
	case "json":
		object := map[string]any{}
		for name, value := range all {
			object[name] = value
			if strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[") {
				object[name] = json.RawMessage(value)
			}
		}
		raw, err := json.Marshal(object)
		must(p.t, err)
		body.Write(raw)
		kind = "application/json"
	case "form":
		values := url.Values{}
		for name, value := range all {
			values.Set(name, value)
		}
		body.WriteString(values.Encode())
		kind = "application/x-www-form-urlencoded"
	case "multipart":
		w := multipart.NewWriter(&body)
		for name, value := range all {
			must(p.t, w.WriteField(name, value))
		}
		must(p.t, w.Close())
		kind = w.FormDataContentType()
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.http.URL+path+"?"+query.Encode(), &body)
	must(p.t, err)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if place == "header" {
		req.Header.Set("Authorization", "Bearer "+siteToken)
	}
	return req
}

// Some clients send the parts of a field one by one.
func TestFieldsInBrackets(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{})
	form := url.Values{
		"recipient[id]": {c.ID}, "message[text]": {"Which?"}, "access_token": {siteToken},
		"message[quick_replies][0][content_type]": {"text"}, "message[quick_replies][0][title]": {"One"}, "message[quick_replies][0][payload]": {"1"},
		"message[quick_replies][1][content_type]": {"text"}, "message[quick_replies][1][title]": {"Two"}, "message[quick_replies][1][payload]": {"2"},
	}
	if a := p.do(request(t, p.http.URL+"/me/messages", "application/x-www-form-urlencoded", form.Encode())); a.status != 200 {
		t.Fatalf("answered %d %v", a.status, a.body)
	}
	lines, err := p.Messages(t.Context(), c, 0)
	if err != nil || len(lines) != 1 || lines[0].Text != "Which?" || len(lines[0].QuickReplies) != 2 || lines[0].QuickReplies[1].Title != "Two" {
		t.Errorf("the visitor sees %+v (%v)", lines, err)
	}
	sameAs(t, p.call("POST", profilePath, siteToken, `{"get_started":{"payload":"GO"},"whitelisted_domains":["https://lumen.example"]}`), "messenger-profile-set-success")
	sameAs(t, p.do(request(t, p.http.URL+"/me/messenger_profile", "application/x-www-form-urlencoded",
		url.Values{"method": {"delete"}, "fields[]": {"get_started", "whitelisted_domains"}, "access_token": {siteToken}}.Encode())), "messenger-profile-set-success")
	sameAs(t, p.call("GET", profilePath, siteToken, ""), "messenger-profile-get-empty")
}
