package desk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store"
)

// webhook keeps a raw body with the given events of the page's, as the platform posts them.
func (w *world) webhook(events ...string) store.Seq {
	w.t.Helper()
	body := fmt.Sprintf(`{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[%s]}]}`, pageID, time.Now().UnixMilli(), strings.Join(events, ","))
	seq, err := w.log.Append(w.t.Context(), store.Record{Kind: store.RecordWebhook, At: store.MillisOf(time.Now()), Body: []byte(body)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.caughtUp()
	return seq
}

// from is an event of a contact.
func from(contact string, at time.Time, what string) string {
	return fmt.Sprintf(`{"sender":{"id":%q},"recipient":{"id":%q},"timestamp":%d,%s}`, contact, pageID, at.UnixMilli(), what)
}

// to is an event of the page.
func to(contact string, at time.Time, what string) string {
	return fmt.Sprintf(`{"sender":{"id":%q},"recipient":{"id":%q},"timestamp":%d,%s}`, pageID, contact, at.UnixMilli(), what)
}

func (w *world) trail(conversation store.ConversationID, id store.MessageID) desk.Trail {
	w.t.Helper()
	t, err := w.desk.Trail(w.t.Context(), conversation, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

// wantSteps compares a trail with "what: a part of the sentence" for each step.
func wantSteps(t *testing.T, got desk.Trail, want ...string) {
	t.Helper()
	for i, s := range got.Steps {
		if s.At.IsZero() || s.Seq == 0 || s.Who == "" || !strings.HasSuffix(s.Sentence, ".") {
			t.Errorf("step %d is not told in full: %+v", i, s)
		}
		if i >= len(want) {
			t.Errorf("step %d besides: %s: %s", i, s.What, s.Sentence)
			continue
		}
		what, part, _ := strings.Cut(want[i], ": ")
		if s.What != what || !strings.Contains(s.Sentence, part) {
			t.Errorf("step %d is %s: %s\nwant %s", i, s.What, s.Sentence, want[i])
		}
	}
	for _, missing := range want[min(len(got.Steps), len(want)):] {
		t.Errorf("no step %s", missing)
	}
}

func TestTrailOfAReply(t *testing.T) {
	t.Parallel()
	g := newGraph(t, func(w http.ResponseWriter, n int, r messenger.SendRequest) {
		if n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"error":{"message":"(#2) busy TOKEN","type":"OAuthException","code":2,"fbtrace_id":"Atrace1"}}`)
			return
		}
		fmt.Fprintf(w, `{"recipient_id":%q,"message_id":"m_sent"}`, r.Recipient.ID)
	})
	w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL), translate: ingest.Translate})
	began := time.Now()
	w.webhook(from(maya, began, `"message":{"mid":"m_asked","text":"Do you ship to Norway?"}`))
	id := conv(pageID, psid(maya))
	m, err := w.desk.Reply(t.Context(), desk.Reply{
		Conversation: id, Agent: agent, ReplyTo: "m_asked", Message: messenger.OutMessage{
			Text: "Yes <&> gladly.", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "Prices", Payload: "P"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.untilState(m, store.StateSent)
	sent := time.Now()
	w.webhook( // neighbours that are nobody's business here
		from(noor, sent, `"message":{"mid":"m_secret","text":"My card number is 4111"}`),
		to(maya, sent, fmt.Sprintf(`"message":{"mid":"m_sent","is_echo":true,"app_id":12,"metadata":%q,"text":"Yes <&> gladly."}`, m.Token)),
		from(maya, sent, `"message":{"mid":"m_other","text":"Something else"}`),
	)
	w.webhook(from(maya, sent, `"delivery":{"mids":["m_sent"],"watermark":`+fmt.Sprint(sent.UnixMilli()+1)+`}`))
	w.webhook(from(maya, sent, `"read":{"watermark":`+fmt.Sprint(sent.UnixMilli()+1)+`}`))
	w.webhook(from(maya, sent, `"reaction":{"mid":"m_sent","action":"react","reaction":"love","emoji":"❤"}`))
	w.untilState(m, store.StateRead)

	trail := w.trail(id, m.ID)
	wantSteps(t, trail,
		"reply: ana wrote this reply. It quotes the message m_asked.",
		"attempt: Request 1 was sent: POST /"+string(pageID)+"/messages",
		"result: was to be tried again after",
		"attempt: Request 2 was sent",
		"result: The platform took it and named it m_sent. HTTP 200",
		"webhook: Its echo came: the message is in the conversation. Received in a webhook, which was answered with HTTP 200.",
		"receipt: It was delivered",
		"receipt: had read all that was sent until",
		"webhook: put ❤ on it",
	)
	if got := trail.Steps[2]; !strings.Contains(got.Sentence, "Code 2.") || !strings.Contains(got.Sentence, "trace Atrace1") ||
		string(got.Body) != `{"status":503,"trace":"Atrace1","answer":{"error":{"message":"(#2) busy [token]","type":"OAuthException","code":2,"fbtrace_id":"Atrace1"}}}` {
		t.Errorf("the refusal is told as %s, with %s", got.Sentence, got.Body)
	}
	for _, i := range []int{1, 3} {
		if got := string(trail.Steps[i].Body); got != g.raw(i/2) {
			t.Errorf("request shown as\n%s\nsent as\n%s", got, g.raw(i/2))
		}
	}
	whole, err := trail.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range []string{"4111", "Something else", "m_secret", "TOKEN", noor} {
		if strings.Contains(string(whole), leak) {
			t.Errorf("the evidence shows %q", leak)
		}
	}
	var read struct {
		ID    store.MessageID `json:"id"`
		State string          `json:"state"`
		Steps []struct {
			Seq  store.Seq       `json:"seq"`
			At   time.Time       `json:"at"`
			What string          `json:"what"`
			Who  string          `json:"who"`
			Body json.RawMessage `json:"body"`
		} `json:"steps"`
	}
	if err := json.Unmarshal(whole, &read); err != nil || read.ID != m.ID || read.State != "read" || len(read.Steps) != len(trail.Steps) || read.Steps[0].Who != agent {
		t.Errorf("exported as %s, %v", whole, err)
	}
}

// TestTrailOfAMessage follows what a customer wrote, changed and took back.
func TestTrailOfAMessage(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true, sender: newSigning(nil), translate: ingest.Translate})
	at := time.Now()
	id := conv(pageID, psid(maya))
	w.webhook(
		from(noor, at, `"message":{"mid":"m_hers","text":"Not yours"}`),
		from(maya, at, `"message":{"mid":"m_his","text":"I hate it"}`),
	)
	w.webhook(from(maya, at.Add(time.Second), `"message_edit":{"mid":"m_his","text":"I like it","num_edit":1}`))
	if err := w.desk.React(t.Context(), id, agent, "m_his", "👍"); err != nil {
		t.Fatal(err)
	}
	w.append(store.Media{Conversation: id, Message: "m_his", File: store.File{Type: "image/png", Size: 10}})
	trail := w.trail(id, "m_his")
	wantSteps(t, trail,
		"webhook: wrote it",
		"webhook: changed its words (edit 1)",
		"act: ana put 👍 on it",
		"media: Attachment 1 was fetched: image/png, 10 bytes.",
	)
	if got := string(trail.Steps[0].Body); strings.Contains(got, "Not yours") || got != from(maya, at, `"message":{"mid":"m_his","text":"I hate it"}`) {
		t.Errorf("the event is shown as %s", got)
	}

	// The words go at once, though nobody has taken them out of the log yet.
	w.webhook(from(maya, at.Add(2*time.Second), `"message":{"mid":"m_his","is_deleted":true}`))
	trail = w.trail(id, "m_his")
	if !trail.Message.Withdrawn || len(trail.Steps) < 3 {
		t.Fatalf("trail %+v", trail)
	}
	whole, err := json.Marshal(trail)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"I hate it", "I like it"} {
		if strings.Contains(string(whole), words) {
			t.Errorf("withdrawn words are in the evidence: %s", whole)
		}
	}
	if last := trail.Steps[len(trail.Steps)-1]; !strings.Contains(last.Sentence, "took the message back") {
		t.Errorf("the last step is %+v", last)
	}
}

// TestTrailsOfOtherLines asks for what is behind lines that are no messages, or have no mid.
func TestTrailsOfOtherLines(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true, sender: &platform{}, translate: ingest.Translate})
	at := time.Now()
	id := conv(pageID, psid(maya))
	w.webhook(from(maya, at, `"message":{"mid":"m_1","text":"Hello"}`))
	w.webhook(
		from(maya, at.Add(time.Second), `"referral":{"ref":"pricing","source":"CUSTOMER_CHAT_PLUGIN","type":"OPEN_THREAD"}`),
		from(maya, at.Add(2*time.Second), `"referral":{"ref":"checkout","source":"SHORTLINK","type":"OPEN_THREAD"}`),
		from(maya, at.Add(3*time.Second), `"optin":{"type":"notification_messages","notification_messages_token":"998877","title":"News"}`),
		from(maya, at.Add(4*time.Second), `"account_linking":{"status":"linked","authorization_code":"99\"8877"}`),
	)
	undo := w.do(store.Act{Conversation: id, Verb: store.VerbNote, Text: "Ask Bo"})
	w.do(store.Act{Conversation: id, Verb: store.VerbResolve})
	page, err := w.desk.Thread(t.Context(), store.ThreadRequest{Conversation: id, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range page.Messages {
		trail := w.trail(id, m.ID)
		body := ""
		if len(trail.Steps) == 1 {
			body = string(trail.Steps[0].Body)
		}
		switch {
		case m.ID == undo.Message:
			wantSteps(t, trail, "act: ana wrote this note")
		case m.Kind == store.KindResolved:
			wantSteps(t, trail, "act: ana resolved")
		case m.Kind == store.KindOptin:
			wantSteps(t, trail, "webhook: asked for messages: about “News”")
			if !strings.Contains(body, "[secret]") || strings.Contains(body, "998877") {
				t.Errorf("the token is shown: %s", body)
			}
		case m.Kind == store.KindLinked:
			wantSteps(t, trail, "webhook: linked an account")
			if !strings.Contains(body, "[secret]") || strings.Contains(body, "8877") {
				t.Errorf("the code is shown: %s", body)
			}
		case m.Kind == store.KindReferral && m.Touch.Ref == "pricing":
			wantSteps(t, trail, "webhook: came in by chat plugin")
			if !strings.Contains(body, "pricing") || strings.Contains(body, "checkout") {
				t.Errorf("the arrival is shown as %s", body)
			}
		case m.Kind == store.KindReferral:
			wantSteps(t, trail, "webhook: came in by m.me link")
		case m.ID == "m_1":
			wantSteps(t, trail, "webhook: wrote it")
		default:
			t.Errorf("a line %+v", m)
		}
	}
	if len(page.Messages) != 7 {
		t.Errorf("%d lines, want 7", len(page.Messages))
	}
	if _, err := w.desk.Trail(t.Context(), id, "m_none"); err == nil {
		t.Error("nothing has a trail")
	}
}

// TestTrailOfEventsWithoutAnID tells events of one moment and one body apart by what they are, and finds the contact under
// another id.
func TestTrailOfEventsWithoutAnID(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true, translate: ingest.Translate})
	at := time.Now()
	ref := fmt.Sprintf(`{"sender":{"user_ref":"6150000000000501"},"recipient":{"id":%q},"timestamp":%d,`, pageID, at.UnixMilli())
	w.webhook(
		ref+`"postback":{"title":"Get Started","payload":"GET_STARTED","referral":{"ref":"pricing","source":"CUSTOMER_CHAT_PLUGIN","type":"OPEN_THREAD"}}}`,
		ref+`"referral":{"ref":"checkout","source":"CUSTOMER_CHAT_PLUGIN","type":"OPEN_THREAD"}}`,
		from(noor, at, `"postback":{"title":"Prices","payload":"NOT_YOURS"}`),
	)
	w.webhook(fmt.Sprintf(`{"sender":{"id":%q,"user_ref":"6150000000000501"},"recipient":{"id":%q},"timestamp":%d,"message":{"mid":"m_now","text":"Hello"}}`,
		maya, pageID, at.UnixMilli()+5))
	id := conv(pageID, psid(maya))
	page, err := w.desk.Thread(t.Context(), store.ThreadRequest{Conversation: id, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Messages) != 3 {
		t.Fatalf("lines %+v", page.Messages)
	}
	for _, m := range page.Messages {
		trail := w.trail(id, m.ID)
		if len(trail.Steps) != 1 {
			t.Fatalf("%s %s has the trail %+v", m.Kind, m.ID, trail.Steps)
		}
		want := map[store.MessageKind]string{store.KindPostback: "GET_STARTED", store.KindReferral: `"checkout"`, store.KindText: "Hello"}[m.Kind]
		if body := string(trail.Steps[0].Body); !strings.Contains(body, want) || strings.Contains(body, "NOT_YOURS") {
			t.Errorf("%s is shown as %s", m.Kind, body)
		}
	}
}

// TestTrailOfWhatAnAgentSettled shows who decided what about a reply of which nobody knew.
func TestTrailOfWhatAnAgentSettled(t *testing.T) {
	t.Parallel()
	g := newGated()
	w := open(t, t.TempDir(), config{sender: g})
	id := w.writes(pageID, psid(maya), "hello", 0)
	m := w.reply(id, "one")
	<-g.reached
	g.verdict <- errUnclear
	w.untilState(m, store.StateUnknown)
	w.do(store.Act{Conversation: id, Verb: store.VerbSendAgain, Message: m.ID})
	w.untilState(m, store.StateSent)
	wantSteps(t, w.trail(id, m.ID),
		"reply: ana wrote this reply",
		"attempt: Request 1",
		"result: Nobody knew whether it arrived",
		"act: ana had it sent again",
		"attempt: Request 2",
		"result: The platform took it",
	)
}
