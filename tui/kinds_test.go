package tui_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// told is a desk in which Mara's thread is what the test says.
type told struct {
	desk.Contract
	msgs   []store.Message
	change func(c *store.Conversation)
}

func (d *told) List(ctx context.Context, r store.ListRequest) (store.ListPage, error) {
	page, err := d.Contract.List(ctx, r)
	for i := range page.Rows {
		if page.Rows[i].Contact.ID == mara.ID {
			d.change(&page.Rows[i])
		}
	}
	return page, err
}

func (d *told) Conversation(ctx context.Context, id store.ConversationID) (store.Conversation, error) {
	c, err := d.Contract.Conversation(ctx, id)
	d.change(&c)
	return c, err
}

func (d *told) Thread(_ context.Context, r store.ThreadRequest) (store.ThreadPage, error) {
	if r.From != (store.Place{}) {
		return store.ThreadPage{}, nil
	}
	return store.ThreadPage{Messages: d.msgs}, nil
}

// everyKind is a thread with a line of each kind there is.
func everyKind() []store.Message {
	at := store.MillisOf(base.Add(-2 * time.Hour))
	file := func(kind, url string) store.Attachment { return store.Attachment{Type: kind, URL: url} }
	msgs := []store.Message{
		{Kind: store.KindPostback, Text: "Get Started", Touch: &store.Touch{Origin: store.OriginPlugin, Ref: "pricing", Page: "https://lumen.example/pricing?x=1"}},
		{Kind: store.KindText, Text: "I need it on Friday", EditN: 2, Edits: []store.Edit{{Text: "I need it today", At: at}, {N: 1, Text: "I need it tomorrow", At: at + 60_000}}},
		{Kind: store.KindText, Withdrawn: true},
		{Direction: store.Out, Agent: "ben", Kind: store.KindText, Text: "We open at nine.", MID: "m_nine", State: store.StateRead, Feedback: "Good response", Reactions: []store.Reaction{{Side: store.In, Emoji: "love"}, {Side: store.Out, Emoji: "👍"}}},
		{Kind: store.KindText, Text: "Also on Sundays?", ReplyTo: "nine"},
		{Kind: store.KindText, Text: "And this?", ReplyTo: "m_older"},
		{Kind: store.KindMedia, Attachments: []store.Attachment{{Type: "sticker", StickerID: "369239263222822"}, {Type: "sticker", StickerID: "1"}}},
		{Kind: store.KindMedia, Attachments: []store.Attachment{file("image", "https://cdn.lumen.example/1.jpg"), file("image", "https://cdn.lumen.example/2.jpg"), file("image", "https://cdn.lumen.example/3.jpg")}},
		{Kind: store.KindMedia, Attachments: []store.Attachment{file("file", "https://cdn.lumen.example/u/Rechnung%20M%C3%A4rz.pdf?oh=1"), file("audio", "https://cdn.lumen.example/clip.mp4"), file("video", "")}},
		{Kind: store.KindMedia, Attachments: []store.Attachment{{Type: "location", Lat: 59.91273, Long: 10.74609, Title: "Mara's Location"}}},
		{Kind: store.KindMedia, Attachments: []store.Attachment{
			{Type: "fallback", Title: "A test of city bikes", URL: "https://paper.example/bikes"},
			{Type: "fallback"},
			{Type: "reel", Title: "Round the lake", URL: "https://social.example/reel/1"},
			{Type: "ig_post", Title: "/p/77"},
			{Type: "unsupported"},
			{Type: "hologram"},
		}},
		{Kind: store.KindMedia, Attachments: []store.Attachment{{Type: "template", Elements: []messenger.Element{{Title: "Lumen One", Subtitle: "1490 €"}}}}},
		{Kind: store.KindMedia, Attachments: []store.Attachment{{Type: "appointment_booking"}}, Details: []store.Detail{{Name: "appointment", Value: "requested"}, {Name: "from", Value: "2026-03-13 09:00 UTC"}}},
		{Kind: store.KindOrder, Text: "Please gift-wrap it.", Details: []store.Detail{{Name: "Lumen One", Value: "1 × 1490.00 EUR"}, {Name: "Bell", Value: "2 × 9.50 EUR"}}},
		{Kind: store.KindForm, Details: []store.Detail{{Name: "address line 1", Value: "Havnegata 7"}, {Name: "city", Value: "Oslo"}}},
		{Direction: store.Activity, Kind: store.KindOptin, Text: "asked for messages", Details: []store.Detail{{Name: "topic", Value: "spring"}}},
		{Direction: store.Activity, Kind: store.KindControl, Details: []store.Detail{{Name: "from", Value: "the Page inbox"}, {Name: "to", Value: "app 77"}}},
		{Direction: store.Activity, Kind: store.KindLinked},
		{Direction: store.Activity, Kind: store.KindUnlinked},
		{Direction: store.Activity, Kind: store.KindSurvey, Details: []store.Detail{{Name: "satisfaction", Value: "5"}, {Name: "comment", Value: "quick"}}},
		{Direction: store.Activity, Kind: store.KindCoupon, Details: []store.Detail{{Name: "code", Value: "SPRING10"}}},
		{Direction: store.Activity, Kind: "eclipse"},
		{Direction: store.Out, AppID: "77", Kind: store.KindText, Text: "I am a bot."},
		{Direction: store.Out, AppID: messenger.PageInboxApp, Kind: store.KindText, Text: "And I am not."},
	}
	for i := range msgs {
		m := &msgs[i]
		m.ID, m.Conversation, m.At = store.MessageID("k"+itoa3(i)), store.NewConversationID(pageID, mara), at+store.Millis(i*60_000)
		if m.Direction == "" {
			m.Direction = store.In
		}
	}
	return msgs
}

func everyState(c *store.Conversation) {
	c.Labels = []string{"vip", "repair"}
	c.Owner = store.Owner{Kind: store.OwnerApp, AppID: "77"}
	c.LastMessage = store.LastMessage{Direction: store.Out, Kind: store.KindText, Text: "We open at nine.", Agent: "ben", State: store.StateRead}
}

// TestEveryKindHasALine draws all that can stand in a thread, on screens high enough for all of it.
func TestEveryKindHasALine(t *testing.T) {
	t.Parallel()
	for _, so := range sizes(60, 110, 80, 110, 120, 110, 200, 110) {
		t.Run(strings.TrimPrefix(itoa3(so.w), "0"), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{})
				s := openScreen(t, &told{w.desk, everyKind(), everyState}, w.now, so)
				s.press("open")
				s.widths()
				s.expect("↳ came in by chat plugin, ref pricing", "edited", "(took this message back)", "┆ ben: We open at nine.",
					"59.91273, 10.74609", "Rechnung März.pdf", "[hologram]", "1 × 1490.00 EUR", "answered a survey: satisfaction 5", "app 77 has it")
				golden.RequireEqual(s.t, s.frame())
			})
		})
	}
}

func TestDetailsOfLabelsControlAndFormerWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		s := openScreen(t, &told{w.desk, everyKind(), everyState}, w.now, screenOptions{w: 200, h: 60})
		s.expect("plugin · pricing  #vip  #repair", "ben: We open at nine.", "labels      #vip  #repair", "app 77 has it", "Edited", "I need it on Friday", "I need it tomorrow", "I need it today")
	})
}
