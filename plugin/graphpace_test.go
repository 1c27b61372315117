package plugin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// untilRefused makes a call until it is refused, which must be after so many, and answers with the refusal.
func (p *platform) untilRefused(after int, method, path, token, body string) (messenger.APIError, http.Header) {
	p.t.Helper()
	for n := range after + 1 {
		req := request(p.t, p.http.URL+path, "application/json", body)
		req.Method = method
		req.Header.Set("Authorization", "Bearer "+token)
		a, h := p.answered(req)
		if a.status == http.StatusOK {
			continue
		}
		fault, _ := a.body["error"].(map[string]any)
		code, _ := fault["code"].(float64)
		if n != after {
			p.t.Fatalf("call %d of %s was refused with %v, want the one after %d", n+1, path, fault, after)
		}
		return messenger.APIError{Code: int(code), Message: fmt.Sprint(fault["message"])}, h
	}
	p.t.Fatalf("%d calls of %s were all taken", after+1, path)
	panic("unreachable")
}

func TestLimitsOfCalls(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method, path, body string
		after              int
		wait               time.Duration // until the next
	}{
		"the Messenger Profile": {"GET", "/me/messenger_profile", "", 100, 6 * time.Second},
		"conversations":         {"GET", "/me/conversations", "", 200, 50 * time.Millisecond},
		"one person":            {"POST", "/me/messages", `{"recipient":{"id":"CONTACT"},"message":{"text":"x"}}`, 1000, 100 * time.Millisecond},
		"sound and film": {
			"POST", "/me/messages", `{"recipient":{"id":"CONTACT"},"message":{"attachment":{"type":"audio","payload":{"url":"https://lumen.example/a.mp3"}}}}`,
			60, 100 * time.Millisecond,
		},
		"actions": {"POST", "/me/messages", `{"recipient":{"id":"CONTACT"},"sender_action":"typing_on"}`, 3000, time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			p := start(t, plugin.Options{Now: c.now})
			to, _ := p.visitor(plugin.Profile{})
			body := strings.ReplaceAll(tc.body, "CONTACT", to.ID)
			refusal, h := p.untilRefused(tc.after, tc.method, tc.path, siteToken, body)
			if refusal.Code != 613 || !strings.HasPrefix(refusal.Message, "(#613)") || h.Get("Retry-After") == "" {
				t.Errorf("the refusal is %+v with Retry-After %q", refusal, h.Get("Retry-After"))
			}
			c.move(tc.wait)
			if a := p.call(tc.method, tc.path, siteToken, body); a.status != 200 {
				t.Errorf("after %s it is still refused: %v", tc.wait, a.body)
			}
			if a := p.call(tc.method, tc.path, siteToken, body); a.status != 400 {
				t.Errorf("the next at once got %d", a.status)
			}
		})
	}
}

// What one page or one person has used up is nobody else's loss.
func TestLimitsOfCallsAreEachTheirOwn(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := start(t, plugin.Options{Now: c.now})
	p.untilRefused(100, "GET", "/me/messenger_profile", siteToken, "")
	if a := p.call("GET", "/me/messenger_profile", pageToken, ""); a.status != 200 {
		t.Errorf("another page got %d %v", a.status, a.body)
	}
	if a := p.call("GET", "/me", siteToken, ""); a.status != 200 {
		t.Errorf("another call got %d %v", a.status, a.body)
	}
	// A batch counts by its parts.
	answers := p.batch(siteToken, "/", `[{"method":"GET","relative_url":"me/messenger_profile"},{"method":"GET","relative_url":"me"}]`)
	if len(answers) != 2 || answers[0].Code != 400 || answers[1].Code != 200 {
		t.Errorf("a batch of one call too many and another got %d answers: %+v", len(answers), answers)
	}
}

func TestUsageOfAnAppIsTold(t *testing.T) {
	t.Parallel()
	c := newClock()
	own := site()
	p := start(t, plugin.Options{Now: c.now, Pages: []plugin.Page{own}})
	asApp := own.AppID + "|" + own.AppSecret
	path := "/debug_token?input_token=" + siteToken
	req := request(t, p.http.URL+path, "", "")
	req.Method = "GET"
	req.Header.Set("Authorization", "Bearer "+asApp)
	if _, h := p.answered(req); h.Get("X-App-Usage") != "" {
		t.Errorf("after one call it says %q", h.Get("X-App-Usage"))
	}
	refusal, h := p.untilRefused(9999, "GET", path, asApp, "")
	if refusal.Code != 4 || h.Get("X-App-Usage") != `{"call_count":100,"total_cputime":0,"total_time":0}` {
		t.Errorf("the refusal is %+v with %q", refusal, h.Get("X-App-Usage"))
	}
	c.move(time.Hour)
	if a := p.call("GET", path, asApp, ""); a.status != 200 {
		t.Errorf("an hour later it is still refused: %v", a.body)
	}
}
