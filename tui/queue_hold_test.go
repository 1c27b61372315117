package tui_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

func TestHeldReplyIsTakenBack(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{hold: 10 * time.Second}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		s.typed("Which day suits you?")
		s.press("mode", "send")
		s.typed("Thursday")
		s.press("send-now")
		s.expect("goes out in 10 s · alt+u takes it back", "Which day suits you?", "Goes out today")
		s.refuse("Tries again")
		time.Sleep(3 * time.Second)
		s.settle()
		s.expect("goes out in 7 s · alt+u takes it back")
		s.press("keep-draft")
		s.expect("goes out in 7 s · u takes it back")
		s.press("undo")
		s.expect("Taken back, and not sent.", "( Thursday )", "Which day suits you?")
		s.refuse("goes out in")
		s.settle()
		want := []messenger.QuickReply{{ContentType: "text", Title: "Thursday"}}
		s.press("keep-draft")
		if d := w.draft(mara); d.Text != "Which day suits you?" || d.Chosen() != desk.ModeQuickReplies || cmp.Diff(want, d.QuickReplies) != "" {
			t.Errorf("the draft is %+v", d)
		}
		time.Sleep(15 * time.Second)
		if got := w.replies(mara)["Which day suits you?"]; got != store.StateCancelled {
			t.Errorf("the reply is %s", got)
		}
	})
}

func TestQuittingSaysWhichRepliesHaveNotGoneOut(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{hold: 10 * time.Second}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("reply")
		s.typed("Yes, until Friday.")
		s.press("send", "keep-draft")
		s.settle()
		s.press("quit")
		s.expect("customers' messages", "a reply", "goes out when")
		s.press("no")
		time.Sleep(12 * time.Second)
		s.settle()
		s.press("quit")
		s.expect("customers' messages")
		s.refuse("goes out when")
	})
}

func TestHeldReplyGoesOutByItself(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{hold: 5 * time.Second}, screenOptions{}, func(w *world, s *terminal) {
		s.press("resolve", "undo")
		s.press("open", "reply")
		s.typed("Yes, until Friday.")
		s.press("send")
		s.expect("goes out in 5 s")
		s.refuse("1 waiting")
		time.Sleep(7 * time.Second)
		s.settle()
		s.refuse("goes out in", "waiting")
		if got := w.replies(mara)["Yes, until Friday."]; !got.Sent() {
			t.Errorf("the reply is %s", got)
		}
		s.press("unsend")
		s.expect("No reply is held that could be taken back.")
		s.press("keep-draft", "undo")
		s.expect("There is nothing to undo.")
	})
}

func TestHeldReplyIsTakenBackFromTheQueue(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{hold: time.Minute}, screenOptions{}, func(w *world, s *terminal) {
		w.writes(jonas, messenger.OutMessage{Text: "It left on Monday."})
		s.settle()
		s.press("queue")
		s.expect("Jonas Lind", "“It left on Monday.”", "so that you can take it back")
		s.press("queue-edit")
		s.expect("─ Jonas Lind ─", "Taken back, and not sent.", "It left on Monday.")
	})
}
