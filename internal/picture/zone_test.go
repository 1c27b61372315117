package main

import (
	"testing"
	"time"
)

func TestZoneShowsTheWallClock(t *testing.T) {
	t.Parallel()
	for _, now := range []string{"2026-03-01T00:00:00Z", "2026-07-15T10:24:00Z", "2026-12-31T23:59:59Z"} {
		t.Run(now, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				t.Fatal(err)
			}
			zone, err := time.LoadLocationFromTZData("picture", zoneWhereItIs(wallClock, at))
			if err != nil {
				t.Fatalf("the zone can't be read: %v", err)
			}
			if got := at.In(zone).Format(time.TimeOnly); got != "10:24:00" {
				t.Errorf("the clock shows %s, want 10:24:00", got)
			}
		})
	}
}
