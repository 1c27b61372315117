package canned

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"frontdesk/messenger"
)

// Unfilled is why a content can't go into a reply as it is: something is not known, or what came out is more than the
// platform takes.
type Unfilled struct {
	Variables []string // without a value here and without a fallback
	Blanks    []string // that the agent left empty, without a default
	Limits    []*messenger.LimitError
}

// Error names everything that is missing, and what to do.
func (u *Unfilled) Error() string {
	var parts []string
	for _, name := range u.Variables {
		parts = append(parts, fmt.Sprintf("%s is not known here: write it yourself, or give the response a fallback, as in {{%s|there}}", name, name))
	}
	for _, name := range u.Blanks {
		parts = append(parts, fmt.Sprintf("%q is left blank: answer it", name))
	}
	for _, l := range u.Limits {
		parts = append(parts, fmt.Sprintf("filled in, %s", l.Error()))
	}
	return strings.Join(parts, "; ")
}

// Expand fills the placeholders in. Values and answers are plain text: control characters and line breaks are taken out
// of them (an answer in the text keeps its line breaks), braces in them mean nothing, and in an address all of them are
// escaped but one that the address begins with. The error is an *Unfilled.
func (c Content) Expand(values Values, answers map[string]string) (Content, error) {
	var missing Unfilled
	defaults := map[string]string{}
	for _, b := range c.Blanks() {
		defaults[b.Name] = b.Default
	}
	out := c.fill(func(p piece, f field) string {
		v := clean(values[p.name], false)
		if p.asked {
			if v = clean(answers[p.name], f.lines); v == "" {
				v = clean(defaults[p.name], false)
			}
		}
		if v == "" {
			v = p.fallback
		}
		switch {
		case v != "" || p.hasFallback && !p.asked:
		case p.asked:
			missing.Blanks = appendNew(missing.Blanks, p.name)
		default:
			missing.Variables = appendNew(missing.Variables, p.name)
		}
		return v
	})
	if len(missing.Variables)+len(missing.Blanks) == 0 {
		for _, part := range out.parts() {
			missing.Limits = append(missing.Limits, messenger.LimitErrors(part.validate())...)
		}
	}
	if len(missing.Variables)+len(missing.Blanks)+len(missing.Limits) > 0 {
		return Content{}, &missing
	}
	return out, nil
}

func appendNew(all []string, s string) []string {
	if slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// fill is a copy of c in which each placeholder is what value says. Texts that can't be read stay as they are.
func (c Content) fill(value func(piece, field) string) Content {
	out := c.clone()
	for _, f := range out.fields() {
		pieces, problem, _ := scan(*f.text)
		if problem != "" {
			continue
		}
		var b strings.Builder
		for i, p := range pieces {
			switch {
			case p.name == "":
				b.WriteString(p.text)
			case f.address && i > 0:
				b.WriteString(strings.ReplaceAll(url.QueryEscape(value(p, f)), "+", "%20"))
			default:
				b.WriteString(value(p, f))
			}
		}
		*f.text = b.String()
	}
	return out
}

// clone shares nothing that fill changes.
func (c Content) clone() Content {
	c.QuickReplies, c.Buttons, c.Cards, c.Files = slices.Clone(c.QuickReplies), slices.Clone(c.Buttons), slices.Clone(c.Cards), slices.Clone(c.Files)
	for i := range c.Cards {
		c.Cards[i].Buttons = slices.Clone(c.Cards[i].Buttons)
		if link := c.Cards[i].DefaultAction; link != nil {
			same := *link
			c.Cards[i].DefaultAction = &same
		}
	}
	return c
}

// clean makes plain text of what somebody else wrote: no control characters, no direction overrides, in one line unless
// lines may stand.
func clean(s string, lines bool) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// part is one message of a content.
type part struct {
	message messenger.OutMessage
	file    string // path of the file that the message carries; empty where it has none, or one by address
}

// validate checks the message against the platform's limits. A file by path has no address yet; what else its message
// carries is checked all the same.
func (p part) validate() error {
	m := p.message
	if p.file != "" {
		attachment := *m.Attachment
		attachment.Payload.URL = sampleAddress
		m.Attachment = &attachment
	}
	return m.Validate()
}

// parts are the messages that c makes, in the order in which they are sent: files first, for quick replies vanish when
// something comes after them (ref. 3.5). Without a text they ride on the last file.
func (c Content) parts() []part {
	var parts []part
	for _, f := range c.Files {
		address := f.URL()
		p := part{message: messenger.OutMessage{Attachment: &messenger.OutAttachment{Type: f.Kind, Payload: messenger.OutPayload{URL: address}}}}
		if address == "" {
			p.file = f.Path
			if p.file == "" {
				p.file = f.Source
			}
		}
		parts = append(parts, p)
	}
	switch {
	case len(c.Cards) > 0:
		parts = append(parts, part{message: messenger.OutMessage{
			Attachment: &messenger.OutAttachment{
				Type: "template", Payload: messenger.OutPayload{TemplateType: "generic", Elements: c.Cards},
			},
		}})
	case len(c.Buttons) > 0:
		parts = append(parts, part{message: messenger.ButtonTemplate(c.Text, c.Buttons...)})
	case strings.TrimSpace(c.Text) == "" && len(parts) > 0:
		parts[len(parts)-1].message.QuickReplies = c.QuickReplies
	case strings.TrimSpace(c.Text) != "" || len(c.QuickReplies) > 0:
		parts = append(parts, part{message: messenger.OutMessage{Text: c.Text, QuickReplies: c.QuickReplies}})
	}
	return parts
}
