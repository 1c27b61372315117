package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"frontdesk/internal/config"
	"frontdesk/internal/control"
	"frontdesk/internal/metrics"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

const (
	// lockWait is how long a process waits for another to let go of the data folder.
	lockWait = 5 * time.Second
	// lockTry is how long one try takes before the control socket is looked at again.
	lockTry = 200 * time.Millisecond
)

// stores is an open data folder with its views kept up to the log.
type stores struct {
	*bolt.Data
	feed      *store.Feed
	projector *store.Projector
	metrics   *metrics.Metrics

	projectorEnded atomic.Bool

	stop   context.CancelFunc
	ended  sync.WaitGroup
	failed chan error // why the projector ended by itself
}

// openStores opens the data folder and starts the projector. It waits up to wait for another process to let go.
func openStores(ctx context.Context, dir string, wait time.Duration, logger *slog.Logger) (*stores, error) {
	data, err := bolt.Open(dir, bolt.Options{Wait: wait})
	if err != nil {
		return nil, err
	}
	applied, err := data.Views.Applied(ctx)
	if err != nil {
		return nil, errors.Join(err, data.Close())
	}
	s := &stores{Data: data, feed: store.NewFeed(applied), metrics: newMetrics(), failed: make(chan error, 1)}
	views := watchedViews{Views: data.Views, metrics: s.metrics, logger: logger}
	s.projector = store.NewProjector(data.Log, views, watchedTranslate(s.metrics), s.feed, logger)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.ended.Go(func() {
		defer s.projectorEnded.Store(true)
		if err := guarded("projector", logger, func() error { return s.projector.Run(running) }); err != nil {
			s.failed <- err
		}
	})
	if data.Anew != nil {
		s.ended.Go(func() { s.tellAnew(running, logger) })
	}
	return s, nil
}

// watch returns why the projector ended by itself, or nil when ctx ends first.
func (s *stores) watch(ctx context.Context) error {
	select {
	case err := <-s.failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// Close stops the projector and closes the files.
func (s *stores) Close() error {
	s.stop()
	s.ended.Wait()
	return s.Data.Close()
}

// closedFolder says that this process may not look into the data folder, where that is so.
func closedFolder(s config.Settings) error {
	if _, err := os.Stat(filepath.Join(s.DataDir, bolt.LogFile)); !errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return withCode(exitUse, fmt.Errorf("the data folder %s can't be opened: permission denied; frontdesk must be able to write there: "+
		"give it the right to, or choose another data folder (%s)", s.DataDir, config.Variable(config.KeyData)))
}

// openOrDial opens the data folder, or, when another process has it and answers, its desk: exactly one of the two is
// returned. Where somebody has the folder and does not answer, it tries for lockWait and then says who that is.
func openOrDial(ctx context.Context, s config.Settings, logger *slog.Logger) (*stores, *control.Client, error) {
	path := socketPath(s)
	for deadline := time.Now().Add(lockWait); ; {
		client, err := control.Dial(ctx, path)
		if err == nil {
			return nil, client, nil
		}
		if err := closedFolder(s); err != nil {
			return nil, nil, err
		}
		if !errors.Is(err, control.ErrNobody) {
			return nil, nil, err
		}
		st, err := openStores(ctx, s.DataDir, lockTry, logger)
		if err == nil {
			return st, nil, nil
		}
		if !errors.Is(err, store.ErrLocked) || time.Now().After(deadline) || ctx.Err() != nil {
			return nil, nil, err
		}
	}
}
