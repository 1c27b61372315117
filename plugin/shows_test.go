package plugin_test

import (
	"fmt"
	"strings"
	"testing"

	"frontdesk/plugin"
)

// What the chat plugin never showed (ref. 7.5) is not taken, and the program that sent it is told so.
func TestWhatThePluginNeverShowed(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	c, token := p.visitor(plugin.Profile{})
	button := func(more string) string {
		return `{"attachment":{"type":"template","payload":{"template_type":"button","text":"Choose","buttons":[{"type":"postback","title":"Yes","payload":"Y"},` + more + `]}}}`
	}
	card := func(more string) string {
		return `{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"Bike","subtitle":"red","buttons":[` + more + `]}]}}}`
	}
	template := func(kind, more string) string {
		return `{"attachment":{"type":"template","payload":{"template_type":"` + kind + `"` + more + `}}}`
	}
	for name, tc := range map[string]struct{ message, named string }{
		"a list": {template("list", `,"top_element_style":"compact","elements":[{"title":"a","subtitle":"b"},{"title":"c","subtitle":"d"}],"buttons":[{"type":"postback","title":"More","payload":"M"}]`), "list"},
		"media":  {template("media", `,"elements":[{"media_type":"image","attachment_id":"1"}]`), "media"},
		"a song": {template("open_graph", `,"elements":[{"url":"https://music.example/1"}]`), "open_graph"},
		"a receipt": {template("receipt", `,"recipient_name":"Mara","order_number":"1","currency":"EUR","payment_method":"Card","summary":{"total_cost":12.5},
			"elements":[{"title":"Bell","quantity":1,"price":12.5,"currency":"EUR"}]`), "receipt"},
		"a share button":           {button(`{"type":"element_share"}`), "element_share"},
		"a buy button on a card":   {card(`{"type":"payment","title":"Buy","payload":"B","payment_summary":{"currency":"EUR"}}`), "payment"},
		"a log in button":          {button(`{"type":"account_link","url":"https://lumen.example/login"}`), "account_link"},
		"a log out button":         {card(`{"type":"account_unlink"}`), "account_unlink"},
		"a game button":            {button(`{"type":"game_play","title":"Play"}`), "game_play"},
		"a quick reply for places": {`{"text":"Where?","quick_replies":[{"content_type":"text","title":"Here","payload":"H"},{"content_type":"location"}]}`, "location"},
	} {
		a := p.call("POST", "/v25.0/me/messages", siteToken, fmt.Sprintf(`{"recipient":{"id":%q},"message":%s}`, c.ID, tc.message))
		code, _ := a.fault()
		fault, _ := a.body["error"].(map[string]any)
		said := fmt.Sprint(fault["message"])
		if a.status != 400 || code != 100 || !strings.Contains(said, "the chat plugin does not show") || !strings.Contains(said, tc.named) {
			t.Errorf("%s is answered %d %v", name, a.status, a.body)
		}
	}
	if got := lines(t, p.call("GET", "/plugin/messages", token, "")); len(got) != 0 {
		t.Errorf("the visitor was shown %v", got)
	}
	if n := len(r.events); n != 0 {
		t.Errorf("%d echoes came of what was refused", n)
	}
}
