package tui

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/store"
)

// stationery is what need not be typed again, as it was last read.
type stationery struct {
	lib    canned.Library
	loaded bool
	asking bool
	err    error
	used   map[store.ConversationID][]string // shortcodes of what stands in a draft
}

// stationeryMsg brings the canned responses and macros.
type stationeryMsg struct {
	lib canned.Library
	err error
}

// readStationery asks for the canned responses and macros, once at a time.
func (m *Model) readStationery() tea.Cmd {
	if m.stationery.asking {
		return nil
	}
	m.stationery.asking = true
	ctx, d := m.ctx, m.desk
	return func() tea.Msg {
		lib, err := d.Canned(ctx)
		return stationeryMsg{lib, err}
	}
}

func (m *Model) applyStationery(msg stationeryMsg) {
	s := &m.stationery
	s.asking = false
	if s.err = msg.err; msg.err == nil {
		s.lib, s.loaded = msg.lib, true
	}
	if b, ok := m.overlay.(interface{ reread(m *Model) }); ok {
		b.reread(m)
	}
}

// isMacroFault reports whether a fault is one of a macro's file.
func isMacroFault(f canned.Fault) bool { return strings.HasPrefix(f.File, "macros/") }

// cannedReadyMsg brings a filled-in response whose files are kept, ready for the composer.
type cannedReadyMsg struct {
	conv      store.ConversationID
	shortcode string
	draft     desk.Draft
	err       error
}

// insertResponse puts a response that is filled in into the reply. Files of the folder are kept by the desk first, so
// that all of it comes at once or nothing.
func (m *Model) insertResponse(shortcode string, content canned.Content) tea.Cmd {
	conv, draft := m.composer.conv, desk.CannedDraft(content)
	if m.composer.draft.Chosen() == desk.ModeNote {
		draft = desk.Draft{Note: content.Text}
	}
	if !slices.ContainsFunc(draft.Files, func(f desk.DraftFile) bool { return f.URL == "" }) {
		return m.applyCannedReady(cannedReadyMsg{conv: conv, shortcode: shortcode, draft: draft})
	}
	ctx, d := m.ctx, m.desk
	attaching := func() tea.Msg {
		msg := cannedReadyMsg{conv: conv, shortcode: shortcode, draft: draft}
		msg.draft.Files, msg.err = keepFiles(ctx, d, draft.Files)
		return msg
	}
	return tea.Batch(m.say("Taking in the files of "+CleanLine(shortcode)+"…"), attaching)
}

// keepFiles has the desk keep the files that lie in the folder.
func keepFiles(ctx context.Context, d desk.Filer, files []desk.DraftFile) ([]desk.DraftFile, error) {
	files = slices.Clone(files)
	for i, f := range files {
		if f.URL != "" {
			continue
		}
		kept, err := d.Attach(ctx, f.Path)
		if err != nil {
			return nil, err
		}
		files[i].File = &kept
	}
	return files, nil
}

// applyCannedReady puts the response where the cursor is, and remembers that it is used.
func (m *Model) applyCannedReady(msg cannedReadyMsg) tea.Cmd {
	c := &m.composer
	switch {
	case msg.err != nil:
		return m.notice.fail("Not inserted: " + problem(msg.err))
	case c.conv != msg.conv || m.focus != placeReply:
		return m.notice.fail("Not inserted: the reply is no longer open.")
	}
	s := &m.stationery
	if s.used == nil {
		s.used = map[store.ConversationID][]string{}
	}
	if c.draft.Empty() {
		s.used[c.conv] = nil
	}
	if !slices.Contains(s.used[c.conv], msg.shortcode) {
		s.used[c.conv] = append(slices.Clone(s.used[c.conv]), msg.shortcode)
	}
	left := leftOut(c.draft, msg.draft)
	cmd := m.insertCanned(msg.draft)
	if left != "" {
		cmd = tea.Batch(cmd, m.say(left))
	}
	return cmd
}

// leftOut says what stays in the draft and does not go out with a response that makes another kind of message of it.
func leftOut(was, with desk.Draft) string {
	mode := with.Chosen()
	if was.Chosen() == desk.ModeNote || mode == desk.ModeText || mode == was.Chosen() {
		return ""
	}
	var stays []string
	for _, part := range []struct {
		n    int
		of   desk.Mode
		what string
	}{
		{len(was.QuickReplies), desk.ModeQuickReplies, "quick replies"},
		{len(was.Buttons), desk.ModeButtons, "buttons"},
		{len(was.Cards), desk.ModeCards, "cards"},
	} {
		if part.n > 0 && part.of != mode {
			stays = append(stays, part.what)
		}
	}
	if was.Text != "" && mode == desk.ModeCards {
		stays = append(stays, "text")
	}
	if len(stays) == 0 {
		return ""
	}
	return "One message has one kind: your " + strings.Join(stays, " and ") + " stay in the draft, and do not go out with the " + strings.ToLower(modeNames[mode]) + "."
}

// countUses tells the desk that what was inserted into a conversation's reply was sent.
func (m *Model) countUses(conv store.ConversationID) tea.Cmd {
	used := m.stationery.used[conv]
	if len(used) == 0 {
		return nil
	}
	delete(m.stationery.used, conv)
	ctx, d := m.ctx, m.desk
	count := func() tea.Msg {
		for _, shortcode := range used {
			_ = d.Used(ctx, shortcode) // a count is not worth a word
		}
		lib, err := d.Canned(ctx)
		return stationeryMsg{lib, err}
	}
	return count
}

// contentOf is what a draft says, to be kept as a canned response. Where its files lie, findFiles says.
func contentOf(d desk.Draft) canned.Content {
	var c canned.Content
	for _, out := range d.Messages() {
		msg := out.Message
		c.QuickReplies = append(c.QuickReplies, msg.QuickReplies...)
		switch a := msg.Attachment; {
		case a == nil:
			c.Text = msg.Text
		case a.Type == "template":
			c.Text, c.Buttons, c.Cards = a.Payload.Text, a.Payload.Buttons, a.Payload.Elements
		}
	}
	for _, f := range d.Files {
		c.Files = append(c.Files, canned.File{Kind: f.Kind, Source: f.URL})
	}
	return c
}

// findFiles says where the files of a draft lie: where they were attached from, or in the data folder.
func findFiles(ctx context.Context, d desk.Filer, from []desk.DraftFile, files []canned.File) ([]canned.File, error) {
	files = slices.Clone(files)
	for i, f := range from {
		if f.URL != "" {
			continue
		}
		path, err := filepath.Abs(homely(f.Path))
		if f.Path == "" && f.File != nil {
			var kept desk.MediaFile
			kept, err = d.Media(ctx, f.File.Hash)
			path = kept.Path
		}
		if err != nil {
			return nil, fmt.Errorf("find the file %s: %w", f.Label(), err)
		}
		files[i].Source, files[i].Path = filepath.Base(path), path
	}
	return files, nil
}
