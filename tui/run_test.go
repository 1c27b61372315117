package tui_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/vt"

	"frontdesk/desk"
	"frontdesk/store"
	"frontdesk/tui"
)

func TestRunKeepsTheDraftWhenItIsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		term := vt.NewSafeEmulator(120, 40)
		in, out := io.Pipe()
		copied := make(chan struct{})
		go func() {
			defer close(copied)
			_, _ = io.Copy(io.Discard, term) // what the terminal answers is of no interest here
		}()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- tui.Run(ctx, tui.Options{Desk: w.desk, Agent: "ana", Now: w.now},
				tea.WithInput(in), tea.WithOutput(term), tea.WithWindowSize(120, 40), tea.WithoutSignalHandler(),
				tea.WithEnvironment([]string{"TERM=xterm-256color"}))
		}()
		pause := func() {
			time.Sleep(300 * time.Millisecond)
			synctest.Wait()
		}
		pause()
		for _, key := range []string{"r", "H", "a", "l", "f"} {
			_, err := out.Write([]byte(key))
			w.check(err)
			time.Sleep(20 * time.Millisecond)
			synctest.Wait()
		}
		cancel() // before the pause after which drafts are saved
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v", err)
		}
		draft, err := w.desk.Draft(t.Context(), store.NewConversationID(pageID, mara), "ana")
		w.check(err)
		if draft.Text != "Half" && draft.Text != "Hal" {
			t.Errorf("the draft is %+v", draft)
		}
		if term.IsAltScreen() {
			t.Error("the terminal was left in the other screen")
		}
		if err := errors.Join(out.Close(), in.Close(), term.Close()); err != nil {
			t.Error(err)
		}
		<-copied
	})
}

func TestTheEndOfTheRunningFrontdeskIsSaid(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		w.check(w.desk.Close())
		s.settle()
		s.expect("! frontdesk has ended: nothing new will come. q quits.")
		s.press("quit")
	})
}

// slowReply holds replies until it is told, and then refuses them.
type slowReply struct {
	desk.Contract
	answer chan error
}

func (d *slowReply) ReplyAll(ctx context.Context, _ []desk.Reply) ([]store.Message, error) {
	select {
	case err := <-d.answer:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestRefusedWordsComeBack(t *testing.T) {
	t.Parallel()
	for _, left := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, worldOptions{})
			d := &slowReply{Contract: w.desk, answer: make(chan error)}
			s := openScreen(t, d, w.now, screenOptions{})
			s.press("reply")
			s.typed("Precious words")
			s.press("send")
			s.expect("Precious words", "◷ queued", "0 / 2000")
			s.typed("and more")
			if left {
				s.press("keep-draft", "next")
				s.refuse("Precious words")
			}
			d.answer <- &desk.Refusal{Reason: "The page is not connected.", Advice: "Set FRONTDESK_PAGE_TOKEN."}
			s.settle()
			s.expect("The page is not connected. Set FRONTDESK_PAGE_TOKEN.")
			if left {
				s.press("previous")
			}
			s.expect("Precious words", "and more")
			s.refuse("◷ queued")
		})
	}
}

func TestReplyThatCouldNotBeKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		d := &slowReply{Contract: w.desk, answer: make(chan error, 1)}
		s := openScreen(t, d, w.now, screenOptions{})
		s.press("reply")
		s.typed("Hello")
		d.answer <- store.ErrFull
		s.press("send")
		s.expect("Not sent: The log cannot take more now", "5 / 2000")
	})
}

// remoteDesk says that it works in another process.
type remoteDesk struct{ desk.Contract }

func (d remoteDesk) State(ctx context.Context) (desk.State, error) {
	s, err := d.Contract.State(ctx)
	s.Remote = true
	s.Behind = 4200 * time.Millisecond
	return s, err
}

func TestRemoteScreenQuitsAtOnceAndSaysHowFarBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		s := openScreen(t, remoteDesk{w.desk}, w.now, screenOptions{})
		s.expect("behind by 4s")
		s.p.Send(keyMsg("q"))
		s.p.Wait()
		if strings.Contains(s.text(), "Quit?") {
			t.Error("it asked")
		}
	})
}

// stuck is a desk that answers nothing any more once it is told.
type stuck struct {
	desk.Contract
	now chan struct{}
}

func (d *stuck) Conversation(ctx context.Context, id store.ConversationID) (store.Conversation, error) {
	select {
	case <-d.now:
		<-ctx.Done()
		return store.Conversation{}, ctx.Err()
	default:
		return d.Contract.Conversation(ctx, id)
	}
}

func TestSilenceOfTheDeskIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		d := &stuck{Contract: w.desk, now: make(chan struct{})}
		s := openScreen(t, d, w.now, screenOptions{})
		s.press("down")
		close(d.now)
		s.press("up", "open")
		s.expect("Reading…", "╭─ Mara Voss")
		s.press("back")
		s.expect("▌ Mara Voss", "Thanks! Could you hold one") // the list still answers
	})
}

func TestSilenceOfARefreshIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		c := &counting{Contract: w.desk, slow: make(chan struct{})}
		s := openScreen(t, c, w.now, screenOptions{})
		s.refuse("no answer yet")
		time.Sleep(time.Minute)
		s.settle()
		s.expect("no answer yet")
		close(c.slow)
		s.settle()
		s.expect("webhook ok", "Mara Voss")
	})
}

func TestAgesMoveOn(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.expect("2m ●")
		time.Sleep(10 * time.Minute)
		s.settle()
		s.expect("12m ●")
	})
}
