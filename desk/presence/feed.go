package presence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"frontdesk/store"
)

// The paths of the platform for a page's own program.
const (
	watchPath    = "/plugin/watch"
	contactsPath = "/plugin/contacts/"
)

// The keys of what is logged.
const (
	logInbox = "inbox"
	logError = "error"
)

// ask makes a request with the site's token, and answers only for a 200.
func (w *Watcher) ask(ctx context.Context, site Site, path string) (*http.Response, error) {
	base := w.o.Base()
	if base == "" {
		return nil, errNoPlatform
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+site.Token)
	res, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		if res.StatusCode == http.StatusNotFound {
			return nil, fmt.Errorf("the chat plugin answered %s: %w", res.Status, store.ErrNotFound)
		}
		return nil, fmt.Errorf("the chat plugin answered %s", res.Status)
	}
	return res, nil
}

// errSilent says that a line was open and said nothing.
var errSilent = errors.New("the line said nothing for too long")

// listen reads a site's line until it ends, and reports whether it told anything.
func (w *Watcher) listen(ctx context.Context, site Site) (told bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	res, err := w.ask(ctx, site, watchPath)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	if kind := res.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		return false, errors.New("the chat plugin answered with something that is no feed")
	}
	dead := time.AfterFunc(w.o.Silence, func() { cancel(errSilent) })
	defer dead.Stop()
	w.begin(site.Inbox)
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	var event, data string
	for lines.Scan() {
		dead.Reset(w.o.Silence)
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case lines.Text() == "":
			if event == "presence" {
				told = w.hear(site.Inbox, data) || told
			}
			event, data = "", ""
		case field == "event":
			event = value
		case field == "data":
			data += value
		}
	}
	if err := context.Cause(ctx); err != nil {
		return told, err
	}
	if err := lines.Err(); err != nil {
		return told, err
	}
	return told, io.EOF
}

// hear takes one event of the feed. One that cannot be read costs that one.
func (w *Watcher) hear(inbox store.InboxID, data string) bool {
	var in struct {
		ID string `json:"id"`
		Presence
	}
	if json.Unmarshal([]byte(data), &in) != nil || in.ID == "" {
		return false
	}
	w.learn(inbox, in.ID, in.Presence)
	return true
}

// Walk asks for the way of a conversation's visitor. store.ErrNotFound where there is none, as with everybody who is no
// visitor of our plugin. What it learns of somebody of whom nothing was known, Presences tells from then on.
func (w *Watcher) Walk(ctx context.Context, id store.ConversationID) (Walk, error) {
	inbox, contact, err := store.ParseConversationID(id)
	if err != nil {
		return Walk{}, err
	}
	site, ok := w.site(inbox)
	if !ok || contact.Kind != store.ContactVisitor {
		return Walk{}, fmt.Errorf("the way of %s: %w", id, store.ErrNotFound)
	}
	ctx, cancel := context.WithTimeout(ctx, walkWithin)
	defer cancel()
	res, err := w.ask(ctx, site, contactsPath+url.PathEscape(contact.ID))
	if err != nil {
		return Walk{}, fmt.Errorf("ask for the way of %s: %w", id, err)
	}
	defer res.Body.Close()
	var about struct {
		Online   bool         `json:"online"`
		LastSeen store.Millis `json:"last_seen"`
		Trail    []Visit      `json:"trail"` // oldest first
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAbout))
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(body)).Decode(&about)
	}
	if err != nil {
		return Walk{}, fmt.Errorf("read the way of %s: %w", id, err)
	}
	if !about.Online {
		w.wasGone(inbox, id, about.LastSeen)
	}
	for i := range about.Trail {
		v := &about.Trail[i]
		v.PageURL, v.Title, v.Ref, v.Referrer = bounded(v.PageURL), bounded(v.Title), bounded(v.Ref), bounded(v.Referrer)
	}
	slices.Reverse(about.Trail)
	return Walk{Visits: about.Trail}, nil
}

// wasGone notes that a visitor was not there when asked, unless the line, which would tell when that changes, is dead or
// has said more.
func (w *Watcher) wasGone(inbox store.InboxID, id store.ConversationID, seen store.Millis) {
	w.mu.Lock()
	defer w.mu.Unlock()
	known := w.known[inbox]
	if _, ok := known[id]; known == nil || ok || len(known) >= maxKnown {
		return
	}
	known[id] = Presence{LastSeen: seen}
	w.publish()
}
