package faulty_test

import (
	"testing"

	"frontdesk/internal/faulty"
)

func TestFaultSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]faulty.Fault{
		"no fault":                            {},
		"cut, passed on":                      {Break: faulty.CutPassed},
		`answer 502 "<html>", passed on`:      {Break: faulty.Answer, Status: 502, Body: "<html>", Passed: true},
		`answer 429 "", not passed on`:        {Break: faulty.Answer, Status: 429},
		`answer 200 "{\"recip", passed on`:    {Break: faulty.Answer, Status: 200, Body: `{"recip`, Passed: true},
		"answered slowly":                     {Slow: 1},
		"reset halfway":                       {Break: faulty.ResetHalfway},
		`answer 520 "<html>", not passed on`:  {Break: faulty.Answer, Status: 520, Body: "<html>"},
		`answer 503 "<html>", not passed on`:  {Break: faulty.Answer, Status: 503, Body: "<html>"},
		`answer 200 "{}", not passed on`:      {Break: faulty.Answer, Status: 200, Body: "{}"},
		`answer 504 "Gateway", not passed on`: {Break: faulty.Answer, Status: 504, Body: "Gateway"},
	} {
		if got := f.String(); got != want {
			t.Errorf("%+v says %s, want %s", f, got, want)
		}
	}
}
