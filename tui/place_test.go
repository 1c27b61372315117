package tui_test

import (
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/store"
)

func TestUndoComesBackToWhatItRestored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		filter string
		act    []string
	}{
		"resolved":              {"", []string{"resolve"}},
		"snoozed":               {"", []string{"snooze", "menu-choose"}},
		"resolved, filtered":    {"inbox:109872000000101", []string{"resolve"}},
		"snoozed, filtered":     {"inbox:109872000000101", []string{"snooze", "menu-choose"}},
		"and another is opened": {"", []string{"resolve", "next"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
				if c.filter != "" {
					s.press("filter")
					s.typed(c.filter)
					s.press("filter-keep")
				}
				s.press("open")
				s.press(c.act...)
				s.press("undo")
				s.settle()
				s.expect("Undone", "▌ Mara Voss", "╭─ Mara Voss")
				s.refuse("▌ Jonas Lind")
				s.press("resolve")
				conv, err := w.desk.Conversation(t.Context(), store.NewConversationID(pageID, mara))
				w.check(err)
				if conv.Status != store.StatusResolved {
					t.Errorf("what was restored is %s: the key was for another conversation", conv.Status)
				}
			})
		})
	}
}

func TestUndoInTheListMarksWhatItRestored(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("down", "resolve")
		s.expect("▌ Visitor", "╭─ Visitor")
		s.press("down", "undo")
		s.settle()
		s.expect("▌ Jonas Lind", "╭─ Jonas Lind")
	})
}

func TestTheListMarksNothingThatTheThreadDoesNotShow(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("open", "resolve")
		s.expect("╭─ Mara Voss", "resolved", "the open one is not here")
		s.refuse("▌ Jonas Lind")
		s.press("back")
		s.expect("▌ Jonas Lind", "╭─ Jonas Lind")
	})
}

func TestClearingTheFilterKeepsThePlace(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("filter")
		s.typed("origin:plugin")
		s.press("filter-keep", "down")
		s.expect("▌ Visitor")
		s.press("clear")
		s.expect("▌ Visitor", "Jonas Lind")
		s.press("filter")
		s.typed("Jonas")
		s.expect("▌ Jonas")
		s.press("filter-drop")
		s.expect("▌ Visitor", "Mara Voss")
	})
}

func TestClearingTheFilterKeepsAPlaceFarBelow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{nothing: true})
		for i := range 150 {
			c := store.Contact{Kind: store.ContactPSID, ID: "72000000000000" + itoa3(i)}
			w.says(pageID, c, time.Duration(i+1)*time.Minute, "Message "+itoa3(i))
			if i == 120 {
				w.named(pageID, c, "Lotte Late")
			}
		}
		s := openScreen(t, w.desk, w.now, screenOptions{})
		s.press("filter")
		s.typed("lotte")
		s.press("filter-keep")
		s.expect("▌ Lotte Late")
		s.press("clear")
		s.settle()
		s.expect("▌ Lotte Late", "Message 121")
		s.press("up")
		s.expect("Message 119", "Lotte Late")
		s.press("first")
		s.expect("Message 000")
	})
}
