package tui_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// hostile is text that would wreck a screen if it were drawn as it comes.
const hostile = "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x1b[0m\r\u202egnp.exe\u2066\u009b31m\x00\ttab\u0085 " +
	"a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301 👩\u200d🔧 \xff end"

func TestFrames(t *testing.T) {
	t.Parallel()
	talk := func(_ *world, s *terminal) {
		s.press("open", "reply")
		s.typed("Of course, I hold it for you.")
	}
	for _, c := range []struct {
		name  string
		world worldOptions
		sizes []screenOptions
		tell  func(w *world, s *terminal)
	}{
		{"list", worldOptions{}, sizes(60, 20, 80, 24, 120, 40, 200, 60), nil},
		{"thread", worldOptions{}, sizes(60, 20, 80, 24, 100, 30, 120, 40, 200, 60), talk},
		{"light", worldOptions{}, []screenOptions{{w: 120, h: 40, light: true}}, talk},
		{"nocolor", worldOptions{}, []screenOptions{{w: 80, h: 24, noColor: true}, {w: 120, h: 40, noColor: true}}, talk},
		{"small", worldOptions{}, sizes(40, 12, 20, 5), nil},
		{"empty", worldOptions{nothing: true, noPage: true}, sizes(60, 20, 80, 24, 120, 40), nil},
		{"empty-page", worldOptions{nothing: true}, sizes(80, 24), nil},
		{"deaf", worldOptions{nothing: true, listen: errors.New("127.0.0.1:8080 is taken: set FRONTDESK_LISTEN")}, sizes(120, 40), nil},
		{"help", worldOptions{}, sizes(60, 20, 80, 24, 120, 40), func(_ *world, s *terminal) { s.press("help") }},
		{"diagnostics", worldOptions{counters: []desk.Counter{{Name: "accepted", N: 1204}, {Name: "bad_signature", N: 3}}}, sizes(60, 20, 80, 24, 120, 40), func(w *world, s *terminal) {
			w.says("109872000000777", mara, 0, "To a Page without settings")
			w.add([]store.Fact{{Kind: store.FactUnknown, Inbox: pageID, At: w.ago(0), Name: "calls"}, {Kind: store.FactUnknown, Inbox: pageID, At: w.ago(0), Name: "payment"}})
			s.press("diagnostics")
		}},
		{"snooze", worldOptions{}, sizes(60, 20, 120, 40), func(_ *world, s *terminal) { s.press("snooze") }},
		{"palette", worldOptions{}, sizes(60, 20, 120, 40), func(_ *world, s *terminal) {
			s.press("palette")
			s.typed("mark")
		}},
		{"quit", worldOptions{}, sizes(60, 20), func(_ *world, s *terminal) { s.press("quit") }},
		{"filter", worldOptions{}, sizes(80, 24, 120, 40), func(_ *world, s *terminal) {
			s.press("filter")
			s.typed("origin:")
			s.press("complete-down")
		}},
		{"filter-fault", worldOptions{}, sizes(60, 20), func(_ *world, s *terminal) {
			s.press("filter")
			s.typed("orgin:plugin") //nolint:misspell // the fault is what this is about
		}},
		{"details", worldOptions{}, sizes(80, 24, 120, 40), func(_ *world, s *terminal) { s.press("details", "down") }},
		{"failed", worldOptions{}, sizes(60, 20, 80, 24), func(w *world, s *terminal) {
			w.says(pageID, gone, time.Minute, "Call me")
			w.named(pageID, gone, "Karl Berg")
			s.settle()
			s.press("first", "reply")
			s.typed("We will call you this afternoon.")
			s.press("send")
			s.typed("Around three.")
			s.press("send", "keep-draft")
		}},
		{"long", worldOptions{}, sizes(60, 20, 80, 24), func(w *world, s *terminal) {
			w.says(pageID, mara, 0, strings.Repeat("Donaudampfschifffahrtsgesellschaft", 6)+" and then "+strings.Repeat("many words ", 40))
			w.named(pageID, mara, strings.Repeat("Mara Annemarie Theodora ", 8))
			s.settle()
			s.press("first", "open")
		}},
		{"wide", worldOptions{}, sizes(80, 24), func(w *world, s *terminal) {
			w.answers(pageID, yuki, 0, store.Fact{Text: "身長162cmでしたら、Sサイズがおすすめです 🚲✨ 何かありましたら、いつでもご連絡ください。", Buttons: []messenger.Button{
				{Type: messenger.ButtonPostback, Title: "サイズ表を見る", Payload: "S"},
			}})
			s.settle()
			s.press("first", "open")
		}},
		{"hostile", worldOptions{}, sizes(80, 24), func(w *world, s *terminal) {
			w.comes(pageID, mara, 0, store.OriginLink, hostile, "https://evil.example/"+hostile)
			w.says(pageID, mara, 0, hostile+"\nsecond line")
			w.named(pageID, mara, "Mara"+hostile)
			s.settle()
			s.press("first", "open")
		}},
	} {
		for _, so := range c.sizes {
			t.Run(fmt.Sprintf("%s-%dx%d", c.name, so.w, so.h), func(t *testing.T) {
				t.Parallel()
				story(t, c.world, so, func(w *world, s *terminal) {
					if c.tell != nil {
						c.tell(w, s)
						s.settle()
					}
					frame := s.frame()
					s.widths()
					golden.RequireEqual(s.t, frame)
					s.send(tea.ClearScreen())
					if again := s.frame(); again != frame {
						t.Errorf("drawn from scratch the screen is another:\n%s", cmp.Diff(frame, again))
					}
				})
			})
		}
	}
}

func sizes(wh ...int) []screenOptions {
	var out []screenOptions
	for i := 0; i < len(wh); i += 2 {
		out = append(out, screenOptions{w: wh[i], h: wh[i+1]})
	}
	return out
}

// broken is a desk that cannot be read.
type broken struct {
	desk.Contract
	fail func() bool
	hang bool
}

var errBroken = errors.New("input/output error")

func (b *broken) List(ctx context.Context, r store.ListRequest) (store.ListPage, error) {
	if b.hang {
		<-ctx.Done()
		return store.ListPage{}, ctx.Err()
	}
	if b.fail() {
		return store.ListPage{}, errBroken
	}
	return b.Contract.List(ctx, r)
}

func TestFrameWhileReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		s := openScreen(t, &broken{Contract: w.desk, hang: true}, w.now, screenOptions{w: 80, h: 24})
		golden.RequireEqual(t, s.frame())
	})
}

func TestFrameOfAFailureAndTheKeyThatTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		failing := true
		s := openScreen(t, &broken{Contract: w.desk, fail: func() bool { return failing }}, w.now, screenOptions{w: 80, h: 24})
		golden.RequireEqual(t, s.frame())
		failing = false
		s.press("reload")
		s.expect("Mara Voss")
		failing = true
		s.press("reload")
		s.expect("The screen could not be brought up to date: Input/output error.", "Mara Voss")
	})
}

func TestResizingComesBackToTheSameScreen(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("open", "reply")
		s.typed("A draft\nof two lines")
		before := s.frame()
		for _, size := range [][2]int{{80, 24}, {60, 20}, {30, 8}, {200, 60}, {100, 30}, {120, 40}} {
			s.resize(size[0], size[1])
		}
		if after := s.frame(); after != before {
			t.Errorf("the screen came back as another:\n%s\nwas:\n%s", after, before)
		}
	})
}

func TestMouse(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.send(tea.MouseClickMsg{X: 30, Y: 6, Button: tea.MouseLeft})
		s.expect("▌ Jonas Lind", "╭─ Jonas Lind")
		s.send(tea.MouseClickMsg{X: 5, Y: 8, Button: tea.MouseLeft})
		s.expect("╭─ All")
		s.send(tea.MouseClickMsg{X: 70, Y: 37, Button: tea.MouseLeft})
		s.typed("Hi Jonas")
		s.expect("Hi Jonas", "8 / 2000")
		s.send(tea.MouseWheelMsg{X: 30, Y: 6, Button: tea.MouseWheelDown})
		s.expect("Hi Jonas")
	})
}
