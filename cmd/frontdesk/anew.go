package main

import (
	"context"
	"log/slog"

	"frontdesk/store"
)

// tellAnew writes to the log file why the views are made again, each time another tenth of the log is in them, and when
// they have come to where it stood. The screen's head says meanwhile by how much they are behind.
func (s *stores) tellAnew(ctx context.Context, logger *slog.Logger) {
	steps, end := s.feed.Subscribe()
	defer end()
	head := s.Log.Head()
	logger.Warn("the views can't be used and are made again from the log", logWhy, s.Anew, logRecords, head)
	for applied, last := s.feed.Applied(), store.Seq(0); applied < head; {
		select {
		case applied = <-steps:
		case <-ctx.Done():
			return
		}
		if tenth := applied * 10 / head; tenth > last && applied < head {
			last = tenth
			logger.Info("the views are made again", logApplied, applied, logRecords, head)
		}
	}
	logger.Info("the views are up to date again", logRecords, head)
}
