package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"frontdesk/internal/chromium"
	"frontdesk/messenger"
)

// TestTalkInTheFrame goes the whole way: a website with the old markup, the loader, the frame, the platform, and back. What
// is remembered lies in the website's storage, and a reload and a second tab go on with it.
func TestTalkInTheFrame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	profile := chromium.Start(t).Profile(t)
	p := profile.Page(t, chromium.Desktop)
	p.Go(h.url + "/plugin/try?ref=bikes")
	p.Role("button", "chat").Click()
	frame := p.Frame("/plugin/frame")
	frame.Role("button", "Get started").Click()
	ev := h.next(messenger.KindPostback)
	if ref := ev.Postback.Referral; ref == nil || ref.Ref != "bikes" || !strings.HasSuffix(ref.RefererURI, "/plugin/try?ref=bikes") {
		t.Errorf("the visitor came by %+v", ref)
	}
	visitor := ev.Sender.ID
	frame.Role("textbox", "Write a message").Click()
	p.Type("Is it blue?" + kb.Enter)
	if ev := h.next(messenger.KindMessage); ev.Message.Text != "Is it blue?" {
		t.Errorf("the page was told %q", ev.Message.Text)
	}
	h.say(visitor, `{"text":"It is."}`)
	frame.Wait("the answer", "document.body.innerText.includes('It is.')")
	h.next(messenger.KindRead)
	p.Wait("the storage", "JSON.parse(localStorage.getItem('frontdesk:"+talkPage+"')).token && !JSON.parse(localStorage.getItem('frontdesk:"+talkPage+"')).outbox")
	p.Element("document.querySelector('[data-ref=glow-one]')").Click()
	if ev := h.next(messenger.KindReferral); ev.Referral == nil || ev.Referral.Ref != "glow-one" {
		t.Errorf("the way to another ref came as %+v", ev.Referral)
	}

	p.Reload()
	frame.Wait("the conversation after a reload", "document.body.innerText.includes('Is it blue?') && document.body.innerText.includes('It is.')")
	other := profile.Page(t, chromium.Phone)
	other.Go(h.url + "/plugin/try")
	other.Frame("/plugin/frame").Wait("the conversation in another tab", "document.body.textContent.includes('It is.')")
	h.say(visitor, `{"text":"Do you like it?"}`)
	for _, page := range []*chromium.Page{p, other} {
		page.Frame("/plugin/frame").Wait("the next words", "document.body.textContent.includes('Do you like it?')")
		for _, answer := range page.Answers() {
			if answer.Status >= 400 && !strings.HasSuffix(answer.URL, "/favicon.ico") {
				t.Errorf("%s %s answered %d", answer.Method, answer.URL, answer.Status)
			}
		}
		for _, line := range page.Console() {
			if !strings.HasPrefix(line, "log error: Failed to load resource") { // as above
				t.Errorf("the console says %s", line)
			}
		}
	}
}
