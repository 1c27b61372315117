package media

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"frontdesk/store"
)

const (
	placeFile = "place" // how far the log has been looked through
	scanBatch = 200     // records that are read at once

	// lookBack and lookBackAge bound what is fetched of the time when nobody fetched: addresses do not last for ever.
	lookBack    = 20_000
	lookBackAge = 7 * 24 * time.Hour
)

// The keys of what is logged. No name, address or text is ever a value.
const (
	logWhat         = "what"
	logConversation = "conversation"
	logSeq          = "seq"
	logError        = "error"
)

// begin finds where in the log to begin: where an earlier process left off, or some way back from the end.
func (g *Gatherer) begin(context.Context) error {
	head := g.o.Log.Head()
	var earliest store.Seq
	if head > lookBack {
		earliest = head - lookBack
	}
	g.place = earliest
	text, err := os.ReadFile(filepath.Join(g.o.Folder.dir, placeFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var place struct{ Log store.Seq }
	if err == nil {
		err = json.Unmarshal(text, &place)
	}
	if err != nil {
		return fmt.Errorf("read how far the log was looked through: %w", err)
	}
	if place.Log <= head { // else the log came from a backup
		g.place = max(earliest, place.Log)
	}
	g.told = g.place
	return nil
}

// remember writes down how far all that was wanted is settled. Losing it costs a look at records whose files are known.
func (g *Gatherer) remember() {
	g.mu.Lock()
	place := g.place
	for _, w := range g.wanted {
		place = min(place, w.seq-1)
	}
	g.mu.Unlock()
	if _, err := os.Stat(g.o.Folder.dir); err != nil || place <= g.told { // nothing was ever kept
		return
	}
	text, err := json.Marshal(struct{ Log store.Seq }{place})
	if err == nil {
		err = g.o.Folder.put(placeFile, text)
	}
	if err != nil {
		g.o.Logger.Error("files of messages", logWhat, "write down how far the log was looked through", logError, err)
		return
	}
	g.told = place
}

// scan looks through the records that the views show by now.
func (g *Gatherer) scan(ctx context.Context) error {
	for shown := g.o.Feed.Applied(); g.place < shown; {
		records, err := g.o.Log.Read(ctx, g.place, scanBatch)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return nil
		}
		for _, r := range records {
			if r.Seq > shown {
				return nil
			}
			if err := g.look(ctx, r); err != nil { // the others must not wait for what is wrong with this one
				g.o.Logger.Error("files of messages", logWhat, "look at a record", logSeq, r.Seq, logError, err)
			}
			g.place = r.Seq
		}
	}
	return nil
}

// look takes from a record what it says of files.
func (g *Gatherer) look(ctx context.Context, r store.Record) error {
	switch r.Kind {
	case store.RecordWebhook:
		if g.o.Off || !bytes.Contains(r.Body, []byte(`"attachments"`)) || g.o.Now().Sub(r.At.Time()) > lookBackAge {
			return nil
		}
		return g.guard(func() error { g.wantFrom(r); return nil })
	case store.RecordRedacted:
		var done store.Redacted
		if err := json.Unmarshal(r.Body, &done); err != nil {
			return nil //nolint:nilerr // the projector has said so
		}
		return g.releaseGone(ctx, func(ref Ref) bool {
			for _, d := range done.Done {
				if sameMessage(ref, d.Inbox, d.MID) {
					return true
				}
			}
			return false
		})
	}
	return nil
}

// wantFrom wants all files of a webhook record.
func (g *Gatherer) wantFrom(r store.Record) {
	for _, fact := range g.o.Translate(r) {
		if fact.Kind != store.FactMessage && fact.Kind != store.FactEcho {
			continue
		}
		conv := store.NewConversationID(fact.Inbox, fact.Contact)
		for i, a := range fact.Attachments {
			if conv != "" && fetchable(a) {
				g.want(Ref{Conversation: conv, Message: fact.ID, Index: i}, r.Seq)
			}
		}
	}
}

// releaseAllGone lets go of the files of messages that were taken back while nobody looked.
func (g *Gatherer) releaseAllGone(ctx context.Context) error {
	return g.releaseGone(ctx, func(Ref) bool { return true })
}

// releaseGone lets go of the files of those messages that were taken back. The views decide: one mid may be that of two
// messages, where it was told under two ids that nothing ties.
func (g *Gatherer) releaseGone(ctx context.Context, asked func(Ref) bool) error {
	refs, err := g.o.Folder.refs()
	if err != nil {
		return err
	}
	gone := map[Ref]bool{}
	for _, r := range refs {
		if !asked(r) {
			continue
		}
		m, err := g.o.Views.Message(ctx, r.Conversation, r.Message)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		// Views that are being made again lack messages that are there.
		if err == nil && m.Withdrawn || err != nil && g.o.Feed.Applied() >= g.o.Log.Head() {
			gone[r] = true
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return g.o.Folder.release(func(r Ref) bool { return gone[r] })
}

// releaseWithdrawn lets go of a file whose message was taken back while it came.
func (g *Gatherer) releaseWithdrawn(ctx context.Context, r Ref) error {
	return g.releaseGone(ctx, func(o Ref) bool { return o == r })
}
