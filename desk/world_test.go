package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

const (
	pageID   = store.InboxID("109872000000101")
	siteID   = store.InboxID("109872000000909")
	maya     = "7100000000000001"
	noor     = "7100000000000002"
	visitor  = "9000000000000000042"
	agent    = "ana"
	deadline = 20 * time.Second
)

// world is a data folder with everything that works on it in one process.
type world struct {
	t     *testing.T
	dir   string
	log   *bolt.Log
	views *bolt.Views
	keep  *bolt.DeskDB
	feed  *store.Feed
	desk  *desk.Desk
	ended bool

	cancel context.CancelFunc
	wg     sync.WaitGroup
	runErr error
}

// config is what a test changes about a world.
type config struct {
	sender   desk.Sender // of the page
	visitors desk.Sender
	profiler desk.Profiler
	inbox    desk.Inbox
	now      func() time.Time
	idle     bool // nobody runs the desk

	translate store.Translate // of webhook records; default facts
	adjust    func(*desk.Options)
	pauses    []time.Duration
	limits    []time.Duration
}

// facts is how these tests write webhook records: as the facts themselves.
func facts(r store.Record) []store.Fact {
	var out []store.Fact
	if err := json.Unmarshal(r.Body, &out); err != nil {
		return nil
	}
	return out
}

func open(t *testing.T, dir string, c config) *world {
	t.Helper()
	w := &world{t: t, dir: dir}
	var err error
	if w.log, err = bolt.OpenLog(filepath.Join(dir, "log.db"), bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	if w.views, err = bolt.OpenViews(filepath.Join(dir, "views.db"), bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	if w.keep, err = bolt.OpenDesk(filepath.Join(dir, "desk.db"), bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	applied, err := w.views.Applied(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.feed = store.NewFeed(applied)
	if c.translate == nil {
		c.translate = facts
	}
	projector := store.NewProjector(w.log, w.views, c.translate, w.feed, nil)
	if c.inbox.ID == "" {
		c.inbox = desk.Inbox{ID: pageID, Name: "Lumen Bikes"}
	}
	o := desk.Options{
		Log: w.log, Views: w.views, Feed: w.feed, Drafts: w.keep, Poke: projector.Poke, Now: c.now,
		Inboxes: []desk.InboxConfig{
			{Inbox: c.inbox, Sender: c.sender, Profiler: c.profiler},
			{Inbox: desk.Inbox{ID: siteID, Name: "Site", Plugin: true}},
		},
		PluginSender: c.visitors, Version: "test", DataDir: dir,
	}
	if c.adjust != nil {
		c.adjust(&o)
	}
	if w.desk, err = desk.New(o); err != nil {
		t.Fatal(err)
	}
	retry, limit := c.pauses, c.limits
	if retry == nil {
		retry = []time.Duration{time.Millisecond}
	}
	if limit == nil {
		limit = []time.Duration{time.Millisecond}
	}
	w.desk.SetPauses(retry, limit)
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	w.wg.Go(func() {
		if err := projector.Run(ctx); err != nil {
			t.Errorf("projector: %v", err)
		}
	})
	if !c.idle {
		w.wg.Go(func() { w.runErr = w.desk.Run(ctx) })
	}
	t.Cleanup(w.close)
	return w
}

// close ends everything, as a process that is told to stop does.
func (w *world) close() {
	if w.ended {
		return
	}
	w.ended = true
	if err := w.desk.Close(); err != nil {
		w.t.Errorf("close the desk: %v", err)
	}
	w.cancel()
	w.wg.Wait()
	if w.runErr != nil {
		w.t.Errorf("run: %v", w.runErr)
	}
	if err := errors.Join(w.log.Close(), w.views.Close(), w.keep.Close()); err != nil {
		w.t.Errorf("close the stores: %v", err)
	}
}

// append puts a record in the log and waits until the views show it.
func (w *world) append(body any) store.Seq {
	w.t.Helper()
	r, err := store.NewRecord(store.MillisOf(time.Now()), body)
	if f, ok := body.([]store.Fact); ok {
		r = store.Record{Kind: store.RecordWebhook, At: store.MillisOf(time.Now())}
		r.Body, err = json.Marshal(f)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	seq, err := w.log.Append(w.t.Context(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.caughtUp()
	return seq
}

func (w *world) caughtUp() {
	w.t.Helper()
	if err := w.desk.CaughtUp(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func psid(id string) store.Contact { return store.Contact{Kind: store.ContactPSID, ID: id} }

func conv(inbox store.InboxID, c store.Contact) store.ConversationID {
	return store.NewConversationID(inbox, c)
}

// writes has a contact say something, some time ago.
func (w *world) writes(inbox store.InboxID, c store.Contact, text string, ago time.Duration) store.ConversationID {
	w.t.Helper()
	at := store.MillisOf(time.Now().Add(-ago))
	mid := "m_in_" + c.ID + text
	w.append([]store.Fact{{
		Kind: store.FactMessage, Inbox: inbox, Contact: c, At: at, ID: store.MessageID(mid), MID: mid,
		Key: store.KeyOf(store.FactMessage, mid), LineKind: store.KindText, Text: text, OpensWindow: true,
	}})
	return conv(inbox, c)
}

// echoes brings a reply's echo back.
func (w *world) echoes(m store.Message, mid string) {
	w.t.Helper()
	inbox, c, err := store.ParseConversationID(m.Conversation)
	if err != nil {
		w.t.Fatal(err)
	}
	w.append([]store.Fact{{
		Kind: store.FactEcho, Inbox: inbox, Contact: c, At: m.At + 5, ID: store.MessageID(mid), MID: mid,
		Key: store.KeyOf(store.FactEcho, mid), LineKind: store.KindText, Text: m.Text, Metadata: string(m.Token), AppID: "1",
	}})
}

func (w *world) reply(id store.ConversationID, text string) store.Message {
	w.t.Helper()
	m, err := w.desk.Reply(w.t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: messenger.OutMessage{Text: text}})
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) do(act store.Act) store.Act {
	w.t.Helper()
	if act.Agent == "" {
		act.Agent = agent
	}
	undo, err := w.desk.Do(w.t.Context(), act)
	if err != nil {
		w.t.Fatalf("%s: %v", act.Verb, err)
	}
	return undo
}

func (w *world) conversation(id store.ConversationID) store.Conversation {
	w.t.Helper()
	c, err := w.desk.Conversation(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) message(m store.Message) store.Message {
	w.t.Helper()
	got, err := w.desk.Message(w.t.Context(), m.Conversation, m.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// until waits, move by move of the views, until a reply is as wanted.
func (w *world) until(m store.Message, what string, ok func(store.Message) bool) store.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), deadline)
	defer cancel()
	moves, stop := w.feed.Subscribe()
	defer stop()
	for {
		got, err := w.desk.Message(ctx, m.Conversation, m.ID)
		if err == nil && ok(got) {
			return got
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			w.t.Fatal(err)
		}
		select {
		case <-moves:
		case <-ctx.Done():
			w.t.Fatalf("reply %q never became %s: it is %s, error %+v", m.Text, what, got.State, got.Error)
		}
	}
}

func (w *world) untilState(m store.Message, s store.DeliveryState) store.Message {
	w.t.Helper()
	return w.until(m, string(s), func(m store.Message) bool { return m.State == s })
}

// records are the records of one kind in the log.
func records[T any](w *world, kind store.RecordKind) []T {
	w.t.Helper()
	all, err := w.log.Read(w.t.Context(), 0, 10000)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []T
	for _, r := range all {
		if r.Kind != kind {
			continue
		}
		var body T
		if err := json.Unmarshal(r.Body, &body); err != nil {
			w.t.Fatal(err)
		}
		out = append(out, body)
	}
	return out
}

// platform is a Sender that answers as told.
type platform struct {
	mu     sync.Mutex
	got    []messenger.SendRequest
	pages  []string
	answer func(ctx context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) // nil: takes everything

	talk  func(n int) (messenger.Talk, error) // nil: the conversation is there, and nothing was said in it
	asked int

	signs  chan messenger.SendRequest // sender actions go here; nil: nowhere
	signed func(messenger.SendRequest) error
}

func (p *platform) Send(ctx context.Context, page string, r messenger.SendRequest) (messenger.SendResponse, error) {
	if r.SenderAction != "" {
		return messenger.SendResponse{RecipientID: r.Recipient.ID}, p.sign(r)
	}
	p.mu.Lock()
	p.got, p.pages = append(p.got, r), append(p.pages, page)
	n, answer := len(p.got), p.answer
	p.mu.Unlock()
	if answer == nil {
		return took(r), nil
	}
	return answer(ctx, n, r)
}

func (p *platform) Talk(context.Context, string, string) (messenger.Talk, error) {
	p.mu.Lock()
	p.asked++
	n, talk := p.asked, p.talk
	p.mu.Unlock()
	if talk == nil {
		return messenger.Talk{Known: true}, nil
	}
	return talk(n)
}

func (p *platform) questions() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// sign answers a sender action.
func (p *platform) sign(r messenger.SendRequest) error {
	var err error
	if p.signed != nil {
		err = p.signed(r)
	}
	if p.signs != nil {
		p.signs <- r
	}
	return err
}

func took(r messenger.SendRequest) messenger.SendResponse {
	return messenger.SendResponse{RecipientID: r.Recipient.ID, MessageID: "m_" + r.Message.Metadata}
}

func (p *platform) requests() []messenger.SendRequest {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// texts are the texts in the order in which they arrived.
func (p *platform) texts() []string {
	var out []string
	for _, r := range p.requests() {
		out = append(out, r.Message.Text)
	}
	return out
}

// graphClient is the real client for a real server on loopback.
func graphClient(t *testing.T, address string) *messenger.Client {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := messenger.NewClient(messenger.ClientOptions{
		BaseURL: address, Token: "TOKEN", HTTP: &http.Client{Transport: transport, Timeout: deadline},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
