package tui_test

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/store"
)

func TestUntouchedCursorKeepsToTheNewest(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.expect("▌ Mara Voss")
		w.says(pageID, jonas, 0, "Are you open today?")
		time.Sleep(time.Second)
		s.settle()
		s.expect("▌ Jonas Lind", "╭─ Jonas Lind")
		w.says(pageID, yuki, 0, "もう一つ質問があります")
		time.Sleep(time.Second)
		s.settle()
		s.expect("▌ 山田 由紀")
		s.press("down")
		s.expect("▌ Jonas Lind")
	})
}

func TestKeyIsMeantForTheRowSeenAMomentBefore(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		w.says(pageID, jonas, 0, "Are you open today?")
		time.Sleep(100 * time.Millisecond) // the row is there, and nobody can have seen it
		synctest.Wait()
		s.expect("▌ Jonas Lind")
		s.press("open")
		s.expect("▌ Mara Voss", "╭─ Mara Voss")
	})
}

func TestKeyInAStreamOfNewsIsMeantForWhatWasSeen(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		for range 5 { // each row is there for less than a moment
			for _, c := range []store.Contact{jonas, yuki, amal} {
				w.says(pageID, c, 0, "More")
				time.Sleep(400 * time.Millisecond)
				synctest.Wait()
			}
		}
		s.expect("▌ أمل حداد")
		s.press("open") // what stood there 700 ms ago
		s.expect("▌ 山田 由紀", "╭─ 山田 由紀")
	})
}

func TestCursorStaysOnceTouchedAndFollowsAgainWhenNobodySitsThere(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("open", "back")
		w.says(pageID, jonas, 0, "Are you open today?")
		s.settle()
		s.expect("▌ Mara Voss")
		s.press("first")
		s.expect("▌ Jonas Lind")
		s.send(tea.MouseWheelMsg{X: 30, Y: 6, Button: tea.MouseWheelDown})
		s.press("up")
		time.Sleep(time.Minute)
		w.says(pageID, yuki, 0, "もう一つ質問があります")
		time.Sleep(time.Second)
		s.settle()
		s.expect("▌ 山田 由紀")
	})
}
