// Package visitors measures frontdesk with thousands of visitors who are there at once: each holds a line of server-sent
// events, they write at a bounded rate, and an agent answers through the desk. The same client drives a bare HTTP server
// in the same run, and the figures stand beside each other.
//
// The program is the real one, a process of its own on data of its own. No pace and no limit of it is off: the visitors come
// as by a reverse proxy that is trusted, a few dozen from each address. What was said is counted at both ends; a word
// that is lost or comes twice is an error.
package visitors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Options say what to measure.
type Options struct {
	Count int           // visitors, each with a line
	Pace  float64       // words a second, of all visitors together; 0 is one of each visitor in a hundred seconds
	Chat  time.Duration // how long they write
	Idle  time.Duration // how long all lines are open before that, and nobody says anything
	Runs  int           // turns, each with both servers; 0 is 1
	// Rest is how long what follows from the beginning of all visitors has to come to rest before memory is looked at; 0 is
	// three seconds.
	Rest time.Duration

	Program string   // the frontdesk to start
	Bare    []string // the arguments with which it is the bare server
	Folder  string   // where data is made, and taken away again; empty is the system's folder for temporary files
	Out     io.Writer
}

// MaxCount is how many lines the program takes.
const MaxCount = 20_000

// What the program takes of words: one a second of each visitor, ten a second from each address, and some at once.
const (
	visitorPace, visitorBurst = 1, 60
	addressPace, addressBurst = 10, 600
)

// tooFast reports whether visitors would be told to slow down.
func (o Options) tooFast() bool {
	exceeds := func(doers int, pace, burst float64) bool {
		return (o.Pace/float64(doers)-pace)*o.Chat.Seconds() > burst/2
	}
	return exceeds(o.Count, visitorPace, visitorBurst) || exceeds((o.Count+together-1)/together, addressPace, addressBurst)
}

func (o Options) check() error {
	switch {
	case o.Count < 1 || o.Count > MaxCount:
		return fmt.Errorf("measure visitors: %d of them can't be had; give 1 to %d (--count)", o.Count, MaxCount)
	case o.Pace < 0 || o.tooFast():
		return fmt.Errorf("measure visitors: %g words a second of %d visitors can't be had: they may say one a second each, and %d from one address; give fewer (--pace)",
			o.Pace, o.Count, addressPace)
	case o.Chat <= 0 || o.Idle < 0:
		return errors.New("measure visitors: there must be a time in which they write (--chat), and none below zero (--idle)")
	}
	if files := mostFiles(); files > 0 && files < uint64(o.Count)+fewFiles {
		return fmt.Errorf("measure visitors: a process may have %d files open here, which is too few for %d lines; raise the limit (ulimit -n) or give fewer (--count)", files, o.Count)
	}
	return nil
}

// fewFiles are those a process opens beside its lines.
const fewFiles = 200

// Run measures and prints. It ends by itself, and ends what it started; what was lost or came twice is an error.
func Run(ctx context.Context, o Options) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	if o.Pace == 0 {
		o.Pace = float64(o.Count) / 100
	}
	if o.Runs <= 0 {
		o.Runs = 1
	}
	if o.Rest <= 0 {
		o.Rest = usualRest
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	folder, err := os.MkdirTemp(o.Folder, "fdb")
	if err != nil {
		return fmt.Errorf("make a folder for the data: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fmt.Fprintf(o.Out, "%d visitors, a line of server-sent events each; %g words a second for %s; %d from each address, all limits on\n",
		o.Count, o.Pace, o.Chat, together)
	var turns []turned
	for i := range o.Runs {
		t, err := o.turn(ctx, filepath.Join(folder, fmt.Sprint(i)))
		if ctx.Err() != nil { // what a part says of its end is only what that looked like from there
			return fmt.Errorf("measure visitors: %w", context.Cause(ctx))
		}
		if err != nil {
			return fmt.Errorf("measure visitors: %w", err)
		}
		turns = append(turns, t)
	}
	o.tell(turns)
	return nil
}

// turned is what one turn came to: both servers, driven in the same way one after the other.
type turned struct{ ours, bare measured }

func (o Options) turn(ctx context.Context, folder string) (t turned, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return t, err
	}
	for _, part := range []struct {
		name  string
		start func(context.Context, string) (*program, error)
		into  *measured
	}{{"frontdesk", o.startOurs, &t.ours}, {"bare server", o.startBare, &t.bare}} {
		began := time.Now()
		p, err := part.start(ctx, folder)
		if err != nil {
			return t, fmt.Errorf("%s: %w", part.name, err)
		}
		p.name = part.name
		*part.into, err = o.measure(p.ctx, p)
		if cause := context.Cause(p.ctx); err != nil && cause != nil && ctx.Err() == nil {
			err = cause // it has ended by itself, and all else followed from that
		}
		if err = errors.Join(err, p.stop()); err != nil {
			return t, fmt.Errorf("%s: %w", part.name, err)
		}
		fmt.Fprintf(o.Out, "%-11s %s; it took %s\n", part.name, part.into.counted, time.Since(began).Round(time.Second))
	}
	t.ours.disk, err = oneWrite(folder)
	return t, err
}

// measured is what was seen of one server.
type measured struct {
	before, began, open, after memory // at its start, with the visitors made, with their lines open, and after the chat

	idle    time.Duration // for how long nobody said anything
	idleCPU time.Duration // what that took of the processor

	chat    time.Duration
	chatCPU time.Duration
	paces   paces
	counted counted

	disk time.Duration // one write there, for comparison
}

// syncs is how often the disk is tried.
const syncs = 50

// oneWrite is how long a page takes to the disk of a folder: what a word waits for that is kept.
func oneWrite(folder string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(folder, "page"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var all []time.Duration
	for range syncs {
		began := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		all = append(all, time.Since(began))
	}
	return median(all), nil
}

const usualRest = 3 * time.Second

// spare is what everything but idling and chatting may take of one server's time, also on a slow machine.
const spare = 10 * time.Minute

var errTooSlow = fmt.Errorf("it did not come to its end in the time for it and %s more", spare)

// measure drives one server from the first visitor to the last word.
func (o Options) measure(ctx context.Context, p *program) (m measured, err error) {
	ctx, stop := context.WithTimeoutCause(ctx, o.Idle+o.Chat+spare, errTooSlow)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c := newCrowd(o, p, cancel)
	defer func() {
		c.leave()
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
	}()
	if p.socket != "" {
		if c.agent, err = newAgent(ctx, p.socket, c); err != nil {
			return m, err
		}
		defer c.agent.close()
	}
	began := time.Now()
	looks := []struct {
		before func() error
		into   *memory
	}{
		{func() error { return nil }, &m.before},
		{func() error { return c.begin(ctx) }, &m.began},
		{func() error { return c.listen(ctx) }, &m.open},
	}
	for _, look := range looks {
		if err = look.before(); err == nil {
			err = wait(ctx, o.Rest)
		}
		if err == nil {
			*look.into, err = p.memory(ctx)
		}
		if err != nil {
			return m, err
		}
	}
	fmt.Fprintf(o.Out, "%-11s all lines are open, %s after the first visitor began\n", p.name, time.Since(began).Round(time.Second/10))
	if m.idle, m.idleCPU, err = p.busy(func() error { return wait(ctx, o.Idle) }); err != nil {
		return m, err
	}
	if m.chat, m.chatCPU, err = p.busy(func() error { return c.chat(ctx) }); err != nil {
		return m, err
	}
	if m.after, err = p.memory(ctx); err != nil {
		return m, err
	}
	m.counted, m.paces, err = c.count(ctx)
	return m, err
}

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
