package tui_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"frontdesk/desk"
	"frontdesk/store"
)

var (
	visitorID = store.NewConversationID(siteID, visitor)
	ida       = store.Contact{Kind: store.ContactVisitor, ID: "9000000000000000043"}
	idaID     = store.NewConversationID(siteID, ida)
)

const website = "https://lumen.example"

// onTheWebsite plays two visitors: Ida types on the page of prices, the one without a name has gone.
func onTheWebsite(w *world, g *guests) {
	w.comes(siteID, ida, 3*time.Minute, store.OriginPlugin, "pricing", website+"/pricing")
	w.says(siteID, ida, 2*time.Minute, "Is the battery in the price?")
	w.named(siteID, ida, "Ida Brandt")
	g.walked(idaID,
		desk.Visit{At: w.ago(2 * time.Minute), PageURL: website + "/pricing?currency=eur", Title: "What it costs", Ref: "pricing"},
		desk.Visit{At: w.ago(6 * time.Minute), PageURL: website + "/bikes/cargo", Title: "Cargo bikes", Referrer: "https://search.example/?q=cargo+bike"},
		desk.Visit{At: w.ago(25 * time.Hour), PageURL: website + "/"},
	)
	g.is(idaID, desk.Presence{Online: true, Typing: true, LastSeen: w.ago(0), PageURL: website + "/pricing?currency=eur", Title: "What it costs", Referrer: website + "/bikes/cargo"})
	g.is(visitorID, desk.Presence{LastSeen: w.ago(28 * time.Minute)})
}

func TestFramesOfVisitors(t *testing.T) {
	t.Parallel()
	all := append(sizes(60, 20, 80, 24, 120, 40, 200, 60),
		screenOptions{w: 120, h: 40, light: true}, screenOptions{w: 80, h: 24, noColor: true})
	for _, c := range []struct {
		name string
		tell func(s *terminal)
	}{
		{"list", func(*terminal) {}},
		{"thread", func(s *terminal) { s.press("open") }},
		{"details", func(s *terminal) { s.press("open", "details") }},
	} {
		for _, so := range all {
			name := fmt.Sprintf("%s-%dx%d", c.name, so.w, so.h)
			switch {
			case so.light:
				name += "-light"
			case so.noColor:
				name += "-nocolor"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				g := newGuests()
				story(t, worldOptions{guests: g}, so, func(w *world, s *terminal) {
					onTheWebsite(w, g)
					s.settle()
					s.press("first")
					c.tell(s)
					s.settle()
					frame := s.frame()
					s.widths()
					golden.RequireEqual(s.t, frame)
				})
			})
		}
	}
}

func TestFramesOfTheDemo(t *testing.T) {
	t.Parallel()
	for _, so := range sizes(60, 20, 80, 24, 120, 40, 200, 60) {
		t.Run(fmt.Sprintf("%dx%d", so.w, so.h), func(t *testing.T) {
			t.Parallel()
			story(t, worldOptions{demo: true}, so, func(_ *world, s *terminal) {
				s.expect("http://127.0.0.1:8080/plugin/try")
				golden.RequireEqual(s.t, s.frame())
				s.press("help")
				for range 30 {
					if strings.Contains(s.text(), "be a customer yourself") {
						break
					}
					s.press("page-down")
				}
				s.expect("be a customer yourself", "8080/plugin/try")
			})
		})
	}
}

func TestTheTryOutPageIsOpenedByAKey(t *testing.T) {
	t.Parallel()
	var opened []string
	so := screenOptions{open: func(_ context.Context, target string) error {
		opened = append(opened, target)
		return nil
	}}
	story(t, worldOptions{demo: true}, so, func(_ *world, s *terminal) {
		s.press("try-out")
		s.expect("Opened 127.0.0.1:8080.")
		if len(opened) != 1 || opened[0] != "http://127.0.0.1:8080/plugin/try" {
			t.Errorf("opened %q", opened)
		}
	})
}

func TestOutsideOfTheDemoNoLineIsTaken(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) { s.refuse("/plugin/try") })
}

func TestWhoIsThereIsShownWhileItIsKnown(t *testing.T) {
	t.Parallel()
	g := newGuests()
	story(t, worldOptions{guests: g}, screenOptions{}, func(w *world, s *terminal) {
		onTheWebsite(w, g)
		s.settle()
		s.press("first", "open")
		s.expect("•Ida Brandt", "typing…", "Ida Brandt is typing…")

		g.is(idaID, desk.Presence{Online: true, PageURL: website + "/bikes"})
		s.settle()
		s.settle()
		s.settle()
		s.expect("•Ida Brandt", "• on lumen.example/bikes", "Is the battery in the price?")
		s.refuse("typing…")

		g.is(idaID, desk.Presence{LastSeen: w.ago(time.Minute)})
		time.Sleep(time.Second)
		s.settle()
		s.expect("last seen today")
		s.refuse("•Ida", "• on")

		g.is(idaID, desk.Presence{Online: true})
		time.Sleep(time.Second)
		s.settle()
		s.expect("• here now")
		g.unknown() // nobody knows any more, which is not the same as gone
		time.Sleep(time.Second)
		s.settle()
		s.refuse("•", "last seen", "gone", "here now")
	})
}

func TestTypingMovesNothing(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			g := newGuests()
			story(t, worldOptions{guests: g}, screenOptions{w: size[0], h: size[1]}, func(w *world, s *terminal) {
				onTheWebsite(w, g)
				for i := range 40 {
					w.says(siteID, ida, time.Duration(100-i)*time.Second, fmt.Sprintf("Line %d of a long question.", i))
				}
				g.is(idaID, desk.Presence{Online: true})
				s.settle()
				s.press("first", "open")
				s.settle()
				typing := func(on bool) []string {
					g.is(idaID, desk.Presence{Online: true, Typing: on})
					time.Sleep(time.Second)
					s.settle()
					return strings.Split(s.text(), "\n")
				}
				still, typed := typing(false), typing(true)
				s.expect("Ida Brandt is typing…", "Line 39")
				changed := 0
				for i := range still {
					if still[i] != typed[i] {
						changed++
						if !strings.Contains(typed[i], "typing…") {
							t.Errorf("line %d moved:\n%s\n%s", i, still[i], typed[i])
						}
					}
				}
				if changed == 0 || changed > 3 {
					t.Errorf("%d lines changed, want the border's, the row's and the one under the thread", changed)
				}

				s.press("half-up", "half-up")
				still, typed = typing(false), typing(true)
				s.refuse("is typing…")
				s.expect("typing…") // the border says so
				for i := range still {
					if still[i] != typed[i] && !strings.Contains(typed[i], "typing…") {
						t.Errorf("scrolled up, line %d moved:\n%s\n%s", i, still[i], typed[i])
					}
				}
			})
		})
	}
}

func TestPagesAreOpenedOnlyWhenTheyAreOfTheWeb(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page string
		want string // on the screen after the key
	}{
		"a page":                 {website + "/pricing?a=1", "https://lumen.example/pricing?a=1"},
		"a script":               {"javascript:alert(1)", "No page of this contact is known that could be opened."},
		"a file":                 {"file:///etc/passwd", "No page of this contact is known that could be opened."},
		"with a name in it":      {"https://lumen.example@evil.example/", "No page of this contact is known that could be opened."},
		"with what is not shown": {"https://lumen.example/\u202egnp.exe", "characters that cannot be shown"},
		"with an escape":         {"https://lumen.example/\x1b[2J", "No page of this contact is known that could be opened."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuests()
			var opened []string
			so := screenOptions{open: func(_ context.Context, target string) error {
				opened = append(opened, target)
				return nil
			}}
			story(t, worldOptions{guests: g, nothing: true}, so, func(w *world, s *terminal) {
				w.says(siteID, ida, time.Minute, "Hello")
				g.is(idaID, desk.Presence{Online: true, PageURL: c.page})
				time.Sleep(time.Second)
				s.settle()
				s.press("open", "open-page")
				s.settle()
				s.expect(c.want)
				if len(opened) != 0 {
					t.Errorf("opened without asking: %q", opened)
				}
				if c.want == c.page {
					s.press("yes")
					if len(opened) != 1 || opened[0] != c.page {
						t.Errorf("opened %q, want %q", opened, c.page)
					}
				}
			})
		})
	}
}

func TestTheQuestionsPageIsWhereItWasWritten(t *testing.T) {
	t.Parallel()
	g := newGuests()
	story(t, worldOptions{guests: g}, screenOptions{}, func(w *world, s *terminal) {
		onTheWebsite(w, g)
		w.says(siteID, ida, 5*time.Minute, "Do you have cargo bikes?")
		s.settle()
		s.press("first", "open", "select", "select-up", "select-up")
		s.settle()
		s.press("open-link")
		s.expect("Open in the browser?", "https://lumen.example/bikes/cargo")
		s.press("no", "select-down", "select-down", "open-link")
		s.expect("https://lumen.example/pricing?currency=eur")
	})
}

func TestNobodyIsAskedAboutPeopleOfPages(t *testing.T) {
	t.Parallel()
	g := newGuests()
	story(t, worldOptions{guests: g, nothing: true}, screenOptions{}, func(w *world, s *terminal) {
		id := w.says(pageID, mara, time.Minute, "Hello")
		g.is(id, desk.Presence{Online: true, Typing: true})
		time.Sleep(time.Second)
		s.settle()
		s.press("open")
		s.settle()
		s.refuse("typing…", "•")
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.asked != 0 {
			t.Errorf("asked %d times", g.asked)
		}
	})
}

func TestTheBorderSaysWhereInTheRoomItHas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		w    int
		page string
		want string
	}{
		{120, website + "/bikes", "• on lumen.example/bikes · plugin · pricing"},
		{60, website + "/bikes/cargo", "• on …/bikes/cargo · plugin · pricing"},
		{60, website + "/bikes/cargo/with-a-roof-for-two-children", "• on …/bikes/cargo/wi"},
		{60, "https://" + strings.Repeat("lumen.", 9) + "example", "• here now · plugin · pricing"},
		{60, "", "• here now · plugin · pricing"},
	} {
		g := newGuests()
		story(t, worldOptions{guests: g}, screenOptions{w: c.w, h: 20}, func(w *world, s *terminal) {
			onTheWebsite(w, g)
			g.is(idaID, desk.Presence{Online: true, PageURL: c.page})
			time.Sleep(time.Second)
			s.settle()
			s.press("first", "open")
			s.expect("─ Ida Brandt ─", c.want, "plugin · pricing ─")
		})
	}
}

// deafDesk is a desk that never answers who is there.
type deafDesk struct{ desk.Contract }

func (deafDesk) Presences(ctx context.Context, _ []store.ConversationID) (map[store.ConversationID]desk.Presence, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (deafDesk) Walk(ctx context.Context, _ store.ConversationID) (desk.Walk, error) {
	<-ctx.Done()
	return desk.Walk{}, ctx.Err()
}

func TestTheScreenNeverWaitsForWhoIsThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuests()
		w := newWorld(t, worldOptions{guests: g})
		onTheWebsite(w, g)
		s := openScreen(t, deafDesk{w.desk}, w.now, screenOptions{})
		s.expect("Ida Brandt", "Is the battery in the price?")
		s.press("first", "open", "reply")
		s.typed("Yes, it is.")
		s.press("send")
		s.expect("Yes, it is.", "✓")
		s.refuse("typing…", "•")
	})
}

// olderDesk is a desk of a frontdesk that knows nothing of visitors' presence.
type olderDesk struct{ desk.Contract }

func (olderDesk) Comings(context.Context) (<-chan struct{}, error) {
	return nil, errors.New(`the running frontdesk knows no call "comings"`)
}

func TestAnOlderFrontdeskIsNoFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuests()
		w := newWorld(t, worldOptions{guests: g})
		onTheWebsite(w, g)
		s := openScreen(t, olderDesk{w.desk}, w.now, screenOptions{})
		time.Sleep(time.Minute)
		s.settle()
		s.expect("Ida Brandt", "● webhook ok")
		s.refuse("comings", "•")
	})
}

func TestNobodyIsThereWhileTheDeskHasGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuests()
		w := newWorld(t, worldOptions{guests: g})
		onTheWebsite(w, g)
		d := &farDesk{Contract: w.desk, ended: make(chan struct{})}
		s := openScreen(t, d, w.now, screenOptions{})
		time.Sleep(time.Second)
		s.settle()
		s.expect("•Ida Brandt", "typing…")
		d.end(desk.ErrGone)
		time.Sleep(time.Second)
		s.settle()
		s.expect("looking for frontdesk", "Ida Brandt")
		s.refuse("•", "typing…")
		d.start()
		time.Sleep(3 * time.Second)
		s.settle()
		s.expect("•Ida Brandt", "typing…")
		g.is(idaID, desk.Presence{Online: true}) // and news are heard again
		time.Sleep(time.Second)
		s.settle()
		s.expect("•Ida Brandt")
		s.refuse("typing…")
	})
}
