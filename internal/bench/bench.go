package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"frontdesk/ingest"
	"frontdesk/internal/generate"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// Options say what to measure.
type Options struct {
	Size int    // conversations, with ten messages each on average
	Seed uint64 // of the generated store
	Runs int    // turns of each measurement; 0 is 3
	// Folder is where stores are made; empty is the system's folder for temporary files. A store of that size and seed
	// which an earlier run kept there is used again.
	Folder string
	Keep   bool // leave the store there
	Out    io.Writer
	// Only is the part to measure: screen, lists or ingest; empty is all of them, and PostgreSQL beside them.
	Only string
	// Brief posts for a moment only and leaves PostgreSQL out: it shows that everything works, and its figures mean
	// nothing.
	Brief bool
	// Program is the frontdesk to start on a terminal; empty leaves out what needs one.
	Program string
}

const usualRuns = 3

// session is one run of all measurements.
type session struct {
	Options
	report
	folder string
	data   string // of the store under measurement

	// Absolute figures for what is compared with them later, in seconds and in events a second.
	listed   struct{ filter, triple float64 }
	ingested struct{ acknowledged, projected float64 }
}

// Run measures and prints. Figures that miss their goal are no error.
func Run(ctx context.Context, o Options) (err error) {
	if o.Size < 100 {
		return fmt.Errorf("measure: a store of %d conversations says nothing; give at least 100 (--size)", o.Size)
	}
	if !slices.Contains([]string{"", "screen", "lists", "ingest"}, o.Only) {
		return fmt.Errorf("measure: there is no part %.40q; it can be screen, lists or ingest", o.Only)
	}
	if o.Runs <= 0 {
		o.Runs = usualRuns
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	s := &session{Options: o, report: report{out: o.Out}}
	if s.folder = o.Folder; s.folder == "" {
		if s.folder, err = os.MkdirTemp("", "frontdesk-bench-"); err != nil {
			return fmt.Errorf("make a folder for the store: %w", err)
		}
		if !o.Keep {
			defer func() { err = errors.Join(err, os.RemoveAll(s.folder)) }()
		}
	}
	s.data = filepath.Join(s.folder, fmt.Sprintf("store-%d-%d", o.Size, o.Seed))
	if o.Folder != "" && !o.Keep {
		defer func() { err = errors.Join(err, os.RemoveAll(s.data)) }()
	}
	if err = s.prepare(ctx, s.data, o.Size); err == nil {
		err = s.measure(ctx)
	}
	if ctx.Err() != nil { // what a part says of its end is only what that looked like from there
		return fmt.Errorf("measure: %w", context.Cause(ctx))
	}
	return err
}

func (s *session) measure(ctx context.Context) error {
	s.say("%d conversations, medians of %d turns", s.Size, s.Runs)
	parts := []struct {
		what string
		run  func(context.Context) error
	}{
		{"screen", s.screen},
		{"lists", s.lists},
		{"ingest", s.ingest},
		{"PostgreSQL", s.postgres},
	}
	for _, part := range parts {
		if s.Only != "" && s.Only != part.what {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("measure %s: %w", part.what, err)
		}
	}
	return nil
}

// prepare makes a store in a folder, unless it is there already.
func (s *session) prepare(ctx context.Context, dir string, size int) (err error) {
	d, err := openDesk(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	began := time.Now()
	if d.Log.Head() == 0 {
		o := generate.Options{Conversations: size, Seed: s.Seed}
		if err := o.Fill(ctx, d.Log, d.projector, nil); err != nil {
			return err
		}
	} else if err := generate.CatchUp(ctx, d.projector); err != nil {
		return err
	}
	counts, err := d.Views.Counts(ctx)
	if err != nil {
		return err
	}
	if counts.Total < size {
		return fmt.Errorf("the store in %s has %d conversations instead of %d: an earlier run broke off; delete it", dir, counts.Total, size)
	}
	s.say("store of %d conversations, %d records: ready in %s", counts.Total, d.Log.Head(), time.Since(began).Round(time.Second/10))
	return nil
}

// desk is an open store with a projector that nobody runs yet.
type desk struct {
	*bolt.Data
	projector *store.Projector
	stop      context.CancelFunc
	ended     chan error
}

func openDesk(ctx context.Context, dir string) (*desk, error) {
	data, err := bolt.Open(dir, bolt.Options{Wait: 2 * time.Second})
	if err != nil {
		return nil, err
	}
	applied, err := data.Views.Applied(ctx)
	if err != nil {
		return nil, errors.Join(err, data.Close())
	}
	return &desk{
		Data:      data,
		projector: store.NewProjector(data.Log, data.Views, ingest.Translate, store.NewFeed(applied), nil),
	}, nil
}

// run lets the projector follow the log until Close.
func (d *desk) run(ctx context.Context) {
	ctx, d.stop = context.WithCancel(ctx)
	d.ended = make(chan error, 1)
	go func() { d.ended <- d.projector.Run(ctx) }()
}

func (d *desk) Close() error {
	var err error
	if d.stop != nil {
		d.stop()
		err = <-d.ended
	}
	return errors.Join(err, d.Data.Close())
}
