package tui

import (
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// cameIn reports whether a message brought an arrival of which something is known.
func cameIn(msg *store.Message) bool {
	t := msg.Touch
	return t != nil && (t.Origin != store.OriginUnknown && t.Origin != "" || t.Ref != "" || t.Page != "")
}

// marksOf is what was done to a message after it was said, as far as its drawing changes with it.
func marksOf(msg *store.Message) string {
	if msg.EditN == 0 && !msg.Withdrawn && msg.Feedback == "" && len(msg.Reactions) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(strconv.Itoa(msg.EditN) + strconv.FormatBool(msg.Withdrawn) + msg.Feedback)
	for _, r := range msg.Reactions {
		b.WriteString("\x00" + string(r.Side) + r.Emoji)
	}
	return b.String()
}

// messageBody is everything a message says, styled, at most w columns wide.
func (m *Model) messageBody(msg *store.Message, k itemKey, w int) []string {
	t, r := m.theme, m.ruler
	words := t.text
	if msg.Direction == store.Out {
		words = t.own
	}
	var out []string
	add := func(p pen, lines ...string) {
		for _, line := range lines {
			out = append(out, p.on(line))
		}
	}
	if k.quote != "" {
		add(t.faint, r.cut("┆ "+k.quote, w))
	}
	if msg.Withdrawn {
		add(t.faint, r.wrap("(took this message back)", w)...)
		return append(out, m.drawBadges(msg, w)...)
	}
	if head := kindHead(msg); head != "" {
		add(words, r.cut(head, w))
	}
	if text := strings.TrimRight(Clean(msg.Text), "\n "); text != "" {
		if msg.Kind == store.KindQuickReply || msg.Kind == store.KindPostback {
			text = "▸ " + text
		}
		add(words, r.wrap(text, w)...)
	} else if msg.Kind == store.KindQuickReply || msg.Kind == store.KindPostback {
		add(words, r.cut("▸ "+orElse(CleanLine(msg.Payload), "(no title)"), w))
	}
	for i := range msg.Attachments {
		out = append(out, m.drawAttachment(msg, i, k, words, w)...)
	}
	out = append(out, m.drawElements(msg.Elements, k.chosen, w)...)
	out = append(out, m.drawChips(m.buttonChips(msg.Buttons, k.chosen), w)...)
	out = append(out, m.drawChips(m.quickReplyChips(msg.QuickReplies, k.chosen), w)...)
	out = append(out, m.drawBeside(msg, w)...)
	if k.former {
		out = append(out, m.drawFormer(msg, w)...)
	}
	return append(out, m.drawBadges(msg, w)...)
}

// kindHead is what a message is, where its words do not tell.
func kindHead(msg *store.Message) string {
	switch msg.Kind {
	case store.KindOrder:
		return "[order]"
	case store.KindForm:
		return "[form]"
	}
	return ""
}

// editedWord says how often a message was edited.
func editedWord(msg *store.Message) string {
	switch {
	case msg.EditN <= 1:
		return "edited"
	case msg.EditN < 10:
		return "edited ×" + itoa(msg.EditN)
	}
	return "edit ×" + itoa(min(msg.EditN, 999))
}

// drawFormer is what a message said before its edits, the newest of them first.
func (m *Model) drawFormer(msg *store.Message, w int) []string {
	t, r := m.theme, m.ruler
	var out []string
	for i := len(msg.Edits) - 1; i >= 0; i-- {
		e := msg.Edits[i]
		at := moment(e.At, m.clock)
		if dayName(e.At, m.clock) == dayName(msg.At, m.clock) {
			at = clockTime(e.At, m.clock)
		}
		lead := "✎ until " + at + ": "
		for _, line := range r.wrap(lead+strings.TrimSpace(CleanLine(e.Text)), w) {
			out = append(out, t.faint.on(line))
		}
	}
	if len(out) == 0 {
		out = append(out, t.faint.on(r.cut("✎ what it said before is not known", w)))
	}
	return out
}

// thumbsUp are the ids of the platform's own thumb, in three sizes (ref. 2.5).
var thumbsUp = []string{"369239263222822", "369239343222814", "369239383222810"}

func stickerName(id string) string {
	if slices.Contains(thumbsUp, id) {
		return "👍"
	}
	return ""
}

// fileName is what a file is called: the end of its address as it reads, without what only the server needs.
func fileName(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return CleanLine(address)
	}
	name := path.Base(u.Path)
	if name == "." || name == "/" {
		return CleanLine(u.Host)
	}
	return CleanLine(name)
}

// drawElements draws the cards of a template, or the products of a message.
func (m *Model) drawElements(elements []messenger.Element, chosen string, w int) []string {
	t, r := m.theme, m.ruler
	var out []string
	for _, e := range elements {
		title := orElse(CleanLine(e.Title), "(without a title)")
		out = append(out, t.faint.on("▪ ")+t.bold.on(r.cut(title, w-2)))
		for _, line := range r.wrap(CleanLine(e.Subtitle), w-2) {
			if line != "" {
				out = append(out, "  "+t.muted.on(line))
			}
		}
		if host := hostOf(e.ImageURL); host != "" {
			room := w - 2 - r.width("[picture]  · "+host)
			out = append(out, "  "+t.faint.on(r.cut("[picture] "+r.cutMiddle(fileName(e.ImageURL), max(room, fewestOfName))+" · "+host, w-2)))
		}
		if e.DefaultAction != nil && hostOf(e.DefaultAction.URL) != "" {
			out = append(out, "  "+t.faint.on(r.cut("→ "+address(e.DefaultAction.URL), w-2)))
		}
		for _, line := range m.drawChips(m.buttonChips(e.Buttons, chosen), w-2) {
			out = append(out, "  "+line)
		}
	}
	return out
}

// drawBeside draws what is known of a message beside its words: in columns, or, where it is one thing that no head
// names, as it is said.
func (m *Model) drawBeside(msg *store.Message, w int) []string {
	if len(msg.Details) != 1 || kindHead(msg) != "" || msg.Details[0].Name == "" {
		return m.drawFields(msg.Details, w)
	}
	var out []string
	for _, line := range m.ruler.wrap(CleanLine(msg.Details[0].String()), w) {
		out = append(out, m.theme.muted.on(line))
	}
	return out
}

// drawFields draws the products of an order or the answers of a form: names on the left, as wide as the values leave
// them, and on several lines where that is not enough.
func (m *Model) drawFields(fields []store.Detail, w int) []string {
	t, r := m.theme, m.ruler
	names, values := 0, 0
	for _, f := range fields {
		names = max(names, r.width(CleanLine(f.Name)))
		values = max(values, r.width(CleanLine(f.Value)))
	}
	names = max(min(names, w-3-min(values, w/2)), 1)
	var out []string
	for _, f := range fields {
		name, value := CleanLine(f.Name), CleanLine(f.Value)
		if name == "" || value == "" {
			for i, line := range r.wrap(name+value, w-2) {
				lead := "▪ "
				if i > 0 {
					lead = "  "
				}
				out = append(out, t.text.on(lead+line))
			}
			continue
		}
		left, right := r.wrap(name, names), r.wrap(value, max(w-names-3, 8))
		for i := range max(len(left), len(right)) {
			var l, v string
			if i < len(left) {
				l = left[i]
			}
			if i < len(right) {
				v = right[i]
			}
			out = append(out, t.muted.on(r.pad(l, names))+"   "+t.text.on(v))
		}
	}
	return out
}

// drawBadges draws what people thought of a message, under it: reactions and feedback.
func (m *Model) drawBadges(msg *store.Message, w int) []string {
	t, r := m.theme, m.ruler
	var badges []string
	for _, reaction := range msg.Reactions {
		who := "you"
		if reaction.Side == store.In {
			who = CleanLine(m.thread.conv.Contact.Title())
		}
		badges = append(badges, reactionSign(reaction.Emoji)+" "+who+" ")
	}
	if msg.Feedback != "" {
		badges = append(badges, "feedback: "+CleanLine(msg.Feedback))
	}
	if len(badges) == 0 {
		return nil
	}
	var out []string
	for i, line := range r.chips(badges, w-2) {
		lead := "  "
		if i == 0 {
			lead = "╰ "
		}
		out = append(out, t.faint.on(lead)+t.unread.on(line))
	}
	return out
}

// reactionSigns are the platform's words for reactions that came without an emoji.
var reactionSigns = map[string]string{
	"smile": "😆", "angry": "😠", "sad": "😢", "wow": "😮", "love": "❤", "like": "👍", "dislike": "👎",
}

func reactionSign(emoji string) string {
	if sign, ok := reactionSigns[emoji]; ok {
		return sign
	}
	return orElse(CleanLine(emoji), "reacted")
}

// summary is a message in a few words, for quoting it.
func summary(msg *store.Message) string {
	switch {
	case msg.Withdrawn:
		return "(taken back)"
	case CleanLine(msg.Text) != "":
		return CleanLine(msg.Text)
	case len(msg.Attachments) > 0:
		a := &msg.Attachments[0]
		if a.Type == "template" {
			return orElse(orElse(CleanLine(a.Text), titlesOf(a.Elements)), "[template]")
		}
		return strings.TrimSpace("[" + mediaWord(a) + "] " + CleanLine(a.Title))
	case len(msg.Elements) > 0:
		return orElse(titlesOf(msg.Elements), "[cards]")
	case kindHead(msg) != "":
		return kindHead(msg)
	}
	return "a message"
}

// titlesOf is the cards of a template in one line.
func titlesOf(elements []messenger.Element) string {
	var titles []string
	for _, e := range elements {
		if title := CleanLine(e.Title); title != "" {
			titles = append(titles, title)
		}
	}
	return strings.Join(titles, " · ")
}

func mediaWord(a *store.Attachment) string {
	if a.StickerID != "" {
		return "sticker"
	}
	return attachmentWord(a.Type)
}
