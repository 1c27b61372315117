package tui_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// stated is a desk whose inboxes stand otherwise.
type stated struct {
	desk.Contract
	change func(in *desk.Inbox)
}

func (d stated) State(ctx context.Context) (desk.State, error) {
	s, err := d.Contract.State(ctx)
	kept := s.Inboxes[:0:0]
	for _, in := range s.Inboxes {
		d.change(&in)
		if in.ID != "" {
			kept = append(kept, in)
		}
	}
	s.Inboxes = kept
	return s, err
}

func TestTheComposerSaysWhatStandsInTheWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(in *desk.Inbox)
		short  string // before r is pressed
		says   []string
	}{
		"no token": {
			func(in *desk.Inbox) { in.Missing = "FRONTDESK_PAGE_TOKEN" }, "⊘ Nothing can be sent: FRONTDESK_PAGE_TOKEN is missing; r says more",
			[]string{"⊘ Nothing can be sent for the inbox", "FRONTDESK_PAGE_TOKEN"},
		},
		"no settings": {func(in *desk.Inbox) { in.ID = "" }, "⊘ There are no settings for this inbox; r says more", []string{"⊘ There are no settings for the inbox"}},
		"dead token": {
			func(in *desk.Inbox) {
				in.Stopped, in.Alert, in.Advice = true, "The Page's token is no longer valid.", "Make a new one and set FRONTDESK_PAGE_TOKEN."
			},
			"⊘ Sending is stopped for this inbox; r says more",
			[]string{"⊘ Sending is stopped for this inbox", "Make a new one"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{})
				s := openScreen(t, stated{w.desk, c.change}, w.now, screenOptions{w: 80, h: 24})
				s.press("open")
				s.expect(c.short, "N writes a note")
				s.refuse("A private note can")
				s.press("reply")
				s.expect(append(c.says, "A private note can")...)
				s.typed("Dear Mara")
				s.press("send")
				s.expect("Not sent: see above. The draft is kept", "Dear Mara")
				if n := len(w.sentBy(mara)); n != 0 {
					t.Errorf("%d messages were sent all the same", n)
				}
				s.press("mode-note")
				s.refuse("⊘")
				s.typed("Tell Ben")
				s.press("send")
				if got := w.newest(mara); got.Direction != store.Note || got.Text != "Tell Ben" {
					t.Errorf("the desk has %+v", got)
				}
			})
		})
	}
}

// TestAClosedWindowLeavesTheThreadItsLines wants a small screen to say in one line that nothing can be sent, and what is
// too long for its lines to end with a sign.
func TestAClosedWindowLeavesTheThreadItsLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		closed := func(in *desk.Inbox) { in.HumanAgent = false }
		s := openScreen(t, stated{w.desk, closed}, w.now, screenOptions{w: 60, h: 20})
		s.press("last", "open")
		s.expect("أمل حداد", "⊘ The 24 hours to write ended 26 hours ago; r says more", "N writes a note")
		lines := strings.Split(s.text(), "\n")
		if at := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "├─ Reply") }); at != 15 {
			t.Errorf("the composer begins in line %d, want 15:\n%s", at, s.text())
		}
		s.press("reply")
		s.expect("⊘ The 24 hours in which the page may write", "…")
	})
}

func TestAHumanAgentSendsTextAndNothingElse(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("last", "reply")
		s.expect("أمل حداد", "as a human agent, 4d left", "! The 24 hours", "text that you wrote yourself")
		s.typed("Yes, we do.")
		s.press("mode", "next-field")
		s.typed("Good")
		s.press("send-now")
		s.expect("Only text can be sent now, as a human agent")
		s.press("mode-text", "send")
		got := w.newest(amal)
		if got.Text != "Yes, we do." || !got.State.Sent() {
			t.Errorf("the desk has %+v", got)
		}
		if d := w.draft(amal); len(d.QuickReplies) != 1 {
			t.Errorf("the quick reply was lost: %+v", d)
		}
	})
}

// TestTheWarningComesBeforeTheEnd has the window close while somebody writes.
func TestTheWarningComesBeforeTheEnd(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("down", "reply") // Jonas wrote 21 hours ago
		s.refuse("The time in which the page may write")
		time.Sleep(2*time.Hour + 30*time.Minute)
		s.settle()
		s.expect("! The time in which the page may write ends in")
		time.Sleep(time.Hour)
		s.settle()
		s.expect("as a human agent")
	})
}

// TestTheComposerSaysWhoTakesNothing is what an agent sees of a customer who has blocked the page, before a word is typed
// and until that customer writes again.
func TestTheComposerSaysWhoTakesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		conv := store.NewConversationID(pageID, mara)
		w.add(store.Reply{Token: "fd1:refused", Conversation: conv, Inbox: pageID, Recipient: mara, Agent: "Ana", Message: messenger.OutMessage{Text: "Are you there?"}})
		w.add(store.Attempt{Token: "fd1:refused", Conversation: conv, N: 1})
		w.add(store.Result{Token: "fd1:refused", Conversation: conv, N: 1, Outcome: store.OutcomeFailed, Error: &store.SendError{
			Code: 10, Subcode: 2018108, Text: "The customer has blocked or muted the page.", Advice: "Wait until the customer writes.",
		}})
		s := openScreen(t, w.desk, w.now, screenOptions{w: 100, h: 30})
		s.press("open")
		s.expect("Are you there?", "⊘ The customer blocked or muted the page", "N writes a note")
		s.press("reply")
		s.expect("Wait until the", "A private note", "sent again to try")
		s.press("mode-note")
		s.refuse("⊘")
		s.typed("Ring her")
		s.press("send")
		if got := w.newest(mara); got.Direction != store.Note || got.Text != "Ring her" {
			t.Errorf("the desk has %+v", got)
		}
		w.says(pageID, mara, 0, "Sorry, I am back")
		s.settle()
		s.expect("Sorry, I am back")
		s.refuse("⊘")
	})
}
