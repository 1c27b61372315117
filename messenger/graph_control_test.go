package messenger

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestControlOnTheWire(t *testing.T) {
	t.Parallel()
	to := Recipient{ID: testPerson}
	cases := map[string]struct {
		call       func(*Client) error
		path, body string
	}{
		"take": {
			func(c *Client) error { return c.TakeControl(t.Context(), testPage, to, "for Ana") }, "take_thread_control",
			`{"recipient":{"id":"7412000000000101"},"metadata":"for Ana"}`,
		},
		"pass": {
			func(c *Client) error { return c.PassControl(t.Context(), testPage, to, PageInboxApp, "please") }, "pass_thread_control",
			`{"recipient":{"id":"7412000000000101"},"target_app_id":"263902037430900","metadata":"please"}`,
		},
		"release": {
			func(c *Client) error { return c.ReleaseControl(t.Context(), testPage, to) }, "release_thread_control",
			`{"recipient":{"id":"7412000000000101"}}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var path, body string
			c := graph(t, func(w http.ResponseWriter, r *http.Request) {
				text, _ := io.ReadAll(r.Body)
				path, body = r.URL.Path, string(text)
				answer(200, []byte(`{"success":true}`))(w, r)
			})
			if err := tc.call(c); err != nil || path != "/v25.0/"+testPage+"/"+tc.path || body != tc.body {
				t.Errorf("POST %s %s: %v", path, body, err)
			}
		})
	}
}

func TestControlRefused(t *testing.T) {
	t.Parallel()
	to := Recipient{ID: testPerson}
	for name, tc := range map[string]struct {
		status int
		body   string
		holds  func(error) bool
	}{
		"by an error": {400, `{"error":{"code":100,"error_subcode":2018171}}`, func(err error) bool { return Judge(err) == controlRefused }},
		"by a false":  {200, `{"success":false}`, func(err error) bool { return errors.Is(err, ErrNotGranted) && Judge(err) == controlRefused }},
		"by nothing":  {200, `{}`, func(err error) bool { return errors.Is(err, ErrUnclearAnswer) }},
		"in words":    {200, `{"success":"true"}`, func(err error) bool { return err == nil }},
	} {
		if err := graph(t, answer(tc.status, []byte(tc.body))).TakeControl(t.Context(), testPage, to, ""); !tc.holds(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for script, sign := range map[string]string{"letters": "x", "emoji": "😀", "CJK": "春", "combining": "e\u0301", "family": "👨‍👩‍👧"} {
		for n, fits := range map[int]bool{MaxMetadata - 1: true, MaxMetadata: true, MaxMetadata + 1: false} {
			if err := (ControlRequest{Recipient: to, Metadata: units(sign, n)}).Validate(); (err == nil) != fits {
				t.Errorf("metadata of %d units in %s: %v", n, script, err)
			}
		}
	}
	c := graph(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") })
	for name, err := range map[string]error{
		"to no app":        c.PassControl(t.Context(), testPage, to, "", ""),
		"to a name":        c.PassControl(t.Context(), testPage, to, "inbox", ""),
		"of nobody":        c.TakeControl(t.Context(), testPage, Recipient{}, ""),
		"with much to say": c.TakeControl(t.Context(), testPage, to, strings.Repeat("x", MaxMetadata+1)),
		"of an odd page":   c.ReleaseControl(t.Context(), "1/2", to),
	} {
		if len(LimitErrors(err)) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the platform answered can be looked at, and holds no secret, also where one would stand at the cut.
func TestEvidence(t *testing.T) {
	t.Parallel()
	token := AppSecretProof(testToken, testSecret)
	filler := strings.Repeat("x", maxEvidence-40-len(testToken)/2)
	body := `{"error":{"code":190,"message":"bad ` + testSecret + token + `","fbtrace_id":"Abc","next":"https://g.example/?access_token=EAASomebody&x=1",` +
		`"quoted":"{\"access_token\":\"EAAOther\"}"},"more":"` + filler
	body += strings.Repeat(" "+testToken, 200) + `"}`
	c := graph(t, answer(400, []byte(body)))
	_, err := c.Send(t.Context(), testPage, hello)
	noSecrets(t, err)
	status, trace, text := Answered(err)
	if status != 400 || trace != "Abc" || !strings.HasPrefix(text, `{"error":{"code":190,`) || len(text) > maxEvidence || len(text) < maxEvidence-3 {
		t.Errorf("answered %d %q with %d bytes", status, trace, len(text))
	}
	for _, secret := range []string{"EAASomebody", "EAAOther", testToken[:8]} {
		if strings.Contains(text, secret) {
			t.Errorf("the evidence shows %q", secret)
		}
	}
	if !strings.Contains(text, "&x=1") {
		t.Error("more than the secret is cut out")
	}
	if status, trace, text := Answered(errors.New("no answer")); status != 0 || trace != "" || text != "" {
		t.Errorf("no answer was %d %q %q", status, trace, text)
	}
}
