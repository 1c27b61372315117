package desk_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// allOf is a draft with something in each of its parts.
func allOf(mode desk.Mode) desk.Draft {
	return desk.Draft{
		Mode: mode, Text: " Which one?\n", Note: "Ask Ben first", ReplyTo: "m_7",
		QuickReplies: []messenger.QuickReply{
			{ContentType: "text", Title: "City"},
			{ContentType: "text", Title: "Trail", Payload: "TRAIL"},
			{ContentType: "user_email", Title: "left over"},
		},
		Buttons: []messenger.Button{
			{Type: messenger.ButtonPostback, Title: "Call me"},
			{Type: messenger.ButtonURL, Title: "Shop", URL: "https://lumen.example"},
		},
		Cards: []messenger.Element{{
			Title: "Lumen One", Subtitle: "11 kg", DefaultAction: &messenger.Button{Type: messenger.ButtonURL, URL: "https://lumen.example/one"},
			Buttons: []messenger.Button{{Type: messenger.ButtonPostback, Title: "Reserve"}},
		}},
	}
}

func TestADraftSendsWhatItsModeIs(t *testing.T) {
	t.Parallel()
	chips := []messenger.QuickReply{
		{ContentType: "text", Title: "City", Payload: "City"},
		{ContentType: "text", Title: "Trail", Payload: "TRAIL"},
		{ContentType: "user_email"},
	}
	picture := desk.DraftFile{URL: "https://lumen.example/a.png", Kind: "image"}
	kept := &store.File{Hash: "00ff", Name: "b.pdf", Size: 12}
	pictureSent := desk.Outgoing{Message: messenger.OutMessage{Attachment: &messenger.OutAttachment{
		Type: "image", Payload: messenger.OutPayload{URL: "https://lumen.example/a.png"},
	}}}
	fileSent := desk.Outgoing{File: kept}
	if err := fileSent.Whole().Validate(); err != nil || fileSent.Whole().Attachment.Type != "file" {
		t.Errorf("a file goes out as %+v: %v", fileSent.Whole(), err)
	}
	with := func(d desk.Draft, text string, files ...desk.DraftFile) desk.Draft {
		d.Text, d.Files = text, files
		return d
	}
	for name, c := range map[string]struct {
		draft desk.Draft
		want  []desk.Outgoing
	}{
		"text":          {allOf(desk.ModeText), []desk.Outgoing{{Message: messenger.OutMessage{Text: "Which one?"}}}},
		"no mode":       {allOf(""), []desk.Outgoing{{Message: messenger.OutMessage{Text: "Which one?"}}}},
		"quick replies": {allOf(desk.ModeQuickReplies), []desk.Outgoing{{Message: messenger.OutMessage{Text: "Which one?", QuickReplies: chips}}}},
		"buttons": {allOf(desk.ModeButtons), []desk.Outgoing{{Message: messenger.ButtonTemplate("Which one?",
			messenger.Button{Type: messenger.ButtonPostback, Title: "Call me", Payload: "Call me"},
			messenger.Button{Type: messenger.ButtonURL, Title: "Shop", URL: "https://lumen.example"})}}},
		"cards": {allOf(desk.ModeCards), []desk.Outgoing{{Message: messenger.OutMessage{Attachment: &messenger.OutAttachment{
			Type: "template", Payload: messenger.OutPayload{TemplateType: "generic", Elements: []messenger.Element{{
				Title: "Lumen One", Subtitle: "11 kg", DefaultAction: &messenger.Button{Type: messenger.ButtonURL, URL: "https://lumen.example/one"},
				Buttons: []messenger.Button{{Type: messenger.ButtonPostback, Title: "Reserve", Payload: "Reserve"}},
			}}},
		}}}}},
		"a note goes to nobody": {allOf(desk.ModeNote), nil},
		"files go first": {
			with(allOf(desk.ModeText), "Here.", picture, desk.DraftFile{Path: "/tmp/b.pdf", Kind: "file", File: kept}),
			[]desk.Outgoing{pictureSent, fileSent, {Message: messenger.OutMessage{Text: "Here."}}},
		},
		"a file alone": {with(desk.Draft{}, "", picture), []desk.Outgoing{pictureSent}},
		"quick replies on a file": {with(allOf(desk.ModeQuickReplies), "", picture), []desk.Outgoing{{
			Message: messenger.OutMessage{Attachment: pictureSent.Message.Attachment, QuickReplies: chips},
		}}},
	} {
		if diff := cmp.Diff(c.want, c.draft.Messages()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSendingADraftLeavesWhatBelongsToOtherModes(t *testing.T) {
	t.Parallel()
	for _, mode := range desk.Modes {
		all := allOf(mode)
		rest := all.Rest()
		sentText := mode == desk.ModeText || mode == desk.ModeQuickReplies || mode == desk.ModeButtons
		if (rest.Text == "") != sentText {
			t.Errorf("%s leaves the text %q", mode, rest.Text)
		}
		if (rest.QuickReplies == nil) != (mode == desk.ModeQuickReplies) || (rest.Buttons == nil) != (mode == desk.ModeButtons) ||
			(rest.Cards == nil) != (mode == desk.ModeCards) || (rest.Note == "") != (mode == desk.ModeNote) {
			t.Errorf("%s leaves %+v", mode, rest)
		}
		if (rest.Chosen() == desk.ModeNote) != (mode == desk.ModeNote) {
			t.Errorf("after %s the mode is %s", mode, rest.Chosen())
		}
		if back := rest.With(all); !back.Equal(all) {
			t.Errorf("%s given back is\n%+v, want\n%+v", mode, back, all)
		}
	}
}

func TestWordsGivenBackStandBeforeThoseTypedSince(t *testing.T) {
	t.Parallel()
	got := desk.TextDraft("and then").With(desk.Draft{Text: "First", QuickReplies: allOf("").QuickReplies, Mode: desk.ModeQuickReplies})
	if got.Text != "First\nand then" || got.Mode != desk.ModeQuickReplies || len(got.QuickReplies) != 3 {
		t.Errorf("got %+v", got)
	}
	if got := (desk.Draft{Mode: desk.ModeNote, Note: "n"}).With(desk.TextDraft("a reply")); got.Chosen() != desk.ModeNote || got.Text != "a reply" || got.Note != "n" {
		t.Errorf("a reply that came back took the note's place: %+v", got)
	}
}

func TestTheLineOfADraftSaysWhatThereIs(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]desk.Draft{
		"":                      {Mode: desk.ModeNote, ReplyTo: "m_1"},
		"On Friday at noon.":    {Text: "On Friday\n at noon."},
		"(note) Ask Ben":        {Mode: desk.ModeNote, Note: "Ask Ben", Text: "Yes."},
		"Yes.":                  {Note: "Ask Ben", Text: "Yes."},
		"2 quick replies":       {QuickReplies: make([]messenger.QuickReply, 2)},
		"1 card":                {Mode: desk.ModeCards, Cards: make([]messenger.Element, 1), Text: "Yes."},
		"a.png, https://b.ex/c": {Files: []desk.DraftFile{{Name: "a.png"}, {URL: "https://b.ex/c"}}},
		"1 button":              {Buttons: make([]messenger.Button, 1)},
	} {
		if got := d.Line(); got != want {
			t.Errorf("the line of %+v is %q, want %q", d, got, want)
		}
	}
}

func TestDraftsOfEveryModeSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir, config{idle: true})
	id := w.writes(pageID, psid(maya), "hello", 0)
	var want desk.Draft
	for _, mode := range desk.Modes {
		want = allOf(mode)
		want.Files = []desk.DraftFile{{Path: "/tmp/b.pdf", Kind: "file", File: &store.File{Hash: "00ff", Name: "b.pdf", Size: 12}}}
		if err := w.desk.SaveDraft(t.Context(), id, agent, want); err != nil {
			t.Fatal(err)
		}
		w.close()
		w = open(t, dir, config{idle: true})
		got, err := w.desk.Draft(t.Context(), id, agent)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: %v (-want +got):\n%s", mode, err, cmp.Diff(want, got))
		}
		if ids, err := w.desk.Drafted(t.Context(), agent); err != nil || len(ids) != 1 || ids[0] != id {
			t.Errorf("%s: drafted %v, %v", mode, ids, err)
		}
	}
	if err := w.desk.SaveDraft(t.Context(), id, agent, desk.Draft{Mode: desk.ModeNote}); err != nil {
		t.Fatal(err)
	}
	if ids, err := w.desk.Drafted(t.Context(), agent); err != nil || len(ids) != 0 {
		t.Errorf("a mode without words is a draft: %v, %v", ids, err)
	}
}

func TestDraftsOfOlderFrontdesksAreTheirText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Dear Maya,\nyes", `{"text":"typed braces"}`, `{"draft":1,"text"`} {
		if got := desk.DecodeDraft(text); !got.Equal(desk.TextDraft(text)) {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

func TestTwoDraftsOfConversationsThatBecameOneAreOne(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true, sender: &platform{}})
	guest := store.Contact{Kind: store.ContactUserRef, ID: "guest-1"}
	old, now := w.writes(pageID, guest, "hello", 0), w.writes(pageID, psid(maya), "hello", 0)
	for id, d := range map[store.ConversationID]desk.Draft{
		old: {Text: "To the guest", Note: "a guest"},
		now: desk.TextDraft("To Maya"),
	} {
		if err := w.desk.SaveDraft(t.Context(), id, agent, d); err != nil {
			t.Fatal(err)
		}
	}
	w.append([]store.Fact{{Kind: store.FactRead, Inbox: pageID, Contact: psid(maya), Watermark: 1, Alias: guest}})
	got, err := w.desk.Draft(t.Context(), old, agent)
	if err != nil || got.Text != "To the guest\nTo Maya" || got.Note != "a guest" {
		t.Fatalf("the draft of both is %+v, %v", got, err)
	}
	if err := w.desk.SaveDraft(t.Context(), now, agent, got); err != nil {
		t.Fatal(err)
	}
	if again, err := w.desk.Draft(t.Context(), now, agent); err != nil || !again.Equal(got) {
		t.Errorf("kept as one it is %+v, %v", again, err)
	}
}
