package tui_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/store"
)

// story runs a test in a bubble, on a screen over the cast's world.
func story(t *testing.T, wo worldOptions, so screenOptions, tell func(w *world, s *terminal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, wo)
		tell(w, openScreen(t, w.desk, w.now, so))
	})
}

func TestAgentReadsAndAnswers(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.expect("Mara Voss", "plugin · pricing", "Thanks! Could you hold one", "Jonas Lind", "page: It's on its way", "[picture]")
		s.expect("4 unread")
		s.press("open")
		s.expect("── Today ──", " new ", "▸ Shipping prices", "(● Shipping prices )", "[ Talk to a person ]", "✓✓ read", "3 unread")
		s.press("reply")
		s.typed("Yes, until Friday evening.")
		s.expect("26 / 2000")
		s.press("send")
		s.expect("Yes, until Friday evening.", "✓")
		s.refuse("26 / 2000")
		conv, err := w.desk.Conversation(t.Context(), store.NewConversationID(pageID, mara))
		w.check(err)
		if conv.LastMessage.Text != "Yes, until Friday evening." || !conv.LastMessage.State.Sent() {
			t.Errorf("the desk has %+v", conv.LastMessage)
		}
	})
}

func TestNewMessageShowsAtOnceAndKeepsThePlace(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("down")
		s.expect("▌ Jonas Lind")
		w.says(pageID, amal, 0, "Hello again")
		s.settle()
		s.expect("Hello again", "▌ Jonas Lind")
	})
}

func TestResolveAndUndo(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.expect("5 open")
		s.press("resolve")
		s.expect("Resolved Mara Voss.", "u undoes it", "4 open", "▌ Jonas Lind")
		s.press("view-resolved")
		s.expect("▌ Mara Voss")
		s.press("undo")
		s.expect("Undone", "5 open", "Nothing is resolved yet")
	})
}

func TestPaletteFindsAndRuns(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("palette")
		s.expect("What to do", "write a reply", "There is nothing to undo")
		s.typed("resolve")
		s.press("menu-choose")
		s.expect("Resolved Mara Voss.")
		s.press("palette")
		s.typed("xyzzy")
		s.expect("Nothing of that name")
		s.press("menu-close")
		s.refuse("What to do")
	})
}

func TestSnoozeMenu(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("snooze")
		s.expect("1 hour", "today 15:10", "tomorrow 9:00", "Monday 9:00")
		s.press("menu-down", "menu-down", "menu-choose")
		s.expect("Snoozed until tomorrow 09:00.")
		s.press("view-snoozed")
		s.expect("Mara Voss", "until tomorrow 09:00")
		s.press("snooze", "menu-up")
		s.typed("45")
		s.press("menu-choose")
		s.expect("Snoozed until today 14:55.")
	})
}

func TestAssignUnreadRead(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("assign")
		s.expect("Took Mara Voss.", "@ana")
		s.press("view-mine")
		s.expect("▌ Mara Voss")
		s.press("assign")
		s.expect("Gave back Mara Voss.", "Nothing is assigned to you.")
		s.press("view-inbox", "read")
		s.expect("3 unread")
		s.press("read")
		s.expect("It is read already.")
		s.press("unread")
		s.expect("4 unread")
	})
}

func TestFilterWithCompletionAndFault(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("filter")
		s.typed("or")
		s.expect("│ origin")
		s.press("complete")
		s.typed("li")
		s.press("complete")
		s.expect("origin:link", "Jonas Lind")
		s.refuse("Visitor")
		s.press("filter-keep")
		s.expect("╭─ origin:link", "▌ Jonas Lind")
		s.press("filter")
		s.typed("orign:x")
		s.expect("there is no field", "origin:")
		s.press("filter-drop")
		s.expect("╭─ origin:link")
		s.press("clear")
		s.refuse("origin:link")
		s.press("filter")
		s.typed("nobody-of-that-name")
		s.press("filter-keep")
		s.expect("Nothing in Inbox matches", "esc clears the filter.")
	})
}

func TestFacetsNarrowTheList(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("views")
		for range 7 {
			s.press("down")
		}
		s.press("choose")
		s.expect("╭─ origin:plugin", "Mara Voss", "Visitor", "✓ chat plugin")
		s.refuse("Jonas Lind")
	})
}

func TestDraftSurvivesSwitchingAndRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		s := openScreen(t, w.desk, w.now, screenOptions{})
		s.press("reply")
		s.typed("Half a sent")
		s.press("keep-draft", "next")
		s.refuse("│ Half a sent")
		s.expect("Jonas Lind", "r writes a reply", "draft: Half a sent")
		s.press("back", "up")
		s.expect("│ Half a sent")
		again := openScreen(t, w.desk, w.now, screenOptions{})
		again.expect("draft: Half a sent", "│ Half a sent")
		again.press("reply")
		again.typed("ence")
		again.expect("Half a sentence")
	})
}

func TestLettersAreTextInTheEditor(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("reply")
		s.typed("quiz me, Roger? j/k")
		s.expect("quiz me, Roger? j/k", "5 open")
		s.press("newline")
		s.typed("second line")
		s.expect("second line", "31 / 2000")
		s.press("keep-draft")
		s.press("reply")
		s.expect("quiz me, Roger? j/k")
	})
}

func TestRefusalStandsAtTheField(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("reply")
		s.press("send")
		s.expect("There is nothing to send yet.")
		s.send(tea.PasteMsg{Content: strings.Repeat("ö", 2001)})
		s.expect("2001 / 2000")
		s.press("send")
		s.expect("Too long for one message, which has 2000", "sends it as 2", "2001 / 2000")
	})
}

func TestPastesAreMadeFitForAReply(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.send(tea.PasteMsg{Content: "lost?"})
		s.expect("Press r first")
		s.press("reply")
		s.send(tea.PasteMsg{Content: "one\r\ntwo\rthree\x1b[31m"})
		s.expect("one", "two", "three", "13 / 2000")
		s.send(tea.PasteMsg{Content: strings.Repeat("x", 100_000)})
		s.expect("Only 9987 characters were pasted", "10000 / 2000")
	})
}

func TestTallScreenIsFilled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{nothing: true})
		for i := range 150 {
			w.says(pageID, mara, time.Duration(200-i)*time.Second, "Line "+itoa3(i))
		}
		s := openScreen(t, w.desk, w.now, screenOptions{w: 120, h: 120})
		s.expect("Line 149", "Line 050")
		s.press("open")
		s.expect("Line 149", "Line 050")
	})
}

func TestAnsweringFromFarAboveGoesToTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{nothing: true})
		for i := range 500 {
			w.says(pageID, mara, time.Duration(600-i)*time.Minute, "Line "+itoa3(i))
		}
		s := openScreen(t, w.desk, w.now, screenOptions{})
		s.press("open", "first")
		s.expect("Line 000")
		s.press("reply")
		s.expect("Line 499")
		s.typed("At last")
		s.press("send")
		s.expect("At last", "Line 499")
	})
}

func TestClosedWindowIsSaidAndRefused(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		late := store.Contact{Kind: store.ContactPSID, ID: "7100000000000077"}
		w.says(pageID, late, 9*24*time.Hour, "Long ago")
		w.named(pageID, late, "Late Lotte")
		s.settle()
		s.press("last", "reply")
		s.expect("⊘ The 24 hours in which the page may write ended", "nothing can be sent ─", "A private note can", "closed")
		s.typed("Hello?")
		s.press("send")
		s.expect("Not sent: see above. The draft is kept", "Hello?")
	})
}

func TestFailedUnknownAndHeldReplies(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		w.says(pageID, gone, 2*time.Minute, "Call me")
		w.named(pageID, gone, "Karl Berg")
		s.settle()
		s.press("first", "reply")
		s.expect("Karl Berg")
		s.typed("We will.")
		s.press("send")
		s.settle()
		s.expect("✗ failed", "Not sent.", "R send again")
		s.press("keep-draft", "again")
		s.expect("Queued again: “We will.”")
		s.settle()
		s.expect("✗ failed")

		w.says(pageID, unsure, 0, "Are you there?")
		w.named(pageID, unsure, "Noor Haddad")
		s.settle()
		s.press("back", "first", "reply")
		s.typed("Here we are.")
		s.press("send")
		s.settle()
		s.expect("? unsure", "It may have arrived, or not.", "A it arrived")
		s.press("keep-draft", "again")
		s.expect("Send again?", "“Here we are.” may have", "twice")
		s.press("no", "arrived")
		s.settle()
		s.expect("It arrived: “Here we are.”")
		s.refuse("? unsure")
	})
}

func TestQueuedReplyShowsBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{idle: true}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("reply")
		s.typed("First")
		s.press("send")
		s.expect("First", "◷ queued")
	})
}

func TestQuitAsksOnlyWhereMessagesWouldBeMissed(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("quit")
		s.expect("customers' messages will not be taken")
		s.press("no")
		s.refuse("customers' messages will not be taken")
		s.typed("q")
		s.expect("Quit?")
		s.press("yes")
	})
}

func TestEscapeTwiceInAMomentIsTwoEscapes(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 80, h: 24}, func(_ *world, s *terminal) {
		s.press("open", "reply")
		s.send(tea.KeyPressMsg{Code: tea.KeyEscape, Mod: tea.ModAlt})
		s.expect("╭─ Inbox")
	})
}

func TestOnePaneAtATime(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 80, h: 24}, func(_ *world, s *terminal) {
		s.expect("╭─ Inbox", "Mara Voss")
		s.refuse("╭─ Views", "Reply")
		s.press("open")
		s.expect("╭─ Mara Voss", "├─ Reply")
		s.refuse("╭─ Inbox")
		s.press("details")
		s.expect("╭─ Details", "CUSTOMER_CHAT_PLUGIN", "lumen.example/pricing")
		s.press("back", "back", "views")
		s.expect("╭─ Views", "chat plugin")
		s.press("views-back")
		s.expect("╭─ Inbox")
	})
}

func TestLongListIsAWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{nothing: true})
		for i := range 500 {
			c := store.Contact{Kind: store.ContactPSID, ID: "72" + strings.Repeat("0", 11) + itoa3(i)}
			w.says(pageID, c, time.Duration(i+1)*time.Minute, "Message "+itoa3(i))
		}
		s := openScreen(t, w.desk, w.now, screenOptions{})
		s.expect("Message 000")
		s.press("last")
		s.expect("Message 499")
		s.press("half-up", "half-up", "half-up", "half-up", "half-up", "half-up", "half-up", "half-up", "half-up", "half-up", "half-up", "half-up", "half-up")
		s.press("first")
		s.expect("Message 000")
		for range 60 {
			s.press("page-down")
		}
		s.expect("Message 499")
		for range 60 {
			s.press("page-up")
		}
		s.expect("Message 000")
	})
}

func itoa3(n int) string {
	s := "00" + string(rune('0'+n%10))
	if n >= 10 {
		s = "0" + string(rune('0'+n/10%10)) + string(rune('0'+n%10))
	}
	if n >= 100 {
		s = string(rune('0'+n/100)) + string(rune('0'+n/10%10)) + string(rune('0'+n%10))
	}
	return s
}

func TestLongThreadIsAWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{nothing: true})
		for i := range 600 {
			w.says(pageID, mara, time.Duration(700-i)*time.Minute, "Line "+itoa3(i))
		}
		s := openScreen(t, w.desk, w.now, screenOptions{})
		s.press("open")
		s.expect("Line 599")
		s.press("first")
		s.expect("Line 000")
		for range 40 {
			s.press("page-down")
		}
		s.expect("Line 599")
		for range 10 {
			s.press("up")
		}
		before := s.text()
		w.says(pageID, mara, 0, "Line 600")
		s.settle()
		s.expect("to the newest")
		if i := strings.Index(before, "Line 58"); i >= 0 && !strings.Contains(s.text(), before[i:i+8]) {
			t.Errorf("the thread moved under the reader:\n%s", s.text())
		}
		s.press("last")
		s.expect("Line 600")
	})
}
