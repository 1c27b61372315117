package tui

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"frontdesk/messenger"
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
	if a.Type == "template" && a.TemplateType != "media" && (a.Text != "" || len(a.Elements) > 0 || len(a.Buttons) > 0) {
		if text := Clean(a.Text); text != "" && a.Text != msg.Text {
			for _, line := range r.wrap(text, w) {
				out = append(out, words.on(line))
			}
		}
		out = append(out, m.drawElements(a.Elements, k.chosen, w)...)
		return append(out, m.drawChips(m.buttonChips(a.Buttons, k.chosen), w)...)
	}
	word, parts, link := m.attachmentWords(msg, index)
	name := "[" + r.cut(word, w-2) + "]"
	room := w - r.width(name) - 1
	both := strings.Join(nonEmpty(append(parts, link)...), " · ")
	switch rest := strings.Join(parts, " · "); {
	case both == "":
		out = append(out, words.on(name))
	case r.width(both) <= room:
		out = append(out, words.on(name)+" "+t.muted.on(both))
	case isFile(a.Type) && len(parts) > 0: // in one line: of a long name, the start and the end
		short := parts // without what its name says
		if f, ok := fileOf(msg, index); ok {
			short = slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == CleanLine(f.Type) })
		}
		for _, rest := range []string{both, strings.Join(parts, " · "), strings.Join(short, " · ")} {
			long := r.width(rest) - room
			if cut := r.cutMiddle(parts[0], max(r.width(parts[0])-long, 0)); long <= 0 || r.width(cut) >= fewestOfName {
				out = append(out, words.on(name)+" "+t.muted.on(strings.Replace(rest, parts[0], cut, 1)))
				return append(append(out, m.drawFileState(msg, index, w)...), m.drawPicture(msg, index, k, w)...)
			}
		}
		out = append(out, words.on(name)+" "+t.muted.on(r.cut(both, room)))
	default:
		out = append(out, words.on(name)+" "+t.muted.on(r.cut(rest, room)))
		if r.width(rest) > room {
			out = append(out[:len(out)-1], words.on(name))
			for _, line := range m.paragraph(rest, t.muted, w-2)[:min(mostAttachmentLines, len(r.wrap(rest, w-2)))] {
				out = append(out, "  "+line)
			}
		}
		if link != "" {
			out = append(out, "  "+t.faint.on(r.cut("→ "+link, w-2)))
		}
	}
	return append(append(out, m.drawFileState(msg, index, w)...), m.drawPicture(msg, index, k, w)...)
}

const (
	mostAttachmentLines = 3  // that the title of a share may take
	fewestOfName        = 14 // columns of a file's name
)

func isFile(kind string) bool {
	return kind == messenger.TypeImage || kind == messenger.TypeVideo || kind == messenger.TypeAudio || kind == messenger.TypeFile
}

// cutMiddle shortens s to w columns and keeps its end, where a file's name says what it is.
func (r ruler) cutMiddle(s string, w int) string {
	if r.width(s) <= w {
		return s
	}
	runes := []rune(s)
	for n := min(len(runes), w-2) / 2; n > 0; n-- {
		tail := string(runes[len(runes)-n:])
		if head := w - 1 - r.width(tail); head > 0 {
			if cut := strings.TrimSuffix(r.cut(s, head+1), "…") + "…" + tail; r.width(cut) <= w {
				return cut
			}
		}
	}
	return r.cut(s, w)
}

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

// attachmentWords is what an attachment is, what tells it from others of its sort, and where it leads.
func (m *Model) attachmentWords(msg *store.Message, index int) (word string, parts []string, link string) {
	a := &msg.Attachments[index]
	word, title := attachmentWord(a.Type), CleanLine(a.Title)
	switch {
	case a.StickerID != "":
		return "sticker", nonEmpty(stickerName(a.StickerID)), ""
	case isFile(a.Type):
		f, kept := fileOf(msg, index)
		name := orElse(orElse(CleanLine(f.Name), title), fileName(a.URL))
		if title != "" && title != name {
			parts = append(parts, title)
		}
		if kept {
			parts = append(parts, CleanLine(f.Type), bytesWord(f.Size))
		}
		parts = nonEmpty(append([]string{name}, parts...)...)
		if link = hostOf(a.URL); len(parts) == 0 && link == "" {
			parts = []string{"no address came with it"}
		}
		return word, parts, link
	case a.Type == "location":
		return word, nonEmpty(fmt.Sprintf("%.5f, %.5f", a.Lat, a.Long), title), hostOf(a.URL)
	case a.Type == "template" && a.TemplateType == "media":
		return word, []string{"a picture or a film"}, ""
	}
	if hostOf(a.URL) != "" { // some are relative, or of no web: they lead nowhere
		link = address(a.URL)
	}
	if parts = nonEmpty(title); title == "" && link == "" && (a.Type == "fallback" || a.Type == "share") {
		parts = []string{"nothing of it was passed on"}
	}
	return word, parts, link
}

func nonEmpty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}
