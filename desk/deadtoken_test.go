package desk_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

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
