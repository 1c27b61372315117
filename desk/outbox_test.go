package desk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

func TestOrderWithinAConversation(t *testing.T) {
	t.Parallel()
	p := &platform{}
	p.answer = func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		if n%3 == 0 {
			return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 503, Code: 2}
		}
		return took(r), nil
	}
	w := open(t, t.TempDir(), config{sender: p})
	a, b := w.writes(pageID, psid(maya), "hello", 0), w.writes(pageID, psid(noor), "hello", 0)
	var last []store.Message
	for _, id := range []store.ConversationID{a, b} {
		var m store.Message
		for i := range 10 {
			m = w.reply(id, fmt.Sprintf("%s %02d", id, i))
		}
		last = append(last, m)
	}
	for _, m := range last {
		w.untilState(m, store.StateSent)
	}
	for _, id := range []store.ConversationID{a, b} {
		var got []string
		for _, text := range p.texts() {
			if strings.HasPrefix(text, string(id)) && (len(got) == 0 || got[len(got)-1] != text) {
				got = append(got, text)
			}
		}
		if len(got) != 10 || !slices.IsSorted(got) {
			t.Errorf("conversation %s arrived as %v", id, got)
		}
	}
}

func TestConversationsRunInParallel(t *testing.T) {
	t.Parallel()
	here := []chan struct{}{make(chan struct{}), make(chan struct{})}
	p := &platform{answer: func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		close(here[n-1])
		select {
		case <-here[2-n]: // the other request is on its way too
			return took(r), nil
		case <-time.After(deadline):
			return messenger.SendResponse{}, errRefused
		}
	}}
	w := open(t, t.TempDir(), config{sender: p})
	m1 := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
	m2 := w.reply(w.writes(pageID, psid(noor), "hello", 0), "two")
	w.untilState(m1, store.StateSent)
	w.untilState(m2, store.StateSent)
}

// gated is a platform that does not answer the first request until told.
type gated struct {
	platform
	reached chan struct{}
	verdict chan error
}

func newGated() *gated {
	g := &gated{reached: make(chan struct{}), verdict: make(chan error, 1)}
	g.answer = func(ctx context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		if n > 1 {
			return took(r), nil
		}
		close(g.reached)
		select {
		case err := <-g.verdict:
			if err != nil {
				return messenger.SendResponse{}, err
			}
			return took(r), nil
		case <-ctx.Done():
			return messenger.SendResponse{}, &messenger.TransportError{Reached: true, Err: ctx.Err()}
		}
	}
	return g
}

var (
	errRefused = &messenger.APIError{HTTPStatus: 400, Code: 551}
	errUnclear = &messenger.TransportError{Reached: true, Err: io.ErrUnexpectedEOF}
)

func TestHeldBehindAFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		first store.DeliveryState
		then  func(w *world, first store.Message) // settles the first
		ends  store.DeliveryState
		texts []string
	}{
		"failed, sent again": {
			errRefused, store.StateFailed,
			func(w *world, m store.Message) {
				w.do(store.Act{Conversation: m.Conversation, Verb: store.VerbSendAgain, Message: m.ID})
			},
			store.StateSent,
			[]string{"one", "three", "one", "two"},
		},
		"failed, cancelled": {
			errRefused, store.StateFailed,
			func(w *world, m store.Message) {
				w.do(store.Act{Conversation: m.Conversation, Verb: store.VerbCancel, Message: m.ID})
			},
			store.StateCancelled,
			[]string{"one", "three", "two"},
		},
		"unknown, arrived": {
			errUnclear, store.StateUnknown,
			func(w *world, m store.Message) {
				w.do(store.Act{Conversation: m.Conversation, Verb: store.VerbArrived, Message: m.ID})
			},
			store.StateSent,
			[]string{"one", "three", "two"},
		},
		"unknown, its echo came": {
			errUnclear, store.StateUnknown,
			func(w *world, m store.Message) { w.echoes(m, "m_echo") },
			store.StateSent,
			[]string{"one", "three", "two"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGated()
			w := open(t, t.TempDir(), config{sender: g})
			id := w.writes(pageID, psid(maya), "hello", 0)
			first := w.reply(id, "one")
			<-g.reached
			second := w.reply(id, "two")
			w.caughtUp()
			g.verdict <- c.err
			got := w.untilState(second, store.StateHeld)
			if got.Error == nil || got.Error.Text == "" {
				t.Errorf("held without a reason: %+v", got)
			}
			if got := w.message(first); got.State != c.first {
				t.Errorf("the first is %s, want %s", got.State, c.first)
			}
			// What is written now was written in sight of the failure.
			w.untilState(w.reply(id, "three"), store.StateSent)
			c.then(w, first)
			w.untilState(first, c.ends)
			w.untilState(second, store.StateSent)
			if got := g.texts(); !slices.Equal(got, c.texts) {
				t.Errorf("the platform got %v, want %v", got, c.texts)
			}
		})
	}
}

func TestNoSecondRequestAfterAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir, config{idle: true, sender: &platform{}})
	id := w.writes(pageID, psid(maya), "hello", 0)
	m := w.reply(id, "one")
	behind := w.reply(id, "two")
	// The process dies between the attempt and its result.
	w.append(store.Attempt{Token: m.Token, Conversation: id, N: 1})
	w.close()

	p := &platform{}
	w = open(t, dir, config{sender: p})
	got := w.untilState(m, store.StateUnknown)
	if got.Error == nil || got.Error.Retry || got.Error.Advice == "" {
		t.Errorf("error %+v", got.Error)
	}
	w.untilState(behind, store.StateHeld)
	w.close()

	w = open(t, dir, config{sender: p})
	w.caughtUp()
	if got := w.message(m); got.State != store.StateUnknown {
		t.Errorf("after another start it is %s", got.State)
	}
	if n := len(p.requests()); n != 0 {
		t.Errorf("%d requests without anybody asking", n)
	}
	undo := w.do(store.Act{Conversation: id, Verb: store.VerbSendAgain, Message: m.ID})
	if undo.Verb != store.VerbCancel {
		t.Errorf("undo %+v", undo)
	}
	w.untilState(behind, store.StateSent)
	if got := p.texts(); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("the platform got %v", got)
	}
}

func TestQueuedRepliesSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir, config{idle: true, sender: &platform{}})
	m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
	w.close()
	w = open(t, dir, config{sender: &platform{}})
	w.untilState(m, store.StateSent)
}

func TestAttemptIsInTheLogBeforeItsRequest(t *testing.T) {
	t.Parallel()
	var w *world
	p := &platform{}
	p.answer = func(ctx context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		kept := records[store.Attempt](w, store.RecordAttempt)
		if len(kept) != n || kept[n-1].N != n || string(kept[n-1].Token) != r.Message.Metadata {
			t.Errorf("request %d found attempts %+v", n, kept)
		}
		if n < 3 {
			return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 500, Code: 1}
		}
		return took(r), ctx.Err()
	}
	w = open(t, t.TempDir(), config{sender: p})
	w.untilState(w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi"), store.StateSent)
}

var errDeadToken = &messenger.APIError{HTTPStatus: 401, Code: 190, Subcode: 463}

func TestDeadTokenStopsTheInbox(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := &platform{answer: func(context.Context, int, messenger.SendRequest) (messenger.SendResponse, error) {
		return messenger.SendResponse{}, errDeadToken
	}}
	w := open(t, dir, config{idle: true, sender: p})
	var all []store.Message
	for i := range 20 {
		all = append(all, w.reply(w.writes(pageID, psid(fmt.Sprint("71000", i)), "hello", 0), fmt.Sprint(i)))
	}
	w.close()
	w = open(t, dir, config{sender: p})
	for _, m := range all {
		if got := w.untilState(m, store.StateHeld); got.Error == nil || !strings.Contains(got.Error.Text, "token") {
			t.Errorf("held with %+v", got.Error)
		}
	}
	if n := len(p.requests()); n > 8 {
		t.Errorf("%d requests with a dead token", n)
	}
	before := len(p.requests())
	w.close()

	// The process starts again, and the token is still dead: one question is enough.
	w = open(t, dir, config{sender: p})
	w.until(all[0], "tried again", func(store.Message) bool { return len(p.requests()) > before })
	for _, m := range all {
		w.untilState(m, store.StateHeld)
	}
	w.caughtUp()
	if n := len(p.requests()) - before; n != 1 {
		t.Errorf("%d requests at the next start, want 1", n)
	}
	w.close()

	// The token was renewed.
	p.mu.Lock()
	p.answer = nil
	p.mu.Unlock()
	w = open(t, dir, config{sender: p})
	for _, m := range all {
		w.untilState(m, store.StateSent)
	}
}

func TestSendAgainRechecksAStoppedInbox(t *testing.T) {
	t.Parallel()
	g := newGated()
	w := open(t, t.TempDir(), config{sender: g})
	a := w.writes(pageID, psid(maya), "hello", 0)
	b := w.writes(pageID, psid(noor), "hello", 0)
	first := w.reply(a, "one")
	<-g.reached
	second := w.reply(a, "two")
	g.verdict <- errDeadToken
	w.untilState(first, store.StateHeld)
	w.untilState(second, store.StateHeld)
	if _, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: b, Agent: agent, Message: messenger.OutMessage{Text: "x"}}); err == nil {
		t.Error("a reply was taken while the inbox is stopped")
	}
	w.do(store.Act{Conversation: a, Verb: store.VerbSendAgain, Message: first.ID})
	w.untilState(first, store.StateSent)
	w.untilState(second, store.StateSent)
	w.untilState(w.reply(b, "three"), store.StateSent)
	if s, err := w.desk.State(t.Context()); err != nil || s.Inboxes[0].Alert != "" {
		t.Errorf("alert %q, %v", s.Inboxes[0].Alert, err)
	}
}

func TestMissingSettingHoldsWhatWasQueued(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir, config{idle: true, sender: &platform{}})
	m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi")
	w.close()
	w = open(t, dir, config{}) // started without the token
	if got := w.untilState(m, store.StateHeld); !strings.Contains(got.Error.Text, "FRONTDESK_PAGE_TOKEN") {
		t.Errorf("held with %+v", got.Error)
	}
	w.close()
	w = open(t, dir, config{sender: &platform{}})
	w.untilState(m, store.StateSent)
}

func TestHumanAgentRefusedByThePlatform(t *testing.T) {
	t.Parallel()
	p := &platform{answer: func(_ context.Context, _ int, r messenger.SendRequest) (messenger.SendResponse, error) {
		if r.Tag != messenger.TagHumanAgent || r.MessagingType != messenger.MessageTag {
			return took(r), nil
		}
		return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 403, Code: 200}
	}}
	w := open(t, t.TempDir(), config{sender: p, inbox: desk.Inbox{ID: pageID, HumanAgent: true}})
	id := w.writes(pageID, psid(maya), "hello", 3*day)
	m, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, HumanAgent: true, Message: messenger.OutMessage{Text: "late"}})
	if err != nil {
		t.Fatal(err)
	}
	got := w.untilState(m, store.StateFailed)
	if !strings.Contains(got.Error.Text, "Human Agent") {
		t.Errorf("error %+v", got.Error)
	}
	if s, err := w.desk.State(t.Context()); err != nil || s.Inboxes[0].Alert != "" {
		t.Errorf("the inbox was stopped for it: %q, %v", s.Inboxes[0].Alert, err)
	}
}

// The messages of one answer are queued together: however soon the first one fails, those behind it wait.
func TestAnAnswerOfSeveralMessages(t *testing.T) {
	t.Parallel()
	p := &platform{answer: func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
		if n == 1 {
			return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 400, Code: 100}
		}
		return took(r), nil
	}}
	w := open(t, t.TempDir(), config{sender: p})
	id := w.writes(pageID, psid(maya), "hello", 0)
	var replies []desk.Reply
	for _, text := range []string{"one", "two", "three"} {
		replies = append(replies, desk.Reply{Conversation: id, Agent: "ana", Message: messenger.OutMessage{Text: text}})
	}
	messages, err := w.desk.ReplyAll(t.Context(), replies)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range messages[1:] {
		if m.Seq != messages[i].Seq+1 || m.At <= messages[i].At {
			t.Errorf("message %d stands at %d, %d; the one before at %d, %d", i+1, m.Seq, m.At, messages[i].Seq, messages[i].At)
		}
	}
	w.untilState(messages[0], store.StateFailed)
	for _, m := range messages[1:] {
		if held := w.untilState(m, store.StateHeld); held.HeldBy != messages[0].Token {
			t.Errorf("%q waits for %q, want the first", held.Text, held.HeldBy)
		}
	}
	w.do(store.Act{Agent: "ana", Conversation: id, Verb: store.VerbSendAgain, Message: messages[0].ID})
	for _, m := range messages {
		w.untilState(m, store.StateSent)
	}
	if diff := cmp.Diff([]string{"one", "one", "two", "three"}, p.texts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// Of an answer with a message that can't be sent nothing is kept.
func TestAnAnswerIsTakenWhole(t *testing.T) {
	t.Parallel()
	p := &platform{}
	w := open(t, t.TempDir(), config{sender: p})
	id, other := w.writes(pageID, psid(maya), "hello", 0), w.writes(pageID, psid(noor), "hello", 0)
	head := w.log.Head()
	good := desk.Reply{Conversation: id, Agent: "ana", Message: messenger.OutMessage{Text: "one"}}
	long, elsewhere := good, good
	long.Message.Text = strings.Repeat("x", messenger.MaxText+1)
	elsewhere.Conversation = other
	for name, c := range map[string]struct {
		replies []desk.Reply
		field   string
		reason  string
	}{
		"too long":              {[]desk.Reply{good, long}, "text", "Message 2 of 2: "},
		"for two conversations": {[]desk.Reply{good, elsewhere}, "conversation", ""},
	} {
		_, err := w.desk.ReplyAll(t.Context(), c.replies)
		var refused *desk.Refusal
		if !errors.As(err, &refused) || refused.Field != c.field || !strings.HasPrefix(refused.Reason, c.reason) {
			t.Errorf("%s: %v, want a refusal of %s that begins with %q", name, err, c.field, c.reason)
		}
	}
	if got := w.log.Head(); got != head {
		t.Errorf("%d records were kept", got-head)
	}
	if messages, err := w.desk.ReplyAll(t.Context(), nil); err != nil || len(messages) != 0 {
		t.Errorf("no messages: %v, %v", messages, err)
	}
}
