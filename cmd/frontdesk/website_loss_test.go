package main

import (
	"testing"

	"frontdesk/internal/chromium"
)

// TestNothingIsLostOrDoubled has a visitor and an agent talk while something befalls the visitor's browser or the service.
// Whatever it is, each sees what the other has said, once and in order.
func TestNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	for name, befalls := range map[string]func(*testing.T, *agency, *chromium.Profile, string){
		"the page is loaded anew":                reloads,
		"two tabs are open":                      twoTabs,
		"the line is dead for a while":           offline,
		"the notebook is closed for a while":     sleeps,
		"the service is restarted":               restarts,
		"the page is loaded anew in an outage":   reloadsInOutage,
		"one tab is closed before it could send": closesUnsent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			browser := chromium.Start(t)
			a := newAgency(t)
			befalls(t, a, browser.Profile(t), website(t, a.base, shopPage)+"?ref=pricing")
		})
	}
}

func reloads(t *testing.T, a *agency, profile *chromium.Profile, url string) {
	t.Helper()
	s := shops(t, profile.Page(t, chromium.Desktop), url)
	s.begins()
	s.writes("one")
	a.hears("one")
	a.answers("--text", "two")
	s.seesOnce("one", "two")
	s.page.Reload() // what was open is open again
	s.seesOnce("one", "two")
	s.writes("three")
	a.hears("one", "three")
	s.chat.Role("button", "Minimise chat").Click()
	s.page.Role("button", "Open chat").Wait()
	s.page.Reload() // and what was closed is closed, but heard
	s.page.Role("button", "Open chat").Wait()
	a.answers("--text", "four")
	s.page.Role("button", "Open chat, 1 unread").Click()
	s.seesOnce("one", "two", "three", "four")
}

func twoTabs(t *testing.T, a *agency, profile *chromium.Profile, url string) {
	t.Helper()
	first := shops(t, profile.Page(t, chromium.Desktop), url)
	first.begins()
	first.writes("one")
	second := shops(t, profile.Page(t, chromium.Desktop), url)
	second.seesOnce("one") // it opens as the first one is
	second.writes("two")
	first.seesOnce("one", "two")
	first.writes("three")
	a.hears("one", "two", "three")
	a.answers("--text", "four")
	for _, s := range []*shopper{first, second} {
		s.seesOnce("one", "two", "three", "four")
	}
}

func offline(t *testing.T, a *agency, profile *chromium.Profile, url string) {
	t.Helper()
	s := shops(t, profile.Page(t, chromium.Desktop), url)
	s.begins()
	s.writes("one")
	a.hears("one")
	s.page.Offline(true)
	s.writes("two")
	s.writes("three")
	a.answers("--text", "four")
	s.page.Offline(false)
	s.seesOnce("one", "two", "three", "four")
	a.hears("one", "two", "three")
	s.delivered()
}

func sleeps(t *testing.T, a *agency, profile *chromium.Profile, url string) {
	t.Helper()
	s := shops(t, profile.Page(t, chromium.Desktop), url)
	s.begins()
	s.writes("one")
	a.hears("one")
	s.page.Freeze()
	a.answers("--text", "two")
	a.answers("--text", "three")
	s.page.Thaw()
	s.seesOnce("one", "two", "three")
	s.writes("four")
	a.hears("one", "four")
}

func restarts(t *testing.T, a *agency, profile *chromium.Profile, url string) {
	t.Helper()
	s := shops(t, profile.Page(t, chromium.Phone), url)
	s.begins()
	s.writes("one")
	a.hears("one")
	a.stops()
	s.writes("two")
	s.writes("three")
	a.starts()
	a.hears("one", "two", "three")
	a.answers("--text", "four")
	s.seesOnce("one", "two", "three", "four")
	s.delivered()
}

func reloadsInOutage(t *testing.T, a *agency, profile *chromium.Profile, url string) {
	t.Helper()
	s := shops(t, profile.Page(t, chromium.Desktop), url)
	s.begins()
	s.writes("one")
	a.hears("one")
	a.stops()
	s.writes("two")
	s.page.Reload() // without a chat: its script can't be had
	a.starts()
	s.page.Reload()
	a.hears("one", "two")
	s.seesOnce("one", "two")
	s.delivered()
}

func closesUnsent(t *testing.T, a *agency, profile *chromium.Profile, url string) {
	t.Helper()
	s := shops(t, profile.Page(t, chromium.Desktop), url)
	s.begins()
	s.writes("one")
	a.hears("one")
	s.page.Offline(true)
	s.writes("two")
	s.page.Close()
	again := shops(t, profile.Page(t, chromium.Desktop), url)
	a.hears("one", "two")
	again.seesOnce("one", "two")
	again.delivered()
}
