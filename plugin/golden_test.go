package plugin_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// picture is a small picture, a PNG.
func picture(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 2, 2))
	m.Set(0, 0, color.White)
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	return b.Bytes()
}

// client is what the desk sends with, as a page of the platform.
func (p *platform) client(token string) *messenger.Client {
	p.t.Helper()
	c, err := messenger.NewClient(messenger.ClientOptions{BaseURL: p.http.URL, Token: token, AppSecret: secret})
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// lastPosted is the body of the last Graph call, as it arrived.
func (p *platform) lastPosted() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.posted) == 0 {
		return ""
	}
	return p.posted[len(p.posted)-1]
}

func bytesOf(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// goes is a message that goes out.
type goes struct {
	message messenger.OutMessage
	quote   bool
	tag     string
	want    string               // the message in the request, and what stands beside it
	echo    messenger.Attachment // what the echo has; none without a type
}

// Each kind of message goes out as the reference prescribes (ref. 3.12), to the byte, and comes back as an echo that says
// the same. PSID and MID stand for the visitor and a message of theirs, ATTACHMENT for a kept file.
func TestEachOutgoingKindOverHTTP(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	c, _ := p.visitor(plugin.Profile{Name: "Mara Voss"})
	asked, err := p.Write(t.Context(), c, "Which shop is nearest?")
	must(t, err)
	r.next(messenger.KindMessage)
	client := p.client(siteToken)
	kept := map[string]string{}
	for kind, file := range map[string][]byte{
		messenger.TypeImage: picture(t), messenger.TypeAudio: []byte("ID3\x04 sound"), messenger.TypeVideo: []byte("\x00\x00\x00\x18ftypmp42 film"),
		messenger.TypeFile: []byte("%PDF-1.7 prices"),
	} {
		kept[kind], err = client.Upload(t.Context(), siteID, messenger.Upload{Kind: kind, Name: "a." + kind, Size: int64(len(file)), Open: bytesOf(file)})
		must(t, err)
	}
	asFile := func(kind string, payload messenger.OutPayload) messenger.OutMessage {
		return messenger.OutMessage{Attachment: &messenger.OutAttachment{Type: kind, Payload: payload}}
	}
	buttons := []messenger.Button{
		{Type: "postback", Title: "Talk to us", Payload: "AGENT"},
		{Type: "web_url", Title: "Orders", URL: "https://lumen.example/orders"},
		{Type: "phone_number", Title: "Call", Payload: "+35315550142"},
	}
	cards := []messenger.Element{
		{
			Title: "The Salt Ledger", Subtitle: "Hardback", ImageURL: "https://lumen.example/salt.png",
			DefaultAction: &messenger.Button{Type: "web_url", URL: "https://lumen.example/salt"}, Buttons: buttons[:1],
		},
		{Title: "Tide Tables", DefaultAction: &messenger.Button{Type: "web_url", URL: "https://lumen.example/tide"}},
	}
	square := messenger.GenericTemplate(cards...)
	square.Attachment.Payload.ImageAspectRatio, square.Attachment.Payload.Sharable = messenger.AspectSquare, true
	const cardsJSON = `[{"title":"The Salt Ledger","subtitle":"Hardback","image_url":"https://lumen.example/salt.png",` +
		`"buttons":[{"type":"postback","title":"Talk to us","payload":"AGENT"}],"default_action":{"type":"web_url","url":"https://lumen.example/salt"}},` +
		`{"title":"Tide Tables","default_action":{"type":"web_url","url":"https://lumen.example/tide"}}]`

	cases := map[string]goes{
		"text":     {message: messenger.OutMessage{Text: "Grüße 🚲", Metadata: "fd1:7"}, want: `"message":{"text":"Grüße 🚲","metadata":"fd1:7"}`},
		"answer":   {message: messenger.OutMessage{Text: "Yes"}, quote: true, want: `"message":{"text":"Yes"},"reply_to":{"mid":"MID"}`},
		"as agent": {message: messenger.OutMessage{Text: "Sorry for the wait."}, tag: messenger.TagHumanAgent, want: `"message":{"text":"Sorry for the wait."}`},
		"quick replies": {
			message: messenger.OutMessage{Text: "Which shop?", QuickReplies: []messenger.QuickReply{
				{ContentType: "text", Title: "Harbour Lane", Payload: "SHOP_1"},
				{ContentType: "text", Title: "Hill", Payload: "SHOP_2", ImageURL: "https://lumen.example/hill.png"},
				{ContentType: "text", ImageURL: "https://lumen.example/sea.png"},
				{ContentType: "user_phone_number"},
				{ContentType: "user_email"},
			}},
			want: `"message":{"text":"Which shop?","quick_replies":[{"content_type":"text","title":"Harbour Lane","payload":"SHOP_1"},` +
				`{"content_type":"text","title":"Hill","payload":"SHOP_2","image_url":"https://lumen.example/hill.png"},` +
				`{"content_type":"text","image_url":"https://lumen.example/sea.png","payload":""},` +
				`{"content_type":"user_phone_number"},{"content_type":"user_email"}]}`,
		},
		"button template": {
			message: messenger.ButtonTemplate("How can we help?", buttons...),
			want: `"message":{"attachment":{"type":"template","payload":{"template_type":"button","text":"How can we help?","buttons":[` +
				`{"type":"postback","title":"Talk to us","payload":"AGENT"},{"type":"web_url","title":"Orders","url":"https://lumen.example/orders"},` +
				`{"type":"phone_number","title":"Call","payload":"+35315550142"}]}}}`,
			echo: messenger.Attachment{Type: "template", TemplateType: "button", Text: "How can we help?", Buttons: buttons},
		},
		"generic template": {
			message: messenger.GenericTemplate(cards...),
			want:    `"message":{"attachment":{"type":"template","payload":{"template_type":"generic","elements":` + cardsJSON + `}}}`,
			echo:    messenger.Attachment{Type: "template", TemplateType: "generic", Elements: cards},
		},
		"square cards": {
			message: square,
			want: `"message":{"attachment":{"type":"template","payload":{"template_type":"generic","elements":` + cardsJSON +
				`,"image_aspect_ratio":"square","sharable":true}}}`,
			echo: messenger.Attachment{Type: "template", TemplateType: "generic", Elements: cards},
		},
	}
	for kind, id := range kept {
		byURL := messenger.OutPayload{URL: "https://lumen.example/files/a." + kind}
		cases[kind+" by address"] = goes{
			message: asFile(kind, byURL),
			want:    `"message":{"attachment":{"type":"` + kind + `","payload":{"url":"` + byURL.URL + `"}}}`,
			echo:    messenger.Attachment{Type: kind, URL: byURL.URL},
		}
		cases[kind+" by attachment_id"] = goes{
			message: asFile(kind, messenger.OutPayload{AttachmentID: id}),
			want:    `"message":{"attachment":{"type":"` + kind + `","payload":{"attachment_id":"` + id + `"}}}`,
			echo:    messenger.Attachment{Type: kind, URL: p.http.URL + "/plugin/files/NAME/a." + kind},
		}
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := messenger.SendRequest{Recipient: messenger.Recipient{ID: c.ID}, MessagingType: messenger.Response, Message: &tc.message}
			head := `{"recipient":{"id":"` + c.ID + `"},"messaging_type":"RESPONSE",`
			if tc.tag != "" {
				req.MessagingType, req.Tag = messenger.MessageTag, tc.tag
				head = `{"recipient":{"id":"` + c.ID + `"},"messaging_type":"MESSAGE_TAG","tag":"` + tc.tag + `",`
			}
			if tc.quote {
				req.ReplyTo = &messenger.ReplyTo{MID: asked.MID}
			}
			must(t, req.Validate())
			res, err := client.Send(t.Context(), siteID, req)
			must(t, err)
			want := head + strings.ReplaceAll(tc.want, "MID", asked.MID) + "}"
			if diff := cmp.Diff(want, p.lastPosted()); diff != "" {
				t.Errorf("the request (-want +got):\n%s", diff)
			}
			ev := r.next(messenger.KindEcho)
			m := ev.Message
			if ev.Sender.ID != siteID || ev.Recipient.ID != c.ID || m.MID != res.MessageID || m.Text != tc.message.Text || m.Metadata != tc.message.Metadata {
				t.Errorf("the echo is %s", ev.Raw)
			}
			if (m.ReplyTo == asked.MID) != tc.quote {
				t.Errorf("the echo quotes %q", m.ReplyTo)
			}
			var echoed []messenger.Attachment
			if tc.echo.Type != "" {
				echoed = append(echoed, tc.echo)
			}
			for i, a := range m.Attachments {
				m.Attachments[i].URL = withoutName(a.URL)
			}
			if diff := cmp.Diff(echoed, m.Attachments); diff != "" {
				t.Errorf("the echo's attachments (-want +got):\n%s", diff)
			}
		})
	}
}

// withoutName puts NAME in the place of a file's name that nobody can guess.
func withoutName(address string) string {
	before, rest, ok := strings.Cut(address, "/plugin/files/")
	name, called, _ := strings.Cut(rest, "/")
	if !ok || len(name) != 43 {
		return address
	}
	return before + "/plugin/files/NAME/" + called
}

// Sender actions hold two keys, with a reaction three (ref. 3.8).
func TestEachSenderActionOverHTTP(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{})
	asked, err := p.Write(t.Context(), c, "Which shop is nearest?")
	must(t, err)
	for action, want := range map[string]string{
		messenger.ActionTypingOn:  `"sender_action":"typing_on"`,
		messenger.ActionTypingOff: `"sender_action":"typing_off"`,
		messenger.ActionMarkSeen:  `"sender_action":"mark_seen"`,
		messenger.ActionReact:     `"sender_action":"react","payload":{"message_id":"` + asked.MID + `","reaction":"❤️"}`,
		messenger.ActionUnreact:   `"sender_action":"unreact","payload":{"message_id":"` + asked.MID + `"}`,
	} {
		req := messenger.SendRequest{Recipient: messenger.Recipient{ID: c.ID}, SenderAction: action}
		switch action {
		case messenger.ActionReact:
			req.Payload = &messenger.ReactPayload{MessageID: asked.MID, Reaction: "❤️"}
		case messenger.ActionUnreact:
			req.Payload = &messenger.ReactPayload{MessageID: asked.MID}
		}
		must(t, req.Validate())
		res, err := p.client(siteToken).Send(t.Context(), siteID, req)
		must(t, err)
		if res.RecipientID != c.ID || res.MessageID != "" {
			t.Errorf("%s answered %+v", action, res)
		}
		if diff := cmp.Diff(`{"recipient":{"id":"`+c.ID+`"},`+want+`}`, p.lastPosted()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
	}
}

// A file goes up as the reference prescribes (ref. 3.9), and is what was sent when a message brings it to the visitor.
func TestUploadsOverHTTP(t *testing.T) {
	t.Parallel()
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture(t)) }))
	t.Cleanup(source.Close)
	p := start(t, plugin.Options{Loopback: true})
	c, token := p.visitor(plugin.Profile{})
	client := p.client(siteToken)

	byURL, err := client.Upload(t.Context(), siteID, messenger.Upload{Kind: messenger.TypeImage, URL: source.URL + "/shop/map.png"})
	must(t, err)
	want := `{"message":{"attachment":{"type":"image","payload":{"url":"` + source.URL + `/shop/map.png","is_reusable":true}}},"platform":"messenger"}`
	if diff := cmp.Diff(want, p.lastPosted()); diff != "" {
		t.Errorf("the upload (-want +got):\n%s", diff)
	}
	var progress int64
	body := picture(t)
	asBytes, err := client.Upload(t.Context(), siteID, messenger.Upload{
		Kind: messenger.TypeImage, Name: "way to the shop.png", MIME: "image/png", Size: int64(len(body)), Open: bytesOf(body),
		Progress: func(sent int64) { progress = sent },
	})
	must(t, err)
	if progress != int64(len(body)) {
		t.Errorf("progress ended at %d of %d bytes", progress, len(body))
	}
	res, err := client.Send(t.Context(), siteID, messenger.SendRequest{
		Recipient: messenger.Recipient{ID: c.ID}, MessagingType: messenger.Response,
		Message: &messenger.OutMessage{Attachment: &messenger.OutAttachment{
			Type: messenger.TypeImage, Payload: messenger.OutPayload{URL: source.URL + "/shop/way.png", IsReusable: true},
		}},
	})
	must(t, err)
	want = `{"recipient":{"id":"` + c.ID + `"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"image","payload":{"url":"` +
		source.URL + `/shop/way.png","is_reusable":true}}}}`
	if diff := cmp.Diff(want, p.lastPosted()); diff != "" {
		t.Errorf("the message to be used again (-want +got):\n%s", diff)
	}
	for id, called := range map[string]string{byURL: "map.png", res.AttachmentID: "way.png", asBytes: "way to the shop.png"} {
		p.send(c, fmt.Sprintf(`{"attachment":{"type":"image","payload":{"attachment_id":%q}}}`, id))
		all := lines(t, p.call("GET", "/plugin/messages", token, ""))
		files := all[len(all)-1]["files"].([]any)
		file := files[0].(map[string]any)
		if len(files) != 1 || file["kind"] != "image" || file["name"] != called || file["type"] != "image/png" || file["size"] != float64(len(body)) {
			t.Fatalf("the visitor gets %v", files)
		}
		got := p.fetch(file["url"].(string))
		if got.status != 200 || !bytes.Equal(got.body, body) || got.header.Get("Content-Type") != "image/png" {
			t.Errorf("%s is %d with %d bytes of %s", file["url"], got.status, len(got.body), got.header.Get("Content-Type"))
		}
	}
}

// handedOut is an answer that is a file.
type handedOut struct {
	status int
	header http.Header
	body   []byte
}

// fetch gets a file as a browser does: without any token.
func (p *platform) fetch(path string) handedOut {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.http.URL+path, http.NoBody)
	if err != nil {
		p.t.Fatal(err)
	}
	res, err := p.http.Client().Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return handedOut{res.StatusCode, res.Header, body}
}
