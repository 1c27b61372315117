package check

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// policy is one Content-Security-Policy of a page. Each has to allow what happens.
type policy struct {
	directives map[string][]string
	place
}

// mostPolicies bounds what is read of them.
const mostPolicies = 50

// policies are those of the headers and of the page itself. Those that only report are none.
func (in *inspection) policies() []policy {
	var out []policy
	for _, header := range in.got.header.Values("Content-Security-Policy") {
		for text := range strings.SplitSeq(header, ",") {
			out = append(out, policy{directives(text), place{header: "Content-Security-Policy", at: -1}})
		}
	}
	for _, t := range in.doc.tags {
		kind, _ := t.get("http-equiv")
		if t.name == "meta" && !t.inert && strings.EqualFold(strings.TrimSpace(kind), "Content-Security-Policy") {
			content, _ := t.get("content")
			p := policy{directives(content), place{at: t.at}}
			delete(p.directives, "sandbox") // has no effect there
			out = append(out, p)
		}
	}
	return out[:min(len(out), mostPolicies)]
}

// directives reads a policy. Of two of one name the first counts.
func directives(text string) map[string][]string {
	out := map[string][]string{}
	for one := range strings.SplitSeq(text, ";") {
		words := strings.Fields(one)
		if len(words) == 0 {
			continue
		}
		name := strings.ToLower(words[0])
		if _, twice := out[name]; !twice {
			out[name] = words[1:]
		}
	}
	return out
}

// first is the directive that decides, of several of which each stands in for the one before; ok is false where none does.
func (p policy) first(names ...string) (name string, sources []string, ok bool) {
	for _, name := range names {
		if sources, ok := p.directives[name]; ok {
			return name, sources, true
		}
	}
	return "", nil, false
}

// checkPolicies looks at whether the page's own policies let the chat in.
func (in *inspection) checkPolicies() {
	for _, p := range in.policies() {
		if words, ok := p.directives["sandbox"]; ok && (!slices.Contains(words, "allow-scripts") || !slices.Contains(words, "allow-same-origin")) {
			in.tell("csp_sandbox", p.place, "The page's policy puts it into a sandbox, in which the chat cannot work.", "Add allow-scripts and allow-same-origin to sandbox, or take it away.")
		}
		for _, s := range in.ours {
			in.checkScriptPolicy(p, s)
			break // one tells enough
		}
		if len(in.ours) > 0 {
			in.checkInlinePolicy(p)
			in.checkFramePolicy(p)
		}
	}
}

var scriptDirectives = []string{"script-src-elem", "script-src", "default-src"}

// checkScriptPolicy looks at whether a policy lets the script run.
func (in *inspection) checkScriptPolicy(p policy, s reference) {
	name, sources, ok := p.first(scriptDirectives...)
	if !ok {
		return
	}
	u, err := in.base.Parse(s.src)
	if err != nil {
		return
	}
	strict := hasWord(sources, "'strict-dynamic'")
	switch {
	case s.inline && strict: // a script that may run may load others
		return
	case !s.inline && nonced(*s.script, sources):
		return
	case !strict && in.allows(sources, u):
		return
	}
	do := "Add " + originOf(u) + " to it."
	if strict {
		do = "Give the script tag the page's nonce: with 'strict-dynamic' no address is allowed by itself."
	}
	in.tell("csp_script", p.place, fmt.Sprintf("The page's policy does not let the script in: %s.", quotedDirective(name, sources)), do)
}

// checkInlinePolicy looks at whether the inline scripts that begin the chat may run.
func (in *inspection) checkInlinePolicy(p policy) {
	name, sources, ok := p.first(scriptDirectives...)
	if !ok {
		return
	}
	for _, t := range in.doc.tags {
		if t.name != "script" || t.inert || t.has("src") || !runs(&t) || !beginsChat(t.text) {
			continue
		}
		if inlineAllowed(sources, t) {
			continue
		}
		line, _ := in.doc.place(t.at)
		in.tell("csp_inline", p.place, fmt.Sprintf("The page's policy does not let the inline script in line %d run, which begins the chat: %s.", line, quotedDirective(name, sources)),
			"Give the script a nonce of the policy's, or put it into a file of your own.")
		return
	}
}

// beginsChat reports whether the chat needs an inline script.
func beginsChat(text string) bool {
	code := withoutComments(text)
	return strings.Contains(code, "fbAsyncInit") || initCall.MatchString(code) || sdkString.MatchString(code)
}

func inlineAllowed(sources []string, t tag) bool {
	if nonced(t, sources) {
		return true
	}
	hashes := false
	for _, s := range sources {
		lower := strings.ToLower(s)
		hashes = hashes || strings.HasPrefix(lower, "'nonce-") || strings.HasPrefix(lower, "'sha") || lower == "'strict-dynamic'"
	}
	a, b, c := sha256.Sum256([]byte(t.text)), sha512.Sum384([]byte(t.text)), sha512.Sum512([]byte(t.text))
	for kind, sum := range map[string][]byte{"sha256": a[:], "sha384": b[:], "sha512": c[:]} {
		for _, coding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			if slices.Contains(sources, "'"+kind+"-"+coding.EncodeToString(sum)+"'") {
				return true
			}
		}
	}
	return !hashes && hasWord(sources, "'unsafe-inline'")
}

// checkFramePolicy looks at whether the chat's frame may stand in the page.
func (in *inspection) checkFramePolicy(p policy) {
	name, sources, ok := p.first("frame-src", "child-src", "default-src")
	if !ok {
		return
	}
	u, err := in.base.Parse(in.ours[0].src)
	if err != nil || in.allows(sources, &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/plugin/frame"}) {
		return
	}
	in.tell("csp_frame", p.place, fmt.Sprintf("The page's policy does not let the chat's frame in: %s.", quotedDirective(name, sources)),
		"Add frame-src "+originOf(u)+", beside what it has.")
}

func quotedDirective(name string, sources []string) string {
	if len(sources) == 0 {
		return quoted(name)
	}
	return quoted(name + " " + strings.Join(sources, " "))
}

func hasWord(sources []string, word string) bool {
	return slices.ContainsFunc(sources, func(s string) bool { return strings.EqualFold(s, word) })
}

// nonced reports whether a tag has a nonce that a policy names.
func nonced(t tag, sources []string) bool {
	nonce, ok := t.get("nonce")
	return ok && nonce != "" && slices.ContainsFunc(sources, func(s string) bool {
		return len(s) > len("'nonce-'") && strings.EqualFold(s[:len("'nonce-")], "'nonce-") && strings.HasSuffix(s, "'") && s[len("'nonce-"):len(s)-1] == nonce
	})
}

// allows reports whether one of a directive's sources matches an address.
func (in *inspection) allows(sources []string, u *url.URL) bool {
	for _, s := range sources {
		switch {
		case strings.EqualFold(s, "'self'"):
			if originOf(u) == originOf(in.got.url) {
				return true
			}
		case strings.HasPrefix(s, "'"):
		case s == "*":
			if isWeb(u) {
				return true
			}
		case in.matches(s, u):
			return true
		}
	}
	return false
}

// matches reports whether a source, as https: or https://*.lumen.example:8443/a/, matches an address.
func (in *inspection) matches(source string, u *url.URL) bool {
	scheme, rest, hasScheme := strings.Cut(source, "://")
	if !hasScheme {
		if bare, ok := strings.CutSuffix(source, ":"); ok {
			return sameScheme(bare, u.Scheme)
		}
		scheme, rest = in.got.url.Scheme, source
	}
	if !sameScheme(scheme, u.Scheme) {
		return false
	}
	host, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	return sameHost(host, u) && samePath(path, u.Path)
}

// sameScheme lets https stand in for http.
func sameScheme(wanted, has string) bool {
	wanted = strings.ToLower(wanted)
	return wanted == has || wanted == "http" && has == "https"
}

func sameHost(wanted string, u *url.URL) bool {
	wanted = strings.ToLower(wanted)
	port := ""
	if i := strings.LastIndexByte(wanted, ':'); i >= 0 && !strings.HasSuffix(wanted, "]") {
		wanted, port = wanted[:i], wanted[i+1:]
	}
	has := strings.ToLower(u.Hostname())
	if strings.HasPrefix(wanted, "[") {
		wanted = strings.Trim(wanted, "[]")
	}
	if tail, wild := strings.CutPrefix(wanted, "*"); wild && tail != "" {
		if !strings.HasSuffix(has, tail) || len(has) == len(tail) {
			return false
		}
	} else if wanted != has && wanted != "*" {
		return false
	}
	own := portOf(u)
	switch port {
	case "*", own:
		return true
	case "":
		return own == "80" && u.Scheme == "http" || own == "443" && u.Scheme == "https"
	default:
		return port == "80" && own == "443" // http, upgraded
	}
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

func samePath(wanted, has string) bool {
	switch {
	case wanted == "" || wanted == "/":
		return true
	case strings.HasSuffix(wanted, "/"):
		return strings.HasPrefix(has, wanted)
	}
	return wanted == has
}
