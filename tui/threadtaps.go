package tui

import (
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// mostSince is how many lines back a tap's question is looked for.
const mostSince = 40

// taps ties what the contact tapped to what was asked.
type taps struct {
	chosen   map[store.MessageID]string // of a question: the options that were tapped, as optionsOf names them
	question map[store.MessageID]int    // of a tap: where in the window its question stands
}

// optionMark stands before and behind each option in taps.chosen.
const optionMark = "\x00"

// isTap reports whether a message is a tap on something the page offered.
func isTap(msg *store.Message) bool {
	return msg.Direction == store.In && (msg.Kind == store.KindQuickReply || msg.Kind == store.KindPostback)
}

// findTaps goes through a window once, and looks back from each tap.
func findTaps(all []store.Message) taps {
	var t taps
	for i := range all {
		if !isTap(&all[i]) {
			continue
		}
		for j := i - 1; j >= 0 && j >= i-mostSince; j-- {
			option, ok := tappedOn(&all[j], &all[i])
			if !ok {
				continue
			}
			if t.chosen == nil {
				t.chosen, t.question = map[store.MessageID]string{}, map[store.MessageID]int{}
			}
			t.question[all[i].ID] = j
			if !chose(t.chosen[all[j].ID], option) {
				t.chosen[all[j].ID] += optionMark + option + optionMark
			}
			break
		}
	}
	return t
}

func chose(chosen, option string) bool {
	return strings.Contains(chosen, optionMark+option+optionMark)
}

// tappedOn is the option of a question that a tap chose.
func tappedOn(question, tap *store.Message) (option string, ok bool) {
	if question.Direction != store.Out || question.Withdrawn {
		return "", false
	}
	if tap.Kind == store.KindQuickReply {
		for _, q := range question.QuickReplies {
			if isAnswer(q, tap) {
				return quickReplyOption(q), true
			}
		}
		return "", false
	}
	for _, b := range buttonsOf(question) {
		if b.Type == messenger.ButtonPostback && sameOption(b.Title, b.Payload, tap) {
			return buttonOption(b), true
		}
	}
	return "", false
}

// isAnswer reports whether a tap is one on a quick reply. Those that ask for a number or an address come with it (ref.
// 3.5), so that only its look tells.
func isAnswer(q messenger.QuickReply, tap *store.Message) bool {
	said := orElse(tap.Payload, tap.Text)
	switch q.ContentType {
	case messenger.QuickReplyEmail:
		return strings.Contains(said, "@")
	case messenger.QuickReplyPhone:
		return said != "" && strings.Trim(said, "+0123456789 -()./") == ""
	}
	return sameOption(q.Title, q.Payload, tap)
}

// sameOption reports whether a tap is one on an option, by its payload where both have one.
func sameOption(title, payload string, tap *store.Message) bool {
	if payload == "" || tap.Payload == "" {
		return title != "" && title == tap.Text
	}
	return payload == tap.Payload
}

func quickReplyOption(q messenger.QuickReply) string {
	if q.ContentType != "" && q.ContentType != messenger.QuickReplyText {
		return q.ContentType
	}
	return q.Title + "\x1f" + q.Payload
}

func buttonOption(b messenger.Button) string { return b.Type + b.Title + "\x1f" + b.Payload }

// buttonsOf are all buttons of a message: its own, and those of its cards.
func buttonsOf(msg *store.Message) []messenger.Button {
	out := msg.Buttons
	for _, e := range msg.Elements {
		out = append(out[:len(out):len(out)], e.Buttons...)
	}
	for i := range msg.Attachments {
		a := &msg.Attachments[i]
		out = append(out[:len(out):len(out)], a.Buttons...)
		for _, e := range a.Elements {
			out = append(out[:len(out):len(out)], e.Buttons...)
		}
	}
	return out
}

// chip is one option of a message as drawn.
type chip struct {
	text string
	pen  pen
}

// chipOf is how an option is drawn: as offered, or where something was tapped, the chosen one marked and the others faint.
func (m *Model) chipOf(left, title, right, chosen, option string) chip {
	switch {
	case chosen == "":
		return chip{left + " " + title + " " + right, m.theme.chip}
	case chose(chosen, option):
		return chip{left + "● " + title + " " + right, m.theme.accentBold}
	}
	return chip{left + " " + title + " " + right, m.theme.faint}
}

func (m *Model) quickReplyChips(replies []messenger.QuickReply, chosen string) []chip {
	out := make([]chip, len(replies))
	for i, q := range replies {
		out[i] = m.chipOf("(", quickReplyTitle(q), ")", chosen, quickReplyOption(q))
	}
	return out
}

// quickReplyTitle is what stands on a quick reply.
func quickReplyTitle(q messenger.QuickReply) string {
	title := CleanLine(q.Title)
	switch {
	case q.ContentType == messenger.QuickReplyPhone:
		return "phone number"
	case q.ContentType == messenger.QuickReplyEmail:
		return "e-mail address"
	case title == "" && q.ImageURL != "":
		return "[picture]"
	}
	return title
}

// quickReplyLabels are quick replies as they are offered.
func quickReplyLabels(replies []messenger.QuickReply) []string {
	labels := make([]string, len(replies))
	for i, q := range replies {
		labels[i] = "( " + quickReplyTitle(q) + " )"
	}
	return labels
}

func (m *Model) buttonChips(buttons []messenger.Button, chosen string) []chip {
	out := make([]chip, len(buttons))
	for i, b := range buttons {
		label := CleanLine(b.Title)
		switch {
		case b.URL != "":
			label += " → " + address(b.URL)
		case b.Type == messenger.ButtonCall:
			label += " → " + CleanLine(b.Payload)
		}
		out[i] = m.chipOf("[", label, "]", chosen, buttonOption(b))
	}
	return out
}

// drawChips puts chips side by side, in as many lines as they need.
func (m *Model) drawChips(chips []chip, w int) []string {
	var lines []string
	line, used := "", 0
	for _, c := range chips {
		text := m.ruler.cut(c.text, w)
		n := m.ruler.width(text)
		switch {
		case used == 0:
		case used+1+n <= w:
			line, used = line+" ", used+1
		default:
			lines = append(lines, line)
			line, used = "", 0
		}
		line, used = line+c.pen.on(text), used+n
	}
	if used > 0 {
		lines = append(lines, line)
	}
	return lines
}
