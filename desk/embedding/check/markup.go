package check

import (
	"fmt"
	"slices"
	"strings"
)

// theClass is what the chat's div is found by (ref. 7.1).
const theClass = "fb-customerchat"

func (in *inspection) findDivs() {
	for _, t := range in.doc.tags {
		if t.hasClass(theClass) && !t.inert {
			in.divs = append(in.divs, t)
		}
	}
}

// checkDivs looks at the chat's markup.
func (in *inspection) checkDivs() {
	if len(in.divs) == 0 {
		in.noDiv()
		return
	}
	if len(in.divs) > 1 {
		line, _ := in.doc.place(in.divs[0].at)
		in.wrong("div_twice", in.divs[1].at, fmt.Sprintf("There are %d elements of the class %s; only the first, in line %d, is used.", len(in.divs), theClass, line),
			"Take the others away.")
	}
	div, set := in.divs[0], in.setByScript()
	in.checkPage(div, set)
	for _, a := range div.attrs {
		if meant := Misspelt(a.name); meant != "" && !div.has(meant) {
			in.wrong("attribute_name", a.at, fmt.Sprintf("%s is not read.", a.name), "Write "+meant+".")
			continue
		}
		if why := Wrong(a.name, a.value); why != "" {
			in.wrong("attribute_value", a.at, fmt.Sprintf("%s=%s %s.", a.name, quoted(a.value), why), sentence(rules[a.name].do))
		}
	}
	for _, a := range set {
		if why := Wrong(a.name, a.value); why != "" {
			in.wrong("attribute_value", a.at, fmt.Sprintf("%s=%s, which a script sets, %s.", a.name, quoted(a.value), why), sentence(rules[a.name].do))
		}
	}
}

// noDiv says that there is no div, or what is nearly one.
func (in *inspection) noDiv() {
	for _, t := range in.doc.tags {
		if t.inert {
			continue
		}
		class, _ := t.get("class")
		for c := range strings.FieldsSeq(class) {
			if plain := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(c)); plain == "fbcustomerchat" {
				in.wrong("div_class", t.where("class"), fmt.Sprintf("The class is %s.", quoted(c)), "Write "+theClass+".")
				return
			}
		}
		if t.name == "fb:customerchat" {
			in.wrong("div_class", t.at, "The element is fb:customerchat, which is not looked for.", `Write <div class="`+theClass+`" page_id="…">.`)
			return
		}
	}
	for _, c := range in.doc.comments {
		if strings.Contains(c.text, theClass) {
			in.wrong("div_commented", c.at, "The element of the class "+theClass+" stands in a comment.", "Take the <!-- and --> away around it.")
			return
		}
	}
	for _, t := range in.doc.tags {
		if t.name == "script" && !t.inert && runs(&t) && !t.has("src") {
			if at := strings.Index(withoutComments(t.text), theClass); at >= 0 {
				in.note("div_by_script", t.from+at, "A script makes the element of the class "+theClass+"; what it comes to was not seen.", "")
				return
			}
		}
	}
	in.wrong("div_missing", -1, "The page has no element of the class "+theClass+".",
		`Add <div class="`+theClass+`" page_id="`+in.firstPage()+`"></div>.`)
}

// setByScript are attributes that inline scripts set, as the old plugin's own snippet did.
func (in *inspection) setByScript() []attr {
	var out []attr
	for _, t := range in.doc.tags {
		if t.name != "script" || t.inert || !runs(&t) || t.has("src") {
			continue
		}
		code := withoutComments(t.text)
		for _, m := range setAttribute.FindAllStringSubmatchIndex(code, 50) {
			a := attr{name: code[m[2]:m[3]], at: t.from + m[0]}
			if m[4] >= 0 {
				a.value = code[m[4]:m[5]]
			} else {
				a.value = code[m[6]:m[7]]
			}
			if slices.Contains(attributes, a.name) {
				out = append(out, a)
			}
		}
	}
	return out
}

// checkPage looks at which page the markup names.
func (in *inspection) checkPage(div tag, set []attr) {
	value, ok := div.get("page_id")
	at := div.where("page_id")
	for _, a := range set {
		if a.name == "page_id" {
			value, ok, at = a.value, true, a.at
		}
	}
	id, do := strings.TrimSpace(value), `Write page_id="`+in.firstPage()+`".`
	switch {
	case (!ok || id == "") && div.has("data-page_id"), (!ok || id == "") && div.has("data-page-id"), (!ok || id == "") && div.has("page-id"):
		// said by its name
	case !ok || id == "":
		in.wrong("page_missing", at, "The markup names no page.", do)
	case strings.Trim(id, "0123456789") != "":
		in.wrong("page_unknown", at, fmt.Sprintf("page_id=%s is not the digits of a page.", quoted(value)), do)
	case len(in.platform.Pages) > 0 && !slices.Contains(in.platform.Pages, id):
		in.wrong("page_unknown", at, fmt.Sprintf("page_id=%s is no page of your frontdesk.", quoted(value)),
			do+" To keep the id that stands there, set FRONTDESK_PLUGIN_PAGE_ID to it.")
	}
}

func (in *inspection) firstPage() string {
	if len(in.platform.Pages) > 0 {
		return in.platform.Pages[0]
	}
	return "YOUR-PAGE-ID"
}

// sentence makes one of advice.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
