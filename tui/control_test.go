package tui_test

import (
	"testing"
	"testing/synctest"

	"frontdesk/desk"
	"frontdesk/store"
)

func TestControlIsPassedOnAfterAQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		w.add([]store.Fact{{
			Kind: store.FactControl, Inbox: pageID, Contact: mara, At: w.ago(0), ID: "m_c", Key: store.KeyOf(store.FactControl, "c"),
			LineKind: store.KindControl, Owner: store.Owner{Kind: store.OwnerUs},
		}})
		d := &telling{Contract: w.desk}
		s := openScreen(t, d, w.now, screenOptions{})
		s.press("open", "control")
		s.expect("pass it to the Page's own inbox", "pass it to another app, by its id", "release it: whoever answers first has it")
		s.press("menu-choose")
		s.expect("people at the Page's own inbox answer Mara", "Pass it on?")
		s.press("no")
		if len(d.asked) != 0 {
			t.Fatalf("without a yes the desk was asked %+v", d.asked)
		}
		s.press("control", "menu-down", "menu-choose")
		s.typed("shop bot")
		s.press("line-take")
		s.expect("An app's id has digits only.")
		for range len("shop bot") {
			s.p.Send(keyMsg("backspace"))
		}
		s.typed("4242")
		s.press("line-take", "yes")
		s.expect("Passed on: the app 4242 answers from now on.")
		if len(d.asked) != 1 || d.asked[0].Verb != desk.ControlPass || d.asked[0].To != "4242" || d.asked[0].Agent != "ana" {
			t.Errorf("the desk was asked %+v", d.asked)
		}
	})
}
