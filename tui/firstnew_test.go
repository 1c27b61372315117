package tui_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/store"
)

// TestTheFirstNewMessageHasAKey leads to the first of many new messages, however far above the window it stands.
func TestTheFirstNewMessageHasAKey(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 30, 300, 1200} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{nothing: true})
				var id store.ConversationID
				for i := range 5 {
					id = w.says(pageID, mara, time.Hour+time.Duration(5-i)*time.Second, fmt.Sprintf("known %d", i))
				}
				w.read(id)
				for i := range n {
					w.says(pageID, mara, time.Duration(n-i)*time.Second, fmt.Sprintf("fresh %d.", i))
				}
				s := openScreen(t, w.desk, w.now, screenOptions{w: 80, h: 24})
				s.press("open")
				s.expect(fmt.Sprintf("fresh %d.", n-1))
				s.press("first-new")
				s.expect("─ new ─", "fresh 0.")
				s.press("last")
				s.expect(fmt.Sprintf("fresh %d.", n-1))
			})
		})
	}
}

// TestDiagnosticsNameWhatHasNoName wants words for a Page and an event without a name, and to know where there is more.
func TestDiagnosticsNameWhatHasNoName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		w.add([]store.Fact{w.fact(store.FactUnknown, pageID, mara, time.Minute, store.Fact{Name: store.UnknownNameless})})
		d := &troubled{Contract: w.desk, change: func(st *desk.State) { st.Inboxes[0].Name = "Page " + string(st.Inboxes[0].ID) }}
		s := openScreen(t, d, w.now, screenOptions{w: 80, h: 20})
		s.press("diagnostics")
		s.expect("↓ j for more", "│  Page 109872000000101  may answer as a human")
		s.press("last")
		s.expect("↑ k for more", "says not what it is")
		s.refuse("(none)", "j/k for more")
	})
}
