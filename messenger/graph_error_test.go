package messenger

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recordedErrors is every recorded error answer: the status it came with, its numbers, and what follows from them.
var recordedErrors = map[string]struct {
	status, code, subcode int
	retry                 RetryClass
	scope                 Scope
	says                  string // part of the sentence
}{
	"error-10-2018278-outside-window":         {400, 10, 2018278, RetryNever, ScopeConversation, "24 hours"},
	"error-10-2018065-outside-window-old":     {400, 10, 2018065, RetryNever, ScopeConversation, "24 hours"},
	"error-10-2018108-cannot-receive":         {400, 10, 2018108, RetryNever, ScopeConversation, "blocked or muted"},
	"error-10-1893063-page-restricted":        {400, 10, 1893063, RetryNever, ScopePage, "restricted"},
	"error-100-2018001-no-matching-user":      {400, 100, 2018001, RetryNever, ScopeConversation, "does not know this recipient"},
	"error-551-person-not-available":          {400, 551, 1545041, RetryNever, ScopeConversation, "cannot be reached"},
	"error-551-no-subcode":                    {400, 551, 0, RetryNever, ScopeConversation, "cannot be reached"},
	"error-200-1545041":                       {403, 200, 1545041, RetryNever, ScopeConversation, "cannot be reached"},
	"error-2018300-thread-owned-by-other-app": {400, 100, 2018300, RetryNever, ScopeConversation, "Another app"},
	"error-10900-private-reply-not-allowed":   {400, 10900, 0, RetryNever, ScopeConversation, "privately"},
	"error-100-text-too-long":                 {400, 100, 0, RetryNever, ScopeMessage, "form of the message"},
	"error-100-2018008-fetch-failed":          {400, 100, 2018008, RetryOnce, ScopeMessage, "could not fetch"},
	"error-100-2018047-upload-type-mismatch":  {400, 100, 2018047, RetryNever, ScopeMessage, "not of the type"},
	"error-100-2018109-attachment-too-large":  {400, 100, 2018109, RetryNever, ScopeMessage, "too large"},
	"error-100-2018074-attachment-not-yours":  {400, 100, 2018074, RetryOnce, ScopeMessage, "expired"},
	"error-100-2018294-video-timeout":         {400, 100, 2018294, RetryOnce, ScopeMessage, "video"},
	"error-100-1893061-retired-tag":           {400, 100, 1893061, RetryNever, ScopeMessage, "form of the message"},
	"error-100-2018034-empty-message":         {400, 100, 2018034, RetryNever, ScopeMessage, "form of the message"},
	"error-100-33-unsupported-request":        {400, 100, 33, RetryNever, ScopePage, "page"},
	"error-100-many-details":                  {400, 100, 2018320, RetryNever, ScopeMessage, "product"},
	"error-190-463-token-expired":             {401, 190, 463, RetryNever, ScopePage, "expired"},
	"error-190-460-password-changed":          {401, 190, 460, RetryNever, ScopePage, "password"},
	"error-190-invalid-token":                 {401, 190, 0, RetryNever, ScopePage, "token must be renewed"},
	"error-200-2018028-not-tester":            {403, 200, 2018028, RetryNever, ScopeApp, "not approved"},
	"error-200-permission":                    {403, 200, 0, RetryNever, ScopePage, "permission"},
	"error-230-requires-permission":           {403, 230, 0, RetryNever, ScopePage, "permission"},
	"error-368-policy-block":                  {400, 368, 1390008, RetryNever, ScopePage, "policy"},
	"error-1-unknown":                         {500, 1, 0, RetryBackoff, ScopeMessage, "could not deliver"},
	"error-1-1357046-unclear-outcome":         {500, 1, 1357046, RetryUnclear, ScopeConversation, "unknown whether"},
	"error-2-temporary":                       {503, 2, 0, RetryBackoff, ScopeMessage, "could not deliver"},
	"error-1200-temporary-send-failure":       {400, 1200, 0, RetryBackoff, ScopeMessage, "could not deliver"},
	"error-4-app-rate-limit":                  {403, 4, 0, RetryWait, ScopeApp, "limit"},
	"error-613-rate-limit":                    {400, 613, 0, RetryWait, ScopePage, "limit"},
	"error-80006-page-rate-limit":             {400, 80006, 0, RetryWait, ScopePage, "limit"},
	"error-502-not-json":                      {502, 0, 0, RetryBackoff, ScopeMessage, "could not deliver"},
	"profile-error-2018218-no-profile":        {400, 100, 2018218, RetryNever, ScopeConversation, "no profile"},
	"profile-error-2018247-permission":        {400, 200, 2018247, RetryNever, ScopePage, "may not read profiles"},
}

func TestErrorsRecorded(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/graph/*error-*")
	if err != nil || len(files) != len(recordedErrors) {
		t.Fatalf("%d recorded answers, %d cases, %v", len(files), len(recordedErrors), err)
	}
	for _, file := range files {
		base := filepath.Base(file)
		name := strings.TrimSuffix(base, filepath.Ext(base))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, ok := recordedErrors[name]
			if !ok {
				t.Fatal("no case for this answer")
			}
			c := graph(t, answer(want.status, recordedAnswer(t, base)))
			_, err := c.Send(t.Context(), testPage, hello)
			if strings.HasPrefix(name, "profile-") {
				_, err = c.Profile(t.Context(), testPerson)
			}
			var api *APIError
			if !errors.As(err, &api) {
				t.Fatalf("err = %v, want an APIError", err)
			}
			if api.HTTPStatus != want.status || api.Code != want.code || api.Subcode != want.subcode {
				t.Errorf("error = %+v", api)
			}
			if want.code != 0 && (api.TraceID == "" || api.Message == "" || !strings.Contains(err.Error(), api.TraceID)) {
				t.Errorf("error %q of %+v lacks its trace", err, api)
			}
			if strings.Contains(err.Error(), "<") {
				t.Errorf("error %q shows the platform's page", err)
			}
			if !strings.HasPrefix(name, "profile-") && want.code != 0 && ErrorStatus(want.code) != want.status {
				t.Errorf("ErrorStatus(%d) = %d, the platform gave %d", want.code, ErrorStatus(want.code), want.status)
			}
			v := Judge(err)
			if v.Retry != want.retry || v.Scope != want.scope || !strings.Contains(v.Sentence, want.says) {
				t.Errorf("judged %+v, want %s, %s, %q", v, want.retry, want.scope, want.says)
			}
			if v.Detail != api.UserMessage {
				t.Errorf("detail = %q, want the platform's words %q", v.Detail, api.UserMessage)
			}
		})
	}
}

// The same number means the same whether it came as code or as subcode.
func TestJudgeSevenDigitNumbers(t *testing.T) {
	t.Parallel()
	for key, want := range verdicts {
		if key.code != anyCode {
			continue
		}
		for _, e := range []*APIError{
			{HTTPStatus: 400, Code: 100, Subcode: key.subcode},
			{HTTPStatus: 400, Code: key.subcode},
			{HTTPStatus: 500, Code: key.subcode, Subcode: 100},
		} {
			if got := Judge(e); got != want {
				t.Errorf("code %d, subcode %d: %+v, want %+v", e.Code, e.Subcode, got, want)
			}
		}
	}
}

// Every row has words for an agent, and none is repeated by itself unless the platform's own list says so.
func TestVerdictsAreComplete(t *testing.T) {
	t.Parallel()
	for key, v := range verdicts {
		if v.Retry == "" || v.Scope == "" || !strings.HasSuffix(v.Sentence, ".") || v.Detail != "" {
			t.Errorf("%+v: %+v", key, v)
		}
		if v.Retry == RetryBackoff && key.code != 1 && key.code != 2 && key.code != 1200 {
			t.Errorf("%+v is repeated with back-off", key)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err   error
		retry RetryClass
		scope Scope
	}{
		"code nobody knows":             {&APIError{HTTPStatus: 400, Code: 77777, Subcode: 3}, RetryNever, ScopeMessage},
		"the same with a server status": {&APIError{HTTPStatus: 500, Code: 77777}, RetryNever, ScopeMessage},
		"known code, unknown subcode":   {&APIError{HTTPStatus: 400, Code: 190, Subcode: 999}, RetryNever, ScopePage},
		"policy block, any subcode":     {&APIError{HTTPStatus: 400, Code: 368, Subcode: 5}, RetryNever, ScopePage},
		"limit under another status":    {&APIError{HTTPStatus: 500, Code: 4}, RetryWait, ScopeApp},
		"marketing message too early":   {&APIError{HTTPStatus: 400, Code: 4, Subcode: 2018354}, RetryNever, ScopeConversation},
		"empty 500":                     {&APIError{HTTPStatus: 500}, RetryBackoff, ScopeMessage},
		"empty 504":                     {&APIError{HTTPStatus: 504}, RetryUnclear, ScopeConversation},
		"empty 520":                     {&APIError{HTTPStatus: 520}, RetryUnclear, ScopeConversation},
		"empty 524":                     {&APIError{HTTPStatus: 524}, RetryUnclear, ScopeConversation},
		"empty 429":                     {&APIError{HTTPStatus: 429}, RetryWait, ScopeApp},
		"empty 408":                     {&APIError{HTTPStatus: 408}, RetryUnclear, ScopeConversation},
		"empty 413":                     {&APIError{HTTPStatus: 413}, RetryNever, ScopeMessage},
		"empty 403":                     {&APIError{HTTPStatus: 403}, RetryNever, ScopeApp},
		"empty 404":                     {&APIError{HTTPStatus: 404}, RetryNever, ScopeApp},
		"not reached":                   {&TransportError{Err: errors.New("refused")}, RetryBackoff, ScopePage},
		"reached":                       {&TransportError{Reached: true, Err: errors.New("reset")}, RetryUnclear, ScopeConversation},
		"wrapped":                       {errors.Join(errors.New("send"), &APIError{Code: 613}), RetryWait, ScopePage},
		"refused by ourselves":          {OutMessage{}.Validate(), RetryNever, ScopeMessage},
		"an error of somebody else":     {errors.New("odd"), RetryUnclear, ScopeConversation},
	}
	for name, c := range cases {
		if v := Judge(c.err); v.Retry != c.retry || v.Scope != c.scope || v.Sentence == "" {
			t.Errorf("%s: %+v, want %s, %s", name, v, c.retry, c.scope)
		}
	}
	for status, foreign := range map[int]bool{403: true, 404: true, 301: true, 413: false, 502: false, 429: false} {
		if got := Judge(&APIError{HTTPStatus: status}).Foreign; got != foreign {
			t.Errorf("HTTP %d without JSON counts as not the platform's: %v", status, got)
		}
	}
	if Judge(&APIError{HTTPStatus: 403, Code: 200}).Foreign {
		t.Error("an error of the Graph API counts as somebody else's")
	}
	if v := Judge(nil); v != (Verdict{}) {
		t.Errorf("Judge(nil) = %+v", v)
	}
}

func TestParseErrorForms(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		status int
		body   string
		want   *APIError
	}{
		"no error":                {200, `{"message_id":"m_1"}`, nil},
		"no error, no JSON":       {200, `ok`, nil},
		"error with status 200":   {200, `{"error":{"code":10}}`, &APIError{HTTPStatus: 200, Code: 10}},
		"numbers as text":         {400, `{"error":{"code":"10","error_subcode":"2018278"}}`, &APIError{HTTPStatus: 400, Code: 10, Subcode: 2018278}},
		"error_data is text":      {400, `{"error":{"error_data":"{}","code":1,"is_transient":true}}`, &APIError{HTTPStatus: 400, Code: 1, Transient: true}},
		"fields of wrong types":   {400, `{"error":{"message":{},"code":[],"error_subcode":7,"type":1}}`, &APIError{HTTPStatus: 400, Subcode: 7}},
		"error is text":           {400, `{"error":"bad"}`, &APIError{HTTPStatus: 400}},
		"HTML":                    {502, `<html>{"error":{"code":10}}</html>`, &APIError{HTTPStatus: 502}},
		"nothing":                 {503, ``, &APIError{HTTPStatus: 503}},
		"cut off":                 {500, `{"error":{"code":10`, &APIError{HTTPStatus: 500}},
		"an object without error": {400, `{"ok":false}`, &APIError{HTTPStatus: 400}},
	}
	for name, c := range cases {
		if diff := cmp.Diff(c.want, ParseError(c.status, []byte(c.body))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A program that speaks to our platform gets the errors it would get from Meta.
func TestErrorBody(t *testing.T) {
	t.Parallel()
	body := ErrorBody(10, 2018278, "(#10) Outside the allowed window – ä/b")
	for _, c := range body {
		if c >= 0x80 {
			t.Errorf("body %s is not spelled as Meta does", body)
			break
		}
	}
	e := ParseError(http.StatusBadRequest, body)
	if e.TraceID == "" || e.Code != 10 || e.Subcode != 2018278 || e.Type != "OAuthException" || e.Message != "(#10) Outside the allowed window – ä/b" {
		t.Errorf("read back %+v", e)
	}
	if again := ParseError(400, ErrorBody(10, 2018278, "x")); again.TraceID == e.TraceID {
		t.Error("two errors have the same trace id")
	}
	var form map[string]map[string]any
	if err := json.Unmarshal(ErrorBody(100, 0, "m"), &form); err != nil {
		t.Fatal(err)
	}
	delete(form["error"], "fbtrace_id")
	if diff := cmp.Diff(map[string]map[string]any{"error": {"message": "m", "type": "OAuthException", "code": 100.0}}, form); diff != "" {
		t.Errorf("form without subcode (-want +got):\n%s", diff)
	}
}

func TestUsageRecorded(t *testing.T) {
	t.Parallel()
	headers := func(name string) http.Header {
		var values map[string]string
		if err := json.Unmarshal(recordedAnswer(t, name), &values); err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		for k, v := range values {
			h.Set(k, v)
		}
		return h
	}
	calm, throttled := headers("headers-rate-limit-calm.json"), headers("headers-rate-limit-throttled.json")
	status, body, now := 200, recordedAnswer(t, "send-success-text.json"), calm
	c := graph(t, func(w http.ResponseWriter, _ *http.Request) {
		for k := range now {
			w.Header().Set(k, now.Get(k))
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
	})
	if u := c.Usage(); u != (Usage{}) {
		t.Errorf("usage before the first answer = %+v", u)
	}
	if _, err := c.Send(t.Context(), testPage, hello); err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1795000000, 0)
	want := Usage{App: Use{Calls: 3, Time: 1, CPU: 1}, Page: Use{Calls: 11, CPU: 2, Time: 3}, At: at}
	if u := c.Usage(); u != want || u.Highest() != 11 {
		t.Errorf("calm usage = %+v, want %+v", u, want)
	}
	status, body, now = 400, recordedAnswer(t, "error-80006-page-rate-limit.json"), throttled
	_, err := c.Send(t.Context(), testPage, hello)
	var api *APIError
	if !errors.As(err, &api) || api.RetryAfter != 19*time.Minute {
		t.Errorf("err = %+v, want a wait of 19 minutes", err)
	}
	want = Usage{App: Use{Calls: 41, Time: 9, CPU: 7}, Page: Use{Calls: 104, CPU: 12, Time: 18}, RegainAccess: 19 * time.Minute, At: at}
	if u := c.Usage(); u != want || u.Highest() != 104 {
		t.Errorf("throttled usage = %+v, want %+v", u, want)
	}
	now = http.Header{headerAppUsage: {"no JSON"}, headerBusinessUsage: {`[]`}}
	_, _ = c.Send(t.Context(), testPage, hello)
	if u := c.Usage(); u != want {
		t.Errorf("unreadable headers changed the usage to %+v", u)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	business := func(minutes string) string {
		return `{"1":[{"type":"messenger","estimated_time_to_regain_access":` + minutes + `}],"2":[{"type":"ads","estimated_time_to_regain_access":600}]}`
	}
	cases := map[string]struct {
		after, business string
		want            time.Duration
	}{
		"nothing":           {"", "", 0},
		"seconds":           {"30", "", 30 * time.Second},
		"a date":            {"Mon, 16 Nov 2026 09:05:00 GMT", "", 5 * time.Minute},
		"a date gone by":    {"Mon, 16 Nov 2026 08:05:00 GMT", "", 0},
		"minutes":           {"", business("19"), 19 * time.Minute},
		"minutes as text":   {"", business(`"19"`), 19 * time.Minute},
		"the longer counts": {"3600", business("19"), time.Hour},
		"no sense":          {"soon", "{", 0},
		"negative":          {"-5", business("-19"), 0},
		"beyond all sense":  {"1e300", business("1e300"), 24 * time.Hour},
	}
	for name, c := range cases {
		h := http.Header{"Retry-After": {c.after}, headerBusinessUsage: {c.business}}
		if got := retryAfter(h, now); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
