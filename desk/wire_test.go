package desk_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// TestWhatIsAskedBesideWords compares the requests of the real client, byte by byte, with what the platform prescribes
// (ref. 3.2, 3.6, 3.8, 6.4).
func TestWhatIsAskedBesideWords(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/") // without the version
		asked <- r.Method + " " + path + " " + string(body)
		switch {
		case strings.HasSuffix(path, "_thread_control"):
			fmt.Fprint(w, `{"success":true}`)
		case strings.Contains(string(body), "sender_action"):
			fmt.Fprintf(w, `{"recipient_id":%q}`, maya)
		default:
			fmt.Fprintf(w, `{"recipient_id":%q,"message_id":"m_sent"}`, maya)
		}
	}))
	t.Cleanup(server.Close)
	files := &carrier{}
	w := open(t, t.TempDir(), config{sender: graphClient(t, server.URL), adjust: withFiles(files)})
	id := w.writes(pageID, psid(maya), "hello", time.Minute)
	mid := "m_in_" + maya + "hello"
	next := func(want string) {
		t.Helper()
		select {
		case got := <-asked:
			if got != want {
				t.Errorf("asked\n%s\nwant\n%s", got, want)
			}
		case <-time.After(deadline):
			t.Fatalf("nobody asked %s", want)
		}
	}
	who := fmt.Sprintf(`"recipient":{"id":%q}`, maya)
	messages := "POST " + string(pageID) + "/messages "

	if err := w.desk.Typing(t.Context(), id, true); err != nil {
		t.Fatal(err)
	}
	next(messages + `{` + who + `,"sender_action":"typing_on"}`)
	if err := w.desk.Typing(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	next(messages + `{` + who + `,"sender_action":"typing_off"}`)
	w.do(store.Act{Conversation: id, Verb: store.VerbRead})
	next(messages + `{` + who + `,"sender_action":"mark_seen"}`)
	for _, emoji := range []string{"❤", ""} {
		if err := w.desk.React(t.Context(), id, agent, store.MessageID(mid), emoji); err != nil {
			t.Fatal(err)
		}
	}
	next(messages + `{` + who + `,"sender_action":"react","payload":{"message_id":"` + mid + `","reaction":"❤"}}`)
	next(messages + `{` + who + `,"sender_action":"unreact","payload":{"message_id":"` + mid + `"}}`)

	for _, r := range []desk.ControlRequest{{Verb: desk.ControlPass, To: messenger.PageInboxApp}, {Verb: desk.ControlTake}, {Verb: desk.ControlRelease}} {
		r.Conversation, r.Agent = id, agent
		if err := w.desk.Control(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	next("POST " + string(pageID) + `/pass_thread_control {` + who + `,"target_app_id":"263902037430900"}`)
	next("POST " + string(pageID) + `/take_thread_control {` + who + `}`)
	next("POST " + string(pageID) + `/release_thread_control {` + who + `}`)

	quote, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, ReplyTo: store.MessageID(mid), Message: messenger.OutMessage{Text: "Yes."}})
	if err != nil {
		t.Fatal(err)
	}
	next(messages + `{` + who + `,"messaging_type":"RESPONSE","message":{"text":"Yes.","metadata":"` + string(quote.Token) + `"},"reply_to":{"mid":"` + mid + `"}}`)
	sent := w.sendsPicture(id)
	next(messages + `{` + who + `,"messaging_type":"RESPONSE","message":{"attachment":{"type":"image","payload":{"attachment_id":"174551"}},"metadata":"` + string(sent.Token) + `"}}`)
	w.untilState(sent, store.StateSent)
	if trail := w.trail(id, quote.ID); !slices.ContainsFunc(trail.Steps, func(s desk.Step) bool {
		return string(s.Body) == `{"status":200,"answer":{"recipient_id":"`+maya+`","message_id":"m_sent"}}`
	}) {
		t.Errorf("the answer is not in the evidence: %+v", trail.Steps)
	}
}
