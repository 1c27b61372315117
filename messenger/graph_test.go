package messenger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	testToken  = "test-page-token-not-a-real-one"
	testSecret = "frontdesk-test-app-secret-not-a-real-one"
	testPage   = "109872000000101"
	testPerson = "7412000000000101"
)

var hello = SendRequest{Recipient: Recipient{ID: testPerson}, MessagingType: Response, Message: &OutMessage{Text: "hello"}}

// graph starts a server that answers with h, and a client for it.
func graph(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return client(t, srv.URL, nil)
}

func client(t *testing.T, base string, hc *http.Client) *Client {
	t.Helper()
	c, err := NewClient(ClientOptions{BaseURL: base, Token: testToken, AppSecret: testSecret, HTTP: hc, Now: func() time.Time { return time.Unix(1795000000, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// answer is a handler that always gives the same answer.
func answer(status int, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}
}

func recordedAnswer(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata/graph", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// noSecrets fails if err shows anything that must stay hidden.
func noSecrets(t *testing.T, err error) {
	t.Helper()
	shown := fmt.Sprintf("%v %+v %#v", err, err, err)
	var api *APIError
	if errors.As(err, &api) {
		shown += fmt.Sprintf("%+v", *api)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		shown += e.Error()
	}
	for _, secret := range []string{testToken, testSecret, AppSecretProof(testToken, testSecret)} {
		if strings.Contains(shown, secret) {
			t.Errorf("the error shows a secret: %s", shown)
		}
	}
}

func TestSendRequestOnTheWire(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body string
	c := graph(t, func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got, body = r, string(text)
		answer(200, recordedAnswer(t, "send-success-text.json"))(w, r)
	})
	req := SendRequest{
		Recipient: Recipient{UserRef: "6150000000000501"}, MessagingType: MessageTag, Tag: TagHumanAgent,
		Message: &OutMessage{
			Text: "Grüße <b>", Metadata: "fd1:x",
			QuickReplies: []QuickReply{{ContentType: "text", Title: "A", Payload: "P"}, {ContentType: "user_email"}},
		},
	}
	res, err := c.Send(t.Context(), testPage, req)
	if err != nil {
		t.Fatal(err)
	}
	want := SendResponse{RecipientID: testPerson, MessageID: "m_i8AU6WSn8-IGH15pRSZa4bkPowZpig1phVcx6ny-nVEgj_CevNkHrJHiPlpQRHSdyZkIPEVCpeeRLIenXSnQFg"}
	if res.Status != 200 || res.Answer != string(recordedAnswer(t, "send-success-text.json")) {
		t.Errorf("the answer is kept as %d %q", res.Status, res.Answer)
	}
	res.Status, res.Answer = 0, ""
	if res != want {
		t.Errorf("response = %+v, want %+v", res, want)
	}
	if got.Method != http.MethodPost || got.URL.Path != "/v25.0/"+testPage+"/messages" {
		t.Errorf("request = %s %s", got.Method, got.URL.Path)
	}
	if auth := got.Header.Get("Authorization"); auth != "Bearer "+testToken {
		t.Errorf("Authorization = %q", auth)
	}
	if proof := got.URL.Query().Get("appsecret_proof"); proof != loadVectors(t).Proof.Proof {
		t.Errorf("appsecret_proof = %q", proof)
	}
	if strings.Contains(got.URL.String(), testToken) || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("address %s, type %q", got.URL, got.Header.Get("Content-Type"))
	}
	wantBody := `{"recipient":{"user_ref":"6150000000000501"},"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT",` +
		`"message":{"text":"Grüße <b>","quick_replies":[{"content_type":"text","title":"A","payload":"P"},{"content_type":"user_email"}],"metadata":"fd1:x"}}`
	if diff := cmp.Diff(wantBody, body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestSendTemplateOnTheWire(t *testing.T) {
	t.Parallel()
	var body string
	c := graph(t, func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body = string(text)
		answer(200, recordedAnswer(t, "send-success-text.json"))(w, r)
	})
	message := ButtonTemplate("How can we help?", Button{Type: ButtonCall, Title: "Call", Payload: "+35315550142"})
	if _, err := c.Send(t.Context(), testPage, SendRequest{Recipient: Recipient{ID: testPerson}, MessagingType: Response, Message: &message}); err != nil {
		t.Fatal(err)
	}
	want := `{"recipient":{"id":"7412000000000101"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"template","payload":` +
		`{"template_type":"button","text":"How can we help?","buttons":[{"type":"phone_number","title":"Call","payload":"+35315550142"}]}}}}`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestSendSuccessRecorded(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		req  SendRequest
		want SendResponse // MessageID: its beginning
	}{
		"send-success-text.json":                {hello, SendResponse{RecipientID: testPerson, MessageID: "m_i8AU6W"}},
		"send-success-user-ref.json":            {hello, SendResponse{MessageID: "m_PH5y2g"}},
		"send-success-sender-action.json":       {SendRequest{Recipient: hello.Recipient, SenderAction: "typing_on"}, SendResponse{RecipientID: testPerson}},
		"send-success-attachment-reusable.json": {hello, SendResponse{RecipientID: testPerson, MessageID: "m_mgCNhY", AttachmentID: "1745504518999123"}},
		"send-success-id-without-prefix.json":   {hello, SendResponse{RecipientID: testPerson, MessageID: "EwI19FNj"}},
	}
	files, err := filepath.Glob("testdata/graph/send-success-*")
	if err != nil || len(files) != len(cases) {
		t.Fatalf("%d recorded answers, %d cases, %v", len(files), len(cases), err)
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := graph(t, answer(200, recordedAnswer(t, name))).Send(t.Context(), testPage, c.req)
			if err != nil {
				t.Fatal(err)
			}
			res.MessageID, res.Status, res.Answer = res.MessageID[:min(8, len(res.MessageID))], 0, ""
			if res != c.want {
				t.Errorf("response = %+v, want %+v", res, c.want)
			}
		})
	}
}

// A success that names no message may or may not have sent one.
func TestSendUnclearAnswer(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no id": `{"recipient_id":"1"}`, "empty id": `{"message_id":""}`, "id of a wrong type": `{"message_id":{}}`, "empty object": `{}`,
		"no JSON": "<html>ok</html>", "nothing": "", "cut off": `{"message_id":"m_1"`, "an array": `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := graph(t, answer(200, []byte(body))).Send(t.Context(), testPage, hello)
			if !errors.Is(err, ErrUnclearAnswer) || Judge(err).Retry != RetryUnclear {
				t.Errorf("err = %v, judged %+v", err, Judge(err))
			}
		})
	}
}

// drop is a handler that reads the request and hangs up.
func drop(requests *atomic.Int32) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	}
}

func TestTransportErrors(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	cases := map[string]struct {
		client  func(t *testing.T) (*Client, context.Context)
		reached bool
		is      error
	}{
		"nobody listens": {func(t *testing.T) (*Client, context.Context) { return client(t, closed.URL, nil), t.Context() }, false, nil},
		"no such host": {func(t *testing.T) (*Client, context.Context) {
			return client(t, "http://graph.invalid", &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "graph.invalid", IsNotFound: true}
			}}}), t.Context()
		}, false, nil},
		"a certificate nobody trusts": {func(t *testing.T) (*Client, context.Context) {
			srv := httptest.NewUnstartedServer(answer(200, []byte(`{"message_id":"m_1"}`)))
			srv.Config.ErrorLog = log.New(io.Discard, "", 0)
			srv.StartTLS()
			t.Cleanup(srv.Close)
			return client(t, srv.URL, nil), t.Context()
		}, false, nil},
		"given up before": {func(t *testing.T) (*Client, context.Context) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return client(t, closed.URL, nil), ctx
		}, false, context.Canceled},
		"connection dropped": {func(t *testing.T) (*Client, context.Context) { return graph(t, drop(new(atomic.Int32))), t.Context() }, true, nil},
		"given up while waiting": {func(t *testing.T) (*Client, context.Context) {
			ctx, cancel := context.WithCancel(t.Context())
			return graph(t, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client left
				cancel()
				<-r.Context().Done()
			}), ctx
		}, true, context.Canceled},
		"answer cut off": {func(t *testing.T) (*Client, context.Context) {
			return graph(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				_, _ = w.Write([]byte(`{"message_id":"m_1"`))
			}), t.Context()
		}, true, io.ErrUnexpectedEOF},
		"a transport that says nothing of its connections": {func(t *testing.T) (*Client, context.Context) {
			return client(t, "http://graph.invalid", &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.EOF })}), t.Context()
		}, true, io.EOF},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cl, ctx := c.client(t)
			_, err := cl.Send(ctx, testPage, hello)
			var te *TransportError
			if !errors.As(err, &te) || te.Reached != c.reached {
				t.Fatalf("err = %v, want a TransportError with Reached %v", err, c.reached)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("err = %v, want %v", err, c.is)
			}
			want := RetryBackoff
			if c.reached {
				want = RetryUnclear
			}
			if v := Judge(err); v.Retry != want {
				t.Errorf("retry = %s, want %s", v.Retry, want)
			}
			noSecrets(t, err)
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A request is made once, also on a kept connection that breaks and where the answer points elsewhere.
func TestSendNeverRepeats(t *testing.T) {
	t.Parallel()
	t.Run("kept connection dropped", func(t *testing.T) {
		t.Parallel()
		var requests atomic.Int32
		good := answer(200, recordedAnswer(t, "send-success-text.json"))
		c := graph(t, func(w http.ResponseWriter, r *http.Request) {
			if requests.Load() == 0 {
				requests.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				good(w, r)
				return
			}
			drop(&requests)(w, r)
		})
		if _, err := c.Send(t.Context(), testPage, hello); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), testPage, hello); Judge(err).Retry != RetryUnclear {
			t.Errorf("err = %v, want an unclear outcome", err)
		}
		if n := requests.Load(); n != 2 {
			t.Errorf("%d requests for two sends", n)
		}
	})
	for _, status := range []int{301, 302, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			c := graph(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				http.Redirect(w, r, "/elsewhere", status)
			})
			_, err := c.Send(t.Context(), testPage, hello)
			var api *APIError
			if !errors.As(err, &api) || api.HTTPStatus != status || Judge(err).Retry != RetryNever {
				t.Errorf("err = %v, judged %+v", err, Judge(err))
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests for one send", n)
			}
		})
	}
}

// Whatever the platform or a broken middle box quotes, the secrets stay hidden.
func TestErrorsHideSecrets(t *testing.T) {
	t.Parallel()
	body := ErrorBody(190, 0, "Malformed access token "+testToken+" with "+testSecret)
	_, err := graph(t, answer(400, body)).Send(t.Context(), testPage, hello)
	var api *APIError
	if !errors.As(err, &api) || !strings.Contains(api.Message, "Malformed access token [token]") {
		t.Errorf("err = %#v", err)
	}
	noSecrets(t, err)
	c := client(t, "http://graph.invalid", &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("proxy refuses %s with %v", r.URL, r.Header)
	})})
	_, err = c.Send(t.Context(), testPage, hello)
	noSecrets(t, err)
	_, err = c.Profile(t.Context(), testPerson)
	noSecrets(t, err)
	_, err = NewClient(ClientOptions{BaseURL: "ftp://" + testToken, Token: testToken})
	noSecrets(t, err)
}

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]ClientOptions{
		"no token":               {},
		"token with line break":  {Token: "a\nb"},
		"token with a blank":     {Token: "a "},
		"token beyond ASCII":     {Token: "ä"},
		"no scheme":              {Token: "t", BaseURL: "graph.facebook.com"},
		"another scheme":         {Token: "t", BaseURL: "ftp://graph.facebook.com"},
		"a query":                {Token: "t", BaseURL: "https://graph.facebook.com/?a=b"},
		"a user":                 {Token: "t", BaseURL: "https://me:pw@graph.facebook.com"},
		"no version":             {Token: "t", Version: "25"},
		"a path for the version": {Token: "t", Version: "v25.0/../me"},
	} {
		if _, err := NewClient(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	c, err := NewClient(ClientOptions{Token: "t", BaseURL: "https://graph.example/base/", Version: "v26.0"})
	if err != nil || c.base != "https://graph.example/base/v26.0" {
		t.Errorf("client = %+v, %v", c, err)
	}
	if c.http.Timeout == 0 {
		t.Error("a client of its own has no time-out")
	}
}

// An id that would change the path is refused before anything is sent.
func TestIDsStayInTheirPath(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	c := graph(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	for _, id := range []string{"", "..", "1/2", "1?a=b", "1#", "%2e", "1 2", "é"} {
		if _, err := c.Send(t.Context(), id, hello); err == nil || Judge(err).Retry != RetryNever {
			t.Errorf("page %q: %v", id, err)
		}
		if _, err := c.Profile(t.Context(), id); err == nil {
			t.Errorf("contact %q: accepted", id)
		}
	}
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests", n)
	}
}
