package tui_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/desk/media"
	"frontdesk/messenger"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

const (
	pageID = store.InboxID("109872000000101")
	siteID = store.InboxID("109872000000909")
)

// The cast.
var (
	mara    = store.Contact{Kind: store.ContactPSID, ID: "7100000000000001"}
	jonas   = store.Contact{Kind: store.ContactPSID, ID: "7100000000000002"}
	yuki    = store.Contact{Kind: store.ContactPSID, ID: "7100000000000003"}
	amal    = store.Contact{Kind: store.ContactPSID, ID: "7100000000000004"}
	gone    = store.Contact{Kind: store.ContactPSID, ID: "7100000000000005"} // the platform refuses replies to it
	unsure  = store.Contact{Kind: store.ContactPSID, ID: "7100000000000006"} // the connection breaks
	visitor = store.Contact{Kind: store.ContactVisitor, ID: "9000000000000000042"}
)

// world is the real desk over real files, in one process, at a time of the test's own.
type world struct {
	t     *testing.T
	desk  *desk.Desk
	log   *bolt.Log
	now   func() time.Time
	start time.Time
	n     int

	folder string // of the canned responses
}

// file writes a file of canned responses or macros.
func (w *world) file(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.folder, name)
	if rest, ok := strings.CutPrefix(name, "macros/"); ok {
		path = filepath.Join(filepath.Dir(w.folder), "macros", rest)
	}
	w.check(os.MkdirAll(filepath.Dir(path), 0o700))
	w.check(os.WriteFile(path, []byte(text), 0o600))
}

type worldOptions struct {
	idle    bool // replies stay queued
	demo    bool
	noPage  bool
	listen  error
	nothing bool // nobody has written

	counters []desk.Counter // of the listener

	canned map[string]string // files of canned responses, and under macros/ of macros
	hold   time.Duration     // so long replies can be taken back
	guests *guests           // the visitors on the website; nil: nothing is known of them
	sites  desk.SiteKeeper   // how the chat is set; nil: nobody knows

	translate store.Translate // of webhook records; nil: they are facts
	begins    time.Time       // when the test begins; zero: base
}

// throughGateway is a text that a gateway answers, so that nobody knows for a while whether it arrived.
const throughGateway = "It goes through a gateway."

// platform answers sends as the cast says.
type platform struct{ w *world }

func (p platform) Send(ctx context.Context, _ string, r messenger.SendRequest) (messenger.SendResponse, error) {
	select {
	case <-time.After(30 * time.Millisecond):
	case <-ctx.Done():
		return messenger.SendResponse{}, ctx.Err()
	}
	if r.Message == nil { // a sender action
		return messenger.SendResponse{RecipientID: r.Recipient.ID}, nil
	}
	switch r.Recipient.ID {
	case gone.ID:
		return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 400, Code: 551, Subcode: 1545041}
	case unsure.ID:
		return messenger.SendResponse{}, errors.New("connection reset")
	}
	if r.Message.Text == throughGateway {
		return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 502}
	}
	return messenger.SendResponse{RecipientID: r.Recipient.ID, MessageID: "m_sent_" + r.Message.Metadata}, nil
}

// Upload takes a file, half of it and then the rest.
func (p platform) Upload(ctx context.Context, _ string, f messenger.Upload) (string, error) {
	for _, sent := range []int64{f.Size / 2, f.Size} {
		if f.Progress != nil {
			f.Progress(sent)
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return "attachment_" + f.Name, nil
}

// facts is how these tests write webhook records: as the facts themselves.
func facts(r store.Record) []store.Fact {
	var out []store.Fact
	if json.Unmarshal(r.Body, &out) != nil {
		return nil
	}
	return out
}

func newWorld(t *testing.T, o worldOptions) *world {
	t.Helper()
	w := &world{t: t, start: time.Now()}
	if o.begins.IsZero() {
		o.begins = base
	}
	w.now = func() time.Time { return o.begins.Add(time.Since(w.start)) }
	dir := t.TempDir()
	log, err := bolt.OpenLog(filepath.Join(dir, "log.db"), bolt.Options{})
	w.check(err)
	views, err := bolt.OpenViews(filepath.Join(dir, "views.db"), bolt.Options{})
	w.check(err)
	drafts, err := bolt.OpenDesk(filepath.Join(dir, "desk.db"), bolt.Options{})
	w.check(err)
	w.log = log
	feed := store.NewFeed(0)
	if o.translate == nil {
		o.translate = facts
	}
	projector := store.NewProjector(log, views, o.translate, feed, nil)
	options := desk.Options{
		Log: log, Views: views, Feed: feed, Drafts: drafts, Poke: projector.Poke, Now: w.now,
		Media:        media.NewFolder(media.Options{Dir: filepath.Join(dir, "media"), Now: w.now}),
		PluginSender: platform{w}, Version: "test", DataDir: "/data", Demo: o.demo,
		Listening: func() (string, error) { return "http://127.0.0.1:8080", o.listen },
		Counters:  func() []desk.Counter { return o.counters },
	}
	options.Hold = o.hold
	if o.guests != nil {
		options.Attend = o.guests
	}
	options.Sites = o.sites
	options.Uses = drafts
	w.folder = filepath.Join(dir, "canned")
	options.Canned = canned.NewShelf(w.folder, w.now)
	for name, text := range o.canned {
		w.file(name, text)
	}
	if !o.noPage {
		options.Inboxes = append(options.Inboxes, desk.InboxConfig{
			Inbox: desk.Inbox{ID: pageID, Name: "Lumen Bikes", HumanAgent: true}, Sender: platform{w},
		})
	}
	options.Inboxes = append(options.Inboxes, desk.InboxConfig{Inbox: desk.Inbox{ID: siteID, Name: "lumen.example", Plugin: true}})
	w.desk, err = desk.New(options)
	w.check(err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := projector.Run(ctx); err != nil {
			t.Errorf("projector: %v", err)
		}
	})
	if !o.idle {
		running.Go(func() {
			if err := w.desk.Run(ctx); err != nil {
				t.Errorf("desk: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		err := w.desk.Close()
		cancel()
		running.Wait()
		if err = errors.Join(err, log.Close(), views.Close(), drafts.Close()); err != nil {
			t.Error(err)
		}
	})
	if !o.nothing {
		w.cast()
	}
	return w
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) add(body any) {
	w.t.Helper()
	r, err := store.NewRecord(store.MillisOf(w.now()), body)
	if f, ok := body.([]store.Fact); ok {
		r = store.Record{Kind: store.RecordWebhook, At: store.MillisOf(w.now())}
		r.Body, err = json.Marshal(f)
	}
	w.check(err)
	_, err = w.log.Append(w.t.Context(), r)
	w.check(err)
	w.check(w.desk.CaughtUp(w.t.Context()))
}

func (w *world) ago(d time.Duration) store.Millis { return store.MillisOf(w.now().Add(-d)) }

// fact fills in what every fact has.
func (w *world) fact(kind store.FactKind, in store.InboxID, c store.Contact, ago time.Duration, f store.Fact) store.Fact {
	w.n++
	mid := fmt.Sprintf("m_%04d", w.n)
	f.Kind, f.Inbox, f.Contact, f.At = kind, in, c, w.ago(ago)
	f.ID, f.MID, f.Key = store.MessageID(mid), mid, store.KeyOf(kind, mid)
	if f.LineKind == "" {
		f.LineKind = store.KindText
	}
	return f
}

// says has a contact write.
func (w *world) says(in store.InboxID, c store.Contact, ago time.Duration, text string) store.ConversationID {
	w.t.Helper()
	return w.sends(in, c, ago, store.Fact{Text: text})
}

func (w *world) sends(in store.InboxID, c store.Contact, ago time.Duration, f store.Fact) store.ConversationID {
	w.t.Helper()
	f.OpensWindow = true
	w.add([]store.Fact{w.fact(store.FactMessage, in, c, ago, f)})
	return store.NewConversationID(in, c)
}

// answers has the Page write, through something else.
func (w *world) answers(in store.InboxID, c store.Contact, ago time.Duration, f store.Fact) {
	w.t.Helper()
	w.add([]store.Fact{w.fact(store.FactEcho, in, c, ago, f)})
}

// comes has a contact arrive.
func (w *world) comes(in store.InboxID, c store.Contact, ago time.Duration, o store.Origin, ref, page string) {
	w.t.Helper()
	source := map[store.Origin]string{
		store.OriginPlugin: "CUSTOMER_CHAT_PLUGIN", store.OriginLink: "SHORTLINK", store.OriginAd: "ADS",
	}[o]
	f := w.fact(store.FactReferral, in, c, ago, store.Fact{LineKind: store.KindReferral})
	f.Touch = &store.Touch{At: f.At, ID: f.ID, Origin: o, Source: source, Ref: ref, Page: page}
	w.add([]store.Fact{f})
}

func (w *world) named(in store.InboxID, c store.Contact, name string) store.ConversationID {
	w.t.Helper()
	id := store.NewConversationID(in, c)
	w.add(store.Profile{Conversation: id, Name: name})
	return id
}

// read marks everything of a conversation read.
func (w *world) read(id store.ConversationID) {
	w.t.Helper()
	_, err := w.desk.Do(w.t.Context(), store.Act{Agent: "ana", Conversation: id, Verb: store.VerbRead, Seen: w.log.Head()})
	w.check(err)
}

// cast plays what happened before the test began.
func (w *world) cast() {
	w.t.Helper()
	const h, m = time.Hour, time.Minute
	w.says(pageID, amal, 50*h, "مرحبا، هل تشحنون إلى عمّان؟")
	w.named(pageID, amal, "أمل حداد")
	w.says(pageID, yuki, 3*h, "こんにちは、自転車のサイズについて質問があります。身長は162cmです 🚲")
	w.named(pageID, yuki, "山田 由紀")

	w.comes(siteID, visitor, 32*m, store.OriginPlugin, "checkout", "https://lumen.example/checkout?step=2")
	w.sends(siteID, visitor, 31*m, store.Fact{
		LineKind: store.KindMedia, Attachments: []store.Attachment{{Type: "image", URL: "https://cdn.lumen.example/u/frame.jpg"}},
	})

	w.comes(pageID, jonas, 21*h, store.OriginLink, "spring-sale", "")
	w.says(pageID, jonas, 21*h-m, "Where is my order 4711?")
	w.answers(pageID, jonas, 9*m, store.Fact{Text: "It's on its way"})
	w.read(w.named(pageID, jonas, "Jonas Lind"))

	w.comes(pageID, mara, 26*h, store.OriginPlugin, "pricing", "https://lumen.example/pricing")
	w.says(pageID, mara, 26*h-m, "Hello! I'm looking for a city bike.")
	w.answers(pageID, mara, 25*h, store.Fact{Text: "Hello Mara, good to hear from you. We have three in the shop; the lightest is the Lumen One with 11 kg."})
	w.read(w.named(pageID, mara, "Mara Voss"))
	w.says(pageID, mara, 12*m, "Do you ship to Norway?")
	w.answers(pageID, mara, 9*m, store.Fact{Text: "Yes, to all of Norway.", QuickReplies: []messenger.QuickReply{
		{ContentType: "text", Title: "Shipping prices"}, {ContentType: "text", Title: "Delivery time"},
	}})
	w.add([]store.Fact{{Kind: store.FactRead, Inbox: pageID, Contact: mara, At: w.ago(8 * m), Watermark: w.ago(8 * m)}})
	w.sends(pageID, mara, 7*m, store.Fact{LineKind: store.KindQuickReply, Text: "Shipping prices", Payload: "SHIPPING_PRICES"})
	w.answers(pageID, mara, 6*m, store.Fact{LineKind: store.KindTemplate, Text: "Prices start at 290 kr.", Buttons: []messenger.Button{
		{Type: messenger.ButtonURL, Title: "All prices", URL: "https://lumen.example/shipping"},
		{Type: messenger.ButtonPostback, Title: "Talk to a person", Payload: "HUMAN"},
	}})
	w.add([]store.Fact{{Kind: store.FactDelivery, Inbox: pageID, Contact: mara, At: w.ago(5 * m), Watermark: w.ago(5 * m)}})
	w.says(pageID, mara, 2*m, "Thanks! Could you hold one for me until Friday?")
}
