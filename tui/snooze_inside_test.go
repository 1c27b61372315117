package tui

import (
	"testing"
	"time"
)

func TestTheSnoozeMenuOffersEachTimeOnce(t *testing.T) {
	t.Parallel()
	for day, want := range map[int]int{14: 4, 15: 3, 16: 4} { // Saturday, Sunday, Monday
		now := time.Date(2026, time.March, day, 14, 10, 0, 0, time.UTC)
		choices := snoozeChoices(now)
		seen := map[time.Time]bool{}
		for _, c := range choices {
			if seen[c.when(now)] {
				t.Errorf("on the %dth, %s is offered twice", day, c.name)
			}
			seen[c.when(now)] = true
		}
		if len(choices) != want {
			t.Errorf("on the %dth there are %d choices, want %d", day, len(choices), want)
		}
	}
}
