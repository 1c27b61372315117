package tui_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// newest is the last message of a conversation that an agent wrote.
func (w *world) newest(c store.Contact) store.Message {
	w.t.Helper()
	w.check(w.desk.CaughtUp(w.t.Context()))
	page, err := w.desk.Thread(w.t.Context(), store.ThreadRequest{Conversation: store.NewConversationID(pageID, c), Limit: 20})
	w.check(err)
	for i := len(page.Messages) - 1; i >= 0; i-- {
		if page.Messages[i].Agent != "" && page.Messages[i].Direction != store.Activity {
			return page.Messages[i]
		}
	}
	w.t.Fatal("no agent wrote anything")
	return store.Message{}
}

func (w *world) draft(c store.Contact) desk.Draft {
	w.t.Helper()
	d, err := w.desk.Draft(w.t.Context(), store.NewConversationID(pageID, c), "ana")
	w.check(err)
	return d
}

// TestEnterInTheTextLeadsToTheFirst holds that what stands under a text is begun by the key that goes on, without reproach.
func TestEnterInTheTextLeadsToTheFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, mode, first string }{
		{"quick replies", "mode-quick_replies", "( title"},
		{"buttons", "mode-buttons", "[ title"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			story(t, worldOptions{}, screenOptions{w: 80, h: 24}, func(_ *world, s *terminal) {
				s.press("reply")
				s.typed("Which day?")
				s.expect("enter send", "esc keep draft", "f1 help")
				s.refuse("tab field")
				s.press(c.mode)
				s.expect("enter next", "tab field", "esc keep draft", "f1 help")
				s.press("send")
				s.expect(c.first, "0 / 20")
				s.refuse("✗")
				s.press("field-enter")
				s.expect("Write a title first")
			})
		})
	}
}

// TestHelpInTheEditorBeginsWithItsKeys: who asks while writing wants to know how to write.
func TestHelpInTheEditorBeginsWithItsKeys(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 80, h: 24}, func(_ *world, s *terminal) {
		s.press("reply", "help-reply")
		s.expect("Reply", "send the reply, or keep the note", "take back the reply that is held")
		s.refuse("write a private note")
		s.press("close-help", "keep-draft", "help")
		s.expect("write a private note")
		s.press("close-help", "select", "help")
		s.expect("Chosen message", "reply to the chosen message, quoting it")
	})
}

// TestThreeQuickRepliesInFifteenKeys counts every key that is no text.
func TestThreeQuickRepliesInFifteenKeys(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		keys := 0
		press := func(actions ...string) {
			keys += len(actions)
			s.press(actions...)
		}
		press("reply")
		s.typed("Which day suits you?")
		press("mode", "send")
		for _, title := range []string{"Thursday", "Friday", "Saturday"} {
			s.typed(title)
			press("field-enter")
		}
		s.expect("or enter sends", "( Saturday )")
		press("field-enter")
		if keys > 15 {
			t.Errorf("it took %d keys", keys)
		}
		got := w.newest(mara)
		want := []messenger.QuickReply{
			{ContentType: "text", Title: "Thursday", Payload: "Thursday"},
			{ContentType: "text", Title: "Friday", Payload: "Friday"},
			{ContentType: "text", Title: "Saturday", Payload: "Saturday"},
		}
		if got.Text != "Which day suits you?" || !got.State.Sent() || cmp.Diff(want, got.QuickReplies) != "" {
			t.Errorf("after %d keys the desk has %+v", keys, got)
		}
		s.refuse("or enter sends")
		s.expect("( Thursday ) ( Friday )", "0 / 2000")
		if d := w.draft(mara); !d.Empty() {
			t.Errorf("the draft is still %+v", d)
		}
	})
}

// TestAnEmptyFirstQuickReplySendsNothing leaves a text whose quick replies are still to be written where it is.
func TestAnEmptyFirstQuickReplySendsNothing(t *testing.T) {
	t.Parallel()
	for mode, back := range map[string]string{"mode-quick_replies": "( Friday )", "mode-buttons": "Friday"} {
		story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
			s.press("reply")
			s.typed("Which day suits you?")
			s.press(mode, "next-field")
			s.expect("title", "keep draft")
			s.refuse("enter send", "or enter sends")
			s.press("field-enter")
			s.expect("Write a title first", "Which day suits you?")
			if n := len(w.sentBy(mara)); n != 0 {
				t.Errorf("%s: %d messages were sent", mode, n)
			}
			s.typed("Friday")
			s.expect("enter next", back)
		})
	}
}

func TestQuickRepliesHavePayloadsPicturesAndKinds(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		s.typed("How may we reach you?")
		s.press("mode-quick_replies", "next-field")
		s.typed("Here")
		s.press("next-field")
		s.typed("STAY")
		s.press("next-field")
		s.typed("https://lumen.example/chat.png")
		s.press("field-enter", "line-kind")
		s.expect("phone number")
		s.typed("no words go there")
		s.press("field-enter", "line-kind", "line-kind")
		s.expect("( e-mail address )", "Phone number and e-mail")
		s.press("line-up")
		s.press("send-now")
		want := []messenger.QuickReply{
			{ContentType: "text", Title: "Here", Payload: "STAY", ImageURL: "https://lumen.example/chat.png"},
			{ContentType: "user_email"},
			{ContentType: "user_phone_number"},
		}
		if diff := cmp.Diff(want, w.newest(mara).QuickReplies); diff != "" {
			t.Errorf("the desk has (-want +got):\n%s", diff)
		}
	})
}

func TestButtonsTakeTheirKindFromWhatIsTyped(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		s.typed("What would you like?")
		s.press("mode-buttons", "next-field")
		s.typed("The shop")
		s.press("field-enter")
		s.typed("https://lumen.example/shop")
		s.expect("page")
		s.press("field-enter")
		s.typed("Call us")
		s.press("field-enter")
		s.typed("+4722000000")
		s.expect("call")
		s.press("field-enter")
		s.typed("A person")
		s.expect("answer", "The shop ↗")
		s.press("field-enter", "field-enter") // past the third there is no more
		got := w.newest(mara)
		want := []messenger.Button{
			{Type: messenger.ButtonURL, Title: "The shop", URL: "https://lumen.example/shop"},
			{Type: messenger.ButtonCall, Title: "Call us", Payload: "+4722000000"},
			{Type: messenger.ButtonPostback, Title: "A person", Payload: "A person"},
		}
		if diff := cmp.Diff(want, got.Buttons); diff != "" || got.Text != "What would you like?" {
			t.Errorf("the desk has %q (-want +got):\n%s", got.Text, diff)
		}
	})
}

func TestCardsAreWrittenMovedCopiedAndDeleted(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply", "mode-cards")
		for _, typed := range []string{"Lumen One", "11 kg", "https://lumen.example/one.jpg", "https://lumen.example/one", "Reserve", "RESERVE_1"} {
			s.typed(typed)
			s.press("field-enter")
		}
		s.expect("button 2", "one.jpg", "Reserve")
		s.press("field-enter") // no second button
		s.typed("Lumen Trail")
		s.press("field-enter")
		s.typed("13 kg")
		s.expect("Lumen One · 11 kg · picture · [Reserve]")
		s.press("line-copy", "line-up", "line-up", "line-down", "line-delete")
		s.press("send-now")
		got := w.newest(mara)
		want := []messenger.Element{
			{Title: "Lumen Trail", Subtitle: "13 kg"},
			{
				Title: "Lumen One", Subtitle: "11 kg", ImageURL: "https://lumen.example/one.jpg",
				DefaultAction: &messenger.Button{Type: messenger.ButtonURL, URL: "https://lumen.example/one"},
				Buttons:       []messenger.Button{{Type: messenger.ButtonPostback, Title: "Reserve", Payload: "RESERVE_1"}},
			},
		}
		if len(got.Elements) == 2 && got.Elements[0].Title == "Lumen One" {
			want[0], want[1] = want[1], want[0]
		}
		if diff := cmp.Diff(want, got.Elements); diff != "" {
			t.Errorf("the desk has (-want +got):\n%s", diff)
		}
	})
}

func TestWhatIsTypedStaysBetweenTheModes(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		s.typed("Shared words")
		s.press("mode", "next-field")
		s.typed("A chip")
		s.press("mode")
		s.expect("Shared words", "/ 640")
		s.press("next-field")
		s.typed("A button")
		s.press("mode")
		s.refuse("│ Shared words")
		s.typed("A card")
		s.press("mode")
		s.expect("only agents see this", "Buttons•", "Cards•")
		s.refuse("║ A card", "║ Shared words")
		s.typed("Among us")
		s.press("mode")
		s.expect("Shared words", "12 / 2000")
		s.refuse("Among us")
		s.press("mode")
		s.expect("( A chip")
		s.press("mode")
		s.expect("[ A button")
		s.press("keep-draft")
		s.resize(120, 41)
		d := w.draft(mara)
		if d.Text != "Shared words" || d.Note != "Among us" || len(d.QuickReplies) != 1 || len(d.Buttons) != 1 || len(d.Cards) != 1 || d.Mode != desk.ModeButtons {
			t.Errorf("the draft is %+v", d)
		}
	})
}

func TestANoteGoesToNobodyAndAReplyNeverIntoIt(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("note")
		s.typed("She is Ben's cousin")
		s.expect("only agents see this", "▸Note")
		s.press("keep-draft", "reply")
		s.refuse("only agents see this", "Ben's cousin")
		s.expect("Note•")
		s.typed("Dear Mara")
		s.press("keep-draft", "note")
		s.expect("Ben's cousin")
		s.press("send")
		s.expect("note, only agents see it", "She is Ben's cousin", "▸Note")
		got := w.newest(mara)
		if got.Direction != store.Note || got.Text != "She is Ben's cousin" || got.Agent != "ana" {
			t.Errorf("the desk has %+v", got)
		}
		s.typed("Another")
		s.press("send") // the next words are a note still
		if got := w.newest(mara); got.Direction != store.Note || got.Text != "Another" {
			t.Errorf("the desk has %+v", got)
		}
		if n := strings.Count(s.text(), "note, only agents see it"); n != 1 && n != 2 {
			t.Errorf("the thread shows %d notes", n)
		}
		s.press("mode-text")
		s.expect("Dear Mara")
		s.press("keep-draft", "undo")
		s.expect("Undone")
		s.refuse("Another")
	})
}

func TestANoteIsNeverBlocked(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		late := store.Contact{Kind: store.ContactPSID, ID: "7100000000000077"}
		w.says(pageID, late, 9*24*time.Hour, "Long ago")
		w.named(pageID, late, "Late Lotte")
		s.settle()
		s.press("last", "open")
		s.expect("⊘ The 24 hours", "N writes a note")
		s.press("note")
		s.refuse("⊘")
		s.typed("Call her instead")
		s.press("send")
		if got := w.newest(late); got.Direction != store.Note {
			t.Errorf("the desk has %+v", got)
		}
	})
}

func TestFaultsAreSaidAtTheirFieldAndTheCursorGoesThere(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("reply", "mode-buttons", "next-field")
		s.typed("Twenty-one characters")
		s.expect("✗ Title: 21 characters, at most 20 allowed", "21 / 20")
		s.press("field-enter")
		s.typed("https//lumen.example")
		s.press("line-kind")
		s.refuse("must be an address")
		s.press("send-now")
		s.expect("✗ Text: is empty.", "0 / 640")
		s.typed("Look")
		s.press("send")
		s.expect("✗ Button 1, title: 21 characters", "21 / 20")
		s.send(keyMsg("backspace"))
		s.press("send-now")
		s.expect("✗ Button 1, address: must be an address", "✗ Address: must be")
	})
}

func TestLongTextIsOfferedInParts(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		s.send(tea.PasteMsg{Content: strings.Repeat("word ", 500)})
		s.press("send")
		s.expect("sends it as 2")
		if n := len(w.sentBy(mara)); n != 0 {
			t.Fatalf("%d messages were sent before it was asked", n)
		}
		s.typed("x") // another thought takes the offer back
		s.refuse("sends it as 2")
		s.press("send", "send")
		sent := w.sentBy(mara)
		if len(sent) != 2 || !strings.HasSuffix(sent[1], "word x") || messenger.TextLen(sent[0]) > messenger.MaxText {
			t.Errorf("%d messages were sent", len(sent))
		}
		s.expect("0 / 2000")
	})
}

// sentBy is what agents wrote to a contact.
func (w *world) sentBy(c store.Contact) []string {
	w.t.Helper()
	w.check(w.desk.CaughtUp(w.t.Context()))
	page, err := w.desk.Thread(w.t.Context(), store.ThreadRequest{Conversation: store.NewConversationID(pageID, c), Limit: 50})
	w.check(err)
	var out []string
	for _, m := range page.Messages {
		if m.Direction == store.Out && m.Agent != "" {
			out = append(out, m.Text)
		}
	}
	return out
}

func TestARefusedReplyComesBackWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		other := openScreen(t, refusing{w.desk}, w.now, screenOptions{})
		other.press("reply")
		other.typed("Pick")
		other.press("mode", "send")
		other.typed("Two")
		other.press("send-now")
		other.expect("It may not.", "( Two", "Pick", "▸Quick replies")
		other.press("keep-draft", "back", "down")
		other.refuse("( Two")
	})
}

// refusing takes no reply.
type refusing struct{ desk.Contract }

func (refusing) ReplyAll(context.Context, []desk.Reply) ([]store.Message, error) {
	return nil, &desk.Refusal{Reason: "It may not."}
}

func TestDraftsOfEveryKindSurviveTheScreen(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply", "mode-quick_replies", "next-field")
		s.typed("Only a chip")
		s.settle()
		s.press("keep-draft", "back")
		s.expect("draft: 1 quick reply")
		again := openScreen(s.t, w.desk, w.now, screenOptions{})
		again.expect("draft: 1 quick reply")
		again.press("reply")
		again.expect("▸Quick replies", "( Only a chip")
		again.press("keep-draft", "back", "down", "open")
		again.refuse("Only a chip")
	})
}

func TestFilesByAddressAndByPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply", "attach")
		s.typed("https://lumen.example/files/manual.pdf")
		s.press("prompt-take")
		s.expect("▤ manual.pdf · file · lumen.example/files/manual.pdf")
		s.press("next-field", "line-copy", "line-delete", "send-now")
		got := w.newest(mara)
		if len(got.Attachments) != 1 || got.Attachments[0].URL != "https://lumen.example/files/manual.pdf" {
			t.Errorf("the desk has %+v", got)
		}
		s.press("attach")
		s.typed(filepath.Join(dir, "nothing-there.png"))
		s.press("prompt-take")
		s.expect("✗ Not attached")
		s.press("prompt-close")
		s.refuse("Attach a file")
	})
}
