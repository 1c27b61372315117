package ingest_test

import (
	"strings"
	"testing"

	"frontdesk/store"
)

func TestTranslateRare(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, event, want string
	}{
		{"a reaction by its word", `"reaction":{"mid":"m_1","action":"react","reaction":"love"}`, "reaction A/psid:Maya opens reaction=love"},
		{"a reaction without an action", `"reaction":{"mid":"m_1","emoji":"🙂"}`, "reaction A/psid:Maya opens reaction=🙂"},
		{"a reaction of nothing", `"reaction":{"mid":"m_1","action":"react"}`, "unknown reaction A/psid:Maya"},
		{"a reaction to nothing", `"reaction":{"mid":"m_","emoji":"🙂"}`, "unknown reaction A/psid:Maya"},
		{"a reaction taken back", `"reaction":{"mid":"m_1","action":"UNREACT","emoji":"🙂"}`, "reaction A/psid:Maya"},
		{"an edit without a count", `"message_edit":{"mid":"m_1","text":"x"}`, "edit A/psid:Maya edit=1"},
		{"an edit of nothing", `"message_edit":{"text":"x","num_edit":1}`, "unknown message_edit A/psid:Maya"},
		{"a withdrawal", `"message":{"mid":"m_1","is_deleted":"true","text":"x"}`, "unsend A/psid:Maya"},
		{"a withdrawal of nothing", `"message":{"is_deleted":true}`, "unknown message.is_deleted A/psid:Maya"},
		{"feedback on nothing", `"response_feedback":{"feedback":"Bad response"}`, "unknown response_feedback A/psid:Maya"},
		{"control passed to nobody", `"pass_thread_control":{"previous_owner_app_id":1,"new_owner_app_id":null}`, `control control A/psid:Maya owner=idle: "" [from app 1] [to nobody]`},
		{"control passed to what can't be read", `"pass_thread_control":{"new_owner_app_id":{}}`, `control control A/psid:Maya ""`},
		{"control taken by the Instagram inbox", `"take_thread_control":{"new_owner_app_id":"1217981644879628"}`, `control control A/psid:Maya owner=app:1217981644879628 "the conversation was taken over" [to the Instagram inbox]`},
		{"policy in words nobody knows", `"policy_enforcement":{"action":"frown"}`, "unknown policy_enforcement A/"},
		{"policy under its old key", `"policy-enforcement":{"action":"Block","reason":7}`, `alert A/ alert=block "7"`},
		{"an account in words nobody knows", `"account_linking":{"status":"maybe"}`, "unknown account_linking A/psid:Maya"},
		{"a request accepted", `"optin":{"message_request":"accept"}`, `activity optin A/psid:Maya "accepted the message request"`},
		{"one notification", `"optin":{"type":"one_time_notif_req","one_time_notif_token":"secret"}`, `activity optin A/psid:Maya "asked for one notification"`},
		{"marketing stopped", `"optin":{"type":"notification_messages","notification_messages_status":"STOP NOTIFICATIONS","title":"News"}`, `activity optin A/psid:Maya "stopped the messages they had asked for" [about News]`},
		{"marketing resumed", `"optin":{"type":"notification_messages","notification_messages_status":"RESUME NOTIFICATIONS","notification_messages_frequency":"WEEKLY"}`, `activity optin A/psid:Maya "wants the messages they had stopped again" [how often weekly]`},
		{"a login", `"optin":{"login_id":"7"}`, `activity optin A/psid:Maya ""`},
		{"an order in numbers", `"order":{"products":[{"id":9007199254740993,"unit_price":5,"quantity":1},{"name":"Tea","quantity":"2"},{"name":"Cup","unit_price":"3","currency":"EUR"},{}]}`, `message order A/psid:Maya "" [9007199254740993 1 × 5] [Tea 2] [Cup 3.00 EUR] [product]`},
		{"a lead form", `"form":{"id":12}`, "message form A/psid:Maya [form 12]"},
		{"a survey of types nobody knows", `"messaging_feedback":{"feedback_screens":[{"questions":{"x":{"type":"gut_feeling","payload":"4"}}}]}`, `activity survey A/psid:Maya "" [gut feeling 4]`},
		{"retired kinds", `"checkout_update":{"payload":"x"}`, "unknown checkout_update A/psid:Maya"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := sketch(one(t, fromMaya(test.event))); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// No token, code or secret of an event is in what its fact shows.
func TestTranslateShowsNoSecret(t *testing.T) {
	t.Parallel()
	for _, event := range []string{
		`"optin":{"type":"notification_messages","notification_messages_token":"s3cret","title":"News"}`,
		`"optin":{"type":"one_time_notif_req","one_time_notif_token":"s3cret"}`,
		`"account_linking":{"status":"linked","authorization_code":"s3cret"}`,
	} {
		f := one(t, fromMaya(event))
		shown := f.Text + f.Payload + f.Name
		for _, d := range f.Details {
			shown += d.String()
		}
		if strings.Contains(shown, "s3cret") {
			t.Errorf("%s: shows %q", event, shown)
		}
	}
}

// What speaks of a message names it, and is told apart from the message and from others that speak of it.
func TestTranslateAddresses(t *testing.T) {
	t.Parallel()
	react := `"reaction":{"mid":"m_1","action":"react","emoji":"🙂"}`
	for name, test := range map[string]struct {
		a, b string
		same bool
	}{
		"a repeated edit":                    {`"message_edit":{"mid":"m_1","text":"x","num_edit":1}`, `"message_edit":{"num_edit":"1","mid":"1","text":"x"}`, true},
		"two edits":                          {`"message_edit":{"mid":"m_1","text":"x","num_edit":1}`, `"message_edit":{"mid":"m_1","text":"x","num_edit":2}`, false},
		"a reaction and its end":             {react, `"reaction":{"mid":"m_1","action":"unreact"}`, false},
		"a repeated reaction":                {react, `"reaction":{"emoji":"🙂","mid":"1","action":"react"}`, true},
		"a message and its withdrawal":       {`"message":{"mid":"m_1","text":"x"}`, `"message":{"mid":"m_1","is_deleted":true}`, false},
		"a repeated withdrawal":              {`"message":{"mid":"m_1","is_deleted":true}`, `"message":{"mid":"1","is_deleted":1}`, true},
		"good and bad":                       {`"response_feedback":{"mid":"m_1","feedback":"Good response"}`, `"response_feedback":{"mid":"m_1","feedback":"Bad response"}`, false},
		"an order written in another way":    {`"order":{"products":[{"id":1}],"note":"\u00e9/"}`, `"order": {"note":"é\/","products":[ {"id":1} ]}`, true},
		"ids that one float can't part":      {`"order":{"products":[{"id":9007199254740992}]}`, `"order":{"products":[{"id":9007199254740993}]}`, false},
		"a message without mid, spelled new": {`"message":{"text":"\u00e9"}`, `"message":{ "text":"é" }`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := one(t, fromMaya(test.a)), one(t, fromMaya(test.b))
			if (a.Key == b.Key) != test.same || (a.ID == b.ID) != test.same && a.MID == b.MID {
				t.Errorf("keys %q and %q, same: want %t", a.Key, b.Key, test.same)
			}
			if a.Kind != store.FactMessage && a.MID == "" && strings.Contains(test.a, "mid") {
				t.Error("it does not say which message it speaks of")
			}
		})
	}
}

// A label set, taken off and set again is set: the third event is not a repeat of the first.
func TestTranslateLabels(t *testing.T) {
	t.Parallel()
	label := func(time, action string) store.Fact {
		return one(t, []byte(`{"object":"page","entry":[{"id":"109872000000101","time":`+time+`,"changes":[{"field":"inbox_labels",
			"value":{"user":{"id":"7412000000000101"},"action":"`+action+`","label":{"id":"31","page_label_name":"VIP"}}}]}]}`))
	}
	set, again, off := label("1794819600000", "add"), label("1794819800000", "add"), label("1794819700000", "REMOVE")
	if set.Key == again.Key || set.Key == off.Key {
		t.Errorf("keys %q, %q, %q: want three", set.Key, off.Key, again.Key)
	}
	if got, want := sketch(off), "label A/psid:Maya -VIP"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := sketch(label("1", "rename")), "unknown inbox_labels A/psid:Maya"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
