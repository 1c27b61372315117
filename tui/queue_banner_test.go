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
				if !strings.HasPrefix(lines[1], " ! Lumen Bikes: The token is no longer") || !strings.Contains(lines[1], "D shows all") {
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
