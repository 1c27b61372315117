package main

import (
	"bytes"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// TestGuideNamesEveryField holds the guide to what is printed: no field is without its word there.
func TestGuideNamesEveryField(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/guide/json.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllSubmatch(guide, -1) {
		named[string(m[1])] = true
	}
	for _, shape := range []any{
		conversationJSON{},
		contactJSON{},
		lastMessageJSON{},
		messageJSON{},
		attachmentJSON{},
		quickReplyJSON{},
		buttonJSON{},
		elementJSON{},
		sendErrorJSON{},
		reactionJSON{},
		editJSON{},
		fileJSON{},
		fetchedJSON{},
		store.Detail{},
		visitorJSON{},
		waitingJSON{},
	} {
		of := reflect.TypeOf(shape)
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if !named[name] {
				t.Errorf("docs/guide/json.md does not name %s of %s", name, of.Name())
			}
		}
	}
}

func line(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	if err := newJSONLines(&out).Encode(v); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestConversationLine(t *testing.T) {
	t.Parallel()
	bare := store.Conversation{
		ID: "1:2", Inbox: "1", Contact: store.Contact{Kind: store.ContactPSID, ID: "2"}, Status: store.StatusPending,
	}
	full := bare
	full.Contact.Name, full.Unread, full.Unreplied, full.LastActivity = "Mara", 2, true, 1794819847902
	full.Touch = store.Touch{Origin: store.OriginAd, Source: "ADS", Ref: "a&b"}
	full.Origins, full.Refs = []store.Origin{"ad", "link"}, []string{"a&b"}
	full.WindowFrom, full.LastIncoming = 1794819847000, 1794819847000
	full.Labels = []string{"VIP"}
	full.LastMessage = store.LastMessage{Direction: store.In, Kind: store.KindMedia}
	visitor := full
	visitor.Contact.Kind = store.ContactVisitor
	inboxes := []desk.Inbox{{ID: "1", HumanAgent: true}}
	tests := map[string]struct {
		in   store.Conversation
		want string
	}{
		"bare": {bare, `{"id":"1:2","inbox":"1","contact":{"id":"2","kind":"psid"},"status":"pending","unread":0,"unreplied":false,"origin":"unknown"}`},
		"full": {full, `{"id":"1:2","inbox":"1","contact":{"id":"2","kind":"psid","name":"Mara"},"status":"pending","unread":2,"unreplied":true,` +
			`"origin":"ad","origin_source":"ADS","ref":"a&b","origins":["ad","link"],"refs":["a&b"],"last_activity":"2026-11-16T09:04:07.902Z",` +
			`"window_closes_at":"2026-11-17T09:04:07.000Z","human_agent_until":"2026-11-23T09:04:07.000Z","last_message":{"direction":"in"},"labels":["VIP"]}`},
		"a visitor has no window": {visitor, `{"id":"1:2","inbox":"1","contact":{"id":"2","kind":"visitor","name":"Mara"},"status":"pending","unread":2,"unreplied":true,` +
			`"origin":"ad","origin_source":"ADS","ref":"a&b","origins":["ad","link"],"refs":["a&b"],"last_activity":"2026-11-16T09:04:07.902Z","last_message":{"direction":"in"},"labels":["VIP"]}`},
	}
	for name, tt := range tests {
		if diff := cmp.Diff(tt.want+"\n", line(t, toConversationJSON(tt.in, inboxes))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMessageLine(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   store.Message
		want string
	}{
		"a tap": {
			store.Message{
				ID: "m_1", MID: "m_1", At: 1794819847902, Direction: store.In, Kind: store.KindPostback, Text: "Start", Payload: "GO",
				Touch: &store.Touch{Origin: store.OriginPlugin, Ref: "pricing"},
			},
			`{"id":"m_1","mid":"m_1","at":"2026-11-16T09:04:07.902Z","direction":"in","kind":"postback","text":"Start","payload":"GO","origin":"plugin","ref":"pricing"}`,
		},
		"a place": {
			store.Message{ID: "m_2", At: 1794819847000, Direction: store.In, Kind: store.KindMedia, Attachments: []store.Attachment{{Type: "location", Lat: 0, Long: 7.5}}},
			`{"id":"m_2","at":"2026-11-16T09:04:07.000Z","direction":"in","kind":"media","attachments":[{"type":"location","lat":0,"long":7.5}]}`,
		},
		"what was done to it": {
			store.Message{
				ID: "m_3", At: 1794819847000, Direction: store.In, Kind: store.KindOrder, Text: "two", ReplyTo: "m_2", Feedback: "Bad response",
				Details:   []store.Detail{{Name: "Tea", Value: "2"}},
				Edits:     []store.Edit{{Text: "one", At: 1794819848000}},
				Reactions: []store.Reaction{{Side: store.In, Emoji: "❤️", At: 1794819849000}},
			},
			`{"id":"m_3","at":"2026-11-16T09:04:07.000Z","direction":"in","kind":"order","text":"two","reply_to":"m_2",` +
				`"reactions":[{"direction":"in","emoji":"❤️"}],"details":[{"name":"Tea","value":"2"}],"edits":[{"text":"one","at":"2026-11-16T09:04:08.000Z"}],"feedback":"Bad response"}`,
		},
		"a note": {
			store.Message{ID: "log:8", At: 1794819847000, Direction: store.Note, Kind: store.KindNote, Text: "Asked twice", Agent: "ana"},
			`{"id":"log:8","at":"2026-11-16T09:04:07.000Z","direction":"note","kind":"note","text":"Asked twice","agent":"ana"}`,
		},
		"a file of ours": {
			store.Message{
				ID: "out:f", At: 1794819847000, Direction: store.Out, Kind: store.KindMedia, State: store.StateSent, Agent: "ana",
				Attachments:  []store.Attachment{{Type: "image", Title: "map.png"}},
				QuickReplies: []messenger.QuickReply{{ContentType: "user_email"}, {ContentType: "text", Title: "Yes", Payload: "Y", ImageURL: "https://lumen.example/y.png"}},
				File:         &store.File{Hash: "9f86", Name: "map.png", Type: "image/png", Size: 80},
			},
			`{"id":"out:f","at":"2026-11-16T09:04:07.000Z","direction":"out","kind":"media","attachments":[{"type":"image","title":"map.png"}],` +
				`"quick_replies":[{"content_type":"user_email"},{"title":"Yes","payload":"Y","image_url":"https://lumen.example/y.png"}],"state":"sent",` +
				`"agent":"ana","file":{"hash":"9f86","name":"map.png","type":"image/png","size":80}}`,
		},
		"files of theirs": {
			store.Message{
				ID: "m_5", At: 1794819847000, Direction: store.In, Kind: store.KindMedia, Attachments: []store.Attachment{{Type: "image"}, {Type: "file"}},
				Files: []store.Fetched{
					{At: 1794819848000, Media: store.Media{File: store.File{Hash: "9f86", Type: "image/png", Size: 80}, Width: 32, Height: 24}},
					{At: 1794819849000, Media: store.Media{Index: 1, Problem: "The platform has it no longer.", Gone: true}},
				},
			},
			`{"id":"m_5","at":"2026-11-16T09:04:07.000Z","direction":"in","kind":"media","attachments":[{"type":"image"},{"type":"file"}],` +
				`"files":[{"index":0,"at":"2026-11-16T09:04:08.000Z","hash":"9f86","type":"image/png","size":80,"width":32,"height":24},` +
				`{"index":1,"at":"2026-11-16T09:04:09.000Z","problem":"The platform has it no longer.","gone":true}]}`,
		},
		"a card that leads somewhere": {
			store.Message{
				ID: "out:c", At: 1794819847000, Direction: store.Out, Kind: store.KindTemplate, State: store.StateQueued,
				Elements: []messenger.Element{{Title: "Trail", DefaultAction: &messenger.Button{Type: "web_url", URL: "https://lumen.example/trail"}}},
			},
			`{"id":"out:c","at":"2026-11-16T09:04:07.000Z","direction":"out","kind":"template","elements":[{"title":"Trail","url":"https://lumen.example/trail"}],"state":"queued"}`,
		},
		"taken back": {
			store.Message{ID: "m_4", At: 1794819847000, Direction: store.In, Kind: store.KindText, Withdrawn: true},
			`{"id":"m_4","at":"2026-11-16T09:04:07.000Z","direction":"in","kind":"text","withdrawn":true}`,
		},
		"a failed reply": {
			store.Message{
				ID: "out:t", At: 1794819847000, Direction: store.Out, Kind: store.KindTemplate, Text: "<b>", State: store.StateFailed,
				QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "Yes", Payload: "Y"}},
				Buttons:      []messenger.Button{{Type: "web_url", Title: "Shop", URL: "https://lumen.example"}},
				Elements:     []messenger.Element{{Title: "Trail", Buttons: []messenger.Button{{Type: "postback", Title: "Buy", Payload: "B"}}}},
				Error:        &store.SendError{Code: 10, Subcode: 2018278, Text: "Too late.", Advice: "Wait."},
			},
			`{"id":"out:t","at":"2026-11-16T09:04:07.000Z","direction":"out","kind":"template","text":"<b>","quick_replies":[{"title":"Yes","payload":"Y"}],` +
				`"buttons":[{"type":"web_url","title":"Shop","url":"https://lumen.example"}],"elements":[{"title":"Trail","buttons":[{"type":"postback","title":"Buy","payload":"B"}]}],` +
				`"state":"failed","error":{"code":10,"subcode":2018278,"text":"Too late.","advice":"Wait."}}`,
		},
		"an activity": {
			store.Message{ID: "log:9", At: 1794819847000, Direction: store.Activity, Kind: store.KindResolved, Agent: "ana"},
			`{"id":"log:9","at":"2026-11-16T09:04:07.000Z","direction":"activity","kind":"resolved","text":"ana resolved this","agent":"ana"}`,
		},
	}
	for name, tt := range tests {
		if diff := cmp.Diff(tt.want+"\n", line(t, toMessageJSON(tt.in))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
