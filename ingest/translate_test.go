package ingest_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store"
)

// body is an envelope of one entry of page A that holds one event.
func body(event string) []byte {
	return []byte(`{"object":"page","entry":[{"id":"109872000000101","time":1794819700000,"messaging":[` + event + `]}]}`)
}

// fromMaya is an event of Maya's to page A with a timestamp.
func fromMaya(rest string) []byte {
	return body(`{"sender":{"id":"7412000000000101"},"recipient":{"id":"109872000000101"},"timestamp":1794819600000,` + rest + `}`)
}

func one(t *testing.T, body []byte) store.Fact {
	t.Helper()
	facts := translate(body)
	if len(facts) != 1 {
		t.Fatalf("%d facts of %s, want one", len(facts), body)
	}
	checkFact(t, facts[0])
	return facts[0]
}

func TestTranslateWho(t *testing.T) {
	t.Parallel()
	const hello = `,"message":{"mid":"m_1","text":"hello"}}`
	const echo = `,"message":{"mid":"m_1","is_echo":true,"text":"hello"}}`
	page, maya := `{"id":"109872000000101"}`, `{"id":"7412000000000101"}`
	for _, test := range []struct {
		name, body, want string
	}{
		{"a person", string(body(`{"sender":` + maya + `,"recipient":` + page + hello)), "message text A/psid:Maya opens"},
		{"ids as numbers", string(body(`{"sender":{"id":7412000000000101},"recipient":{"id":109872000000101}` + hello)), "message text A/psid:Maya opens"},
		{"a user_ref", string(body(`{"sender":{"user_ref":6150000000000502},"recipient":` + page + hello)), "message text A/user_ref:0502 opens"},
		{"both: the id", string(body(`{"sender":{"id":"7412000000000101","user_ref":"x"},"recipient":` + page + hello)), "message text A/psid:Maya opens alias=x"},
		{"the page with a user_ref", string(body(`{"sender":{"id":"109872000000101","user_ref":"x"},"recipient":` + page + `,"read":{}}`)), "read A/"},
		{"prior_message", string(body(`{"sender":` + maya + `,"recipient":` + page + `,"prior_message":{"identifier":77}` + hello)), "message text A/psid:Maya opens alias=77"},
		{"prior_message of a user_ref", string(body(`{"sender":{"user_ref":"x"},"recipient":` + page + `,"prior_message":{"identifier":"y"}` + hello)), "message text A/user_ref:x opens"},
		{"an optin that names both", string(body(`{"sender":` + maya + `,"recipient":` + page + `,"optin":{"user_ref":"x"}}`)), `activity optin A/psid:Maya opens alias=x "opted in with the checkbox"`},
		{"an echo that names both", string(body(`{"sender":` + page + `,"recipient":{"id":"7412000000000101","user_ref":"x"}` + echo)), "echo text A/psid:Maya alias=x"},
		{"an alert names nobody", string(body(`{"sender":` + maya + `,"policy_enforcement":{"action":"WARNING"}}`)), `alert A/ alert=warning ""`},
		{"roles are the page's", string(body(`{"sender":` + maya + `,"app_roles":{}}`)), `unknown app_roles A/`},
		{"a visitor of our plugin", string(body(`{"sender":{"id":"9000000000000000001"},"recipient":` + page + hello)), "message text A/visitor:9000000000000000001 opens"},
		{"no recipient: the entry's page", string(body(`{"sender":` + maya + hello)), "message text A/psid:Maya opens"},
		{"no entry id: the recipient", `{"object":"page","entry":[{"messaging":[{"sender":` + maya + `,"recipient":` + page + hello + `]}]}`, "message text A/psid:Maya opens"},
		{"no sender", string(body(`{"recipient":` + page + hello)), "message text A/ opens"},
		{"null sender", string(body(`{"sender":null,"recipient":` + page + hello)), "message text A/ opens"},
		{"empty sender", string(body(`{"sender":{},"recipient":` + page + hello)), "message text A/ opens"},
		{"empty sender id", string(body(`{"sender":{"id":""},"recipient":` + page + hello)), "message text A/ opens"},
		{"sender of a wrong type", string(body(`{"sender":[1],"recipient":` + page + hello)), "message text A/ opens"},
		{"an echo", string(body(`{"sender":` + page + `,"recipient":` + maya + echo)), "echo text A/psid:Maya"},
		{"an echo without the flag", string(body(`{"sender":` + page + `,"recipient":` + maya + hello)), "echo text A/psid:Maya"},
		{"an echo to a user_ref", string(body(`{"sender":` + page + `,"recipient":{"user_ref":"6150000000000501"}` + echo)), "echo text A/user_ref:0501"},
		{"an echo to a visitor", string(body(`{"sender":` + page + `,"recipient":{"id":"9000000000000000001"}` + echo)), "echo text A/visitor:9000000000000000001"},
		{"an echo with the roles not swapped", string(body(`{"sender":` + maya + `,"recipient":` + page + echo)), "echo text A/psid:Maya"},
		{"an echo without a sender", string(body(`{"recipient":` + maya + echo)), "echo text A/psid:Maya"},
		{"an echo without a recipient", string(body(`{"sender":` + page + echo)), "echo text A/"},
		{"an echo without entry id", `{"object":"page","entry":[{"messaging":[{"sender":` + page + `,"recipient":` + maya + echo + `]}]}`, "echo text A/psid:Maya"},
		{"the page to itself", string(body(`{"sender":` + page + `,"recipient":` + page + hello)), "echo text A/"},
		{"a receipt from the page", string(body(`{"sender":` + page + `,"recipient":` + maya + `,"read":{"watermark":1}}`)), "read A/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := sketch(one(t, []byte(test.body))); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestTranslateDrops(t *testing.T) {
	t.Parallel()
	event := `{"sender":{"id":"7"},"message":{"mid":"m_1","text":"x"}}`
	for name, body := range map[string]string{
		"no object":             `[]`,
		"broken":                `{"object":"page","entry":[`,
		"not a page's":          `{"object":"instagram","entry":[{"id":"1","messaging":[` + event + `]}]}`,
		"names no page":         `{"object":"page","entry":[{"messaging":[` + event + `]}]}`,
		"the dashboard's page":  `{"object":"page","entry":[{"id":"0","messaging":[` + event + `]}]}`,
		"the same, as a number": `{"object":"page","entry":[{"id":0,"messaging":[` + event + `]}]}`,
		"nothing":               `{}`,
		"entries that are none": `{"object":"page","entry":[1,null,"x",[]]}`,
	} {
		if facts := translate([]byte(body)); len(facts) != 0 {
			t.Errorf("%s: %d facts, want none", name, len(facts))
		}
	}
	for kind := store.RecordReply; kind <= store.RecordWoke; kind++ {
		if facts := ingest.Translate(store.Record{Kind: kind, Body: fromMaya(`"message":{"mid":"m_1"}`)}); len(facts) != 0 {
			t.Errorf("a record of kind %d gives %d facts, want none", kind, len(facts))
		}
	}
}

func TestTranslateNeighbours(t *testing.T) {
	t.Parallel()
	facts := translate(body(`{"sender":{"id":"7412000000000101"},"message":{"mid":{"x":1},"text":["a"],"attachments":"no","tags":{}}},
		null, 5, {"message":"words"}, {"sender":{"id":"7412000000000104"},"timestamp":{},"message":{"mid":"m_2","text":"whole"}}`))
	var got []string
	for _, f := range facts {
		got = append(got, sketch(f))
		checkFact(t, f)
	}
	want := []string{
		"message media A/psid:Maya opens", "unknown (none) A/", "unknown (none) A/", "unknown message A/",
		"message text A/psid:Tomás opens",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

func TestTranslateTimes(t *testing.T) {
	t.Parallel()
	const entryTime, minute = 1794819700000, 60 * 1000
	for _, test := range []struct {
		name, timestamp string
		want            store.Millis
	}{
		{"milliseconds", `1794819600123`, 1794819600123},
		{"seconds", `1794819600`, 1794819600000},
		{"text", `"1794819600123"`, 1794819600123},
		{"seconds as text", `"1794819600"`, 1794819600000},
		{"null: the entry's", `null`, entryTime},
		{"zero: the entry's", `0`, entryTime},
		{"negative: the entry's", `-5`, entryTime},
		{"words: the entry's", `"yesterday"`, entryTime},
		{"a little ahead", fmt.Sprint(arrival + 4*minute), arrival + 4*minute},
		{"far ahead: arrival", fmt.Sprint(arrival + 6*minute), arrival},
		{"centuries ahead: arrival", `9223372036854775807`, arrival},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := one(t, body(`{"sender":{"id":"1"},"timestamp":`+test.timestamp+`,"message":{"mid":"m_1"}}`))
			if f.At != test.want {
				t.Errorf("At = %d, want %d", f.At, test.want)
			}
		})
	}
	for name, entry := range map[string]string{"missing": ``, "zero": `"time":0,`, "far ahead": `"time":1894819600000,`} {
		f := one(t, []byte(`{"object":"page","entry":[{"id":"1",`+entry+`"messaging":[{"sender":{"id":"2"},"message":{"mid":"m"}}]}]}`))
		if f.At != arrival {
			t.Errorf("neither event nor entry has a time (%s): At = %d, want arrival", name, f.At)
		}
	}
	unarrived := ingest.Translate(store.Record{Kind: store.RecordWebhook, Body: fromMaya(`"message":{"mid":"m"}`)})
	if len(unarrived) != 1 || unarrived[0].At != 1794819600000 {
		t.Errorf("a record without a time: %v, want the event's time", unarrived)
	}
	f := one(t, fromMaya(`"read":{"watermark":1894819600000}`))
	if f.Watermark != arrival {
		t.Errorf("a watermark years ahead = %d, want arrival: replies not yet written would count as read", f.Watermark)
	}
}

func TestTranslateIDs(t *testing.T) {
	t.Parallel()
	withMID := one(t, fromMaya(`"message":{"mid":"m_abc","text":"x"}`))
	if withMID.ID != "m_abc" || withMID.MID != "m_abc" || withMID.Key != store.KeyOf(store.FactMessage, "abc") {
		t.Errorf("id %q, mid %q, key %q of a message with a mid", withMID.ID, withMID.MID, withMID.Key)
	}
	if bare := one(t, fromMaya(`"message":{"mid":"abc","text":"x"}`)); bare.Key != withMID.Key {
		t.Errorf("key %q without m_, %q with it, want the same", bare.Key, withMID.Key)
	}
	echoed := one(t, body(`{"sender":{"id":"109872000000101"},"recipient":{"id":"7412000000000101"},"message":{"mid":"m_abc","is_echo":true}}`))
	if echoed.Key != store.KeyOf(store.FactEcho, "m_abc") {
		t.Errorf("key %q of an echo", echoed.Key)
	}

	// Without a mid: the same event again has the same id though its entry is another; any other has another.
	again := func(event, change, to string) {
		t.Helper()
		first := one(t, fromMaya(event))
		later := one(t, []byte(strings.Replace(string(fromMaya(event)), `"time":1794819700000`, `"time":1794819999000`, 1)))
		if first.ID == "" || first.ID != later.ID || first.Key != later.Key {
			t.Errorf("%s: ids %q and %q when sent again, want the same", event, first.ID, later.ID)
		}
		changed := strings.Replace(string(fromMaya(event)), change, to, 1)
		if changed == string(fromMaya(event)) {
			t.Fatalf("nothing to change in %s", event)
		}
		if other := one(t, []byte(changed)); other.ID == first.ID || other.Key == first.Key {
			t.Errorf("%s: the same id after %s became %s", event, change, to)
		}
	}
	again(`"message":{"text":"x"}`, `"text":"x"`, `"text":"y"`)
	again(`"message":{"mid":"m_","text":"x"}`, `"timestamp":1794819600000`, `"timestamp":1794819600001`)
	again(`"message":{"text":"x"}`, `7412000000000101`, `7412000000000102`)
	again(`"postback":{"title":"T","payload":"P"}`, `"payload":"P"`, `"payload":"Q"`)
	again(`"postback":{"title":"T","payload":"P"}`, `"title":"T"`, `"title":"U"`)
	again(`"postback":{"title":"T","payload":"P"}`, `"timestamp":1794819600000`, `"timestamp":1794819600001`)
	again(`"referral":{"source":"ADS","ref":"r"}`, `"ref":"r"`, `"ref":"s"`)
	again(`"referral":{"source":"ADS","ref":"r"}`, `ADS`, `SHORTLINK`)
	again(`"delivery":{"watermark":1794819600000}`, `"watermark":1794819600000`, `"watermark":1794819600001`)
	again(`"hologram_call":{"id":1}`, `"id":1`, `"id":2`)
}

func TestTranslateTouch(t *testing.T) {
	t.Parallel()
	referral := func(source string) string { return `"referral":{"source":"` + source + `","ref":"r"}` }
	for _, test := range []struct {
		name, event string
		want        *store.Touch // without time and id
	}{
		{"plugin", referral("CUSTOMER_CHAT_PLUGIN"), &store.Touch{Origin: store.OriginPlugin, Source: "CUSTOMER_CHAT_PLUGIN", Ref: "r"}},
		{"plugin in small letters", referral("customer_chat_plugin"), &store.Touch{Origin: store.OriginPlugin, Source: "customer_chat_plugin", Ref: "r"}},
		{"link", referral("SHORTLINK"), &store.Touch{Origin: store.OriginLink, Source: "SHORTLINK", Ref: "r"}},
		{"links", referral("SHORTLINKS"), &store.Touch{Origin: store.OriginLink, Source: "SHORTLINKS", Ref: "r"}},
		{"short url", referral("SHORT-URL"), &store.Touch{Origin: store.OriginLink, Source: "SHORT-URL", Ref: "r"}},
		{"ad", `"referral":{"source":"ADS","ad_id":6120000000711}`, &store.Touch{Origin: store.OriginAd, Source: "ADS", AdID: "6120000000711"}},
		{"another word", referral("MESSENGER_CODE"), &store.Touch{Origin: store.OriginOther, Source: "MESSENGER_CODE", Ref: "r"}},
		{"no word", `"referral":{"ref":"r"}`, &store.Touch{Origin: store.OriginUnknown, Ref: "r"}},
		{"an empty referral", `"referral":{}`, &store.Touch{Origin: store.OriginUnknown}},
		{
			"a guest on a page", `"referral":{"source":"CUSTOMER_CHAT_PLUGIN","referer_uri":"https://a.example/p","is_guest_user":"true"}`,
			&store.Touch{Origin: store.OriginPlugin, Source: "CUSTOMER_CHAT_PLUGIN", Page: "https://a.example/p", Guest: true},
		},
		{"inside a postback", `"postback":{"title":"t",` + referral("ADS") + `}`, &store.Touch{Origin: store.OriginAd, Source: "ADS", Ref: "r"}},
		{"beside a postback", `"postback":{"title":"t"},` + referral("ADS"), &store.Touch{Origin: store.OriginAd, Source: "ADS", Ref: "r"}},
		{"a postback's source", `"postback":{"title":"t","source":"customer_chat_plugin"}`, &store.Touch{Origin: store.OriginPlugin, Source: "customer_chat_plugin"}},
		{"a source beside a postback", `"postback":{"title":"t"},"source":"customer_chat_plugin"`, &store.Touch{Origin: store.OriginPlugin, Source: "customer_chat_plugin"}},
		{
			"a postback's source and a referral without one", `"postback":{"title":"t","source":"customer_chat_plugin","referral":{"ref":"r"}}`,
			&store.Touch{Origin: store.OriginPlugin, Source: "customer_chat_plugin", Ref: "r"},
		},
		{"inside a message", `"message":{"mid":"m_1",` + referral("ADS") + `}`, &store.Touch{Origin: store.OriginAd, Source: "ADS", Ref: "r"}},
		{"beside a message", `"message":{"mid":"m_1"},` + referral("SHORTLINK"), &store.Touch{Origin: store.OriginLink, Source: "SHORTLINK", Ref: "r"}},
		{"prior_message", `"message":{"mid":"m_1"},"prior_message":{"source":"checkbox_plugin","identifier":"x"}`, &store.Touch{Origin: store.OriginOther, Source: "checkbox_plugin"}},
		{"optin beside a message", `"message":{"mid":"m_1"},"optin":{"ref":"r"}`, &store.Touch{Origin: store.OriginOther, Ref: "r"}},
		{"optin of the checkbox", `"optin":{"ref":"r","user_ref":"x"}`, &store.Touch{Origin: store.OriginOther, Source: "checkbox_plugin", Ref: "r"}},
		{"optin to marketing", `"optin":{"ref":"r","type":"notification_messages","source":"lead_form"}`, &store.Touch{Origin: store.OriginOther, Source: "lead_form", Ref: "r"}},
		{"prior_message beside an order", `"order":{},"prior_message":{"source":"checkbox_plugin","identifier":"x"}`, &store.Touch{Origin: store.OriginOther, Source: "checkbox_plugin"}},
		{"optin without a ref", `"optin":{"user_ref":"x"}`, nil},
		{"a tag is no touch", `"message":{"mid":"m_1","tags":[{"source":"customer_chat_plugin"}]}`, nil},
		{"an empty referral in a message", `"message":{"mid":"m_1","referral":{}}`, nil},
		{"nothing", `"message":{"mid":"m_1"}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := one(t, fromMaya(test.event))
			if test.want != nil {
				test.want.At, test.want.ID = f.At, f.ID
			}
			if diff := cmp.Diff(test.want, f.Touch); diff != "" {
				t.Errorf("touch (-want +got):\n%s", diff)
			}
		})
	}
	for tags, want := range map[string]bool{
		`[{"source":"customer_chat_plugin"}]`:                       true,
		`[{"source":"x"},{"source":"CUSTOMER_CHAT_PLUGIN"}]`:        true,
		`[{"source":"x"}]`:                                          false,
		`[{"source":"customer_chat_plugin_2"},{"source":null},"x"]`: false,
	} {
		if f := one(t, fromMaya(`"message":{"mid":"m_1","tags":`+tags+`}`)); f.Tagged != want {
			t.Errorf("Tagged = %t for %s, want %t", f.Tagged, tags, want)
		}
	}
}

func TestTranslateContent(t *testing.T) {
	t.Parallel()
	t.Run("a quick reply tap", func(t *testing.T) {
		t.Parallel()
		f := one(t, fixture(t, "message-quick-reply.json"))
		if f.Text != "Opening hours" || f.Payload != "HOURS" {
			t.Errorf("text %q, payload %q", f.Text, f.Payload)
		}
	})
	t.Run("a postback", func(t *testing.T) {
		t.Parallel()
		f := one(t, fixture(t, "postback-button.json"))
		if f.Text != "Talk to us" || f.Payload != "AGENT" {
			t.Errorf("text %q, payload %q", f.Text, f.Payload)
		}
	})
	t.Run("an echo of ours", func(t *testing.T) {
		t.Parallel()
		f := one(t, fixture(t, "echo-own-app.json"))
		if f.AppID != "512340000000007" || f.Metadata != "fd1:01JCX7Q2M4" {
			t.Errorf("app %q, metadata %q", f.AppID, f.Metadata)
		}
	})
	t.Run("an echoed button template", func(t *testing.T) {
		t.Parallel()
		f := one(t, fixture(t, "echo-template-button.json"))
		want := []messenger.Button{
			{Type: "web_url", Title: "My orders", URL: "https://books.example.org/orders"},
			{Type: "postback", Title: "Talk to us", Payload: "AGENT"},
			{Type: "phone_number", Title: "Call", Payload: "+35315550142"},
		}
		if diff := cmp.Diff(want, f.Buttons); diff != "" || f.Text != "How can we help?" || len(f.Attachments) != 0 {
			t.Errorf("text %q, %d attachments, buttons (-want +got):\n%s", f.Text, len(f.Attachments), diff)
		}
	})
	t.Run("a shared product beside text", func(t *testing.T) {
		t.Parallel()
		f := one(t, fixture(t, "message-template-product-share.json"))
		if f.Text != "do you have two of these?" || len(f.Elements) != 1 || f.Elements[0].Title != "The Salt Ledger (hardback)" {
			t.Errorf("text %q, elements %v", f.Text, f.Elements)
		}
	})
	t.Run("a media template stays an attachment", func(t *testing.T) {
		t.Parallel()
		f := one(t, fixture(t, "echo-template-media-numeric-attachment.json"))
		if len(f.Attachments) != 1 || f.Attachments[0].TemplateType != "media" || len(f.Elements) != 0 {
			t.Errorf("attachments %v, elements %v", f.Attachments, f.Elements)
		}
	})
	t.Run("a sticker that comes twice is shown once", func(t *testing.T) {
		t.Parallel()
		f := one(t, fixture(t, "message-sticker-transition.json"))
		if len(f.Attachments) != 1 || f.Attachments[0].Type != "sticker" {
			t.Errorf("attachments %v, want the sticker alone", f.Attachments)
		}
		f = one(t, fromMaya(`"message":{"mid":"m_1","attachments":[
			{"type":"image","payload":{"url":"u1","sticker_id":7}},{"type":"sticker","payload":{"url":"u2","sticker_id":"7"}},
			{"type":"image","payload":{"url":"u3"}},{"type":"image","payload":{}}]}`))
		if len(f.Attachments) != 3 {
			t.Errorf("%d attachments, want the sticker and the two pictures that are not it", len(f.Attachments))
		}
	})
	t.Run("an album", func(t *testing.T) {
		t.Parallel()
		if f := one(t, fixture(t, "message-images-album.json")); len(f.Attachments) != 3 {
			t.Errorf("%d attachments, want 3", len(f.Attachments))
		}
	})
	t.Run("unsupported content", func(t *testing.T) {
		t.Parallel()
		for _, body := range [][]byte{fixture(t, "message-unsupported.json"), fromMaya(`"message":{"mid":"m_1","text":["x"]}`)} {
			if f := one(t, body); f.Text != "" || len(f.Attachments) != 1 || f.Attachments[0].Type != "unsupported" {
				t.Errorf("text %q, attachments %v, want one that says so", f.Text, f.Attachments)
			}
		}
	})
	t.Run("hostile text is kept as it is", func(t *testing.T) {
		t.Parallel()
		if f := one(t, fixture(t, "message-text-terminal-hostile.json")); !strings.Contains(f.Text, "\x1b[") {
			t.Errorf("text %q has lost its escape sequences", f.Text)
		}
	})
	t.Run("a delivery receipt", func(t *testing.T) {
		t.Parallel()
		f := one(t, fixture(t, "delivery-with-mids.json"))
		if len(f.MIDs) != 1 || f.Watermark != 1794822533507 || f.At != 1794822534207 {
			t.Errorf("mids %v, watermark %d, at %d", f.MIDs, f.Watermark, f.At)
		}
	})
	t.Run("a read receipt", func(t *testing.T) {
		t.Parallel()
		if f := one(t, fixture(t, "read-watermark.json")); f.Watermark != 1794822575274 {
			t.Errorf("watermark %d", f.Watermark)
		}
	})
	t.Run("the long name of an unknown event is cut", func(t *testing.T) {
		t.Parallel()
		f := one(t, fromMaya(`"`+strings.Repeat("é", 500)+`":{}`))
		if f.Name != strings.Repeat("é", 32) {
			t.Errorf("name %q", f.Name)
		}
	})
}

// FuzzTranslate holds whatever may come to what is true of every fact, and the facts to the size of what came.
func FuzzTranslate(f *testing.F) {
	for name := range wantFixtures {
		f.Add(fixture(f, name+".json"))
	}
	f.Add(fromMaya(`"message":{"mid":"m_1"},"message":{"text":"twice"}`))
	f.Add([]byte(`{"object":"page","entry":[{"messaging":[{"sender":{"id":"1"},"recipient":{"id":"2"},"message":{"is_echo":true}}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		facts := translate(body)
		size, pages := 0, ingest.PagesOf(body)
		for _, fact := range facts {
			checkFact(t, fact)
			if !pages[string(fact.Inbox)] {
				t.Errorf("a fact of page %s, which nobody asked whether its secret speaks for", fact.Inbox)
			}
			size += len(fact.Text) + len(fact.Payload) + len(fact.Metadata) + len(fact.ReplyTo) + len(fact.Name)
			size += len(fact.Reaction) + len(fact.Feedback) + len(fact.Label) + len(fact.Alert.Reason)
		}
		// Every event needs some bytes, and bytes of invalid UTF-8 grow to three.
		if len(facts) > len(body) || size > 3*len(body)+64*len(facts) {
			t.Errorf("%d facts with %d bytes of text of a body of %d bytes", len(facts), size, len(body))
		}
		if !reflect.DeepEqual(facts, translate(body)) {
			t.Error("translated again, the facts differ")
		}
		for _, fact := range facts[:min(len(facts), 3)] {
			left := ingest.Redact(body, redactionOf(fact))
			if diff := cmp.Diff(facts, translate(left), withoutWords); diff != "" || len(left) > len(body) {
				t.Errorf("without the words of %q, %d of %d bytes mean (-before +after):\n%s", fact.MID, len(left), len(body), diff)
			}
		}
	})
}
