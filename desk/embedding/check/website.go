package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"frontdesk/desk/embedding"
)

// originOf is an address's origin, as browsers and the list of domains spell it.
func originOf(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	usual := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	if port := u.Port(); port != "" && port != usual {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

// isHome reports whether a page is the platform's own.
func (in *inspection) isHome() bool {
	return len(in.platform.Addresses) > 0 && in.isOurs(in.got.url)
}

// checkWebsite holds the website to the domains that may embed the chat (ref. 7.7).
func (in *inspection) checkWebsite() {
	if !in.platform.Known || in.isHome() {
		return
	}
	origin, allowed := originOf(in.got.url), in.platform.Allowed
	const how = "frontdesk plugin setup --domains '%s' allows it, beside the ones you list there."
	switch {
	case slices.Contains(allowed, origin):
	case embedding.IsLoopbackHost(in.got.url.Hostname()) && len(allowed) == 0:
	case embedding.IsLoopbackHost(in.got.url.Hostname()):
		in.wrong("domain_loopback", -1, "The page is on this machine. Since websites are allowed, such pages may not embed the chat any more.",
			"Look at the page at its own address, or try it out with frontdesk demo.")
	case in.got.url.Scheme == "http" && slices.Contains(allowed, "https"+strings.TrimPrefix(origin, "http")):
		in.wrong("domain_insecure", -1, fmt.Sprintf("%s is allowed by https, and this page came by http.", in.got.url.Host), "Serve the page by https, and redirect http to it.")
	case in.got.url.Scheme == "http":
		in.wrong("domain_insecure", -1, "The page came by http; only pages by https may embed the chat.", "Serve it by https, and then: "+fmt.Sprintf(how, "https"+strings.TrimPrefix(origin, "http")))
	default:
		in.wrong("domain", -1, fmt.Sprintf("%s is not among the websites that may embed the chat.", origin), sentence(strings.TrimSuffix(fmt.Sprintf(how, origin), ".")))
	}
}

// referrerPolicies are those that tell another website where a page is, or hide it.
var referrerPolicies = map[string]bool{ // hides it
	"no-referrer": true, "same-origin": true, "never": true,
	"no-referrer-when-downgrade": false, "origin": false, "origin-when-cross-origin": false, "strict-origin": false,
	"strict-origin-when-cross-origin": false, "unsafe-url": false, "default": false, "always": false,
}

// checkReferrer looks at whether the page tells where it is: the platform goes by that (ref. 7.7).
func (in *inspection) checkReferrer() {
	if in.isHome() {
		return
	}
	policy, at := "", place{header: "Referrer-Policy", at: -1}
	for _, header := range in.got.header.Values("Referrer-Policy") {
		for word := range strings.SplitSeq(header, ",") {
			if word = strings.ToLower(strings.TrimSpace(word)); knownPolicy(word) {
				policy = word
			}
		}
	}
	for _, t := range in.doc.tags {
		name, _ := t.get("name")
		content, _ := t.get("content")
		if content = strings.ToLower(strings.TrimSpace(content)); t.name == "meta" && !t.inert && strings.EqualFold(name, "referrer") && knownPolicy(content) {
			policy, at = content, place{at: t.at}
		}
	}
	for _, s := range in.ours {
		own, _ := s.script.get("referrerpolicy")
		if own = strings.ToLower(strings.TrimSpace(own)); s.inline || !knownPolicy(own) {
			continue
		}
		policy, at = own, place{at: s.script.where("referrerpolicy")}
		break
	}
	if referrerPolicies[policy] {
		in.tell("referrer", at, fmt.Sprintf("The page hides its address from the chat: its Referrer-Policy is %s.", policy),
			"Send at least origin, as strict-origin-when-cross-origin does.")
	}
}

func knownPolicy(word string) bool {
	_, ok := referrerPolicies[word]
	return ok
}

// checkIsolation looks at whether frames of other websites may stand in the page at all.
func (in *inspection) checkIsolation() {
	value, _, _ := strings.Cut(strings.ToLower(in.got.header.Get("Cross-Origin-Embedder-Policy")), ";")
	if value = strings.TrimSpace(value); value == "require-corp" || value == "credentialless" {
		in.tell("isolation", place{header: "Cross-Origin-Embedder-Policy", at: -1},
			fmt.Sprintf("The page isolates itself (Cross-Origin-Embedder-Policy: %s): browsers do not show the chat's frame in it.", value),
			"Take the header away from pages with the chat.")
	}
}
