package tui_test

import (
	"testing"
	"testing/synctest"

	"github.com/charmbracelet/x/exp/golden"

	"frontdesk/messenger"
	"frontdesk/store"
)

// answered is a thread in which the contact taps on what was asked.
func answered() []store.Message {
	button := func(title, payload string) messenger.Button {
		return messenger.Button{Type: messenger.ButtonPostback, Title: title, Payload: payload}
	}
	msgs := []store.Message{
		{Kind: store.KindText, Text: "Do you ship to Norway?"},
		{
			Direction: store.Out, Agent: "ana", Kind: store.KindText, Text: "Yes, to all of Norway. What would you like to know?", State: store.StateRead, MID: "m_ask",
			QuickReplies: []messenger.QuickReply{
				{ContentType: "text", Title: "Shipping prices", Payload: "PRICES"},
				{ContentType: "text", Title: "Delivery time", Payload: "TIME"},
				{ContentType: "text", Title: "Something else", Payload: "ELSE"},
			},
		},
		{Kind: store.KindQuickReply, Text: "Delivery time", Payload: "TIME"},
		{
			Direction: store.Out, Agent: "ana", Kind: store.KindTemplate, Text: "It takes three days. How shall we go on?", State: store.StateRead,
			Buttons: []messenger.Button{button("Order now", "ORDER"), {Type: messenger.ButtonURL, Title: "The bikes", URL: "https://lumen.example/bikes"}, button("Talk to us", "TALK")},
		},
		{Kind: store.KindText, Text: "Let me think."},
		{Kind: store.KindPostback, Text: "Talk to us", Payload: "TALK"},
		{
			Direction: store.Out, Agent: "ben", Kind: store.KindTemplate, State: store.StateRead,
			Elements: []messenger.Element{
				{Title: "Lumen One", Subtitle: "1490 €, in stock", ImageURL: "https://cdn.lumen.example/one.jpg", Buttons: []messenger.Button{button("This one", "ONE")}},
				{Title: "Lumen Two", Subtitle: "1890 €, in May", Buttons: []messenger.Button{button("This one", "TWO")}},
			},
		},
		{Kind: store.KindPostback, Text: "This one", Payload: "TWO"},
		{
			Direction: store.Out, Agent: "ben", Kind: store.KindText, Text: "Where can we reach you?", State: store.StateDelivered,
			QuickReplies: []messenger.QuickReply{{ContentType: "user_phone_number"}, {ContentType: "user_email"}},
		},
		{Kind: store.KindQuickReply, Text: "mara@post.example", Payload: "mara@post.example"},
		{Kind: store.KindPostback, Text: "Start over", Payload: "MENU"},
	}
	at := store.MillisOf(base) - 60*60_000
	for i := range msgs {
		m := &msgs[i]
		m.ID, m.Conversation, m.At = store.MessageID("t"+itoa3(i)), store.NewConversationID(pageID, mara), at+store.Millis(i*60_000)
		if m.Direction == "" {
			m.Direction = store.In
		}
	}
	return msgs
}

func TestTapsAreJoinedToTheirQuestions(t *testing.T) {
	t.Parallel()
	for _, so := range []screenOptions{{w: 60, h: 50}, {w: 80, h: 44}, {w: 120, h: 44}, {w: 120, h: 44, light: true}, {w: 120, h: 44, noColor: true}} {
		name := "dark-"
		switch {
		case so.light:
			name = "light-"
		case so.noColor:
			name = "nocolor-"
		}
		t.Run(name+itoa3(so.w), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{})
				s := openScreen(t, &told{w.desk, answered(), func(*store.Conversation) {}}, w.now, so)
				s.press("open")
				s.widths()
				s.expect("( Shipping prices )", "(● Delivery time )", "▸ Delivery time", "┆ you: It takes three days.", "[● Talk to us ]", "▸ Talk to us",
					"[ This one ]", "[● This one ]", "( phone number )", "(● e-mail address )", "▸ Start over")
				s.refuse("┆ you: Yes, to all of Norway.", "┆ ben: Lumen One")
				golden.RequireEqual(s.t, s.frame())
			})
		})
	}
}
