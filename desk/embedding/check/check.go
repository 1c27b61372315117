package check

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Level is how bad a finding is.
type Level string

// The levels.
const (
	Bad  Level = "wrong" // the chat does not show, or not as it is meant
	Note Level = "note"  // worth knowing; the chat shows all the same
)

// Finding is one thing about a page.
type Finding struct {
	ID     string `json:"id"` // of which there are few; they only grow
	Level  Level  `json:"level"`
	What   string `json:"what"`             // a sentence
	Do     string `json:"do,omitempty"`     // what to do about it, a sentence
	Where  string `json:"where,omitempty"`  // what of the answer it stands in, where that is not the page: a header's name
	Line   int    `json:"line,omitempty"`   // in the page, from 1; 0: it has no place there
	Column int    `json:"column,omitempty"` // in bytes, from 1
}

// Report is what was found.
type Report struct {
	URL      string    `json:"url"`                 // as it was given
	Final    string    `json:"final_url,omitempty"` // where redirects led, if any did
	Fine     bool      `json:"fine"`                // nothing is wrong
	Findings []Finding `json:"findings"`            // in the order of the page, those without a place first
}

// Platform is what is known of the platform that a page is to embed.
type Platform struct {
	Addresses []string // where it is, as websites reach it; the first is the one to write. None: not known
	Pages     []string // ids of those that have a chat. None: not known
	Allowed   []string // origins that may embed it. None: pages on the same machine may, and no others
	// Known says that Allowed is what holds there, so that a website can be held to it.
	Known bool
	// Loopback says that the platform is on this machine alone. Only then are pages of this machine fetched.
	Loopback bool
}

// answered is a page as it came.
type answered struct {
	url    *url.URL // where it came from in the end
	header http.Header
	body   string
	cut    bool // only its beginning was read
}

// Page fetches a page and says what is wrong with it. An error says why there is nothing to be looked at.
func Page(ctx context.Context, address string, p Platform) (Report, error) {
	report := Report{URL: address, Findings: []Finding{}}
	got, err := fetch(ctx, address, p.Loopback)
	if err != nil {
		return report, err
	}
	if final := got.url.String(); final != address {
		report.Final = final
	}
	report.Findings = append(report.Findings, look(got, p)...)
	report.Fine = true
	for _, f := range report.Findings {
		report.Fine = report.Fine && f.Level != Bad
	}
	return report, nil
}

// inspection is a page while it is looked at.
type inspection struct {
	got      answered
	platform Platform
	doc      *document
	base     *url.URL // of relative addresses
	found    []Finding

	scripts []reference // addresses of SDKs, wherever they stand
	ours    []reference // those that lead to the platform
	divs    []tag
}

// look says what is wrong with a page that came.
func look(got answered, p Platform) []Finding {
	in := &inspection{got: got, platform: p, doc: read(got.body), base: got.url}
	for _, t := range in.doc.tags {
		if href, ok := t.get("href"); ok && t.name == "base" {
			if u, err := got.url.Parse(href); err == nil {
				in.base = u
			}
			break
		}
	}
	if got.cut {
		in.note("page_cut", -1, "The page is longer than what was looked at: the first 4 MB.", "")
	}
	in.findScripts()
	in.findDivs()
	in.checkScripts()
	in.checkDivs()
	in.checkInit()
	in.checkWebsite()
	in.checkReferrer()
	in.checkPolicies()
	in.checkIsolation()
	in.checkDrawn()
	return in.sorted()
}

// sorted puts the findings in the order of the page.
func (in *inspection) sorted() []Finding {
	out := in.found
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && before(out[j], out[j-1]); j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

func before(a, b Finding) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}

// mostFindings bounds what a hostile page can make us say.
const mostFindings = 100

func (in *inspection) add(level Level, id string, at int, what, do string) {
	if len(in.found) >= mostFindings {
		return
	}
	f := Finding{ID: id, Level: level, What: what, Do: do}
	if at >= 0 {
		f.Line, f.Column = in.doc.place(at)
	}
	in.found = append(in.found, f)
}

func (in *inspection) wrong(id string, at int, what, do string) { in.add(Bad, id, at, what, do) }
func (in *inspection) note(id string, at int, what, do string)  { in.add(Note, id, at, what, do) }

// inHeader names the header that the last finding stands in.
func (in *inspection) inHeader(name string) {
	if n := len(in.found); n > 0 && in.found[n-1].Line == 0 {
		in.found[n-1].Where = "header " + name
	}
}

// tell is wrong or, where a policy's place is a header, that with its name.
func (in *inspection) tell(id string, p place, what, do string) {
	before := len(in.found)
	in.wrong(id, p.at, what, do)
	if p.header != "" && len(in.found) > before {
		in.inHeader(p.header)
	}
}

// place is where a rule of a page stands: in a header, or in a tag.
type place struct {
	header string
	at     int
}

// home is the platform's address for advice.
func (in *inspection) home() string {
	if len(in.platform.Addresses) > 0 {
		return in.platform.Addresses[0]
	}
	return "https://YOUR-FRONTDESK"
}

// quoted is a value in quotes, of a length that fits a line.
func quoted(value string) string {
	if runes := []rune(value); len(runes) > 80 {
		value = string(runes[:80]) + "…"
	}
	return `"` + strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, value) + `"`
}
