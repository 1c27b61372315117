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
		s.expect("Inbox · ref:spr*", "link · spring-sale", "link · spring-tour")
		s.refuse("Hello from autumn")
		s.press("filter-keep")
		s.expect("Inbox · ref:spr*", "link · spring-tour")
		s.press("filter")
		s.typed("origin:pl")
		s.expect("Inbox · ref:spr*", "link · spring-sale")
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
		s.expect("Inbox · ref:autumn", "Hello from autumn")
		s.refuse("Hello from spring")
		s.press("clear", "filter")
		s.typed("origin:pl")
		s.press("filter-keep")
		s.expect("Inbox · origin:plugin", "plugin · pricing")
		s.press("clear", "filter")
		s.typed("ref:spr")
		s.press("complete-down", "complete-down", "filter-keep")
		s.expect("Inbox · ref:spring-", "Hello from spring-")
		s.refuse("Inbox · ref:spr*")
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
		s.expect("Inbox · is:unre")
	})
}
