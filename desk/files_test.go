package desk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/desk/media"
	"frontdesk/messenger"
	"frontdesk/store"
)

// keeper is a platform on loopback that keeps files. Its answers may be taken in hand.
type keeper struct {
	*graph
	mu       sync.Mutex
	uploaded [][]byte
	upload   func(w http.ResponseWriter, r *http.Request, n int) bool // true: it has answered
}

func newKeeper(t *testing.T, answer func(w http.ResponseWriter, n int, r messenger.SendRequest)) *keeper {
	t.Helper()
	if answer == nil {
		answer = func(w http.ResponseWriter, _ int, r messenger.SendRequest) { accept(w, r) }
	}
	k := &keeper{graph: newGraph(t, answer)}
	messages := k.Config.Handler
	k.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/message_attachments") {
			messages.ServeHTTP(w, r)
			return
		}
		k.mu.Lock()
		n, answered := len(k.uploaded)+1, k.upload
		k.uploaded = append(k.uploaded, nil)
		k.mu.Unlock()
		if answered != nil && answered(w, r, n) {
			return
		}
		content, err := filePart(r)
		if err != nil {
			t.Error(err)
		}
		k.mu.Lock()
		k.uploaded[n-1] = content
		k.mu.Unlock()
		fmt.Fprintf(w, `{"attachment_id":"%d"}`, 1745000+n)
	})
	return k
}

func filePart(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		var p *multipart.Part
		if p, err = parts.NextPart(); err != nil {
			return nil, err
		}
		if p.FormName() == "filedata" {
			return io.ReadAll(p)
		}
	}
}

// uploads are the bytes that came, one for each request; nil for those that were not taken.
func (k *keeper) uploads() [][]byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.uploaded)
}

// ids are the attachment ids that the messages named; an address stands for itself.
func (k *keeper) ids() []string {
	var ids []string
	for _, r := range k.requests() {
		p := r.Message.Attachment.Payload
		ids = append(ids, p.AttachmentID+p.URL)
	}
	return ids
}

// keepingFiles gives a desk a folder in the world's own. own are addresses that may be fetched from.
func keepingFiles(dir string, own ...string) func(*desk.Options) {
	return func(o *desk.Options) {
		o.Media = media.NewFolder(media.Options{Dir: filepath.Join(dir, "media"), Waiting: media.InOutbox(o.Views)})
		o.Gather = media.NewGatherer(media.GathererOptions{
			Folder: o.Media, Log: poked{o.Log, o.Poke}, Views: o.Views, Feed: o.Feed, Translate: facts, Own: func() []string { return own },
		})
	}
}

// poked is a log that tells the projector of each record.
type poked struct {
	store.Log
	poke func()
}

func (p poked) Append(ctx context.Context, records ...store.Record) (store.Seq, error) {
	seq, err := p.Log.Append(ctx, records...)
	p.poke()
	return seq, err
}

func pictureFile(t *testing.T, width int) (path string, content []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 3))); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "map.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, b.Bytes()
}

func (w *world) attaches(path string) store.File {
	w.t.Helper()
	f, err := w.desk.Attach(w.t.Context(), path)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func (w *world) sendsFile(id store.ConversationID, f store.File) store.Message {
	w.t.Helper()
	m, err := w.desk.Reply(w.t.Context(), desk.Reply{Conversation: id, Agent: agent, File: &f})
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) sendsAddress(id store.ConversationID, address string) store.Message {
	w.t.Helper()
	m, err := w.desk.Reply(w.t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: messenger.OutMessage{
		Attachment: &messenger.OutAttachment{Type: "image", Payload: messenger.OutPayload{URL: address}},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// TestAFileIsHandedOverOnce sends the same picture twice, after a restart, and again when the platform has forgotten it.
func TestAFileIsHandedOverOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, content := pictureFile(t, 5)
	k := newKeeper(t, func(w http.ResponseWriter, n int, r messenger.SendRequest) {
		if n == 3 {
			refuse(t, w, 400, "error-100-2018074-attachment-not-yours.json")
			return
		}
		accept(w, r)
	})
	c := config{sender: graphClient(t, k.URL), adjust: keepingFiles(dir)}
	w := open(t, dir, c)
	id := w.writes(pageID, psid(maya), "hello", 0)
	f := w.attaches(path)
	if err := os.Remove(path); err != nil { // ours is a copy
		t.Fatal(err)
	}
	w.untilState(w.sendsFile(id, f), store.StateSent)
	w.caughtUp()
	w.untilState(w.sendsFile(w.writes(pageID, psid(noor), "hello", 0), f), store.StateSent)
	w.close()
	w = open(t, dir, c)
	w.untilState(w.sendsFile(id, f), store.StateSent) // refused once: handed over afresh
	w.caughtUp()
	w.untilState(w.sendsFile(id, f), store.StateSent)
	if got, want := k.ids(), []string{"1745001", "1745001", "1745001", "1745002", "1745002"}; !slices.Equal(got, want) {
		t.Errorf("the messages named %v, want %v", got, want)
	}
	got := k.uploads()
	if len(got) != 2 || !bytes.Equal(got[0], content) || !bytes.Equal(got[1], content) {
		t.Errorf("%d uploads of %d bytes, want two of %d", len(got), len(got[0]), len(content))
	}
	var noted []string
	for _, u := range records[store.Uploaded](w, store.RecordUpload) {
		noted = append(noted, u.AttachmentID)
	}
	if want := []string{"1745001", "", "1745002"}; !slices.Equal(noted, want) {
		t.Errorf("noted %q, want %q", noted, want)
	}
}

// TestUploadsThatBreak cuts the connection before, within and after an upload: the contact gets one message in the end.
func TestUploadsThatBreak(t *testing.T) {
	t.Parallel()
	cut := func(w http.ResponseWriter, read func()) {
		read()
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
	}
	for name, upload := range map[string]func(w http.ResponseWriter, r *http.Request){
		"before": func(w http.ResponseWriter, _ *http.Request) { cut(w, func() {}) },
		"within": func(w http.ResponseWriter, r *http.Request) {
			cut(w, func() { _, _ = io.ReadFull(r.Body, make([]byte, 10)) })
		},
		"after": func(w http.ResponseWriter, r *http.Request) {
			cut(w, func() { _, _ = io.Copy(io.Discard, r.Body) })
		},
		"busy":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"half a word":   func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"attachment_id":"17`) },
		"without an id": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path, _ := pictureFile(t, 6)
			k := newKeeper(t, nil)
			k.upload = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n <= 2 {
					upload(w, r)
				}
				return n <= 2
			}
			w := open(t, dir, config{sender: graphClient(t, k.URL), adjust: keepingFiles(dir)})
			w.untilState(w.sendsFile(w.writes(pageID, psid(maya), "hello", 0), w.attaches(path)), store.StateSent)
			if got := k.ids(); !slices.Equal(got, []string{"1745003"}) {
				t.Errorf("the messages named %v", got)
			}
		})
	}
}

// TestUploadsThatKeepFailing has every upload fail: it is said of the file, not of the customer, and nothing can have
// arrived.
func TestUploadsThatKeepFailing(t *testing.T) {
	t.Parallel()
	for name, upload := range map[string]func(w http.ResponseWriter){
		"busy": func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"trouble": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write(messenger.ErrorBody(2, 0, "no"))
		},
		"cut": func(w http.ResponseWriter) { fmt.Fprint(w, `{"attachment_id":"17`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path, _ := pictureFile(t, 7)
			k := newKeeper(t, nil)
			k.upload = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				_, _ = io.Copy(io.Discard, r.Body)
				upload(w)
				return true
			}
			w := open(t, dir, config{sender: graphClient(t, k.URL), adjust: keepingFiles(dir)})
			m := w.untilState(w.sendsFile(w.writes(pageID, psid(maya), "hello", 0), w.attaches(path)), store.StateFailed)
			if e := m.Error; !strings.Contains(e.Text, "file") || !e.Retry || !strings.Contains(e.Advice, "again later") || strings.Contains(e.Text+e.Advice, "blocked") {
				t.Errorf("it says %+v", e)
			}
			if m.MayHaveArrived() || len(k.requests()) != 0 {
				t.Errorf("it may have arrived, after %d requests", len(k.requests()))
			}
		})
	}
}

// TestEndBetweenUploadAndMessage ends the process where the platform has the file and no message names it yet.
func TestEndBetweenUploadAndMessage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, _ := pictureFile(t, 7)
	k := newKeeper(t, nil)
	w := open(t, dir, config{sender: graphClient(t, k.URL), adjust: func(o *desk.Options) {
		keepingFiles(dir)(o)
		o.Log = &fullLog{Log: o.Log, kind: store.RecordAttempt, times: 1 << 30}
	}})
	m := w.sendsFile(w.writes(pageID, psid(maya), "hello", 0), w.attaches(path))
	w.until(m, "handed over", func(store.Message) bool { return len(records[store.Uploaded](w, store.RecordUpload)) == 1 })
	if got := w.message(m); got.State != store.StateQueued {
		t.Errorf("it is %s", got.State)
	}
	w.close()
	w = open(t, dir, config{sender: graphClient(t, k.URL), adjust: keepingFiles(dir)})
	w.untilState(m, store.StateSent)
	if n := len(k.uploads()); n != 1 || !slices.Equal(k.ids(), []string{"1745001"}) {
		t.Errorf("%d uploads, and messages named %v", n, k.ids())
	}
}

// TestAddressThePlatformCannotFetch has frontdesk fetch it and hand over the bytes, once.
func TestAddressThePlatformCannotFetch(t *testing.T) {
	t.Parallel()
	_, content := pictureFile(t, 8)
	var asked sync.Map
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/busy.png" {
			if _, again := asked.LoadOrStore("busy", true); !again {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
		}
		if r.URL.Path == "/none.png" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(content)
	}))
	t.Cleanup(site.Close)
	for name, c := range map[string]struct {
		address string
		state   store.DeliveryState
		says    string
	}{
		"there":             {site.URL + "/map.png", store.StateSent, ""},
		"there on a retry":  {site.URL + "/busy.png", store.StateSent, ""},
		"nowhere":           {site.URL + "/none.png", store.StateFailed, "neither could frontdesk"},
		"where nobody goes": {"http://192.168.1.1/map.png", store.StateFailed, "https://"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			k := newKeeper(t, func(w http.ResponseWriter, _ int, r messenger.SendRequest) {
				if r.Message.Attachment.Payload.URL != "" {
					refuse(t, w, 400, "error-100-2018008-fetch-failed.json")
					return
				}
				accept(w, r)
			})
			w := open(t, dir, config{sender: graphClient(t, k.URL), adjust: keepingFiles(dir, site.URL)})
			got := w.untilState(w.sendsAddress(w.writes(pageID, psid(maya), "hello", 0), c.address), c.state)
			want := []string{c.address}
			if c.state == store.StateSent {
				want = append(want, "1745001")
			} else if got.Error == nil || !strings.Contains(got.Error.Text, c.says) || got.Error.Advice == "" || !got.Error.Retry {
				t.Errorf("error %+v", got.Error)
			}
			if ids := k.ids(); !slices.Equal(ids, want) {
				t.Errorf("the messages named %v, want %v", ids, want)
			}
		})
	}
}

// TestFilesThePlatformRefuses says what to do, and tries nothing again.
func TestFilesThePlatformRefuses(t *testing.T) {
	t.Parallel()
	for subcode, says := range map[int]string{2018109: "8 MB", 2018047: "as a file"} {
		dir := t.TempDir()
		path, _ := pictureFile(t, 9)
		k := newKeeper(t, nil)
		k.upload = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write(messenger.ErrorBody(100, subcode, "no"))
			return true
		}
		w := open(t, dir, config{sender: graphClient(t, k.URL), adjust: keepingFiles(dir)})
		m := w.untilState(w.sendsFile(w.writes(pageID, psid(maya), "hello", 0), w.attaches(path)), store.StateFailed)
		if m.Error.Subcode != subcode || !strings.Contains(m.Error.Advice, says) || len(k.uploads()) != 1 || len(k.requests()) != 0 {
			t.Errorf("%d: %+v after %d uploads", subcode, m.Error, len(k.uploads()))
		}
	}
}

// TestFileThatIsNotKeptAnyMore has somebody remove the folder while a reply waits.
func TestFileThatIsNotKeptAnyMore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, _ := pictureFile(t, 10)
	k := newKeeper(t, nil)
	w := open(t, dir, config{sender: graphClient(t, k.URL), idle: true, adjust: keepingFiles(dir)})
	m := w.sendsFile(w.writes(pageID, psid(maya), "hello", 0), w.attaches(path))
	w.close()
	if err := os.RemoveAll(filepath.Join(dir, "media")); err != nil {
		t.Fatal(err)
	}
	w = open(t, dir, config{sender: graphClient(t, k.URL), adjust: keepingFiles(dir)})
	got := w.untilState(m, store.StateFailed)
	if !strings.Contains(got.Error.Text, "not kept") || !strings.Contains(got.Error.Advice, "Attach it again") || len(k.uploads()) != 0 {
		t.Errorf("error %+v, %d uploads", got.Error, len(k.uploads()))
	}
}

// TestProgress looks at the desk while the platform is slow to read.
func TestProgress(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(t.TempDir(), "film.mp4")
	const size = 20 << 20
	if err := os.WriteFile(path, append([]byte("\x00\x00\x00\x18ftypmp42"), make([]byte, size-12)...), 0o600); err != nil {
		t.Fatal(err)
	}
	k := newKeeper(t, nil)
	began, goOn := make(chan struct{}), make(chan struct{})
	k.upload = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		_, _ = io.ReadFull(r.Body, make([]byte, 1<<10))
		close(began)
		<-goOn
		return true // what is left of the body is not read: the answer is an empty 200
	}
	w := open(t, dir, config{sender: graphClient(t, k.URL), adjust: keepingFiles(dir)})
	id := w.writes(pageID, psid(maya), "hello", 0)
	m := w.sendsFile(id, w.attaches(path))
	<-began
	s, err := w.desk.State(t.Context())
	if err != nil || len(s.Uploads) != 1 {
		t.Fatalf("under way are %+v, %v", s.Uploads, err)
	}
	u := s.Uploads[0]
	if u.Conversation != id || u.Message != m.ID || u.Name != "film.mp4" || u.Total != size || u.Sent <= 0 || u.Sent >= size {
		t.Errorf("under way is %+v", u)
	}
	w.do(store.Act{Conversation: id, Verb: store.VerbCancel, Message: m.ID})
	close(goOn)
	w.untilState(m, store.StateCancelled)
	for end := time.Now().Add(deadline); len(s.Uploads) != 0; {
		if s, err = w.desk.State(t.Context()); err != nil || time.Now().After(end) {
			t.Fatalf("under way are still %+v, %v", s.Uploads, err)
		}
	}
}

func TestFilesOfTheDesk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, content := pictureFile(t, 11)
	w := open(t, dir, config{idle: true, sender: &platform{}, adjust: keepingFiles(dir)})
	f := w.attaches(path)
	got, err := w.desk.Media(t.Context(), f.Hash)
	if err != nil || got.Type != "image/png" || got.Name != "map.png" || got.Size != int64(len(content)) {
		t.Errorf("kept as %+v, %v", got, err)
	}
	if there, err := os.ReadFile(got.Path); err != nil || !bytes.Equal(there, content) {
		t.Errorf("at its path: %v", err)
	}
	none := open(t, t.TempDir(), config{idle: true, sender: &platform{}})
	for name, err := range map[string]error{
		"no file":          third(w.desk.Attach(t.Context(), "/nowhere/map.png")),
		"attach nowhere":   third(none.desk.Attach(t.Context(), path)),
		"fetch nowhere":    none.desk.Fetch(t.Context(), "1:1", "m", 0),
		"a file too large": third(w.desk.Attach(t.Context(), largeFile(t))),
	} {
		var refusal *desk.Refusal
		if !errors.As(err, &refusal) || refusal.Field != "file" || refusal.Advice == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"a file nobody kept": third(w.desk.Media(t.Context(), strings.Repeat("0", 64))),
		"a path for a hash":  third(w.desk.Media(t.Context(), "../log.db")),
		"media nowhere":      third(none.desk.Media(t.Context(), f.Hash)),
		"fetch of nobody":    w.desk.Fetch(t.Context(), "1:1", "m", 0),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func third[T any](_ T, err error) error { return err }

func largeFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "large.bin")
	f, err := os.Create(path)
	if err == nil {
		err = errors.Join(f.Truncate(messenger.MaxFileBytes+1), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWhatWaitsStaysWhenTheFolderIsFull attaches more than there is room for while a reply waits to be sent.
func TestWhatWaitsStaysWhenTheFolderIsFull(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	w := open(t, dir, config{idle: true, sender: &platform{}, adjust: func(o *desk.Options) {
		o.Media = media.NewFolder(media.Options{
			Dir: filepath.Join(dir, "media"), Max: 4 << 20, Waiting: media.InOutbox(o.Views), Now: func() time.Time { return now },
		})
	}})
	film := func(mark string) store.File {
		path := filepath.Join(t.TempDir(), mark+".mp4")
		if err := os.WriteFile(path, append([]byte("\x00\x00\x00\x18ftypmp42"+mark), make([]byte, 3<<19)...), 0o600); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
		return w.attaches(path)
	}
	waits := film("waits")
	w.sendsFile(w.writes(pageID, psid(maya), "hello", 0), waits)
	w.caughtUp()
	forgotten := film("forgotten")
	now = now.Add(48 * time.Hour)
	film("new")
	if _, err := w.desk.Media(t.Context(), waits.Hash); err != nil {
		t.Errorf("what waits to be sent: %v", err)
	}
	if _, err := w.desk.Media(t.Context(), forgotten.Hash); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what nobody sends: %v", err)
	}
}
