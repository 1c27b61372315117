package tui_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"frontdesk/desk"
	"frontdesk/store"
	"frontdesk/tui"
)

// counting notes every call of the desk.
type counting struct {
	desk.Contract
	calls atomic.Int64
	lists atomic.Int64
	slow  chan struct{} // where it is set, List waits for it
}

func (c *counting) List(ctx context.Context, r store.ListRequest) (store.ListPage, error) {
	c.calls.Add(1)
	c.lists.Add(1)
	if c.slow != nil {
		<-c.slow
	}
	return c.Contract.List(ctx, r)
}

func (c *counting) Conversation(ctx context.Context, id store.ConversationID) (store.Conversation, error) {
	c.calls.Add(1)
	return c.Contract.Conversation(ctx, id)
}

func (c *counting) Thread(ctx context.Context, r store.ThreadRequest) (store.ThreadPage, error) {
	c.calls.Add(1)
	return c.Contract.Thread(ctx, r)
}

func (c *counting) Touches(ctx context.Context, id store.ConversationID, n int) ([]store.Touch, error) {
	c.calls.Add(1)
	return c.Contract.Touches(ctx, id, n)
}

func (c *counting) Counts(ctx context.Context) (store.Counts, error) {
	c.calls.Add(1)
	return c.Contract.Counts(ctx)
}

func (c *counting) State(ctx context.Context) (desk.State, error) {
	c.calls.Add(1)
	return c.Contract.State(ctx)
}

func (c *counting) ReplyAll(ctx context.Context, replies []desk.Reply) ([]store.Message, error) {
	c.calls.Add(1)
	return c.Contract.ReplyAll(ctx, replies)
}

func (c *counting) Do(ctx context.Context, act store.Act) (store.Act, error) {
	c.calls.Add(1)
	return c.Contract.Do(ctx, act)
}

func (c *counting) Draft(ctx context.Context, id store.ConversationID, agent string) (desk.Draft, error) {
	c.calls.Add(1)
	return c.Contract.Draft(ctx, id, agent)
}

func (c *counting) SaveDraft(ctx context.Context, id store.ConversationID, agent string, draft desk.Draft) error {
	c.calls.Add(1)
	return c.Contract.SaveDraft(ctx, id, agent, draft)
}

func (c *counting) Drafted(ctx context.Context, agent string) ([]store.ConversationID, error) {
	c.calls.Add(1)
	return c.Contract.Drafted(ctx, agent)
}

func (c *counting) Changes(ctx context.Context) (<-chan store.Seq, error) {
	c.calls.Add(1)
	return c.Contract.Changes(ctx)
}

// drive runs a model by hand: Update and View here, commands when asked.
type drive struct {
	t     *testing.T
	m     tea.Model
	d     *counting
	queue []tea.Cmd
}

func (d *drive) update(msg tea.Msg) {
	d.t.Helper()
	before := d.d.calls.Load()
	m, cmd := d.m.Update(msg)
	m.View()
	if n := d.d.calls.Load() - before; n != 0 {
		d.t.Fatalf("Update or View of %T called the desk %d times", msg, n)
	}
	d.m = m
	d.queue = append(d.queue, cmd)
}

// run runs the commands that come soon, and gives their messages back.
func (d *drive) run() {
	d.t.Helper()
	for len(d.queue) > 0 {
		cmd := d.queue[0]
		d.queue = d.queue[1:]
		if cmd == nil {
			continue
		}
		got := make(chan tea.Msg, 1)
		go func() { got <- cmd() }()
		select {
		case msg := <-got:
			if batch, ok := msg.(tea.BatchMsg); ok {
				d.queue = append(d.queue, batch...)
			} else if msg != nil {
				d.update(msg)
			}
		case <-time.After(100 * time.Millisecond): // waits for news, or for time to pass
		}
	}
}

func TestUpdateAndViewNeverCallTheDesk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		c := &counting{Contract: w.desk}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := &drive{t: t, d: c, m: tui.New(tui.Options{Desk: c, Agent: "ana", Now: w.now, Ctx: ctx})}
		d.queue = append(d.queue, d.m.Init())
		d.update(tea.WindowSizeMsg{Width: 120, Height: 40})
		d.run()
		if c.calls.Load() == 0 {
			t.Fatal("nothing was read")
		}
		for _, k := range tui.Keys() {
			if k.Action == "leave-now" || k.Action == "yes" {
				continue
			}
			for _, key := range k.Keys {
				d.update(keyMsg(key))
				d.run()
				d.update(keyMsg("esc"))
				d.run()
			}
		}
		d.update(keyMsg("r"))
		d.update(tea.PasteMsg{Content: "pasted\r\ntext"})
		d.update(tea.MouseClickMsg{X: 30, Y: 6, Button: tea.MouseLeft})
		d.run()
		cancel()
	})
}

// meter counts what is written to a terminal.
type meter struct{ n atomic.Int64 }

func (m *meter) Write(p []byte) (int, error) {
	m.n.Add(int64(len(p)))
	return len(p), nil
}

func TestMovingTheCursorIsFewBytes(t *testing.T) {
	t.Parallel()
	t.Run("beside a thread", func(t *testing.T) {
		t.Parallel()
		movingTheCursorIsFewBytes(t, 120, 40, 305)
	})
	t.Run("in the list alone", func(t *testing.T) {
		t.Parallel()
		movingTheCursorIsFewBytes(t, 80, 24, 305)
	})
}

func movingTheCursorIsFewBytes(t *testing.T, cols, rows int, most int64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{nothing: true})
		for i := range 30 {
			c := store.Contact{Kind: store.ContactPSID, ID: "72000000000000" + itoa3(i)}
			w.says(pageID, c, time.Duration(i)*time.Second, "Hello there, when do you open?")
		}
		out := &meter{}
		in, keys := io.Pipe()
		p := tea.NewProgram(tui.New(tui.Options{Desk: w.desk, Agent: "ana", Now: w.now, Ctx: t.Context()}),
			tea.WithInput(in), tea.WithOutput(out), tea.WithWindowSize(cols, rows), tea.WithoutSignalHandler(),
			tea.WithColorProfile(colorprofile.ANSI256), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
		done := make(chan error, 1)
		go func() {
			_, err := p.Run()
			done <- err
		}()
		settle := func() int64 {
			time.Sleep(300 * time.Millisecond)
			synctest.Wait()
			return out.n.Load()
		}
		settle()
		p.Send(keyMsg("j"))
		before := settle()
		p.Send(keyMsg("j"))
		if n := settle() - before; n == 0 || n > most {
			t.Errorf("moving the cursor by one row writes %d bytes, more than %d", n, most)
		}
		p.Quit()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := errors.Join(keys.Close(), in.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestAtMostOneRefreshIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		c := &counting{Contract: w.desk, slow: make(chan struct{})}
		s := openScreen(t, c, w.now, screenOptions{})
		for range 20 {
			w.says(pageID, jonas, 0, "One more")
			s.settle()
		}
		if n := c.lists.Load(); n != 1 {
			t.Errorf("%d refreshes are under way", n)
		}
		close(c.slow)
		s.settle()
		if n := c.lists.Load(); n > 3 {
			t.Errorf("twenty changes were read %d times", n)
		}
		s.expect("One more")
	})
}
