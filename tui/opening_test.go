package tui_test

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// whileOpening shows a screen whose desk answers when answer is called.
func whileOpening(t *testing.T, test func(s *terminal, w *world, answer func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		c := &counting{Contract: w.desk, slow: make(chan struct{})}
		s := openScreen(t, c, w.now, screenOptions{opening: true})
		s.expect("frontdesk", "○ starting", "Views", "Reading…")
		test(s, w, func() {
			close(c.slow)
			s.settle()
		})
	})
}

func TestKeysPressedBeforeTheDeskIsThereAct(t *testing.T) {
	t.Parallel()
	whileOpening(t, func(s *terminal, _ *world, answer func()) {
		s.send(keyMsg("j"), keyMsg("r"))
		s.typed("quite ")
		s.send(tea.PasteMsg{Content: "early"})
		s.expect("○ starting", "Reading…")
		s.refuse("quite")
		answer()
		s.expect("▌ Jonas Lind", "quite early", "enter send")
	})
}

func TestQuittingDoesNotWaitForTheDesk(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]tea.Msg{{keyMsg("q")}, {keyMsg("j"), keyMsg("ctrl+c")}} {
		whileOpening(t, func(s *terminal, _ *world, answer func()) {
			s.send(keys...)
			over := make(chan struct{})
			go func() {
				s.p.Wait()
				close(over)
			}()
			select {
			case <-over:
			case <-time.After(time.Minute):
				t.Errorf("%v did not quit", keys)
			}
			answer() // nobody waits for it any more
		})
	}
}

func TestTheFirstAnswerMayBeAProblem(t *testing.T) {
	t.Parallel()
	whileOpening(t, func(s *terminal, w *world, answer func()) {
		s.send(keyMsg("?"))
		w.check(w.desk.Close())
		answer()
		s.expect("Keys")
	})
}
