package visitors

import (
	"strings"
	"testing"
	"time"
)

// TestWhatIsLostOrTwiceIsAnError has things come on visitors' lines that must not, and wants the count to say so.
func TestWhatIsLostOrTwiceIsAnError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		heard func(c *crowd, a, b *visitor, text string) error
		want  string // in the error; empty: there is none
	}{
		"all is well": {func(c *crowd, a, _ *visitor, text string) error {
			return c.hear(a, said{From: "visitor", Text: text}, said{From: "page", Text: answers + text})
		}, ""},
		"the answer is lost": {func(c *crowd, a, _ *visitor, text string) error {
			return c.hear(a, said{From: "visitor", Text: text})
		}, "its answer 0"},
		"the answer comes twice": {func(c *crowd, a, _ *visitor, text string) error {
			return c.hear(a, said{From: "visitor", Text: text}, said{From: "page", Text: answers + text}, said{From: "page", Text: answers + text})
		}, "its answer 2"},
		"the word is not on the visitor's own line": {func(c *crowd, a, _ *visitor, text string) error {
			return c.hear(a, said{From: "page", Text: answers + text})
		}, "came 0 times"},
		"it is on somebody else's line": {func(c *crowd, _, b *visitor, text string) error {
			return c.hear(b, said{From: "visitor", Text: text})
		}, errStranger.Error()},
		"nobody has said it": {func(c *crowd, a, _ *visitor, _ string) error {
			return c.hear(a, said{From: "page", Text: answers + "hello"})
		}, errStranger.Error()},
		"the page says what the visitor said": {func(c *crowd, a, _ *visitor, text string) error {
			return c.hear(a, said{From: "page", Text: text})
		}, errStranger.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(Options{Count: 2}, &program{}, nil)
			a, b := &visitor{n: 0}, &visitor{n: 1}
			w := c.next(a)
			if c.next(a) != nil {
				t.Error("a visitor who waits for an answer has another turn")
			}
			err := tc.heard(c, a, b, w.text)
			if err == nil {
				_, _, err = c.count(t.Context())
			}
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("it is said that %v, want %q", err, tc.want)
			}
		})
	}
}

func (c *crowd) hear(v *visitor, all ...said) error {
	for _, s := range all {
		if err := c.heard(v, s, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

func TestQuantiles(t *testing.T) {
	t.Parallel()
	var all []time.Duration
	for i := range 1000 {
		all = append(all, time.Duration(999-i))
	}
	if q := quantilesOf(all); q != [3]time.Duration{500, 950, 990} {
		t.Errorf("of 0 to 999 the quantiles are %d", q)
	}
	if q := quantilesOf(nil); q != (quantiles{}) {
		t.Errorf("of nothing they are %d", q)
	}
}

func TestOptionsThatAreNone(t *testing.T) {
	t.Parallel()
	for flag, o := range map[string]Options{
		"--count": {Count: MaxCount + 1, Pace: 1, Chat: 1}, "--pace": {Count: 5000, Pace: 2000, Chat: time.Minute}, "--chat": {Count: 1, Pace: 1},
		"--idle":   {Count: 1, Pace: 1, Chat: 1, Idle: -1},
		"(--pace)": {Count: 10, Pace: 20, Chat: time.Minute},
	} {
		if err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
