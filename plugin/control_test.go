package plugin_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

const ourApp = "512340000000007" // of site()

// owners are who had control and who has it, of a hand-over; "nobody" for null.
func owners(ev messenger.Event) (from, to string) {
	c := ev.Rare.Control
	from, to = c.Previous, c.New
	if strings.Contains(string(ev.Raw), `"previous_owner_app_id":null`) {
		from = "nobody"
	}
	if c.ToNobody {
		to = "nobody"
	}
	return from, to
}

func TestControlChangesHands(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	c, _ := p.visitor(plugin.Profile{})
	client, to := p.client(siteToken), messenger.Recipient{ID: c.ID}
	expect := func(kind messenger.Kind, from, owner, note string) {
		t.Helper()
		ev := r.next(kind)
		gotFrom, gotTo := owners(ev)
		if ev.Channel != messenger.ChannelMessaging || ev.Sender.ID != c.ID || ev.Recipient.ID != siteID || ev.Timestamp == 0 ||
			gotFrom != from || gotTo != owner || ev.Rare.Control.Metadata != note {
			t.Errorf("%s in %s, want from %s to %s", ev.Raw, ev.Channel, from, owner)
		}
	}
	mid := p.send(c, `{"attachment":{"type":"template","payload":{"template_type":"button","text":"?","buttons":[{"type":"postback","title":"Yes","payload":"Y"}]}}}`)
	r.next(messenger.KindEcho)

	must(t, client.PassControl(t.Context(), siteID, to, messenger.PageInboxApp, "for Ana"))
	expect(messenger.KindPass, ourApp, messenger.PageInboxApp, "for Ana")
	_, err := p.Write(t.Context(), c, "hello?")
	must(t, err)
	if ev := r.next(messenger.KindMessage); ev.Channel != messenger.ChannelStandby || ev.Message.Text != "hello?" {
		t.Errorf("while another app has control the page is told %s in %s", ev.Raw, ev.Channel)
	}
	_, err = p.TapButton(t.Context(), c, mid, 0)
	must(t, err)
	if ev := r.next(messenger.KindPostback); ev.Channel != messenger.ChannelStandby || ev.Postback.Payload != "" || ev.Postback.Title != "Yes" {
		t.Errorf("a tap meanwhile is told as %s in %s", ev.Raw, ev.Channel)
	}
	for name, err := range map[string]error{
		"sending":  sendText(t, client, c.ID),
		"passing":  client.PassControl(t.Context(), siteID, to, "77", ""),
		"release":  client.ReleaseControl(t.Context(), siteID, to),
		"reaction": react(t, client, c.ID, mid),
	} {
		var api *messenger.APIError
		if !errors.As(err, &api) || api.Code != 100 || api.Subcode != 2018300 {
			t.Errorf("%s without control: %v", name, err)
		}
	}

	must(t, client.TakeControl(t.Context(), siteID, to, ""))
	expect(messenger.KindTake, messenger.PageInboxApp, ourApp, "")
	must(t, sendText(t, client, c.ID))
	if ev := r.next(messenger.KindEcho); ev.Channel != messenger.ChannelMessaging {
		t.Errorf("with control the echo comes in %s", ev.Channel)
	}
	must(t, client.ReleaseControl(t.Context(), siteID, to))
	expect(messenger.KindPass, ourApp, "nobody", "")
	must(t, sendText(t, client, c.ID)) // whoever answers takes it up
	r.next(messenger.KindEcho)
	must(t, client.PassControl(t.Context(), siteID, to, "77", ""))
	expect(messenger.KindPass, ourApp, "77", "")
	p.quiet()
}

// A page whose app has no id has control or nobody has.
func TestControlOfAnAppWithoutAnID(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	c, err := p.NewContact(t.Context(), pageID, plugin.Profile{FirstName: "Jonas"})
	must(t, err)
	client, to := p.client(pageToken), messenger.Recipient{ID: c.ID}
	must(t, client.PassControl(t.Context(), pageID, to, messenger.PageInboxApp, ""))
	if from, owner := owners(r.next(messenger.KindPass)); from != "nobody" || owner != messenger.PageInboxApp {
		t.Errorf("passed from %s to %s", from, owner)
	}
	must(t, client.TakeControl(t.Context(), pageID, to, ""))
	if from, owner := owners(r.next(messenger.KindTake)); from != messenger.PageInboxApp || owner != "nobody" {
		t.Errorf("taken from %s to %s", from, owner)
	}
	p.send(c, `{"text":"hi"}`)
	if ev := r.next(messenger.KindEcho); ev.Channel != messenger.ChannelMessaging {
		t.Errorf("the echo comes in %s", ev.Channel)
	}
}

func sendText(t *testing.T, c *messenger.Client, to string) error {
	t.Helper()
	_, err := c.Send(t.Context(), siteID, messenger.SendRequest{
		Recipient: messenger.Recipient{ID: to}, MessagingType: messenger.Response, Message: &messenger.OutMessage{Text: "hi"},
	})
	return err
}

func react(t *testing.T, c *messenger.Client, to, mid string) error {
	t.Helper()
	_, err := c.Send(t.Context(), siteID, messenger.SendRequest{
		Recipient: messenger.Recipient{ID: to}, SenderAction: messenger.ActionReact,
		Payload: &messenger.ReactPayload{MessageID: mid, Reaction: "❤️"},
	})
	return err
}

// What the page puts on a message is there for the visitor, also on one read long ago, and can be taken back.
func TestThePageReacts(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	id, token := p.visit(`{"page_id":"` + siteID + `"}`)
	c := plugin.Contact{Page: siteID, ID: id}
	wrote, err := p.Write(t.Context(), c, "thank you!")
	must(t, err)
	news, stop := p.Watch(c)
	defer stop()
	do := func(action, payload string) answer {
		return p.call("POST", "/me/messages", siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"sender_action":%q,"payload":%s}`, id, action, payload))
	}
	if a := do("react", fmt.Sprintf(`{"message_id":%q,"reaction":"❤️"}`, wrote.MID)); a.status != 200 || a.body["recipient_id"] != id {
		t.Fatalf("reacting answered %d %v", a.status, a.body)
	}
	select {
	case <-news:
	default:
		t.Error("the visitor is not told that there is news")
	}
	a := p.call("GET", "/plugin/messages", token, "")
	if got := lines(t, a); got[0]["reaction"] != "❤️" {
		t.Errorf("the visitor reads %v", got)
	}
	after := fmt.Sprint(int(a.body["after"].(float64)))
	if got := fmt.Sprint(p.call("GET", "/plugin/messages?after="+after, token, "").body["reactions"]); got != "[map[mid:"+wrote.MID+" reaction:❤️]]" {
		t.Errorf("after the message the visitor is told %s", got)
	}
	if a := do("unreact", fmt.Sprintf(`{"message_id":%q}`, wrote.MID)); a.status != 200 {
		t.Errorf("taking it back answered %d %v", a.status, a.body)
	}
	a = p.call("GET", "/plugin/messages", token, "")
	if got := lines(t, a); got[0]["reaction"] != nil || fmt.Sprint(a.body["reactions"]) != "[map[mid:"+wrote.MID+"]]" {
		t.Errorf("afterwards the visitor reads %v", a.body)
	}
	if a := do("react", fmt.Sprintf(`{"message_id":%q,"reaction":%q}`, wrote.MID, strings.Repeat("x", 33))); a.status != 400 {
		t.Errorf("a long story answered %d", a.status)
	}
}

// What a visitor can do with what is offered, and what the page hears of it.
func TestVisitorsAnswerWhatTheyAreOffered(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	id, token := p.visit(`{"page_id":"` + siteID + `"}`)
	c := plugin.Contact{Page: siteID, ID: id}
	r.next(messenger.KindPostback)
	asked := p.send(c, `{"text":"How can we reach you?","quick_replies":[{"content_type":"user_phone_number"},{"content_type":"user_email"},{"content_type":"text","title":"No","payload":"NO"}]}`)
	cards := p.send(c, `{"attachment":{"type":"template","payload":{"template_type":"generic","image_aspect_ratio":"square","elements":[`+
		`{"title":"Trail 3","subtitle":"moss","default_action":{"type":"web_url","url":"https://lumen.example/t3"}},`+
		`{"title":"Fjord 2","buttons":[{"type":"web_url","title":"See","url":"https://lumen.example/f2"},{"type":"postback","title":"Reserve","payload":"F2"}]}]}}}`)
	r.next(messenger.KindEcho)
	r.next(messenger.KindEcho)
	got := lines(t, p.call("GET", "/plugin/messages", token, ""))
	if shown, _ := got[1]["cards"].([]any); len(shown) != 2 || got[1]["square"] != true || fmt.Sprint(shown[0]) !=
		"map[default_action:map[type:web_url url:https://lumen.example/t3] subtitle:moss title:Trail 3]" {
		t.Errorf("the visitor sees %v", got)
	}
	for _, tc := range []struct{ tap, text, payload string }{
		{`{"quick_reply":{"mid":"` + asked + `","index":0,"value":"+47 555 01 42"}}`, "+47 555 01 42", "+47 555 01 42"},
		{`{"quick_reply":{"mid":"` + asked + `","index":1,"value":"mara@lumen.example"}}`, "mara@lumen.example", "mara@lumen.example"},
		{`{"quick_reply":{"mid":"` + asked + `","index":2}}`, "No", "NO"},
	} {
		if a := p.call("POST", "/plugin/messages", token, tc.tap); a.status != 200 || a.body["text"] != tc.text {
			t.Errorf("%s answered %d %v", tc.tap, a.status, a.body)
		}
		if m := r.next(messenger.KindMessage).Message; m.Text != tc.text || m.QuickReply == nil || *m.QuickReply != tc.payload {
			t.Errorf("%s came as %+v", tc.tap, m)
		}
	}
	if a := p.call("POST", "/plugin/messages", token, `{"button":{"mid":"`+cards+`","card":1,"index":1}}`); a.status != 200 {
		t.Errorf("a card's button answered %d %v", a.status, a.body)
	}
	if pb := r.next(messenger.KindPostback).Postback; pb.Title != "Reserve" || pb.Payload != "F2" {
		t.Errorf("a card's button came as %+v", pb)
	}
	for _, tap := range []string{
		`{"quick_reply":{"mid":"` + asked + `","index":0}}`, `{"quick_reply":{"mid":"` + asked + `","index":2,"value":"x"}}`,
		`{"quick_reply":{"mid":"` + asked + `","index":0,"value":"call me"}}`, `{"quick_reply":{"mid":"` + asked + `","index":0,"value":"+"}}`,
		`{"quick_reply":{"mid":"` + asked + `","index":1,"value":"mara"}}`, `{"quick_reply":{"mid":"` + asked + `","index":1,"value":"a b@x"}}`,
		`{"quick_reply":{"mid":"` + asked + `","index":1,"value":"a@` + strings.Repeat("x", 300) + `"}}`,
		`{"button":{"mid":"` + cards + `","card":0,"index":0}}`, `{"button":{"mid":"` + cards + `","card":2,"index":0}}`,
		`{"button":{"mid":"` + cards + `","card":-1,"index":0}}`, `{"button":{"mid":"` + cards + `","card":1,"index":0}}`,
		`{"button":{"mid":"` + cards + `","index":0}}`, `{"button":{"mid":"m_","card":0,"index":0}}`,
	} {
		if a := p.call("POST", "/plugin/messages", token, tap); a.status != 400 {
			t.Errorf("%s answered %d %v", tap, a.status, a.body)
		}
	}
	p.quiet()
}
