package desk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// picture is a file that is kept already.
var picture = store.File{Hash: strings.Repeat("ab", 32), Name: "map.png", Type: "image/png", Size: 1234}

// carrier keeps files under ids that count up.
type carrier struct {
	mu     sync.Mutex
	asked  []bool // whether each was to be fresh
	answer func(ctx context.Context, n int) error
}

func (c *carrier) Carry(ctx context.Context, r store.Reply, fresh bool) (string, error) {
	c.mu.Lock()
	c.asked = append(c.asked, fresh)
	n := len(c.asked)
	c.mu.Unlock()
	if r.File == nil || r.File.Hash != picture.Hash {
		return "", fmt.Errorf("asked to carry %+v", r.File)
	}
	if c.answer != nil {
		if err := c.answer(ctx, n); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("17455%d", n), nil
}

func (c *carrier) times() []bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

func withFiles(c desk.Carrier) func(*desk.Options) {
	return func(o *desk.Options) { o.Files = c }
}

func (w *world) sendsPicture(id store.ConversationID) store.Message {
	w.t.Helper()
	m, err := w.desk.Reply(w.t.Context(), desk.Reply{Conversation: id, Agent: agent, File: &picture})
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func TestFileIsHandedOverFirst(t *testing.T) {
	t.Parallel()
	g := newGraph(t, func(w http.ResponseWriter, n int, r messenger.SendRequest) {
		if n == 1 { // the id was of another page, or too old
			refuse(t, w, 400, "error-100-2018074-attachment-not-yours.json")
			return
		}
		accept(w, r)
	})
	files := &carrier{}
	w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL), adjust: withFiles(files)})
	id := w.writes(pageID, psid(maya), "hello", 0)
	m := w.sendsPicture(id)
	if m.Kind != store.KindMedia || m.File == nil || *m.File != picture || len(m.Attachments) != 1 || m.Attachments[0].Type != "image" {
		t.Errorf("queued as %+v", m)
	}
	w.untilState(m, store.StateSent)
	if got := files.times(); !slices.Equal(got, []bool{false, true}) {
		t.Errorf("handed over %v, want once, and once afresh", got)
	}
	var ids []string
	for _, r := range g.requests() {
		if r.Message.Attachment == nil || r.Message.Attachment.Type != "image" || r.Message.Text != "" {
			t.Fatalf("the platform got %+v", r.Message)
		}
		ids = append(ids, r.Message.Attachment.Payload.AttachmentID)
	}
	var noted []string
	for _, a := range records[store.Attempt](w, store.RecordAttempt) {
		if a.Type != messenger.Response || a.Tag != "" {
			t.Errorf("noted as %s %q", a.Type, a.Tag)
		}
		noted = append(noted, a.AttachmentID)
	}
	if want := []string{"174551", "174552"}; !slices.Equal(ids, want) || !slices.Equal(noted, want) {
		t.Errorf("sent with the ids %v, noted %v, want %v", ids, noted, want)
	}
}

// TestFileThatCannotBeHandedOver has the hand-over fail: nothing was sent, so the same may be done again.
func TestFileThatCannotBeHandedOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		fails int // how often
		state store.DeliveryState
		tried int
	}{
		"connection broke":  {err: errUnclear, fails: 2, state: store.StateSent, tried: 3},
		"again and again":   {err: errUnclear, fails: 100, state: store.StateFailed, tried: 5},
		"platform is busy":  {err: &messenger.APIError{HTTPStatus: 503, Code: 2}, fails: 1, state: store.StateSent, tried: 2},
		"too large":         {err: &messenger.APIError{HTTPStatus: 400, Code: 100, Subcode: 2018109}, fails: 100, state: store.StateFailed, tried: 1},
		"the token is dead": {err: errDeadToken, fails: 100, state: store.StateHeld, tried: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &platform{}
			files := &carrier{answer: func(_ context.Context, n int) error {
				if n <= c.fails {
					return c.err
				}
				return nil
			}}
			w := open(t, t.TempDir(), config{sender: p, adjust: withFiles(files)})
			got := w.untilState(w.sendsPicture(w.writes(pageID, psid(maya), "hello", 0)), c.state)
			if n := len(files.times()); n != c.tried {
				t.Errorf("tried %d times, want %d", n, c.tried)
			}
			if sent := len(p.requests()); (sent == 1) != (c.state == store.StateSent) {
				t.Errorf("%d requests for the message", sent)
			}
			if c.state != store.StateSent && (got.Error == nil || !got.Error.Retry || got.Error.Text == "") {
				t.Errorf("error %+v", got.Error)
			}
		})
	}
}

// TestCancelWhileAFileIsHandedOver takes a reply back in the minutes that its file may take.
func TestCancelWhileAFileIsHandedOver(t *testing.T) {
	t.Parallel()
	p := &platform{}
	began, goOn := make(chan struct{}), make(chan struct{})
	files := &carrier{answer: func(context.Context, int) error { close(began); <-goOn; return nil }}
	w := open(t, t.TempDir(), config{sender: p, adjust: withFiles(files)})
	id := w.writes(pageID, psid(maya), "hello", 0)
	m := w.sendsPicture(id)
	<-began
	w.do(store.Act{Conversation: id, Verb: store.VerbCancel, Message: m.ID})
	close(goOn)
	w.untilState(w.reply(id, "Here is the way."), store.StateSent)
	if got := w.message(m); got.State != store.StateCancelled {
		t.Errorf("it is %s", got.State)
	}
	if got := p.texts(); !slices.Equal(got, []string{"Here is the way."}) {
		t.Errorf("the platform got %q", got)
	}
}

func TestFilesRefused(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true, sender: &platform{}})
	id := w.writes(pageID, psid(maya), "hello", 0)
	file := func(change func(*store.File)) *store.File { f := picture; change(&f); return &f }
	for name, c := range map[string]struct {
		reply desk.Reply
		says  string // empty: it is taken
	}{
		"with text":          {desk.Reply{File: &picture, Message: messenger.OutMessage{Text: "Here"}}, "two messages"},
		"with a template":    {desk.Reply{File: &picture, Message: messenger.ButtonTemplate("Look", messenger.Button{})}, "two messages"},
		"not kept":           {desk.Reply{File: file(func(f *store.File) { f.Hash = "../secret" })}, "Attach it again"},
		"empty":              {desk.Reply{File: file(func(f *store.File) { f.Size = 0 })}, "empty"},
		"picture at 8 MB":    {desk.Reply{File: file(func(f *store.File) { f.Size = 8 << 20 })}, ""},
		"picture over 8 MB":  {desk.Reply{File: file(func(f *store.File) { f.Size = 8<<20 + 1 })}, "at most 8 MB"},
		"film at 25 MB":      {desk.Reply{File: file(func(f *store.File) { f.Type, f.Size = "video/mp4", 25<<20 })}, ""},
		"film over 25 MB":    {desk.Reply{File: file(func(f *store.File) { f.Type, f.Size = "video/mp4", 25<<20+1 })}, "at most 25 MB"},
		"with quick replies": {desk.Reply{File: &picture, Message: messenger.OutMessage{QuickReplies: []messenger.QuickReply{{ContentType: "user_email"}}}}, ""},
		"with bad ones":      {desk.Reply{File: &picture, Message: messenger.OutMessage{QuickReplies: []messenger.QuickReply{{ContentType: "text"}}}}, "quick_replies[0]"},
	} {
		c.reply.Conversation, c.reply.Agent = id, agent
		_, err := w.desk.Reply(t.Context(), c.reply)
		var refusal *desk.Refusal
		if c.says == "" && err != nil || c.says != "" && (!errors.As(err, &refusal) || !strings.Contains(refusal.Error(), c.says)) {
			t.Errorf("%s: %v, want a refusal with %q", name, err, c.says)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	p := &platform{}
	w := open(t, t.TempDir(), config{sender: p})
	id := w.writes(pageID, psid(maya), "Do you ship to Norway?", time.Hour)
	asked := "m_in_" + maya + "Do you ship to Norway?"
	answer := func(to store.MessageID) (store.Message, error) {
		return w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, ReplyTo: to, Message: messenger.OutMessage{Text: "Yes."}})
	}
	m, err := answer(store.MessageID(asked))
	if err != nil {
		t.Fatal(err)
	}
	if got := w.untilState(m, store.StateSent); got.ReplyTo != asked || m.ReplyTo != asked {
		t.Errorf("it quotes %q, queued as %q", got.ReplyTo, m.ReplyTo)
	}
	if r := p.requests()[0]; r.ReplyTo == nil || r.ReplyTo.MID != asked {
		t.Errorf("asked for %+v", r)
	}
	// Our own words may be quoted too, once they have an id there.
	if _, err := answer(m.ID); err != nil {
		t.Errorf("quoting ourselves: %v", err)
	}

	undo := w.do(store.Act{Conversation: id, Verb: store.VerbNote, Text: "secret"})
	old := w.writes(pageID, psid(noor), "hello", 25*time.Hour)
	w.append([]store.Fact{{ // the window is open again, by a tap
		Kind: store.FactPostback, Inbox: pageID, Contact: psid(noor), At: store.MillisOf(time.Now()), ID: "p", Key: "p",
		LineKind: store.KindPostback, Text: "Prices", OpensWindow: true,
	}})
	for name, c := range map[string]struct {
		conv store.ConversationID
		id   store.MessageID
	}{
		"nothing there":        {id, "m_nowhere"},
		"a note":               {id, undo.Message},
		"of another":           {id, store.MessageID("m_in_" + noor + "hello")},
		"after 24 hours":       {old, store.MessageID("m_in_" + noor + "hello")},
		"a tap without an id":  {old, "p"},
		"what was never there": {id, "out:fd1:none"},
	} {
		_, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: c.conv, Agent: agent, ReplyTo: c.id, Message: messenger.OutMessage{Text: "Yes."}})
		var refusal *desk.Refusal
		if !errors.As(err, &refusal) || refusal.Field != "reply_to" || refusal.Advice == "" {
			t.Errorf("quoting %s: %v", name, err)
		}
	}
}

// TestHoldWithAClockThatIsSetBack ends the desk while a reply is held, and starts it a day earlier by the clock: the reply
// goes out all the same.
func TestHoldWithAClockThatIsSetBack(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &platform{}
		dir := t.TempDir()
		hold := func(o *desk.Options) { o.Hold = 10 * time.Second }
		w := open(t, dir, config{sender: p, adjust: hold})
		m := w.reply(w.writes(pageID, psid(maya), "hello", time.Minute), "Gladly.")
		time.Sleep(time.Second)
		w.close()
		w = open(t, dir, config{sender: p, adjust: hold, now: func() time.Time { return time.Now().Add(-24 * time.Hour) }})
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := w.message(m); got.State != store.StateSent || len(p.requests()) != 1 {
			t.Errorf("it is %s after %d requests", got.State, len(p.requests()))
		}
		w.close()
	})
}

// TestHold takes a reply back while it is held, and sends another one when the time is over.
func TestHold(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := &platform{}
		w := open(t, t.TempDir(), config{sender: p, adjust: func(o *desk.Options) { o.Hold = 10 * time.Second }})
		id := w.writes(pageID, psid(maya), "hello", time.Minute)
		regretted := w.reply(id, "Never!")
		if got := regretted.RetryAt.Time(); time.Until(got) != 10*time.Second {
			t.Errorf("held until %v", got)
		}
		if s, err := w.desk.State(t.Context()); err != nil || s.Hold != 10*time.Second {
			t.Errorf("the state says %v, %v", s.Hold, err)
		}
		time.Sleep(9 * time.Second)
		waiting, err := w.desk.Queue(t.Context())
		if err != nil || len(waiting) != 1 || !waiting[0].Next.Equal(time.Now().Add(time.Second)) || !strings.Contains(waiting[0].Reason, "take it back") {
			t.Fatalf("queue %+v, %v", waiting, err)
		}
		undo := w.do(store.Act{Conversation: id, Verb: store.VerbCancel, Message: regretted.ID})
		if undo.Verb != store.VerbSendAgain {
			t.Errorf("the cancel has the undo %+v", undo)
		}
		began := time.Now()
		w.untilState(w.reply(id, "Gladly."), store.StateSent)
		if took := time.Since(began); took < 10*time.Second || took > 11*time.Second {
			t.Errorf("sent after %v", took)
		}
		if got := p.texts(); !slices.Equal(got, []string{"Gladly."}) {
			t.Errorf("the platform got %q", got)
		}
		w.close()
	})
}
