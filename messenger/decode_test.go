package messenger

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parseEvent parses event as the only one of an envelope, between two healthy neighbours which must survive it.
func parseEvent(t *testing.T, event string) Event {
	t.Helper()
	const neighbour = `{"sender":{"id":"1"},"message":{"mid":"m_n","text":"still here"}}`
	body := `{"object":"page","entry":[{"id":"A","time":1794819641804,"messaging":[` +
		neighbour + "," + event + "," + neighbour + `]},{"id":"B","messaging":[` + neighbour + `]}]}`
	env, err := ParseEnvelope([]byte(body))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	if len(env.Entries) != 2 || len(env.Entries[0].Events) != 3 || len(env.Entries[1].Events) != 1 {
		t.Fatalf("an event took others with it: %+v", env)
	}
	for _, n := range []Event{env.Entries[0].Events[0], env.Entries[0].Events[2], env.Entries[1].Events[0]} {
		if n.Kind != KindMessage || n.Message.Text != "still here" {
			t.Fatalf("an event changed its neighbour: %+v", n)
		}
	}
	ev := env.Entries[0].Events[1]
	if string(ev.Raw) != event {
		t.Errorf("Raw = %s, want %s", ev.Raw, event)
	}
	return ev
}

func TestParseEnvelopeKind(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		event string
		kind  Kind
		key   string
	}{
		"message":                     {`{"message":{}}`, KindMessage, "message"},
		"echo":                        {`{"message":{"is_echo":true}}`, KindEcho, "message"},
		"echo as text":                {`{"message":{"is_echo":"true"}}`, KindEcho, "message"},
		"echo false as text":          {`{"message":{"is_echo":"false"}}`, KindMessage, "message"},
		"message before postback":     {`{"postback":{},"message":{}}`, KindMessage, "message"},
		"postback before referral":    {`{"referral":{},"postback":{}}`, KindPostback, "postback"},
		"delivery":                    {`{"delivery":{}}`, KindDelivery, "delivery"},
		"read":                        {`{"read":{}}`, KindRead, "read"},
		"referral before optin":       {`{"optin":{},"referral":{}}`, KindReferral, "referral"},
		"optin":                       {`{"optin":{}}`, KindOptin, "optin"},
		"reaction":                    {`{"hologram":{},"reaction":{}}`, KindReaction, "reaction"},
		"edit":                        {`{"message_edit":{}}`, KindEdit, "message_edit"},
		"control passed":              {`{"pass_thread_control":{}}`, KindPass, "pass_thread_control"},
		"control taken":               {`{"take_thread_control":{}}`, KindTake, "take_thread_control"},
		"control asked for":           {`{"request_thread_control":{}}`, KindRequest, "request_thread_control"},
		"roles of apps":               {`{"app_roles":{}}`, KindAppRoles, "app_roles"},
		"policy":                      {`{"policy_enforcement":{}}`, KindPolicy, "policy_enforcement"},
		"policy, old key":             {`{"policy-enforcement":{}}`, KindPolicy, "policy-enforcement"},
		"account linking":             {`{"account_linking":{}}`, KindLinking, "account_linking"},
		"survey":                      {`{"messaging_feedback":{}}`, KindSurvey, "messaging_feedback"},
		"feedback on a message":       {`{"response_feedback":{}}`, KindFeedback, "response_feedback"},
		"order":                       {`{"order":{}}`, KindOrder, "order"},
		"coupon":                      {`{"template":{}}`, KindCoupon, "template"},
		"customer information":        {`{"messaging_customer_information":{}}`, KindCustomer, "messaging_customer_information"},
		"lead form":                   {`{"form":{}}`, KindForm, "form"},
		"retired: payment":            {`{"payment":{}}`, KindUnknown, "payment"},
		"retired: game_play":          {`{"game_play":{}}`, KindUnknown, "game_play"},
		"a wrong type of a rare kind": {`{"order":[{}]}`, KindUnknown, "order"},
		"roles of a wrong type":       {`{"app_roles":["a"]}`, KindUnknown, "app_roles"},
		"first unknown key":           {`{"sender":{},"hop_context":[],"zeta":{},"alpha":{}}`, KindUnknown, "zeta"},
		"nothing but parties":         {`{"sender":{"id":"1"},"recipient":{"id":"2"}}`, KindUnknown, ""},
		"message of a wrong type":     {`{"message":"hello"}`, KindUnknown, "message"},
		"null message, then a key":    {`{"message":null,"postback":{}}`, KindPostback, "postback"},
		"keys differ by case":         {`{"Message":{},"postback":{}}`, KindPostback, "postback"},
		"an empty object":             {`{}`, KindUnknown, ""},
		"no object: text":             {`"hello"`, KindUnknown, ""},
		"no object: null":             {`null`, KindUnknown, ""},
		"no object: a list of lists":  {`[[{"message":{}}]]`, KindUnknown, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ev := parseEvent(t, c.event)
			if ev.Kind != c.kind || ev.Key != c.key {
				t.Errorf("kind, key = %q, %q; want %q, %q", ev.Kind, ev.Key, c.kind, c.key)
			}
		})
	}
}

func TestParseEnvelopeFields(t *testing.T) {
	t.Parallel()
	payload := "X"
	cases := map[string]struct {
		event string
		want  Event // without Raw
	}{
		"ids as numbers beyond 53 bits": {
			`{"sender":{"id":9223372036854775807,"user_ref":7412000000000000101},"recipient":{"id":109872000000101},"read":{"watermark":1794819641804}}`,
			Event{
				Kind: KindRead, Key: "read", Sender: Party{ID: "9223372036854775807", UserRef: "7412000000000000101"},
				Recipient: Party{ID: "109872000000101"}, Read: &Read{Watermark: 1794819641804},
			},
		},
		"a number beyond 64 bits": {
			`{"sender":{"id":123456789012345678901234567890},"timestamp":1e400,"read":{"watermark":99999999999999999999}}`,
			Event{Kind: KindRead, Key: "read", Sender: Party{ID: "123456789012345678901234567890"}, Read: &Read{}},
		},
		"every field of a wrong type": {
			`{"sender":[],"recipient":7,"timestamp":{},"source":1,"prior_message":[],"optin":0,"referral":"x","delivery":3,` +
				`"read":true,"postback":[1],"message":{"mid":{},"text":7,"quick_reply":"q","reply_to":[],"attachments":{},` +
				`"referral":1,"tags":"t","is_echo":[],"app_id":{},"metadata":9,"is_deleted":null,"is_unsupported":{}}}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{}},
		},
		"one field of a wrong type": {
			`{"sender":{"id":"1"},"timestamp":1794819641804,"message":{"mid":"m_1","text":["no"],"is_deleted":1,"tags":[{"source":5},7,{"source":"t"}]}}`,
			Event{
				Kind: KindMessage, Key: "message", Sender: Party{ID: "1"}, Timestamp: 1794819641804,
				Message: &Message{MID: "m_1", IsDeleted: true, Tags: []string{"t"}},
			},
		},
		"duplicate names: the last counts": {
			`{"message":{"mid":"m_1","text":"a","attachments":[{"type":"image"}]},"message":{"mid":"m_2","text":"b","text":"c"}}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{MID: "m_2", Text: "c"}},
		},
		"side keys beside a message": {
			`{"message":{"mid":"m_1"},"referral":{"ref":"r","source":"ADS","ad_id":6},"prior_message":{"source":"checkbox_plugin","identifier":77},"optin":{"ref":"o","user_ref":5}}`,
			Event{
				Kind: KindMessage, Key: "message", Message: &Message{MID: "m_1"},
				Referral: &Referral{Ref: "r", Source: "ADS", AdID: "6"},
				Prior:    &Prior{Source: "checkbox_plugin", Identifier: "77"}, Optin: &Optin{Ref: "o", UserRef: "5"},
			},
		},
		"a postback with all there is": {
			`{"postback":{"mid":"m_1","title":"Go","payload":"P","source":"customer_chat_plugin","referral":{"ref":null,"referer_uri":"https:\/\/a.example","origin_domain":"b.example","is_guest_user":"TRUE","type":"OPEN_THREAD","product":{"id":8}}},"source":"customer_chat_plugin"}`,
			Event{
				Kind: KindPostback, Key: "postback", Source: "customer_chat_plugin",
				Postback: &Postback{
					MID: "m_1", Title: "Go", Payload: "P", Source: "customer_chat_plugin",
					Referral: &Referral{RefererURI: "https://a.example", IsGuestUser: true, Type: "OPEN_THREAD", ProductID: "8"},
				},
			},
		},
		"origin_domain where referer_uri is empty": {
			`{"referral":{"origin_domain":"https://b.example","referer_uri":""}}`,
			Event{Kind: KindReferral, Key: "referral", Referral: &Referral{RefererURI: "https://b.example"}},
		},
		"a tapped quick reply": {
			`{"message":{"quick_reply":{"payload":"X"},"reply_to":{"mid":"m_0"}}}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{QuickReply: &payload, ReplyTo: "m_0"}},
		},
		"a delivery with odd mids": {
			`{"delivery":{"mids":["m_1",{},"m_2",null],"watermark":"1794819641804"}}`,
			Event{Kind: KindDelivery, Key: "delivery", Delivery: &Delivery{MIDs: []string{"m_1", "m_2"}, Watermark: 1794819641804}},
		},
		"an echo": {
			`{"message":{"is_echo":true,"app_id":512340000000007,"metadata":"fd1:x","text":"hi"}}`,
			Event{Kind: KindEcho, Key: "message", Message: &Message{IsEcho: true, AppID: "512340000000007", Metadata: "fd1:x", Text: "hi"}},
		},
		"lone surrogates and invalid UTF-8": {
			`{"message":{"mid":"m_1","text":"a\ud83dz` + "\xff\xc3" + `b\udc00 \ud83d\ude00"}}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{MID: "m_1", Text: "a\uFFFDz\uFFFD\uFFFDb\uFFFD 😀"}},
		},
		"control characters in text": {
			`{"message":{"text":"\u0000\u001b[31m\r\n\u202e"}}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{Text: "\x00\x1b[31m\r\n\u202e"}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ev := parseEvent(t, c.event)
			ev.Raw = nil
			if ev.Message != nil {
				ev.Message.Raw = nil
			}
			c.want.Channel = ChannelMessaging
			if diff := cmp.Diff(c.want, ev); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseEnvelopeAttachments(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		attachment string
		want       Attachment
	}{
		"image":           {`{"type":"image","payload":{"url":"https://x.example/1"}}`, Attachment{Type: "image", URL: "https://x.example/1"}},
		"numeric sticker": {`{"type":"sticker","payload":{"sticker_id":369239263222822}}`, Attachment{Type: "sticker", StickerID: "369239263222822"}},
		"title and url beside a null payload": {
			`{"title":"T","url":"https://x.example","type":"fallback","payload":null}`,
			Attachment{Type: "fallback", Title: "T", URL: "https://x.example"},
		},
		"payload wins over what is beside it": {
			`{"payload":{"title":"in","url":"https://in.example"},"type":"fallback","title":"beside","url":"https://beside.example"}`,
			Attachment{Type: "fallback", Title: "in", URL: "https://in.example"},
		},
		"payload is text": {`{"type":"fallback","payload":"old"}`, Attachment{Type: "fallback"}},
		"location": {
			`{"type":"location","payload":{"coordinates":{"lat":53.34112,"long":"-6.26731"}}}`,
			Attachment{Type: "location", Lat: 53.34112, Long: -6.26731},
		},
		"button template": {
			`{"type":"template","payload":{"template_type":"button","text":"T","buttons":[{"type":"postback","title":"A","payload":"P"},7]}}`,
			Attachment{Type: "template", TemplateType: "button", Text: "T", Buttons: []Button{{Type: "postback", Title: "A", Payload: "P"}}},
		},
		"product": {
			`{"type":"template","payload":{"product":{"elements":[{"id":1,"title":"T","subtitle":"S","image_url":"https://i.example"}]}}}`,
			Attachment{Type: "template", Elements: []Element{{Title: "T", Subtitle: "S", ImageURL: "https://i.example"}}},
		},
		"a type of the future": {`{"type":"hologram","payload":{"beam":[]}}`, Attachment{Type: "hologram"}},
		"no object":            {`"image"`, Attachment{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ev := parseEvent(t, `{"message":{"attachments":[{"type":"file"},`+c.attachment+`]}}`)
			if diff := cmp.Diff([]Attachment{{Type: "file"}, c.want}, ev.Message.Attachments); diff != "" {
				t.Errorf("attachments (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseEnvelopeTimes(t *testing.T) {
	t.Parallel()
	cases := map[string]int64{
		`1794819641804`:         1794819641804,
		`1794819641`:            1794819641000,
		`1794819641.804`:        1794819641804,
		`1794819641804.0`:       1794819641804,
		`1.794819641804e12`:     1794819641804,
		`"1794819641804"`:       1794819641804,
		`" 1527459824 "`:        1527459824000,
		`99999999999`:           99999999999000,
		`100000000000`:          100000000000,
		`0`:                     0,
		`-1794819641804`:        0,
		`"-5"`:                  0,
		`"soon"`:                0,
		`"NaN"`:                 0,
		`"Infinity"`:            0,
		`""`:                    0,
		`null`:                  0,
		`true`:                  0,
		`{}`:                    0,
		`1e300`:                 0,
		`9223372036854775807`:   9223372036854775807,
		`9223372036854775808`:   0,
		`-99999999999999999999`: 0,
	}
	for value, want := range cases {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			if ev := parseEvent(t, `{"timestamp":`+value+`}`); ev.Timestamp != want {
				t.Errorf("timestamp %s = %d, want %d", value, ev.Timestamp, want)
			}
		})
	}
}

func TestParseEnvelopeEntries(t *testing.T) {
	t.Parallel()
	body := `{"object":"page","entry":[{"id":109872000000101,"time":1794819641},7,{"messaging":"no","standby":[{"message":{}}],` +
		`"changes":[{"field":"feed","value":{"message":{}}},{"value":{"message":{"mid":"m_1"}},"field":"messages"},` +
		`{"field":"messages","value":3},"odd",{"field":"messages"}]}]}`
	env, err := ParseEnvelope([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		id   string
		time int64
		sums []string
	}{
		{"109872000000101", 1794819641000, nil},
		{"", 0, []string{"unknown() >"}},
		{"", 0, []string{
			"standby message >", "changes unknown(feed) >", "changes message > m_1", "changes unknown(messages) >",
			"changes unknown() >", "changes unknown(messages) >",
		}},
	}
	if len(env.Entries) != len(want) {
		t.Fatalf("%d entries, want %d", len(env.Entries), len(want))
	}
	for i, e := range env.Entries {
		var sums []string
		for _, ev := range e.Events {
			sums = append(sums, summary(ev))
			if !bytes.Contains([]byte(body), ev.Raw) || len(ev.Raw) == 0 {
				t.Errorf("entry %d: Raw %q is no part of the body", i, ev.Raw)
			}
		}
		if e.ID != want[i].id || e.Time != want[i].time || !cmp.Equal(sums, want[i].sums) {
			t.Errorf("entry %d = %q, %d, %q; want %+v", i, e.ID, e.Time, sums, want[i])
		}
	}
	if raw := string(env.Entries[2].Events[1].Raw); raw != `{"field":"feed","value":{"message":{}}}` {
		t.Errorf("Raw of a change of another field = %s, want the whole element", raw)
	}
}

func TestParseEnvelopeNotObject(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, ` `, `null`, `[]`, `"x"`, `7`, `{`, `{"entry":[{]}`, `{} {}`, `{"object":"page"}x`, `{"entry":[{"id":"1"}`, `{'a':1}`, "\xff",
		strings.Repeat("[", 100_000), `{"a":` + strings.Repeat("[", 100_000),
	} {
		if _, err := ParseEnvelope([]byte(body)); !errors.Is(err, ErrNotObject) {
			t.Errorf("ParseEnvelope(%.20q) = %v, want ErrNotObject", body, err)
		}
	}
}

// One event that nests deeper than any decoder follows costs nobody else anything, and keeps what is not too deep.
func TestParseEnvelopeDeep(t *testing.T) {
	t.Parallel()
	for _, levels := range []int{100, maxDepth - 6, maxDepth, maxDepth + 1, 9_999, 10_001, 200_000} {
		t.Run(fmt.Sprint(levels), func(t *testing.T) {
			t.Parallel()
			deep := strings.Repeat(`[`, levels) + `"]\"["` + strings.Repeat(`]`, levels)
			ev := parseEvent(t, `{"message":{"mid":"m_1","nlp":`+deep+`,"text":"hello"}}`)
			if ev.Kind != KindMessage || ev.Message.MID != "m_1" || ev.Message.Text != "hello" {
				t.Errorf("message = %+v", ev.Message)
			}
			deep = strings.Repeat(`{"x":`, levels) + `0` + strings.Repeat(`}`, levels)
			if ev := parseEvent(t, deep); ev.Kind != KindUnknown || ev.Key != "x" {
				t.Errorf("kind, key = %q, %q", ev.Kind, ev.Key)
			}
		})
	}
}

// What was parsed is the caller's: the body's buffer may be used again.
func TestParseEnvelopeKeepsNothingOfBody(t *testing.T) {
	t.Parallel()
	body := []byte(`{"object":"page","entry":[{"id":"A","messaging":[{"message":{"mid":"m_1","text":"hello"}}],"changes":[{"field":"messages","value":{"message":{"text":"x"}}}]}]}`)
	env, err := ParseEnvelope(body)
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprintf("%+v", env) + string(env.Entries[0].Events[0].Message.Raw)
	clear(body)
	if after := fmt.Sprintf("%+v", env) + string(env.Entries[0].Events[0].Message.Raw); after != before {
		t.Errorf("the envelope changed with the body:\n%s\n%s", before, after)
	}
}

func FuzzParseEnvelope(f *testing.F) {
	for _, body := range recorded(f) {
		f.Add(body)
	}
	f.Add([]byte(`{"entry":[{"messaging":[` + strings.Repeat(`{"a":[`, 600) + strings.Repeat(`]}`, 600) + `]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		env, err := ParseEnvelope(body)
		if err != nil {
			if !errors.Is(err, ErrNotObject) {
				t.Fatalf("error %v is not ErrNotObject", err)
			}
			return
		}
		for _, e := range env.Entries {
			for _, ev := range e.Events {
				if !bytes.Contains(body, ev.Raw) {
					t.Fatalf("Raw %q is no part of the body", ev.Raw)
				}
				if ev.Timestamp < 0 {
					t.Fatalf("negative time %d", ev.Timestamp)
				}
				if (ev.Kind == KindMessage || ev.Kind == KindEcho) && ev.Message == nil {
					t.Fatalf("kind %s without a message", ev.Kind)
				}
			}
		}
		checkRoundTrip(t, env)
	})
}

// checkRoundTrip writes env and reads it back. What can't be written (an unknown event that is no object) is left out.
func checkRoundTrip(t *testing.T, env Envelope) {
	t.Helper()
	written, err := EncodeEnvelope(env)
	if err != nil {
		return
	}
	again, err := ParseEnvelope(written)
	if err != nil {
		t.Fatalf("written as %s: %v", written, err)
	}
	if diff := cmp.Diff(env, again, sameEnvelope, sameTime); diff != "" {
		t.Fatalf("read back (-first +again):\n%s", diff)
	}
}

// sameTime forgives times of the years before 1973: written in ms they are read as seconds.
var sameTime = cmp.FilterValues(func(a, b int64) bool { return min(a, b) < secondsBelow }, cmp.Ignore())
