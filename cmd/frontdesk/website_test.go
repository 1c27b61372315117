package main

import (
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"frontdesk/internal/chromium"
	"frontdesk/internal/loopback"
)

// desktopAndPhone are the devices on which everything must work.
var desktopAndPhone = map[string]chromium.Device{"desktop": chromium.Desktop, "phone": chromium.Phone}

// agency is frontdesk as an agent runs it: serve, and the screen beside it.
type agency struct {
	t       *testing.T
	program string
	environ []string
	base    string
	server  *exec.Cmd
}

// newAgency starts serve, with a port it keeps when it is started anew.
func newAgency(t *testing.T, environ ...string) *agency {
	t.Helper()
	port, err := loopback.Port()
	if err != nil {
		t.Fatal(err)
	}
	a := &agency{t: t, program: binary(t), base: "http://127.0.0.1:" + port}
	a.environ = append(append(environ, "FRONTDESK_LISTEN=127.0.0.1:"+port, "FRONTDESK_PLUGIN_PAGE_ID="+shopPage), home(t)...)
	a.server = startServe(t, a.program, a.environ)
	return a
}

// stops ends serve as a machine does that goes down.
func (a *agency) stops() {
	a.t.Helper()
	if err := a.server.Process.Signal(syscall.SIGTERM); err != nil {
		a.t.Fatal(err)
	}
	if err := a.server.Wait(); err != nil {
		a.t.Fatalf("serve ended with %v", err)
	}
}

// starts starts it again.
func (a *agency) starts() {
	a.t.Helper()
	a.server = startServe(a.t, a.program, a.environ)
}

// conversation is the id of the only one.
func (a *agency) conversation() string {
	a.t.Helper()
	all := shown(a.t, a.program, a.environ, "list", "--json")
	if len(all) != 1 {
		a.t.Fatalf("there are %d conversations, want 1: %v", len(all), all)
	}
	id, _ := all[0]["id"].(string)
	return id
}

// answers has the agent reply from a script and waits until it is sent.
func (a *agency) answers(args ...string) {
	a.t.Helper()
	args = append([]string{"reply", a.conversation(), "--wait"}, args...)
	if out, err := command(a.program, a.environ, args...).CombinedOutput(); err != nil {
		a.t.Fatalf("frontdesk %q: %v\n%s", args, err, out)
	}
}

// said are the texts of one direction in the only conversation, oldest first.
func (a *agency) said(direction string) (texts []string) {
	a.t.Helper()
	for _, m := range shown(a.t, a.program, a.environ, "show", a.conversation(), "--json") {
		if text, _ := m["text"].(string); m["direction"] == direction && text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// hears waits until the customer has said exactly these texts, in this order.
func (a *agency) hears(want ...string) {
	a.t.Helper()
	var got []string
	if !poll(func() bool {
		got = slices.DeleteFunc(a.said("in"), func(text string) bool { return strings.EqualFold(text, "Get Started") })
		return slices.Equal(got, want)
	}) {
		a.t.Fatalf("the customer has said %q, want %q", got, want)
	}
}

// TestVisitorMeetsAgent is the whole way, by hands alone: a visitor of a website with the old markup writes in a real
// browser, the agent sees it on the screen and answers by keys with a text, quick replies and buttons, and the visitor
// sees them and taps.
func TestVisitorMeetsAgent(t *testing.T) {
	t.Parallel()
	for name, device := range desktopAndPhone {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			browser := chromium.Start(t)
			a := newAgency(t)
			screen := newPane(t, a.environ, a.program)
			screen.sees(`Nobody has written yet`)
			s := shops(t, browser.Page(t, device), website(t, a.base, shopPage)+"?ref=pricing")
			s.begins()
			s.writes("Do you ship to Norway?")
			screen.sees(`(?s)plugin · pricing.*Do you ship to Norway\?`)

			screen.keys("Enter")
			screen.sees(`came in by chat plugin, ref pricing`)
			screen.keys("r")
			screen.sees(`enter send`)
			screen.types("We do. Which day suits you?")
			screen.keys("Enter")
			s.sees("We do. Which day suits you?")

			screen.keys("M-2")
			screen.sees(`▸Quick replies`)
			screen.types("Or rather")
			screen.keys("Tab")
			screen.sees(`title`)
			for _, title := range []string{"Thursday", "Friday"} {
				screen.types(title)
				screen.keys("Enter")
			}
			screen.sees(`or enter sends`)
			screen.keys("Enter")
			s.sees("Or rather")
			s.taps("Friday")
			screen.sees(`(?s)\(● Friday \).*▸ Friday`)
			s.chat.Role("button", "Thursday").Gone()

			screen.keys("M-3")
			screen.sees(`▸Buttons`)
			screen.types("Shall I reserve it?")
			screen.keys("Tab")
			screen.types("Reserve it")
			screen.keys("Enter")
			screen.types("RESERVE")
			screen.keys("Enter")
			screen.sees(`or enter sends`)
			screen.keys("Enter")
			s.presses("Reserve it")
			screen.sees(`(?s)\[● Reserve it \].*▸ Reserve it`)

			a.hears("Do you ship to Norway?", "Friday", "Reserve it")
		})
	}
}
