package plugin

import (
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"frontdesk/internal/boltfile"
)

// ErrClosed is what every method answers after Close.
var ErrClosed = errors.New("the chat plugin is closed")

// maxCommit is how many changes share one commit at most, so that none waits long behind the others.
const maxCommit = 256

// writer makes all changes to the file. One goroutine commits whatever has queued meanwhile, so that many visitors
// share one sync of the disk and a single one does not wait for a timer.
type writer struct {
	db   *boltfile.File
	jobs chan *change
	quit chan struct{}
	done chan struct{}
}

// change is one change to the file. apply may run more than once and must only set its results, never add to them.
type change struct {
	apply func(*bolt.Tx) error
	err   chan error
}

func newWriter(db *boltfile.File) *writer {
	w := &writer{db: db, jobs: make(chan *change), quit: make(chan struct{}), done: make(chan struct{})}
	go w.run()
	return w
}

// do returns after apply's changes are on the disk, or with apply's error and nothing changed. ctx is heeded until
// the change has been taken up; from then on the answer comes with the commit.
func (w *writer) do(ctx context.Context, apply func(*bolt.Tx) error) error {
	c := &change{apply: apply, err: make(chan error, 1)}
	select {
	case w.jobs <- c:
		return <-c.err
	case <-w.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close ends the goroutine after the commit it is at.
func (w *writer) close() {
	close(w.quit)
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	for {
		select {
		case c := <-w.jobs:
			w.commit(w.gather(c))
		case <-w.quit:
			return
		}
	}
}

func (w *writer) gather(first *change) []*change {
	batch := []*change{first}
	for len(batch) < maxCommit {
		select {
		case c := <-w.jobs:
			batch = append(batch, c)
		default:
			return batch
		}
	}
	return batch
}

// commit applies the batch in one transaction. A change that fails is answered and left out, and the others are
// applied again without it: a transaction cannot take back a part of itself.
func (w *writer) commit(batch []*change) {
	for len(batch) > 0 {
		failed := -1
		err := w.db.Update(func(tx *bolt.Tx) error {
			for i, c := range batch {
				if err := guarded(c.apply, tx); err != nil {
					failed = i
					return err
				}
			}
			return nil
		})
		if failed >= 0 {
			batch[failed].err <- err
			batch = append(batch[:failed], batch[failed+1:]...)
			continue
		}
		if err != nil {
			err = fmt.Errorf("write plugin.db: %w", err)
		}
		for _, c := range batch {
			c.err <- err
		}
		return
	}
}

// guarded turns a panic of one change into its error, so that it does not take the program and everybody's words.
func guarded(apply func(*bolt.Tx) error, tx *bolt.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("change plugin.db: %v", p)
		}
	}()
	return apply(tx)
}
