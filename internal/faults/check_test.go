//go:build linux

package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"frontdesk/ingest"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// The checks return errors and leave it to the tests to say after which round.

// checkFiles looks through every bbolt file of a data folder, as bbolt's own tool does.
func checkFiles(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.db"))
	for _, name := range names {
		err = errors.Join(err, checkFile(name))
	}
	return err
}

func checkFile(name string) error {
	db, err := bbolt.Open(name, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true, Timeout: time.Second})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		var faults []error
		for fault := range tx.Check() {
			faults = append(faults, fault)
		}
		return errors.Join(faults...)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// checkViews brings the views up to the log, looks through them, and compares them with views made anew.
func checkViews(ctx context.Context, d *bolt.Data, dir string) (err error) {
	if err := project(ctx, d.Log, d.Views); err != nil {
		return fmt.Errorf("bring the views up to the log: %w", err)
	}
	if err := d.Views.Check(ctx); err != nil {
		return fmt.Errorf("the views' own check: %w", err)
	}
	fresh, err := bolt.OpenViews(filepath.Join(dir, bolt.ViewsFile), bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fresh.Close()) }()
	if err := project(ctx, d.Log, fresh); err != nil {
		return err
	}
	var have, want bytes.Buffer
	if err := errors.Join(d.Views.Dump(ctx, &have), fresh.Dump(ctx, &want)); err != nil {
		return err
	}
	if !bytes.Equal(have.Bytes(), want.Bytes()) {
		return fmt.Errorf("the views are not what the log says: %d bytes of text instead of %d", have.Len(), want.Len())
	}
	return nil
}

func project(ctx context.Context, log store.Log, views store.Views) error {
	return store.NewProjector(log, views, ingest.Translate, store.NewFeed(0), nil).CatchUp(ctx)
}

// eachRecord calls fn for every record of a log, and fails where a place is missing or given twice.
func eachRecord(ctx context.Context, log store.Log, fn func(store.Record) error) error {
	for after := store.Seq(0); after < log.Head(); {
		records, err := log.Read(ctx, after, 500)
		if err != nil || len(records) == 0 {
			return fmt.Errorf("read the log after %d of %d: %d records, %w", after, log.Head(), len(records), err)
		}
		for _, r := range records {
			if r.Seq != after+1 {
				return fmt.Errorf("record %d follows record %d", r.Seq, after)
			}
			after = r.Seq
			if err := fn(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// promises are what the recorded program said it had kept.
type promises struct {
	events   map[int]bool
	drafts   map[store.ConversationID]string // the latest
	visitors map[string]string               // token → id
	key      string
	talk     talk
}

// number is how many there are.
func (p promises) number() int {
	return len(p.events) + len(p.drafts) + len(p.visitors) + len(p.talk.kept) + len(p.talk.out)
}

// and returns the promises with those among ops.
func (p promises) and(ops []op) (promises, error) {
	before := p
	p = promises{events: map[int]bool{}, drafts: map[store.ConversationID]string{}, visitors: map[string]string{}, key: before.key}
	p.talk = talk{kept: map[said]bool{}, out: map[store.Seq]bool{}}
	maps.Copy(p.events, before.events)
	maps.Copy(p.drafts, before.drafts)
	maps.Copy(p.visitors, before.visitors)
	maps.Copy(p.talk.kept, before.talk.kept)
	maps.Copy(p.talk.out, before.talk.out)
	for _, o := range ops {
		if o.kind != opPromise {
			continue
		}
		word := strings.Fields(string(o.data))
		switch {
		case word[0] == "event" && len(word) == 2:
			n, err := strconv.Atoi(word[1])
			if err != nil {
				return p, err
			}
			p.events[n] = true
		case word[0] == "draft" && len(word) == 3:
			p.drafts[store.ConversationID(word[1])] = word[2]
		case word[0] == "visitor" && len(word) == 3:
			p.visitors[word[2]] = word[1]
		case word[0] == "key" && len(word) == 2:
			p.key = word[1]
		case word[0] == "said" && len(word) == 3:
			n, err := strconv.Atoi(word[1])
			if err != nil {
				return p, err
			}
			p.talk.kept[said{n, part(word[2])}] = true
		case word[0] == "redacted" && len(word) == 2:
			seq, err := strconv.ParseUint(word[1], 10, 64)
			if err != nil {
				return p, err
			}
			p.talk.out[store.Seq(seq)] = true
		case word[0] == "projected":
		default:
			return p, fmt.Errorf("the program said %q", o.data)
		}
	}
	return p, nil
}

// check opens what a power cut left and looks for everything promised. beside is a folder for views made anew.
func (p promises) check(ctx context.Context, dir, beside string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && p.number() == 0 && p.key == "" {
		return nil // the folder itself has gone, before anything was promised
	}
	d, err := bolt.Open(dir, bolt.Options{})
	if err != nil {
		return fmt.Errorf("open what is left: %w", err)
	}
	err = errors.Join(p.checkEvents(ctx, d.Log), p.checkDesk(ctx, d.Desk), checkViews(ctx, d, beside), p.checkPlugin(ctx, dir))
	if d.Anew != nil {
		err = errors.Join(err, fmt.Errorf("the views were given up: %w", d.Anew))
	}
	if _, appendErr := d.Log.Append(ctx, store.Record{Kind: store.RecordWebhook, Body: event(0)}); appendErr != nil {
		err = errors.Join(err, fmt.Errorf("go on: %w", appendErr))
	}
	return errors.Join(err, d.Close(), checkFiles(dir))
}

// checkEvents wants each promised event once, and each other one whole and once or not at all.
func (p promises) checkEvents(ctx context.Context, log store.Log) error {
	found := map[int]int{}
	err := eachRecord(ctx, log, func(r store.Record) error {
		var n int
		if _, mid, ok := bytes.Cut(r.Body, []byte(`"mid":"m_`)); ok {
			digits, _, _ := bytes.Cut(mid, []byte(`"`))
			n, _ = strconv.Atoi(string(digits))
		}
		if !bytes.Equal(r.Body, event(n)) {
			return fmt.Errorf("record %d is no event that was posted", r.Seq)
		}
		found[n]++
		return nil
	})
	for n := range p.events {
		if found[n] == 0 {
			err = errors.Join(err, fmt.Errorf("event %d was answered with 200 and is lost", n))
		}
	}
	for n, times := range found {
		if times != 1 {
			err = errors.Join(err, fmt.Errorf("event %d is there %d times", n, times))
		}
	}
	return err
}

func (p promises) checkDesk(ctx context.Context, desk *bolt.DeskDB) (err error) {
	for conv, text := range p.drafts {
		got, readErr := desk.Draft(ctx, conv, "ana")
		if readErr != nil || draftAge(got) < draftAge(text) {
			err = errors.Join(err, fmt.Errorf("the draft of %s is %q, and %q had been kept (%w)", conv, got, text, readErr))
		}
	}
	if p.key != "" {
		got, keyErr := desk.Key(ctx, "site", func() (string, error) { return "", errors.New("it is lost") })
		if keyErr != nil || got != p.key {
			err = errors.Join(err, fmt.Errorf("the key is %q instead of %q (%w)", got, p.key, keyErr))
		}
	}
	return err
}

// draftAge orders the drafts of the recorded program.
func draftAge(text string) int {
	var day, n int
	if _, err := fmt.Sscanf(text, "%d.%d", &day, &n); err != nil {
		return -1
	}
	return day*workDrafts + n
}

func (p promises) checkPlugin(ctx context.Context, dir string) error {
	site, err := openPlugin(dir)
	if err != nil {
		return err
	}
	for token, id := range p.visitors {
		if visitor, findErr := site.Visitor(ctx, token); findErr != nil || visitor.ID != id {
			err = errors.Join(err, fmt.Errorf("visitor %s is lost: %q, %w", id, visitor.ID, findErr))
		}
	}
	return errors.Join(err, site.Close(ctx))
}
