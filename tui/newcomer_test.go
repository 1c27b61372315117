package tui_test

import (
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/store"
)

func TestAWideListHasTwoLinesARow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{nothing: true})
		for i := range 12 {
			c := store.Contact{Kind: store.ContactPSID, ID: "72000000000000" + itoa3(i)}
			w.comes(pageID, c, time.Duration(i+1)*time.Minute, store.OriginLink, "spring-sale", "")
			w.says(pageID, c, time.Duration(i+1)*time.Minute, "Message "+itoa3(i))
		}
		s := openScreen(t, w.desk, w.now, screenOptions{w: 80, h: 24})
		s.expect("Message 009", "link · spring-sale", "23h left")
		s.refuse("Message 010")
		s.press("page-down")
		s.expect("▌   Message 009")
		s.press("down")
		s.expect("Message 010")
		s.resize(60, 20)
		s.expect("▌   Message 010")
		s.refuse("Message 004")
	})
}

func TestASnoozesLineFitsTheThread(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 60, h: 20}, func(_ *world, s *terminal) {
		s.press("open", "snooze", "menu-choose")
		s.settle()
		s.expect("ana snoozed this until today 15:10")
	})
}

func TestATooSmallScreenNamesTheKeyThatQuits(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 40, h: 12}, func(_ *world, s *terminal) {
		s.expect("frontdesk needs 60 columns", "q quits")
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.p.Wait()
		}()
		s.typed("q")
		select {
		case <-ended:
		default:
			t.Error("q does not quit")
		}
	})
}

func TestDetailsSayHowAnOriginWithoutArrivalsIsKnown(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{nothing: true}, screenOptions{}, func(w *world, s *terminal) {
		w.sends(pageID, mara, time.Minute, store.Fact{Text: "Hello", Tagged: true})
		s.settle()
		s.press("details")
		s.expect("chat plugin, known from the message's tag")
		s.refuse("none is known")
	})
}

func TestTheViewsComeBackIntoSight(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 100, h: 20}, func(_ *world, s *terminal) {
		s.press("views", "last")
		s.refuse("1 Inbox")
		s.press("choose")
		s.expect("1 Inbox")
	})
}

func TestTheHeaderSaysWhatThereAreMoreOf(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 80, h: 24}, func(_ *world, s *terminal) {
		s.expect("Lumen Bikes +1 inbox ")
		s.resize(160, 40)
		s.expect("Lumen Bikes, lumen.example ")
	})
}
