package main

import (
	"strings"
	"testing"

	"frontdesk/messenger"
	"frontdesk/store"
)

// TestShowSaysWhatTheScreenSays wants show to use the words of the screen: who wrote, what was tapped, what came.
func TestShowSaysWhatTheScreenSays(t *testing.T) {
	t.Parallel()
	c := store.Conversation{Contact: store.Contact{Kind: store.ContactPSID, ID: "7100000000000001", Name: "Mara Voss"}}
	in := func(m store.Message) store.Message { m.Direction = store.In; return m }
	out := func(m store.Message) store.Message { m.Direction = store.Out; return m }
	for name, test := range map[string]struct {
		m    store.Message
		want []string
	}{
		"a tap":                  {in(store.Message{Kind: store.KindQuickReply, Text: "Yes", Payload: "YES"}), []string{"Mara Voss", "    ▸ Yes\n"}},
		"a tap without a title":  {in(store.Message{Kind: store.KindPostback, Payload: "GET_STARTED"}), []string{"    ▸ GET_STARTED\n"}},
		"a tap without anything": {in(store.Message{Kind: store.KindPostback}), []string{"    ▸ (no title)\n"}},
		"typed":                  {in(store.Message{Kind: store.KindText, Text: "Yes"}), []string{"    Yes\n"}},
		"a link":                 {in(store.Message{Attachments: []store.Attachment{{Type: "fallback", URL: "https://lumen.example/"}}}), []string{"    [link] https://lumen.example/\n"}},
		"not passed on":          {in(store.Message{Attachments: []store.Attachment{{Type: "unsupported"}}}), []string{"    [content not passed on]\n"}},
		"a reel":                 {in(store.Message{Attachments: []store.Attachment{{Type: "ig_reel", Title: "Fold it"}}}), []string{"    [reel] Fold it\n"}},
		"of a type to come":      {in(store.Message{Attachments: []store.Attachment{{Type: "hologram"}}}), []string{"    [hologram]\n"}},
		"an order": {
			in(store.Message{Kind: store.KindOrder, Text: "gift wrap", Details: []store.Detail{{Name: "Pen", Value: "2 × 24.90 EUR"}}}),
			[]string{"    [order]\n    gift wrap\n    Pen 2 × 24.90 EUR\n"},
		},
		"a form":         {in(store.Message{Kind: store.KindForm}), []string{"    [form]\n"}},
		"feedback":       {out(store.Message{Text: "Hello", Feedback: "Bad response"}), []string{"    (feedback: Bad response)\n"}},
		"an agent":       {out(store.Message{Text: "Hello", Agent: "ana", Token: "t"}), []string{"  ana\n"}},
		"our own":        {out(store.Message{Text: "Hello", Token: "t"}), []string{"  you\n"}},
		"a bot":          {out(store.Message{Text: "Hello", AppID: "512340000000099"}), []string{"  bot\n"}},
		"the page inbox": {out(store.Message{Text: "Hello", AppID: messenger.PageInboxApp}), []string{"  page\n"}},
	} {
		got := showLine(c, test.m)
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %q in it", name, got, want)
			}
		}
	}
}
