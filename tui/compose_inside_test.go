package tui

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// idle is a desk that nobody asks anything.
type idle struct{ desk.Contract }

func TestAnyKeysLeaveTheComposerInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := composing(rapid.IntRange(60, 200).Draw(t, "width"), rapid.IntRange(16, 60).Draw(t, "height"))
		defer m.cancel()
		keys := rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom([]string{
				"enter", "tab", "shift+tab", "up", "down", "alt+up", "alt+down", "alt+c", "alt+x", "alt+k", "ctrl+t", "alt+p",
				"backspace", "alt+2", "alt+3", "alt+4", "alt+5", "ctrl+u", "ctrl+z",
			}),
			rapid.SampledFrom([]string{"a", "é", "🚲", "=", "https://x.example", "+47", "人"}),
		), 1, 60).Draw(t, "keys")
		for _, key := range keys {
			m.Update(keyPress(key))
			m.View()
			c := &m.composer
			if !slices.Contains(spotsOf(c.draft), c.at) {
				t.Fatalf("after %s the cursor stands at %+v of %+v", key, c.at, c.draft)
			}
			if c.inForm() && !c.fixed() && c.input.Value() != c.at.get(c.draft) {
				t.Fatalf("after %s the field shows %q, the draft says %q", key, c.input.Value(), c.at.get(c.draft))
			}
			if kept := m.drafts.of("1:2"); !kept.Equal(c.draft) && (!kept.Empty() || !c.draft.Empty()) {
				t.Fatalf("after %s the draft is %+v, kept is %+v", key, c.draft, kept)
			}
			if len(c.draft.QuickReplies) > messenger.MaxQuickReplies || len(c.draft.Buttons) > messenger.MaxButtons || len(c.draft.Cards) > messenger.MaxElements {
				t.Fatalf("after %s there is more than goes: %+v", key, c.draft)
			}
			for _, f := range faultsOf(c.draft) {
				if c.draft.Chosen() != desk.ModeNote && f.at.part != partText && f.at.index(c.draft) < f.at.rows(c.draft) && !slices.Contains(spotsOf(c.draft), f.at) {
					t.Fatalf("the fault %+v is at no field of %+v", f, c.draft)
				}
			}
		}
	})
}

// composing is a screen with an empty composer for the conversation 1:2.
func composing(w, h int) *Model {
	m := New(Options{Desk: idle{}, Agent: "ana", Now: func() time.Time { return time.Unix(1_800_000_000, 0).UTC() }})
	m.width, m.height = w, h
	m.thread.clear(store.Conversation{ID: "1:2", Inbox: "1", Contact: store.Contact{Kind: store.ContactPSID, ID: "2"}})
	m.thread.loaded, m.stateRead = true, true
	m.state.Inboxes = []desk.Inbox{{ID: "1"}}
	m.showDraft("1:2")
	m.relayout()
	m.startReply()
	return m
}

func TestPreparedRepliesGoWhereTheCursorIs(t *testing.T) {
	t.Parallel()
	m := composing(120, 40)
	defer m.cancel()
	chip := messenger.QuickReply{ContentType: "text", Title: "Yes"}
	m.Update(tea.PasteMsg{Content: "Dear Mara, bye"})
	for range len(" bye") {
		m.Update(tea.KeyPressMsg{Code: tea.KeyLeft})
	}
	m.insertCanned(desk.TextDraft(" we ship to Norway."))
	m.insertCanned(desk.Draft{Mode: desk.ModeQuickReplies, Text: " Shall we?", QuickReplies: []messenger.QuickReply{chip}})
	got := m.composer.draft
	if got.Text != "Dear Mara, we ship to Norway. Shall we? bye" || len(got.QuickReplies) != 1 || got.Mode != desk.ModeQuickReplies {
		t.Errorf("the draft is %+v", got)
	}
	m.setMode(desk.ModeNote)
	m.insertCanned(desk.TextDraft("Said as ever."))
	if got := m.composer.draft; got.Note != "" || got.Chosen() == desk.ModeNote {
		t.Errorf("a prepared reply went into the note: %+v", got)
	}
	if kept := m.drafts.of("1:2"); !kept.Equal(m.composer.draft) {
		t.Errorf("kept is %+v", kept)
	}
}

func TestAQuoteIsShownAndDropped(t *testing.T) {
	t.Parallel()
	m := composing(80, 24)
	defer m.cancel()
	m.thread.msgs = []store.Message{{ID: "m_1", Conversation: "1:2", Direction: store.In, Kind: store.KindText, Text: "Do you ship?"}}
	m.quote("m_1")
	m.Update(keyPress("Y"))
	if view := m.View().Content; !strings.Contains(view, "Do you ship?") || m.drafts.of("1:2").ReplyTo != "m_1" {
		t.Errorf("the quote is not shown:\n%s", view)
	}
	m.setMode(desk.ModeNote)
	if m.composer.quotes() {
		t.Error("a note quotes a message of the contact's")
	}
	m.setMode(desk.ModeText)
	m.Update(keyPress("alt+q"))
	if m.drafts.of("1:2").ReplyTo != "" || strings.Contains(m.View().Content, "drops it") {
		t.Error("the quote is still there")
	}
}

// keyPress is a key as the table writes it.
func keyPress(key string) tea.KeyPressMsg {
	k := tea.Key{}
	for _, mod := range []struct {
		name string
		mod  tea.KeyMod
	}{{"ctrl+", tea.ModCtrl}, {"alt+", tea.ModAlt}, {"shift+", tea.ModShift}} {
		if rest, ok := strings.CutPrefix(key, mod.name); ok {
			k.Mod |= mod.mod
			key = rest
		}
	}
	named := map[string]rune{"enter": tea.KeyEnter, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "backspace": tea.KeyBackspace}
	if code, ok := named[key]; ok {
		k.Code = code
		return tea.KeyPressMsg(k)
	}
	k.Code = []rune(key)[0]
	if k.Mod == 0 {
		k.Text = key
	}
	return tea.KeyPressMsg(k)
}

func TestEveryLimitNamesAFieldOfTheForm(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 2001)
	text := func(title string) messenger.QuickReply {
		return messenger.QuickReply{ContentType: "text", Title: title}
	}
	postback := messenger.Button{Type: messenger.ButtonPostback, Title: "A"}
	for name, c := range map[string]struct {
		draft desk.Draft
		want  spot
		says  string
	}{
		"no text":          {desk.Draft{Mode: desk.ModeQuickReplies, QuickReplies: []messenger.QuickReply{text("A")}}, spot{}, "empty"},
		"long text":        {desk.Draft{Text: long}, spot{}, "2001"},
		"no quick replies": {desk.Draft{Mode: desk.ModeQuickReplies, Text: "A"}, spot{part: partTitle}, "quick reply is needed"},
		"long title": {
			desk.Draft{Mode: desk.ModeQuickReplies, Text: "A", QuickReplies: []messenger.QuickReply{text("A"), text(long[:42])}},
			spot{part: partTitle, row: 1},
			"21",
		},
		"long payload": {
			desk.Draft{Mode: desk.ModeQuickReplies, Text: "A", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "A", Payload: long}}},
			spot{part: partPayload},
			"2001",
		},
		"picture": {
			desk.Draft{Mode: desk.ModeQuickReplies, Text: "A", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "A", ImageURL: "a.png"}}},
			spot{part: partPicture},
			"address",
		},
		"no title": {
			desk.Draft{Mode: desk.ModeQuickReplies, Text: "A", QuickReplies: []messenger.QuickReply{{ContentType: "text", Payload: "P"}}},
			spot{part: partTitle},
			"empty",
		},
		"text over buttons": {desk.Draft{Mode: desk.ModeButtons, Text: long[:1282], Buttons: []messenger.Button{postback}}, spot{}, "641"},
		"no buttons":        {desk.Draft{Mode: desk.ModeButtons, Text: "A"}, spot{part: partTitle}, "a button is needed"},
		"address": {
			desk.Draft{Mode: desk.ModeButtons, Text: "A", Buttons: []messenger.Button{postback, {Type: messenger.ButtonURL, Title: "B", URL: "b"}}},
			spot{part: partPayload, row: 1},
			"address",
		},
		"number": {
			desk.Draft{Mode: desk.ModeButtons, Text: "A", Buttons: []messenger.Button{{Type: messenger.ButtonCall, Title: "B", Payload: "12"}}},
			spot{part: partPayload},
			"+",
		},
		"no cards": {desk.Draft{Mode: desk.ModeCards}, spot{part: partTitle}, "at least 1"},
		"only a title": {
			desk.Draft{Mode: desk.ModeCards, Cards: []messenger.Element{{Title: "A"}}},
			spot{part: partTitle},
			"more than its title",
		},
		"subtitle": {
			desk.Draft{Mode: desk.ModeCards, Cards: []messenger.Element{{Title: "A", Subtitle: "B"}, {Title: "A", Subtitle: long[:162]}}},
			spot{part: partSubtitle, row: 1},
			"81",
		},
		"link": {
			desk.Draft{Mode: desk.ModeCards, Cards: []messenger.Element{{Title: "A", Subtitle: "B", DefaultAction: &messenger.Button{Type: messenger.ButtonURL, URL: "x"}}}},
			spot{part: partLink},
			"address",
		},
		"button of a card": {
			desk.Draft{Mode: desk.ModeCards, Cards: []messenger.Element{{Title: "A", Subtitle: "B"}, {Title: "B", Buttons: []messenger.Button{postback, {Type: messenger.ButtonURL, Title: "C"}}}}},
			spot{part: partPayload, row: 1, sub: 2},
			"address",
		},
		"file": {desk.Draft{Text: "A", Files: []desk.DraftFile{{Kind: "image", URL: "x"}}}, spot{part: partFile}, "address"},
	} {
		faults := faultsOf(c.draft)
		if len(faults) != 1 || faults[0].at != c.want || !strings.Contains(faults[0].says, c.says) {
			t.Errorf("%s: %+v, want one at %+v saying %q", name, faults, c.want, c.says)
			continue
		}
		if s := faults[0].sentence(c.draft); s == "" || strings.Contains(s, "[") {
			t.Errorf("%s is said as %q", name, s)
		}
	}
	kept := &store.File{Hash: "00", Type: "image/png"}
	if faults := faultsOf(desk.Draft{Files: []desk.DraftFile{{Kind: "image", File: kept}}}); len(faults) != 0 {
		t.Errorf("a file that is kept has the faults %+v", faults)
	}
}

func TestDroppedPaths(t *testing.T) {
	t.Parallel()
	for pasted, want := range map[string]string{
		"/home/ana/a.png":                     "/home/ana/a.png",
		"'/home/ana/two words.png' ":          "/home/ana/two words.png",
		`"/home/ana/two words.png"`:           "/home/ana/two words.png",
		`/home/ana/two\ words\(1\).png`:       "/home/ana/two words(1).png",
		"file:///home/ana/two%20words.png\n":  "/home/ana/two words.png",
		"file://localhost/home/a.png":         "/home/a.png",
		"file://elsewhere.example/home/a.png": "",
		"~/a.png":                             "~/a.png",
		"See /home/ana/a.png":                 "",
		"/a.png\n/b.png":                      "",
		"https://lumen.example/a.png":         "",
		"":                                    "",
	} {
		if got := droppedPath(pasted); got != want {
			t.Errorf("%q is the path %q, want %q", pasted, got, want)
		}
	}
}

func TestPathsAreOffered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"Photo.png", "photo 2.png", "plan.pdf", ".hidden"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	in := func(names ...string) []string {
		for i := range names {
			names[i] = dir + "/" + names[i]
		}
		return names
	}
	for typed, want := range map[string][]string{
		"pho":     in("Photo.png", "photo 2.png", "photos/"),
		"":        in("Photo.png", "photo 2.png", "photos/", "plan.pdf"),
		".":       in(".hidden"),
		"nothing": nil,
		"no/such": nil,
	} {
		got, ok := findPaths(dir + "/" + typed)().(pathsMsg)
		if !ok || !slices.Equal(got.offers, want) {
			t.Errorf("%q offers %v, want %v", typed, got.offers, want)
		}
	}
}

// TestTheEditor sets the environment, so it runs by itself.
func TestTheEditor(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "")
	if msg := layOut("1:2", desk.ModeText, "words")().(editorReadyMsg); msg.err == nil || !strings.Contains(msg.err.Error(), "EDITOR") {
		t.Errorf("without an editor: %v", msg.err)
	}
	t.Setenv("EDITOR", "sed -i -e 's/Dear/Hello/'")
	msg := layOut("1:2", desk.ModeText, "Dear Mara,\nyes.")().(editorReadyMsg)
	if msg.err != nil {
		t.Fatal(msg.err)
	}
	info, err := os.Stat(msg.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	done := takeIn(msg, msg.run.Run()).(editorDoneMsg)
	if done.err != nil || done.text != "Hello Mara,\nyes." || done.conv != "1:2" {
		t.Errorf("the editor left %+v", done)
	}
	if _, err := os.Stat(msg.path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
	t.Setenv("VISUAL", "false")
	msg = layOut("1:2", desk.ModeText, "words")().(editorReadyMsg)
	if done := takeIn(msg, msg.run.Run()).(editorDoneMsg); done.err == nil {
		t.Errorf("a failed editor brought %+v", done)
	}
}

func TestTheEditorsTextGoesWhereItCameFrom(t *testing.T) {
	t.Parallel()
	m := New(Options{Desk: idle{}})
	defer m.cancel()
	m.composer.conv = "1:2"
	m.applyEdited(editorDoneMsg{conv: "1:3", mode: desk.ModeNote, text: "for the other"})
	if !m.composer.draft.Empty() || m.drafts.of("1:3").Note != "for the other" {
		t.Errorf("the composer has %+v, the other draft is %+v", m.composer.draft, m.drafts.of("1:3"))
	}
	m.applyAttached(attachedMsg{conv: "1:3", path: "/a.png", file: store.File{Hash: "00", Name: "a.png", Type: "image/png"}})
	if len(m.composer.draft.Files) != 0 || len(m.drafts.of("1:3").Files) != 1 {
		t.Errorf("the composer has %+v, the other draft is %+v", m.composer.draft, m.drafts.of("1:3"))
	}
}

func TestWhatIsLeftOfADraftOfWhichAPartWasTaken(t *testing.T) {
	t.Parallel()
	d := desk.Draft{Text: strings.Repeat("word ", 900), Files: []desk.DraftFile{{URL: "a"}, {URL: "b"}}, ReplyTo: "m_1"}
	if got := unsent(d, 0); !got.Equal(d) {
		t.Errorf("nothing was taken, and %+v is left", got)
	}
	if got := unsent(d, 1); len(got.Files) != 1 || got.Files[0].URL != "b" || got.Text != d.Text || got.ReplyTo != "" {
		t.Errorf("one file was taken, and %+v is left", got)
	}
	if got := unsent(d, 3); len(got.Files) != 0 || len(messenger.SplitText(got.Text, messenger.MaxText)) != 2 {
		t.Errorf("two files and a part were taken, and %d characters are left", len(got.Text))
	}
}

// emptied is a desk of which another screen has sent the draft.
type emptied struct {
	idle
	has desk.Draft
}

func (d emptied) Draft(context.Context, store.ConversationID, string) (desk.Draft, error) {
	return d.has, nil
}

func TestADraftSentOnAnotherScreenIsNotSentFromHere(t *testing.T) {
	t.Parallel()
	const conv = store.ConversationID("1:2")
	for name, c := range map[string]struct {
		has   desk.Draft // what the desk has
		since string     // typed after the desk was asked
		want  string
	}{
		"sent there":             {want: ""},
		"typed on here":          {since: "!", want: "Gladly.!"},
		"an answer of yesterday": {has: desk.TextDraft("Gladly."), want: "Gladly."},
	} {
		m := composing(120, 40)
		defer m.cancel()
		m.desk = emptied{has: c.has}
		m.drafts.loaded(conv, desk.TextDraft("Gladly."))
		m.showDraft(conv)
		look := m.takeDrafted(nil)
		if look == nil {
			t.Fatalf("%s: nobody looks whether the draft is there still", name)
		}
		answer := look()
		if c.since != "" {
			m.Update(tea.PasteMsg{Content: c.since})
		}
		m.Update(answer)
		if got := m.composer.draft.Text; got != c.want || strings.Contains(m.View().Content, "Gladly.") != (c.want != "") {
			t.Errorf("%s: the composer shows %q, want %q", name, got, c.want)
		}
	}
	m := composing(120, 40)
	defer m.cancel()
	m.Update(tea.PasteMsg{Content: "Typed a moment ago."})
	if m.takeDrafted(nil) != nil || m.composer.draft.Text == "" {
		t.Error("what is not kept yet counts as sent elsewhere")
	}
}
