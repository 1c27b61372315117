package check_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"frontdesk/desk/embedding"
	"frontdesk/desk/embedding/check"
)

const (
	home  = "https://chat.lumen.example"
	page  = "109872000000101"
	div   = `<div class="fb-customerchat" page_id="` + page + `"></div>`
	begin = `<script>window.fbAsyncInit = function () { FB.init({ xfbml: true, version: 'v18.0' }); };</script>`
	sdk   = `<script async src="` + home + `/en_US/sdk/xfbml.customerchat.js"></script>`
)

// platform is one that allows pages on this machine.
func platform() check.Platform {
	return check.Platform{Addresses: []string{home}, Pages: []string{page}, Known: true, Loopback: true}
}

// look serves a page, its headers as "Name: value", and looks at it.
func look(t *testing.T, html string, p check.Platform, headers ...string) check.Report {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Add(name, value)
		}
		_, _ = io.WriteString(w, html)
	}))
	t.Cleanup(server.Close)
	report, err := check.Page(t.Context(), server.URL+"/pricing", p)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// brief is what was found, each as "level id line:column", or with the header's name for the place.
func brief(r check.Report) string {
	var out []string
	for _, f := range r.Findings {
		where := f.Where
		if f.Line > 0 {
			where = fmt.Sprintf("%d:%d", f.Line, f.Column)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Level, f.ID, where)))
	}
	return strings.Join(out, "; ")
}

func TestFindings(t *testing.T) {
	t.Parallel()
	with := func(attributes string) string {
		return `<div class="fb-customerchat" page_id="` + page + `" ` + attributes + "></div>\n" + begin + sdk
	}
	for _, c := range []struct{ name, html, want string }{
		{"our own snippet", embedding.Snippet(home, page, embedding.Settings{Greeting: `"<b>"`, Ref: "a", Locale: "de_DE"}), ""},
		{"everything there is", with(`ref="a b" theme_color="#1D6FB8" logged_in_greeting="` + strings.Repeat("🚲", 80) + `" greeting_dialog_display="Fade" greeting_dialog_delay=".5" minimized="true" attribution="setup_tool" data-href="x"`), ""},
		{"the loading function of the old snippet", div + begin + `<script>(function(d, s, id) { var js, fjs = d.getElementsByTagName(s)[0]; if (d.getElementById(id)) return;
			js = d.createElement(s); js.id = id; js.src = "` + home + `/en_US/sdk/xfbml.customerchat.js"; fjs.parentNode.insertBefore(js, fjs); }(document, "script", "facebook-jssdk"));</script>`, ""},
		{"the attributes set by script", `<div id="fb-customer-chat" class="fb-customerchat"></div><script>var chatbox = document.getElementById('fb-customer-chat');
			chatbox.setAttribute("page_id", "` + page + `"); chatbox.setAttribute("attribution", "biz_inbox");</script>` + begin + sdk, ""},
		{"the question behind the address", div + `<script src="` + home + `/sdk/xfbml.customerchat.js#xfbml=1&version=v2.12"></script>`, ""},
		{"parsed by hand", div + sdk + `<script>onload = () => { FB.init({version: "v18.0"}); FB.XFBML.parse(); };</script>`, ""},
		{"beside the SDK for logins", `<script src="https://connect.facebook.net/en_US/sdk.js"></script>` + div + begin + sdk, ""},
		{"minified", div + `<script>window.fbAsyncInit=function(){FB.init({appId:"7",xfbml:!0,version:"v18.0"})}</script>` + sdk, ""},

		{"nothing", "<p>Hello</p>", "wrong script_missing; wrong div_missing"},
		{"nothing, and drawn by script", `<div id="root"></div><script src="/app.js"></script>`, "wrong script_missing; wrong div_missing; note scripts_unseen"},
		{"the script of old", div + begin + "\n<script src=\"https://connect.facebook.net/de_DE/sdk/xfbml.customerchat.js\"></script>", "wrong script_facebook 2:9"},
		{"the script of old, inline", div + begin + "\n<script>js.src = 'https://connect.facebook.net/en_US/sdk/xfbml.customerchat.js';</script>", "wrong script_facebook 2:19"},
		{"the script of old, written over", div + begin + sdk + `<script>// js.src = 'https://connect.facebook.net/en_US/sdk/xfbml.customerchat.js'; it's gone
			/* "https://connect.facebook.net/en_US/sdk/xfbml.customerchat.js" */</script>`, ""},
		{"another origin", div + begin + "\n" + `<script src="https://other.example/en_US/sdk/xfbml.customerchat.js"></script>`, "wrong script_origin 2:9"},
		{"a relative address", div + begin + "\n" + `<script src="/en_US/sdk/xfbml.customerchat.js"></script>`, "wrong script_origin 2:9"},
		{"a relative address with a base", `<base href="` + home + `/">` + div + begin + `<script src="en_US/sdk/xfbml.customerchat.js"></script>`, ""},
		{"the plain sdk.js", div + begin + "\n" + `<script src="` + home + `/en_US/sdk.js"></script>`, "note script_plain_sdk 2:9"},
		{"a wrong locale", div + begin + "\n" + `<script src="` + home + `/german/sdk/xfbml.customerchat.js"></script>`, "wrong script_path 2:9"},
		{"in a comment", div + begin + "\n<!-- " + sdk + " -->", "wrong script_commented 2:1"},
		{"in a noscript", div + begin + "\n<noscript>" + sdk + "</noscript>", "wrong script_asleep 2:1"},
		{"in a template", div + begin + "\n<template>" + sdk + "</template>", "wrong script_asleep 2:11"},
		{"held back by a consent tool", div + begin + "\n" + strings.Replace(sdk, "async", `type="text/plain"`, 1), "wrong script_type 2:9"},
		{"with an integrity", div + begin + "\n" + strings.Replace(sdk, "async", `integrity="sha384-AAAA"`, 1), "wrong script_integrity 2:9"},
		{"with nomodule", div + begin + "\n" + strings.Replace(sdk, "async", "nomodule", 1), "wrong script_nomodule 2:9"},
		{"embedded twice", div + begin + sdk + "\n" + sdk, "note script_twice 2:15"},

		{"no div", "\n" + begin + sdk, "wrong div_missing"},
		{"the div in a comment", "\n<!-- " + div + " -->" + begin + sdk, "wrong div_commented 2:1"},
		{"the div in a template", "<template>" + div + "</template>" + begin + sdk, "wrong div_missing"},
		{"the div made by script", begin + sdk + "\n<script>d.className = 'fb-customerchat';</script>", "note div_by_script 2:24"},
		{"another class", `<div class="a fb-customer-chat"></div>` + begin + sdk, "wrong div_class 1:6"},
		{"an element of XFBML", `<fb:customerchat page_id="1"></fb:customerchat>` + begin + sdk, "wrong div_class 1:1"},
		{"two divs", div + "\n" + div + begin + sdk, "wrong div_twice 2:1"},
		{"no page", `<div class="fb-customerchat"></div>` + begin + sdk, "wrong page_missing 1:1"},
		{"another page", `<div class="fb-customerchat" page_id="5"></div>` + begin + sdk, "wrong page_unknown 1:30"},
		{"a page in words", "<div class=fb-customerchat\n page_id=lumen></div>" + begin + sdk, "wrong page_unknown 2:2"},
		{"a name with data", `<div class="fb-customerchat" data-page_id="` + page + `"></div>` + begin + sdk, "wrong attribute_name 1:30"},
		{"white", with(`theme_color="#FFFFFF"`), "wrong attribute_value 1:56"},
		{"a long greeting", with(`logged_out_greeting="` + strings.Repeat("a", 81) + `"`), "wrong attribute_value 1:56"},
		{"a wrong display", with("\n\ngreeting_dialog_display='open'"), "wrong attribute_value 3:1"},
		{"a wrong delay", with(`greeting_dialog_delay="5s"`), "wrong attribute_value 1:56"},
		{"a name with dashes", with(`theme-color="#000000"`), "wrong attribute_name 1:56"},
		{"a wrong value set by script", with("") + "<script>\nx.setAttribute('theme_color', 'blue');</script>", "wrong attribute_value 3:2"},

		{"nobody begins", div + "\n" + sdk, "wrong init_missing 2:15"},
		{"nobody begins, as far as is seen", div + sdk + `<script src="/app.js"></script>`, "note init_unseen"},
		{"without xfbml", div + "\n" + strings.Replace(begin, "xfbml: true, ", "", 1) + sdk, "wrong init_xfbml 2:44"},
		{"with xfbml off", div + "\n" + strings.Replace(begin, "true", "false", 1) + sdk, "wrong init_xfbml 2:44"},
		{"with an xfbml nobody knows", div + "\n" + strings.Replace(begin, "true", "cfg.x", 1) + sdk, "note init_unsure 2:44"},

		{"a meta that hides the address", `<meta name="referrer" content="no-referrer">` + div + begin + sdk, "wrong referrer 1:1"},
		{"a script that hides the address", div + begin + "\n" + strings.Replace(sdk, "async", `referrerpolicy="no-referrer"`, 1), "wrong referrer 2:9"},
		{"a meta that a script overrules", `<meta name="referrer" content="no-referrer">` + div + begin + strings.Replace(sdk, "async", `referrerpolicy="origin"`, 1), ""},
		{"a policy of the page's", "\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self' 'unsafe-inline'\">" + div + begin + sdk, "wrong csp_script 2:1; wrong csp_frame 2:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := look(t, c.html, platform())
			if got := brief(r); got != c.want {
				t.Errorf("found\n%s\nwant\n%s", got, c.want)
			}
			if r.Fine == strings.Contains(c.want, "wrong") {
				t.Errorf("fine is %v", r.Fine)
			}
			for _, f := range r.Findings {
				if f.Level == check.Bad && (f.Do == "" || !strings.HasSuffix(f.Do, ".")) || !strings.HasSuffix(f.What, ".") {
					t.Errorf("%s says %q and what to do %q: each is a sentence", f.ID, f.What, f.Do)
				}
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	const csp = "Content-Security-Policy: "
	const frame = "; frame-src " + home
	nonced := func(what string) string { return strings.Replace(what, "<script", `<script nonce="abc"`, 1) }
	plain, safe := div+begin+sdk, div+nonced(begin)+nonced(sdk)
	for _, c := range []struct {
		name, html, want string
		headers          []string
	}{
		{"a policy that allows it", plain, "", []string{csp + "default-src 'none'; script-src 'unsafe-inline' " + home + frame}},
		{"by scheme", plain, "", []string{csp + "default-src https: 'unsafe-inline'"}},
		{"by a wild card", plain, "", []string{csp + "script-src 'unsafe-inline' *.lumen.example; child-src https://*.lumen.example"}},
		{"by a path", plain, "", []string{csp + "script-src 'unsafe-inline' " + home + "/en_US/" + frame}},
		{"by anything", plain, "", []string{csp + "default-src * 'unsafe-inline'"}},
		{"by nonces", safe, "", []string{csp + "script-src 'nonce-abc' 'strict-dynamic'" + frame}},
		{"that only reports", plain, "", []string{"Content-Security-Policy-Report-Only: default-src 'none'"}},
		{"another directive for elements", plain, "", []string{csp + "default-src 'self'; script-src 'none'; script-src-elem 'unsafe-inline' " + home + frame}},
		{
			"the inline script by its hash", div + "<script>FB.init({xfbml: true})</script>" + sdk, "",
			[]string{csp + "script-src 'sha256-H3FGxNtk5cBVoMe9hFw+O97wb3wZ6DvnJz969eP5Gvg=' " + home + frame},
		},

		{"a script that is not let in", plain, "wrong csp_script header Content-Security-Policy", []string{csp + "script-src 'self' 'unsafe-inline'"}},
		{"another path", plain, "wrong csp_script header Content-Security-Policy", []string{csp + "script-src 'unsafe-inline' " + home + "/de_DE/"}},
		{"another port", plain, "wrong csp_script header Content-Security-Policy", []string{csp + "script-src 'unsafe-inline' " + home + ":8443"}},
		{"a wild card of something else", plain, "wrong csp_script header Content-Security-Policy", []string{csp + "script-src 'unsafe-inline' *.chat.lumen.example"}},
		{"a frame that is not let in", plain, "wrong csp_frame header Content-Security-Policy", []string{csp + "frame-src 'self'"}},
		{"a frame that is not let in by what stands in for it", plain, "wrong csp_frame header Content-Security-Policy", []string{csp + "script-src * 'unsafe-inline'; default-src 'none'"}},
		{"an inline script that may not run", plain, "wrong csp_inline header Content-Security-Policy", []string{csp + "script-src " + home}},
		{"a nonce beside unsafe-inline", div + begin + nonced(sdk), "wrong csp_inline header Content-Security-Policy", []string{csp + "script-src 'unsafe-inline' 'nonce-abc'"}},
		{"strict-dynamic without a nonce", div + nonced(begin) + sdk, "wrong csp_script header Content-Security-Policy", []string{csp + "script-src 'nonce-abc' 'strict-dynamic' " + home}},
		{"a sandbox", plain, "wrong csp_sandbox header Content-Security-Policy", []string{csp + "sandbox allow-scripts"}},
		{"two policies, of which one forbids", plain, "wrong csp_frame header Content-Security-Policy", []string{csp + "default-src * 'unsafe-inline'", csp + "frame-src 'none'"}},
		{"two policies in one header", plain, "wrong csp_frame header Content-Security-Policy", []string{csp + "default-src * 'unsafe-inline', frame-src 'none'"}},

		{"an address that is hidden", plain, "wrong referrer header Referrer-Policy", []string{"Referrer-Policy: no-referrer"}},
		{"from other websites", plain, "wrong referrer header Referrer-Policy", []string{"Referrer-Policy: same-origin"}},
		{"the last that is known counts", plain, "", []string{"Referrer-Policy: no-referrer, strict-origin-when-cross-origin, new-one"}},
		{"an isolated page", plain, "wrong isolation header Cross-Origin-Embedder-Policy", []string{"Cross-Origin-Embedder-Policy: require-corp"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := brief(look(t, c.html, platform(), c.headers...)); got != c.want {
				t.Errorf("found\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestWhoMayEmbedIt(t *testing.T) {
	t.Parallel()
	p := platform()
	p.Allowed = []string{"https://www.lumen.example"}
	if got := brief(look(t, div+begin+sdk, p)); !strings.Contains(got, "domain_loopback") || strings.Contains(got, "note ") {
		t.Errorf("found %s", got)
	}
	p = check.Platform{Loopback: true}
	if got := brief(look(t, `<div class="fb-customerchat" page_id="5"></div>`+begin+sdk, p)); got != "" {
		t.Errorf("where nothing is known of the platform: %s", got)
	}
}
