package rehearsal_test

import (
	"strings"
	"testing"
	"time"

	"frontdesk/plugin"
)

// about is what the platform knows of everybody who has come to a page so far.
func (s *stage) about(page string) map[string]plugin.About {
	s.t.Helper()
	all := map[string]plugin.About{}
	for _, ev := range s.told() {
		if ev.Recipient.ID != page || all[ev.Sender.ID].ID != "" {
			continue
		}
		a, err := s.About(s.t.Context(), page, ev.Sender.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		all[ev.Sender.ID] = a
	}
	return all
}

func TestVisitorsStrollThroughTheWebsite(t *testing.T) {
	t.Parallel()
	perform(t, 1, file(t), func(t *testing.T, s *stage) {
		time.Sleep(3 * time.Second)
		there, away := 0, 0
		for _, a := range s.about(siteID) {
			switch {
			case a.Online:
				there++
			case time.Since(a.LastSeen) < 5*time.Minute:
				t.Errorf("%s was seen %v ago and counts as gone", a.ID, time.Since(a.LastSeen))
			default:
				away++
			}
		}
		if there < 2 || away < 2 {
			t.Errorf("at first %d visitors are there and %d are not; both should be to be seen", there, away)
		}

		typed, gone, back := map[string]bool{}, map[string]bool{}, map[string]bool{}
		seen := map[string]bool{}
		for range 600 {
			time.Sleep(time.Second)
			for id, a := range s.about(siteID) {
				typed[id] = typed[id] || a.Typing
				switch {
				case a.Online:
					back[id] = back[id] || gone[id]
					seen[id] = true
				case seen[id]:
					gone[id] = true
				}
			}
		}
		if len(gone) == 0 || len(back) == 0 {
			t.Errorf("in ten minutes %d visitors went and %d came back", len(gone), len(back))
		}
		wrote := 0
		for _, yes := range typed {
			if yes {
				wrote++
			}
		}
		if wrote < 2 {
			t.Errorf("%d visitors were seen typing in ten minutes", wrote)
		}
		walked := 0
		for id, a := range s.about(siteID) {
			if len(a.Trail) > 1 {
				walked++
			}
			for _, v := range a.Trail {
				if !strings.HasPrefix(v.PageURL, "https://lumen.example/") || v.Title == "" || v.Referrer == "" {
					t.Errorf("%s was on %+v", id, v)
				}
			}
		}
		if walked < 5 {
			t.Errorf("%d visitors have seen more than one page", walked)
		}
		for id, a := range s.about(pageID) {
			if a.Online || a.Typing || len(a.Trail) > 0 {
				t.Errorf("%s wrote to a Page, and is on the website", id)
			}
		}
	})
}
