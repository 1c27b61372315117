package tui

import (
	"context"
	"errors"
	"slices"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/desk/embedding"
	"frontdesk/store"
)

// siteForm is how the chat stands on websites, to be seen and changed. What is typed is kept until it is saved or left.
type siteForm struct {
	site    desk.Site
	read    bool // the desk has said how it is set
	saving  bool
	texts   []string // by field
	at      int
	input   textinput.Model // of the field with the cursor
	refused map[int]refusedText
	said    string // in the lower part: what came of it
	failed  bool
}

// refusedText is what was not taken, and why.
type refusedText struct{ text, says string }

type (
	// siteReadMsg is how the chat is set.
	siteReadMsg struct {
		site desk.Site
		err  error
	}
	// siteSavedMsg says what came of a save.
	siteSavedMsg struct {
		settings desk.SiteSettings
		err      error
	}
)

var onSite = []place{placeSite}

func siteActions() []action {
	return []action{
		{id: "site", keys: []string{"S"}, about: "how the chat looks on websites, and whom it is for", in: onPanes, not: noSite, run: (*Model).showSite},
		{id: "site-down", keys: []string{"down", "tab", "enter"}, about: "next setting", in: onSite, run: func(m *Model) tea.Cmd { return m.siteMove(1) }},
		{id: "site-up", keys: []string{"up", "shift+tab"}, about: "setting before", in: onSite, run: func(m *Model) tea.Cmd { return m.siteMove(-1) }},
		{id: "site-save", keys: []string{"ctrl+s"}, about: "save", hint: "save", in: onSite, not: siteUnread, run: (*Model).siteSave},
		{id: "site-copy", keys: []string{"ctrl+y"}, about: "copy the snippet for your pages", hint: "copy the snippet", in: onSite, not: siteUnread, run: (*Model).siteCopy},
		{id: "site-open", keys: []string{"ctrl+o"}, about: "open a page in the browser that shows it at work", hint: "try it out", in: onSite, not: noTryOut, run: (*Model).openTryOut},
		{id: "site-close", keys: []string{"esc"}, about: "leave it as it is", hint: "close", in: onSite, run: (*Model).closeOverlay},
	}
}

// siteInbox is the inbox whose chat is shown: that of the conversation under the cursor, else the first that has one.
func (m *Model) siteInbox() (store.InboxID, bool) {
	if c, ok := m.subject(); ok && m.inbox(c.Inbox).Plugin {
		return c.Inbox, true
	}
	i := slices.IndexFunc(m.state.Inboxes, func(in desk.Inbox) bool { return in.Plugin })
	if i < 0 {
		return "", false
	}
	return m.state.Inboxes[i].ID, true
}

func noSite(m *Model) string {
	if _, ok := m.siteInbox(); !ok {
		return "There is no inbox of the chat plugin."
	}
	return ""
}

func siteUnread(m *Model) string {
	switch f, ok := m.overlay.(*siteForm); {
	case !ok || !f.read:
		return "The settings are not there yet."
	case f.saving:
		return "They are being saved."
	}
	return ""
}

func (m *Model) showSite() tea.Cmd {
	inbox, _ := m.siteInbox()
	f := &siteForm{texts: make([]string, len(embedding.Fields)), refused: map[int]refusedText{}, input: newFieldInput()}
	styleField(&f.input, m.theme)
	m.overlay = f
	return readSite(m.ctx, m.desk, inbox)
}

func readSite(ctx context.Context, d desk.Sites, inbox store.InboxID) tea.Cmd {
	return func() tea.Msg {
		site, err := d.Site(ctx, inbox)
		return siteReadMsg{site, err}
	}
}

func saveSite(ctx context.Context, d desk.Sites, inbox store.InboxID, s desk.SiteSettings) tea.Cmd {
	return func() tea.Msg { return siteSavedMsg{s, d.SaveSite(ctx, inbox, s)} }
}

func (m *Model) applySiteRead(msg siteReadMsg) tea.Cmd {
	f, ok := m.overlay.(*siteForm)
	switch {
	case !ok || f.read:
		return nil
	case msg.err != nil:
		f.said, f.failed = "The settings could not be read: "+problem(msg.err), true
		return nil
	}
	f.site, f.read = msg.site, true
	for i, field := range embedding.Fields {
		f.texts[i] = field.Get(msg.site.Settings)
	}
	return f.edit()
}

func (m *Model) applySiteSaved(msg siteSavedMsg) tea.Cmd {
	f, ok := m.overlay.(*siteForm)
	if !ok || !f.saving {
		if msg.err != nil { // whoever closed the form still learns of it
			return m.notice.fail("The chat's settings were not saved: " + problem(msg.err))
		}
		return nil
	}
	f.saving = false
	if refusal, refused := errors.AsType[*desk.Refusal](msg.err); refused {
		if i := fieldAt(refusal.Field); i >= 0 {
			f.refused[i] = refusedText{f.texts[i], CleanLine(refusal.Reason)}
			f.said, f.at = "", i
			return f.edit()
		}
	}
	if msg.err != nil {
		f.said, f.failed = "Not saved: "+problem(msg.err), true
		return nil
	}
	f.site.Settings = msg.settings
	f.said, f.failed = "Saved. The chat changes on all websites within minutes.", false
	return nil
}

func fieldAt(name string) int {
	return slices.IndexFunc(embedding.Fields, func(f embedding.Field) bool { return f.Name == name })
}

// edit puts the cursor into its field.
func (f *siteForm) edit() tea.Cmd {
	f.input.SetValue(f.texts[f.at])
	f.input.CursorEnd()
	return f.input.Focus()
}

func (f *siteForm) place() place { return placeSite }

// typed changes the field with the cursor. One that has only a few values goes through them.
func (f *siteForm) typed(_ *Model, k tea.KeyPressMsg) tea.Cmd {
	if !f.read || f.saving {
		return nil
	}
	f.said = ""
	if values := embedding.Fields[f.at].Values; values != nil {
		step := map[string]int{"left": -1, "right": 1, "space": 1}[k.String()]
		switch all := append([]string{""}, values...); {
		case step != 0:
			i := slices.Index(all, f.texts[f.at])
			f.texts[f.at] = all[(max(i, 0)+step+len(all))%len(all)]
		case k.Code == tea.KeyBackspace:
			f.texts[f.at] = ""
		}
		return f.edit()
	}
	var cmd tea.Cmd
	f.input, cmd = f.input.Update(k)
	f.texts[f.at] = f.input.Value()
	return cmd
}

func (f *siteForm) pasted(text string) {
	if !f.read || f.saving || embedding.Fields[f.at].Values != nil {
		return
	}
	f.input.SetValue(insertAt(f.input.Value(), f.input.Position(), text, mostTyped))
	f.input.CursorEnd()
	f.texts[f.at], f.said = f.input.Value(), ""
}

func (m *Model) siteMove(n int) tea.Cmd {
	f, ok := m.overlay.(*siteForm)
	if !ok || !f.read {
		return nil
	}
	f.at = (f.at + n + len(embedding.Fields)) % len(embedding.Fields)
	return f.edit()
}

// fault is what stands against a field's text; empty: nothing.
func (f *siteForm) fault(i int) string {
	var s desk.SiteSettings
	field := embedding.Fields[i]
	err := field.Set(&s, f.texts[i])
	if fault, ok := errors.AsType[*embedding.Fault](err); ok {
		return field.Title + " " + CleanLine(fault.Says) + "."
	}
	if r, ok := f.refused[i]; ok && r.text == f.texts[i] {
		return field.Title + " " + r.says + "."
	}
	return ""
}

// settings are what is typed, as far as it can be taken.
func (f *siteForm) settings() desk.SiteSettings {
	s := f.site.Settings
	for i, field := range embedding.Fields {
		if f.fault(i) != "" {
			continue
		}
		if err := field.Set(&s, f.texts[i]); err != nil {
			continue // fault has looked
		}
	}
	return s
}

func (m *Model) siteSave() tea.Cmd {
	f, ok := m.overlay.(*siteForm)
	if !ok {
		return nil
	}
	for i := range embedding.Fields {
		if f.fault(i) != "" {
			f.at, f.said = i, ""
			return f.edit()
		}
	}
	f.saving, f.said, f.failed = true, "Saving…", false
	return saveSite(m.ctx, m.desk, store.InboxID(f.site.Page), f.settings())
}

// snippet is what the website's pages need. It names the page alone: all else is the platform's, and changes with it.
func (f *siteForm) snippet() string {
	return embedding.Snippet(f.site.Address, f.site.Page, embedding.Settings{})
}

// siteCopy puts the snippet on the clipboard, through the terminal (OSC 52).
func (m *Model) siteCopy() tea.Cmd {
	f, ok := m.overlay.(*siteForm)
	if !ok {
		return nil
	}
	f.said, f.failed = "Copied the snippet, if the terminal allows it. It goes into your pages, before </body>.", false
	return tea.SetClipboard(f.snippet())
}
