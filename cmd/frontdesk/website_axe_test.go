package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"frontdesk/internal/chromium"
	"frontdesk/internal/npm"
)

// openRoots lets axe look into the shadow trees that are closed to a website's scripts.
const openRoots = `{
	const attach = Element.prototype.attachShadow;
	Element.prototype.attachShadow = function (how) { return attach.call(this, {...how, mode: "open"}); };
}`

// TestNothingKeepsPeopleOut looks at each state of the chat with axe-core: by day and by night, on a desktop and a phone,
// from left to right and from right to left.
func TestNothingKeepsPeopleOut(t *testing.T) {
	t.Parallel()
	night := chromium.Phone
	night.Dark, night.Still = true, true
	dark := chromium.Desktop
	dark.Dark = true
	for name, c := range map[string]struct {
		device chromium.Device
		locale string
	}{
		"desktop":                  {chromium.Desktop, "en_US"},
		"phone by night":           {night, "en_US"},
		"phone, Arabic":            {chromium.Phone, "ar_AR"},
		"desktop by night, Arabic": {dark, "ar_AR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			axe := npm.Axe(t)
			page := chromium.Start(t).Page(t, c.device)
			page.Before(openRoots)
			h, _ := stageHouse(t)
			offerMenu(t, h)
			s := shops(t, page, website(t, h.base, h.site.id)+"?ref=pricing&locale="+c.locale)
			a := &audit{t: t, shopper: s, house: h, axe: axe, language: c.locale[:2]}
			a.greets()
			a.chats()
			a.opensPanels()
			a.fails()
			a.ends()
		})
	}
}

// offerMenu gives the page a menu, questions and a greeting.
func offerMenu(t *testing.T, h *house) {
	t.Helper()
	h.graph(t, http.MethodPost, "/me/messenger_profile", "application/json", `{
		"get_started": {"payload": "BEGIN"},
		"greeting": [{"locale": "default", "text": "Welcome to Lumen Bikes. Ask us about anything that has two wheels."}],
		"ice_breakers": [{"question": "When are you open?", "payload": "HOURS"}, {"question": "Do you repair other makes?", "payload": "REPAIR"}],
		"persistent_menu": [{"locale": "default", "composer_input_disabled": false, "call_to_actions": [
			{"type": "postback", "title": "Opening hours", "payload": "HOURS"},
			{"type": "web_url", "title": "Our shop", "url": "https://lumen.example/"}]}]}`)
}

// audit walks through the states.
type audit struct {
	t        *testing.T
	shopper  *shopper
	house    *house
	axe      string
	language string
	contact  string
}

// look wants no violation in a document, as it is now.
func (a *audit) look(state string, document chromium.Document) {
	a.t.Helper()
	for _, v := range violations(document, a.axe) {
		for _, node := range v.Nodes {
			a.t.Errorf("%s: %s (%s)\n\t%s\n\t%s", state, v.Help, v.ID, node.HTML, strings.ReplaceAll(node.FailureSummary, "\n", "\n\t"))
		}
	}
	if folder := os.Getenv("FRONTDESK_TEST_PICTURES"); folder != "" {
		a.shopper.page.Picture(filepath.Join(folder, strings.ReplaceAll(filepath.Base(a.t.Name())+" "+state, " ", "-")+".png"))
	}
}

// violation is a rule of axe's that is broken.
type violation struct {
	ID, Help string
	Nodes    []struct{ HTML, FailureSummary string }
}

// violations asks axe about a document, once everything in it stands still: what moves has no colours yet to be judged.
func violations(document chromium.Document, axe string) (found []violation) {
	document.Eval("window.axe || (0, eval)("+quoted(axe)+"), null", nil)
	document.Wait("everything to stand still", "document.getAnimations().every(a => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity)")
	document.Eval(`axe.run(document, {resultTypes: ["violations"], iframes: false}).then(r => r.violations)`, &found)
	return found
}

// TestAxeSees shows that a page which keeps people out would be told.
func TestAxeSees(t *testing.T) {
	t.Parallel()
	axe := npm.Axe(t)
	page := chromium.Start(t).Page(t, chromium.Desktop)
	page.Go(`data:text/html,<html lang=en><title>x</title><main><h1>x</h1><img src="" width=20 height=20><p style="color:%23ccc">pale</main>`)
	var rules []string
	for _, v := range violations(page.Document, axe) {
		rules = append(rules, v.ID)
	}
	for _, want := range []string{"image-alt", "color-contrast"} {
		if !slices.Contains(rules, want) {
			t.Errorf("axe finds %q, without %s", rules, want)
		}
	}
}

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		return `""`
	}
	return string(out)
}

// greets: what a visitor meets before the first word.
func (a *audit) greets() {
	a.t.Helper()
	s := a.shopper
	if !s.page.OnPhone() {
		s.page.Role("dialog", "").Wait() // the card
	}
	a.look("the page before", s.page.Document)
	s.opens(a.language)
	s.learns(a.language)
	s.chat.Role("button", s.word("getStarted")).Wait()
	a.look("the window from outside", s.page.Document)
	a.look("greeting", s.chat)
	s.chat.Role("button", s.word("getStarted")).Click()
	s.chat.Role("textbox", s.word("write")).Wait()
	a.look("empty thread", s.chat)
}

// chats: every kind of message.
func (a *audit) chats() {
	a.t.Helper()
	s, h := a.shopper, a.house
	s.writes("Hello! See https://lumen.example/bikes")
	s.delivered()
	a.contact = h.onlyContact(a.t)
	h.graph(a.t, http.MethodPost, "/me/messages", "application/json",
		`{"recipient":{"id":"`+a.contact+`"},"sender_action":"react","payload":{"message_id":"`+h.latest(a.t)+`","reaction":"love"}}`)
	mid := h.sends(a.t, a.contact, `{"text":"Good morning. One moment, I look it up at https://lumen.example/pricing."}`)
	h.sends(a.t, a.contact, `{"text":"🚲"}`)
	h.sends(a.t, a.contact, `{"attachment":{"type":"template","payload":{"template_type":"button","text":"Shall I reserve it?","buttons":[
		{"type":"postback","title":"Reserve it","payload":"RESERVE"},{"type":"web_url","title":"See it","url":"https://lumen.example/trail"},
		{"type":"phone_number","title":"Call us","payload":"+15550100"}]}}}`)
	h.sends(a.t, a.contact, `{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[
		{"title":"Lumen Trail","subtitle":"13 kg, goes everywhere","buttons":[{"type":"postback","title":"Take the Trail","payload":"TRAIL"}]},
		{"title":"Lumen City","subtitle":"With a basket","buttons":[{"type":"web_url","title":"More of it","url":"https://lumen.example/city"}]}]}}}`)
	h.sendsFile(a.t, a.contact, "image", "bike.png", "image/png", drawing(a.t))
	h.sendsFile(a.t, a.contact, "audio", "bell.wav", "audio/wav", tone())
	h.sendsFile(a.t, a.contact, "file", "prices.txt", "text/plain", []byte("A bell: 12.00\n"))
	h.sends(a.t, a.contact, `{"text":"That was about this."},"reply_to":{"mid":"`+mid+`"}`)
	s.sees("That was about this.")
	s.sees("❤️")
	s.chat.Wait("what it quotes", thread+".split('One moment').length === 3")
	s.presses("Reserve it")
	s.delivered()
	h.sends(a.t, a.contact, `{"text":"How do we reach you?","quick_replies":[{"content_type":"text","title":"Not at all","payload":"NO"},
		{"content_type":"user_phone_number"},{"content_type":"user_email"}]}`)
	s.sees("How do we reach you?")
	h.graph(a.t, http.MethodPost, "/me/messages", "application/json", `{"recipient":{"id":"`+a.contact+`"},"sender_action":"typing_on"}`)
	s.chat.Role("button", "Not at all").Wait()
	a.look("every kind", s.chat)
	s.chat.Element("document.querySelector('[role=log]')").Ask("e => { e.scrollTop = 0; return true; }", nil)
	a.look("every kind, above", s.chat)
	s.chat.Role("button", s.word("givePhone")).Click()
	s.page.Insert("no number")
	s.page.Type(kb.Enter)
	s.chat.Role("alert", "").Wait()
	a.look("a number that is none", s.chat)
	s.page.Type(kb.Escape)
}

// opensPanels: what lies over the thread.
func (a *audit) opensPanels() {
	a.t.Helper()
	s := a.shopper
	s.chat.Role("button", s.word("menu")).Click()
	s.chat.Role("menuitem", "Opening hours").Wait()
	a.look("menu", s.chat)
	s.page.Type(kb.Escape)
	s.chat.Role("button", s.word("emoji")).Click()
	s.chat.Role("button", "😀").Wait()
	a.look("emoji", s.chat)
	s.page.Type(kb.Escape)
	s.chat.Role("button", "bike.png").Click()
	s.chat.Role("button", s.word("close")).Wait()
	a.look("large picture", s.chat)
	s.chat.Role("button", s.word("close")).Click()
	s.chat.Element("document.querySelector('input[type=file]')").Upload(a.file("notes.txt", 20))
	s.chat.Role("button", "notes.txt").Wait()
	a.look("a file to be sent", s.chat)
	s.chat.Role("button", s.word("send")).Click()
	s.sees("notes.txt")
}

// fails: without a network, and what can't be sent.
func (a *audit) fails() {
	a.t.Helper()
	s := a.shopper
	s.page.Offline(true)
	s.writes("Are you there?")
	a.look("offline", s.chat)
	s.page.Offline(false)
	s.delivered()
	s.chat.Element("document.querySelector('input[type=file]')").Upload(a.file("film.txt", 27<<20))
	s.chat.Role("alert", "").Wait()
	a.look("too large", s.chat)
	s.chat.Role("button", s.word("dismiss")).Click()
}

// ends: blocked, with words that come too late, over, not for this visitor, and without a website around it.
func (a *audit) ends() {
	a.t.Helper()
	s, h := a.shopper, a.house
	s.page.Offline(true)
	s.writes("One more thing")
	h.graph(a.t, http.MethodPost, "/plugin/contacts/"+a.contact, "application/json", `{"blocked":true}`)
	s.page.Offline(false)
	s.chat.Role("button", s.word("discard")).Wait()
	s.chat.Wait("the word that the visitor is blocked", "document.body.innerText.includes("+quoted(s.word("blocked"))+")")
	a.look("failed and blocked", s.chat)
	h.graph(a.t, http.MethodDelete, "/plugin/contacts/"+a.contact, "application/json", "")
	s.chat.Role("button", s.word("again")).Wait()
	a.look("over", s.chat)
	h.graph(a.t, http.MethodPost, "/me/chat_plugin", "application/json", `{"minimum_age":18}`)
	s.chat.Role("button", s.word("again")).Click()
	s.chat.Role("button", s.word("again")).Gone()
	a.look("refused", s.chat)
	s.page.Go(h.base + "/plugin/frame?page_id=" + h.site.id + "&locale=" + a.language) // nobody tells it whose chat it is
	a.look("loading", s.page.Document)
}

// file makes a file of a size and returns its path.
func (a *audit) file(name string, size int64) string {
	a.t.Helper()
	path := filepath.Join(a.t.TempDir(), name)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		a.t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		a.t.Fatal(err)
	}
	return path
}
