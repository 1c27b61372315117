package browser_test

import (
	"fmt"
	"testing"

	"frontdesk/internal/chromium"
	"frontdesk/messenger"
)

// TestTalk is a conversation in fair weather: everything that both sides can say, and what each learns of the other.
func TestTalk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.graph("POST", "/me/messenger_profile", `{"get_started":{"payload":"BEGIN"},"greeting":[{"locale":"default","text":"Hello!"}],
		"ice_breakers":[{"question":"When do you open?","payload":"HOURS"}],
		"persistent_menu":[{"locale":"default","call_to_actions":[{"type":"postback","title":"Talk to us","payload":"AGENT"},{"type":"web_url","title":"Shop","url":"https://lumen.example"}]}]}`)
	s := h.visit(t, chromium.Start(t).Profile(t), "?ref=checkout")
	s.Wait("what the page shows", `talk.state.page.greeting === "Hello!" && talk.state.page.iceBreakers.join() === "When do you open?" && talk.state.page.menu.length === 2`)
	var stored string
	s.Eval("localStorage.getItem('frontdesk:"+talkPage+"') ?? ''", &stored)
	if stored != "" {
		t.Errorf("before anything was done the website's storage holds %s", stored)
	}
	visitor := s.begin()
	s.say("Hi 👋 — is it “blue”?")
	s.shows("visitor Hi 👋 — is it “blue”? sent")
	if ev := h.next(messenger.KindMessage); ev.Message.Text != "Hi 👋 — is it “blue”?" {
		t.Errorf("the page was told %q", ev.Message.Text)
	}
	s.Wait("that the desk has it", "talk.state.messages[0].state === 'delivered'")
	h.graph("POST", "/me/messages", fmt.Sprintf(`{"recipient":{"id":%q},"sender_action":"mark_seen"}`, visitor))
	s.shows("visitor Hi 👋 — is it “blue”? seen")
	h.graph("POST", "/me/messages", fmt.Sprintf(`{"recipient":{"id":%q},"sender_action":"typing_on"}`, visitor))
	s.Wait("the page's typing", "talk.state.typing")
	h.say(visitor, `{"text":"Which?","quick_replies":[{"content_type":"text","title":"Blue","payload":"B"},{"content_type":"user_email"}]}`)
	s.Wait("the end of it", "!talk.state.typing && talk.state.messages.length === 2 && talk.state.messages[1].quickReplies.length === 2")
	h.next(messenger.KindDelivery)
	s.Eval("talk.looked()", nil)
	h.next(messenger.KindRead)
	s.Eval("talk.tap(talk.state.messages[1].mid, 0)", nil)
	if ev := h.next(messenger.KindMessage); ev.Message.QuickReply == nil || *ev.Message.QuickReply != "B" {
		t.Errorf("the tap came as %+v", ev.Message)
	}
	s.Wait("what was chosen", "talk.state.messages[1].chosen === 0 && talk.state.messages[1].answered && talk.state.messages[2].text === 'Blue'")
	s.Eval("talk.tap(talk.state.messages[1].mid, 1, 'mara@lumen.example')", nil)
	if ev := h.next(messenger.KindMessage); ev.Message.Text != "mara@lumen.example" {
		t.Errorf("the e-mail address came as %+v", ev.Message)
	}
	h.say(visitor, `{"attachment":{"type":"template","payload":{"template_type":"button","text":"Ready?","buttons":[{"type":"postback","title":"Yes","payload":"Y"}]}}}`)
	s.Wait("a button", "talk.state.messages.at(-1).buttons.length === 1")
	s.Eval("talk.press(talk.state.messages.at(-1).mid, null, 0)", nil)
	if ev := h.next(messenger.KindPostback); ev.Postback.Payload != "Y" {
		t.Errorf("the button came as %+v", ev.Postback)
	}
	h.say(visitor, `{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"One","subtitle":"first"},{"title":"Two","buttons":[{"type":"postback","title":"Take it","payload":"2"}]}]}}}`)
	s.Wait("cards", "talk.state.messages.at(-1).cards.length === 2")
	s.Eval("talk.press(talk.state.messages.at(-1).mid, 1, 0)", nil)
	if ev := h.next(messenger.KindPostback); ev.Postback.Payload != "2" {
		t.Errorf("the card's button came as %+v", ev.Postback)
	}
	s.Eval("talk.menu(0); talk.menu(1); talk.iceBreaker(0)", nil)
	if ev := h.next(messenger.KindPostback); ev.Postback.Payload != "AGENT" {
		t.Errorf("the menu came as %+v", ev.Postback)
	}
	if ev := h.next(messenger.KindPostback); ev.Postback.Payload != "HOURS" {
		t.Errorf("the question came as %+v", ev.Postback)
	}
	s.Wait("an empty outbox", "!JSON.parse(localStorage.getItem('frontdesk:"+talkPage+"')).outbox")
	h.wants(visitor, "Hi 👋 — is it “blue”?", "Which?", "Blue", "mara@lumen.example", "Ready?", "Yes", "Take it", "Talk to us", "When do you open?")
	s.Reload()
	s.ready()
	s.Wait("the conversation again", "talk.state.messages.length === 10 && talk.state.phase === 'chat'")
}
