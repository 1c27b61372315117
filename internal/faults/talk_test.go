//go:build linux

package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"frontdesk/ingest"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// A talk of which half is taken back: what is tried while words are taken out of the log.

// said is one webhook of the talk.
type said struct {
	n    int
	part part
}

// part is what a webhook of the talk does.
type part string

const (
	partTold     part = "told"     // two messages: one that may be taken back, and one that stays
	partEdited   part = "edited"   // other words for the first
	partWithdrew part = "withdrew" // the first is taken back
)

// talkOf are the webhooks about the message of that number, in order. Every second one is taken back.
func talkOf(n int) []part {
	switch n % 4 {
	case 0:
		return []part{partTold, partEdited, partWithdrew}
	case 2:
		return []part{partTold, partWithdrew}
	default:
		return []part{partTold}
	}
}

// body is the webhook's; redacted, as it must be once the words are out. The longest of them take two pages of a file.
func (s said) body(redacted bool) []byte {
	text := strings.Repeat(fmt.Sprintf("secret-%d ", s.n), []int{1, 5, 50, 700}[s.n/4%4])
	if redacted {
		text = "-"
	}
	at := 1794819600000 + s.n
	about := func(what string) string {
		return fmt.Sprintf(`{"sender":{"id":"74120000000001%02d"},"recipient":{"id":%q},"timestamp":%d,%s}`, s.n%16, pageID, at, what)
	}
	var events string
	switch s.part {
	case partTold:
		events = about(fmt.Sprintf(`"message":{"mid":"m_%d","text":%q}`, s.n, text)) + "," +
			about(fmt.Sprintf(`"message":{"mid":"m_kept_%d","text":"stays %d"}`, s.n, s.n))
	case partEdited:
		events = about(fmt.Sprintf(`"message_edit":{"mid":"m_%d","text":%q,"num_edit":1}`, s.n, text))
	case partWithdrew:
		events = about(fmt.Sprintf(`"message":{"mid":"m_%d","is_deleted":true}`, s.n))
	}
	return fmt.Appendf(nil, `{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[%s]}]}`, pageID, at, events)
}

// hasWords reports whether there is something that can be taken back.
func (s said) hasWords() bool { return s.part != partWithdrew }

// saidIn is what a record tells, and whether its words are out. It fails where the record is neither.
func saidIn(r store.Record) (s said, redacted bool, err error) {
	s = said{n: numberOf(r.Body), part: partTold}
	switch {
	case bytes.Contains(r.Body, []byte(`"message_edit"`)):
		s.part = partEdited
	case bytes.Contains(r.Body, []byte(`"is_deleted"`)):
		s.part = partWithdrew
	}
	switch {
	case bytes.Equal(r.Body, s.body(false)):
	case s.hasWords() && bytes.Equal(r.Body, s.body(true)):
		redacted = true
	default:
		err = fmt.Errorf("record %d is neither what was posted nor that without its words: %.200q", r.Seq, r.Body)
	}
	return s, redacted, err
}

// talk is what must be in a log whatever befell it.
type talk struct {
	kept map[said]bool      // answered with 200
	out  map[store.Seq]bool // records whose words were said to be out
	seen []store.Record     // as a look before found them
}

// found is what a look at a log showed.
type found struct {
	records []store.Record
	out     map[store.Seq]bool // records whose words are out
	left    []said             // withdrawn, and the words still there
}

// look reads a log: what was answered must be there, once, each record what was posted or that without its words; none
// may lack words that nobody took back; those that were said to be out must be; and what an earlier look found must stand
// where it stood.
func (k talk) look(ctx context.Context, log store.Log) (f found, err error) {
	f.out = map[store.Seq]bool{}
	there, withdrawn := map[said]store.Seq{}, map[int]bool{}
	err = eachRecord(ctx, log, func(r store.Record) error {
		f.records = append(f.records, r)
		if r.Kind != store.RecordWebhook {
			return nil // the program's own: what it asked, and what the sweeper noted
		}
		s, redacted, err := saidIn(r)
		if err != nil {
			return err
		}
		if there[s] != 0 {
			return fmt.Errorf("%v is there twice, in records %d and %d", s, there[s], r.Seq)
		}
		there[s] = r.Seq
		if s.part == partWithdrew {
			withdrawn[s.n] = true
		}
		if redacted {
			f.out[r.Seq] = true
		}
		return nil
	})
	if err != nil {
		return f, err
	}
	faults := []error{sameRecords(k.seen, f.records)}
	for s := range k.kept {
		if there[s] == 0 {
			faults = append(faults, fmt.Errorf("%v was answered with 200 and is lost", s))
		}
	}
	for s, seq := range there {
		switch {
		case f.out[seq] && !withdrawn[s.n]:
			faults = append(faults, fmt.Errorf("the words of %v are out, and nobody took them back", s))
		case !f.out[seq] && k.out[seq]:
			faults = append(faults, fmt.Errorf("the words of %v were out of record %d and are back", s, seq))
		case !f.out[seq] && withdrawn[s.n] && s.hasWords():
			f.left = append(f.left, s)
		}
	}
	return f, errors.Join(faults...)
}

// sameRecords wants records found before to be there still: the same, or without their words.
func sameRecords(before, after []store.Record) error {
	if len(after) < len(before) {
		return fmt.Errorf("there are %d records, and were %d", len(after), len(before))
	}
	for i, was := range before {
		is := after[i]
		same := bytes.Equal(was.Body, is.Body)
		if was.Kind == store.RecordWebhook && !same {
			s, redacted, err := saidIn(is)
			same = err == nil && redacted && bytes.Equal(was.Body, s.body(false))
		}
		if is.Seq != was.Seq || is.Kind != was.Kind || is.At != was.At || !same {
			return fmt.Errorf("record %d is not what it was", was.Seq)
		}
	}
	return nil
}

// half is how far the sweeper had come: words it still has to take out, and such as it has without having noted it.
type half struct{ todo, unnoted int }

// finish looks at what is left of a talk, lets the sweeper end its work, and looks again: withdrawn words are in no
// record then, and everything else is as it was. beside is a folder for views made anew.
func (k talk) finish(ctx context.Context, d *bolt.Data, beside string) (f found, h half, err error) {
	f, err = k.look(ctx, d.Log)
	if err := errors.Join(err, project(ctx, d.Log, d.Views)); err != nil {
		return f, h, err
	}
	todo, err := d.Views.Redactions(ctx, 1<<20)
	if err != nil {
		return f, h, err
	}
	for _, r := range todo {
		if f.out[r.Seq] {
			h.unnoted++
		} else {
			h.todo++
		}
	}
	if err := sweep(ctx, d); err != nil {
		return f, h, fmt.Errorf("let the sweeper go on: %w", err)
	}
	k.out, k.seen = f.out, f.records
	f, err = k.look(ctx, d.Log)
	if len(f.left) > 0 {
		err = errors.Join(err, fmt.Errorf("withdrawn words are still in the log: %v", f.left))
	}
	if todo, askErr := d.Views.Redactions(ctx, 1); askErr != nil || len(todo) > 0 {
		err = errors.Join(err, fmt.Errorf("the sweeper has ended, and %v is to be done, %w", todo, askErr))
	}
	return f, h, errors.Join(err, checkViews(ctx, d, beside))
}

// sweep lets a sweeper do what there is.
func sweep(ctx context.Context, d *bolt.Data) error {
	ctx, cancel := context.WithCancel(ctx)
	feed := store.NewFeed(0)
	projector := store.NewProjector(d.Log, d.Views, ingest.Translate, feed, nil)
	ended := make(chan error, 1)
	go func() { ended <- projector.Run(ctx) }()
	err := store.NewSweeper(store.PokedLog{Log: d.Log, Projector: projector}, d.Views, feed, ingest.Redact, nil).Sweep(ctx)
	cancel()
	return errors.Join(err, <-ended)
}
