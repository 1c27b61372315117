package tui

import (
	"slices"

	"frontdesk/desk"
	"frontdesk/messenger"
)

var (
	replyKinds  = []string{"text", "user_phone_number", "user_email"}
	buttonKinds = []string{messenger.ButtonPostback, messenger.ButtonURL, messenger.ButtonCall}
)

// nextOf is what stands after v, round and round.
func nextOf(all []string, v string) string { return all[(slices.Index(all, v)+1)%len(all)] }

// turnKind gives the quick reply or button at s the next kind there is.
func (s spot) turnKind(d desk.Draft) (desk.Draft, bool) {
	if i, ok := s.ofButton(d); ok {
		buttons := slices.Clone(s.buttonsAt(d))
		if i >= len(buttons) {
			return d, false
		}
		b := buttons[i]
		v := target(b)
		b.Type, b.URL, b.Payload = nextOf(buttonKinds, b.Type), "", ""
		if b.Type == messenger.ButtonURL {
			b.URL = v
		} else {
			b.Payload = v
		}
		buttons[i] = b
		return s.withButtons(d, buttons), true
	}
	if d.Chosen() != desk.ModeQuickReplies || s.part == partText || s.part == partFile {
		return d, false
	}
	d.QuickReplies = slices.Clone(d.QuickReplies)
	if s.row >= len(d.QuickReplies) {
		d.QuickReplies = append(d.QuickReplies, messenger.QuickReply{ContentType: "text"})
	}
	q := &d.QuickReplies[min(s.row, len(d.QuickReplies)-1)]
	q.ContentType = nextOf(replyKinds, q.ContentType)
	return d, true
}

// rows is how many lines of s's sort there are, without the new one.
func (s spot) rows(d desk.Draft) int {
	if _, ok := s.ofButton(d); ok {
		return len(s.buttonsAt(d))
	}
	switch {
	case s.part == partText:
		return 0
	case s.part == partFile:
		return len(d.Files)
	case d.Chosen() == desk.ModeQuickReplies:
		return len(d.QuickReplies)
	}
	return len(d.Cards)
}

// most is how many lines of s's sort there may be.
func (s spot) most(d desk.Draft) int {
	if _, ok := s.ofButton(d); ok {
		return messenger.MaxButtons
	}
	switch {
	case s.part == partFile:
		return mostFiles
	case d.Chosen() == desk.ModeQuickReplies:
		return messenger.MaxQuickReplies
	}
	return messenger.MaxElements
}

// index is which line of its sort s stands on.
func (s spot) index(d desk.Draft) int {
	if i, ok := s.ofButton(d); ok {
		return i
	}
	return s.row
}

// moved is s on another line of its sort.
func (s spot) moved(d desk.Draft, n int) spot {
	if _, ok := s.ofButton(d); ok && s.sub > 0 {
		s.sub += n
		return s
	}
	s.row += n
	return s
}

// change is d with the lines of s's sort, which is a quick reply, a button of its row, a card or a file, changed by what
// fits its type.
func (s spot) change(d desk.Draft, by lineChange) desk.Draft {
	if _, ok := s.ofButton(d); ok {
		return s.withButtons(d, by.buttons(s.buttonsAt(d), s.index(d)))
	}
	switch {
	case s.part == partFile:
		d.Files = by.files(d.Files, s.row)
	case d.Chosen() == desk.ModeQuickReplies:
		d.QuickReplies = by.replies(d.QuickReplies, s.row)
	case d.Chosen() == desk.ModeCards:
		d.Cards = by.cards(d.Cards, s.row)
	}
	return d
}

// lineChange is what is done to the i-th of some lines, for each sort there is.
type lineChange struct {
	replies func([]messenger.QuickReply, int) []messenger.QuickReply
	buttons func([]messenger.Button, int) []messenger.Button
	cards   func([]messenger.Element, int) []messenger.Element
	files   func([]desk.DraftFile, int) []desk.DraftFile
}

var (
	deleteLine = lineChange{without[messenger.QuickReply], without[messenger.Button], without[messenger.Element], without[desk.DraftFile]}
	copyLine   = lineChange{twice[messenger.QuickReply], twice[messenger.Button], twice[messenger.Element], twice[desk.DraftFile]}
	lowerLine  = lineChange{swapped[messenger.QuickReply], swapped[messenger.Button], swapped[messenger.Element], swapped[desk.DraftFile]}
)

func without[T any](all []T, i int) []T {
	if i < 0 || i >= len(all) {
		return all
	}
	return slices.Delete(slices.Clone(all), i, i+1)
}

func twice[T any](all []T, i int) []T {
	if i < 0 || i >= len(all) {
		return all
	}
	return slices.Insert(slices.Clone(all), i, all[i])
}

// swapped exchanges the i-th with the one behind it.
func swapped[T any](all []T, i int) []T {
	if i < 0 || i+1 >= len(all) {
		return all
	}
	all = slices.Clone(all)
	all[i], all[i+1] = all[i+1], all[i]
	return all
}

// blank reports whether nothing was typed on the line of s. A phone number or an e-mail address needs no words.
func (s spot) blank(d desk.Draft) bool {
	if i, ok := s.ofButton(d); ok {
		b := s.buttonsAt(d)
		return i >= len(b) || b[i].Title == "" && target(b[i]) == ""
	}
	switch {
	case s.part == partText || s.part == partFile:
		return false
	case d.Chosen() == desk.ModeQuickReplies:
		return s.row >= len(d.QuickReplies) || d.QuickReplies[s.row] == messenger.QuickReply{ContentType: "text"}
	case d.Chosen() == desk.ModeCards:
		if s.row >= len(d.Cards) {
			return true
		}
		e := d.Cards[s.row]
		return e.Title == "" && e.Subtitle == "" && e.ImageURL == "" && e.DefaultAction == nil && len(e.Buttons) == 0
	}
	return true
}

// row is the line of the screen on which the cursor stands in the text.
func (c *composer) row() [2]int { return [2]int{c.area.Line(), c.area.LineInfo().RowOffset} }

// weed is d without the lines of its mode on which nothing stands any more, and s where its line has gone to.
func weed(d desk.Draft, s spot) (desk.Draft, spot) {
	for _, at := range slices.Backward(spotsOf(d)) {
		if at.part != partTitle || at.index(d) >= at.rows(d) || !at.blank(d) {
			continue
		}
		d = at.change(d, deleteLine)
		switch {
		case at.sub > 0 && s.row == at.row && s.sub > at.sub:
			s.sub--
		case at.sub == 0 && s.part != partText && s.part != partFile && s.row > at.row:
			s.row--
		}
	}
	return d, s
}
