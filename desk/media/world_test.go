package media_test

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/desk/media"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

const (
	inbox    = store.InboxID("109872000000101")
	mara     = "7100000000000001"
	noor     = "7100000000000002"
	deadline = 20 * time.Second
)

// facts is how these tests write webhook records: as the facts themselves, with the word by which attachments are found.
func facts(r store.Record) []store.Fact {
	var body struct{ Attachments []store.Fact }
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return nil
	}
	return body.Attachments
}

// world is a data folder with a gatherer at work.
type world struct {
	t        *testing.T
	dir      string
	log      *bolt.Log
	views    *bolt.Views
	feed     *store.Feed
	folder   *media.Folder
	gatherer *media.Gatherer

	cancel context.CancelFunc
	wg     sync.WaitGroup
	ended  bool
}

// setting is what a test changes about a world.
type setting struct {
	own    []string
	max    int64 // bytes of all files
	off    bool
	idle   bool // nobody gathers
	server *httptest.Server
	log    func(store.Log) store.Log
	adjust func(*media.Gatherer)
}

func open(t *testing.T, dir string, s setting) *world {
	t.Helper()
	w := &world{t: t, dir: dir}
	var err error
	if w.log, err = bolt.OpenLog(filepath.Join(dir, "log.db"), bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	if w.views, err = bolt.OpenViews(filepath.Join(dir, "views.db"), bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	applied, err := w.views.Applied(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.feed = store.NewFeed(applied)
	projector := store.NewProjector(w.log, w.views, facts, w.feed, nil)
	var log store.Log = store.PokedLog{Log: w.log, Projector: projector}
	if s.log != nil {
		log = s.log(log)
	}
	w.folder = media.NewFolder(media.Options{Dir: filepath.Join(dir, "media"), Max: s.max, Waiting: media.InOutbox(w.views)})
	w.gatherer = media.NewGatherer(media.GathererOptions{
		Folder: w.folder, Log: log, Views: w.views, Feed: w.feed, Translate: facts, Off: s.off,
		Own: func() []string { return s.own },
	})
	if s.server != nil {
		w.gatherer.OpenUp(certs(s.server), netip.Addr.IsLoopback)
	}
	w.gatherer.SetTimes(deadline, time.Millisecond, time.Millisecond)
	if s.adjust != nil {
		s.adjust(w.gatherer)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	w.wg.Go(func() {
		if err := projector.Run(ctx); err != nil {
			t.Errorf("projector: %v", err)
		}
	})
	projector.Poke()
	if !s.idle {
		w.wg.Go(func() {
			if err := w.gatherer.Run(ctx); err != nil {
				t.Errorf("gatherer: %v", err)
			}
		})
	}
	t.Cleanup(w.close)
	return w
}

func certs(server *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	if c := server.Certificate(); c != nil {
		pool.AddCert(c)
	}
	return pool
}

func (w *world) close() {
	if w.ended {
		return
	}
	w.ended = true
	w.cancel()
	w.wg.Wait()
	if err := errors.Join(w.log.Close(), w.views.Close()); err != nil {
		w.t.Errorf("close the stores: %v", err)
	}
}

// append keeps a record and waits until the views show it.
func (w *world) append(r store.Record) store.Seq {
	w.t.Helper()
	seq, err := w.log.Append(w.t.Context(), r)
	if err == nil {
		err = store.NewProjector(w.log, w.views, facts, w.feed, nil).CatchUp(w.t.Context())
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return seq
}

func (w *world) webhook(f ...store.Fact) store.Seq {
	w.t.Helper()
	body, err := json.Marshal(map[string][]store.Fact{"attachments": f})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.append(store.Record{Kind: store.RecordWebhook, At: store.MillisOf(time.Now()), Body: body})
}

func psid(id string) store.Contact { return store.Contact{Kind: store.ContactPSID, ID: id} }

// sends has a contact send files, of the type image where it says no other.
func (w *world) sends(who, mid string, attachments ...store.Attachment) store.Message {
	w.t.Helper()
	for i, a := range attachments {
		if a.Type == "" {
			attachments[i].Type = "image"
		}
	}
	w.webhook(store.Fact{
		Kind: store.FactMessage, Inbox: inbox, Contact: psid(who), At: store.MillisOf(time.Now()), ID: store.MessageID(mid), MID: mid,
		Key: store.KeyOf(store.FactMessage, mid), LineKind: store.KindMedia, Attachments: attachments, OpensWindow: true,
	})
	return store.Message{Conversation: store.NewConversationID(inbox, psid(who)), ID: store.MessageID(mid)}
}

// takesBack has a contact take a message back, and what the sweeper then does.
func (w *world) takesBack(who, mid string) {
	w.t.Helper()
	w.webhook(store.Fact{
		Kind: store.FactUnsend, Inbox: inbox, Contact: psid(who), At: store.MillisOf(time.Now()), MID: mid,
		Key: store.KeyOf(store.FactMessage, mid),
	})
}

func (w *world) redacted(who, mid string) {
	w.t.Helper()
	r, err := store.NewRecord(store.MillisOf(time.Now()), store.Redacted{Done: []store.Redaction{{
		Seq: 1, Inbox: inbox, MID: mid, Conversation: store.NewConversationID(inbox, psid(who)),
	}}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.append(r)
}

// until waits until what became of an attachment is as wanted.
func (w *world) until(m store.Message, index int, what string, ok func(store.Fetched) bool) store.Fetched {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), deadline)
	defer cancel()
	moves, stop := w.feed.Subscribe()
	defer stop()
	for {
		got, err := w.views.Message(ctx, m.Conversation, m.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, f := range got.Files {
			if f.Index == index && ok(f) {
				return f
			}
		}
		select {
		case <-moves:
		case <-ctx.Done():
			w.t.Fatalf("attachment %d of %s never was %s: %+v", index, m.ID, what, got.Files)
		}
	}
}

func (w *world) kept(m store.Message, index int) store.Fetched {
	w.t.Helper()
	return w.until(m, index, "kept", func(f store.Fetched) bool { return f.Hash != "" })
}

func (w *world) missed(m store.Message, index int) store.Fetched {
	w.t.Helper()
	return w.until(m, index, "given up", func(f store.Fetched) bool { return f.Problem != "" })
}

// untilGone waits until the bytes of a hash are not kept any more.
func (w *world) untilGone(hash string) {
	w.t.Helper()
	for end := time.Now().Add(deadline); ; {
		if _, err := w.folder.Kept(hash); errors.Is(err, store.ErrNotFound) {
			return
		}
		if time.Now().After(end) {
			w.t.Fatalf("%s is still kept", hash)
		}
		time.Sleep(time.Millisecond)
	}
}

// media are the records of what became of files.
func (w *world) media() []store.Media {
	w.t.Helper()
	all, err := w.log.Read(w.t.Context(), 0, 10000)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []store.Media
	for _, r := range all {
		if r.Kind != store.RecordMedia {
			continue
		}
		var m store.Media
		if err := json.Unmarshal(r.Body, &m); err != nil {
			w.t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

// gallery is a server of pictures that counts how often each path was asked for.
type gallery struct {
	*httptest.Server
	asked sync.Map // path → *atomic.Int64
}

// newGallery serves by https; without a handler every path is a picture.
func newGallery(t *testing.T, h http.HandlerFunc) *gallery {
	t.Helper()
	g := &gallery{}
	shown := picture(t, 9)
	g.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := g.asked.LoadOrStore(r.URL.Path, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" || r.Method != http.MethodGet {
			t.Errorf("asked with %s %v", r.Method, r.Header)
		}
		if h == nil {
			_, _ = w.Write(shown)
			return
		}
		h(w, r)
	}))
	g.Config.ErrorLog = nil
	t.Cleanup(g.Close)
	return g
}

func (g *gallery) times(path string) int {
	n, ok := g.asked.Load(path)
	if !ok {
		return 0
	}
	return int(n.(*atomic.Int64).Load())
}

func (g *gallery) at(path string) store.Attachment { return store.Attachment{URL: g.URL + path} }

// names are the files of the folder, but for what it remembers of the log.
func (w *world) names() []string {
	w.t.Helper()
	entries, err := os.ReadDir(filepath.Join(w.dir, "media"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != "place" {
			names = append(names, e.Name())
		}
	}
	return names
}

// fixSum makes the checksum of a PNG's head what its bytes say.
func fixSum(png []byte) {
	binary.BigEndian.PutUint32(png[29:33], crc32.ChecksumIEEE(png[12:29]))
}
