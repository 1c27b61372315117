package tui_test

import (
	"testing"
	"time"

	"frontdesk/store"
)

func TestConversationThatBecomesAnotherStaysOpenWithItsDraft(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		guest := store.Contact{Kind: store.ContactUserRef, ID: "6150000000000501"}
		known := store.Contact{Kind: store.ContactPSID, ID: "7100000000000050"}
		w.says(pageID, guest, time.Minute, "Is anybody there?")
		s.settle()
		s.press("first", "reply")
		s.expect("╭─ Guest …0501", "Is anybody there?")
		s.typed("Yes, we ")
		w.sends(pageID, known, 0, store.Fact{Text: "Hello again", Alias: guest})
		w.named(pageID, known, "Priya Nair")
		s.settle()
		s.expect("╭─ Priya Nair", "▌ Priya Nair", "Is anybody there?", "Hello again", "Yes, we")
		s.refuse("Guest …0501")
		s.typed("are.")
		time.Sleep(time.Second)
		s.settle()
		id := store.NewConversationID(pageID, known)
		draft, err := w.desk.Draft(t.Context(), id, "ana")
		w.check(err)
		if draft.Text != "Yes, we are." {
			t.Errorf("the draft is %+v", draft)
		}
		s.press("send")
		s.expect("Yes, we are.", "0 / 2000")
		conv, err := w.desk.Conversation(t.Context(), id)
		w.check(err)
		if conv.LastMessage.Text != "Yes, we are." {
			t.Errorf("the desk has %+v", conv.LastMessage)
		}
	})
}
