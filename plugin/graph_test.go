package plugin_test

import (
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

func TestGraphRefusals(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{})
	person, err := p.NewContact(t.Context(), pageID, plugin.Profile{FirstName: "Jonas"})
	must(t, err)
	send := func(message string) string {
		return fmt.Sprintf(`{"recipient":{"id":%q},"messaging_type":"RESPONSE","message":%s}`, c.ID, message)
	}
	post := "/v25.0/" + siteID + "/messages"
	for name, tc := range map[string]struct {
		method, path, token, body string
		status, code, subcode     int
	}{
		"no token":                 {"POST", post, "", send(`{"text":"x"}`), 401, 190, 0},
		"wrong token":              {"POST", post, "nobody's", send(`{"text":"x"}`), 401, 190, 0},
		"another page's path":      {"POST", "/v25.0/" + pageID + "/messages", siteToken, send(`{"text":"x"}`), 400, 100, 33},
		"another page's contact":   {"POST", "/me/messages", pageToken, send(`{"text":"x"}`), 400, 100, 2018001},
		"nobody":                   {"POST", post, siteToken, `{"recipient":{"id":"7412000000000101"},"message":{"text":"x"}}`, 400, 100, 2018001},
		"a user_ref":               {"POST", post, siteToken, `{"recipient":{"user_ref":"6150"},"message":{"text":"x"}}`, 400, 100, 2018001},
		"no recipient":             {"POST", post, siteToken, `{"message":{"text":"x"}}`, 400, 100, 0},
		"two recipients":           {"POST", post, siteToken, `{"recipient":{"id":"1","user_ref":"2"},"message":{"text":"x"}}`, 400, 100, 0},
		"no message":               {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q}}`, c.ID), 400, 100, 2018034},
		"empty text":               {"POST", post, siteToken, send(`{"text":" "}`), 400, 100, 2018034},
		"message and action":       {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"message":{"text":"x"},"sender_action":"typing_on"}`, c.ID), 400, 100, 2018014},
		"unknown action":           {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"sender_action":"dance"}`, c.ID), 400, 100, 0},
		"action for nobody":        {"POST", post, siteToken, `{"recipient":{"id":"1"},"sender_action":"typing_on"}`, 400, 100, 2018001},
		"text over 2000":           {"POST", post, siteToken, send(`{"text":"` + strings.Repeat("x", 2001) + `"}`), 400, 100, 0},
		"fourteen quick replies":   {"POST", post, siteToken, send(`{"text":"x","quick_replies":[` + strings.TrimSuffix(strings.Repeat(`{"content_type":"text","title":"a","payload":"b"},`, 14), ",") + `]}`), 400, 100, 0},
		"long quick reply":         {"POST", post, siteToken, send(`{"text":"x","quick_replies":[{"content_type":"text","title":"twenty-one characters","payload":"b"}]}`), 400, 100, 0},
		"four buttons":             {"POST", post, siteToken, send(`{"attachment":{"type":"template","payload":{"template_type":"button","text":"x","buttons":[` + strings.TrimSuffix(strings.Repeat(`{"type":"postback","title":"a","payload":"b"},`, 4), ",") + `]}}}`), 400, 100, 0},
		"a template not shown":     {"POST", post, siteToken, send(`{"attachment":{"type":"template","payload":{"template_type":"media","elements":[{"media_type":"image","attachment_id":"1"}]}}}`), 400, 100, 0},
		"a button not shown":       {"POST", post, siteToken, send(`{"attachment":{"type":"template","payload":{"template_type":"button","text":"x","buttons":[{"type":"game_play","title":"a"}]}}}`), 400, 100, 0},
		"a quick reply not shown":  {"POST", post, siteToken, send(`{"text":"x","quick_replies":[{"content_type":"location"}]}`), 400, 100, 0},
		"a card of a title only":   {"POST", post, siteToken, send(`{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"x"}]}}}`), 400, 100, 0},
		"a text and a picture":     {"POST", post, siteToken, send(`{"text":"x","attachment":{"type":"image","payload":{"url":"https://lumen.example/a.png"}}}`), 400, 100, 0},
		"several attachments":      {"POST", post, siteToken, send(`{"text":"x","attachments":[{"type":"image","payload":{"url":"https://lumen.example/a.png"}}]}`), 400, 100, 0},
		"a sticker":                {"POST", post, siteToken, send(`{"sticker_id":369239263222822}`), 400, 100, 0},
		"a utility template":       {"POST", post, siteToken, send(`{"text":"x","template":{"name":"order"}}`), 400, 100, 0},
		"a persona there is not":   {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"persona_id":"1","message":{"text":"x"}}`, c.ID), 400, 100, 0},
		"nobody's attachment_id":   {"POST", post, siteToken, send(`{"attachment":{"type":"image","payload":{"attachment_id":"1745504518999124"}}}`), 400, 100, 2018074},
		"a quote of nothing":       {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"reply_to":{"mid":"m_x"},"message":{"text":"x"}}`, c.ID), 400, 100, 0},
		"a quote of no form":       {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"reply_to":"m_x","message":{"text":"x"}}`, c.ID), 400, 100, 0},
		"reaction to nothing":      {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"sender_action":"react","payload":{"message_id":"m_x","reaction":"love"}}`, c.ID), 400, 100, 0},
		"reaction without payload": {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"sender_action":"react"}`, c.ID), 400, 100, 0},
		"upload of nothing":        {"POST", "/me/message_attachments", siteToken, `{}`, 400, 100, 2018034},
		"upload of no attachment":  {"POST", "/me/message_attachments", siteToken, `{"message":{"text":"x"}}`, 400, 100, 0},
		"upload of a template":     {"POST", "/me/message_attachments", siteToken, `{"message":{"attachment":{"type":"template","payload":{"template_type":"button"}}}}`, 400, 100, 0},
		"upload without a file":    {"POST", "/me/message_attachments", siteToken, `{"message":{"attachment":{"type":"image","payload":{"is_reusable":true}}}}`, 400, 100, 0},
		"upload from this machine": {"POST", "/me/message_attachments", siteToken, `{"message":{"attachment":{"type":"image","payload":{"url":"` + p.http.URL + `/a.png"}}}}`, 400, 100, 2018008},
		"upload for another page":  {"POST", "/" + pageID + "/message_attachments", siteToken, `{}`, 400, 100, 33},
		"control of nobody":        {"POST", "/me/take_thread_control", siteToken, `{"recipient":{"id":"1"}}`, 400, 100, 2018001},
		"control for no app":       {"POST", "/me/pass_thread_control", siteToken, fmt.Sprintf(`{"recipient":{"id":%q}}`, c.ID), 400, 100, 0},
		"control with much to say": {"POST", "/me/take_thread_control", siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"metadata":%q}`, c.ID, strings.Repeat("x", 1001)), 400, 100, 0},
		"retired tag":              {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"messaging_type":"MESSAGE_TAG","tag":"ACCOUNT_UPDATE","message":{"text":"x"}}`, c.ID), 400, 100, 1893061},
		"tag missing":              {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"messaging_type":"MESSAGE_TAG","message":{"text":"x"}}`, c.ID), 400, 100, 0},
		"unknown type":             {"POST", post, siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"messaging_type":"SHOUT","message":{"text":"x"}}`, c.ID), 400, 100, 0},
		"wrong proof":              {"POST", post + "?appsecret_proof=00", siteToken, send(`{"text":"x"}`), 400, 100, 0},
		"not JSON":                 {"POST", post, siteToken, `{"recipient":`, 400, 100, 0},
		"a list":                   {"POST", post, siteToken, `[1]`, 400, 100, 0},
		"over 1 MiB":               {"POST", post, siteToken, send(`{"text":"` + strings.Repeat("x", 1<<20) + `"}`), 413, 100, 0},
		"unknown path":             {"POST", "/v25.0/me/dances", siteToken, `{}`, 404, 2500, 0},
		"the root":                 {"GET", "/", "", "", 404, 2500, 0},
		"wrong method":             {"DELETE", post, siteToken, "", 400, 100, 33},
		"guest's profile":          {"GET", "/v25.0/" + c.ID + "?fields=name", siteToken, "", 400, 100, 2018218},
		"another page's profile":   {"GET", "/v25.0/" + person.ID, siteToken, "", 400, 100, 33},
		"a profile without token":  {"GET", "/v25.0/" + person.ID, "", "", 401, 190, 0},
		"a number as access token": {"GET", "/v25.0/" + person.ID + "?access_token=1", "", "", 401, 190, 0},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.call(tc.method, tc.path, tc.token, tc.body)
			fault, _ := a.body["error"].(map[string]any)
			code, _ := fault["code"].(float64)
			subcode, _ := fault["error_subcode"].(float64)
			if a.status != tc.status || int(code) != tc.code || int(subcode) != tc.subcode {
				t.Errorf("got %d %v, want %d with %d/%d", a.status, a.body, tc.status, tc.code, tc.subcode)
			}
			if fault["message"] == "" || fault["type"] == "" || fault["fbtrace_id"] == "" {
				t.Errorf("the error lacks what can be counted on: %v", fault)
			}
			if text := fmt.Sprint(fault["message"]); strings.Contains(text, siteToken) || strings.Contains(text, pageToken) {
				t.Errorf("the error holds a token: %s", text)
			}
		})
	}
	if lines, err := p.Messages(t.Context(), c, 0); err != nil || len(lines) != 0 {
		t.Errorf("what was refused left %d messages (%v)", len(lines), err)
	}
}

func TestWaysToSend(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{Name: "Mara Voss"})
	form := url.Values{
		"recipient": {`{"id":"` + c.ID + `"}`}, "message": {`{"text":"by form"}`},
		"messaging_type": {"RESPONSE"}, "access_token": {siteToken},
	}
	ways := map[string]func(t *testing.T) *http.Request{
		"JSON, token in the query": func(t *testing.T) *http.Request {
			return request(t, p.http.URL+"/v26.0/me/messages?access_token="+siteToken, "application/json",
				`{"recipient":{"id":"`+c.ID+`"},"message":{"text":"x"}}`)
		},
		"JSON, token in the body": func(t *testing.T) *http.Request {
			return request(t, p.http.URL+"/"+siteID+"/messages", "application/json; charset=utf-8",
				`{"recipient":{"id":"`+c.ID+`"},"message":{"text":"x"},"access_token":"`+siteToken+`"}`)
		},
		"JSON with an id as number and a proof": func(t *testing.T) *http.Request {
			return request(t, p.http.URL+"/me/messages?access_token="+siteToken, "application/json",
				`{"recipient":{"id":`+c.ID+`},"message":{"text":"x"},"appsecret_proof":"`+messenger.AppSecretProof(siteToken, secret)+`"}`)
		},
		"JSON as plain text, after a byte order mark": func(t *testing.T) *http.Request {
			return request(t, p.http.URL+"/v2.6/me/messages/?access_token="+siteToken, "text/plain",
				"\uFEFF"+`{"recipient":{"id":"`+c.ID+`"},"message":{"text":"x"}}`)
		},
		"JSON with parts as texts": func(t *testing.T) *http.Request {
			return request(t, p.http.URL+"/me/messages?access_token="+siteToken, "application/json",
				`{"recipient":"{\"id\":\"`+c.ID+`\"}","message":"{\"text\":\"x\"}"}`)
		},
		"form": func(t *testing.T) *http.Request {
			return request(t, p.http.URL+"/v25.0/me/messages", "application/x-www-form-urlencoded", form.Encode())
		},
		"all in the query": func(t *testing.T) *http.Request {
			return request(t, p.http.URL+"/v25.0/me/messages?"+form.Encode(), "", "")
		},
		"multipart": func(t *testing.T) *http.Request {
			var body strings.Builder
			w := multipart.NewWriter(&body)
			for name := range form {
				must(t, w.WriteField(name, form.Get(name)))
			}
			must(t, w.Close())
			return request(t, p.http.URL+"/v25.0/me/messages", w.FormDataContentType(), body.String())
		},
	}
	for name, make := range ways {
		t.Run(name, func(t *testing.T) {
			a := p.do(make(t))
			if a.status != 200 || a.body["recipient_id"] != c.ID || a.body["message_id"] == nil {
				t.Errorf("got %d %v", a.status, a.body)
			}
		})
	}
	if lines, err := p.Messages(t.Context(), c, 0); err != nil || len(lines) != len(ways) {
		t.Errorf("%d ways left %d messages (%v)", len(ways), len(lines), err)
	}
}

func request(t *testing.T, address, kind, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	must(t, err)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req
}

func TestSenderActionsAnswerWithoutAMessage(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{})
	wrote, err := p.Write(t.Context(), c, "hello?")
	must(t, err)
	for _, action := range []string{"typing_on", "typing_off", "mark_seen"} {
		a := p.call("POST", "/me/messages", siteToken, `{"recipient":{"id":"`+c.ID+`"},"sender_action":"`+action+`"}`)
		if _, has := a.body["message_id"]; a.status != 200 || a.body["recipient_id"] != c.ID || has {
			t.Errorf("%s answered %d %v", action, a.status, a.body)
		}
	}
	pr, err := p.Presence(t.Context(), c)
	if err != nil || pr.Typing || pr.SeenAt.Before(wrote.At) {
		t.Errorf("afterwards the visitor sees %+v (%v)", pr, err)
	}
}

func TestProfilesAndThePageItself(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	named, _ := p.visitor(plugin.Profile{Name: "Mara Voss"})
	a := p.call("GET", "/v25.0/"+named.ID+"?fields=first_name,last_name,name,profile_pic", siteToken, "")
	if a.status != 200 || a.body["name"] != "Mara Voss" || a.body["id"] != named.ID {
		t.Errorf("a visitor who gave a name has the profile %d %v", a.status, a.body)
	}
	a = p.call("GET", "/me?fields=id,name", siteToken, "")
	if a.status != 200 || a.body["id"] != siteID || a.body["name"] != "Lumen Bikes" {
		t.Errorf("the page is %d %v", a.status, a.body)
	}
	person, err := p.NewContact(t.Context(), pageID, plugin.Profile{FirstName: "Ana", LastName: "Reis"})
	must(t, err)
	a = p.call("GET", "/"+person.ID+"?fields=first_name", pageToken, "")
	if len(a.body) != 2 || a.body["first_name"] != "Ana" || a.body["id"] != person.ID {
		t.Errorf("one field asked for brought %v", a.body)
	}
}
