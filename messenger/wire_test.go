package messenger

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ in, want string }{
		"ascii":                   {`{"a":[1,true,null]}`, `{"a":[1,true,null]}`},
		"umlaut":                  {`{"ä":"ü"}`, `{"\u00e4":"\u00fc"}`},
		"emoji":                   {`"😀"`, `"\ud83d\ude00"`},
		"line separator":          {"\"\u2028\"", `"\u2028"`},
		"slashes":                 {`"https://x.example/"`, `"https:\/\/x.example\/"`},
		"slash already escaped":   {`"a\/b"`, `"a\/b"`},
		"backslash before slash":  {`"\\/"`, `"\\\/"`},
		"upper-case escape":       {`"\u00E4\uD83D\uDE00"`, `"\u00e4\ud83d\ude00"`},
		"backslash, then u":       {`"\\u00E4"`, `"\\u00E4"`},
		"quote inside":            {`"a\"/ä"`, `"a\"\/\u00e4"`},
		"other escapes stay":      {`"\n\t\u001b\""`, `"\n\t\u001b\""`},
		"last character of a row": {`"😀","/"`, `"\ud83d\ude00","\/"`},
		"invalid UTF-8":           {"\"a\xffb\"", `"a\ufffdb"`},
		"empty":                   {``, ``},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string(Escape([]byte(c.in))); got != c.want {
				t.Errorf("Escape(%s) = %s, want %s", c.in, got, c.want)
			}
		})
	}
}

// Escaping never changes what a body means, and a body as Meta sends it stays as it is.
func TestEscapeRecorded(t *testing.T) {
	t.Parallel()
	for name, body := range recorded(t) {
		escaped := Escape(body)
		var before, after any
		if err := json.Unmarshal(body, &before); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := json.Unmarshal(escaped, &after); err != nil {
			t.Fatalf("%s: escaped form is no JSON: %v", name, err)
		}
		if !cmp.Equal(before, after) {
			t.Errorf("%s: escaping changed the meaning", name)
		}
		if strings.HasPrefix(name, "wire-") && string(escaped) != string(body) {
			t.Errorf("%s: escaping changed a body as it was posted", name)
		}
		for _, c := range escaped {
			if c >= 0x80 {
				t.Errorf("%s: a byte outside ASCII is left", name)
				break
			}
		}
	}
}

// sameEnvelope compares what events say, not how they were spelled.
var sameEnvelope = cmp.Options{
	cmpopts.IgnoreFields(Event{}, "Raw", "Key"), cmpopts.IgnoreFields(Message{}, "Raw"), cmpopts.EquateEmpty(),
}

// What the platform's side writes is what our side reads.
func TestEncodeEnvelopeRoundTrip(t *testing.T) {
	t.Parallel()
	payload := ""
	envelopes := map[string]Envelope{
		"empty": {Object: "page"},
		"visitor writes": {Object: "page", Entries: []Entry{{ID: "1", Time: 1794819641804, Events: []Event{{
			Kind: KindMessage, Channel: ChannelMessaging, Sender: Party{ID: visitorFirst}, Recipient: Party{ID: "1"},
			Timestamp: 1794819641317,
			Message: &Message{
				MID: "m_1", Text: "Grüße 😀 a/b\u0000", QuickReply: &payload, ReplyTo: "m_0", Tags: []string{"customer_chat_plugin"},
				Attachments: []Attachment{
					{Type: "image", URL: "https://x.example/a.png"},
					{Type: "sticker", StickerID: "369239263222822"},
					{Type: "location", Title: "T", URL: "https://x.example", Lat: 53.3, Long: -6.2},
				},
				Referral: &Referral{ProductID: "5"},
			},
		}}}}},
		"bot answers": {Object: "page", Entries: []Entry{{ID: "1", Events: []Event{{
			Kind: KindEcho, Channel: ChannelMessaging, Message: &Message{IsEcho: true, AppID: "not-a-number", MID: "m_3"},
		}, {
			Kind: KindEcho, Channel: ChannelStandby, Sender: Party{ID: "1"}, Recipient: Party{UserRef: "6150000000000501"},
			Message: &Message{
				MID: "m_2", IsEcho: true, AppID: "512340000000007", Metadata: "fd1:x",
				Attachments: []Attachment{{
					Type: "template", TemplateType: "generic",
					Elements: []Element{{Title: "T", Subtitle: "S", ImageURL: "https://x.example", Buttons: []Button{{Type: ButtonPostback, Title: "B", Payload: "P"}}}},
				}, {Type: "template", TemplateType: "button", Text: "T", Buttons: []Button{{Type: ButtonURL, Title: "B", URL: "https://x.example"}}}},
			},
		}}}}},
		"get started": {Object: "page", Entries: []Entry{{ID: "1", Events: []Event{{
			Kind: KindPostback, Channel: ChannelChanges, Sender: Party{ID: "2", UserRef: "3"}, Source: "customer_chat_plugin",
			Postback: &Postback{MID: "m_4", Title: "Get Started", Payload: "GET_STARTED", Referral: &Referral{
				Ref: "ref/ä", Source: "CUSTOMER_CHAT_PLUGIN", Type: "OPEN_THREAD", RefererURI: "https://shop.example/?a=b", IsGuestUser: true,
			}},
			Prior: &Prior{Source: "customer_chat_plugin", Identifier: "3"}, Optin: &Optin{Ref: "o", UserRef: "3"},
		}}}}},
		"receipts": {Object: "page", Entries: []Entry{{ID: "1", Events: []Event{
			{Kind: KindDelivery, Channel: ChannelMessaging, Delivery: &Delivery{MIDs: []string{"m_1"}, Watermark: 1794819641317}},
			{Kind: KindRead, Channel: ChannelMessaging, Read: &Read{Watermark: 1794819641317}},
			{Kind: KindReferral, Channel: ChannelMessaging, Referral: &Referral{Source: "ADS", AdID: "7"}},
		}}}},
	}
	for name, body := range recorded(t) {
		env, err := ParseEnvelope(body)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		envelopes[name] = env
	}
	for name, env := range envelopes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := EncodeEnvelope(env)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParseEnvelope(body)
			if err != nil {
				t.Fatalf("%v in %s", err, body)
			}
			if diff := cmp.Diff(env, got, sameEnvelope); diff != "" {
				t.Errorf("read back (-written +read):\n%s", diff)
			}
		})
	}
}

// A webhook of our own platform is, byte for byte, what Meta posts for the same event.
func TestEncodeEnvelopeSpelling(t *testing.T) {
	t.Parallel()
	for name, want := range recorded(t) {
		if !strings.HasPrefix(name, "wire-") {
			continue
		}
		env, err := ParseEnvelope(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := EncodeEnvelope(env)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Programs written for Meta read numbers where Meta writes numbers.
func TestEncodeEnvelopeNumbers(t *testing.T) {
	t.Parallel()
	body, err := EncodeEnvelope(Envelope{Object: "page", Entries: []Entry{{ID: "1", Events: []Event{{
		Kind: KindEcho, Sender: Party{ID: "1"}, Message: &Message{IsEcho: true, AppID: "512340000000007"},
	}}}}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"1"},"message":{"is_echo":true,"app_id":512340000000007}}]}]}`
	if string(body) != want {
		t.Errorf("body = %s\nwant   %s", body, want)
	}
}

func TestEncodeEnvelopeUnknown(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{"no raw": "", "no object": "7", "broken": `{"a":`} {
		env := Envelope{Object: "page", Entries: []Entry{{ID: "1", Events: []Event{{Kind: KindUnknown, Raw: []byte(raw)}}}}}
		if body, err := EncodeEnvelope(env); err == nil {
			t.Errorf("%s: encoded as %s, want an error", name, body)
		}
	}
}
