package tui_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/store"
)

// farDesk is a desk in another process, which ends and starts again when the test says so.
type farDesk struct {
	desk.Contract

	mu    sync.Mutex
	down  error // what every call returns meanwhile
	ended chan struct{}
}

func (d *farDesk) end(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down == nil {
		close(d.ended)
	}
	d.down = err
}

func (d *farDesk) start() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down, d.ended = nil, make(chan struct{})
}

func (d *farDesk) err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.down
}

func (d *farDesk) List(ctx context.Context, r store.ListRequest) (store.ListPage, error) {
	if err := d.err(); err != nil {
		return store.ListPage{}, err
	}
	return d.Contract.List(ctx, r)
}

func (d *farDesk) Conversation(ctx context.Context, id store.ConversationID) (store.Conversation, error) {
	if err := d.err(); err != nil {
		return store.Conversation{}, err
	}
	return d.Contract.Conversation(ctx, id)
}

func (d *farDesk) State(ctx context.Context) (desk.State, error) {
	if err := d.err(); err != nil {
		return desk.State{}, err
	}
	state, err := d.Contract.State(ctx)
	state.Remote = true
	return state, err
}

func (d *farDesk) SaveDraft(ctx context.Context, conv store.ConversationID, agent string, draft desk.Draft) error {
	if err := d.err(); err != nil {
		return err
	}
	return d.Contract.SaveDraft(ctx, conv, agent, draft)
}

func (d *farDesk) ReplyAll(ctx context.Context, replies []desk.Reply) ([]store.Message, error) {
	if err := d.err(); err != nil {
		return nil, fmt.Errorf("reply: %w", err)
	}
	return d.Contract.ReplyAll(ctx, replies)
}

func (d *farDesk) Changes(ctx context.Context) (<-chan store.Seq, error) {
	d.mu.Lock()
	down, ended := d.down, d.ended
	d.mu.Unlock()
	if down != nil {
		return nil, down
	}
	changes, err := d.Contract.Changes(ctx)
	if err != nil {
		return nil, err
	}
	out := make(chan store.Seq)
	go func() {
		defer close(out)
		for {
			select {
			case seq, open := <-changes:
				if !open {
					return
				}
				select {
				case out <- seq:
				case <-ended:
					return
				case <-ctx.Done():
					return
				}
			case <-ended:
				return
			}
		}
	}()
	return out, nil
}

// apart runs a test of a screen beside a desk in another process.
func apart(t *testing.T, tell func(w *world, d *farDesk, s *terminal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		d := &farDesk{Contract: w.desk, ended: make(chan struct{})}
		tell(w, d, openScreen(t, d, w.now, screenOptions{}))
	})
}

func TestScreenComesBackByItself(t *testing.T) {
	t.Parallel()
	apart(t, func(w *world, d *farDesk, s *terminal) {
		s.press("reply")
		d.end(desk.ErrGone)
		s.settle()
		s.expect("! The running frontdesk has ended. It is looked for all the time", "○ looking for frontdesk", "Mara Voss")
		s.typed("Half a sent")
		time.Sleep(10 * time.Second)
		s.settle()
		s.expect("looking for frontdesk", "Half a sent")
		w.says(pageID, jonas, 0, "Said meanwhile")
		d.start()
		time.Sleep(2 * time.Second)
		s.settle()
		s.expect("frontdesk is there again.", "Said meanwhile", "● webhook ok")
		s.refuse("has ended", "looking for frontdesk")
		s.typed("ence")
		time.Sleep(time.Second)
		s.settle()
		s.expect("Half a sentence")
		draft, err := w.desk.Draft(t.Context(), store.NewConversationID(pageID, mara), "ana")
		w.check(err)
		if draft.Text != "Half a sentence" {
			t.Errorf("the draft is %+v", draft)
		}
		w.says(pageID, yuki, 0, "And now")
		s.settle()
		s.expect("And now")
	})
}

func TestReplyToADeskThatHasGone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"not asked", desk.ErrGone, "Not sent: The running frontdesk has ended."},
		{"perhaps asked", desk.ErrUnanswered, "it took the reply: look at the thread"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			apart(t, func(_ *world, d *farDesk, s *terminal) {
				s.press("reply")
				s.typed("Yes, we do.")
				d.end(c.err)
				s.press("send")
				s.expect(c.want, "Yes, we do.", "11 / 2000")
				d.start()
				time.Sleep(2 * time.Second)
				s.press("send")
				s.expect("Yes, we do.", "0 / 2000", "✓")
			})
		})
	}
}

func TestSomebodyElseIsThereInstead(t *testing.T) {
	t.Parallel()
	apart(t, func(_ *world, d *farDesk, s *terminal) {
		d.end(desk.ErrGone)
		s.settle()
		d.end(fmt.Errorf("the running frontdesk speaks version 9"))
		time.Sleep(2 * time.Second)
		s.settle()
		s.expect("! The running frontdesk cannot be talked to: The running frontdesk speaks version 9.")
		d.start()
		time.Sleep(2 * time.Second)
		s.settle()
		s.refuse("cannot be talked to")
	})
}
