package messenger

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseEnvelopeRareFields(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		event string
		want  Event // without Raw
	}{
		"a reaction": {
			`{"reaction":{"mid":"m_1","action":"react","reaction":"love","emoji":"❤️"}}`,
			Event{Kind: KindReaction, Key: "reaction", Rare: &Rare{Reaction: &Reaction{MID: "m_1", Action: "react", Word: "love", Emoji: "❤️"}}},
		},
		"an edit that counts in text": {
			`{"message_edit":{"mid":"m_1","text":"new","num_edit":"2"}}`,
			Event{Kind: KindEdit, Key: "message_edit", Rare: &Rare{Edit: &Edit{MID: "m_1", Text: "new", N: 2}}},
		},
		"an edit that counts in fractions": {
			`{"message_edit":{"num_edit":3.0}}`,
			Event{Kind: KindEdit, Key: "message_edit", Rare: &Rare{Edit: &Edit{N: 3}}},
		},
		"an edit whose count is out of reach": {
			`{"message_edit":{"mid":"m_1","num_edit":9007199254740993}}`,
			Event{Kind: KindEdit, Key: "message_edit", Rare: &Rare{Edit: &Edit{MID: "m_1"}}},
		},
		"an edit with a negative count": {
			`{"message_edit":{"mid":"m_1","num_edit":-1}}`,
			Event{Kind: KindEdit, Key: "message_edit", Rare: &Rare{Edit: &Edit{MID: "m_1"}}},
		},
		"an opt-in of the checkbox": {
			`{"optin":{"ref":"r","user_ref":6150000000000502}}`,
			Event{Kind: KindOptin, Key: "optin", Optin: &Optin{Ref: "r", UserRef: "6150000000000502"}},
		},
		"an opt-in to marketing, whose token stays where it is": {
			`{"optin":{"type":"notification_messages","payload":"p","title":"T","notification_messages_token":"secret",` +
				`"notification_messages_frequency":"WEEKLY","notification_messages_timezone":"Europe/Dublin","token_expiry_timestamp":"1826786400000",` +
				`"user_token_status":"REFRESHED","notification_messages_status":"STOP NOTIFICATIONS","notification_messages_topic":"t","ref":"r","source":"s"}}`,
			Event{Kind: KindOptin, Key: "optin", Optin: &Optin{
				Type: "notification_messages", Payload: "p", Title: "T", Frequency: "WEEKLY", Timezone: "Europe/Dublin", Topic: "t",
				Status: "STOP NOTIFICATIONS", Expires: 1826786400000, Ref: "r", Source: "s",
			}},
		},
		"an accepted message request": {
			`{"optin":{"message_request":"accept"}}`, Event{Kind: KindOptin, Key: "optin", Optin: &Optin{MessageRequest: "accept"}},
		},
		"an accepted message request, deeper": {
			`{"optin":{"message_request":{"status":"accept"}}}`, Event{Kind: KindOptin, Key: "optin", Optin: &Optin{MessageRequest: "accept"}},
		},
		"control passed from nobody": {
			`{"pass_thread_control":{"previous_owner_app_id":null,"new_owner_app_id":512340000000007,"metadata":"m"}}`,
			Event{Kind: KindPass, Key: "pass_thread_control", Rare: &Rare{Control: &Control{New: "512340000000007", Metadata: "m"}}},
		},
		"control taken, to nobody": {
			`{"take_thread_control":{"previous_owner_app_id":"1","new_owner_app_id":null}}`,
			Event{Kind: KindTake, Key: "take_thread_control", Rare: &Rare{Control: &Control{Previous: "1", ToNobody: true}}},
		},
		"control asked for": {
			`{"request_thread_control":{"requested_owner_app_id":7}}`,
			Event{Kind: KindRequest, Key: "request_thread_control", Rare: &Rare{Control: &Control{Requested: "7"}}},
		},
		"roles of apps": {
			`{"app_roles":{"1":["primary_receiver",5],"2":"odd"}}`,
			Event{Kind: KindAppRoles, Key: "app_roles", Rare: &Rare{Roles: []Role{{AppID: "1", Roles: []string{"primary_receiver"}}, {AppID: "2"}}}},
		},
		"policy under its old key": {
			`{"policy-enforcement":{"action":"unblock"}}`,
			Event{Kind: KindPolicy, Key: "policy-enforcement", Rare: &Rare{Policy: &Policy{Action: "unblock"}}},
		},
		"an account linked, whose code stays where it is": {
			`{"account_linking":{"status":"linked","authorization_code":"secret"}}`,
			Event{Kind: KindLinking, Key: "account_linking", Rare: &Rare{Linking: &Linking{Status: "linked"}}},
		},
		"a survey": {
			`{"messaging_feedback":{"feedback_screens":[{"screen_id":0,"questions":{"a":{"type":"csat","payload":5,"follow_up":{"type":"free_form","payload":"lovely"}},` +
				`"b":7,"c":{"type":"nps","payload":{}}}},[]]}}`,
			Event{Kind: KindSurvey, Key: "messaging_feedback", Rare: &Rare{Survey: []Answer{{"csat", "5"}, {"free_form", "lovely"}}}},
		},
		"feedback": {
			`{"response_feedback":{"feedback":"Bad response","mid":"m_1"}}`,
			Event{Kind: KindFeedback, Key: "response_feedback", Rare: &Rare{Feedback: &Feedback{MID: "m_1", Text: "Bad response"}}},
		},
		"an order": {
			`{"order":{"products":[{"id":123,"retailer_id":"R","name":"N","unit_price":24.90,"currency":"EUR","quantity":2},"odd",{"id":"9007199254740993"}],"note":"n"}}`,
			Event{Kind: KindOrder, Key: "order", Rare: &Rare{Order: &Order{Note: "n", Products: []Product{
				{ID: "123", RetailerID: "R", Name: "N", UnitPrice: "24.90", Currency: "EUR", Quantity: "2"}, {ID: "9007199254740993"},
			}}}},
		},
		"a coupon": {
			`{"template":{"type":"coupon","payload":"p","coupon_code":"LEAF10"}}`,
			Event{Kind: KindCoupon, Key: "template", Rare: &Rare{Coupon: &Coupon{Type: "coupon", Payload: "p", Code: "LEAF10"}}},
		},
		"customer information": {
			`{"messaging_customer_information":{"screens":[{"screen_id":"Add address","responses":[{"key":"name","value":"T"},{"key":"zip","value":1234},{},4]},5]}}`,
			Event{Kind: KindCustomer, Key: "messaging_customer_information", Rare: &Rare{Customer: []Answer{{"name", "T"}, {"zip", "1234"}}}},
		},
		"a lead form": {
			`{"form":{"id":12}}`, Event{Kind: KindForm, Key: "form", Rare: &Rare{Form: &Form{ID: "12"}}},
		},
		"a lead beside a referral": {
			`{"referral":{"source":"ADS"},"lead":{"data":[{"question":"Q","answer":"A"},{"question":[],"answer":20},7]}}`,
			Event{Kind: KindReferral, Key: "referral", Referral: &Referral{Source: "ADS"}, Rare: &Rare{Lead: []Answer{{"Q", "A"}, {"", "20"}}}},
		},
		"a hop": {
			`{"message":{"mid":"m_1"},"hop_context":{"app_id":413038776280800,"metadata":"m"}}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{MID: "m_1"}, Rare: &Rare{Hops: []Hop{{AppID: "413038776280800", Metadata: "m"}}}},
		},
		"hops": {
			`{"message":{"mid":"m_1"},"hop_context":[{"app_id":"1"},7,{"app_id":2}]}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{MID: "m_1"}, Rare: &Rare{Hops: []Hop{{AppID: "1"}, {AppID: "2"}}}},
		},
		"another kind beside the first leaves nothing": {
			`{"message":{"mid":"m_1"},"order":{"note":"n"},"reaction":{"mid":"m_2"},"app_roles":{"1":[]}}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{MID: "m_1"}},
		},
		"a legacy sticker": {
			`{"message":{"mid":"m_1","sticker_id":369239263222822}}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{MID: "m_1", StickerID: "369239263222822"}},
		},
		"an appointment in seconds, and a status that is none": {
			`{"message":{"attachments":[{"type":"appointment_booking","payload":{"booking_id":"b","status":"requested","start_time":1795532400,"end_time":"1795534200","timezone":"Asia/Tokyo"}},` +
				`{"type":"image","payload":{"status":"new"}},{"type":"appointment_booking","payload":{"status":5}}]}}`,
			Event{Kind: KindMessage, Key: "message", Message: &Message{Attachments: []Attachment{
				{Type: "appointment_booking", Booking: &Booking{ID: "b", Status: "requested", Start: 1795532400000, End: 1795534200000, Timezone: "Asia/Tokyo"}},
				{Type: "image"},
				{Type: "appointment_booking", Booking: nil},
			}}},
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

func TestParseEnvelopeChanges(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change string
		want   Event // without Raw
	}{
		"a label set": {
			`{"field":"inbox_labels","value":{"user":{"id":7412000000000101},"action":"add","label":{"id":"31","page_label_name":"VIP"}}}`,
			Event{
				Kind: KindLabel, Key: "inbox_labels", Channel: ChannelChanges, Sender: Party{ID: "7412000000000101"},
				Rare: &Rare{Label: &Label{ID: "31", Name: "VIP", Action: "add"}},
			},
		},
		"a label of a wrong type": {
			`{"field":"inbox_labels","value":["VIP"]}`, Event{Kind: KindUnknown, Key: "inbox_labels", Channel: ChannelChanges},
		},
		"a comment": {
			`{"field":"feed","value":{"item":"comment"}}`, Event{Kind: KindUnknown, Key: "feed", Channel: ChannelChanges},
		},
		"an event in standby": {
			`{"field":"standby","value":{"read":{}}}`, Event{Kind: KindRead, Key: "read", Channel: ChannelStandby, Read: &Read{}},
		},
		"a reaction": {
			`{"field":"message_reactions","value":{"timestamp":"1794822658158","reaction":{"mid":"m_1"}}}`,
			Event{Kind: KindReaction, Key: "reaction", Channel: ChannelChanges, Timestamp: 1794822658158, Rare: &Rare{Reaction: &Reaction{MID: "m_1"}}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, err := ParseEnvelope([]byte(`{"object":"page","entry":[{"id":"1","changes":[` + c.change + `]}]}`))
			if err != nil || len(env.Entries) != 1 || len(env.Entries[0].Events) != 1 {
				t.Fatalf("%+v, %v", env, err)
			}
			ev := env.Entries[0].Events[0]
			ev.Raw = nil
			if diff := cmp.Diff(c.want, ev); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
			checkRoundTrip(t, env)
		})
	}
}
