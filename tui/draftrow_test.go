package tui_test

import (
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/store"
)

func TestARowWithADraftShowsTheDraftsWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		id := store.NewConversationID(pageID, yuki)
		w.check(w.desk.SaveDraft(t.Context(), id, "ana", desk.TextDraft("Five working days.")))
		s := openScreen(t, w.desk, w.now, screenOptions{w: 80, h: 40})
		s.expect("Jonas Lind", "draft: Five working days.")
		s.refuse("162cm")
		s.press("reply")
		s.typed("On Friday\nat noon.")
		s.press("keep-draft", "back")
		s.expect("draft: On Friday at noon.", "draft: Five working days.")
		s.press("down", "reply")
		s.typed("No.")
		s.press("keep-draft", "back", "up", "reply", "send", "back", "back")
		s.expect("draft: No.", "you: On Friday")
		s.refuse("draft: On Friday")

		w.check(w.desk.SaveDraft(t.Context(), id, "ana", desk.TextDraft("Four, on another screen.")))
		time.Sleep(time.Minute)
		s.settle()
		s.expect("draft: Four, on another screen.")
		w.check(w.desk.SaveDraft(t.Context(), id, "ana", desk.Draft{}))
		time.Sleep(time.Minute)
		s.settle()
		s.refuse("on another screen")
		s.expect("162cm")
	})
}
