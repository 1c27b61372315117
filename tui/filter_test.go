package tui_test

import (
	"testing"
	"time"

	"frontdesk/store"
)

// arrivals has contacts come by links with several refs.
func arrivals(w *world, s *terminal) {
	for i, ref := range []string{"spring-sale", "spring-tour", "autumn"} {
		c := store.Contact{Kind: store.ContactPSID, ID: "73" + itoa3(i)}
		w.comes(pageID, c, time.Duration(i+1)*time.Minute, store.OriginLink, ref, "")
		w.says(pageID, c, time.Duration(i+1)*time.Minute, "Hello from "+ref)
	}
	s.settle()
}

func TestHalfTypedValueNeverEmptiesTheList(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		arrivals(w, s)
		s.press("filter")
		s.typed("ref:spr")
		s.expect("╭─ ref:spr*", "link · spring-sale", "link · spring-tour")
		s.refuse("Hello from autumn")
		s.press("filter-keep")
		s.expect("╭─ ref:spr*", "link · spring-tour")
		s.press("filter")
		s.typed("origin:pl")
		s.expect("╭─ ref:spr*", "link · spring-sale")
		s.refuse("there is no")
	})
}

func TestEnterTakesTheOnlyCompletion(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		arrivals(w, s)
		s.press("filter")
		s.typed("ref:aut")
		s.press("filter-keep")
		s.expect("╭─ ref:autumn", "Hello from autumn")
		s.refuse("Hello from spring")
		s.press("clear", "filter")
		s.typed("origin:pl")
		s.press("filter-keep")
		s.expect("╭─ origin:plugin", "plugin · pricing")
		s.press("clear", "filter")
		s.typed("ref:spr")
		s.press("complete-down", "complete-down", "filter-keep")
		s.expect("╭─ ref:spring-", "Hello from spring-")
		s.refuse("╭─ ref:spr*")
	})
}

func TestEnterAsksWhichOfSeveralIsMeant(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("filter")
		s.typed("is:unre")
		s.expect("Mara Voss")
		s.press("filter-keep")
		s.expect("✗")
		s.press("complete", "filter-keep")
		s.expect("╭─ is:unre")
	})
}

func TestAHalfTypedWordThatFindsNothingLeavesTheListAsItIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, shown, missing string }{
		{"origin:plugin re", "origin:plugin", "re"},
		{"origin:plugin ref:zzz", "origin:plugin", "ref:zzz"},
		{"origin:plugin zzz", "origin:plugin", "zzz"},
		{"ref:ch", "ref:ch*", ""},
		{"zzz", "Inbox", "zzz"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			t.Parallel()
			story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
				s.press("filter")
				s.typed(c.typed)
				s.expect("╭─ "+c.shown+" ──", "plugin · checkout")
				if c.missing != "" {
					s.expect("nothing matches " + c.missing + " yet")
					s.press("filter-keep")
					s.expect("Nothing in Inbox matches", c.typed, "esc clears the filter.")
					s.refuse("nothing matches " + c.missing + " yet")
				}
			})
		})
	}
}

func TestAnEmptyListSaysWhatTheKeysDoThere(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 80, h: 24}, func(_ *world, s *terminal) {
		s.press("filter")
		s.typed("zzz ")
		s.expect("Nothing in Inbox matches", "esc goes back to what was shown before.", "esc back")
		s.refuse("clears the filter")
		s.press("filter-keep")
		s.expect("esc clears the filter.", "esc clear filter")
		s.press("clear")
		s.refuse("esc clear filter")
	})
}

func TestCompletionsAreOfferedOnlyWhereSomethingIsLeftToComplete(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("filter")
		s.expect("tab completes", "│ origin ")
		s.refuse("│ label ")
		s.typed("origin:plu")
		s.expect("tab completes")
		s.press("complete")
		s.expect("/ origin:plugin")
		s.refuse("tab completes")
		s.typed("re")
		s.expect("tab completes", "│ ref ")
		s.press("filter-drop", "filter")
		s.typed("origin:plugin")
		s.refuse("tab completes")
	})
}

func TestTheFilterHasTheTitleToItself(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("filter")
		s.typed("origin:plugin ref:pricing")
		s.press("filter-keep")
		s.expect("╭─ origin:plugin ref:pricing ─")
		s.press("clear", "view-all", "filter")
		s.typed("ref:pricing")
		s.press("filter-keep")
		s.expect("╭─ All · ref:pricing ─")
		s.press("filter")
		s.typed("origin:plugin")
		s.press("filter-keep")
		s.expect("╭─ ref:pricing origin:plugin ─")
	})
}
