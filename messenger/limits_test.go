package messenger

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

func TestTextLen(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text string
		want int
	}{
		"empty":                {"", 0},
		"ascii":                {"abc", 3},
		"umlaut":               {"ä", 1},
		"CJK":                  {"春香", 2},
		"CJK beyond the basic": {"𠮷", 2},
		"emoji":                {"😀", 2},
		"skin tone":            {"👍🏽", 4},
		"joined family":        {"👨‍👩‍👧", 8},
		"flag":                 {"🇳🇴", 4},
		"combining accent":     {"e\u0301", 2},
		"invalid UTF-8":        {"a\xff", 2},
	}
	for name, c := range cases {
		if got := TextLen(c.text); got != c.want {
			t.Errorf("%s: TextLen(%q) = %d, want %d", name, c.text, got, c.want)
		}
	}
}

// units is text of exactly n UTF-16 units, built from s and filled up with letters.
func units(s string, n int) string {
	return strings.Repeat(s, n/TextLen(s)) + strings.Repeat("x", n%TextLen(s))
}

// Every limit of length: one below and at the limit nothing is said, one above exactly that field is named.
func TestValidateLengths(t *testing.T) {
	t.Parallel()
	text := func(s string) OutMessage { return OutMessage{Text: s} }
	quick := func(q QuickReply) OutMessage { return OutMessage{Text: "t", QuickReplies: []QuickReply{q}} }
	button := func(b Button) OutMessage { return ButtonTemplate("t", b) }
	card := func(e Element) OutMessage {
		return OutMessage{Attachment: &OutAttachment{Type: "template", Payload: OutPayload{TemplateType: "generic", Elements: []Element{e}}}}
	}
	cases := map[string]struct {
		limit int
		field string
		build func(s string) OutMessage
	}{
		"text":                {2000, "text", text},
		"metadata":            {1000, "metadata", func(s string) OutMessage { return OutMessage{Text: "t", Metadata: s} }},
		"quick reply title":   {20, "quick_replies[0].title", func(s string) OutMessage { return quick(QuickReply{ContentType: "text", Title: s, Payload: "p"}) }},
		"quick reply payload": {1000, "quick_replies[0].payload", func(s string) OutMessage { return quick(QuickReply{ContentType: "text", Title: "t", Payload: s}) }},
		"text above buttons": {640, "attachment.payload.text", func(s string) OutMessage {
			return ButtonTemplate(s, Button{Type: ButtonPostback, Title: "t", Payload: "p"})
		}},
		"button title":   {20, "attachment.payload.buttons[0].title", func(s string) OutMessage { return button(Button{Type: ButtonPostback, Title: s, Payload: "p"}) }},
		"button payload": {1000, "attachment.payload.buttons[0].payload", func(s string) OutMessage { return button(Button{Type: ButtonPostback, Title: "t", Payload: s}) }},
		"card title":     {80, "attachment.payload.elements[0].title", func(s string) OutMessage { return card(Element{Title: s, Subtitle: "s"}) }},
		"card subtitle":  {80, "attachment.payload.elements[0].subtitle", func(s string) OutMessage { return card(Element{Title: "t", Subtitle: s}) }},
		"title of a card's button": {20, "attachment.payload.elements[0].buttons[0].title", func(s string) OutMessage {
			return card(Element{Title: "t", Buttons: []Button{{Type: ButtonURL, Title: s, URL: "https://x.example"}}})
		}},
	}
	for name, c := range cases {
		for script, s := range map[string]string{"letters": "x", "emoji": "😀", "CJK": "春", "combining": "e\u0301", "family": "👨‍👩‍👧"} {
			t.Run(name+" in "+script, func(t *testing.T) {
				t.Parallel()
				for _, n := range []int{c.limit - 1, c.limit} {
					if err := c.build(units(s, n)).Validate(); err != nil {
						t.Errorf("%d units: %v", n, err)
					}
				}
				faults := LimitErrors(c.build(units(s, c.limit+1)).Validate())
				if len(faults) != 1 || faults[0].Field != c.field || faults[0].Limit != c.limit || faults[0].Got != c.limit+1 {
					t.Errorf("%d units: %+v, want field %s", c.limit+1, faults, c.field)
				}
			})
		}
	}
}

func TestValidateCounts(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		least, most int
		field       string
		build       func(n int) OutMessage
	}{
		"quick replies": {0, 13, "quick_replies", func(n int) OutMessage {
			return OutMessage{Text: "t", QuickReplies: repeat(QuickReply{ContentType: "text", Title: "t", Payload: "p"}, n)}
		}},
		"buttons": {1, 3, "attachment.payload.buttons", func(n int) OutMessage {
			return ButtonTemplate("t", repeat(Button{Type: ButtonPostback, Title: "t", Payload: "p"}, n)...)
		}},
		"cards": {1, 10, "attachment.payload.elements", func(n int) OutMessage {
			return OutMessage{Attachment: &OutAttachment{Type: "template", Payload: OutPayload{
				TemplateType: "generic", Elements: repeat(Element{Title: "t", Subtitle: "s"}, n),
			}}}
		}},
		"buttons of a card": {0, 3, "attachment.payload.elements[0].buttons", func(n int) OutMessage {
			return OutMessage{Attachment: &OutAttachment{Type: "template", Payload: OutPayload{TemplateType: "generic", Elements: []Element{{
				Title: "t", Subtitle: "s", Buttons: repeat(Button{Type: ButtonPostback, Title: "t", Payload: "p"}, n),
			}}}}}
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := c.least; n <= c.most; n++ {
				if err := c.build(n).Validate(); err != nil {
					t.Errorf("%d: %v", n, err)
				}
			}
			wrong := map[int]int{c.most + 1: c.most}
			if c.least > 0 {
				wrong[c.least-1] = c.least
			}
			for n, limit := range wrong {
				faults := LimitErrors(c.build(n).Validate())
				if len(faults) != 1 || faults[0].Field != c.field || faults[0].Limit != limit || faults[0].Got != n {
					t.Errorf("%d: %+v, want field %s", n, faults, c.field)
				}
			}
		})
	}
}

func repeat[T any](v T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// fields names the fields of all faults in err, in order.
func fields(err error) []string {
	var names []string
	for _, f := range LimitErrors(err) {
		names = append(names, f.Field)
	}
	return names
}

func TestValidateForm(t *testing.T) {
	t.Parallel()
	file := func(p OutPayload) OutMessage {
		return OutMessage{Attachment: &OutAttachment{Type: "image", Payload: p}}
	}
	const at = "attachment.payload."
	cases := map[string]struct {
		message OutMessage
		want    []string
	}{
		"empty":                         {OutMessage{}, []string{"text"}},
		"blanks only":                   {OutMessage{Text: " \n\t"}, []string{"text"}},
		"quick replies without a text":  {OutMessage{QuickReplies: []QuickReply{{ContentType: "user_email"}}}, []string{"text"}},
		"text and attachment":           {OutMessage{Text: "t", Attachment: &OutAttachment{Type: "file", Payload: OutPayload{AttachmentID: "1"}}}, []string{"text"}},
		"quick replies on a picture":    {OutMessage{Attachment: file(OutPayload{AttachmentID: "1"}).Attachment, QuickReplies: []QuickReply{{ContentType: "user_email"}}}, nil},
		"file by address":               {file(OutPayload{URL: "https://x.example/a.png", IsReusable: true}), nil},
		"file by nothing":               {file(OutPayload{}), []string{at + "url"}},
		"file by both":                  {file(OutPayload{URL: "https://x.example", AttachmentID: "1"}), []string{at + "attachment_id"}},
		"file by a local address":       {file(OutPayload{URL: "file:///etc/passwd"}), []string{at + "url"}},
		"attachment of no known type":   {OutMessage{Attachment: &OutAttachment{Type: "hologram"}}, []string{"attachment.type"}},
		"template of no known type":     {OutMessage{Attachment: &OutAttachment{Type: "template"}}, []string{at + "template_type"}},
		"quick reply without title":     {OutMessage{Text: "t", QuickReplies: []QuickReply{{ContentType: "text", Payload: "p"}}}, []string{"quick_replies[0].title"}},
		"quick reply without payload":   {OutMessage{Text: "t", QuickReplies: []QuickReply{{ContentType: "text", Title: "t"}}}, []string{"quick_replies[0].payload"}},
		"quick reply with an image":     {OutMessage{Text: "t", QuickReplies: []QuickReply{{ContentType: "text", ImageURL: "https://x.example/i.png"}}}, nil},
		"quick reply with a bad image":  {OutMessage{Text: "t", QuickReplies: []QuickReply{{ContentType: "text", ImageURL: "i.png"}}}, []string{"quick_replies[0].image_url"}},
		"quick reply of no known type":  {OutMessage{Text: "t", QuickReplies: []QuickReply{{ContentType: "location"}}}, []string{"quick_replies[0].content_type"}},
		"phone and e-mail need no more": {OutMessage{Text: "t", QuickReplies: []QuickReply{{ContentType: "user_phone_number"}, {ContentType: "user_email"}}}, nil},
		"all buttons right": {ButtonTemplate("t", Button{Type: ButtonURL, Title: "a", URL: "http://x.example"},
			Button{Type: ButtonPostback, Title: "b", Payload: "p"}, Button{Type: ButtonCall, Title: "c", Payload: "+35315550142"}), nil},
		"buttons without titles": {ButtonTemplate("t", Button{Type: ButtonURL, URL: "https://x.example"}), []string{at + "buttons[0].title"}},
		"button without text":    {ButtonTemplate("", Button{Type: ButtonPostback, Title: "b", Payload: "p"}), []string{at + "text"}},
		"button without payload": {ButtonTemplate("t", Button{Type: ButtonPostback, Title: "b"}), []string{at + "buttons[0].payload"}},
		"button to a script":     {ButtonTemplate("t", Button{Type: ButtonURL, Title: "b", URL: "javascript:alert(1)"}), []string{at + "buttons[0].url"}},
		"button to half an address": {ButtonTemplate("t", Button{Type: ButtonURL, Title: "b", URL: "https://"}, Button{Type: ButtonURL, Title: "b", URL: "x.example"},
			Button{Type: ButtonURL, Title: "b"}), []string{at + "buttons[0].url", at + "buttons[1].url", at + "buttons[2].url"}},
		"number without plus, with blanks, of nothing": {
			ButtonTemplate("t", Button{Type: ButtonCall, Title: "c", Payload: "0035315550142"}, Button{Type: ButtonCall, Title: "c", Payload: "+353 1 5550142"},
				Button{Type: ButtonCall, Title: "c", Payload: "+"}),
			[]string{at + "buttons[0].payload", at + "buttons[1].payload", at + "buttons[2].payload"},
		},
		"button of no known type": {ButtonTemplate("t", Button{Type: "game_play", Title: "g"}), []string{at + "buttons[0].type"}},
		"card with a title only": {OutMessage{Attachment: &OutAttachment{Type: "template", Payload: OutPayload{
			TemplateType: "generic", Elements: []Element{{Title: "t"}, {Subtitle: "s", ImageURL: "x"}},
		}}}, []string{at + "elements[0]", at + "elements[1].title", at + "elements[1].image_url"}},
		"card with a title and an address": {GenericTemplate(Element{Title: "t", DefaultAction: &Button{Type: ButtonURL, URL: "https://x.example"}}), nil},
		"card whose tap is a button": {
			GenericTemplate(Element{Title: "t", DefaultAction: &Button{Type: ButtonPostback, Title: "b", Payload: "p"}}),
			[]string{at + "elements[0].default_action.type", at + "elements[0].default_action.title", at + "elements[0].default_action.url"},
		},
		"square cards":           {cards(AspectSquare), nil},
		"wide cards":             {cards(AspectHorizontal), nil},
		"round cards":            {cards("round"), []string{at + "image_aspect_ratio"}},
		"picture with no words":  {OutMessage{Text: "t", QuickReplies: []QuickReply{{ContentType: "text", Payload: "p", ImageURL: "https://x.example/i.png"}}}, nil},
		"number of one digit":    {ButtonTemplate("t", Button{Type: ButtonCall, Title: "c", Payload: "+1"}), nil},
		"number in other digits": {ButtonTemplate("t", Button{Type: ButtonCall, Title: "c", Payload: "+٣٥٣١"}), []string{at + "buttons[0].payload"}},
		"several faults, in order": {
			OutMessage{Text: units("x", 2001), Metadata: units("x", 1001), QuickReplies: []QuickReply{{ContentType: "text", Title: units("x", 21)}}},
			[]string{"text", "quick_replies[0].title", "quick_replies[0].payload", "metadata"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.message.Validate()
			if diff := cmp.Diff(c.want, fields(err)); diff != "" {
				t.Errorf("fields (-want +got):\n%s\n%v", diff, err)
			}
			if (err == nil) != (c.want == nil) {
				t.Errorf("err = %v", err)
			}
		})
	}
}

// cards is a generic template in a form.
func cards(form string) OutMessage {
	m := GenericTemplate(Element{Title: "t", ImageURL: "https://x.example/i.png"})
	m.Attachment.Payload.ImageAspectRatio = form
	return m
}

func TestSendRequestValidate(t *testing.T) {
	t.Parallel()
	to, hello := Recipient{ID: "7412000000000101"}, &OutMessage{Text: "hello"}
	cases := map[string]struct {
		req  SendRequest
		want []string
	}{
		"response":              {SendRequest{Recipient: to, MessagingType: Response, Message: hello}, nil},
		"to a user_ref":         {SendRequest{Recipient: Recipient{UserRef: "6150000000000501"}, MessagingType: Response, Message: hello}, nil},
		"human agent":           {SendRequest{Recipient: to, MessagingType: MessageTag, Tag: TagHumanAgent, Message: hello}, nil},
		"typing":                {SendRequest{Recipient: to, SenderAction: "typing_on"}, nil},
		"to nobody":             {SendRequest{MessagingType: Response, Message: hello}, []string{"recipient"}},
		"to two":                {SendRequest{Recipient: Recipient{ID: "1", UserRef: "2"}, MessagingType: Response, Message: hello}, []string{"recipient"}},
		"no type":               {SendRequest{Recipient: to, Message: hello}, []string{"messaging_type"}},
		"update":                {SendRequest{Recipient: to, MessagingType: "UPDATE", Message: hello}, nil},
		"type nobody knows":     {SendRequest{Recipient: to, MessagingType: "SHOUT", Message: hello}, []string{"messaging_type"}},
		"tag type without tag":  {SendRequest{Recipient: to, MessagingType: MessageTag, Message: hello}, []string{"tag"}},
		"tag without its type":  {SendRequest{Recipient: to, MessagingType: Response, Tag: TagHumanAgent, Message: hello}, []string{"tag"}},
		"no message":            {SendRequest{Recipient: to, MessagingType: Response}, []string{"message"}},
		"fault in the message":  {SendRequest{Recipient: to, MessagingType: Response, Message: &OutMessage{}}, []string{"message.text"}},
		"message and an action": {SendRequest{Recipient: to, SenderAction: "typing_on", Message: hello}, []string{"message"}},
		"action nobody knows":   {SendRequest{Recipient: to, SenderAction: "dance"}, []string{"sender_action"}},
		"a reply":               {SendRequest{Recipient: to, MessagingType: Response, Message: hello, ReplyTo: &ReplyTo{MID: "m_1"}}, nil},
		"a reply to nothing":    {SendRequest{Recipient: to, MessagingType: Response, Message: hello, ReplyTo: &ReplyTo{MID: " "}}, []string{"reply_to.mid"}},
		"not typing any more":   {SendRequest{Recipient: to, SenderAction: ActionTypingOff}, nil},
		"seen":                  {SendRequest{Recipient: to, SenderAction: ActionMarkSeen}, nil},
		"seen, on a message":    {SendRequest{Recipient: to, SenderAction: ActionMarkSeen, Payload: &ReactPayload{MessageID: "m_1"}}, []string{"payload"}},
		"a reaction":            {SendRequest{Recipient: to, SenderAction: ActionReact, Payload: &ReactPayload{MessageID: "m_1", Reaction: "❤️"}}, nil},
		"a reaction of nothing": {SendRequest{Recipient: to, SenderAction: ActionReact, Payload: &ReactPayload{MessageID: "m_1"}}, []string{"payload.reaction"}},
		"a reaction to nothing": {SendRequest{Recipient: to, SenderAction: ActionReact, Payload: &ReactPayload{Reaction: "❤️"}}, []string{"payload.message_id"}},
		"a reaction by itself":  {SendRequest{Recipient: to, SenderAction: ActionReact}, []string{"payload.message_id"}},
		"a reaction taken back": {SendRequest{Recipient: to, SenderAction: ActionUnreact, Payload: &ReactPayload{MessageID: "m_1"}}, nil},
		"a reaction and a text": {SendRequest{Recipient: to, MessagingType: Response, Message: hello, Payload: &ReactPayload{MessageID: "m_1", Reaction: "❤️"}}, []string{"payload"}},
		"an action holds no more": {
			SendRequest{Recipient: to, SenderAction: ActionTypingOn, MessagingType: MessageTag, Tag: TagHumanAgent, ReplyTo: &ReplyTo{MID: "m_1"}},
			[]string{"messaging_type", "tag", "reply_to"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, fields(c.req.Validate())); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

// The screen shows faults beside the fields; a log line must not hold what was written.
func TestLimitErrorText(t *testing.T) {
	t.Parallel()
	err := OutMessage{Text: "t", QuickReplies: []QuickReply{{}, {ContentType: "text", Title: "a private matter, and long", Payload: "p"}}}.Validate()
	if want := "quick_replies[1].title: 26 characters, at most 20 allowed"; !strings.Contains(err.Error(), want) {
		t.Errorf("error %q lacks %q", err, want)
	}
	if strings.Contains(err.Error(), "private") {
		t.Errorf("error %q repeats the text", err)
	}
	var one *LimitError
	if !errors.As(err, &one) || one.Field != "quick_replies[0].content_type" {
		t.Errorf("errors.As found %+v, want the first fault", one)
	}
	if LimitErrors(nil) != nil || LimitErrors(errors.New("other")) != nil {
		t.Error("LimitErrors found faults where there are none")
	}
}

// A text has its payload, also an empty one; what the person's profile fills has none (ref. 3.5).
func TestQuickRepliesOnTheWire(t *testing.T) {
	t.Parallel()
	for want, q := range map[string]QuickReply{
		`{"content_type":"text","title":"A","payload":"P"}`:                                       {ContentType: QuickReplyText, Title: "A", Payload: "P"},
		`{"content_type":"text","image_url":"https://x.example/i.png","payload":""}`:              {ContentType: QuickReplyText, ImageURL: "https://x.example/i.png"},
		`{"content_type":"text","title":"A","payload":"P","image_url":"https://x.example/i.png"}`: {ContentType: QuickReplyText, Title: "A", Payload: "P", ImageURL: "https://x.example/i.png"},
		`{"content_type":"user_phone_number"}`:                                                    {ContentType: QuickReplyPhone},
		`{"content_type":"user_email"}`:                                                           {ContentType: QuickReplyEmail},
	} {
		if got, err := json.Marshal(q); err != nil || string(got) != want {
			t.Errorf("%s, want %s (%v)", got, want, err)
		}
	}
}
