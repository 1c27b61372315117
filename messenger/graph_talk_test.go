package messenger

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// talked is a conversation as the platform shows it: one of each kind of message, and one of which only the id is told.
const talked = `{"data":[{"id":"t_10",
"participants":{"data":[{"name":"Maya Okafor","email":"7412000000000101@facebook.com","id":"7412000000000101"},{"name":"Harbour Lane Books","id":"109872000000101"}]},
"messages":{"data":[
 {"id":"m_1","created_time":"2026-11-21T16:42:10+0000","from":{"name":"Harbour Lane Books","id":"109872000000101"},"message":"Yes, four copies left."},
 {"id":"m_2","created_time":"2026-11-21T17:42:09+0100","from":{"id":"109872000000101"},"message":"","attachments":{"data":[{"id":"1","mime_type":"image/png","image_data":{"url":"https://cdn.example/1"}},{"video_data":{}},{"file_url":"https://cdn.example/2"}]}},
 {"id":"m_3","created_time":"2026-11-21T16:40:02+0000","from":{"id":"7412000000000101"},"message":"","attachments":{"data":[{"generic_template":{"title":"The Salt Ledger","cta":{"title":"Buy"}}}]}},
 {"id":"m_4"}],
 "paging":{"cursors":{"after":"A"},"next":"https://graph.example/v25.0/t_10/messages?access_token=SECRET"}}}]}`

func TestTalk(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	c := graph(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.Method != http.MethodGet || r.URL.Path != "/v25.0/"+testPage+"/conversations" || q.Get("user_id") != testPerson ||
			q.Get("platform") != "messenger" || !strings.Contains(q.Get("fields"), "messages.limit(25){id,created_time,from,message,attachments}") {
			t.Errorf("asked for %s %s", r.Method, r.URL.Path)
		}
		w.Header().Set("Date", "Sat, 21 Nov 2026 16:45:00 GMT")
		answer(200, []byte(talked))(w, r)
	})
	got, err := c.Talk(t.Context(), testPage, testPerson)
	if err != nil {
		t.Fatal(err)
	}
	want := Talk{
		Known: true, More: true, Now: at("2026-11-21T16:45:00Z"),
		Messages: []Spoken{
			{MID: "m_1", At: at("2026-11-21T16:42:10Z"), From: testPage, Text: "Yes, four copies left."},
			{MID: "m_2", At: at("2026-11-21T16:42:09Z"), From: testPage, Parts: []SpokenPart{{Type: TypeImage}, {Type: TypeVideo}, {Type: TypeFile}}},
			{MID: "m_3", At: at("2026-11-21T16:40:02Z"), From: testPerson, Parts: []SpokenPart{{Type: "template", Title: "The Salt Ledger"}}},
			{MID: "m_4"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("talk (-want +got):\n%s", diff)
	}
}

// TestTalkOfNobody has the platform show nothing, or what is not this conversation: neither says that nothing was said.
func TestTalkOfNobody(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no conversation":      `{"data":[]}`,
		"without messages":     `{"data":[{"id":"t_10","participants":{"data":[{"id":"7412000000000101"}]}}]}`,
		"messages of no shape": `{"data":[{"participants":{"data":[{"id":"7412000000000101"}]},"messages":null}]}`,
		"somebody else's":      strings.ReplaceAll(talked, `"id":"7412000000000101"`, `"id":"7412000000000999"`),
		"nobody is named":      `{"data":[{"messages":{"data":[]}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := graph(t, answer(200, []byte(body))).Talk(t.Context(), testPage, testPerson)
			if err != nil || got.Known {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestTalkFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   APIError
	}{
		"refused":     {403, string(ErrorBody(200, 0, "no")), APIError{HTTPStatus: 403, Code: 200}},
		"an outage":   {502, "<html>", APIError{HTTPStatus: 502}},
		"no JSON":     {200, "<html>", APIError{HTTPStatus: 200}},
		"no list":     {200, `{"success":true}`, APIError{HTTPStatus: 200}},
		"half a list": {200, talked[:len(talked)/2], APIError{HTTPStatus: 200}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := graph(t, answer(c.status, []byte(c.body))).Talk(t.Context(), testPage, testPerson)
			var api *APIError
			if !errors.As(err, &api) || api.HTTPStatus != c.want.HTTPStatus || api.Code != c.want.Code {
				t.Errorf("%v, want %v", err, &c.want)
			}
		})
	}
	c := graph(t, func(http.ResponseWriter, *http.Request) { t.Error("a strange id was asked for") })
	for _, ids := range [][2]string{{"me/../x", testPerson}, {testPage, "1?fields=x"}} {
		var limit *LimitError
		if _, err := c.Talk(t.Context(), ids[0], ids[1]); !errors.As(err, &limit) {
			t.Errorf("%q: %v", ids, err)
		}
	}
}
