package check

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"frontdesk/desk/embedding"
)

// findScripts looks for every address of an SDK: in tags, in inline scripts, and in comments, where none of it runs.
func (in *inspection) findScripts() {
	for i := range in.doc.tags {
		t := &in.doc.tags[i]
		if t.name != "script" || t.inert {
			continue
		}
		if src, ok := t.get("src"); ok {
			if sdkPath.MatchString(src) {
				in.scripts = append(in.scripts, reference{src: strings.TrimSpace(src), at: t.where("src"), script: t})
			}
			continue
		}
		if !runs(t) {
			continue
		}
		code := withoutComments(t.text)
		for _, m := range sdkString.FindAllStringSubmatchIndex(code, 20) {
			in.scripts = append(in.scripts, reference{src: code[m[2]:m[3]], at: t.from + m[2], script: t, inline: true})
		}
	}
}

var (
	sdkPath   = regexp.MustCompile(`/(?:sdk|sdk/xfbml\.customerchat|all|sdk/debug)\.js(?:[?#].*)?\s*$`)
	ourPath   = regexp.MustCompile(`^(/[^/]+)?/sdk(/xfbml\.customerchat)?\.js$`)
	ourLocale = regexp.MustCompile(`^/[a-z]{2,3}_[A-Z]{2}$`)
)

// runs reports whether browsers run a script of that type.
func runs(t *tag) bool {
	kind, _ := t.get("type")
	kind, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(kind)), ";")
	switch kind {
	case "", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript", "application/x-javascript", "text/x-javascript":
		return true
	}
	return false
}

// checkScripts looks at where the page's SDKs come from.
func (in *inspection) checkScripts() {
	var other *reference
	for i, s := range in.scripts {
		u, err := in.base.Parse(s.src)
		switch {
		case err != nil:
		case u.Hostname() == "connect.facebook.net" || strings.HasSuffix(u.Hostname(), ".facebook.net"):
			in.checkOld(s, u)
		case !in.isOurs(u):
			other = &in.scripts[i]
		default:
			in.ours = append(in.ours, s)
			in.checkOurs(s, u)
		}
	}
	switch {
	case len(in.ours) > 0:
	case other != nil:
		u, err := in.base.Parse(other.src)
		if err == nil {
			in.wrong("script_origin", other.at, fmt.Sprintf("The script comes from %s, and your frontdesk is at %s.", quoted(u.Scheme+"://"+u.Host), in.home()),
				"Change its address to "+in.home()+"/en_US/sdk/xfbml.customerchat.js.")
		}
	case in.has("script_facebook"):
	default:
		in.missing()
	}
	if len(in.ours) > 1 && !in.ours[0].inline && !in.ours[1].inline {
		in.note("script_twice", in.ours[1].at, "The script is embedded more than once; there is one chat all the same.", "Keep one.")
	}
}

// missing says that there is no script, or where it is asleep.
func (in *inspection) missing() {
	for _, c := range in.doc.comments {
		if sdkString.MatchString(c.text) || strings.Contains(c.text, "xfbml.customerchat") {
			in.wrong("script_commented", c.at, "The script stands in a comment, where nothing runs.", "Take the <!-- and --> away around it.")
			return
		}
	}
	for _, t := range in.doc.tags {
		if asleep := t.name == "noscript" || t.inert || t.name == "script" && !runs(&t); asleep && (strings.Contains(t.text, "xfbml.customerchat") || inertSDK(t)) {
			in.wrong("script_asleep", t.at, "The script stands where browsers run none: in a noscript, a template, or in a script of another type.",
				"Put it into the page's body. Where a consent tool holds it back, this is right, and the chat shows once the visitor has agreed.")
			return
		}
	}
	in.wrong("script_missing", -1, "The page has no script of the chat.",
		"Put in front of </body> what frontdesk plugin snippet prints.")
}

func inertSDK(t tag) bool {
	src, _ := t.get("src")
	return t.name == "script" && t.inert && sdkPath.MatchString(src)
}

// checkOld looks at a script of the old address.
func (in *inspection) checkOld(s reference, u *url.URL) {
	if !strings.Contains(u.Path, "customerchat") {
		return // the SDK for logins and the like may be there as well
	}
	locale, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if !ourLocale.MatchString("/" + locale) {
		locale = "en_US"
	}
	in.wrong("script_facebook", s.at, "The script still comes from connect.facebook.net, which has shown no chat since May 2024.",
		"Change its address to "+in.home()+"/"+locale+"/sdk/xfbml.customerchat.js; all else may stay.")
}

// isOurs reports whether an address leads to the platform. Where nobody knows that, each may.
func (in *inspection) isOurs(u *url.URL) bool {
	if len(in.platform.Addresses) == 0 {
		return true
	}
	for _, address := range in.platform.Addresses {
		if p, err := url.Parse(address); err == nil && strings.EqualFold(p.Host, u.Host) {
			return true
		}
	}
	return false
}

// checkOurs looks at a script that leads to the platform.
func (in *inspection) checkOurs(s reference, u *url.URL) {
	path := u.Path
	for _, address := range in.platform.Addresses {
		if p, err := url.Parse(address); err == nil && strings.EqualFold(p.Host, u.Host) {
			path = strings.TrimPrefix(path, strings.TrimRight(p.Path, "/"))
		}
	}
	parts := ourPath.FindStringSubmatch(path)
	switch {
	case parts == nil || parts[1] != "" && !ourLocale.MatchString(parts[1]):
		in.wrong("script_path", s.at, fmt.Sprintf("There is no script at %s.", quoted(u.Path)),
			"Write /en_US/sdk/xfbml.customerchat.js, with another locale if you like, as de_DE.")
	case parts[2] == "":
		in.note("script_plain_sdk", s.at, "It is the plain sdk.js, which did not show the old plugin. This one does.", "")
	}
	if in.got.url.Scheme == "https" && u.Scheme == "http" && !embedding.IsLoopbackHost(u.Hostname()) {
		in.wrong("script_insecure", s.at, "The page comes by https and the script by http: browsers do not load it.", "Write https in its address.")
	}
	if s.inline {
		return
	}
	t := s.script
	if !runs(t) {
		kind, _ := t.get("type")
		in.wrong("script_type", t.where("type"), fmt.Sprintf("The script's type is %s, which browsers do not run.", quoted(kind)),
			"Take the type away. Where a consent tool holds the script back, this is right, and the chat shows once the visitor has agreed.")
	}
	if t.has("nomodule") {
		in.wrong("script_nomodule", t.where("nomodule"), "Browsers of today leave scripts with nomodule out.", "Take nomodule away.")
	}
	if value, ok := t.get("integrity"); ok && value != "" {
		in.wrong("script_integrity", t.where("integrity"), "The script has an integrity, and changes with the page's settings: browsers will refuse it.", "Take integrity away.")
	}
}

func (in *inspection) has(id string) bool {
	for _, f := range in.found {
		if f.ID == id {
			return true
		}
	}
	return false
}

// checkInit looks for who begins.
func (in *inspection) checkInit() {
	if len(in.ours) == 0 {
		return
	}
	others, parses, calls, at := 0, false, 0, -1
	answer := ""
	for i := range in.doc.tags {
		t := &in.doc.tags[i]
		if t.name != "script" || t.inert || !runs(t) {
			continue
		}
		if src, ok := t.get("src"); ok {
			if !sdkPath.MatchString(src) {
				others++
			}
			continue
		}
		code := withoutComments(t.text)
		parses = parses || parseCall.MatchString(code)
		for _, m := range initCall.FindAllStringIndex(code, 20) {
			calls++
			key := xfbmlKey.FindStringSubmatch(arguments(code, m[1]))
			if key == nil {
				if at < 0 {
					at = t.from + m[0]
				}
				continue
			}
			if answer = strings.Trim(key[1], `"'`); answer == "true" || answer == "1" || answer == "!0" {
				return
			}
			at = t.from + m[0]
		}
	}
	for _, s := range in.ours {
		if _, asked, ok := strings.Cut(s.src, "#"); ok {
			if v, err := url.ParseQuery(asked); err == nil && (v.Get("xfbml") == "1" || v.Get("xfbml") == "true") {
				return
			}
		}
	}
	switch {
	case calls == 0 && others > 0:
		in.note("init_unseen", -1, fmt.Sprintf("No inline script calls FB.init; one of the page's %d other scripts may, which are not looked into.", others),
			"Where the chat does not show, add what frontdesk plugin snippet prints.")
	case calls == 0:
		in.wrong("init_missing", in.ours[0].at, "Nothing calls FB.init, so the script waits for ever.",
			"Add <script>window.fbAsyncInit = function () { FB.init({ xfbml: true, version: 'v18.0' }); };</script> before it.")
	case parses:
	case answer != "" && answer != "false" && answer != "0" && answer != "!1":
		in.note("init_unsure", at, fmt.Sprintf("FB.init is told xfbml: %s, which only the browser knows.", quoted(answer)), "")
	default:
		in.wrong("init_xfbml", at, "FB.init is not told xfbml: true, and nothing calls FB.XFBML.parse: the chat is never looked for.",
			"Write FB.init({ xfbml: true, version: 'v18.0' }).")
	}
}

// checkDrawn says so where a page is drawn by scripts, which are not run here.
func (in *inspection) checkDrawn() {
	if len(in.ours) > 0 && len(in.divs) > 0 {
		return
	}
	scripts := 0
	for _, t := range in.doc.tags {
		if src, ok := t.get("src"); ok && t.name == "script" && !sdkPath.MatchString(src) {
			scripts++
		}
	}
	if scripts == 0 {
		return
	}
	in.note("scripts_unseen", -1, "The page has scripts, which are not run here: what they add to it was not seen.",
		"Open the page in a browser and look at its console: what is wrong is said there, in lines that begin with frontdesk.")
}
