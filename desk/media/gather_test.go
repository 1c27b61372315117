package media_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/desk/media"
	"frontdesk/store"
)

func TestWhatCustomersSendIsFetched(t *testing.T) {
	t.Parallel()
	g := newGallery(t, nil)
	w := open(t, t.TempDir(), setting{server: g.Server})
	m := w.sends(mara, "m_1", g.at("/bike%20two.png?oh=1"), store.Attachment{Type: "location"}, store.Attachment{Type: "sticker", URL: g.URL + "/sticker"},
		store.Attachment{Type: "fallback", URL: g.URL + "/shared"})
	got := w.kept(m, 0)
	if got.Type != "image/png" || got.Name != "bike two.png" || got.Width != 9 || got.Height != 3 || got.Size == 0 || got.Gone || got.Problem != "" {
		t.Errorf("kept as %+v", got)
	}
	if sticker := w.kept(m, 2); sticker.Hash != got.Hash {
		t.Errorf("the same bytes have the hashes %s and %s", got.Hash, sticker.Hash)
	}
	kept, err := w.folder.Kept(got.Hash)
	if err != nil || kept.Name != "bike two.png" && kept.Name != "sticker" || kept.Size != got.Size {
		t.Errorf("in the folder it is %+v, %v", kept, err)
	}
	if g.times("/shared") != 0 {
		t.Error("a shared link was fetched")
	}
	if n := len(w.media()); n != 2 {
		t.Errorf("%d records", n)
	}
}

func TestNamesComeFromAddresses(t *testing.T) {
	t.Parallel()
	g := newGallery(t, nil)
	w := open(t, t.TempDir(), setting{server: g.Server})
	addresses := map[string]string{
		"/v/bike.png?_nc=1&oh=2#top": "bike.png", "/a%20b%2520c.png": "a b%20c.png", "/..%2F..%2Fetc%2Fpasswd": "passwd", "/%1b%5b31mred.png": "[31mred.png",
		"/": "", "/%E2%80%AEgnp.exe": "gnp.exe", "/%FF.png": "_.png",
	}
	n := 0
	for address, want := range addresses {
		n++
		if got := w.kept(w.sends(mara, fmt.Sprintf("m_%d", n), g.at(address)), 0); got.Name != want {
			t.Errorf("%s is called %q, want %q", address, got.Name, want)
		}
	}
}

// TestNothingIsFetchedTwice starts anew on the same folder: after all was recorded, and after a crash before the record.
func TestNothingIsFetchedTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	g := newGallery(t, nil)
	refusing := &refusingLog{}
	w := open(t, dir, setting{server: g.Server, log: func(l store.Log) store.Log { refusing.Log = l; return refusing }})
	first := w.sends(mara, "m_1", g.at("/1"))
	got := w.kept(first, 0)
	refusing.full.Store(true) // from here on nothing can be recorded
	second := w.sends(mara, "m_2", g.at("/2"))
	for end := time.Now().Add(deadline); refusing.refused.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nobody tried to record the second file")
		}
	}
	w.close()
	if err := os.Remove(filepath.Join(dir, "media", "place")); err != nil { // the worst case: all is looked through again
		t.Fatal(err)
	}

	w = open(t, dir, setting{server: g.Server})
	if again := w.kept(second, 0); again.Hash != got.Hash {
		t.Errorf("after the restart %+v", again)
	}
	third := w.sends(mara, "m_3", g.at("/3"))
	w.kept(third, 0)
	for path, want := range map[string]int{"/1": 1, "/2": 1, "/3": 1} {
		if n := g.times(path); n != want {
			t.Errorf("%s was asked for %d times", path, n)
		}
	}
	if n := len(w.media()); n != 3 {
		t.Errorf("%d records", n)
	}
}

// refusingLog is full when told so.
type refusingLog struct {
	store.Log
	full    atomic.Bool
	refused atomic.Int64
}

func (l *refusingLog) Append(ctx context.Context, r ...store.Record) (store.Seq, error) {
	if l.full.Load() {
		l.refused.Add(1)
		return 0, store.ErrFull
	}
	return l.Log.Append(ctx, r...)
}

func TestNewestFirst(t *testing.T) {
	t.Parallel()
	g := newGallery(t, nil)
	dir := t.TempDir()
	w := open(t, dir, setting{idle: true})
	var sent []store.Message
	for _, mid := range []string{"m_1", "m_2", "m_3", "m_4", "m_5"} {
		sent = append(sent, w.sends(mara, mid, g.at("/"+mid)))
	}
	w.close()
	w = open(t, dir, setting{server: g.Server})
	for _, m := range sent {
		w.kept(m, 0)
	}
	var order []store.MessageID
	for _, m := range w.media() {
		order = append(order, m.Message)
	}
	if order[0] != "m_5" || order[len(order)-1] != "m_1" {
		t.Errorf("fetched in the order %v", order)
	}
}

// TestTakenBack lets the bytes of a message go when it is taken back, unless somebody else needs the same.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	pictures := map[string][]byte{"/own": picture(t, 20), "/shared": picture(t, 21), "/ours": picture(t, 22)}
	g := newGallery(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(pictures[r.URL.Path]) })
	dir := t.TempDir()
	w := open(t, dir, setting{server: g.Server})
	m := w.sends(mara, "m_1", g.at("/own"), g.at("/shared"), g.at("/ours"))
	other := w.sends(noor, "m_2", g.at("/shared"))
	own, shared, ours := w.kept(m, 0).Hash, w.kept(m, 1).Hash, w.kept(m, 2).Hash
	w.kept(other, 0)
	if _, err := w.folder.Attach(t.Context(), file(t, "ours.png", pictures["/ours"])); err != nil {
		t.Fatal(err)
	}
	w.takesBack(mara, "m_1")
	w.redacted(mara, "1") // receipts of one mid may lack its m_
	w.untilGone(own)
	for what, hash := range map[string]string{"what another sent": shared, "what we send": ours} {
		if _, err := w.folder.Kept(hash); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	// The other one is taken back while nobody looks.
	w.close()
	w = open(t, dir, setting{idle: true})
	w.takesBack(noor, "m_2")
	w.close()
	w = open(t, dir, setting{off: true})
	w.untilGone(shared)
	if _, err := w.folder.Kept(ours); err != nil {
		t.Errorf("what we send: %v", err)
	}
}

// TestTakenBackWhileItComes takes a message back between the asking and the last byte.
func TestTakenBackWhileItComes(t *testing.T) {
	t.Parallel()
	began, goOn := make(chan struct{}), make(chan struct{})
	content := picture(t, 30)
	g := newGallery(t, func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-goOn
		_, _ = w.Write(content)
	})
	w := open(t, t.TempDir(), setting{server: g.Server})
	m := w.sends(mara, "m_1", g.at("/slow"))
	<-began
	w.takesBack(mara, "m_1")
	w.redacted(mara, "m_1")
	close(goOn)
	// Whatever came of it, nothing of it stays.
	next := w.sends(mara, "m_2", store.Attachment{Type: "image", URL: "http://127.0.0.1/refused"})
	w.missed(next, 0)
	for end := time.Now().Add(deadline); ; time.Sleep(time.Millisecond) {
		names := w.names()
		if len(names) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the folder holds %v", names)
		}
	}
	if got, err := w.views.Message(t.Context(), m.Conversation, m.ID); err != nil || len(got.Files) != 0 {
		t.Errorf("the message has %+v, %v", got.Files, err)
	}
}

func TestOff(t *testing.T) {
	t.Parallel()
	g := newGallery(t, nil)
	w := open(t, t.TempDir(), setting{server: g.Server, off: true})
	m := w.sends(mara, "m_1", g.at("/1"), g.at("/2"), store.Attachment{Type: "location"})
	if err := w.gatherer.Fetch(t.Context(), m.Conversation, m.ID, 1); err != nil {
		t.Fatal(err)
	}
	got := w.kept(m, 1)
	if g.times("/1") != 0 || g.times("/2") != 1 {
		t.Errorf("asked %d and %d times", g.times("/1"), g.times("/2"))
	}
	// It is there, so nobody is asked again; once it has gone somebody is.
	if err := w.gatherer.Fetch(t.Context(), m.Conversation, m.ID, 1); err != nil || g.times("/2") != 1 {
		t.Errorf("asked %d times, %v", g.times("/2"), err)
	}
	kept, err := w.folder.Kept(got.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(kept.Path); err != nil {
		t.Fatal(err)
	}
	if err := w.gatherer.Fetch(t.Context(), m.Conversation, m.ID, 1); err != nil || g.times("/2") != 2 {
		t.Errorf("asked %d times, %v", g.times("/2"), err)
	}
	for what, r := range map[string]media.Ref{
		"a place":     {Conversation: m.Conversation, Message: m.ID, Index: 2},
		"no index":    {Conversation: m.Conversation, Message: m.ID, Index: 9},
		"a bad index": {Conversation: m.Conversation, Message: m.ID, Index: -1},
		"no message":  {Conversation: m.Conversation, Message: "m_9"},
		"nobody":      {Conversation: "1:1", Message: "m_1"},
	} {
		if err := w.gatherer.Fetch(t.Context(), r.Conversation, r.Message, r.Index); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestAskedByManyAtOnce lets several agents press the key together.
func TestAskedByManyAtOnce(t *testing.T) {
	t.Parallel()
	g := newGallery(t, nil)
	w := open(t, t.TempDir(), setting{server: g.Server, off: true})
	m := w.sends(mara, "m_1", g.at("/1"))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := w.gatherer.Fetch(t.Context(), m.Conversation, m.ID, 0); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := g.times("/1"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestFaultsThatPass has a server recover, and one that does not.
func TestFaultsThatPass(t *testing.T) {
	t.Parallel()
	content := picture(t, 9)
	var n atomic.Int64
	g := newGallery(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/never", n.Add(1) == 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case n.Load() == 2:
			w.Header().Set("Content-Length", "100000") // and breaks off
			_, _ = w.Write(content)
		default:
			_, _ = w.Write(content)
		}
	})
	w := open(t, t.TempDir(), setting{server: g.Server})
	w.kept(w.sends(mara, "m_1", g.at("/soon")), 0)
	if n := g.times("/soon"); n != 3 {
		t.Errorf("asked %d times", n)
	}
	m := w.sends(mara, "m_2", g.at("/never"))
	if got := w.missed(m, 0); got.Gone || !strings.Contains(got.Problem, "503") {
		t.Errorf("given up as %+v", got)
	}
	if n := g.times("/never"); n != 3 {
		t.Errorf("asked %d times before it was given up", n)
	}
	var fault *media.Fault
	if err := w.gatherer.Fetch(t.Context(), m.Conversation, m.ID, 0); !errors.As(err, &fault) || !fault.Passing || fault.Advice == "" {
		t.Errorf("asked again: %v", err)
	}
}

// TestDiskIsFull has no room for a picture: that costs the picture.
func TestDiskIsFull(t *testing.T) {
	t.Parallel()
	g := newGallery(t, nil)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "media"), nil, 0o600); err != nil { // no folder can be made
		t.Fatal(err)
	}
	w := open(t, dir, setting{server: g.Server})
	m := w.sends(mara, "m_1", g.at("/1"))
	if got := w.missed(m, 0); got.Gone || !strings.Contains(got.Problem, "data folder") {
		t.Errorf("given up as %+v", got)
	}
	if got, err := w.views.Message(t.Context(), m.Conversation, m.ID); err != nil || len(got.Attachments) != 1 {
		t.Errorf("the message is %+v, %v", got, err)
	}
}

// TestRoomForWhatCame fills the folder with what came: what was not looked at for longest goes, what we send stays.
func TestRoomForWhatCame(t *testing.T) {
	t.Parallel()
	const each = 1 << 20
	pictures := map[string][]byte{}
	for n, path := range []string{"/1", "/2", "/3", "/4"} {
		pictures[path] = padded(picture(t, 40+n), each-8192)
	}
	g := newGallery(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(pictures[r.URL.Path]) })
	w := open(t, t.TempDir(), setting{server: g.Server, max: 4*each + each/2})
	ours, err := w.folder.Attach(t.Context(), file(t, "ours.png", padded(picture(t, 60), each-8192)))
	if err != nil {
		t.Fatal(err)
	}
	var hashes []string
	for _, path := range []string{"/1", "/2", "/3"} {
		hashes = append(hashes, w.kept(w.sends(mara, "m"+path, g.at(path)), 0).Hash)
	}
	for i, ago := range []time.Duration{2 * time.Hour, 3 * time.Hour, time.Hour} { // as if they had been looked at then
		kept, err := w.folder.Kept(hashes[i])
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-ago)
		if err := os.Chtimes(kept.Path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	w.close()
	w = open(t, w.dir, setting{server: g.Server, max: 4*each + each/2})
	hashes = append(hashes, w.kept(w.sends(mara, "m/4", g.at("/4")), 0).Hash)
	for i, there := range []bool{true, false, true, true} {
		if _, err := w.folder.Kept(hashes[i]); (err == nil) != there {
			t.Errorf("number %d: %v, want it there: %v", i+1, err, there)
		}
	}
	if _, err := w.folder.Kept(ours.Hash); err != nil {
		t.Errorf("ours: %v", err)
	}
}

// TestWhatIsLongPast leaves what came too long ago for its address to be good, and whoever cannot be told apart.
func TestWhatIsLongPast(t *testing.T) {
	t.Parallel()
	g := newGallery(t, nil)
	w := open(t, t.TempDir(), setting{idle: true})
	old := store.MillisOf(time.Now().Add(-8 * 24 * time.Hour))
	body := `{"attachments":[{"Kind":"message","Inbox":"` + string(inbox) + `","Contact":{"kind":"psid","id":"` + mara + `"},"At":1,"ID":"m_old","MID":"m_old",` +
		`"Key":"message:old","LineKind":"media","Attachments":[{"Type":"image","URL":"` + g.URL + `/old"}]}]}`
	w.append(store.Record{Kind: store.RecordWebhook, At: old, Body: []byte(body)})
	recent := w.sends(noor, "m_new", g.at("/new"))
	w.close()
	w = open(t, w.dir, setting{server: g.Server})
	w.kept(recent, 0)
	if n := g.times("/old"); n != 0 {
		t.Errorf("the old one was asked for %d times", n)
	}
	if err := w.gatherer.Fetch(t.Context(), store.NewConversationID(inbox, psid(mara)), "m_old", 0); err != nil || g.times("/old") != 1 {
		t.Errorf("on demand: %v, asked %d times", err, g.times("/old"))
	}
}

// TestAFlood has more files come than anybody would fetch by themselves.
func TestAFlood(t *testing.T) {
	t.Parallel()
	g := newGallery(t, nil)
	w := open(t, t.TempDir(), setting{idle: true})
	var last store.Message
	for n := range 11 {
		attachments := make([]store.Attachment, 1000)
		for i := range attachments {
			attachments[i] = g.at(fmt.Sprintf("/%d/%d", n, i))
		}
		last = w.sends(mara, fmt.Sprintf("m_%d", n), attachments...)
	}
	w.close()
	w = open(t, w.dir, setting{server: g.Server})
	w.kept(last, 0)
	if g.times("/0/0") != 0 {
		t.Error("the oldest was asked for first")
	}
}

// TestOneMidOfTwo has one mid told of two people whom nothing ties: what one takes back, the other keeps.
func TestOneMidOfTwo(t *testing.T) {
	t.Parallel()
	pictures := map[string][]byte{"/mara": picture(t, 70), "/noor": picture(t, 71)}
	g := newGallery(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(pictures[r.URL.Path]) })
	w := open(t, t.TempDir(), setting{server: g.Server})
	hers, others := w.kept(w.sends(mara, "m_1", g.at("/mara")), 0), w.kept(w.sends(noor, "m_1", g.at("/noor")), 0)
	w.takesBack(mara, "m_1")
	w.redacted(mara, "m_1")
	w.untilGone(hers.Hash)
	if _, err := w.folder.Kept(others.Hash); err != nil {
		t.Error(err)
	}
}
