package tui

import (
	"slices"
	"strings"

	"frontdesk/desk"
	"frontdesk/messenger"
)

// part is what a field of the composer holds.
type part int

// The parts. partText is the text of the reply or of the note; the others are fields of one line.
const (
	partText part = iota
	partTitle
	partSubtitle
	partPicture
	partLink    // where a tap on a card leads
	partPayload // of a quick reply; of a button whatever its kind needs: address, payload or number
	partFile    // a file: a place to stand on, without words of its own
)

// spot is a field of the composer: a part of the row-th quick reply, button, card or file. In a card, sub is 0 for what
// is the card's own, else it names a button of it, from 1. The row behind the last is a new one: it becomes real as soon
// as something is typed there.
type spot struct {
	part     part
	row, sub int
}

// line reports whether both stand on the same line of the form: a quick reply, a button, a file, or a card whole.
func (s spot) line(o spot) bool {
	return (s.part == partText) == (o.part == partText) && (s.part == partFile) == (o.part == partFile) && s.row == o.row
}

// spotsOf are the fields of a draft in its mode, in the order in which the cursor walks through them.
func spotsOf(d desk.Draft) []spot {
	var out []spot
	if d.Chosen() != desk.ModeCards {
		out = append(out, spot{})
	}
	switch d.Chosen() {
	case desk.ModeQuickReplies:
		for i := range shown(len(d.QuickReplies), messenger.MaxQuickReplies) {
			out = append(out, spot{part: partTitle, row: i})
			if i < len(d.QuickReplies) && d.QuickReplies[i].ContentType == "text" {
				out = append(out, spot{part: partPayload, row: i}, spot{part: partPicture, row: i})
			}
		}
	case desk.ModeButtons:
		out = append(out, buttonSpots(len(d.Buttons), 0, 0)...)
	case desk.ModeCards:
		for i := range shown(len(d.Cards), messenger.MaxElements) {
			out = append(out, spot{part: partTitle, row: i})
			if i < len(d.Cards) {
				out = append(out, spot{part: partSubtitle, row: i}, spot{part: partPicture, row: i}, spot{part: partLink, row: i})
				out = append(out, buttonSpots(len(d.Cards[i].Buttons), i, 1)...)
			}
		}
	}
	if d.Chosen() != desk.ModeNote {
		for i := range d.Files {
			out = append(out, spot{part: partFile, row: i})
		}
	}
	return out
}

// shown is how many of n lines are shown: with a new one behind them where the limit leaves room.
func shown(n, limit int) int { return min(n+1, max(limit, n)) }

// buttonSpots are the fields of n buttons and a new one. In a card (sub 1) they belong to its row; else they are rows.
func buttonSpots(n, row, sub int) []spot {
	var out []spot
	for i := range shown(n, messenger.MaxButtons) {
		at := spot{part: partTitle, row: i}
		if sub > 0 {
			at = spot{part: partTitle, row: row, sub: i + 1}
		}
		out = append(out, at)
		if i < n {
			at.part = partPayload
			out = append(out, at)
		}
	}
	return out
}

// ofButton reports whether s is a field of a button, and of which among its own.
func (s spot) ofButton(d desk.Draft) (int, bool) {
	switch {
	case s.part != partTitle && s.part != partPayload:
		return 0, false
	case d.Chosen() == desk.ModeButtons:
		return s.row, true
	case d.Chosen() == desk.ModeCards && s.sub > 0:
		return s.sub - 1, true
	}
	return 0, false
}

// buttonsAt are the buttons among which s stands.
func (s spot) buttonsAt(d desk.Draft) []messenger.Button {
	switch {
	case d.Chosen() == desk.ModeButtons:
		return d.Buttons
	case s.row < len(d.Cards):
		return d.Cards[s.row].Buttons
	}
	return nil
}

func (s spot) withButtons(d desk.Draft, buttons []messenger.Button) desk.Draft {
	if d.Chosen() == desk.ModeButtons {
		d.Buttons = buttons
		return d
	}
	d.Cards = slices.Clone(d.Cards)
	d.Cards[s.row].Buttons = buttons
	return d
}

// get is what stands in a field.
func (s spot) get(d desk.Draft) string {
	if i, ok := s.ofButton(d); ok {
		buttons := s.buttonsAt(d)
		switch {
		case i >= len(buttons):
			return ""
		case s.part == partTitle:
			return buttons[i].Title
		}
		return target(buttons[i])
	}
	switch {
	case s.part == partText && d.Chosen() == desk.ModeNote:
		return d.Note
	case s.part == partText:
		return d.Text
	case d.Chosen() == desk.ModeQuickReplies && s.row < len(d.QuickReplies):
		q := d.QuickReplies[s.row]
		return map[part]string{partTitle: q.Title, partPayload: q.Payload, partPicture: q.ImageURL}[s.part]
	case d.Chosen() == desk.ModeCards && s.row < len(d.Cards):
		e := d.Cards[s.row]
		switch s.part {
		case partTitle:
			return e.Title
		case partSubtitle:
			return e.Subtitle
		case partPicture:
			return e.ImageURL
		case partLink:
			if e.DefaultAction != nil {
				return e.DefaultAction.URL
			}
		}
	}
	return ""
}

// set is d with v in a field. What is typed on the line behind the last makes it one of them.
func (s spot) set(d desk.Draft, v string) desk.Draft {
	if s.get(d) == v {
		return d
	}
	if i, ok := s.ofButton(d); ok {
		if s.sub > 0 && s.row >= len(d.Cards) {
			return d
		}
		buttons := slices.Clone(s.buttonsAt(d))
		if i >= len(buttons) {
			i, buttons = len(buttons), append(buttons, messenger.Button{Type: messenger.ButtonPostback})
		}
		if s.part == partTitle {
			buttons[i].Title = v
		} else {
			buttons[i] = retarget(buttons[i], v)
		}
		return s.withButtons(d, buttons)
	}
	switch {
	case s.part == partText && d.Chosen() == desk.ModeNote:
		d.Note = v
	case s.part == partText:
		d.Text = v
	case d.Chosen() == desk.ModeQuickReplies:
		d.QuickReplies = s.setReply(slices.Clone(d.QuickReplies), v)
	case d.Chosen() == desk.ModeCards:
		d.Cards = s.setCard(slices.Clone(d.Cards), v)
	}
	return d
}

func (s spot) setReply(replies []messenger.QuickReply, v string) []messenger.QuickReply {
	i := s.row
	if i >= len(replies) {
		i, replies = len(replies), append(replies, messenger.QuickReply{ContentType: "text"})
	}
	switch s.part {
	case partTitle:
		replies[i].Title = v
	case partPayload:
		replies[i].Payload = v
	case partPicture:
		replies[i].ImageURL = v
	}
	return replies
}

func (s spot) setCard(cards []messenger.Element, v string) []messenger.Element {
	i := s.row
	if i >= len(cards) {
		i, cards = len(cards), append(cards, messenger.Element{})
	}
	switch s.part {
	case partTitle:
		cards[i].Title = v
	case partSubtitle:
		cards[i].Subtitle = v
	case partPicture:
		cards[i].ImageURL = v
	case partLink:
		cards[i].DefaultAction = nil
		if v != "" {
			cards[i].DefaultAction = &messenger.Button{Type: messenger.ButtonURL, URL: v}
		}
	}
	return cards
}

// limit is how long what stands in a field may be; 0: as long as one likes.
func (s spot) limit(d desk.Draft) int {
	switch s.part {
	case partText:
		switch d.Chosen() {
		case desk.ModeButtons:
			return messenger.MaxButtonText
		case desk.ModeNote:
			return 0
		}
		return messenger.MaxText
	case partTitle:
		if d.Chosen() == desk.ModeCards && s.sub == 0 {
			return messenger.MaxElementTitle
		}
		return messenger.MaxButtonTitle // of a quick reply as well
	case partSubtitle:
		return messenger.MaxElementSubtitle
	case partPayload:
		if i, ok := s.ofButton(d); ok {
			if b := s.buttonsAt(d); i < len(b) && b[i].Type != messenger.ButtonPostback {
				return 0
			}
		}
		return messenger.MaxPayload
	}
	return 0
}

// target is what a button leads to: an address, a number or a payload.
func target(b messenger.Button) string {
	if b.Type == messenger.ButtonURL {
		return b.URL
	}
	return b.Payload
}

// retarget gives a button another target. Its kind follows what is typed, unless another one was chosen by key.
func retarget(b messenger.Button, v string) messenger.Button {
	if b.Type == kindOfTarget(target(b)) {
		b.Type = kindOfTarget(v)
	}
	b.URL, b.Payload = "", ""
	if b.Type == messenger.ButtonURL {
		b.URL = v
	} else {
		b.Payload = v
	}
	return b
}

// kindOfTarget is the kind of button that a target asks for.
func kindOfTarget(v string) string {
	lower := strings.ToLower(v)
	switch {
	case strings.HasPrefix(lower, "https://"), strings.HasPrefix(lower, "http://"):
		return messenger.ButtonURL
	case len(v) > 1 && v[0] == '+' && strings.Trim(v[1:], "0123456789") == "":
		return messenger.ButtonCall
	}
	return messenger.ButtonPostback
}
