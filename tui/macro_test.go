package tui_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"frontdesk/store"
)

// macros are the macros of the tests, beside the canned responses.
func macros() map[string]string {
	files := maps.Clone(shop)
	delete(files, "broken.txt")
	maps.Copy(files, map[string]string{
		"macros/done.txt":  "title: Shipped, and done\nkey: f5\nreply: shipping\nlabel: +shipped, -waiting\nassignee: me\nstatus: resolve\n",
		"macros/later.txt": "title: Ask again on Monday\nkey: alt+m\nlabel: +waiting\nsnooze: until Monday 9:00\n",
		"macros/taken.txt": "title: Its key is taken\nkey: r\nlabel: +vip\n",
		"macros/order.txt": "title: On its way\nreply: order\n",
		"macros/wrong.txt": "status: perhaps\n",
	})
	return files
}

func (w *world) conversation(c store.Contact) store.Conversation {
	w.t.Helper()
	w.check(w.desk.CaughtUp(w.t.Context()))
	conv, err := w.desk.Conversation(w.t.Context(), store.NewConversationID(pageID, c))
	w.check(err)
	return conv
}

func TestMacroSaysWhatWillHappenAndDoesIt(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: macros()}, screenOptions{}, func(w *world, s *terminal) {
		s.press("macros")
		s.typed("done")
		s.expect("Macros for Mara Voss", "Shipped, and done", "f5", "Send Mara Voss the canned response shipping.",
			"Put on the label shipped.", "Take off the label waiting: it is so already.", "Assign the conversation to you.", "Resolve the conversation.",
			"We ship to all of Scandinavia, Mara.")
		s.press("menu-choose")
		s.expect("Shipped, and done: Sent Mara Voss the canned response shipping.", "… u undoes all but the message.")
		conv := w.conversation(mara)
		if conv.Status != store.StatusResolved || conv.Assignee != "ana" || fmt.Sprint(conv.Labels) != "[shipped]" {
			t.Errorf("the conversation is %s, %q, %v", conv.Status, conv.Assignee, conv.Labels)
		}
		if got := w.newest(mara); !got.State.Sent() {
			t.Errorf("the reply is %s", got.State)
		}
		s.press("undo")
		s.expect("Undone: Shipped, and done.")
		conv = w.conversation(mara)
		if conv.Status != store.StatusOpen || conv.Assignee != "" || len(conv.Labels) != 0 {
			t.Errorf("after undo the conversation is %s, %q, %v", conv.Status, conv.Assignee, conv.Labels)
		}
	})
}

func TestMacroRunsByItsKey(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: macros()}, screenOptions{}, func(w *world, s *terminal) {
		s.press("macros")
		s.send(keyMsg("alt+m"))
		s.expect("Ask again on Monday: Label waiting put on. Snoozed until Monday")
		if conv := w.conversation(mara); conv.Status != store.StatusSnoozed {
			t.Errorf("the conversation is %s", conv.Status)
		}
		s.press("undo")
		s.press("open")
		s.send(keyMsg("alt+m"))
		s.expect("Macros for", "▌ Ask again on Monday", "Snooze until Monday")
		s.press("menu-close")
		if conv := w.conversation(mara); conv.Status != store.StatusOpen {
			t.Errorf("a look at the macro made the conversation %s", conv.Status)
		}
		s.send(keyMsg("alt+m"), keyMsg("alt+m"))
		s.expect("Ask again on Monday: Label waiting put on.")
	})
}

func TestMacroPickerSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: macros()}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("macros")
		s.expect("✗ macros/taken.txt line 2: the key r is t", "✗ macros/wrong.txt line 1: ")
		s.press("menu-up", "menu-up")
		s.expect("macros/taken.txt line 2: the key r is taken: write a reply; give")
		s.typed("taken")
		s.expect("Its key is taken", "Put on the label vip.")
		s.press("menu-choose")
		s.expect("Its key is taken: Label vip put on. u undoes it.")
	})
}

func TestMacroAsksForBlanks(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: macros()}, screenOptions{}, func(w *world, s *terminal) {
		s.press("macros")
		s.typed("on its way")
		s.press("menu-choose")
		s.expect("Order number (1 of 2)")
		s.press("line-close")
		if w.newestOrNone(mara) {
			t.Fatal("a macro that was left sent something")
		}
		s.press("macros")
		s.typed("on its way")
		s.press("menu-choose")
		s.typed("4711")
		s.press("line-take", "line-take")
		s.expect("On its way: Sent Mara Voss the canned response order")
		if got := w.newest(mara); got.Text != "Good news: order 4711 left our workshop this morning." {
			t.Errorf("the desk has %q", got.Text)
		}
	})
}

func TestLabelsAreGivenByHand(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("labels")
		s.expect("Labels of Mara Voss", "There are no labels yet: type one.")
		s.typed("vip")
		s.expect("vip", "new")
		s.press("menu-choose")
		s.expect("✓ vip")
		s.typed("orders")
		s.press("menu-choose", "menu-close")
		s.expect("Label", "orders  ", "vip  ")
		if got := fmt.Sprint(w.conversation(mara).Labels); got != "[orders vip]" {
			t.Errorf("the labels are %s", got)
		}
		s.press("down", "labels")
		s.typed("ord")
		s.expect("▌   orders")
		s.press("menu-choose", "menu-close", "filter")
		s.typed("label:v")
		s.expect("vip")
		s.press("complete", "filter-keep")
		s.expect("label:vip", "Mara Voss")
		s.refuse("Jonas Lind")
		s.press("labels")
		s.press("menu-down", "menu-choose", "menu-close")
		s.press("undo")
		if got := fmt.Sprint(w.conversation(mara).Labels); got != "[orders vip]" {
			t.Errorf("after undo the labels are %s", got)
		}
	})
}

func TestMacroFrames(t *testing.T) {
	t.Parallel()
	tell := map[string]func(s *terminal){
		"macros": func(s *terminal) { s.press("macros") },
		"labels": func(s *terminal) {
			for _, l := range []string{"vip", "orders", "waiting for us"} {
				s.press("labels")
				s.typed(l)
				s.press("menu-choose", "menu-close")
			}
			s.press("down", "labels")
			s.typed("o")
		},
	}
	for name, do := range tell {
		for _, so := range append(sizes(60, 20, 80, 24, 120, 40, 200, 60), screenOptions{w: 120, h: 40, light: true}, screenOptions{w: 80, h: 24, noColor: true}) {
			look := map[bool]string{true: "-light"}[so.light] + map[bool]string{true: "-nocolor"}[so.noColor]
			t.Run(fmt.Sprintf("%s%s-%dx%d", name, look, so.w, so.h), func(t *testing.T) {
				t.Parallel()
				story(t, worldOptions{canned: macros()}, so, func(_ *world, s *terminal) {
					do(s)
					s.widths()
					golden.RequireEqual(s.t, s.frame())
				})
			})
		}
	}
}
