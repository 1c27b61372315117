package canned

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/messenger"
)

// piece is a part of a text: words as they are, or a placeholder.
type piece struct {
	text string // as it is; of a placeholder nothing

	name        string // of a variable or, where asked, of a blank; empty: no placeholder
	asked       bool
	fallback    string
	hasFallback bool
	at          int // where it begins, in bytes
}

const (
	opening = "{{"
	closing = "}}"
	escaped = `\{{` // is {{ in the text
)

// scan takes a text apart at its placeholders. What is wrong with one is said in problem, with the place it is at.
func scan(s string) (pieces []piece, problem string, at int) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			pieces = append(pieces, piece{text: b.String()})
			b.Reset()
		}
	}
	for i := 0; i < len(s); {
		rest := s[i:]
		switch {
		case strings.HasPrefix(rest, escaped):
			b.WriteString(opening)
			i += len(escaped)
		case strings.HasPrefix(rest, opening):
			end := strings.Index(rest, closing)
			if end < 0 || strings.ContainsAny(rest[:end], "\n") || strings.Contains(rest[len(opening):end], opening) {
				return nil, "a {{ has no }} behind it in its line", i
			}
			flush()
			p, problem := placeholder(rest[len(opening):end])
			if problem != "" {
				return nil, problem, i
			}
			p.at = i
			pieces = append(pieces, p)
			i += end + len(closing)
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	flush()
	return pieces, "", 0
}

// placeholder reads what stands between the braces: NAME, NAME|FALLBACK, ?QUESTION or ?QUESTION|DEFAULT.
func placeholder(inner string) (piece, string) {
	name, fallback, has := strings.Cut(inner, "|")
	p := piece{fallback: strings.TrimSpace(fallback), hasFallback: has}
	name = strings.TrimSpace(name)
	if question, ok := strings.CutPrefix(name, "?"); ok {
		p.name, p.asked = oneLine(question), true
		if p.name == "" {
			return p, "a blank has no question"
		}
		return p, ""
	}
	p.name = strings.ToLower(name)
	if !slices.Contains(Variables, p.name) {
		return p, "there is no variable \"" + cut(name, 40) + "\""
	}
	return p, ""
}

const placeholderAdvice = `known are ` // and the variables

// adviceFor says what to do about a problem that scan found.
func adviceFor(problem string) string {
	if strings.HasPrefix(problem, "there is no variable") {
		return placeholderAdvice + list(Variables) + "; what you want to be asked for is {{?Question}}"
	}
	return `write {{contact.first_name|there}}, {{?Question}}, or \{{ for the braces themselves`
}

// field is one text of a content in which placeholders may stand.
type field struct {
	name    string // as the limits name it
	text    *string
	address bool // placeholders behind its beginning are escaped
	number  bool // of a telephone
	lines   bool // more than one line may stand here
}

// fields are all texts of c in which placeholders may stand, in the order in which an agent meets them.
func (c *Content) fields() []field {
	out := []field{{name: "text", text: &c.Text, lines: true}}
	for i := range c.QuickReplies {
		q, at := &c.QuickReplies[i], index("quick_replies", i)
		out = append(out, field{name: at + ".title", text: &q.Title}, field{name: at + ".payload", text: &q.Payload},
			field{name: at + ".image_url", text: &q.ImageURL, address: true})
	}
	out = append(out, buttonFields("", c.Buttons)...)
	for i := range c.Cards {
		e, at := &c.Cards[i], index("elements", i)
		out = append(out, field{name: at + ".title", text: &e.Title}, field{name: at + ".subtitle", text: &e.Subtitle},
			field{name: at + ".image_url", text: &e.ImageURL, address: true})
		if e.DefaultAction != nil {
			out = append(out, field{name: at + ".default_action", text: &e.DefaultAction.URL, address: true})
		}
		out = append(out, buttonFields(at+".", e.Buttons)...)
	}
	return out
}

func buttonFields(before string, buttons []messenger.Button) []field {
	var out []field
	for i := range buttons {
		b, at := &buttons[i], before+index("buttons", i)
		out = append(out, field{name: at + ".title", text: &b.Title},
			field{name: at + ".payload", text: &b.Payload, number: b.Type == messenger.ButtonCall},
			field{name: at + ".url", text: &b.URL, address: true})
	}
	return out
}

// Blanks are what the agent is asked for before c goes into a reply, each once, in the order in which they stand.
func (c Content) Blanks() []Blank {
	var blanks []Blank
	for _, f := range c.fields() {
		pieces, _, _ := scan(*f.text)
		for _, p := range pieces {
			if !p.asked {
				continue
			}
			i := slices.IndexFunc(blanks, func(b Blank) bool { return b.Name == p.name })
			if i < 0 {
				i = len(blanks)
				blanks = append(blanks, Blank{Name: p.name})
			}
			if blanks[i].Default == "" {
				blanks[i].Default = p.fallback
			}
		}
	}
	return blanks
}

func index(name string, i int) string { return fmt.Sprintf("%s[%d]", name, i) }
