package desk_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// TestDeadTokenStopsEveryCall asks for no name and shows no typing while a page's token is known to be dead, and goes on
// once it is good again.
func TestDeadTokenStopsEveryCall(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		n := &names{asked: make(chan string, 100), answer: func(string) (messenger.Profile, error) {
			return messenger.Profile{Name: "Mara Voss"}, nil
		}}
		p := newSigning(nil)
		p.answer = func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
			if n == 1 {
				return messenger.SendResponse{}, errDeadToken
			}
			return took(r), nil
		}
		w := open(t, t.TempDir(), config{sender: p, profiler: n, pauses: realPauses, limits: realLimits})
		defer w.close()
		first := w.writes(pageID, psid(maya), "hello", 0)
		time.Sleep(time.Minute)
		synctest.Wait()
		m := w.reply(first, "one")
		synctest.Wait()
		if got := w.message(m); got.State != store.StateHeld || len(n.asked) != 1 {
			t.Fatalf("it is %s, and %d names were asked for", got.State, len(n.asked))
		}
		p.actions()
		second := w.writes(pageID, psid(noor), "hello", 0)
		w.types(second, true)
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if said := p.actions(); said != "" || len(n.asked) != 1 {
			t.Errorf("with a dead token %q was told, and %d names were asked for", said, len(n.asked)-1)
		}
		w.do(store.Act{Conversation: first, Verb: store.VerbSendAgain, Message: m.ID})
		time.Sleep(time.Minute)
		synctest.Wait()
		w.types(second, true)
		if said := p.actions(); said != "typing_on" || len(n.asked) != 2 || w.message(m).State != store.StateSent {
			t.Errorf("with a new token %q was told, %d names were asked for, and the reply is %s", said, len(n.asked)-1, w.message(m).State)
		}
	})
}

// TestDeadTokenIsTriedAgain stops an inbox whose token has died, asks for it with longer and longer pauses, at once when an
// agent looks or writes, and goes on by itself when it is good again, with and without a held reply.
func TestDeadTokenIsTriedAgain(t *testing.T) {
	t.Parallel()
	dead := &messenger.APIError{HTTPStatus: 401, Code: 190, Subcode: 463}
	for name, c := range map[string]struct {
		cancel bool // the held reply, so that nothing waits
		answer error
		lifted bool
	}{
		"good again":              {lifted: true},
		"good again, none held":   {cancel: true, lifted: true},
		"known, but not for this": {answer: &messenger.APIError{HTTPStatus: 403, Code: 200}, lifted: true},
		"still dead":              {answer: dead},
		"cannot be reached":       {answer: &messenger.TransportError{Err: errors.New("no route")}},
		"an error of the server":  {answer: &messenger.APIError{HTTPStatus: 500}},
		"of another token":        {answer: &messenger.APIError{HTTPStatus: 400, Code: 100, Subcode: 33}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				var alive atomic.Bool
				p := &platform{answer: func(_ context.Context, _ int, r messenger.SendRequest) (messenger.SendResponse, error) {
					if !alive.Load() {
						return messenger.SendResponse{}, dead
					}
					return took(r), nil
				}}
				n := &tokenAsker{answer: dead}
				w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits, adjust: func(o *desk.Options) {
					o.Inboxes[0].Namer = n
				}})
				defer w.close()
				id := w.writes(pageID, psid(maya), "hello", 0)
				time.Sleep(2 * time.Second)
				named := n.questions() // of the start, beside the token
				m := w.reply(id, "one")
				synctest.Wait()
				stopped := func() string {
					s, err := w.desk.State(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if in := s.Inboxes[0]; in.Stopped {
						return in.Alert + " " + in.Advice
					}
					return ""
				}
				if said := stopped(); w.message(m).State != store.StateHeld || !strings.Contains(said, "is looked at in ") {
					t.Fatalf("it is %s, and the banner says %q", w.message(m).State, said)
				}
				time.Sleep(12 * time.Hour)
				synctest.Wait()
				if asked := n.questions() - named; asked < 45 || asked > 64 { // a quarter of an hour apart at the most, a fifth less by chance
					t.Errorf("asked %d times in half a day", asked)
				}
				asked := n.questions()
				for range 5 {
					if err := w.desk.Retest(t.Context()); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
				}
				if got := n.questions() - asked; got != 1 {
					t.Errorf("an agent who looks five times asks %d times", got)
				}
				if c.cancel {
					w.do(store.Act{Conversation: id, Verb: store.VerbCancel, Message: m.ID})
				}
				alive.Store(c.lifted)
				n.set(c.answer)
				time.Sleep(retestGap - time.Second)
				if _, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: messenger.OutMessage{Text: "two"}}); err == nil {
					t.Error("a reply is taken while the token is dead")
				}
				time.Sleep(2 * time.Second)
				synctest.Wait()
				if said := stopped(); (said == "") != c.lifted {
					t.Fatalf("the banner says %q; lifted: %v", said, c.lifted)
				}
				want := store.StateHeld
				switch {
				case c.cancel:
					want = store.StateCancelled
				case c.lifted:
					want = store.StateSent
				}
				if got := w.message(m).State; got != want {
					t.Errorf("what was held is %s, want %s", got, want)
				}
				if c.lifted {
					w.untilState(w.reply(id, "three"), store.StateSent)
				} else if len(p.requests()) != 1 {
					t.Errorf("%d requests with a dead token", len(p.requests()))
				}
			})
		})
	}
}

// retestGap is the least pause between two questions that agents cause.
const retestGap = 10 * time.Second

// tokenAsker answers for a page's name, and counts.
type tokenAsker struct {
	mu     sync.Mutex
	asked  int
	answer error
}

func (n *tokenAsker) set(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answer = err
}

func (n *tokenAsker) questions() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

func (n *tokenAsker) PageName(context.Context, string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	if n.answer != nil {
		return "", n.answer
	}
	return "Lumen Bikes", nil
}
