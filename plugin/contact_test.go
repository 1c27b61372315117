package plugin_test

import (
	"errors"
	"strings"
	"testing"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

func TestAVisitorsWholeConversation(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	ctx := t.Context()
	c, _ := p.visitor(plugin.Profile{Name: "Mara Voss"})
	if !messenger.IsVisitor(c.ID) {
		t.Fatalf("%s is not a visitor's id", c.ID)
	}

	must(t, p.Arrive(ctx, c, plugin.Arrival{Ref: "pricing", PageURL: "https://lumen.example/pricing"}))
	ev := r.next(messenger.KindPostback)
	if ev.Sender.ID != c.ID || ev.Recipient.ID != siteID || ev.Timestamp == 0 {
		t.Errorf("Get Started goes from %v to %v at %d", ev.Sender, ev.Recipient, ev.Timestamp)
	}
	if pb := ev.Postback; pb.Payload != "GET_STARTED" || pb.Title != "Get Started" || !strings.HasPrefix(pb.MID, "m_") {
		t.Errorf("Get Started is %+v", pb)
	}
	want := messenger.Referral{
		Ref: "pricing", Source: "CUSTOMER_CHAT_PLUGIN", Type: "OPEN_THREAD",
		RefererURI: "https://lumen.example/pricing", IsGuestUser: true,
	}
	if got := ev.Postback.Referral; got == nil || *got != want {
		t.Errorf("its referral is %+v, want %+v", got, want)
	}

	wrote, err := p.Write(ctx, c, "Grüße 🚲 / do you ship to Norway?")
	must(t, err)
	ev = r.next(messenger.KindMessage)
	if m := ev.Message; m.MID != wrote.MID || m.Text != "Grüße 🚲 / do you ship to Norway?" {
		t.Errorf("the message arrived as %+v", m)
	}
	if tags := ev.Message.Tags; len(tags) != 1 || tags[0] != "customer_chat_plugin" {
		t.Errorf("its tags are %v", tags)
	}

	mid := p.send(c, `{"text":"Where to?","metadata":"fd1:7","quick_replies":[{"content_type":"text","title":"Oslo","payload":"CITY_OSLO"},{"content_type":"text","title":"Bergen","payload":"CITY_BERGEN"}]}`)
	ev = r.next(messenger.KindEcho)
	if m := ev.Message; ev.Sender.ID != siteID || ev.Recipient.ID != c.ID || m.MID != mid || m.Text != "Where to?" ||
		m.Metadata != "fd1:7" || m.AppID != "512340000000007" {
		t.Errorf("the echo is from %v to %v: %+v", ev.Sender, ev.Recipient, m)
	}

	lines, err := p.Messages(ctx, c, wrote.Seq)
	must(t, err)
	if len(lines) != 1 || lines[0].MID != mid || !lines[0].FromPage || len(lines[0].QuickReplies) != 2 {
		t.Fatalf("the visitor sees %+v", lines)
	}
	must(t, p.Delivered(ctx, c, lines[0].At))
	ev = r.next(messenger.KindDelivery)
	if d := ev.Delivery; len(d.MIDs) != 1 || d.MIDs[0] != mid || d.Watermark <= lines[0].At.UnixMilli() {
		t.Errorf("the delivery is %+v for a message of %d", d, lines[0].At.UnixMilli())
	}
	must(t, p.Seen(ctx, c, lines[0].At))
	if ev = r.next(messenger.KindRead); ev.Read.Watermark < lines[0].At.UnixMilli() {
		t.Errorf("the read watermark is %d for a message of %d", ev.Read.Watermark, lines[0].At.UnixMilli())
	}

	_, err = p.TapQuickReply(ctx, c, mid, 1)
	must(t, err)
	ev = r.next(messenger.KindMessage)
	if m := ev.Message; m.Text != "Bergen" || m.QuickReply == nil || *m.QuickReply != "CITY_BERGEN" {
		t.Errorf("the tap is %+v", m)
	}

	mid = p.send(c, `{"attachment":{"type":"template","payload":{"template_type":"button","text":"Anything else?","buttons":[{"type":"web_url","title":"Prices","url":"https://lumen.example/p"},{"type":"postback","title":"Talk to us","payload":"AGENT"}]}}}`)
	ev = r.next(messenger.KindEcho)
	if a := ev.Message.Attachments; len(a) != 1 || a[0].TemplateType != "button" || a[0].Text != "Anything else?" || len(a[0].Buttons) != 2 {
		t.Errorf("the template's echo holds %+v", a)
	}
	_, err = p.TapButton(ctx, c, mid, 1)
	must(t, err)
	if pb := r.next(messenger.KindPostback).Postback; pb.Title != "Talk to us" || pb.Payload != "AGENT" || pb.Referral != nil {
		t.Errorf("the button's postback is %+v", pb)
	}
	if _, err = p.TapButton(ctx, c, mid, 0); !errors.Is(err, plugin.ErrNotOffered) {
		t.Errorf("tapping a link told the page: %v", err)
	}

	must(t, p.Arrive(ctx, c, plugin.Arrival{Ref: "checkout", PageURL: "https://lumen.example/basket"}))
	if ref := r.next(messenger.KindReferral).Referral; ref.Ref != "checkout" || ref.Source != "CUSTOMER_CHAT_PLUGIN" {
		t.Errorf("the return is %+v", ref)
	}
	p.quiet()
}

func TestPeopleOfAMessengerPage(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	ctx := t.Context()
	c, err := p.NewContact(ctx, pageID, plugin.Profile{FirstName: "Jonas", LastName: "Lind"})
	must(t, err)
	if messenger.IsVisitor(c.ID) || len(c.ID) != 16 {
		t.Errorf("%s is no page-scoped id", c.ID)
	}
	must(t, p.Arrive(ctx, c, plugin.Arrival{Source: plugin.SourceAd, Ref: "autumn", AdID: "6120000000711"}))
	ref := r.next(messenger.KindPostback).Postback.Referral
	if ref.Source != "ADS" || ref.AdID != "6120000000711" || ref.IsGuestUser {
		t.Errorf("the ad's referral is %+v", ref)
	}
	_, err = p.Write(ctx, c, "Hej!")
	must(t, err)
	if tags := r.next(messenger.KindMessage).Message.Tags; len(tags) != 0 {
		t.Errorf("a message from Messenger has the plugin's tags %v", tags)
	}
	must(t, p.Arrive(ctx, c, plugin.Arrival{Ref: "spring-sale"}))
	if ref := r.next(messenger.KindReferral).Referral; ref.Source != "SHORTLINK" || ref.Ref != "spring-sale" {
		t.Errorf("the m.me return is %+v", ref)
	}
	a := p.call("GET", "/v25.0/"+c.ID+"?fields=first_name,last_name,name", pageToken, "")
	if a.status != 200 || a.body["name"] != "Jonas Lind" || a.body["first_name"] != "Jonas" || a.body["id"] != c.ID {
		t.Errorf("the profile is %d %v", a.status, a.body)
	}

	if _, err := p.NewContact(ctx, siteID, plugin.Profile{}); !errors.Is(err, plugin.ErrUnknownPage) {
		t.Errorf("a person with a PSID was made on a plugin site: %v", err)
	}
	if _, _, err := p.NewVisitor(ctx, pageID, plugin.Profile{}); !errors.Is(err, plugin.ErrUnknownPage) {
		t.Errorf("a visitor was made on a Messenger page: %v", err)
	}
}

func TestReceiptsSayNothingTwice(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	ctx := t.Context()
	c, _ := p.visitor(plugin.Profile{})
	_, err := p.Write(ctx, c, "hello")
	must(t, err)
	r.next(messenger.KindMessage)
	first, second := p.send(c, `{"text":"one"}`), p.send(c, `{"text":"two"}`)
	r.next(messenger.KindEcho)
	r.next(messenger.KindEcho)
	lines, err := p.Messages(ctx, c, 0)
	must(t, err)
	if len(lines) != 3 || !lines[1].At.Before(lines[2].At) {
		t.Fatalf("the lines are %+v; every one needs a later time than the one before", lines)
	}
	must(t, p.Seen(ctx, c, lines[2].At))
	d := r.next(messenger.KindDelivery).Delivery
	if len(d.MIDs) != 2 || d.MIDs[0] != first || d.MIDs[1] != second {
		t.Errorf("reading delivered %v, want both, oldest first", d.MIDs)
	}
	r.next(messenger.KindRead)
	must(t, p.Delivered(ctx, c, lines[2].At))
	must(t, p.Seen(ctx, c, lines[1].At))
	must(t, p.Seen(ctx, c, lines[2].At.Add(1e12))) // past everything that was sent
	_, err = p.Write(ctx, c, "bye")
	must(t, err)
	r.next(messenger.KindMessage) // and no receipt before it
}

func TestWatchTellsOfEveryChange(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{})
	news, stop := p.Watch(c)
	p.send(c, `{"text":"one"}`)
	p.send(c, `{"text":"two"}`)
	<-news
	select {
	case <-news:
		t.Error("two messages before the first look are two values; they should be one")
	default:
	}
	p.call("POST", "/me/messages", siteToken, `{"recipient":{"id":"`+c.ID+`"},"sender_action":"typing_on"}`)
	<-news
	if pr, err := p.Presence(t.Context(), c); err != nil || !pr.Typing {
		t.Errorf("typing_on shows as %+v (%v)", pr, err)
	}
	p.send(c, `{"text":"three"}`)
	<-news
	if pr, err := p.Presence(t.Context(), c); err != nil || pr.Typing {
		t.Errorf("a message leaves typing at %+v (%v)", pr, err)
	}
	stop()
	p.send(c, `{"text":"four"}`)
	select {
	case <-news:
		t.Error("a value came after stop")
	default:
	}
}

func TestContactsLimits(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	ctx := t.Context()
	c, _ := p.visitor(plugin.Profile{})
	write := func(text string) error { _, err := p.Write(ctx, c, text); return err }
	for name, tc := range map[string]struct {
		field string
		err   error
	}{
		"empty text":         {"text", write(" \n")},
		"text over 2000":     {"text", write(strings.Repeat("é", 2001))},
		"emoji are two each": {"text", write(strings.Repeat("🚲", 1001))},
		"long ref":           {"ref", p.Arrive(ctx, c, plugin.Arrival{Ref: strings.Repeat("r", 2084)})},
		"ref with controls":  {"ref", p.Arrive(ctx, c, plugin.Arrival{Ref: "a\x1b[2Jb"})},
		"script address":     {"page_url", p.Arrive(ctx, c, plugin.Arrival{PageURL: "javascript:alert(1)"})},
		"long address":       {"page_url", p.Arrive(ctx, c, plugin.Arrival{PageURL: "https://lumen.example/" + strings.Repeat("x", 2083)})},
	} {
		var input *plugin.InputError
		if !errors.As(tc.err, &input) || input.Field != tc.field {
			t.Errorf("%s: got %v, want an error of %s", name, tc.err, tc.field)
		}
	}
	must(t, write(strings.Repeat("🚲", 1000)))
	stranger := plugin.Contact{Page: siteID, ID: "9000000000000000001"}
	if _, err := p.Write(ctx, stranger, "boo"); !errors.Is(err, plugin.ErrUnknownContact) {
		t.Errorf("a stranger wrote: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
