package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"frontdesk/desk"
	"frontdesk/internal/control"
	"frontdesk/messenger"
	"frontdesk/store"
)

// TestLogFileKeepsQuiet has everything happen in a house that logs all it can, and then looks for what must not stand in
// the log file: what anybody said, names, tokens and secrets.
func TestLogFileKeepsQuiet(t *testing.T) {
	t.Parallel()
	h, s := stageHouse(t, "FRONTDESK_LOG_LEVEL=debug", watchedToo)
	client, err := control.Dial(t.Context(), socketPath(s))
	if err != nil {
		t.Fatal(err)
	}
	customersSpeak(t, h)
	agentsAnswer(t, h, client)
	visitorSpeaks(t, h, client)
	strangersTry(t, h)
	scrape(t, h)
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}

	logged, err := os.ReadFile(s.LogFile)
	if err != nil {
		t.Fatal(err)
	}
	text := string(logged)
	for _, want := range []string{
		"msg=listening", "level=DEBUG msg=\"webhook answered\"", "outcome=bad_signature", "msg=\"views moved\"", "msg=request",
		"class=message_never", "class=conversation_unclear", "msg=reply", "outcome=failed", "conversation=" + stagePage + ":" + stagePSID,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing in the log file says %s", want)
		}
	}
	for line := range strings.Lines(text) {
		if strings.Contains(strings.ToLower(line), mark) {
			t.Errorf("the log file holds what it must not: %s", line)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// customersSpeak posts what a customer of a Page may do, well and badly formed.
func customersSpeak(t *testing.T, h *house) {
	t.Helper()
	for _, fields := range []string{
		`"message":{"mid":"m_1","text":"marked words","nlp":{"marked":1}}`,
		`"message":{"mid":"m_2","text":"marked words","quick_reply":{"payload":"marked"}}`,
		`"message":{"mid":"m_3","attachments":[{"type":"image","payload":{"url":"https://cdn.example/marked?token=marked"}}]}`,
		`"message":{"mid":"m_4","is_echo":true,"app_id":1,"metadata":"marked","text":"marked"}`,
		`"message":{"mid":17,"text":{"marked":"marked"}}`,
		`"message_edit":{"mid":"m_1","text":"marked anew","num_edit":1}`,
		`"reaction":{"mid":"m_1","action":"react","emoji":"marked"}`,
		`"postback":{"mid":"m_5","title":"marked","payload":"marked","referral":{"ref":"marked","source":"SHORTLINK","type":"OPEN_THREAD"}}`,
		`"referral":{"ref":"marked","source":"CUSTOMER_CHAT_PLUGIN","referer_uri":"https://lumen.example/marked"}`,
		`"optin":{"ref":"marked","user_ref":"marked"}`,
		`"pass_thread_control":{"new_owner_app_id":"1","metadata":"marked"}`,
		`"message_mystery":{"marked":"marked"}`,
	} {
		h.post(t, markedSecret, pageEvent(fields), http.StatusOK)
	}
	h.post(t, markedSecret, `{"object":"page","entry":[{"id":"109872000000999","messaging":[{"marked":"marked"}]}]}`, http.StatusOK)
	h.post(t, markedSecret, `{"object":"marked"}`, http.StatusOK)
	h.post(t, markedSecret, `{"marked`, http.StatusBadRequest)
	h.caughtUp(t)
}

// agentsAnswer writes what is sent, refused, broken off and not allowed at all, by the socket, and keeps a draft.
func agentsAnswer(t *testing.T, h *house, d desk.Contract) {
	t.Helper()
	id := store.ConversationID(stagePage + ":" + stagePSID)
	h.says(t, d, id, "marked answer", store.StateSent)
	h.says(t, d, id, "refuse marked", store.StateFailed)
	h.says(t, d, id, "break marked", store.StateUnknown)
	if _, err := d.Reply(t.Context(), desk.Reply{Conversation: id, Agent: markedAgent, Message: messenger.OutMessage{
		Text: "marked", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: strings.Repeat("marked", 9), Payload: "marked"}},
	}}); err == nil {
		t.Error("a title that is too long was taken")
	}
	if _, err := d.Reply(t.Context(), desk.Reply{Conversation: "marked:marked", Agent: markedAgent, Message: messenger.OutMessage{Text: "marked"}}); err == nil {
		t.Error("a reply to nobody was taken")
	}
	if err := d.SaveDraft(t.Context(), id, markedAgent, desk.Draft{Text: "marked draft", Note: "marked note"}); err != nil {
		t.Error(err)
	}
	for _, act := range []store.Act{
		{Verb: store.VerbAssign, Assignee: markedAgent}, {Verb: store.VerbResolve}, {Verb: store.VerbReopen}, {Verb: "marked"},
	} {
		act.Agent, act.Conversation = markedAgent, id
		if _, err := d.Do(t.Context(), act); (err != nil) != (act.Verb == "marked") {
			t.Errorf("%s: %v", act.Verb, err)
		}
	}
}

// visitorSpeaks opens the chat plugin, writes and is answered, and tries what is refused.
func visitorSpeaks(t *testing.T, h *house, d desk.Contract) {
	t.Helper()
	state, err := d.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, err := newSiteVisitor(t.Context(), state, visitorFlags{name: markedCustomer, ref: "marked", page: "https://lumen.example/marked"})
	if err != nil {
		t.Fatal(err)
	}
	mid, err := v.say(t.Context(), "marked question")
	if err != nil {
		t.Fatal(err)
	}
	if err := arrived(t.Context(), d, v.conversation(), mid); err != nil {
		t.Fatal(err)
	}
	h.says(t, d, v.conversation(), "marked answer", store.StateSent, store.StateDelivered, store.StateRead)
	v.token = "marked-visitor-token"
	if _, err := v.say(t.Context(), "marked by a stranger"); err == nil {
		t.Error("a stranger spoke as a visitor")
	}
}

// strangersTry knocks with wrong secrets and odd paths.
func strangersTry(t *testing.T, h *house) {
	t.Helper()
	h.post(t, "marked other secret", pageEvent(`"message":{"mid":"m_9","text":"marked"}`), http.StatusUnauthorized)
	h.post(t, markedPlugin, pageEvent(`"message":{"mid":"m_9","text":"marked"}`), http.StatusForbidden)
	for _, path := range []string{
		"/webhook?hub.mode=subscribe&hub.verify_token=marked&hub.challenge=marked", "/v25.0/me?access_token=marked",
		"/marked/messages?access_token=" + markedSite, "/plugin/marked",
	} {
		if status, _ := get(t, h.base+path); status == http.StatusOK {
			t.Errorf("%s was answered %d", path, status)
		}
	}
	body, err := json.Marshal(map[string]any{"recipient": map[string]string{"id": "marked"}, "message": map[string]string{"text": "marked"}})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(h.base+"/"+h.site.id+"/messages?access_token="+markedSite, "application/json", strings.NewReader(string(body))) //nolint:noctx // a test's own loopback address
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode == http.StatusOK {
		t.Error("a message to nobody was taken")
	}
}
