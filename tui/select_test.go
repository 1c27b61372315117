package tui_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
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

		s.press("evidence-unfold", "last")
		s.expect("│▌▸ 14:10:0")
		s.press("first", "last", "evidence-unfold")
		s.expect("▌▾ 14:10:0", `"outcome": "sent"`)
		s.press("first")

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

func TestFramesOfAChosenMessage(t *testing.T) {
	t.Parallel()
	for _, so := range []screenOptions{{w: 60, h: 20}, {w: 80, h: 24}, {w: 120, h: 40}, {w: 120, h: 40, light: true}, {w: 120, h: 40, noColor: true}, {w: 200, h: 60}} {
		t.Run(itoa3(so.w)+map[bool]string{true: "-light"}[so.light]+map[bool]string{true: "-nocolor"}[so.noColor], func(t *testing.T) {
			t.Parallel()
			story(t, worldOptions{}, so, func(_ *world, s *terminal) {
				s.press("open", "select", "select-up")
				s.widths()
				golden.RequireEqual(s.t, s.frame())
			})
		})
	}
}

func TestAClickChoosesWhileMessagesAreChosen(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("open", "select")
		lines := strings.Split(s.text(), "\n")
		y := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "Do you ship to Norway?") })
		s.send(tea.MouseClickMsg{X: 70, Y: y, Button: tea.MouseLeft})
		s.expect("▌Mara Voss  Do you ship to Norway?")
	})
}

// fetching is a gallery that can be asked for files that are elsewhere.
type fetching struct {
	*gallery
	answer error
}

func (d *fetching) Fetch(context.Context, store.ConversationID, store.MessageID, int) error {
	return d.answer
}

func TestFilesOfAMessageAreOpenedAndFetched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o opened
		w := newWorld(t, worldOptions{})
		d := &fetching{gallery: galleryOf(t, w)}
		d.msgs = []store.Message{d.msgs[1], d.msgs[6], d.msgs[7]}
		page := d.msgs[0]
		page.ID, page.Attachments = "page", []store.Attachment{{Type: "file"}}
		page.Files = []store.Fetched{{Media: store.Media{File: store.File{Hash: "trap.html", Name: "trap.html", Type: "text/html"}}}}
		d.msgs = append(d.msgs, page)
		s := openScreen(t, d, w.now, screenOptions{open: o.open})

		s.press("open", "select", "open-link")
		s.expect("Only pictures, sound, film and PDF are opened from here; this is text/html.")
		s.press("fetch")
		s.expect("There is no file in this message that could be fetched.")
		s.press("select-up", "fetch")
		s.expect("The file is here now.")
		d.answer = &desk.Refusal{Reason: "The host did not answer.", Advice: "Try later."}
		s.press("fetch")
		s.expect("Not fetched: The host did not answer. Try later.")
		s.press("select-up", "open-link", "menu-choose")
		s.expect("Not opened: The file is not kept any more; F fetches it again.")
		d.answer = nil
		s.press("fetch")
		s.expect("The file is here now.")
		s.press("select-up", "open-link", "menu-choose")
		s.expect("Opened wide.png.")
		if want := []string{filepath.Join(d.dir, "wide.png")}; !slices.Equal(o.all, want) {
			t.Errorf("opened %q, want %q", o.all, want)
		}
	})
}
