package canned

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"frontdesk/messenger"
)

// sample stands for a value that is known only later: the shortest there can be, so that only what never fits is a fault.
const (
	sample        = "x"
	sampleAddress = "https://x.example"
)

// check finds what the platform would refuse, whatever is filled in, and says where it stands. Where something is wrong
// already, only that is said beside which is so whatever becomes of it: that one thing does not go with another, and that
// there is too much.
func (p *parser) check() {
	p.checkPlaceholders()
	before := len(p.faults)
	p.checkShape(before > 0)
	p.checkLimits(len(p.faults) > 0)
	slices.SortStableFunc(p.faults, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
}

func (p *parser) checkLimits(onlyTooMuch bool) {
	c := p.response.fill(func(q piece, f field) string {
		switch {
		case q.fallback != "" || q.hasFallback && !q.asked:
			return q.fallback
		case f.address && q.at == 0:
			return sampleAddress
		case f.number && q.at == 0:
			return "+1"
		case f.number:
			return "1"
		}
		return sample
	})
	files := len(c.Files)
	parts := c.parts()
	if len(c.QuickReplies) > 0 && len(c.Buttons)+len(c.Cards) > 0 { // they are in none of the parts
		parts = append(parts, part{message: messenger.OutMessage{Text: sample, QuickReplies: c.QuickReplies}})
	}
	for i, part := range parts {
		for _, l := range messenger.LimitErrors(part.validate()) {
			at := l.Field
			if i < files {
				at = index("files", i)
			}
			n := p.lineOf(at)
			told := slices.ContainsFunc(p.faults, func(f Fault) bool { return f.Line == n })
			if onlyTooMuch && (told || l.Limit <= 0 || l.Got <= l.Limit) {
				continue
			}
			p.fault(n, limitAdvice(l), "%s: %s", p.called(at), l.Problem)
		}
	}
}

func (p *parser) checkPlaceholders() {
	for _, f := range p.response.fields() {
		for from := 0; ; {
			_, problem, at := scan((*f.text)[from:])
			if problem == "" {
				break
			}
			n := p.lineOf(f.name)
			if f.name == "text" {
				n += strings.Count((*f.text)[:from+at], "\n")
			}
			p.fault(n, adviceFor(problem), "%s", problem)
			from += at + len(opening)
		}
	}
}

// checkShape says what can't go into one message. broken says that something of it could not be read.
func (p *parser) checkShape(broken bool) {
	r := p.response
	switch {
	case r.Empty():
		if broken {
			return
		}
		p.fault(0, "write the text below a blank line", "there is nothing to send")
	case len(r.QuickReplies) > 0 && len(r.Buttons) > 0:
		p.fault(p.at["buttons[0]"], "make two responses of it", "quick replies and buttons do not go into one message")
	case len(r.Cards) > 0 && len(r.Buttons) > 0:
		p.fault(p.at["buttons[0]"], "indent the button below its card", "cards have their own buttons")
	case len(r.Cards) > 0 && len(r.QuickReplies) > 0:
		p.fault(p.at["quick_replies[0]"], "make two responses of it", "quick replies and cards do not go into one message")
	case len(r.Cards) > 0 && strings.TrimSpace(r.Text) != "":
		p.fault(p.textAt, "make two responses of it", "text and cards do not go into one message")
	}
}

// lineOf is the line of a field, or of the nearest thing around it that has one.
func (p *parser) lineOf(name string) int {
	name = strings.TrimPrefix(name, "attachment.payload.")
	for {
		if n, ok := p.at[name]; ok {
			return n
		}
		i := strings.LastIndexAny(name, ".[")
		if i < 0 {
			break
		}
		name = name[:i]
	}
	if n, ok := p.at[name+"[0]"]; ok { // too many of them, for one
		return n
	}
	return 0
}

// fieldWords are what a header calls the limits' fields.
var fieldWords = map[string]string{
	"image_url": "picture", "url": "address", "elements": "cards", "quick_replies": "quick replies",
}

// called is a field in the words of a header.
func (p *parser) called(name string) string {
	last := name[strings.LastIndexByte(name, '.')+1:]
	last, _, _ = strings.Cut(last, "[")
	if word := fieldWords[last]; word != "" {
		return word
	}
	return last
}

func limitAdvice(l *messenger.LimitError) string {
	if l.Field == "text" || l.Field == "attachment.payload.text" {
		if l.Limit == 0 {
			return "write it below a blank line"
		}
	}
	if l.Limit > 0 && l.Got > l.Limit {
		return fmt.Sprintf("take out %d", l.Got-l.Limit)
	}
	return ""
}
