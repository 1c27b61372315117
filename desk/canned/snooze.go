package canned

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const snoozeAdvice = "write it as 30 minutes, 3 hours, 2 days, tomorrow, tomorrow 14:30 or Monday 9:00"

// maxSnooze is how far a snooze may reach.
const maxSnooze = 366 * 24 * time.Hour

var errSnooze = errors.New("this is no time to snooze until")

var weekdays = map[string]time.Weekday{
	"sunday": time.Sunday, "monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday,
	"thursday": time.Thursday, "friday": time.Friday, "saturday": time.Saturday,
}

// units are the lengths of time, by every word for them.
var units = map[string]time.Duration{
	"": time.Minute, "m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hour": time.Hour, "hours": time.Hour, "d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
}

// SnoozeUntil is the time that words name, seen from now and in its zone: a length, as in 3 hours, 90m or 2d, or a day,
// as in tomorrow or Monday, at nine o'clock unless a time stands behind it. A day of the week is never today. "for" and
// "until" before them mean nothing.
func SnoozeUntil(words string, now time.Time) (time.Time, error) {
	parts := strings.Fields(strings.ToLower(words))
	if len(parts) > 0 && (parts[0] == "for" || parts[0] == "until") {
		parts = parts[1:]
	}
	if len(parts) == 0 || len(parts) > 2 {
		return time.Time{}, errSnooze
	}
	days := 1
	day, isDay := weekdays[parts[0]]
	switch {
	case isDay:
		if days = (int(day) - int(now.Weekday()) + 7) % 7; days == 0 {
			days = 7
		}
	case parts[0] != "tomorrow":
		return spanFrom(strings.Join(parts, ""), now)
	}
	hour, minute := 9, 0
	if len(parts) == 2 {
		at, err := time.Parse("15:04", parts[1])
		if err != nil {
			return time.Time{}, errSnooze
		}
		hour, minute = at.Hour(), at.Minute()
	}
	y, m, d := now.Date()
	return time.Date(y, m, d+days, hour, minute, 0, 0, now.Location()), nil
}

// spanFrom reads 30minutes, 3h or 90.
func spanFrom(s string, now time.Time) (time.Time, error) {
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz")
	unit, ok := units[s[len(digits):]]
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n <= 0 || time.Duration(n) > maxSnooze/unit {
		return time.Time{}, errSnooze
	}
	return now.Add(time.Duration(n) * unit), nil
}
