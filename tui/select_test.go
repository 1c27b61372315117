package tui_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

func TestChosenMessageIsQuotedInTheReply(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("open", "select")
		s.expect("▌", "r reply to it", "y copy", "+ react", "E evidence")
		s.press("select-up")
		s.press("select-down", "quote")
		s.typed("I hold it for you.")
		s.press("send")
		s.settle()
		s.expect("I hold it for you.", "┆ Mara Voss: Thanks! Could you h")
	})
}

func TestSelectingGoesThroughTheThreadAndLeavesIt(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 80, h: 24}, func(w *world, s *terminal) {
		for i := range 30 {
			w.says(pageID, mara, time.Duration(30-i)*time.Second, "Message "+itoa3(i))
		}
		s.settle()
		s.press("open", "select")
		for range 29 {
			s.press("select-up")
		}
		s.expect("▌           Message 000")
		s.press("last")
		s.refuse("Message 000")
		s.expect("▌           Message 029")
		s.press("page-up")
		s.expect("▌")
		s.press("last", "select-up")
		s.expect("▌           Message 028")
		s.press("select-leave")
		s.expect("j/k scroll")
		s.press("back")
		s.expect("▌ Mara Voss")
	})
}

func TestReactingAndTakingItBack(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("open", "select", "react")
		s.expect("React", "love", "dislike")
		s.press("menu-choose")
		s.settle()
		s.expect("Reacted with ❤.", "╰ ❤ you")
		s.press("react")
		s.expect("take the reaction back")
		s.press("menu-choose")
		s.settle()
		s.refuse("╰ ❤ you")
	})
}

func TestCopyOfAMessageReachesTheTerminal(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("open", "select", "copy-message")
		s.expect("Copied “Thanks! Could you hold one")
	})
}

// opened is what was handed to the system's opener.
type opened struct {
	mu  sync.Mutex
	all []string
}

func (o *opened) open(_ context.Context, target string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, target)
	if strings.Contains(target, "broken") {
		return errors.New("no browser is here")
	}
	return nil
}

func TestAddressesAreShownWholeBeforeTheyAreOpened(t *testing.T) {
	t.Parallel()
	var o opened
	story(t, worldOptions{}, screenOptions{open: o.open}, func(w *world, s *terminal) {
		w.says(pageID, mara, 0, "See https://lumen.example/bikes?color=red&size=m. And http://user@lumen.example/ or javascript://x")
		s.settle()
		s.press("open", "select", "open-link")
		s.expect("Open in the browser?", "https://lumen.example/bikes?color=red&size=m")
		s.press("no")
		if len(o.all) != 0 {
			t.Errorf("opened without a yes: %q", o.all)
		}
		s.press("open-link", "yes")
		s.expect("Opened lumen.example.")
		w.sends(pageID, mara, 0, store.Fact{LineKind: store.KindMedia, Attachments: []store.Attachment{
			{Type: "fallback", Title: "A test of city bikes", URL: "https://paper.example/broken"},
			{Type: "location", Lat: 59.91273, Long: 10.74609},
			{Type: "ig_reel", URL: "/reel/1"},
		}})
		s.settle()
		s.press("select-down", "open-link")
		s.expect("A test of city bikes", "paper.example/broken", "map")
		s.press("menu-choose", "yes")
		s.expect("Not opened: No browser is here.")
		if diff := cmp.Diff([]string{"https://lumen.example/bikes?color=red&size=m", "https://paper.example/broken"}, o.all); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFormerWordsUnfoldUnderTheMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		msgs := everyKind()[:3]
		s := openScreen(t, &told{w.desk, msgs, func(*store.Conversation) {}}, w.now, screenOptions{})
		s.press("open", "select", "former")
		s.expect("The customer has taken this message back.")
		s.press("select-up", "former")
		s.expect("edited ×2", "✎ until 12:11: I need it tomorrow", "✎ until 12:10: I need it today")
		s.press("former")
		s.refuse("I need it tomorrow")
	})
}

func TestDisabledActionsOnAMessageSayWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		s := openScreen(t, &told{w.desk, everyKind()[15:16], func(*store.Conversation) {}}, w.now, screenOptions{w: 160, h: 30})
		s.press("open", "select")
		for action, why := range map[string]string{
			"quote": "Only what the customer or the page said can be quoted.", "react": "Only what the customer or the page said can have a reaction.",
			"open-link": "This message has no file that is kept here", "former": "This message was never edited.", "again": "No reply here failed.",
		} {
			s.press(action)
			s.expect(why)
		}
	})
}

func TestEvidenceTellsWhatHappenedToAReply(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("open", "reply")
		s.typed("Around three.")
		s.press("send", "keep-draft")
		s.settle()
		s.press("evidence")
		s.expect("Evidence", "you: Around three.", "14:10", "▸ ")
		s.press("evidence-unfold")
		s.expect("▾", `"text": "Around three."`, "Request 1 was sent", "The platform took it")

		path := filepath.Join(t.TempDir(), "trail.json")
		s.press("evidence-save")
		s.send(keyMsg("ctrl+u"))
		s.typed(path)
		s.press("save-take")
		s.expect("Written to ")
		info, err := os.Stat(path)
		w.check(err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("the file's mode is %v", info.Mode())
		}
		body, err := os.ReadFile(path)
		w.check(err)
		if !strings.Contains(string(body), "Around three.") || !strings.Contains(string(body), `"steps"`) {
			t.Errorf("written was %s", body)
		}
		s.press("evidence-save")
		s.send(keyMsg("ctrl+u"))
		s.typed(path)
		s.press("save-take")
		s.expect("Not written: There is a file at")
		if again, err := os.ReadFile(path); err != nil || string(again) != string(body) {
			t.Errorf("the file was written over: %v", err)
		}
		s.press("save-close", "evidence-copy")
		s.expect("Copied as JSON")
		s.press("evidence-close")
		s.refuse("Evidence")
	})
}

func TestEvidenceOfWhatTheContactWrote(t *testing.T) {
	t.Parallel()
	for _, so := range []screenOptions{{w: 60, h: 20}, {w: 80, h: 24}, {w: 120, h: 40}, {w: 120, h: 40, light: true}, {w: 120, h: 40, noColor: true}, {w: 200, h: 60}} {
		t.Run(itoa3(so.w)+map[bool]string{true: "-light"}[so.light]+map[bool]string{true: "-nocolor"}[so.noColor], func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := fed(t, "message-text", "edit-first", "echo-own-app", "reaction-love", "read-watermark")
				s := openScreen(t, w.desk, w.now, so)
				s.press("view-all", "open", "select", "evidence", "evidence-unfold")
				s.widths()
				golden.RequireEqual(s.t, s.frame())
			})
		})
	}
}
