package tui_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// writes has an agent reply without the screen.
func (w *world) writes(c store.Contact, m messenger.OutMessage) store.Message {
	w.t.Helper()
	kept, err := w.desk.Reply(w.t.Context(), desk.Reply{Conversation: store.NewConversationID(pageID, c), Agent: "ana", Message: m})
	w.check(err)
	return kept
}

// stuck has replies in three conversations that do not go out: one failed with another behind it, one unknown.
func (w *world) stuck(s *terminal) {
	w.t.Helper()
	w.says(pageID, gone, 5*time.Minute, "Is the shop open today?")
	w.named(pageID, gone, "Nils Berg")
	w.says(pageID, unsure, 4*time.Minute, "I will come at five")
	w.named(pageID, unsure, "Eva Lund")
	w.writes(gone, messenger.OutMessage{Text: "Which of these do you mean?", QuickReplies: []messenger.QuickReply{
		{ContentType: "text", Title: "Oslo", Payload: "OSLO"}, {ContentType: "text", Title: "Bergen", Payload: "BERGEN"},
	}})
	time.Sleep(5 * time.Millisecond) // what is said in one millisecond has no order
	w.writes(gone, messenger.OutMessage{Text: "Both are open until six."})
	w.writes(unsure, messenger.OutMessage{Text: "Five is fine, see you then."})
	s.settle()
}

func TestAnEmptyQueueIsSaidWholeOnTheSmallestScreen(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 60, h: 20}, func(_ *world, s *terminal) {
		s.press("queue")
		s.expect("Nothing waits: everything that was written has gone ", "out. ")
	})
}

func (w *world) replies(c store.Contact) map[string]store.DeliveryState {
	w.t.Helper()
	w.check(w.desk.CaughtUp(w.t.Context()))
	page, err := w.desk.Thread(w.t.Context(), store.ThreadRequest{Conversation: store.NewConversationID(pageID, c), Limit: 20})
	w.check(err)
	states := map[string]store.DeliveryState{}
	for _, m := range page.Messages {
		if m.Direction == store.Out && m.Token != "" {
			states[m.Text] = m.State
		}
	}
	return states
}

func TestQueueShowsWhatWaitsEverywhere(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.refuse(" waiting")
		s.press("queue")
		s.expect("Nothing waits: everything that was written has gone out.")
		s.press("queue-close")
		w.stuck(s)
		s.expect("3 waiting")
		s.press("queue")
		s.expect("✗ failed", "Nils Berg", "“Which of these do you mean?”", "‖ held", "? unsure", "Eva Lund", "“Five is fine, see you then.”")
		s.press("down")
		s.expect("It stands behind “Which of these do you mean?”, which failed, and is held until that is settled.")
		s.press("queue-arrived")
		s.expect("Only of a reply whose fate is unknown can that be said.")
		s.press("down", "queue-open")
		s.refuse("What waits to be sent")
		s.expect("─ Eva Lund ─", "I will come at five")
	})
}

// TestQueueOpensTheReplyItself chooses the reply in its conversation, however much was said after it, whichever part of the
// thread stood on the screen and whether or not the conversation is in the list.
func TestQueueOpensTheReplyItself(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after  int // messages since
		before []string
	}{
		"at the end":               {},
		"far above":                {after: 300},
		"further than is kept":     {after: 1500},
		"in the open conversation": {after: 30, before: []string{"open", "first", "back"}},
		"of another view":          {after: 40, before: []string{"open", "resolve"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, worldOptions{nothing: true}, screenOptions{w: 100, h: 30}, func(w *world, s *terminal) {
				w.says(pageID, jonas, 2*time.Hour, "somebody else")
				for i := range 50 {
					w.says(pageID, unsure, time.Hour+time.Duration(50-i)*time.Second, fmt.Sprintf("before %d", i))
				}
				w.named(pageID, unsure, "Eva Lund")
				w.writes(unsure, messenger.OutMessage{Text: "Five is fine, see you then."})
				var said []store.Fact
				for i := range c.after {
					f := w.fact(store.FactMessage, pageID, unsure, 0, store.Fact{Text: fmt.Sprintf("after %d.", i)})
					f.At += store.Millis(i + 1000)
					said = append(said, f)
				}
				if len(said) > 0 {
					w.add(said)
				}
				s.settle()
				s.press(c.before...)
				s.press("queue", "queue-open")
				s.settle()
				s.expect("─ Eva Lund ─", "▌  Five is fine, see you then.", "A it arrived   esc leave")
				s.press("evidence")
				s.expect("Five is fine, see you then.", "Evidence")
			})
		})
	}
}

func TestQueueSettlesAnUnknownReply(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		w.stuck(s)
		s.press("queue", "last", "queue-again")
		s.expect("may have arrived already. If", "it did, Eva Lund sees it twice.")
		s.press("no")
		s.expect("What waits to be sent", "Eva Lund")
		s.press("queue-arrived")
		s.expect("It arrived: “Five is fine", "2 waiting", "What waits to be sent")
		if got := w.replies(unsure)["Five is fine, see you then."]; got != store.StateSent {
			t.Errorf("the reply is %s", got)
		}
	})
}

func TestQueueCancelsAndWhatStoodBehindGoesOn(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		w.stuck(s)
		s.press("queue", "queue-cancel")
		s.expect("Do not send?", "This reply will not be sent: “Which of these do you")
		s.press("yes")
		got := w.replies(gone)
		if got["Which of these do you mean?"] != store.StateCancelled || got["Both are open until six."] != store.StateFailed {
			t.Errorf("the replies are %v", got)
		}
		s.expect("2 waiting", "✗ failed", "“Both are open until six.”")
	})
}

func TestQueueGivesWordsBackToTheirComposer(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		w.stuck(s)
		s.press("open", "reply")
		s.typed("Half a thought")
		s.press("keep-draft", "queue", "queue-edit")
		s.refuse("What waits to be sent")
		s.expect("Taken back, and not sent.", "Nils Berg", "Which of these do you mean?", "( Oslo ) ( Bergen )")
		want := []messenger.QuickReply{
			{ContentType: "text", Title: "Oslo", Payload: "OSLO"}, {ContentType: "text", Title: "Bergen", Payload: "BERGEN"},
		}
		s.settle()
		d := w.draft(gone)
		if d.Text != "Which of these do you mean?" || d.Chosen() != desk.ModeQuickReplies || cmp.Diff(want, d.QuickReplies) != "" {
			t.Errorf("the draft is %+v", d)
		}
		if got := w.replies(gone)["Which of these do you mean?"]; got != store.StateCancelled {
			t.Errorf("the reply is %s", got)
		}
		s.typed(" Oslo?")
		s.expect("Which of these do you mean? Oslo?")
	})
}

func TestQueueSaysOfWhatMayHaveArrivedThatItMay(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		w.says(pageID, jonas, time.Minute, "And mine?")
		s.settle()
		w.writes(jonas, messenger.OutMessage{Text: throughGateway})
		s.settle()
		s.press("queue")
		s.expect("queued", "It goes through a gateway.")
		s.press("queue-cancel")
		s.expect("may have arrived already")
		s.press("no", "queue-edit")
		s.expect("Edit?", "may have arrived already")
		s.press("yes")
		s.expect("it may have arrived already")
		s.refuse("and not sent")
		if got := w.replies(jonas)[throughGateway]; got != store.StateCancelled {
			t.Errorf("the reply is %s", got)
		}
	})
}

func TestQueueIsLive(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 200, h: 60}, func(w *world, s *terminal) {
		s.refuse("w what waits")
		s.press("queue")
		s.expect("Nothing waits")
		w.stuck(s)
		s.expect("? unsure", "‖ held", "3 waiting")
		s.press("down")
		s.expect("▌ ‖ held")
		_, err := w.desk.Do(w.t.Context(), store.Act{
			Agent: "ben", Conversation: store.NewConversationID(pageID, gone), Verb: store.VerbCancel, Message: w.newest(gone).ID,
		})
		w.check(err)
		s.settle()
		s.refuse("‖ held")
		s.expect("2 waiting", "▌ ? unsure")
		s.press("queue-close")
		s.expect("w what waits")
	})
}

func TestQueueFrames(t *testing.T) {
	t.Parallel()
	looks := append(sizes(60, 20, 80, 24, 120, 40, 200, 60), screenOptions{w: 120, h: 40, light: true}, screenOptions{w: 80, h: 24, noColor: true})
	for _, so := range looks {
		look := map[bool]string{true: "-light"}[so.light] + map[bool]string{true: "-nocolor"}[so.noColor]
		t.Run(fmt.Sprintf("queue%s-%dx%d", look, so.w, so.h), func(t *testing.T) {
			t.Parallel()
			story(t, worldOptions{}, so, func(w *world, s *terminal) {
				w.stuck(s)
				s.press("queue", "down")
				s.widths()
				golden.RequireEqual(s.t, s.frame())
			})
		})
	}
}
