package tui_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
)

// troubled is a desk whose state is what the test says.
type troubled struct {
	desk.Contract
	change func(*desk.State)
}

func (d *troubled) State(ctx context.Context) (desk.State, error) {
	s, err := d.Contract.State(ctx)
	s.Inboxes = append([]desk.Inbox(nil), s.Inboxes...)
	if d.change != nil {
		d.change(&s)
	}
	return s, err
}

// TestFullDiskIsOnTheScreen wants the header, the banner and the diagnostics to say why customers' messages are not
// taken, and the header to be as it was once they are again.
func TestFullDiskIsOnTheScreen(t *testing.T) {
	t.Parallel()
	for _, so := range sizes(60, 20, 80, 24, 120, 40) {
		t.Run(fmt.Sprintf("%dx%d", so.w, so.h), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{})
				d := &troubled{Contract: w.desk}
				s := openScreen(t, d, w.now, so)
				s.expect("● webhook ok")
				for trouble, want := range map[desk.Trouble][]string{
					desk.TroubleDiskFull: {"✗ disk full: nothing taken", "! The disk is full: nothing is taken. Make room"},
					desk.TroubleLog:      {"✗ log failed: nothing taken", "! The log cannot be written: nothing is taken."},
					desk.TroubleViews:    {"✗ nothing new is shown", "! Nothing new is shown. Start frontdesk again"},
				} {
					d.change = func(st *desk.State) { st.Trouble = trouble }
					s.press("reload")
					s.expect(want...)
					s.widths()
				}
				d.change = func(st *desk.State) {
					st.Trouble, st.Counters = desk.TroubleDiskFull, []desk.Counter{{Name: "disk_full", N: 7}}
				}
				s.press("reload", "diagnostics")
				s.expect("the disk is full, so that nothing is")
				d.change = nil
				s.press("close-help", "reload")
				s.expect("● webhook ok")
				s.refuse("disk full")
			})
		})
	}
}

func TestOneBannerForAllInboxesAndGoneWhenOver(t *testing.T) {
	t.Parallel()
	for _, so := range sizes(60, 20, 80, 24, 120, 40) {
		t.Run(fmt.Sprintf("%dx%d", so.w, so.h), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{})
				d := &troubled{Contract: w.desk}
				s := openScreen(t, d, w.now, so)
				s.press("last")
				tick := func(change func(*desk.State)) []string {
					d.change = change
					s.press("reload")
					time.Sleep(10 * time.Second) // the notice goes
					s.settle()
					return strings.Split(s.text(), "\n")
				}
				lines := tick(func(st *desk.State) {
					st.Inboxes[0].Alert, st.Inboxes[0].Stopped, st.Inboxes[0].Advice = "The token is no longer valid.", true, "Renew it."
				})
				if !strings.HasPrefix(lines[1], " ! Lumen Bikes: The token is no longer valid") {
					t.Errorf("the banner is %q", lines[1])
				}
				s.expect("▌ أمل حداد", "sending stopped") // the row under the cursor is still seen
				s.widths()
				lines = tick(func(st *desk.State) {
					st.Inboxes[1].Alert = "The platform asks for a pause."
					st.Inboxes[0].Alert, st.Inboxes[0].Stopped = "The token is no longer valid.", true
					st.Usage = []desk.InboxUsage{{Inbox: pageID, Percent: 90, Text: "90 % of the limit is used up."}}
				})
				if !strings.HasPrefix(lines[1], " ! Lumen Bikes: The token is no longer") || !strings.Contains(strings.TrimSpace(lines[1])+" "+strings.TrimSpace(lines[2]), "D shows all") {
					t.Errorf("the banner is %q", lines[1])
				}
				lines = tick(func(st *desk.State) {
					st.Usage = []desk.InboxUsage{{Inbox: pageID, Percent: 90, Text: "90 % of the limit is used up."}}
				})
				if !strings.HasPrefix(lines[1], " ! Lumen Bikes: 90 % of the limit is used up.") {
					t.Errorf("the banner is %q", lines[1])
				}
				if lines = tick(nil); !strings.HasPrefix(lines[1], "╭─") {
					t.Errorf("when it is over the line of the banner is %q", lines[1])
				}
				s.expect("▌ أمل حداد")
				s.refuse("sending stopped")
			})
		})
	}
}
