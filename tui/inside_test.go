package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/store"
)

func TestFloodgateGathersNotches(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000, 0)
	f := newFloodgate(func() time.Time { return now })
	down := tea.MouseWheelMsg{X: 3, Y: 4, Button: tea.MouseWheelDown}
	if got := f.filter(nil, down); got != (wheelMsg{3, 4, wheelNotch}) {
		t.Fatalf("the first notch is %v", got)
	}
	for range 5 {
		if got := f.filter(nil, down); got != nil {
			t.Fatalf("a notch within the pause came through: %v", got)
		}
	}
	if got := f.filter(nil, tea.MouseMotionMsg{}); got != nil {
		t.Errorf("motion came through: %v", got)
	}
	now = now.Add(wheelPause)
	if got := f.filter(nil, flushWheelMsg{}); got != (wheelMsg{3, 4, 5 * wheelNotch}) {
		t.Errorf("gathered %v", got)
	}
	if got := f.filter(nil, flushWheelMsg{}); got != nil {
		t.Errorf("nothing was left, but %v came", got)
	}
	if got := f.filter(nil, keyOfTest("x")); got == nil {
		t.Error("a key was swallowed")
	}
}

func keyOfTest(s string) tea.KeyPressMsg { return tea.KeyPressMsg{Text: s, Code: rune(s[0])} }

func TestAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 11, 14, 10, 0, 0, time.UTC)
	for _, c := range []struct {
		ago  time.Duration
		want string
	}{
		{-time.Hour, "now"},
		{30 * time.Second, "now"},
		{59 * time.Minute, "59m"},
		{23 * time.Hour, "23h"},
		{6 * 24 * time.Hour, "6d"},
		{9 * 24 * time.Hour, "2 Mar"},
		{365 * 24 * time.Hour, "Mar 2025"},
	} {
		if got := age(store.MillisOf(now.Add(-c.ago)), now); got != c.want {
			t.Errorf("%v ago is %q, want %q", c.ago, got, c.want)
		}
	}
	if got := age(0, now); got != "" {
		t.Errorf("no time is %q", got)
	}
}

func TestMomentAndDay(t *testing.T) {
	t.Parallel()
	oslo := time.FixedZone("", 3600)
	now := time.Date(2026, 3, 11, 0, 30, 0, 0, oslo) // still the day before in UTC
	at := func(d time.Duration) store.Millis { return store.MillisOf(now.Add(d)) }
	for _, c := range []struct {
		at          store.Millis
		moment, day string
	}{
		{at(0), "today 00:30", "Today"},
		{at(-time.Hour), "yesterday 23:30", "Yesterday"},
		{at(24 * time.Hour), "tomorrow 00:30", "Wednesday, 11 March"},
		{at(3 * 24 * time.Hour), "Sat 00:30", ""},
		{at(-3 * 24 * time.Hour), "8 Mar 00:30", "Sunday"},
		{at(-400 * 24 * time.Hour), "4 Feb 2025 00:30", "4 February 2025"},
	} {
		if got := moment(c.at, now); got != c.moment {
			t.Errorf("moment is %q, want %q", got, c.moment)
		}
		if got := dayName(c.at, now); c.day != "" && c.at <= at(0) && got != c.day {
			t.Errorf("day is %q, want %q", got, c.day)
		}
	}
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{
		"90": 90 * time.Minute, "45m": 45 * time.Minute, "2h": 2 * time.Hour, "3d": 72 * time.Hour,
		"": 0, "0": 0, "h": 0, "2h3": 0, "999999": 0, "9999d": 0,
	} {
		got, ok := parseSpan(in)
		if ok != (want > 0) || ok && got != want {
			t.Errorf("%q is %v, %v, want %v", in, got, ok, want)
		}
	}
}

func TestNextMondayIsNeverToday(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	if got := nineOn(monday, daysToMonday(monday)); got != monday.AddDate(0, 0, 7).Add(time.Hour) {
		t.Errorf("got %v", got)
	}
	wednesday := monday.AddDate(0, 0, 2)
	if got := nineOn(wednesday, daysToMonday(wednesday)); got.Weekday() != time.Monday || got.Hour() != 9 {
		t.Errorf("got %v", got)
	}
}

func FuzzRuler(f *testing.F) {
	f.Add("Do you ship to Norway?", 7, false)
	f.Add("こんにちは 👩\u200d🔧 مرحبا", 3, true)
	f.Add("a\u0301\u0301 \U0001F1F3\U0001F1F4", 1, true)
	f.Fuzz(func(t *testing.T, s string, w int, clusters bool) {
		w = 1 + max(w, -w)%200
		if w < 1 {
			return
		}
		r := ruler{clusters}
		line := CleanLine(s)
		if got := r.width(r.pad(line, w)); got != w {
			t.Fatalf("%q padded to %d is %d wide", line, w, got)
		}
		for _, part := range r.wrap(Clean(s), w) {
			if got := r.width(part); got > w {
				t.Fatalf("%q wrapped at %d has a line of %d: %q", s, w, got, part)
			}
		}
	})
}

func TestToggleTerm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, value, want string }{
		{"", "plugin", "origin:plugin"},
		{"origin:plugin", "plugin", ""},
		{"origin:plugin mara", "link", "origin:link mara"},
		{"ref:pricing", "ad", "ref:pricing origin:ad"},
		{"-origin:plugin", "ad", "-origin:plugin origin:ad"},
	} {
		if got := toggleTerm(c.in, facet{store.FieldOrigin, c.value}); got != c.want {
			t.Errorf("%q with %s is %q, want %q", c.in, c.value, got, c.want)
		}
	}
}
