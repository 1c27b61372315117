//go:build linux

package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/plugin"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// What the recorded program does.
const (
	workDays     = 3  // how often everything is opened, used and closed
	workEvents   = 60 // webhooks in a day
	workPosters  = 8
	workDrafts   = 12
	workVisitors = 12
)

const (
	pageID     = "109872000000101"
	pluginID   = "8400000000000001"
	appSecret  = "app-secret"
	promisesTo = "promises"
)

// dataDir is the data folder of the recorded program, two levels below what it is given.
func dataDir(root string) string { return filepath.Join(root, "disk", "deep", "data") }

// event is the webhook body that brings a message of that number.
func event(n int) []byte {
	return fmt.Appendf(nil, `{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[{"sender":{"id":"74120000000001%02d"},`+
		`"recipient":{"id":%q},"timestamp":%d,"message":{"mid":"m_%d","text":"%s"}}]}]}`,
		pageID, 1794819600000+n, n%16, pageID, 1794819600000+n, n, bytes.Repeat([]byte("hello "), n%90))
}

// work uses the stores as the program does, from several goroutines, and says line by line what has been kept. It
// returns an exit code.
func work(root, job, firstDay string) int {
	first, err := strconv.Atoi(firstDay)
	promises, openErr := os.OpenFile(filepath.Join(root, promisesTo), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err = errors.Join(err, openErr); err == nil {
		w := &worker{dir: dataDir(root), promises: promises}
		do := w.day
		if job == jobRedact {
			do = w.redactingDay
		}
		for day := range workDays {
			err = errors.Join(err, do(first+day))
		}
		err = errors.Join(err, promises.Close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

type worker struct {
	dir      string
	promises *os.File

	mu     sync.Mutex
	failed []error
}

// keep notes an error, or says that something was kept.
func (w *worker) keep(err error, format string, args ...any) {
	if err == nil {
		_, err = fmt.Fprintf(w.promises, format+"\n", args...) // one write: a promise is whole or not there
	}
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.failed = append(w.failed, err)
	}
}

// day opens everything, lets it be used, and closes it.
func (w *worker) day(day int) error {
	d, err := bolt.Open(w.dir, bolt.Options{})
	if err != nil {
		return err
	}
	site, err := openPlugin(w.dir)
	if err != nil {
		return errors.Join(err, d.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	projector := store.NewProjector(d.Log, d.Views, ingest.Translate, store.NewFeed(0), nil)
	handler, err := ingest.New(ingest.Options{Log: d.Log, Secrets: []messenger.Secret{{Value: []byte(appSecret)}}, Poke: projector.Poke})
	if err != nil {
		cancel()
		return err
	}
	if day%workDays > 0 {
		w.keep(projector.Replay(ctx, nil), "projected")
	}
	var projecting, working sync.WaitGroup
	projecting.Go(func() { w.keep(projector.Run(ctx), "projected") })
	var next atomic.Int64
	for range workPosters {
		working.Go(func() {
			for n := int(next.Add(1)); n <= workEvents; n = int(next.Add(1)) {
				w.post(handler, day*workEvents+n)
			}
		})
	}
	working.Go(func() { w.draft(ctx, d.Desk, day) })
	working.Go(func() { w.visit(ctx, site) })
	working.Wait()
	cancel()
	projecting.Wait()
	return errors.Join(append(w.failed, site.Close(context.Background()), d.Close())...)
}

func openPlugin(dir string) (*plugin.Server, error) {
	return plugin.Open(plugin.Options{
		Path:  filepath.Join(dir, "plugin.db"),
		Pages: []plugin.Page{{ID: pluginID, Name: "Website", Token: "token", AppSecret: "secret"}},
	})
}

func (w *worker) post(handler http.Handler, n int) {
	w.keep(w.postBody(handler, event(n)), "event %d", n)
}

// postBody posts a signed webhook.
func (w *worker) postBody(handler http.Handler, body []byte) error {
	r := httptest.NewRequest(http.MethodPost, "/webhook", bytes.NewReader(body))
	r.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(appSecret), body))
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		return fmt.Errorf("the webhook answered %d", answer.Code)
	}
	return nil
}

func (w *worker) draft(ctx context.Context, desk *bolt.DeskDB, day int) {
	for n := range workDrafts {
		conv := store.ConversationID(pageID + ":" + strconv.Itoa(n%3))
		w.keep(desk.SaveDraft(ctx, conv, "ana", fmt.Sprintf("%d.%d", day, n)), "draft %s %d.%d", conv, day, n)
	}
	key, err := desk.Key(ctx, "site", func() (string, error) { return fmt.Sprintf("of-day-%d", day), nil })
	w.keep(err, "key %s", key)
}

func (w *worker) visit(ctx context.Context, site *plugin.Server) {
	for range workVisitors {
		visitor, token, err := site.NewVisitor(ctx, pluginID, plugin.Profile{Name: "Mara Voss"})
		w.keep(err, "visitor %s %s", visitor.ID, token)
	}
}
