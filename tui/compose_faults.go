package tui

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"frontdesk/desk"
	"frontdesk/messenger"
)

// fault is what the platform would not take of a draft, at its field.
type fault struct {
	at     spot
	says   string // fit to stand beside the field
	length bool   // more was typed than goes: said while it is typed
}

// faultsOf is everything that keeps a draft from being sent as it is, in the order in which the platform reads it.
func faultsOf(d desk.Draft) []fault {
	var all []fault
	messages := d.Messages()
	files := len(d.Files)
	for i, out := range messages {
		for _, f := range messenger.LimitErrors(out.Whole().Validate()) {
			at := spotOfField(f.Field, d)
			if i < files && at.part == partText {
				at = spot{part: partFile, row: i}
			}
			if n := len(all); at.part == partPayload && f.Limit == 0 && n > 0 && all[n-1].at.part == partTitle && all[n-1].at.index(d) == at.index(d) && at.get(d) == "" {
				continue // it would be the title
			}
			all = append(all, fault{at: at, says: f.Problem, length: f.Limit > 0 && f.Got > f.Limit})
		}
	}
	switch mode := d.Chosen(); {
	case mode == desk.ModeQuickReplies && len(d.QuickReplies) == 0:
		all = append(all, noneYet("a quick reply"))
	case mode == desk.ModeButtons && len(d.Buttons) == 0: // in words instead of a count
		all = append(slices.DeleteFunc(all, func(f fault) bool { return f.at == spot{part: partTitle} }), noneYet("a button"))
	}
	return all
}

// noneYet says that what the message is about is still missing.
func noneYet(what string) fault {
	return fault{at: spot{part: partTitle}, says: what + " is needed, or " + keyOf("mode-text") + " for text alone"}
}

var (
	rowOfField = regexp.MustCompile(`(quick_replies|elements|buttons)\[(\d+)\]`)
	partsOf    = map[string]part{
		"title": partTitle, "subtitle": partSubtitle, "payload": partPayload, "url": partPayload, "image_url": partPicture,
	}
)

// spotOfField is the field of the form that a limit names.
func spotOfField(field string, d desk.Draft) spot {
	var s spot
	inForm := false
	for _, found := range rowOfField.FindAllStringSubmatch(field, -1) {
		n, err := strconv.Atoi(found[2])
		if err != nil {
			continue
		}
		inForm = true
		if found[1] == "buttons" && d.Chosen() == desk.ModeCards {
			s.sub = n + 1
			continue
		}
		s.row = n
	}
	last := field[strings.LastIndexByte(field, '.')+1:]
	switch {
	case inForm && strings.Contains(field, "default_action"):
		s.part = partLink
	case inForm:
		s.part = partTitle // also of faults of the line as a whole
		if p, ok := partsOf[last]; ok {
			s.part = p
		}
	case last == "buttons" || last == "elements" || last == "quick_replies":
		s.part = partTitle
	}
	return s
}

// names of the parts, for saying where a fault is.
var partNames = map[part]string{
	partTitle: "title", partSubtitle: "subtitle", partPicture: "picture", partLink: "link", partPayload: "payload",
}

// nameOf is what a field is called.
func (s spot) nameOf(d desk.Draft) string {
	name := partNames[s.part]
	if i, ok := s.ofButton(d); ok {
		if b := s.buttonsAt(d); s.part == partPayload && i < len(b) {
			name = map[string]string{messenger.ButtonURL: "address", messenger.ButtonCall: "number"}[b[i].Type]
		}
		name = fmt.Sprintf("button %d, %s", i+1, orElse(name, "payload"))
		if s.sub > 0 {
			return fmt.Sprintf("card %d, %s", s.row+1, name)
		}
		return name
	}
	switch {
	case s.part == partText && d.Chosen() == desk.ModeNote:
		return "note"
	case s.part == partText:
		return "text"
	case s.part == partFile:
		return fmt.Sprintf("file %d", s.row+1)
	case d.Chosen() == desk.ModeCards:
		return fmt.Sprintf("card %d, %s", s.row+1, name)
	}
	return fmt.Sprintf("quick reply %d, %s", s.row+1, name)
}

// sentence is a fault as it stands under the composer.
func (f fault) sentence(d desk.Draft) string {
	return sentence(firstLetterUp(f.at.nameOf(d)) + ": " + f.says)
}

func firstLetterUp(s string) string {
	up, n := firstUpper(s)
	return up + s[n:]
}

// shownFaults are those that are said now: what is too long at once, the rest once the cursor has left its line, and
// everything once sending was tried.
func (c *composer) shownFaults() []fault {
	all := faultsOf(c.draft)
	out := all[:0]
	for _, f := range all {
		elsewhere := f.at.part != partText && !c.at.line(f.at) && f.at.index(c.draft) < f.at.rows(c.draft)
		if f.length || c.tried || elsewhere {
			out = append(out, f)
		}
	}
	return out
}
