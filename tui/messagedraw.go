package tui

import (
	"fmt"
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
	for _, a := range msg.Attachments {
		out = append(out, m.drawAttachment(&a, msg, words, w)...)
	}
	out = append(out, m.drawElements(msg.Elements, w)...)
	add(t.chip, r.chips(buttonLabels(msg.Buttons), w)...)
	add(t.chip, r.chips(quickReplyLabels(msg.QuickReplies), w)...)
	out = append(out, m.drawFields(msg.Details, w)...)
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

// drawAttachment draws what came with a message: a file in one line, a product or a template as cards.
func (m *Model) drawAttachment(a *store.Attachment, msg *store.Message, words pen, w int) []string {
	t, r := m.theme, m.ruler
	var out []string
	if a.Type == "template" && (a.Text != "" || len(a.Elements) > 0 || len(a.Buttons) > 0) {
		if text := Clean(a.Text); text != "" && a.Text != msg.Text {
			for _, line := range r.wrap(text, w) {
				out = append(out, words.on(line))
			}
		}
		out = append(out, m.drawElements(a.Elements, w)...)
		for _, line := range r.chips(buttonLabels(a.Buttons), w) {
			out = append(out, t.chip.on(line))
		}
		return out
	}
	word, rest := m.attachmentWords(a)
	name := "[" + r.cut(word, w-2) + "]"
	room := w - r.width(name) - 1
	switch {
	case rest == "":
		return []string{words.on(name)}
	case r.width(rest) <= room:
		return []string{words.on(name) + " " + t.muted.on(rest)}
	}
	out = append(out, words.on(name))
	for i, line := range r.wrap(rest, w-2) {
		if i == mostAttachmentLines {
			break
		}
		out = append(out, "  "+t.muted.on(line))
	}
	return out
}

// mostAttachmentLines is how many lines the name of a file or a share may take.
const mostAttachmentLines = 3

// attachmentWords is what an attachment is, and what tells it from others of its sort.
func (m *Model) attachmentWords(a *store.Attachment) (word, rest string) {
	word = attachmentWord(a.Type)
	var parts []string
	if a.StickerID != "" {
		return "sticker", stickerName(a.StickerID)
	}
	if a.Type == "location" {
		parts = append(parts, fmt.Sprintf("%.5f, %.5f", a.Lat, a.Long))
	}
	if title := CleanLine(a.Title); title != "" {
		parts = append(parts, title)
	}
	switch a.Type {
	case "image", "video", "audio", "file":
		if name := fileName(a.URL); name != "" {
			parts = append(parts, name)
		}
	default:
		if a.URL != "" && !strings.HasPrefix(a.URL, "/") { // some are relative: they lead nowhere
			parts = append(parts, address(a.URL))
		}
	}
	return word, strings.Join(parts, " · ")
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
func (m *Model) drawElements(elements []messenger.Element, w int) []string {
	var out []string
	for _, e := range elements {
		title := orElse(CleanLine(e.Title), "(without a title)")
		out = append(out, m.theme.bold.on(m.ruler.cut("▪ "+title, w)))
		if e.Subtitle != "" {
			out = append(out, m.theme.muted.on(m.ruler.cut("  "+CleanLine(e.Subtitle), w)))
		}
		for _, line := range m.ruler.chips(buttonLabels(e.Buttons), w-2) {
			out = append(out, "  "+m.theme.chip.on(line))
		}
	}
	return out
}

// drawFields draws the products of an order or the answers of a form: names on the left where there is room.
func (m *Model) drawFields(fields []store.Detail, w int) []string {
	t, r := m.theme, m.ruler
	names := 0
	for _, f := range fields {
		names = max(names, r.width(CleanLine(f.Name)))
	}
	names = min(names, w/2)
	var out []string
	for _, f := range fields {
		name, value := CleanLine(f.Name), CleanLine(f.Value)
		if name == "" || value == "" {
			out = append(out, t.text.on(r.cut("▪ "+name+value, w)))
			continue
		}
		for i, line := range r.wrap(value, max(w-names-3, 8)) {
			if i > 0 {
				name = ""
			}
			out = append(out, t.muted.on(r.pad(name, names))+"   "+t.text.on(line))
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
		return "[" + mediaWord(&msg.Attachments[0]) + "]"
	case kindHead(msg) != "":
		return kindHead(msg)
	}
	return "a message"
}

func mediaWord(a *store.Attachment) string {
	if a.StickerID != "" {
		return "sticker"
	}
	return attachmentWord(a.Type)
}
