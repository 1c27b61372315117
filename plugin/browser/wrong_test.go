package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"frontdesk/internal/chromium"
)

// TestWrongAttributes shows that each wrong value is one line, which names the attribute and the value and says what is
// done instead, and that the chat is there all the same.
func TestWrongAttributes(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 81)
	b, s := chromium.Start(t), newStreet(t)
	for i, c := range []struct{ name, attributes, want string }{
		{"a colour by name", `theme_color="red"`, `theme_color="red" is not # and six hexadecimal digits other than white; "#0084FF" is used`},
		{"a short colour", `theme_color="#abc"`, `theme_color="#abc" is not # and six hexadecimal digits other than white; "#0084FF" is used`},
		{"white", `theme_color="#FFFFFF"`, `theme_color="#FFFFFF" is not # and six hexadecimal digits other than white; "#0084FF" is used`},
		{"a long greeting", `logged_out_greeting="` + long + `"`, `logged_out_greeting="` + long + `" has 81 characters; the first 80 are used`},
		{"a long greeting for others", `logged_in_greeting="` + long + `"`, `logged_in_greeting="` + long + `" has 81 characters; the first 80 are used`},
		{"another display", `greeting_dialog_display="pop"`, `greeting_dialog_display="pop" is not show, hide or fade; "show" is used`},
		{"another display, over the deprecated one", `greeting_dialog_display="pop" minimized="true"`, `greeting_dialog_display="pop" is not show, hide or fade; "hide" is used`},
		{"a delay in words", `greeting_dialog_delay="soon"`, `greeting_dialog_delay="soon" is no number of seconds from 0 to 86400; 0 is used`},
		{"a delay of the past", `greeting_dialog_delay="-1"`, `greeting_dialog_delay="-1" is no number of seconds from 0 to 86400; 0 is used`},
		{"minimized by guess", `minimized="yes"`, `minimized="yes" is neither true nor false; "show" is used`},
		{"a ref of two lines", "ref=\"a\nb\"", `ref="a\nb" is not one line of at most 2083 characters; none is used`},
		{"a customer that is no JSON", `customer="Mara"`, `customer="Mara" is not the JSON of a customer with id, expires and signature; none is used`},
		{"a customer without a signature", `customer='{"id":"1","expires":5}'`, `customer="{\"id\":\"1\",\"expires\":5}" is not the JSON of a customer with id, expires and signature; none is used`},
		{"a name that is nearly right", `theme-color="#AA0000"`, `theme-color="#AA0000" is not read; write theme_color`},
		{"a name with data", `data-ref="x"`, `data-ref="x" is not read; write ref`},
		{"another page", `" data-x="`, `page_id="5" is no page of ` + s.platform + `; the only page there, ` + shopPage + `, is used`},
		{"a page in words", ``, `page_id="lumen" is not the digits of a page; the only page there, ` + shopPage + `, is used`},
	} {
		t.Run(c.name, func(t *testing.T) {
			html := div(c.attributes)
			switch c.name {
			case "another page":
				html = `<div class="fb-customerchat" page_id="5"></div>`
			case "a page in words":
				html = `<div class="fb-customerchat" page_id="lumen"></div>`
			}
			p := b.Page(t, chromium.Desktop)
			p.Go(s.put(fmt.Sprint(i), html+start+script))
			p.Role("button", "Open chat").Wait()
			p.Wait("the greeting's time", `events.includes("show")`)
			p.Eval(`document.querySelector(".fb-customerchat").setAttribute("attribution", "again")`, nil) // it is read once more
			if lines := ours(p); len(lines) != 1 || lines[0] != "warning: frontdesk: "+c.want {
				t.Errorf("the console says\n%s\nwant\n%s", strings.Join(lines, "\n"), c.want)
			}
		})
	}
}

// TestRightAttributes shows that what is right needs no line, and that of two that disagree the newer one counts.
func TestRightAttributes(t *testing.T) {
	t.Parallel()
	b, s := chromium.Start(t), newStreet(t)
	for i, c := range []struct {
		name, attributes string
		device           chromium.Device
		want             string // the events
	}{
		{"nothing set", ``, chromium.Desktop, "load,show,dialogShow"},
		{"nothing set, on a phone", ``, chromium.Phone, "load,show"},
		{"show, on a phone", `greeting_dialog_display="show"`, chromium.Phone, "load,show,dialogShow"},
		{"hide", `greeting_dialog_display="hide"`, chromium.Desktop, "load,show"},
		{"minimized", `minimized="true"`, chromium.Desktop, "load,show"},
		{"not minimized, on a phone", `minimized="false"`, chromium.Phone, "load,show,dialogShow"},
		{"minimized, but shown", `minimized="true" greeting_dialog_display="show"`, chromium.Desktop, "load,show,dialogShow"},
		{"spelled large", `greeting_dialog_display="HIDE"`, chromium.Desktop, "load,show"},
		{"empty", `ref="" theme_color="" logged_in_greeting="" greeting_dialog_display="" greeting_dialog_delay="" minimized=""`, chromium.Desktop, "load,show,dialogShow"},
		{"all of it", `theme_color="#1D6FB8" ref="a-b_c=1" greeting_dialog_delay="0.2" greeting_dialog_display="show" attribution="setup_tool" data-href="/x"`, chromium.Desktop, "load,show,dialogShow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := b.Page(t, c.device)
			p.Go(s.put(fmt.Sprint(i), div(c.attributes)+start+script))
			events(t, p, c.want)
			// Whatever was to come has come when a timer that is set now has run.
			p.Eval(`new Promise((done) => setTimeout(done, 300))`, nil)
			events(t, p, c.want)
			quiet(t, p)
		})
	}
}

// TestNoPage shows that a page id that nothing can be made of is one line, and no chat.
func TestNoPage(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	s.site.pages = []string{shopPage, "109872000000102"}
	p.Go(s.put("", `<div class="fb-customerchat" page_id="5"></div>`+start+script))
	p.Wait("the script", `inits === 1`)
	p.Eval(`new Promise((done) => setTimeout(done, 100))`, nil)
	if lines := ours(p); len(lines) != 1 || lines[0] != `warning: frontdesk: page_id="5" is no page of `+s.platform+`; no chat is shown` {
		t.Errorf("the console says %q", lines)
	}
	p.Wait("no chat", `!document.querySelector(".fb_dialog") && events.length === 0`)
}

// TestRefusedWebsites shows what a website's owner reads where nothing may be drawn, and that nothing is.
func TestRefusedWebsites(t *testing.T) {
	t.Parallel()
	b := chromium.Start(t)
	for _, c := range []struct {
		why, how, attributes string
		shows                bool
	}{
		{"origin", "error", "", false},
		{"referrer", "error", "", false},
		{"country", "info", "", false},
		{"age", "info", "", false},
		{"age", "info", `customer='{"id":"1","age":16,"expires":9999999999,"signature":"aa"}'`, false},
		{"age", "", `customer='{"id":"1","age":18,"expires":9999999999,"signature":"aa"}'`, true},
	} {
		t.Run(c.why+c.attributes, func(t *testing.T) {
			s, p := newStreet(t), b.Page(t, chromium.Desktop)
			s.site.look.Render, s.site.look.Why, s.site.look.Message, s.site.look.MinimumAge = false, c.why, "this is why", 18
			p.Go(s.put("", div(c.attributes)+start+script))
			if c.shows {
				events(t, p, "load,show,dialogShow")
				quiet(t, p)
				return
			}
			p.Wait("the script", `inits === 1`)
			p.Eval(`new Promise((done) => setTimeout(done, 100))`, nil)
			if lines := p.Console(); len(lines) != 1 || lines[0] != c.how+": frontdesk: this is why" {
				t.Errorf("the console says %q", lines)
			}
			p.Wait("no chat", `!document.querySelector(".fb_dialog") && events.length === 0`)
		})
	}
}

// TestGreetingsAreText shows that nothing a website's own pages or the page's settings say becomes markup.
func TestGreetingsAreText(t *testing.T) {
	t.Parallel()
	b := chromium.Start(t)
	const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>`
	const escaped = `&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(2)&lt;/script&gt;`
	for _, c := range []struct{ name, attributes string }{
		{"the attribute", `logged_out_greeting="` + escaped + `" ref="` + escaped + `" theme_color="` + escaped + `"`},
		{"the settings", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, p := newStreet(t), b.Page(t, chromium.Desktop)
			s.site.look.Greeting = hostile
			p.Go(s.put("", div(c.attributes)+start+script))
			p.Role("button", hostile).Click()
			p.Frame("/plugin/frame").Wait("the frame", `init.logged_out_greeting || init.greeting`)
			for _, line := range p.Console() {
				if !strings.HasPrefix(line, "warning: frontdesk: theme_color=") {
					t.Errorf("the console says %q", line)
				}
			}
			for _, request := range p.Requests() {
				if strings.HasSuffix(request, "/x") {
					t.Errorf("there was a request %q", request)
				}
			}
		})
	}
}

// TestNoPageID shows what is said where the page id is missing.
func TestNoPageID(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	p.Go(s.put("", `<div class="fb-customerchat" page_id=""></div>`+start+script))
	p.Role("button", "Open chat").Wait()
	if lines := ours(p); len(lines) != 1 || lines[0] != `warning: frontdesk: page_id is missing; the only page there, `+shopPage+`, is used` {
		t.Errorf("the console says %q", lines)
	}
}

// TestPollutedPrototype has a website that puts names of ours on everything there is: the chat is there, remembers only what
// the visitor did, and the page's calls are ours.
func TestPollutedPrototype(t *testing.T) {
	t.Parallel()
	p, s := chromium.Start(t).Page(t, chromium.Desktop), newStreet(t)
	p.Go(s.put("", `<script>for (const name of ["token", "outbox", "open", "ref", "get", "value", "writable"]) Object.prototype[name] = "polluted";</script>`+
		div("")+start+script))
	events(t, p, "load,show,dialogShow")
	p.Wait("the calls", `typeof FB.CustomerChat.show === "function"`)
	p.Role("button", "Open chat").Click()
	p.Frame("/plugin/frame").Wait("a clean beginning", `init && init.ref === "" && JSON.stringify(init.saved) === "{}"`)
	p.Wait("the storage", `localStorage.getItem("frontdesk:`+shopPage+`") === '{"open":true}'`)
	quiet(t, p)
}
