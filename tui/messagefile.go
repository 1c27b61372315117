package tui

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"frontdesk/store"
)

// webLink is an address that may be shown and opened as one: of the web, whole, and without a user's name in it, behind
// which the host could hide.
func webLink(address string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || len(address) > mostLink {
		return nil, false
	}
	return u, true
}

// mostLink is how long an address may be.
const mostLink = 8192

// hostOf is the host to which an address of the web leads; empty where it leads nowhere that can be opened.
func hostOf(address string) string {
	if u, ok := webLink(address); ok {
		return CleanLine(u.Host)
	}
	return ""
}

// fetched is what became of fetching an attachment.
func fetched(msg *store.Message, index int) (store.Fetched, bool) {
	for _, f := range msg.Files {
		if f.Index == index {
			return f, true
		}
	}
	return store.Fetched{}, false
}

// fileOf is what is known of the bytes of an attachment, ours or theirs.
func fileOf(msg *store.Message, index int) (store.File, bool) {
	if msg.File != nil && index == 0 {
		return *msg.File, true
	}
	f, ok := fetched(msg, index)
	return f.File, ok && f.Hash != ""
}

// filesKey is everything about a message's files that changes how they are drawn.
func filesKey(msg *store.Message) string {
	if len(msg.Files) == 0 && msg.File == nil {
		return ""
	}
	var b strings.Builder
	if f := msg.File; f != nil {
		b.WriteString(f.Hash + "\x00" + f.Name + "\x00" + f.Type + strconv.FormatInt(f.Size, 10))
	}
	for _, f := range msg.Files {
		fmt.Fprintf(&b, "\x00%d %s %s %s %d %d %d %s %t", f.Index, f.Hash, f.Name, f.Type, f.Size, f.Width, f.Height, f.Problem, f.Gone)
	}
	return b.String()
}

// drawAttachment draws what came with a message: a file in one line, a product or a template as cards.
func (m *Model) drawAttachment(msg *store.Message, index int, k itemKey, words pen, w int) []string {
	t, r := m.theme, m.ruler
	a := &msg.Attachments[index]
	var out []string
	if a.Type == "template" && (a.Text != "" || len(a.Elements) > 0 || len(a.Buttons) > 0) {
		if text := Clean(a.Text); text != "" && a.Text != msg.Text {
			for _, line := range r.wrap(text, w) {
				out = append(out, words.on(line))
			}
		}
		out = append(out, m.drawElements(a.Elements, k.chosen, w)...)
		return append(out, m.drawChips(m.buttonChips(a.Buttons, k.chosen), w)...)
	}
	word, parts := m.attachmentWords(msg, index)
	name := "[" + r.cut(word, w-2) + "]"
	rest := strings.Join(parts, " · ")
	switch {
	case rest == "":
		out = append(out, words.on(name))
	case r.width(rest) <= w-r.width(name)-1:
		out = append(out, words.on(name)+" "+t.muted.on(rest))
	default:
		out = append(out, words.on(name))
		for i, line := range r.wrap(rest, w-2) {
			if i == mostAttachmentLines {
				break
			}
			out = append(out, "  "+t.muted.on(line))
		}
	}
	return append(out, m.drawFileState(msg, index, w)...)
}

// mostAttachmentLines is how many lines the name of a file or a share may take.
const mostAttachmentLines = 3

// drawFileState says why a file is not here, where it is not.
func (m *Model) drawFileState(msg *store.Message, index, w int) []string {
	f, ok := fetched(msg, index)
	var said string
	p := m.theme.warn
	switch {
	case !ok:
		return nil
	case f.Gone:
		said, p = "no longer available", m.theme.muted
	case f.Problem != "":
		said = "not kept here: " + CleanLine(f.Problem)
	default:
		return nil
	}
	var out []string
	for _, line := range m.ruler.wrap(said, w-2) {
		out = append(out, "  "+p.on(line))
	}
	return out
}

// attachmentWords is what an attachment is, and what tells it from others of its sort.
func (m *Model) attachmentWords(msg *store.Message, index int) (word string, parts []string) {
	a := &msg.Attachments[index]
	word = attachmentWord(a.Type)
	if a.StickerID != "" {
		return "sticker", nonEmpty(stickerName(a.StickerID))
	}
	if a.Type == "location" {
		parts = append(parts, fmt.Sprintf("%.5f, %.5f", a.Lat, a.Long))
	}
	title := CleanLine(a.Title)
	switch a.Type {
	case "image", "video", "audio", "file":
		f, kept := fileOf(msg, index)
		name := orElse(orElse(CleanLine(f.Name), title), fileName(a.URL))
		parts = append(parts, name)
		if title != name && title != "" {
			parts = append(parts, title)
		}
		if kept {
			parts = append(parts, CleanLine(f.Type), bytesWord(f.Size))
		}
		if parts = nonEmpty(append(parts, hostOf(a.URL))...); len(parts) == 0 {
			parts = []string{"the platform passed no address on"}
		}
		return word, parts
	case "location":
		return word, nonEmpty(append(parts, title, hostOf(a.URL))...)
	}
	parts = append(parts, title)
	if hostOf(a.URL) != "" { // some are relative, or of no web: they lead nowhere
		parts = append(parts, address(a.URL))
	}
	if parts = nonEmpty(parts...); len(parts) == 0 && (a.Type == "fallback" || a.Type == "share") {
		parts = []string{"the platform passed nothing of it on"}
	}
	return word, parts
}

func nonEmpty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}
