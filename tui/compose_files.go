package tui

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	mostFiles  = 10 // of one draft
	mostOffers = 8  // paths offered at once
)

// attachedMsg brings a file that is kept and can be sent.
type attachedMsg struct {
	conv store.ConversationID
	path string
	file store.File
	err  error
}

// droppedMsg says that what was pasted is the path of a file.
type droppedMsg struct {
	conv store.ConversationID
	text string // as it was pasted
	path string
}

// pathsMsg brings the paths that begin as typed.
type pathsMsg struct {
	typed  string
	offers []string
}

// attach has the desk keep the file at a path, so that it can be sent.
func attach(ctx context.Context, d desk.Filer, conv store.ConversationID, path string) tea.Cmd {
	return func() tea.Msg {
		msg := attachedMsg{conv: conv, path: path}
		whole, err := filepath.Abs(homely(path))
		if err != nil {
			msg.err = fmt.Errorf("find %s: %w", path, err)
			return msg
		}
		msg.file, msg.err = d.Attach(ctx, whole)
		return msg
	}
}

// homely is a path with ~ as what it stands for.
func homely(path string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		if home, err := os.UserHomeDir(); err == nil {
			return home + rest
		}
	}
	return path
}

// findPaths lists what a typed path can go on with.
func findPaths(typed string) tea.Cmd {
	return func() tea.Msg {
		dir, base := filepath.Split(typed)
		entries, err := os.ReadDir(orElse(homely(dir), "."))
		if err != nil {
			return pathsMsg{typed: typed}
		}
		var offers []string
		for _, e := range entries {
			name := e.Name()
			if !strings.HasPrefix(strings.ToLower(name), strings.ToLower(base)) || base == "" && strings.HasPrefix(name, ".") {
				continue
			}
			if e.IsDir() {
				name += string(filepath.Separator)
			}
			if offers = append(offers, dir+name); len(offers) == mostOffers {
				break
			}
		}
		return pathsMsg{typed: typed, offers: offers}
	}
}

// droppedPath is the path that a paste may be: one line, as terminals write the file that was dropped on them.
func droppedPath(pasted string) string {
	s := strings.TrimSpace(pasted)
	if s == "" || strings.Contains(s, "\n") {
		return ""
	}
	if n := len(s); n > 1 && (s[0] == '\'' || s[0] == '"') && s[n-1] == s[0] {
		s = s[1 : n-1]
	} else if !strings.HasPrefix(s, "file://") {
		s = unescaped(s)
	}
	if rest, ok := strings.CutPrefix(s, "file://"); ok {
		u, err := url.Parse("file://" + rest)
		if err != nil || u.Host != "" && u.Host != "localhost" {
			return ""
		}
		s = u.Path
	}
	if strings.HasPrefix(s, "/") || strings.HasPrefix(s, "~/") || filepath.IsAbs(s) {
		return s
	}
	return ""
}

// unescaped is s without the backslashes that a shell would need.
func unescaped(s string) string {
	if filepath.Separator == '\\' {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// findDropped tells when a paste is the path of a file that is there.
func findDropped(conv store.ConversationID, pasted string) tea.Cmd {
	path := droppedPath(pasted)
	if path == "" {
		return nil
	}
	return func() tea.Msg {
		info, err := os.Stat(homely(path))
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		return droppedMsg{conv: conv, text: pasted, path: path}
	}
}

// applyDropped offers to attach the file whose path was pasted. It asks nothing: whoever types on meant the path.
func (m *Model) applyDropped(msg droppedMsg) tea.Cmd {
	c := &m.composer
	if c.conv != msg.conv || m.focus != placeReply || noAttach(m) != "" || !strings.Contains(c.draft.Text, msg.text) {
		return nil
	}
	c.dropped = msg
	return m.say(CleanLine(filepath.Base(msg.path)) + " is a file: " + keyOf("attach") + " attaches it instead of its path.")
}

// attachDropped puts the file in the place of its path.
func (m *Model) attachDropped() tea.Cmd {
	c := &m.composer
	dropped := c.dropped
	c.remember()
	c.draft.Text = strings.TrimRight(strings.Replace(c.draft.Text, dropped.text, "", 1), " ")
	c.fill()
	return tea.Batch(m.changed(), attach(m.ctx, m.desk, dropped.conv, dropped.path))
}

// applyAttached puts a kept file into the draft for which it was meant, whatever is shown by now.
func (m *Model) applyAttached(msg attachedMsg) tea.Cmd {
	box, asking := m.overlay.(*attachBox)
	asking = asking && box.conv == msg.conv
	if msg.err != nil {
		why := "Not attached: " + problem(msg.err)
		if asking {
			box.fault = why
			return nil
		}
		return m.notice.fail(why)
	}
	if asking {
		m.overlay = nil
	}
	f := msg.file
	return m.addFile(msg.conv, desk.DraftFile{Path: msg.path, File: &f, Kind: messenger.FileKind(f.Type), Name: f.Name})
}

func (m *Model) addFile(conv store.ConversationID, f desk.DraftFile) tea.Cmd {
	c := &m.composer
	if c.conv != conv {
		d := m.drafts.of(conv)
		d.Files = append(slices.Clone(d.Files), f)
		m.drafts.typed(conv, d)
		m.setDrafted(conv, true)
		return m.keepDraftOf(conv)
	}
	c.draft.Files = append(slices.Clone(c.draft.Files), f)
	return tea.Batch(m.changed(), m.relayout())
}

// attachBox asks for a path or a web address.
type attachBox struct {
	conv   store.ConversationID
	input  textinput.Model
	offers []string
	at     int
	fault  string
}

func noAttach(m *Model) string {
	switch d := m.composer.draft; {
	case d.Chosen() == desk.ModeNote:
		return "A note has no files: " + keyOf("mode") + " goes to what the customer sees."
	case len(d.Files) >= mostFiles:
		return fmt.Sprintf("At most %d files go with one reply.", mostFiles)
	}
	return ""
}

func (m *Model) askAttach() tea.Cmd {
	c := &m.composer
	if c.dropped.path != "" && c.dropped.conv == c.conv {
		return m.attachDropped()
	}
	box := &attachBox{conv: c.conv, input: newFieldInput()}
	styleField(&box.input, m.theme)
	m.overlay = box
	return tea.Batch(box.input.Focus(), findPaths(""))
}

func (b *attachBox) place() place { return placePrompt }

func (b *attachBox) typed(_ *Model, k tea.KeyPressMsg) tea.Cmd {
	before := b.input.Value()
	var cmd tea.Cmd
	b.input, cmd = b.input.Update(k)
	if b.input.Value() == before {
		return cmd
	}
	return tea.Batch(cmd, b.look())
}

func (b *attachBox) pasted(text string) tea.Cmd {
	if path := droppedPath(text); path != "" {
		text = path
	}
	b.input.SetValue(insertAt(b.input.Value(), b.input.Position(), CleanLine(text), 4096))
	b.input.CursorEnd()
	return b.look()
}

// look asks for the paths that begin as typed.
func (b *attachBox) look() tea.Cmd {
	b.fault, b.offers, b.at = "", nil, 0
	if webAddress(b.input.Value()) {
		return nil
	}
	return findPaths(b.input.Value())
}

func webAddress(s string) bool { return kindOfTarget(s) == messenger.ButtonURL }

// applyPaths shows the paths that begin as typed.
func (m *Model) applyPaths(msg pathsMsg) {
	if box, ok := m.overlay.(*attachBox); ok && box.input.Value() == msg.typed {
		box.offers, box.at = msg.offers, 0
	}
}

func (m *Model) promptMove(n int) tea.Cmd {
	if box, ok := m.overlay.(*attachBox); ok && len(box.offers) > 0 {
		box.at = (box.at + n + len(box.offers)) % len(box.offers)
	}
	return nil
}

// promptComplete takes the marked path.
func (m *Model) promptComplete() tea.Cmd {
	box, ok := m.overlay.(*attachBox)
	if !ok || box.at >= len(box.offers) {
		return nil
	}
	box.input.SetValue(box.offers[box.at])
	box.input.CursorEnd()
	return box.look()
}

// promptTake attaches what was typed.
func (m *Model) promptTake() tea.Cmd {
	box, ok := m.overlay.(*attachBox)
	if !ok {
		return nil
	}
	typed := strings.TrimSpace(box.input.Value())
	switch {
	case typed == "":
		box.fault = "Type a path or a web address."
	case webAddress(typed):
		u, err := url.Parse(typed)
		if err != nil || u.Host == "" {
			box.fault = "This is no whole web address."
			return nil
		}
		m.overlay = nil
		return m.addFile(box.conv, desk.DraftFile{URL: typed, Kind: kindByName(u.Path), Name: fileName(typed)})
	default:
		return attach(m.ctx, m.desk, box.conv, typed)
	}
	return nil
}

// kindByName is the kind of file that a name's ending speaks of.
func kindByName(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp":
		return "image"
	case ".mp4", ".mov", ".webm", ".avi":
		return "video"
	case ".mp3", ".m4a", ".ogg", ".wav", ".aac":
		return "audio"
	}
	return "file"
}

func (b *attachBox) draw(m *Model) (rect, []string) {
	t, r := m.theme, m.ruler
	w := min(m.width-6, 76)
	value := b.input.Value()
	shown, _ := m.lineView(value, b.input.Position(), w-6)
	in := []string{" " + t.accentBold.on("›") + " " + t.text.on(r.pad(shown, w-6))}
	if value == "" {
		in[0] = " " + t.accentBold.on("›") + " " + t.faint.on("path of a file, or https://…")
	}
	for i, offer := range b.offers {
		line := "   " + t.muted.on(r.pad(CleanLine(offer), w-6))
		if i == b.at {
			line = tint(t.selection, t.accent.on(" ▌")+t.text.on(" "+r.pad(CleanLine(offer), w-6)))
		}
		in = append(in, line)
	}
	if b.fault != "" {
		for _, line := range r.wrap("✗ "+b.fault, w-4) {
			in = append(in, " "+t.bad.on(line))
		}
	}
	box := m.middle(w, len(in)+2)
	return box, m.box(box, boxText{title: "Attach a file", note: keyOf("prompt-complete") + " completes · " + keyOf("prompt-take") + " attaches"}, in, true)
}

// cursorIn is where the terminal's cursor stands in the prompt.
func (b *attachBox) cursorIn(m *Model) *tea.Cursor {
	cur := b.input.Cursor()
	if cur == nil {
		return nil
	}
	r, _ := b.draw(m)
	_, x := m.lineView(b.input.Value(), b.input.Position(), r.w-6)
	cur.X, cur.Y = r.x+4+x, r.y+1
	return cur
}

// drawFiles are n lines of the files that go with the reply.
func (m *Model) drawFiles(w, n int) []string {
	if n == 0 {
		return nil
	}
	c, t, r := &m.composer, m.theme, m.ruler
	files := c.draft.Files
	top := 0
	if c.at.part == partFile {
		top = max(min(c.at.row-n/2, len(files)-n), 0)
	}
	out := make([]string, 0, n)
	for i := top; i < top+n && i < len(files); i++ {
		mark := t.faint.on(" ")
		if c.at == (spot{part: partFile, row: i}) && m.focus == placeReply {
			mark = t.accent.on("▌")
		}
		words, pen := fileWords(files[i]), t.own
		if c.draft.Chosen() == desk.ModeNote {
			words, pen = words+" (not with a note)", t.faint
		}
		if rest := len(files) - top - n; i == top+n-1 && rest > 0 {
			words += fmt.Sprintf(" and %d more", rest)
		}
		out = append(out, mark+pen.on(r.cut(words, w-1)))
	}
	return out
}

// fileWords is a file to be sent in one line: name, type and size.
func fileWords(f desk.DraftFile) string {
	parts := []string{"▤ " + CleanLine(f.Label()), attachmentWord(f.Kind)}
	if f.File != nil {
		parts = append(parts, CleanLine(f.File.Type), bytesWord(f.File.Size))
	} else {
		parts = append(parts, address(f.URL))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// bytesWord is a size as people say it.
func bytesWord(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000_000:
		return fmt.Sprintf("%d kB", (n+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
