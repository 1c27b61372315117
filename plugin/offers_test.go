package plugin_test

import (
	"fmt"
	"testing"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// What a page sets is what its contacts are shown, and what they tap is what the page is told.
func TestOffersAreShownAndTapped(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	sameAs(t, p.call("POST", profilePath, siteToken, `{"get_started":{"payload":"BEGIN"},
		"greeting":[{"locale":"default","text":"Hello {{user_first_name}}, ask us."},{"locale":"de_DE","text":"Hallo {{user_full_name}}!"}],
		"ice_breakers":[{"question":"When do you open?","payload":"HOURS"}],
		"persistent_menu":[{"locale":"default","composer_input_disabled":true,"call_to_actions":[
			{"type":"postback","title":"Talk to us","payload":"AGENT"},{"type":"web_url","title":"Shop","url":"https://lumen.example"}]},
			{"locale":"de_DE","disabled_surfaces":["CUSTOMER_CHAT_PLUGIN"],"call_to_actions":[{"type":"postback","title":"Reden","payload":"AGENT"}]}]}`),
		"messenger-profile-set-success")
	for locale, want := range map[string]struct{ greeting, menu, questions string }{
		"":      {"Hello Mara, ask us.", "[{postback Talk to us  } {web_url Shop https://lumen.example }]", "[When do you open?]"},
		"fr_FR": {"Hello Mara, ask us.", "[{postback Talk to us  } {web_url Shop https://lumen.example }]", "[When do you open?]"},
		"de_AT": {"Hallo Mara Voss!", "[]", "[When do you open?]"},
	} {
		got, err := p.Offers(t.Context(), siteID, locale, plugin.Profile{Name: "Mara Voss"})
		if err != nil || got.Greeting != want.greeting || fmt.Sprint(got.Menu) != want.menu || fmt.Sprint(got.IceBreakers) != want.questions {
			t.Errorf("in %q the visitor is shown %+v (%v)", locale, got, err)
		}
		if got.NoText != (want.menu != "[]") {
			t.Errorf("in %q the composer is off: %v", locale, got.NoText)
		}
	}
	a := p.call("GET", "/plugin/profile?page_id="+siteID+"&locale=de_DE", "", "")
	if a.status != 200 || a.body["greeting"] != "Hallo!" {
		t.Errorf("a stranger is greeted with %d %v", a.status, a.body)
	}
	// A question can be what a visitor begins with.
	_, asking := p.visit(`{"page_id":"` + siteID + `","ref":"pricing","ice_breaker":{"index":0,"title":"When do you open?"}}`)
	if pb := r.next(messenger.KindPostback).Postback; pb.Payload != "HOURS" || pb.Title != "When do you open?" || pb.Referral == nil || pb.Referral.Ref != "pricing" {
		t.Errorf("a question to begin with came as %+v", pb)
	}
	if got := lines(t, p.call("GET", "/plugin/messages", asking, "")); len(got) != 1 || got[0]["text"] != "When do you open?" {
		t.Errorf("the visitor who asked it reads %v", got)
	}
	if a := p.call("POST", "/plugin/visitors", "", `{"page_id":"`+siteID+`","ice_breaker":{"index":0,"title":"Other"}}`); a.status != 400 {
		t.Errorf("a question that is not offered answered %d %v", a.status, a.body)
	}
	_, token := p.visit(`{"page_id":"` + siteID + `"}`)
	if pb := r.next(messenger.KindPostback).Postback; pb.Payload != "BEGIN" || pb.Title != "Get Started" {
		t.Errorf("Get Started came as %+v", pb)
	}
	for path, tc := range map[string]struct{ title, payload string }{
		"/plugin/menu":         {"Talk to us", "AGENT"},
		"/plugin/ice_breakers": {"When do you open?", "HOURS"},
	} {
		a := p.call("POST", path, token, `{"index":0,"title":"`+tc.title+`"}`)
		if a.status != 200 || a.body["text"] != tc.title || a.body["from"] != "visitor" {
			t.Errorf("%s answered %d %v", path, a.status, a.body)
		}
		if pb := r.next(messenger.KindPostback).Postback; pb.Title != tc.title || pb.Payload != tc.payload || pb.MID != a.body["mid"] {
			t.Errorf("%s came as %+v", path, pb)
		}
		for _, wrong := range []string{`{"index":0,"title":"Other"}`, `{"index":9,"title":"` + tc.title + `"}`, `{"index":-1}`, `{"index":1,"title":"Shop"}`} {
			if a := p.call("POST", path, token, wrong); a.status != 400 {
				t.Errorf("%s %s answered %d %v", path, wrong, a.status, a.body)
			}
		}
		if a := p.call("POST", path, "nobody", `{"index":0,"title":"`+tc.title+`"}`); a.status != 401 {
			t.Errorf("%s without a token answered %d", path, a.status)
		}
	}
	p.quiet()
}
