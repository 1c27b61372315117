package tui_test

import (
	"fmt"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

// TestComposerFrames shows the composer in each of its modes, half written.
func TestComposerFrames(t *testing.T) {
	t.Parallel()
	tell := map[string]func(s *terminal){
		"quick-replies": func(s *terminal) {
			s.typed("Which day suits you?")
			s.press("mode", "send")
			s.typed("Thursday")
			s.press("field-enter")
			s.typed("Friday")
			s.press("next-field")
			s.typed("FRIDAY_13_MARCH")
			s.press("field-enter", "line-kind", "field-enter")
			s.typed("Some other day of the week")
		},
		"buttons": func(s *terminal) {
			s.typed("The Lumen One stands in our window until Friday.")
			s.press("mode-buttons", "next-field")
			s.typed("See it")
			s.press("field-enter")
			s.typed("https://lumen.example/bikes/lumen-one")
			s.press("field-enter")
			s.typed("Call the shop")
			s.press("field-enter")
			s.typed("+4722334455")
			s.press("field-enter")
			s.typed("Reserve it")
		},
		"cards": func(s *terminal) {
			s.press("mode-cards")
			for _, typed := range []string{"Lumen One", "11 kg, made for town", "https://lumen.example/one.jpg", "", "Reserve", "RESERVE_ONE"} {
				s.typed(typed)
				s.press("field-enter")
			}
			s.press("field-enter")
			for _, typed := range []string{"Lumen Trail", "13 kg, goes everywhere", "https://lumen.example/trail.jpg"} {
				s.typed(typed)
				s.press("field-enter")
			}
			s.press("field-up")
		},
		"note": func(s *terminal) {
			s.press("mode-note")
			s.typed("She asked twice already. Ben has the key to the window.")
		},
		"file": func(s *terminal) {
			s.press("attach")
			s.typed("https://lumen.example/files/manual.pdf")
			s.press("prompt-take")
			s.typed("Here is the manual.")
		},
	}
	for name, do := range tell {
		for _, so := range append(sizes(60, 20, 80, 24, 120, 40, 200, 60), screenOptions{w: 120, h: 40, light: true}, screenOptions{w: 80, h: 24, noColor: true}) {
			look := map[bool]string{true: "-light"}[so.light] + map[bool]string{true: "-nocolor"}[so.noColor]
			t.Run(fmt.Sprintf("%s%s-%dx%d", name, look, so.w, so.h), func(t *testing.T) {
				t.Parallel()
				story(t, worldOptions{}, so, func(_ *world, s *terminal) {
					s.press("reply")
					do(s)
					frame := s.frame()
					s.widths()
					golden.RequireEqual(s.t, frame)
				})
			})
		}
	}
}
